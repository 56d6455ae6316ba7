"""What values mean, told a second time: types as small classes that read bytes as plain trees and make samples.

Two readers give those types: one for the compact source, one for a folder of MRA. Neither shares code with the tool
that makes the dictionary or with the C code that reads values.
"""

import calendar
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

Tree = dict[str, Any]  # a node: kind, what the kind names, children

UNDEFINED = {"undefined", "unknown"}
NO_DATA = {"noData", "unmeasurable", "invalid", "historyUnavailable"}


class Type:
    """Sizes in bytes, the tree of some bytes (None: they are no value), and bytes worth trying."""

    least: int
    most: int

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        raise NotImplementedError

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        raise NotImplementedError


@dataclass
class Number(Type):
    format: str
    low: int
    high: int
    exponent: int = 0
    unit: str = ""
    times: str = ""
    codes: tuple[str, ...] = ("underflow", "overflow")
    values: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.signed = self.format.startswith("int")
        self.least = self.most = int(self.format.lstrip("uint")) // 8
        bits = 8 * self.least
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if self.signed else ((1 << bits) - 2, (1 << bits) - 1)
        self.reserved = {low: "underflow", high: "overflow"}

    def bytes(self, raw: int) -> bytes:
        return raw.to_bytes(self.least, "big", signed=self.signed)

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        if len(edt) != self.least:
            return None
        raw = int.from_bytes(edt, "big", signed=self.signed)
        if raw in self.values or (not self.values and self.low <= raw <= self.high):
            return {"kind": "number", "number": raw, "exponent": self.exponent, "unit": self.unit, "times": self.times}
        kind = self.reserved.get(raw)
        if reserved and kind in self.codes:
            return {"kind": kind, "code": int.from_bytes(edt, "big")}
        return None

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        edges = [*self.values] or [self.low, self.high, self.low + 1, self.high - 1, rng.randint(self.low, self.high)]
        for raw in dict.fromkeys(max(self.low, min(self.high, edge)) for edge in edges):
            yield self.bytes(raw)
        for raw in self.reserved:
            yield self.bytes(raw)


@dataclass
class Numeric(Type):
    size: int
    values: dict[int, str]

    def __post_init__(self) -> None:
        self.least = self.most = self.size

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        text = self.values.get(int.from_bytes(edt, "big")) if len(edt) == self.size else None
        if text is None:
            return None
        whole, _, fraction = text.partition(".")
        return {"kind": "number", "number": int(whole + fraction), "exponent": -len(fraction)}

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        for code in self.values:
            yield code.to_bytes(self.size, "big")


@dataclass
class State(Type):
    size: int
    rows: list[tuple[int, int, str, bool]]  # first, last, name, read only
    beside: bool = False

    def __post_init__(self) -> None:
        self.least = self.most = self.size

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        code = int.from_bytes(edt, "big")
        for first, last, name, read_only in self.rows if len(edt) == self.size else []:
            if first <= code <= last:
                kind = "undefined" if name in UNDEFINED else "noData" if name in NO_DATA else "state"
                node = {"kind": kind if self.beside else "state", "code": code, "name": name}
                return node | ({"read_only": True} if read_only else {})
        return None

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        for first, last, *_ in self.rows:
            for code in {first, last, rng.randint(first, last)}:
                yield code.to_bytes(self.size, "big")


@dataclass
class Level(Type):
    size: int
    base: int
    levels: int

    def __post_init__(self) -> None:
        self.least = self.most = self.size

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        code = int.from_bytes(edt, "big")
        level = code - self.base + 1
        fits = len(edt) == self.size and 1 <= level <= self.levels
        return {"kind": "level", "number": level, "code": code} if fits else None

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        for level in {1, self.levels, rng.randint(1, self.levels)}:
            yield (self.base + level - 1).to_bytes(self.size, "big")


@dataclass
class Raw(Type):
    least: int
    most: int

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        return {"kind": "raw", "bytes": edt.hex()} if self.least <= len(edt) <= self.most else None

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        for size in {self.least, self.most, rng.randint(self.least, self.most)}:
            yield rng.randbytes(size)


@dataclass
class Moment(Type):
    kind: str  # time, date, dateTime
    size: int
    hours: int = 23

    def __post_init__(self) -> None:
        self.least = self.most = self.size

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        if len(edt) != self.size:
            return None
        date, time = ([0, 0, 0], list(edt)) if self.kind == "time" else (list(edt[2:4]), list(edt[4:]))
        if self.kind != "time":
            year = int.from_bytes(edt[:2], "big")
            if not 1 <= year <= 9999 or not 1 <= date[0] <= 12:
                return None
            if not 1 <= date[1] <= calendar.monthrange(year, date[0])[1]:
                return None
            date = [year, *date]
        time += [0] * (3 - len(time))
        if time[0] > self.hours or time[1] > 59 or time[2] > 59:
            return None
        return {"kind": self.kind, "moment": [*date, *time]}

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        dates = ["00010101", "270f0c1f", "07e8021d", f"{rng.randint(1, 9999):04x}{rng.randint(1, 12):02x}1c"]
        times = ["000000", f"{self.hours:02x}3b3b", f"{rng.randint(0, self.hours):02x}{rng.randint(0, 59):02x}0a"]
        for at in range(4):
            whole = ("" if self.kind == "time" else dates[at]) + ("" if self.kind == "date" else times[at % 3])
            yield bytes.fromhex(whole)[: self.size]


