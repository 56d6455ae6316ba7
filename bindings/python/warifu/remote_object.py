"""One object of another node: what an air conditioner is to a program."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from ._calls import Result
from ._dictionary import ClassInfo
from ._naming import MAPS, listed
from ._stream import Stream
from .errors import NotInDictionary

if TYPE_CHECKING:
    from ._remote import Remote
    from .events import Notification

Values = Mapping[int, bytes] | Mapping[str, Any]


class RemoteObject:
    """An object of another node, from `peer.object("homeAirConditioner")`: what the node does with an EOJ, without it.

    By name values are those of the endpoint's `dictionary`: `await ac.get("roomTemperature")` is a number whose `unit`
    is "Celsius". By EPC they are bytes.
    """

    node: "Remote"  # the Node or Peer that it belongs to
    eoj: int  # class (two bytes) and instance

    def __init__(self, node: "Remote", eoj: int) -> None:
        if not 0 <= eoj <= 0xFFFFFF:
            raise ValueError(f"EOJ {eoj:#x} has more than three bytes")
        self.node = node
        self.eoj = eoj

    @property
    def info(self) -> ClassInfo | None:
        """What its class is called; None: the dictionary does not know it."""
        try:
            return self.node._endpoint.dictionary.find_class(self.eoj >> 8)
        except NotInDictionary:
            return None

    async def properties(
        self, access: Literal["get", "set", "inf"] = "get", *, timeout: float | None = None
    ) -> list[int | str]:
        """Asks what can be read, set or is announced (its property map): names, and EPCs of what has none.

        `get_many` takes them as they are. `timeout` in seconds; raises what `get` does.
        """
        epc = MAPS[access]
        naming = await self.node._naming(self.eoj, timeout, asks=True)
        edt = (await self.node.get(self.eoj, epc, timeout=timeout))[epc]
        return [naming.key(each) for each in sorted(listed(edt))]

    @overload
    async def get(self, key: int, /, *, timeout: float | None = None, force: bool = False) -> bytes: ...
    @overload
    async def get(self, key: str, /, *, timeout: float | None = None, force: bool = False) -> Any: ...
    @overload
    async def get(
        self, key: int | str, second: int | str, /, *more: int | str, timeout: float | None = None, force: bool = False
    ) -> dict[Any, Any]: ...
    async def get(self, *keys: int | str, timeout: float | None = None, force: bool = False) -> Any:
        """Reads a property: the value of one, of several a dict in the order asked. Else as `Peer.get`.

        Raises Refused, WrongValue, NotInDictionary, NoAnswer, NotPaired, errors.Policy.
        """
        came = await self.node.get(self.eoj, *keys, timeout=timeout, force=force)
        return came[keys[0]] if len(keys) == 1 else came

    async def get_many(
        self, keys: Iterable[int | str], *, timeout: float | None = None, force: bool = False
    ) -> dict[Any, Result]:
        """Reads properties and says of each what became of it; as `Peer.get_many`. Raises NoAnswer, and the like."""
        return await self.node.get_many(self.eoj, keys, timeout=timeout, force=force)

    async def get_at(
        self, index: Any, *keys: int | str, timeout: float | None = None, repeatable: bool = False
    ) -> dict[Any, Any]:
        """Reads what an index selects, as `Peer.get_at`: the history of a day, an entry of a list."""
        return await self.node.get_at(self.eoj, index, *keys, timeout=timeout, repeatable=repeatable)

    @overload
    async def set(
        self,
        key: int | str,
        value: Any,
        /,
        *,
        timeout: float | None = None,
        verify: bool = False,
        repeatable: bool = False,
    ) -> None: ...
    @overload
    async def set(
        self, values: Values, /, *, timeout: float | None = None, verify: bool = False, repeatable: bool = False
    ) -> None: ...
    @overload
    async def set(
        self,
        values: Mapping[int | str, Any],
        /,
        *,
        timeout: float | None = None,
        verify: bool = False,
        repeatable: bool = False,
    ) -> None: ...
    async def set(
        self,
        values: Any,
        value: Any = None,
        /,
        *,
        timeout: float | None = None,
        verify: bool = False,
        repeatable: bool = False,
    ) -> None:
        """Sets a property, `set("targetTemperature", 26)`, or several by a dict; else as `Peer.set`.

        With `verify` it is read back until it is there, 20 s (or `timeout`) long; Refused says what is there instead.
        """
        given = values if isinstance(values, Mapping) else {values: value}
        await self.node.set(self.eoj, given, timeout=timeout, verify=verify, repeatable=repeatable)

    def notifications(self, *, limit: int = 256) -> "Stream[Notification]":
        """What its node announces of this object from now on, as `Peer.notifications`."""
        node, eoj = self.node, self.eoj
        return node._endpoint._watch(lambda item: item.eoj == eoj and node._is_sender(item), limit)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemoteObject) and (self.node, self.eoj) == (other.node, other.eoj)

    def __hash__(self) -> int:
        return hash((self.node, self.eoj))

    def __repr__(self) -> str:
        return f"<warifu.RemoteObject {self.eoj:06X}{f' {self.info.id}' if self.info else ''} of {self.node!r}>"
