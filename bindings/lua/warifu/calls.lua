-- Requests to the core: who waits for one gets its events.
local core = ...
local loop = core.part "loop"

local calls = {}

local Call = {}

-- Leaving early, by an error or Ctrl-C, cancels the request.
function Call:__close()
    local endpoint = self.endpoint
    endpoint.waiting[self.request] = nil
    loop.remove(endpoint.seekers, self)
    if not self.done and endpoint.core:is_open() then
        endpoint.core:cancel(self.request)
    end
end

--- Begins to listen to a request of the core, to be closed: `on_event` sees its events but the last, once `finish` waits.
function calls.listen(self, on_event, request, message, code)
    if not request then
        return nil, message, code
    end
    local call = setmetatable({ endpoint = self, request = request, on_event = on_event, tasks = {} }, Call)
    self.waiting[request] = call
    return call
end

--- The same for a hello: it hears of everybody who is found, until it is closed.
function calls.seek(self, ...)
    local call, message, code = calls.listen(self, ...)
    if call then
        table.insert(self.seekers, call)
    end
    return call, message, code
end

-- Shows a call what came, in its own task; true when it is done.
local function take(call)
    while call[1] do
        local event = table.remove(call, 1)
        if event.kind == "done" then
            call.done = event
        elseif call.on_event then
            call.on_event(event, call.request)
        end
    end
    return call.done ~= nil
end

--- Waits until it is done and gives its last event; on failure nil, message, code, event.
function calls.finish(self, call)
    loop.hand_out(self)
    while not take(call) do
        local went, message, code = loop.turn(self, math.huge, call)
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

--- Listens and waits.
function calls.await(self, on_event, ...)
    local call <close>, message, code = calls.listen(self, on_event, ...)
    if not call then
        return nil, message, code
    end
    return calls.finish(self, call)
end

return calls
