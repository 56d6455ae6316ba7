"""The dictionary: what classes and properties are called, who may read and set them, and what their bytes mean."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from . import _warifu
from ._rows import PropertyEntry, Rule
from ._types import StateInfo, TypeInfo, type_info
from ._values import Reader
from ._writing import every_type, nodes_of
from .errors import NotInDictionary

MOST_CLASS = 0xFFFF
HOURS_OF_A_DAY = 24


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class: its code (two bytes), identifier, names for people, and the releases that have it."""

    code: int
    id: str
    en: str
    ja: str
    since: str  # release letter
    until: str | None  # None: it still holds


@dataclass(frozen=True)
class PropertyInfo:
    """A property of a class. `get`, `set` and `inf` say what the specification demands of a device."""

    class_code: int  # where it is defined: the class itself or 0, the superclass
    epc: int
    id: str
    en: str
    ja: str
    since: str  # release letter
    until: str | None  # None: it still holds
    in_release: bool  # False: no entry holds in the release asked for, and this is the nearest one
    get: Rule
    set: Rule
    inf: Rule
    atomic: int | None  # the EPC to set in the same SetGet before this one is read
    sizes: tuple[int, int]  # bytes, least and most
    _release: str | None
    _handle: object = field(repr=False, compare=False)

    @cached_property
    def type(self) -> TypeInfo:
        """What its values are."""
        return type_info(_warifu.dictionary_type(self._handle, self.class_code, self.epc, self._release))

    @property
    def unit(self) -> str:
        """Of its numbers; empty without one."""
        return next((each.unit for each in self.type.choices() if each.kind == "number"), "")

    @property
    def limits(self) -> tuple[int | float, int | float] | None:
        """The least and the greatest number or level; None for what has neither."""
        found = (each for each in self.type.choices() if each.kind in ("number", "level"))
        return next(((each.minimum, each.maximum) for each in found), None)

    @property
    def states(self) -> tuple[StateInfo, ...]:
        """The states that it can have, beside numbers too."""
        return tuple(state for each in self.type.choices() if each.kind == "state" for state in each.states)

    @cached_property
    def _durations(self) -> bool:
        return any(each.kind == "time" and each.most_hours >= HOURS_OF_A_DAY for each in every_type(self.type))

    def decode(self, edt: bytes) -> Any:
        """The value of these bytes. Raises WrongValue when they are none."""
        nodes = _warifu.dictionary_decode(self._handle, self.class_code, self.epc, self._release, edt)
        return Reader(nodes, self._durations).read()

    def encode(self, value: Any, *, to_set: bool = False) -> bytes:
        """The bytes of a value; with `to_set` only of one that can be set. Raises WrongValue."""
        nodes = nodes_of(value, self.type, f"{self.id} ({self.epc:02X})")
        return _warifu.dictionary_encode(self._handle, self.class_code, self.epc, self._release, nodes, to_set)


def _property_info(row: PropertyEntry, release: str | None, handle: object) -> PropertyInfo:
    class_code, epc, since, until, in_release, (get, set_, inf), atomic, sizes, (word, en, ja) = row
    return PropertyInfo(
        class_code, epc, word, en, ja, since, until, in_release, get, set_, inf, atomic or None, sizes, release, handle
    )


