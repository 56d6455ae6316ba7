"""Runs the tests that answer requirements and threats, and writes what came of it: `./dev evidence`.

tests/evidence.toml says which tests those are. The form is that of ETSI TS 103 701: an implementation statement, test
cases, a verdict: PASS, FAIL, or INCONCLUSIVE where a test was skipped or is not there. Status 0: all verdicts are PASS.
"""

import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "tests" / "evidence.toml"
ENTRY = {"requirement": "mechanism", "threat": "mechanism", "claim": None}
ORDER = ["FAIL", "INCONCLUSIVE", "PASS"]
Results = dict[str, dict[str, object]]


def load(path: Path = MAP) -> dict[str, list[dict]]:
    with path.open("rb") as file:
        return tomllib.load(file)


def mechanisms(data: dict[str, list[dict]], kinds: list[str]) -> Iterator[dict]:
    """Everything that has tests of its own."""
    for kind in kinds:
        for entry in data.get(kind, []):
            inner = ENTRY[kind]
            yield from entry[inner] if inner else [entry]


def bare(test: str) -> str:
    """A test's name without its parameters."""
    return test.partition("[")[0]


# ---- the run ----


def run(root: Path, patterns: list[str], told: Callable[[dict], None]) -> Results:
    """Runs what fits the patterns in a pytest of its own; `told` hears of each step. Ids of pytest to outcomes: passed,
    failed, skipped, or missing where the run ended before."""
    files = sorted({str(path.relative_to(root)) for p in patterns for path in root.glob(p.partition("::")[0])})
    results: Results = {}
    if not files:
        return results
    reading, writing = os.pipe()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tools"), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "WARIFU_EVIDENCE": json.dumps({"patterns": patterns, "to": writing}),
    }
    command = [sys.executable, "-m", "pytest", "-p", "evidence_recorder", f"--rootdir={root}"]
    command += ["-q", "--continue-on-collection-errors", *files]
    with tempfile.TemporaryFile() as output:
        # A session of its own, so that Ctrl-C reaches it once, from here.
        child = subprocess.Popen(
            command, cwd=root, env=environment, pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        os.close(writing)
        try:
            with open(reading, encoding="utf-8") as lines:
                for line in lines:
                    step = json.loads(line)
                    told(step)
                    results.update((test, {"outcome": "missing"}) for test in step.get("collected", []))
                    if "test" in step:
                        results[step["test"]] = {k: step[k] for k in ("outcome", "seconds", "said") if k in step}
            child.wait()
        except BaseException:
            stop(child)
            raise
        if child.returncode not in (0, 1):
            output.seek(0)
            told({"broken": "the run itself", "why": output.read().decode(errors="replace").strip()[-2000:]})
    return results


def stop(child: subprocess.Popen) -> None:
    """Ends pytest and what it started: first as Ctrl-C would; after 10 s, or a second Ctrl-C, for good."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            child.wait(timeout=10)
            return


# ---- the judgement ----


def verdict(cases: list[dict]) -> str:
    outcomes = {case["outcome"] for case in cases}
    if "failed" in outcomes:
        return "FAIL"
    return "PASS" if outcomes == {"passed"} else "INCONCLUSIVE"


def cases_of(patterns: list[str], results: Results) -> list[dict]:
    """The outcome of every test that is meant; a pattern that nothing fits is a case of its own, `missing`."""
    cases = []
    for pattern in patterns:
        found = [test for test in results if fnmatchcase(bare(test), pattern)]
        cases += [{"test": test, **results[test]} for test in found] or [{"test": pattern, "outcome": "missing"}]
    return cases


def judged(kind: str, entry: dict, results: Results) -> dict:
    inner = ENTRY[kind]
    if inner is None:
        cases = cases_of(entry["tests"], results)
        return {**entry, "verdict": verdict(cases), "tests": cases}
    parts = []
    for part in entry[inner]:
        cases = cases_of(part["tests"], results)
        parts.append({**part, "verdict": verdict(cases), "tests": cases})
    worst = min((part["verdict"] for part in parts), key=ORDER.index)
    return {**entry, "verdict": worst, inner: parts}


def report_of(data: dict[str, list[dict]], kinds: list[str], results: Results, facts: dict) -> dict:
    judgement = {kind: [judged(kind, entry, results) for entry in data.get(kind, [])] for kind in kinds}
    verdicts = [entry["verdict"] for entries in judgement.values() for entry in entries]
    worst = min(verdicts, key=ORDER.index) if verdicts else "INCONCLUSIVE"
    return {"what_this_is": WHAT_THIS_IS, "run": facts, "verdict": worst, **judgement, "maker": data.get("maker", [])}


def not_passed(report: dict) -> list[dict]:
    """Each test once."""
    found = {}
    for kind in ENTRY:
        for part in mechanisms(report, [kind]):
            found.update({case["test"]: case for case in part["tests"] if case["outcome"] != "passed"})
    return list(found.values())


# ---- what it ran on ----


def said_by(*command: str) -> str:
    """The first line that a program prints; nothing where there is no such program."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.partition("\n")[0].strip()


def cached(build: Path, name: str) -> str:
    cache = build / "CMakeCache.txt"
    found = re.search(rf"^{name}:\w+=(.*)$", cache.read_text(encoding="utf-8"), flags=re.M) if cache.is_file() else None
    return found[1] if found else ""


def facts_of(build: Path) -> dict:
    header = Path(cached(build, "TOMCRYPT_INCLUDE_DIR") or "/usr/include") / "tomcrypt.h"
    tomcrypt = re.search(r'SCRYPT\s+"(.*?)"', header.read_text(errors="replace")) if header.is_file() else None
    version = re.search(r'WF_VERSION "(.*)"', (ROOT / "core/include/warifu/version.h").read_text(encoding="utf-8"))
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "warifu": version[1] if version else "unknown",
        "commit": said_by("git", "rev-parse", "HEAD") or "unknown",
        "uncommitted_changes": bool(said_by("git", "status", "--porcelain")),
        "build": cached(build, "CMAKE_BUILD_TYPE") or "unknown",
        "compiler": said_by(cached(build, "CMAKE_C_COMPILER") or "cc", "--version") or "unknown",
        "libtomcrypt": tomcrypt[1] if tomcrypt else "unknown",
        "mathematics": {"ltm": "libtommath", "gmp": "GMP"}.get(cached(build, "WARIFU_MATH"), "unknown"),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


# ---- the page ----

WHAT_THIS_IS = (
    "Evidence that a product maker can use for its own declaration. It says which tests of Warifu were run and what "
    "came of them; it does not say that a product, or Warifu, conforms to anything."
)
KINDS = {"requirement": "Requirements", "threat": "Threats", "claim": "What Warifu claims"}


def cell(text: str) -> str:
    """For a table; links lead nowhere from here."""
    return " ".join(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).split()).replace("|", "\\|")


