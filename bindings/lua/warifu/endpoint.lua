-- What controllers and devices are: opening, and what their classes have in common.
local core = ...
local Naming = core.part "naming"
local configuration = core.part "configuration"
local gate = core.part "gate"
local loop = core.part "loop"
local methods = core.part "endpoint_methods"

local Endpoint = {}

local NODE_PROFILE, TRANSMISSION_ONLY = 0x0EF001, 0x0EF002
local NUMBER = 0x83

-- What a filter gives besides the core's verdicts: seconds that the datagram is held back.
local function filter_of(self, filter)
    return filter and function(sent, address, datagram, multicast)
        local verdict = filter(sent, address, datagram, multicast)
        if type(verdict) ~= "number" then
            return verdict
        end
        loop.after(self, verdict, function()
            self.core:deliver(sent, address, datagram, multicast)
        end)
        return false
    end
end

local function place_text(config)
    local places = config.interfaces and table.concat(config.interfaces, ", ") or "every interface"
    return ("%s port %d"):format(places, config.port)
end

-- A closed object of the class, and the rest of its configuration.
local function new(class, options, config)
    local self = setmetatable({ core = core.endpoint(), nodes = {}, releases = {} }, class)
    loop.join(self)
    self.dictionary, self.policy = Naming.dictionary(options.dictionary), gate.policy(options.policy)
    self.machine, self.identity = options.machine, config.identity
    config.dictionary, config.policy = getmetatable(self.dictionary).handle, self.policy.handle
    config.filter = filter_of(self, config.filter)
    return self
end

--- Makes an open object of `class`, or gives nil, message, code. `more` are the class's own options.
function Endpoint.open(class, options, more)
    local config, message, code = configuration.read(class, options, more)
    if not config then
        return nil, message, code
    end
    local self = new(class, options or {}, config)
    local done = true
    if self.machine then
        done, message, code = self.machine:join(config)
    end
    if done then
        done, message, code = self.core:open(config)
    end
    if not done then
        return nil, message, code
    end
    self.where = place_text(config)
    gate.warn(self.policy)
    self:set_trace(config.trace)
    if config.keylog then
        done, message, code = self:log_keys(config.keylog)
        if not done then
            self.core:close()
            return nil, message, code
        end
    end
    self.number = core.hex(self.core:get_own(config.transmission_only and TRANSMISSION_ONLY or NODE_PROFILE, NUMBER))
    return self
end

--- Gives a class the methods of all endpoints and its metamethods.
function Endpoint.derive(name, role)
    local class = { __name = name, role = role }
    for key, method in pairs(methods) do
        class[key] = method
    end
    class.__index = class
    class.__close = class.close
    function class.__tostring(self)
        return ("%s (%s)"):format(name, self.core:is_open() and self.where or "closed")
    end
    return class
end

return Endpoint
