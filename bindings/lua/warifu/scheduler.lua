-- The loop of this module: tasks whose methods let each other run while they wait.
local core = ...
local check = core.part "check"
local network = core.part "network"
local running = core.part "running"
local tasks = core.part "tasks"

local scheduler = {}

--- Runs `main` as a task and gives what it returns; then those that are left are cancelled. Without it: until all ended.
--- What a task raises that nobody waits for is raised here, after the others were cancelled.
function scheduler.run(main, ...)
    return running.run(network, check.optional("main", main, "function"), ...)
end

--- Begins a task, which runs when this one waits.
function scheduler.spawn(action, ...)
    return tasks.spawn(check.type("action", action, "function"), ...)
end

--- Lets others run for so many seconds; outside a task it waits.
function scheduler.sleep(seconds)
    check.seconds("seconds", seconds)
    if tasks.current() then
        tasks.park(math.max(seconds, tasks.world.shortest), "time", true)
        return
    end
    local nothing, stop = assert(core.poller()), core.now() + seconds
    while core.now() < stop do
        assert(nothing:wait(stop - core.now()))
    end
end

-- ---- in the loop of somebody else ----

--- Does what there is to do, without waiting: is a task left?
function scheduler.step()
    running.step()
    return tasks.count() > 0
end

--- One descriptor for all that is open.
function scheduler.pollfd()
    return network.pollfd()
end

--- What to wait for there: always "r".
function scheduler.events()
    return "r"
end

--- Seconds after which it wants a `step`; what waits to be sent is sent.
function scheduler.timeout()
    return math.max(0, math.min(network.rest(), tasks.deadline() - tasks.clock()))
end

return scheduler