def case_line(case: dict) -> str:
    said = f": {cell(str(case['said']))}" if case.get("said") else ""
    return f"`{case['test']}` {case['outcome']}{said}"


def rows(parts: list[dict]) -> Iterator[str]:
    yield "| mechanism | test cases | verdict |"
    yield "|---|---|---|"
    for part in parts:
        what = f"{part['attack']}: {part['answer']}" if "attack" in part else part["what"]
        tests = "<br>".join(case_line(case) for case in part["tests"])
        yield f"| {cell(what)} | {tests} | {part['verdict']} |"


def page_of(report: dict) -> str:
    facts = report["run"]
    changes = ", with changes that were not committed" if facts["uncommitted_changes"] else ""
    out = [
        "# Evidence",
        "",
        report["what_this_is"],
        "",
        f"Run of {facts['date']}, Warifu {facts['warifu']}, commit {facts['commit']}{changes}; {facts['compiler']} "
        f"(build type {facts['build']}), libtomcrypt {facts['libtomcrypt']} on {facts['mathematics']}, Python "
        f"{facts['python']}, {facts['system']}.",
        "",
        f"Verdict of this run: **{report['verdict']}**",
        "",
    ]
    missing = not_passed(report)
    if missing:
        out += ["These tests did not pass:", "", *[f"- {case_line(case)}" for case in missing], ""]
    for kind, title in KINDS.items():
        entries = report.get(kind, [])
        if not entries:
            continue
        out += [f"## {title}", ""]
        if ENTRY[kind] is None:
            out += [*rows(entries), ""]
            continue
        for entry in entries:
            out += [f"### {entry['id']}: {entry['title']}", ""]
            if "source" in entry:
                out += [f"{entry['source']}. Verdict: **{entry['verdict']}**", "", entry["statement"], ""]
                out += [f"Not covered: {entry['not_covered']}.", ""]
            else:
                out += [f"Verdict: **{entry['verdict']}**", ""]
            out += [*rows(entry[ENTRY[kind]]), ""]
    out += ["## The product maker's part", "", "What Warifu can't answer:", "", "| what | see |", "|---|---|"]
    out += [f"| {cell(part['what'])} | {cell(part['see'])} |" for part in report["maker"]]
    return "\n".join(out) + "\n"


