"""A controller that knows nothing of Device Authentication: it sets the temperature of an air conditioner in clear."""

import argparse
import asyncio

import warifu

AIRCON, TARGET = 0x013001, 0xB3


async def main(device: str, value: int, address: str, trace: warifu.Trace) -> None:
    async with warifu.Controller(address=address, trace=trace) as home:
        nodes = await home.discover(1.0)
        node = next((node for node in nodes if node.address.split(":")[0] == device), None)
        if node is None:
            raise SystemExit(f"{device} did not answer the multicast")
        print("found", node.address)
        try:
            await node.set(AIRCON, {TARGET: bytes([value])})
        except warifu.Refused:
            print("refused")
        else:
            print(f"set setTemperature={value} readBack={(await node.get(AIRCON, TARGET))[TARGET][0]}")


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("device", help="its address")
parser.add_argument("value", type=int, help="set temperature")
parser.add_argument("--address", required=True, help="address of this host to speak from")
parser.add_argument("--trace", type=lambda path: warifu.TraceFile(path, plain=True, append=True), help="for datagrams")
asyncio.run(main(**vars(parser.parse_args())))
