"""The commands that were taken, on disk before the broker forgets them, and what became of each.

A command is its topic and its id. It goes "taken", "sent" (to the device), "ended" (the result is known), "told" (the
broker has the result); it is sent in one of these steps alone, so it is sent once at most.
"""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from mqtt_bridge.outcome import Outcome

Key = tuple[str, bytes]
DAYS = 30  # an id is known for so long
TABLE = """CREATE TABLE IF NOT EXISTS commands
    (topic TEXT, id BLOB, taken REAL, stage TEXT, outcome TEXT, PRIMARY KEY (topic, id))"""
NOT_SENT = Outcome("failed", "the bridge ended before it sent the command; nothing was done")
CUT_OFF = Outcome("unknown", "the bridge ended before the device answered", "OUTCOME_UNKNOWN")


class Journal:
    """Used by the thread that receives and by the one that acts."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE):
            self._do(line)
        self._do("DELETE FROM commands WHERE stage='told' AND taken < ?", time.time() - DAYS * 86400)
        for stage, outcome in (("taken", NOT_SENT), ("sent", CUT_OFF)):
            self._do("UPDATE commands SET stage='ended', outcome=? WHERE stage=?", outcome.to_json(), stage)

    def close(self) -> None:
        self._base.close()

    def take(self, key: Key) -> bool:
        """Whether it is new; if it is, it is on disk now."""
        row = "INSERT OR IGNORE INTO commands VALUES (?, ?, ?, 'taken', NULL) RETURNING 1"
        return bool(self._do(row, *key, time.time()))

    def send(self, key: Key) -> None:
        self._do("UPDATE commands SET stage='sent' WHERE topic=? AND id=?", *key)

    def end(self, key: Key, outcome: Outcome) -> None:
        self._do("UPDATE commands SET stage='ended', outcome=? WHERE topic=? AND id=?", outcome.to_json(), *key)

    def told(self, key: Key) -> None:
        self._do("UPDATE commands SET stage='told' WHERE topic=? AND id=?", *key)

    def outcome(self, key: Key) -> Outcome | None:
        """None while it is under way."""
        ((text,),) = self._do("SELECT outcome FROM commands WHERE topic=? AND id=?", *key)
        return None if text is None else Outcome.of_json(text)

    def untold(self) -> list[Key]:
        return [(topic, id) for topic, id in self._do("SELECT topic, id FROM commands WHERE stage='ended'")]

    def _do(self, line: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._base.execute(line, values).fetchall()
