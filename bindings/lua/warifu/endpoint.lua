-- What controllers and devices share: opening, own objects, events, pairings, the end.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"
local Node = core.part "node"
local gate = core.part "gate"
local SetupCode = core.part "setup_code"
local loop = core.part "loop"
local services = core.part "services"
local groups = core.part "group"

local Endpoint = {}

local OPTIONS = {
    identity = true, state = true, address = true, interface = true, port = true, policy = true, trace = true,
    dictionary = true, known = true, listeners_off = true, former = true, build_date = true,
    product_code = true, production_number = true, filter = true, groups = true,
    machine = true, -- where it lives in a simulated home (sim.lua)
}

-- What the device object super class requires beside the maps and the maker code, with values that promise nothing.
local SUPERCLASS = {
    [0x80] = { value = "\x30", access = "get inf" }, -- operation status: on
    [0x81] = { value = "\x00", access = "get set inf", size = { 1, 17 } }, -- installation location: not set
    [0x82] = "\0\0R\0", -- release R of the Appendix
    [0x88] = { value = "\x42", access = "get inf" }, -- no fault
}
local MAKER = 0x8A
local NODE_PROFILE_CLASS = 0x0EF0
local NUMBER = 0x83
local STARTS_WITH = { [0x80] = true, [0x82] = true, [0x8A] = true, [0xBF] = true } -- in the node profile

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
    local former = options.former
    if type(former) == "string" then
        local message, code
        former, message, code = core.load_identity(former)
        if not former then
            return nil, message, code
        end
    end
    local setup_code, fault, why = SetupCode.of(options.setup_code)
    if options.setup_code ~= nil and not setup_code then
        return nil, fault, why
    end
    if options.code_alone and not setup_code then
        check.misuse("code_alone", "there is no setup_code")
    end
    local owner = identity and core.describe_identity(identity)
    if owner and owner.role ~= role then
        check.misuse("identity", ("its role is %s, not %s"):format(owner.role, role))
    end
    if former and not (owner and core.describe_identity(former).number == owner.number) then
        check.misuse("former", "it is no identity of this node: the number is another one")
    end
    return {
        identity = identity,
        former = former,
        build_date = check.optional("build_date", options.build_date, "number"),
        setup_code = setup_code,
        code_alone = check.optional("code_alone", options.code_alone, "boolean"),
        state = check.optional("state", options.state, "string"),
        interfaces = check.list("address", options.address) or check.list("interface", options.interface),
        port = check.type("port", options.port, "number", 3610),
        known = check.list("known", options.known),
        listeners_off = gate.listeners(options.listeners_off),
        trace = check.optional("trace", options.trace, "function"),
        product_code = check.label("product_code", options.product_code),
        production_number = check.label("production_number", options.production_number),
        number = owner and owner.number or options.number and core.number(options.number)
            or core.random_number(options.machine),
        keep_number = not owner and options.number == nil and options.state ~= nil,
    }
end

-- What a filter gives besides the core's verdicts: seconds that the datagram is held back.
local function filter_of(self, filter)
    check.optional("filter", filter, "function")
    return filter and function(sent, address, datagram, multicast)
        local verdict = filter(sent, address, datagram, multicast)
        if type(verdict) ~= "number" then
            return verdict
        end
        loop.after(self, verdict, function()
            self.core:deliver(sent, address, datagram, multicast)
        end)
        return false
    end
end

--- Makes an open object of `class`, or gives nil, message, code. `more` are the class's own options.
function Endpoint.open(class, options, more)
    local known = setmetatable(more, { __index = OPTIONS })
    local config, message, code = configuration(check.options(options, known), class.role)
    if not config then
        return nil, message, code
    end
    config.is_device = class.role == "device"
    options = options or {}
    config.on_set = check.optional("on_set", options.on_set, "function")
    config.on_get = check.optional("on_get", options.on_get, "function")
    config.transmission_only = check.optional("transmission_only", options.transmission_only, "boolean")
    config.check_values = check.optional("check_values", options.check_values, "boolean")
    config.decide_within = check.optional("decide_within", options.decide_within, "number")
    config.answer_delay = check.optional("answer_delay", options.answer_delay, "number")
    config.gap = check.optional("gap", options.gap, "number")
    config.interview = check.optional("interview", options.interview, "boolean")
    config.groups = config.identity ~= nil and check.type("groups", options.groups, "boolean", true)
    config.listens = config.groups and check.type("listens", options.listens, "number", 0) or 0
    local names = Naming.dictionary(options.dictionary)
    config.dictionary = getmetatable(names).handle
    local policy = gate.policy(options.policy)
    config.policy = policy.handle
    local self = setmetatable({ core = core.endpoint(), nodes = {} }, class)
    loop.join(self)
    config.filter = filter_of(self, options.filter)
    self.dictionary, self.releases, self.policy = names, {}, policy
    if options.machine then
        self.machine = options.machine
        local joined
        joined, message, code = self.machine:join(config)
        if not joined then
            return nil, message, code
        end
    end
    self.number, self.identity = config.number, config.identity
    self.where = ("%s port %d"):format(config.interfaces and table.concat(config.interfaces, ", ") or "every interface",
        config.port)
    local opened
    opened, message, code = self.core:open(config)
    if not opened then
        return nil, message, code
    end
    gate.warn(policy)
    local profile = NODE_PROFILE_CLASS << 8 | (config.transmission_only and 2 or 1)
    self.number = core.hex(self.core:get_own(profile, NUMBER))
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

