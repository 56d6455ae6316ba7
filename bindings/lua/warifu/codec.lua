-- Frames: bytes, tables, and text for people.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"

local codec = {}

--- A frame as a table: format, tid, seoj, deoj, esv, properties (a list of {epc=, edt=}), gets; or format 2: arbitrary.
function codec.parse(bytes)
    return core.parse(check.type("bytes", bytes, "string"))
end

--- The reverse.
function codec.compose(frame)
    return core.compose(check.type("frame", frame, "table"))
end

--- The name of a service: codec.esv_name(0x72) is "Get_Res".
function codec.esv_name(esv)
    return core.esv_name(check.type("esv", esv, "number"))
end

--- The properties in a property map (9D, 9E, 9F): a list of codes.
function codec.property_map(edt)
    return core.property_map(check.type("edt", edt, "string"))
end

--- The reverse: bytes of a list of codes, each once.
function codec.compose_property_map(epcs)
    local codes = {}
    for i, epc in ipairs(check.type("epcs", epcs, "table")) do
        codes[i] = check.epc("epcs", epc)
    end
    return core.compose_property_map(codes)
end

--- A frame of Device Authentication as a table: tid, type, name, and what its type has.
function codec.parse_da(bytes)
    return core.parse_da(check.type("bytes", bytes, "string"))
end

function codec.hex(bytes)
    return core.hex(check.type("bytes", bytes, "string"))
end

--- Bytes of hexadecimal digits; blanks and colons between them don't count. nil, message, "ARGUMENT" for anything else.
function codec.unhex(text)
    local digits = check.type("text", text, "string"):gsub("[%s:]", "")
    if #digits % 2 ~= 0 or digits:find "[^%x]" then
        return core.fail("ARGUMENT", "not hexadecimal: " .. text:sub(1, 40))
    end
    return core.unhex(digits)
end

local function spaced(bytes)
    return (core.hex(bytes):gsub("..", "%0 "):sub(1, -2))
end

-- " (targetTemperature 26 Celsius)"; empty where the dictionary has no name.
local function meaning(dictionary, class, property)
    local found = dictionary.find(class, property.epc)
    if not found then
        return ""
    end
    local text = property.edt ~= "" and dictionary.text(class, property.epc, property.edt) or ""
    return (" (%s%s)"):format(found.id, text ~= "" and " " .. text or "")
end

local function property_lines(lines, dictionary, frame, properties, prefix)
    local eoj = frame.esv & 0xF0 == 0x60 and frame.deoj or frame.seoj -- a request is about the destination
    for _, property in ipairs(properties) do
        local value = property.edt ~= "" and " = " .. spaced(property.edt) or ""
        lines[#lines + 1] = ("  %s%02X%s%s"):format(prefix, property.epc, value, meaning(dictionary, eoj >> 8, property))
    end
end

local function specified_lines(frame, dictionary)
    local lines = { ("ECHONET Lite, TID %04X: %06X -> %06X %s (%02X)"):format(
        frame.tid, frame.seoj, frame.deoj, core.esv_name(frame.esv), frame.esv) }
    property_lines(lines, dictionary, frame, frame.properties, frame.gets and "set " or "")
    property_lines(lines, dictionary, frame, frame.gets or {}, "get ")
    if frame.trailing then
        lines[#lines + 1] = "  and after the last property " .. spaced(frame.trailing)
    end
    return lines
end

local function hello_text(hello)
    local words = {}
    local function say(condition, word)
        words[#words + 1] = condition and word or nil
    end
    say(hello.is_device, "device")
    say(hello.is_controller, "controller")
    say(hello.has_pairings, "paired")
    say(hello.demands_code, "demands its code")
    say(hello.demands_root, "demands a root")
    say(hello.window_open, ("window open for %d s"):format(hello.window_seconds))
    say(not hello.window_open, "window closed")
    say(true, "suites " .. table.concat(hello.suites, ", "))
    return table.concat(words, ", ")
end

local DA_PARTS = { "cookie", "tag", "nonce", "kid", "payload" }

local function da_lines(frame)
    local lines = { ("Device Authentication, TID %04X: %s (%02X)"):format(frame.tid, frame.name, frame.type) }
    local function say(name, value)
        lines[#lines + 1] = value and ("  %s %s"):format(name, value) or nil
    end
    say("says", frame.hello and hello_text(frame.hello))
    say("flags", frame.flags and ("%02X"):format(frame.flags))
    say("connection id", frame.connection_id and ("%02X"):format(frame.connection_id))
    say("number", frame.piv)
    for _, part in ipairs(DA_PARTS) do
        say(part, frame[part] and ("(%d bytes) %s"):format(#frame[part], spaced(frame[part])))
    end
    return lines
end

--- The text of any frame, given as bytes or as hexadecimal digits; several lines. Names are those of `dictionary`, the
--- built-in one unless given.
function codec.decode(frame, dictionary)
    check.type("frame", frame, "string")
    dictionary = Naming.dictionary(dictionary)
    local bytes = frame:find "^[%x%s:]+$" and codec.unhex(frame) or frame
    local parsed, message, code = core.parse(bytes)
    if not parsed then
        return nil, message, code
    end
    if parsed.format == 1 then
        return table.concat(specified_lines(parsed, dictionary), "\n")
    end
    local da = core.parse_da(bytes)
    if da then
        return table.concat(da_lines(da), "\n")
    end
    return ("ECHONET Lite, TID %04X: arbitrary format\n  %s"):format(parsed.tid, spaced(parsed.arbitrary))
end

return codec
