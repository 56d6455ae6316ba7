"""Warifu: ECHONET Lite with Device Authentication. Pair with devices, then read and set them encrypted.

    async with warifu.Controller(identity=warifu.Identity.load("controller.pem"), state="home") as controller:
        for node in await controller.discover():
            print(node)

Times are in seconds, values are bytes as they stand in a frame (EDT), objects and properties are numbers (EOJ, EPC).
All errors are in `warifu.errors`, and each is a natural builtin too.
"""

from . import errors
from ._doctor import Finding, doctor
from ._stream import Stream
from ._warifu import Hello, Identity, __version__
from .authority import Authority, random_number
from .controller import Controller
from .device import Device
from .errors import (
    Error,
    NoAnswer,
    NoObject,
    NoProperty,
    NotPaired,
    OutcomeUnknown,
    PairingIncomplete,
    PairingRefused,
    PairingsFull,
    PlaintextOnly,
    PortInUse,
    Refused,
    UnpairedHereOnly,
    Untrusted,
    WindowClosed,
    WrongDevice,
)
from .events import Event, Notification
from .nodes import Node, Peer
from .objects import Object, Property
from .text import decode, decode_edata
from .trace import JsonLines, Printer, Recorder, Trace, Traced

__all__ = [
    "Authority",
    "Controller",
    "Device",
    "Error",
    "Event",
    "Finding",
    "Hello",
    "Identity",
    "JsonLines",
    "NoAnswer",
    "NoObject",
    "NoProperty",
    "Node",
    "NotPaired",
    "Notification",
    "Object",
    "OutcomeUnknown",
    "PairingIncomplete",
    "PairingRefused",
    "PairingsFull",
    "Peer",
    "PlaintextOnly",
    "PortInUse",
    "Printer",
    "Property",
    "Recorder",
    "Refused",
    "Stream",
    "Trace",
    "Traced",
    "UnpairedHereOnly",
    "Untrusted",
    "WindowClosed",
    "WrongDevice",
    "__version__",
    "decode",
    "decode_edata",
    "doctor",
    "errors",
    "random_number",
]
