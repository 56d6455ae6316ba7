"""uecho (PyPI) as a controller of our device, on the LAN. It speaks IPv4 only."""

from collections.abc import Iterator

import pytest
import warifu
from home import in_loop
from lan import (
    AIRCON,
    GET,
    GET_RES,
    GET_SNA,
    INF,
    INF_REQ,
    INFC,
    INFC_RES,
    INSTANCE_LIST,
    LIGHT,
    MODE,
    NODE,
    OBJECTS,
    OURS,
    POWER,
    ROOM,
    SET_RES,
    SETC,
    SETC_SNA,
    SETGET,
    SETGET_RES,
    TARGET,
    address,
    device,
)
from peer import Peer, python_command, running

US = address(OURS)


@pytest.fixture(scope="module")
def one_for_all() -> Iterator[Peer]:
    yield from running(*python_command("uecho", "uecho_node.py", "controller"))


@pytest.fixture
def uecho(one_for_all: Peer) -> Peer:
    one_for_all.heard.clear()
    return one_for_all


def is_inf(row: dict, seoj: int, epc: int, value: str) -> bool:
    told = (row["from"], row["esv"], row["seoj"], row["deoj"], row["properties"])
    return told == (US, INF, seoj, NODE, [[epc, value]])


@in_loop
async def test_it_learns_of_us_from_our_start(uecho: Peer) -> None:
    async with device():
        await uecho.hear(lambda row: is_inf(row, NODE, 0xD5, INSTANCE_LIST.hex()))
        assert (await uecho.do("objects"))[US] == [*OBJECTS, NODE]


@in_loop
async def test_its_search_finds_us(uecho: Peer) -> None:
    async with device():
        await uecho.hear(lambda row: row["from"] == US and row["esv"] == INF)
        await uecho.do("search")
        row = await uecho.hear(lambda row: row["from"] == US and row["esv"] == GET_RES)
        assert row["properties"] == [[0xD6, INSTANCE_LIST.hex()]]


@in_loop
async def test_its_reads_are_answered(uecho: Peer) -> None:
    async with device():
        answer = await uecho.do("post", US, AIRCON, GET, [[ROOM, ""], [POWER, ""]], [])
        assert answer[:2] == [GET_RES, [[ROOM, "1d"], [POWER, "31"]]]
        answer = await uecho.do("post", US, AIRCON, GET, [[ROOM, ""], [0xEE, ""]], [])
        assert answer[:2] == [GET_SNA, [[ROOM, "1d"], [0xEE, ""]]]


@in_loop
async def test_its_sets_are_taken_refused_and_heard_of(uecho: Peer) -> None:
    async with device() as ours:
        answer = await uecho.do("post", US, AIRCON, SETC, [[MODE, "43"], [TARGET, "63"]], [])
        assert answer[:2] == [SETC_SNA, [[MODE, ""], [TARGET, "63"]]]
        await uecho.hear(lambda row: is_inf(row, AIRCON, MODE, "43"))
        assert (await uecho.do("post", US, AIRCON, SETC, [[TARGET, "14"]], []))[:2] == [SET_RES, [[TARGET, ""]]]
        assert ours.get_own(AIRCON, TARGET) == b"\x14"


@in_loop
async def test_its_setget_and_infc_are_answered(uecho: Peer) -> None:
    async with device():
        answer = await uecho.do("post", US, AIRCON, SETGET, [[TARGET, "10"]], [TARGET, ROOM])
        assert answer == [SETGET_RES, [], [[TARGET, ""]], [[TARGET, "10"], [ROOM, "1d"]]]
        assert (await uecho.do("post", US, NODE, INFC, [[POWER, "30"]], []))[:2] == [INFC_RES, [[POWER, ""]]]


@in_loop
async def test_its_inf_req_is_answered_to_the_group(uecho: Peer) -> None:
    async with device():
        await uecho.hear(lambda row: row["from"] == US and row["esv"] == INF)
        await uecho.do("post", US, NODE, INF_REQ, [[0xD5, ""]], [])
        await uecho.hear(lambda row: is_inf(row, NODE, 0xD5, INSTANCE_LIST.hex()))


@in_loop
async def test_it_reads_our_short_map_and_half_of_our_long_one(uecho: Peer) -> None:
    async with device():
        short = (await uecho.do("post", US, LIGHT, GET, [[0x9F, ""]], []))[1][0][1]
        assert await uecho.do("map", short) == warifu._warifu.property_map_read(bytes.fromhex(short))
        long = (await uecho.do("post", US, AIRCON, GET, [[0x9F, ""]], []))[1][0][1]
        there = warifu._warifu.property_map_read(bytes.fromhex(long))
        seen = [epc for epc in await uecho.do("map", long) if epc]
        assert sorted(seen) == [epc for epc in there if epc < 0xC0]  # what is above it overlooks


@in_loop
async def test_a_change_of_ours_reaches_it(uecho: Peer) -> None:
    async with device() as ours:
        ours.put(AIRCON, ROOM, b"\x1e")
        await uecho.hear(lambda row: is_inf(row, AIRCON, ROOM, "1e"))
