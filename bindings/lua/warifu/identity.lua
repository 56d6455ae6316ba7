-- Who a node is, and the authority that says so.
local core = ...
local check = core.part "check"

local Identity, Authority = {}, {}

local ROOT_DAYS, DAYS = 7300, 3650
local CREATE, ISSUE = { days = true }, { name = true, days = true }

local identity_methods, authority_methods = {}, {}

--- Fields: number, role, fingerprint, not_after (seconds since 1970).
function core.identity_type.__index(self, key)
    return identity_methods[key] or core.describe_identity(self)[key]
end

core.authority_type.__index = authority_methods

--- Reads a PEM file with a key, its certificates and the trusted roots.
function Identity.load(path)
    return core.load_identity(path)
end

--- Writes it, mode 0600.
function identity_methods:save(path)
    return core.save_identity(self, path)
end

--- Makes an authority: a key and its root certificate. Options: days.
function Authority.create(name, options)
    options = check.options(options, CREATE)
    return core.create_authority(check.type("name", name, "string"),
        check.type("days", options.days, "number", ROOT_DAYS))
end

function Authority.load(path)
    return core.load_authority(path)
end

function authority_methods:save(path)
    return core.save_authority(self, path)
end

--- Issues an identity: `role` is "device" or "controller"; without a number it gets a random one of the range for
--- experiments. Options: name (for people who read the certificate), days.
function authority_methods:issue(role, number, options)
    options = check.options(options, ISSUE)
    local name = check.type("name", options.name, "string", check.type("role", role, "string"))
    local days = check.type("days", options.days, "number", DAYS)
    return core.issue(self, role, number or core.random_number(), name, days)
end

return { Identity = Identity, Authority = Authority }
