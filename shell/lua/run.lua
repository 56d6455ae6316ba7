-- Running verbs and Lua: results to the standard output, errors to the standard error, a status for the exit.
local shell = ...
local warifu = require "warifu"
local show = shell.part "show"
local status = shell.part "status"
local verbs = shell.part "verbs"

local run = {}

local function complain(text)
    io.stdout:flush()
    io.stderr:write(text, "\n")
end

-- nil, message, CODE is how the module says that something failed.
local function is_failure(results)
    return results[1] == nil and type(results[2]) == "string" and warifu.errors[results[3]] ~= nil
end

local function report_failure(results)
    local message, code = results[2], results[3]
    complain(("%s: %s"):format(code, message))
    return status.of(code)
end

-- A traceback helps with a mistake in a script, not with a message for the user.
local function handle(message)
    if type(message) ~= "string" then
        local meta = getmetatable(message)
        return type(meta) == "table" and meta.__tostring and tostring(message)
            or ("error of type %s"):format(type(message))
    end
    return message
end

local function was_interrupted(message)
    return message == "interrupted" or message:find ": interrupted$" ~= nil
end

local function report_error(message)
    if was_interrupted(message) then
        complain "interrupted"
        return status.INTERRUPTED
    end
    complain("warifu: " .. message)
    return status.FAILED
end

--- Calls a function under protection: its results packed, or nil and the status after saying what went wrong.
local function call(f, ...)
    local results = table.pack(xpcall(f, handle, ...))
    if not results[1] then
        return nil, report_error(results[2])
    end
    table.remove(results, 1)
    results.n = results.n - 1
    if is_failure(results) then
        return nil, report_failure(results)
    end
    return results, status.DONE
end

--- A verb with its words.
function run.verb(name, words)
    local row = verbs.find(name)
    if not verbs.fits(row, #words) then
        complain(("warifu: usage: %s %s"):format(row.name, row.arguments))
        return status.USAGE
    end
    local results, code = call(row.call, table.unpack(words))
    if results and results[1] then
        print((results[1]:gsub("\n$", "")))
        code = results[2] or code
    end
    return code
end

-- As lua sets it: the script at 0, before it the program.
local function set_arguments(name, words)
    _G.arg = table.move(words, 1, #words, 1, { [-1] = shell.program, [0] = name })
end

-- A script's own results are not printed; a failure that it returns is its exit status.
local function run_chunk(chunk, message, words)
    if not chunk then
        complain("warifu: " .. message)
        return status.FAILED
    end
    local _, code = call(chunk, table.unpack(words))
    return code
end

function run.code(text, words)
    set_arguments("-e", words)
    local chunk, message = load(text, "=(-e)", "t")
    return run_chunk(chunk, message, words)
end

--- A script file, or the standard input.
function run.script(path, words)
    set_arguments(path or "-", words)
    if not path then
        return run.input(words)
    end
    local chunk, message = loadfile(path, "t")
    return run_chunk(chunk, message, words)
end

--- Is it Lua that only lacks its end?
function run.is_incomplete(text)
    local _, message = load(text, "=line", "t")
    return message ~= nil and message:find "<eof>$" ~= nil and not load("return " .. text, "=line", "t")
end

--- One line as people type it: a verb, an expression whose value is shown, or a statement.
function run.line(line)
    local name, words = verbs.parse(line)
    if name then
        return run.verb(name, words)
    end
    local chunk, message = load("return " .. line, "=line", "t")
    if not chunk then
        chunk, message = load(line, "=line", "t")
    end
    if not chunk then
        complain("warifu: " .. message)
        return status.FAILED
    end
    local results, code = call(chunk)
    if results and results.n > 0 then
        print(show.results(results))
    end
    return code
end

local function first_line(text)
    for line in text:gmatch "[^\r\n]+" do
        if line:find "%S" and not line:find "^%s*%-%-" and not line:find "^#" then
            return line
        end
    end
    return ""
end

-- Lines as at the prompt; it ends at the first that fails.
local function run_lines(text)
    local pending
    for line in (text .. "\n"):gmatch "(.-)\r?\n" do
        pending = pending and pending .. "\n" .. line or line
        if verbs.parse(pending) or not run.is_incomplete(pending) then
            local code = pending:find "%S" and run.line(pending) or status.DONE
            pending = nil
            if code ~= status.DONE then
                return code
            end
        end
    end
    if pending then
        return run.line(pending)
    end
    return status.DONE
end

--- The standard input: lines as at the prompt when its first one is a verb, else one Lua script.
function run.input(words)
    local text = io.read "a"
    if verbs.parse(first_line(text)) then
        return run_lines(text)
    end
    local chunk, message = load(text:gsub("^#[^\n]*", ""), "=stdin", "t")
    return run_chunk(chunk, message, words or {})
end

return run
