-- Completion of Lua: names of globals, fields and methods, as far as they can be looked at without calling anything.
local globals = {}

-- The fields that come with a value, of its class too.
local function fields_of(value)
    local list = {}
    for _ = 1, 4 do -- classes of classes
        if type(value) == "table" then
            list[#list + 1] = value
        end
        local meta = getmetatable(value)
        value = type(meta) == "table" and rawget(meta, "__index") or nil
        if type(value) ~= "table" then
            break
        end
    end
    return list
end

local function field(value, name)
    for _, fields in ipairs(fields_of(value)) do
        if rawget(fields, name) ~= nil then
            return rawget(fields, name)
        end
    end
end

--- What may follow "warifu.dictionary.fi": a sorted list of { text=, is_open= }, and the word that is typed ("fi").
function globals.fitting(before)
    local chain, mark, partial = before:match "([%a_][%w_%.]*)([%.:])([%a_]?[%w_]*)$"
    partial = partial or before:match "[%a_][%w_]*$" or ""
    local value = _G
    for name in (chain or ""):gmatch "[^%.]+" do
        value = field(value, name)
    end
    local found, seen = {}, {}
    for _, fields in ipairs(partial .. (chain or "") ~= "" and fields_of(value) or {}) do
        for name, each in next, fields do
            local fits = type(name) == "string" and name:find "^[%a_][%w_]*$" and name:sub(1, #partial) == partial
                and not (name:find "^__" and partial == "") and not seen[name]
            if fits and (mark ~= ":" or type(each) == "function") then
                seen[name] = true
                found[#found + 1] = { text = name, is_open = true }
            end
        end
    end
    table.sort(found, function(a, b) return a.text < b.text end)
    return found, partial
end

return globals
