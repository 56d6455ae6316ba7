"""Secrets at a terminal: typed unseen, and found again nowhere."""

from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import Shell
from warifu._warifu import FileStore

CODE = "WARIFU:1P1YSGZ05BQZMJ2HX32TZ800ZYPG1JMYEBNTFVW4NWMM1MX8TJHNSBCGEFPY9S787NEC8ARGQYT0GC3JZG6Y"
EXPLAINED = "a set-up code of version 1"
GET = "1081000105FF010130016201B300"


def test_a_passphrase_typed_for_a_backup_is_asked_twice_and_never_shown(
    screen: Callable[..., Shell], tmp_path: Path
) -> None:
    prompt = screen()
    FileStore(tmp_path / "state").close()
    prompt.type(f"backup {tmp_path}/b\r")
    prompt.expect("passphrase (8 bytes or more):")
    prompt.type("correct horse\r")
    prompt.expect("the same again:")
    prompt.type("correct house\r")
    prompt.expect("ARGUMENT: the two passphrases differ")
    prompt.ready()
    assert b"correct h" not in prompt.raw
    assert not (tmp_path / "b").exists()


def test_a_set_up_code_typed_is_neither_shown_nor_kept(screen: Callable[..., Shell], tmp_path: Path) -> None:
    prompt = screen()
    prompt.type("code\n")
    prompt.wait(lambda: prompt.row == "set-up code:", "the question")
    assert prompt.line(CODE)[0] == EXPLAINED
    assert CODE[20:26].encode() not in prompt.raw
    assert prompt.line("1 + 1") == ["2"]
    assert prompt.rows[-3] == "warifu> 1 + 1"  # what is typed is shown again
    assert (tmp_path / "state" / "history").read_text() == "code\n1 + 1\n"


def test_a_set_up_code_is_shown_while_it_is_typed_when_that_is_asked_for(screen: Callable[..., Shell]) -> None:
    prompt = screen(columns=120)
    prompt.type("code --show\n")
    prompt.wait(lambda: prompt.row == "set-up code:", "the question")
    prompt.type(CODE[:30])
    prompt.wait(lambda: prompt.row == f"set-up code: {CODE[:30]}", "the half of the code")
    assert prompt.line(CODE[30:])[0] == EXPLAINED


def test_ctrl_c_ends_the_typing_of_a_set_up_code(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.type("code\n")
    prompt.wait(lambda: prompt.row == "set-up code:", "the question")
    prompt.type("\x03")
    prompt.ready()
    assert prompt.rows[-2] == "interrupted"
    assert prompt.line("1 + 1") == ["2"]
    assert prompt.rows[-3] == "warifu> 1 + 1"


@pytest.mark.parametrize(
    "line",
    [
        " 'begins with a blank'",
        f"label = warifu.SetupCode.parse '{CODE}'",
        f"code {CODE}",
        "x = 'Warifu: 1p1y-sgz0-5bqz-mj2h'",
        f"code warifa:{CODE[7:]}",
        "passphrase = 'correct horse'",
        "warifu.keeping.backup('/nowhere/b', 'correct horse')",
        "warifu.keeping.restore('/nowhere/b', 'correct horse')",
        "x = '-----BEGIN PRIVATE KEY-----'",
        "my_secret = 'correct horse'",
    ],
)
def test_a_line_with_a_secret_or_a_blank_before_it_is_not_kept(
    screen: Callable[..., Shell], tmp_path: Path, line: str
) -> None:
    prompt = screen()
    prompt.line("6 * 7")
    prompt.line(line)
    assert (tmp_path / "state" / "history").read_text() == "6 * 7\n"
    prompt.type("\x1b[A")
    prompt.wait(lambda: prompt.row == "warifu> 6 * 7", "the line before")


def test_the_verbs_that_ask_for_a_passphrase_are_kept(screen: Callable[..., Shell], tmp_path: Path) -> None:
    prompt = screen()
    prompt.line("help backup")
    prompt.line("backup 'a file' --no-such-option")
    assert (tmp_path / "state" / "history").read_text() == "help backup\nbackup 'a file' --no-such-option\n"


def test_a_long_frame_is_no_set_up_code_and_is_kept(screen: Callable[..., Shell], tmp_path: Path) -> None:
    prompt = screen()
    prompt.line(f"decode {GET}{'00' * 40}")
    assert "00" * 40 in (tmp_path / "state" / "history").read_text()
