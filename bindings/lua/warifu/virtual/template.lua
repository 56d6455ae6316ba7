-- What a device of a class has: the properties that its release requires, with plausible values.
local core = ...
local check = core.part "check"
local values = core.part "virtual/values"

local template = {}

local NEWEST = "R"
local ALWAYS = { [0x9D] = true, [0x9E] = true, [0x9F] = true } -- the node makes the maps
local PRODUCT, SERIAL = "VIRTUAL", "0001"

--- The release that a class is made in: the newest that it is in.
function template.release(class)
    return class.until_release or NEWEST
end

-- What is not for the types to say.
local function fixed_value(epc, release, number)
    local texts = { [0x8C] = PRODUCT, [0x8D] = SERIAL }
    if epc == 0x80 then
        return "\x30"
    elseif epc == 0x82 then
        return "\0\0" .. release .. "\0"
    elseif epc == 0x83 then
        return core.unhex(number)
    elseif epc == 0x8A then
        return core.unhex(number:sub(3, 8))
    elseif texts[epc] then
        return texts[epc] .. ("\0"):rep(12 - #texts[epc])
    end
end

local function is_required(rule)
    return rule == "required" or rule == "required_c"
end

local function access_of(found, announces)
    local words = {}
    if found.get ~= "none" then
        words[#words + 1] = "get"
    end
    if found.set ~= "none" then
        words[#words + 1] = "set"
    end
    if is_required(found.inf) or announces[found.id] then
        words[#words + 1] = "inf"
    end
    return table.concat(words, " ")
end

-- Where names or numbers alone are ambiguous, or mean something else, the first bytes that are a value.
local function any_value(options, found, encode)
    for byte = 0, 255 do
        local value = options.dictionary.decode(options.class.code, found.epc, string.char(byte):rep(found.min_size),
            options.release)
        local edt = value ~= nil and encode(value)
        if edt then
            return edt
        end
    end
end

local function plausible_value(options, found)
    local dictionary, to_set = options.dictionary, found.set ~= "none"
    local function encode(value)
        return dictionary.encode(options.class.code, found.epc, value, { release = options.release, to_set = to_set })
    end
    local edt, message, code = encode(values.of(dictionary.type(options.class.code, found.epc, options.release), to_set))
    return edt or any_value(options, found, encode), message, code
end

local function property_of(options, found)
    local edt = fixed_value(found.epc, options.release, options.number)
    if not edt then
        local message, code
        edt, message, code = plausible_value(options, found)
        if not edt then
            return nil, message, code
        end
    end
    return {
        value = edt, access = access_of(found, options.announces), size = { found.min_size, found.max_size },
    }
end

local function names_of(options)
    local wanted = {}
    for _, key in ipairs(options.with == "all" and {} or options.with) do
        local found, message, code = options.dictionary.find(options.class.code, key, options.release)
        if not found then
            return nil, message, code
        end
        wanted[found.epc] = true
    end
    return wanted
end

--- epc -> {value=, access=, size=}. Options: dictionary, class, release, number, with (more properties than those
--- required: names, or "all"), announces (name -> true: announced beside those that must be).
function template.properties(options)
    local wanted, message, code = names_of(options)
    if not wanted then
        return nil, message, code
    end
    local properties = {}
    for _, found in ipairs(options.dictionary.properties(options.class.code, options.release)) do
        local required = is_required(found.get) or is_required(found.set) or is_required(found.inf)
        local there = wanted[found.epc] or found.in_release and (required or options.with == "all")
        if there and not ALWAYS[found.epc] then
            properties[found.epc], message, code = property_of(options, found)
            if not properties[found.epc] then
                return nil, message, code
            end
        end
    end
    return properties
end

--- The row of a class that a device can have; "homeAirConditioner" or 0x0130.
function template.class(dictionary, key)
    local class, message, code = dictionary.find_class(key)
    if not class then
        return nil, message, code
    elseif class.code == 0 or class.code >> 8 == 0x0E then
        check.misuse("class", class.id .. " is no class of devices")
    end
    return class
end

return template
