-- The authority whose folder a line names.
local shell = ...
local warifu = require "warifu"
local place = shell.part "place"

local authority = {}

--- Options of its verbs.
authority.FOLDER = { "--folder DIR", "where the authority is; else `ca` in the state directory" }
authority.DAYS = { "--days DAYS", "how long it is valid" }
authority.NAME = { "--name NAME", "for people who read the certificate" }

function authority.folder_of(given)
    if given.folder then
        return given.folder
    end
    local directory, message = place.directory()
    return directory and directory .. "/ca", message, not directory and "STORE" or nil
end

--- Opens it, runs `act(authority)`, and closes it.
function authority.with(given, act)
    local folder, message, code = authority.folder_of(given)
    local opened
    if folder then
        opened, message, code = warifu.Authority.open(folder)
    end
    if not opened then
        return nil, message, code
    end
    local held <close> = opened
    return act(held)
end

return authority
