"""A virtual air conditioner that speaks ECHONET Lite with Device Authentication. SIGUSR1 prints how it stands."""

import argparse
import asyncio
import contextlib
import json
import signal

import warifu
from warifu import Property

AIRCON, POWER, WATTS, MODE, TARGET, ROOM = 0x013001, 0x80, 0x84, 0xB0, 0xB3, 0xBB
ALLOWED = {POWER: (0x30, 0x31), MODE: range(0x40, 0x46), TARGET: (*range(51), 0xFD)}
PROPERTIES = [
    Property(POWER, b"\x31", "get set inf"),  # operation status: off (30: on)
    Property(0x81, b"\x08", "get set inf"),  # installation location: living room
    Property(WATTS, b"\x00\x05", "get"),  # power consumption, in watts
    Property(0x88, b"\x42", "get inf"),  # no fault
    Property(MODE, b"\x42", "get set inf"),  # operation mode: cooling
    Property(TARGET, b"\x18", "get set inf"),  # set temperature: 24 degrees Celsius
    Property(ROOM, b"\x1d", "get inf"),  # room temperature: 29
]


async def main(given: argparse.Namespace) -> None:
    def on_set(_: warifu.Object, epc: int, old: bytes, new: bytes) -> bool:
        if epc == POWER:
            device.put(AIRCON, WATTS, (640 if new == b"\x30" else 5).to_bytes(2))
        return new[0] in ALLOWED.get(epc, range(256))

    def show() -> None:
        values = {f"{item.epc:02X}": device.get_own(AIRCON, item.epc).hex() for item in PROPERTIES}
        print("state", json.dumps(values | {"counters": dict(device.counters)}))

    objects = [warifu.Object(AIRCON, PROPERTIES)]
    options = {name: getattr(given, name) for name in ("identity", "state", "address", "policy", "trace")}
    setup_code = warifu.SetupCode.load_or_make(given.code, given.identity) if given.code else None
    async with warifu.Device(objects, on_set=on_set, setup_code=setup_code, **options) as device:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, show)
        if given.window:
            device.open_window(given.window)
        if setup_code:
            print(setup_code.qr(), setup_code.text(grouped=True), sep="\n")
        print("ready", device.number.hex().upper(), *device.addresses)
        async for event in device.events():
            print(event.kind, f"{event.epc:02X}={event.value.hex()}" if event.epc else event.error or "")


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--identity", type=warifu.Identity.load, help="PEM file from make_identities.py; none: no pairing")
parser.add_argument("--code", help="file of its set-up code, made if it is not there; none: the root alone vouches")
parser.add_argument("--state", help="folder that keeps the pairings; none: a restart forgets them")
parser.add_argument("--address", help="address of this host to be reached at; none: every interface")
parser.add_argument("--window", type=float, metavar="SECONDS", help="a controller may pair for so long")
parser.add_argument("--policy", default="strict", help="strict, mixed, or open: everybody may do everything")
parser.add_argument("--trace", type=lambda path: warifu.TraceFile(path, plain=True, append=True), help="for datagrams")
with contextlib.suppress(KeyboardInterrupt):
    asyncio.run(main(parser.parse_args()))
