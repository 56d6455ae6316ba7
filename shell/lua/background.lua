-- Virtual devices that work while the shell does other things: while a line is typed, and while a verb waits.
local shell = ...
local warifu = require "warifu"
local commands = shell.part "commands"
local home = shell.part "home"
local output = shell.part "output"
local live = shell.part "prompt/live"
local serving = shell.part "serving"

local background = {}

local LOOPBACK = "127.0.0.1"

local houses = {} -- of `sim up` and `device` with --background

-- All of them as one: what commands need of a home.
local Street = {}
Street.__index = Street

local function street()
    local devices = {}
    for _, house in ipairs(houses) do
        table.move(house.devices, 1, #house.devices, #devices + 1, devices)
    end
    return setmetatable({ devices = devices }, Street)
end

function Street:device(name)
    for _, device in ipairs(self.devices) do
        if device.name == name then
            return device
        end
    end
end

--- The shell's own address, beside those of devices on this host.
function background.make_room()
    local options = shell.options
    if not options.address and not options.interface and not home.current() then
        options.address = LOOPBACK
        output.note("this shell is at %s now, on the same host as they are", LOOPBACK)
    end
end

--- Lets a home work from now on.
function background.start(house)
    houses[#houses + 1] = house
    for _, device in ipairs(house.devices) do
        live.add(device.node, serving.teller(device))
    end
    serving.introduce(house)
end

--- The one at an address of this host, or nil.
function background.at(address)
    for _, device in ipairs(street().devices) do
        local place, port = device.node.where:match "^(.*) port (%d+)$"
        if place == address or ("%s:%s"):format(place, port) == address then
            return device
        end
    end
end

--- Ends all; false when there are none.
function background.stop()
    local were = houses
    houses = {}
    for _, house in ipairs(were) do
        house:close()
    end
    return #were > 0
end

--- Does what words say to its devices, as they are typed where a home runs alone.
function background.command(words)
    if #houses == 0 then
        return nil, "there are no virtual devices here; sim up FILE --background starts some", "STATE"
    end
    local answer, message, code = commands.run(street(), words)
    if answer == false then
        background.stop()
        return "ended"
    end
    return answer, message, code
end

--- Calls a function while they work.
function background.during(act, ...)
    if #houses > 0 then
        return warifu.scheduler.run(act, ...)
    end
    return act(...)
end

return background
