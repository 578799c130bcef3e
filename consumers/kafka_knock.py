"""Whether a broker lets us in, found out before there is a client: that one would try on, and tell its log alone.

Nor could it be asked why: what a broker still says when it hangs up, the client throws away as often as not.
"""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from io import BufferedRWPair
from typing import Any, Final

from kafka.cluster import collect_hosts
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.metadata import MetadataRequest, MetadataResponse
from kafka.protocol.sasl import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from consumers.kafka_tls import tls
from consumers.ports import Away

_ANSWER_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.2
_LARGEST_ANSWER: Final = 2**20
_METADATA_VERSION: Final = 5
_SASL_VERSION: Final = 1
_OTHERWISE: Final = "does it expect another MOTCUA_KAFKA_SECURITY_PROTOCOL?"


class _Refused(Exception):
    """One will not have the other, and asking again does not help."""


def knock(options: Mapping[str, Any]) -> None:
    """Return once a broker lets in the client that is made with ``options``.

    Raises:
        Away: none does within ``bootstrap_timeout_ms``, or one refused; what each says is told.
        OSError: our own certificates cannot be read.
    """
    deadline = time.monotonic() + options["bootstrap_timeout_ms"] / 1000
    files = (options.get(name) for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile"))
    trust = tls(*files) if options["security_protocol"].endswith("SSL") else None
    while True:
        reasons, refused = [], False
        for host, port, _ in collect_hosts(options["bootstrap_servers"]):
            try:
                return _enter(host, port, trust, options)
            except (_Refused, OSError) as error:
                refused = refused or isinstance(error, _Refused)
                reasons.append(f"{host}:{port} {error}")
        if refused or time.monotonic() >= deadline:
            raise Away(f"Kafka: {'; '.join(reasons)}")
        time.sleep(_PAUSE_SECONDS)


def _enter(host: str, port: int, trust: ssl.SSLContext | None, options: Mapping[str, Any]) -> None:
    """As a client does: connect, agree on TLS, log in, and ask something that only those who are in may ask."""
    with _explained(), closing(_connected(host, port, trust)) as connection, connection.makefile("rwb") as stream:
        if options["security_protocol"].startswith("SASL"):
            _log_in(stream, host, options)
        _ask(stream, MetadataRequest(topics=[]), MetadataResponse, _METADATA_VERSION)


@contextmanager
def _explained() -> Iterator[None]:
    """Faults of a connection, in words that go on after the broker's name."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise _Refused(
            f"shows a certificate that is not trusted, see MOTCUA_KAFKA_SSL_CAFILE: {error.verify_message}"
        ) from error
    except (ssl.SSLEOFError, ConnectionResetError, BrokenPipeError) as error:
        raise OSError(f"hangs up; {_OTHERWISE}") from error
    except ssl.SSLError as error:
        raise _Refused(
            f"does not agree on TLS, see MOTCUA_KAFKA_SSL_CERTFILE and MOTCUA_KAFKA_SECURITY_PROTOCOL: {error.reason}"
        ) from error
    except OSError as error:
        raise OSError(f"does not answer: {error.strerror or error}") from error


def _connected(host: str, port: int, trust: ssl.SSLContext | None) -> socket.socket:
    connection = socket.create_connection((host, port), _ANSWER_SECONDS)
    if trust is None:
        return connection
    try:
        return trust.wrap_socket(connection, server_hostname=host.rstrip("."))
    except BaseException:
        connection.close()
        raise


def _log_in(stream: BufferedRWPair, host: str, options: Mapping[str, Any]) -> None:
    mechanism = options["sasl_mechanism"]
    offered = _ask(stream, SaslHandshakeRequest(mechanism=mechanism), SaslHandshakeResponse, _SASL_VERSION).mechanisms
    if not offered:
        raise _Refused(f"lets nobody log in; {_OTHERWISE}")
    if mechanism not in offered:
        raise _Refused(f"knows no {mechanism}, see MOTCUA_KAFKA_SASL_MECHANISM: it knows {', '.join(sorted(offered))}")
    login = get_sasl_mechanism(mechanism)(host=host, **options)
    while not login.is_done():
        answer = _ask(stream, SaslAuthenticateRequest(login.auth_bytes()), SaslAuthenticateResponse, _SASL_VERSION)
        if answer.error_code:
            raise _Refused(
                "refuses the login, see MOTCUA_KAFKA_SASL_USERNAME and MOTCUA_KAFKA_SASL_PASSWORD: "
                f"{answer.error_message}"
            )
        try:
            login.receive(answer.auth_bytes)
        except ValueError as error:
            raise _Refused(f"does not log in as {mechanism} has it: {error}") from error


def _ask(stream: BufferedRWPair, request: Any, response: Any, version: int) -> Any:  # noqa: ANN401 - the client is untyped
    request.API_VERSION = version
    request.with_header()
    stream.write(request.encode(header=True, framed=True))
    stream.flush()
    length = int.from_bytes(_read(stream, 4))
    if length > _LARGEST_ANSWER:
        raise _Refused(f"does not answer as a broker does; {_OTHERWISE}")
    return response.decode(_read(stream, length), version=version, header=True)


def _read(stream: BufferedRWPair, length: int) -> bytes:
    read = stream.read(length)
    if len(read) < length:
        raise ConnectionResetError
    return read
