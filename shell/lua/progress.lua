-- How something goes on, step by step: on a terminal in one line that changes, else in a line for each step. It stands on the
-- standard error, and not with --quiet.
local shell = ...
local output = shell.part "output"

local Progress = {}
Progress.__index = Progress

--- A value to be closed.
function Progress.begin()
    local columns = os.getenv "TERM" ~= "dumb" and shell.columns() or nil
    return setmetatable({ columns = columns, is_open = false }, Progress)
end

function Progress:step(text)
    if not self.columns then
        output.note("%s", text)
    elseif not shell.line.quiet then
        io.stderr:write("\r\27[K", shell.cut(text, self.columns - 1))
        self.is_open = true
    end
end

--- Takes the last step away: what comes next says more.
function Progress:clear()
    if self.is_open then
        io.stderr:write "\r\27[K"
        self.is_open = false
    end
end

-- Where it did not go on, the last step stays.
function Progress:__close()
    if self.is_open then
        io.stderr:write "\n"
        self.is_open = false
    end
end

return Progress
