"""Values of Python as nodes that the core encodes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from . import _warifu
from ._rows import NodeToWrite
from ._types import TypeInfo
from ._values import FLOAT_DIGITS, SPECIAL, Bitmap, Level, Special, State
from .errors import WrongValue

KIND_OF_SPECIAL = {made: kind for kind, made in SPECIAL.items()}
MOST_NUMBER, MOST_EXPONENT, MOST_HOURS = 2**63 - 1, 127, 255
NO_MOMENT = (0, 0, 0, 0, 0, 0)


class Writer:
    """Makes nodes of a value; `place` begins the message of what it refuses."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.nodes: list[NodeToWrite] = []

    def write(self, value: Any, kind: TypeInfo, member: str | None = None) -> None:
        """Adds a value of that type, which is `member` of what was added before."""
        if isinstance(value, Mapping):
            self._named(value, kind, member)
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview):
            items = next((each.members[0].type for each in kind.choices() if each.kind == "array"), kind)
            self._add("array", member, count=len(value))
            for item in value:
                self.write(item, items)
        else:
            self._single(value, member)

    def _refuse(self, value: object, why: str) -> NoReturn:
        raise _warifu.make_error(WrongValue.code, f"{self._place}: {value!r} {why}")

    def _add(
        self,
        kind: str,
        member: str | None,
        *,
        count: int = 0,
        number: int = 0,
        exponent: int = 0,
        code: int | None = None,
        name: str | None = None,
        raw: bytes = b"",
        moment: tuple[int, int, int, int, int, int] = NO_MOMENT,
    ) -> None:
        self.nodes.append((kind, count, number, exponent, code, None, name, member, raw, moment))

    def _named(self, value: Mapping[str, Any], kind: TypeInfo, member: str | None) -> None:
        holder = next((each for each in kind.choices() if each.kind in ("object", "bitmap")), None)
        types = {each.id: each.type for each in holder.members} if holder else {}
        unknown = [name for name in value if name not in types]
        missing = [name for name in types if name not in value]
        if holder is None or unknown:
            has, takes = ", ".join(map(str, unknown)) or "members", ", ".join(types) or "none"
            self._refuse(value, f"has {has}; it takes {takes}")
        if holder.kind == "object" and missing:
            self._refuse(value, f"lacks {', '.join(missing)}")
        raw = value.raw if isinstance(value, Bitmap) else b""
        self._add(holder.kind, member, count=len(value), raw=raw)
        for name in types:
            if name in value:
                self.write(value[name], types[name], name)

    def _single(self, value: Any, member: str | None) -> None:
        if isinstance(value, bool):
            self._add("state", member, name="true" if value else "false")
        elif isinstance(value, Level):
            self._add("level", member, number=self._whole(value), code=value.code)
        elif isinstance(value, int | float | Decimal):
            self._number(value, member)
        elif isinstance(value, str):
            self._state(value, member)
        elif isinstance(value, bytes | bytearray | memoryview):
            self._add("raw", member, raw=bytes(value))
        elif type(value) in KIND_OF_SPECIAL:
            self._special(value, member)
        elif isinstance(value, date | time | timedelta):
            self._moment(value, member)
        else:
            self._refuse(value, "is nothing that a property can hold")

    def _whole(self, value: int) -> int:
        if not -MOST_NUMBER <= value <= MOST_NUMBER:
            self._refuse(value, "is out of all limits")
        return value

    def _number(self, value: float | Decimal, member: str | None) -> None:
        if isinstance(value, int):
            self._add("number", member, number=self._whole(value))
            return
        exact = Decimal(f"{value:.{FLOAT_DIGITS}g}") if isinstance(value, float) else value
        if not exact.is_finite():
            self._refuse(value, "is no number; overflow and underflow are values of their own")
        sign, digits, exponent = exact.as_tuple()
        assert isinstance(exponent, int)
        number = int("".join(map(str, digits)))
        while number and number % 10 == 0:
            number, exponent = number // 10, exponent + 1
        if number and abs(exponent) > MOST_EXPONENT:
            self._refuse(value, "is out of all limits")
        self._add("number", member, number=self._whole(-number if sign else number), exponent=exponent if number else 0)

    def _state(self, value: str, member: str | None) -> None:
        if "\0" in value:
            self._refuse(value, "has a zero byte")
        code = value.code if isinstance(value, State) else None
        self._add("state", member, code=code, name=str(value))

    def _special(self, value: Special, member: str | None) -> None:
        self._add(KIND_OF_SPECIAL[type(value)], member, code=value.code, name=value.name or None)

    def _moment(self, value: date | time | timedelta, member: str | None) -> None:
        if getattr(value, "tzinfo", None) is not None:
            self._refuse(value, "has a time zone; devices have local time without one")
        if getattr(value, "microsecond", 0) or getattr(value, "microseconds", 0):
            self._refuse(value, "has a part of a second")
        if isinstance(value, timedelta):
            self._duration(value, member)
        elif isinstance(value, time):
            self._add("time", member, moment=(0, 0, 0, value.hour, value.minute, value.second))
        elif isinstance(value, datetime):
            moment = (value.year, value.month, value.day, value.hour, value.minute, value.second)
            self._add("date_time", member, moment=moment)
        else:
            self._add("date", member, moment=(value.year, value.month, value.day, 0, 0, 0))

    def _duration(self, value: timedelta, member: str | None) -> None:
        minutes, second = divmod(value.days * 86400 + value.seconds, 60)
        hour, minute = divmod(minutes, 60)
        if not 0 <= hour <= MOST_HOURS:
            self._refuse(value, f"is outside 0 to {MOST_HOURS} hours")
        self._add("time", member, moment=(0, 0, 0, hour, minute, second))


def nodes_of(value: Any, kind: TypeInfo, place: str) -> tuple[NodeToWrite, ...]:
    """All nodes of a value of that type. Raises WrongValue for what is no value at all."""
    writer = Writer(place)
    writer.write(value, kind)
    return tuple(writer.nodes)


def every_type(kind: TypeInfo) -> Iterator[TypeInfo]:
    """A type and all that it holds."""
    yield kind
    for member in kind.members:
        yield from every_type(member.type)
