-- The dictionary: what classes and properties are called, who may read and set them, and what their bytes mean.
local core = ...
local check = core.part "check"

local rows = core.dictionary
local methods = {} -- of a dictionary: `self` has its handle (nil: built in) and its classes by key

-- What stands where a number could, and is none: constants to compare with.
local Special = { __name = "warifu.Special" }

function Special:__tostring()
    return self.name
end

local SPECIAL = {}
for _, name in ipairs { "overflow", "underflow", "undefined", "no_data" } do
    SPECIAL[name] = setmetatable({ name = name }, Special)
end

local ENCODE = { release = true, to_set = true }

--- All classes by code, the superclass first: {code=, id=, en=, ja=, since=, until_release=}.
function methods.classes(self)
    return rows.classes(self.handle)
end

local function class_text(key)
    return math.type(key) == "integer" and ("class %04X"):format(key) or ("class '%s'"):format(key)
end

--- The class of a code (0x0130) or an identifier ("homeAirConditioner").
function methods.find_class(self, key)
    if type(key) ~= "string" and math.type(key) ~= "integer" then
        check.misuse("class", "a class is its code (eoj >> 8) or its name")
    end
    if not self.by_key then
        self.by_key = {}
        for _, class in ipairs(rows.classes(self.handle)) do
            self.by_key[class.code], self.by_key[class.id] = class, class
        end
    end
    if self.by_key[key] then
        return self.by_key[key]
    end
    return core.fail("NOT_IN_DICTIONARY", class_text(key))
end

-- The code: one that the dictionary doesn't know has the properties of the superclass.
local function code_of(self, class)
    if type(class) == "string" then
        local found, message, code = methods.find_class(self, class)
        return found and found.code, message, code
    elseif math.type(class) ~= "integer" or class < 0 or class > 0xFFFF then
        check.misuse("class", "a class is its code of two bytes (eoj >> 8) or its name")
    end
    return class
end

local function missing(class, key)
    local property = type(key) == "string" and ("property '%s'"):format(key) or ("property %02X"):format(key)
    return core.fail("NOT_IN_DICTIONARY", ("%s of %s"):format(property, class_text(class)))
end

local function check_key(key)
    if type(key) ~= "string" and math.type(key) ~= "integer" then
        check.misuse("property", "a property is its EPC or its name")
    end
    return key
end

--- The property of an EPC or an identifier, of the class itself or of the superclass; see docs/reference/lua.md.
--- `release` is a letter; without it the newest.
function methods.find(self, class, key, release)
    local code, message, name = code_of(self, class)
    if not code then
        return nil, message, name
    end
    local found = rows.property(self.handle, code, check_key(key), release)
    if not found then
        return missing(class, key)
    end
    return found
end

--- All properties of a class by EPC, those of the superclass among them.
function methods.properties(self, class, release)
    local code, message, name = code_of(self, class)
    if not code then
        return nil, message, name
    end
    return rows.properties(self.handle, code, release, false)
end

--- Every entry that the class itself has, for each EPC from the oldest release to the newest.
function methods.entries(self, class)
    local code, message, name = code_of(self, class)
    if not code then
        return nil, message, name
    end
    return rows.properties(self.handle, code, nil, true)
end

--- What the values of a property are: {kind=, unit=, minimum=, maximum=, step=, states=, members=, ...}.
function methods.type(self, class, key, release)
    local found, message, name = methods.find(self, class, key, release)
    if not found then
        return nil, message, name
    end
    return rows.type(self.handle, found.class, found.epc, release)
end

--- The release letter in property 82 of a device object; nil when there is none.
function methods.release_of(_, edt)
    return rows.release_of(check.type("bytes", edt, "string"))
end

-- ---- from nodes ----

local WORDS = { ["true"] = true, ["false"] = false }
local MOMENT = { "year", "month", "day", "hour", "min", "sec" }

local read

