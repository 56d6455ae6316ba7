"""warifu.sync over real UDP: the threads of endpoints, and those who wait for them."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import warifu
from home import AIRCON, POWER, TARGET, authority, free_port, open_files, somewhere
from warifu import errors, sync

LATEST_S = 20.0


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No thread and no descriptor; ResourceWarnings are errors anyway."""
    files = open_files()
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "warifu"] == []
    assert open_files() == files


class Home:
    def __init__(self) -> None:
        self.port = free_port()

    def device(self, **options: Any) -> sync.Device:
        properties = [warifu.Property(epc, b"\x30", "get set inf") for epc in (POWER, TARGET)]
        options = {"identity": authority().issue("device"), "address": somewhere(), "answer_delay": 0} | options
        return sync.Device([warifu.Object(AIRCON, properties)], port=self.port, **options)

    def controller(self, **options: Any) -> sync.Controller:
        identity = authority().issue("controller")
        return sync.Controller(identity=identity, address=somewhere(), port=self.port, **options)


@contextlib.contextmanager
def paired(**options: Any) -> Iterator[tuple[sync.Device, sync.Controller, sync.Peer]]:
    home = Home()
    with home.device(**options) as device, home.controller() as controller:
        device.open_window()
        yield device, controller, controller.pair(device.addresses[0], number=device.number)


def eventually(check: Callable[[], bool]) -> None:
    end = time.monotonic() + LATEST_S
    while not check():
        assert time.monotonic() < end
        time.sleep(0.01)


class Aside(threading.Thread):
    """Something that waits in a thread of its own, and what became of it."""

    def __init__(self, what: Callable[[], Any]) -> None:
        super().__init__()
        self.what, self.error, self.result = what, None, None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.what()
        except BaseException as error:
            self.error = error

    def outcome(self) -> Any:
        self.join(LATEST_S)
        assert not self.is_alive()
        if self.error is not None:
            raise self.error
        return self.result


def requests_of(endpoint: Any) -> int:
    return len(endpoint._it._runtime._calls)


def test_it_pairs_sets_and_reads() -> None:
    with paired() as (device, controller, peer):
        peer.object("homeAirConditioner").set("operationStatus", False, verify=True)
        assert device.get_own(AIRCON, "operationStatus") == "false"
        assert [node.number for node in controller.discover(0.5)] == [device.number]


def test_between_calls_notifications_are_heard() -> None:
    with paired() as (device, _, peer), peer.notifications() as heard:
        device.put(AIRCON, POWER, b"\x31")
        time.sleep(0.2)
        assert len(heard._it._items) == 1
        assert next(heard).properties == {POWER: b"\x31"}


def test_several_threads_wait_at_the_same_time() -> None:
    with paired() as (_, _, peer):
        aside = [Aside(lambda: peer.get(AIRCON, POWER)) for _ in range(8)]
        assert [each.outcome() for each in aside] == [{POWER: b"\x30"}] * 8


def test_closing_ends_who_waits_in_another_thread() -> None:
    with paired() as (device, controller, peer):
        device.close()
        waiting, reading = Aside(lambda: peer.get(AIRCON, POWER)), Aside(lambda: list(controller.events()))
        eventually(lambda: requests_of(controller) == 1 and len(controller._it._runtime.streams) == 1)
        controller.close()
        with pytest.raises(errors.Closed):
            waiting.outcome()
        assert reading.outcome() == []
        with pytest.raises(errors.Closed):
            peer.get(AIRCON, POWER)
        assert controller.number == controller._it.number
        controller.close()


def test_whoever_calls_while_it_is_closed_gets_an_answer_or_closed() -> None:
    def ask(controller: sync.Controller, done: threading.Event) -> int:
        count = 0
        while not done.is_set():
            with contextlib.suppress(errors.Closed):
                count += len(controller.counters) > 0
        return count

    for _ in range(20):
        controller, done = Home().controller(), threading.Event()
        with controller:
            aside = [Aside(lambda: ask(controller, done)) for _ in range(3)]  # noqa: B023
            time.sleep(0.01)
        done.set()
        assert all(each.outcome() >= 0 for each in aside)


