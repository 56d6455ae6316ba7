-- The command line: options, then what to run, then the exit status.
local shell = ...
local warifu = require "warifu"

shell.options = {}

local arguments = shell.part "arguments"
local files = shell.part "files"
local home = shell.part "home"
local manual = shell.part "manual"
local output = shell.part "output"
local run = shell.part "run"
local status = shell.part "status"
local tracing = shell.part "tracing"
local verbs = shell.part "verbs"

local HERE = arguments.declare_options { { "-e CODE" }, { "-h" }, { "--version" } }

-- What Lua finds: the module, verbs as a function, and the controller, which is opened when it is first named.
local function set_globals()
    _G.warifu, _G.verb = warifu, run.call
    setmetatable(_G, { __index = function(_, name)
        if name == "home" then
            local controller, message = home.open()
            return controller or error(message, 2)
        end
    end })
end

local function usage_error(problem)
    io.stderr:write("warifu: ", problem, " see warifu --help\n")
    return status.USAGE
end

local function run_words(words)
    if verbs.begins(words[1]) then
        shell.is_single = true -- the program ends with this verb
        return run.verb(words)
    end
    local first = table.remove(words, 1)
    if not first:find "[./-]" and not files.exists(first) then
        return usage_error(("there is no verb or script '%s';%s"):format(first, verbs.meant(first)))
    end
    return run.script(first ~= "-" and first or nil, words)
end

local function go(options, words)
    if options.help or options.h then
        io.stdout:write(manual.program())
        return status.DONE
    elseif options.version then
        return run.verb { "version" }
    elseif options.e then
        return run.code(options.e, words)
    elseif #words > 0 then
        return run_words(words)
    elseif shell.is_terminal() then
        return shell.part "prompt"()
    end
    return run.script(nil, words)
end

return function(argv)
    shell.program = argv[0]
    local options, words = arguments.read_leading({ HERE, verbs.START, verbs.COMMON }, argv)
    if not options then
        return usage_error(words .. ";")
    end
    shell.options = options
    output.begin {}
    set_globals()
    local traced, message, name = tracing.start()
    local code = traced and go(options, words) or output.failure(message, name)
    tracing.stop()
    shell.part("background").stop()
    home.close()
    return code
end
