"""What Device and Controller have in common: one engine, its sockets and its state, open between `async with`."""

import contextlib
import datetime
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, overload

from ._acting import Acting
from ._audit import AuditLog
from ._dictionary import Dictionary
from ._dictionary import dictionary as builtin
from ._naming import RELEASE
from ._numbers import as_label
from ._platform import SYSTEM, Platform, Store, Transport
from ._runtime import Runtime
from ._warifu import (
    Engine,
    Identity,
    SetupCode,
    own_address,
)
from .nodes import Peer
from .objects import Object
from .policy import (
    Access,
    Explanation,
    ListenerName,
    PeerKind,
    Policy,
    PolicyName,
    as_listeners,
    as_policy,
    epc_of,
    explanation,
    warn_of,
)
from .trace import Trace, Traced

_log = logging.getLogger("warifu")

PORT = 3610
CALL_BYTES = 8192  # of values in one call
REVOKED = 3840  # certificates kept of each revocation list
AUDIT_ENTRIES = 16  # of the store, of 26 entries of the log each
SetHook = Callable[[int, int, bytes, bytes], bool | int | None]
GetHook = Callable[[int, int, bytes], bytes | bool | int | None]
KINDS = frozenset(("unknown", "known", "member", "paired"))
PROFILE = 0x0EF001
NUMBER = 0x83
STARTS_WITH = frozenset({0x80, 0x82, 0x8A, 0xBF})  # what the node profile has before anybody adds something
ENGINES_OWN, AT_ONCE = 0, 0xFFFFFFFF  # of answer_delay_ms


