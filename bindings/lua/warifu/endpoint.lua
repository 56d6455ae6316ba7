-- What controllers and devices share: waiting, the way of events to those who wait for them, and the end.
local core = ...
local check = core.part "check"
local Node = core.part "node"

local Endpoint = {}

local FOREVER = 3600
local QUEUE = 1024 -- events kept for next_event; the oldest go first

-- Events that belong to a request; when nobody waits for it any more, they mean nothing.
local OF_A_REQUEST = { done = true, answer = true, found = true, pair_step = true, pair_question = true }

local OPTIONS = {
    identity = true, state = true, address = true, interface = true, port = true, policy = true, number = true,
    trace = true,
}

local function list_of(name, value)
    if value == nil or type(value) == "string" then
        return value and { value }
    end
    for _, item in ipairs(check.type(name, value, "table")) do
        check.type(name, item, "string")
    end
    return value
end

--- Reads the options that both have in common into the configuration of the core.
local function configuration(options)
    if options.address ~= nil and options.interface ~= nil then
        check.misuse("interface", "either addresses or interfaces")
    end
    local identity = options.identity
    if type(identity) == "string" then
        local message, code
        identity, message, code = core.load_identity(identity)
        if not identity then
            return nil, message, code
        end
    end
    local number = options.number
    if number == nil and identity ~= nil then
        number = core.describe_identity(identity).number
    end
    return {
        identity = identity,
        state = check.optional("state", options.state, "string"),
        interfaces = list_of("address", options.address) or list_of("interface", options.interface),
        port = check.type("port", options.port, "number", 3610),
        policy = check.optional("policy", options.policy, "string"),
        trace = check.optional("trace", options.trace, "function"),
        number = number or core.new_number(),
    }
end

--- Makes an open object of `class`, or gives nil, message, code. `more` are the class's own options.
function Endpoint.open(class, options, more)
    local known = setmetatable(more, { __index = OPTIONS })
    local config, message, code = configuration(check.options(options, known))
    if not config then
        return nil, message, code
    end
    config.is_device = class.is_device
    config.on_set = check.optional("on_set", options and options.on_set, "function")
    local self = setmetatable({ core = core.endpoint(), waiting = {}, queue = {}, nodes = {} }, class)
    self.number = config.number
    self.where = ("%s port %d"):format(config.interfaces and table.concat(config.interfaces, ", ") or "every interface",
        config.port)
    local opened
    opened, message, code = self.core:open(config)
    if not opened then
        return nil, message, code
    end
    return self
end

--- Gives a class the methods of all endpoints and its metamethods.
function Endpoint.derive(name, is_device)
    local class = { __name = name, is_device = is_device }
    for key, method in pairs(Endpoint.methods) do
        class[key] = method
    end
    class.__index = class
    class.__close = class.close
    function class.__tostring(self)
        return ("%s (%s)"):format(name, self.core:is_open() and self.where or "closed")
    end
    return class
end

-- The only place that waits. A scheduler's version of it yields.
local function wait(self, seconds)
    return self.core:pump(seconds)
end

local function dispatch(self, event)
    local waiter = self.waiting[event.request]
    if waiter and OF_A_REQUEST[event.kind] then
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
    local event = self.core:next_event()
    while event do
        dispatch(self, event)
        event = self.core:next_event()
    end
end

local function turn(self, seconds)
    if not self.announced then
        self.announced = true
        self.core:announce()
    end
    local went, message, code = wait(self, seconds)
    hand_out(self)
    return went, message, code
end

-- Fields that people read, in place of the EDATA.
local function for_people(self, event)
    event.peer = event.peer and Node.of_peer(self, event.peer)
    if event.edata then
        local frame = core.parse_edata(event.edata)
        event.edata = nil
        if frame then
            event.eoj, event.esv, event.properties = frame.seoj, frame.esv, frame.properties
            event.values = {}
            for _, property in ipairs(frame.properties) do
                event.values[property.epc] = property.edt
            end
        end
    end
    if event.kind == "unpaired" and event.peer then
        Node.forget(self, event.peer)
    end
    return event
end

local methods = {}
Endpoint.methods = methods

--- Waits until the request is done and gives its last event; on failure nil, message, code, event. `on_event` sees the
--- others of the request. Leaving early, by an error or Ctrl-C, cancels it.
function methods:await(on_event, request, message, code)
    if not request then
        return nil, message, code
    end
    local done
    self.waiting[request] = function(event)
        if event.kind == "done" then
            done = event
        elseif on_event then
            on_event(event, request)
        end
    end
    local guard <close> = setmetatable({}, { __close = function()
        self.waiting[request] = nil
        if not done and self.core:is_open() then
            self.core:cancel(request)
        end
    end })
    hand_out(self)
    while not done do
        local went
        went, message, code = turn(self, FOREVER)
        if not went then
            return nil, message, code
        end
    end
    if done.error then
        local detail = done.error == "NO_ANSWER" and self.core:send_error() or nil
        message, code = select(2, core.fail(done.error, detail))
        return nil, message, code, done
    end
    return done
end

--- The next thing that happened, waiting for it at most `timeout` seconds (without one: for ever); nil, message,
--- "NO_ANSWER" when nothing did.
function methods:next_event(timeout)
    local deadline = core.now() + check.seconds("timeout", timeout, math.huge)
    hand_out(self)
    while #self.queue == 0 do
        local left = deadline - core.now()
        local went, message, code = turn(self, math.max(0, math.min(left, FOREVER)))
        if not went then
            return nil, message, code
        end
        if left <= 0 and #self.queue == 0 then
            return core.fail "NO_ANSWER"
        end
    end
    return for_people(self, table.remove(self.queue, 1))
end

--- Events for a `for` loop, until `timeout` seconds are over.
function methods:watch(timeout)
    local deadline = core.now() + check.seconds("timeout", timeout, math.huge)
    return function()
        local left = math.max(0, deadline - core.now())
        return (self:next_event(left <= 86400 and left or nil))
    end
end

--- The pairings, as peers.
function methods:peers()
    local list = {}
    for i, peer in ipairs(self.core:peers()) do
        list[i] = Node.of_peer(self, peer.id, peer)
    end
    return list
end

--- Ends a pairing from this side.
function methods:unpair(peer)
    check.object("peer", peer, Node)
    local done, message, code = self:await(nil, self.core:unpair(Node.id(peer)))
    if done or code == "UNPAIRED_HERE_ONLY" then
        Node.forget(self, peer)
    end
    return done and true, message, code
end

--- What was seen since the start: name -> count.
function methods:counters()
    return self.core:counters()
end

--- Sends any datagram as it is, for tests of others' patience; without an address to every group.
function methods:send_raw(address, datagram)
    local sent, message, code = self.core:send_raw(address, check.type("datagram", datagram, "string"))
    return sent, message, code
end

function methods:close()
    if self.core:is_open() then
        wait(self, 0) -- what is under way may leave
    end
    self.core:close()
end

return Endpoint
