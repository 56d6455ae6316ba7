-- Lines cut into words: blanks part them, 'single quotes' keep everything, "double quotes" all but \" and \\, and outside
-- of quotes a backslash keeps the next character.
local words = {}

-- The end of what `quote` opens at `at`, and the text in between; nil when it is never closed.
local function quoted(line, at, quote)
    local text = {}
    while at <= #line do
        local char = line:sub(at, at)
        if char == quote then
            return at + 1, table.concat(text)
        elseif char == "\\" and quote == '"' and line:find('^["\\]', at + 1) then
            at = at + 1
            char = line:sub(at, at)
        end
        text[#text + 1] = char
        at = at + 1
    end
    return nil, table.concat(text)
end

-- One word from `at` on: where it ends, its text, and the quote that is still open there, if any.
local function word_at(line, at)
    local text = {}
    while at <= #line and not line:find("^%s", at) do
        local char, part, after = line:sub(at, at), nil, nil
        if char == "'" or char == '"' then
            after, part = quoted(line, at + 1, char)
            if not after then
                return #line + 1, table.concat(text) .. part, char
            end
        elseif char == "\\" and at < #line then
            part, after = line:sub(at + 1, at + 1), at + 2
        else
            part, after = char, at + 1
        end
        text[#text + 1], at = part, after
    end
    return at, table.concat(text)
end

--- The words of a line, and the quote that is left open at its end ("'" or '"'), if one is.
function words.split(line)
    local list = {}
    local at, open = line:find "%S", nil
    while at do
        at, list[#list + 1], open = word_at(line, at)
        at = line:find("%S", at)
    end
    return list, open
end

return words
