-- One object of a virtual device: its properties and the model that moves them. It knows no network: what it has to say goes
-- through `put(eoj, epc, bytes)`.
local core = ...
local template = core.part "virtual/template"
local models = core.part "virtual/models"
local weather = core.part "virtual/weather"

local Appliance = { __name = "warifu.virtual.Appliance" }
Appliance.__index = Appliance

local POWER, ENERGY, CLOCK, CALENDAR = 0x84, 0x85, 0x97, 0x98
local OF_ALL = { "instantaneousElectricPowerConsumption", "consumedCumulativeElectricEnergy" } -- with a model

local function list_of(...)
    local all = {}
    for _, list in ipairs { ... } do
        table.move(list, 1, #list, #all + 1, all)
    end
    return all
end

local function set_of(list)
    local set = {}
    for _, name in ipairs(list or {}) do
        set[name] = true
    end
    return set
end

-- Values that the model begins with, and then those of the user.
local function begin(self, given)
    for name, value in pairs(self.state) do
        if self.dictionary.find(self.class.code, name, self.release) then
            self:show(name, value)
        end
    end
    for name, value in pairs(given or {}) do
        local done, message, code = self:put(name, value)
        if not done then
            return nil, message, code
        end
    end
    self:publish()
    return true
end

--- An appliance; options: class (a name or a code), instance (1), release, with, values, and from its device: dictionary,
--- number. Its bytes are in `properties` until it is connected.
function Appliance.new(options)
    local class, message, code = template.class(options.dictionary, options.class)
    if not class then
        return nil, message, code
    end
    local model = options.model or models[class.code] or {}
    local self = setmetatable({
        class = class, name = options.name or class.id, eoj = class.code << 8 | (options.instance or 1),
        dictionary = options.dictionary, release = options.release or template.release(class), model = model,
        state = model.start and model.start() or {}, shown = {}, consumed = 0, watts = 0,
    }, Appliance)
    local with = options.with == "all" and "all"
        or list_of(model.with or {}, model.power and OF_ALL or {}, options.with or {})
    self.properties, message, code = template.properties {
        dictionary = self.dictionary, class = class, release = self.release, number = options.number, with = with,
        announces = set_of(model.announces),
    }
    if not self.properties then
        return nil, message, code
    end
    local begun
    begun, message, code = begin(self, options.values)
    return begun and self, message, code
end

--- From now on what changes is written through put(eoj, epc, bytes).
function Appliance:connect(put)
    self.write = put
end

local function write(self, epc, edt)
    local property = self.properties[epc]
    if not property or property.value == edt then
        return
    end
    property.value = edt
    if self.write then
        self.write(self.eoj, epc, edt)
    end
end

local function encode(self, name, value)
    return self.dictionary.encode(self.class.code, name, value, { release = self.release })
end

--- Shows a value, if there is such a property. A table that is the same one has not changed.
function Appliance:show(name, value)
    if self.shown[name] == value then
        return true
    end
    local found = self.dictionary.find(self.class.code, name, self.release)
    if found and self.properties[found.epc] then
        local edt, message, code = encode(self, name, value)
        if not edt then
            return nil, message, code
        end
        write(self, found.epc, edt)
    end
    self.shown[name] = value
    return true
end

local function has(self, name)
    local found, message, code = self.dictionary.find(self.class.code, name, self.release)
    if found and not self.properties[found.epc] then
        return core.fail("NO_PROPERTY", ("%06X %s"):format(self.eoj, name))
    end
    return found, message, code
end

-- Gives the model a new value; false when it refuses.
local function tell_model(self, name, value)
    local put = self.model.put and self.model.put[name]
    if put then
        return put(self.state, value) ~= false
    end
    self.state[name] = value
    return true
end

local function is_inner(self, name)
    return self.state[name] ~= nil or self.model.put ~= nil and self.model.put[name] ~= nil
end

--- Has it such a property, or its model such a thing?
function Appliance:has(name)
    return is_inner(self, name) or (has(self, name)) ~= nil
end

--- Sets a property, or what else the model's state has ("plugged"), as the owner of the house would do.
function Appliance:put(name, value)
    local found, message, code = has(self, name)
    if not found and not is_inner(self, name) then
        return nil, message, code
    elseif found then
        local edt
        edt, message, code = encode(self, name, value)
        if not edt then
            return nil, message, code
        end
    end
    if not tell_model(self, name, value) then
        return core.fail("WRONG_VALUE", ("%s: the %s does not do that now"):format(name, self.name))
    elseif found then
        self:show(name, value)
    end
    self:publish()
    return true
end

--- The value of a property, or of what else the model's state has.
function Appliance:get(name)
    local found, message, code = has(self, name)
    if found then
        return self.dictionary.decode(self.class.code, name, self.properties[found.epc].value, self.release)
    elseif self.state[name] ~= nil then
        return self.state[name]
    end
    return nil, message, code
end

--- Takes what others set; false refuses. What follows from it is shown at the next step.
function Appliance:take(epc, edt)
    local found = self.dictionary.find(self.class.code, epc, self.release)
    local value = found and self.dictionary.decode(self.class.code, epc, edt, self.release)
    if value == nil then
        return true -- nothing that a model could know
    elseif not tell_model(self, found.id, value) then
        return false
    end
    self.shown[found.id] = value
    if self.properties[epc] then
        self.properties[epc].value = edt
    end
    return true
end

local function show_clock(self, date)
    local moment = weather.moment(date)
    if self.minute == moment.min then
        return
    end
    self.minute = moment.min
    for _, epc in ipairs { CLOCK, CALENDAR } do
        local property = self.properties[epc]
        if property then
            write(self, epc, epc == CLOCK and string.char(moment.hour, moment.min)
                or string.pack(">I2BB", moment.year, moment.month, moment.day))
        end
    end
end

--- Shows what the state is now.
function Appliance:publish()
    for name, value in pairs(self.model.show and self.model.show(self.state) or {}) do
        assert(self:show(name, value))
    end
    if self.model.power then
        write(self, POWER, string.pack(">I2", math.floor(math.max(0, math.min(self.watts, 65533)) + 0.5)))
        write(self, ENERGY, string.pack(">I4", math.floor(self.consumed) % 1000000000))
    end
end

--- Lets some seconds pass, a minute at most, in a world, which weather.steps gives; in a home its `load` is what that takes
--- in W, its `balance` that without this appliance.
function Appliance:step(seconds, world)
    if self.model.step then
        self.model.step(self.state, seconds, world)
    end
    self.watts = self.model.power and self.model.power(self.state) or 0
    self.consumed = self.consumed + math.max(0, self.watts) * seconds / 3600
    show_clock(self, world.date)
    self:publish()
end

--- What it takes from the mains in W; less than 0: it gives.
function Appliance:power()
    return self.watts
end

-- Another value than these bytes, if there is one: a reserved code rather than a number.
local function another(self, epc, edt)
    for byte = 255, 0, -1 do
        local bytes = string.char(byte):rep(#edt)
        if bytes ~= edt and self.dictionary.decode(self.class.code, epc, bytes, self.release) ~= nil then
            return bytes
        end
    end
    return edt
end

--- What others read; with `is_wrong` another value than that. nil where it knows nothing of the property.
function Appliance:read(epc, is_wrong)
    local property = self.properties[epc]
    return property and (is_wrong and another(self, epc, property.value) or property.value)
end

--- A battery that is low, or full again: the fault status, and what the class has for it.
function Appliance:low_battery(is_low)
    self:show("faultStatus", is_low)
    if self.model.low_battery then
        self.model.low_battery(self.state, is_low)
        self:publish()
    end
end

function Appliance:__tostring()
    return ("%s (%s %06X)"):format(Appliance.__name, self.name, self.eoj)
end

return Appliance
