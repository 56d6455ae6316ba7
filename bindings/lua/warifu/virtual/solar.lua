-- Photovoltaic panels: a day's curve, and energy that counts up.
local RATED = 4000 -- W

local function limit(state)
    local share = math.min(state.outputPowerControl1 / 100, 1)
    return math.min(RATED * share, state.outputPowerControl2)
end

local function step(state, seconds, world)
    local possible = state.operationStatus and RATED * world.sun or 0
    state.generated = math.min(possible, limit(state))
    state.limited = state.generated < possible
    state.energy = state.energy + state.generated * seconds / 3600
end

return {
    class = 0x0279,
    announces = { "operationStatus" },
    start = function()
        return {
            operationStatus = true, outputPowerControl1 = 100, outputPowerControl2 = RATED, ratedElectricPowerOfgeneration = RATED,
            generated = 0, energy = 0, limited = false,
        }
    end,
    step = step,
    show = function(state)
        return {
            instantaneousElectricPowerGeneration = math.floor(state.generated + 0.5),
            cumulativeElectricEnergyOfGeneration = math.floor(state.energy) % 1000000000 / 1000,
            outputPowerRestraintStatus = state.limited and "outputControl" or "notPowerRestraint",
        }
    end,
    power = function(state) return -state.generated end,
}
