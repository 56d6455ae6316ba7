"""A gateway that shields a device without Device Authentication: the house sees one that has to be paired with.

The old device is alone with the gateway in a network of their own; the house talks to the gateway, encrypted. Here both
networks are virtual. With real ones give `warifu.Controller` and `warifu.Device` an `interface` each.
"""

import asyncio

import warifu
from warifu.testing import Home, run

OLD, HOUSE, PLACE = 1, 2, "10.0.0.99"  # two networks, and where the old device is
OWN = frozenset({0x9D, 0x9E, 0x9F})  # maps, which the gateway makes anew


class Gateway:
    """Its face to the house has the objects of the old device, and asks that device for each answer."""

    def __init__(self, old: warifu.Node) -> None:
        self.old = old

    async def copy(self) -> list[warifu.Object]:
        """The objects of the old device with their present values."""
        maps = await self.old.interview()
        return [await self._copied(eoj, maps[eoj]) for eoj in self.old.objects]

    async def _copied(self, eoj: int, maps: dict[str, frozenset[int]]) -> warifu.Object:
        results = await self.old.get_many(eoj, sorted(maps["get"] - OWN))
        came = {epc: got.value for epc, got in results.items() if got.status == "value"}
        words = {epc: " ".join(word for word in maps if epc in maps[word]) for epc in came}
        items = [warifu.Property(epc, edt, words[epc], (1, 255)) for epc, edt in came.items()]
        return warifu.Object(eoj, items, superclass=False)

    async def on_get(self, owned: warifu.Object, epc: int, _: bytes) -> bytes | bool:
        try:
            return (await self.old.get(owned.eoj, epc))[epc]
        except warifu.Error:
            return False  # the house hears a refusal

    async def on_set(self, owned: warifu.Object, epc: int, _: bytes, new: bytes) -> bool:
        try:
            await self.old.set(owned.eoj, {epc: new})
        except warifu.Error:
            return False
        return True

    async def tell(self, device: warifu.Device) -> None:
        """Announces in the house what the old device announces."""
        async for note in self.old.notifications():
            for epc, edt in note.properties.items():
                device.put(note.eoj, epc, edt)


async def main() -> None:
    aircon = warifu.Object.named("homeAirConditioner", {"operationStatus": False, "targetTemperature": 24})
    async with (
        Home(seed=1) as home,
        home.device([aircon], trusted=False, network=OLD, policy="open", address=PLACE) as old,
        home.controller(trusted=False, network=OLD, policy="mixed", known=[PLACE]) as inner,
        home.controller(network=HOUSE) as controller,
    ):
        (found,) = await inner.discover()
        gateway = Gateway(found)
        face = home.device(await gateway.copy(), network=HOUSE, on_get=gateway.on_get, on_set=gateway.on_set)
        async with face, asyncio.TaskGroup() as group:
            telling = group.create_task(gateway.tell(face))
            face.open_window()
            peer = await controller.pair(face.addresses[0], number=face.number)
            ac = peer.object("homeAirConditioner")
            await ac.set({"operationStatus": True, "targetTemperature": 26}, verify=True)
            print("the old device was set to", old.get_own(aircon.eoj, "targetTemperature"))
            heard = ac.notifications()
            old.put(aircon.eoj, "operationStatus", False)
            print("and the house hears", (await anext(heard)).values)
            telling.cancel()


if __name__ == "__main__":
    run(main())
