-- What help explains beside verbs and errors.
local topics = {}

local TEXTS = {
    names = [[
A NODE is an address (192.0.2.7, [fe80::1%2]), an identification number or the last digits of one (four or more), or an
object that only one node has, by its name, a part of it in English or Japanese, or its code: AIRCON, airconditioner,
homeAirConditioner, エアコン, 0130, 013001, lighting:2 (the second instance). Small and capital letters are the same.
A TARGET is such an object, or NODE/OBJECT: 192.0.2.7/AIRCON. A node with one object needs no more than its name.
A peer is asked under its session, whoever else says that name; names of others are what they say in clear.]],
    values = [[
A PROPERTY is its name in the dictionary (targetTemperature; small and capital letters are the same), its English or
Japanese name, or its EPC (B3). A VALUE is a number with its unit or without (26, 26C, "3.5 kWh"), the name of a state
(cooling; on and off, where it is true or false), a moment (07:30, 2026-11-23), a table as in Lua ('{hour=7, min=30}'), or
bytes (0x1A). show NODE lists the properties of a node; what a value may be is said where it is wrong.]],
    scripts = [[
Verbs are words (warifu discover), or lines: at the prompt, of a file or of the standard input (printf 'discover\n' | warifu).
If the first line is a verb, lines run one by one until one fails; else all of it is one Lua script. In Lua, `home` is the
shell's own controller, opened when it is first used, and verb("get", "AIRCON", "roomTemperature") runs a verb and gives
its value, or nil, message, code. With --json results are JSON, and so is what failed, on the standard error.]],
}

--- The text of a topic, or nil.
function topics.find(name)
    return TEXTS[name]
end

--- Name -> text.
function topics.all()
    return TEXTS
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
