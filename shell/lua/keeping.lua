-- The verbs that look after the state directory while no node uses it.
local shell = ...
local warifu = require "warifu"

local keeping = {}

local function state_directory()
    if shell.options.state then
        return shell.options.state
    end
    return warifu.default_state()
end

-- Never a word of the command, for lists of processes and histories show words: typed unseen, or the first line of the
-- standard input.
local function read_passphrase(prompt)
    local passphrase = shell.read_secret(prompt)
    if passphrase == false then
        passphrase = io.read "l"
    end
    return passphrase
end

local NO_PASSPHRASE = "there is no passphrase"

local function peer_text(peer)
    if peer.error then
        return ("unreadable: %s; see help %s"):format(warifu.errors[peer.error].what, peer.error)
    end
    return ("%s %s %s%s"):format(peer.number, peer.role, peer.address or "without an address",
        peer.confirmed and "" or " (not confirmed by the device)")
end

function keeping.peers()
    local list, message, code = warifu.keeping.peers(shell.options.state)
    if not list then
        return nil, message, code
    end
    for i, peer in ipairs(list) do
        list[i] = peer_text(peer)
    end
    return list[1] and table.concat(list, "\n") or "there are no pairings"
end

function keeping.forget(number)
    if number == "--damaged" then
        local count, message, code = warifu.keeping.forget_damaged(shell.options.state)
        return count and ("removed: %d"):format(count), message, code
    elseif #number ~= 34 or number:find "%X" then
        return nil, "NUMBER has 34 hexadecimal digits, as peers shows it", "ARGUMENT"
    end
    local done, message, code = warifu.keeping.forget(number, shell.options.state)
    return done and "removed; remove this node there too", message, code
end

function keeping.reset(yes)
    if yes ~= "--yes" then
        return nil, "all pairings and their keys would go; say reset --yes", "ARGUMENT"
    end
    local done, message, code = warifu.keeping.reset(shell.options.state)
    return done and "reset; remove this node at its peers too", message, code
end

function keeping.adopt(yes)
    if yes ~= "--yes" then
        return nil, "two nodes would be one if the original were used too; say adopt --yes", "ARGUMENT"
    end
    local done, message, code = warifu.keeping.adopt(shell.options.state)
    return done and "it belongs here now", message, code
end

function keeping.backup(file)
    local passphrase = read_passphrase "passphrase (8 bytes or more): "
    if not passphrase then
        return nil, NO_PASSPHRASE, "ARGUMENT"
    elseif shell.is_terminal() and read_passphrase "the same again: " ~= passphrase then
        return nil, "the two passphrases differ", "ARGUMENT"
    end
    local done, message, code = warifu.keeping.backup(file, passphrase, { state = shell.options.state })
    return done and ("written to %s; without the passphrase it opens for nobody"):format(file), message, code
end

--- Where the state that is replaced goes.
local function old_path()
    local state, message, code = state_directory()
    return state and ("%s.before-%s.backup"):format(state:gsub("/+$", ""), os.date "!%Y%m%dT%H%M%SZ"), message, code
end

function keeping.restore(file, force)
    if force and force ~= "--force" then
        return nil, "restore knows --force only", "ARGUMENT"
    end
    local passphrase = read_passphrase "passphrase: "
    if not passphrase then
        return nil, NO_PASSPHRASE, "ARGUMENT"
    end
    local old, done, message, code
    if force then
        old, message, code = old_path()
        if not old then
            return nil, message, code
        end
    end
    done, message, code = warifu.keeping.restore(file, passphrase, { state = shell.options.state, keep_old = old })
    return done and (old and ("restored; what was there is in %s"):format(old) or "restored"), message, code
end

return keeping
