-- A smart meter: what passes between the home and the mains, counted in both directions, and its history by half hours.
local core = ...
local dictionary = core.part "dictionary"
local weather = core.part "virtual/weather"

local HALF_HOUR, A_DAY, DAYS = 1800, 48, 99
local UNIT, DIGITS, MODULUS = 0.001, 8, 100000000 -- kWh; what it counts with
local TINY = 1e-6 -- of what sums of fractions lack
local VOLTS = 200 -- between R and T

local function count(energy)
    return math.floor(energy + TINY) % MODULUS -- Wh are the thousandth of a kWh
end

local function snapshot(state, date)
    return { moment = weather.moment(date), normal = count(state.normal), reverse = count(state.reverse) }
end

-- Writes down what it had counted at each half hour, and lets go what is older than its history.
local function note(state, date)
    local half_hour = date // HALF_HOUR
    if state.half_hour ~= half_hour then
        state.half_hour = half_hour
        state.history[half_hour] = snapshot(state, half_hour * HALF_HOUR)
        state.history[half_hour - A_DAY * (DAYS + 1)] = nil
        state.logs = {}
    end
    if date // 60 ~= state.minute then
        state.minute = date // 60
        state.minutely = snapshot(state, state.minute * 60)
    end
end

local function step(state, seconds, world)
    state.load = world.load or 0
    local energy = state.load * seconds / 3600
    local direction = energy >= 0 and "normal" or "reverse"
    state[direction] = state[direction] + math.abs(energy)
    note(state, world.date)
end

local function log_of(state, direction)
    local days = type(state.dayForTheHistoricalDataOfCumulativeElectricEnergy1) == "number"
        and state.dayForTheHistoricalDataOfCumulativeElectricEnergy1 or 0
    local first = (state.half_hour // A_DAY - days) * A_DAY
    local energy = {}
    for i = 1, A_DAY do
        local row = state.history[first + i - 1]
        energy[i] = row and row[direction] or dictionary.NO_DATA
    end
    return { day = days, electricEnergy = energy }
end

local function show_history(state, shown)
    local latest = state.history[state.half_hour]
    state.logs.normal = state.logs.normal or log_of(state, "normal")
    state.logs.reverse = state.logs.reverse or log_of(state, "reverse")
    state.logs.latest_normal = state.logs.latest_normal or { dateAndTime = latest.moment, electricEnergy = latest.normal }
    state.logs.latest_reverse = state.logs.latest_reverse or { dateAndTime = latest.moment, electricEnergy = latest.reverse }
    shown.normalDirectionCumulativeElectricEnergyLog1 = state.logs.normal
    shown.reverseDirectionCumulativeElectricEnergyLog1 = state.logs.reverse
    shown.normalDirectionCumulativeElectricEnergyAtEvery30Min = state.logs.latest_normal
    shown.reverseDirectionCumulativeElectricEnergyAtEvery30Min = state.logs.latest_reverse
    shown.cumulativeElectricEnergyAtEveryMinute = {
        dateAndTime = state.minutely.moment, normalDirectionElectricEnergy = state.minutely.normal,
        reverseDirectionElectricEnergy = state.minutely.reverse,
    }
end

local function show(state)
    local phase = math.floor(state.load / VOLTS * 10 + 0.5) / 10
    local shown = {
        normalDirectionCumulativeElectricEnergy = count(state.normal),
        reverseDirectionCumulativeElectricEnergy = count(state.reverse),
        instantaneousElectricPower = math.floor(state.load + 0.5),
        instantaneousCurrent = { rPhase = phase, tPhase = phase },
    }
    if state.half_hour then
        show_history(state, shown)
    end
    return shown
end

return {
    class = 0x0288,
    is_meter = true,
    start = function()
        return {
            unitForCumulativeElectricEnergy = UNIT, numberOfEffectiveDigitsCumulativeElectricEnergy = DIGITS,
            dayForTheHistoricalDataOfCumulativeElectricEnergy1 = 0, normal = 0, reverse = 0, load = 0, history = {}, logs = {},
        }
    end,
    step = step,
    show = show,
    put = {
        dayForTheHistoricalDataOfCumulativeElectricEnergy1 = function(state, day)
            state.dayForTheHistoricalDataOfCumulativeElectricEnergy1 = day
            state.logs = {}
        end,
    },
}
