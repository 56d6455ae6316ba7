-- Waiting, and the way of events to those who wait for them. An endpoint has: core, waiting (request -> function), seekers
-- (a set of calls), queue (events that nobody waits for), alarms (a list of {at=, act=}, the next one last).
local core = ...

local loop = {}

local FOREVER = 3600
local QUEUE = 1024 -- events kept for next_event; the oldest go first

-- Events that belong to a request; when nobody waits for it any more, they mean nothing.
local OF_A_REQUEST = { done = true, answer = true, found = true, pair_step = true, pair_question = true }

-- The only place that waits. A scheduler's version of it yields.
local function wait(self, seconds)
    if self.machine then
        return self.machine:wait(self, seconds)
    end
    return self.core:pump(math.min(seconds, FOREVER))
end

--- Seconds of the clock that an endpoint lives by.
function loop.now(self)
    return self.machine and self.machine:now() or core.now()
end

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

local function dispatch(self, event)
    local waiter = self.waiting[event.request]
    if event.kind == "found" then -- answers a hello of ours, it does not say which
        for call in pairs(self.seekers) do
            call.on_event(event)
        end
    elseif waiter and OF_A_REQUEST[event.kind] then
        waiter(event)
    elseif not OF_A_REQUEST[event.kind] then
        if #self.queue == QUEUE then
            table.remove(self.queue, 1)
        end
        self.queue[#self.queue + 1] = event
    end
end

-- Hands out the events that are there; a waiter may raise, the rest stays in the engine.
local function hand_out(self)
    if not self.core:is_open() then
        return
    end
    local event = self.core:next_event()
    while event do
        dispatch(self, event)
        event = self.core:next_event()
    end
end

--- Tells the network that it is there, once.
function loop.announce(self)
    if not self.announced then
        self.announced = true
        self.core:announce()
    end
end

loop.hand_out = hand_out

local function turn(self, seconds)
    loop.announce(self)
    local went, message, code = wait(self, math.max(0, math.min(seconds, loop.next_alarm(self) - loop.now(self))))
    hand_out(self)
    loop.ring(self)
    return went, message, code
end

local Call = {}

-- Leaving early, by an error or Ctrl-C, cancels the request.
function Call:__close()
    local endpoint = self.endpoint
    endpoint.waiting[self.request] = nil
    endpoint.seekers[self] = nil
    if not self.done and endpoint.core:is_open() then
        endpoint.core:cancel(self.request)
    end
end

--- Begins to listen to a request of the core, to be closed: `on_event` sees its events but the last.
function loop.listen(self, on_event, request, message, code)
    if not request then
        return nil, message, code
    end
    local call = setmetatable({ endpoint = self, request = request, on_event = on_event }, Call)
    self.waiting[request] = function(event)
        if event.kind == "done" then
            call.done = event
        elseif on_event then
            on_event(event, request)
        end
    end
    return call
end

--- Waits until it is done and gives its last event; on failure nil, message, code, event.
function loop.finish(self, call)
    hand_out(self)
    while not call.done do
        local went, message, code = turn(self, math.huge)
        if not went then
            return nil, message, code
        end
    end
    local done = call.done
    if done.error then
        local detail = done.error == "NO_ANSWER" and self.core:send_error() or nil
        local message, code = select(2, core.fail(done.error, detail))
        return nil, message, code, done
    end
    return done
end

--- The same for a hello: it hears of everybody who is found, until it is closed.
function loop.seek(self, on_event, request, message, code)
    local call
    call, message, code = loop.listen(self, on_event, request, message, code)
    if call then
        self.seekers[call] = true
    end
    return call, message, code
end

--- Listens and waits.
function loop.await(self, on_event, ...)
    local call <close>, message, code = loop.listen(self, on_event, ...)
    if not call then
        return nil, message, code
    end
    return loop.finish(self, call)
end

--- The next event that belongs to no request, waiting at most until `deadline`; nil, message, "NO_ANSWER" without one.
function loop.next_event(self, deadline)
    hand_out(self)
    while #self.queue == 0 do
        local left = deadline - loop.now(self)
        local went, message, code = turn(self, math.max(0, left))
        if not went then
            return nil, message, code
        elseif left <= 0 and #self.queue == 0 then
            return core.fail "NO_ANSWER"
        end
    end
    return table.remove(self.queue, 1)
end

--- Works without waiting, and gives the next such event, if there is one.
function loop.step(self)
    local went, message, code = turn(self, 0)
    if not went then
        return nil, message, code
    end
    return table.remove(self.queue, 1)
end

--- Seconds until it wants a turn, whatever comes in; what waits to be sent is sent.
function loop.timeout(self)
    loop.announce(self)
    self.core:flush()
    hand_out(self)
    local left = math.min(self.core:timeout(), loop.next_alarm(self) - loop.now(self))
    return #self.queue > 0 and 0 or math.max(0, left)
end

--- Lets what is under way leave.
function loop.flush(self)
    return wait(self, 0)
end

return loop
