-- Results to the standard output, for people or as JSON; everything else to the standard error.
local shell = ...
local warifu = require "warifu"
local json = shell.part "json"
local status = shell.part "status"

local output = {}

-- What counts for the line that runs: json, quiet, lang, timeout, search.
shell.line = {}

local function language()
    for _, name in ipairs { "LC_ALL", "LC_MESSAGES", "LANG" } do
        local value = os.getenv(name)
        if value and value ~= "" then
            return value:find "^ja" and "ja" or "en"
        end
    end
    return "en"
end

--- Begins a line: what it gives itself counts, then what the program was started with.
function output.begin(given)
    local options = shell.options
    shell.line = {
        json = given.json or options.json,
        quiet = given.quiet or options.quiet,
        lang = given.lang or options.lang or language(),
        timeout = given.timeout or options.timeout,
        search = given.search or options.search,
    }
end

local function write(text)
    if text and text ~= "" then
        io.stdout:write((text:gsub("\n$", "")), "\n")
    end
end

-- How a row shows a value: `bare` with --quiet, else `text`; without either it is a text already.
local function shown(row, value, given)
    local render = shell.line.quiet and row.bare or row.text
    if render then
        return render(value, given)
    end
    return type(value) == "table" and json.encode(value) or tostring(value)
end

--- The result of a verb.
function output.result(row, value, given)
    if shell.line.json then
        write(row.json and row.json(value) or json.encode(value))
    else
        write(shown(row, value, given))
    end
end

--- One of many results, as they come: a line each as JSON.
function output.item(row, value, given)
    output.result(row, value, given)
    io.stdout:flush()
end

local function complain(text)
    io.stdout:flush()
    io.stderr:write(text, "\n")
end

output.complain = complain

--- What goes on, for people who wait; not with --quiet; with --json an object a line.
function output.note(format, ...)
    local text = select("#", ...) > 0 and format:format(...) or format
    if not shell.line.quiet then
        complain(shell.line.json and json.encode { note = text } or text)
    end
end

--- What failed, and the exit status of its class. With --json it is an object on the standard error.
function output.failure(message, code)
    if shell.line.json then
        complain(json.encode { error = code, message = message, next = warifu.errors[code].next, status = status.of(code) })
    else
        complain(("%s: %s"):format(code, message))
    end
    return status.of(code)
end

return output
