"""PEM (RFC 7468) around public things: certificates, requests, revocation lists."""

import base64
from collections.abc import Iterable

from . import _warifu


def to_pem(label: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def certificates_to_pem(certificates: Iterable[bytes]) -> str:
    return "".join(to_pem("CERTIFICATE", der) for der in certificates)


def _der_from(text: str | bytes, label: str) -> bytes:
    return _warifu.pem_or_der(label, text.encode() if isinstance(text, str) else text)


def certificate_from(text: str | bytes) -> bytes:
    """The DER of a certificate: of PEM text, of several the first, or as it is. Raises Pem."""
    return _der_from(text, "CERTIFICATE")


def list_from(text: str | bytes) -> bytes:
    """The same of a revocation list."""
    return _der_from(text, "X509 CRL")
