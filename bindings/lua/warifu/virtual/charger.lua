-- A charger for an electric car; `plugged` says whether the car is there.
local CAPACITY, RATED = 40000, 6000 -- Wh, W

local function is_charging(state)
    return state.operationStatus and state.plugged and state.operationMode == "charge" and state.stored < CAPACITY
end

local function step(state, seconds)
    local hours = seconds / 3600
    state.watts = 0
    if is_charging(state) then
        state.watts = math.min(state.chargingElectricPower, RATED, hours > 0 and (CAPACITY - state.stored) / hours or RATED)
        state.stored = state.stored + state.watts * hours
        state.charged = state.charged + state.watts * hours
    end
end

local function whole(value)
    return math.floor(value + 0.5)
end

local function status(state)
    if not state.plugged then
        return "notConnected"
    end
    return state.stored < CAPACITY and "chargeable" or "notChargeable"
end

return {
    class = 0x02A1,
    with = { "instantaneousElectricPower", "cumulativeChargingElectricEnergy", "chargingElectricPower" },
    start = function()
        return {
            operationStatus = true, operationMode = "standby", chargingElectricPower = RATED, ratedChargeElectricPower = RATED,
            chargeableCapacity = CAPACITY, equipmentType = "ac_cplt", plugged = true, stored = CAPACITY / 2, charged = 0,
            watts = 0,
        }
    end,
    step = step,
    show = function(state)
        return {
            chargeStatus = status(state),
            instantaneousElectricPower = whole(state.watts),
            cumulativeChargingElectricEnergy = math.floor(state.charged) % 1000000000 / 1000,
            remainingCapacity1 = whole(state.stored),
            remainingCapacity3 = whole(100 * state.stored / CAPACITY),
            remainingChargeableCapacity = whole(CAPACITY - state.stored),
            usedCapacity1 = whole(CAPACITY - state.stored),
        }
    end,
    power = function(state) return state.watts end,
    put = {
        remainingCapacity3 = function(state, percent)
            state.stored = CAPACITY * percent / 100
        end,
    },
}
