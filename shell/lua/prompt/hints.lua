-- What may still be typed, shown dimly behind the cursor.
local shell = ...
local candidates = shell.part "prompt/candidates"
local house = shell.part "prompt/house"
local typed = shell.part "prompt/typed"
local verbs = shell.part "verbs"

local hints = {}

-- What is missing of a verb that is begun, where only one begins so.
local function rest_of_verb(list, partial)
    local found
    for _, one in ipairs(list) do
        if one.text == partial or found and one.text:sub(1, #partial) == partial then
            return nil
        elseif one.text:sub(1, #partial) == partial then
            found = one
        end
    end
    return found and found.text:sub(#partial + 1)
end

local function argument_text(argument)
    local text = argument.name .. (argument.is_many and "..." or "")
    return argument.is_optional and "[" .. text .. "]" or text
end

-- The arguments from the `first` on.
local function arguments_text(row, first)
    local texts = {}
    for i = first, #row.declared do
        texts[#texts + 1] = argument_text(row.declared[i])
    end
    return table.concat(texts, " ")
end

-- With the verb's own name still typed: as if the blank were there.
local function after_word(before)
    local text = hints.of(before .. " ")
    return text and " " .. text or nil
end

local function of_row(at, before)
    local row = at.row
    if at.is_option then
        return nil
    elseif at.word and not at.argument then -- the value of an option
        return at.partial == "" and at.word or nil
    elseif at.partial:find "=$" then
        return house.range(at)
    elseif at.partial ~= "" then
        return #row.declared > at.count + 1 and after_word(before) or nil
    elseif at.argument then
        return arguments_text(row, math.min(at.count + 1, #row.declared))
    elseif #row.declared == 0 and row.options[1] then
        return "[" .. row.options[1].name .. (row.options[2] and "]..." or "]")
    end
end

-- The second words of a family.
local function family_text(first)
    local words = {}
    for i, one in ipairs(candidates.family(first)) do
        words[i] = one.text
    end
    return table.concat(words, " | ")
end

--- The hint for a line with the cursor at its end, or nil.
function hints.of(before)
    local at = before:find "%S" and typed.read(before) or nil
    if not at or at.open then
        return nil
    elseif at.is_verb then
        return verbs.begins(at.partial) and after_word(before) or rest_of_verb(candidates.verbs(), at.partial)
    elseif at.row then
        return of_row(at, before)
    elseif at.family then
        return at.partial == "" and family_text(at.family) or rest_of_verb(candidates.family(at.family), at.partial)
    end
end

return hints
