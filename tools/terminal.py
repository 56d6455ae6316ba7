"""A program on a pseudo-terminal, and the screen that it shows there, for tests and for recordings."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

SECONDS = 60.0
PROMPT = "warifu> "


class NotShownError(AssertionError):
    """What was waited for did not come."""


class Terminal:
    """Runs `command` in a terminal of its own; `screen` is what a person would see, `raw` all that came."""

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], columns: int = 80, lines: int = 24
    ) -> None:
        self.raw = b""
        self.screen = pyte.HistoryScreen(columns, lines, history=10_000)
        self.stream = pyte.ByteStream(self.screen)
        self.watcher: Callable[[], None] | None = None
        words = [str(word) for word in command]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                os.execvpe(words[0], words, {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment})
            finally:
                os._exit(127)
        self._set_size(columns, lines)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int) -> None:
        """Makes it wider or narrower; the program is told by SIGWINCH."""
        self.screen.resize(columns=columns)
        self._set_size(columns, self.screen.lines)

    def type(self, text: str | bytes) -> None:
        os.write(self.fd, text.encode() if isinstance(text, str) else text)

    def read(self, seconds: float = 0.1) -> bool:
        """Takes what comes within `seconds`; false when the program is gone."""
        try:
            ready, _, _ = select.select([self.fd], [], [], seconds)
            chunk = os.read(self.fd, 65536) if ready else b""
        except OSError:
            return False
        if chunk:
            self.raw += chunk
            self.stream.feed(chunk)
            if self.watcher:
                self.watcher()
        return bool(chunk) or not ready

    @property
    def rows(self) -> list[str]:
        """The rows that the screen shows, without blanks and empty rows at the end."""
        rows = [row.rstrip() for row in self.screen.display]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    @property
    def past(self) -> list[str]:
        """The rows that have left the screen at its top."""
        width = range(self.screen.columns)
        return ["".join(row[x].data for x in width).rstrip() for row in self.screen.history.top]

    @property
    def text(self) -> str:
        """All rows, those that have left the screen first."""
        return "\n".join([*self.past, *self.rows])

    @property
    def row(self) -> str:
        """The row of the cursor, up to it: what a person believes to have typed."""
        return self.screen.display[self.screen.cursor.y].rstrip()

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Reads until the screen is as `condition` wants it."""
        end = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > end or not self.read():
                shown = "\n".join(self.rows)
                raise NotShownError(f"{what} did not come; the screen shows:\n{shown}\n({self.raw[-200:]!r})")

    def expect(self, text: str) -> None:
        """Waits until `text` stands somewhere on the screen."""
        self.wait(lambda: any(text in row for row in self.rows), repr(text))

    def status(self) -> int:
        """Waits for the end: the exit status, or minus the signal."""
        end = time.monotonic() + SECONDS
        while self.read():
            if time.monotonic() > end:
                raise NotShownError(f"the end did not come; the screen shows:\n{self.text}")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self) -> None:
        os.close(self.fd)
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


class Shell(Terminal):
    """The shell `warifu` on a terminal."""

    @property
    def typed(self) -> str:
        """What stands on the row of the cursor behind the prompt."""
        return self.row.removeprefix(PROMPT.rstrip()).removeprefix(" ")

    def at_prompt(self) -> bool:
        return self.row == PROMPT.rstrip() and self.screen.cursor.x == len(PROMPT)

    def ready(self) -> None:
        """Waits for an empty prompt below all that was shown."""
        self.wait(self.at_prompt, "the prompt")

    def put(self, text: str) -> None:
        """Types what stays on the line, and waits until it stands there."""
        self.type(text)
        self.wait(lambda: self.row.endswith(text.rstrip()), f"the typed {text!r}")

    def line(self, text: str) -> list[str]:
        """Types a line at an empty prompt and gives the rows that it printed."""
        before = len(self.past) + self.screen.cursor.y
        self.type(text + "\n")
        self.wait(lambda: len(self.past) + self.screen.cursor.y > before and self.at_prompt(), f"the end of {text!r}")
        return [*self.past, *self.rows][before + 1 : -1]
