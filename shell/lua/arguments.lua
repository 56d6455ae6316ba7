-- What the words after a verb mean: its arguments and options, as its row declares them.
local shell = ...
local types = shell.part "types"

local arguments = {}

local function key_of(word)
    return types.of(word).key or word:lower():gsub("%W", "_")
end

--- "[NODE] PROPERTY..." as a list of { name=, key=, is_optional=, is_many= }.
function arguments.declare(synopsis)
    local list = {}
    for word in (synopsis or ""):gmatch "%S+" do
        local name = word:gsub("[%[%]]", ""):gsub("%.%.%.$", "")
        list[#list + 1] = {
            name = name, key = key_of(name), is_optional = word:sub(1, 1) == "[", is_many = word:find("...", 1, true) ~= nil,
        }
    end
    return list
end

--- { "--count COUNT", "help" } as { name=, key=, value=, help= }; without a value it is a switch.
function arguments.declare_options(list)
    local options = {}
    for i, row in ipairs(list or {}) do
        local name, value = row[1]:match "^(%S+)%s*(%S*)$"
        options[i] = {
            name = name, key = row.key or name:gsub("^%-+", ""):gsub("%W", "_"), value = value ~= "" and value or nil,
            help = row[2],
        }
    end
    return options
end

local function find_option(lists, name)
    for _, options in ipairs(lists) do
        for _, option in ipairs(options) do
            if option.name == name then
                return option
            end
        end
    end
end

-- Reads the option at words[at] into `given`: where the next word stands, or nil and what is wrong.
local function read_option(given, lists, words, at)
    local name, value = words[at]:match "^(%-%-?[^=]+)=(.*)$"
    name = name or words[at]
    local option = find_option(lists, name)
    if not option then
        return nil, "there is no option " .. name
    elseif not option.value then
        given[option.key] = true
        return not value and at + 1 or nil, name .. " takes no value"
    end
    if not value then
        at = at + 1
        value = words[at]
    end
    if not value then
        return nil, ("%s needs a value: %s"):format(name, option.value)
    end
    local expected
    given[option.key], expected = types.read(option.value, value)
    if given[option.key] == nil then
        return nil, ("%s takes %s, not '%s'"):format(name, expected, value)
    end
    return at + 1
end

local function is_option(word)
    return word:find "^%-%-%a" ~= nil or word:find "^%-%a$" ~= nil
end

--- Options at the beginning: what is given, and the words from the first other one on; nil and what is wrong.
function arguments.read_leading(lists, words)
    local given, at = {}, 1
    while words[at] and is_option(words[at]) do
        local problem
        at, problem = read_option(given, lists, words, at)
        if not at then
            return nil, problem
        end
    end
    return given, table.move(words, words[at] == "--" and at + 1 or at, #words, 1, {})
end

-- Sorts options from other words.
local function read_words(lists, words)
    local given, others, at = {}, {}, 1
    while words[at] do
        if words[at] == "--" then
            table.move(words, at + 1, #words, #others + 1, others)
            break
        elseif is_option(words[at]) then
            local problem
            at, problem = read_option(given, lists, words, at)
            if not at then
                return nil, problem
            end
        else
            others[#others + 1] = words[at]
            at = at + 1
        end
    end
    return given, others
end

local function read_argument(given, argument, word)
    local value, expected = types.read(argument.name, word)
    if value == nil then
        return ("%s is %s, not '%s'"):format(argument.name, expected, word)
    elseif argument.is_many then
        given[argument.key] = given[argument.key] or {}
        table.insert(given[argument.key], value)
    else
        given[argument.key] = value
    end
end

--- What is given to a verb: key -> value, a list for an argument of which there may be many; or nil and what is wrong.
--- `lists` are the lists of options that count here.
function arguments.read(declared, lists, words)
    local given, others = read_words(lists, words)
    if not given then
        return nil, others
    elseif given.help then
        return given
    end
    local at = 1
    for _, argument in ipairs(declared) do
        local last = argument.is_many and math.max(#others, at) or at
        if not others[at] and not argument.is_optional then
            return nil, argument.name .. " is missing"
        end
        for i = at, math.min(last, #others) do
            local problem = read_argument(given, argument, others[i])
            if problem then
                return nil, problem
            end
        end
        at = last + 1
    end
    if others[at] then
        return nil, ("'%s' is one word too many"):format(others[at])
    end
    return given
end

return arguments
