-- Set-up codes.
local shell = ...
local setup_code = shell.part "setup_code"

local EXPLAINED = [[
a set-up code of version 1
  key: %s (SHA-256 of the device's SubjectPublicKeyInfo)
  secret: 128 bits, not shown
  checksum: right]]

local function explain(given)
    local code, message, name = setup_code.ask(given.file, given.show)
    if not code then
        return nil, message, name
    end
    local held <close> = code
    local drawn = given.qr and held:qr { ascii = not shell.is_utf8(), invert = given.invert } or nil
    return { version = 1, key = held.fingerprint, qr = drawn }
end

return {
    title = "Set-up codes",
    {
        name = "code", arguments = "[FILE]",
        options = {
            { "--qr", "draws it" },
            { "--invert", "for a light terminal" },
            { "--show", "shows it while it is typed" },
        },
        help = "explains a set-up code, offline",
        more = "It is read from FILE, from the standard input, or as it is typed. It is no word of a command, because\n"
            .. "histories and lists of processes show words.",
        next = "pair NODE --code FILE",
        gives = "version, key, qr",
        run = explain,
        text = function(value)
            return (value.qr or "") .. EXPLAINED:format(value.key)
        end,
    },
}
