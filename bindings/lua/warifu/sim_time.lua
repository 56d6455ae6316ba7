-- Time in a simulated home: everybody works, then it leaps to what comes next.
local core = ...
local loop = core.part "loop"

local time = {}

-- Calls `act` with each open endpoint, in the order in which they came.
local function each(home, act)
    for _, endpoint in ipairs(home.endpoints) do
        if endpoint.core:is_open() then
            act(endpoint)
        end
    end
end

local function send(endpoint)
    loop.announce(endpoint)
    endpoint.core:flush()
end

local function work(endpoint)
    if endpoint.core:pump(0) then
        loop.hand_out(endpoint)
        loop.ring(endpoint)
    else
        endpoint.core:close() -- its power went at a write
    end
end

--- Lets the next thing happen, at most until `stop` (milliseconds).
function time.step(home, stop)
    each(home, send)
    local at = home.core:next() or math.huge
    each(home, function(endpoint)
        at = math.min(at, endpoint.core:deadline() or math.huge, math.ceil(loop.next_alarm(endpoint) * 1000))
    end)
    at = math.min(at, stop)
    if at == math.huge then
        error("everybody waits, and nothing will ever happen in this home", 0)
    end
    home.core:run_until(math.max(at, home.core:now()))
    each(home, work)
end

-- Tells tasks that wait for what was closed; true when there were any.
local function tell_of_closed(has)
    local told = false
    for _, endpoint in ipairs(loop.everybody()) do
        if has(endpoint) and not endpoint.core:is_open() then
            loop.fail_all(endpoint, select(2, core.fail("CLOSED", "its power was cut")))
            told = true
        end
    end
    return told
end

--- Where the tasks of a scheduler live while it runs in a home.
function time.world_of(home)
    local function has(endpoint)
        return endpoint.machine ~= nil and endpoint.machine.home == home
    end
    return {
        has = has,
        shortest = 0.001, -- time has to pass
        now = function() return home:now() end,
        work = function(deadline)
            if not tell_of_closed(has) then
                time.step(home, deadline == math.huge and deadline or math.max(home.core:now(), math.ceil(deadline * 1000)))
            end
        end,
    }
end

return time
