-- A virtual device: a node with one appliance or several, over real UDP or in a simulated home.
local core = ...
local check = core.part "check"
local dictionary = core.part "dictionary"
local loop = core.part "loop"
local Device = core.part "device"
local Appliance = core.part "virtual/appliance"
local Faults = core.part "virtual/faults"
local keeper = core.part "virtual/keeper"
local weather = core.part "virtual/weather"

local VirtualDevice = { __name = "warifu.virtual.Device" }
VirtualDevice.__index = VirtualDevice

local TICK = 1 -- second between two steps
local SIM_DATE = 1790000000 -- 2026-09-21 13:33, when the clock of a simulated home begins
local OF_APPLIANCE = { "class", "instance", "release", "with", "values", "model" }
local OF_NODE = { "address", "interface", "port", "policy", "trace", "known", "listeners_off", "answer_delay" }
local OPTIONS = {
    name = true, appliances = true, dictionary = true, state = true, identity = true, code = true, plain = true, window = true,
    faults = true, seed = true, sim = true, date = true, speed = true, tick = true, on_set = true,
}
for _, list in ipairs { OF_APPLIANCE, OF_NODE } do
    for _, name in ipairs(list) do
        OPTIONS[name] = true
    end
end

local function copy(from, names)
    local to = {}
    for _, name in ipairs(names) do
        to[name] = from[name]
    end
    return to
end

