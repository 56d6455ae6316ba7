-- Peak shaving: what a house draws from the grid stays below a limit, whatever its electric car could take. A day in a
-- simulated home of virtual devices, whose meter counts what all of them take and give.
local warifu = require "warifu"

local LIMIT_W, LEAST_CAR_W, STEP_S = 3000, 1000, 300
local POWER, LEVEL = "instantaneousElectricPower", "remainingCapacity3"
local METER, CAR = 0x028801, 0x02A101
local DAWN = 1789970400 -- six in the morning

local home <close> = assert(warifu.sim.Home { seed = 1 })
local controller = assert(home:controller())
local house <close> = assert(warifu.virtual.home {
    sim = home, date = DAWN, tick = 60, base = 800,
    devices = {
        { name = "meter", class = "lvSmartElectricEnergyMeter", window = 180 },
        { name = "roof", class = "pvPowerGeneration", window = 180 },
        { name = "battery", class = "storageBattery", window = 180, values = { [LEVEL] = 50 } },
        { name = "car", class = "evCharger", window = 180, values = { [LEVEL] = 40, plugged = true } },
    },
})

local function paired(name)
    local device = house:device(name)
    return assert(controller:pair(home:addresses(device.node)[1], { code = device.code }))
end

-- One look at the meter: the car gets what the house leaves below the limit. The battery covers the house by itself.
local function shave(meter, car)
    local grid = assert(meter:get(METER, POWER))[POWER]
    local taken = assert(car:get(CAR, POWER))[POWER]
    local room = math.max(0, math.min(6000, LIMIT_W - (grid - taken)))
    assert(car:set(CAR, {
        operationMode = room >= LEAST_CAR_W and "charge" or "standby", chargingElectricPower = room // 1,
    }, { repeatable = true }))
    return grid
end

home:run(function()
    local meter, car = paired "meter", paired "car"
    local most, above = 0, 0
    for _ = 1, 24 * 3600 // STEP_S do
        warifu.scheduler.sleep(STEP_S)
        local grid = shave(meter, car)
        most, above = math.max(most, grid), above + (grid > LIMIT_W and STEP_S // 60 or 0)
    end
    print(("highest: %d W, above %d W until it was noticed: %d minutes"):format(most, LIMIT_W, above))
    print(("car: %d %%, battery: %d %%"):format(house:device "car":get(LEVEL), house:device "battery":get(LEVEL)))
end)
