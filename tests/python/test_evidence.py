"""./dev evidence: what is named is there, what did not pass is said, and nothing is claimed without a test."""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "evidence.py"
FACTS = {
    "date": "2026-01-02T03:04:05Z",
    "warifu": "0.1.0",
    "commit": "c0ffee",
    "uncommitted_changes": False,
    "build": "Debug",
    "compiler": "cc 12",
    "libtomcrypt": "1.18.2",
    "mathematics": "libtommath",
    "python": "3.11.2",
    "system": "Linux",
}


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evidence", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


evidence = tool()
DATA = evidence.load()
PARTS = list(evidence.mechanisms(DATA, [*evidence.KINDS]))


def cases_in(path: Path) -> set[str]:
    """The cases that a test file has, by its text."""
    text = path.read_text(encoding="utf-8")
    if path.parent.name == "fuzz":
        return {"replay"} if "LLVMFuzzerTestOneInput" in text else set()
    if path.suffix == ".py":
        return set(re.findall(r"^(?:async )?def (test_\w+)\(", text, flags=re.M))
    if path.suffix == ".lua":
        return set(re.findall(r"^function cases\.(\w+)\(", text, flags=re.M))
    table = text.partition("check_case cases[] = {")[2]
    return {case for pair in re.findall(r'\bCASE\((\w+)\)|\{"(\w+)",', table) for case in pair if case}


@pytest.mark.parametrize("pattern", sorted({pattern for part in PARTS for pattern in part["tests"]}))
def test_every_test_that_is_named_is_there(pattern: str) -> None:
    files, _, case = pattern.partition("::")
    found = [path for path in ROOT.glob(files) if any(fnmatchcase(name, case) for name in cases_in(path))]
    assert found, f"tests/evidence.toml names {pattern}, and there is none"


def test_every_requirement_threat_and_claim_has_a_test() -> None:
    assert [row["id"] for row in DATA["requirement"]] == ["5.1-5", "5.5-1", "5.8-2"]
    assert [row["id"] for row in DATA["threat"]] == ["T1", "T2", "T3", "T4"]
    assert all(row["mechanism"] for kind in ("requirement", "threat") for row in DATA[kind])
    assert len(DATA["claim"]) > 50
    assert [part for part in PARTS if not part["tests"]] == []
    assert DATA["maker"]


def test_what_needs_more_than_the_project_is_a_claim_only() -> None:
    """A run on any machine with the tools of ./dev can pass."""
    answering = {pattern for part in evidence.mechanisms(DATA, ["requirement", "threat"]) for pattern in part["tests"]}
    text = "".join((ROOT / name.partition("::")[0]).read_text() for name in answering if name.endswith(".py::*"))
    assert "WARIFU_" not in text


# ---- what did not pass is said ----

