-- One call to an object of a node, and what its names mean there.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"
local calls = core.part "calls"

local asking = {}

local NODE_PROFILE = 0x0EF0
local SHORTEST = 0.01 -- 0 means the engine's own timeout

--- "80 B3" of a list of EPCs.
function asking.hex_list(epcs)
    table.sort(epcs)
    for i, epc in ipairs(epcs) do
        epcs[i] = ("%02X"):format(epc)
    end
    return table.concat(epcs, " ")
end

--- One call: sets, a list of { epc=, edt= }, then gets, EPCs as bytes. Gives the results, a list of { epc=, is_set=, status=,
--- value= }, and what it ended with: "REFUSED" when some were refused or silent. Whatever else it ended with is a failure.
function asking.call(self, eoj, sets, gets, options)
    local owner = self.owner
    local target = rawget(self, "id") or self.address
    local timeout = options.timeout or owner.patience or 0
    local done, message, code, last = calls.await(owner, nil,
        owner.core:call(target, eoj, sets, gets, timeout, options.verify or 0, options.repeatable, options.force))
    last = done or last
    if not done and code ~= "REFUSED" then
        return nil, message, code, last and last.results
    end
    return last.results, code
end

--- epc -> value of what was read, and the list of the others.
function asking.sort_out(results)
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

--- What a call gives where some were refused: nil, message, code, and the values of the others.
function asking.refused(others, values)
    local message, code = select(2, core.fail("REFUSED", asking.hex_list(others)))
    return nil, message, code, values
end

--- epc -> bytes of these codes; on a refusal nil, message, "REFUSED", and what was read.
function asking.bytes(self, eoj, epcs, options)
    local results, message, code = asking.call(self, eoj, {}, string.char(table.unpack(epcs)), options or {})
    if not results then
        return nil, message, code
    end
    local values, others = asking.sort_out(results)
    if #others > 0 then
        return asking.refused(others, values)
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

--- Keeps an object's release, as it says it in 82.
function asking.take_release(self, eoj, edt)
    local release = Naming.release_in(self.owner.dictionary, eoj, edt) or false
    releases_of(self)[eoj] = release
    self.owner.releases[Naming.release_key(rawget(self, "id") or self.address, eoj)] = release
end

--- What names of an object mean, in its release (property 82): that is asked for once, when there is a name among the keys.
function asking.naming(self, eoj, asks)
    local owner, known = self.owner, releases_of(self)
    if asks and known[eoj] == nil and eoj >> 8 ~= NODE_PROFILE then
        local values, message, code, given = asking.bytes(self, eoj, { Naming.RELEASE })
        values = values or given
        if not values then
            return nil, message, code
        end
        asking.take_release(self, eoj, values[Naming.RELEASE])
    end
    return Naming.of(owner.dictionary, eoj >> 8, known[eoj] or nil)
end

--- The same with what a list of keys stands for: naming, keys, EPCs.
function asking.keys(self, eoj, list, asks)
    local naming, message, code = asking.naming(self, eoj, asks or Naming.any_name(list))
    if not naming then
        return nil, message, code
    end
    local keys, epcs, name = naming:keys(list)
    if not keys then
        return nil, epcs, name
    end
    return naming, keys, epcs
end

--- Of the options of a call, as the core wants it.
function asking.timeout(options)
    return options.timeout and math.max(check.seconds("timeout", options.timeout, 0), SHORTEST)
end

--- What is to be set, and the naming; `others` are more keys of the call.
function asking.sets(self, eoj, values, others)
    local asks = Naming.any_name(others or {})
    for key in pairs(check.type("values", values, "table")) do
        asks = asks or Naming.is_name(key)
    end
    if next(values) == nil then
        check.misuse("values", "at least one property")
    end
    local naming, message, code = asking.naming(self, eoj, asks)
    local sets = naming
    if naming then
        sets, message, code = naming:sets(values)
    end
    if not sets then
        return nil, message, code
    end
    return sets, naming
end

return asking
