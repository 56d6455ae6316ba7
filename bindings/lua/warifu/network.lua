-- The world of real networks, as tasks see a world: has(endpoint), now(), work(deadline), and `shortest`, the least that a
-- sleep takes. A simulated home is another one (sim.lua).
local core = ...
local loop = core.part "loop"

local network = { now = core.now, shortest = 0 }

local FOREVER = 3600

local poller
local watched = setmetatable({}, { __mode = "k" }) -- endpoint -> descriptor

function network.has(endpoint)
    return endpoint.machine == nil
end

local function each(act)
    for _, endpoint in ipairs(loop.everybody()) do
        if network.has(endpoint) then
            act(endpoint)
        end
    end
end

-- What is open and not yet watched, is from now on.
local function watch_all()
    poller = poller or assert(core.poller())
    each(function(endpoint)
        if endpoint.core:is_open() and not watched[endpoint] then
            watched[endpoint] = assert(endpoint.core:pollfd())
            assert(poller:add(watched[endpoint]))
        end
    end)
end

--- Seconds until one of them wants to work; what waits to be sent is sent.
function network.rest()
    local least = FOREVER
    each(function(endpoint)
        least = endpoint.core:is_open() and math.min(least, loop.rest(endpoint)) or 0
    end)
    return least
end

--- Waits for the networks until `deadline` at most, and lets work who has something to do.
function network.work(deadline)
    watch_all()
    local ready = assert(poller:wait(math.min(network.rest(), deadline - core.now())))
    each(function(endpoint)
        if not endpoint.core:is_open() then
            loop.fail_all(endpoint, select(2, core.fail "CLOSED"))
        elseif ready[watched[endpoint]] or loop.rest(endpoint) <= 0 then
            loop.work(endpoint)
        end
    end)
end

--- One descriptor for all that are open.
function network.pollfd()
    watch_all()
    return poller:fd()
end

return network
