-- A home of virtual devices in one process: they share a world, and its meter counts what they take and give.
local core = ...
local check = core.part "check"
local loop = core.part "loop"
local scheduler = core.part "scheduler"
local tasks = core.part "tasks"
local open_device = core.part "virtual/device"
local weather = core.part "virtual/weather"

local Home = { __name = "warifu.virtual.Home" }
Home.__index = Home

local FIRST, LAST = 11, 254 -- of 127.0.0.x, on Linux all of this host
local BASE = 200 -- W that the rest of the home takes
local TICK = 1 -- second
local OPTIONS = {
    devices = true, address = true, together = true, port = true, state = true, sim = true, date = true, speed = true, tick = true,
    base = true, policy = true, window = true, dictionary = true, seed = true, on_set = true,
}
local SHARED = { "port", "sim", "policy", "window", "dictionary", "date", "speed" }

local function name_of(spec, taken)
    local base = spec.name or tostring(spec.class or "device")
    local name, count = base, 1
    while taken[name] do
        count = count + 1
        name = base .. count
    end
    return name
end

-- One device's options: its own before those of the home.
local function options_of(self, options, spec, place)
    local all = { tick = false, name = name_of(spec, self.by_name), seed = (options.seed or 0) * 1000 + place }
    for _, key in ipairs(SHARED) do
        all[key] = options[key]
    end
    for key, value in pairs(spec) do
        all[key] = value
    end
    all.name = name_of(spec, self.by_name)
    if not options.sim then
        local usual = not spec.interface and ("127.0.0.%d"):format(FIRST + place - 1) or nil
        all.address = spec.address or options.address or usual
        all.state = spec.state or options.state and options.state .. "/" .. all.name
    end
    if options.on_set then
        all.on_set = function(...)
            return options.on_set(all.name, ...)
        end
    end
    return all
end

local function add(self, options, spec)
    local place = #self.devices + 1
    if place > LAST - FIRST + 1 then
        check.misuse("devices", "too many")
    end
    local all = options_of(self, options, spec, place)
    local device, message, code = open_device(all)
    if not device then
        return nil, ("%s: %s"):format(all.name, message), code
    end
    device.house = self
    self.devices[place], self.by_name[all.name] = device, device
    for _, appliance in ipairs(device.appliances) do
        local list = appliance.model.is_meter and self.meters or self.appliances
        list[#list + 1] = appliance
    end
    return device
end

-- What many devices are, as one device with many appliances.
local function one_device(options)
    local together = { name = "home", appliances = {} }
    for i, spec in ipairs(options.devices) do
        together.appliances[i] = spec
    end
    return { together }
end

local function start_clock(self, options)
    local first = self.devices[1].node
    self.stepped = loop.now(first)
    local seconds = options.tick or TICK
    local function tick()
        self:catch_up()
        first:after(seconds, tick)
    end
    self:step(0)
    first:after(seconds, tick)
end

--- The device of that name; who has none is called as its class.
function Home:device(name)
    return self.by_name[check.type("name", name, "string")]
end

--- The appliance of that name, whose device may have several.
function Home:appliance(name)
    check.type("name", name, "string")
    for _, device in ipairs(self.devices) do
        for _, appliance in ipairs(device.appliances) do
            if appliance.name == name then
                return appliance
            end
        end
    end
end

local function step(self, seconds, world)
    local sum = self.base
    for _, appliance in ipairs(self.appliances) do
        world.balance = self.load - appliance:power()
        appliance:step(seconds, world)
        sum = sum + appliance:power()
    end
    self.load, world.load = sum, sum
    for _, meter in ipairs(self.meters) do
        meter:step(seconds, world)
    end
end

--- Lets so many seconds pass: the appliances first, then the meters count their sum.
function Home:step(seconds)
    check.type("seconds", seconds, "number")
    for part, world in weather.steps(self.date, seconds) do
        step(self, part, world)
    end
    self.date = self.date + seconds
end

--- Lets the seconds pass that passed since it was called last.
function Home:catch_up()
    local now = loop.now(self.devices[1].node)
    local passed = (now - self.stepped) * self.speed
    self.stepped = now
    self:step(passed)
end

-- Serves one device; when that ends, all of it does.
local function serve_one(listeners, device, seconds, on_event)
    local done, message, code = device.node:serve(seconds, function(event)
        return on_event(device, event)
    end)
    for other, listener in pairs(listeners) do
        if other ~= device then
            listener:cancel()
        end
    end
    return done, message, code
end

local function serve_all(self, seconds, on_event)
    local listeners, done, message, code = {}, true, nil, nil
    for _, device in ipairs(self.devices) do
        listeners[device] = scheduler.spawn(serve_one, listeners, device, seconds, on_event)
    end
    for _, device in ipairs(self.devices) do
        local went, why, name = listeners[device]:wait()
        if not went and name ~= "CANCELLED" then
            done, message, code = nil, why, name
        end
    end
    return done, message, code
end

--- Works for `seconds` (without them: for ever) over real UDP; `on_event(device, event)` ends it by returning false.
function Home:serve(seconds, on_event)
    on_event = check.type("on_event", on_event, "function", function() end)
    check.optional("seconds", seconds, "number")
    if tasks.current() then
        return serve_all(self, seconds, on_event)
    end
    return scheduler.run(serve_all, self, seconds, on_event)
end

function Home:close()
    for _, device in ipairs(self.devices) do
        device:close()
    end
end

Home.__close = Home.close

function Home:__tostring()
    return ("%s (%d devices)"):format(Home.__name, #self.devices)
end

--- A home whose devices are open; see docs/reference/lua.md for the options.
local function new(options)
    options = check.options(options, OPTIONS)
    if #check.type("devices", options.devices, "table") == 0 then
        check.misuse("devices", "at least one")
    end
    if options.address and not options.together and #options.devices > 1 then
        check.misuse("address", "one address holds one node: set `together`, or give each device an address of its own")
    end
    local self = setmetatable({
        devices = {}, by_name = {}, appliances = {}, meters = {}, load = 0,
        base = check.type("base", options.base, "number", BASE), speed = check.type("speed", options.speed, "number", 1),
    }, Home)
    for _, spec in ipairs(options.together and one_device(options) or options.devices) do
        local device, message, code = add(self, options, spec)
        if not device then
            self:close()
            return nil, message, code
        end
    end
    self.date = self.devices[1].date
    start_clock(self, options)
    return self
end

check.own(Home, Home)

return new
