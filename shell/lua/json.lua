-- JSON texts. Keys stand in order, so that the same value gives the same text.
local json = {}

local List = { __name = "json.list" }
local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

--- Marks a table as a list, so that an empty one becomes [].
function json.list(items)
    return setmetatable(items or {}, List)
end

--- Stands for null where a key should be there all the same.
json.null = setmetatable({}, { __name = "json.null", __tostring = function() return "null" end })

local function escape(char)
    return ESCAPES[char] or ("\\u%04x"):format(char:byte())
end

-- Bytes that are no text are written in hexadecimal.
local function text_of(value)
    if not utf8.len(value) then
        value = value:gsub(".", function(char) return ("%02X"):format(char:byte()) end)
    end
    return '"' .. value:gsub('[%c"\\\x7f]', escape) .. '"'
end

local function number_of(value)
    if math.type(value) == "integer" then
        return ("%d"):format(value)
    elseif value ~= value or value == math.huge or value == -math.huge then
        return "null"
    end
    local text = ("%.14g"):format(value)
    return text
end

local function sorted_keys(value)
    local keys = {}
    for key in pairs(value) do
        keys[#keys + 1] = tostring(key)
    end
    table.sort(keys)
    return keys
end

local function table_of(value)
    local items = {}
    if getmetatable(value) == List or #value > 0 then
        for i, item in ipairs(value) do
            items[i] = json.encode(item)
        end
        return "[" .. table.concat(items, ",") .. "]"
    end
    for i, key in ipairs(sorted_keys(value)) do
        items[i] = text_of(key) .. ":" .. json.encode(value[key])
    end
    return "{" .. table.concat(items, ",") .. "}"
end

--- The text of a value; what says what it is (`__tostring`) is a string.
function json.encode(value)
    local kind, meta = type(value), getmetatable(value)
    if value == nil or value == json.null then
        return "null"
    elseif kind == "string" then
        return text_of(value)
    elseif kind == "number" then
        return number_of(value)
    elseif kind == "boolean" then
        return tostring(value)
    elseif kind == "table" and not (meta and meta.__tostring) then
        return table_of(value)
    end
    return text_of(tostring(value))
end

return json
