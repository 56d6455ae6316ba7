-- What a device's label says: which key it has, and a secret that only its owner can know.
local core = ...
local check = core.part "check"

local SetupCode, methods = {}, {}

local TEXT = { grouped = true }
local QR = { ascii = true, invert = true }

--- Fields: fingerprint (SHA-256 of the device's SubjectPublicKeyInfo).
function core.setup_code_type.__index(self, key)
    return methods[key] or key == "fingerprint" and core.setup_code_fingerprint(self) or nil
end

--- Reads a code as scanned or typed: lower case, blanks and hyphens don't matter.
function SetupCode.parse(text)
    return core.parse_setup_code(check.type("text", text, "string"))
end

--- A new code, with a fresh secret, for the device with this identity.
function SetupCode.make(identity)
    return core.make_setup_code(identity)
end

--- Reads a file with a code, which its owner alone may read.
function SetupCode.load(path)
    return core.load_setup_code(path)
end

--- The code in the file; where there is none, a new one for the device with this identity, kept there.
function SetupCode.load_or_make(path, identity)
    if identity == nil then
        check.misuse("identity", "whose code is it?")
    end
    return core.load_setup_code(path, identity)
end

--- Writes the file, mode 0600.
function methods:save(path)
    return core.save_setup_code(self, path)
end

--- A code as people give it: one of these, or its text; nil for nil.
function SetupCode.of(value)
    if type(value) == "string" then
        return SetupCode.parse(value)
    elseif value ~= nil and getmetatable(value) ~= "warifu.SetupCode" then
        check.misuse("value", "warifu.SetupCode or its text expected, got " .. type(value))
    end
    return value
end

--- The code itself, secret included. Options: grouped (in groups of four, for people who type it).
function methods:text(options)
    return core.setup_code_text(self, check.options(options, TEXT).grouped)
end

--- The code as a QR code for a terminal. Options: ascii (`##`), invert (for dark writing on a light ground).
function methods:qr(options)
    options = check.options(options, QR)
    return core.setup_code_qr(self, options.ascii, options.invert)
end

--- Is it the code of the device with this identity?
function methods:belongs_to(identity)
    return core.setup_code_belongs(self, identity)
end

check.own(methods, "warifu.SetupCode")

return SetupCode
