"""Messages to another node that are sent as they are: one message, one answer of each object."""

import abc
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ._naming import PROFILE_CLASS, Naming, has_names, label, release_in
from ._services import Answer, Asked, Service, inform, request
from ._warifu import Refused, make_error

if TYPE_CHECKING:
    from ._base_endpoint import BaseEndpoint
    from .nodes import Peer


class Asking(abc.ABC):
    """Another node, as far as single messages to it go."""

    def __init__(self, endpoint: "BaseEndpoint") -> None:
        self._endpoint = endpoint
        self._releases: dict[int, str | None] = {}

    @property
    @abc.abstractmethod
    def address(self) -> str | None:
        """Where it is, as "192.0.2.1:3610"; None: unknown."""

    @abc.abstractmethod
    def _target(self) -> tuple[int, str | None]:
        """Id of a peer, or 0 and an address."""

    @abc.abstractmethod
    def _as_peer(self) -> "Peer | None":
        """Itself, if it is paired."""

    @abc.abstractmethod
    async def _read_release(self, eoj: int, timeout: float | None) -> bytes:
        """Property 82 of an object; empty when it does not come."""

    async def _naming(self, eoj: int, timeout: float | None, *, asks: bool) -> Naming:
        """What names mean in the release of that object. It is asked for once, and only when somebody asks for it."""
        if asks and eoj not in self._releases:
            self._take_release(eoj, b"" if eoj >> 8 == PROFILE_CLASS else await self._read_release(eoj, timeout))
        return Naming(self._endpoint.dictionary, eoj >> 8, self._releases.get(eoj))

    def _take_release(self, eoj: int, edt: bytes) -> None:
        """From the 82 of an object; that of the node profile is the protocol's version."""
        release = None if eoj >> 8 == PROFILE_CLASS else release_in(self._endpoint.dictionary, eoj, edt)
        self._releases[eoj] = release
        self._endpoint._learn_release(self._target(), eoj, release)

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
        missing = [epc for epc in epcs if epc not in values]
        if missing:
            naming = await self._naming(eoj, timeout, asks=False)
            raise self._refusal(naming, eoj, epcs, missing, values, "not announced", answer.address)
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
        naming = await self._naming(eoj, timeout, asks=has_names(values))
        sets = naming.sets(values)
        answers = await self._ask("SetI", eoj, sets.items(), timeout)
        if answers:
            refused = [epc for epc, edt in answers[0].properties if edt] or list(sets)
            raise self._refusal(naming, eoj, values, refused, {}, "not set", answers[0].address)

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

    def _refusal(
        self,
        naming: Naming,
        eoj: int,
        keys: Iterable[int | str],
        refused: Iterable[int],
        values: Mapping[int, bytes],
        what: str,
        address: str | None,
    ) -> Refused:
        """What raises of a call: it speaks of the keys that were asked for, and has the values that came."""
        keys, epcs = tuple(dict.fromkeys(keys)), frozenset(refused)
        wanted = tuple(key for key in keys if naming.epc(key) in epcs)
        peer, labels = self._as_peer(), " ".join(label(naming, key) for key in wanted)
        place = address if peer is None else peer.address or address
        error = make_error(Refused.code, f"{what}: {labels} of {eoj:06X}", place)
        assert isinstance(error, Refused)
        error.peer, error.refused, error.values = peer, wanted, naming.natural(keys, values, partial=True)
        return error
