-- A lamp that can be dimmed.
local RATED, NIGHT = 8, 0.5 -- W

return {
    class = 0x0290,
    with = { "lightLevel" },
    announces = { "lightLevel" },
    start = function()
        return { operationStatus = true, lightLevel = 100, operationMode = "normal" }
    end,
    power = function(state)
        if not state.operationStatus then
            return 0
        end
        return state.operationMode == "night" and NIGHT or RATED * state.lightLevel / 100
    end,
}