HOUSE = {
    "passed": "def test_good():\n    assert True\n",
    "failed": "def test_bad():\n    assert 1 == 2, 'so it is'\n",
    "skipped": "import pytest\n\ndef test_not_here():\n    pytest.skip('THING is not set')\n",
    "torn_down": "import pytest\n\n@pytest.fixture\ndef thing():\n    yield\n    raise OSError('left')\n\n"
    "def test_late(thing):\n    pass\n",
    "broken": "import nothing_of_that_name\n\ndef test_never():\n    pass\n",
    "many": "import pytest\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_n(n):\n    assert n == 1\n",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict:
    root = tmp_path_factory.mktemp("house")
    for name, text in HOUSE.items():
        (root / f"test_{name}.py").write_text(text)
    return evidence.run(root, [f"test_{name}.py::test_*" for name in HOUSE], lambda step: None)


@pytest.mark.parametrize(
    ("pattern", "verdict", "outcomes"),
    [
        ("test_passed.py::test_good", "PASS", ["passed"]),
        ("test_failed.py::test_bad", "FAIL", ["failed"]),
        ("test_skipped.py::test_not_here", "INCONCLUSIVE", ["skipped"]),
        ("test_torn_down.py::test_late", "FAIL", ["failed"]),
        ("test_broken.py::test_never", "INCONCLUSIVE", ["missing"]),
        ("test_passed.py::test_gone", "INCONCLUSIVE", ["missing"]),
        ("test_gone.py::test_gone", "INCONCLUSIVE", ["missing"]),
        ("test_many.py::test_n", "FAIL", ["passed", "failed"]),
        ("test_passed.py::*", "PASS", ["passed"]),
    ],
)
def test_only_what_passed_is_a_pass(results: dict, pattern: str, verdict: str, outcomes: list[str]) -> None:
    cases = evidence.cases_of([pattern], results)
    assert [case["outcome"] for case in cases] == outcomes
    assert evidence.verdict(cases) == verdict


def test_what_a_run_that_breaks_off_left_out_is_missing(tmp_path: Path) -> None:
    (tmp_path / "test_end.py").write_text(
        "import os\nimport pytest\n\n@pytest.mark.parametrize('n', [1, 2, 3])\n"
        "def test_n(n):\n    n != 2 or os._exit(3)\n"
    )
    steps: list[dict] = []
    cases = evidence.cases_of(["test_end.py::test_n"], evidence.run(tmp_path, ["test_end.py::test_n"], steps.append))
    assert [case["outcome"] for case in cases] == ["passed", "missing", "missing"]
    assert evidence.verdict(cases) == "INCONCLUSIVE"
    assert steps[-1]["broken"] == "the run itself"


def test_the_reason_of_a_skip_and_of_a_failure_is_kept(results: dict) -> None:
    assert results["test_skipped.py::test_not_here"]["said"] == "THING is not set"
    assert "AssertionError" in results["test_failed.py::test_bad"]["said"]


def report_of(results: dict, *patterns: str) -> dict:
    row = {"id": "5.0-0", "title": "a title", "source": "a source", "statement": "so it is", "not_covered": "the rest"}
    mechanisms = [{"what": "one | another", "tests": [pattern]} for pattern in patterns]
    data = {"requirement": [{**row, "mechanism": mechanisms}], "maker": [{"what": "updates", "see": "5.3"}]}
    return evidence.report_of(data, ["requirement"], results, FACTS)


def test_the_worst_verdict_counts_and_what_did_not_pass_stands_on_top(results: dict) -> None:
    good = report_of(results, "test_passed.py::test_good")
    assert good["verdict"] == "PASS"
    assert evidence.not_passed(good) == []
    bad = report_of(results, "test_passed.py::test_good", "test_skipped.py::test_not_here", "test_failed.py::test_bad")
    assert (bad["verdict"], bad["requirement"][0]["verdict"]) == ("FAIL", "FAIL")
    assert [case["outcome"] for case in evidence.not_passed(bad)] == ["skipped", "failed"]
    page = evidence.page_of(bad)
    assert page.index("did not pass") < page.index("test_skipped.py::test_not_here` skipped: THING") < page.index("## ")
    assert "did not pass" not in evidence.page_of(good)


def test_the_page_says_what_it_ran_on_what_it_does_not_say_and_whose_the_rest_is(results: dict) -> None:
    page = evidence.page_of(report_of(results, "test_passed.py::test_good"))
    for words in (
        "c0ffee",
        "2026-01-02T03:04:05Z",
        "cc 12",
        "libtomcrypt 1.18.2",
        "Python 3.11.2",
        "| updates | 5.3 |",
    ):
        assert words in page
    assert "does not say that a product, or Warifu, conforms" in page
    assert r"| one \| another | `test_passed.py::test_good` passed | PASS |" in page
    assert evidence.cell("see [here](policy.md#x) too") == "see here too"


def test_the_versions_of_this_build_are_found(build: Path) -> None:
    facts = evidence.facts_of(build)
    assert [name for name, value in facts.items() if value == "unknown" and name != "commit"] == []
    assert facts["libtomcrypt"].startswith("1.")


def test_help_needs_no_build_and_tells_the_statuses() -> None:
    done = subprocess.run([ROOT / "dev", "evidence", "--help"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    assert "--json" in done.stdout
    assert "interrupted" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_writes_nothing_and_leaves_nobody_behind(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, TOOL, "--into", tmp_path / "out"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    ) as program:
        assert program.stderr is not None
        first = program.stderr.readline()
        children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        program.send_signal(number)
        rest = program.stderr.read()
        assert program.wait(timeout=30) == 130, first + rest
    assert first.startswith("[1/")
    assert rest.endswith("nothing was written\n")
    assert not (tmp_path / "out").exists()
    assert len(children) == 1
    assert not Path(f"/proc/{children[0]}").exists()


def test_the_json_is_what_the_page_was_made_from(results: dict) -> None:
    report = report_of(results, "test_many.py::test_n")
    again = json.loads(json.dumps(report))
    assert evidence.page_of(again) == evidence.page_of(report)
