-- A node to talk to: a peer under its session, or in clear whoever has an address.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"
local loop = core.part "loop"
local services = core.part "services"

local NODE_PROFILE = 0x0EF0
local READ_BACK = 20 -- seconds that a device may take until a value that it accepted can be read
local SHORTEST = 0.01 -- 0 means the engine's own timeout

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

-- What the roster says of a node in clear at this moment. Where whoever asked chose the address, it stays.
local OF_ROSTER = { address = true, other_address = true, is_online = true, reason = true, limit = true }

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

local function hex_list(epcs)
    table.sort(epcs)
    for i, epc in ipairs(epcs) do
        epcs[i] = ("%02X"):format(epc)
    end
    return table.concat(epcs, " ")
end

-- One call: sets, a list of { epc=, edt= }, then gets, EPCs as bytes. Gives the results, a list of { epc=, is_set=, status=,
-- value= }, and what it ended with: "REFUSED" when some were refused or silent. Whatever else it ended with is a failure.
local function call(self, eoj, sets, gets, options)
    local owner = self.owner
    local target = rawget(self, "id") or self.address
    local timeout = options.timeout or owner.patience or 0
    local done, message, code, last = loop.await(owner, nil,
        owner.core:call(target, eoj, sets, gets, timeout, options.verify or 0, options.repeatable, options.force))
    last = done or last
    if not done and code ~= "REFUSED" then
        return nil, message, code, last and last.results
    end
    return last.results, code
end

