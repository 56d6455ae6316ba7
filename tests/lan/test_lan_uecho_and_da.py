"""What Device Authentication does to uecho (PyPI), which stops listening at the first frame that it can't read."""

from collections.abc import Iterator

import pytest
import warifu
from home import authority, in_loop
from lan import GET, GET_RES, GROUPS, NODE, PEER, Bare, address, place
from peer import Peer, python_command, running

HELLO = "10820001" + "10" + "0000000000"


@pytest.fixture(autouse=True)
def uecho() -> Iterator[Peer]:
    """A new one for each test."""
    yield from running(*python_command("uecho", "uecho_node.py", "device"))


@in_loop
async def test_the_arbitrary_format_deafens_it() -> None:
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
async def test_a_controller_without_an_identity_finds_it_again_and_again() -> None:
    async with warifu.Controller(policy="open") as controller:
        for _ in range(2):
            assert [node.address for node in await controller.discover(0.5)] == [place(PEER)]


@in_loop
async def test_a_controller_with_an_identity_finds_it_once_and_then_by_its_address() -> None:
    async with warifu.Controller(policy="open", identity=authority().issue("controller")) as controller:
        assert [node.address for node in await controller.discover(0.5)] == [place(PEER)]
        assert await controller.discover(0.5) == []
        node = warifu.Node(controller, place(PEER), None, [], None)
        assert (await node.get(NODE, 0xD3))[0xD3] == b"\x00\x00\x01"
