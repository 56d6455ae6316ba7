"""A controller without asyncio: pairs with an air conditioner, switches it on at 26 degrees, hears of it, unpairs."""

import argparse

import warifu
from warifu import sync


def ask(number: bytes) -> bool:
    """The device has proven this number; other traffic goes on while the owner compares it with the label."""
    return input(f"pair with {number.hex().upper()}? (yes or no) ") == "yes"


def main(identity: warifu.Identity, number: bytes, address: str | None) -> None:
    with sync.Controller(identity=identity, address=address) as home:
        node = next((node for node in home.discover() if node.number == number), None)
        if node is None:
            raise SystemExit("no such device answered: is it on, and in the same network?")
        peer = home.pair(node, confirm=ask, progress=lambda step: print("pairing", step), timeout=120)
        ac = peer.object("homeAirConditioner")
        print(ac.get("operationStatus", "targetTemperature", "roomTemperature"))
        with ac.notifications() as heard:
            ac.set({"operationStatus": True, "targetTemperature": 26}, verify=True)
            print("heard", heard.next(timeout=10).values)
        home.unpair(peer)
        print("unpaired")


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("identity", type=warifu.Identity.load, help="PEM file from make_identities.py")
parser.add_argument("number", type=bytes.fromhex, help="the device's identification number, which it prints")
parser.add_argument("--address", help="address of this host to speak from; none: every interface")
main(**vars(parser.parse_args()))
