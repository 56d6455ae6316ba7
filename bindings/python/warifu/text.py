"""Frames as text, for people who look at the traffic."""

from . import _warifu
from ._dictionary import Dictionary, PropertyInfo
from ._dictionary import dictionary as builtin
from ._values import text_of
from ._warifu import ParsedDaFrame, ParsedFrame
from .errors import NotInDictionary, WrongValue

Properties = tuple[tuple[int, bytes], ...]
REQUESTS = range(0x60, 0x70)  # the ESVs whose properties are the destination's; with the others they are the source's


def _meaning(info: PropertyInfo, edt: bytes) -> str:
    try:
        value = text_of(info.decode(edt)) if edt else ""
    except WrongValue:
        value = ""
    return f"{info.id} {value}".rstrip()


def _property(names: Dictionary, of_class: int, epc: int, edt: bytes) -> str:
    """As "B3=1A (targetTemperature 26 Celsius)"; without a name where the dictionary has none."""
    text = f"{epc:02X}={edt.hex().upper()}" if edt else f"{epc:02X}"
    try:
        return f"{text} ({_meaning(names.find(of_class, epc), edt)})"
    except NotInDictionary:
        return text


def _properties(names: Dictionary, eoj: int, properties: Properties) -> str:
    return " ".join(_property(names, eoj >> 8, epc, edt) for epc, edt in properties)


def _message(frame: ParsedFrame, names: Dictionary) -> str:
    """ESV, objects and properties: what is the same in clear and inside a record."""
    name = _warifu.esv_name(frame.esv)
    if name == "reserved":
        name = f"ESV {frame.esv:02X}"
    eoj = frame.deoj if frame.esv in REQUESTS else frame.seoj
    text = f"{name} {frame.seoj:06X} -> {frame.deoj:06X}: {_properties(names, eoj, frame.properties)}"
    if frame.gets:
        text += f" get {_properties(names, eoj, frame.gets)}"
    if frame.trailing:
        text += f" (then {len(frame.trailing)} bytes: {frame.trailing.hex().upper()})"
    return text.rstrip(" :")


def _hello(frame: ParsedDaFrame) -> str:
    hello = frame.hello
    if hello is None:
        return ""
    roles = [word for word, is_it in (("device", hello.is_device), ("controller", hello.is_controller)) if is_it]
    window = f"window open for {hello.window_seconds} s" if hello.window_open else "window closed"
    suites = ",".join(str(suite) for suite in hello.suites)
    paired = "paired" if hello.has_pairings else "unpaired"
    demands = [word for word, it_does in (("its code", hello.demands_code), ("a root", hello.demands_root)) if it_does]
    demanded = f", demands {' and '.join(demands)}" if demands else ""
    return f": {' and '.join(roles) or 'no role'}, {window}, {paired}{demanded}, suites {suites}"


def _da(frame: ParsedDaFrame) -> str:
    """What of a DA frame is in clear."""
    parts = []
    for name, value in (("kid", frame.kid), ("cookie", frame.cookie), ("tag", frame.tag), ("nonce", frame.nonce)):
        if value:
            parts.append(f"{name} {value.hex().upper()}")
    if frame.piv is not None:
        parts.append(f"PIV {frame.piv}")
    if frame.connection_id is not None:
        parts.append(f"C_R {frame.connection_id:02X}")
    if frame.payload:
        what = "ciphertext and tag" if frame.piv is not None else "EDHOC"
        parts.append(f"{len(frame.payload)} bytes of {what}")
    return f"DA {frame.name}{_hello(frame)}{': ' if parts else ''}{', '.join(parts)}"


def decode(datagram: bytes, dictionary: Dictionary | None = None) -> str:
    """One line about any datagram: ECHONET Lite, Device Authentication, or neither. It never raises. Names are those of
    `dictionary` (None: `warifu.dictionary`)."""
    try:
        frame = _warifu.frame_parse(datagram)
    except _warifu.Error:
        return f"no ECHONET Lite frame, {len(datagram)} bytes: {bytes(datagram[:32]).hex().upper()}"
    if frame.ehd2 == 0x81:
        return f"[{frame.tid:04X}] {_message(frame, dictionary or builtin)}"
    try:
        return f"[{frame.tid:04X}] {_da(_warifu.da_frame_parse(datagram))}"
    except _warifu.Error:
        return f"[{frame.tid:04X}] arbitrary format, {len(frame.arbitrary)} bytes: {frame.arbitrary.hex().upper()}"


def decode_edata(edata: bytes, dictionary: Dictionary | None = None) -> str:
    """One line about EDATA (SEOJ to the last property), as a record protects it; otherwise as `decode`."""
    try:
        return _message(_warifu.edata_parse(edata), dictionary or builtin)
    except _warifu.Error:
        return f"no EDATA, {len(edata)} bytes: {bytes(edata[:32]).hex().upper()}"
