"""What a property's type says."""

from dataclasses import dataclass
from typing import Literal

from ._rows import TypeRow

Kind = Literal[
    "number",
    "numeric",
    "state",
    "level",
    "bitmap",
    "raw",
    "time",
    "date",
    "date_time",
    "array",
    "object",
    "one_of",
]


def scaled(number: int, exponent: int) -> int | float:
    """number * 10^exponent, as the nearest number that Python has."""
    return number * 10**exponent if exponent >= 0 else float(f"{number}e{exponent}")


@dataclass(frozen=True, slots=True)
class StateInfo:
    """A code that stands for a name, in a "numeric" type for `number`; the codes up to `last` mean the same."""

    code: int
    last: int
    id: str
    en: str
    ja: str
    read_only: bool  # never set
    undefined: bool  # says that the number beside it is undefined
    no_data: bool  # says that there is no measurement
    number: int | float


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """A member of an object, a field of a bitmap (`mask` of byte `byte`), an alternative, or the items of an array."""

    id: str
    en: str
    ja: str
    type: "TypeInfo"
    byte: int
    mask: int


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """A type of a property; docs/reference/dictionary.md lists the kinds. What a kind doesn't have is 0 or empty."""

    kind: Kind
    sizes: tuple[int, int]  # bytes, least and most
    minimum: int | float  # number and level
    maximum: int | float
    step: int | float  # number
    unit: str
    coefficients: tuple[int, ...]  # number: EPCs whose values it is to be multiplied with
    has_underflow: bool  # number: has its format's reserved code for that
    has_overflow: bool
    most_hours: int  # time
    items: tuple[int, int]  # array: how many, least and most
    members: "tuple[MemberInfo, ...]"
    states: tuple[StateInfo, ...]  # state and numeric

    def choices(self) -> "tuple[TypeInfo, ...]":
        """The alternatives, those first that go before the others; of another type just itself."""
        return tuple(member.type for member in reversed(self.members)) if self.kind == "one_of" else (self,)


def type_info(row: TypeRow) -> TypeInfo:
    """From the core's row."""
    kind, least, most, minimum, maximum, exponent, _signed, underflow, overflow, coefficients, unit = row[:11]
    _base, most_hours, items, members, states = row[11:]
    shift = exponent if kind == "number" else 0
    return TypeInfo(
        kind,
        (least, most),
        scaled(minimum, shift),
        scaled(maximum, shift),
        scaled(1, shift) if kind == "number" else 0,
        unit,
        tuple(epc for epc in coefficients if epc),
        underflow,
        overflow,
        most_hours,
        items,
        tuple(MemberInfo(word, en, ja, type_info(below), byte, mask) for (word, en, ja), below, byte, mask in members),
        tuple(
            StateInfo(first, last, word, en, ja, read_only, undefined, no_data, scaled(number, power))
            for first, last, (word, en, ja), read_only, undefined, no_data, number, power in states
        ),
    )
