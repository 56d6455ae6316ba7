"""What a captured datagram is, read byte by byte and without the SDK, so that the judge does not ask the accused."""

from dataclasses import dataclass

PLAIN, PROTECTED = b"\x10\x81", b"\x10\x82"
SETC, GET, INF_REQ = 0x61, 0x62, 0x63
SETC_REFUSED, GET_REFUSED, SET_DONE, GET_ANSWER, INF = 0x51, 0x52, 0x71, 0x72, 0x73
SET_GET_FAMILY = (0x6E, 0x7E, 0x5E)
HELLO, HELLO_ANSWER, MESSAGE_1, RETRY, MESSAGE_2, MESSAGE_3, MESSAGE_4 = range(0x10, 0x17)
EDHOC_ERROR, REQUEST, ANSWER, GROUP, WAKE = range(0x17, 0x1C)
HANDSHAKE = frozenset({MESSAGE_1, RETRY, MESSAGE_2, MESSAGE_3, MESSAGE_4})
TYPES = HANDSHAKE | {HELLO, HELLO_ANSWER, EDHOC_ERROR, REQUEST, ANSWER, GROUP, WAKE}
RECORDS = frozenset({REQUEST, ANSWER})
GID_LEN, TAG_LEN, SIGNATURE_LEN = 6, 16, 64


@dataclass(frozen=True)
class Plain:
    """An ECHONET Lite message that everybody can read."""

    tid: bytes
    seoj: bytes
    deoj: bytes
    esv: int
    properties: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class Protected:
    """A frame of Device Authentication: its type, and for a record where its number (PIV) is."""

    tid: bytes
    type: int
    piv_at: int = 0
    piv_len: int = 0


def parse(payload: bytes) -> Plain | Protected | None:
    """None: neither of the two, or cut short."""
    if payload[:2] == PLAIN:
        return _plain(payload)
    if payload[:2] == PROTECTED and len(payload) > 5 and payload[4] in TYPES:
        return _protected(payload)
    return None


def _plain(payload: bytes) -> Plain | None:
    if len(payload) < 12:
        return None
    esv, at = payload[10], 11
    properties: list[tuple[int, bytes]] = []
    for _ in range(2 if esv in SET_GET_FAMILY else 1):
        if at >= len(payload):
            return None
        count, at = payload[at], at + 1
        for _ in range(count):
            if at + 2 > len(payload) or at + 2 + payload[at + 1] > len(payload):
                return None
            end = at + 2 + payload[at + 1]
            properties.append((payload[at], payload[at + 2 : end]))
            at = end
    return Plain(payload[2:4], payload[4:7], payload[7:10], esv, tuple(properties)) if at == len(payload) else None


def _protected(payload: bytes) -> Protected | None:
    kind = payload[4]
    if kind not in RECORDS | {GROUP}:
        return Protected(payload[2:4], kind)
    head, end = (5 + GID_LEN, TAG_LEN + SIGNATURE_LEN) if kind == GROUP else (5, TAG_LEN)
    if len(payload) <= head:
        return None
    kid_len, piv_len = payload[head] >> 4, payload[head] & 15
    piv_at = head + 1 + kid_len
    if kid_len not in (1, 2) or not 1 <= piv_len <= 5 or len(payload) <= piv_at + piv_len + end:
        return None
    return Protected(payload[2:4], kind, piv_at, piv_len)
