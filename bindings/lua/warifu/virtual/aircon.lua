-- An air conditioner and its room.
local LEAK = 1 / 7200 -- of the difference to the outside, a second
local STRENGTH = 0.006 -- degrees a second at full power
local IDLE, LEAST, MOST = 3, 150, 900 -- W
local BAND = 2 -- degrees of difference that call for full power

-- What to do about the room: 1 heats, -1 cools, 0 nothing.
local function direction(state)
    local mode, difference = state.operationMode, state.targetTemperature - state.roomTemperature
    if not state.operationStatus or mode == "circulation" or mode == "other" then
        return 0
    elseif mode == "heating" then
        return difference > 0 and 1 or 0
    elseif mode == "cooling" or mode == "dehumidification" then
        return difference < 0 and -1 or 0
    end
    return difference > 0 and 1 or difference < 0 and -1 or 0
end

local function effort(state)
    return math.min(1, math.abs(state.targetTemperature - state.roomTemperature) / BAND)
end

local function step(state, seconds, world)
    state.outdoorTemperature = world.outdoor
    local way, share = direction(state), effort(state)
    state.watts = not state.operationStatus and 0 or way == 0 and IDLE or LEAST + (MOST - LEAST) * share
    local leak = (world.outdoor - state.roomTemperature) * LEAK
    local before = state.targetTemperature - state.roomTemperature
    state.roomTemperature = state.roomTemperature + (leak + way * share * STRENGTH) * seconds
    local after = state.targetTemperature - state.roomTemperature
    if way ~= 0 and before * after < 0 then -- it stops where it should
        state.roomTemperature = state.targetTemperature
    end
    local goal = state.operationMode == "dehumidification" and state.operationStatus and 45 or 60
    state.humidity = state.humidity + (goal - state.humidity) * math.min(1, seconds / 3600)
end

local function round(value)
    return math.floor(value + 0.5)
end

local function within(value)
    return math.max(-127, math.min(125, round(value)))
end

return {
    class = 0x0130,
    with = { "humidity", "outdoorTemperature", "currentConsumption" },
    announces = { "roomTemperature", "targetTemperature" },
    start = function()
        return {
            operationStatus = true, operationMode = "cooling", targetTemperature = 26, roomTemperature = 29,
            humidity = 60, outdoorTemperature = 24, watts = 0,
        }
    end,
    step = step,
    show = function(state)
        return {
            roomTemperature = within(state.roomTemperature),
            outdoorTemperature = within(state.outdoorTemperature),
            humidity = round(state.humidity),
            currentConsumption = round(state.watts / 10) / 10, -- A at 100 V
        }
    end,
    power = function(state) return state.watts end,
}
