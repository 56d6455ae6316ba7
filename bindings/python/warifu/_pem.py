"""PEM (RFC 7468) around public things: certificates, requests, revocation lists."""

import base64
import binascii
import re
from collections.abc import Iterable

from . import errors

BLOCK = re.compile(r"-----BEGIN ([^-\n]+)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----")


def to_pem(label: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def certificates_to_pem(certificates: Iterable[bytes]) -> str:
    return "".join(to_pem("CERTIFICATE", der) for der in certificates)


def _der_from(text: str | bytes, label: str) -> bytes:
    """The first block with this label, or DER as it is."""
    if isinstance(text, bytes) and text[:1] == b"\x30":
        return text
    read = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    found = next((block for block in BLOCK.finditer(read) if block[1] == label), None)
    if found is None:
        raise errors.Pem(f"there is no {label} in it")
    try:
        return base64.b64decode("".join(found[2].split()), validate=True)
    except binascii.Error:
        raise errors.Pem("its base64 is damaged") from None


def certificate_from(text: str | bytes) -> bytes:
    """The DER of a certificate: of PEM text, of several the first, or as it is. Raises Pem."""
    return _der_from(text, "CERTIFICATE")


def list_from(text: str | bytes) -> bytes:
    """The same of a revocation list."""
    return _der_from(text, "X509 CRL")
