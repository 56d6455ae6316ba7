"""tools/bench.py: programs that print rows become one table, whatever becomes of a single program."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "bench.py"
ROW = {
    "figure": "codec.parse",
    "ours": 1.5,
    "theirs": 1.0,
    "ratio": 1.5,
    "unit": "us",
    "against": "least",
    "reach": None,
}
GOOD = f"""#!/bin/sh
echo "words for people, $*"
echo '{json.dumps({**ROW, "reach": "ratio <= 1.5"})}'
echo '{json.dumps({**ROW, "figure": "codec.write", "reach": "ours >= 2000"})}'
"""
BAD = f"""#!/bin/sh
echo '{json.dumps({**ROW, "figure": "early"})}'
echo "no such device" >&2
exit 3
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The tool in a project of its own, where two programs are scripts."""
    monkeypatch.syspath_prepend(str(TOOL.parent))
    spec = importlib.util.spec_from_file_location("warifu_bench_tool", TOOL)
    bench = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, bench)
    spec.loader.exec_module(bench)
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(bench, "SOURCES", tmp_path / "tests" / "bench")
    add(tmp_path, "bad", BAD)
    add(tmp_path, "good", GOOD)
    return bench


@pytest.fixture(autouse=True)
def cores() -> None:
    """The tool keeps to one core; the tests after it don't have to."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    yield
    if before:
        os.sched_setaffinity(0, before)


def add(project: Path, name: str, script: str, preset: str = "release") -> None:
    source, built = project / "tests" / "bench", project / "build" / preset / "tests"
    source.mkdir(parents=True, exist_ok=True)
    built.mkdir(parents=True, exist_ok=True)
    (source / f"bench_{name}.c").touch()
    (built / f"bench_{name}").write_text(script)
    (built / f"bench_{name}").chmod(0o755)


def call(tool: object, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["bench.py", *words])
    return tool.main()


def last_object(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_every_program_is_listed() -> None:
    listed = subprocess.run([sys.executable, TOOL, "--list"], capture_output=True, text=True, check=True).stdout
    sources = (ROOT / "tests" / "bench").glob("bench_*")
    assert sorted(listed.split()) == sorted(path.stem[6:] for path in sources if path.suffix in (".c", ".py"))


def test_a_wrong_name_is_answered_with_the_nearest_programs() -> None:
    done = subprocess.run([sys.executable, TOOL, "handshak"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "there is no handshak; did you mean handshake?" in done.stderr


def test_rows_become_a_table_with_a_verdict_for_each_reach(tool, monkeypatch, capsys) -> None:
    assert call(tool, monkeypatch, "good", "--short") == 0
    said = capsys.readouterr()
    head, parse, write = said.out.splitlines()
    assert head.split() == ["figure", "ours", "theirs", "ratio", "unit", "against", "reach", "reached"]
    assert parse.split() == ["codec.parse", "1.5", "1", "1.5", "us", "least", "ratio", "<=", "1.5", "yes"]
    assert write.endswith("no")
    assert "words for people, --short" in said.err
    assert "not reached: codec.write" in said.err


def test_the_last_line_is_one_object_for_programs(tool, monkeypatch, capsys) -> None:
    assert call(tool, monkeypatch, "good", "--json") == 0
    said = last_object(capsys)
    assert set(said) == {"date", "commit", "machine", "math", "rows"}
    assert said["math"] == "ltm"
    assert said["rows"][0] == {**ROW, "reach": "ratio <= 1.5"}


def test_a_program_that_fails_is_named_and_the_others_still_run(tool, monkeypatch, capfd) -> None:
    assert call(tool, monkeypatch, "--json") == 1
    said = capfd.readouterr()
    assert [row["figure"] for row in json.loads(said.out.splitlines()[-1])["rows"]] == [
        "early",
        "codec.parse",
        "codec.write",
    ]
    assert "no such device" in said.err
    assert "failed: bad" in said.err


@pytest.mark.parametrize(
    "line",
    ['{"figure": "half"}', "{not json", json.dumps({**ROW, "reach": "soon"})],
)
def test_what_is_no_row_is_a_failure(tool, monkeypatch, capsys, tmp_path, line) -> None:
    add(tmp_path, "odd", f"#!/bin/sh\necho '{line}'\n")
    assert call(tool, monkeypatch, "odd") == 1
    assert "odd failed: it" in capsys.readouterr().err


def test_a_reach_without_a_yardstick_is_neither_reached_nor_missed(tool) -> None:
    row = tool.Row(**{**ROW, "theirs": None, "ratio": None, "reach": "ratio <= 1.5"})
    assert row.reached is None
    assert row.cells()[-1] == ""


def test_other_mathematics_means_the_programs_of_its_preset(tool, monkeypatch, capsys, tmp_path) -> None:
    add(tmp_path, "good", GOOD.replace("codec.parse", "codec.gmp"), preset="release-gmp")
    assert call(tool, monkeypatch, "good", "--math", "gmp", "--json") == 0
    said = last_object(capsys)
    assert (said["math"], said["rows"][0]["figure"]) == ("gmp", "codec.gmp")
    presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
    assert set(tool.PRESETS.values()) <= {preset["name"] for preset in presets}


def test_an_interrupt_ends_the_program_and_prints_what_was_measured(tool, monkeypatch, capsys, tmp_path) -> None:
    script = f"#!/bin/sh\necho $$ >pid\necho '{json.dumps(ROW)}'\nexec sleep 60\n"
    add(tmp_path, "endless", script)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        begun = time.monotonic()
        assert call(tool, monkeypatch, "endless", "--json") == 130
        assert time.monotonic() - begun < 20
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert [row["figure"] for row in last_object(capsys)["rows"]] == ["codec.parse"]
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
