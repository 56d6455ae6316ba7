-- Help.
local shell = ...
local warifu = require "warifu"
local manual = shell.part "manual"
local topics = shell.part "topics"
local verbs = shell.part "verbs"

local function help(given)
    local name = table.concat(given.topic or {}, " ")
    if name == "" then
        if shell.line.json then
            return verbs.describe()
        end
        return { text = manual.verbs() .. "Every other line is Lua; the module is in `warifu`.\n" .. topics.list() }
    end
    local row, err = verbs.find(name), warifu.errors[name:upper()]
    if row then
        return { text = manual.verb(row) }
    elseif verbs.begins(name) then
        return { text = manual.family(name) }
    elseif err then
        return { text = ("%s (%d): %s; %s"):format(err.name, err.code, err.what, err.next), error = err }
    elseif topics.find(name) then
        return { text = topics.find(name) }
    end
    return nil, ("there is no verb, error or topic '%s'; see help"):format(name), "ARGUMENT"
end

local function text_of(value)
    return value.text
end

return {
    title = "Help",
    {
        name = "help", arguments = "[TOPIC...]",
        help = "lists the verbs, or explains a verb, an error's name or a topic",
        run = help, text = text_of,
    },
    {
        name = "version",
        help = "says which version this is",
        gives = "warifu, lua",
        run = function()
            return { warifu = warifu.version, lua = _VERSION }
        end,
        text = function(value)
            return ("warifu %s, %s"):format(value.warifu, value.lua)
        end,
    },
}
