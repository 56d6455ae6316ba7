"""`./dev coverage` says by folder what is reached, and fails when the core falls below what the documents promise."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> object:
    spec = importlib.util.spec_from_file_location("warifu_coverage_tool", ROOT / "tools" / "coverage.py")
    coverage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(coverage)
    monkeypatch.setattr(coverage, "run_tests", lambda pattern: None)
    monkeypatch.setattr(sys, "argv", ["coverage.py", "--json"])
    return coverage


def file(name: str, lines: int, branches: int) -> dict:
    return {
        "filename": f"core/src/{name}",
        "line_covered": lines,
        "line_total": 100,
        "branch_covered": branches,
        "branch_total": 100,
    }


def test_the_core_above_both_limits_passes_and_is_counted_by_folder(tool, monkeypatch, capsys) -> None:
    monkeypatch.setattr(tool, "count", lambda html: [file("da/a.c", 96, 90), file("pki/b.c", 98, 84)])
    assert tool.main() == 0
    said = capsys.readouterr().out.splitlines()
    assert any(line.startswith("core/src/pki") and "98 of" in line for line in said)
    assert json.loads(said[-1])["branch_percent"] == 87


@pytest.mark.parametrize(("lines", "branches", "low"), [(94, 99, "line"), (99, 84, "branch")])
def test_the_core_below_a_limit_fails_by_its_name(tool, monkeypatch, capsys, lines, branches, low) -> None:
    monkeypatch.setattr(tool, "count", lambda html: [file("da/a.c", lines, branches)])
    assert tool.main() == 1
    assert f"{low} coverage is under" in capsys.readouterr().err


def test_a_part_of_the_tests_is_not_held_to_the_limits(tool, monkeypatch) -> None:
    monkeypatch.setattr(tool, "count", lambda html: [file("da/a.c", 3, 1)])
    monkeypatch.setattr(sys, "argv", ["coverage.py", "test_der"])
    assert tool.main() == 0


def test_only_the_core_is_counted_and_its_data_is_not(tool, monkeypatch, tmp_path) -> None:
    asked = []
    monkeypatch.setattr(tool, "BUILD", tmp_path)
    monkeypatch.setattr(tool.subprocess, "run", lambda command, **rest: asked.extend(command))
    (tmp_path / "summary.json").write_text('{"files": []}')
    assert tool.count(html=False) == []
    assert asked[asked.index("--filter") + 1] == "core/src/"
    assert (ROOT / asked[asked.index("--exclude") + 1]).is_file()
