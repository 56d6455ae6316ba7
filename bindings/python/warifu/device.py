"""A device: objects that others read and set."""

import asyncio
import contextlib
import datetime
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from . import errors
from ._dictionary import Dictionary
from ._endpoint import AT_ONCE, ENGINES_OWN, PORT, PROFILE
from ._hooks import Hooked, OnGet, OnSet
from ._numbers import Number, as_code, as_number
from ._platform import Platform
from ._warifu import Identity, SetupCode, make_error
from .objects import Object, Property
from .policy import ListenerName, Policy, PolicyName
from .trace import Trace


@dataclass(frozen=True, slots=True)
class Window:
    """The pairing window of a device at one moment.

    left          seconds until it closes; 0: it is closed
    pairings      that it still takes
    failures      wrong proofs of the set-up code that it has seen; the fifth closes it
    opened_today  how often it was opened in the last 24 hours of operation; 39 times at most
    """

    left: float
    pairings: int
    failures: int
    opened_today: int

    @property
    def is_open(self) -> bool:
        """Whether a controller may pair."""
        return self.left > 0


MOST_HEARD = 255


class Device(Hooked):
    """A node with objects of its own, open between `async with`.

    objects     what others see; 0x0EF001 adds to what the node profile says
    identity    who it is (role "device"), issued by an Authority; None: plain ECHONET Lite without pairing
    former      its identity before a renewal: peers that know only that one are told the new certificate
    build_date  of this software: no date before it is right, whatever a clock says
    setup_code  its own, a SetupCode or the text of one: who pairs has to prove that he knows it, and to have a
                certificate under the device's roots as well. `SetupCode.load_or_make` keeps one
    code_alone  the set-up code will do, under whatever root the controller is
    state       directory that keeps the pairings, and without an identity the number; None: they end with the device
    address     listen on this address of the host only, so that several nodes share it; or several addresses
    interface   or on this interface, or several; neither: on every interface that does multicast
    port        UDP port, 3610 but for tests
    policy      who may do what: "strict" (strangers see what discovery needs), "mixed" (and harmless state; `known`
                ones change harmless settings), "open" (everybody may do everything: laboratory only), or a Policy
    known       addresses of nodes without Device Authentication that the policy calls known; anybody can forge them
    listeners_off   what it does not listen to: some of "hello", "plaintext" (then it sends nothing in clear either),
                "group" (multicast), "ipv6"
    on_set      on_set(object, epc, old, new) is asked before a peer's value is taken; False refuses it
    on_get      on_get(object, epc, old) is asked before a property is read: bytes are its present value, None keeps the
                old one, False refuses
    trace       gets every datagram, see warifu.trace
    keylog      file for the keys of its sessions, see log_keys
    product_code, production_number   8C and 8D of the node profile, up to 12 ASCII characters; empty: it has none
    number      identification number of a device without an identity; None: the one in `state`, or a new one
    transmission_only   it announces and answers nothing; its profile is 0x0EF002
    check_values        values that the dictionary doesn't know for a property (type, range, states) are refused, from
                        peers and from `put`, and codes that are read-only from peers; each object's 82 says in which
                        release; what the dictionary doesn't have is not checked
    dictionary          what check_values and names go by; None: `warifu.dictionary`, without vendors' own
    decide_within       seconds that a coroutine of on_set or on_get has; then the property is refused (10)
    answer_delay        longest random wait of an answer to a multicast request, in seconds (0.5; 0: none)
    groups              it joins the groups of its controllers, two at most, and tells each by one signed record
    listens             other members of each group that it hears too, at most 255
    platform    the machine beneath: None is this one; warifu.testing has a simulated one

    on_set and on_get may be coroutine functions: the answer is sent when they are done, other requests are answered
    meanwhile. Plain ones may call `put` and `get_own`, and not wait. At most 16 answers wait at a time.

    Entering raises PortInUse, NoMulticast, Socket; errors.Store, StoreLocked, StoreCopied, StoreVersion,
    StoreDamaged, RestoreUnfinished; Argument; WrongDevice (the set-up code is another device's).
    """

    _pairings = 4
    _seoj = PROFILE
    _room = (256, 4096, 1 << 16)

    def __init__(
        self,
        objects: Iterable[Object],
        *,
        identity: Identity | None = None,
        former: Identity | None = None,
        build_date: datetime.datetime | None = None,
        setup_code: SetupCode | str | None = None,
        code_alone: bool = False,
        state: str | os.PathLike[str] | None = None,
        address: str | Sequence[str] | None = None,
        interface: str | Sequence[str] | None = None,
        port: int = PORT,
        policy: PolicyName | Policy | os.PathLike[str] = "strict",
        known: Iterable[str] = (),
        listeners_off: Iterable[ListenerName] = (),
        on_set: OnSet | None = None,
        on_get: OnGet | None = None,
        trace: Trace | None = None,
        keylog: str | os.PathLike[str] | None = None,
        product_code: str = "",
        production_number: str = "",
        number: Number | None = None,
        transmission_only: bool = False,
        check_values: bool = False,
        dictionary: Dictionary | None = None,
        decide_within: float | None = None,
        answer_delay: float | None = None,
        platform: Platform | None = None,
        groups: bool = True,
        listens: int = 0,
    ) -> None:
        if identity is not None and identity.role != "device":
            raise ValueError(f"a device needs an identity with the role device, not {identity.role}")
        if identity is not None and number is not None:
            raise ValueError("the number comes with the identity")
        if setup_code is None and code_alone:
            raise ValueError("code_alone needs a setup_code")
        if setup_code is not None and identity is None:
            raise ValueError("a device with a set-up code needs an identity")
        if identity is not None and transmission_only:
            raise ValueError("a device that only transmits can't pair: it needs no identity")
        super().__init__(
            objects,
            identity=identity,
            former=former,
            build_date=build_date,
            state=state,
            address=address,
            interface=interface,
            port=port,
            policy=policy,
            known=known,
            listeners_off=listeners_off,
            trace=trace,
            keylog=keylog,
            product_code=product_code,
            production_number=production_number,
            number=None if number is None else as_number(number),
            dictionary=dictionary,
            platform=platform,
            groups=groups,
        )
        if not 0 <= listens <= MOST_HEARD:
            raise ValueError(f"a device hears up to {MOST_HEARD} other members, not {listens}")
        self._listens = listens if self._groups else 0
        self._setup_code = as_code(setup_code)
        self._code_alone = code_alone
        self._on_set = on_set
        self._on_get = on_get
        self._transmits_only = transmission_only
        self._check_values = check_values
        self._later_ms = 0 if decide_within is None else max(1, round(decide_within * 1000))
        if answer_delay is not None:
            self._answer_delay_ms = round(answer_delay * 1000) or AT_ONCE
        else:
            self._answer_delay_ms = ENGINES_OWN
        self._deciding = set()

    # ---- its objects ----

    @property
    def objects(self) -> list[Object]:
        """The objects as they are now."""
        return list(self._objects.values())

    def add(self, owned: Object) -> None:
        """Adds an object, and tells the network when the device is open.

        Raises Argument (there already, or no such EOJ), Capacity (256 objects with 4,096 properties can be added).
        """
        if owned.is_profile or owned.eoj in self._objects:
            raise make_error(errors.Argument.code, f"{owned.eoj:06X} is there already")
        if self._is_open:
            runtime = self._open
            try:
                self._add_to_engine(runtime.engine, owned)
            except errors.Error:
                with contextlib.suppress(errors.NoObject, errors.Argument):
                    runtime.engine.remove_object(owned.eoj)
                raise
            runtime.act(runtime.engine.announce_instances)
        self._objects[owned.eoj] = owned

    def remove(self, eoj: int) -> None:
        """Takes an object away, and tells the network when the device is open. Raises NoObject."""
        if self._objects.get(eoj) is None or self._objects[eoj].is_profile:
            raise make_error(errors.NoObject.code, f"{eoj:06X}")
        if self._is_open:
            runtime = self._open
            runtime.engine.remove_object(eoj)
            runtime.act(runtime.engine.announce_instances)
        del self._objects[eoj]

    def add_property(self, eoj: int, item: Property) -> None:
        """Adds a property to an object of this device. Raises NoObject, Argument, Capacity."""
        owned = self._objects.get(eoj)
        if owned is None:
            raise make_error(errors.NoObject.code, f"{eoj:06X}")
        if self._is_open:
            self._open.engine.add_property(eoj, item.epc, item.access_bits, *item.sizes, item.value)
        elif item.epc in owned.properties:
            raise make_error(errors.Argument.code, f"{eoj:06X} has {item.epc:02X} already")
        owned.properties[item.epc] = item

    def remove_property(self, eoj: int, epc: int) -> None:
        """Takes a property away from an object of this device. Raises NoObject, NoProperty."""
        owned = self._objects.get(eoj)
        if owned is None:
            raise make_error(errors.NoObject.code, f"{eoj:06X}")
        if epc not in owned.properties:
            raise make_error(errors.NoProperty.code, f"{epc:02X} of {eoj:06X}")
        if self._is_open:
            self._open.engine.remove_property(eoj, epc)
        del owned.properties[epc]

    @property
    def _is_open(self) -> bool:
        return self._runtime is not None and not self._runtime.closed

    def put(self, eoj: int, key: int | str, value: Any) -> None:
        """Writes a property of this device; who is paired learns of it when it is announced and has changed. By EPC a
        value is bytes, by name what the `dictionary` takes.

        Raises NoObject, NoProperty, Argument (a length that the property doesn't take), NotInDictionary, WrongValue.
        """
        runtime = self._open
        naming = self._own_naming(eoj)
        epc, edt = naming.epc(key), naming.encode(key, value, to_set=False)
        runtime.act(lambda now: runtime.engine.put(now, eoj, epc, edt))

    def open_window(self, seconds: float = 180, *, pairings: int = 1) -> None:
        """Lets so many controllers pair, for at most 900 s: the owner has acted at the device.

        Raises State (no identity), Argument, LockedOut (39 times in 24 hours of operation), errors.Store.
        """
        if pairings < 1:
            raise ValueError(f"a window is for one pairing or more, not {pairings}")
        runtime = self._open
        runtime.act(lambda now: runtime.engine.open_window(now, round(seconds * 1000), pairings))

    def close_window(self) -> None:
        """Lets nobody pair any more."""
        runtime = self._open
        runtime.act(runtime.engine.close_window)

    @property
    def window(self) -> Window:
        """How the pairing window stands."""
        runtime = self._open
        left_ms, *rest = runtime.engine.window(runtime.platform.monotonic())
        return Window(left_ms / 1000, *rest)

    async def serve(self) -> None:
        """Waits until it is cancelled or the device is closed. Raises what made the network fail."""
        error = await asyncio.shield(self._open.finished)
        if error is not None:
            raise error
