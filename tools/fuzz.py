"""Runs the harnesses of tests/fuzz under libFuzzer; called by ./dev fuzz, which has installed clang.

A harness begins with its seeds in tests/fuzz/corpus and with what earlier runs found in build/fuzz/corpus. An input
that makes it fail is kept in build/fuzz/findings, and the status is 1 then.
"""

import argparse
import datetime
import difflib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "tests" / "fuzz"
BUILD = ROOT / "build" / "fuzz"
PROGRAMS = BUILD / "tests"
# What libFuzzer prints: "#1234 DONE cov: 56 ft: 78 corp: 9/10b ..." and "stat::number_of_executed_units: 1234".
COVERAGE = re.compile(r"^#\d+\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)", flags=re.M)
EXECUTIONS = re.compile(r"^stat::number_of_executed_units: +(\d+)", flags=re.M)
WRITTEN = re.compile(r"Test unit written to (\S+)")
MEMORY_MB = 2048
INPUT_SECONDS = 20
GRACE = 120  # seconds for reading a corpus, beside those of fuzzing


@dataclass
class Result:
    """What one run of one harness gave."""

    target: str
    seconds: float
    executions: int
    edges: int
    features: int
    corpus: int
    findings: list[str]
    trouble: str = ""

    def row(self) -> str:
        speed = self.executions / self.seconds if self.seconds else 0
        return (
            f"{self.target:18} {self.seconds:7.0f} {self.executions:12,} {speed:10,.0f} {self.edges:7} "
            f"{self.features:9} {self.corpus:7} {len(self.findings):9}"
        )


HEAD = (
    f"{'target':18} {'seconds':>7} {'executions':>12} {'a second':>10} {'edges':>7} {'features':>9} {'corpus':>7} "
    f"{'findings':>9}"
)


def targets() -> list[str]:
    return sorted(path.stem.removeprefix("fuzz_") for path in SOURCES.glob("fuzz_*.c"))


