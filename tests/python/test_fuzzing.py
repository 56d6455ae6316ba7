"""`./dev fuzz` names every harness, and says what failed, how to see it again and where its input belongs."""

import importlib.util
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FUZZ = ROOT / "tests" / "fuzz"
TOOL = ROOT / "tools" / "fuzz.py"
CALM = """#!/bin/sh
echo '#2 INITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb'
echo '#900 DONE   cov: 12 ft: 34 corp: 5/60b exec/s: 450 rss: 30Mb'
echo 'stat::number_of_executed_units: 900'
"""
FAILING = """#!/bin/sh
for word; do case $word in -artifact_prefix=*) folder=${word#*=} ;; esac; done
echo junk >"${folder}crash-da39a3ee5e6b4b0d3255bfef95601890afd80709"
echo '==1==ERROR: AddressSanitizer: heap-buffer-overflow'
echo "artifact_prefix='$folder'; Test unit written to ${folder}crash-da39a3ee5e6b4b0d3255bfef95601890afd80709"
exit 77
"""

SLOW = (
    CALM
    + """for word; do case $word in -artifact_prefix=*) folder=${word#*=} ;; esac; done
echo long >"${folder}slow-unit-da39a3ee"
echo "artifact_prefix='$folder'; Test unit written to ${folder}slow-unit-da39a3ee"
"""
)
ENDLESS = """#!/bin/sh
trap 'echo ended >ended; exit 3' TERM
echo begun >endless
while :; do sleep 0.1; done
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """tools/fuzz.py in a project of its own, with harnesses that are two scripts."""
    spec = importlib.util.spec_from_file_location("warifu_fuzz_tool", TOOL)
    fuzz = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, fuzz)
    spec.loader.exec_module(fuzz)
    sources, programs = tmp_path / "tests" / "fuzz", tmp_path / "build" / "fuzz" / "tests"
    programs.mkdir(parents=True)
    for name, text in (("calm", CALM), ("failing", FAILING)):
        (sources / "corpus" / name).mkdir(parents=True)
        (sources / f"fuzz_{name}.c").touch()
        (programs / f"fuzz_{name}").write_text(text)
        (programs / f"fuzz_{name}").chmod(0o755)
    for name, value in {"ROOT": tmp_path, "SOURCES": sources, "BUILD": programs.parent, "PROGRAMS": programs}.items():
        monkeypatch.setattr(fuzz, name, value)
    monkeypatch.setattr(fuzz, "build", lambda chosen: None)
    return fuzz


def call(tool: object, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fuzz.py", *words])
    return tool.main()


def test_every_harness_is_a_target() -> None:
    listed = subprocess.run([sys.executable, TOOL, "--list"], capture_output=True, text=True, check=True).stdout
    assert listed.split() == sorted(path.stem[5:] for path in (ROOT / "tests" / "fuzz").glob("fuzz_*.c"))


def test_a_wrong_name_is_answered_with_the_nearest_target() -> None:
    done = subprocess.run([sys.executable, TOOL, "engin"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "did you mean engine?" in done.stderr


def test_a_run_without_findings_gives_what_libfuzzer_counted(tool, monkeypatch, capsys) -> None:
    assert call(tool, monkeypatch, "calm", "1", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out.splitlines()[-1])["targets"]
    assert (row["executions"], row["edges"], row["features"], row["corpus"]) == (900, 12, 34, 5)
    assert row["findings"] == []


def test_a_finding_is_kept_and_told_with_the_next_steps(tool, monkeypatch, capsys, tmp_path) -> None:
    assert call(tool, monkeypatch, "all", "1") == 1
    said = capsys.readouterr().out
    (kept,) = (tmp_path / "build" / "fuzz" / "findings" / "failing").iterdir()
    assert "heap-buffer-overflow" in said
    assert f"build/fuzz/tests/fuzz_failing build/fuzz/findings/failing/{kept.name}" in said
    assert f"cp build/fuzz/findings/failing/{kept.name} tests/fuzz/corpus/failing/" in said
    assert "2 targets, 900 executions, 1 with findings" in said


def test_a_harness_that_could_not_run_is_no_success(tool, monkeypatch, capsys, tmp_path) -> None:
    (tmp_path / "build" / "fuzz" / "tests" / "fuzz_calm").write_text("#!/bin/sh\nexit 3\n")
    assert call(tool, monkeypatch, "calm", "1") == 1
    assert "calm: failed" in capsys.readouterr().out


def test_an_input_that_is_too_slow_is_a_finding_though_libfuzzer_goes_on(tool, monkeypatch, capsys, tmp_path) -> None:
    (tmp_path / "build" / "fuzz" / "tests" / "fuzz_calm").write_text(SLOW)
    assert call(tool, monkeypatch, "calm", "1") == 1
    assert "build/fuzz/findings/calm/slow-unit-da39a3ee" in capsys.readouterr().out


def test_who_interrupts_ends_the_harnesses(tool, monkeypatch, tmp_path) -> None:
    """Ctrl-C and SIGTERM raise KeyboardInterrupt where the results are awaited."""
    (tmp_path / "build" / "fuzz" / "tests" / "fuzz_calm").write_text(ENDLESS)

    def interrupted(futures: list) -> None:
        while not (tmp_path / "build" / "fuzz" / "endless").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(tool, "as_completed", interrupted)
    assert call(tool, monkeypatch, "calm", "60") == 130
    assert (tmp_path / "build" / "fuzz" / "ended").exists()


def test_every_harness_begins_with_seeds() -> None:
    bare = [path.stem for path in FUZZ.glob("fuzz_*.c") if not any((FUZZ / "corpus" / path.stem[5:]).glob("*"))]
    assert bare == []


@pytest.mark.parametrize("words", sorted((FUZZ / "dictionaries").iterdir()), ids=lambda path: path.stem)
def test_a_dictionary_is_of_a_harness_and_in_the_form_of_libfuzzer(words: Path) -> None:
    assert (FUZZ / f"fuzz_{words.stem}.c").is_file()
    intro, *entries = words.read_text().splitlines()
    assert intro.startswith("# ")
    assert len(entries) == len(set(entries)) > 0
    for entry in entries:
        assert re.fullmatch(r'"([ -!#-\[\]-~]|\\x[0-9A-F]{2}|\\"|\\\\)+"', entry), entry
