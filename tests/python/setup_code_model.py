"""docs/reference/setup-code.md a second time, in Python and on `cryptography`, sharing nothing with the core.

The checksum is computed here as polynomials over GF(32). Run as a program it writes tests/vectors/setup-code.json anew.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FILE = Path(__file__).parent.parent / "vectors" / "setup-code.json"
Values = dict[str, Any]

PREFIX, ALPHABET = "WARIFU:", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VERSION, DATA, CHECKSUM = 1, 77, 6
FIELD = 0b101001  # x^5 + x^3 + 1
GENERATOR = [29, 22, 20, 21, 29, 18]  # x^6 is 1
TARGET = 0x2BC830A3
PASSED_OVER = " -\t\r\n"


def times(a: int, b: int) -> int:
    """The product in GF(32)."""
    product = 0
    for bit in range(5):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(8, 4, -1):
        if product >> bit & 1:
            product ^= FIELD << (bit - 5)
    return product


def remainder(symbols: list[int]) -> int:
    """Of x^n + the symbols as a polynomial, divided by the generator."""
    rest = [0] * CHECKSUM
    for symbol in [1, *symbols]:
        first, rest = rest[0], [*rest[1:], symbol]
        rest = [a ^ times(first, b) for a, b in zip(rest, GENERATOR, strict=True)]
    return sum(a << 5 * (CHECKSUM - 1 - i) for i, a in enumerate(rest))


def text_of_symbols(symbols: list[int]) -> str:
    """The text with a right checksum, whatever the symbols before it say."""
    rest = remainder([*symbols, *[0] * CHECKSUM]) ^ TARGET
    checksum = [rest >> 5 * (CHECKSUM - 1 - i) & 31 for i in range(CHECKSUM)]
    return PREFIX + "".join(ALPHABET[symbol] for symbol in [*symbols, *checksum])


def symbols_of(spki_hash: bytes, secret: bytes) -> list[int]:
    bits = int.from_bytes(spki_hash + secret) << 1
    return [VERSION, *(bits >> 5 * (DATA - 1 - i) & 31 for i in range(DATA))]


def write(spki_hash: bytes, secret: bytes) -> str:
    return text_of_symbols(symbols_of(spki_hash, secret))


def grouped(text: str) -> str:
    body = text.removeprefix(PREFIX)
    return PREFIX + "-".join(body[at : at + 4] for at in range(0, len(body), 4))


def parse(text: str) -> tuple[str, int, int] | tuple[bytes, bytes]:
    """Fingerprint and secret, or what is wrong: part, position, count."""
    kept = [(place, char.upper()) for place, char in enumerate(text, 1) if char not in PASSED_OVER]
    for at, wanted in enumerate(PREFIX):
        if at >= len(kept) or kept[at][1] != wanted:
            return "PREFIX", kept[at][0] if at < len(kept) else len(text) + 1, 0
    body = kept[len(PREFIX) :]
    for at, (place, char) in enumerate(body):
        if char not in ALPHABET:
            return "CHARACTER", place, 0
        if at == 0 and ALPHABET.index(char) != VERSION:
            return "VERSION", place, 0
    length = 1 + DATA + CHECKSUM
    if len(body) < length:
        return "SHORT", 0, length - len(body)
    if len(body) > length:
        return "LONG", body[length][0], len(body) - length
    symbols = [ALPHABET.index(char) for _, char in body]
    if remainder(symbols) != TARGET:
        return "CHECKSUM", 0, 0
    bits = 0
    for symbol in symbols[1 : 1 + DATA]:
        bits = bits << 5 | symbol
    if bits & 1:
        return "CHARACTER", body[DATA][0], 0
    both = (bits >> 1).to_bytes(48)
    return both[:32], both[32:]


def key(spki_hash: bytes, secret: bytes, label: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=spki_hash, info=label.encode() + b"\0").derive(secret)


def proof(spki_hash: bytes, secret: bytes, exporter: bytes, side: str) -> bytes:
    mac = hmac.HMAC(key(spki_hash, secret, f"warifu 1 code {side}"), hashes.SHA256())
    mac.update(exporter)
    return mac.finalize()[:16]


def code(name: str, private: int, secret: bytes, exporter: bytes) -> Values:
    public = ec.derive_private_key(private, ec.SECP256R1()).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    spki_hash = hashlib.sha256(spki).digest()
    text = write(spki_hash, secret)
    return {
        "name": name,
        "spki": spki.hex(),
        "spki_hash": spki_hash.hex(),
        "secret": secret.hex(),
        "text": text,
        "grouped": grouped(text),
        "slot_key": key(spki_hash, secret, "warifu 1 code slot").hex(),
        "exporter": exporter.hex(),
        "proof_initiator": proof(spki_hash, secret, exporter, "initiator").hex(),
        "proof_responder": proof(spki_hash, secret, exporter, "responder").hex(),
    }


def swapped(text: str, at: int) -> str:
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def refused(right: str, symbols: list[int]) -> list[Values]:
    wrong = "1" if right[50] == "0" else "0"
    at = next(at for at in range(30, 60) if right[at] != right[at + 1])
    texts = {
        "empty": "",
        "only the prefix": PREFIX,
        "another prefix": "WARIFO:" + right[7:],
        "without the prefix": right[7:],
        "another version": text_of_symbols([2, *symbols[1:]]),
        "a letter that is never used": right[:40] + "O" + right[41:],
        "one wrong character": right[:50] + wrong + right[51:],
        "two neighbours swapped": swapped(right, at),
        "one character left out": right[:60] + right[61:],
        "one character too many": right + "7",
        "cut after 40": right[:40],
        "padding that is not zero": text_of_symbols([*symbols[:-1], symbols[-1] | 1]),
    }
    rows = []
    for name, text in texts.items():
        part, position, count = parse(text)
        rows.append({"name": name, "text": text, "part": part, "position": position, "count": count})
    return rows


def vectors() -> Values:
    def some(what: str, length: int) -> bytes:
        return hashlib.sha256(f"setup-code.json {what}".encode()).digest()[:length]

    codes = [
        code("a device", int.from_bytes(some("key", 31)), some("secret", 16), some("exporter", 32)),
        code("another device", int.from_bytes(some("key 2", 31)), some("secret 2", 16), some("exporter 2", 32)),
        code("a secret of zeros", 1, bytes(16), bytes(32)),
        code("a secret of ones", 2, b"\xff" * 16, b"\xff" * 32),
    ]
    first = codes[0]
    text, lines = first["text"], first["grouped"]
    symbols = symbols_of(bytes.fromhex(first["spki_hash"]), bytes.fromhex(first["secret"]))
    return {
        "about": "Examples for docs/reference/setup-code.md; bytes in hexadecimal. tests/python/setup_code_model.py "
        "computes them; the codes are for examples only.",
        "codes": codes,
        "typed": [text.lower(), lines, lines.lower().replace("-", " "), f"\t{lines[:60]}\r\n  {lines[60:]}\r\n"],
        "refused": refused(text, symbols),
    }


def dumped() -> str:
    return json.dumps(vectors(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(dumped(), encoding="utf-8")
