"""Made by tools/sync.py from warifu/group.py: the same, waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import group
from .._naming import Naming
from ._facade import Facade, twin

if TYPE_CHECKING:
    from .nodes import Peer


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group of a node, as it is now.

    `id` has 12 hexadecimal digits, the last 4 count its epochs. `manager` is the controller that manages it, None for
    this node itself. `members` have the keys of this epoch, `waiting` peers have not (yet); on a device `members` are
    those whom it listens to, the manager included. `next_number` will be this node's in it.
    """

    id: str
    manager: Peer | None
    members: int
    waiting: int
    next_number: int


twin(group.GroupState, GroupState)


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """What one object of one peer answered: `properties` are EPC -> bytes, empty where it was set.

    Of what it refused the bytes are missing in an answer to `get`, and are the ones asked for in one to `set`.
    """

    peer: Peer
    eoj: int
    properties: Mapping[int, bytes]
    is_refusal: bool
    _naming: Naming = field(repr=False, compare=False)

    @property
    def values(self) -> dict[str, Any]:
        """The same by name, with values of the controller's `dictionary`; what is empty or not known is left out."""
        return self._naming.named({epc: edt for epc, edt in self.properties.items() if edt})


twin(group.GroupAnswer, GroupAnswer)


class Group(Facade, of=group.Group):
    """The group that a controller manages: all its peers that have its keys.

    What is said to it reaches every instance of a class on every peer by one record, which the controller signs. Each
    answers under its session. Multicast gets lost without a word: who doesn't answer may not have heard it.
    """

    @property
    def state(self) -> GroupState | None:
        """How it is; None as long as no peer has had a session."""
        value: GroupState | None = self._get("state")
        return value

    def renew(self) -> None:
        """Gives the group new keys; the old ones count for 30 s more. Raises State (no identity, or no groups)."""
        self._call("renew")

    def get(self, class_key: int | str, *keys: int | str, timeout: float | None = None) -> list[GroupAnswer]:
        """Reads properties of all objects of a class; gives who answered within `timeout` seconds (3).

        Raises NotInDictionary, NoSession (nobody is in the group), State (no groups here).
        """
        result: list[GroupAnswer] = self._wait("get", class_key, *keys, timeout=timeout)
        return result

    def set(
        self, class_key: int | str, values: Mapping[Any, Any], *, timeout: float | None = None, repeatable: bool = False
    ) -> list[GroupAnswer]:
        """Sets properties of all objects of a class; gives who answered within `timeout` seconds (3).

        It is said once, or with `repeatable` again after 1 and 3 s: then it must do no harm to be done twice. A command
        that comes more than 10 s late is refused. Raises WrongValue, and what `get` raises.
        """
        result: list[GroupAnswer] = self._wait("set", class_key, values, timeout=timeout, repeatable=repeatable)
        return result
