-- A node to talk to: a peer under its session, or in clear whoever has an address.
local core = ...
local check = core.part "check"
local loop = core.part "loop"

local CONTROLLER = 0x05FF01
local SETC, GET, SET_RES, GET_SNA = 0x61, 0x62, 0x71, 0x52

local Node = { __name = "warifu.Node" }

local methods = {}

-- What the engine knows of a peer at this moment.
local function row_of(self)
    for _, row in ipairs(self.owner.core:peers()) do
        if row.id == self.id then
            return row
        end
    end
end

local LIVE = { role = "role", address = "address", is_connected = "has_session", fingerprint = "fingerprint" }

function Node:__index(key)
    if methods[key] then
        return methods[key]
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

--- A node in clear. `fields` are what a discovery learnt: number, objects, da.
function Node.of_address(owner, address, fields)
    local node = setmetatable(fields or {}, Node)
    node.owner, node.address = owner, address
    return node
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

local function hex_list(epcs)
    table.sort(epcs)
    for i, epc in ipairs(epcs) do
        epcs[i] = ("%02X"):format(epc)
    end
    return table.concat(epcs, " ")
end

-- Sends one request and gives the frame that answered it.
local function exchange(self, frame, timeout, repeatable)
    local edata, message, code = core.compose_edata(frame)
    if not edata then
        return nil, message, code
    end
    local owner = self.owner
    local done, answer
    done, message, code, answer = loop.await(owner, nil, owner.core:request(rawget(self, "id") or self.address, edata, timeout, repeatable))
    answer = done or answer
    if not done and not (answer and answer.edata) then
        return nil, message, code
    end
    return core.parse_edata(answer.edata)
end

--- Reads properties: a table epc -> bytes. When some were refused: nil, message, "REFUSED", and what was read.
function methods:get(eoj, ...)
    local frame = { seoj = CONTROLLER, deoj = check.eoj("eoj", eoj), esv = GET, properties = {} }
    local count = select("#", ...)
    if count == 0 then
        check.misuse("epc", "at least one property")
    end
    for i = 1, count do
        frame.properties[i] = { epc = check.epc("epc", (select(i, ...))) }
    end
    local answer, message, code = exchange(self, frame, self.owner.timeout or 0, true)
    if not answer then
        return nil, message, code
    end
    local values, refused = {}, {}
    for _, property in ipairs(answer.properties) do
        if answer.esv == GET_SNA and property.edt == "" then -- PDC 0: Part II 4.2.3.3
            refused[#refused + 1] = property.epc
        else
            values[property.epc] = property.edt
        end
    end
    if answer.esv == GET_SNA then
        message, code = select(2, core.fail("REFUSED", hex_list(refused)))
        return nil, message, code, values
    end
    return values
end

--- Writes properties, epc -> bytes, in the order of their codes: true, or nil, message, code.
function methods:set(eoj, values)
    local frame = { seoj = CONTROLLER, deoj = check.eoj("eoj", eoj), esv = SETC, properties = {} }
    for epc, edt in pairs(check.type("values", values, "table")) do
        frame.properties[#frame.properties + 1] = { epc = check.epc("epc", epc), edt = check.type("edt", edt, "string") }
    end
    if #frame.properties == 0 then
        check.misuse("values", "at least one property")
    end
    table.sort(frame.properties, function(a, b) return a.epc < b.epc end)
    local answer, message, code = exchange(self, frame, self.owner.timeout or 0, false)
    if not answer then
        return nil, message, code
    end
    if answer.esv == SET_RES then
        return true
    end
    local refused, all = {}, {}
    for _, property in ipairs(answer.properties) do
        all[#all + 1] = property.epc
        if property.edt ~= "" then -- a refused EDT comes back: Part II 4.2.3.2
            refused[#refused + 1] = property.epc
        end
    end
    if #refused == 0 then -- not from every device
        refused = all
    end
    return core.fail("REFUSED", hex_list(refused))
end

return Node
