"""The audit log: what happened to a node that matters for its security."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ._warifu import FileStore, read_audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that happened, or several alike within an hour.

    sequence    grows from entry to entry
    boot        which start of the node it belongs to
    at, last    seconds on that start's clock: of this, and of its last repetition
    date        of `at`, in UTC; None: the node knew no date
    what        which kind it is, as in the table of <warifu/audit.h>: "pairing_refused"
    error       its name in the table of errors: "WINDOW_CLOSED"; a number where another version knows it; None
    count       how often
    from_many   it counts those that got no entry of their own: without address and number
    number      identification number of the peer
    address     where it came from
    eoj, epc    the first that was refused
    text        all of it in one line for people
    json        all of it in one line of JSON
    """

    sequence: int
    boot: int
    at: float
    last: float
    date: datetime | None
    what: str
    error: str | int | None
    count: int
    from_many: bool
    number: bytes | None
    address: str | None
    eoj: int | None
    epc: int | None
    text: str
    json: str

    @classmethod
    def of(cls, text: str, line: str) -> Self:
        """From the two forms in which the core gives an entry."""
        row = json.loads(line)
        return cls(
            sequence=row["sequence"],
            boot=row["boot"],
            at=row["at_ms"] / 1000,
            last=row["last_ms"] / 1000,
            date=None if row["date"] is None else datetime.fromisoformat(row["date"]),
            what=row["what"],
            error=row["error"],
            count=row["count"],
            from_many=row["from_many"],
            number=None if row["number"] is None else bytes.fromhex(row["number"]),
            address=row["address"],
            eoj=None if row["eoj"] is None else int(row["eoj"], 16),
            epc=None if row["epc"] is None else int(row["epc"], 16),
            text=text,
            json=line,
        )

    def as_dict(self) -> dict[str, Any]:
        """What `json` says: nothing but text, numbers, truth and None."""
        result: dict[str, Any] = json.loads(self.json)
        return result

    def __str__(self) -> str:
        return self.text


class AuditLog(list[AuditEntry]):
    """The entries, oldest first. `damaged` counts entries of the store that nobody can read: of 26 of these each."""

    damaged = 0

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str]], damaged: int) -> Self:
        """From what the core reads."""
        log = cls(AuditEntry.of(*row) for row in rows)
        log.damaged = damaged
        return log


def audit(state: str | os.PathLike[str] | None = None) -> AuditLog:
    """Reads the audit log in a state directory (None: the usual one), while its node runs or not; it changes nothing.

    A running node writes refusals down once a minute; its own `audit()` has them at once. Raises errors.Store (also
    where there is no state), StoreVersion.
    """
    return AuditLog.of(*read_audit(FileStore.default_path() if state is None else state))
