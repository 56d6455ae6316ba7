"""Made by tools/sync.py from warifu/device.py: the same, waiting."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Sequence
from typing import Any

from .. import device
from .._dictionary import Dictionary
from .._endpoint import PORT
from .._hooks import OnGet, OnSet
from .._numbers import Number
from .._platform import Platform
from .._warifu import Identity, SetupCode
from ..device import Window
from ..objects import Object, Property
from ..policy import ListenerName, Policy, PolicyName
from ..trace import Trace
from ._endpoint import Endpoint
from ._portal import ThreadPortal


class Device(Endpoint, of=device.Device):
    """A node with objects of its own, open between `with`.

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
    platform    the machine beneath: None is this one; warifu.sync.testing has a simulated one

    on_set and on_get may be coroutine functions: the answer is sent when they are done, other requests are answered
    meanwhile. Plain ones may call `put` and `get_own`, and not wait. At most 16 answers wait at a time.

    Entering raises PortInUse, NoMulticast, Socket; errors.Store, StoreLocked, StoreCopied, StoreVersion,
    StoreDamaged, RestoreUnfinished; Argument; WrongDevice (the set-up code is another device's).
    """

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
        self._it = device.Device(
            objects,
            identity=identity,
            former=former,
            build_date=build_date,
            setup_code=setup_code,
            code_alone=code_alone,
            state=state,
            address=address,
            interface=interface,
            port=port,
            policy=policy,
            known=known,
            listeners_off=listeners_off,
            on_set=on_set,
            on_get=on_get,
            trace=trace,
            keylog=keylog,
            product_code=product_code,
            production_number=production_number,
            number=number,
            transmission_only=transmission_only,
            check_values=check_values,
            dictionary=dictionary,
            decide_within=decide_within,
            answer_delay=answer_delay,
            platform=platform,
            groups=groups,
            listens=listens,
        )
        self._portal = ThreadPortal()

    @property
    def objects(self) -> list[Object]:
        """The objects as they are now."""
        value: list[Object] = self._get("objects")
        return value

    def add(self, owned: Object) -> None:
        """Adds an object, and tells the network when the device is open.

        Raises Argument (there already, or no such EOJ), Capacity (256 objects with 4,096 properties can be added).
        """
        self._call("add", owned)

    def remove(self, eoj: int) -> None:
        """Takes an object away, and tells the network when the device is open. Raises NoObject."""
        self._call("remove", eoj)

    def add_property(self, eoj: int, item: Property) -> None:
        """Adds a property to an object of this device. Raises NoObject, Argument, Capacity."""
        self._call("add_property", eoj, item)

    def remove_property(self, eoj: int, epc: int) -> None:
        """Takes a property away from an object of this device. Raises NoObject, NoProperty."""
        self._call("remove_property", eoj, epc)

    def put(self, eoj: int, key: int | str, value: Any) -> None:
        """Writes a property of this device; who is paired learns of it when it is announced and has changed. By EPC a
        value is bytes, by name what the `dictionary` takes.

        Raises NoObject, NoProperty, Argument (a length that the property doesn't take), NotInDictionary, WrongValue.
        """
        self._call("put", eoj, key, value)

    def open_window(self, seconds: float = 180, *, pairings: int = 1) -> None:
        """Lets so many controllers pair, for at most 900 s: the owner has acted at the device.

        Raises State (no identity), Argument, LockedOut (39 times in 24 hours of operation), errors.Store.
        """
        self._call("open_window", seconds, pairings=pairings)

    def close_window(self) -> None:
        """Lets nobody pair any more."""
        self._call("close_window")

    @property
    def window(self) -> Window:
        """How the pairing window stands."""
        value: Window = self._get("window")
        return value

    def serve(self, *, timeout: float | None = None) -> None:
        """Waits until it is cancelled or the device is closed. Raises what made the network fail.

        After `timeout` seconds it is given up: TimeoutError.
        """
        self._wait("serve", within=timeout)