# ---- the program ----


class Progress:
    """One line a test on stderr."""

    def __init__(self) -> None:
        self.count = self.total = 0

    def __call__(self, step: dict) -> None:
        self.total += len(step.get("collected", []))
        if "broken" in step:
            print(f"can't be collected: {step['broken']}\n{step['why']}", file=sys.stderr)
        if "test" in step:
            self.count += 1
            note = f" ({step['said']})" if step.get("said") and step["outcome"] != "passed" else ""
            print(f"[{self.count}/{self.total}] {step['outcome']:7} {step['test']}{note}", file=sys.stderr, flush=True)


def words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev evidence",
        description="Runs the tests that answer requirements and threats (tests/evidence.toml) and writes what came "
        "of it. Status 0: every named test is there and passed; 1: not so; 130: interrupted, nothing written.",
    )
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "evidence", metavar="FOLDER",
                        help="where evidence.md and evidence.json go (build/evidence)")  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="the JSON goes there instead")
    parser.add_argument("--claims", action="store_true", help="run the tests of every claim as well; takes longer")
    return parser.parse_args()


def main() -> int:
    asked = words()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    data = load()
    kinds = [*KINDS] if asked.claims else ["requirement", "threat"]
    patterns = sorted({pattern for part in mechanisms(data, kinds) for pattern in part["tests"]})
    build = Path(os.environ.get("WARIFU_BUILD") or ROOT / "build" / "dev")
    facts = facts_of(build)
    try:
        results = run(ROOT, patterns, Progress())
    except KeyboardInterrupt:
        print("evidence: interrupted; nothing was written", file=sys.stderr)
        return 130
    report = report_of(data, kinds, results, facts)
    page, file = asked.into / "evidence.md", asked.json or asked.into / "evidence.json"
    try:
        for path, text in ((page, page_of(report)), (file, json.dumps(report, indent=2, ensure_ascii=False) + "\n")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"evidence: can't write: {error}; choose another place with --into", file=sys.stderr)
        return 1
    for kind in kinds:
        for entry in report[kind]:
            name, what = entry.get("id", entry.get("group")), entry.get("title", entry.get("what"))
            print(f"{entry['verdict']:12} {name}: {what}")
    for case in not_passed(report):
        print(f"{case['outcome']}: {case['test']}")
    print(f"{report['verdict']}: {page}, {file}")
    return 0 if report["verdict"] == "PASS" else 1


if __name__ == "__main__":
    sys.exit(main())
