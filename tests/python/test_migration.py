"""The page for those who come from pychonet: our half of it runs, their half exists."""

import asyncio
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import warifu

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "howto" / "migrate-from-pychonet.md").read_text(encoding="utf-8")
AIRCON, POWER, TARGET, ROOM = 0x013001, 0x80, 0xB3, 0xBB


@pytest.fixture
def room() -> dict[str, Any]:
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.M | re.S)
    names: dict[str, Any] = {}
    exec(block, names)
    return names


def test_the_program_is_whole(room):
    assert asyncio.iscoroutinefunction(room["main"])


async def test_it_reads_sets_and_hears_a_device_in_clear(warifu_home, room, capsys):
    access = "get set inf"
    properties = [warifu.Property(POWER, b"\x30", access), warifu.Property(TARGET, b"\x18", access)]
    objects = [warifu.Object(AIRCON, [*properties, warifu.Property(ROOM, b"\x1d", "get inf")])]
    address = "10.0.0.9"
    async with (
        warifu_home.device(objects, trusted=False, policy="open", address=address) as device,
        warifu_home.controller(trusted=False, policy="mixed", known=[address], address="10.0.0.8") as controller,
    ):
        task = asyncio.create_task(room["use"](controller, address))
        await asyncio.sleep(30)
        assert device.get_own(AIRCON, TARGET) == bytes([26])
        device.put(AIRCON, ROOM, b"\x1c")
        await asyncio.sleep(1)
        task.cancel()
    told = capsys.readouterr().out.splitlines()
    assert told == ["{'operationStatus': 'true', 'roomTemperature': 29}", "{'roomTemperature': 28}"]


async def test_what_is_announced_in_clear_is_not_believed_without_a_word(warifu_home):
    objects = [warifu.Object(AIRCON, [warifu.Property(ROOM, b"\x1d", "get inf")])]
    async with (
        warifu_home.device(objects, trusted=False, policy="open") as device,
        warifu_home.controller(trusted=False) as controller,
    ):
        (node,) = await controller.discover()
        assert await node.object(AIRCON).get("roomTemperature") == 29
        heard = controller.watch()
        device.put(AIRCON, ROOM, b"\x1c")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await anext(heard)


def test_the_version_compared_is_the_one_installed():
    (pinned,) = re.findall(r"^pychonet==(.*)$", (ROOT / "requirements" / "peers.txt").read_text(), flags=re.M)
    assert f"pychonet {pinned}," in PAGE


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("ECHONETAPIClient", ["discover", "configure", "getAllPropertyMaps", "state"]),
        (
            "EchonetInstance",
            [
                *("update", "getMessage", "setMessage", "setMessages", "on", "getGetProperties"),
                *("register_async_update_callbacks", "register_epc_function"),
            ],
        ),
        ("HomeAirConditioner", ["setMode", "setOperationalTemperature"]),
    ],
)
def test_what_the_page_says_of_pychonet_is_there(place, names):
    pychonet = pytest.importorskip("pychonet", reason="pychonet is not installed (requirements/peers.txt)")
    there = getattr(pychonet, place)
    assert place in PAGE
    assert [name for name in names if name not in PAGE or not hasattr(there, name)] == []
    assert hasattr(importlib.import_module("pychonet.echonetapiclient"), "EchonetMaxOpcError")
    assert hasattr(pychonet, "Factory")
