-- What fits in the place of each capital word of the table of verbs, from the tables that do the work. A candidate is
-- { text=, alias= (another word for it), help=, is_open= (more is typed right behind it), is_hidden= (until it is begun),
-- rank= (lower ones stand first) }.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local house = shell.part "prompt/house"
local topics = shell.part "topics"
local types = shell.part "types"
local verbs = shell.part "verbs"

local candidates = {}

local function of_list(list)
    local found = {}
    for i, text in ipairs(list) do
        found[i] = { text = text }
    end
    return found
end

-- ---- verbs and options ----

--- First words of verbs.
function candidates.verbs()
    local found, seen = {}, {}
    for _, row in ipairs(verbs.all()) do
        local first, second = row.name:match "^(%S+)%s*(%S*)"
        if not seen[first] then
            seen[first] = true
            found[#found + 1] = { text = first, help = second == "" and row.help or "..." }
        end
    end
    return found
end

--- Second words of a family.
function candidates.family(first)
    local found = {}
    for _, row in ipairs(verbs.family(first)) do
        local second = row.name:match "^%S+%s+(%S+)"
        found[#found + 1] = second and { text = second, help = row.help } or nil
    end
    return found
end

--- Those of a verb before those of all; those of the start as long as they still count.
function candidates.options(row)
    local found = {}
    for rank, options in ipairs { row.options, verbs.COMMON, not home.current() and verbs.START or {} } do
        for _, option in ipairs(options) do
            local help = (option.value and option.value .. ": " or "") .. option.help
            found[#found + 1] = { text = option.name, help = help, rank = rank }
        end
    end
    return found
end

local function all_topics()
    local found = candidates.verbs()
    for _, name in ipairs(topics.names()) do
        found[#found + 1] = { text = name, help = "a topic" }
    end
    for name, err in pairs(warifu.errors) do
        found[#found + 1] = { text = name, alias = name:lower(), help = err.what }
    end
    return found
end

-- ---- files ----

local function files(at)
    local folder, begun = at.partial:match "^(.*/)([^/]*)$"
    folder, begun = folder or "", begun or at.partial
    local place = folder:gsub("^~/", function() return (os.getenv "HOME" or "~") .. "/" end)
    local found = {}
    for _, name in ipairs(shell.list_directory(place == "" and "." or place) or {}) do
        if name:sub(1, 1) ~= "." or begun:sub(1, 1) == "." then
            found[#found + 1] = { text = folder .. name, is_open = name:sub(-1) == "/" }
        end
    end
    return found
end

local function interfaces()
    local found = {}
    for _, name in ipairs(shell.list_directory "/sys/class/net" or {}) do
        found[#found + 1] = { text = (name:gsub("/$", "")) }
    end
    return found
end

local function policies(at)
    local found = of_list { "strict", "mixed", "open" }
    return table.move(files(at), 1, #files(at), #found + 1, found)
end

local PROVIDERS = {
    verb = candidates.verbs, topic = all_topics, node = house.nodes, target = house.targets, object = house.classes,
    peer = house.peers, number_of_node = house.peers, property = house.properties, value = house.settings, file = files,
    policy = policies, interface = interfaces,
    choice = function(at) return of_list(types.of(at.word).choices) end,
}

--- Whatever may stand where `at` (typed.lua) is.
function candidates.of(at)
    local provide = at.word and PROVIDERS[types.of(at.word).complete]
    return provide and provide(at) or {}
end

return candidates
