"""What makes uecho (PyPI) stop listening: frames of Device Authentication, and notifications of strangers."""

import asyncio
from collections.abc import Iterator

import pytest
import warifu
from home import authority, in_loop
from lan import (
    AIRCON,
    GET,
    GET_RES,
    GROUPS,
    HELLO,
    INF,
    NODE,
    OURS,
    PEER,
    ROOM,
    SILENCE_S,
    Bare,
    address,
    device,
    place,
)
from peer import Peer, python_command, running
from warifu import _warifu


@pytest.fixture
def their_device() -> Iterator[Peer]:
    yield from running(*python_command("uecho", "uecho_node.py", "device"))


@pytest.fixture
def their_controller() -> Iterator[Peer]:
    yield from running(*python_command("uecho", "uecho_node.py", "controller"))


@in_loop
async def test_the_arbitrary_format_deafens_it(their_device: Peer) -> None:
    async with Bare() as bare:
        bare.send(GROUPS[4], HELLO)
        bare.ask(GROUPS[4], NODE, GET, (0xD6, b""))
        assert await bare.silence() == []
        bare.ask(address(PEER), NODE, GET, (0xD6, b""))  # unicast is heard in another thread
        await bare.answer(GET_RES)
        bare.send(address(PEER), HELLO)
        bare.ask(address(PEER), NODE, GET, (0xD6, b""))
        assert await bare.silence() == []


@pytest.mark.parametrize("trusted", [False, True], ids=["plain", "identity"])
@in_loop
async def test_a_controller_finds_it_again_and_again(their_device: Peer, trusted: bool) -> None:
    identity = authority().issue("controller") if trusted else None
    async with warifu.Controller(policy="open", identity=identity) as controller:
        for _ in range(3):
            (node,) = await controller.discover(0.5)
            assert (node.address, node.da) == (place(PEER), None)
        assert (await node.get(NODE, 0xD3))[0xD3] == b"\x00\x00\x01"


@in_loop
async def test_a_notification_of_a_stranger_deafens_its_controller_and_ours_is_none(their_controller: Peer) -> None:
    async with Bare() as bare:
        async with device() as ours:
            ours.put(AIRCON, ROOM, b"\x1e")  # right after the start that introduces it
            await their_controller.hear(lambda row: row["seoj"] == AIRCON and row["from"] == address(OURS))
        their_controller.heard.clear()
        bare.send(GROUPS[4], _warifu.frame_compose(1, AIRCON, NODE, INF, [(ROOM, b"\x1e")]))
        async with device():
            await asyncio.sleep(SILENCE_S)
    assert [row for row in their_controller.heard if row["from"] == address(OURS)] == []
