-- The lock of a door; with its automatic mode it locks itself again.
local RELOCK = 30 -- seconds
local MONTHS = 180 * 86400 -- that its battery lasts
local LOW = 20 -- percent

local function unlock(state, locks)
    state.mainElectricLock = locks
    state.unlocked = 0
end

local function step(state, seconds)
    state.battery = math.max(0, state.battery - 100 * seconds / MONTHS)
    if state.mainElectricLock or state.doorOpened then
        state.unlocked = 0
        return
    end
    state.unlocked = state.unlocked + seconds
    if state.autoLockMode and state.unlocked >= RELOCK then
        unlock(state, true)
    end
end

return {
    class = 0x026F,
    with = { "doorOpened", "autoLockMode", "replaceBatteryLevel" },
    announces = { "doorOpened" },
    start = function()
        return { mainElectricLock = true, doorOpened = false, autoLockMode = true, unlocked = 0, battery = 100 }
    end,
    step = step,
    show = function(state)
        return {
            mainElectricLock = state.mainElectricLock,
            replaceBatteryLevel = state.battery < LOW,
        }
    end,
    put = { mainElectricLock = unlock },
    low_battery = function(state, is_low)
        state.battery = is_low and 10 or 100
    end,
}
