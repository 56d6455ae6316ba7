-- Tasks: coroutines that take turns. Nothing here knows of networks: whoever parks a task says what wakes it.
local core = ...
local check = core.part "check"

local tasks = { clock = core.now } -- of whoever lets the world work (scheduler.lua)

local Task = { __name = "warifu.Task" }
Task.__index = Task

-- state: "ready", "running", "parked" or "ended". outcome, once it ended: what it gave, {error=}, or {cancelled=true}.

local all = {} -- that have not ended, in the order of their birth
local ready, first, last = {}, 1, 0
local sleepers = {} -- {task=, at=}, the next one last
local current

local function remove(list, item)
    for i = #list, 1, -1 do
        if list[i] == item then
            return table.remove(list, i)
        end
    end
end

local function make_ready(task, ...)
    task.state, task.given = "ready", table.pack(...)
    last = last + 1
    ready[last] = task
end

local function lie_down(task, at)
    local place = #sleepers + 1
    while place > 1 and sleepers[place - 1].at <= at do
        place = place - 1
    end
    task.alarm = { task = task, at = at }
    table.insert(sleepers, place, task.alarm)
end

local function get_up(task)
    if task.alarm then
        remove(sleepers, task.alarm)
        task.alarm = nil
    end
end

--- The task that runs; nil outside, and in a coroutine of its own inside: that can't be left.
function tasks.current()
    return current and current.thread == coroutine.running() and coroutine.isyieldable() and current or nil
end

--- Wakes a parked task; `park` gives the rest.
function tasks.wake(task, ...)
    if task.state == "parked" then
        get_up(task)
        make_ready(task, ...)
    end
end

--- Lets the others run until the running task is woken, or `seconds` are over. `reason` says in words what it waits for,
--- `is_outside` whether that comes from the world.
function tasks.park(seconds, reason, is_outside)
    local task = current
    task.state, task.reason, task.is_outside = "parked", reason, is_outside
    if seconds < math.huge then
        lie_down(task, tasks.clock() + seconds)
    end
    return coroutine.yield()
end

--- Begins a task, which runs at the next turn.
function tasks.spawn(action, ...)
    local info = debug.getinfo(action, "S")
    local task = setmetatable({
        thread = coroutine.create(action),
        name = ("%s:%d"):format(info.short_src, info.linedefined),
        waiters = {},
    }, Task)
    all[#all + 1] = task
    make_ready(task, ...)
    return task
end

-- True when somebody hears of it.
local function finish(task, outcome)
    local waiters = task.waiters
    task.state, task.outcome, task.waiters = "ended", outcome, {}
    get_up(task)
    remove(all, task)
    for _, waiter in ipairs(waiters) do
        tasks.wake(waiter)
    end
    return #waiters > 0
end

-- A text gets the traceback of its task; other values stay what they are.
local function explained(task, problem)
    if problem == nil then
        problem = "an error without a value"
    end
    return type(problem) == "string" and debug.traceback(task.thread, problem) or problem
end

local function go_on(task)
    current, task.state = task, "running"
    local got = table.pack(coroutine.resume(task.thread, table.unpack(task.given, 1, task.given.n)))
    current = nil
    if not got[1] then
        local problem = explained(task, got[2])
        coroutine.close(task.thread)
        if not finish(task, { error = problem }) then
            error(problem, 0)
        end
    elseif coroutine.status(task.thread) == "dead" then
        finish(task, table.pack(table.unpack(got, 2, got.n)))
    elseif task.is_to_end then
        task:cancel()
    elseif task.state == "running" then -- it yielded by itself
        make_ready(task)
    end
end

--- Gives each task that is ready one turn. What a task raises that nobody waits for is raised here.
function tasks.turn()
    if current then
        error("a task can't turn the loop that runs it", 0)
    end
    local stop = last
    while first <= stop do
        local task = ready[first]
        ready[first], first = nil, first + 1
        if task.state == "ready" then
            go_on(task)
        end
    end
end

--- Wakes those whose time has come.
function tasks.ring()
    local now = tasks.clock()
    while sleepers[1] and sleepers[#sleepers].at <= now do
        tasks.wake(sleepers[#sleepers].task)
    end
end

--- When the next one is to be woken; at once where one is ready, for ever where all wait for others.
function tasks.deadline()
    if first <= last then
        return -math.huge
    end
    return sleepers[1] and sleepers[#sleepers].at or math.huge
end

function tasks.count()
    return #all
end

--- Raises when every task waits for another one.
function tasks.check_progress()
    if tasks.deadline() < math.huge or #all == 0 then
        return
    end
    local lines = { "every task waits, and nothing will wake one:" }
    for _, task in ipairs(all) do
        if task.is_outside then
            return
        end
        lines[#lines + 1] = ("%s waits for %s"):format(task, task.reason)
    end
    error(table.concat(lines, "\n    "), 0)
end

--- Cancels all, the youngest first; gives what the first `<close>` raised that did. Ctrl-C may have come at any moment: what
--- is kept here begins anew.
function tasks.cancel_all()
    local problem
    current = nil
    while #all > 0 do
        local task = all[#all]
        local ok, message = pcall(Task.cancel, task)
        if not ok then
            pcall(Task.cancel, task) -- it may have come in the middle of that
        end
        remove(all, task)
        problem = problem or not ok and message or nil
    end
    ready, first, last, sleepers = {}, 1, 0, {}
    return problem
end

--- Waits until it ended and gives what its function returned; raises what that raised. nil, message, "CANCELLED" when it
--- was cancelled.
function Task:wait()
    local here = tasks.current()
    if self.state ~= "ended" and not here then
        check.misuse("self", "outside a task nobody can wait for one: scheduler.run does")
    end
    while self.state ~= "ended" do
        self.waiters[#self.waiters + 1] = here
        local left <close> = setmetatable({}, { __close = function() remove(self.waiters, here) end })
        tasks.park(math.huge, tostring(self), false)
    end
    local outcome = self.outcome
    if outcome.cancelled then
        return core.fail "CANCELLED"
    elseif outcome.error ~= nil then
        error(outcome.error, 0)
    end
    return table.unpack(outcome, 1, outcome.n)
end

--- Ends it where it waits: its `<close>` variables are closed, those who wait for it hear of it. False when it had ended.
function Task:cancel()
    if self.state == "ended" then
        return false
    elseif self == current then
        if not tasks.current() then
            error("a task can't be cancelled from a coroutine inside it", 2)
        end
        self.is_to_end = true
        coroutine.yield()
    end
    local ok, problem = coroutine.close(self.thread)
    finish(self, { cancelled = true })
    if not ok then
        error(problem, 0)
    end
    return true
end

--- Has it ended?
function Task:is_over()
    return self.state == "ended"
end

Task.__close = Task.cancel

function Task:__tostring()
    local state = self.state
    if state == "ended" then
        state = self.outcome.cancelled and "cancelled" or self.outcome.error ~= nil and "failed" or "done"
    end
    return ("warifu.Task (%s, %s)"):format(self.name, state)
end

check.own(Task, Task)

return tasks
