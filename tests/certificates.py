"""Certificates in PEM, made by the openssl program for one run of the tests."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    """``file`` holds it, ``key`` its private key, ``both`` the one and the other."""

    file: Path
    key: Path
    both: Path


def authority(folder: Path, name: str) -> Certificate:
    """One that signs itself, and can sign others."""
    return _made(folder, name)


def signed(by: Certificate, folder: Path, name: str) -> Certificate:
    """One for this machine, called 127.0.0.1."""
    return _made(
        folder,
        name,
        *("-CA", str(by.file), "-CAkey", str(by.key)),
        *("-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"),
    )


def locked(key: Path, passphrase: str) -> Path:
    """The same key, of no use without the passphrase."""
    to = key.with_name(f"locked-{key.name}")
    _openssl("pkey", "-in", str(key), "-aes256", "-passout", f"pass:{passphrase}", "-out", str(to))
    return to


def _made(folder: Path, name: str, *options: str) -> Certificate:
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key", folder / f"{name}-with-key.pem")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}")
    _openssl("req", "-x509", *kind, *options, "-keyout", str(made.key), "-out", str(made.file))
    made.both.write_text(made.key.read_text() + made.file.read_text())
    return made


def _openssl(*words: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    subprocess.run([program, *words], check=True, capture_output=True)  # noqa: S603 - our own words
