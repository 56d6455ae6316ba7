-- Looking at bytes, and sending them.
local shell = ...
local warifu = require "warifu"
local files = shell.part "files"
local home = shell.part "home"
local nodes = shell.part "nodes"
local output = shell.part "output"

local function meaning_of(bytes)
    local dictionary, message, code = home.dictionary()
    if not dictionary then
        return nil, message, code
    end
    return warifu.codec.decode(bytes, dictionary)
end

local function decode_one(hex)
    local bytes, message, code = warifu.codec.unhex(hex)
    local text
    if bytes then
        text, message, code = meaning_of(bytes)
    end
    if not text then
        return nil, message, code
    end
    return { bytes = warifu.codec.hex(bytes), text = text }
end

local MEANING = {
    text = function(value)
        return value.text
    end,
}

-- Of lines of digits nobody knows when and from whom.
local function decode_traced(traced, dump)
    local is_bare = traced.time == 0 and not traced.address
    local dictionary = home.dictionary()
    return {
        bytes = warifu.codec.hex(traced.datagram), time = traced.time, sent = traced.sent, address = traced.address,
        own = traced.own, inner = traced.inner ~= "" and warifu.codec.hex(traced.inner) or nil,
        text = is_bare and meaning_of(traced.datagram)
            or warifu.trace.text(traced, { dictionary = dictionary, dump = dump }),
    }
end

local function decode_file(path, dump)
    local list, message, code = warifu.trace.read(path)
    for _, traced in ipairs(list or {}) do
        output.item(MEANING, decode_traced(traced, dump))
    end
    return nil, message, code
end

local function decode(given)
    local first = given.frame[1]
    if #given.frame == 1 and first:find "[^%x%s:]" and files.exists(first) then
        return decode_file(first, given.dump)
    elseif first ~= "-" then
        return decode_one(table.concat(given.frame, " "))
    end
    for line in io.lines() do
        if line:find "%S" then
            local value, message, code = decode_one(line)
            if not value then
                return nil, message, code
            end
            output.item(MEANING, value)
        end
    end
end

local ANSWERS = 1 -- seconds

local FRAME = {
    text = function(value)
        return ("%s %s %s\n  %s"):format(value.sent and "to" or "from", value.address, value.bytes,
            value.text:gsub("\n", "\n  "))
    end,
    bare = function(value)
        return not value.sent and value.bytes or nil
    end,
}

-- A datagram as it went or came, and what is in it.
local function frame_of(traced)
    return {
        sent = traced.sent, address = traced.address, bytes = warifu.codec.hex(traced.datagram),
        text = meaning_of(traced.datagram) or "no frame", inner = #traced.inner > 0 and warifu.codec.hex(traced.inner) or nil,
    }
end

-- Where to: an address, or nil for all.
local function destination(controller, word)
    if word == "all" then
        return nil
    end
    local entry, message, code = nodes.find(controller, word)
    if not entry then
        return nil, message, code
    end
    return entry.address
end

local function raw(given)
    local bytes, message, code = warifu.codec.unhex(table.concat(given.hex, " "))
    local controller, to, sent
    if bytes then
        controller, message, code = home.open()
    end
    if controller then
        to, message, code = destination(controller, given.node)
    end
    if code then
        return nil, message, code
    end
    local seen = 0
    local watched <close> = home.trace(function(traced)
        if not traced.sent and (not to or nodes.same_place(traced.address, to)) then
            seen = seen + 1
            output.item(FRAME, frame_of(traced))
        end
    end)
    sent, message, code = controller:send_raw(to, bytes)
    if not sent then
        return nil, message, code
    end
    for _ in controller:watch(given.wait or ANSWERS) do end
    if seen == 0 and given.wait ~= 0 then
        return nil, ("nothing came back in %g s"):format(given.wait or ANSWERS), "NO_ANSWER"
    end
end

return {
    title = "Debugging",
    {
        name = "decode", arguments = "FRAME...",
        options = { { "--dump", "of a file: the bytes of each datagram too" } },
        help = "says what a frame means, given as hexadecimal digits, or all frames in a file",
        more = "A file is pcapng (of trace, Wireshark, tcpdump), the JSON lines of trace, or lines of digits. With - it reads the\n"
            .. "standard input, a frame a line.",
        gives = "bytes, text, time, sent, address, own, inner",
        run = decode,
        text = MEANING.text,
    },
    {
        name = "raw", arguments = "NODE HEX...",
        options = { { "--wait SECONDS", "how long answers are waited for (1); 0: not at all" } },
        help = "sends any bytes to a node (or to all), and shows what comes back from there",
        more = "Nothing of them is looked at. With --quiet the bare bytes of what came back.",
        next = "decode FRAME",
        gives = "sent, address, bytes, text, inner",
        run = raw,
    },
}
