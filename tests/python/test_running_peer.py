"""Read-only cases against a device that is already running: WARIFU_PEER=address ./dev test running_peer -rP

They ask what a controller has to know of any device, set nothing, and print where the device is not as the
specification has it (docs/explanation/real-devices.md). UDP port 3610 must be free here.
"""

import os

import pytest
import warifu
from home import in_loop
from warifu import _warifu

PORT, NODE, MAPS = 3610, 0x0EF001, (0x9D, 0x9E, 0x9F)
ANSWER_S = 20.0
NOT_THERE = 0xFE  # of the maker's own range: hardly any object has it


def peer() -> str:
    """Its address, with the port."""
    address = os.environ.get("WARIFU_PEER")
    if not address:
        pytest.skip("WARIFU_PEER is not set")
    if address.startswith("["):
        return address
    return f"[{address}]:{PORT}" if address.count(":") > 1 else f"{address.partition(':')[0]}:{PORT}"


async def node_of(controller: warifu.Controller) -> warifu.Node:
    (node,) = await controller.discover(3.0, address=peer())
    return node


async def values_of(node: warifu.Node, eoj: int, *epcs: int) -> dict[int, bytes]:
    """Asked for one by one when asked for together it does not give them all."""
    values = {}
    for group in (epcs, *[(epc,) for epc in epcs]):
        try:
            values |= await node.get(eoj, *group, timeout=ANSWER_S, partial=True)
        except warifu.NoAnswer:
            print(f"{eoj:06X}: no answer to Get {' '.join(f'{epc:02X}' for epc in group)}")
        if values.keys() >= set(epcs):
            break
    return values


@in_loop
async def test_it_says_which_objects_it_has() -> None:
    peer()
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        print(f"objects {' '.join(f'{eoj:06X}' for eoj in node.objects)}, number {node.number and node.number.hex()}")
        assert node.objects
        if node.number is None:
            print("0EF001: no identification number (83)")


@in_loop
async def test_its_node_profile_and_objects_can_be_read() -> None:
    peer()
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        for eoj in (NODE, *node.objects):
            maps = await values_of(node, eoj, *MAPS)
            assert maps.keys() == set(MAPS)
            readable = _warifu.property_map_read(maps[0x9F])
            if len(readable) != maps[0x9F][0]:
                print(f"{eoj:06X}: map 9F says {maps[0x9F][0]} and lists {len(readable)}")
            if not {*MAPS, 0x80, 0x82, 0x8A} <= set(readable):
                print(f"{eoj:06X}: map 9F lacks what every object has")
            values = await values_of(node, eoj, *readable)
            missing = [f"{epc:02X}" for epc in readable if epc not in values]
            if missing:
                print(f"{eoj:06X}: listed in 9F and not given: {' '.join(missing)}")
            assert values


@in_loop
async def test_it_refuses_what_it_does_not_have() -> None:
    peer()
    async with warifu.Controller(policy="open") as controller:
        node = await node_of(controller)
        eoj = node.objects[0]
        if NOT_THERE in _warifu.property_map_read((await values_of(node, eoj, 0x9F))[0x9F]):
            pytest.skip(f"{eoj:06X} has FE")
        with pytest.raises(warifu.Refused) as refused:
            await node.get(eoj, NOT_THERE, 0x80, timeout=ANSWER_S)
        assert refused.value.refused[:1] == (NOT_THERE,)
        if 0x80 not in refused.value.values:
            print(f"{eoj:06X}: a refused property takes the others along")
