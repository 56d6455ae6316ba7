-- Attacks on a device of one's own: all of them have to fail.
local shell = ...
local warifu = require "warifu"
local attack = shell.part "attack"
local home = shell.part "home"
local nodes = shell.part "nodes"
local output = shell.part "output"

local WAIT = 0.3 -- seconds
local PROFILE, STATUS = "0EF001", 0x80

local ROW = {
    text = function(it)
        return ("%s\n  %s"):format(it.change or it.text, attack.outcome(it))
    end,
    bare = function(it)
        return it.outcome == "refused" and it.error or it.outcome
    end,
}

-- Sends one { datagram=, change=, is_genuine= }, shows what came of it, and counts what should not have been taken.
local function try(controller, entry, one, given, counts)
    local result, message, code = attack.send(controller, entry, one.datagram, given.wait or WAIT)
    if not result then
        return nil, message, code
    end
    result.change = one.change
    counts.taken = counts.taken + (result.is_taken and not one.is_genuine and 1 or 0)
    result.is_taken = nil
    output.item(ROW, result)
    return true
end

-- All of them.
local function try_all(controller, entry, list, given)
    local counts = { taken = 0 }
    for _, one in ipairs(list) do
        local done, message, code = try(controller, entry, one, given, counts)
        if not done then
            return nil, message, code
        end
    end
    return counts
end

local function judge(counts, message, code)
    if not counts then
        return nil, message, code
    elseif counts.taken > 0 then
        return nil, ("%d records were taken that should not have been: this device does not protect itself"):format(counts.taken),
            "REPLAYED"
    end
end

-- ---- replay ----

local function went_to(entry, traced)
    local place = traced.sent and traced.address or not traced.sent and traced.own or nil
    return place and nodes.same_place(place, entry.address)
end

local function recorded(path, entry)
    local list, message, code = warifu.trace.read(path)
    if not list or code then
        return nil, message, code
    end
    local chosen = {}
    for _, traced in ipairs(list) do
        chosen[#chosen + 1] = went_to(entry, traced) and { datagram = traced.datagram } or nil
    end
    if not chosen[1] then
        return nil, ("nothing in %s went to %s"):format(path, entry.address), "ARGUMENT"
    end
    return chosen
end

local function replay(given)
    if not given.to then
        return nil, "whom to? --to NODE", "ARGUMENT"
    end
    local entry, controller, code = attack.target(given.to)
    if not entry then
        return nil, controller, code
    end
    local list, message
    list, message, code = recorded(given.file, entry)
    if not list then
        return nil, message, code
    end
    output.note("sending %d recorded datagrams to %s again, as anybody on the network could", #list, entry.address)
    return judge(try_all(controller, entry, list, given))
end

-- ---- tamper ----

-- A record of one's own that never arrives: the request for a status that every node has, whose repetition is answered.
local function held_back(entry)
    local record
    local watched <close> = home.trace(function(traced)
        if traced.sent and not record and attack.is_record(traced.datagram) and traced.inner:sub(4, 6) == "\x0E\xF0\x01" then
            record = traced.datagram
        end
    end)
    local held = 0
    local filtered <close> = home.filter(function(sent, _, datagram)
        local is_it = sent and datagram == record
        held = held + (is_it and 1 or 0)
        return not (is_it and held == 1)
    end)
    local came, message, code = entry.node:get(PROFILE, STATUS, { timeout = shell.line.timeout })
    return came and record, message, code
end

local function tamper(given)
    local entry, controller, code = attack.target(given.node)
    if not entry then
        return nil, controller, code
    elseif not entry.is_peer then
        return nil, "there is no session to tamper with: pair first", "NOT_PAIRED"
    end
    local record, message
    record, message, code = held_back(entry)
    if not record then
        return nil, message, code
    end
    output.note("held a record to %s back, and sending changed copies of it, as anybody on the way could; its audit log will tell",
        entry.address)
    local counts
    counts, message, code = try_all(controller, entry, attack.changed(record), given)
    if not counts then
        return nil, message, code
    end
    return judge(counts)
end

local OPTION = { "--wait SECONDS", "how long an answer to each is waited for (0.3)" }
local GIVES = "change, bytes, text, outcome, error, answer"
local MORE = "NODE has to be paired with this shell, virtual, or on this host. Of a virtual device of this shell the reason is known;\n"
    .. "others drop what is wrong in silence, so that attackers learn nothing."

return {
    title = "Attacks on a device of one's own",
    {
        name = "replay", arguments = "FILE", options = { { "--to NODE", "the device" }, OPTION },
        help = "sends what a trace has for that device once more: no record may be taken twice",
        more = MORE, next = "audit, of the device", gives = GIVES, run = replay,
    },
    {
        name = "tamper", arguments = "NODE", options = { OPTION },
        help = "holds a record of this shell back and sends changed copies of it: none may be taken",
        more = MORE, next = "audit, of the device", gives = GIVES, run = tamper,
    },
}