def build(chosen: Sequence[str]) -> None:
    steps = (
        ["cmake", "--preset", "fuzz", "--log-level=WARNING"],
        ["cmake", "--build", BUILD, "--target", *(f"fuzz_{name}" for name in chosen)],
    )
    for step in steps:
        done = subprocess.run(step, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(f"{done.stdout}\nfuzz: the build failed; the first error above says where")


def places(target: str) -> tuple[Path, Path, Path]:
    """Where inputs that were found stand, the project's seeds, and what failed."""
    found, findings = BUILD / "corpus" / target, BUILD / "findings" / target
    found.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    return found, SOURCES / "corpus" / target, findings


def command(target: str, seconds: int) -> list[str]:
    found, seeds, findings = places(target)
    options = [f"-max_total_time={seconds}", f"-timeout={INPUT_SECONDS}", f"-rss_limit_mb={MEMORY_MB}"]
    words = SOURCES / "dictionaries" / f"{target}.dict"
    if words.exists():
        options.append(f"-dict={words}")
    folders = [str(folder) for folder in (found, seeds) if folder.is_dir()]
    return [
        str(PROGRAMS / f"fuzz_{target}"),
        *options,
        f"-artifact_prefix={findings}/",
        "-print_final_stats=1",
        *folders,
    ]


def result(target: str, seconds: float, status: int, output: str) -> Result:
    """Reads what libFuzzer printed."""
    seen = COVERAGE.findall(output)
    edges, features, corpus = (int(number) for number in seen[-1]) if seen else (0, 0, 0)
    executions = EXECUTIONS.search(output)
    findings = WRITTEN.findall(output)
    last_words = "\n".join(output.splitlines()[-40:]) or f"it ended with status {status} and said nothing"
    trouble = last_words if status != 0 or findings else ""  # an input that is merely slow leaves the status 0
    return Result(target, seconds, int(executions[1]) if executions else 0, edges, features, corpus, findings, trouble)


class Runs:
    """Harnesses that run side by side, and end together."""

    def __init__(self) -> None:
        self.children: set[subprocess.Popen[str]] = set()
        self.stopped = False

    def run(self, target: str, seconds: int) -> Result:
        begin = time.monotonic()
        child = subprocess.Popen(
            command(target, seconds),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=BUILD,
        )
        self.children.add(child)
        if self.stopped:
            child.terminate()
        try:
            output, _ = child.communicate(timeout=seconds + GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return Result(target, seconds + GRACE, 0, 0, 0, 0, [], f"it went on for {GRACE} s after its time was over")
        finally:
            self.children.discard(child)
        return result(target, time.monotonic() - begin, child.returncode, output)

    def run_all(self, chosen: Sequence[str], seconds: int, jobs: int) -> Iterator[Result]:
        with ThreadPoolExecutor(jobs) as pool:
            try:
                for done in as_completed([pool.submit(self.run, target, seconds) for target in chosen]):
                    yield done.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                self.stopped = True
                for child in list(self.children):
                    child.terminate()


def explain(failed: Result) -> str:
    lines = [f"\n{failed.target}: failed", failed.trouble]
    for finding in failed.findings:
        name = Path(finding).name
        lines += [
            f"  again:      {(PROGRAMS / f'fuzz_{failed.target}').relative_to(ROOT)} {Path(finding).relative_to(ROOT)}",
            f"  for always: cp {Path(finding).relative_to(ROOT)} tests/fuzz/corpus/{failed.target}/{name[:20]}"
            "  (the suite replays what is there)",
        ]
    return "\n".join(lines)


def keep(target: str) -> int:
    """Takes into the project's seeds those inputs that reach what the seeds don't, the smallest first."""
    found, seeds, _ = places(target)
    seeds.mkdir(exist_ok=True)
    before = set(seeds.iterdir())
    program = str(PROGRAMS / f"fuzz_{target}")
    subprocess.run([program, "-merge=1", str(seeds), str(found)], capture_output=True, cwd=BUILD, check=True)
    return len(set(seeds.iterdir()) - before)


def choose(name: str) -> list[str]:
    every = targets()
    if name == "all":
        return every
    if name in every:
        return [name]
    near = difflib.get_close_matches(name, every, n=1)
    hint = f"did you mean {near[0]}?" if near else "--list names them all"
    sys.exit(f"fuzz: there is no target {name}; {hint}")


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev fuzz",
        description="Runs the harnesses of tests/fuzz under libFuzzer with AddressSanitizer and UBSan.",
        epilog="Inputs that were found stay in build/fuzz/corpus, failing ones in build/fuzz/findings.",
    )
    parser.add_argument("target", nargs="?", default="all", help="one of --list, or all (default)")
    parser.add_argument("seconds", nargs="?", type=positive, default=5, help="for each target (default 5)")
    parser.add_argument("--jobs", type=positive, default=2, help="targets at a time (default 2)")
    parser.add_argument("--keep", action="store_true", help="take what reaches more into tests/fuzz/corpus")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    parser.add_argument("--list", action="store_true", help="name the targets and end")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    if asked.list:
        print(*targets(), sep="\n")
        return 0
    chosen = choose(asked.target)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"building {len(chosen)} harnesses in {BUILD.relative_to(ROOT)}", file=sys.stderr)
    build(chosen)
    print(HEAD, flush=True)
    results = []
    try:
        for done in Runs().run_all(chosen, asked.seconds, asked.jobs):
            print(done.row(), flush=True)
            results.append(done)
    except KeyboardInterrupt:
        print("interrupted; what was found so far stays in build/fuzz/corpus", file=sys.stderr)
        return 128 + signal.SIGINT
    failed = [each for each in results if each.trouble]
    for each in failed:
        print(explain(each))
    if asked.keep:
        for each in results:
            print(f"{each.target}: {keep(each.target)} inputs joined the seeds")
    total = sum(each.executions for each in results)
    print(f"{len(results)} targets, {total:,} executions, {len(failed)} with findings")
    if asked.json:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        print(json.dumps({"date": today, "seconds": asked.seconds, "targets": [asdict(each) for each in results]}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
