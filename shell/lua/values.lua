-- Values of properties: as data for JSON, as text for people, and out of what people type.
local shell = ...
local warifu = require "warifu"
local json = shell.part "json"

local values = {}

local MAPS = { [0x9D] = true, [0x9E] = true, [0x9F] = true }

local function hex(bytes)
    return (bytes:gsub(".", function(char) return ("%02X"):format(char:byte()) end))
end

-- The alternatives of a type.
local function choices(kind)
    if kind.kind ~= "one_of" then
        return { kind }
    end
    local list = {}
    for i, member in ipairs(kind.members) do
        list[i] = member.type
    end
    return list
end

local function choice(kind, wanted)
    for _, each in ipairs(choices(kind)) do
        if each.kind == wanted then
            return each
        end
    end
end

-- The state of a type that a test fits.
local function find_state(kind, fits)
    for _, each in ipairs(choices(kind)) do
        for _, state in ipairs(each.kind == "state" and each.states or {}) do
            if fits(state) then
                return state
            end
        end
    end
end

-- ---- out ----

local data_of

local function members_of(value, kind)
    local holder = choice(kind, "object") or choice(kind, "bitmap")
    local out = {}
    for _, member in ipairs(holder and holder.members or {}) do
        if value[member.id] ~= nil then
            out[member.id] = data_of(value[member.id], member.type)
        end
    end
    return out
end

--- A decoded value as data: bytes in hexadecimal, what is no number by its name.
function data_of(value, kind)
    if type(value) == "string" then
        local is_state = find_state(kind, function(state) return state.id == value end)
        return is_state and value or hex(value)
    elseif type(value) ~= "table" then
        return value
    elseif getmetatable(value) and getmetatable(value).__tostring then
        return tostring(value)
    elseif choice(kind, "array") then
        local out = json.list()
        for i, item in ipairs(value) do
            out[i] = data_of(item, choice(kind, "array").members[1].type)
        end
        return out
    elseif choice(kind, "object") or choice(kind, "bitmap") then
        return members_of(value, kind)
    end
    return value -- a moment
end

local function moment_text(value)
    local date = value.year and ("%04d-%02d-%02d"):format(value.year, value.month, value.day)
    local time = value.hour and ("%02d:%02d"):format(value.hour, value.min) .. (value.sec and (":%02d"):format(value.sec) or "")
    return date and time and date .. " " .. time or date or time
end

-- A state by its name; what is only true or false says what that means.
local function state_text(value, kind)
    local state = find_state(kind, function(each) return each.id == tostring(value) end)
    if state and shell.line.lang == "ja" then
        return ("%s (%s)"):format(state.ja, state.id)
    elseif state and type(value) == "boolean" then
        return ("%s (%s)"):format(tostring(value), state.en)
    end
    return tostring(value)
end

