"""Another node, as far as it can be read and set: what found ones (`Node`) and paired ones (`Peer`) have in common."""

import abc
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, overload

from ._asking import Asking
from ._calls import Outcome, Result, call
from ._naming import RELEASE, Naming, has_names, label
from ._numbers import milliseconds
from ._stream import Stream
from ._warifu import Refused, TooSmall
from .errors import WrongValue
from .remote_object import RemoteObject

if TYPE_CHECKING:
    from .events import Notification

INSTANCES, NODE_PROFILE = 0xD6, 0x0EF001
READ_BACK_S = 20.0  # how long a device may take until a value that it accepted can be read
EOJ_BYTES = 3


class Remote(Asking):
    """Another node: `Node` or `Peer`."""

    @overload
    def object(self, key: int) -> RemoteObject: ...
    @overload
    def object(self, key: str, instance: int = 1) -> RemoteObject: ...
    def object(self, key: int | str, instance: int = 1) -> RemoteObject:
        """An object of this node, by its EOJ or its class: `peer.object("homeAirConditioner")`. Nothing is sent.

        `instance` says which one of that class. Raises NotInDictionary, ValueError.
        """
        if isinstance(key, str):
            if not 1 <= instance <= 127:
                raise ValueError(f"an instance is 1 to 127, not {instance}")
            key = self._endpoint.dictionary.find_class(key).code << 8 | instance
        return RemoteObject(self, key)

    async def instances(self, *, timeout: float | None = None) -> list[RemoteObject]:
        """Asks which objects it has (D6 of its node profile). `timeout` in seconds; raises what `get` does."""
        edt = (await self.get(NODE_PROFILE, INSTANCES, timeout=timeout))[INSTANCES]
        places = range(1, len(edt) - EOJ_BYTES + 1, EOJ_BYTES)
        return [RemoteObject(self, int.from_bytes(edt[place : place + EOJ_BYTES])) for place in places]

    def notifications(self, *, limit: int = 256) -> "Stream[Notification]":
        """What this node announces from now on: of a peer only what is protected, of another one what comes in clear
        from its address. When more than `limit` wait the oldest is dropped and counted (`dropped`)."""
        return self._endpoint._watch(self._is_sender, limit)

    @abc.abstractmethod
    def _is_sender(self, item: "Notification") -> bool:
        """Whether that came from this node, as far as can be known."""

    @overload
    async def get(
        self, eoj: int, *keys: int, timeout: float | None = None, partial: bool = False, force: bool = False
    ) -> dict[int, bytes]: ...
    @overload
    async def get(
        self, eoj: int, *keys: str, timeout: float | None = None, partial: bool = False, force: bool = False
    ) -> dict[str, Any]: ...
    @overload
    async def get(
        self, eoj: int, *keys: int | str, timeout: float | None = None, partial: bool = False, force: bool = False
    ) -> dict[Any, Any]: ...
    async def get(
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
        if not keys:
            raise ValueError("name at least one property")
        naming = await self._naming(eoj, timeout, asks=has_names(keys))
        epcs = tuple(dict.fromkeys(map(naming.epc, keys)))
        outcome = await self._call(eoj, gets=epcs, timeout=timeout, force=force)
        values = outcome.values
        if outcome.event.error != Refused.code:
            self._endpoint._check(outcome.event, self._as_peer())
        elif len(values) < len(epcs) and not partial:
            missing = [epc for epc in epcs if epc not in values]
            raise self._refusal(naming, eoj, keys, missing, values, "not read", outcome.event.address)
        return naming.natural(keys, values, partial=partial)

    async def _read_release(self, eoj: int, timeout: float | None) -> bytes:
        return (await self.get(eoj, RELEASE, timeout=timeout, partial=True)).get(RELEASE, b"")

    @overload
    async def get_many(
        self, eoj: int, keys: Iterable[int], *, timeout: float | None = None, force: bool = False
    ) -> dict[int, Result]: ...
    @overload
    async def get_many(
        self, eoj: int, keys: Iterable[str], *, timeout: float | None = None, force: bool = False
    ) -> dict[str, Result]: ...
    @overload
    async def get_many(
        self, eoj: int, keys: Iterable[int | str], *, timeout: float | None = None, force: bool = False
    ) -> dict[Any, Result]: ...
    async def get_many(
        self, eoj: int, keys: Iterable[int | str], *, timeout: float | None = None, force: bool = False
    ) -> dict[Any, Result]:
        """Reads properties of one object and says of each what became of it, in the order asked.

        However many they are: they are split as the device needs, and one that it keeps silent about is found by
        halving. `timeout` seconds are for each message (None: 20 for one property, 60 for more). What the object's map
        9F (read before, as by `interview`) does not list is not asked for, unless by `force`. What is refused or silent
        is in the results; raises NoAnswer when the node is not there, NotInDictionary, NotPaired, and the like.
        """
        keys = tuple(dict.fromkeys(keys))
        naming = await self._naming(eoj, timeout, asks=has_names(keys))
        epcs = tuple(dict.fromkeys(map(naming.epc, keys)))
        outcome = await self._call(eoj, gets=epcs, timeout=timeout, force=force)
        if outcome.event.error not in (Refused.code, TooSmall.code):
            self._endpoint._check(outcome.event, self._as_peer())
        return {key: _natural(naming, key, outcome.gets[naming.epc(key)]) for key in keys}

    async def set_get(
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
        if not values or not keys:
            raise ValueError("name at least one property to set and one to read")
        naming = await self._naming(eoj, timeout, asks=has_names((*values, *keys)))
        return await self._set_get(naming, eoj, naming.sets(values), keys, (*values, *keys), timeout, repeatable)

    async def get_at(
        self, eoj: int, index: Any, *keys: int | str, timeout: float | None = None, repeatable: bool = False
    ) -> dict[Any, Any]:
        """Reads what an index selects: `get_at(meter, 1, "normalDirectionCumulativeElectricEnergyLog1")` is yesterday.

        The dictionary knows the property that the others are read by (`atomic`): it is set to `index` in the same
        message, as by `set_get`, whose errors these are. Raises ValueError for properties that are read by no index or
        by different ones.
        """
        if not keys:
            raise ValueError("name at least one property")
        naming = await self._naming(eoj, timeout, asks=True)
        sets = naming.index(keys, index)
        return await self._set_get(naming, eoj, sets, keys, (*sets, *keys), timeout, repeatable)

    async def _set_get(
        self,
        naming: Naming,
        eoj: int,
        sets: Mapping[int, bytes],
        keys: tuple[int | str, ...],
        all_keys: tuple[int | str, ...],
        timeout: float | None,
        repeatable: bool,
    ) -> dict[Any, Any]:
        epcs = tuple(dict.fromkeys(map(naming.epc, keys)))
        outcome = await self._call(eoj, sets=sets, gets=epcs, timeout=timeout, repeatable=repeatable)
        values = outcome.values
        if outcome.event.error == Refused.code:
            missing = [*outcome.not_set, *(epc for epc in epcs if epc not in values)]
            raise self._refusal(naming, eoj, all_keys, missing, values, "not set or read", outcome.event.address)
        self._endpoint._check(outcome.event, self._as_peer())
        return naming.natural(keys, values)

    async def set(
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
        if not values:
            raise ValueError("name at least one property")
        naming = await self._naming(eoj, timeout, asks=has_names(values))
        sets = naming.sets(values)
        verify_ms = milliseconds(READ_BACK_S if timeout is None else timeout) if verify else 0
        outcome = await self._call(eoj, sets=sets, timeout=timeout, verify_ms=verify_ms, repeatable=repeatable)
        if outcome.event.error != Refused.code:
            self._endpoint._check(outcome.event, self._as_peer())
            return
        differs = _differences(naming, values, outcome)
        what = f"read back differently ({differs})" if differs else "not set"
        address = outcome.event.address
        raise self._refusal(naming, eoj, values, outcome.not_set, outcome.there, what, address)

    async def _call(
        self,
        eoj: int,
        *,
        sets: Mapping[int, bytes] | None = None,
        gets: tuple[int, ...] = (),
        timeout: float | None = None,
        verify_ms: int = 0,
        repeatable: bool = False,
        force: bool = False,
    ) -> Outcome:
        return await call(
            self._endpoint,
            self._target(),
            eoj,
            sets=(sets or {}).items(),
            gets=gets,
            timeout_ms=milliseconds(timeout),
            verify_ms=verify_ms,
            repeatable=repeatable,
            force=force,
        )


def _natural(naming: Naming, key: int | str, result: Result) -> Result:
    """The result by the key that was asked for."""
    if not isinstance(key, str) or result.status != "value":
        return result
    try:
        return Result("value", naming.decode(key, result.value))
    except WrongValue:
        return Result("wrong", result.value)


def _differences(naming: Naming, values: Mapping[Any, Any], outcome: Outcome) -> str:
    """What was read back beside what was set, of all that differs."""
    told = []
    for key, wanted in values.items():
        result = outcome.sets[naming.epc(key)]
        if result.status == "differs":
            there = _natural(naming, key, Result("value", result.value)).value if result.value else None
            told.append(f"{label(naming, key)}: {_shown(there)} is there, not {_shown(wanted)}")
    return ", ".join(told)


def _shown(value: object) -> str:
    if value is None:
        return "nothing that can be read"
    return value.hex().upper() if isinstance(value, bytes) else f"{value}"
