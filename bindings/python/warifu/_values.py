"""Values of properties as Python has them: what they are made of, and how they come from the core's nodes."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Self

from ._rows import ValueNode

FLOAT_DIGITS = 15  # decimal digits that every float keeps


class Quantity:
    """A number of a property. `coefficients` are the EPCs whose values it is to be multiplied with."""

    unit: str = ""
    coefficients: tuple[int, ...] = ()

    @property
    def decimal(self) -> Decimal:
        """The same number, exactly."""
        return Decimal(f"{self:.{FLOAT_DIGITS}g}" if isinstance(self, float) else f"{self}")

    def _with(self, unit: str, coefficients: bytes) -> Self:
        self.unit = unit
        self.coefficients = tuple(epc for epc in coefficients if epc)
        return self


class Integer(Quantity, int):
    """A whole number with a unit."""


class Real(Quantity, float):
    """A number with decimals and a unit."""


class Level(int):
    """A level; 1 is the lowest. `code` is how it stands in the bytes, since a property may have two rows of levels."""

    code: int | None = None


class State(str):
    """The identifier of a state, such as "cooling". `code` is how it stands in the bytes, `en` and `ja` are for people.

    The state "false" is false, every other one true.
    """

    code: int | None = None
    en: str = ""
    ja: str = ""

    def __bool__(self) -> bool:
        return self not in ("", "false")


@dataclass(frozen=True, slots=True)
class Special:
    """What stands where a number could, and is none. `name` and `code` are the state's, where it is a state."""

    name: str = ""
    code: int | None = None


class Overflow(Special):
    """More than the property can show."""

    __slots__ = ()


class Underflow(Special):
    """Less than the property can show."""

    __slots__ = ()


class Undefined(Special):
    """The device says that there is no such number, or that it doesn't know it."""

    __slots__ = ()


class NoData(Special):
    """There is no measurement."""

    __slots__ = ()


class Bitmap(dict[str, Any]):
    """Named groups of bits. `raw` holds the bytes, for the bits that have no name."""

    raw: bytes = b""


SPECIAL: dict[str, type[Special]] = {
    "undefined": Undefined,
    "no_data": NoData,
    "underflow": Underflow,
    "overflow": Overflow,
}


def _number(node: ValueNode) -> Integer | Real:
    number, exponent, unit, coefficients = node[2], node[3], node[5], node[6]
    if exponent >= 0:
        return Integer(number * 10**exponent)._with(unit, coefficients)
    return Real(Decimal(number).scaleb(exponent))._with(unit, coefficients)


def _level(node: ValueNode) -> Level:
    level = Level(node[2])
    level.code = node[4]
    return level


def _state(node: ValueNode) -> State:
    state = State(node[7][0])
    state.code, state.en, state.ja = node[4], node[7][1], node[7][2]
    return state


def _moment(node: ValueNode, durations: bool) -> date | time | timedelta:
    kind, (year, month, day, hour, minute, second) = node[0], node[10]
    if kind == "date":
        return date(year, month, day)
    if kind == "date_time":
        return datetime(year, month, day, hour, minute, second)
    return timedelta(hours=hour, minutes=minute, seconds=second) if durations else time(hour, minute, second)


class Reader:
    """Makes a value of the nodes that the core decoded. With `durations` times are timedeltas."""

    def __init__(self, nodes: list[ValueNode], durations: bool) -> None:
        self._nodes = iter(nodes)
        self._durations = durations

    def read(self) -> Any:
        """The whole value."""
        return self._value(next(self._nodes))

    def _value(self, node: ValueNode) -> Any:
        kind, count = node[0], node[1]
        if kind == "array":
            return [self._value(next(self._nodes)) for _ in range(count)]
        if kind in ("object", "bitmap"):
            return self._named(node, count)
        if kind == "number":
            return _number(node)
        if kind == "level":
            return _level(node)
        if kind == "state":
            return _state(node)
        if kind == "raw":
            return node[9]
        return SPECIAL[kind](node[7][0], node[4]) if kind in SPECIAL else _moment(node, self._durations)

    def _named(self, node: ValueNode, count: int) -> dict[str, Any]:
        members = Bitmap() if node[0] == "bitmap" else {}
        for _ in range(count):
            child = next(self._nodes)
            members[child[8][0]] = self._value(child)
        if isinstance(members, Bitmap):
            members.raw = node[9]
        return members


def text_of(value: Any) -> str:
    """A value in one word or two, for people; empty for bytes, and for one that holds others."""
    if isinstance(value, Quantity):
        return f"{value} {value.unit}".rstrip()
    if isinstance(value, Level):
        return f"level {value:d}"
    if isinstance(value, Special):
        return value.name or type(value).__name__.lower()
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return "" if isinstance(value, bytes | dict | list) else str(value)
