-- Misuse raises with the argument's name and the position of the first caller outside this module.
local core = ...

local check = {}

local misuse = core.misuse

check.misuse = misuse

--- A value of a type; `nil` gives `default` where there is one.
function check.type(name, value, expected, default)
    if value == nil and default ~= nil then
        return default
    end
    if type(value) ~= expected then
        misuse(name, expected .. " expected, got " .. type(value))
    end
    return value
end

function check.optional(name, value, expected)
    if value ~= nil and type(value) ~= expected then
        misuse(name, expected .. " expected, got " .. type(value))
    end
    return value
end

--- A function or what can be called like one, or nil.
function check.callable(name, value)
    if value ~= nil and type(value) ~= "function" and not (getmetatable(value) or {}).__call then
        misuse(name, "function expected, got " .. type(value))
    end
    return value
end

--- Up to 12 ASCII characters, or nil.
function check.label(name, value)
    if value ~= nil and (type(value) ~= "string" or #value > 12 or value:find "[^ -~]") then
        misuse(name, "up to 12 ASCII characters expected")
    end
    return value
end

--- An integer within bounds; `nil` gives `default`.
function check.integer(name, value, least, most, default)
    if value == nil and default then
        return default
    end
    if math.type(value) ~= "integer" or value < least or value > most then
        misuse(name, ("an integer from %d to %d expected"):format(least, most))
    end
    return value
end

--- Seconds from 0 on; `nil` gives `default`.
function check.seconds(name, value, default)
    if value == nil and default then
        return default
    end
    if type(value) ~= "number" or not (value >= 0 and value <= 86400) then
        misuse(name, "seconds from 0 to 86400 expected, got " .. tostring(value))
    end
    return value
end

--- An object: an integer or six hexadecimal digits.
function check.eoj(name, value)
    local right = math.type(value) == "integer" and value >= 0 and value <= 0xFFFFFF
    if not right and type(value) == "string" and value:find "^%x%x%x%x%x%x$" then
        value, right = tonumber(value, 16), true
    end
    if not right then
        misuse(name, "an object is an integer or six hexadecimal digits, such as 0x013001 or \"013001\"")
    end
    return value
end

--- A property: an integer or two hexadecimal digits.
function check.epc(name, value)
    if type(value) == "string" and value:find "^%x%x$" then
        value = tonumber(value, 16)
    end
    if math.type(value) ~= "integer" or value < 0x80 or value > 0xFF then
        misuse(name, "a property is 0x80 to 0xFF, or \"80\" to \"FF\"")
    end
    return value
end

--- A table with none but the known fields.
function check.options(value, known)
    if value == nil then
        return {}
    end
    if type(value) ~= "table" then
        misuse("options", "table expected, got " .. type(value))
    end
    for field in pairs(value) do
        if not known[field] then
            misuse(tostring(field), "there is no such option")
        end
    end
    return value
end

--- One text or a list of them, as a list; nil for nil.
function check.list(name, value)
    if value == nil or type(value) == "string" then
        return value and { value }
    end
    for _, item in ipairs(check.type(name, value, "table")) do
        check.type(name, item, "string")
    end
    return value
end

--- Lets each method refuse a `self` that is none of `class`, which is the metatable of its objects (of userdata what
--- getmetatable gives): most often a dot stands where a colon belongs. Gives `methods`.
function check.own(methods, class)
    for name, method in pairs(methods) do
        if type(method) == "function" and not name:find "^__" then
            methods[name] = function(self, ...)
                if getmetatable(self) ~= class then
                    misuse("self", ("%s expected, got %s: is there a dot in place of a colon?"):format(
                        type(class) == "table" and class.__name or class, type(self)))
                end
                return method(self, ...)
            end
        end
    end
    return methods
end

--- An object of ours by its class.
function check.object(name, value, class)
    if getmetatable(value) ~= class then
        misuse(name, class.__name .. " expected, got " .. type(value))
    end
    return value
end

return check
