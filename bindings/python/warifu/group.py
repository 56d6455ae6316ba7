"""Groups: what one signed record by multicast says to all peers of a controller at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _warifu
from ._naming import Naming
from ._numbers import milliseconds
from ._services import ESV
from ._warifu import Event, GroupRow, make_error

if TYPE_CHECKING:
    from ._base_endpoint import BaseEndpoint
    from .controller import Controller
    from .nodes import Peer

EVERY_INSTANCE = 0


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group of a node, as it is now.

    `id` has 12 hexadecimal digits, the last 4 count its epochs. `manager` is the controller that manages it, None for
    this node itself. `members` have the keys of this epoch, `waiting` peers have not (yet); on a device `members` are
    those whom it listens to, the manager included. `next_number` will be this node's in it.
    """

    id: str
    manager: "Peer | None"
    members: int
    waiting: int
    next_number: int


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """What one object of one peer answered: `properties` are EPC -> bytes, empty where it was set.

    Of what it refused the bytes are missing in an answer to `get`, and are the ones asked for in one to `set`.
    """

    peer: "Peer"
    eoj: int
    properties: Mapping[int, bytes]
    is_refusal: bool
    _naming: Naming = field(repr=False, compare=False)

    @property
    def values(self) -> dict[str, Any]:
        """The same by name, with values of the controller's `dictionary`; what is empty or not known is left out."""
        return self._naming.named({epc: edt for epc, edt in self.properties.items() if edt})


class Group:
    """The group that a controller manages: all its peers that have its keys.

    What is said to it reaches every instance of a class on every peer by one record, which the controller signs. Each
    answers under its session. Multicast gets lost without a word: who doesn't answer may not have heard it.
    """

    def __init__(self, controller: "Controller") -> None:
        self._controller = controller

    @property
    def state(self) -> GroupState | None:
        """How it is; None as long as no peer has had a session."""
        return next((state for state in self._controller.groups if state.manager is None), None)

    def renew(self) -> None:
        """Gives the group new keys; the old ones count for 30 s more. Raises State (no identity, or no groups)."""
        runtime = self._controller._open
        runtime.act(runtime.engine.renew_group)

    async def get(self, class_key: int | str, *keys: int | str, timeout: float | None = None) -> list[GroupAnswer]:
        """Reads properties of all objects of a class; gives who answered within `timeout` seconds (3).

        Raises NotInDictionary, NoSession (nobody is in the group), State (no groups here).
        """
        naming = self._naming(class_key)
        asked = [(naming.epc(key), b"") for key in keys]
        return await self._say("Get", naming, asked, timeout, repeatable=True)

    async def set(
        self,
        class_key: int | str,
        values: Mapping[Any, Any],
        *,
        timeout: float | None = None,
        repeatable: bool = False,
    ) -> list[GroupAnswer]:
        """Sets properties of all objects of a class; gives who answered within `timeout` seconds (3).

        It is said once, or with `repeatable` again after 1 and 3 s: then it must do no harm to be done twice. A command
        that comes more than 10 s late is refused. Raises WrongValue, and what `get` raises.
        """
        naming = self._naming(class_key)
        asked = list(naming.sets(values).items())
        return await self._say("SetC", naming, asked, timeout, repeatable=repeatable)

    def _naming(self, class_key: int | str) -> Naming:
        info = self._controller.dictionary.find_class(class_key)
        return Naming(self._controller.dictionary, info.code, None)

    async def _say(
        self,
        service: str,
        naming: Naming,
        asked: list[tuple[int, bytes]],
        timeout: float | None,
        *,
        repeatable: bool,
    ) -> list[GroupAnswer]:
        runtime = self._controller._open
        eoj = naming.of_class << 8 | EVERY_INSTANCE
        edata = _warifu.edata_compose(self._controller._seoj, eoj, ESV[service], asked, None)
        answers: dict[tuple[int, int], GroupAnswer] = {}
        with runtime.call(
            lambda now: runtime.engine.request(
                now, edata, timeout_ms=milliseconds(timeout), repeatable=repeatable, group=True
            )
        ) as under_way:
            while (event := await under_way.next()).kind != "done":
                answer = self._answer_of(event, naming)
                if answer is not None:
                    answers[event.peer, answer.eoj] = answer
        if event.error:
            raise make_error(event.error)
        return list(answers.values())

    def _answer_of(self, event: Event, naming: Naming) -> GroupAnswer | None:
        peer = self._controller._peer(event.peer)
        frame = _warifu.edata_parse(event.edata)
        if peer is None:  # unpaired meanwhile
            return None
        return GroupAnswer(peer, frame.seoj, dict(frame.properties), frame.esv < 0x60, naming)


def group_state(endpoint: "BaseEndpoint", row: GroupRow) -> GroupState:
    """What the engine says of a group."""
    manager = endpoint._peer(row.manager) if row.manager else None
    return GroupState(row.gid.hex().upper(), manager, row.members, row.waiting, row.next_number)