local function read_container(nodes, at, node)
    local value = node.kind == "bitmap" and { _bytes = node.bytes } or {}
    at = at + 1
    for i = 1, node.count do
        local key = node.kind == "array" and i or nodes[at].member
        value[key], at = read(nodes, at)
    end
    return value, at
end

-- The value that begins at node `at`, and where the next one does.
function read(nodes, at)
    local node = nodes[at]
    local kind = node.kind
    if kind == "array" or kind == "object" or kind == "bitmap" then
        return read_container(nodes, at, node)
    elseif kind == "number" or kind == "level" then
        return node.number, at + 1
    elseif kind == "state" then
        local word = WORDS[node.name]
        if word == nil then
            word = node.name
        end
        return word, at + 1
    elseif kind == "raw" then
        return node.bytes, at + 1
    elseif SPECIAL[kind] then
        return SPECIAL[kind], at + 1
    end
    local moment = {}
    for _, part in ipairs(MOMENT) do
        moment[part] = node[part]
    end
    return moment, at + 1
end

local function decode_nodes(self, class, key, edt, release)
    local found, message, name = methods.find(self, class, key, release)
    if not found then
        return nil, message, name
    end
    return rows.decode(self.handle, found.class, found.epc, release, check.type("bytes", edt, "string"))
end

--- The value of a property's bytes, and its unit where it has one. Fails with WRONG_VALUE, NOT_IN_DICTIONARY.
function methods.decode(self, class, key, edt, release)
    local nodes, message, name = decode_nodes(self, class, key, edt, release)
    if not nodes then
        return nil, message, name
    end
    local unit = nodes[1].unit
    return (read(nodes, 1)), unit ~= "" and unit or nil
end

--- The same as a short text for people, such as "26 Celsius"; empty for bytes and for what holds other values.
function methods.text(self, class, key, edt, release)
    local value, unit, name = methods.decode(self, class, key, edt, release)
    if value == nil then
        return nil, unit, name
    end
    local kind = decode_nodes(self, class, key, edt, release)[1].kind
    if kind == "date" then
        return ("%04d-%02d-%02d"):format(value.year, value.month, value.day)
    elseif kind == "time" then
        return ("%02d:%02d:%02d"):format(value.hour, value.min, value.sec)
    elseif kind == "level" then
        return ("level %d"):format(value)
    elseif kind == "raw" or type(value) == "table" and not SPECIAL[kind] then
        return ""
    end
    return tostring(value) .. (unit and " " .. unit or "")
end

-- ---- to nodes ----

