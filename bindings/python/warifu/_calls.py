"""Calls to other nodes: many properties at once, each with an outcome of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ._warifu import Event

if TYPE_CHECKING:
    from ._base_endpoint import BaseEndpoint

Status = Literal["value", "set", "verified", "differs", "refused", "silent", "no_room", "open", "unlisted"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one property.

    `status` is "value" (read: `value`, by EPC bytes, by name what the dictionary makes of them), "wrong" (read by name,
    but `value`, bytes, is no value of the property), "set" (accepted), "verified" (accepted, and read back), "differs"
    (accepted, but `value` is what is there; empty: it can't be read), "refused", "silent" (the node answers, but not to
    this), "no_room" (too much for one call), "unlisted" (not asked for: the object's map 9F, where it is known, does
    not list it; `force` asks all the same) or "open" (the call ended before).
    """

    status: Status | Literal["wrong"]
    value: Any = b""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call that is over. `event.error` is the code of what it ended with."""

    event: Event
    sets: Mapping[int, Result]
    gets: Mapping[int, Result]

    @property
    def values(self) -> dict[int, bytes]:
        """What was read."""
        return {epc: result.value for epc, result in self.gets.items() if result.status == "value"}

    @property
    def there(self) -> dict[int, bytes]:
        """What was read back."""
        return {epc: result.value for epc, result in self.sets.items() if result.status in ("verified", "differs")}

    @property
    def not_set(self) -> tuple[int, ...]:
        """The sets that can't be relied on."""
        return tuple(epc for epc, result in self.sets.items() if result.status not in ("set", "verified"))


async def call(
    endpoint: "BaseEndpoint",
    target: tuple[int, str | None],
    eoj: int,
    *,
    sets: Iterable[tuple[int, bytes]] = (),
    gets: Iterable[int] = (),
    timeout_ms: int = 0,
    verify_ms: int = 0,
    repeatable: bool = False,
    force: bool = False,
) -> Outcome:
    """Sets, then gets; see `call` of the engine. What the node refuses is in the outcome, not raised."""
    runtime = endpoint._open
    peer, address = target
    asked = bytes(gets)

    def begin(now: int) -> int:
        return runtime.engine.call(
            now,
            endpoint._seoj,
            eoj,
            sets,
            asked,
            peer=peer,
            address=address,
            timeout_ms=timeout_ms,
            verify_ms=verify_ms,
            repeatable=repeatable,
            force=force,
        )

    with runtime.call(begin) as under_way:
        event = await under_way.result()
    results = under_way.results
    return Outcome(
        event,
        {epc: Result(status, value) for epc, is_set, status, value in results if is_set},
        {epc: Result(status, value) for epc, is_set, status, value in results if not is_set},
    )
