"""What happened, computed from the capture, the programs' words and the device's counters; and whether it is right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from . import frames
from .eavesdropper import Packet
from .frames import Plain, Protected, parse

AIRCON, NODE_PROFILE = bytes.fromhex("013001"), bytes.fromhex("0EF001")
TARGET, INSTANCES = 0xB3, 0xD5
CELSIUS_26 = b"\x1a"
DISCOVERY = frozenset({0x80, 0x82, 0x83, 0x8A, 0x9D, 0x9E, 0x9F, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7})
MOST_HANDSHAKE_DATAGRAMS, MOST_HANDSHAKE_BYTES = 6, 1300


@dataclass
class Evidence:
    """All that the demo has seen. A dictionary of `said` holds what a program printed, first word -> the rest."""

    addresses: Mapping[str, str]  # role -> address
    packets: Sequence[Packet] = ()
    control_packets: int = 0  # the first ones: the run without protection
    lost: int = 0  # packets that the capture missed
    sent: dict[str, int] = field(default_factory=dict)  # role -> datagrams, as each program counted them
    controller: list[str] = field(default_factory=list)  # lines that it printed
    lua: list[str] = field(default_factory=list)
    device: list[str] = field(default_factory=list)
    stranger: list[str] = field(default_factory=list)
    before_attack: dict[str, object] = field(default_factory=dict)  # the device's own properties and counters
    after_attack: dict[str, object] = field(default_factory=dict)
    replayed: int = 0  # records that the attacker sent a second time
    tampered: int = 0  # records that it sent changed


# ---- the eavesdropper's view ----


def _concerns_discovery(message: Plain) -> bool:
    epcs = {epc for epc, _ in message.properties}
    if message.esv in (frames.GET, frames.INF_REQ):
        return message.deoj == NODE_PROFILE and epcs <= DISCOVERY and not any(edt for _, edt in message.properties)
    if message.esv in (frames.GET_ANSWER, frames.GET_REFUSED):
        return message.seoj == NODE_PROFILE and epcs <= DISCOVERY
    return message.esv == frames.INF and message.seoj == NODE_PROFILE and epcs == {INSTANCES}


def _concerns_stranger(packet: Packet, message: Plain, addresses: Mapping[str, str]) -> bool:
    """The stranger's Set, or the refusal that sends it back as it was."""
    stranger, device = addresses["stranger"], addresses["device"]
    if message.esv == frames.SETC:
        return (packet.source, packet.destination) == (stranger, device)
    return message.esv == frames.SETC_REFUSED and (packet.source, packet.destination) == (device, stranger)


def plaintext(packets: Iterable[Packet], addresses: Mapping[str, str]) -> list[Packet]:
    """The packets that say in clear what must not be said so, or that can't be read at all."""
    found = []
    for packet in packets:
        message = parse(packet.payload)
        if isinstance(message, Protected):
            continue
        if message is None or not (_concerns_discovery(message) or _concerns_stranger(packet, message, addresses)):
            found.append(packet)
    return found


def reads_26(packets: Iterable[Packet]) -> bool:
    """Whether somebody without any key reads that the temperature is set to 26 degrees."""
    for packet in packets:
        message = parse(packet.payload)
        if isinstance(message, Plain) and message.esv == frames.SETC and message.deoj == AIRCON:
            return (TARGET, CELSIUS_26) in message.properties
    return False


def _first_pairing(packets: Iterable[Packet], ends: frozenset[str]) -> tuple[list[Packet], list[Packet]]:
    """The handshake between two addresses, and the records of the commit that follows it."""
    handshake: list[Packet] = []
    commit: list[Packet] = []
    for packet in packets:
        message = parse(packet.payload)
        if {packet.source, packet.destination} != ends or not isinstance(message, Protected):
            continue
        if message.type in frames.HANDSHAKE:
            handshake.append(packet)
        elif message.type in frames.RECORDS:
            commit.append(packet)
        if len(commit) == 2:
            break
    return handshake, commit


def _suite(handshake: Sequence[Packet]) -> int | None:
    """The cipher suite that message_1 chose: after the method, alone or as the last of a list (RFC 9528 5.2.1)."""
    for packet in handshake:
        if packet.payload[4] == frames.MESSAGE_1:
            flags = packet.payload[5]
            at = 6 + 16 * (flags & 1) + 16 * (flags >> 1 & 1) + 1
            head = packet.payload[at]
            return packet.payload[at + (head & 31)] if head >> 5 == 4 else head
    return None


# ---- the programs' words ----


def facts(lines: Iterable[str], start: str) -> dict[str, object]:
    """`name=value` words of the first line that begins so; numbers as numbers."""
    line = next((line for line in lines if line.split(" ")[0] == start), "")
    pairs = (word.split("=", 1) for word in line.split() if "=" in word)
    return {name: int(value) if value.isdecimal() else value for name, value in pairs}


