-- PEM texts (RFC 7468) of DER.
local pem = {}

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function digit(sextet)
    return DIGITS:sub(sextet + 1, sextet + 1)
end

-- Three bytes, or what is left of them, as four characters.
local function quartet(group)
    local bits = (">I3"):unpack(group .. ("\0"):rep(3 - #group))
    local text = ""
    for shift = 18, 0, -6 do
        text = text .. digit(bits >> shift & 63)
    end
    return text:sub(1, #group + 1) .. ("="):rep(3 - #group)
end

--- pem.armour("CERTIFICATE", der)
function pem.armour(label, der)
    local base64 = der:gsub("..?.?", quartet):gsub(("."):rep(64), "%0\n"):gsub("\n$", "")
    return ("-----BEGIN %s-----\n%s\n-----END %s-----\n"):format(label, base64, label)
end

return pem