-- A table in a line, as `set` takes it back.
local function flat(value)
    if type(value) == "string" then
        return ("%q"):format(value)
    elseif type(value) ~= "table" then
        return tostring(value)
    end
    local keys, items = {}, {}
    for key in pairs(value) do
        keys[#keys + 1] = key
    end
    table.sort(keys)
    for i, key in ipairs(keys) do
        items[i] = (math.type(key) and "" or key .. "=") .. flat(value[key])
    end
    return "{" .. table.concat(items, ", ") .. "}"
end

local function text_of(value, kind, unit)
    if type(value) == "table" then
        return moment_text(value) or flat(value)
    elseif type(value) == "number" then
        return choice(kind, "level") and not choice(kind, "number") and ("level %d"):format(value)
            or tostring(value) .. (unit and " " .. unit or "")
    end
    return state_text(value, kind)
end

-- A property map as the codes that are in it.
local function with_map(out, map)
    table.sort(map)
    for i, epc in ipairs(map) do
        map[i] = ("%02X"):format(epc)
    end
    out.value, out.text = json.list(map), table.concat(map, " ")
    return out
end

--- What a property holds: { epc=, property=, value=, unit=, bytes=, text= }; what the dictionary doesn't know has bytes alone.
function values.describe(dictionary, eoj, epc, bytes, release)
    local row = dictionary.find(eoj >> 8, epc, release)
    local out = { epc = ("%02X"):format(epc), property = row and row.id, bytes = hex(bytes) }
    local map = MAPS[epc] and warifu.codec.property_map(bytes)
    if map then
        return with_map(out, map)
    end
    local value, unit
    if row then
        value, unit = dictionary.decode(eoj >> 8, epc, bytes, release)
    end
    if value == nil then
        out.text = "0x" .. out.bytes
        return out
    end
    local kind = dictionary.type(eoj >> 8, epc, release)
    out.value, out.unit = data_of(value, kind), unit
    out.text = type(value) == "string" and out.value ~= value and "0x" .. out.value or text_of(out.value, kind, unit)
    return out
end

--- Adds a described property to a result: to the list `properties`, and by its name to `values`.
function values.add(out, described)
    out.properties, out.values = out.properties or json.list(), out.values or {}
    table.insert(out.properties, described)
    local value = described.value
    if value == nil then
        value = described.bytes
    end
    out.values[described.property or described.epc] = value
end

-- ---- in ----

local YES = { on = "true", yes = "true", off = "false", no = "false" }
local UNITS = { c = "Celsius", ["°c"] = "Celsius", ["℃"] = "Celsius", ["percent"] = "%", sec = "second", s = "second" }

local function state_of(text, kind)
    local word = text:lower()
    local state = find_state(kind, function(each)
        return each.id:lower() == word or each.id == YES[word] or each.en:lower() == word or each.ja == text
    end)
    if state and (state.id == "true" or state.id == "false") then
        return state.id == "true"
    end
    return state and state.id
end

local MOST = 12 -- states that are listed

-- What a property takes that has nothing but states.
local function states_text(kind)
    local list = {}
    for i, state in ipairs(kind.states) do
        if i > MOST then
            list[i] = "..."
            break
        end
        list[i] = shell.line.lang == "ja" and ("%s (%s)"):format(state.id, state.ja)
            or state.id:lower() == state.en:lower() and state.id or ("%s (%s)"):format(state.id, state.en)
    end
    return table.concat(list, ", ")
end

local function moment_of(text)
    local year, month, day, rest = text:match "^(%d%d%d%d)-(%d%d?)-(%d%d?)%s*(.*)$"
    local hour, min, sec = (rest or text):match "^(%d%d?):(%d%d):?(%d*)$"
    if not year and not hour or rest and rest ~= "" and not hour then
        return nil
    end
    return {
        year = tonumber(year), month = tonumber(month), day = tonumber(day), hour = tonumber(hour), min = tonumber(min),
        sec = tonumber(sec),
    }
end

-- The unit of a type's numbers.
local function unit_of(kind)
    local number = choice(kind, "number")
    return number and number.unit ~= "" and number.unit or nil
end

-- The number, with its unit or without; nil and what is wrong with the unit.
local function number_of(text, kind)
    local digits, unit = text:match "^([+-]?[%d.]+)%s*(.-)$"
    local number = tonumber(digits)
    local wanted = unit_of(kind)
    if not number or unit == "" or not wanted then
        return unit == "" and number or nil
    end
    if unit:lower() == wanted:lower() or UNITS[unit:lower()] == wanted then
        return number
    end
    return nil, ("its unit is %s, not %s"):format(wanted, unit)
end

local function table_of(text)
    local chunk = load("return " .. text, "=value", "t", {})
    local known, value = pcall(chunk or error)
    return known and type(value) == "table" and value or nil
end

--- What people type as the value of a property of the dictionary: a state, a number with its unit or without, a moment,
--- "{ ... }" as in Lua. Nil and what is wrong.
function values.parse(text, kind)
    if text:find "^%s*{" then
        local value = table_of(text)
        return value, not value and ("'%s' is no table of Lua"):format(text) or nil
    end
    local state = state_of(text, kind)
    if state ~= nil then
        return state
    elseif kind.kind == "state" then
        return nil, ("'%s' is none of %s"):format(text, states_text(kind))
    end
    local number, problem = number_of(text, kind)
    if number or problem then
        return number, problem
    end
    return (choice(kind, "time") or choice(kind, "date") or choice(kind, "date_time")) and moment_of(text) or text
end

--- Bytes of "0x1A30"; nil for anything else.
function values.bytes(text)
    local digits = text:match "^0[xX](.*)$"
    if not digits or #digits % 2 ~= 0 or digits:find "%X" then
        return nil
    end
    return (digits:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end))
end

return values
