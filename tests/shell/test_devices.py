"""The verbs `device` and `sim up`: virtual devices over real UDP, as somebody at two terminals would use them."""

import json
import queue
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminal import Shell

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20

# Pairs with the device at 127.0.0.11 by its code, and does something to it.
CONTROLLER = """
local address, file, action = ...
local identity = assert(assert(warifu.Authority.create "Somebody"):issue "controller")
local port = tonumber(address:match ":(%d+)$")
local controller <close> = assert(warifu.Controller { identity = identity, address = "127.0.0.1", port = port })
local peer = assert(controller:pair(address, { code = assert(warifu.SetupCode.load(file)) }))
local result, message, code = load(action, "action", "t", setmetatable({ peer = peer }, { __index = _G }))()
print(result == nil and code or result)
"""


class Running:
    """A verb that runs, its results as JSON."""

    def __init__(self, command: list[str | Path]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        self.seen: list[dict] = []
        self.lines: queue.Queue[str] = queue.Queue()
        self.said: tuple[int, str] | None = None
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def wait_for(self, event: str, **fields: object) -> dict:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                self.seen.append(json.loads(self.lines.get(timeout=1)))
            except queue.Empty:
                continue
            if self.seen[-1]["event"] == event and fields.items() <= self.seen[-1].items():
                return self.seen[-1]
        raise AssertionError(f"no {event} {fields} in {self.seen}")

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")

    def end(self) -> tuple[int, str]:
        """Ctrl-C; the status, and what it said on the standard error."""
        self.process.send_signal(signal.SIGINT)
        return self.left()

    def left(self) -> tuple[int, str]:
        """The same once it has ended by itself."""
        if self.said is None:
            status = self.process.wait(timeout=SECONDS)
            self.reader.join(timeout=SECONDS)
            streams = [self.process.stdin, self.process.stdout, self.process.stderr]
            self.said = status, "".join(self.process.stderr or [])
            for stream in filter(None, streams):
                stream.close()
        return self.said


Start = Callable[..., Running]


@pytest.fixture
def start(shell: Path, tmp_path: Path, free_port: int) -> Iterator[Start]:
    running: list[Running] = []

    def go(*words: str | Path) -> Running:
        command = [shell, "--state", tmp_path / "state", "--port", str(free_port), "--json", *words]
        running.append(Running(command))
        return running[-1]

    yield go
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
        one.left()


@pytest.fixture
def control(run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> Callable[[dict, str], str]:
    """Pairs with a device that has said that it is ready; gives what came of a Lua action with `peer`."""
    script = tmp_path / "controller.lua"
    script.write_text(CONTROLLER, encoding="utf-8")

    def go(ready: dict, action: str) -> str:
        done = run(str(script), ready["address"], ready["code_file"], action)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return go


def answer_of(address: str, port: int) -> bytes | None:
    """What a node answers to a question for its instances, within a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.bind(("127.0.0.1", port))
        asker.settimeout(1)
        asker.sendto(bytes.fromhex("1081000105FF010EF0016201D600"), (address, port))
        try:
            return asker.recv(1500)
        except TimeoutError:
            return None


def test_a_device_pairs_by_the_code_in_its_file_and_tells_what_is_set(
    start: Start, control: Callable[[dict, str], str]
) -> None:
    device = start("device", "aircon", "roomTemperature=30", "--window", "120")
    ready = device.wait_for("ready")
    assert ready["objects"] == ["013001"]
    assert len(ready["number"]) == 34
    assert device.wait_for("window")["left"] == 120
    assert control(ready, 'return peer:get("013001", "roomTemperature").roomTemperature') == "30"
    assert len(device.wait_for("paired")["by"]) == 34
    assert device.wait_for("window", left=0)
    status, _ = device.end()
    assert status == 0


def test_every_set_from_a_controller_is_told_with_its_name_and_value(
    start: Start, control: Callable[[dict, str], str]
) -> None:
    device = start("device", "electricLock", "--window", "120")
    ready = device.wait_for("ready")
    assert control(ready, 'return peer:set("026F01", { mainElectricLock = false })') == "true"
    told = device.wait_for("set")
    assert (told["object"], told["epc"], told["property"], told["value"]) == ("026F01", "E0", "mainElectricLock", False)
    assert len(told["by"]) == 34


def test_number_and_code_are_kept_from_start_to_start(start: Start) -> None:
    first = start("device", "electricLock", "--name", "door")
    ready = first.wait_for("ready")
    text = Path(ready["code_file"]).read_text(encoding="utf-8")
    assert first.end()[0] == 0
    again = start("device", "electricLock", "--name", "door").wait_for("ready")
    assert again["number"] == ready["number"]
    assert again["code_file"] == ready["code_file"]
    assert Path(again["code_file"]).read_text(encoding="utf-8") == text
    assert Path(ready["code_file"]).stat().st_mode & 0o077 == 0


def test_what_is_typed_is_done_while_it_runs(start: Start, control: Callable[[dict, str], str]) -> None:
    device = start("device", "aircon")
    ready = device.wait_for("ready")
    device.type("window 60")
    device.wait_for("window", left=60)
    device.type("set targetTemperature=21")
    device.wait_for("answer", text="set")
    assert control(ready, 'return peer:get("013001", "targetTemperature").targetTemperature') == "21"
    device.type("show")
    assert "targetTemperature: 21 Celsius" in device.wait_for("answer")["text"]
    device.type("fault loss=0.5 delay=1")
    assert device.wait_for("answer")["text"] == "faults: loss=0.5 delay=1-1"
    device.type("fault none")
    assert device.wait_for("answer")["text"] == "faults: none"
    device.type("set targetTemperature=99")
    device.type("jump")
    device.type("quit")
    status, said = device.left()
    assert status == 0
    objects = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [row["error"] for row in objects if "error" in row] == ["WRONG_VALUE", "ARGUMENT"]


def test_a_silent_device_answers_nobody_until_it_is_told_to(start: Start, free_port: int) -> None:
    device = start("device", "generalLighting", "--fault", "silent")
    device.wait_for("ready")
    assert answer_of("127.0.0.11", free_port) is None
    device.type("fault silent=off")
    device.wait_for("answer")
    answer = answer_of("127.0.0.11", free_port)
    assert answer is not None
    assert answer.endswith(b"\x01\x02\x90\x01")  # its instances: one light


def test_a_second_device_takes_the_next_address_and_another_name_is_another_device(start: Start) -> None:
    first = start("device", "electricLock").wait_for("ready")
    second = start("device", "electricLock", "--name", "back door").wait_for("ready")
    assert first["address"].startswith("127.0.0.11:")
    assert second["address"].startswith("127.0.0.12:")
    assert first["number"] != second["number"]
    status, said = start("device", "electricLock").left()
    assert (status, "STORE_LOCKED" in said) == (9, True)


def test_wrong_words_are_refused_with_their_reason(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    for words, reason in [
        (["toaster"], "no object 'toaster'"),
        (["nodeProfile"], "no class of devices"),
        (["aircon", "targetTemperature=99"], "0 to 50 Celsius"),
        (["aircon", "targetTemperature"], "no PROPERTY=VALUE"),
        (["aircon", "--fault", "fire"], "no fault 'fire'"),
        (["light", "--window", "901"], "1 to 900 seconds"),
    ]:
        done = run("device", *words)
        assert done.returncode in (3, 8), done.stderr
        assert reason in done.stderr


def test_without_a_class_the_classes_are_listed(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    listed = json.loads(run("--json", "device").stdout)
    assert len(listed) == 55
    assert [row["class"] for row in listed if row["behaves"]] == [
        "homeAirConditioner", "electricWaterHeater", "electricLock", "pvPowerGeneration", "storageBattery",
        "lvSmartElectricEnergyMeter", "generalLighting", "evCharger",
    ]  # fmt: skip
    assert "家庭用エアコン" in run("device", "--lang", "ja").stdout


def test_a_home_from_a_file_is_found_by_discovery_and_each_device_pairs_by_its_own_code(
    start: Start, control: Callable[[dict, str], str], shell: Path, tmp_path: Path, free_port: int
) -> None:
    home = start("sim", "up", ROOT / "examples" / "home.lua", "--window", "120", "--speed", "60")
    ready = {}
    while len(ready) < 10:
        row = home.wait_for("ready")
        ready[row["device"]] = row
    start_words = ["--state", tmp_path / "other", "--port", str(free_port), "--address", "127.0.0.1", "--json"]
    found = subprocess.run(
        [shell, *start_words, "discover"],
        capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip
    for row in ready.values():
        if row["device"] != "thermometer":  # that loses a tenth of all
            assert row["number"] in found.stdout
    assert control(ready["meter"], 'return peer:get("028801", "unitForCumulativeElectricEnergy") ~= nil') == "true"
    assert control(ready["lock"], 'return peer:set("026F01", { mainElectricLock = false })') == "true"
    assert home.wait_for("set")["device"] == "lock"
    home.type("battery show")
    assert "actualOperationMode" in home.wait_for("answer")["text"]
    home.type("show")
    assert "roof 027901" in home.wait_for("answer")["text"]


def test_together_a_home_is_one_node(start: Start) -> None:
    home = start("--address", "127.0.0.61", "sim", "up", ROOT / "examples" / "home.lua", "--together")
    ready = home.wait_for("ready")
    assert ready["address"].startswith("127.0.0.61")
    assert len(ready["objects"]) == 10


def test_on_an_interface_a_device_has_its_port_on_all_addresses(start: Start, free_port: int) -> None:
    device = start("--interface", "lo", "device", "electricLock")
    assert device.wait_for("ready")["address"].startswith("lo")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.99", free_port))


def test_one_address_for_several_nodes_is_refused(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run("--address", "127.0.0.61", "sim", "up", str(ROOT / "examples" / "home.lua"))
    assert done.returncode == 3
    assert "--together" in done.stderr


def test_a_file_that_gives_no_home_is_refused(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    for text in ["return 1", "return {", "return { devices = 1 }"]:
        file = tmp_path / "wrong.lua"
        file.write_text(text, encoding="utf-8")
        assert run("sim", "up", str(file)).returncode == 3
    assert run("sim", "up", "nowhere.lua").returncode == 3


def test_the_scripts_of_the_how_to_do_what_it_says(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "howto" / "virtual-devices.md").read_text(encoding="utf-8")
    scripts = re.findall(r"```lua\n(.*?)```", page, re.S)
    said = []
    for text in scripts:
        script = tmp_path / "script.lua"
        script.write_text(text.replace("window = 180 }", "window = 180, speed = 30 }"), encoding="utf-8")
        said.append(run(str(script)).stdout)
    assert said == ["the door locked itself again\n", "24\n", "true\t0.002\tkWh\n"]


def shell_lines(readme: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return re.findall(r"^    warifu> (.*)$", text, re.M)


def test_the_shell_lines_of_the_readmes_do_what_they_say(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, free_port: int
) -> None:
    lines = shell_lines("README.md")
    assert lines == shell_lines("README.ja.md")
    text = "\n".join([lines[0] + " --speed 15", *lines[1:]]) + "\n"
    done = run("--port", str(free_port), "-", text=text.replace("~/.local/state", str(tmp_path)))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("set\nmainElectricLock: true (Lock)\nended\n")


def test_it_ends_by_itself_after_so_many_seconds(start: Start) -> None:
    device = start("device", "electricLock", "--for", "1")
    assert device.left()[0] == 0


def test_a_virtual_device_runs_at_the_prompt_until_ctrl_c(screen: Callable[..., Shell], free_port: int) -> None:
    shell = screen("--port", str(free_port), lines=40)
    shell.type("device lock --window 60\n")
    shell.wait(lambda: any("window open for 60 s" in row for row in shell.rows), "the window")
    shell.type("show\n")
    shell.wait(lambda: any("mainElectricLock: true" in row for row in shell.rows), "its state")
    shell.type("\x03")
    shell.ready()


def test_in_the_background_a_home_works_while_verbs_of_the_same_shell_run(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, free_port: int
) -> None:
    code = tmp_path / "warifu" / "devices" / "lock" / "setup-code"
    lines = [
        f"sim up {ROOT}/examples/home.lua --background --window 120",
        f"pair lock --code {code}",
        "set lock mainElectricLock=unlock --verify",
        "sim do lock show",
        "sim do car set plugged=no",
        "sim down",
        "sim do lock show",
    ]
    done = run("--port", str(free_port), "-", text="\n".join(lines) + "\n")
    assert done.returncode == 2, done.stderr
    assert "paired with" in done.stdout
    assert "mainElectricLock: false" in done.stdout
    assert done.stdout.endswith("set\nended\n")
    assert "there are no virtual devices here" in done.stderr


def test_several_devices_in_the_background_are_told_apart_by_their_names(
    run: Callable[..., subprocess.CompletedProcess[str]], free_port: int
) -> None:
    lines = [
        "device lock --background", "device aircon --name cooler --background", "discover 2", "sim do show",
        "sim do cooler set targetTemperature=20", "sim do cooler show", "sim do set targetTemperature=20",
    ]  # fmt: skip
    done = run("--port", str(free_port), "-", text="\n".join(lines) + "\n")
    assert "127.0.0.11" in done.stdout
    assert "127.0.0.12" in done.stdout
    assert "electricLock 026F01, 0 W\ncooler 013001" in done.stdout
    assert "targetTemperature: 20 Celsius" in done.stdout
    assert "which device: electricLock, cooler?" in done.stderr


def test_at_the_prompt_devices_in_the_background_work_and_tell(
    screen: Callable[..., Shell], tmp_path: Path, free_port: int
) -> None:
    shell = screen("--port", str(free_port), lines=60, columns=140)
    shell.line("device lock --background --window 60")
    code = tmp_path / "state" / "devices" / "electricLock" / "setup-code"
    assert any("paired with" in row for row in shell.line(f"pair lock --code {code}"))
    assert "set" in shell.line("set lock mainElectricLock=unlock")
    shell.wait(lambda: any("mainElectricLock set to false" in row for row in shell.rows), "the set, told")
    shell.type("print 'now' verb('watch')\n")
    shell.wait(lambda: "now" in shell.rows, "the watching")
    shell.type("\x03")
    shell.wait(lambda: shell.rows[-2].endswith("interrupted"), "its end")
    shell.ready()
    assert shell.line("sim do show")[0].startswith("electricLock 026F01")
    assert shell.line("sim down") == ["ended"]
