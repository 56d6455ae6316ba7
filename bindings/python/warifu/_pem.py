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


def request_from(text: str | bytes) -> bytes:
    """The DER of a certificate request: of its PEM text, or as it is. Raises Pem."""
    if isinstance(text, bytes) and text[:1] == b"\x30":
        return text
    found = BLOCK.search(text.decode("ascii", "replace") if isinstance(text, bytes) else text)
    if found is None or not found[1].endswith("CERTIFICATE REQUEST"):
        raise errors.Pem("there is no CERTIFICATE REQUEST in it")
    try:
        return base64.b64decode("".join(found[2].split()), validate=True)
    except binascii.Error:
        raise errors.Pem("its base64 is damaged") from None