def test_a_program_that_forgets_to_close_still_ends() -> None:
    program = "import sys; from warifu import sync; sync.Controller(address=sys.argv[1], port=0).__enter__(); print(1)"
    done = subprocess.run([sys.executable, "-c", program, somewhere()], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_an_endpoint_can_be_opened_again_and_not_twice() -> None:
    controller = Home().controller()
    with controller, pytest.raises(RuntimeError, match="open already"):
        controller.__enter__()
    with controller:
        assert controller.peers == []


def test_what_can_not_be_opened_leaves_no_thread() -> None:
    home = Home()
    with home.controller() as first:
        second = sync.Controller(address=first.addresses[0].partition(":")[0], port=home.port)
        with pytest.raises(errors.PortInUse):
            second.__enter__()


def test_ctrl_c_cancels_what_is_waited_for_and_the_endpoint_goes_on() -> None:
    with paired() as (_, controller, peer):
        other = somewhere()
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            controller.request("Get", AIRCON, [POWER], to=f"{other}:{controller.port}", timeout=60)
        timer.join()
        assert requests_of(controller) == 0
        assert peer.get(AIRCON, POWER) == {POWER: b"\x30"}


def test_a_failing_callback_comes_out_and_cancels() -> None:
    home = Home()
    with home.device() as device, home.controller() as controller:
        device.open_window()
        for callbacks in ({"confirm": lambda number: 1 / 0}, {"progress": lambda step: 1 / 0, "number": device.number}):
            with pytest.raises(ZeroDivisionError):
                controller.pair(device.addresses[0], **callbacks)
            assert requests_of(controller) == 0
        assert controller.peers == []


def test_a_question_of_a_coroutine_function_is_refused() -> None:
    async def confirm(number: bytes) -> bool:
        return True

    home = Home()
    with home.device() as device, home.controller() as controller:
        device.open_window()
        with pytest.raises(TypeError, match="plain function"):
            controller.pair(device.addresses[0], confirm=confirm)
        assert requests_of(controller) == 0


def test_a_question_may_take_its_time_while_the_network_goes_on() -> None:
    home = Home()
    with home.device() as device, home.controller() as controller:
        device.open_window()

        def confirm(number: bytes) -> bool:
            return bool(controller.discover(0.3)) and number == device.number

        assert controller.pair(device.addresses[0], confirm=confirm).number == device.number


def test_a_hook_may_put_and_not_wait() -> None:
    told = []

    def on_set(owned: warifu.Object, epc: int, old: bytes, new: bytes) -> None:
        device.put(AIRCON, POWER, b"\x31")
        try:
            device.serve()
        except RuntimeError as error:
            told.append(str(error))

    with paired(on_set=on_set) as (device, _, peer):
        peer.set(AIRCON, {TARGET: b"\x1a"})
        assert device.get_own(AIRCON, POWER) == b"\x31"
    assert told == ["a hook of warifu.sync can't wait: its own event loop would stand still"]


def test_in_a_running_loop_it_says_what_to_do_instead() -> None:
    async def main() -> None:
        for call in (controller.discover, lambda: controller.peers, Home().controller().__enter__):
            with pytest.raises(RuntimeError, match="await the same call of warifu"):
                call()

    with Home().controller() as controller:
        asyncio.run(main())


def test_serving_lasts_until_its_timeout() -> None:
    with Home().device() as device, pytest.raises(TimeoutError):
        device.serve(timeout=0.2)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_is_told_that_the_thread_stayed_behind() -> None:
    with Home().controller() as controller:
        child = os.fork()
        if child == 0:
            try:
                controller.discover()
            except errors.State as error:
                os._exit(0 if "forked" in str(error) else 2)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
