"""Other nodes: found ones (`Node`) and paired ones (`Peer`). Both are read and set by the same two methods."""

# ruff: noqa: ASYNC109 - the engine's own timeouts: it repeats, and says what it knows, until they pass

import abc
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from . import _warifu
from ._calls import Outcome, Result, call
from ._naming import PROFILE_CLASS, RELEASE, Naming, release_in
from ._numbers import milliseconds
from ._services import Answer, Asked, Service, inform, request
from ._stream import Stream
from ._warifu import Error, Hello, KnownRow, PeerRow, PropertyMap, Refused, TooSmall, make_error
from ._warifu import Event as EngineEvent

if TYPE_CHECKING:
    from ._endpoint import Endpoint
    from .events import Notification

NODE_PROFILE = 0x0EF001
MAPS = {"inf": 0x9D, "set": 0x9E, "get": 0x9F}
READ_BACK_S = 20.0  # how long a device may take until a value that it accepted can be read


def properties_of(edata: bytes) -> tuple[int, dict[int, bytes]]:
    """Source object and properties of an EDATA."""
    frame = _warifu.edata_parse(edata)
    return frame.seoj, dict(frame.properties)


class Remote(abc.ABC):
    """Another node, as far as it can be read and set."""

    def __init__(self, endpoint: "Endpoint") -> None:
        self._endpoint = endpoint
        self._releases: dict[int, str | None] = {}

    @property
    @abc.abstractmethod
    def address(self) -> str | None:
        """Where it is, as "192.0.2.1:3610"; None: unknown."""

    @abc.abstractmethod
    def _target(self) -> tuple[int, str | None]:
        """Id of a peer, or 0 and an address."""

    def _as_peer(self) -> "Peer | None":
        return self if isinstance(self, Peer) else None

    def _refused(
        self, event: EngineEvent, refused: tuple[int, ...], values: Mapping[int, bytes], detail: str
    ) -> Refused:
        error = self._endpoint._error(Refused.code, event, self._as_peer(), detail)
        assert isinstance(error, Refused)
        error.values = dict(values)
        error.refused = refused
        return error

    async def _naming(self, eoj: int, timeout: float | None, *, asks: bool) -> Naming:
        """What names mean in the release of that object. It is asked for once, and only when somebody asks for it."""
        if asks and eoj not in self._releases:
            edt = b""
            if eoj >> 8 != PROFILE_CLASS:
                edt = (await self._get(eoj, (RELEASE,), timeout, partial=True)).get(RELEASE, b"")
            self._take_release(eoj, edt)
        return Naming(self._endpoint.dictionary, eoj >> 8, self._releases.get(eoj))

    def _take_release(self, eoj: int, edt: bytes) -> None:
        """From the 82 of an object; that of the node profile is the protocol's version."""
        release = None if eoj >> 8 == PROFILE_CLASS else release_in(self._endpoint.dictionary, eoj, edt)
        self._releases[eoj] = release
        self._endpoint._learn_release(self._target(), eoj, release)

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
    ) -> dict[int | str, Any]: ...
    async def get(
        self, eoj: int, *keys: int | str, timeout: float | None = None, partial: bool = False, force: bool = False
    ) -> dict[int, bytes] | dict[str, Any] | dict[int | str, Any]:
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
        naming = await self._naming(eoj, timeout, asks=_has_names(keys))
        try:
            came = await self._get(eoj, tuple(dict.fromkeys(map(naming.epc, keys))), timeout, partial, force)
        except Refused as error:
            _tell_by_keys(error, naming, keys)
            raise
        return naming.natural(keys, came, partial=partial)

    async def _get(
        self, eoj: int, epcs: tuple[int, ...], timeout: float | None, partial: bool, force: bool = False
    ) -> dict[int, bytes]:
        outcome = await self._call(eoj, gets=epcs, timeout=timeout, force=force)
        values = outcome.values
        if len(values) < len(epcs) and outcome.event.error == Refused.code and not partial:
            missing = tuple(epc for epc in epcs if epc not in values)
            raise self._refused(outcome.event, missing, values, f"no {_names(missing)} of {eoj:06X}")
        if outcome.event.error != Refused.code:
            self._endpoint._check(outcome.event, self._as_peer())
        return values

    async def get_many(
        self, eoj: int, epcs: Iterable[int], *, timeout: float | None = None, force: bool = False
    ) -> dict[int, Result]:
        """Reads properties of one object and says of each what became of it, in the order asked.

        However many they are: they are split as the device needs, and one that it keeps silent about is found by
        halving. `timeout` seconds are for each message (None: 20 for one property, 60 for more). What the object's map
        9F (read before, as by `interview`) does not list is not asked for, unless by `force`. What is refused or silent
        is in the results; raises NoAnswer when the node is not there, NotPaired, and the like.
        """
        outcome = await self._call(eoj, gets=tuple(dict.fromkeys(epcs)), timeout=timeout, force=force)
        if outcome.event.error not in (Refused.code, TooSmall.code):
            self._endpoint._check(outcome.event, self._as_peer())
        return dict(outcome.gets)

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
        naming = await self._naming(eoj, timeout, asks=_has_names((*values, *keys)))
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
        missing = outcome.not_set + tuple(epc for epc in epcs if epc not in outcome.values)
        if outcome.event.error == Refused.code:
            error = self._refused(outcome.event, missing, outcome.values, f"{_names(missing)} of {eoj:06X}")
            _tell_by_keys(error, naming, all_keys)
            raise error
        self._endpoint._check(outcome.event, self._as_peer())
        return naming.natural(keys, outcome.values)

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

    async def get_each(self, eoj: int, *epcs: int, timeout: float | None = None) -> dict[int, dict[int, bytes]]:
        """Reads properties of all instances of a class by one message (to instance 0): EOJ -> EPC -> EDT.

        Any EOJ of the class will do. The instances that answer within `timeout` seconds (3) are there, each with what
        it gave. Raises NoAnswer when none did, NotPaired, and the like.
        """
        answers = await self._ask("Get", eoj & 0xFFFF00, epcs, timeout)
        return {answer.eoj: {epc: edt for epc, edt in answer.properties if edt} for answer in answers}

    async def inf_req(self, eoj: int, *epcs: int, timeout: float | None = None) -> dict[int, bytes]:
        """Asks for an announcement (INF_REQ): in clear everybody hears it, of a peer only this node.

        Gives EPC -> EDT. Raises Refused, whose `values` came all the same, NoAnswer (some devices announce with a TID
        of their own: see `watch`), NotPaired, and the like.
        """
        (answer, *_) = await self._ask("INF_REQ", eoj, epcs, timeout)
        values = {epc: edt for epc, edt in answer.properties if edt}
        missing = tuple(epc for epc in epcs if epc not in values)
        if missing:
            raise self._refusal_of(answer, missing, values, f"no {_names(missing)} of {eoj:06X}")
        return values

    async def set_i(
        self,
        eoj: int,
        values: Mapping[int, bytes] | Mapping[str, Any] | Mapping[int | str, Any],
        *,
        timeout: float | None = None,
    ) -> None:
        """Sets properties without asking for an answer (SetI), as `set` takes them.

        A node that refuses says so: then this raises Refused. It waits 2 s (or `timeout`) for that; silence means
        nothing, not even that the node is there.
        """
        if not values:
            raise ValueError("name at least one property")
        naming = await self._naming(eoj, timeout, asks=_has_names(values))
        sets = naming.sets(values)
        answers = await self._ask("SetI", eoj, sets.items(), timeout)
        if answers:
            refused = tuple(epc for epc, edt in answers[0].properties if edt) or tuple(sets)
            error = self._refusal_of(answers[0], refused, {}, f"{_names(refused)} of {eoj:06X} not set")
            _tell_by_keys(error, naming, values)
            raise error

    async def inf(self, eoj: int, *epcs: int) -> None:
        """Tells this node alone properties of an object of our own as they are now (INF): done when it is sent.

        Raises NoObject, NoProperty, errors.Policy (in clear only what the policy lets be announced), NotPaired.
        """
        self._endpoint._check(await inform(self._endpoint, self._target(), eoj, epcs, confirm=False), self._as_peer())

    async def infc(self, eoj: int, *epcs: int, timeout: float | None = None) -> None:
        """The same, and waits until the node confirms it (INFC), `timeout` seconds (20). Raises NoAnswer, too."""
        event = await inform(self._endpoint, self._target(), eoj, epcs, confirm=True, timeout=timeout)
        self._endpoint._check(event, self._as_peer())

    async def _ask(self, service: Service, eoj: int, asked: Asked, timeout: float | None) -> list[Answer]:
        asked = tuple(asked)
        if not asked:
            raise ValueError("name at least one property")
        event, answers = await request(self._endpoint, self._target(), service, eoj, asked, timeout=timeout)
        if event.error != Refused.code:
            self._endpoint._check(event, self._as_peer())
        return answers

    def _refusal_of(
        self, answer: Answer, refused: tuple[int, ...], values: Mapping[int, bytes], detail: str
    ) -> Refused:
        error = make_error(Refused.code, detail, answer.address)
        assert isinstance(error, Refused)
        error.peer, error.values, error.refused = self._as_peer(), dict(values), refused
        return error

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
        what is there in `values`. `repeatable` allows a second sending when the connection broke before the answer;
        without it that ends as OutcomeUnknown. Raises NoAnswer, NotPaired, TooLate, errors.Policy.
        """
        if not values:
            raise ValueError("name at least one property")
        naming = await self._naming(eoj, timeout, asks=_has_names(values))
        try:
            await self._set(eoj, naming.sets(values), timeout, verify, repeatable)
        except Refused as error:
            _tell_by_keys(error, naming, values)
            raise

    async def _set(
        self, eoj: int, values: Mapping[int, bytes], timeout: float | None, verify: bool, repeatable: bool
    ) -> None:
        verify_ms = milliseconds(READ_BACK_S if timeout is None else timeout) if verify else 0
        outcome = await self._call(eoj, sets=values, timeout=timeout, verify_ms=verify_ms, repeatable=repeatable)
        if outcome.event.error == Refused.code:
            refused = outcome.not_set
            differs = any(outcome.sets[epc].status == "differs" for epc in refused)
            detail = "read back differently" if differs else "not set"
            raise self._refused(outcome.event, refused, outcome.there, f"{_names(refused)} of {eoj:06X} {detail}")
        self._endpoint._check(outcome.event, self._as_peer())


def _has_names(keys: Iterable[int | str]) -> bool:
    return any(isinstance(key, str) for key in keys)


def _tell_by_keys(error: Refused, naming: Naming, keys: Iterable[int | str]) -> None:
    """Makes the refusal of a call speak of the keys that were asked for."""
    keys = tuple(keys)
    error.refused = tuple(dict.fromkeys(key for key in keys if naming.epc(key) in error.refused))
    error.values = naming.natural(keys, error.values, partial=True)


def _names(epcs: tuple[int, ...]) -> str:
    return " ".join(f"{epc:02X}" for epc in epcs)


class Node(Remote):
    """A node that was heard; it is read and set in clear, unless it is paired. Nothing of it is proven.

    It is followed to another address if it has a number. With a number it has two addresses at most, one in IPv4 and
    one in IPv6: it is asked at the former, until it is silent there; but where `discover` was given its address it is
    asked at that one.
    """

    def __init__(
        self,
        endpoint: "Endpoint",
        address: str,
        number: bytes | None,
        objects: list[int],
        da: Hello | None,
        known: int = 0,
        other: str | None = None,
        named: bool = False,
    ) -> None:
        super().__init__(endpoint)
        self._address = address
        self._other = other
        self._named = named  # whoever asked chose this address
        self._known = known
        self.number = number  # identification number, as it says; None: it has none
        self.objects = objects  # EOJs, without the node profile
        self.da = da  # what it says of Device Authentication; None: it doesn't speak it

    def _row(self) -> KnownRow | None:
        return self._endpoint._open.engine.known_one(self._known) if self._known else None

    @property
    def address(self) -> str:
        """Where it is asked, as "192.0.2.1:3610"."""
        row = self._row()
        if row is None or (self._named and self._address == row.other):
            return self._address
        return row.address

    @property
    def addresses(self) -> list[str]:
        """All its addresses, the one where it is asked first."""
        row = self._row()
        first, both = self.address, (row.address, row.other) if row else (self._address, self._other)
        return [first, *(address for address in both if address is not None and address != first)]

    @property
    def is_online(self) -> bool:
        """Whether it answered when it was last asked."""
        row = self._row()
        return row is not None and row.is_online

    @property
    def reason(self) -> Error | None:
        """Why it is not online; None: it is, or it is no longer known."""
        row = self._row()
        return make_error(row.error, None, row.address) if row and row.error else None

    @property
    def limit(self) -> int | None:
        """Most properties that it takes at once, as learnt; None: no limit was met."""
        row = self._row()
        return row.limit or None if row else None

    async def interview(self, *, timeout: float | None = None) -> dict[int, dict[str, frozenset[int]]]:
        """Asks each object, the node profile first, for its property maps: EOJ -> "inf", "set", "get" -> EPCs.

        It also asks for the release (82) of each, by which `watch` and `notifications` decode from then on.
        A map that does not come is empty. Raises NoAnswer when the node is not there, and the like.
        """
        maps: dict[int, dict[str, frozenset[int]]] = {}
        for eoj in (NODE_PROFILE, *self.objects):
            came = await self.get_many(eoj, (*MAPS.values(), RELEASE), timeout=timeout)
            if came[RELEASE].value:
                self._take_release(eoj, came[RELEASE].value)
            maps[eoj] = {name: _map(came[epc].value) for name, epc in MAPS.items()}
        return maps

    def _target(self) -> tuple[int, str | None]:
        return 0, self.address

    def __repr__(self) -> str:
        objects = " ".join(f"{eoj:06X}" for eoj in self.objects)
        address = self.address if self._endpoint._is_open else self._address
        return f"<warifu.Node {address} {objects}{' DA' if self.da else ''}>"


def _map(edt: bytes) -> frozenset[int]:
    try:
        return frozenset(_warifu.property_map_read(edt))
    except PropertyMap:
        return frozenset()


class Peer(Remote):
    """A paired node. All that goes to it is encrypted, and it is known by its certificate, wherever it is."""

    def __init__(self, endpoint: "Endpoint", row: PeerRow) -> None:
        super().__init__(endpoint)
        self.id = row.id  # valid until the endpoint closes
        self.number = row.number  # identification number, proven
        self.fingerprint = row.fingerprint  # SHA-256 of its certificate
        self.role: Literal["device", "controller"] | None = row.role

    def _row(self) -> PeerRow | None:
        return next((row for row in self._endpoint._open.engine.peers() if row.id == self.id), None)

    @property
    def address(self) -> str | None:
        """Where it was last proven to be; None: unknown, or no longer paired."""
        row = self._row()
        return row.address if row else None

    @property
    def is_connected(self) -> bool:
        """Whether there is a session; without one the next request makes one."""
        row = self._row()
        return row is not None and row.has_session

    def notifications(self, *, limit: int = 256) -> "Stream[Notification]":
        """The protected notifications of this peer from now on; see `watch` for what is dropped."""
        return self._endpoint._watch(lambda item: item.is_protected and item.peer is self, limit)

    def _target(self) -> tuple[int, str | None]:
        return self.id, None

    def __repr__(self) -> str:
        return f"<warifu.Peer {self.role} {self.number.hex().upper()}>"
