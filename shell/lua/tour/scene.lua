-- Where the tour takes place: a virtual home in this process, on a clock of its own, and this shell's controller in it.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"

local Scene = {}
Scene.__index = Scene

local SEED = 7
local DEVICES = {
    { name = "lock", class = "electricLock" },
    { name = "aircon", class = "homeAirConditioner" },
    { name = "lamp", class = "generalLighting" },
    { name = "meter", class = "lvSmartElectricEnergyMeter" },
}

local function temporary_folder()
    local path = os.tmpname()
    os.remove(path)
    assert(shell.make_directory(path))
    return path
end

-- The controller's own view of what it sends: the datagram, and the message that a record protects.
local function tracer(self)
    return function(traced)
        if traced.inner ~= "" then
            self.private_from = self.private_from or #self.recorded
            self.messages[#self.messages + 1] = traced
        end
    end
end

--- Builds it. While it is open, the verbs of the shell act in it.
function Scene.open()
    local self = setmetatable({ messages = {}, state = shell.options.state, folder = temporary_folder() }, Scene)
    self.sim = assert(warifu.sim.Home { seed = SEED, delay = { 0.001, 0.01 } })
    self.house = assert(warifu.virtual.home { sim = self.sim, devices = DEVICES })
    self.lock = self.house:device "lock"
    self.lock_address = self.sim:addresses(self.lock.node)[1]
    self.recorded = self.sim:record()
    self.controller = assert(self.sim:controller { trace = tracer(self) })
    self.code_file = self.folder .. "/lock-code"
    assert(self.lock.code:save(self.code_file))
    shell.options.state = self.folder
    self.before = home.use(self.controller)
    return self
end

--- How often the lock met something so far.
function Scene:count(name)
    return self.lock.node:counters()[name]
end

--- The last reason for which the lock refused something, since this was asked for.
function Scene:reason()
    local reason
    local event = self.lock.node:next_event(0)
    while event do
        reason = event.kind == "security" and event or reason
        event = self.lock.node:next_event(0)
    end
    return reason and reason.error, reason and reason.message
end

--- The last message of the controller whose clear text has these bytes in it.
function Scene:message_with(bytes)
    for i = #self.messages, 1, -1 do
        local message = self.messages[i]
        if message.sent and message.inner:find(bytes, 1, true) then
            return message
        end
    end
end

function Scene:close()
    home.use(self.before)
    shell.options.state = self.state
    self.house:close()
    self.sim:close()
    os.remove(self.code_file)
    for _, name in ipairs { "objects", "objects.new" } do
        os.remove(self.folder .. "/" .. name)
    end
    os.remove(self.folder)
end

Scene.__close = Scene.close

return Scene
