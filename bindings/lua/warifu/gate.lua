-- What endpoints do with policies: the options that choose one, and which rule decides for somebody.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"
local Policy = core.part "policy"

local KINDS = { unknown = true, known = true, member = true, paired = true }
local LISTENERS = { hello = 1, plaintext = 2, group = 4, ipv6 = 8 }

local gate = {}

--- What an option says: a policy, or the name of a shipped one. nil is "strict".
function gate.policy(value)
    if value ~= nil and getmetatable(value) == getmetatable(Policy).class then
        return value
    end
    return Policy(value or "strict")
end

--- Says loudly where nothing is protected.
function gate.warn(policy)
    if policy.is_for_laboratory then
        io.stderr:write(("warifu: the policy '%s' is for a laboratory: everybody in the network may read and set "
            .. "everything, unencrypted\n"):format(policy.name))
    end
end

--- The sum that stands for a list of listeners.
function gate.listeners(names)
    local sum = 0
    for _, name in ipairs(check.list("listeners_off", names) or {}) do
        local bit = LISTENERS[name]
            or check.misuse("listeners_off", "'" .. name .. "' is none of hello, plaintext, group, ipv6")
        sum = sum | bit
    end
    return sum
end

--- Which rule decides; `peer` is a pairing's id, a kind, or an address.
function gate.explain(endpoint, peer, object, property, access)
    local eoj = check.eoj("object", object)
    local epc, message, code = Naming.of(endpoint.dictionary, eoj >> 8):key(property)
    if not epc then
        return nil, message, code
    end
    local kind = math.type(peer) == "integer" and "paired" or KINDS[peer] and peer or "unknown"
    return endpoint.core:explain(kind, not KINDS[peer] and peer or nil, eoj, epc, access)
end

return gate
