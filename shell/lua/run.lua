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
local tracing = shell.part "tracing"
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

-- What the module takes for a script's mistake is one in the words here: an address that is none, for instance.
local function act(row, given)
    local results = table.pack(pcall(row.run, given))
    local problem = not results[1] and type(results[2]) == "string" and results[2]:match "bad argument '[^']*' %((.*)%)$"
    if problem then
        return nil, problem, "ARGUMENT"
    elseif not results[1] then
        error(results[2], 0)
    end
    return table.unpack(results, 2, results.n)
end

local function run_row(row, given)
    local traced, problem, name = tracing.start()
    if not traced then
        return output.failure(problem, name)
    end
    local results, code = call(act, row, given)
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
    return act(row, given)
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

--- Is it Lua that only lacks its end?
function run.is_incomplete(text)
    local _, message = load(text, "=line", "t")
    return message ~= nil and message:find "<eof>$" ~= nil and not load("return " .. text, "=line", "t")
end

-- A line that is no Lua, or a lone word that means nothing, may be a verb with a slip in it.
local function slip_in(line)
    local word, rest = line:match "^%s*(%a[%w%-]*)(.*)$"
    local is_keyword = word and not word:find "-" and not load("local " .. word)
    local guess = word and not is_keyword and verbs.meant(word) or ""
    local is_lone = rest and not rest:find "%S" and rawget(_G, word) == nil and word ~= "home"
    if guess ~= "" and (is_lone or rest:find "^%s" and not load(line, "=line", "t") and not load("return " .. line)) then
        return ("there is no verb '%s';%s"):format(word, guess)
    end
end

--- One line as people type it: a verb, an expression whose value is shown, or a statement.
function run.line(line)
    local words, open = verbs.parse(line)
    local slip = slip_in(line)
    if open then
        return usage_error(("a %s is never closed"):format(open))
    elseif words then
        return run.verb(words)
    elseif slip then
        return usage_error(slip)
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

-- Empty, or a comment.
local function is_void(line)
    return not line:find "%S" or line:find "^#" or line:find "^%s*%-%-"
end

local function first_line(text)
    for line in text:gmatch "[^\r\n]+" do
        if not is_void(line) then
            return line
        end
    end
    return ""
end

-- Lines as at the prompt; it ends at the first that fails.
local function run_lines(text)
    local pending
    for line in (text .. "\n"):gmatch "(.-)\r?\n" do
        pending = pending and pending .. "\n" .. line or not is_void(line) and line or nil
        if pending and (verbs.parse(pending) or not run.is_incomplete(pending)) then
            local code = run.line(pending)
            pending = nil
            if code ~= status.DONE then
                return code
            end
        end
    end
    return pending and run.line(pending) or status.DONE
end

-- Lines when the first one is a verb, else one Lua script; `name` is that of the chunk.
local function run_text(text, name, words)
    if verbs.parse(first_line(text)) then
        return run_lines(text)
    end
    local chunk, message = load(text:gsub("^#[^\n]*", ""), name, "t")
    return run_chunk(chunk, message, words)
end

--- A script file, or the standard input.
function run.script(path, words)
    set_arguments(path or "-", words)
    if not path then
        return run_text(io.read "a", "=stdin", words)
    end
    local file <close>, message = io.open(path, "rb")
    if not file then
        complain("warifu: cannot open " .. message)
        return status.FAILED
    end
    return run_text(file:read "a" or "", "@" .. path, words)
end

return run