local function choices(kind)
    if kind.kind ~= "one_of" then
        return { kind }
    end
    local list = {}
    for i = #kind.members, 1, -1 do
        list[#list + 1] = kind.members[i].type
    end
    return list
end

-- The first alternative of one of these kinds.
local function choice(kind, ...)
    for _, each in ipairs(choices(kind)) do
        for _, wanted in ipairs { ... } do
            if each.kind == wanted then
                return each
            end
        end
    end
end

local function has_state(kind, word)
    for _, each in ipairs(choices(kind)) do
        for _, state in ipairs(each.kind == "state" and each.states or {}) do
            if word == state.id or word == state.en or word == state.ja then
                return true
            end
        end
    end
    return false
end

-- Integer and exponent of a number; nil where it has neither.
local function exact(number)
    if math.type(number) == "integer" then
        return number, 0
    end
    local digits, exponent = ("%.14e"):format(number):match "^(%-?%d%.%d+)e([+-]%d+)$"
    if not digits then
        return nil
    end
    digits = digits:gsub("%.", ""):gsub("0+$", "")
    local negative = digits:sub(1, 1) == "-"
    local whole = math.tointeger(tonumber(digits) or 0) or 0
    return whole, whole == 0 and 0 or tonumber(exponent) - (#digits - (negative and 1 or 0)) + 1
end

local write

local function write_members(nodes, value, holder)
    for key in pairs(value) do
        local known = key == "_bytes" and holder.kind == "bitmap"
        for _, member in ipairs(holder.members) do
            known = known or key == member.id
        end
        if not known then
            return ("it has no '%s'"):format(tostring(key))
        end
    end
    local count = 0
    for _, member in ipairs(holder.members) do
        if value[member.id] ~= nil then
            count = count + 1
            local problem = write(nodes, value[member.id], member.type, member.id)
            if problem then
                return member.id .. ": " .. problem
            end
        elseif holder.kind == "object" then
            return ("'%s' is missing"):format(member.id)
        end
    end
    return nil, count
end

local function write_table(nodes, node, value, kind)
    if getmetatable(value) == Special then
        node.kind = value.name
        return
    elseif value.state ~= nil or value.level then
        node.kind, node.code = value.level and "level" or "state", value.code
        node.name, node.number = value.state ~= nil and tostring(value.state) or nil, value.level
        return
    elseif value.hour and choice(kind, "time", "date_time") or value.year and choice(kind, "date", "date_time") then
        node.kind = value.year and (value.hour and "date_time" or "date") or "time"
        for _, part in ipairs(MOMENT) do
            node[part] = value[part]
        end
        return
    end
    local holder = choice(kind, "object", "bitmap")
    if holder then
        node.kind, node.bytes = holder.kind, value._bytes
        local problem
        problem, node.count = write_members(nodes, value, holder)
        return problem
    end
    local items = choice(kind, "array")
    node.kind, node.count = "array", #value
    for i, item in ipairs(value) do
        local problem = write(nodes, item, items and items.members[1].type or kind)
        if problem then
            return ("[%d]: %s"):format(i, problem)
        end
    end
end

-- Adds the nodes of a value; gives what is wrong with it.
function write(nodes, value, kind, member)
    local node = { member = member }
    nodes[#nodes + 1] = node
    if type(value) == "number" then
        node.kind = "number"
        node.number, node.exponent = exact(value)
        if not node.number or math.abs(node.exponent) > 127 then
            return tostring(value) .. " is no number of a property"
        end
    elseif type(value) == "boolean" then
        node.kind, node.name = "state", tostring(value)
    elseif type(value) == "string" then
        local is_bytes = value:find("\0", 1, true) or choice(kind, "raw") and not has_state(kind, value)
        node.kind, node[is_bytes and "bytes" or "name"] = is_bytes and "raw" or "state", value
    elseif type(value) == "table" then
        return write_table(nodes, node, value, kind)
    else
        return ("a %s is nothing that a property can hold"):format(type(value))
    end
end

--- The bytes of a value. Options: release; to_set: only of what can be set. Fails with WRONG_VALUE, whose message names
--- the property, the value and what is allowed, or NOT_IN_DICTIONARY.
function methods.encode(self, class, key, value, options)
    options = check.options(options, ENCODE)
    local found, message, name = methods.find(self, class, key, options.release)
    if not found then
        return nil, message, name
    end
    local nodes = {}
    local problem = write(nodes, value, rows.type(self.handle, found.class, found.epc, options.release))
    if problem then
        return core.fail("WRONG_VALUE", ("%s (%02X): %s"):format(found.id, found.epc, problem))
    end
    return rows.encode(self.handle, found.class, found.epc, options.release, nodes, options.to_set)
end

-- ---- dictionaries ----

local make

--- A dictionary with the vendors' classes and properties of a JSON file over this one; docs/howto/vendor-properties.md
--- tells what stands in it. Fails with OVERLAY, whose message names the place that is wrong, and STORE.
function methods.load(self, path)
    local handle, message, name = rows.load(self.handle, check.type("path", path, "string"))
    if not handle then
        return nil, message, name
    end
    return make(handle)
end

-- Its functions are called with a dot, as those of a module.
function make(handle)
    local self, dictionary = { handle = handle }, {}
    for name, method in pairs(methods) do
        dictionary[name] = function(...)
            return method(self, ...)
        end
    end
    for name, special in pairs(SPECIAL) do
        dictionary[name:upper()] = special
    end
    return setmetatable(dictionary, { __name = "warifu.Dictionary", handle = handle })
end

return make(nil)
