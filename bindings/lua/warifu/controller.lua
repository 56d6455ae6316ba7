local core = ...
local check = core.part "check"
local Endpoint = core.part "endpoint"
local groups = core.part "group"
local Node = core.part "node"
local SetupCode = core.part "setup_code"
local calls = core.part "calls"
local own_objects = core.part "own_objects"

local Controller = Endpoint.derive("warifu.Controller", "controller")

local OBJECT = 0x05FF01
local NUMBER, INSTANCES = 0x83, 0xD6

local SHORTEST = 0.01 -- 0 means the engine's own timeout

local DISCOVER = { timeout = true, address = true, greet = true }
local RESCAN = { timeout = true }
local PAIR = { number = true, code = true, root_too = true, confirm = true, progress = true, duration = true }

local function open(_, options)
    local self, message, code = Endpoint.open(Controller, options, { timeout = true, gap = true, interview = true })
    if not self then
        return nil, message, code
    end
    self.patience = check.seconds("timeout", options and options.timeout, 0)
    local added
    added, message, code = own_objects.add(self, OBJECT, {})
    if not added then
        self:close()
        return nil, message, code
    end
    return self
end

local function address_of(name, value)
    if type(value) == "table" then
        value = value.address
    end
    return check.type(name, value, "string")
end

-- What the answers to a discovery say of each address.
local function collector(by_address)
    return function(event)
        local seen = by_address[event.address] or { objects = {} }
        by_address[event.address] = seen
        if event.hello then
            seen.da = event.hello
        elseif event.edata then
            local values = Node.properties_of(core.parse_edata(event.edata))
            local number, instances = values[NUMBER] or "", values[INSTANCES] or ""
            seen.number = #number == 17 and core.hex(number) or seen.number
            seen.objects = {}
            for at = 2, #instances - 2, 3 do
                seen.objects[#seen.objects + 1] = (">I3"):unpack(instances, at)
            end
        end
    end
end

local function is_ipv4(address)
    return address:sub(1, 1) ~= "["
end

-- The nodes behind the addresses: one in IPv4 and one in IPv6 with the same number are one node's.
local function nodes_of(self, by_address, named)
    local addresses, nodes, rows = {}, {}, {}
    for _, row in ipairs(self.core:known()) do
        rows[row.address] = row
        if row.other_address then
            rows[row.other_address] = row
        end
    end
    for address in pairs(by_address) do
        addresses[#addresses + 1] = address
    end
    table.sort(addresses, function(a, b)
        return is_ipv4(a) and not is_ipv4(b) or is_ipv4(a) == is_ipv4(b) and a < b
    end)
    for _, address in ipairs(addresses) do
        local seen, node = by_address[address], nil
        for _, other in ipairs(nodes) do
            local fits = is_ipv4(other.address) and not is_ipv4(address) and not other.other_address
            if fits and seen.number and other.number == seen.number then
                node = other
            end
        end
        if node then
            node.other_address, node.da = address, node.da or seen.da
        else
            nodes[#nodes + 1] = seen
            seen.address = address
        end
    end
    for at, seen in ipairs(nodes) do
        local address = seen.address
        nodes[at] = rows[address] and Node.of_roster(self, rows[address], address, seen, named)
            or Node.of_address(self, address, seen)
    end
    return nodes
end

-- Waits for the end of a question to many; that nobody answers is no failure.
local function harvest(self, take, call)
    local done, message, code, last = calls.finish(self, call)
    last = done or last
    if last and last.edata and last.address then
        take(last)
    end
    return done or code == "NO_ANSWER", message, code
end

-- Two hellos, each for half of the time: one may be lost, or come too soon after another's.
local function greet(self, take, address, timeout)
    for _ = 1, 2 do
        local call <close>, message, code = calls.seek(self, take, self.core:hello(address, timeout / 2))
        local went = call
        if went then
            went, message, code = harvest(self, take, call)
        end
        if not went then
            return nil, message, code
        end
    end
    return true
end

-- Questions to several at the same time, which end together.
local Questions = {}

function Questions:__close(problem)
    for _, call in ipairs(self) do
        getmetatable(call).__close(call, problem)
    end
end

-- `addresses` is a list; nil: everybody.
local function look_around(self, addresses, timeout, options)
    local by_address = {}
    local take = collector(by_address)
    local questions <close> = setmetatable({}, Questions)
    local went, message, code = true, nil, nil
    for at = 1, addresses and #addresses or 1 do
        went, message, code = calls.seek(self, take,
            self.core:discover(addresses and addresses[at], timeout, options.again))
        if not went then
            return nil, message, code
        end
        questions[at] = went
    end
    for at = 1, self.identity and options.greet and #questions or 0 do
        if went then
            went, message, code = greet(self, take, addresses and addresses[at], timeout)
        end
    end
    for _, question in ipairs(questions) do
        if went then
            went, message, code = harvest(self, take, question)
        end
    end
    if not went then
        return nil, message, code
    end
    return nodes_of(self, by_address, addresses ~= nil)
end

--- Asks everybody (or one address, or a list of them) who is there: a list of nodes, maybe empty. Fields of a node:
--- address, number, objects (a list of EOJs), da (what it says of Device Authentication, or nil), other_address (where the
--- same number answered in IPv6). None of it is proven. With an identity those that take frames of the arbitrary format, as
--- they say in 82, are asked about Device Authentication; with `greet` all are, which makes some devices deaf.
function Controller:discover(options)
    options = check.options(options, DISCOVER)
    local timeout = math.max(check.seconds("timeout", options.timeout, 2), SHORTEST)
    local addresses
    if type(options.address) == "table" and not getmetatable(options.address) then
        addresses = check.list("address", options.address)
    elseif options.address then
        addresses = { address_of("address", options.address) }
    end
    return look_around(self, addresses, timeout, { greet = options.greet })
end

--- Asks everybody who is there and gives all nodes that are known, as `known` does. Who stayed silent is then asked alone,
--- in the background: an event "node_gone" tells who is not there any more.
function Controller:rescan(options)
    options = check.options(options, RESCAN)
    local timeout = math.max(check.seconds("timeout", options.timeout, 2), SHORTEST)
    local seen, message, code = look_around(self, nil, timeout, { again = true })
    if not seen then
        return nil, message, code
    end
    return self:known()
end

--- All nodes that were heard: address, number, objects, is_online, reason (why not), limit (of properties in one message).
function Controller:known()
    local list = {}
    for i, row in ipairs(self.core:known()) do
        list[i] = Node.of_roster(self, row, row.address, { number = row.number, objects = row.objects })
    end
    return list
end

--- Drops a node that discover, rescan or known gave from what is known, with all that was learnt of it; it comes back when
--- it is heard.
function Controller:forget(node)
    self.core:forget_known(rawget(check.type("node", node, "table"), "known") or check.misuse("node", "it is of no roster"))
end

--- Pairs with the device at `address` (or one that discover found) and gives the peer. `code` is what its label says,
--- `number` names the device; without both `confirm(number)` is asked whether it is the right one. With a code no root has
--- to vouch for the device, unless `root_too` is set. `progress(step)` is told how it goes; lost answers are asked for
--- again for `duration` seconds (180).
function Controller:pair(address, options)
    address = address_of("node", address)
    options = check.options(options, PAIR)
    local confirm = check.optional("confirm", options.confirm, "function")
    local progress = check.optional("progress", options.progress, "function")
    if options.number == nil and options.code == nil and not confirm then
        check.misuse("code", "give the device's set-up code or its number, or confirm=function(number)")
    end
    local secret, fault, why = SetupCode.of(options.code)
    if options.code ~= nil and not secret then
        return nil, fault, why
    end
    local number, made = options.number and core.number(options.number), nil
    local duration = check.seconds("duration", options.duration, 0)
    local done, message, code = calls.await(self, function(event, request)
        if event.kind == "pair_step" then
            made = event.peer or made
            if progress then
                progress(event.step)
            end
        elseif event.kind == "pair_question" then
            self.core:pair_decide(request, confirm ~= nil and confirm(event.number) == true)
        end
    end, self.core:pair(address, number, secret, options.root_too == true, duration))
    if not done then
        return nil, message, code
    end
    for _, peer in ipairs(self:peers()) do
        if Node.id(peer) == made then
            return peer
        end
    end
    return core.fail "NOT_PAIRED" -- unpaired again in the same moment
end

--- All peers at once: one signed record by multicast reads or sets them.
function Controller:group()
    return groups.of(self)
end

--- A node in clear, by its address: what it lets strangers do.
function Controller:node(address)
    return Node.of_address(self, address_of("address", address))
end

return setmetatable(check.own(Controller, Controller), { __call = open })
