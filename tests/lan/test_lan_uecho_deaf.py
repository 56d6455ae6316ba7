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


@in_loop
async def test_a_controller_without_an_identity_finds_it_again_and_again(their_device: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        for _ in range(2):
            assert [node.address for node in await controller.discover(0.5)] == [place(PEER)]


@in_loop
async def test_a_controller_with_an_identity_finds_it_once_and_then_by_its_address(their_device: Peer) -> None:
    async with warifu.Controller(policy="open", identity=authority().issue("controller")) as controller:
        assert [node.address for node in await controller.discover(0.5)] == [place(PEER)]
        assert await controller.discover(0.5) == []
        node = warifu.Node(controller, place(PEER), None, [], None)
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
