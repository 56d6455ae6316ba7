"""The programs that play: started, heard line by line, and ended whatever happens."""

import asyncio
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .failure import DemoError

EXAMPLES = Path(__file__).resolve().parent.parent
PR_SET_PDEATHSIG = 1
PROGRESS_S = 3.0
LINES_SHOWN = 12


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass(frozen=True)
class Row:
    """One line of a trace: a datagram as a program sent or received it."""

    time: float
    sent: bool
    address: str | None
    datagram: bytes
    inner: bytes


class Trace:
    """The trace that a program writes to a file; it grows while it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Row] = []
        self._at = 0

    def news(self) -> list[Row]:
        """Rows since the last call."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self._at)
            lines = file.read()
        lines = lines[: lines.rfind(b"\n") + 1]
        self._at += len(lines)
        rows = [_row(json.loads(line)) for line in lines.splitlines()]
        self.rows += rows
        return rows


def _row(fields: dict[str, object]) -> Row:
    address = fields["address"]
    host = address.rpartition(":")[0] if isinstance(address, str) else None
    datagram, inner = (bytes.fromhex(str(fields[name])) for name in ("datagram", "inner"))
    return Row(float(str(fields["time"])), fields["sent"] is True, host, datagram, inner)


class Program:
    """A running program. `lines` is what it printed; `heard` is called with each line."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, heard: Callable[[str], None]) -> None:
        self.name = name
        self.lines: list[str] = []
        self.process = process
        self._heard = heard
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace").rstrip().replace("\t", " "))
            self._heard(self.lines[-1])
            self._news.set()
        self._news.set()

    async def line(self, start: str, seconds: float, progress: Callable[[str], None], since: int = 0) -> str:
        """The first line that begins so, from line `since` on. Raises DemoError when it doesn't come."""
        waited = 0.0
        while True:
            found = next((line for line in self.lines[since:] if line.startswith(start)), None)
            if found is not None:
                return found
            if self._reader.done() or waited >= seconds:
                raise self._failure(
                    f"said no '{start}' within {seconds:.0f} s" if waited else f"ended before '{start}'"
                )
            self._news.clear()
            try:
                async with asyncio.timeout(PROGRESS_S):
                    await self._news.wait()
            except TimeoutError:
                waited += PROGRESS_S
                progress(f"still waiting for '{start}' of the {self.name} ({waited:.0f} s of at most {seconds:.0f} s)")

    async def finish(self, seconds: float, progress: Callable[[str], None]) -> None:
        """Waits for its end. Raises DemoError when it fails or takes too long."""
        waited = 0.0
        while not (await asyncio.wait({self._reader}, timeout=PROGRESS_S))[0]:
            waited += PROGRESS_S
            if waited >= seconds:
                raise self._failure(f"did not end within {seconds:.0f} s")
            progress(f"the {self.name} is still at work ({waited:.0f} s of at most {seconds:.0f} s)")
        status = await self.process.wait()
        if status != 0:
            raise self._failure(f"ended with status {status}")

    async def kill(self) -> None:
        """SIGKILL: it gets no chance to tidy up."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await asyncio.wait({self._reader})

    def _failure(self, what: str) -> DemoError:
        said = "".join(f"\n  | {line}" for line in self.lines[-LINES_SHOWN:]) or " nothing"
        return DemoError(f"the {self.name} {what}; it said:{said}", "look at its last words above, then try again")


class Cast:
    """All programs of a run; leaving the block ends them."""

    def __init__(self) -> None:
        self._programs: list[Program] = []

    async def __aenter__(self) -> "Cast":
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(program.kill() for program in self._programs))

    async def start(
        self,
        name: str,
        command: Iterable[object],
        heard: Callable[[str], None],
        environment: dict[str, str] | None = None,
    ) -> Program:
        words = [str(word) for word in command]
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C is ours to pass on
                preexec_fn=_die_with_parent,
            )
        except FileNotFoundError:
            raise DemoError(f"{words[0]} is not installed", "run ./dev setup") from None
        program = Program(name, process, heard)
        self._programs.append(program)
        return program


def python(script: str) -> list[object]:
    """The command that runs an example with this Python, its output at once."""
    return [sys.executable, "-u", EXAMPLES / script]
