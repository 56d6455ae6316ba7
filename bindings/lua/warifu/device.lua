local core = ...
local check = core.part "check"
local Endpoint = core.part "endpoint"
local Naming = core.part "naming"
local events = core.part "events"
local loop = core.part "loop"
local own_objects = core.part "own_objects"

local Device = Endpoint.derive("warifu.Device", "device")

local function announce(self)
    if self.announced then -- else the first turn does it
        self.core:announce_instances()
    end
end

--- Adds an object, at any time: epc -> bytes (for reading only), or epc -> {value=, access="get set inf", size=}, where
--- size is a length or {least, most}. What every object must have (80 81 82 88 8A) is added where it is missing. For
--- "0EF001" they are properties of the node profile, which is always there.
function Device:add(eoj, properties)
    local added, message, code =
        own_objects.add(self, check.eoj("eoj", eoj), check.type("properties", properties, "table"))
    if added then
        announce(self)
    end
    return added, message, code
end

--- Takes an object away with its properties.
function Device:remove(eoj)
    local removed, message, code = self.core:remove_object(check.eoj("eoj", eoj))
    if removed then
        announce(self)
    end
    return removed, message, code
end

--- Adds a property to an object of this device, as in `add`.
function Device:add_property(eoj, epc, property)
    return own_objects.add_property(self, check.eoj("eoj", eoj), check.epc("epc", epc), property)
end

function Device:remove_property(eoj, epc)
    return self.core:remove_property(check.eoj("eoj", eoj), check.epc("epc", epc))
end

-- A decision that comes later.
local Later = { __name = "warifu.Later" }
Later.__index = Later

local function decide(self, accept, value)
    if not self.id then
        return core.fail "STATE"
    end
    local decided, message, code = self.core:answer_later(self.id, accept, value)
    if code ~= "ARGUMENT" then
        self.id = nil
    end
    return decided, message, code
end

--- Accepts: for a set the value asked for or `value`, for a get `value` or the stored one. Fails with STATE when it is
--- too late or there was no room to wait, and with ARGUMENT when the property has no such value.
function Later:accept(value)
    return decide(self, true, check.optional("bytes", value, "string"))
end

function Later:refuse()
    return decide(self, false)
end

--- Inside on_get or on_set: the decision comes later; the hook returns what this gives.
function Device:later()
    return setmetatable({ core = self.core, id = self.core:later() }, Later)
end

local OPTIONS = {
    objects = true, on_set = true, on_get = true, number = true, transmission_only = true, listens = true, decide_within = true,
    answer_delay = true, check_values = true, setup_code = true, code_alone = true,
}

local function open(_, options)
    local self, message, code = Endpoint.open(Device, options, OPTIONS)
    if not self then
        return nil, message, code
    end
    for eoj, properties in pairs(check.type("objects", options and options.objects, "table", {})) do
        local added
        check.type("properties", properties, "table")
        added, message, code = own_objects.add(self, check.eoj("eoj", eoj), properties)
        if not added then
            self:close()
            return nil, message, code
        end
    end
    return self
end

--- Opens the pairing window, a local act of the owner; 180 s and one pairing unless told otherwise.
function Device:open_window(seconds, pairings)
    return self.core:open_window(check.seconds("seconds", seconds, 180), pairings or 1)
end

function Device:close_window()
    self.core:close_window()
end

--- How the window stands: left (seconds; 0: it is closed), pairings (that it still takes), failures (wrong proofs of the
--- set-up code in it), opened_today (in the last 24 hours of operation).
function Device:window()
    return self.core:window()
end

--- Writes a property of this device, epc and bytes or name and value; peers are told when it is announced and changed.
function Device:put(eoj, key, value)
    eoj = check.eoj("eoj", eoj)
    local epc, edt, code = Naming.of_own(self, eoj):encode(key, value, false)
    if not epc then
        return nil, edt, code
    end
    return self.core:put(eoj, epc, edt)
end

--- Reads a property of this device, bytes by epc or a value by name; also from inside on_set.
function Device:get_own(eoj, key)
    eoj = check.eoj("eoj", eoj)
    local naming = Naming.of_own(self, eoj)
    local keys, message, code = naming:keys { key }
    if not keys then
        return nil, message, code
    end
    local edt
    edt, message, code = self.core:get_own(eoj, keys[1].epc)
    if not edt then
        return nil, message, code
    end
    local values
    values, message, code = naming:by_key(keys, { [keys[1].epc] = edt })
    if not values then
        return nil, message, code
    end
    return values[keys[1].name or keys[1].epc]
end

--- Works for `seconds` (without them: for ever); `on_event(event)` sees what happens and ends it by returning false.
function Device:serve(seconds, on_event)
    check.optional("on_event", on_event, "function")
    local deadline = loop.now(self) + check.seconds("seconds", seconds, math.huge)
    local heard <close> = loop.subscribe(self)
    repeat
        local event, message, code = events.next(self, deadline, heard)
        if event and on_event and on_event(event) == false then
            return true
        elseif not event and code ~= "NO_ANSWER" then
            return nil, message, code
        end
    until loop.now(self) >= deadline
    return true
end

check.own(Later, Later)

return setmetatable(check.own(Device, Device), { __call = open })
