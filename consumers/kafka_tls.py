"""How we know brokers and they know us: certificates and keys in PEM."""

import ssl
from pathlib import Path


def tls(cafile: Path | None, certfile: Path | None = None, keyfile: Path | None = None) -> ssl.SSLContext:
    """As Kafka's client makes it of the same files anew for every connection, so that renewed ones count.

    Raises:
        OSError: a file cannot be read, or is not what it should be.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cafile is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(cafile)
    if certfile is not None:
        # A passphrase, even a wrong one: without any, the terminal would be asked for that of a locked key.
        context.load_cert_chain(certfile, keyfile, password="")
    return context
