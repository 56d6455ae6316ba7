-- Methods of nodes that read and write, whatever the limits of the node.
local core = ...
local asking = core.part "asking"
local check = core.part "check"
local Naming = core.part "naming"

local methods = {}

local NODE_PROFILE = 0x0EF0
local READ_BACK = 20 -- seconds that a device may take until a value that it accepted can be read

local GET = { timeout = true, force = true, partial = true }
local SET = { timeout = true, verify = true, repeatable = true }
local GET_MANY = { timeout = true, force = true }
local ASK = { timeout = true }
local SET_GET = { timeout = true, repeatable = true }

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
    local naming, keys, epcs = asking.keys(self, eoj, asked)
    if not naming then
        return nil, keys, epcs
    end
    local came, message, code, given = asking.bytes(self, eoj, epcs,
        { timeout = asking.timeout(options), force = options.force })
    if came or (options.partial and given) then
        came = came or given
        if options.partial then
            return naming:by_key(keys, came, true)
        end
        return naming:by_key(keys, came)
    end
    return nil, message, code, given and naming:by_key(keys, given, true)
end

--- Writes properties, epc -> bytes or name -> value, in the order of their codes: true, or nil, message, code. With
--- `verify` they are read back until they are there, 20 s or so many seconds; what is there instead comes after the code.
function methods:set(eoj, values, options)
    eoj = check.eoj("eoj", eoj)
    options = check.options(options, SET)
    local sets, naming, code = asking.sets(self, eoj, values)
    if not sets then
        return nil, naming, code
    end
    local verify = options.verify == true and READ_BACK or options.verify or 0
    local results, message
    results, message, code = asking.call(self, eoj, sets, "",
        { timeout = asking.timeout(options), verify = verify, repeatable = options.repeatable })
    if not results then
        return nil, message, code
    end
    local _, others = asking.sort_out(results)
    if #others == 0 then
        return true
    elseif verify == 0 then
        return core.fail("REFUSED", asking.hex_list(others))
    end
    local there = {}
    for _, result in ipairs(results) do
        if result.status == "differs" then
            there[result.epc] = result.value
        end
    end
    return asking.refused(others, naming:by_key(sets, there, true))
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
    local results, message, code = asking.call(self, eoj, {}, string.char(table.unpack(codes)), { timeout = asking.timeout(options), force = options.force })
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
            asking.take_release(self, eoj, came[Naming.RELEASE].value)
        end
        maps[eoj] = { inf = map_of(came[0x9D]), set = map_of(came[0x9E]), get = map_of(came[0x9F]) }
    end
    return maps
end

-- Sets and gets in one step: what was read, by `keys`.
local function set_get(self, eoj, naming, sets, keys, epcs, options)
    local results, message, code = asking.call(self, eoj, sets, string.char(table.unpack(epcs)),
        { timeout = asking.timeout(options), repeatable = options.repeatable })
    if not results then
        return nil, message, code
    end
    local came, others = asking.sort_out(results)
    if #others > 0 then
        return asking.refused(others, naming:by_key(keys, came, true))
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
    local sets, naming, code = asking.sets(self, eoj, values, properties)
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
    local naming, keys, epcs = asking.keys(self, eoj, properties, true)
    if not naming then
        return nil, keys, epcs
    end
    local sets, message, code = naming:index(epcs, index)
    if not sets then
        return nil, message, code
    end
    return set_get(self, eoj, naming, sets, keys, epcs, options)
end

return methods
