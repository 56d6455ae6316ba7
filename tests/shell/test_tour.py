"""The tour: every step is run and checked, in both languages; what is not as it should be fails."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import Shell

Run = Callable[..., subprocess.CompletedProcess[str]]
STEPS = [
    "discover", "before", "window", "pair", "get", "set", "watch", "bytes", "inside", "eavesdrop", "replay", "tamper",
    "delay", "stranger", "guess", "unpair",
]  # fmt: skip


def objects(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_it_runs_by_itself_within_thirty_seconds_and_every_step_is_checked(run: Run) -> None:
    began = time.monotonic()
    done = run("tour", "--auto", "--json")
    assert time.monotonic() - began < 30
    assert done.returncode == 0, done.stdout
    rows = objects(done.stdout)
    assert [row["step"] for row in rows if row.get("right")] == STEPS
    assert rows[-1] == {"steps": len(STEPS), "played": len(STEPS), "wrong": []}


def test_every_attack_fails_for_its_reason_and_is_counted(run: Run) -> None:
    rows = objects(run("--json", "tour", "--auto").stdout)
    attacks = [(row["reason"], row["counter"], row["door"]) for row in rows if "counter" in row]
    assert attacks == [
        ("REPLAYED", "replays_dropped", "locked"),
        ("TAG", "tampered_dropped", "locked"),
        ("TOO_LATE", "late_refused", "locked"),
        ("POLICY", "policy_refused", "locked"),
        ("WRONG_CODE", "handshakes_refused", "locked"),
    ]
    assert all(row["counted"] > 0 for row in rows if "counter" in row)
    (heard,) = [row for row in rows if "readable" in row]
    assert heard["readable"] == 0
    assert heard["messages"] >= 5


@pytest.mark.parametrize(("language", "checked"), [("en", "checked: "), ("ja", "確認：")])
def test_each_step_is_explained_and_its_command_shown(run: Run, language: str, checked: str) -> None:
    done = run("tour", "--auto", "--lang", language)
    assert done.returncode == 0
    assert done.stdout.count("\nwarifu> ") == len(STEPS)
    assert done.stdout.count("\n" + checked) == len(STEPS)
    assert "attack.replay()" in done.stdout
    assert ("スマート電力量メータ" in done.stdout) == (language == "ja")
    told = [line for line in done.stdout.splitlines() if line.startswith(("The lock follows", "攻撃者は"))]
    assert told
    assert all(sum(2 if ord(char) > 0x1100 else 1 for char in line) <= 80 for line in told)


def test_a_result_that_is_not_as_it_should_be_fails_the_tour(run: Run) -> None:
    done = run(text='version\nwarifu.codec.decode = function() return "nothing" end\ntour --auto\n')
    assert done.returncode == 1
    assert "NOT AS IT SHOULD BE: it is no record" in done.stderr
    assert f"1 of {len(STEPS)} steps went wrong" in done.stdout


def test_enter_runs_a_step_and_q_leaves(run: Run) -> None:
    done = run("tour", text="\n\nq\n")
    assert done.returncode == 0
    assert f"left after 2 of {len(STEPS)} steps" in done.stdout
    assert "3/16" in done.stdout
    assert "4/16" not in done.stdout


def test_the_end_of_the_input_leaves(run: Run) -> None:
    assert f"left after 1 of {len(STEPS)} steps" in run("tour", text="\n").stdout


def test_it_touches_neither_state_nor_network_and_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    left = tmp_path / "tmp"
    left.mkdir()
    before = set(Path("/tmp").glob("lua_*"))
    done = run("tour", "--auto", XDG_STATE_HOME=str(home), TMPDIR=str(left))
    assert done.returncode == 0
    assert not home.exists()
    assert not list(left.iterdir())
    assert set(Path("/tmp").glob("lua_*")) <= before


def test_at_the_prompt_ctrl_c_leaves_it_and_the_prompt_goes_on(screen: Callable[..., Shell]) -> None:
    shell = screen(lines=40)
    shell.type("tour\n")
    shell.wait(lambda: "Enter: next step" in shell.row, "the first step")
    shell.type("\n")
    shell.wait(lambda: any(row.startswith("checked: all four") for row in shell.rows), "its check")
    shell.wait(lambda: "Enter: next step" in shell.row, "the second step")
    shell.type("\x03")
    shell.ready()
    assert shell.line("lock")[-1] == "nil"  # what its lines named is gone
