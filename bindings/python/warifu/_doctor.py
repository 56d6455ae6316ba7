"""Why nothing arrives: the doctor's findings for people and programs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ._warifu import examine

Severity = Literal["note", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that the doctor found.

    severity    "problem": it can't work like that; "warning": may be why; "note": worth knowing
    id          which kind it is, as in the table of <warifu/doctor.h>: "PORT_TAKEN"
    what, next  what was found and what to do, a line each
    detail      which interface, which program, the system's words; may be empty
    """

    severity: Severity
    id: str
    what: str
    next: str
    detail: str

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.severity} {self.id}: {self.what}{detail}; {self.next}"


def doctor(
    *,
    address: str | Sequence[str] | None = None,
    interface: str | Sequence[str] | None = None,
    port: int = 3610,
    state: str | os.PathLike[str] | None = None,
    peer: str | None = None,
) -> list[Finding]:
    """Looks at this host for reasons why nothing arrives, the worst first; give it what the endpoint is given.

    It changes nothing, needs no rights, and takes up to two seconds (in asyncio: `await asyncio.to_thread(...)`).
    `peer` is the address of a node that should be there. Raises Argument when that is no address.
    """
    if address is not None and interface is not None:
        raise ValueError("give an address or an interface, not both")
    places = address if address is not None else interface
    names = (places,) if isinstance(places, str) else tuple(places or ())
    return [Finding(*row) for row in examine(port, names, "" if state is None else state, peer)]
