-- Looking after a state directory while no node uses it.
local core = ...
local check = core.part "check"

local keeping = {}

local function place(state)
    state = check.optional("state", state, "string")
    if state then
        return state
    end
    return core.default_state()
end

--- Runs one of the core's functions on the directory, the usual one where there is none.
local function at(state, act, ...)
    local path, message, code = place(state)
    if not path then
        return nil, message, code
    end
    return act(path, ...)
end

--- The pairings, also while a node uses the directory: { number=, fingerprint=, role=, address=, confirmed= }, or
--- { error= } for one that can't be read.
function keeping.peers(state)
    return at(state, core.keeping.peers)
end

--- Removes the peer with this number; it is not told.
function keeping.forget(number, state)
    return at(state, core.keeping.forget, check.type("number", number, "string"))
end

--- Removes the pairings that nobody can read any more: how many.
function keeping.forget_damaged(state)
    return at(state, core.keeping.forget_damaged)
end

--- A factory reset: no pairing and no key of one stays.
function keeping.reset(state)
    return at(state, core.keeping.reset)
end

--- Lets a copied directory belong where it is.
function keeping.adopt(state)
    return at(state, core.keeping.adopt)
end

local BACKUP = { state = true, iterations = true, skip_damaged = true }

--- Writes all of the state to a new file under a passphrase.
function keeping.backup(file, passphrase, options)
    options = check.options(options, BACKUP)
    return at(options.state, core.keeping.backup, check.type("file", file, "string"),
        check.type("passphrase", passphrase, "string"), options.iterations or 0, options.skip_damaged)
end

local RESTORE = { state = true, keep_old = true }

--- Puts the pairings back to those of a backup.
function keeping.restore(file, passphrase, options)
    options = check.options(options, RESTORE)
    return at(options.state, core.keeping.restore, check.type("file", file, "string"),
        check.type("passphrase", passphrase, "string"), options.keep_old)
end

return keeping
