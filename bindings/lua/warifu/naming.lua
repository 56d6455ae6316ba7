-- Properties by name: what the keys of a call mean, and what came by those keys. An EPC stands for bytes, a name for a
-- value.
local core = ...
local builtin = core.part "dictionary"
local check = core.part "check"

local NODE_PROFILE, RELEASE = 0x0EF0, 0x82

local Naming = { RELEASE = RELEASE }
Naming.__index = Naming

--- A dictionary that somebody gives; nil is the built-in one.
function Naming.dictionary(value)
    if value == nil then
        return builtin
    end
    local meta = type(value) == "table" and getmetatable(value)
    if not meta or meta.__name ~= "warifu.Dictionary" then
        check.misuse("dictionary", "warifu.dictionary, or what its load gives, is expected")
    end
    return value
end

--- Names of one class in one release (nil: the newest).
function Naming.of(dictionary, class, release)
    return setmetatable({ dictionary = dictionary, class = class, release = release }, Naming)
end

--- The release that an object's 82 says, or nil. The node profile's is another kind of version.
function Naming.release_in(dictionary, eoj, edt)
    return edt and eoj >> 8 ~= NODE_PROFILE and dictionary.release_of(edt) or nil
end

--- Names of an endpoint's own object.
function Naming.of_own(endpoint, eoj)
    local release = Naming.release_in(endpoint.dictionary, eoj, endpoint.core:get_own(eoj, Naming.RELEASE))
    return Naming.of(endpoint.dictionary, eoj >> 8, release)
end

--- Under which an endpoint remembers the release of an object of a peer (its id) or of an address.
function Naming.release_key(target, eoj)
    return ("%s %06X"):format(target, eoj)
end

function Naming.is_name(key)
    return type(key) == "string" and not key:find "^%x%x$"
end

function Naming.any_name(list)
    for _, key in ipairs(list) do
        if Naming.is_name(key) then
            return true
        end
    end
    return false
end

--- EPC and name (nil, where it is an EPC) of a key.
function Naming:key(key)
    if not Naming.is_name(key) then
        return check.epc("property", key)
    end
    local found, message, code = self.dictionary.find(self.class, key, self.release)
    if not found then
        return nil, message, code
    end
    return found.epc, key
end

--- The keys of a list, as { epc=, name= }, and their EPCs, each once.
function Naming:keys(list)
    local keys, epcs, seen = {}, {}, {}
    for i = 1, list.n or #list do
        local epc, name, code = self:key(list[i])
        if not epc then
            return nil, name, code
        end
        keys[i] = { epc = epc, name = name }
        if not seen[epc] then
            seen[epc] = true
            epcs[#epcs + 1] = epc
        end
    end
    return keys, epcs
end

--- What came, by the keys that were asked for. `lenient`: what is no value is left out.
function Naming:by_key(keys, came, lenient)
    local values = {}
    for _, key in ipairs(keys) do
        local edt = came[key.epc]
        if edt and key.name then
            local value, message, code = self.dictionary.decode(self.class, key.epc, edt, self.release)
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

--- EPC and bytes of one property, and its name if it has one. `to_set`: only what can be asked for.
function Naming:encode(key, value, to_set)
    local epc, name, code = self:key(key)
    if not epc or not name then
        return epc, epc and check.type("edt", value, "string") or name, code
    end
    local edt, message
    edt, message, code =
        self.dictionary.encode(self.class, epc, value, { release = self.release, to_set = to_set })
    if not edt then
        return nil, message, code
    end
    return epc, edt, name
end

--- What is to be set, as a list of { epc=, edt=, name= } in the order of the EPCs, but an index before what is chosen by it
--- (`atomic`).
function Naming:sets(values)
    local sets, seen, rank = {}, {}, {}
    for key, value in pairs(values) do
        local epc, edt, name = self:encode(key, value, true)
        if not epc then
            return nil, edt, name
        elseif seen[epc] then
            check.misuse("values", ("property %02X is given twice"):format(epc))
        end
        seen[epc] = true
        sets[#sets + 1] = { epc = epc, edt = edt, name = name }
        local found = self.dictionary.find(self.class, epc, self.release)
        if found and found.atomic then
            rank[found.atomic] = -1
        end
    end
    table.sort(sets, function(a, b)
        local one, other = rank[a.epc] or 0, rank[b.epc] or 0
        return one < other or one == other and a.epc < b.epc
    end)
    return sets
end

--- The property that these EPCs are read by (`atomic`) set to a value, as a list of sets.
function Naming:index(epcs, value)
    local by
    for _, epc in ipairs(epcs) do
        local found, message, code = self.dictionary.find(self.class, epc, self.release)
        if not found then
            return nil, message, code
        elseif not found.atomic then
            check.misuse("property", ("%s (%02X) is read by no index"):format(found.id, epc))
        elseif by and by ~= found.atomic then
            check.misuse("property", "they are read by different indices: use set_get, which names them")
        end
        by = found.atomic
    end
    local edt, message, code =
        self.dictionary.encode(self.class, by, value, { release = self.release, to_set = true })
    if not edt then
        return nil, message, code
    end
    return { { epc = by, edt = edt } }
end

--- name -> value of what the dictionary knows of epc -> bytes.
function Naming:named(properties)
    local values = {}
    for epc, edt in pairs(properties) do
        local found = self.dictionary.find(self.class, epc, self.release)
        if found then
            values[found.id] = (self.dictionary.decode(self.class, epc, edt, self.release))
        end
    end
    return values
end

return Naming
