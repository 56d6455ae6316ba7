"""What the checkers must make of a program of a user's: mypy and pyright look at it, nobody runs it."""

from collections.abc import Mapping
from typing import Any, assert_type

import warifu
from warifu import sync
from warifu.sync.testing import Home as WaitingHome
from warifu.testing import Home


async def with_asyncio(home: Home) -> None:
    async with home.controller() as controller, home.device([]) as device:
        assert_type(controller, warifu.Controller)
        assert_type(device, warifu.Device)
        node = (await controller.discover())[0]
        assert_type(node, warifu.Node)
        peer = await controller.pair(node, number=device.number, progress=print, confirm=lambda number: True)
        assert_type(peer, warifu.Peer)
        assert_type(await peer.get(0x013001, 0x80, 0xB3), dict[int, bytes])
        assert_type(await peer.get(0x013001, "operationStatus"), dict[str, Any])
        assert_type(await peer.get_many(0x013001, [0x80]), dict[int, warifu.Result])
        ac = peer.object("homeAirConditioner")
        assert_type(ac, warifu.RemoteObject)
        assert_type(await ac.get(0xB3), bytes)
        assert_type(await ac.get(0xB3, "roomTemperature"), dict[Any, Any])
        await ac.set("targetTemperature", 26, verify=True)
        await ac.set({"targetTemperature": 26, 0x80: b"\x30"})
        async for note in ac.notifications():
            assert_type(note, warifu.Notification)
            assert_type(note.peer, warifu.Peer | None)
            assert_type(note.properties, Mapping[int, bytes])
        async for event in controller.events():
            assert_type(event, warifu.Event)
        try:
            await peer.inf(0x05FF01, 0x80)
        except warifu.Refused as error:
            assert_type(error.code, int)
            assert_type(error.hint, str)
            assert_type(error.address, str | None)


def without(home: WaitingHome) -> None:
    with home.controller() as controller, home.device([]) as device:
        assert_type(controller, sync.Controller)
        peer = controller.pair(controller.discover()[0], number=device.number, timeout=60)
        assert_type(peer, sync.Peer)
        assert_type(peer.get(0x013001, 0x80), dict[int, bytes])
        ac = peer.object("homeAirConditioner")
        assert_type(ac, sync.RemoteObject)
        assert_type(ac.get(0xB3, timeout=5), bytes)
        with ac.notifications() as heard:
            for note in heard:
                assert_type(note.peer, sync.Peer | None)
            assert_type(heard.next(timeout=5), sync.Notification)
        assert_type(controller.peers, list[sync.Peer])
