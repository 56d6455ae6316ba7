"""A thermostat with a schedule. Lives through a winter's day in a virtual home, where the room loses its warmth."""

import asyncio
from collections.abc import Callable

import warifu
from warifu.testing import Home, run

SCHEDULE = {0: 16, 6: 21, 9: 17, 17: 22, 23: 16}  # degrees from that hour on
HYSTERESIS = 1
PATIENCE_S = 600  # asks again after so long without a notification


def wanted(hour: float) -> int:
    """The temperature that the schedule asks for."""
    return SCHEDULE[max(start for start in SCHEDULE if start <= hour)]


async def keep(ac: warifu.RemoteObject, hour: Callable[[], float]) -> None:
    """Keeps the room at what the hour asks for; a device that is away for a while is asked again."""
    async with ac.notifications() as heard:
        while True:
            try:
                room, is_on = (await ac.get("roomTemperature", "operationStatus")).values()
                target = wanted(hour())
                limit = target if is_on else target - HYSTERESIS
                await ac.set(
                    {"operationMode": "heating", "targetTemperature": target, "operationStatus": room < limit},
                    repeatable=True,
                )
            except (warifu.NoAnswer, warifu.errors.NoSession) as error:
                print(f"{hour():4.1f} h: {error}")
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await anext(heard)
            except TimeoutError:
                pass


async def weather(device: warifu.Device, eoj: int) -> None:
    """It gets warmer while the air conditioner heats, and colder all the time."""
    warmth = 15.0
    while True:
        await asyncio.sleep(60)
        is_on = device.get_own(eoj, "operationStatus") == "true"
        warmth += (0.15 if is_on else 0) - (warmth - 5) * 0.004
        device.put(eoj, "roomTemperature", round(warmth))


async def main() -> None:
    values = {"operationStatus": False, "operationMode": "auto", "targetTemperature": 20, "roomTemperature": 15}
    room = warifu.Object.named("homeAirConditioner", values, access={"roomTemperature": "get inf"})
    async with Home(seed=1, loss=0.1) as home, home.device([room]) as device, home.controller() as controller:
        device.open_window()
        peer = await controller.pair(device.addresses[0], number=device.number)
        tasks = [
            asyncio.create_task(weather(device, room.eoj)),
            asyncio.create_task(keep(peer.object("homeAirConditioner"), lambda: home.seconds / 3600 % 24)),
        ]
        for hour in range(1, 25):
            await home.sleep(hour * 3600 - home.seconds)
            state = {name: device.get_own(room.eoj, name) for name in ("roomTemperature", "operationStatus")}
            print(f"{hour:2} h: {state['roomTemperature']} degrees, heating: {state['operationStatus']}")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    run(main())
