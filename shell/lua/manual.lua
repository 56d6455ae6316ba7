-- The texts of help, all made from the table of verbs.
local shell = ...
local verbs = shell.part "verbs"

local manual = {}

manual.STATUS = [[
Exit status: 0 done; 1 a script failed; 2 wrong usage; 3 bad input; 4 a proof failed; 5 refused; 6 nobody answered;
7 no connection; 8 no such thing; 9 the system failed; 130 interrupted.
]]

local HEAD = [[
usage: warifu [OPTION]... [VERB [ARGUMENT]... | SCRIPT [ARGUMENT]... | -]

Without a verb or a script: a prompt on a terminal, else the standard input is run. A line is a verb, or else Lua with
the module `warifu` at hand.

Options:
]]

local WIDTH = 28 -- of the left column; what is longer has a line of its own

local function line(left, right)
    return #left > WIDTH and ("  %s\n%s%s\n"):format(left, (" "):rep(WIDTH + 3), right)
        or ("  %-28s %s\n"):format(left, right)
end

local function option_lines(options)
    local lines = {}
    for i, option in ipairs(options) do
        lines[i] = line(option.name .. (option.value and " " .. option.value or ""), option.help)
    end
    return table.concat(lines)
end

local function short_synopsis(row)
    return row.name .. (row.arguments and " " .. row.arguments or "")
end

--- All verbs, a line each, under the titles of their groups.
function manual.verbs()
    local lines, title = {}, nil
    for _, row in ipairs(verbs.all()) do
        if row.group ~= title then
            title = row.group
            lines[#lines + 1] = title .. ":\n"
        end
        lines[#lines + 1] = line(short_synopsis(row), row.help)
    end
    return table.concat(lines)
end

--- What --help shows.
function manual.program()
    return table.concat {
        HEAD, line("-e CODE", "runs this Lua"), option_lines(verbs.START), option_lines(verbs.COMMON), line("--version", "says which version this is"), "\n",
        manual.verbs(), "\n", manual.STATUS,
    }
end

local COLUMNS = 116

-- Lines that are not too long, broken at blanks.
local function wrapped(text)
    local lines, open = {}, ""
    for word in text:gmatch "%S+" do
        if #open + #word >= COLUMNS then
            lines[#lines + 1], open = open, "   "
        end
        open = open == "" and word or open .. " " .. word
    end
    lines[#lines + 1] = open
    return table.concat(lines, "\n") .. "\n"
end

--- One verb.
function manual.verb(row)
    local text = ("usage: %s\n%s\n"):format(row.synopsis, row.help)
    if #row.options > 0 then
        text = text .. option_lines(row.options)
    end
    if row.more then
        text = text .. "\n" .. row.more .. "\n"
    end
    if row.gives then
        text = text .. wrapped("with --json: " .. row.gives)
    end
    return row.next and text .. "next: " .. row.next .. "\n" or text
end

--- A family of verbs such as those of "ca".
function manual.family(first)
    local lines = {}
    for i, row in ipairs(verbs.family(first)) do
        lines[i] = line(short_synopsis(row), row.help)
    end
    return table.concat(lines)
end

return manual
