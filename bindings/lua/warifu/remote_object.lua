-- One object of another node: what the node does with an EOJ, without it.
local core = ...
local asking = core.part "asking"
local check = core.part "check"
local Naming = core.part "naming"

local RemoteObject = { __name = "warifu.Object" }
RemoteObject.__index = RemoteObject

local MAPS = { get = 0x9F, set = 0x9E, inf = 0x9D }
local PROPERTIES = { timeout = true }

local of_node = {} -- methods that take an EOJ first
for _, part in ipairs { "node_calls", "node_messages" } do
    for name, method in pairs(core.part(part)) do
        of_node[name] = method
    end
end
of_node.interview = nil

for name, method in pairs(of_node) do
    RemoteObject[name] = function(self, ...)
        return method(self.node, self.eoj, ...)
    end
end

--- Reads as a node's `get`; of a single property the value itself.
function RemoteObject:get(...)
    local keys = table.pack(...)
    local values, message, code, given = of_node.get(self.node, self.eoj, ...)
    local is_single = keys.n == 1 or keys.n == 2 and type(keys[2]) == "table"
    if values and is_single then
        return values[Naming.is_name(keys[1]) and keys[1] or check.epc("property", keys[1])]
    end
    return values, message, code, given
end

--- What can be read ("get"), set ("set") or is announced ("inf"): asks for the property map and gives names, and EPCs of
--- what has none. Options: timeout.
function RemoteObject:properties(access, options)
    local map = MAPS[check.type("access", access, "string", "get")] or check.misuse("access", '"get", "set" or "inf" expected')
    options = check.options(options, PROPERTIES)
    local naming, message, code = asking.naming(self.node, self.eoj, true)
    local values
    if naming then
        values, message, code = asking.bytes(self.node, self.eoj, { map }, { timeout = asking.timeout(options) })
    end
    local list
    if values then
        list, message, code = core.property_map(values[map])
    end
    for i, epc in ipairs(list or {}) do
        local found = naming.dictionary.find(naming.class, epc, naming.release)
        list[i] = found and found.id or epc
    end
    return list, message, code
end

function RemoteObject:__tostring()
    return ("%s (%06X of %s)"):format(RemoteObject.__name, self.eoj, tostring(self.node))
end

check.own(RemoteObject, RemoteObject)

--- The object of a node.
return function(node, eoj)
    return setmetatable({ node = node, eoj = eoj }, RemoteObject)
end
