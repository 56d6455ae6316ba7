"""Peak shaving: what a house draws from the grid stays below a limit, by its battery and its electric car.

A day in a virtual home: sun on the roof, a cooker at noon and in the evening, a car that comes home at six.
"""

import asyncio
import math

import warifu
from warifu.testing import Home, run

LIMIT_W, CAR_W, BATTERY_W, BATTERY_WH = 3000, 2500, 2000, 6000
POWER, FLOW = "instantaneousElectricPower", "instantaneousChargingAndDischargingElectricPower"
METER, ROOF, BATTERY, CAR = "lvSmartElectricEnergyMeter", "pvPowerGeneration", "storageBattery", "evChargerDischarger"
STANDBY = {"operationMode": "standby"}


class House:
    """Four devices behind one gateway, whose figures hang together."""

    def __init__(self) -> None:
        self.stored, self.charged, self.above = 3000.0, 0.0, 0
        self.meter = warifu.Object.named(METER, {POWER: 0})
        self.roof = warifu.Object.named(ROOF, {"instantaneousElectricPowerGeneration": 0})
        self.battery = warifu.Object.named(BATTERY, STANDBY | {FLOW: 0, "remainingCapacity3": 50})
        self.car = warifu.Object.named(CAR, STANDBY | {POWER: 0})

    def pass_five_minutes(self, device: warifu.Device, hour: float) -> None:
        put, get = device.put, device.get_own
        sun = max(0, round(4000 * math.sin(math.pi * (hour - 6) / 12)))
        load = 400 + (2800 if 12 <= hour < 12.5 or 18 <= hour < 19 else 0)
        car = CAR_W if hour >= 18 and get(self.car.eoj, "operationMode") == "charge" else 0
        most = {"charging": BATTERY_WH - self.stored, "discharging": -self.stored}  # in an hour
        wish = most.get(get(self.battery.eoj, "operationMode"), 0) * 12
        flow = round(max(-BATTERY_W, min(BATTERY_W, wish)))
        grid = load + flow + car - sun
        self.stored, self.charged = self.stored + flow / 12, self.charged + car / 12
        self.above += 5 * (grid > LIMIT_W)
        put(self.roof.eoj, "instantaneousElectricPowerGeneration", sun)
        put(self.battery.eoj, FLOW, flow)
        put(self.battery.eoj, "remainingCapacity3", round(self.stored / BATTERY_WH * 100))
        put(self.car.eoj, POWER, car)
        put(self.meter.eoj, POWER, grid)


async def shave(peer: warifu.Peer) -> None:
    """One look at the meter, and what follows from it."""
    meter, battery, car = map(peer.object, (METER, BATTERY, CAR))
    flow, level, does = (await battery.get(FLOW, "remainingCapacity3", "operationMode")).values()
    charges, power = (await car.get("operationMode", POWER)).values()
    rest = await meter.get(POWER) - flow - power  # the house less the sun
    charge = rest + CAR_W - (BATTERY_W if level > 10 else 0) <= LIMIT_W
    need = rest + (CAR_W if charge else 0)
    wanted = "discharging" if need > LIMIT_W else "charging" if need < 0 else "standby"
    if wanted != does:
        await battery.set("operationMode", wanted, repeatable=True)
    if (charges == "charge") != charge:
        await car.set("operationMode", "charge" if charge else "standby", repeatable=True)


async def main() -> None:
    house = House()
    objects = [house.meter, house.roof, house.battery, house.car]
    async with Home(seed=1) as home, home.device(objects) as device, home.controller() as controller:
        device.open_window()
        peer = await controller.pair(device.addresses[0], number=device.number)
        for step in range(24 * 12):
            await asyncio.sleep(300)
            house.pass_five_minutes(device, step / 12)
            await shave(peer)
    print(f"above {LIMIT_W} W until it was noticed: {house.above} minutes")
    print(f"car: {house.charged:.0f} Wh, battery: {house.stored:.0f} Wh")


if __name__ == "__main__":
    run(main())
