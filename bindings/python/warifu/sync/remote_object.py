"""Made by tools/sync.py from warifu/remote_object.py: the same, waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from .. import remote_object
from .._calls import Result
from .._dictionary import ClassInfo
from ..remote_object import Values
from ._facade import Facade

if TYPE_CHECKING:
    from ._remote import Remote
    from ._stream import Stream
    from .events import Notification


class RemoteObject(Facade, of=remote_object.RemoteObject):
    """An object of another node, from `peer.object("homeAirConditioner")`: what the node does with an EOJ, without it.

    By name values are those of the endpoint's `dictionary`: `ac.get("roomTemperature")` is a number whose `unit`
    is "Celsius". By EPC they are bytes.
    """

    @property
    def node(self) -> Remote:
        """The Node or Peer that it belongs to."""
        value: Remote = self._get("node")
        return value

    @property
    def eoj(self) -> int:
        """Class (two bytes) and instance."""
        value: int = self._get("eoj")
        return value

    @property
    def info(self) -> ClassInfo | None:
        """What its class is called; None: the dictionary does not know it."""
        value: ClassInfo | None = self._get("info")
        return value

    def properties(
        self, access: Literal["get", "set", "inf"] = "get", *, timeout: float | None = None
    ) -> list[int | str]:
        """Asks what can be read, set or is announced (its property map): names, and EPCs of what has none.

        `get_many` takes them as they are. `timeout` in seconds; raises what `get` does.
        """
        result: list[int | str] = self._wait("properties", access, timeout=timeout)
        return result

    @overload
    def get(self, key: int, /, *, timeout: float | None = None, force: bool = False) -> bytes: ...

    @overload
    def get(self, key: str, /, *, timeout: float | None = None, force: bool = False) -> Any: ...

    @overload
    def get(
        self, key: int | str, second: int | str, /, *more: int | str, timeout: float | None = None, force: bool = False
    ) -> dict[Any, Any]: ...

    def get(self, *keys: int | str, timeout: float | None = None, force: bool = False) -> Any:
        """Reads a property: the value of one, of several a dict in the order asked. Else as `Peer.get`.

        Raises Refused, WrongValue, NotInDictionary, NoAnswer, NotPaired, errors.Policy.
        """
        result: Any = self._wait("get", *keys, timeout=timeout, force=force)
        return result

    def get_many(
        self, keys: Iterable[int | str], *, timeout: float | None = None, force: bool = False
    ) -> dict[Any, Result]:
        """Reads properties and says of each what became of it; as `Peer.get_many`. Raises NoAnswer, and the like."""
        result: dict[Any, Result] = self._wait("get_many", keys, timeout=timeout, force=force)
        return result

    def get_at(
        self, index: Any, *keys: int | str, timeout: float | None = None, repeatable: bool = False
    ) -> dict[Any, Any]:
        """Reads what an index selects, as `Peer.get_at`: the history of a day, an entry of a list."""
        result: dict[Any, Any] = self._wait("get_at", index, *keys, timeout=timeout, repeatable=repeatable)
        return result

    @overload
    def set(
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
    def set(
        self, values: Values, /, *, timeout: float | None = None, verify: bool = False, repeatable: bool = False
    ) -> None: ...

    @overload
    def set(
        self,
        values: Mapping[int | str, Any],
        /,
        *,
        timeout: float | None = None,
        verify: bool = False,
        repeatable: bool = False,
    ) -> None: ...

    def set(
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
        self._wait("set", values, value, timeout=timeout, verify=verify, repeatable=repeatable)

    def notifications(self, *, limit: int = 256) -> Stream[Notification]:
        """What its node announces of this object from now on, as `Peer.notifications`."""
        result: Stream[Notification] = self._call("notifications", limit=limit)
        return result
