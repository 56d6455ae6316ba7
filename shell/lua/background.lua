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

local house -- of `sim up --background`

--- The shell's own address, beside those of devices on this host.
function background.make_room()
    local options = shell.options
    if not options.address and not options.interface and not home.current() then
        options.address = LOOPBACK
        output.note("this shell is at %s now, on the same host as they are", LOOPBACK)
    end
end

--- Lets a home work from now on, in place of the one before.
function background.start(new)
    background.stop()
    house = new
    for _, device in ipairs(house.devices) do
        live.add(device.node, serving.teller(device))
    end
    serving.introduce(house)
end

--- Ends it; false when there is none.
function background.stop()
    local was = house
    house = nil
    if was then
        was:close()
    end
    return was ~= nil
end

--- Does what words say to its devices, as they are typed where a home runs alone.
function background.command(words)
    if not house then
        return nil, "there are no virtual devices here; sim up FILE --background starts some", "STATE"
    end
    local answer, message, code = commands.run(house, words)
    if answer == false then
        background.stop()
        return "ended"
    end
    return answer, message, code
end

--- Calls a function while they work.
function background.during(act, ...)
    if house then
        return warifu.scheduler.run(act, ...)
    end
    return act(...)
end

return background
