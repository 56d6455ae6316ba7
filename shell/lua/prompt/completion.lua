-- Tab: what may follow, put into the line as far as it is certain, else listed above it.
local shell = ...
local candidates = shell.part "prompt/candidates"
local globals = shell.part "prompt/globals"
local typed = shell.part "prompt/typed"

local completion = {}

local INDENT = "    "
local GAP, MANY, DETAILED = 2, 200, 24 -- columns between two; what is too much to show; up to which each has its help

-- All that the place of the cursor allows.
local function offered(at)
    if at.is_verb then
        return candidates.verbs()
    end
    local found = at.row and (at.is_option and candidates.options(at.row) or candidates.of(at)) or {}
    if at.family then
        local second = candidates.family(at.family)
        table.move(second, 1, #second, #found + 1, found)
    end
    return found
end

local function begins(text, partial)
    return text and text:sub(1, #partial) == partial
end

-- Those that begin with what is typed, sorted; `text` is the word that does.
local function fitting(list, partial)
    local found, seen = {}, {}
    for _, one in ipairs(list) do
        local text = begins(one.text, partial) and one.text or begins(one.alias, partial) and one.alias
        if text and not seen[text] and not (one.is_hidden and partial == "") then
            seen[text] = true
            found[#found + 1] = { text = text, help = one.help, is_open = one.is_open, rank = one.rank or 0 }
        end
    end
    table.sort(found, function(a, b)
        return a.rank < b.rank or a.rank == b.rank and a.text < b.text
    end)
    return found
end

-- The longest beginning that all have, of whole characters.
local function common(list)
    local text = list[1].text
    for _, one in ipairs(list) do
        while not begins(one.text, text) do
            text = text:sub(1, (utf8.offset(text, -1) or #text) - 1)
        end
    end
    return text
end

-- The rest of a word as it is typed where the cursor is.
local function rest_of(text, at, is_whole, is_open)
    local rest = text:sub(#at.partial + 1)
    if not at.open then
        rest = rest:gsub("[%s'\"\\]", "\\%0")
    end
    if is_whole and not is_open then
        rest = rest .. (at.open or "") .. " "
    end
    return rest ~= "" and rest or nil
end

-- Of "operationMode=cooling" and "folder/file" only what is to be chosen.
local function shown(text)
    return text:match "[=/]([^=/]+/?)$" or text
end

local function pad(text, width)
    return text .. (" "):rep(width - shell.width(text))
end

local function detailed(list, widest, columns)
    local lines = {}
    for i, one in ipairs(list) do
        lines[i] = shell.cut(pad(one.shown, widest + GAP) .. (one.help or ""), columns - 1):gsub("%s+$", "")
    end
    return table.concat(lines, "\n")
end

-- Down the columns, as ls does.
local function in_columns(list, widest, columns)
    local across = math.max(1, columns // (widest + GAP))
    local down = (#list + across - 1) // across
    local lines = {}
    for row = 1, down do
        local cells = {}
        for at = row, #list, down do
            cells[#cells + 1] = pad(list[at].shown, widest + GAP)
        end
        lines[row] = table.concat(cells):gsub("%s+$", "")
    end
    return table.concat(lines, "\n")
end

--- What there is to choose from, for a screen of so many columns.
function completion.list(list, columns)
    if #list > MANY then
        return ("(%d possibilities)"):format(#list)
    end
    local widest, has_help = 0, false
    for _, one in ipairs(list) do
        one.shown = shown(one.text)
        widest, has_help = math.max(widest, shell.width(one.shown)), has_help or one.help ~= nil
    end
    return has_help and #list <= DETAILED and detailed(list, widest, columns) or in_columns(list, widest, columns)
end

-- What is certain and, when nothing is, what to choose from.
local function answer(list, at, columns)
    if #list == 0 then
        return nil
    elseif #list == 1 then
        return rest_of(list[1].text, at, true, list[1].is_open)
    end
    local rest = rest_of(common(list), at, false)
    return rest, not rest and completion.list(list, columns) or nil
end

--- What Tab inserts behind the text before the cursor, or what it lists above; `is_lua` of lines that go on with Lua, which
--- may be pasted with tabs before them.
function completion.complete(before, columns, is_lua)
    if is_lua and not before:find "%S" then
        return INDENT
    end
    local at = not is_lua and typed.read(before) or nil
    local list = at and fitting(offered(at), at.partial) or {}
    if #list == 0 and (not at or at.is_verb) then
        local partial
        list, partial = globals.fitting(before)
        at = { partial = partial }
    end
    return answer(list, at, columns)
end

return completion
