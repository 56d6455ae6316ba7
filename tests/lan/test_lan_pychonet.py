"""pychonet (PyPI) as a controller of our device, on the LAN. It speaks IPv4 only."""

from collections.abc import Iterator

import pytest
from home import in_loop
from lan import (
    AIRCON,
    BARE,
    GROUPS,
    HELLO,
    LIGHT,
    MAPS,
    MODE,
    NAME,
    OURS,
    PEER,
    PLACE,
    POWER,
    READABLE,
    ROOM,
    TARGET,
    Bare,
    address,
    device,
)
from peer import Peer, python_command, running

US = address(OURS)


@pytest.fixture(scope="module")
def pychonet() -> Iterator[Peer]:
    yield from running(*python_command("pychonet", "pychonet_controller.py"))


def parts(eoj: int) -> tuple[int, int, int]:
    return (eoj >> 16, eoj >> 8 & 0xFF, eoj & 0xFF)


@in_loop
async def test_its_search_finds_us(pychonet: Peer) -> None:
    async with device():
        await pychonet.hear(lambda row: row["from"] == US)
        assert US in await pychonet.until(lambda known: US in known, "search", seconds=12)


@in_loop
async def test_it_learns_what_we_are(pychonet: Peer) -> None:
    async with device() as ours:
        found, state = await pychonet.do("discover", US)
        assert found
        assert state["uid"] == ours.number[1:].hex()
        assert {
            group: {kind: [*them] for kind, them in kinds.items()} for group, kinds in state["instances"].items()
        } == {
            "1": {"48": ["1"]},
            "2": {"144": ["1", "2"]},
        }


@in_loop
async def test_it_reads_both_forms_of_our_maps(pychonet: Peer) -> None:
    async with device():
        await pychonet.do("discover", US)
        readable, settable = await pychonet.do("maps", US, *parts(AIRCON))
        assert (sorted(readable), sorted(settable)) == (READABLE, [POWER, PLACE, MODE, TARGET, NAME])
        readable, settable = await pychonet.do("maps", US, *parts(LIGHT))
        assert (sorted(readable), sorted(settable)) == ([POWER, PLACE, 0x82, 0x88, 0x8A, *MAPS], [POWER, PLACE])


@in_loop
async def test_it_reads_two_values_and_many(pychonet: Peer) -> None:
    async with device():
        await pychonet.do("discover", US)
        await pychonet.do("maps", US, *parts(AIRCON))
        assert await pychonet.do("update", US, POWER, ROOM) == {"80": "off", "BB": 29}
        most = [epc for epc in READABLE if epc not in (0x8A, *MAPS)]  # those it decodes twice, and fails
        values = await pychonet.do("update", US, *most)
        assert sorted(int(epc, 16) for epc in values) == most
        assert (values["B0"], values["B3"], values["BB"]) == ("cool", 24, 29)


@in_loop
async def test_its_sets_are_taken_and_refused(pychonet: Peer) -> None:
    async with device() as ours:
        await pychonet.do("discover", US)
        await pychonet.do("maps", US, *parts(AIRCON))
        assert await pychonet.do("mode", US, "heat")
        assert (ours.get_own(AIRCON, MODE), ours.get_own(AIRCON, POWER)) == (b"\x43", b"\x30")
        assert await pychonet.do("set", US, TARGET, 20) is True
        assert await pychonet.do("set", US, TARGET, 99) is False
        assert ours.get_own(AIRCON, TARGET) == b"\x14"


@in_loop
async def test_a_change_of_ours_reaches_it(pychonet: Peer) -> None:
    async with device() as ours:
        await pychonet.do("discover", US)
        await pychonet.do("maps", US, *parts(AIRCON))
        assert await pychonet.do("update", US, ROOM) == 29
        await pychonet.do("listen", US)
        ours.put(AIRCON, ROOM, b"\x1e")
        await pychonet.hear(lambda row: row.get("room") == 30)


@in_loop
async def test_the_arbitrary_format_does_it_no_harm(pychonet: Peer) -> None:
    async with device(), Bare() as bare:
        bare.send(GROUPS[4], HELLO)
        bare.send(address(PEER), HELLO)
        await pychonet.hear(lambda row: row["from"] == address(BARE) and row["datagram"] == HELLO)
        found, _ = await pychonet.do("discover", US)
        assert found
