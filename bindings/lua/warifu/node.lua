-- A node to talk to: a peer under its session, or in clear whoever has an address.
local core = ...
local check = core.part "check"

local CONTROLLER = 0x05FF01
local SETC, GET, SETC_SNA, GET_SNA = 0x61, 0x62, 0x51, 0x52

local Node = { __name = "warifu.Node" }
Node.__index = Node

--- The peer of that id; always the same object while it is paired. `record` spares a look into the engine.
function Node.of_peer(owner, id, record)
    local node = owner.nodes[id]
    if not node then
        node = setmetatable({ owner = owner, target = id }, Node)
        owner.nodes[id] = node
    end
    if not record then
        for _, one in ipairs(owner.core:peers()) do
            record = one.id == id and one or record
        end
    end
    for field, value in pairs(record or {}) do
        node[field] = value
    end
    return node
end

function Node.of_address(owner, address)
    return setmetatable({ owner = owner, target = address, address = address }, Node)
end

function Node.forget(owner, node)
    if node.id then
        owner.nodes[node.id] = nil
        node.gone = true
    end
end

function Node.id(node)
    return type(node.target) == "number" and node.target
        or check.misuse("peer", "it is an address, not a pairing")
end

function Node:__tostring()
    if type(self.target) ~= "number" then
        return ("warifu.Node (%s, in clear)"):format(self.address)
    end
    return ("warifu.Node (%s %s%s)"):format(self.role or "peer", self.number or "?", self.gone and ", unpaired" or "")
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
    done, message, code, answer = owner:await(nil, owner.core:request(self.target, edata, timeout, repeatable))
    answer = done or answer
    if not done and not (answer and answer.edata) then
        return nil, message, code
    end
    return core.parse_edata(answer.edata)
end

--- Reads properties: a table epc -> bytes. When some were refused: nil, message, "REFUSED", and what was read.
function Node:get(eoj, ...)
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
function Node:set(eoj, values)
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
    if answer.esv ~= SETC_SNA then
        return true
    end
    local refused = {}
    for _, property in ipairs(answer.properties) do
        if property.edt ~= "" then -- a refused EDT comes back: Part II 4.2.3.2
            refused[#refused + 1] = property.epc
        end
    end
    return core.fail("REFUSED", hex_list(refused))
end

return Node