def spread(columns: list[list[bytes]], rng: random.Random) -> Iterator[list[bytes]]:
    """Rows in which every entry of every column stands at least once."""
    for column in columns:
        rng.shuffle(column)
    for at in range(max(map(len, columns))):
        yield [column[at % len(column)] for column in columns]


@dataclass
class Bitmap(Type):
    size: int
    fields: list[tuple[int, int, str, Type]]  # byte, mask, name, type

    def __post_init__(self) -> None:
        self.least = self.most = self.size

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        if len(edt) != self.size:
            return None
        children = []
        for byte, mask, name, of in self.fields:
            child = of.read(bytes([(edt[byte] & mask) // (mask & -mask)]))
            if child is None:
                return None
            children.append(child | {"member": name})
        return {"kind": "bitmap", "bytes": edt.hex(), "children": children}

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        yield bytes(self.size)
        yield b"\xff" * self.size
        for columns in spread([list(of.samples(rng)) for *_, of in self.fields], rng):
            out = bytearray(self.size)
            for (byte, mask, *_), part in zip(self.fields, columns, strict=True):
                out[byte] |= part[0] * (mask & -mask)
            yield bytes(out)


@dataclass
class Array(Type):
    fewest: int
    greatest: int
    of: Type

    def __post_init__(self) -> None:
        self.least, self.most = self.fewest * self.of.least, self.greatest * self.of.most

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        size = self.of.least
        if not self.least <= len(edt) <= self.most or len(edt) % size:
            return None
        children = [self.of.read(edt[at : at + size]) for at in range(0, len(edt), size)]
        return None if None in children else {"kind": "array", "children": children}

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        parts = list(self.of.samples(rng))
        for count in {self.fewest, self.greatest, rng.randint(self.fewest, self.greatest)}:
            yield b"".join(parts[at % len(parts)] for at in range(count))
            yield b"".join(rng.choices(parts, k=count))


@dataclass
class Object(Type):
    members: list[tuple[str, Type]]

    def __post_init__(self) -> None:
        self.least = sum(of.least for _, of in self.members)
        self.most = sum(of.most for _, of in self.members)

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        if not self.least <= len(edt) <= self.most:
            return None
        children, spare = [], len(edt) - self.least
        for name, of in self.members:
            size = of.least + (spare if of.least != of.most else 0)
            child = of.read(edt[:size])
            if child is None:
                return None
            children.append(child | {"member": name})
            edt = edt[size:]
        return {"kind": "object", "children": children}

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        for parts in spread([list(of.samples(rng)) for _, of in self.members], rng):
            yield b"".join(parts)


@dataclass
class OneOf(Type):
    options: list[Type] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.least, self.most = min(of.least for of in self.options), max(of.most for of in self.options)
        for of in self.options:
            if isinstance(of, State):
                of.beside = True

    def read(self, edt: bytes, reserved: bool = True) -> Tree | None:
        for with_codes in (False, True):
            for of in reversed(self.options):
                found = of.read(edt, with_codes)
                if found is not None:
                    return found
        return None

    def samples(self, rng: random.Random) -> Iterator[bytes]:
        for of in self.options:
            yield from of.samples(rng)


@dataclass
class Entry:
    class_code: str
    epc: str
    first: str
    last: str
    access: str
    id: str
    atomic: str
    type: Type


# --- from the compact source ----------------------------------------------------------------------------------------


def source_type(piece: Any, shared: dict[str, Any]) -> Type:
    if isinstance(piece, str):
        return source_type(shared[piece], shared)

    def part(inner: Any) -> Type:
        return source_type(inner, shared)

    def number() -> Type:
        values = tuple(piece.get("values", ()))
        low, high = (min(values), max(values)) if values else (piece["from"], piece["to"])
        rest = (piece.get("scale", 0), piece.get("unit", ""), "".join(piece.get("times", [])))
        return Number(piece["number"], low, high, *rest, tuple(piece.get("codes", ("underflow", "overflow"))), values)

    def state() -> Type:
        rows = []
        for row in piece["values"]:
            first, _, last = row[0].partition("-")
            rows.append((int(first, 16), int(last or first, 16), row[1], "readOnly" in row[4:]))
        return State(piece["state"] or 1, rows)

    def bitmap() -> Type:
        fields = []
        for place, name, _, _, of in piece["fields"]:
            byte, mask = place.split(".")
            fields.append((int(byte), int(mask, 16), name, part(of)))
        return Bitmap(piece["bitmap"], fields)

    makers: dict[str, Callable[[], Type]] = {
        "number": number,
        "numeric": lambda: Numeric(piece["numeric"], {int(code, 16): text for code, text in piece["values"].items()}),
        "state": state,
        "level": lambda: Level(len(piece["level"]) // 2, int(piece["level"], 16), piece["levels"]),
        "bitmap": bitmap,
        "raw": lambda: Raw(*piece["raw"]),
        "time": lambda: Moment("time", piece["time"], piece["hours"]),
        "date": lambda: Moment("date", 4),
        "date-time": lambda: Moment("dateTime", piece["date-time"]),
        "array": lambda: Array(*piece["array"], part(piece["of"])),
        "object": lambda: Object([(row[0], part(row[3])) for row in piece["object"]]),
        "oneOf": lambda: OneOf([part(option) for option in piece["oneOf"]]),
    }
    return makers[next(iter(piece))]()


def source_entries(path: Path) -> list[Entry]:
    source = json.loads(path.read_text(encoding="utf-8"))
    out = []
    for owner in source["classes"]:
        for row in owner["properties"]:
            first, _, last = row["release"].partition("-")
            made = source_type(row["type"], source["types"])
            head = (owner["class"], row["epc"], first, last or "-", row["access"], row["id"])
            out.append(Entry(*head, row.get("atomic", "00"), made))
    return out


# --- from MRA -------------------------------------------------------------------------------------------------------

SCALES = {"10": 1, "1": 0, "0.1": -1, "0.001": -3}
RULES = {"notApplicable": "-", "optional": "o", "required": "R", "required_c": "C", "required_o": "O"}


def mra_type(data: dict[str, Any], shared: dict[str, Any]) -> Type:
    if "$ref" in data:
        rest = {key: value for key, value in data.items() if key != "$ref"}
        return mra_type(shared[data["$ref"].split("/")[-1]] | rest, shared)

    def part(inner: dict[str, Any]) -> Type:
        return mra_type(inner, shared)

    def number() -> Type:
        values = tuple(data.get("enum", ()))
        low, high = (min(values), max(values)) if values else (data["minimum"], data["maximum"])
        step = data.get("multiple", 1) if float(data.get("multipleOf", 1)).is_integer() else data["multipleOf"]
        codes = tuple(kind for kind in ("underflow", "overflow") if data.get(f"{kind}Code", True))
        times = "".join(epc[2:] for epc in data.get("coefficient", []))
        return Number(data["format"], low, high, SCALES[str(step)], data.get("unit", ""), times, codes, values)

    def state() -> Type:
        rows = []
        for row in data["enum"]:
            codes = [int(code, 16) for code in row["edt"].split("...")]
            rows.append((codes[0], codes[-1], row["name"], row.get("readOnly", False)))
        return State(max(data["size"], 1), rows)

    def bitmap() -> Type:
        rows = [(row["position"], row["name"], part(row["value"])) for row in data["bitmaps"]]
        return Bitmap(data["size"], [(at["index"], int(at["bitMask"], 2), name, of) for at, name, of in rows])

    if "oneOf" in data:
        return OneOf([part(option) for option in data["oneOf"]])
    makers: dict[str, Callable[[], Type]] = {
        "number": number,
        "numericValue": lambda: Numeric(
            data["size"], {int(row["edt"], 16): format(Decimal(row["numericValue"]), "f") for row in data["enum"]}
        ),
        "state": state,
        "level": lambda: Level((len(data["base"]) - 2) // 2, int(data["base"], 16), data["maximum"]),
        "bitmap": bitmap,
        "raw": lambda: Raw(data["minSize"], data["maxSize"]),
        "time": lambda: Moment("time", data.get("size", 3), data.get("maximumOfHour", 23)),
        "date": lambda: Moment("date", 4),
        "date-time": lambda: Moment("dateTime", data.get("size", 7)),
        "array": lambda: Array(data.get("minItems", 0), data["maxItems"], part(data["items"])),
        "object": lambda: Object([(row["shortName"], part(row["element"])) for row in data["properties"]]),
    }
    return makers[data["type"]]()


def mra_entries(folder: Path) -> list[Entry]:
    shared = json.loads((folder / "definitions" / "definitions.json").read_text(encoding="utf-8"), parse_float=str)[
        "definitions"
    ]
    out = []
    for path in sorted(folder.glob("[!d]*/0x*.json")) + sorted(folder.glob("devices/0x*.json")):
        owner = json.loads(path.read_text(encoding="utf-8"), parse_float=str)
        for row in owner["elProperties"]:
            valid = row["validRelease"]
            access = "".join(RULES[row["accessRule"][key]] for key in ("get", "set", "inf"))
            last = "-" if valid["to"] == "latest" else valid["to"]
            head = (owner["eoj"][2:], row["epc"][2:], valid["from"], last, access, row["shortName"])
            out.append(Entry(*head, row.get("atomic", "0x00")[2:], mra_type(row["data"], shared)))
    return out
