"""Runs the programs of tests/bench and makes one table of what they print; called by ./dev bench, which built them.

A program prints rows to standard output, one JSON object a line: figure, ours, theirs, ratio, unit, against and reach.
Other lines are words for people and go to standard error. It runs on one core where the system lets us choose.
"""

import argparse
import datetime
import difflib
import json
import os
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evidence import said_by

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "tests" / "bench"
PRESETS = {"ltm": "release", "gmp": "release-gmp"}
REACH = re.compile(r"(ours|ratio) (<=|>=) (\d+(?:\.\d+)?)")
HEAD = ("figure", "ours", "theirs", "ratio", "unit", "against", "reach", "reached")
NUMBERS = slice(1, 4)


class RowError(ValueError):
    """A program printed something that is no row."""


@dataclass(frozen=True)
class Row:
    """One figure."""

    figure: str
    ours: float
    theirs: float | None
    ratio: float | None
    unit: str
    against: str | None
    reach: str | None

    @property
    def reached(self) -> bool | None:
        """None: there is no bound, or nothing beside it to measure it with."""
        found = REACH.fullmatch(self.reach or "")
        value = getattr(self, found[1]) if found else None
        if not found or value is None:
            return None
        return value <= float(found[3]) if found[2] == "<=" else value >= float(found[3])

    def cells(self) -> list[str]:
        reached = {None: "", True: "yes", False: "no"}[self.reached]
        numbers = [number(value) for value in (self.ours, self.theirs, self.ratio)]
        return [self.figure, *numbers, self.unit, self.against or "", self.reach or "", reached]


def number(value: float | None) -> str:
    """Three digits that mean something, or all of the whole part."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def row_of(line: str) -> Row:
    try:
        row = Row(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise RowError(f"it printed what is no row ({error}): {line}") from None
    if row.reach is not None and not REACH.fullmatch(row.reach):
        raise RowError(f'it wants to reach "{row.reach}", which is none of "ours <= 1" and "ratio >= 1"')
    return row


def programs() -> dict[str, Path]:
    """Source of each by name, those in C first."""
    found = sorted(SOURCES.glob("bench_*.c")) + sorted(SOURCES.glob("bench_*.py"))
    return {path.stem.removeprefix("bench_"): path for path in found}


def command(source: Path, math: str, short: bool) -> list[str]:
    built = ROOT / "build" / PRESETS[math] / "tests" / source.stem
    start = [sys.executable, str(source)] if source.suffix == ".py" else [str(built)]
    return start + ["--short"] * short


def run(command: Sequence[str]) -> Iterator[Row]:
    """Rows as they come. Raises RowError for one that can't be read, OSError and CalledProcessError."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace", cwd=ROOT) as child:
        try:
            for line in child.stdout or ():
                if line.startswith("{"):
                    yield row_of(line)
                else:
                    print(line, end="", file=sys.stderr, flush=True)
            status = child.wait()
        finally:
            child.kill()
    if status != 0:
        raise subprocess.CalledProcessError(status, command)


def choose(names: Sequence[str]) -> dict[str, Path]:
    every = programs()
    for name in names:
        if name not in every:
            near = difflib.get_close_matches(name, every, n=3)
            sys.exit(f"bench: there is no {name}; " + (f"did you mean {', '.join(near)}?" if near else "see --list"))
    return {name: path for name, path in every.items() if not names or name in names}


def table(rows: Sequence[Row]) -> str:
    cells = [HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = set(range(len(HEAD))[NUMBERS])
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def markdown(rows: Sequence[Row]) -> str:
    lines = [HEAD, ["---:" if at in range(len(HEAD))[NUMBERS] else "---" for at in range(len(HEAD))]]
    return "\n".join(f"| {' | '.join(line)} |" for line in [*lines, *(row.cells() for row in rows)])


def machine() -> str:
    try:
        names = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), flags=re.M)
    except OSError:
        names = []
    return f"{names[0] if names else platform.machine()}, {platform.system()}, CPython {platform.python_version()}"


def facts(math: str) -> dict[str, object]:
    changed = "-changed" if said_by("git", "status", "--porcelain") else ""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": (said_by("git", "rev-parse", "--short", "HEAD") or "unknown") + changed,
        "machine": machine(),
        "math": math,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="Runs the programs of tests/bench on one core; a ratio compares what one run measured by turns.",
        epilog="The status is 1 when a program fails; a figure that does not come to its reach is told, no failure.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs of --list; all unless given")
    parser.add_argument("--math", choices=PRESETS, default="ltm", help="mathematics under libtomcrypt (default ltm)")
    parser.add_argument("--short", action="store_true", help="enough to see that it runs; the figures mean little")
    parser.add_argument("--markdown", action="store_true", help="the table as the documents carry it")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    parser.add_argument("--list", action="store_true", help="name the programs and end")
    return parser.parse_args()


def measure(chosen: dict[str, Path], math: str, short: bool, rows: list[Row]) -> list[str]:
    """Appends to rows what it measured, so that an interrupt leaves them. Gives the names of those that failed."""
    failed = []
    for name, source in chosen.items():
        print(f"==> {name}", file=sys.stderr, flush=True)
        try:
            for row in run(command(source, math, short)):
                print(f"    {row.figure}: {number(row.ours)} {row.unit}", file=sys.stderr, flush=True)
                rows.append(row)
        except (RowError, OSError, subprocess.CalledProcessError) as error:
            print(f"bench: {name} failed: {error}", file=sys.stderr, flush=True)
            failed.append(name)
    return failed


def main() -> int:
    asked = arguments()
    if asked.list:
        print(*programs(), sep="\n")
        return 0
    chosen = choose(asked.names)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rows: list[Row] = []
    try:
        failed = measure(chosen, asked.math, asked.short, rows)
        status = 1 if failed else 0
    except KeyboardInterrupt:
        print("\nbench: interrupted; this is what was measured so far", file=sys.stderr)
        failed, status = [], 128 + signal.SIGINT
    print(markdown(rows) if asked.markdown else table(rows))
    short_of = [row.figure for row in rows if row.reached is False]
    if short_of:
        print(f"bench: not reached: {', '.join(short_of)}", file=sys.stderr)
    if failed:
        print(f"bench: failed: {', '.join(failed)}", file=sys.stderr)
    if asked.json:
        print(json.dumps({**facts(asked.math), "rows": [asdict(row) for row in rows]}))
    return status


if __name__ == "__main__":
    sys.exit(main())
