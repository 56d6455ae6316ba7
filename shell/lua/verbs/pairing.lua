-- Pairings: made, listed, ended.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local json = shell.part "json"
local memory = shell.part "memory"
local nodes = shell.part "nodes"
local output = shell.part "output"
local Progress = shell.part "progress"
local setup_code = shell.part "setup_code"

local STEPS = {
    started = "1/5 asking the device for a pairing",
    address_confirmed = "2/5 it is at that address",
    device_verified = "3/5 it proved who it is",
    keys_agreed = "4/5 keys are agreed; each side writes the pairing down",
    confirmed = "5/5 it confirmed the pairing",
}

-- What to do where the pairing ended, beyond what the table of errors says.
local ADVICE = {
    WINDOW_CLOSED = "Open it at the device (a button, a menu); window NODE --wait 120 waits until it is open.",
    CODE_NEEDED = "Take the code on its label: pair NODE --code FILE, or pair NODE on a terminal, which asks for it.",
    WRONG_CODE = "Is the label this device's, and not an older one's? discover shows the numbers of those that are there.",
    LOCKED_OUT = "After wrong proofs the device waits longer each time. Leave it alone for a while, then open its window anew.",
    NO_ANSWER = "Is it on, is its window open? doctor ADDRESS looks for the reason.",
    PLAINTEXT_ONLY = "It speaks ECHONET Lite without Device Authentication: get and set work in clear, pairing doesn't.",
    UNTRUSTED = "Take an identity under the device's root (--identity), or the device's set-up code, if it allows that alone.",
    PAIRING_INCOMPLETE = "Pair again while the window is open: what is half made heals or goes.",
    PAIRINGS_FULL = "Remove one of its pairings at the device, then pair again.",
}

local function ask_yes(question)
    local typed = shell.read_secret(question, true)
    return typed and typed:lower():find "^y" ~= nil
end

-- What the device says of itself: a hint, good for asking the owner the right thing. That its window is closed may be old
-- news.
local function look_at(controller, word)
    local entry, message, code = nodes.find(controller, word)
    if entry and not (entry.da and entry.da.window_open) and entry.address then
        nodes.search(controller, nil, entry.address)
        entry = nodes.find(controller, entry.address) or entry
    end
    return entry, message, code
end

-- How the owner says which device it is: { code= } or { number= }; nil, message, code.
local function proof_of(given, entry)
    if given.code or entry.da and entry.da.demands_code and not given.number then
        local code, message, name = setup_code.ask(given.code, given.show)
        return code and { code = code, number = given.number }, message, name
    elseif given.number then
        return { number = given.number }
    elseif given.yes and entry.number then
        return { number = entry.number }
    elseif entry.number and ask_yes(("pair with %s at %s? [y/N] "):format(entry.number, entry.address)) then
        return { number = entry.number }
    end
    return nil, "nobody said which device it is: give its --code or its --number, or --yes for the one that answers", "ARGUMENT"
end

-- What will probably go wrong; nothing of it is proven, so that it is tried all the same, which takes half a minute.
local function warn(entry, options)
    local da = entry.da
    if not da then
        output.note "it did not say that it speaks Device Authentication"
    elseif not da.window_open then
        output.note "it says that its pairing window is closed: open it now, at the device"
    elseif da.demands_code and not options.code then
        output.note "it says that it demands its set-up code (--code)"
    end
end

local function describe(peer)
    return {
        number = peer.number, address = peer.address, role = peer.role, fingerprint = peer.fingerprint,
        connected = peer.is_connected == true,
    }
end

-- Tells each step as it comes.
local function pair_with(controller, address, options)
    local progress <close> = Progress.begin()
    options.progress = function(step) progress:step(STEPS[step] or step) end
    local peer, message, code = controller:pair(address, options)
    if peer then
        progress:clear()
    end
    return peer, message, code
end

local function pair(given)
    local controller, message, code = home.open()
    local entry, options, peer
    if controller then
        entry, message, code = look_at(controller, given.node)
    end
    if entry then
        options, message, code = proof_of(given, entry)
    end
    if not options then
        return nil, message, code
    end
    warn(entry, options)
    options.root_too, options.duration = given.root_too, given["for"]
    peer, message, code = pair_with(controller, entry.address, options)
    if not peer then
        return nil, ADVICE[code] and message .. "\n  " .. ADVICE[code] or message, code
    end
    return describe(peer)
end

local function unpair(given)
    local controller, message, code = home.open()
    local entry
    if controller then
        entry, message, code = nodes.find(controller, given.peer)
    end
    if not entry then
        return nil, message, code
    elseif not entry.is_peer then
        return nil, ("%s is no peer; peers lists them"):format(entry.address), "NOT_PAIRED"
    end
    local done
    done, message, code = controller:unpair(entry.node)
    memory.keep(entry.number, nil)
    return done and { number = entry.number, done = true }, message, code
end

-- Of the open controller, else of the state directory, which another process may use.
local function peers()
    if home.current() then
        local list = json.list()
        for i, peer in ipairs(home.current():peers()) do
            list[i] = describe(peer)
            list[i].confirmed = true
        end
        return { peers = list }
    end
    local list, message, code = warifu.keeping.peers(shell.options.state)
    return list and { peers = json.list(list) }, message, code
end

local function peer_text(peer)
    if peer.error then
        return ("unreadable: %s; see help %s"):format(warifu.errors[peer.error].what, peer.error)
    end
    return ("%s %s %s%s"):format(peer.number, peer.role, peer.address or "without an address",
        peer.confirmed and "" or " (not confirmed by the device)")
end

local function peers_text(value)
    local lines = {}
    for i, peer in ipairs(value.peers) do
        lines[i] = peer_text(peer)
    end
    return lines[1] and table.concat(lines, "\n") or "there are no pairings"
end

local function numbers_text(value)
    local lines = {}
    for _, peer in ipairs(value.peers) do
        lines[#lines + 1] = peer.number
    end
    return table.concat(lines, "\n")
end

return {
    title = "Pairing",
    {
        name = "pair", arguments = "NODE",
        options = {
            { "--code FILE", "the file of its set-up code; - is the standard input" },
            { "--number NUMBER", "the identification number on its label" },
            { "--yes", "takes the one that answers, without asking" },
            { "--root-too", "with a code: a common root has to vouch for it as well" },
            { "--show", "shows the code while it is typed" },
            { "--for SECONDS", "how long what got no answer is begun anew (180)" },
        },
        help = "pairs with a device whose window is open",
        more = "A device that has a set-up code wants it: without --code it is asked for. Else a common root has to vouch for the\n"
            .. "device, and its number is confirmed. The exit status says how it failed: 4 wrong proof, 5 refused, 6 no answer.",
        next = "get TARGET; watch",
        gives = "number, address, role, fingerprint, connected",
        run = pair,
        text = function(value)
            return ("paired with %s at %s"):format(value.number, value.address)
        end,
        bare = function(value)
            return value.number
        end,
    },
    {
        name = "peers",
        help = "lists the pairings",
        more = "Also while another process uses the state directory.",
        gives = "peers (number, address, role, fingerprint, connected, confirmed, error)",
        run = peers, text = peers_text, bare = numbers_text,
    },
    {
        name = "unpair", arguments = "PEER",
        help = "ends a pairing on both sides",
        more = "When the device could not be told, the pairing is gone here only, and the exit status is 7.",
        gives = "number, done",
        run = unpair,
        text = function(value)
            return "unpaired from " .. value.number
        end,
        bare = function() end,
    },
}