--- Adds one property to an object that is there.
function Endpoint.add_property(self, eoj, epc, property)
    if type(property) == "string" then
        property = { value = property }
    end
    check.options(check.type("property", property, "table"), PROPERTY)
    local value = check.type("value", property.value, "string")
    local size = property.size or #value
    local least = check.type("size", type(size) == "table" and size[1] or size, "number")
    local most = check.type("size", type(size) == "table" and size[2] or size, "number")
    if eoj >> 8 == NODE_PROFILE_CLASS and STARTS_WITH[epc] then
        self.core:remove_property(eoj, epc)
    end
    return self.core:add_property(eoj, epc, access_bits(property.access), least, most, value)
end

--- Adds an object of one's own with its properties and what the super class requires: whole, or not at all.
function Endpoint.add_object(self, eoj, properties)
    local all = {}
    local is_profile = eoj >> 8 == NODE_PROFILE_CLASS -- that is always there
    if not is_profile then
        for epc, property in pairs(SUPERCLASS) do
            all[epc] = property
        end
        all[MAKER] = core.unhex(self.number:sub(3, 8))
        local added, message, code = self.core:add_object(eoj)
        if not added then
            return nil, message, code
        end
    end
    for epc, property in pairs(properties) do
        all[check.epc("epc", epc)] = property
    end
    local order = {}
    for epc in pairs(all) do
        table.insert(order, epc == Naming.RELEASE and 1 or #order + 1, epc) -- it says how the others are checked
    end
    for _, epc in ipairs(order) do
        local added, message, code = Endpoint.add_property(self, eoj, epc, all[epc])
        if not added then
            if not is_profile then
                self.core:remove_object(eoj)
            end
            return nil, message, code
        end
    end
    return true
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

-- Names of what others say by themselves: in the release of that object, if it was ever asked for.
local function named(self, target, eoj, properties)
    local release = self.releases[Naming.release_key(target, eoj)]
    return Naming.of(self.dictionary, eoj >> 8, release or nil):named(properties)
end

-- Fields that people read, in place of the EDATA.
local function for_people(self, event)
    local target = event.is_protected and event.peer or event.address
    event.peer = event.peer and Node.of_peer(self, event.peer, event.number)
    if event.edata then
        local frame = core.parse_edata(event.edata)
        event.edata, event.eoj, event.properties = nil, frame.seoj, Node.properties_of(frame)
        event.values = event.kind == "notification" and named(self, target, frame.seoj, event.properties) or nil
    elseif event.kind == "property_set" then
        event.values = Naming.of_own(self, event.eoj):named { [event.epc] = event.value or "" }
    end
    if event.kind == "unpaired" and event.peer then
        Node.forget(event.peer)
    end
    return event
end

--- The next event of `heard` (loop.subscribe), or of those that nobody listens to, until `deadline`.
function Endpoint.next_event(self, deadline, heard)
    local event, message, code = loop.next_event(self, deadline, heard)
    return event and for_people(self, event), message, code
end

local methods = {}
Endpoint.methods = methods

--- The next thing that happened, waiting for it at most `timeout` seconds (without one: for ever); nil, message,
--- "NO_ANSWER" when nothing did.
function methods:next_event(timeout)
    local deadline = loop.now(self) + check.seconds("timeout", timeout, math.huge)
    return Endpoint.next_event(self, deadline)
end

--- Does what there is to do, without waiting, and gives the next event, or nil when there is none: for a loop of somebody
--- else, which waits until `pollfd` is readable or `timeout` seconds are over.
function methods:step()
    local event, message, code = loop.step(self)
    return event and for_people(self, event), message, code
end

--- One descriptor for all its sockets, which stays its own; it may be added to any poll. nil in a simulated home.
function methods:pollfd()
    return self.core:pollfd()
end

--- What to wait for at `pollfd`: always "r".
function methods:events()
    return "r"
end

--- Seconds after which it wants a `step` though nothing came in; what waits to be sent is sent.
function methods:timeout()
    return loop.timeout(self)
end

--- Events for a `for` loop, until `timeout` seconds are over (without them: for ever). Each such loop hears all. Raises when
--- the network fails.
function methods:watch(timeout)
    local deadline = loop.now(self) + check.seconds("timeout", timeout, math.huge)
    local heard = loop.subscribe(self)
    return function()
        local event, message, code = Endpoint.next_event(self, deadline, heard)
        if not event and code ~= "NO_ANSWER" then
            error(message, 2)
        end
        return event
    end, nil, nil, heard
end

--- Which rule of the policy decides for a peer, for who asks in clear from an address, or for a kind of peer ("unknown",
--- "known", "member", "paired"). `access` is "read", "write", "notify" or "announce".
function methods:explain(peer, object, property, access)
    local who = getmetatable(peer) == Node and Node.id(peer) or peer
    return gate.explain(self, who, object, property, access)
end

--- The pairings, as peers.
function methods:peers()
    local list = {}
    for i, peer in ipairs(self.core:peers()) do
        list[i] = Node.of_peer(self, peer.id, peer.number)
    end
    return list
end

--- The group that a controller manages, or those that a device is a member of: { id=, manager=, members=, waiting=,
--- next_number= } each.
function methods:groups()
    return groups.list(self)
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

--- Removes a pairing here, whether its peer is there or not; it isn't told.
function methods:forget_peer(peer)
    check.object("peer", peer, Node)
    local done, message, code = self.core:forget_peer(Node.id(peer))
    if done then
        Node.forget(peer)
    end
    return done, message, code
end

--- Erases all pairings and their keys; no peer is told.
function methods:factory_reset()
    return self.core:factory_reset()
end

local REQUEST = { to = true, gets = true, timeout = true, repeatable = true }

--- Sends one message as it is and gives all answers, refusals among them (then message and "REFUSED" follow the list).
--- `service` is "SetI", "SetC", "Get", "INF_REQ", "SetGet", "INF" or "INFC"; `properties` are EPCs or { epc=, edt= }, `gets`
--- the second list of a SetGet; `to` is a node, a peer, an address, or nil: everybody, in clear.
function methods:request(service, eoj, properties, options)
    options = check.options(options, REQUEST)
    local to = options.to
    if type(to) == "table" then
        to = rawget(to, "id") or to.address
    end
    return services.request(self, check.optional("to", to, type(to) == "number" and "number" or "string"),
        check.type("service", service, "string"), check.eoj("eoj", eoj), properties, options)
end

--- Announces a list of EPCs of an own object as they are now: to peers under their sessions, and to everybody in clear
--- those that the policy lets be announced. Changes are announced by themselves.
function methods:inf(eoj, epcs)
    return services.inform(self, nil, check.eoj("eoj", eoj), epcs, false, {})
end

-- The two texts of a list, as DER.
local function list_of(issuer, crl)
    check.type("issuer", issuer, "string")
    check.type("crl", crl, "string")
    local certificate, message, code = core.der_of("CERTIFICATE", issuer)
    if not certificate then
        return nil, message, code
    end
    local list
    list, message, code = core.der_of("X509 CRL", crl)
    return list and certificate, list or message, code
end

--- Takes a revocation list of the CA whose certificate `issuer` is, PEM text or DER. At once no certificate on it counts:
--- a paired peer on it is unpaired (event "unpaired", with error REVOKED) and nobody on it pairs again.
function methods:take_revocation_list(issuer, crl)
    local certificate, list, code = list_of(issuer, crl)
    if not certificate then
        return nil, list, code
    end
    return self.core:take_list(certificate, list)
end

--- Gives a revocation list to a peer, and waits until it took it.
function methods:send_revocation_list(peer, issuer, crl)
    check.object("peer", peer, Node)
    local certificate, list, code = list_of(issuer, crl)
    if not certificate then
        return nil, list, code
    end
    local done, message
    done, message, code = loop.await(self, nil, self.core:send_list(Node.id(peer), certificate, list))
    return done and true, message, code
end

--- The revocation lists held: issuer (SHA-256 of its name), number, this_update, next_update (seconds since 1970), entries,
--- kept (of how many of these it knows).
function methods:revocation_lists()
    return self.core:lists()
end

--- Calls `action` once in so many seconds, while a method of this object waits. Also from inside a hook.
function methods:after(seconds, action)
    loop.after(self, check.seconds("seconds", seconds), check.type("action", action, "function"))
end

--- What was seen since the start: name -> count.
function methods:counters()
    return self.core:counters()
end

--- The audit log, a list of entries, oldest first: what happened that matters for security, also before the last restart.
function methods:audit()
    return self.core:audit()
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
