"""What happens while a line is typed: it is told above the line, which stays as it is.

Two shells talk to each other, one with a device of its own, both at their prompts.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from terminal import Shell

CTRL_C, CTRL_U, LEFT, TAB = "\x03", "\x15", "\x1b[D", "\t"


@dataclass
class Pair:
    """A shell with a controller, a shell with an air conditioner, and where that is."""

    controller: Shell
    device: Shell
    address: str
    code: Path

    def warm(self, degrees: int) -> None:
        """The room gets so warm, of which the device tells its peers."""
        self.device.line(f'aircon:put("roomTemperature", {degrees})')

    def join(self) -> None:
        self.controller.line(f"pair {self.address} --code {self.code}")
        assert any(row.startswith("paired with") for row in self.controller.text.splitlines())
        self.controller.line(f"get {self.address} operationMode")


@pytest.fixture
def two(screen: Callable[..., Shell], tmp_path: Path, free_port: int) -> Callable[..., Pair]:
    """Two shells; options are those of the first one's terminal."""

    def start(*words: str, **options: object) -> Pair:
        net = f"127.{random.randint(1, 254)}.{random.randint(0, 254)}."
        code = tmp_path / "code"
        device = screen("--state", str(tmp_path / "other"), columns=200)
        device.line(
            'aircon = keep(assert(warifu.virtual.device { class = "homeAirConditioner", tick = false, window = 300, '
            f'values = {{ roomTemperature = 20 }}, code = "{code}", address = "{net}2", port = {free_port} }}))'
        )
        where = ("--address", f"{net}1", "--port", str(free_port), "--search", "0.3", "--timeout", "5")
        return Pair(screen(*where, *words, **options), device, f"{net}2:{free_port}", code)

    return start


def told(shell: Shell, text: str) -> Callable[[], bool]:
    """Is this shown, be it over two rows?"""
    return lambda: text in shell.text.replace("\n", "")


def test_a_notification_stands_above_the_half_typed_line_and_the_cursor_stays(two: Callable[..., Pair]) -> None:
    pair = two(NO_COLOR="1")
    pair.join()
    prompt = pair.controller
    prompt.put('"half 温度')
    prompt.type(LEFT)
    before = len('warifu> "half ') + 2
    prompt.wait(lambda: prompt.screen.cursor.x == before, "the cursor before the last character")
    pair.warm(25)
    prompt.wait(told(prompt, "roomTemperature 25"), "the notification")
    prompt.wait(lambda: prompt.row == 'warifu> "half 温度' and prompt.screen.cursor.x == before, "the line as it was")
    assert "roomTemperature 25" in prompt.rows[-2]
    prompt.type("x")
    prompt.wait(lambda: prompt.row == 'warifu> "half 温x度', "what is typed next")


def test_a_line_of_several_rows_comes_back_as_it_was(two: Callable[..., Pair]) -> None:
    pair = two(columns=40)
    pair.join()
    prompt = pair.controller
    long = '"' + "温度" * 20
    prompt.type(long)
    prompt.wait(lambda: prompt.rows[-1].endswith("温度"), "the typed line")
    rows = prompt.rows[-3:]
    prompt.type(LEFT * 30)
    place = len('warifu> "') + 2 * 10
    prompt.wait(lambda: prompt.screen.cursor.x == place, "the cursor two rows further up")
    pair.warm(25)
    prompt.wait(told(prompt, "roomTemperature 25"), "the notification")
    prompt.wait(lambda: prompt.rows[-3:] == rows and prompt.screen.cursor.x == place, "the line as it was")
    assert sum(row.startswith('warifu> "温') for row in prompt.text.splitlines()) == 1


def test_notifications_in_a_search_and_in_lua_that_goes_on_tear_nothing(two: Callable[..., Pair]) -> None:
    pair = two(NO_COLOR="1")
    pair.join()
    prompt = pair.controller
    prompt.line("6 * 7")
    prompt.type("\x126 *")
    prompt.wait(lambda: "warifu> 6 * 7" in prompt.rows[-2:], "the line that was found")
    pair.warm(25)
    prompt.wait(told(prompt, "roomTemperature 25"), "the notification")
    assert prompt.line("")[-1] == "42"
    prompt.type("for i = 1, 2 do\n")
    prompt.wait(lambda: prompt.row.strip() == ">>", "the second prompt")
    pair.warm(26)
    prompt.wait(told(prompt, "roomTemperature 26"), "the notification")
    assert prompt.line("print(i) end")[-2:] == ["1", "2"]


def test_a_pairing_that_ends_and_a_refusal_are_told(two: Callable[..., Pair]) -> None:
    pair = two()
    pair.join()
    pair.device.put("half")
    pair.controller.line(f"unpair {pair.address}")
    pair.device.wait(told(pair.device, "unpaired"), "the end of the pairing")
    assert pair.device.row == "warifu> half"
    pair.controller.line(f"set {pair.address} operationMode=cooling")
    pair.device.wait(told(pair.device, "POLICY"), "the refusal")
    pair.device.wait(lambda: pair.device.row == "warifu> half", "the half-typed line")


def test_a_flood_of_what_anybody_may_send_does_not_flood_the_screen(two: Callable[..., Pair]) -> None:
    pair = two()
    pair.device.put("half")
    frame = "1081000105FF010130016101800131"
    pair.controller.line(f"for i = 1, 60 do home:send_raw('{pair.address}', warifu.codec.unhex '{frame}') end")
    pair.device.wait(told(pair.device, "there is more than is shown here"), "the end of what is told")
    pair.device.wait(lambda: pair.device.row == "warifu> half", "the half-typed line")
    assert 1 <= sum("POLICY" in row for row in pair.device.text.splitlines()) <= 20


