"""One's own traffic, with what the records protect: for the `trace` argument of Device and Controller."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TextIO

from . import _warifu
from ._dictionary import Dictionary
from ._dictionary import dictionary as builtin
from ._rows import TracedRow

Form = Literal["text", "json", "pcapng"]

_log = logging.getLogger("warifu")
_FORMS: dict[str, Form] = {".pcapng": "pcapng", ".pcap": "pcapng", ".jsonl": "json", ".json": "json"}


@dataclass(frozen=True, slots=True)
class Traced:
    """One datagram as it was sent or received."""

    time: float  # seconds since 1970
    sent: bool
    address: str | None  # to or from; None: sent to every group
    datagram: bytes
    inner: bytes = b""  # EDATA that the record protects; empty where there is none or it was refused
    multicast: bool = False  # to or from every group
    own: str | None = None  # where it left or arrived, as far as it is known

    def __str__(self) -> str:
        return self.text()

    def text(self, dictionary: Dictionary | None = None, *, dump: bool = False) -> str:
        """One line; with `dump` its bytes follow. Names are those of `dictionary` (None: `warifu.dictionary`)."""
        return _warifu.traced_text(self._row(), (dictionary or builtin)._handle, dump)

    def _row(self) -> TracedRow:
        return self.time, self.sent, self.multicast, self.address, self.own, self.datagram, self.inner

    @classmethod
    def _of(cls, row: TracedRow) -> Self:
        time, sent, multicast, address, own, datagram, inner = row
        return cls(time, sent, address, datagram, inner, multicast, own)


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

    With `dump` the bytes follow. Names are those of `dictionary` (None: `warifu.dictionary`).
    """

    def __init__(self, file: TextIO | None = None, *, dictionary: Dictionary | None = None, dump: bool = False) -> None:
        self._file = file
        self._dictionary = dictionary
        self._dump = dump

    def __call__(self, record: Traced) -> None:
        print(record.text(self._dictionary, dump=self._dump), file=self._file or sys.stderr)


class TraceFile:
    """A trace that writes to a file of mode 0600: text with a hexdump, lines of JSON, or pcapng for Wireshark.

    The form is that of the name's ending (.pcapng, .jsonl, else text) unless given. The file is new, or with `append`
    one that is added to. What records protect goes in with `plain` only, which is logged as a warning. Each datagram is
    in the file before the next thing happens; what can't be written is raised once, and `lost` counts from there on.

    Raises errors.Store, errors.NotATrace (to append: it is of another form).
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        form: Form | None = None,
        *,
        plain: bool = False,
        append: bool = False,
        dictionary: Dictionary | None = None,
    ) -> None:
        form = form or _FORMS.get(Path(path).suffix, "text")
        self._file = _warifu.trace_open(path, form, append, plain, (dictionary or builtin)._handle)
        if plain:
            _log.warning("%s gets in clear what records protect; it is for nobody else", os.fspath(path))

    def __call__(self, record: Traced) -> None:
        _warifu.trace_write(self._file, record._row())

    @property
    def lost(self) -> int:
        """How many datagrams are not in it, because something went wrong."""
        return _warifu.trace_lost(self._file)

    def close(self) -> None:
        """A second time does nothing. What comes later is not written."""
        _warifu.trace_close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def read(path: str | os.PathLike[str]) -> Iterator[Traced]:
    """The datagrams of a file: pcapng (also of another program), lines of JSON, or lines of hexadecimal digits.

    Raises errors.NotATrace where it can't be read further, after all that could.
    """
    rows, line = _warifu.read_trace(Path(path).read_bytes())
    for row in rows:
        yield Traced._of(row)
    if line is not None:
        where = f"{os.fspath(path)}, line {line}" if line else os.fspath(path)
        raise _warifu.make_error(_warifu.NotATrace.code, where)
