"""A device: objects that others read and set."""

import asyncio
import inspect
import os
from collections.abc import Callable, Iterable, Sequence

from ._endpoint import PORT, Endpoint, Hook, PolicyName
from ._warifu import Identity, monotonic
from .objects import Object
from .trace import Trace

OnSet = Callable[[Object, int, bytes, bytes], bool | None]
NODE_PROFILE = 0x0EF001


class Device(Endpoint):
    """A node with objects of its own, open between `async with`.

    objects     what others see
    identity    who it is (role "device"), issued by an Authority; None: plain ECHONET Lite without pairing
    state       directory that keeps the pairings; None: they end with the device
    address     listen on this address of the host only, so that several nodes share it; or several addresses
    interface   or on this interface, or several; neither: on every interface that does multicast
    port        UDP port, 3610 but for tests
    policy      "strict" (strangers see what discovery needs) or "open" (everybody may do everything, laboratory only)
    on_set      on_set(object, epc, old, new) is asked before a peer's value is taken; False refuses it. A plain
                function: it may call `put` and `get_own`, not wait.
    trace       gets every datagram, see warifu.trace

    Entering raises PortInUse, NoMulticast, Socket; errors.Store, StoreLocked, StoreVersion, StoreDamaged; Argument.
    """

    _pairings = 4
    _seoj = NODE_PROFILE

    def __init__(
        self,
        objects: Iterable[Object],
        *,
        identity: Identity | None = None,
        state: str | os.PathLike[str] | None = None,
        address: str | Sequence[str] | None = None,
        interface: str | Sequence[str] | None = None,
        port: int = PORT,
        policy: PolicyName = "strict",
        on_set: OnSet | None = None,
        trace: Trace | None = None,
    ) -> None:
        if inspect.iscoroutinefunction(on_set):
            raise TypeError("on_set decides at once: give a plain function")
        if identity is not None and identity.role != "device":
            raise ValueError(f"a device needs an identity with the role device, not {identity.role}")
        super().__init__(
            objects,
            identity=identity,
            state=state,
            address=address,
            interface=interface,
            port=port,
            policy=policy,
            trace=trace,
        )
        self._on_set = on_set

    def _set_hook(self) -> Hook | None:
        ask = self._on_set
        if ask is None:
            return None
        by_eoj = {owned.eoj: owned for owned in self._objects}
        return lambda eoj, epc, old, new: ask(by_eoj[eoj], epc, old, new) if eoj in by_eoj else None

    def put(self, eoj: int, epc: int, value: bytes) -> None:
        """Writes a property of this device; who is paired learns of it when it is announced and has changed.

        Raises NoObject, NoProperty, Argument (a length that the property doesn't take).
        """
        runtime = self._open
        runtime.act(lambda now: runtime.engine.put(now, eoj, epc, value))

    def open_window(self, seconds: float = 180) -> None:
        """Lets a controller pair, for at most 900 s: the owner has acted at the device. Raises State, Argument."""
        runtime = self._open
        runtime.act(lambda now: runtime.engine.open_window(now, round(seconds * 1000)))

    def close_window(self) -> None:
        """Lets nobody pair any more."""
        runtime = self._open
        runtime.act(runtime.engine.close_window)

    @property
    def window_left(self) -> float:
        """How long the pairing window stays open, in seconds; 0: it is closed."""
        runtime = self._open
        return runtime.engine.window_left(monotonic()) / 1000

    async def serve(self) -> None:
        """Waits until it is cancelled or the device is closed. Raises what made the network fail."""
        error = await asyncio.shield(self._open.finished)
        if error is not None:
            raise error
