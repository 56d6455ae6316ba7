"""Which lines and branches of core/src the C tests and the replayed seeds of the harnesses reach.

Called by ./dev coverage, which has built build/coverage and installed gcovr. The table of the dictionary is data and is
left out.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "coverage"
LEAST = {"line": 95.0, "branch": 85.0}
WORST = 12
Counts = dict[str, int]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev coverage",
        description="Lines and branches of core/src that the C tests and the fuzz seeds reach.",
        epilog=f"With all of them the status is 1 below {LEAST['line']:.0f} % of the lines or {LEAST['branch']:.0f} % "
        "of the branches.",
    )
    parser.add_argument("pattern", nargs="?", help="only the tests that fit it, as in ./dev test")
    parser.add_argument("--html", action="store_true", help="source beside counts, in build/coverage/html")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser.parse_args()


def run_tests(pattern: str | None) -> None:
    for old in BUILD.rglob("*.gcda"):
        old.unlink()
    chosen = ["-k", pattern] if pattern else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/c", "tests/fuzz", *chosen],
        cwd=ROOT,
        env={**os.environ, "WARIFU_BUILD": str(BUILD)},
        stdout=sys.stderr,
    )
    if done.returncode != 0:
        sys.exit("coverage: tests failed; what fails is mended first")


def count(html: bool) -> list[dict]:
    """One object for each file of the core: gcovr's summary."""
    summary = BUILD / "summary.json"
    command = ["gcovr", "--root", ROOT, "--filter", "core/src/", "--exclude", "core/src/echonet/dictionary_data.c"]
    command += ["--exclude-unreachable-branches", "--json-summary", summary, BUILD]
    if html:
        (BUILD / "html").mkdir(exist_ok=True)
        command += ["--html-details", BUILD / "html" / "index.html"]
    subprocess.run(command, cwd=ROOT, check=True)
    return json.loads(summary.read_text())["files"]


def total(files: list[dict]) -> Counts:
    keys = [f"{kind}_{what}" for kind in LEAST for what in ("covered", "total")]
    return {key: sum(each[key] for each in files) for key in keys}


def percent(counts: Counts, kind: str) -> float:
    return 100 * counts[f"{kind}_covered"] / counts[f"{kind}_total"] if counts[f"{kind}_total"] else 100.0


def row(name: str, counts: Counts) -> str:
    cells = (
        f"{counts[f'{kind}_covered']:6} of {counts[f'{kind}_total']:6} {percent(counts, kind):6.1f} %" for kind in LEAST
    )
    return f"{name:34} " + "   ".join(cells)


def show(files: list[dict]) -> None:
    print(f"{'':34} {'lines':^25}   {'branches':^25}")
    folders = sorted({str(Path(each["filename"]).parent) for each in files})
    for folder in folders:
        print(row(folder, total([each for each in files if str(Path(each["filename"]).parent) == folder])))
    print(row("all of core/src", total(files)))
    missing = sorted(files, key=lambda each: each["branch_covered"] - each["branch_total"])[:WORST]
    print("\nwhere most branches are missing:")
    for each in missing:
        print(row(each["filename"].removeprefix("core/src/"), each))


def main() -> int:
    asked = arguments()
    run_tests(asked.pattern)
    files = count(asked.html)
    show(files)
    counts = total(files)
    if asked.html:
        print(f"source beside counts: {(BUILD / 'html' / 'index.html').relative_to(ROOT)}", file=sys.stderr)
    if asked.json:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        print(
            json.dumps(
                {
                    "date": today,
                    "tests": asked.pattern or "all",
                    **counts,
                    **{f"{kind}_percent": percent(counts, kind) for kind in LEAST},
                }
            )
        )
    if asked.pattern:
        return 0
    low = [f"{kind} coverage is under {least} %" for kind, least in LEAST.items() if percent(counts, kind) < least]
    if low:
        print(f"coverage: {', '.join(low)}", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
