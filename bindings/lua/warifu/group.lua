-- The group that a controller manages: one signed record by multicast reads or sets all its peers.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"
local Node = core.part "node"
local calls = core.part "calls"
local loop = core.part "loop"
local services = core.part "services"

local Group = { __name = "warifu.Group" }
Group.__index = Group

local CONTROLLER, SETC, GET = 0x05FF01, 0x61, 0x62
local EVERYBODY = true -- as a target of the core's request
local GET_OPTIONS = { timeout = true }
local SET_OPTIONS = { timeout = true, repeatable = true }

local function of_class(self, class)
    local found, message, code = self.owner.dictionary.find_class(class)
    return found and Naming.of(self.owner.dictionary, found.code), message, code
end

-- One answer of each object: { peer=, eoj=, is_refusal=, properties=, values= }.
local function collector(self, naming, answers)
    local places = {}
    return function(event)
        if not event.edata or not event.peer then
            return
        end
        local frame = core.parse_edata(event.edata)
        local object = ("%d %06X"):format(event.peer, frame.seoj)
        local properties, there = Node.properties_of(frame), {}
        for epc, edt in pairs(properties) do
            there[epc] = edt ~= "" and edt or nil
        end
        places[object] = places[object] or #answers + 1
        answers[places[object]] = {
            peer = Node.of_peer(self.owner, event.peer, event.number),
            eoj = frame.seoj,
            is_refusal = frame.esv < 0x60,
            properties = properties,
            values = naming:named(there),
        }
    end
end

local function say(self, esv, naming, properties, options)
    local edata, message, code = core.compose_edata {
        seoj = CONTROLLER, deoj = naming.class << 8, esv = esv, properties = properties,
    }
    if not edata then
        return nil, message, code
    end
    local answers, done = {}, nil
    done, message, code = calls.await(self.owner, collector(self, naming, answers),
        self.owner.core:request(EVERYBODY, edata, services.timeout(options), esv == GET or options.repeatable))
    if not done then
        return nil, message, code
    end
    return answers
end

--- Reads properties of all objects of a class: a list of { peer=, eoj=, values=, properties=, is_refusal= } of those who
--- answered within `timeout` seconds (3).
function Group:get(class, keys, options)
    options = check.options(options, GET_OPTIONS)
    local naming, message, code = of_class(self, class)
    if not naming then
        return nil, message, code
    end
    local asked, epcs = naming:keys(check.type("keys", keys, "table"))
    if not asked then
        return nil, epcs, message
    end
    local properties = {}
    for i, epc in ipairs(epcs) do
        properties[i] = { epc = epc }
    end
    return say(self, GET, naming, properties, options)
end

--- Sets properties of all objects of a class, once, or with `repeatable` again after 1 and 3 s: the same list.
function Group:set(class, values, options)
    options = check.options(options, SET_OPTIONS)
    local naming, message, code = of_class(self, class)
    if not naming then
        return nil, message, code
    end
    local sets
    sets, message, code = naming:sets(check.type("values", values, "table"))
    if not sets then
        return nil, message, code
    end
    return say(self, SETC, naming, sets, options)
end

--- How it is, or nil as long as no peer has had a session.
function Group:state()
    for _, group in ipairs(self.owner:groups()) do
        if not group.manager then
            return group
        end
    end
end

--- Gives it new keys; the old ones count for 30 s more.
function Group:renew()
    local done, message, code = self.owner.core:renew_group()
    if done then
        loop.flush(self.owner)
    end
    return done, message, code
end

function Group:__tostring()
    return ("%s of %s"):format(Group.__name, tostring(self.owner))
end

check.own(Group, Group)

local groups = {}

--- The group of a controller.
function groups.of(owner)
    return setmetatable({ owner = owner }, Group)
end

--- The groups of an endpoint: { id=, manager=, members=, waiting=, next_number= } each.
function groups.list(owner)
    local list = owner.core:groups()
    for _, group in ipairs(list) do
        group.manager = group.manager and Node.of_peer(owner, group.manager)
    end
    return list
end

return groups
