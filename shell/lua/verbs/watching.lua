-- Waiting for what nodes tell, and telling them.
local shell = ...
local warifu = require "warifu"
local events = shell.part "events"
local home = shell.part "home"
local names = shell.part "names"
local nodes = shell.part "nodes"
local output = shell.part "output"
local properties = shell.part "properties"
local values = shell.part "values"

local POLL = 10 -- seconds between questions, where nothing is announced

local LINE = { text = events.text, bare = events.text }

local function no_answer(what)
    return nil, what, "NO_ANSWER"
end

-- What is wanted: a test of event data. Gives nil, message, code when the words mean nothing.
local function filter_of(given)
    if not given.target then
        return function(data) return given.all or events.matters(data) end
    end
    local target, message, code = properties.target(given.target)
    local epcs
    if target then
        epcs, message, code = properties.epcs(target, given.property or {})
    end
    if not epcs then
        return nil, message, code
    end
    local object = names.hex(target.eoj)
    return function(data)
        return data.object == object and (data.number or target.entry.number) == target.entry.number
            and (target.entry.number ~= nil or data.address == target.entry.address) and data.properties ~= nil
            and events.has(data, epcs)
    end
end

local function watch(given)
    local controller, message, code = home.open()
    local wanted
    if controller then
        wanted, message, code = filter_of(given)
    end
    if not wanted then
        return nil, message, code
    end
    local seen = 0
    for event in controller:watch(given["for"]) do
        local data = events.data(event)
        if wanted(data) then
            output.item(LINE, data)
            seen = seen + 1
            if seen == given.count then
                return nil
            end
        end
    end
    if given.count then
        return no_answer(("%d of %d came in %g s"):format(seen, given.count, given["for"]))
    end
end

-- ---- wait-for ----

local TESTS = {
    ["="] = function(a, b) return a == b end,
    ["!="] = function(a, b) return a ~= b end,
    ["<"] = function(a, b) return a < b end,
    [">"] = function(a, b) return a > b end,
    ["<="] = function(a, b) return a <= b end,
    [">="] = function(a, b) return a >= b end,
}

-- "roomTemperature>=26" as EPC and a test of the described property; nil, message, code.
local function condition_of(target, word)
    local name, sign, text = word:match "^([^=<>!]+)([=<>!]=?)(.*)$"
    local test = sign and TESTS[sign]
    if not test then
        return nil, ("'%s' is no condition such as roomTemperature>=26"):format(word), "ARGUMENT"
    end
    local key, value, code = properties.setting(target, name, text)
    if key == nil then
        return nil, value, code
    elseif sign:find "[<>]" and type(value) ~= "number" then
        return nil, ("%s is no number"):format(text), "ARGUMENT"
    end
    local epc = names.property(target.dictionary, target.eoj, name)
    local wanted = math.type(key) and warifu.codec.hex(value) or value
    return epc, function(property)
        local there = math.type(key) and property.bytes or property.value
        return type(there) == type(wanted) and test(there, wanted)
    end
end

-- The property among those that an event or a result brings.
local function property_of(data, epc)
    for _, property in ipairs(data and data.properties or {}) do
        if property.epc == ("%02X"):format(epc) then
            return property
        end
    end
end

-- Waits for the object's next notification of the property, or until it is time to ask again.
local function next_notice(target, epc, deadline)
    for event in target.controller:watch(math.max(0, deadline - warifu.now())) do
        local theirs = event.peer and event.peer.number == target.entry.number or event.address == target.entry.address
        if event.properties and event.properties[epc] and event.eoj == target.eoj and theirs
            and (event.is_protected or not target.entry.is_peer) then
            return values.describe(target.dictionary, target.eoj, epc, event.properties[epc], properties.release(target))
        end
    end
end

-- Asks, listens, and asks again, the last time when the time is over.
local function await(target, epc, fits, given)
    local deadline = given["for"] and warifu.now() + given["for"] or math.huge
    local out, message, code, is_last
    repeat
        is_last = warifu.now() >= deadline
        out, message, code = properties.read(target, { epc })
        local property = property_of(out, epc)
        local ask_at = math.min(deadline, warifu.now() + (given.every or POLL))
        while not (property and fits(property)) and warifu.now() < ask_at do
            property = next_notice(target, epc, ask_at)
        end
        if property and fits(property) then
            return property
        end
    until is_last
    return nil, message or "it did not become so in time", code or "NO_ANSWER"
end

local function wait_for(given)
    local target, message, code = properties.target(given.target)
    local epc, fits
    if target then
        epc, fits, code = condition_of(target, given.condition)
        message = fits
    end
    if not epc then
        return nil, message, code
    end
    local property
    property, message, code = await(target, epc, fits, given)
    if not property then
        return nil, message, code
    end
    local out = properties.result(target)
    values.add(out, property)
    return out
end

-- ---- notify ----

local OWN = 0x05FF01 -- the object of a controller

local function notify(given)
    local controller, message, code = home.open()
    local dictionary = controller and home.dictionary()
    local entry, epcs, done
    if controller then
        epcs, message, code = properties.epcs({ dictionary = dictionary, eoj = OWN }, given.property)
    end
    if not epcs then
        return nil, message, code
    elseif given.to then
        entry, message, code = nodes.find(controller, given.to)
        if not entry then
            return nil, message, code
        end
    end
    if not entry then
        done, message, code = controller:inf(OWN, epcs)
    elseif given.confirm then
        done, message, code = entry.node:infc(OWN, epcs, { timeout = shell.line.timeout })
    else
        done, message, code = entry.node:inf(OWN, epcs)
    end
    return done and { done = true, confirmed = entry and given.confirm }, message, code
end

return {
    title = "Listening and telling",
    {
        name = "watch", arguments = "[TARGET] [PROPERTY...]",
        options = {
            { "--count COUNT", "ends after so many" }, { "--for SECONDS", "ends after so long" },
            { "--all", "everything that happens, not only what concerns the owner" },
        },
        help = "shows what nodes tell by themselves, of all or of one object",
        more = "Without --for or --count it ends by Ctrl-C. When --for is over before --count, the exit status is 6.",
        gives = "kind, address, number, protected, signed_by, object, class, values, properties, error, message, access",
        run = watch,
    },
    {
        name = "wait-for", arguments = "TARGET CONDITION",
        options = {
            { "--for SECONDS", "gives up after so long" },
            { "--every SECONDS", "how often it asks, beside listening (10)" },
        },
        help = "waits until a property has a value",
        more = "CONDITION is PROPERTY=VALUE, or !=, <, >, <=, >= with numbers; quote it: wait-for AIRCON 'roomTemperature>=26'",
        gives = properties.FIELDS,
        run = wait_for, text = properties.text, bare = properties.bare,
    },
    {
        name = "notify", arguments = "PROPERTY...",
        options = { { "--to NODE", "tells this node alone" }, { "--confirm", "waits until it confirms (INFC)" } },
        help = "tells others properties of this shell's controller object as they are",
        more = "Without --to: peers under their sessions, and everybody in clear what the policy lets be announced.",
        gives = "done, confirmed",
        run = notify,
        text = function(value)
            return value.confirmed and "told and confirmed" or "told"
        end,
        bare = function() end,
    },
}