-- epc -> value of what was read, and the list of the others.
local function sort_out(results)
    local values, others = {}, {}
    for _, result in ipairs(results) do
        if result.status == "value" then
            values[result.epc] = result.value
        elseif result.status ~= "set" and result.status ~= "verified" then
            others[#others + 1] = result.epc
        end
    end
    return values, others
end

local function fail_refused(others, values)
    local message, code = select(2, core.fail("REFUSED", hex_list(others)))
    return nil, message, code, values
end

-- epc -> bytes of these codes; on a refusal nil, message, "REFUSED", and what was read.
local function get_bytes(self, eoj, epcs, options)
    local results, message, code = call(self, eoj, {}, string.char(table.unpack(epcs)), options or {})
    if not results then
        return nil, message, code
    end
    local values, others = sort_out(results)
    if #others > 0 then
        return fail_refused(others, values)
    end
    return values
end

local function releases_of(self)
    local known = rawget(self, "releases")
    if not known then
        known = {}
        self.releases = known
    end
    return known
end

local function take_release(self, eoj, edt)
    local release = Naming.release_in(self.owner.dictionary, eoj, edt) or false
    releases_of(self)[eoj] = release
    self.owner.releases[Naming.release_key(rawget(self, "id") or self.address, eoj)] = release
end

-- What names of an object mean, in its release (property 82): that is asked for once, when there is a name among the keys.
local function naming_of(self, eoj, asks)
    local owner, known = self.owner, releases_of(self)
    if asks and known[eoj] == nil and eoj >> 8 ~= NODE_PROFILE then
        local values, message, code, given = get_bytes(self, eoj, { Naming.RELEASE })
        values = values or given
        if not values then
            return nil, message, code
        end
        take_release(self, eoj, values[Naming.RELEASE])
    end
    return Naming.of(owner.dictionary, eoj >> 8, known[eoj] or nil)
end

-- The same with what a list of keys stands for: naming, keys, EPCs.
local function keys_of(self, eoj, list, asks)
    local naming, message, code = naming_of(self, eoj, asks or Naming.any_name(list))
    if not naming then
        return nil, message, code
    end
    local keys, epcs, name = naming:keys(list)
    if not keys then
        return nil, epcs, name
    end
    return naming, keys, epcs
end

local GET = { timeout = true, force = true, partial = true }

local function timeout_of(options)
    return options.timeout and math.max(check.seconds("timeout", options.timeout, 0), SHORTEST)
end

--- Reads properties: a table epc -> bytes, name -> value. When some were refused: nil, message, "REFUSED", and what was
--- read; when what came by name is no value: nil, message, "WRONG_VALUE". A last argument {timeout=, force=, partial=}:
--- `force` asks also for what the object's map 9F, read before, does not list; `partial` gives what came without a word.
function methods:get(eoj, ...)
    eoj = check.eoj("eoj", eoj)
    local asked = table.pack(...)
    local options = check.options(type(asked[asked.n]) == "table" and table.remove(asked) or nil, GET)
    asked.n = #asked
    if asked.n == 0 then
        check.misuse("property", "at least one")
    end
    local naming, keys, epcs = keys_of(self, eoj, asked)
    if not naming then
        return nil, keys, epcs
    end
    local came, message, code, given = get_bytes(self, eoj, epcs,
        { timeout = timeout_of(options), force = options.force })
    if came or (options.partial and given) then
        came = came or given
        if options.partial then
            return naming:by_key(keys, came, true)
        end
        return naming:by_key(keys, came)
    end
    return nil, message, code, given and naming:by_key(keys, given, true)
end

local SET = { timeout = true, verify = true, repeatable = true }
local GET_MANY = { timeout = true, force = true }
local ASK = { timeout = true }
local SET_GET = { timeout = true, repeatable = true }

-- What is to be set, and the naming; `others` are more keys of the call.
local function sets_of(self, eoj, values, others)
    local asks = Naming.any_name(others or {})
    for key in pairs(check.type("values", values, "table")) do
        asks = asks or Naming.is_name(key)
    end
    if next(values) == nil then
        check.misuse("values", "at least one property")
    end
    local naming, message, code = naming_of(self, eoj, asks)
    local sets = naming
    if naming then
        sets, message, code = naming:sets(values)
    end
    if not sets then
        return nil, message, code
    end
    return sets, naming
end

--- Writes properties, epc -> bytes or name -> value, in the order of their codes: true, or nil, message, code. With
--- `verify` they are read back until they are there, 20 s or so many seconds; what is there instead comes after the code.
function methods:set(eoj, values, options)
    eoj = check.eoj("eoj", eoj)
    options = check.options(options, SET)
    local sets, naming, code = sets_of(self, eoj, values)
    if not sets then
        return nil, naming, code
    end
    local verify = options.verify == true and READ_BACK or options.verify or 0
    local results, message
    results, message, code = call(self, eoj, sets, "",
        { timeout = timeout_of(options), verify = verify, repeatable = options.repeatable })
    if not results then
        return nil, message, code
    end
    local _, others = sort_out(results)
    if #others == 0 then
        return true
    elseif verify == 0 then
        return core.fail("REFUSED", hex_list(others))
    end
    local there = {}
    for _, result in ipairs(results) do
        if result.status == "differs" then
            there[result.epc] = result.value
        end
    end
    return fail_refused(others, naming:by_key(sets, there, true))
end

--- Reads a list of EPCs, however long: epc -> { status=, value= }, where status is "value", "refused", "silent" (the node
--- answers, but not to this), "no_room" or "unlisted" (not asked for: the object's map 9F, read before, does not list it;
--- `force` asks all the same).
function methods:get_many(eoj, epcs, options)
    eoj = check.eoj("eoj", eoj)
    options = check.options(options, GET_MANY)
    local codes, seen = {}, {}
    for _, key in ipairs(check.type("epcs", epcs, "table")) do
        local epc = check.epc("epc", key)
        if not seen[epc] then
            seen[epc] = true
            codes[#codes + 1] = epc
        end
    end
    if #codes == 0 then
        check.misuse("epcs", "at least one property")
    end
    local results, message, code = call(self, eoj, {}, string.char(table.unpack(codes)), { timeout = timeout_of(options), force = options.force })
    if not results then
        return nil, message, code
    end
    local by_epc = {}
    for _, result in ipairs(results) do
        by_epc[result.epc] = { status = result.status, value = result.value }
    end
    return by_epc
end

-- EPCs of a map; empty where it did not come.
local function map_of(result)
    return result and result.status == "value" and core.property_map(result.value) or {}
end

--- Asks each object of a node, the node profile first, for its property maps: EOJ -> { inf=, set=, get= }, lists of EPCs;
--- and for its release (82), by which its notifications are decoded from then on.
function methods:interview(options)
    options = check.options(options, ASK)
    local maps, eojs = {}, { NODE_PROFILE << 8 | 1, table.unpack(self.objects or {}) }
    for _, eoj in ipairs(eojs) do
        local came, message, code = self:get_many(eoj, { 0x9D, 0x9E, 0x9F, Naming.RELEASE }, { timeout = options.timeout })
        if not came then
            return nil, message, code
        end
        if eoj >> 8 ~= NODE_PROFILE and #came[Naming.RELEASE].value > 0 then
            take_release(self, eoj, came[Naming.RELEASE].value)
        end
        maps[eoj] = { inf = map_of(came[0x9D]), set = map_of(came[0x9E]), get = map_of(came[0x9F]) }
    end
    return maps
end

-- Sets and gets in one step: what was read, by `keys`.
local function set_get(self, eoj, naming, sets, keys, epcs, options)
    local results, message, code = call(self, eoj, sets, string.char(table.unpack(epcs)),
        { timeout = timeout_of(options), repeatable = options.repeatable })
    if not results then
        return nil, message, code
    end
    local came, others = sort_out(results)
    if #others > 0 then
        return fail_refused(others, naming:by_key(keys, came, true))
    end
    return naming:by_key(keys, came)
end

--- Writes properties and reads a list of others (EPCs or names) in one step, SetGet or SetC and Get: an index, and what it
--- selects. `values` are those of `set`. A SetGet that is ignored is split only if the writing is `repeatable`.
function methods:set_get(eoj, values, properties, options)
    eoj = check.eoj("eoj", eoj)
    options = check.options(options, SET_GET)
    if #check.type("properties", properties, "table") == 0 then
        check.misuse("properties", "at least one property")
    end
    local sets, naming, code = sets_of(self, eoj, values, properties)
    if not sets then
        return nil, naming, code
    end
    local keys, epcs, name = naming:keys(properties)
    if not keys then
        return nil, epcs, name
    end
    return set_get(self, eoj, naming, sets, keys, epcs, options)
end

--- Reads a list of properties that an index selects: the dictionary knows which property that is (`atomic`). It is set to
--- the value `index` in the same step, as by `set_get`.
function methods:get_at(eoj, index, properties, options)
    eoj = check.eoj("eoj", eoj)
    options = check.options(options, SET_GET)
    if #check.type("properties", properties, "table") == 0 then
        check.misuse("properties", "at least one property")
    end
    local naming, keys, epcs = keys_of(self, eoj, properties, true)
    if not naming then
        return nil, keys, epcs
    end
    local sets, message, code = naming:index(epcs, index)
    if not sets then
        return nil, message, code
    end
    return set_get(self, eoj, naming, sets, keys, epcs, options)
end

-- ---- one message as it is ----

local function target_of(self)
    return rawget(self, "id") or self.address
end

local function ask(self, service, eoj, properties, options)
    options = check.options(options, ASK)
    if #check.type("epcs", properties, "table") == 0 then
        check.misuse("epcs", "at least one property")
    end
    return services.request(self.owner, target_of(self), service, eoj, properties, options)
end

-- epc -> bytes of an answer, and the list of the others.
local function given(answer)
    local values, others = {}, {}
    for _, property in ipairs(answer.properties) do
        if #property.edt > 0 then
            values[property.epc] = property.edt
        else
            others[#others + 1] = property.epc
        end
    end
    return values, others
end

--- Reads a list of EPCs of all instances of a class by one message (to instance 0): EOJ -> epc -> bytes. Any EOJ of the
--- class will do. Instances that answer within `timeout` seconds (3) are there, each with what it gave.
function methods:get_each(eoj, epcs, options)
    local answers, message, code = ask(self, "Get", check.eoj("eoj", eoj) & 0xFFFF00, epcs, options)
    if not answers then
        return nil, message, code
    end
    local by_eoj = {}
    for _, answer in ipairs(answers) do
        by_eoj[answer.eoj] = given(answer)
    end
    return by_eoj
end

--- Asks for an announcement of a list of EPCs (INF_REQ): in clear everybody hears it, of a peer only this node. Gives
--- epc -> bytes, or nil, message, "REFUSED", and what came all the same.
function methods:inf_req(eoj, epcs, options)
    local answers, message, code = ask(self, "INF_REQ", check.eoj("eoj", eoj), epcs, options)
    if not answers then
        return nil, message, code
    end
    local values, others = given(answers[1])
    if #others > 0 then
        return fail_refused(others, values)
    end
    return values
end

--- Writes as `set` does, but asks for no answer (SetI). Who refuses says so: that is waited for, 2 seconds or `timeout`.
--- Silence means nothing, not even that the node is there.
function methods:set_i(eoj, values, options)
    eoj = check.eoj("eoj", eoj)
    local sets, message, code = sets_of(self, eoj, values)
    if not sets then
        return nil, message, code
    end
    local answers
    answers, message, code = ask(self, "SetI", eoj, sets, options)
    if not answers then
        return nil, message, code
    elseif #answers == 0 then
        return true
    end
    local refused = {}
    for epc in pairs((given(answers[1]))) do
        refused[#refused + 1] = epc
    end
    return core.fail("REFUSED", hex_list(refused))
end

--- Tells this node alone a list of EPCs of an own object as they are now (INF): done when it is sent.
function methods:inf(eoj, epcs)
    return services.inform(self.owner, target_of(self), check.eoj("eoj", eoj), epcs, false, {})
end

--- The same, and waits until the node confirms it (INFC), 20 seconds or `timeout`.
function methods:infc(eoj, epcs, options)
    return services.inform(self.owner, target_of(self), check.eoj("eoj", eoj), epcs, true, check.options(options, ASK))
end

check.own(methods, Node)

return Node
