"""Finds an air conditioner, pairs with it, reads it, switches it on at 26 degrees, hears of the change, unpairs."""

import argparse
import asyncio

import warifu

AIRCON, POWER, TARGET, ROOM = 0x013001, 0x80, 0xB3, 0xBB


async def main(
    identity: warifu.Identity, number: bytes, address: str | None, restart: bool, trace: warifu.Trace | None
) -> None:
    async with asyncio.timeout(120), warifu.Controller(identity=identity, address=address, trace=trace) as home:
        node = next((node for node in await home.discover() if node.number == number), None)
        if node is None or node.da is None:
            raise SystemExit("no such device answered: is it on, in the same network, and with an identity?")
        print(f"found {node.address} window={'open' if node.da.window_open else 'closed'}")
        peer = await home.pair(node, number=number, progress=lambda step: print("pairing", step))
        changes, events = peer.notifications(), home.events()
        power, target, room = (await peer.get(AIRCON, POWER, TARGET, ROOM)).values()
        print(f"get operationStatus={power.hex()} setTemperature={target[0]} roomTemperature={room[0]}")
        await peer.set(AIRCON, {POWER: b"\x30", TARGET: bytes([26])})
        print(f"set setTemperature=26 readBack={(await peer.get(AIRCON, TARGET))[TARGET][0]}")
        change = await anext(change async for change in changes if TARGET in change.properties)
        print(f"notified setTemperature={change.properties[TARGET][0]}")
        if restart:
            print("restart: kill -9 the device and start it again")
            await anext(event async for event in events if event.kind == "session_up")
            print(f"reconnected setTemperature={(await peer.get(AIRCON, TARGET))[TARGET][0]}")
        await home.unpair(peer)
        print("unpaired")


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("identity", type=warifu.Identity.load, help="PEM file from make_identities.py")
parser.add_argument("number", type=bytes.fromhex, help="the device's identification number, which it prints")
parser.add_argument("--address", help="address of this host to speak from; none: every interface")
parser.add_argument("--restart", action="store_true", help="wait for the device to be killed and started again")
parser.add_argument("--trace", type=lambda path: warifu.TraceFile(path, plain=True, append=True), help="for datagrams")
asyncio.run(main(**vars(parser.parse_args())))
