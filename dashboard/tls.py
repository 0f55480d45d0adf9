"""TLS: from the two files that an operator names to what makes connections secret."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from dashboard.errors import CannotStart

CERTIFICATE, KEY = "--tls-certificate", "--tls-key"
#: The first byte of a TLS handshake.
_HANDSHAKE = b"\x16"
_TEXT = b"This is an https address: write https:// in place of http://.\n"
#: The answer to plain HTTP where TLS is spoken.
SPEAK_TLS = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
    % (len(_TEXT), _TEXT)
)


class _Encrypted(Exception):
    pass


def tls_context(certificate: str, key: str) -> ssl.SSLContext | None:
    """What secures the connections of a server; None when neither file is given.

    Args:
        certificate: a file in PEM form: the server's certificate, and after it those that lead to a known authority.
        key: a file in PEM form: the certificate's private key, not encrypted.

    Raises:
        CannotStart: one is missing, or they are not what they should be.
    """
    if not certificate and not key:
        return None
    if not certificate:
        raise CannotStart(f"{KEY} needs {CERTIFICATE}, the file of the certificate that it belongs to")
    if not key:
        raise CannotStart(f"{CERTIFICATE} needs {KEY}, the file of its private key")
    _check(CERTIFICATE, certificate, b"-----BEGIN CERTIFICATE-----", "certificate")
    _check(KEY, key, b"PRIVATE KEY-----", "private key")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_ask)
    except _Encrypted:
        raise CannotStart(
            f"{KEY} {key}: is encrypted, and nobody is here to say the password; "
            "write it in the clear, for this user alone, with `openssl pkey -in OLD -out NEW`"
        ) from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise CannotStart(f"{KEY} {key}: does not belong to the certificate {certificate}") from None
        why = (error.reason or "damaged").replace("_", " ").lower()
        raise CannotStart(f"{CERTIFICATE} {certificate} and {KEY} {key}: can't be used: {why}") from None
    return context


def begins_tls(connection: socket.socket) -> bool:
    """Wait for the first byte; whether it is one of a TLS handshake, or never comes."""
    return connection.recv(1, socket.MSG_PEEK) in (_HANDSHAKE, b"")


def _check(option: str, path: str, mark: bytes, what: str) -> None:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CannotStart(f"{option} {path}: can't be read: {error.strerror}") from None
    if mark not in content:
        raise CannotStart(f"{option} {path}: holds no {what} in PEM form, a text with {mark.decode()!r}")


def _ask() -> str:  # without this, OpenSSL asks on the terminal
    raise _Encrypted
