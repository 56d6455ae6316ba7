-- What help explains beside verbs and errors.
local topics = {}

local TEXTS = {
    scripts = [[
Verbs as words (warifu discover), as lines at the prompt, of a file or of the standard input (printf 'discover\n' | warifu).
If the first line is a verb, lines run one by one until one fails; else all of it is one Lua script. In Lua, `home` is the
shell's own controller, opened when it is first used, and verb("get", "AIRCON", "roomTemperature") runs a verb and gives
its value, or nil, message, code. With --json results are JSON, and so is what failed, on the standard error.]],
}

--- The text of a topic, or nil.
function topics.find(name)
    return TEXTS[name]
end

function topics.names()
    local names = {}
    for name in pairs(TEXTS) do
        names[#names + 1] = name
    end
    table.sort(names)
    return names
end

function topics.list()
    return "Topics of help: " .. table.concat(topics.names(), ", ") .. ".\n"
end

return topics
