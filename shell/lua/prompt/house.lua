-- Candidates that come from nodes, the dictionary and the words typed before: see candidates.lua.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local names = shell.part "names"
local nodes = shell.part "nodes"

local house = {}

local PROFILE, CONTROLLER = 0x0EF0, 0x05FF
local CONDITION = "CONDITION"
local YES = { ["true"] = "on", ["false"] = "off" }

local function dictionary()
    return home.dictionary() or warifu.dictionary
end

-- An identifier of the dictionary, with its name in Japanese where that is wanted.
local function identifier(row, help)
    local ja = shell.line.lang == "ja" and row.ja ~= "" and row.ja or nil
    return { text = row.id, alias = ja, help = ja or help }
end

-- ---- nodes and objects ----

-- Of a peer whose objects nobody has asked for yet, what it said in clear will do to complete a word.
local function entries()
    local controller, heard = home.current(), {}
    for _, node in ipairs(controller and controller:known() or {}) do
        heard[node.number or node.address] = node.objects
    end
    local list = controller and nodes.entries(controller) or {}
    for _, entry in ipairs(list) do
        entry.objects = entry.objects and entry.objects[1] and entry.objects or heard[entry.number or entry.address]
    end
    return list
end

local function is_device_object(eoj)
    return eoj >> 8 ~= PROFILE and eoj >> 8 ~= CONTROLLER
end

local function place_of(entry)
    return entry.address and entry.address:gsub(":3610$", "") or entry.number
end

-- How often each class, and each object, is there.
local function count_objects(list)
    local count = {}
    for _, entry in ipairs(list) do
        for _, eoj in ipairs(entry.objects or {}) do
            count[eoj], count[eoj >> 8] = (count[eoj] or 0) + 1, (count[eoj >> 8] or 0) + 1
        end
    end
    return count
end

-- A word for an object where one is enough to name it.
local function object_candidate(eoj, count, help)
    local class = dictionary().find_class(eoj >> 8)
    if not class or count[eoj] ~= 1 then
        return nil
    end
    local tail = count[eoj >> 8] == 1 and "" or (":%d"):format(eoj & 0xFF)
    local one = identifier(class)
    return { text = one.text .. tail, alias = one.alias and one.alias .. tail, help = help }
end

--- What names a node: an object that only it has, its address, its number.
function house.nodes()
    local list, found = entries(), {}
    local count = count_objects(list)
    for _, entry in ipairs(list) do
        local place = place_of(entry)
        for _, eoj in ipairs(entry.objects or {}) do
            found[#found + 1] = is_device_object(eoj) and object_candidate(eoj, count, place) or nil
        end
        found[#found + 1] = entry.address and { text = place, help = entry.number }
        found[#found + 1] = entry.number and { text = entry.number, help = place, is_hidden = true }
    end
    return found
end

local function entry_of(word)
    for _, entry in ipairs(entries()) do
        if word == entry.number or word == entry.address or word == place_of(entry) then
            return entry
        end
    end
end

local function objects_of(entry, before)
    local found, count = {}, count_objects { entry }
    for _, eoj in ipairs(entry.objects or {}) do
        local one = object_candidate(eoj, count, names.hex(eoj)) or { text = names.hex(eoj) }
        one.text, one.alias = before .. one.text, one.alias and before .. one.alias
        found[#found + 1] = one
    end
    return found
end

--- The same, or NODE/OBJECT.
function house.targets(at)
    local node = at.partial:match "^(.*)/"
    local entry = node and entry_of(node)
    return entry and objects_of(entry, node .. "/") or house.nodes()
end

--- Objects that the dictionary knows.
function house.classes()
    local found = {}
    for i, class in ipairs(dictionary().classes()) do
        found[i] = identifier(class, class.en)
    end
    return found
end

function house.peers()
    local found = {}
    for _, entry in ipairs(entries()) do
        if entry.is_peer then
            found[#found + 1] = { text = entry.number, help = place_of(entry) }
        end
    end
    return found
end

-- ---- properties and values ----

-- The object that the words before are about; nil where no word says.
local function object_of(given)
    local word = given.object or given.target or given.node or given.class
    if not word then
        return CONTROLLER << 8 | 1 -- the shell's own
    end
    local entry = entry_of(word:match "^(.*)/" or word)
    local items = {}
    for _, each in ipairs(entry and { entry } or entries()) do
        for _, eoj in ipairs(each.objects or {}) do
            items[#items + 1] = is_device_object(eoj) and eoj or nil
        end
    end
    if entry and not word:find "/" then
        return items[1]
    end
    word = word:match "/([^/]*)$" or word
    return names.best(dictionary(), items, word, function(eoj) return eoj end)[1] or names.object(word)
end

-- Names of the properties of what the line is about, with `tail` behind them; `fits` says which.
local function properties(at, tail, fits)
    local found, eoj = {}, object_of(at.given)
    for _, row in ipairs(eoj and dictionary().properties(eoj >> 8) or {}) do
        if fits(row) then
            local one = identifier(row, row.en)
            one.text, one.alias = one.text .. tail, one.alias and one.alias .. tail
            one.is_open = tail ~= "" or at.word == CONDITION
            found[#found + 1] = one
        end
    end
    return found
end

local function any()
    return true
end

local function can_be_set(row)
    return row.set ~= "none"
end

function house.properties(at)
    return properties(at, "", any)
end

-- The type of a property that is named in the line.
local function kind_of(at, name)
    local eoj = object_of(at.given)
    local epc = eoj and names.property(dictionary(), eoj, name)
    return epc and dictionary().type(eoj >> 8, epc)
end

-- Each simple type of a type.
local function each_type(kind, visit)
    visit(kind)
    for _, member in ipairs(kind.kind == "one_of" and kind.members or {}) do
        each_type(member.type, visit)
    end
end

-- The states that can be set, by the word that people type.
local function states(kind)
    local found = {}
    each_type(kind, function(each)
        for _, state in ipairs(each.states or {}) do
            if not state.read_only then
                found[#found + 1] = identifier({ id = YES[state.id] or state.id, ja = state.ja }, state.en)
            end
        end
    end)
    return found
end

--- PROPERTY=VALUE, of which a condition may say another relation.
function house.settings(at)
    local before, name = at.partial:match "^(([^=]+)=)"
    local kind = before and kind_of(at, name)
    local found = kind and states(kind) or {}
    for _, one in ipairs(found) do
        one.text, one.alias = before .. one.text, one.alias and before .. one.alias
    end
    if before then
        return found
    elseif at.word == CONDITION then
        return properties(at, "", any)
    end
    return properties(at, "=", at.given.class and any or can_be_set) -- a virtual device's owner may set all
end

--- What may stand behind "PROPERTY=": "0 to 50 Celsius", "auto | cooling"; nil where nobody knows.
function house.range(at)
    local name = at.partial:match "^([^=]+)=$"
    local kind = name and kind_of(at, name)
    local texts = {}
    each_type(kind or {}, function(each)
        if each.minimum and each.maximum then
            texts[#texts + 1] = ("%s to %s %s"):format(each.minimum, each.maximum, each.unit or ""):gsub(" $", "")
        end
    end)
    for _, state in ipairs(kind and states(kind) or {}) do
        texts[#texts + 1] = state.alias or state.text
    end
    return texts[1] and table.concat(texts, " | ")
end

return house
