"""The secret by which a subject's number becomes a hash: without it, nobody finds a number by trying them all."""

import os
import secrets
from contextlib import suppress
from hashlib import blake2b, sha256
from hmac import digest
from pathlib import Path
from typing import Final

from domain.errors import Complaint
from domain.identity import Scheme, subject

KEY_BYTES: Final = 32
_MODE: Final = 0o600
_OPEN_TO_OTHERS: Final = 0o077
_ID_BYTES: Final = 8


class SubjectKeyError(Complaint):
    """The key cannot be used; the text says why and what to do."""


class SubjectKey:
    """Hashes subjects by HMAC-SHA-256."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.id: Final = blake2b(secret, digest_size=_ID_BYTES, person=b"motcua-subjects").digest()
        """Tells one key from another, and nothing of the key."""

    def hash(self, scheme: Scheme, number: str) -> bytes:
        """The hash of a well-formed number; the same subject has the same one, however the number was spelt."""
        return digest(self._secret, subject(scheme, number).encode(), sha256)


def key_file(data_dir: Path, named: Path | None) -> Path:
    """Where the key is kept."""
    return named or data_dir / "subject.key"


def read_key(file: Path, *, make: bool) -> SubjectKey:
    """The key in the file, made at first use where that is allowed.

    Raises:
        SubjectKeyError: there is none and none may be made, others can read it, or it is not a key.
    """
    if not file.exists():
        if not make:
            raise SubjectKeyError(
                f"{file} is missing, and the index of subjects was made by its key: put the file back, or, if it is"
                " lost, set MOTCUA_SUBJECT_KEY_FILE to a new one and run motcua subjects rebuild"
            )
        _make(file)
    try:
        if file.stat().st_mode & _OPEN_TO_OTHERS:
            raise SubjectKeyError(f"{file} can be read by others: chmod 600 {file}")
        secret = file.read_bytes()
    except OSError as error:
        raise SubjectKeyError(f"{file} cannot be read: {error.strerror}") from error
    if len(secret) != KEY_BYTES:
        raise SubjectKeyError(f"{file} is not a key: it has {len(secret)} bytes instead of {KEY_BYTES}")
    return SubjectKey(secret)


def _make(file: Path) -> None:
    """Whole or not at all; of several processes that make one at the same time, one makes it for all."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        try:
            with os.fdopen(descriptor, "wb") as written:
                written.write(secrets.token_bytes(KEY_BYTES))
                written.flush()
                os.fsync(written.fileno())
            with suppress(FileExistsError):
                os.link(beside, file)
        finally:
            beside.unlink()
    except OSError as error:
        raise SubjectKeyError(f"{file} cannot be made: {error.strerror}") from error
