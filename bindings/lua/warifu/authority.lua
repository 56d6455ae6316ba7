-- Who says who a node is: a small authority, in a folder or in memory.
local core = ...
local check = core.part "check"

local Authority = {}
local methods = {}
core.authority_type.__index = methods

local ROOT_DAYS, DAYS, LIST_DAYS = 7300, 3650, 30
local KINDS = { "root", "issuing", "devices", "controllers" }
local CREATE = { folder = true, days = true }
local ADD = { days = true }
local ISSUE = { name = true, days = true }
local SIGN = { role = true, number = true, name = true, days = true }
local RENEW = { request = true, days = true }
local PUBLISH = { days = true }

local WARNING = "warifu: the keys of the authority in %s lie in files: that is for laboratories and homes. "
    .. "A product needs an HSM, and rules for who may use it.\n"

--- Makes a root of that name. Options: folder (new or empty; without one it lives in memory alone), days. Says on the
--- standard error that a product's keys belong elsewhere, where it writes some.
function Authority.create(name, options)
    options = check.options(options, CREATE)
    local folder = check.optional("folder", options.folder, "string")
    local made, message, code = core.authority_create(check.type("name", name, "string"), folder,
        check.type("days", options.days, "number", ROOT_DAYS))
    if made and folder then
        io.stderr:write(WARNING:format(folder))
    end
    return made, message, code
end

--- The authority in that folder, which one process has at a time.
function Authority.open(folder)
    return core.authority_open(check.type("folder", folder, "string"))
end

--- Wipes its keys from memory; the folder is free.
function methods:close()
    core.authority_close(self)
end

--- Makes a CA under the root: "issuing" (for both roles), "devices" or "controllers". Options: days.
function methods:add_ca(kind, name, options)
    options = check.options(options, ADD)
    return core.authority_add_ca(self, kind, check.type("name", name, "string"),
        check.type("days", options.days, "number", DAYS))
end

--- The certificate of a CA in DER, of the root without a kind; nil when there is none.
function methods:certificate(kind)
    return core.authority_certificate(self, kind or "root")
end

--- Issues an identity: `role` is "device" or "controller"; without a number it gets a random one of the range for
--- experiments. Options: name (for people who read the certificate), days.
function methods:issue(role, number, options)
    options = check.options(options, ISSUE)
    local name = check.type("name", options.name, "string", check.type("role", role, "string"))
    local days = check.type("days", options.days, "number", DAYS)
    return core.authority_issue(self, role, number or core.random_number(), name, days)
end

--- Issues for the key of a certificate request (PKCS#10, PEM or DER): PEM text of chain and root. Options: role, number,
--- name (what the request leaves open; they must agree), days.
function methods:sign(request, options)
    options = check.options(options, SIGN)
    return core.authority_sign(self, request, options.role, options.number, options.name,
        check.type("days", options.days, "number", DAYS))
end

--- Issues anew, same subject, role and number: for an identity, which gives one with the same key, or for a serial number,
--- which gives PEM text. Options: request (for another key: PEM text too), days.
function methods:renew(what, options)
    options = check.options(options, RENEW)
    return core.authority_renew(self, what, options.request, check.type("days", options.days, "number", DAYS))
end

--- Puts the certificate of an identity, or of a serial number, on its issuer's next list.
function methods:revoke(what, reason)
    return core.authority_revoke(self, what, reason or "unspecified")
end

--- The next revocation list of every CA whose key is here: kind -> DER. Options: days.
function methods:publish(options)
    options = check.options(options, PUBLISH)
    local days, lists = check.type("days", options.days, "number", LIST_DAYS), {}
    for _, kind in ipairs(KINDS) do
        if core.authority_certificate(self, kind) then
            local der, message, code = core.authority_publish(self, kind, days)
            if not der and code ~= "STATE" then
                return nil, message, code
            end
            lists[kind] = der or nil
        end
    end
    return lists
end

--- What was issued, the oldest first: tables of serial, certificate (DER), issuer, not_after, where they are role, number,
--- revoked (seconds since 1970) and reason.
function methods:issued()
    return core.authority_issued(self)
end

check.own(methods, "warifu.Authority")

return Authority
