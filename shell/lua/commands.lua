-- What can be typed to virtual devices that run: "lock fault silent", or without the name where there is only one.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local values = shell.part "values"

local commands = {}

local WIDTH = 80 -- of a value in `show`

local HELP = [[
set PROPERTY=VALUE...  as the owner of the house does it: targetTemperature=24, plugged=no
show                   what it is now
window [SECONDS]       opens the pairing window, as the button on it would (180)
fault WORD...          loss=0.2 delay=0.5-2 silent wrong battery=low; silent=off; none ends all
quit                   ends everything]]

local WORDS = { yes = true, no = false, on = true, off = false, ["true"] = true, ["false"] = false }

-- The type of a property of the first appliance that has it; nil for what only its behaviour knows.
local function type_of(device, name)
    local dictionary = home.dictionary()
    for _, appliance in ipairs(device.appliances) do
        if dictionary.find(appliance.class.code, name, appliance.release) then
            return dictionary.type(appliance.class.code, name, appliance.release)
        end
    end
end

local function fail(text)
    return nil, text, "ARGUMENT"
end

--- Reads "PROPERTY=VALUE" words: name -> value, for a device of that class or for appliances that are there.
function commands.settings(words, find_type)
    local settings = {}
    for _, word in ipairs(words) do
        local name, text = word:match "^([%w_]+)=(.*)$"
        if not name then
            return fail(("'%s' is no PROPERTY=VALUE"):format(word))
        end
        local kind, value, problem = find_type(name), nil, nil
        if kind then
            value, problem = values.parse(text, kind)
        else
            value = WORDS[text]
            value = value == nil and (tonumber(text) or text) or value
        end
        if value == nil then
            return fail(problem or ("'%s' is no value of %s"):format(text, name))
        end
        settings[name] = value
    end
    return settings
end

local function set(device, words)
    local settings, message, code = commands.settings(words, function(name)
        return type_of(device, name)
    end)
    for name, value in pairs(settings or {}) do
        local done
        done, message, code = device:put(name, value)
        if not done then
            return nil, message, code
        end
    end
    return settings and "set", message, code
end

local function property_lines(appliance, lines)
    local dictionary, epcs = home.dictionary(), {}
    for epc in pairs(appliance.properties) do
        epcs[#epcs + 1] = epc
    end
    table.sort(epcs)
    for _, epc in ipairs(epcs) do
        local described = values.describe(dictionary, appliance.eoj, epc, appliance.properties[epc].value, appliance.release)
        local text = described.text:gsub("%s+", " ")
        lines[#lines + 1] = ("  %s %s: %s"):format(described.epc, described.property or "",
            #text > WIDTH and text:sub(1, WIDTH) .. " ..." or text)
    end
end

local function headline(appliance)
    return ("%s %06X, %d W"):format(appliance.name, appliance.eoj, math.floor(appliance:power() + 0.5))
end

local function show_all(house)
    local lines = {}
    for _, device in ipairs(house.devices) do
        for _, appliance in ipairs(device.appliances) do
            lines[#lines + 1] = headline(appliance)
        end
    end
    return table.concat(lines, "\n")
end

local function show(device)
    local lines = {}
    for _, appliance in ipairs(device.appliances) do
        lines[#lines + 1] = headline(appliance)
        property_lines(appliance, lines)
    end
    lines[#lines + 1] = "faults: " .. device:faults()
    return table.concat(lines, "\n")
end

local function window(device, words)
    local seconds = tonumber(words[1] or 180)
    if not seconds or seconds < 1 or seconds > 900 then
        return fail "a window is open for 1 to 900 seconds"
    end
    local opened, message, code = device:open_window(seconds)
    return opened and ("the pairing window is open for %g s"):format(seconds), message, code
end

local function fault(device, words)
    local options, message, code = warifu.virtual.faults(words)
    if not options then
        return nil, message, code
    end
    device:fault(options)
    return "faults: " .. device:faults()
end

local TABLE = { set = set, show = show, window = window, fault = fault }

-- The device that the first word names, and the words after it.
local function addressed(house, words)
    local device = house:device(words[1] or "")
    if device then
        return device, table.move(words, 2, #words, 1, {})
    end
    return #house.devices == 1 and house.devices[1] or nil, words
end

local function names_of(house)
    local names = {}
    for i, device in ipairs(house.devices) do
        names[i] = device.name
    end
    return table.concat(names, ", ")
end

--- Does what words say to the devices of a home: the answer, false to end, or nil, message, code.
function commands.run(house, words)
    if #words == 0 then
        return ""
    elseif words[1] == "quit" or words[1] == "exit" then
        return false
    elseif words[1] == "help" then
        return #house.devices > 1 and "NAME before each: " .. names_of(house) .. "\n" .. HELP or HELP
    end
    local device, rest = addressed(house, words)
    if not device and words[1] == "show" then
        return show_all(house)
    elseif not device then
        return fail("which device: " .. names_of(house) .. "?")
    end
    local command = TABLE[rest[1] or "show"]
    if not command then
        return fail(("'%s' can't be done; help says what can"):format(rest[1]))
    end
    return command(device, table.move(rest, 2, #rest, 1, {}))
end

return commands