def test_a_window_counts_down_while_it_is_open(two: Callable[..., Pair]) -> None:
    device = two().device
    device.line("aircon.node:close_window()")
    device.line("aircon.node:open_window(31)")
    device.wait(told(device, "the pairing window is open for 30 s more"), "the countdown")
    device.line("aircon.node:close_window()")
    device.wait(told(device, "window closed"), "the end of the window")


def test_what_a_hook_prints_stands_above_the_line(two: Callable[..., Pair]) -> None:
    pair = two()
    pair.device.line(
        "aircon:fault { silent = true } aircon.node:after(0.1, function() print('rung', 1) error('broken') end)"
    )
    pair.device.type("half")
    pair.device.wait(told(pair.device, "rung\t1".expandtabs()), "what the hook printed")
    pair.device.wait(told(pair.device, "broken"), "what it raised")
    pair.device.wait(lambda: pair.device.row == "warifu> half", "the half-typed line")


def test_ctrl_c_cancels_a_request_and_the_prompt_goes_on(two: Callable[..., Pair]) -> None:
    pair = two()
    pair.join()
    pair.device.line("aircon:fault { silent = true }")
    pair.controller.type(f"get {pair.address} operationMode --timeout 3600\n")
    pair.controller.wait(lambda: pair.controller.screen.cursor.x == 0, "the request")
    pair.controller.type(CTRL_C)
    pair.controller.ready()
    assert pair.controller.rows[-2].endswith("interrupted")
    assert pair.controller.line("1 + 1") == ["2"]


# ---- completion of what is there ----


def completed(prompt: Shell, typed: str, whole: str) -> None:
    prompt.type(CTRL_U + typed + TAB)
    prompt.wait(lambda: prompt.typed == whole, f"{whole!r} for {typed!r}")


def test_nodes_objects_properties_and_states_are_completed(two: Callable[..., Pair]) -> None:
    pair = two(NO_COLOR="1", columns=100)
    pair.join()
    pair.controller.line("discover 0.3")
    prompt, address = pair.controller, pair.address
    completed(prompt, "get homeA", "get homeAirConditioner")
    completed(prompt, f"get {address[:4]}", f"get {address}")
    completed(prompt, f"get {address}/", f"get {address}/homeAirConditioner")
    completed(prompt, "get homeAirConditioner operationM", "get homeAirConditioner operationMode")
    completed(prompt, f"set {address} operationMode=deh", f"set {address} operationMode=dehumidification")
    completed(prompt, f"wait-for {address} roomT", f"wait-for {address} roomTemperature")
    assert prompt.screen.cursor.x == len(prompt.row)  # for what it shall be
    prompt.type(CTRL_U + f"set {address} roomT" + TAB + "!")
    prompt.wait(lambda: prompt.typed == f"set {address} roomT!", "no completion of what can't be set")
    completed(prompt, f"set {address} operationStatus=of", f"set {address} operationStatus=off")
    prompt.type(CTRL_U + f"set {address} operationMode=" + TAB)
    prompt.wait(lambda: prompt.rows[-2].split() == ["other", "Other"], "the list of states")


def test_names_in_japanese_are_completed_where_the_language_is(two: Callable[..., Pair]) -> None:
    pair = two("--lang", "ja", NO_COLOR="1")
    pair.join()
    prompt = pair.controller
    completed(prompt, f"get {pair.address} 運転モ", f"get {pair.address} 運転モード設定")
    assert prompt.line("")[-1] == "運転モード設定 (operationMode): 冷房 (cooling)"
    completed(prompt, f"set {pair.address} 運転モード設定=冷", f"set {pair.address} 運転モード設定=冷房")


def test_a_hint_says_what_a_property_may_be_set_to(two: Callable[..., Pair]) -> None:
    pair = two(columns=120)
    pair.join()
    prompt = pair.controller
    prompt.type(f"set {pair.address} targetTemperature=")
    prompt.wait(lambda: prompt.row.endswith("targetTemperature=0 to 50 Celsius"), "the range")
    prompt.type(CTRL_U + f"set {pair.address} operationMode=")
    prompt.wait(lambda: "operationMode=auto | cooling | heating" in prompt.row, "the states")


def test_a_pairing_goes_on_in_one_line_and_where_it_stopped_is_seen(two: Callable[..., Pair]) -> None:
    pair = two(columns=120)
    prompt = pair.controller
    pair.join()
    assert b"4/5 keys are agreed" in prompt.raw
    assert "/5 " not in prompt.text
    pair.device.line("aircon:fault { silent = true }")
    prompt.line(f"unpair {pair.address}")
    prompt.type(f"pair {pair.address} --code {pair.code}\n")
    prompt.wait(lambda: prompt.rows[-1].startswith("1/5 asking the device"), "the first step")
    prompt.type(CTRL_C)
    prompt.ready()
    assert prompt.rows[-3].startswith("1/5 asking the device")
    assert prompt.rows[-2] == "interrupted"


def test_a_terminal_that_knows_no_escapes_gets_a_line_for_each_step(two: Callable[..., Pair]) -> None:
    pair = two(columns=120, TERM="dumb")
    pair.join()
    assert [row[:3] for row in pair.controller.text.splitlines() if "/5 " in row] == [f"{i}/5" for i in range(1, 6)]
    assert b"\x1b" not in pair.controller.raw
