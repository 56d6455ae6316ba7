"""How things end: at which line errors come out, what a timeout leaves, how a loop goes with requests under way."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import warifu
from home import free_port, somewhere
from warifu import errors

AIRCON, POWER = 0x013001, 0x80
NOBODY = "10.9.9.9:3610"

PROGRAM = """
import asyncio, sys, warifu
address, port, ending = sys.argv[1:]
nobody = "127.255.255.254:" + port

async def stay(busy):
    async with warifu.Controller(address=address, port=int(port)) as controller:
        stream = controller.watch()
        async with asyncio.TaskGroup() as group:
            group.create_task(controller.request("Get", 0x013001, [0x80], to=nobody))
            group.create_task(controller.discover(60))
            group.create_task(anext(stream))
            await asyncio.sleep(0.1)
            busy.set()
            await asyncio.sleep(60 if ending in ("signal", "loop") else 0)
            if ending == "error":
                raise ZeroDivisionError
            if ending == "close":
                controller.close()

async def main():
    busy = asyncio.Event()
    task = asyncio.create_task(stay(busy))
    await busy.wait()
    print("busy", flush=True)
    if ending != "loop":
        await task

asyncio.run(main())
"""


def aircon() -> warifu.Object:
    return warifu.Object(AIRCON, [warifu.Property(POWER, b"\x30", "get set inf")])


async def pair(device: warifu.Device, controller: warifu.Controller) -> warifu.Peer:
    device.open_window()
    return await controller.pair(device.addresses[0], number=device.number)


def last_line_of_mine(caught: pytest.ExceptionInfo[BaseException]) -> str:
    return str([entry for entry in caught.traceback if Path(entry.path) == Path(__file__)][-1].statement)


async def test_an_error_comes_out_at_the_line_that_awaits_with_its_peer(warifu_home) -> None:
    async with warifu_home.device([aircon()]) as device, warifu_home.controller() as controller:
        peer = await pair(device, controller)
        warifu_home.disconnect(device)
        with pytest.raises(errors.NoAnswer) as caught:
            await peer.get(AIRCON, POWER, timeout=1)  # here
        assert "# here" in last_line_of_mine(caught)
        error = caught.value
        assert isinstance(error, TimeoutError)
        assert (error.peer, error.address, error.code) == (peer, peer.address, errors.NoAnswer.code)
        assert "network" in error.hint


async def test_it_also_comes_out_there_when_the_request_was_made_by_another_task(warifu_home) -> None:
    async def ask() -> None:
        await controller.pair(NOBODY, number=device.number, duration=1)  # asked

    async with warifu_home.device([aircon()]) as device, warifu_home.controller() as controller:
        asking = asyncio.create_task(ask())
        with pytest.raises(errors.NoAnswer) as caught:
            await asking
        assert "# asked" in last_line_of_mine(caught)


async def test_asyncio_timeout_ends_any_call_and_leaves_nothing(warifu_home) -> None:
    async with warifu_home.device([aircon()]) as device, warifu_home.controller() as controller:
        peer = await pair(device, controller)
        warifu_home.disconnect(device)
        calls = [
            lambda: peer.get(AIRCON, "operationStatus"),
            lambda: peer.set(AIRCON, {POWER: b"\x31"}, verify=True),
            lambda: peer.get_many(AIRCON, range(0x80, 0xA0)),
            lambda: controller.pair(device.addresses[0], number=device.number),
            lambda: controller.unpair(peer),
            lambda: controller.discover(60),
            lambda: anext(controller.watch()),
        ]
        for call in calls:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.5):
                    await call()
            assert not isinstance(caught.value, errors.Error)
            assert controller._runtime._calls == {}
        warifu_home.connect(device)
        assert await peer.get(AIRCON, POWER) == {POWER: b"\x30"}


@pytest.mark.parametrize("ending", ["error", "close", "loop", "signal"])
def test_a_loop_goes_cleanly_with_requests_under_way(ending: str) -> None:
    """In development mode any task that is left, any socket that is not closed would be complained about."""
    words = [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM, somewhere(), str(free_port()), ending]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "busy\n"
    start = time.monotonic()
    if ending == "signal":
        process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=30)
    assert time.monotonic() - start < 10
    for word in ("destroyed", "ResourceWarning", "never retrieved", "never awaited", "Exception ignored"):
        assert word not in complaints
    expected = {"error": "ZeroDivisionError", "close": "errors.Closed", "loop": "", "signal": "KeyboardInterrupt"}[
        ending
    ]
    assert complaints.count("Traceback") <= (0 if ending == "loop" else 10)
    assert expected in complaints
    assert (process.returncode == 0) == (ending == "loop")
