"""Tells what happens, for people who have never heard of EDHOC."""

import sys
import time
from collections.abc import Mapping
from itertools import pairwise
from typing import TextIO

from . import frames
from .processes import Row

NAMES = {
    0x80: "operation status",
    0x82: "version",
    0x83: "identification number",
    0x84: "power consumption",
    0xB0: "operation mode",
    0xB3: "set temperature",
    0xBB: "room temperature",
    0xD5: "list of my objects",
    0xD6: "list of objects",
}
WORDS = {0x80: {b"\x30": "on", b"\x31": "off"}}
CELSIUS = (0xB3, 0xBB)
DEEDS = {
    frames.SETC: "please set",
    frames.GET: "please read",
    frames.INF_REQ: "please announce",
    frames.SETC_REFUSED: "refused",
    frames.GET_REFUSED: "not all of it can be read",
    frames.SET_DONE: "done",
    frames.GET_ANSWER: "answer",
    frames.INF: "notification",
}
SAYINGS = {
    frames.HELLO: "hello: who here speaks Device Authentication?",
    frames.HELLO_ANSWER: "hello: I do",
    frames.MESSAGE_1: "message_1: a fresh public key of mine; who are you?",
    frames.RETRY: "retry: first show that you are where you say you are",
    frames.MESSAGE_2: "message_2: a fresh public key of mine; encrypted, {credential} and signature",
    frames.MESSAGE_3: "message_3: encrypted, {credential} and signature",
    frames.MESSAGE_4: "message_4: encrypted, proof that we have the same keys",
    frames.EDHOC_ERROR: "error: this handshake can't go on",
    frames.REQUEST: "a record about the pairing itself",
    frames.ANSWER: "its answer, a record too",
    frames.GROUP: "a record to a group, encrypted and signed",
    frames.WAKE: "wake: I was away and have no keys any more, let us make new ones",
}
A_CERTIFICATE = 300  # bytes; a handshake message that holds one is longer


def _value(epc: int, edt: bytes) -> str:
    if epc in CELSIUS and len(edt) == 1:
        return f"{int.from_bytes(edt, signed=True)} degrees"
    return WORDS.get(epc, {}).get(edt, edt.hex().upper())


def meaning(message: frames.Plain) -> str:
    """One line of English for an ECHONET Lite message."""
    parts = []
    for epc, edt in message.properties:
        name = NAMES.get(epc, f"property {epc:02X}")
        parts.append(f"{name} {_value(epc, edt)}" if edt else name)
    return f"{DEEDS.get(message.esv, f'service {message.esv:02X}')}: {', '.join(parts)}"


def _groups(payload: bytes, *cuts: int) -> str:
    """Hexadecimal text with a space at each cut."""
    edges = [0, *cuts, len(payload)]
    return " ".join(payload[a:b].hex().upper() for a, b in pairwise(edges) if a < b)


def plain_hex(payload: bytes) -> str:
    """1081 TID SEOJ DEOJ ESV OPC properties."""
    return _groups(payload, 2, 4, 7, 10, 11, 12)


def record_hex(payload: bytes, seen: frames.Protected) -> str:
    """1082 TID type key-and-number ciphertext-and-tag."""
    return _groups(payload, 2, 4, 5, seen.piv_at + seen.piv_len)


class Narrator:
    """Prints with the seconds since the start."""

    def __init__(self, names: Mapping[str, str], file: TextIO = sys.stdout) -> None:
        self._roles = {address: role for role, address in names.items()}
        self._file = file
        self._start = time.time()

    def _print(self, at: float, text: str) -> None:
        print(f"{at - self._start:7.3f} s  {text}", file=self._file, flush=True)

    def _print_more(self, text: str) -> None:
        print(f"{'':11}{text}", file=self._file, flush=True)

    def chapter(self, title: str, *lines: str) -> None:
        """A new part of the story, and what to look out for in it."""
        print(f"\n--- {title}", file=self._file)
        for line in lines:
            print(f"    {line}", file=self._file)
        self._file.flush()

    def say(self, text: str) -> None:
        self._print(time.time(), text)

    def row(self, row: Row, me: str) -> None:
        """One datagram of the trace of role `me`, with what a record stands for."""
        other = "everybody" if row.address is None else self._roles.get(row.address, row.address)
        way = f"{me} -> {other}" if row.sent else f"{other} -> {me}"
        head = f"{way:24} {len(row.datagram):4} bytes  "
        seen = frames.parse(row.datagram)
        if seen is None:
            self._print(row.time, f"{head}{row.datagram.hex().upper()}")
        elif isinstance(seen, frames.Plain):
            self._print(row.time, f"{head}in clear: {meaning(seen)}")
            self._print_more(plain_hex(row.datagram))
        elif not row.inner:
            credential = "my certificate" if len(row.datagram) > A_CERTIFICATE else "my certificate's fingerprint"
            self._print(row.time, head + SAYINGS[seen.type].format(credential=credential))
        else:
            plain = frames.PLAIN + seen.tid + row.inner
            message = frames.parse(plain)
            assert isinstance(message, frames.Plain)
            self._print(row.time, f"{head}encrypted: {meaning(message)}")
            self._print_more(f"it would have been  {plain_hex(plain)}")
            self._print_more(f"on the wire is      {record_hex(row.datagram, seen)}")
