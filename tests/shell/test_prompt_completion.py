"""Tab and hints at the prompt: what they offer comes from the table of verbs and the dictionary."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import Shell

TAB, CTRL_U, LEFT, HOME = "\t", "\x15", "\x1b[D", "\x01"


def complete(prompt: Shell, typed: str, completed: str) -> None:
    """Types something with Tab behind it, and waits until the line is `completed`."""
    prompt.type(CTRL_U + typed + TAB)
    prompt.wait(lambda: prompt.typed == completed, f"{completed!r} for {typed!r}")


def listed(prompt: Shell, typed: str) -> list[str]:
    """The same where it is not certain: the rows that are listed above the line, which stays as it is."""
    before = len(prompt.past) + prompt.screen.cursor.y
    prompt.type(CTRL_U + typed + TAB)
    prompt.wait(
        lambda: len(prompt.past) + prompt.screen.cursor.y > before and prompt.row == f"warifu> {typed}".rstrip(),
        f"the list for {typed!r}",
    )
    return [*prompt.past, *prompt.rows][before:-1]


@pytest.fixture
def plain(screen: Callable[..., Shell]) -> Callable[..., Shell]:
    """Shells without hints, so that what stands on the line was typed or completed."""
    return lambda *words, **options: screen(*words, NO_COLOR="1", **options)


def test_a_verb_is_completed_with_a_blank_behind_it(plain: Callable[..., Shell]) -> None:
    prompt = plain()
    complete(prompt, "disc", "discover")
    assert prompt.screen.cursor.x == len("warifu> discover ")
    complete(prompt, "dis", "discover")


def test_every_verb_is_listed_at_an_empty_line(plain: Callable[..., Shell], run: Callable) -> None:
    prompt = plain(lines=70)
    rows = listed(prompt, "")
    verbs = {row["name"].split()[0] for row in json.loads(run("help", "--json").stdout)["verbs"]}
    assert verbs <= {word for row in rows for word in row.split()}


def test_what_several_have_in_common_is_inserted_before_they_are_listed(plain: Callable[..., Shell]) -> None:
    prompt = plain()
    complete(prompt, "help NO_AN", "help NO_ANSWER")
    complete(prompt, "help CODE_NE", "help CODE_NEEDED")
    complete(prompt, "help STORE_C", "help STORE_COPIED")
    rows = listed(prompt, "help STORE")
    assert {"STORE", "STORE_COPIED", "STORE_LOCKED"} <= {row.split()[0] for row in rows}


def test_options_are_completed_and_explained(plain: Callable[..., Shell]) -> None:
    prompt = plain(columns=100)
    complete(prompt, "code --inv", "code --invert")
    rows = listed(prompt, "code --")
    assert ["--qr", "draws", "it"] in [row.split() for row in rows]
    assert [row.split()[0] for row in rows[:3]] == ["--invert", "--qr", "--show"]  # the verb's own come first
    assert any(row.startswith("--json ") for row in rows[3:])
    complete(prompt, "help --lang j", "help --lang ja")
    complete(prompt, "help --lang=j", "help --lang=ja")


def test_files_are_completed_with_their_blanks_kept_and_folders_left_open(
    plain: Callable[..., Shell], tmp_path: Path
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "label.txt").write_text("")
    (folder / ".hidden").write_text("")
    prompt = plain(columns=200)
    complete(prompt, f"code {tmp_path}/a", rf"code {tmp_path}/a\ folder/")
    complete(prompt, rf"code {tmp_path}/a\ folder/", rf"code {tmp_path}/a\ folder/label.txt")
    complete(prompt, f"code '{tmp_path}/a fo", f"code '{tmp_path}/a folder/")
    complete(prompt, f"code '{tmp_path}/a folder/la", f"code '{tmp_path}/a folder/label.txt'")
    complete(prompt, "code ~/a", "code ~/a\\ folder/")


def test_lua_is_completed_without_calling_anything(plain: Callable[..., Shell], tmp_path: Path) -> None:
    prompt = plain(columns=100)
    complete(prompt, "warifu.codec.unh", "warifu.codec.unhex")
    complete(prompt, "x = string.rep", "x = string.rep")
    prompt.type(CTRL_U)
    prompt.ready()
    prompt.line(f"trap = setmetatable({{}}, {{ __index = function() io.open('{tmp_path}/called', 'w') end }})")
    prompt.type("trap.x" + TAB + CTRL_U)
    prompt.ready()
    assert prompt.line("1 + 1") == ["2"]
    assert not (tmp_path / "called").exists()


def test_tab_indents_lua_that_goes_on(plain: Callable[..., Shell]) -> None:
    prompt = plain()
    prompt.type("for i = 1, 2 do\n" + TAB + "print(i)\n")
    prompt.wait(lambda: prompt.rows[-2:] == ["     >>     print(i)", "     >>"], "the indented line")
    assert prompt.line("end") == ["1", "2"]


def test_tab_completes_in_the_vi_mode_of_editrc_too(plain: Callable[..., Shell], tmp_path: Path) -> None:
    (tmp_path / ".editrc").write_text("bind -v\n")
    prompt = plain()
    complete(prompt, "disc", "discover")
    prompt.type("\x1bI6 * 7 -- \n")
    prompt.wait(lambda: prompt.rows[-2:] == ["42", "warifu>"], "what was typed in front")


def test_nothing_that_fits_leaves_the_line_alone(plain: Callable[..., Shell]) -> None:
    prompt = plain()
    prompt.put("decode 10")
    prompt.type(TAB + "81")
    prompt.wait(lambda: prompt.typed == "decode 1081", "the line")


def test_what_stands_behind_the_cursor_stays(plain: Callable[..., Shell]) -> None:
    prompt = plain()
    prompt.put("disc 5")
    prompt.type(LEFT * 2 + TAB)
    prompt.wait(lambda: prompt.typed == "discover  5", "the verb completed")


# ---- hints ----


def hint(prompt: Shell) -> str:
    """What stands behind the cursor, in the colour of hints."""
    y, x = prompt.screen.cursor.y, prompt.screen.cursor.x
    row = prompt.screen.buffer[y]
    assert all(row[i].fg == "brightblack" for i in range(x, 80) if row[i].data.strip())
    return prompt.screen.display[y][x:].rstrip()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("disc", "over"),
        ("discover", " [SECONDS]"),
        ("discover ", "[SECONDS]"),
        ("discover 5", ""),
        ("decode", " FRAME..."),
        ("decode 10 ", "FRAME..."),
        ("code --q", ""),
        ("help --lang ", "LANG"),
        ("backup --json ", "FILE"),
        ("crl", " take | send | list"),
        ("crl t", "ake"),
        ("x = ", ""),
        ("   ", ""),
    ],
)
def test_a_hint_says_what_may_still_be_typed(screen: Callable[..., Shell], typed: str, shown: str) -> None:
    prompt = screen()
    prompt.type(typed)
    prompt.wait(lambda: prompt.screen.cursor.x == len("warifu> " + typed) and hint(prompt) == shown, f"{shown!r}")


def test_a_hint_goes_when_the_line_does(screen: Callable[..., Shell]) -> None:
    prompt = screen()
    prompt.type("discov")
    prompt.wait(lambda: hint(prompt) == "er", "the hint")
    prompt.type(LEFT)
    prompt.wait(lambda: prompt.row == "warifu> discov", "the line alone")
    prompt.type(CTRL_U)
    prompt.ready()
    assert prompt.line("1 + 1") == ["2"]
    assert "warifu> 1 + 1" in prompt.rows


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_there_are_no_hints_where_colour_is_not_wanted(
    screen: Callable[..., Shell], environment: dict[str, str]
) -> None:
    prompt = screen(**environment)
    prompt.put("discov")
    assert prompt.line("\x7f" * 6 + "1 + 1")[-1] == "2"
    assert b"\x1b[90m" not in prompt.raw


def test_whatever_can_be_known_of_an_argument_is_offered(plain: Callable[..., Shell], run: Callable) -> None:
    prompt = plain(columns=120, lines=100)
    known = {"choice", "file", "object", "policy", "topic", "verb"}
    tried = set()
    for verb in json.loads(run("help", "--json").stdout)["verbs"]:
        first = next(iter(verb["arguments"]), {"complete": "none"})
        if first["complete"] in known - tried:
            tried.add(first["complete"])
            assert listed(prompt, verb["name"] + " "), verb["name"]
    assert {"object", "file", "topic"} <= tried


def test_properties_of_a_class_are_completed_without_a_node(plain: Callable[..., Shell]) -> None:
    prompt = plain(columns=120)
    complete(prompt, "device homeA", "device homeAirConditioner")
    complete(prompt, "device homeAirConditioner roomT", "device homeAirConditioner roomTemperature=")
    complete(prompt, "notify faultS", "notify faultStatus")
