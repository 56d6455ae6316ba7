-- Looking at bytes, and at what happened.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local json = shell.part "json"
local output = shell.part "output"

local function decode(given)
    local bytes, message, code = warifu.codec.unhex(table.concat(given.hex, " "))
    local text, dictionary
    if bytes then
        dictionary, message, code = home.dictionary()
    end
    if dictionary then
        text, message, code = warifu.codec.decode(bytes, dictionary)
    end
    if not text then
        return nil, message, code
    end
    return { bytes = warifu.codec.hex(bytes), text = text }
end

local function audit()
    local log, message, code = warifu.audit(shell.options.state)
    if not log then
        return nil, message, code
    elseif log.damaged > 0 then
        output.complain(("warifu: %d entries of the store can't be read"):format(log.damaged))
    end
    return { entries = json.list(log) }
end

local function fields(list, name)
    local lines = {}
    for i, entry in ipairs(list) do
        lines[i] = entry[name]
    end
    return table.concat(lines, "\n")
end

return {
    title = "Debugging",
    {
        name = "decode", arguments = "HEX...",
        help = "says what a frame means",
        run = decode,
        text = function(value)
            return value.text
        end,
    },
    {
        name = "audit",
        help = "shows what happened to a node that matters for its security",
        more = "It is the log of the state directory, the oldest entry first, whether its node runs or not;\n"
            .. "with --json an object a line.",
        run = audit,
        text = function(value)
            return value.entries[1] and fields(value.entries, "text") or "nothing was written down"
        end,
        json = function(value)
            return fields(value.entries, "json")
        end,
    },
}
