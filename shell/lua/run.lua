-- Running verbs and Lua: results to the standard output, errors to the standard error, a status for the exit.
local shell = ...
local warifu = require "warifu"
local arguments = shell.part "arguments"
local background = shell.part "background"
local home = shell.part "home"
local manual = shell.part "manual"
local output = shell.part "output"
local show = shell.part "show"
local status = shell.part "status"
local verbs = shell.part "verbs"

local run = {}

local complain = output.complain

-- nil, message, CODE is how the module says that something failed. A verb may give what it has all the same.
local function is_failure(results)
    return type(results[2]) == "string" and warifu.errors[results[3]] ~= nil
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

--- Is this error Ctrl-C's?
function run.was_interrupted(message)
    return message == "interrupted" or tostring(message):find ": interrupted$" ~= nil
end

local function report_error(message)
    if run.was_interrupted(message) then
        complain "interrupted"
        return status.INTERRUPTED
    end
    complain("warifu: " .. message)
    return status.FAILED
end

--- Calls a function under protection: its results packed, or nil and the status after saying what went wrong.
local function call(f, ...)
    local results = table.pack(xpcall(background.during, handle, f, ...))
    if not results[1] then
        return nil, report_error(results[2])
    end
    table.remove(results, 1)
    results.n = results.n - 1
    return results, status.DONE
end

-- The same for Lua, whose failure is a nil with message and code.
local function call_lua(f, ...)
    local results, code = call(f, ...)
    if results and results[1] == nil and is_failure(results) then
        return nil, output.failure(results[2], results[3])
    end
    return results, code
end

-- Those of the start count in a line too, as long as the controller is not open with others.
local function take_start_options(given)
    for _, option in ipairs(verbs.START) do
        local value = given[option.key]
        if value ~= nil and value ~= shell.options[option.key] then
            if home.current() then
                return nil, option.name .. " belongs to the start of warifu: its controller is open already"
            end
            shell.options[option.key] = value
        end
    end
    return true
end

-- What the words give to a verb; nil and what is wrong.
local function read_words(row, words)
    local given, problem = arguments.read(row.declared, { row.options, verbs.COMMON, verbs.START }, words)
    local taken = given
    if given and not given.help then
        taken, problem = take_start_options(given)
    end
    if not taken then
        return nil, ("%s; usage: %s"):format(problem, row.synopsis)
    end
    output.begin(given)
    return given
end

local function run_row(row, given)
    local results, code = call(row.run, given)
    if not results then
        return code
    end
    local value, message = results[1], results[2]
    if value ~= nil then
        output.result(row, value, given)
        code = row.status and row.status(value) or code
    end
    return message and output.failure(message, results[3]) or code
end

-- The row that these words begin with; nil and what is wrong.
local function take_row(words)
    local row, rest = verbs.take(words)
    if not row then
        return nil, ("'%s' goes on:\n%s"):format(words[1], manual.family(words[1]))
    end
    return row, rest
end

local function usage_error(problem)
    complain("warifu: " .. problem:gsub("\n$", ""))
    return status.USAGE
end

--- A verb and its words: prints, and gives the exit status.
function run.verb(words)
    local row, rest = take_row(words)
    if not row then
        return usage_error(rest)
    end
    local given, problem = read_words(row, rest)
    if not given then
        return usage_error(problem)
    elseif given.help then
        io.stdout:write(manual.verb(row))
        return status.DONE
    end
    return run_row(row, given)
end

--- The same for Lua: verb("get", "AIRCON", "roomTemperature") gives the value, or nil, message, code.
function run.call(...)
    local row, rest = take_row { ... }
    local given, problem
    if row then
        given, problem = read_words(row, rest)
    end
    if not given then
        error(problem or rest, 2)
    end
    return row.run(given)
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
    local _, code = call_lua(chunk, table.unpack(words))
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
    local words, open = verbs.parse(line)
    if open then
        return usage_error(("a %s is never closed"):format(open))
    elseif words then
        return run.verb(words)
    end
    local chunk, message = load("return " .. line, "=line", "t")
    if not chunk then
        chunk, message = load(line, "=line", "t")
    end
    if not chunk then
        complain("warifu: " .. message)
        return status.FAILED
    end
    local results, code = call_lua(chunk)
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
