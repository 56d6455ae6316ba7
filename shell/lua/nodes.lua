-- What people call nodes: an address, an identification number or the end of one, or an object that only one node has.
local shell = ...
local home = shell.part "home"
local memory = shell.part "memory"
local names = shell.part "names"
local objects = shell.part "objects"

local nodes = {}

local SEARCH = 2 -- seconds: devices may wait for one before they answer everybody
local PROFILE = 0x0EF001
local LEAST_TAIL = 4 -- digits of a number that name a node

local has_searched = false
local hellos = {} -- number or address -> what the node said of Device Authentication

local function fail(message, code)
    return nil, message, code
end

--- Is this word an address?
function nodes.is_address(word)
    return word:find "^%d+%.%d+%.%d+%.%d+$" ~= nil or word:find "^%d+%.%d+%.%d+%.%d+:%d+$" ~= nil or word:find "^%[.*%]" ~= nil
        or word:find "^%x*:[%x:]*:[%x:%%%w]*$" ~= nil
end

--- An address without the port that is everybody's, and IPv6 in brackets.
local function place_of(address)
    if address and not address:find "^%[" and address:find ":.*:" then
        return "[" .. address .. "]"
    end
    return address and (address:gsub((":%d$"):format(shell.options.port or 3610), ""))
end

function nodes.same_place(one, other)
    return place_of(one) == place_of(other)
end

-- Peers first, then who else was heard; who says a peer's number is that peer.
local function entries(controller)
    local list, by_number = {}, {}
    for _, peer in ipairs(controller:peers()) do
        local entry = {
            node = peer, number = peer.number, address = peer.address, is_peer = true, objects = memory.objects(peer.number),
        }
        list[#list + 1], by_number[peer.number] = entry, entry
    end
    for _, node in ipairs(controller:known()) do
        local entry = by_number[node.number or ""]
        if entry then
            entry.address = entry.address or node.address
        else
            list[#list + 1] = { node = node, number = node.number, address = node.address, objects = node.objects }
        end
    end
    for _, entry in ipairs(list) do
        entry.da = hellos[entry.number or ""] or hellos[entry.address or ""]
    end
    return list
end

nodes.entries = entries

--- Asks everybody who is there (or who is at an address), remembers what they say, and gives the nodes.
function nodes.search(controller, seconds, address)
    local found, message, code = controller:discover { timeout = seconds or shell.line.search or SEARCH, address = address }
    for _, node in ipairs(found or {}) do
        hellos[node.number or node.address], hellos[node.address] = node.da, node.da
    end
    has_searched = has_searched or found ~= nil and not address
    return found, message, code
end

local function entry_of_address(controller, word)
    for _, entry in ipairs(entries(controller)) do
        if place_of(entry.address) == place_of(word) then
            return entry
        end
    end
    local place = place_of(word)
    return { node = controller:node(place), address = place }
end

local function of_number(list, word)
    local found = {}
    for _, entry in ipairs(list) do
        if entry.number and entry.number:sub(-#word) == word:upper() then
            found[#found + 1] = entry
        end
    end
    return found
end

-- { entry=, eoj= } of every object that the word may mean.
local function of_object(dictionary, list, word)
    local items = {}
    for _, entry in ipairs(list) do
        for _, eoj in ipairs(entry.objects or {}) do
            items[#items + 1] = { entry = entry, eoj = eoj }
        end
    end
    return names.best(dictionary, items, word, function(item) return item.eoj end)
end

-- What a word may mean among those that were heard: a list of { entry=, eoj= }.
local function meanings(dictionary, list, word)
    local found = of_object(dictionary, list, word)
    if #found == 0 and #word >= LEAST_TAIL and not word:find "%X" then
        for i, entry in ipairs(of_number(list, word)) do
            found[i] = { entry = entry }
        end
    end
    return found
end

local function called(item)
    local place = place_of(item.entry.address) or item.entry.number
    return item.eoj and place .. "/" .. names.hex(item.eoj) or place
end

local function ambiguous(word, found)
    local list = {}
    for i, item in ipairs(found) do
        list[i] = called(item)
    end
    return fail(("'%s' may be %s: name one of them"):format(word, table.concat(list, ", ")), "ARGUMENT")
end

local function only_one(word, found)
    if #found > 1 then
        return ambiguous(word, found)
    end
    return found[1]
end

-- The peers among the entries, their objects asked for where nobody remembers them; who is away has none.
local function peers_of(list)
    local peers = {}
    for _, entry in ipairs(list) do
        if entry.is_peer then
            objects.of(entry, shell.line.search or SEARCH)
            peers[#peers + 1] = entry
        end
    end
    return peers
end

-- A peer goes first: what others say of themselves in clear takes no name from it.
local function by_name(controller, word)
    local seconds = shell.line.search or SEARCH
    local dictionary = home.dictionary()
    local peers = peers_of(entries(controller))
    local found = meanings(dictionary, peers, word)
    if #found == 0 and has_searched then
        found = meanings(dictionary, entries(controller), word)
    end
    if #found == 0 then
        local went, message, code = nodes.search(controller)
        if not went then
            return nil, message, code
        end
        found = meanings(dictionary, entries(controller), word)
    end
    if #found == 0 then
        found = meanings(dictionary, objects.refresh(peers, seconds), word)
    end
    if #found == 0 then
        return fail(("no node is called '%s'; discover shows who is there, help names how they are called"):format(word),
            "NO_ANSWER")
    end
    return only_one(word, found)
end

--- The node of a word: { node=, address=, number=, objects=, is_peer=, da= }, and the object if the word named one.
function nodes.find(controller, word)
    if nodes.is_address(word) then
        return entry_of_address(controller, word)
    end
    local item, message, code = by_name(controller, word)
    if not item then
        return nil, message, code
    end
    return item.entry, item.eoj
end

-- Its only object beside profiles and controllers.
local function only_object(entry, word)
    local list, message, code = objects.of(entry)
    if not list then
        return nil, message, code
    end
    local found = {}
    for _, eoj in ipairs(list) do
        if eoj >> 8 ~= 0x0EF0 and eoj >> 8 ~= 0x05FF then
            found[#found + 1] = { entry = entry, eoj = eoj }
        end
    end
    if #found == 0 then
        return fail(("'%s' has no object of a device"):format(word), "NO_OBJECT")
    end
    local item
    item, message, code = only_one(word, found)
    return item and item.eoj, message, code
end

local function named_object(entry, word)
    if word:find "^%x%x%x%x%x%x$" then
        return tonumber(word, 16)
    end
    local list, message, code = objects.of(entry)
    if not list then
        return nil, message, code
    end
    local own_profile = { node = entry.node, address = entry.address, objects = { PROFILE } }
    local found = of_object(home.dictionary(), { entry, own_profile }, word)
    if #found == 0 then
        return fail(("the node has no object '%s'"):format(word), "NO_OBJECT")
    end
    local item
    item, message, code = only_one(word, found)
    return item and item.eoj, message, code
end

--- The object of a word NODE or NODE/OBJECT: the node and its EOJ.
function nodes.target(controller, word)
    local node_word, object_word = word:match "^(.*)/([^/]*)$"
    local entry, eoj, code = nodes.find(controller, node_word or word)
    if not entry then
        return nil, eoj, code
    end
    local message
    if object_word then
        eoj, message, code = named_object(entry, object_word)
    elseif not eoj then
        eoj, message, code = only_object(entry, word)
    end
    if not eoj then
        return nil, message, code
    end
    return entry, eoj
end

--- How results name a node.
function nodes.describe(entry)
    return { address = entry.address, number = entry.number, protected = entry.is_peer == true }
end

return nodes
