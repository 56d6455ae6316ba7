-- Waiting, and the way of events to those who wait for them. An endpoint has: core, waiting (request -> call), seekers
-- (calls), listeners (queues), queue (events that nobody listens to), parked (tasks), alarms ({at=, act=}, the next one
-- last). A call and a queue are lists of events with `tasks`, those that they are to wake. All are lists, so that a
-- simulated home does the same each time.
local core = ...
local tasks = core.part "tasks"

local loop = {}

local FOREVER = 3600
local QUEUE = 1024 -- events kept for each who listens; the oldest go first

-- Events that belong to a request; when nobody waits for it any more, they mean nothing.
local OF_A_REQUEST = { done = true, answer = true, found = true, pair_step = true, pair_question = true }

-- All that are open, as far as somebody holds them: what a scheduler works for.
local everybody = setmetatable({}, { __mode = "k" })

local births = 0

--- What an endpoint needs to wait.
function loop.join(self)
    births = births + 1
    self.waiting, self.seekers, self.queue, self.alarms, self.parked = {}, {}, { tasks = {} }, {}, {}
    self.listeners, self.birth = {}, births
    everybody[self] = true
end

--- A list of those that are open, or closed while a task waits there.
function loop.everybody()
    local list = {}
    for endpoint in pairs(everybody) do
        if endpoint.core:is_open() or endpoint.parked[1] then
            list[#list + 1] = endpoint
        end
    end
    table.sort(list, function(a, b) return a.birth < b.birth end)
    return list
end

--- Takes it out of a list, if it is there; true when it was.
function loop.remove(list, item)
    for at, other in ipairs(list) do
        if other == item then
            table.remove(list, at)
            return true
        end
    end
end

--- Seconds of the clock that an endpoint lives by.
function loop.now(self)
    return self.machine and self.machine:now() or core.now()
end

-- ---- alarms ----

--- Lets `act` be called in so many seconds, by whoever waits then. Returns nothing.
function loop.after(self, seconds, act)
    local alarms, at = self.alarms, loop.now(self) + seconds
    local place = #alarms + 1
    while place > 1 and alarms[place - 1].at <= at do
        place = place - 1
    end
    table.insert(alarms, place, { at = at, act = act })
end

--- When the next alarm rings; for ever without one.
function loop.next_alarm(self)
    local alarm = self.alarms[#self.alarms]
    return alarm and alarm.at or math.huge
end

--- Calls what is due; what that sets anew for now comes with the next turn.
function loop.ring(self)
    local alarms, due, now = self.alarms, {}, loop.now(self)
    while alarms[1] and alarms[#alarms].at <= now do
        due[#due + 1] = table.remove(alarms)
    end
    for _, alarm in ipairs(due) do
        if self.core:is_open() then
            alarm.act()
        end
    end
end

-- ---- events ----

-- Puts an event at the end of what a call or a listener gets, and wakes one task that waits for it.
local function put(queue, event)
    if #queue == QUEUE then
        table.remove(queue, 1)
    end
    queue[#queue + 1] = event
    if queue.tasks[1] then
        tasks.wake(table.remove(queue.tasks, 1))
    end
end

local function copy(event)
    local twin = {}
    for key, value in pairs(event) do
        twin[key] = value
    end
    return twin
end

local function dispatch(self, event)
    local call = self.waiting[event.request]
    if event.kind == "found" then -- answers a hello of ours, it does not say which
        for _, seeker in ipairs(self.seekers) do
            put(seeker, event)
        end
    elseif OF_A_REQUEST[event.kind] then
        if call then
            put(call, event)
        end
    else
        for _, listener in ipairs(self.listeners) do
            put(listener, copy(event))
        end
        if not self.listeners[1] or self.queue.tasks[1] then
            put(self.queue, event)
        end
    end
end

--- Hands out the events that are there.
function loop.hand_out(self)
    local event = self.core:is_open() and self.core:next_event()
    while event do
        dispatch(self, event)
        event = self.core:next_event()
    end
end

-- ---- waiting ----

--- Tells the network that it is there, once.
function loop.announce(self)
    if not self.announced then
        self.announced = true
        self.core:announce()
    end
end

--- Lets what waits to be sent leave.
function loop.flush(self)
    self.core:flush()
end

local Place = {}

function Place:__close()
    local queue = self.queue
    loop.remove(self.endpoint.parked, self.task)
    if not loop.remove(queue.tasks, self.task) and queue[1] and queue.tasks[1] then
        -- it was woken for an event that it may not take, cancelled meanwhile
        tasks.wake(table.remove(queue.tasks, 1))
    end
end

-- The running task waits until an event is in `queue`.
local function park(self, task, seconds, queue)
    self.core:flush()
    table.insert(self.parked, task)
    table.insert(queue.tasks, task)
    local place <close> = setmetatable({ endpoint = self, task = task, queue = queue }, Place)
    local message, code = tasks.park(seconds, tostring(self), true)
    if code then
        return nil, message, code
    end
    return true
end

--- Waits at most so long for something in `queue`: with this thread, or as a task that lets others run.
function loop.turn(self, seconds, queue)
    loop.announce(self)
    local task = tasks.current()
    if task and tasks.world.has(self) then
        return park(self, task, seconds, queue)
    end
    local wait = math.max(0, math.min(seconds, loop.next_alarm(self) - loop.now(self)))
    local went, message, code
    if self.machine then
        went, message, code = self.machine:wait(self, wait)
    else
        went, message, code = self.core:pump(math.min(wait, FOREVER))
    end
    loop.hand_out(self)
    loop.ring(self)
    return went, message, code
end

--- Wakes all tasks that wait here, to tell them of a failure.
function loop.fail_all(self, message, code)
    for _, task in ipairs(self.parked) do
        tasks.wake(task, message, code)
    end
end

--- Works without waiting, for all who wait here.
function loop.work(self)
    local went, message, code = self.core:pump(0)
    loop.hand_out(self)
    loop.ring(self)
    if not went then
        loop.fail_all(self, message, code)
    end
    return went, message, code
end

--- Seconds until it wants to work, whatever comes in; what waits to be sent is sent.
function loop.rest(self)
    loop.announce(self)
    self.core:flush()
    return math.max(0, math.min(self.core:timeout(), loop.next_alarm(self) - loop.now(self)))
end

--- Works without waiting, and gives the next event that belongs to no request, if there is one.
function loop.step(self)
    loop.announce(self)
    local went, message, code = loop.work(self)
    if not went then
        return nil, message, code
    end
    return table.remove(self.queue, 1)
end

--- Seconds until it wants a step.
function loop.timeout(self)
    loop.hand_out(self)
    local rest = loop.rest(self)
    return #self.queue > 0 and 0 or rest
end

-- ---- events of no request ----

local function move(from, to)
    table.move(from, 1, #from, #to + 1, to)
    for at = #from, 1, -1 do
        from[at] = nil
    end
end

local Listener = {}

-- What it did not take is for the next who listens.
function Listener:__close()
    local endpoint = self.endpoint
    loop.remove(endpoint.listeners, self)
    if not endpoint.listeners[1] then
        move(self, endpoint.queue)
    end
end

--- A queue that gets all of them, and those before that nobody heard, until it is closed.
function loop.subscribe(self)
    loop.hand_out(self)
    local listener = setmetatable({ endpoint = self, tasks = {} }, Listener)
    move(self.queue, listener)
    table.insert(self.listeners, listener)
    return listener
end

--- The next one of a queue, or of those that nobody listens to, waiting at most until `deadline`; nil, message,
--- "NO_ANSWER" without one.
function loop.next_event(self, deadline, queue)
    loop.hand_out(self)
    queue = queue or self.queue
    while #queue == 0 do
        local left = deadline - loop.now(self)
        local went, message, code = loop.turn(self, math.max(0, left), queue)
        if not went then
            return nil, message, code
        elseif left <= 0 and #queue == 0 then
            return core.fail "NO_ANSWER"
        end
    end
    return table.remove(queue, 1)
end

return loop
