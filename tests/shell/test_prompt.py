"""The prompt on a real terminal: keys, the history, interrupts, resizing. What is compared is what a person sees."""

import os
import signal
import stat
import termios
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from terminal import Shell

UP, DOWN, LEFT, HOME, BACKSPACE, CTRL_C, CTRL_D, CTRL_R, CTRL_Z = (
    "\x1b[A", "\x1b[B", "\x1b[D", "\x01", "\x7f", "\x03", "\x04", "\x12", "\x1a",
)  # fmt: skip


def is_raw(shell: Shell) -> bool:
    return not termios.tcgetattr(shell.fd)[3] & (termios.ICANON | termios.ECHO)


def is_cooked(shell: Shell) -> bool:
    wanted = termios.ICANON | termios.ECHO | termios.ISIG
    return termios.tcgetattr(shell.fd)[3] & wanted == wanted


def test_values_of_expressions_are_shown_and_globals_stay(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    assert prompt.line("40 + 2") == ["42"]
    assert prompt.line('{ [0xB3] = "\\26", eoj = 0x013001 }') == ["{ [0xB3] = <1A>, eoj = 0x013001 }"]
    assert prompt.line("x = 7") == []
    assert prompt.line("x") == ["7"]


def test_verbs_run(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    assert "05FF01 -> 013001 Get" in prompt.line("decode 1081000105FF010130016201B300")[0]
    assert "nobody answered" in prompt.line("help no_answer")[0]


def test_errors_are_said_and_the_prompt_goes_on(screen: Callable[..., Shell]) -> None:
    prompt = screen(columns=100)
    assert "attempt to call a nil value" in prompt.line("nothing()")[0]
    assert prompt.line("warifu.Identity.load('/nowhere.pem')")[0].startswith(
        "STORE: the store can't be read or written: /nowhere.pem"
    )
    assert "bad argument 'bytes'" in prompt.line("warifu.codec.parse(1)")[0]
    assert "FRAME is missing; usage: decode [--dump] FRAME..." in prompt.line("decode")[0]


# ---- typing ----


def test_a_line_can_be_mended_in_its_middle(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.put("4 + 2")
    prompt.type(LEFT * 4 + "0")
    prompt.wait(lambda: prompt.row == "warifu> 40 + 2", "the line mended")
    assert prompt.line("") == ["42"]


def test_wide_characters_take_two_columns_and_one_backspace(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.put('"温度計割符')
    assert prompt.screen.cursor.x == len("warifu> ") + 1 + 2 * 5
    prompt.type(BACKSPACE * 4)
    prompt.wait(lambda: prompt.row == 'warifu> "温', "one of five characters")
    assert prompt.screen.cursor.x == len("warifu> ") + 1 + 2
    assert prompt.line('" .. "度"') == ["温度"]


def test_japanese_can_be_typed_where_nothing_says_which_characters_there_are(screen: Callable[..., Shell]) -> None:
    prompt = screen(LC_ALL="", LC_CTYPE="", LANG="")
    prompt.put('"温度計')
    assert prompt.line('"') == ["温度計"]


def test_bytes_that_are_no_characters_are_dropped_and_the_line_stays(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.type(b'"a\xff\xfe\xe6\xb8b')
    prompt.wait(lambda: prompt.row == 'warifu> "ab', "the letters alone")
    assert prompt.line('"') == ["ab"]


def test_lua_goes_on_over_several_lines_and_comes_back_as_one(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.type("for i = 1, 2 do\nprint(i)\n")
    prompt.wait(lambda: prompt.rows[-2:] == ["     >> print(i)", "     >>"], "the third line's prompt")
    assert prompt.line("end") == ["1", "2"]
    prompt.type(UP)
    prompt.wait(lambda: prompt.rows[-3:] == ["warifu> for i = 1, 2 do", "print(i)", "end"], "all three lines")
    assert prompt.line("") == ["1", "2"]


def test_a_line_longer_than_the_terminal_goes_on_in_the_next_row(screen: Callable[..., Shell]) -> None:
    prompt = screen(columns=20)
    prompt.type('"' + "温" * 9)
    prompt.wait(lambda: prompt.rows[-2:] == ['warifu> "温温温温温', "温温温温"], "two rows")
    assert prompt.line('"')[-1] == "温" * 9


# ---- the history ----


def test_the_history_comes_back_in_the_next_session_and_only_its_owner_reads_it(
    screen: Callable[..., Shell], tmp_path: Path
) -> None:
    first = screen()
    first.line("6 * 7")
    first.line(r'"back\\slash"')
    first.type(CTRL_D)
    assert first.status() == 0
    history = tmp_path / "state" / "history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert stat.S_IMODE(history.parent.stat().st_mode) == 0o700
    second = screen()
    second.type(UP)
    second.wait(lambda: second.row == r'warifu> "back\\slash"', "the last line")
    second.type(UP)
    second.wait(lambda: second.row == "warifu> 6 * 7", "the line before")
    assert second.line("") == ["42"]


def test_two_shells_at_once_lose_no_line(screen: Callable[..., Shell], tmp_path: Path) -> None:
    shells = [screen(), screen()]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda shell: [shell.line(f"x = '{shell.pid} {i}'") for i in range(10)], shells))
    kept = (tmp_path / "state" / "history").read_text().splitlines()
    assert sorted(kept) == sorted(f"x = '{shell.pid} {i}'" for shell in shells for i in range(10))


def test_a_history_that_grows_too_long_loses_its_oldest_lines(screen: Callable[..., Shell], tmp_path: Path) -> None:
    history = tmp_path / "state" / "history"
    history.parent.mkdir(0o700)
    old = [f"x = {i:06}" for i in range(30_000)]
    history.write_text("\n".join(old) + "\n")
    history.chmod(0o644)
    prompt = screen()
    prompt.line("the_last = 1")
    kept = history.read_text().splitlines()
    assert 10_000 < len(kept) < 20_000
    assert kept == [*old[1 - len(kept) :], "the_last = 1"]
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_a_state_directory_that_can_not_be_made_is_said_and_stops_nobody(
    shell: Path, screen: Callable[..., Shell], tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file")
    prompt = screen()
    assert any(
        "no history is kept" in row or "the history was not kept" in row
        for row in [*prompt.rows, *prompt.line("x = 1")]
    )
    assert prompt.line("1 + 1") == ["2"]


def test_ctrl_r_searches_the_history(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.line("6 * 7")
    prompt.line("100 + 1")
    prompt.type(CTRL_R + "6 *")
    prompt.wait(lambda: "warifu> 6 * 7" in prompt.rows, "the line that was found")
    assert prompt.line("")[-1] == "42"


# ---- interrupts and the end ----


def test_ctrl_c_drops_the_line_and_twice_on_an_empty_one_leaves(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.put("not_run()")
    prompt.type(CTRL_C)
    prompt.ready()
    assert prompt.rows[-2] == "warifu> not_run()^C"
    prompt.type(CTRL_C)
    prompt.wait(
        lambda: prompt.rows[-3:-1] == ["warifu> ^C", "Ctrl-C again leaves."] and prompt.at_prompt(), "the warning"
    )
    assert prompt.line("1 + 1") == ["2"]  # which begins the count anew
    prompt.type(CTRL_C)
    prompt.wait(lambda: prompt.rows[-2] == "Ctrl-C again leaves." and prompt.at_prompt(), "the warning")
    prompt.type(CTRL_C)
    assert prompt.status() == 130


def test_ctrl_c_right_behind_keys_or_a_resize_is_one_like_any_other(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    for times in range(1, 20):
        prompt.type("abc" + CTRL_C)
        prompt.wait(
            lambda times=times: prompt.text.count("^C") == 2 * times - 1 and prompt.at_prompt(), "the next line"
        )
        prompt.put("abc")
        prompt.resize(80 - times)
        prompt.type(CTRL_C)
        prompt.wait(lambda times=times: prompt.text.count("^C") == 2 * times and prompt.at_prompt(), "the next line")
    assert "interrupted" not in prompt.text
    assert prompt.line("1 + 1") == ["2"]


def test_ctrl_c_ends_lua_that_is_begun(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.type("for i = 1, 2 do\n")
    prompt.wait(lambda: prompt.row.strip() == ">>", "the second prompt")
    prompt.type(CTRL_C)
    prompt.ready()
    assert prompt.line("1 + 1") == ["2"]


@pytest.mark.parametrize(
    "busy", ["while true do end", "local c = warifu.Controller{address='127.0.0.1', port=PORT} c:next_event()"]
)
def test_ctrl_c_ends_what_runs_and_the_prompt_goes_on(screen: Callable[..., Shell], busy: str, free_port: int) -> None:
    prompt = screen()
    prompt.type(f"print 'begun' {busy.replace('PORT', str(free_port))}\n")
    prompt.wait(lambda: prompt.rows[-1] == "begun", "its first output")
    assert is_cooked(prompt)
    prompt.type(CTRL_C)
    prompt.ready()
    assert prompt.rows[-2].endswith("interrupted")
    assert prompt.line("1 + 1") == ["2"]


def test_ctrl_c_again_leaves_where_the_first_one_is_not_heard(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.type("coroutine.wrap(function() print 'begun' while true do end end)()\n")
    prompt.wait(lambda: prompt.rows[-1] == "begun", "its first output")
    prompt.type(CTRL_C)
    while prompt.read():
        prompt.type(CTRL_C)  # one that comes while the last is on its way is lost in it
    assert prompt.status() == -signal.SIGINT


def test_ctrl_d_leaves_with_the_terminal_as_it_was(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    assert is_raw(prompt)
    prompt.type(CTRL_D)
    prompt.wait(lambda: is_cooked(prompt), "the terminal as it was")
    assert prompt.status() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("line", ["half_typed", "print 'begun' while true do end\n"])
def test_a_signal_to_end_closes_all_restores_the_terminal_and_is_what_the_parent_sees(
    screen: Callable[..., Shell], tmp_path: Path, number: signal.Signals, line: str
) -> None:
    prompt = screen()
    mark = tmp_path / "closed"
    prompt.line(f"at_end = setmetatable({{}}, {{ __gc = function() io.open('{mark}', 'w'):close() end }})")
    prompt.type(line)
    prompt.expect("begun" if line.endswith("\n") else line)
    os.kill(prompt.pid, number)
    prompt.wait(lambda: is_cooked(prompt), "the terminal as it was")
    assert prompt.status() == -number
    assert mark.exists()


def test_a_terminal_that_goes_away_ends_the_shell(screen: Callable[..., Shell], tmp_path: Path) -> None:
    prompt = screen()
    mark = tmp_path / "closed"
    prompt.line(f"at_end = setmetatable({{}}, {{ __gc = function() io.open('{mark}', 'w'):close() end }})")
    os.close(prompt.fd)
    assert os.waitstatus_to_exitcode(os.waitpid(prompt.pid, 0)[1]) == -signal.SIGHUP
    assert mark.exists()
    prompt.fd = os.open("/dev/null", os.O_RDONLY)


def test_ctrl_z_gives_the_terminal_back_and_fg_brings_the_line_back(shell: Path, tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PS1": "outside: "}
    outer = Shell(["bash", "--norc", "--noprofile", "-i"], environment)
    outer.wait(lambda: outer.row == "outside:", "the prompt of bash")
    outer.type(f"{shell} --state {tmp_path}/state\n")
    outer.ready()
    outer.put("40 +")
    outer.type(CTRL_Z)
    outer.wait(lambda: "Stopped" in outer.text and outer.row == "outside:", "the prompt of bash")
    outer.type("stty -a | grep -c ' icanon'\n")
    outer.wait(lambda: outer.rows[-2:] == ["1", "outside:"], "a terminal with lines of its own")
    outer.type("fg\n")
    outer.wait(lambda: outer.row == "warifu> 40 +", "the half-typed line")
    assert outer.line(" 2") == ["42"]
    outer.close()


# ---- terminals ----


def test_a_resized_terminal_shows_the_whole_line_again(screen: Callable[..., Shell]) -> None:
    prompt = screen(columns=40)
    prompt.put('"' + "温" * 15)
    prompt.resize(30)
    prompt.wait(lambda: prompt.rows[-2:] == ['warifu> "' + "温" * 10, "温" * 5], "the line in two rows")
    prompt.resize(60)
    prompt.wait(lambda: prompt.row == 'warifu> "' + "温" * 15, "the line in one row")
    assert prompt.line('"')[-1] == "温" * 15


def test_a_terminal_resized_while_something_ran_is_known_at_the_next_prompt(screen: Callable[..., Shell]) -> None:
    prompt = screen(columns=60)
    prompt.type("io.read()\n")
    prompt.wait(lambda: is_cooked(prompt), "the line's turn")
    prompt.resize(30)
    prompt.type("\n")
    prompt.ready()
    prompt.type("x" * 30)
    prompt.wait(lambda: prompt.rows[-2:] == ["warifu> " + "x" * 22, "x" * 8], "the line in two rows")


def test_a_terminal_that_knows_no_escapes_gets_none(screen: Callable[..., Shell]) -> None:
    prompt = screen(TERM="dumb")
    prompt.put("1 + 1")
    prompt.type(CTRL_C)
    prompt.ready()
    assert prompt.line("2 + 2") == ["4"]
    prompt.type(CTRL_D)
    assert prompt.status() == 0
    assert b"\x1b" not in prompt.raw
