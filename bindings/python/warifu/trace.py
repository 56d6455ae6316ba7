"""One's own traffic, with what the records protect: for the `trace` argument of Device and Controller."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TextIO

from ._dictionary import Dictionary
from .text import decode, decode_edata


@dataclass(frozen=True, slots=True)
class Traced:
    """One datagram as it was sent or received."""

    time: float  # seconds since 1970
    sent: bool
    address: str | None  # to or from; None: sent to every group
    datagram: bytes
    inner: bytes  # EDATA that the record protects; empty where there is none or it was refused

    def __str__(self) -> str:
        return self.text()

    def text(self, dictionary: Dictionary | None = None) -> str:
        """One line; names are those of `dictionary` (None: `warifu.dictionary`)."""
        clock = time.strftime("%H:%M:%S", time.localtime(self.time))
        head = f"{clock}.{int(self.time % 1 * 1000):03d} {'->' if self.sent else '<-'} {self.address or 'everybody'}"
        inner = f" | {decode_edata(self.inner, dictionary)}" if self.inner else ""
        return f"{head} {len(self.datagram)} bytes {decode(self.datagram, dictionary)}{inner}"


Trace = Callable[[Traced], object]
"""Called with every datagram. It must not call the endpoint; exceptions in it are reported as unraisable."""


@dataclass(slots=True)
class Recorder:
    """A trace that keeps everything in `records`."""

    records: list[Traced] = field(default_factory=list)

    def __call__(self, record: Traced) -> None:
        self.records.append(record)


class Printer:
    """A trace that writes one line a datagram, values of properties in it, to `file` (None: the standard error).

    Names are those of `dictionary` (None: `warifu.dictionary`).
    """

    def __init__(self, file: TextIO | None = None, *, dictionary: Dictionary | None = None) -> None:
        self._file = file
        self._dictionary = dictionary

    def __call__(self, record: Traced) -> None:
        print(record.text(self._dictionary), file=self._file or sys.stderr)


class JsonLines:
    """A trace that appends each datagram to the file `path`, as a line of JSON with bytes as hexadecimal text.

    Each line is in the file before the next thing happens, so a program that is killed leaves all of them.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path

    def __call__(self, record: Traced) -> None:
        row = asdict(record) | {"datagram": record.datagram.hex(), "inner": record.inner.hex()}
        with open(self._path, "a", encoding="ascii") as file:
            print(json.dumps(row), file=file)
