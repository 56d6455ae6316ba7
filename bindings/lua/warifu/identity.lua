-- Who a node is.
local core = ...

local Identity = {}

local identity_methods = {}

--- Fields: number, role, fingerprint, not_after (seconds since 1970).
function core.identity_type.__index(self, key)
    return identity_methods[key] or core.describe_identity(self)[key]
end

--- Reads a PEM file with a key, its certificates and the trusted roots.
function Identity.load(path)
    return core.load_identity(path)
end

--- Writes it, mode 0600.
function identity_methods:save(path)
    return core.save_identity(self, path)
end

return Identity
