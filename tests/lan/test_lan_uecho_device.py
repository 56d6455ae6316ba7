"""uecho (PyPI) as a device of our controller, on the LAN. It speaks IPv4 only."""

from collections.abc import Iterator

import pytest
import warifu
from home import in_loop
from lan import (
    AIRCON,
    GET,
    GET_RES,
    INF_REQ,
    INF_SNA,
    INFC,
    MODE,
    NODE,
    PEER,
    POWER,
    ROOM,
    SETC,
    SETGET,
    SETI_SNA,
    TARGET,
    Bare,
    address,
    place,
)
from peer import Peer, python_command, running


@pytest.fixture(scope="module")
def uecho() -> Iterator[Peer]:
    yield from running(*python_command("uecho", "uecho_node.py", "device"))


async def node_of(controller: warifu.Controller) -> warifu.Node:
    (node,) = await controller.discover(0.5, address=place(PEER))
    return node


@in_loop
async def test_it_is_found(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        (node,) = await controller.discover(1.0)
        assert (node.address, node.objects) == (place(PEER), [AIRCON])
        assert node.number is not None
        assert node.number[:4] == b"\xfe\x00\x00\x00"


@in_loop
async def test_one_and_several_values_are_read(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        assert await node.get(AIRCON, ROOM) == {ROOM: b"\x1d"}
        assert list((await node.get(AIRCON, ROOM, MODE, 0x82)).items()) == [
            (ROOM, b"\x1d"),
            (MODE, b"\x42"),
            (0x82, b"\x00\x00\x52\x00"),
        ]


@in_loop
async def test_a_property_without_a_value_is_read_as_empty(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        (answer,) = await controller.request("Get", AIRCON, [0x84], to=place(PEER))
        assert (answer.service, answer.properties) == ("Get_Res", ((0x84, b""),))
        node = await node_of(controller)
        assert await node.get(AIRCON, 0x84, ROOM) == {0x84: b"", ROOM: b"\x1d"}


@in_loop
async def test_a_set_is_read_back(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        for mode in (b"\x43", b"\x42"):
            await node.set(AIRCON, {MODE: mode, POWER: b"\x30"}, verify=True)


@in_loop
async def test_a_set_is_refused_with_the_esv_of_seti(uecho: Peer) -> None:
    async with Bare() as bare:
        bare.ask(address(PEER), AIRCON, SETC, (TARGET, b"\x63"))
        assert list((await bare.answer(SETI_SNA)).properties) == [(TARGET, b"\x63")]
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        with pytest.raises(warifu.Refused) as refused:
            await node.set(AIRCON, {TARGET: b"\x63", MODE: b"\x42"})
        assert refused.value.refused == (TARGET,)


@in_loop
async def test_a_refusal_that_names_nothing_counts_for_all(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        with pytest.raises(warifu.Refused) as refused:
            await node.set(AIRCON, {0xF1: b"\x01", MODE: b"\x42"})  # it echoes no EDT for what it does not have
        assert refused.value.refused == (0xF1, MODE)


@in_loop
async def test_a_read_is_refused_in_part(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        with pytest.raises(warifu.Refused) as refused:
            await node.get(AIRCON, ROOM, 0xF1)
        assert (refused.value.refused, refused.value.values) == ((0xF1,), {ROOM: b"\x1d"})


@in_loop
async def test_the_bits_of_its_long_map_count_and_not_its_number(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        maps = await node.get(AIRCON, 0x9D, 0x9F)
        readable = warifu._warifu.property_map_read(maps[0x9F])
        assert maps[0x9F][0] == 16  # it says so always, and leaves out what is above BF
        assert len(readable) > 16
        assert {POWER, MODE, TARGET, ROOM, 0x9F} <= set(readable)
        assert max(readable) < 0xC0
        assert warifu._warifu.property_map_read(maps[0x9D]) == [0x80, 0x81, 0x88, 0x8F, 0xA0, 0xB0]


@in_loop
async def test_its_notification_is_heard(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        heard = controller.watch()
        await uecho.do("announce", AIRCON, MODE)  # by hand: it announces neither its start nor what was set
        told = await anext(heard)
        assert (told.address, told.eoj, told.properties) == (place(PEER), AIRCON, {MODE: b"\x42"})


@in_loop
async def test_setget_is_one_message(uecho: Peer) -> None:
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        uecho.heard.clear()
        assert await node.set_get(AIRCON, {TARGET: b"\x15"}, TARGET, ROOM) == {TARGET: b"\x15", ROOM: b"\x1d"}
        await uecho.hear(lambda row: row["esv"] == SETGET)  # its word may come after its answer
        assert [row["esv"] for row in uecho.heard if row["esv"] in (SETC, SETGET)] == []


@in_loop
async def test_inf_req_is_refused_and_infc_and_instance_0_meet_silence(uecho: Peer) -> None:
    async with Bare() as bare:
        bare.ask(address(PEER), NODE, INF_REQ, (0xD5, b""))
        assert list((await bare.answer(INF_SNA)).properties) == [(0xD5, b"")]
        bare.ask(address(PEER), NODE, INFC, (POWER, b"\x30"))
        bare.ask(address(PEER), NODE & 0xFFFF00, GET, (0xD6, b""))
        bare.ask(address(PEER), AIRCON & 0xFFFF00, GET, (POWER, b""))
        bare.ask(address(PEER), AIRCON, 0x66, (POWER, b""))
        assert await bare.silence() == []


@in_loop
async def test_it_answers_to_the_port_that_asked(uecho: Peer) -> None:
    async with Bare() as bare:
        bare.ask(address(PEER), AIRCON, GET, (ROOM, b""), port="other")
        assert dict((await bare.answer(GET_RES, where="other")).properties) == {ROOM: b"\x1d"}
