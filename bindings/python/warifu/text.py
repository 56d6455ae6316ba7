"""Frames as text, for people who look at the traffic."""

from . import _warifu
from ._dictionary import Dictionary
from ._dictionary import dictionary as builtin


def decode(datagram: bytes, dictionary: Dictionary | None = None, *, lines: bool = False) -> str:
    """One line about any datagram: ECHONET Lite, Device Authentication, or neither; with `lines` one more for each of
    its parts. It never raises. Names are those of `dictionary` (None: `warifu.dictionary`)."""
    return _warifu.decode(datagram, (dictionary or builtin)._handle, lines)


def decode_edata(edata: bytes, dictionary: Dictionary | None = None) -> str:
    """One line about EDATA (SEOJ to the last property), as a record protects it; otherwise as `decode`."""
    return _warifu.decode_edata(edata, (dictionary or builtin)._handle)
