"""PEM (RFC 7468) around public things: certificates, requests, revocation lists."""

import base64
from collections.abc import Iterable


def to_pem(label: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def certificates_to_pem(certificates: Iterable[bytes]) -> str:
    return "".join(to_pem("CERTIFICATE", der) for der in certificates)
