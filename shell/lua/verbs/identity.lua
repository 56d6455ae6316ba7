-- Who this shell is.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"

local function describe(identity, path)
    return {
        number = identity.number, role = identity.role, fingerprint = identity.fingerprint, file = path,
        not_after = os.date("!%Y-%m-%dT%H:%M:%SZ", identity.not_after),
    }
end

-- The peers know this shell by the certificate that it had.
local function refuse_with_peers()
    local peers = warifu.keeping.peers(shell.options.state)
    if peers and #peers > 0 then
        return nil, ("%d peers know this shell by its old identity: unpair them first, or use another --state"):format(#peers),
            "STATE"
    end
    return true
end

local function take(path)
    local fresh, message, code = warifu.Identity.load(path)
    if not fresh then
        return nil, message, code
    elseif fresh.role ~= "controller" then
        return nil, ("its role is %s; a shell is a controller"):format(fresh.role), "WRONG_ROLE"
    end
    local free, own
    home.close()
    free, message, code = refuse_with_peers()
    if free then
        own, message, code = home.identity_path()
    end
    if not own then
        return nil, message, code
    end
    local saved
    saved, message, code = fresh:save(own)
    return saved and describe(fresh, own), message, code
end

local function identity(given)
    if given.take then
        return take(given.take)
    end
    local path, message, code = home.identity()
    local own
    if path then
        own, message, code = warifu.Identity.load(path)
    end
    return own and describe(own, path), message, code
end

return {
    title = "Who this shell is",
    {
        name = "identity",
        options = { { "--take FILE", "an identity that ca issue made becomes this shell's" } },
        help = "shows who this shell is, to its peers",
        more = "At its first use a shell makes itself an identity for which nobody vouches: enough to pair by set-up codes. Under\n"
            .. "a common root it needs one that the root's owner issued, by --take once, or by --identity each time.",
        next = "pair NODE",
        run = identity,
        text = function(value)
            return ("%s %s\n  certificate %s, until %s\n  in %s"):format(value.role, value.number, value.fingerprint,
                value.not_after, value.file)
        end,
        bare = function(value)
            return value.number
        end,
    },
}
