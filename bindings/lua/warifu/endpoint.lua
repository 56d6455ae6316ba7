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
    identity = true, state = true, address = true, interface = true, port = true, policy = true, trace = true,
}

-- What the device object super class requires beside the maps and the maker code, with values that promise nothing.
local SUPERCLASS = {
    [0x80] = { value = "\x30", access = "get inf" }, -- operation status: on
    [0x81] = { value = "\x00", access = "get set inf" }, -- installation location: not set
    [0x82] = "\0\0R\0", -- release R of the Appendix
    [0x88] = { value = "\x42", access = "get inf" }, -- no fault
}
local MAKER = 0x8A
local NODE_PROFILE_CLASS = 0x0EF0

local ACCESS = { get = 1, set = 2, inf = 4 }
local PROPERTY = { value = true, access = true, size = true }

local function access_bits(text)
    local bits = 0
    for word in check.type("access", text, "string", "get"):gmatch "[^%s,]+" do
        bits = bits | (ACCESS[word] or check.misuse("access", "'" .. word .. "' is none of get, set, inf"))
    end
    return bits
end

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
local function configuration(options, role)
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
    local owner = identity and core.describe_identity(identity)
    if owner and owner.role ~= role then
        check.misuse("identity", ("its role is %s, not %s"):format(owner.role, role))
    end
    return {
        identity = identity,
        state = check.optional("state", options.state, "string"),
        interfaces = list_of("address", options.address) or list_of("interface", options.interface),
        port = check.type("port", options.port, "number", 3610),
        policy = check.optional("policy", options.policy, "string"),
        trace = check.optional("trace", options.trace, "function"),
        number = owner and owner.number or core.random_number(),
    }
end

--- Makes an open object of `class`, or gives nil, message, code. `more` are the class's own options.
function Endpoint.open(class, options, more)
    local known = setmetatable(more, { __index = OPTIONS })
    local config, message, code = configuration(check.options(options, known), class.role)
    if not config then
        return nil, message, code
    end
    config.is_device = class.role == "device"
    config.on_set = check.optional("on_set", options and options.on_set, "function")
    local self = setmetatable({ core = core.endpoint(), waiting = {}, seekers = {}, queue = {}, nodes = {} }, class)
    self.number, self.identity = config.number, config.identity
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
function Endpoint.derive(name, role)
    local class = { __name = name, role = role }
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
    event.peer = event.peer and Node.of_peer(self, event.peer, event.number)
    if event.edata then
        local frame = core.parse_edata(event.edata)
        event.edata, event.eoj, event.properties = nil, frame.seoj, Node.properties_of(frame)
    end
    if event.kind == "unpaired" and event.peer then
        Node.forget(event.peer)
    end
    return event
end

local methods = {}
Endpoint.methods = methods

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
function methods:listen(on_event, request, message, code)
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
function methods:finish(call)
    hand_out(self)
    while not call.done do
        local went, message, code = turn(self, FOREVER)
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
function methods:seek(on_event, request, message, code)
    local call
    call, message, code = self:listen(on_event, request, message, code)
    if call then
        self.seekers[call] = true
    end
    return call, message, code
end

--- Listens and waits.
function methods:await(on_event, ...)
    local call <close>, message, code = self:listen(on_event, ...)
    if not call then
        return nil, message, code
    end
    return self:finish(call)
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

local function add_property(self, eoj, epc, property)
    if type(property) == "string" then
        property = { value = property }
    end
    check.options(check.type("property", property, "table"), PROPERTY)
    local value = check.type("value", property.value, "string")
    local size = property.size or #value
    local least = check.type("size", type(size) == "table" and size[1] or size, "number")
    local most = check.type("size", type(size) == "table" and size[2] or size, "number")
    return self.core:add_property(eoj, epc, access_bits(property.access), least, most, value)
end

--- Adds an object of one's own with its properties and what the super class requires.
function methods:add_object(eoj, properties)
    local all = {}
    local added, message, code = true, nil, nil
    if eoj >> 8 ~= NODE_PROFILE_CLASS then -- the node profile is always there
        for epc, property in pairs(SUPERCLASS) do
            all[epc] = property
        end
        all[MAKER] = core.unhex(self.number:sub(3, 8))
        added, message, code = self.core:add_object(eoj)
    end
    for epc, property in pairs(properties) do
        all[check.epc("epc", epc)] = property
    end
    for epc, property in pairs(all) do
        if not added then
            break
        end
        added, message, code = add_property(self, eoj, epc, property)
    end
    return added, message, code
end

--- The same while it is being opened: on failure it is closed again.
function methods:add_or_close(eoj, properties)
    local added, message, code = self:add_object(eoj, properties)
    if not added then
        self:close()
        return nil, message, code
    end
    return self
end

--- The pairings, as peers.
function methods:peers()
    local list = {}
    for i, peer in ipairs(self.core:peers()) do
        list[i] = Node.of_peer(self, peer.id, peer.number)
    end
    return list
end

--- Ends a pairing from this side.
function methods:unpair(peer)
    check.object("peer", peer, Node)
    local done, message, code = self:await(nil, self.core:unpair(Node.id(peer)))
    if done or code == "UNPAIRED_HERE_ONLY" then
        Node.forget(peer)
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
