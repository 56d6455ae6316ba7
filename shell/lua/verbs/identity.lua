-- Who this shell is.
local shell = ...
local warifu = require "warifu"
local files = shell.part "files"
local home = shell.part "home"

local function describe(identity, path)
    return {
        number = identity.number, role = identity.role, fingerprint = identity.fingerprint, file = path,
        not_after = os.date("!%Y-%m-%dT%H:%M:%SZ", identity.not_after),
    }
end

-- An identity, or the certificates that an authority gave for a request of this shell.
local function load(path, own)
    local text, message, code = files.read(path)
    if not text then
        return nil, message, code
    elseif text:find("PRIVATE KEY", 1, true) then
        return warifu.Identity.load(path)
    end
    return own:certified(text)
end

-- The peers know this shell by its number; after a renewal they are told the new certificate under the old one.
local function may_replace(own, fresh)
    local peers = warifu.keeping.peers(shell.options.state)
    if fresh.role ~= "controller" then
        return nil, ("its role is %s; a shell is a controller"):format(fresh.role), "WRONG_ROLE"
    elseif peers and #peers > 0 and own.number ~= fresh.number then
        return nil, ("%d peers know this shell by another number: unpair them first, or use another --state"):format(#peers),
            "STATE"
    end
    return true
end

local function keep(own, fresh)
    local path = home.identity_path()
    if own.number == fresh.number then
        local saved, message, code = own:save(home.former_path())
        if not saved then
            return nil, message, code
        end
    end
    local saved, message, code = fresh:save(path)
    return saved and describe(fresh, path), message, code
end

local function take(own, path)
    local fresh, message, code = load(path, own)
    local free
    if fresh then
        free, message, code = may_replace(own, fresh)
    end
    if not free then
        return nil, message, code
    end
    home.close()
    return keep(own, fresh)
end

local function identity(given)
    local path, message, code = home.identity()
    local own
    if path then
        own, message, code = warifu.Identity.load(path)
    end
    if not own then
        return nil, message, code
    end
    if given.take then
        return take(own, given.take)
    end
    return describe(own, path)
end

return {
    title = "Who this shell is",
    {
        name = "identity",
        options = { { "--take FILE", "what ca issue, ca sign or ca renew gave becomes this shell's" } },
        help = "shows who this shell is, to its peers",
        more = "At its first use a shell makes itself an identity for which nobody vouches: enough to pair by set-up codes. Under\n"
            .. "a common root it needs one that the root's owner issued, by --take once, or by --identity each time.",
        next = "pair NODE",
        gives = "number, role, fingerprint, file, not_after",
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
