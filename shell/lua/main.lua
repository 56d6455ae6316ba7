-- The command line: options, then what to run, then the exit status.
local shell = ...
local warifu = require "warifu"

_G.warifu = warifu
shell.options = {}

local status = shell.part "status"
local verbs = shell.part "verbs"
local run = shell.part "run"

local WITH_VALUE = {
    ["-e"] = "code", ["--state"] = "state", ["--interface"] = "interface", ["--address"] = "address", ["--port"] = "port",
}

local HELP = [[
usage: warifu [OPTION]... [VERB [ARGUMENT]... | SCRIPT [ARGUMENT]... | -]

Without a verb or a script: a prompt on a terminal, else the standard input is run. A line is a verb, or else Lua with
the module `warifu` at hand.

Options:
  -e CODE           runs this Lua
  --state DIR       where the shell keeps what lasts (default: %s)
  --interface NAME  the network interface that verbs use (default: all)
  --address ADDR    or the address of this host that they use
  --port N          another UDP port than 3610
  --version, --help

Verbs:
%s
Exit status: 0 done; 1 a script failed; 2 wrong usage; 3 bad input; 4 a proof failed; 5 refused; 6 nobody answered;
7 no connection; 8 no such thing; 9 the system failed; 130 interrupted.
]]

local function usage_error(problem)
    io.stderr:write("warifu: ", problem, "; see warifu --help\n")
    return status.USAGE
end

-- Reads the options before the first other word: gives the words from there on, or nil and what is wrong.
local function read_options(words)
    local at = 1
    while words[at] and words[at]:sub(1, 1) == "-" and words[at] ~= "-" do
        local word = words[at]
        at = at + 1
        local name, value = word:match "^(%-%-%a+)=(.*)$"
        name = name or word
        if word == "--" then
            break
        elseif name == "--help" or name == "-h" then
            shell.options.help = true
        elseif name == "--version" then
            shell.options.version = true
        elseif WITH_VALUE[name] then
            if not value then
                value = words[at]
                at = at + 1
            end
            if not value then
                return nil, name .. " needs a value"
            end
            shell.options[WITH_VALUE[name]] = value
        else
            return nil, "there is no option " .. word
        end
    end
    return table.move(words, at, #words, 1, {})
end

local function check_port()
    local port = shell.options.port
    if port then
        shell.options.port = math.tointeger(tonumber(port))
        return shell.options.port and shell.options.port >= 1 and shell.options.port <= 65535
    end
    return true
end

local function run_words(words)
    local first = table.remove(words, 1)
    if verbs.find(first) then
        return run.verb(first, words)
    end
    return run.script(first ~= "-" and first or nil, words)
end

return function(argv)
    shell.program = argv[0]
    local words, problem = read_options(argv)
    if not words then
        return usage_error(problem)
    end
    if not check_port() then
        return usage_error "--port needs a number from 1 to 65535"
    end
    if shell.options.help then
        io.stdout:write(HELP:format(shell.part "place".default_text(), verbs.list()))
        return status.DONE
    elseif shell.options.version then
        return run.verb("version", {})
    elseif shell.options.code then
        return run.code(shell.options.code, words)
    elseif #words > 0 then
        return run_words(words)
    elseif shell.is_terminal() then
        return shell.part "prompt"()
    end
    return run.input()
end
