-- Running tasks in a world: real networks, or a simulated home.
local core = ...
local check = core.part "check"
local network = core.part "network"
local tasks = core.part "tasks"

local running = {}

local function enter(world)
    tasks.world, tasks.clock = world, world.now
end

enter(network)

-- Until `is_over()`, which is asked whenever the tasks had their turn.
local function turn_until(is_over)
    tasks.turn()
    while not is_over() do
        tasks.check_progress()
        tasks.world.work(tasks.deadline())
        tasks.ring()
        tasks.turn()
    end
end

local is_running = false
local Guard = {}

function Guard:__close(problem)
    local second = tasks.cancel_all()
    is_running = false
    enter(network)
    if second and not problem then
        error(second, 0)
    end
end

--- Runs `main` as a task and gives what it returned, after the tasks that were left are cancelled; without it, until all
--- have ended.
function running.run(world, main, ...)
    if is_running then
        check.misuse("main", "the scheduler runs already; spawn it")
    end
    local second <close> = setmetatable({}, Guard) -- ends what is left when Ctrl-C comes while the first one works
    local first <close> = setmetatable({}, Guard)
    is_running = true
    enter(world)
    local task = main and tasks.spawn(main, ...)
    turn_until(function() return tasks.count() == 0 or task ~= nil and task:is_over() end)
    if task then
        return task:wait()
    end
end

--- What there is to do in the networks, and one turn of the tasks.
function running.step()
    network.work(-math.huge)
    tasks.ring()
    tasks.turn()
end

return running
