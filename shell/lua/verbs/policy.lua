-- Who may do what.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local names = shell.part "names"
local nodes = shell.part "nodes"

local KINDS = { unknown = true, known = true, member = true, paired = true }
local SHIPPED = { strict = true, mixed = true, open = true }

local function load_policy(word)
    word = word or shell.options.policy or "strict"
    if SHIPPED[word] then
        return warifu.Policy(word)
    end
    local dictionary, message, code = home.dictionary()
    if not dictionary then
        return nil, message, code
    end
    return warifu.Policy.load(word, { dictionary = dictionary })
end

local function policy(given)
    local one, message, code = load_policy(given.policy)
    if not one then
        return nil, message, code
    end
    return { name = one.name, extends = one.extends, laboratory = one.is_for_laboratory, rules = one:to_json() }
end

local function policy_text(value)
    local head = value.name .. (value.extends and ", which extends " .. value.extends or "")
    return head .. (value.laboratory and ", for a laboratory: it protects nothing" or "") .. "\n" .. value.rules
end

-- Which rule decides for a kind of peer (offline), or for a node that is named.
local function decide(given, eoj, property)
    if KINDS[given.peer] then
        local one, message, code = load_policy()
        if not one then
            return nil, message, code
        end
        return one:explain(given.peer, eoj, property, given.access)
    end
    local controller, message, code = home.open()
    local entry
    if controller then
        entry, message, code = nodes.find(controller, given.peer)
    end
    if not entry then
        return nil, message, code
    end
    return controller:explain(entry.is_peer and entry.node or entry.address, eoj, property, given.access)
end

local function explain(given)
    local eoj, message, code = names.object(given.object)
    local dictionary = home.dictionary()
    local epc
    if eoj then
        epc, message, code = names.property(dictionary, eoj, given.property)
    end
    if not epc then
        return nil, message, code
    end
    return decide(given, eoj, epc)
end

return {
    title = "Policies",
    {
        name = "policy", arguments = "[POLICY]",
        help = "shows a policy, and where its file is wrong",
        more = "POLICY is strict, mixed, open or a file; without it the one of --policy.",
        next = "explain PEER OBJECT PROPERTY ACCESS",
        gives = "the file of the policy",
        run = policy, text = policy_text,
        json = function(value)
            return value.rules
        end,
    },
    {
        name = "explain", arguments = "PEER OBJECT PROPERTY ACCESS",
        help = "says which rule of the policy decides, and why",
        more = "PEER is unknown, known, member, paired (asked offline), or a node. ACCESS is read, write, notify or announce:\n"
            .. "what the peer wants of an object of this node, whose policy is that of --policy.",
        gives = "allowed, peer, policy, rule, line, why, text",
        run = explain,
        text = function(value)
            return value.text
        end,
        bare = function(value)
            return value.allowed and "allowed" or "denied"
        end,
    },
}
