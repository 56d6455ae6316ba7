"""Asks for a device's set-up code, pairs with that device, reads it and unpairs."""

import argparse
import asyncio
import getpass

import warifu

AIRCON = 0x013001


async def main(identity: warifu.Identity, number: bytes, address: str | None, code_alone: bool) -> None:
    code = warifu.SetupCode.parse(getpass.getpass("set-up code: "))
    async with warifu.Controller(identity=identity, address=address) as home:
        node = next((node for node in await home.discover() if node.number == number), None)
        if node is None or node.da is None:
            raise SystemExit("no such device answered: is it on, in the same network, and with an identity?")
        demands = [word for word, does in (("code", node.da.demands_code), ("root", node.da.demands_root)) if does]
        print(f"found {node.address}, demands {' and '.join(demands)}")
        peer = await home.pair(node, code=code, root_too=not code_alone, progress=lambda step: print("pairing", step))
        print(await peer.get(AIRCON, "operationStatus", "roomTemperature"))
        await home.unpair(peer)
        print("unpaired")


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("identity", type=warifu.Identity.load, help="PEM file from make_identities.py")
parser.add_argument("number", type=bytes.fromhex, help="the device's identification number, which it prints")
parser.add_argument("--address", help="address of this host to speak from; none: every interface")
parser.add_argument("--code-alone", action="store_true", help="no root has to vouch for the device")
asyncio.run(main(**vars(parser.parse_args())))
