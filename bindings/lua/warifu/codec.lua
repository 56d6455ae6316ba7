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

--- The text of any frame, given as bytes or as hexadecimal digits; several lines. Names are those of `dictionary`, the
--- built-in one unless given.
function codec.decode(frame, dictionary)
    check.type("frame", frame, "string")
    local names = getmetatable(Naming.dictionary(dictionary)).handle
    local bytes = frame:find "^[%x%s:]+$" and codec.unhex(frame) or frame
    local parsed, message, code = core.parse(bytes)
    if not parsed then
        return nil, message, code
    end
    return core.decode(bytes, names, true)
end

--- The same of any bytes, in one line that begins with the TID.
function codec.line(datagram, dictionary)
    local names = getmetatable(Naming.dictionary(dictionary)).handle
    return core.decode(check.type("datagram", datagram, "string"), names, false)
end

return codec