def _status(values: Mapping[str, object]) -> dict[str, object]:
    """The operation status as a word."""
    words = {30: "on", 31: "off"}
    named = {"operationStatus": words.get(values.get("operationStatus"))}  # type: ignore[call-overload]
    return {**values, **named} if values else {}


def _count(state: Mapping[str, object], name: str) -> int:
    counters = state.get("counters")
    return int(counters[name]) if isinstance(counters, dict) else 0


def _stranger_refused(evidence: Evidence, packets: Iterable[Packet]) -> bool:
    """It was told no, on the wire too, and the device is as it was."""
    before, after = ({**state, "counters": None} for state in (evidence.before_attack, evidence.after_attack))
    answers = [
        message.esv
        for packet in packets
        if packet.destination == evidence.addresses["stranger"] and isinstance(message := parse(packet.payload), Plain)
    ]
    refused = frames.SETC_REFUSED in answers and frames.SET_DONE not in answers
    return refused and "refused" in evidence.stranger and bool(evidence.before_attack) and before == after


def _reconnected(lines: Sequence[str], packets: Iterable[Packet], device: str) -> bool:
    """The device called after its restart, and was read again."""
    calls = [packet for packet in packets if packet.source == device and packet.payload[4:5] == bytes([frames.WAKE])]
    return bool(calls) and "setTemperature" in facts(lines, "reconnected")


def judge(evidence: Evidence) -> dict[str, object]:
    """The result, one object."""
    control, packets = evidence.packets[: evidence.control_packets], evidence.packets[evidence.control_packets :]
    place = evidence.addresses
    handshake, commit = _first_pairing(packets, frozenset({place["device"], place["controller"]}))
    lua_set, lua_heard = facts(evidence.lua, "set"), facts(evidence.lua, "notified")
    before, after = evidence.before_attack, evidence.after_attack
    return {
        "paired": "pairing confirmed" in evidence.controller and any(line[:6] == "paired" for line in evidence.device),
        "suite": _suite(handshake),
        "handshake_bytes": sum(len(packet.payload) for packet in handshake),
        "handshake_datagrams": len(handshake),
        "commit_bytes": sum(len(packet.payload) for packet in commit),
        "commit_datagrams": len(commit),
        "get": _status(facts(evidence.controller, "get")),
        "set": facts(evidence.controller, "set"),
        "notification": facts(evidence.controller, "notified"),
        "reconnected": _reconnected(evidence.controller, packets, place["device"]),
        "stranger_refused": _stranger_refused(evidence, packets),
        "replays_dropped": _count(after, "replays_dropped") - _count(before, "replays_dropped"),
        "tampered_dropped": _count(after, "tampered_dropped") - _count(before, "tampered_dropped"),
        "control_saw_plaintext": reads_26(control),
        "eavesdropper_datagrams": len(evidence.packets),
        "eavesdropper_saw_plaintext": bool(plaintext(packets, place)),
        "lua_controller": lua_set.get("readBack") == 26
        and lua_heard.get("setTemperature") == 26
        and "unpaired" in evidence.lua,
        "unpaired": evidence.controller[-1:] == ["unpaired"]
        and any(line[:8] == "unpaired" for line in evidence.device),
    }


def faults(evidence: Evidence, result: Mapping[str, object]) -> list[str]:
    """What is not as it must be; nothing when all of it held."""
    wanted: dict[str, object] = {
        "paired": True,
        "suite": 3,
        "commit_datagrams": 2,
        "get": {"operationStatus": "off", "setTemperature": 24, "roomTemperature": 29},
        "set": {"setTemperature": 26, "readBack": 26},
        "notification": {"setTemperature": 26},
        "reconnected": True,
        "stranger_refused": True,
        "replays_dropped": max(1, evidence.replayed),
        "tampered_dropped": max(1, evidence.tampered),
        "control_saw_plaintext": True,
        "eavesdropper_datagrams": sum(evidence.sent.values()),
        "eavesdropper_saw_plaintext": False,
        "lua_controller": True,
        "unpaired": True,
    }
    found = [f"{name} is {result[name]}, not {value}" for name, value in wanted.items() if result[name] != value]
    for name, most in (("handshake_datagrams", MOST_HANDSHAKE_DATAGRAMS), ("handshake_bytes", MOST_HANDSHAKE_BYTES)):
        value = result[name]
        if not isinstance(value, int) or not 0 < value <= most:
            found.append(f"{name} is {value}, not 1 to {most}")
    if evidence.lost:
        found.append(f"the capture missed {evidence.lost} packets")
    return found
