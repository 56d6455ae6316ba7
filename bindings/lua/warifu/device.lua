local core = ...
local check = core.part "check"
local Endpoint = core.part "endpoint"

local Device = Endpoint.derive("warifu.Device", true)

local ACCESS = { get = 1, set = 2, inf = 4 }
local PROPERTY = { value = true, access = true, min = true, max = true }

local function access_bits(text)
    local bits = 0
    for word in check.type("access", text, "string", "get"):gmatch "[^%s,]+" do
        bits = bits | (ACCESS[word] or check.misuse("access", "'" .. word .. "' is none of get, set, inf"))
    end
    return bits
end

local function add_property(self, eoj, epc, property)
    if type(property) == "string" then
        property = { value = property }
    end
    check.options(check.type("property", property, "table"), PROPERTY)
    local value = check.type("value", property.value, "string")
    local least = check.type("min", property.min, "number", #value)
    local most = check.type("max", property.max, "number", math.max(#value, least))
    return self.core:add_property(eoj, check.epc("epc", epc), access_bits(property.access), least, most, value)
end

--- Adds an object: epc -> bytes (for reading only), or epc -> {value=, access="get set inf", min=, max=}.
function Device:add(eoj, properties)
    eoj = check.eoj("eoj", eoj)
    check.type("properties", properties, "table")
    local added, message, code = true, nil, nil
    if eoj >> 8 ~= 0x0EF0 then -- the node profile is always there
        added, message, code = self.core:add_object(eoj)
    end
    for epc, property in pairs(properties) do
        if not added then
            break
        end
        added, message, code = add_property(self, eoj, epc, property)
    end
    return added, message, code
end

local function open(_, options)
    local self, message, code = Endpoint.open(Device, options, { on_set = true, objects = true })
    if not self then
        return nil, message, code
    end
    for eoj, properties in pairs(check.type("objects", options and options.objects, "table", {})) do
        local added
        added, message, code = self:add(eoj, properties)
        if not added then
            self:close()
            return nil, message, code
        end
    end
    return self
end

--- Opens the pairing window, a local act of the owner; 180 s unless told otherwise.
function Device:open_window(seconds)
    return self.core:open_window(check.seconds("seconds", seconds, 180))
end

function Device:close_window()
    self.core:close_window()
end

--- Seconds that the window stays open; 0 when it is closed.
function Device:window_left()
    return self.core:window_left()
end

--- Writes a property of this device; peers are told when it is announced and changed.
function Device:put(eoj, epc, value)
    return self.core:put(check.eoj("eoj", eoj), check.epc("epc", epc), check.type("value", value, "string"))
end

--- Reads a property of this device.
function Device:value(eoj, epc)
    return self.core:value(check.eoj("eoj", eoj), check.epc("epc", epc))
end

--- Works for at most `timeout` seconds and gives the first thing that happened, or nil, message, "NO_ANSWER".
function Device:step(timeout)
    return self:next_event(timeout)
end

--- Works for `seconds` (without them: for ever); `on_event(event)` sees what happens and ends it by returning false.
function Device:serve(seconds, on_event)
    check.optional("on_event", on_event, "function")
    local deadline = core.now() + check.seconds("seconds", seconds, math.huge)
    repeat
        local left = math.max(0, deadline - core.now())
        local event, message, code = self:next_event(left <= 86400 and left or nil)
        if event and on_event and on_event(event) == false then
            return true
        elseif not event and code ~= "NO_ANSWER" then
            return nil, message, code
        end
    until core.now() >= deadline
    return true
end

return setmetatable(Device, { __call = open })
