-- Virtual devices that run until Ctrl-C: what happens to them is told, and what is typed is done.
local shell = ...
local warifu = require "warifu"
local commands = shell.part "commands"
local home = shell.part "home"
local output = shell.part "output"
local values = shell.part "values"
local words = shell.part "words"

local serving = {}

local TURN = 0.25 -- seconds between two looks at the keyboard
local QUIET = 10 -- seconds in which a refusal is not told again
local COUNTDOWN = { 600, 300, 120, 60, 30, 10 }

local TEXTS = {
    ready = function(it)
        local lines = { ("%s: %s at %s"):format(it.device, table.concat(it.objects, " "), it.address) }
        lines[2] = "  number " .. it.number
        lines[#lines + 1] = it.code_file and "  set-up code in " .. it.code_file or nil
        lines[#lines + 1] = it.plain and "  plain ECHONET Lite: it pairs with nobody" or nil
        return table.concat(lines, "\n")
    end,
    set = function(it)
        return ("%s: %s set to %s by %s"):format(it.device, it.property or it.epc, it.text, it.by)
    end,
    window = function(it)
        return it.left > 0 and ("%s: pairing window open for %d s"):format(it.device, it.left)
            or ("%s: pairing window closed%s"):format(it.device, it.message and " (" .. it.message .. ")" or "")
    end,
    answer = function(it)
        return it.text
    end,
    paired = function(it)
        return ("%s: paired with %s"):format(it.device, it.by)
    end,
    unpaired = function(it)
        return ("%s: no longer paired with %s"):format(it.device, it.by)
    end,
    security = function(it)
        return ("%s: refused %s: %s"):format(it.device, it.by, it.message)
    end,
}

local ROW = { text = function(it) return TEXTS[it.event](it) end }

-- One of many, in a line.
local BRIEF = {
    text = function(it)
        return ("%s: %s at %s%s"):format(it.device, table.concat(it.objects, " "), it.address,
            it.code_file and ", set-up code in " .. it.code_file or "")
    end,
}

local function tell(it, row)
    if it then
        output.item(row or ROW, it)
    end
end

local function who(event)
    return event.peer and event.peer.number or event.number or event.address or "somebody"
end

local function describe_set(device, event)
    local release
    for _, appliance in ipairs(device.appliances) do
        release = appliance.eoj == event.eoj and appliance.release or release
    end
    local it = values.describe(home.dictionary(), event.eoj, event.epc, event.value or "", release)
    it.event, it.device, it.object, it.by = "set", device.name, ("%06X"):format(event.eoj), who(event)
    return it
end

-- One and the same refusal again is told once in a while only.
local function is_news(told, device, event)
    local key = ("%s %s %s"):format(device.name, event.error, who(event))
    local last = told[key]
    told[key] = warifu.now()
    return not last or warifu.now() - last > QUIET
end

local TOLD = { paired = true, unpaired = true, security = true }

-- What there is to tell of an event, or nil.
local function describe(told, device, event)
    local kind = event.kind
    if kind == "property_set" then
        return describe_set(device, event)
    elseif kind == "window_closed" then
        return { event = "window", device = device.name, left = 0, error = event.error, message = event.message }
    elseif TOLD[kind] and (kind ~= "security" or is_news(told, device, event)) then
        return { event = kind, device = device.name, by = who(event), error = event.error, message = event.message }
    end
end

--- A function that gives what is shown of a device's events.
function serving.teller(device)
    local told = {}
    return function(event)
        local it = describe(told, device, event)
        return it and TEXTS[it.event](it)
    end
end

local function on_event()
    local told = {}
    return function(device, event)
        tell(describe(told, device, event))
    end
end

-- Says how long a window is still open, at some moments of it.
local function count_down(house, told)
    for _, device in ipairs(house.devices) do
        local left = math.ceil(device.node:window().left)
        local next_told
        for _, moment in ipairs(COUNTDOWN) do
            if left > 0 and left <= moment then
                next_told = moment
            end
        end
        local before = told[device]
        if left > 0 and (not before or left > before.left + 1 or next_told ~= before.moment) then
            tell { event = "window", device = device.name, left = left }
        end
        told[device] = left > 0 and { left = left, moment = next_told } or nil
    end
end

-- The lines that were typed since it was called last.
local function typed_lines(self)
    local bytes = not self.ended and shell.typed() or nil
    if not bytes then
        self.ended = true
        return {}
    end
    local lines = {}
    self.typed = (self.typed .. bytes):gsub("([^\n]*)\n", function(line)
        lines[#lines + 1] = line
        return ""
    end)
    return lines
end

-- False when it is to end.
local function obey(house, lines)
    for _, line in ipairs(lines) do
        local answer, message, code = commands.run(house, (words.split(line)))
        if answer == false then
            return false
        elseif not answer then
            output.failure(message, code)
        elseif answer ~= "" then
            tell { event = "answer", text = answer }
        end
    end
    return true
end

local function address_of(device)
    local where = device.node.where:gsub(" port 3610$", ""):gsub(" port ", ":")
    return where
end

--- Says who is there.
function serving.introduce(house)
    for _, device in ipairs(house.devices) do
        local objects = {}
        for i, appliance in ipairs(device.appliances) do
            objects[i] = ("%06X"):format(appliance.eoj)
        end
        tell({
            event = "ready", device = device.name, objects = objects, number = device.number, address = address_of(device),
            code_file = device.code_path, plain = not device.code or nil,
        }, #house.devices > 1 and BRIEF or nil)
    end
end

-- How somebody at another terminal begins.
local function hint(house)
    local first = house.devices[1]
    if first.code_path and address_of(first):find "^127%." then
        local port = shell.options.port and " --port " .. shell.options.port or ""
        output.note("From another terminal: warifu --address 127.0.0.1%s pair %s --code '%s'", port, address_of(first):match "^[%d.]+",
            first.code_path)
    end
    output.note "Type help for what can be done meanwhile; Ctrl-C ends it."
end

-- Looks at clock and keyboard, until `quit` or the end of the time.
local function look_after(house, deadline)
    local self, told = { typed = "" }, {}
    repeat
        count_down(house, told)
        warifu.scheduler.sleep(math.min(TURN, math.max(0, deadline - warifu.now())))
    until not obey(house, typed_lines(self)) or warifu.now() >= deadline
end

--- Runs a home until Ctrl-C, `quit`, or for so many seconds.
function serving.run(house, seconds)
    local held <close> = house
    local deadline = warifu.now() + (seconds or math.huge)
    serving.introduce(held)
    hint(held)
    local keeper <close> = warifu.scheduler.spawn(function()
        look_after(held, deadline)
        held:close()
    end)
    local served, message, code = held:serve(nil, on_event())
    if keeper:is_over() then
        return nil
    end
    return served and nil, message, code
end

return serving
