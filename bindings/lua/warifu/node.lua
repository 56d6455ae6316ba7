-- A node to talk to: a peer under its session, or in clear whoever has an address.
local core = ...
local check = core.part "check"

local Node = { __name = "warifu.Node" }

local methods = {}
for _, part in ipairs { "node_calls", "node_messages", "node_objects" } do
    for name, method in pairs(core.part(part)) do
        methods[name] = method
    end
end

-- What the engine knows of a peer at this moment.
local function row_of(self)
    for _, row in ipairs(self.owner.core:peers()) do
        if row.id == self.id then
            return row
        end
    end
end

local LIVE = { role = "role", address = "address", is_connected = "has_session", fingerprint = "fingerprint" }

-- What the roster says of a node in clear at this moment. Where whoever asked chose the address, it stays.
local OF_ROSTER = { address = true, other_address = true, is_online = true, reason = true, limit = true, maker = true,
    version = true }

local function of_roster(self, key)
    local owner, place = self.owner, rawget(self, "place")
    local row = rawget(self, "known") and owner.core:is_open() and owner.core:known_one(self.known)
    if not row then
        return key == "address" and place or nil
    elseif rawget(self, "named") and place == row.other_address then
        row.address, row.other_address = row.other_address, row.address
    end
    return row[key]
end

function Node:__index(key)
    if methods[key] then
        return methods[key]
    elseif OF_ROSTER[key] and rawget(self, "place") then
        return of_roster(self, key)
    elseif LIVE[key] and rawget(self, "id") and not rawget(self, "gone") then
        local row = row_of(self)
        return row and row[LIVE[key]]
    end
end

--- The peer of that id; always the same object while it is paired. Fields: number, address, role, fingerprint,
--- is_connected.
function Node.of_peer(owner, id, number)
    local node = owner.nodes[id]
    if not node then
        node = setmetatable({ owner = owner, id = id, number = number }, Node)
        owner.nodes[id] = node
    end
    if not node.number then
        local row = row_of(node)
        node.number = row and row.number
    end
    return node
end

--- A node in clear at an address, whoever is there. `fields` are what a discovery learnt: number, objects, da.
function Node.of_address(owner, address, fields)
    local node = setmetatable(fields or {}, Node)
    node.owner, node.address = owner, address
    return node
end

--- A node of the roster, followed when its address changes. With `named` it is asked at that address as long as it is one
--- of its own.
function Node.of_roster(owner, row, address, fields, named)
    local node = fields or {}
    node.owner, node.place, node.known, node.named = owner, address, row.id, named
    node.address, node.other_address = nil, nil
    return setmetatable(node, Node)
end

function Node.forget(node)
    node.owner.nodes[node.id] = nil
    node.gone = true
end

--- The id of a peer's pairing.
function Node.id(node)
    return rawget(node, "id") or check.misuse("peer", "it is an address, not a pairing")
end

function Node:__tostring()
    if not rawget(self, "id") then
        return ("warifu.Node (%s, in clear)"):format(self.address)
    elseif self.gone then
        return ("warifu.Node (%s, unpaired)"):format(self.number)
    end
    return ("warifu.Node (%s %s)"):format(self.owner.core:is_open() and self.role or "peer", self.number)
end

--- epc -> bytes
function Node.properties_of(frame)
    local values = {}
    for _, property in ipairs(frame.properties) do
        values[property.epc] = property.edt
    end
    return values
end

check.own(methods, Node)

return Node
