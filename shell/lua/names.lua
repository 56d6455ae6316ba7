-- What people call objects and properties: identifiers of the dictionary, their English or Japanese names, parts of them, or
-- codes.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"

local names = {}

-- Short words for what many homes have; any other part of a name will do where it means one thing.
local ALIASES = {
    aircon = 0x0130, ac = 0x0130, light = 0x0290, lamp = 0x0290, meter = 0x0288, solar = 0x0279, car = 0x02A1,
    hems = 0x05FF, controller = 0x05FF, profile = 0x0EF0,
}

local EXACT, PART = 2, 1

--- Small letters without blanks and hyphens.
local function plain(text)
    return (text:lower():gsub("[%s%-_/]", ""))
end

function names.hex(eoj)
    return ("%06X"):format(eoj)
end

--- How well a word names a class: EXACT, PART or nil.
local function rank_of(class, word)
    local key = plain(word)
    if ALIASES[key] == class.code or plain(class.id) == key or plain(class.en) == key or class.ja == word then
        return EXACT
    elseif #key >= 2 and (plain(class.id):find(key, 1, true) or plain(class.en):find(key, 1, true))
        or #word >= 6 and class.ja:find(word, 1, true) then
        return PART
    end
end

--- Is it a code, of an object ("013001") or a class ("0130")?
local function code_of(word)
    if word:find "^%x%x%x%x%x%x$" or word:find "^%x%x%x%x$" then
        return tonumber(word, 16), #word
    end
end

--- "lighting:2" is the name "lighting" and the instance 2.
local function split_instance(word)
    local name, instance = word:match "^(.-):(%d+)$"
    return name or word, instance and tonumber(instance)
end

--- How well a word names an object: EXACT, PART or nil.
function names.rank(dictionary, eoj, word)
    local code, digits = code_of(word)
    if code and (digits == 6 and code == eoj or digits == 4 and code == eoj >> 8) then
        return EXACT
    end
    local name, instance = split_instance(word)
    local class = dictionary.find_class(eoj >> 8)
    if not class or instance and instance ~= eoj & 0xFF then
        return nil
    end
    return rank_of(class, name)
end

--- Those of a list that a word names best; `eoj_of(item)` gives its object.
function names.best(dictionary, items, word, eoj_of)
    local found, best = {}, 0
    for _, item in ipairs(items) do
        local rank = names.rank(dictionary, eoj_of(item), word) or 0
        if rank > best then
            found, best = {}, rank
        end
        if rank > 0 and rank == best then
            found[#found + 1] = item
        end
    end
    return found
end

--- The object of a word by the dictionary alone, instance 1 unless it says another.
function names.object(word)
    local dictionary, message, code = home.dictionary()
    if not dictionary then
        return nil, message, code
    end
    local number, digits = code_of(word)
    if number then
        return digits == 6 and number or number << 8 | 1
    end
    local name, instance = split_instance(word)
    local found = names.best(dictionary, dictionary.classes(), name, function(class) return class.code << 8 end)
    if #found == 1 then
        return found[1].code << 8 | (instance or 1)
    end
    local ids = {}
    for i, class in ipairs(found) do
        ids[i] = class.id
    end
    return nil, #ids == 0 and ("the dictionary has no object '%s'; take a name of it, or a code such as 013001"):format(word)
        or ("'%s' may be %s"):format(word, table.concat(ids, ", ")), "NOT_IN_DICTIONARY"
end

--- The name of an object's class, in the language of the line; its code where the dictionary has none.
function names.of_object(eoj)
    local dictionary = home.dictionary() or warifu.dictionary
    local class = dictionary.find_class(eoj >> 8)
    if not class then
        return names.hex(eoj)
    end
    return shell.line.lang == "ja" and class.ja or class.id
end

--- The property of a word, of the class of an object: its EPC, and its row of the dictionary if it has one. Any release.
function names.property(dictionary, eoj, word)
    if word:find "^%x%x$" then
        local epc = tonumber(word, 16)
        if epc < 0x80 then
            return nil, ("an EPC is 80 to FF, not %s"):format(word), "ARGUMENT"
        end
        return epc, (dictionary.find(eoj >> 8, epc))
    end
    local row, message, code = dictionary.find(eoj >> 8, word)
    if row then
        return row.epc, row
    end
    local key = plain(word)
    for _, each in ipairs(dictionary.properties(eoj >> 8)) do
        if plain(each.id) == key or plain(each.en) == key or each.ja == word then
            return each.epc, each
        end
    end
    return nil, message, code
end

--- How a property is called in the language of the line.
function names.of_property(epc, row)
    if not row then
        return ("%02X"):format(epc)
    end
    return shell.line.lang == "ja" and ("%s (%s)"):format(row.ja, row.id) or row.id
end

return names
