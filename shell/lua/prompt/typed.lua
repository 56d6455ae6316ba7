-- What a half-typed line of a verb is about: for completion and hints.
local shell = ...
local verbs = shell.part "verbs"
local words = shell.part "words"

local typed = {}

-- The whole words of a line and the one that is being typed, "" after a blank; the quote it stands in, if any.
local function split(before)
    local list, open = words.split(before)
    local partial = ""
    if open or before:find "%S$" or before:find "\\%s$" then
        partial = table.remove(list) or ""
    end
    return list, partial, open
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

-- Sorts the words behind a verb: those that are arguments, and the option whose value comes next.
local function walk(rest, lists)
    local others, waiting, only_others = {}, nil, false
    for _, word in ipairs(rest) do
        local option = not only_others and find_option(lists, word)
        if waiting then
            waiting = nil
        elseif word == "--" then
            only_others = true
        elseif option then
            waiting = option.value and option or nil
        elseif only_others or not word:find "^%-%-?%a" then
            others[#others + 1] = word
        end
    end
    return others, waiting, only_others
end

-- The argument that comes after so many.
local function argument_at(declared, count)
    local last = declared[#declared]
    return declared[count + 1] or last and last.is_many and last or nil
end

-- Adds what the words say of a verb's row.
local function describe(at, row, rest)
    at.row, at.lists = row, { row.options, verbs.COMMON, verbs.START }
    local others, waiting, only_others = walk(rest, at.lists)
    at.given, at.count = {}, #others
    for i, word in ipairs(others) do
        local argument = argument_at(row.declared, i - 1)
        if argument then
            at.given[argument.key] = word
        end
    end
    local name, value = at.partial:match "^(%-%-[^=]+)=(.*)$"
    local option = not only_others and find_option(at.lists, name)
    if option and option.value then
        at.partial, at.word = value, option.value
    elseif waiting then
        at.word = waiting.value
    elseif at.partial:find "^%-" and not only_others then
        at.is_option = true
    else
        at.argument = argument_at(row.declared, #others)
        at.word = at.argument and at.argument.name
    end
end

--- nil where it is Lua; else { partial=, open= (a quote) } and: is_verb where a verb is typed; family, the first of two
--- words; row, given (key -> word), count (of arguments), lists (of options), is_option, argument, and word: the capital
--- word of the table that is typed now.
function typed.read(before)
    local list, partial, open = split(before)
    local at = { partial = partial, open = open }
    if #list == 0 then
        at.is_verb = true
        return at
    elseif not verbs.parse(before) then
        return nil
    end
    local row, rest = verbs.take(list)
    at.family = #list == 1 and list[1] or nil
    if row then
        describe(at, row, rest)
    end
    return at
end

return typed
