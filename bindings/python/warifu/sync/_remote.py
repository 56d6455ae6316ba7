"""Made by tools/sync.py from warifu/_remote.py: the same, waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, overload

from .. import _remote
from .._calls import Result
from ._asking import Asking

if TYPE_CHECKING:
    from ._stream import Stream
    from .events import Notification
    from .remote_object import RemoteObject


class Remote(Asking, of=_remote.Remote):
    """Another node: `Node` or `Peer`."""

    @overload
    def object(self, key: int) -> RemoteObject: ...

    @overload
    def object(self, key: str, instance: int = 1) -> RemoteObject: ...

    def object(self, key: int | str, instance: int = 1) -> RemoteObject:
        """An object of this node, by its EOJ or its class: `peer.object("homeAirConditioner")`. Nothing is sent.

        `instance` says which one of that class. Raises NotInDictionary, ValueError.
        """
        result: RemoteObject = self._call("object", key, instance)
        return result

    def instances(self, *, timeout: float | None = None) -> list[RemoteObject]:
        """Asks which objects it has (D6 of its node profile). `timeout` in seconds; raises what `get` does."""
        result: list[RemoteObject] = self._wait("instances", timeout=timeout)
        return result

    def notifications(self, *, limit: int = 256) -> Stream[Notification]:
        """What this node announces from now on: of a peer only what is protected, of another one what comes in clear
        from its address. When more than `limit` wait the oldest is dropped and counted (`dropped`).
        """
        result: Stream[Notification] = self._call("notifications", limit=limit)
        return result

    @overload
    def get(
        self, eoj: int, *keys: int, timeout: float | None = None, partial: bool = False, force: bool = False
    ) -> dict[int, bytes]: ...

    @overload
    def get(
        self, eoj: int, *keys: str, timeout: float | None = None, partial: bool = False, force: bool = False
    ) -> dict[str, Any]: ...

    @overload
    def get(
        self, eoj: int, *keys: int | str, timeout: float | None = None, partial: bool = False, force: bool = False
    ) -> dict[Any, Any]: ...

    def get(
        self, eoj: int, *keys: int | str, timeout: float | None = None, partial: bool = False, force: bool = False
    ) -> dict[Any, Any]:
        """Reads properties of one object, in the order asked: EPC -> bytes (EDT), or name -> value.

        Names and values are those of the endpoint's `dictionary`, in the release that the object says (82), which is
        read the first time. Raises Refused when not all of them came: its `values` are those that did, `refused` the
        others; WrongValue when what came by name is no value of the property (its EPC gives the bytes). With `partial`
        the values that came are given without a word. What a device does not take at once is split; `timeout` seconds
        are for each message (None: 20 for one property, 60 for more). Of several properties those that the object's map
        9F is known not to list are not asked for, unless by `force`. Raises NotInDictionary, NoAnswer, NotPaired,
        errors.Policy, and what reconnecting can end with (Untrusted, Expired, ...).
        """
        result: dict[Any, Any] = self._wait("get", eoj, *keys, timeout=timeout, partial=partial, force=force)
        return result

    @overload
    def get_many(
        self, eoj: int, keys: Iterable[int], *, timeout: float | None = None, force: bool = False
    ) -> dict[int, Result]: ...

    @overload
    def get_many(
        self, eoj: int, keys: Iterable[str], *, timeout: float | None = None, force: bool = False
    ) -> dict[str, Result]: ...

    @overload
    def get_many(
        self, eoj: int, keys: Iterable[int | str], *, timeout: float | None = None, force: bool = False
    ) -> dict[Any, Result]: ...

    def get_many(
        self, eoj: int, keys: Iterable[int | str], *, timeout: float | None = None, force: bool = False
    ) -> dict[Any, Result]:
        """Reads properties of one object and says of each what became of it, in the order asked.

        However many they are: they are split as the device needs, and one that it keeps silent about is found by
        halving. `timeout` seconds are for each message (None: 20 for one property, 60 for more). What the object's map
        9F (read before, as by `interview`) does not list is not asked for, unless by `force`. What is refused or silent
        is in the results; raises NoAnswer when the node is not there, NotInDictionary, NotPaired, and the like.
        """
        result: dict[Any, Result] = self._wait("get_many", eoj, keys, timeout=timeout, force=force)
        return result

    def set_get(
        self,
        eoj: int,
        values: Mapping[int, bytes] | Mapping[str, Any] | Mapping[int | str, Any],
        *keys: int | str,
        timeout: float | None = None,
        repeatable: bool = False,
    ) -> dict[Any, Any]:
        """Sets properties and reads others in one step (SetGet): an index, and what it selects.

        By EPC values are bytes, by name those of the endpoint's `dictionary`, as in `get` and `set`. A device that
        refuses SetGet gets a SetC and a Get, with nobody of this controller in between; so does one that ignores it, if
        the setting is `repeatable`. Raises WrongValue and NotInDictionary before anything is sent; Refused when
        something was not set (then nothing is read) or not read; NoAnswer, OutcomeUnknown, NotPaired, errors.Policy.
        """
        result: dict[Any, Any] = self._wait("set_get", eoj, values, *keys, timeout=timeout, repeatable=repeatable)
        return result

    def get_at(
        self, eoj: int, index: Any, *keys: int | str, timeout: float | None = None, repeatable: bool = False
    ) -> dict[Any, Any]:
        """Reads what an index selects: `get_at(meter, 1, "normalDirectionCumulativeElectricEnergyLog1")` is yesterday.

        The dictionary knows the property that the others are read by (`atomic`): it is set to `index` in the same
        message, as by `set_get`, whose errors these are. Raises ValueError for properties that are read by no index or
        by different ones.
        """
        result: dict[Any, Any] = self._wait("get_at", eoj, index, *keys, timeout=timeout, repeatable=repeatable)
        return result

    def set(
        self,
        eoj: int,
        values: Mapping[int, bytes] | Mapping[str, Any] | Mapping[int | str, Any],
        *,
        timeout: float | None = None,
        verify: bool = False,
        repeatable: bool = False,
    ) -> None:
        """Sets properties of one object (SetC) and waits for the answer. By EPC a value is bytes, by name what
        the endpoint's `dictionary` takes: {"targetTemperature": 26}. Raises WrongValue before anything is sent.

        Raises Refused with `refused`: the EPCs that were not taken (all, when the answer names none); the others are
        set. With `verify` the values are read back until they are there, 20 s (or `timeout`) long; Refused then has
        what is there in `values`, and says what differs. `repeatable` allows a second sending when the connection broke
        before the answer; without it that ends as OutcomeUnknown. Raises NoAnswer, NotPaired, TooLate, errors.Policy.
        """
        self._wait("set", eoj, values, timeout=timeout, verify=verify, repeatable=repeatable)
