"""Properties by name: what the keys of a call mean, and what came by those keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ._dictionary import Dictionary, PropertyInfo
from ._warifu import property_map_read
from .errors import NotInDictionary, PropertyMap, WrongValue

PROFILE_CLASS, RELEASE = 0x0EF0, 0x82
MAPS = {"inf": 0x9D, "set": 0x9E, "get": 0x9F}


@dataclass(frozen=True, slots=True)
class Naming:
    """The properties of one class in one release: names with values beside EPCs with bytes."""

    dictionary: Dictionary
    of_class: int
    release: str | None

    def find(self, key: int | str) -> PropertyInfo:
        """The property of an EPC or a name. Raises NotInDictionary."""
        return self.dictionary.find(self.of_class, key, release=self.release)

    def key(self, epc: int) -> int | str:
        """The name of an EPC; the EPC where it has none."""
        try:
            return self.find(epc).id
        except NotInDictionary:
            return epc

    def epc(self, key: int | str) -> int:
        """The EPC of a key. Raises NotInDictionary."""
        return self.find(key).epc if isinstance(key, str) else key

    def encode(self, key: int | str, value: Any, *, to_set: bool = True) -> bytes:
        """The bytes of a value; by EPC it is bytes. Raises NotInDictionary, WrongValue."""
        return self.find(key).encode(value, to_set=to_set) if isinstance(key, str) else value

    def decode(self, key: int | str, edt: bytes) -> Any:
        """The value of these bytes; by EPC the bytes. Raises WrongValue."""
        return self.find(key).decode(edt) if isinstance(key, str) else edt

    def sets(self, values: Mapping[Any, Any]) -> dict[int, bytes]:
        """EPC -> bytes in the order given, but an index before what is chosen by it (`atomic`).

        Raises NotInDictionary, WrongValue, and ValueError for a property that is given twice.
        """
        plain = {self.epc(key): self.encode(key, value) for key, value in values.items()}
        if len(plain) < len(values):
            raise ValueError("a property is given twice, by its name and by its EPC")
        first = {self._index_of(epc) for epc in plain}
        return dict(sorted(plain.items(), key=lambda item: item[0] not in first))

    def _index_of(self, epc: int) -> int | None:
        try:
            return self.find(epc).atomic
        except NotInDictionary:
            return None

    def index(self, keys: Iterable[int | str], value: Any) -> dict[int, bytes]:
        """The property that these are read by (`atomic`) with the bytes of a value. Raises ValueError, WrongValue."""
        found = [self.find(key) for key in keys]
        for info in found:
            if info.atomic is None:
                raise ValueError(f"{info.id} ({info.epc:02X}) is read by no index")
        epcs = {info.atomic for info in found}
        if len(epcs) > 1:
            raise ValueError("properties that are read by different indices: use set_get, which names them")
        (epc,) = epcs
        return {epc: self.find(epc).encode(value, to_set=True)} if epc is not None else {}

    def natural(self, keys: Iterable[int | str], came: Mapping[int, bytes], *, partial: bool = False) -> dict[Any, Any]:
        """What came, by the keys that were asked for. With `partial` what is no value is left out."""
        out: dict[Any, Any] = {}
        for key in keys:
            epc = self.epc(key)
            if epc in came:
                try:
                    out[key] = self.decode(key, came[epc])
                except WrongValue:
                    if not partial:
                        raise
        return out

    def named(self, properties: Mapping[int, bytes]) -> dict[str, Any]:
        """Name -> value of those that the dictionary knows and that are values."""
        out: dict[str, Any] = {}
        for epc, edt in properties.items():
            try:
                info = self.find(epc)
                out[info.id] = info.decode(edt)
            except (NotInDictionary, WrongValue):
                continue
        return out


def release_in(dictionary: Dictionary, eoj: int, edt: bytes) -> str | None:
    """The release that an object's 82 says; None for the newest. The node profile's is another kind of version."""
    return None if eoj >> 8 == PROFILE_CLASS else dictionary.release_of(edt)


def listed(edt: bytes) -> frozenset[int]:
    """The EPCs of a property map; none for what is no map."""
    try:
        return frozenset(property_map_read(edt))
    except PropertyMap:
        return frozenset()


def has_names(keys: Iterable[int | str]) -> bool:
    """Whether a dictionary is needed."""
    return any(isinstance(key, str) for key in keys)


def label(naming: Naming, key: int | str) -> str:
    """A key for people: the EPC, and the name if that was given."""
    return f"{key} ({naming.epc(key):02X})" if isinstance(key, str) else f"{key:02X}"
