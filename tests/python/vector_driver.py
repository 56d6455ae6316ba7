"""Asks tests/c/vector_driver.c: many cases go in at once, one answer a case comes out."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Answer(NamedTuple):
    error: str  # the error's name, OK among them
    result: bytes

    @property
    def ok(self) -> bool:
        return self.error == "OK"


def word(field: bytes | int) -> str:
    return str(field) if isinstance(field, int) else field.hex() or "-"


def ask(build: Path, cases: Sequence[tuple[str, *tuple[bytes | int, ...]]]) -> list[Answer]:
    """The answers to `(op, field, ...)`, in order."""
    done = subprocess.run(
        [build / "tests" / "vector_driver"],
        input="".join(" ".join([op, *map(word, fields)]) + "\n" for op, *fields in cases),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split(" ") for line in done.stdout.splitlines()]
    assert len(lines) == len(cases)
    return [Answer(error, bytes.fromhex(result)) for error, result in lines]
