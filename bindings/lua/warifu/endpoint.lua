-- What controllers and devices share: opening, own objects, events, pairings, the end.
local core = ...
local check = core.part "check"
local Node = core.part "node"
local loop = core.part "loop"

local Endpoint = {}

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
        interfaces = check.list("address", options.address) or check.list("interface", options.interface),
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
function Endpoint.add_object(self, eoj, properties)
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
function Endpoint.add_or_close(self, eoj, properties)
    local added, message, code = Endpoint.add_object(self, eoj, properties)
    if not added then
        self:close()
        return nil, message, code
    end
    return self
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

--- The next thing that happened, waiting for it at most `timeout` seconds (without one: for ever); nil, message,
--- "NO_ANSWER" when nothing did.
function methods:next_event(timeout)
    local deadline = core.now() + check.seconds("timeout", timeout, math.huge)
    local event, message, code = loop.next_event(self, deadline)
    return event and for_people(self, event), message, code
end

--- Events for a `for` loop, until `timeout` seconds are over (without them: for ever). Raises when the network fails.
function methods:watch(timeout)
    local deadline = core.now() + check.seconds("timeout", timeout, math.huge)
    return function()
        local event, message, code = loop.next_event(self, deadline)
        if not event and code ~= "NO_ANSWER" then
            error(message, 2)
        end
        return event and for_people(self, event)
    end
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
    local done, message, code = loop.await(self, nil, self.core:unpair(Node.id(peer)))
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
        loop.flush(self)
    end
    self.core:close()
end

return Endpoint
