"""What a node consists of: ECHONET objects and their properties."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from ._dictionary import Dictionary, PropertyInfo
from ._dictionary import dictionary as builtin

ACCESS = {"get": 1, "set": 2, "inf": 4}
PROFILE_CLASS = 0x0EF0
NUMBER = 0x83


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its EPC, first value, and who may do what.

    `access` names what others may do: "get", "set", and "inf" (announced when it changes), as in "get set inf".
    `size` is the length of values in bytes, or (least, most); None: as long as the first value.
    Raises ValueError for a word that is no access or an EPC outside 80..FF.
    """

    epc: int
    value: bytes
    access: str = "get"
    size: int | tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not 0x80 <= self.epc <= 0xFF:
            raise ValueError(f"EPC {self.epc:#x} is outside 80..FF")
        unknown = set(self.access.split()) - ACCESS.keys()
        if unknown:
            raise ValueError(f"access is made of get, set and inf, not {', '.join(sorted(unknown))}")
        least, most = self.sizes
        if not 1 <= least <= len(self.value) <= most <= 255:
            raise ValueError(f"the value of {self.epc:02X} has {len(self.value)} bytes, not {least}..{most}")

    @property
    def access_bits(self) -> int:
        """The access as the engine takes it."""
        return sum(ACCESS[word] for word in set(self.access.split()))

    @property
    def sizes(self) -> tuple[int, int]:
        """Least and most bytes of a value."""
        if self.size is None:
            return len(self.value), len(self.value)
        return (self.size, self.size) if isinstance(self.size, int) else self.size


def _demanded(info: PropertyInfo) -> str:
    """The access that the specification demands of a device, and reading."""
    rules = {"set": info.set, "inf": info.inf}
    return " ".join(["get", *(word for word, rule in rules.items() if rule == "required")])


def _superclass(maker: bytes) -> tuple[Property, ...]:
    """What the device object super class requires beside the maps, with values that promise nothing."""
    return (
        Property(0x80, b"\x30", "get inf"),  # operation status: on
        Property(0x81, b"\x00", "get set inf", (1, 17)),  # installation location: not set
        Property(0x82, b"\x00\x00R\x00"),  # release R of the Appendix
        Property(0x88, b"\x42", "get inf"),  # no fault
        Property(0x8A, maker),
    )


class Object:
    """An ECHONET object of one's own: EOJ (three bytes, as 0x013001) and properties.

    0x0EF001 stands for the node profile that each node has: its properties are added to what that says of itself, or
    take its place (80, 82, 8A). Its number (83) comes with the identity, or from `number` of the device.

    In other objects those that the device object super class requires (80 81 82 88 8A) are added where they are
    missing, unless `superclass` is False; the property maps 9D, 9E and 9F are computed. Raises ValueError for an EPC
    given twice, 83 of the node profile, or an EOJ out of range.
    """

    def __init__(
        self,
        eoj: int,
        properties: Iterable[Property] = (),
        *,
        superclass: bool = True,
        maker: bytes = b"\xff\xff\xff",
    ) -> None:
        if not 0 <= eoj <= 0xFFFFFF:
            raise ValueError(f"EOJ {eoj:#x} has more than three bytes")
        self.eoj = eoj
        self.is_profile = eoj >> 8 == PROFILE_CLASS
        self.properties: dict[int, Property] = {}
        for item in properties:
            if item.epc in self.properties:
                raise ValueError(f"object {eoj:06X} has property {item.epc:02X} twice")
            self.properties[item.epc] = item
        if self.is_profile and NUMBER in self.properties:
            raise ValueError("the identification number (83) comes with the identity, or from `number` of the device")
        if superclass and not self.is_profile:
            for item in _superclass(maker):
                self.properties.setdefault(item.epc, item)

    @classmethod
    def named(
        cls,
        of_class: str,
        values: Mapping[str, Any],
        *,
        instance: int = 1,
        access: Mapping[str, str] | None = None,
        dictionary: Dictionary | None = None,
        maker: bytes = b"\xff\xff\xff",
    ) -> Self:
        """An object of a class of the dictionary: `Object.named("homeAirConditioner", {"targetTemperature": 24})`.

        `values` are the first ones by name. Others may read each, and set and be told what the specification demands;
        `access` says otherwise for some, as in {"roomTemperature": "get inf"}. `dictionary` None: `warifu.dictionary`.
        Raises NotInDictionary, WrongValue, ValueError.
        """
        known = dictionary or builtin
        code = known.find_class(of_class).code
        found = {name: known.find(code, name) for name in values}
        words = {name: _demanded(info) for name, info in found.items()} | dict(access or {})
        items = [Property(info.epc, info.encode(values[name]), words[name], info.sizes) for name, info in found.items()]
        return cls(code << 8 | instance, items, maker=maker)

    def __repr__(self) -> str:
        return f"<warifu.Object {self.eoj:06X} {' '.join(f'{epc:02X}' for epc in sorted(self.properties))}>"