class Dictionary:
    """Classes and properties by code or by name. `warifu.dictionary` is the one that is built in.

    A class is given by its code (0x0130; of EOJ 0x013001 the first two bytes) or identifier ("homeAirConditioner"), a
    property by EPC or identifier. `release` chooses among entries of different releases of the Appendix: a letter, as
    `release_of` reads it from a device; None means the newest. What is not there raises NotInDictionary, a KeyError.
    """

    def __init__(self, handle: object = None) -> None:
        self._handle = handle
        self._found: dict[tuple[int, int | str, str | None], PropertyInfo] = {}

    @classmethod
    def load(cls, path: str | Path, *, base: "Dictionary | None" = None) -> Self:
        """A dictionary with the vendors' classes and properties of a JSON file over `base` (None: the built-in one).

        docs/howto/vendor-properties.md tells what stands in it. Raises errors.Overlay, whose text names the place that
        is wrong, and errors.Store.
        """
        return cls(_warifu.dictionary_load(path, base._handle if base else None))

    @cached_property
    def classes(self) -> tuple[ClassInfo, ...]:
        """All classes by code; the superclass is first."""
        rows = _warifu.dictionary_classes(self._handle)
        return tuple(ClassInfo(code, *names, since, until) for code, since, until, names in rows)

    @cached_property
    def _by_key(self) -> dict[int | str, ClassInfo]:
        return {key: info for info in self.classes for key in (info.code, info.id)}

    def find_class(self, key: int | str) -> ClassInfo:
        """The class of a code or an identifier."""
        found = self._by_key.get(key)
        if found is None:
            raise _missing(f"class {_text(key, 4)}", key, [info.id for info in self.classes])
        return found

    def _code(self, key: int | str) -> int:
        if isinstance(key, str):
            return self.find_class(key).code
        if not 0 <= key <= MOST_CLASS:
            raise ValueError(f"a class has two bytes, not {key:#x}; that of an EOJ is eoj >> 8")
        return key  # one that is not in the dictionary has the properties of the superclass

    def find(self, of_class: int | str, key: int | str, *, release: str | None = None) -> PropertyInfo:
        """The property of an EPC or an identifier, of the class itself or of the superclass."""
        code = self._code(of_class)
        found = self._found.get((code, key, release))
        if found is None:
            row = _warifu.dictionary_property(self._handle, code, key, release)
            if row is None:
                ids = [info.id for info in self.properties(code, release=release)]
                raise _missing(f"property {_text(key, 2)} of class {_text(of_class, 4)}", key, ids)
            found = self._found[code, key, release] = _property_info(row, release, self._handle)
        return found

    def properties(self, of_class: int | str, *, release: str | None = None) -> tuple[PropertyInfo, ...]:
        """All properties of a class by EPC, those of the superclass among them."""
        rows = _warifu.dictionary_properties(self._handle, self._code(of_class), release, False)
        return tuple(_property_info(row, release, self._handle) for row in rows)

    def entries(self, of_class: int | str) -> tuple[PropertyInfo, ...]:
        """Every entry that the class itself has: for each EPC from the oldest release to the newest."""
        rows = _warifu.dictionary_properties(self._handle, self._code(of_class), None, True)
        return tuple(_property_info(row, row[2], self._handle) for row in rows)

    def decode(self, of_class: int | str, key: int | str, edt: bytes, *, release: str | None = None) -> Any:
        """The value of a property's bytes (EDT).

        Numbers are `Integer` or `Real` (with `unit`), states are `State` (a str), levels `Level` (an int); times, dates
        and both are those of datetime, durations timedelta; arrays are lists, objects dicts, bitmaps `Bitmap`, the rest
        is bytes. What stands for a number and is none is `Overflow`, `Underflow`, `Undefined` or `NoData`. Raises
        WrongValue when the bytes are no value of the property.
        """
        return self.find(of_class, key, release=release).decode(edt)

    def encode(
        self, of_class: int | str, key: int | str, value: Any, *, release: str | None = None, to_set: bool = False
    ) -> bytes:
        """The bytes of a value: what `decode` gives, or plainly a number in the property's unit, the name of a state, a
        bool for "true" and "false", bytes, and so on. With `to_set` only of values that can be set.

        Raises WrongValue, a ValueError that names the property, the value and what is allowed.
        """
        return self.find(of_class, key, release=release).encode(value, to_set=to_set)

    def release_of(self, edt: bytes) -> str | None:
        """The release letter in property 82 of a device object; None when there is none."""
        return _warifu.dictionary_release(edt)

    def __repr__(self) -> str:
        return f"<warifu.Dictionary of {len(self.classes)} classes>"


def _text(key: int | str, digits: int) -> str:
    return f"'{key}'" if isinstance(key, str) else f"{key:0{digits}X}"


def _missing(what: str, key: int | str, ids: list[str]) -> _warifu.Error:
    near = get_close_matches(key, ids) if isinstance(key, str) else []
    return _warifu.make_error(NotInDictionary.code, what + (f" (near: {', '.join(near)})" if near else ""))


dictionary = Dictionary()
"""The dictionary that is built in: the Machine Readable Appendix, with all its releases."""
