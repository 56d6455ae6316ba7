-- Methods of nodes that give their objects.
local core = ...
local asking = core.part "asking"
local check = core.part "check"
local remote_object = core.part "remote_object"

local methods = {}

local PROFILE, INSTANCES = 0x0EF001, 0xD6
local OPTIONS = { timeout = true }

--- An object by its EOJ, or by its class and which one of it (1): nothing is sent.
function methods:object(object, instance)
    instance = check.integer("instance", instance, 1, 127, 1)
    if type(object) == "string" and not object:find "^%x%x%x%x%x%x$" then
        local class, message, code = self.owner.dictionary.find_class(object)
        if not class then
            return nil, message, code
        end
        object = class.code << 8 | instance
    end
    return remote_object(self, check.eoj("object", object))
end

--- Asks which objects it has: a list. Options: timeout.
function methods:instances(options)
    local timeout = asking.timeout(check.options(options, OPTIONS))
    local values, message, code = asking.bytes(self, PROFILE, { INSTANCES }, { timeout = timeout })
    if not values then
        return nil, message, code
    end
    local list, edt = {}, values[INSTANCES]
    for at = 2, #edt - 2, 3 do
        list[#list + 1] = remote_object(self, (">I3"):unpack(edt, at))
    end
    return list
end

return methods
