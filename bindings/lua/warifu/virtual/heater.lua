-- A water heater with a tank and a heat pump. The people of the house use hot water in the morning and in the evening.
local CAPACITY = 370 -- L
local HOT, COLD = 65, 15 -- degrees Celsius
local WATTS, HEAT = 1000, 3000 -- taken, and given to the water
local PER_LITRE = 4186 * (HOT - COLD) -- J
local USE = { { 6, 8, 45 }, { 18, 22, 60 } } -- from, to (hours), L an hour
local NIGHT_FROM, NIGHT_TO = 23, 6
local LOW, FULL = 0.25, 0.98

local function use_at(hour)
    for _, row in ipairs(USE) do
        if hour >= row[1] and hour < row[2] then
            return row[3] / 3600
        end
    end
    return 0
end

local function wants_heat(state, hour)
    local share = state.remainingWater / CAPACITY
    if state.automaticWaterHeating == "manualNoHeating" or share >= 1 then
        return false
    elseif state.automaticWaterHeating == "manualHeating" then
        return true
    end
    local may = hour >= NIGHT_FROM or hour < NIGHT_TO or share < LOW and state.daytimeReheatingPermission
    return may and (share < FULL or state.waterHeatingStatus) or share < 1 and state.waterHeatingStatus
end

local function step(state, seconds, world)
    local use = use_at(world.hour)
    local heating = wants_heat(state, world.hour)
    local made = heating and HEAT / PER_LITRE or 0
    state.hotWaterSupplyStatus = use > 0
    state.waterHeatingStatus = heating
    state.remainingWater = math.max(0, math.min(CAPACITY, state.remainingWater + (made - use) * seconds))
end

return {
    class = 0x026B,
    with = { "tankWaterTemperature", "remainingWater", "tankCapacity" },
    start = function()
        return {
            automaticWaterHeating = "auto", daytimeReheatingPermission = true, waterHeatingStatus = false,
            hotWaterSupplyStatus = false, remainingWater = 200, tankCapacity = CAPACITY,
        }
    end,
    step = step,
    show = function(state)
        local share = state.remainingWater / CAPACITY
        return {
            waterHeatingStatus = state.waterHeatingStatus,
            hotWaterSupplyStatus = state.hotWaterSupplyStatus,
            remainingWater = math.floor(state.remainingWater),
            tankWaterTemperature = math.floor(COLD + (HOT - COLD) * share + 0.5),
        }
    end,
    power = function(state) return state.waterHeatingStatus and WATTS or 0 end,
}
