-- A node to talk to: a peer under its session, or in clear whoever has an address.
local core = ...
local check = core.part "check"
local dictionary = core.part "dictionary"
local loop = core.part "loop"

local CONTROLLER = 0x05FF01
local NODE_PROFILE, RELEASE = 0x0EF0, 0x82
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

local function is_name(key)
    return type(key) == "string" and not key:find "^%x%x$"
end

-- epc -> bytes of these codes; on a refusal nil, message, "REFUSED", and what was read.
local function get_bytes(self, eoj, epcs)
    local frame = { seoj = CONTROLLER, deoj = eoj, esv = GET, properties = {} }
    for i, epc in ipairs(epcs) do
        frame.properties[i] = { epc = epc }
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

-- The release of an object (its property 82), asked for once; false where it has none.
local function release_of(self, eoj)
    local known = rawget(self, "releases")
    if not known then
        known = {}
        self.releases = known
    end
    if known[eoj] == nil and eoj >> 8 ~= NODE_PROFILE then
        local values, message, code, given = get_bytes(self, eoj, { RELEASE })
        values = values or given
        if not values then
            return nil, message, code
        end
        known[eoj] = values[RELEASE] and dictionary.release_of(values[RELEASE]) or false
    end
    return known[eoj] or false
end

-- What a name of an object means: a row of the dictionary, and the release.
local function named(self, eoj, name)
    local release, message, code = release_of(self, eoj)
    if release == nil then
        return nil, message, code
    end
    local found
    found, message, code = dictionary.find(eoj >> 8, name, release or nil)
    return found, message or release or nil, code
end

-- What came, by the keys that were asked for: name -> value, epc -> bytes. `lenient`: what is no value is left out.
local function by_key(eoj, keys, came, lenient)
    local values = {}
    for _, key in ipairs(keys) do
        local edt = came[key.epc]
        if edt and key.name then
            local value, message, code = dictionary.decode(eoj >> 8, key.epc, edt, key.release)
            if value == nil and not lenient then
                return nil, message, code
            end
            values[key.name] = value
        elseif edt then
            values[key.epc] = edt
        end
    end
    return values
end

local function keys_of(self, eoj, ...)
    local keys, epcs, seen = {}, {}, {}
    for i = 1, select("#", ...) do
        local key = (select(i, ...))
        if is_name(key) then
            local found, release, code = named(self, eoj, key)
            if not found then
                return nil, release, code
            end
            keys[i] = { name = key, epc = found.epc, release = release }
        else
            keys[i] = { epc = check.epc("epc", key) }
        end
        if not seen[keys[i].epc] then
            seen[keys[i].epc] = true
            epcs[#epcs + 1] = keys[i].epc
        end
    end
    return keys, epcs
end

--- Reads properties: a table epc -> bytes, name -> value. When some were refused: nil, message, "REFUSED", and what was
--- read; when what came by name is no value: nil, message, "WRONG_VALUE".
function methods:get(eoj, ...)
    eoj = check.eoj("eoj", eoj)
    if select("#", ...) == 0 then
        check.misuse("epc", "at least one property")
    end
    local keys, epcs, name = keys_of(self, eoj, ...)
    if not keys then
        return nil, epcs, name
    end
    local came, message, code, given = get_bytes(self, eoj, epcs)
    if came then
        return by_key(eoj, keys, came)
    end
    return nil, message, code, given and by_key(eoj, keys, given, true)
end

-- The code and the bytes of one property that is to be set.
local function to_set(self, eoj, key, value)
    if not is_name(key) then
        return check.epc("epc", key), check.type("edt", value, "string")
    end
    local found, release, code = named(self, eoj, key)
    if not found then
        return nil, release, code
    end
    local edt, message
    edt, message, code = dictionary.encode(eoj >> 8, found.epc, value, { release = release, to_set = true })
    if not edt then
        return nil, message, code
    end
    return found.epc, edt
end

--- Writes properties, epc -> bytes or name -> value, in the order of their codes: true, or nil, message, code.
function methods:set(eoj, values)
    eoj = check.eoj("eoj", eoj)
    local frame = { seoj = CONTROLLER, deoj = eoj, esv = SETC, properties = {} }
    for key, value in pairs(check.type("values", values, "table")) do
        local epc, edt, code = to_set(self, eoj, key, value)
        if not epc then
            return nil, edt, code
        end
        frame.properties[#frame.properties + 1] = { epc = epc, edt = edt }
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