-- Instances of a class are counted where nobody did.
local function appliances_of(self, options)
    local list, counts = options.appliances or { copy(options, OF_APPLIANCE) }, {}
    for _, spec in ipairs(list) do
        local each = copy(spec, OF_APPLIANCE)
        counts[each.class or 0] = (counts[each.class or 0] or 0) + 1
        each.instance = each.instance or counts[each.class]
        each.name, each.dictionary, each.number = spec.name or options.name, self.dictionary, self.number
        local appliance, message, code = Appliance.new(each)
        if not appliance then
            return nil, message, code
        end
        self.appliances[#self.appliances + 1] = appliance
        self.by_eoj[appliance.eoj] = appliance
    end
    return true
end

local function identity_of(options)
    local given = options.identity
    if options.plain and not given and not options.state then
        return { number = core.random_number() }
    elseif type(given) == "string" then
        return core.load_identity(given)
    elseif given then
        return given
    elseif options.sim then
        return options.sim:issue "device"
    end
    return keeper.identity(options.state)
end

-- Who it is: its identity and set-up code. Of a plain node only the number counts.
local function become_somebody(self, options)
    local identity, message, code = identity_of(options)
    if not identity then
        return nil, message, code
    end
    self.number = identity.number
    if options.plain then
        return true
    end
    self.identity = identity
    if options.code == false then
        return true
    end
    self.code, message, code = keeper.code(self.identity, options.state, check.optional("code", options.code, "string"))
    self.code_path = self.code and message
    return self.code, message, code
end

local function on_set(self, eoj, epc, old, new)
    local appliance = self.by_eoj[eoj]
    if self.heard_set and self.heard_set(eoj, epc, old, new) == false or appliance and not appliance:take(epc, new) then
        return false
    end
    if not self.is_due then
        self.is_due = true
        self.node:after(0, function()
            self.is_due = false
            self:catch_up()
        end)
    end
    return true
end

local function node_options(self, options)
    local config = copy(options, OF_NODE)
    config.identity, config.setup_code, config.code_alone = self.identity, self.code, self.code and true or nil
    config.dictionary, config.check_values = self.dictionary, true
    config.filter = self.fault_state:filter()
    config.on_set = function(...)
        return on_set(self, ...)
    end
    config.on_get = function(eoj, epc)
        local appliance = self.by_eoj[eoj]
        return appliance and appliance:read(epc, self.fault_state:is_wrong(epc))
    end
    config.objects = {}
    for _, appliance in ipairs(self.appliances) do
        config.objects[appliance.eoj] = appliance.properties
    end
    if options.plain then
        config.number, config.trusted = self.number, options.sim and false or nil
    end
    config.state = not options.sim and options.state or nil
    return config
end

local function open_node(self, options)
    local config = node_options(self, options)
    local node, message, code
    if options.sim then
        node, message, code = options.sim:device(config)
    else
        node, message, code = Device(config)
    end
    if not node then
        return nil, message, code
    end
    self.node = node
    for _, appliance in ipairs(self.appliances) do
        appliance:connect(function(...)
            node:put(...)
        end)
    end
    return true
end

local function local_date()
    local utc = os.time()
    local moment = os.date("!*t", utc)
    moment.isdst = nil
    return utc + os.difftime(utc, os.time(moment))
end

local function start_clock(self, options)
    self.speed = check.type("speed", options.speed, "number", 1)
    self.date = check.type("date", options.date, "number", options.sim and SIM_DATE + options.sim:now() or local_date())
    self.stepped = loop.now(self.node)
    local seconds = options.tick == nil and TICK or options.tick
    local function tick()
        self:catch_up()
        self.node:after(seconds, tick)
    end
    self:step(0)
    if seconds then
        self.ticks = true
        self.node:after(seconds, tick)
    end
end

--- Lets so many seconds pass in its appliances.
function VirtualDevice:step(seconds)
    check.type("seconds", seconds, "number")
    for part, world in weather.steps(self.date, seconds) do
        for _, appliance in ipairs(self.appliances) do
            appliance:step(part, world)
        end
    end
    self.date = self.date + seconds
end

--- Lets the seconds pass that passed since it was called last; in a home, in all of that.
function VirtualDevice:catch_up()
    if self.house then
        return self.house:catch_up()
    end
    local now = loop.now(self.node)
    local passed = (now - self.stepped) * self.speed
    self.stepped = now
    self:step(self.ticks and passed or 0)
end

--- The appliance of a property: the first that has it.
local function owner_of(self, name)
    for _, appliance in ipairs(self.appliances) do
        if appliance:has(name) then
            return appliance
        end
    end
    return self.appliances[1]
end

--- Sets a property as the owner of the house would, or what else the behaviour has ("plugged" of an EV charger).
function VirtualDevice:put(name, value)
    return owner_of(self, check.type("name", name, "string")):put(name, value)
end

--- Its value.
function VirtualDevice:get(name)
    return owner_of(self, check.type("name", name, "string")):get(name)
end

--- Sets faults: loss, delay, silent, wrong, battery; `none` ends all.
function VirtualDevice:fault(options)
    self.fault_state:set(options)
    if options.battery then
        for _, appliance in ipairs(self.appliances) do
            appliance:low_battery(options.battery == "low")
        end
    end
end

--- What is wrong with it, as `parse` reads it: "loss=0.2 silent", or "none".
function VirtualDevice:faults()
    return tostring(self.fault_state)
end

--- Works for `seconds`, as warifu.Device does.
function VirtualDevice:serve(seconds, on_event)
    return self.node:serve(seconds, on_event)
end

function VirtualDevice:open_window(seconds, pairings)
    return self.node:open_window(seconds, pairings)
end

function VirtualDevice:close()
    if self.node then
        self.node:close()
    end
end

VirtualDevice.__close = VirtualDevice.close

function VirtualDevice:__tostring()
    local is_open = self.node and self.node.core:is_open()
    return ("%s (%s%s)"):format(VirtualDevice.__name, self.name, is_open and "" or ", closed")
end

--- A virtual device that is open; see docs/reference/lua.md for the options.
local function new(options)
    options = check.options(options, OPTIONS)
    if not options.class and not options.appliances then
        check.misuse("class", "the name or code of a class, such as \"homeAirConditioner\"")
    end
    local self = setmetatable({
        name = options.name, dictionary = options.dictionary or dictionary, appliances = {}, by_eoj = {},
        fault_state = Faults.new(options.seed), heard_set = check.optional("on_set", options.on_set, "function"),
    }, VirtualDevice)
    for _, part in ipairs { become_somebody, appliances_of, open_node } do
        local done, message, code = part(self, options)
        if not done then
            return nil, message, code
        end
    end
    self.name = self.name or self.appliances[1].name
    start_clock(self, options)
    self:fault(options.faults or {})
    if options.window and not options.plain then
        local opened, message, code = self.node:open_window(options.window)
        if not opened then
            self:close()
            return nil, message, code
        end
    end
    return self
end

check.own(VirtualDevice, VirtualDevice)

return new
