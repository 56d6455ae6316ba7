-- The interactive prompt.
local shell = ...
local warifu = require "warifu"
local history = shell.part "history"
local live = shell.part "live"
local run = shell.part "run"
local status = shell.part "status"
local verbs = shell.part "verbs"

local FIRST, MORE = "warifu> ", "     >> "

-- Reads until the Lua is whole: the text; false when it was cancelled, and whether there was nothing to cancel; nil at the
-- end of the input.
local function read(prompt)
    local text, was_empty = prompt:read(FIRST)
    while text and not verbs.parse(text) and run.is_incomplete(text) do
        local line = prompt:read(MORE)
        if not line then
            return line, false
        end
        text = text .. "\n" .. line
    end
    return text, was_empty
end

-- Reads and runs once: the exit status when that was all. `self.cancelled`: by Ctrl-C on an empty line, just before.
local function turn(self)
    local text, was_empty = read(self.prompt)
    local again = was_empty and self.cancelled
    self.cancelled = was_empty
    if text == nil then
        print()
        return status.DONE
    elseif again then
        return status.INTERRUPTED
    elseif was_empty then
        print "Ctrl-C again leaves."
    elseif text and text:find "%S" then
        self.history:remember(text)
        run.line(text)
    end
end

return function()
    local prompt <close> = shell.open_prompt { idle = live.turn }
    local self = { prompt = prompt, history = history.open(prompt) }
    print(("Warifu %s. A line is a verb (see help) or Lua. Ctrl-D leaves."):format(warifu.version))
    while true do
        local went, result = pcall(turn, self)
        if went and result then
            return result
        elseif not went and not run.was_interrupted(result) then -- a Ctrl-C between reading and running is none
            error(result, 0)
        end
    end
end
