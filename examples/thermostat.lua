-- A thermostat with a schedule. Lives through a warm day in a simulated home, where the weather has its way with the room.
local warifu = require "warifu"

local AIRCON = 0x013001
local SCHEDULE = { { 0, 23 }, { 8, 27 }, { 17, 24 }, { 22, 22 } } -- from that hour on, degrees
local HYSTERESIS = 1
local PATIENCE_S = 600 -- asks again after so long without a notification
local MIDNIGHT = 1789948800 -- 2026-09-21

local function wanted(hour)
    local target
    for _, row in ipairs(SCHEDULE) do
        target = hour >= row[1] and row[2] or target
    end
    return target
end

-- One look at the room, and what follows from it. A device that is away for a while is asked again.
local function look(peer, hour)
    local now, message = peer:get(AIRCON, "roomTemperature", "operationStatus")
    if not now then
        return nil, message
    end
    local target = wanted(hour)
    local limit = now.operationStatus and target or target + HYSTERESIS
    return peer:set(AIRCON, {
        operationMode = "cooling", targetTemperature = target, operationStatus = now.roomTemperature > limit,
    }, { repeatable = true })
end

local function keep(controller, peer, clock)
    while true do
        local kept, message = look(peer, clock())
        if not kept then
            print(("%4.1f h: %s"):format(clock(), message))
        end
        for event in controller:watch(PATIENCE_S) do
            if event.kind == "notification" and event.peer == peer then
                break
            end
        end
    end
end

local home <close> = assert(warifu.sim.Home { seed = 1, loss = 0.1, date = MIDNIGHT })
local aircon <close> = assert(warifu.virtual.device {
    class = "homeAirConditioner", sim = home, window = 180, date = MIDNIGHT, values = { roomTemperature = 26 },
})
local controller = assert(home:controller())
local start = home:now()
local function clock()
    return (home:now() - start) / 3600 % 24
end

home:run(function()
    local peer = assert(controller:pair(home:addresses(aircon.node)[1], { code = aircon.code }))
    local keeper <close> = warifu.scheduler.spawn(keep, controller, peer, clock)
    for hour = 1, 23 do
        warifu.scheduler.sleep(hour * 3600 - (home:now() - start))
        print(("%2d h: %d degrees, wanted: %d, cooling: %s"):format(hour, aircon:get "roomTemperature", wanted(hour),
            aircon:get "operationStatus"))
    end
end)
