"""Warifu: ECHONET Lite with Device Authentication. Pair with devices, then read and set them encrypted.

    async with warifu.Controller(identity=warifu.Identity.load("controller.pem"), state="home") as controller:
        for node in await controller.discover():
            print(node)

Times are in seconds, objects are numbers (EOJ). Properties are numbers (EPC) with bytes as they stand in a frame (EDT),
or names with values that `dictionary` knows: `await peer.get(0x013001, "roomTemperature")`.
All errors are in `warifu.errors`, and each is a natural builtin too.
"""

from . import errors, keeping
from ._audit import AuditEntry, AuditLog, audit
from ._calls import Result
from ._dictionary import ClassInfo, Dictionary, PropertyInfo, dictionary
from ._doctor import Finding, doctor
from ._services import Answer
from ._stream import Stream
from ._token import pkcs11_request
from ._types import MemberInfo, StateInfo, TypeInfo
from ._values import Bitmap, Integer, Level, NoData, Overflow, Quantity, Real, Special, State, Undefined, Underflow
from ._warifu import Hello, Identity, SetupCode, __version__
from .authority import Authority, AuthorityWarning, Issued, random_number
from .controller import Controller
from .device import Device, Window
from .errors import (
    CodeNeeded,
    CrlExpired,
    CrlOld,
    Disturbed,
    Error,
    LockedOut,
    NoAnswer,
    NoObject,
    NoProperty,
    NotACode,
    NotInDictionary,
    NotPaired,
    OutcomeUnknown,
    PairingIncomplete,
    PairingRefused,
    PairingsFull,
    PlaintextOnly,
    PortInUse,
    Refused,
    Revoked,
    UnpairedHereOnly,
    Untrusted,
    WindowClosed,
    WrongCode,
    WrongDevice,
    WrongValue,
)
from .events import Event, Notification
from .group import Group, GroupAnswer, GroupState
from .nodes import Node, Peer
from .objects import Object, Property
from .policy import Explanation, Policy
from .remote_object import RemoteObject
from .revocation import RevocationList
from .text import decode, decode_edata
from .trace import Printer, Recorder, Trace, Traced, TraceFile

__all__ = [
    "Answer",
    "AuditEntry",
    "AuditLog",
    "Authority",
    "AuthorityWarning",
    "Bitmap",
    "ClassInfo",
    "CodeNeeded",
    "Controller",
    "CrlExpired",
    "CrlOld",
    "Device",
    "Dictionary",
    "Disturbed",
    "Error",
    "Event",
    "Explanation",
    "Finding",
    "Group",
    "GroupAnswer",
    "GroupState",
    "Hello",
    "Identity",
    "Integer",
    "Issued",
    "Level",
    "LockedOut",
    "MemberInfo",
    "NoAnswer",
    "NoData",
    "NoObject",
    "NoProperty",
    "Node",
    "NotACode",
    "NotInDictionary",
    "NotPaired",
    "Notification",
    "Object",
    "OutcomeUnknown",
    "Overflow",
    "PairingIncomplete",
    "PairingRefused",
    "PairingsFull",
    "Peer",
    "PlaintextOnly",
    "Policy",
    "PortInUse",
    "Printer",
    "Property",
    "PropertyInfo",
    "Quantity",
    "Real",
    "Recorder",
    "Refused",
    "RemoteObject",
    "Result",
    "RevocationList",
    "Revoked",
    "SetupCode",
    "Special",
    "State",
    "StateInfo",
    "Stream",
    "Trace",
    "TraceFile",
    "Traced",
    "TypeInfo",
    "Undefined",
    "Underflow",
    "UnpairedHereOnly",
    "Untrusted",
    "Window",
    "WindowClosed",
    "WrongCode",
    "WrongDevice",
    "WrongValue",
    "__version__",
    "audit",
    "decode",
    "decode_edata",
    "dictionary",
    "doctor",
    "errors",
    "keeping",
    "pkcs11_request",
    "random_number",
]
