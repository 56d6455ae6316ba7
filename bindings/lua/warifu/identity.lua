-- Who a node is.
local core = ...
local check = core.part "check"

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

--- Reads such a text.
function Identity.parse(text)
    return core.identity_parse(check.type("text", text, "string"))
end

local PLACE = { module = true, token = true, key = true, pin = true }
local REQUEST = { module = true, token = true, key = true, pin = true, name = true, number = true, role = true, make = true }
local ROLES = { device = 1, controller = 2 }

--- An identity whose key stays in a PKCS#11 token: `certificates` is PEM text (own chain and trusted roots). Options:
--- module (the path of the token maker's module), token and key (labels), pin.
function Identity.from_pkcs11(certificates, options)
    return core.token_identity(certificates, check.options(options, PLACE))
end

--- A certificate request (PKCS#10, DER) signed by a key in a token. Options: those of from_pkcs11, name, number, role, and
--- make: the key is made first.
function Identity.pkcs11_request(options)
    options = check.options(options, REQUEST)
    local role = options.role and ROLES[options.role]
    if options.role and not role then
        check.misuse("role", 'it is neither "device" nor "controller"')
    end
    return core.token_request(options, options.name, options.number, role or 0, options.make)
end

--- A certificate request (PKCS#10, DER) for its key, with its number and role. Options: name (for people who read the
--- certificate).
function identity_methods:request(options)
    options = check.options(options, { name = true })
    return core.identity_request(self, check.type("name", options.name, "string", core.describe_identity(self).role))
end

--- The same key with the certificates that an authority gave for it: PEM text of chain and roots.
function identity_methods:certified(certificates)
    return core.certified(self, certificates)
end

local TEXT = { public = true }

--- Its PEM text, with the private key; or, with `public`, the certificates alone.
function identity_methods:text(options)
    return core.identity_pem(self, not check.options(options, TEXT).public)
end

--- Its chain, the end certificate first, and the roots that it trusts: two lists of DER.
function identity_methods:certificates()
    return core.identity_certificates(self)
end

--- Writes it, mode 0600.
function identity_methods:save(path)
    return core.save_identity(self, path)
end

check.own(identity_methods, "warifu.Identity")

return Identity
