-- What attackers do, done to a device of one's own: datagrams are sent to it, and what it makes of them is told.
local shell = ...
local warifu = require "warifu"
local background = shell.part "background"
local home = shell.part "home"
local nodes = shell.part "nodes"

local attack = {}

local HEADER = 5 -- 10 82, TID, type
local REQUEST, ANSWER = 0x18, 0x19

-- What a device counts -> the error that says why, in the order in which it looks.
local REASONS = {
    { "malformed", "FRAME" }, { "unknown_session", "NO_SESSION" }, { "replays_dropped", "REPLAYED" }, { "tampered_dropped", "TAG" },
    { "late_refused", "TOO_LATE" }, { "plaintext_from_paired", "POLICY" }, { "handshakes_refused", "PAIRING_REFUSED" },
}

local function is_on_this_host(address)
    return address:find "^127%." ~= nil or address:find "^%[::1%]" ~= nil
end

--- The device that a word means, if it is one's own: paired with this shell, virtual, or on this very host. Its entry and
--- the controller; nil, message, code.
function attack.target(word)
    local controller, message, code = home.open()
    if not controller then
        return nil, message, code
    end
    local entry
    entry, message, code = nodes.find(controller, word)
    if not entry then
        return nil, message, code
    elseif not entry.is_peer and not is_on_this_host(entry.address) and not background.at(entry.address) then
        return nil, ("%s is not paired with this shell, not virtual and not on this host: attack what is yours"):format(word),
            "NOT_PAIRED"
    end
    return entry, controller
end

-- The counters of a virtual device of this shell; nil of any other.
local function counters_at(address)
    local device = background.at(address)
    return device and device.node:counters()
end

local function reason_of(before, after)
    for _, row in ipairs(REASONS) do
        if before and after[row[1]] > before[row[1]] then
            return row[2]
        end
    end
end

function attack.is_record(datagram)
    return datagram:sub(1, 2) == "\x10\x82" and (datagram:byte(HEADER) == REQUEST or datagram:byte(HEADER) == ANSWER)
end

--- Sends a datagram and waits: { bytes=, text=, outcome=, error=, answer= }. The outcome is "refused" with the error where
--- the device can be asked, "answered" with the words of the answer, or "silent".
function attack.send(controller, entry, datagram, seconds)
    local answer
    local watched <close> = home.trace(function(traced)
        local fits = not traced.sent and nodes.same_place(traced.address, entry.address)
        if fits and traced.datagram:sub(3, 4) == datagram:sub(3, 4) then
            answer = answer or traced.datagram
        end
    end)
    local before = counters_at(entry.address)
    local sent, message, code = controller:send_raw(entry.address, datagram)
    if not sent then
        return nil, message, code
    end
    for _ in controller:watch(seconds) do end
    local reason = reason_of(before, counters_at(entry.address))
    return {
        bytes = warifu.codec.hex(datagram), text = warifu.codec.line(datagram, home.dictionary()),
        outcome = answer and "answered" or reason and "refused" or "silent", error = not answer and reason or nil,
        answer = answer and warifu.codec.line(answer, home.dictionary()) or nil,
        is_taken = answer ~= nil and attack.is_record(datagram) and attack.is_record(answer),
    }
end

--- What came of it, in words.
function attack.outcome(result)
    if result.outcome == "refused" then
        return ("refused: %s (%s)"):format(result.error, warifu.errors[result.error].what)
    elseif result.outcome == "answered" then
        return "answered: " .. result.answer
    end
    return "no answer: it was dropped in silence"
end

-- ---- records, changed ----

local function parts_of(record)
    local lengths = record:byte(HEADER + 1)
    local kid_end = HEADER + 1 + (lengths >> 4)
    local number_end = kid_end + (lengths & 15)
    return {
        head = record:sub(1, HEADER), kid = record:sub(HEADER + 2, kid_end),
        number = (">I" .. (lengths & 15)):unpack(record, kid_end + 1), sealed = record:sub(number_end + 1),
    }
end

local function joined(parts)
    local number = (">I5"):pack(parts.number):gsub("^\0+", "")
    number = parts.zeros and "\0" .. number or number == "" and "\0" or number
    return parts.head .. string.char(#parts.kid << 4 | #number) .. parts.kid .. number .. parts.sealed
end

local function flipped(text, at)
    return text:sub(1, at - 1) .. string.char(text:byte(at) ~ 1) .. text:sub(at + 1)
end

local FAR = 1000 -- numbers

-- What is done to the parts of a record.
local CHANGES = {
    { "a bit of the ciphertext turned", function(parts) parts.sealed = flipped(parts.sealed, 1) end },
    { "a bit of the tag turned", function(parts) parts.sealed = flipped(parts.sealed, #parts.sealed) end },
    { "its last byte cut off", function(parts) parts.sealed = parts.sealed:sub(1, -2) end },
    { "under another number", function(parts) parts.number = parts.number + FAR end },
    { "under another TID", function(parts) parts.head = flipped(parts.head, 4) end },
    { "as an answer", function(parts) parts.head = parts.head:sub(1, 4) .. string.char(ANSWER) end },
    { "for another session", function(parts) parts.kid = flipped(parts.kid, 1) end },
    { "its number out of form", function(parts) parts.zeros = true end },
}

--- Copies of a record that never arrived: a list of { change=, datagram=, is_genuine= }; at last the record itself, twice.
function attack.changed(record)
    local list = {}
    for i, row in ipairs(CHANGES) do
        local parts = parts_of(record)
        row[2](parts)
        list[i] = { change = row[1], datagram = joined(parts) }
    end
    list[#list + 1] = { change = "as it was, for the first time", datagram = record, is_genuine = true }
    list[#list + 1] = { change = "as it was, again", datagram = record }
    return list
end

return attack
