"""Run by a Python that has nothing but the package: pairs two nodes in a virtual home, and prints as JSON where the
package lies, what the device said, and which shared libraries of the wheel's kind are loaded."""

import json
import re
import warnings

import warifu
from warifu.testing import Home, run

AIRCON, POWER = 0x013001, 0x80
LIBRARY = re.compile(r"\S*/lib(?:gmp|jansson|qrencode|tomcrypt|tommath)\S*")


async def pair_and_ask() -> object:
    aircon = warifu.Object(AIRCON, [warifu.Property(POWER, b"\x30", "get set inf")])
    async with Home(seed=1) as home, home.device([aircon]) as device, home.controller() as controller:
        device.open_window()
        peer = await controller.pair(device.addresses[0], number=device.number)
        return (await peer.get(AIRCON, POWER))[POWER].hex()


def loaded() -> list[str]:
    try:
        with open("/proc/self/maps") as maps:
            return sorted(set(LIBRARY.findall(maps.read())))
    except FileNotFoundError:  # no Linux
        return []


if __name__ == "__main__":
    warnings.simplefilter("error")
    print(json.dumps({"file": warifu.__file__, "answer": run(pair_and_ask()), "libraries": loaded()}))
