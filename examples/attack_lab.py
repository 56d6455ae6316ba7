"""An attack lab: what somebody in the network can try against a paired air conditioner, and why it fails.

The network is virtual, the nodes are those of a product; the attacker hears and sends whatever it likes.
"""

import asyncio

import warifu
from warifu.testing import Home, run

AIRCON, TARGET = 0x013001, 0xB3
IN_CLEAR = bytes.fromhex("1081 0001 05FF01 013001 61 01 B3 01 1E")  # set 30 degrees
KIND, REQUEST = 4, 0x18  # where a frame says of which kind it is


def tell(attack: str, fails: bool, why: str) -> None:
    print(f"{attack}: {'fails' if fails else 'WORKS'} ({why})")


def one_bit_flipped(_sender: str | None, _receiver: str | None, data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1]) if data[KIND] == REQUEST else data


async def main() -> None:
    room = warifu.Object.named("homeAirConditioner", {"operationStatus": True, "targetTemperature": 24})
    async with (
        Home(seed=1) as home,
        home.device([room]) as device,
        home.device([room]) as spy,
        home.controller() as controller,
    ):
        for each in (spy, device):
            each.open_window()
            peer = await controller.pair(each.addresses[0], number=each.number)
        ac, here, there = peer.object(AIRCON), controller.addresses[0], device.addresses[0]
        await home.sleep(60)  # until both have the keys of the controller's group

        with home.record() as heard:
            await ac.set("targetTemperature", 20)
            await ac.set("targetTemperature", 26)
            await controller.group.set("homeAirConditioner", {"targetTemperature": 26})
        frames = [each for each in heard if each.fate == "sent"]
        told = [each for each in frames if b"\xb3\x01" in each.data]
        tell("eavesdropping", not told, f"{len(told)} of {len(frames)} datagrams show a property")

        async def inject(attack: str, data: bytes, counter: str) -> None:
            before = device.counters[counter]
            home.inject(here, there, data)
            await asyncio.sleep(20)
            degrees, count = device.get_own(AIRCON, "targetTemperature"), device.counters[counter] - before
            tell(attack, degrees == 26, f"{counter} +{count}, still {degrees} degrees")

        records = [each.data for each in frames if each.data[KIND] == REQUEST and each.sender == here]
        await inject("replaying a command", records[0], "replays_dropped")
        await inject("a command in clear, in the controller's name", IN_CLEAR, "plaintext_from_paired")

        home.tamper(one_bit_flipped)
        asyncio.get_running_loop().call_later(2, home.tamper, None)
        degrees, count = await ac.get("targetTemperature"), device.counters["tampered_dropped"]
        tell("tampering", degrees == 26 and count == 1, f"tampered_dropped +{count}, asked again: {degrees} degrees")

        async with controller.events() as events:
            home.forge(spy, device, AIRCON, {TARGET: b"\x1e"})  # it knows the group's keys, and signs with its own
            refused = await anext(events)
        tell("a group member in another one's name", refused.error is not None, f"{refused.error}")

        stranger = warifu.Authority.create("elsewhere").issue("controller")
        device.open_window()
        async with home.controller(identity=stranger) as other:
            try:
                await other.pair(there, confirm=lambda number: True)
            except warifu.Error as error:
                tell(
                    "a certificate of another authority", not other.peers, f"{error.name}: {len(device.peers)} pairing"
                )


if __name__ == "__main__":
    run(main())
