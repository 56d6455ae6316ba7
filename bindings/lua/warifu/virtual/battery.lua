-- A storage battery. In its automatic mode it takes what the home has too much, and gives what it lacks.
local CAPACITY, POWER = 10000, 3000 -- Wh, W
local LOSS = 0.05 -- on the way in
local CHARGES = { charging = true, rapidCharging = true }

-- What it would do: W into the battery, less than 0 out of it.
local function wish(state, world)
    if state.operationMode == "auto" then
        return -(world.balance or 0)
    elseif CHARGES[state.operationMode] then
        return state.chargingPower
    elseif state.operationMode == "discharging" then
        return -state.dischargingPower
    end
    return 0
end

-- The most W that an amount of Wh is good for.
local function most(energy, hours)
    return hours > 0 and energy / hours or math.huge
end

local function step(state, seconds, world)
    local hours = seconds / 3600
    local watts = math.max(-POWER, math.min(POWER, wish(state, world)))
    if watts > 0 then
        watts = math.min(watts, most(CAPACITY - state.stored, hours) / (1 - LOSS))
        state.stored = state.stored + watts * (1 - LOSS) * hours
        state.charged = state.charged + watts * hours
    else
        watts = -math.min(-watts, most(state.stored, hours))
        state.stored = state.stored + watts * hours
        state.discharged = state.discharged - watts * hours
    end
    state.watts = watts
end

local function whole(value)
    return math.floor(value + 0.5)
end

local function kilo(value)
    return math.floor(value) % 1000000000 / 1000
end

local function now(state)
    local watts = whole(state.watts)
    if watts == 0 then
        return "standby"
    end
    return watts > 0 and (state.operationMode == "rapidCharging" and "rapidCharging" or "charging") or "discharging"
end

local function show(state)
    local stored, room = whole(state.stored), whole(CAPACITY - state.stored)
    return {
        actualOperationMode = now(state),
        instantaneousChargingAndDischargingElectricPower = whole(state.watts),
        remainingCapacity1 = stored, remainingCapacity3 = whole(100 * state.stored / CAPACITY),
        acDischargeableCapacity = stored, acDischargeableElectricEnergy = stored,
        acChargeableCapacity = room, acChargeableElectricEnergy = room,
        acCumulativeChargingElectricEnergy = kilo(state.charged),
        acCumulativeDischargingElectricEnergy = kilo(state.discharged),
    }
end

return {
    class = 0x027D,
    with = { "instantaneousChargingAndDischargingElectricPower", "chargingPower", "dischargingPower", "ratedElectricEnergy" },
    start = function()
        return {
            operationMode = "auto", chargingPower = POWER, dischargingPower = POWER, ratedElectricEnergy = CAPACITY,
            acEffectiveChargingCapacity = CAPACITY, acEffectiveDischargingCapacity = CAPACITY, batteryType = "lib",
            minimumAndMaximumChargingElectricPower = { minValue = 0, maxValue = POWER },
            minimumAndMaximumDischargingElectricPower = { minValue = 0, maxValue = POWER },
            stored = CAPACITY / 2, charged = 0, discharged = 0, watts = 0,
        }
    end,
    step = step,
    show = show,
    power = function(state) return state.watts end,
    put = {
        remainingCapacity3 = function(state, percent)
            state.stored = CAPACITY * percent / 100
        end,
    },
}
