-- The state directory while no node uses it.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local memory = shell.part "memory"
local place = shell.part "place"

local keeping = warifu.keeping
local LEAST_TAIL = 4 -- digits of a number that name a peer

-- The shell's own controller would hold the directory.
local function state()
    home.close()
    return shell.options.state
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

local function fail(message)
    return nil, message, "ARGUMENT"
end

local NO_PASSPHRASE = "there is no passphrase"

-- What the verbs that only do something give.
local function done(text)
    return { done = true, text = text }
end

local function text_of(value)
    return value.text
end

local function nothing()
    return nil
end

-- The number of a peer that its end names.
local function number_of(word)
    local list, message, code = keeping.peers(shell.options.state)
    if not list then
        return nil, message, code
    end
    local found = {}
    for _, peer in ipairs(list) do
        if peer.number and #word >= LEAST_TAIL and peer.number:sub(-#word) == word:upper() then
            found[#found + 1] = peer.number
        end
    end
    if #found > 1 then
        return fail(("'%s' may be %s"):format(word, table.concat(found, ", ")))
    elseif #found == 0 then
        return nil, ("'%s' is no peer; peers lists them"):format(word), "NOT_PAIRED"
    end
    return found[1]
end

local function forget(given)
    if not given.damaged == not given.peer then
        return fail "either a PEER, as peers shows it, or --damaged"
    elseif given.damaged then
        local count, message, code = keeping.forget_damaged(state())
        return count and { removed = count, text = ("removed: %d"):format(count) }, message, code
    end
    local number, message, code = number_of(given.peer)
    local removed
    if number then
        removed, message, code = keeping.forget(number, state())
    end
    if removed then
        memory.keep(number, nil)
    end
    return removed and { removed = 1, text = "removed; remove this node there too" }, message, code
end

local function reset(given)
    if not given.yes then
        return fail "all pairings and their keys would go; say reset --yes"
    end
    local went, message, code = keeping.reset(state())
    if went then
        memory.clear()
    end
    return went and done "reset; remove this node at its peers too", message, code
end

local function adopt(given)
    if not given.yes then
        return fail "two nodes would be one if the original were used too; say adopt --yes"
    end
    local went, message, code = keeping.adopt(state())
    return went and done "it belongs here now", message, code
end

local function backup(given)
    local passphrase = read_passphrase "passphrase (8 bytes or more): "
    if not passphrase then
        return fail(NO_PASSPHRASE)
    elseif shell.is_terminal() and read_passphrase "the same again: " ~= passphrase then
        return fail "the two passphrases differ"
    end
    local options = { state = state(), skip_damaged = given.skip_damaged }
    local went, message, code = keeping.backup(given.file, passphrase, options)
    return went and { file = given.file, text = ("written to %s; without the passphrase it opens for nobody"):format(given.file) },
        message, code
end

-- Where the state that is replaced goes.
local function old_path()
    local directory, message = place.directory()
    return directory and ("%s.before-%s.backup"):format(directory:gsub("/+$", ""), os.date "!%Y%m%dT%H%M%SZ"), message, "STORE"
end

local function restore(given)
    local passphrase = read_passphrase "passphrase: "
    if not passphrase then
        return fail(NO_PASSPHRASE)
    end
    local old, went, message, code
    if given.force then
        old, message, code = old_path()
        if not old then
            return nil, message, code
        end
    end
    went, message, code = keeping.restore(given.file, passphrase, { state = state(), keep_old = old })
    return went and { kept_old = old, text = old and ("restored; what was there is in %s"):format(old) or "restored" },
        message, code
end

return {
    title = "The state directory",
    {
        name = "forget", arguments = "[PEER]",
        options = { { "--damaged", "removes what nobody can read instead" } },
        help = "removes a pairing from it without telling the peer",
        more = "PEER is its number, or the end of it. unpair tells the peer.",
        next = "remove this node at the peer too",
        gives = "removed, text",
        run = forget, text = text_of, bare = nothing,
    },
    {
        name = "backup", arguments = "FILE",
        options = { { "--skip-damaged", "leaves out what nobody can read" } },
        help = "writes all of it to FILE under a passphrase",
        more = "The passphrase is typed unseen, or is the first line of the standard input.",
        gives = "file, text",
        run = backup, text = text_of, bare = nothing,
    },
    {
        name = "restore", arguments = "FILE",
        options = { { "--force", "where there are pairings already: they go to a backup first" } },
        help = "puts the pairings of a backup back",
        gives = "kept_old, text",
        run = restore, text = text_of, bare = nothing,
    },
    {
        name = "reset",
        options = { { "--yes", "means it" } },
        help = "removes all pairings and their keys",
        next = "remove this node at its peers too",
        gives = "done, text",
        run = reset, text = text_of, bare = nothing,
    },
    {
        name = "adopt",
        options = { { "--yes", "means it: the original is used no more" } },
        help = "lets a copied state directory belong where it is",
        gives = "done, text",
        run = adopt, text = text_of, bare = nothing,
    },
}