class Endpoint(Acting):
    """One node on the network. `Device` and `Controller` are its two kinds."""

    _pairings: int  # most pairings kept
    _calls = 8  # of many properties, under way or waiting
    _nodes = 0  # most nodes in the roster
    _interview = False  # of every node that is found
    _gap_ms = 0  # between an answer and the next message to that node; 0: the engine's own
    _room = (0, 0, 0)  # for objects, properties and bytes of values that are added while it is open
    _transmits_only = False
    _check_values = False
    _later_ms = 0
    _setup_code: SetupCode | None = None
    _code_alone = False
    _former: Identity | None = None
    _build_date = 0
    _answer_delay_ms = ENGINES_OWN
    _listens = 0

    def __init__(
        self,
        objects: Iterable[Object],
        *,
        identity: Identity | None,
        former: Identity | None,
        build_date: datetime.datetime | None,
        state: str | os.PathLike[str] | None,
        address: str | Sequence[str] | None,
        interface: str | Sequence[str] | None,
        port: int,
        policy: PolicyName | Policy | os.PathLike[str],
        known: Iterable[str],
        listeners_off: Iterable[ListenerName],
        trace: Trace | None,
        keylog: str | os.PathLike[str] | None,
        number: bytes | None = None,
        product_code: str = "",
        production_number: str = "",
        dictionary: Dictionary | None = None,
        platform: Platform | None = None,
        groups: bool = True,
    ) -> None:
        if address is not None and interface is not None:
            raise ValueError("give an address or an interface, not both")
        super().__init__(platform or SYSTEM)
        self._objects: dict[int, Object] = {}
        for owned in objects:
            if self._objects.setdefault(owned.eoj, owned) is not owned:
                raise ValueError(f"object {owned.eoj:06X} is given twice")
        self._identity = identity
        self._state = state
        self._places = address if address is not None else interface
        self._port = port
        self._known = tuple(known)
        self._listeners_off = frozenset(listeners_off)
        self._shut = as_listeners(self._listeners_off)
        self._trace = trace
        self._keylog = keylog
        self.dictionary = dictionary or builtin
        self.policy = as_policy(policy, self.dictionary)
        self._keep_number = identity is None and number is None and state is not None
        if identity is not None and identity.number is not None:
            number = identity.number
        if former is not None and (identity is None or former.number != identity.number):
            raise ValueError("former is the certificate of the same node before a renewal, of the same number")
        self._former = former
        self._groups = groups and identity is not None
        self._build_date = 0 if build_date is None else int(build_date.timestamp())
        self._number = self._platform.random_number() if number is None else number
        self._product_code, self._production_number = as_label(product_code), as_label(production_number)

    # ---- life ----

    async def __aenter__(self) -> Self:
        if self._runtime is not None and not self._runtime.closed:
            raise RuntimeError("this endpoint is open already")
        with contextlib.ExitStack() as undo:
            places = [self._places] if isinstance(self._places, str) else self._places
            udp = self._platform.open_transport(self._port, places, self._listeners_off)
            undo.callback(udp.close)
            store = self._platform.open_store(self._state)
            if store is not None:
                undo.callback(store.close)
            self._peers, self._releases = {}, {}
            runtime = Runtime(
                self._platform, lambda now, bound: self._make_engine(now, bound, store), udp, store, self._dispatch
            )
            undo.pop_all()
        self._runtime = runtime
        warn_of(self.policy)
        try:
            self._number = runtime.engine.get(self._profile, NUMBER)
            for owned in self._objects.values():
                self._add_to_engine(runtime.engine, owned)
            self.set_trace(self._trace)
            if self._keylog is not None:
                self.log_keys(self._keylog)
            runtime.start()
        except BaseException:
            runtime.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends requests (they raise Closed), streams, sockets and the state's lock at once. A second time is fine."""
        if self._runtime is not None:
            self._runtime.close()

    def _make_engine(self, now: int, udp: Transport, store: Store | None) -> Engine:
        properties = [item for owned in self._objects.values() for item in owned.properties.values()]
        return Engine(
            now,
            identity=self._identity,
            setup_code=self._setup_code,
            code_alone=self._code_alone,
            former=self._former,
            build_date=self._build_date,
            revoked=REVOKED,
            store=store,
            policy=self.policy._handle,
            known=self._known,
            listeners_off=self._shut,
            port=udp.port,
            number=self._number,
            objects=len(self._objects) + self._room[0],
            properties=len(properties) + self._room[1],
            value_bytes=sum(item.sizes[1] for item in properties) + self._room[2],
            pairings=self._pairings,
            later_ms=self._later_ms,
            answer_delay_ms=self._answer_delay_ms,
            transmits_only=self._transmits_only,
            keep_number=self._keep_number,
            check_values=self._check_values,
            dictionary=self.dictionary._handle,
            set_hook=self._set_hook(),
            get_hook=self._get_hook(),
            entropy=self._platform.entropy,
            calls=self._calls,
            call_bytes=CALL_BYTES,
            nodes=self._nodes,
            interview=self._interview,
            gap_ms=self._gap_ms,
            audit_entries=AUDIT_ENTRIES,
            product_code=self._product_code,
            production_number=self._production_number,
            groups=self._groups,
            listens=self._listens,
        )

    def _set_hook(self) -> SetHook | None:
        return None

    def _get_hook(self) -> GetHook | None:
        return None

    @property
    def _profile(self) -> int:
        return PROFILE + 1 if self._transmits_only else PROFILE

    def _add_to_engine(self, engine: Engine, owned: Object) -> None:
        if not owned.is_profile:
            engine.add_object(owned.eoj)
        for item in sorted(owned.properties.values(), key=lambda item: item.epc != RELEASE):  # it says how to check
            if owned.is_profile and item.epc in STARTS_WITH:
                engine.remove_property(owned.eoj, item.epc)
            engine.add_property(owned.eoj, item.epc, item.access_bits, *item.sizes, item.value)

    def _tell_trace(self, sent: bool, multicast: bool, address: str | None, datagram: bytes, inner: bytes) -> None:
        if self._trace is not None and self._runtime is not None:
            udp = self._runtime.udp
            own = own_address(address, udp.addresses, udp.port)
            self._trace(Traced(self._platform.date(), sent, address, datagram, inner, multicast, own))

    def set_trace(self, trace: Trace | None) -> None:
        """From here on `trace` gets every datagram; None: nobody does."""
        self._trace = trace
        if self._is_open:
            self._open.engine.set_trace(None if trace is None else self._tell_trace)

    def log_keys(self, path: str | os.PathLike[str] | None) -> None:
        """Writes the keys of all sessions, those there are and each new one, to a file of mode 0600; None ends it.

        Who has them reads and forges all that this node says to its peers, which is logged as a warning each time.
        Raises errors.Store, errors.State (no identity, or this build has no key log).
        """
        self._open.engine.log_keys(path)
        if path is not None:
            _log.warning("KEY LOG: who has %s reads and forges all that this node says to its peers", os.fspath(path))

    # ---- what it is ----

    @property
    def number(self) -> bytes:
        """The identification number of this node (17 bytes)."""
        return self._number

    @property
    def port(self) -> int:
        """The UDP port in use."""
        return self._open.udp.port

    @property
    def addresses(self) -> list[str]:
        """Where this node listens, as "192.0.2.1:3610"; opened by interface: its addresses, without a port."""
        return self._open.udp.addresses

    @property
    def interfaces(self) -> list[str]:
        """Names of the interfaces in use at this moment: they come and go without a restart."""
        return self._open.udp.interfaces

    @property
    def counters(self) -> Mapping[str, int]:
        """What was counted since the start: received, sent, malformed, replays_dropped, ... and send_errors."""
        runtime = self._open
        return {**runtime.engine.counters(), "send_errors": runtime.send_errors}

    def audit(self) -> AuditLog:
        """The audit log, oldest entry first: who was paired, what was refused, also before the last restart.

        It is kept in `state`; without one only the newest entries are, until it is closed. `warifu.audit(state)` reads
        it from outside, at any time.
        """
        return AuditLog.of(*self._open.engine.audit())

    @overload
    def get_own(self, eoj: int, key: int) -> bytes: ...
    @overload
    def get_own(self, eoj: int, key: str) -> Any: ...
    def get_own(self, eoj: int, key: int | str) -> Any:
        """Reads a property of this node: by EPC its bytes, by name its value. Raises NoObject, NoProperty,
        NotInDictionary, WrongValue."""
        naming = self._own_naming(eoj)
        return naming.decode(key, self._open.engine.get(eoj, naming.epc(key)))

    def explain(self, peer: "Peer | PeerKind | str", eoj: int, epc: int | str, access: Access) -> Explanation:
        """Which rule of the policy decides whether somebody may read, write, notify or announce a property.

        `peer` is a pairing, an address (who asks from there in clear), or a kind: "unknown", "known", "member",
        "paired". "announce" is told everybody: it asks for "unknown". Raises NotPaired, NotInDictionary, ValueError.
        """
        engine = self._open.engine
        code = epc_of(eoj, epc, self.dictionary)
        if isinstance(peer, Peer):
            return explanation(engine.explain("paired", peer.id, None, eoj, code, access))
        if peer in KINDS:
            return explanation(engine.explain(peer, 0, None, eoj, code, access))
        return explanation(engine.explain("unknown", 0, peer, eoj, code, access))
