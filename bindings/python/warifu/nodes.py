"""Other nodes: found ones (`Node`) and paired ones (`Peer`). Both are read and set by the same two methods."""

# ruff: noqa: ASYNC109 - the engine's own timeouts: it repeats, and says what it knows, until they pass

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from . import _warifu
from ._dictionary import PropertyInfo, dictionary
from ._stream import Stream
from ._warifu import Event as EngineEvent
from ._warifu import Hello, PeerRow, Refused, WrongValue

if TYPE_CHECKING:
    from ._endpoint import Endpoint
    from .events import Notification

PROFILE_CLASS, RELEASE = 0x0EF0, 0x82
SETC, GET = 0x61, 0x62
SET_SNAS, GET_SNA = (0x51, 0x50), 0x52  # some refuse a SetC with the SNA of SetI
READ_BACK_S = 20.0  # how long a device may take until a value that it accepted can be read
FIRST_READ_BACK_S = 0.2


def properties_of(edata: bytes) -> tuple[int, dict[int, bytes]]:
    """Source object and properties of an EDATA."""
    frame = _warifu.edata_parse(edata)
    return frame.seoj, dict(frame.properties)


class Remote:
    """Another node, as far as it can be read and set."""

    def __init__(self, endpoint: "Endpoint") -> None:
        self._endpoint = endpoint
        self._releases: dict[int, str | None] = {}

    @property
    def address(self) -> str | None:
        """Where it is, as "192.0.2.1:3610"; None: unknown."""
        raise NotImplementedError

    def _target(self) -> tuple[int, str | None]:
        """Id of a peer, or 0 and an address."""
        raise NotImplementedError

    async def _ask(
        self, esv: int, eoj: int, properties: list[tuple[int, bytes]], timeout: float | None, repeatable: bool
    ) -> tuple[EngineEvent, dict[int, bytes], int]:
        """Gives the last event, the answer's properties and its ESV (0: no answer came)."""
        edata = _warifu.edata_compose(self._endpoint._seoj, eoj, esv, properties)
        peer, address = self._target()
        event = await self._endpoint._ask(edata, peer=peer, address=address, seconds=timeout, repeatable=repeatable)
        if not event.edata:
            self._endpoint._check(event, self._as_peer())
            return event, {}, 0
        frame = _warifu.edata_parse(event.edata)
        return event, dict(frame.properties), frame.esv

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

    async def _named(self, eoj: int, keys: Iterable[int | str], timeout: float | None) -> dict[str, PropertyInfo]:
        """What the names among the keys mean in the release of that object, which is asked for once."""
        names = [key for key in keys if isinstance(key, str)]
        if names and eoj not in self._releases:
            release = None
            if eoj >> 8 != PROFILE_CLASS:
                edt = (await self._get(eoj, (RELEASE,), timeout, partial=True)).get(RELEASE, b"")
                release = dictionary.release_of(edt)
            self._releases[eoj] = release
        return {name: dictionary.find(eoj >> 8, name, release=self._releases[eoj]) for name in names}

    @overload
    async def get(
        self, eoj: int, *keys: int, timeout: float | None = None, partial: bool = False
    ) -> dict[int, bytes]: ...
    @overload
    async def get(
        self, eoj: int, *keys: str, timeout: float | None = None, partial: bool = False
    ) -> dict[str, Any]: ...
    @overload
    async def get(
        self, eoj: int, *keys: int | str, timeout: float | None = None, partial: bool = False
    ) -> dict[int | str, Any]: ...
    async def get(
        self, eoj: int, *keys: int | str, timeout: float | None = None, partial: bool = False
    ) -> dict[int, bytes] | dict[str, Any] | dict[int | str, Any]:
        """Reads properties of one object, in the order asked: EPC -> bytes (EDT), or name -> value.

        Names and values are those of `warifu.dictionary`, in the release that the object says (82), which is read the
        first time. Raises Refused when not all of them came: its `values` are those that did, `refused` the others;
        WrongValue when what came by name is no value of the property (its EPC gives the bytes). With `partial` the
        values that came are given without a word. Raises NotInDictionary, NoAnswer after `timeout` seconds (None: 20),
        NotPaired, errors.Policy, and what reconnecting can end with (Untrusted, Expired, ...).
        """
        if not keys:
            raise ValueError("name at least one property")
        named = await self._named(eoj, keys, timeout)
        epcs = [named[key].epc if isinstance(key, str) else key for key in keys]
        try:
            came = await self._get(eoj, tuple(dict.fromkeys(epcs)), timeout, partial)
        except Refused as error:
            error.values = _natural(zip(keys, epcs, strict=True), error.values, named, partial=True)
            error.refused = tuple(key for key, epc in zip(keys, epcs, strict=True) if epc in error.refused)
            raise
        return _natural(zip(keys, epcs, strict=True), came, named, partial)

    async def _get(self, eoj: int, epcs: tuple[int, ...], timeout: float | None, partial: bool) -> dict[int, bytes]:
        event, came, esv = await self._ask(GET, eoj, [(epc, b"") for epc in epcs], timeout, True)
        values = {epc: came[epc] for epc in epcs if came.get(epc)}
        if len(values) == len(set(epcs)):
            return values
        if esv == GET_SNA and (partial or not event.error or event.error == Refused.code):
            if partial:
                return values
            missing = tuple(epc for epc in epcs if epc not in values)
            raise self._refused(event, missing, values, f"no {_names(missing)} of {eoj:06X}")
        self._endpoint._check(event, self._as_peer())
        return {epc: came[epc] for epc in epcs if epc in came}

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
        `warifu.dictionary` takes: {"targetTemperature": 26}. Raises WrongValue before anything is sent.

        Raises Refused with `refused`: the EPCs that were not taken (all, when the answer names none); the others are
        set. With `verify` the values are read back until they are there, 20 s (or `timeout`) long; Refused then has
        what is there in `values`. `repeatable` allows a second sending when the connection broke before the answer;
        without it that ends as OutcomeUnknown. Raises NoAnswer, NotPaired, TooLate, errors.Policy.
        """
        if not values:
            raise ValueError("name at least one property")
        named = await self._named(eoj, values, timeout)
        plain = {
            named[key].epc if isinstance(key, str) else key: (
                named[key].encode(value, to_set=True) if isinstance(key, str) else value
            )
            for key, value in values.items()
        }
        if len(plain) < len(values):
            raise ValueError("a property is given twice, by its name and by its EPC")
        try:
            await self._set(eoj, plain, timeout, verify, repeatable)
        except Refused as error:
            by_epc = {info.epc: name for name, info in named.items()}
            keys = [(by_epc.get(epc, epc), epc) for epc in plain]
            error.refused = tuple(key for key, epc in keys if epc in error.refused)
            error.values = _natural(keys, error.values, named, partial=True)
            raise

    async def _set(
        self, eoj: int, values: Mapping[int, bytes], timeout: float | None, verify: bool, repeatable: bool
    ) -> None:
        event, came, esv = await self._ask(SETC, eoj, [*values.items()], timeout, repeatable)
        if esv in SET_SNAS:
            refused = tuple(epc for epc in values if came.get(epc, b"?")) or tuple(values)
            raise self._refused(event, refused, {}, f"{_names(refused)} of {eoj:06X} not set")
        self._endpoint._check(event, self._as_peer())
        if verify:
            await self._verify(event, eoj, values, timeout)

    async def _verify(self, event: EngineEvent, eoj: int, values: Mapping[int, bytes], timeout: float | None) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + (READ_BACK_S if timeout is None else timeout)
        wait = FIRST_READ_BACK_S
        while (found := await self._get(eoj, tuple(values), timeout, partial=False)) != dict(values):
            if loop.time() + wait > end:
                other = tuple(epc for epc in values if found[epc] != values[epc])
                raise self._refused(event, other, found, f"{_names(other)} of {eoj:06X} read back differently")
            await asyncio.sleep(wait)
            wait *= 2


def _natural(
    keys: Iterable[tuple[int | str, int]], came: Mapping[Any, bytes], named: Mapping[str, PropertyInfo], partial: bool
) -> dict[Any, Any]:
    """What came, by the keys that were asked for. With `partial` what is no value is left out."""
    out: dict[Any, Any] = {}
    for key, epc in keys:
        if epc in came:
            try:
                out[key] = named[key].decode(came[epc]) if isinstance(key, str) else came[epc]
            except WrongValue:
                if not partial:
                    raise
    return out


def _names(epcs: tuple[int, ...]) -> str:
    return " ".join(f"{epc:02X}" for epc in epcs)


class Node(Remote):
    """A node that answered a discovery; it is read and set in clear. Nothing of it is proven."""

    def __init__(
        self, endpoint: "Endpoint", address: str, number: bytes | None, objects: list[int], da: Hello | None
    ) -> None:
        super().__init__(endpoint)
        self._address = address
        self.number = number  # identification number, as it says; None: it has none
        self.objects = objects  # EOJs, without the node profile
        self.da = da  # what it says of Device Authentication; None: it doesn't speak it

    @property
    def address(self) -> str:
        """Where it is, as "192.0.2.1:3610"."""
        return self._address

    def _target(self) -> tuple[int, str | None]:
        return 0, self._address

    def __repr__(self) -> str:
        objects = " ".join(f"{eoj:06X}" for eoj in self.objects)
        return f"<warifu.Node {self._address} {objects}{' DA' if self.da else ''}>"


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
