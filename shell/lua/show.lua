-- Values for people: bytes as hexadecimal, codes as they stand in the specification, tables with their keys in order.
local show = {}

local CODES = { eoj = "0x%06X", seoj = "0x%06X", deoj = "0x%06X", esv = "0x%02X", epc = "0x%02X", tid = "0x%04X" }
local WIDTH = 100
local DEPTH = 8

local function text_of_bytes(bytes)
    if utf8.len(bytes) and not bytes:find "[%c]" then
        return ('"%s"'):format(bytes:gsub('["\\]', "\\%0"))
    end
    local hex = bytes:gsub(".", function(c) return ("%02X "):format(c:byte()) end)
    return ("<%s>"):format(hex:sub(1, -2))
end

local function key_text(key, list)
    if type(key) == "string" and key:find "^[%a_][%w_]*$" then
        return key .. " = "
    elseif math.type(key) == "integer" and list[key] == nil and key >= 0x80 and key <= 0xFF then
        return ("[0x%02X] = "):format(key) -- a property's code
    end
    return ("[%s] = "):format(show.text(key))
end

local function sorted_keys(value, count)
    local keys = {}
    for key in pairs(value) do
        if math.type(key) ~= "integer" or key < 1 or key > count then
            keys[#keys + 1] = key
        end
    end
    table.sort(keys, function(a, b)
        if math.type(a) == math.type(b) and type(a) == type(b) and (type(a) == "number" or type(a) == "string") then
            return a < b
        end
        return type(a) .. tostring(a) < type(b) .. tostring(b)
    end)
    return keys
end

local function table_text(value, indent, seen)
    if seen[value] or #indent / 2 >= DEPTH then
        return "{...}"
    end
    seen[value] = true
    local deeper, items, list = indent .. "  ", {}, {}
    for i, item in ipairs(value) do
        list[i] = true
        items[i] = show.text(item, nil, deeper, seen)
    end
    for _, key in ipairs(sorted_keys(value, #items)) do
        items[#items + 1] = key_text(key, list) .. show.text(value[key], key, deeper, seen)
    end
    seen[value] = nil
    local line = table.concat(items, ", ")
    if #items == 0 then
        return "{}"
    elseif #line + #indent <= WIDTH and not line:find "\n" then
        return "{ " .. line .. " }"
    end
    return "{\n" .. deeper .. table.concat(items, ",\n" .. deeper) .. "\n" .. indent .. "}"
end

--- One value; `key` is the field that it stands in, which tells codes from numbers.
function show.text(value, key, indent, seen)
    local meta = getmetatable(value)
    if type(value) == "string" then
        return text_of_bytes(value)
    elseif math.type(value) == "integer" and CODES[key] then
        return CODES[key]:format(value)
    elseif type(value) == "table" and not (type(meta) == "table" and meta.__tostring) then
        return table_text(value, indent or "", seen or {})
    end
    return tostring(value)
end

--- All results of a line, one beside the other.
function show.results(results)
    local texts = {}
    for i = 1, results.n do
        local value = results[i]
        local plain = results.n == 1 and type(value) == "string" and utf8.len(value) and not value:find "[^%g%s\x80-\xFF]"
        texts[i] = plain and value or show.text(value)
    end
    return table.concat(texts, "\t")
end

return show
