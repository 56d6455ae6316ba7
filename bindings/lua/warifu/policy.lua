-- Policies: who may do what to which property. Rules in order, of which the first that fits decides.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"

local methods = {}
local Class = { __name = "warifu.Policy", __index = methods }

local function wrap(handle, dictionary)
    local name, extends, laboratory = core.policy_describe(handle)
    return setmetatable({
        handle = handle, dictionary = dictionary, name = name, extends = extends, is_for_laboratory = laboratory,
    }, Class)
end

function Class.__tostring(self)
    return ("warifu.Policy (%s)"):format(self.name)
end

--- Its own rules as a file.
function methods:to_json()
    return core.policy_write(self.handle)
end

--- Which rule decides: a table with `allowed`, `peer` (the kind), `policy`, `rule`, `line`, `why` and `text`, the sentence.
function methods:explain(peer, object, property, access)
    local eoj = check.eoj("object", object)
    local epc, message, code = Naming.of(self.dictionary, eoj >> 8):key(property)
    if not epc then
        return nil, message, code
    end
    return core.policy_decide(self.handle, check.type("peer", peer, "string"), eoj, epc, access)
end

local function from(make, source, options)
    local dictionary = Naming.dictionary(check.options(options, { dictionary = true }).dictionary)
    local handle, message, code = make(getmetatable(dictionary).handle, source)
    if not handle then
        return nil, message, code
    end
    return wrap(handle, dictionary)
end

local Policy = {}

--- The policy of a file. Fails with POLICY_FILE, whose message names line, column and what to write instead, and STORE.
function Policy.load(path, options)
    return from(core.policy_load, check.type("path", path, "string"), options)
end

--- The policy of such a text.
function Policy.parse(text, options)
    return from(core.policy_parse, check.type("text", text, "string"), options)
end

--- One that comes with Warifu: "strict", "mixed" or "open".
local function shipped(_, name)
    local handle = core.policy_named(check.type("policy", name, "string"))
    if not handle then
        check.misuse("policy", 'it is none of "strict", "mixed", "open"; warifu.Policy.load reads a file')
    end
    return wrap(handle, Naming.dictionary())
end

check.own(methods, Class)

return setmetatable(Policy, { __call = shipped, class = Class })
