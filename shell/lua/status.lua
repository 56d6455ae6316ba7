-- Exit status by class of failure.
local warifu = require "warifu"

local status = { DONE = 0, FAILED = 1, USAGE = 2, SYSTEM = 9, INTERRUPTED = 130 }

local BY_NATURE = {
    value = 3, usage = status.USAGE, crypto = 4, denied = 5, timeout = 6, link = 7, lookup = 8, system = status.SYSTEM,
}

--- The status for an error's name: "NO_ANSWER" is 6.
function status.of(name)
    local row = warifu.errors[name]
    return row and BY_NATURE[row.nature] or status.FAILED
end

return status
