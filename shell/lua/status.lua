-- Exit status by class of failure.
local warifu = require "warifu"

local status = { DONE = 0, FAILED = 1, USAGE = 2, INTERRUPTED = 130 }

local BY_NATURE = { value = 3, usage = 2, crypto = 4, denied = 5, timeout = 6, link = 7, lookup = 8, system = 9 }

--- The status for an error's name: "NO_ANSWER" is 6.
function status.of(name)
    local row = warifu.errors[name]
    return row and BY_NATURE[row.nature] or status.FAILED
end

return status
