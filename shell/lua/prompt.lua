-- The interactive prompt.
local shell = ...
local warifu = require "warifu"
local completion = shell.part "prompt/completion"
local hints = shell.part "prompt/hints"
local history = shell.part "prompt/history"
local live = shell.part "prompt/live"
local output = shell.part "output"
local run = shell.part "run"
local status = shell.part "status"
local verbs = shell.part "verbs"

local FIRST, MORE = "warifu> ", "     >> "

-- Reads until the Lua is whole: the text; false when it was cancelled, and whether there was nothing to cancel; nil at the
-- end of the input.
local function read(self)
    output.begin {}
    self.begun = nil
    local text, was_empty = self.prompt:read(FIRST)
    while text and not verbs.parse(text) and run.is_incomplete(text) do
        self.begun = text
        local line = self.prompt:read(MORE)
        if not line then
            return line, false
        end
        text = text .. "\n" .. line
    end
    return text, was_empty
end

-- Reads and runs once: the exit status when that was all. `self.cancelled`: by Ctrl-C on an empty line, just before.
local function turn(self, was_interrupted)
    if was_interrupted then -- a Ctrl-C between reading and running
        output.complain "interrupted"
    end
    local text, was_empty = read(self)
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

-- For people: an endpoint, or a virtual device, works while a line is typed. Gives it.
local function keep(what)
    live.add(what.core and what or what.node)
    return what
end

-- Colour is for terminals that know it, and for people who did not say no (no-color.org).
local function wants_colour()
    local no = os.getenv "NO_COLOR"
    return (no == nil or no == "") and os.getenv "TERM" ~= "dumb"
end

local function open()
    local self = {}
    local prompt = shell.open_prompt {
        idle = live.turn,
        complete = function(before)
            return completion.complete(before, self.prompt:columns(), self.begun)
        end,
        hint = wants_colour() and function(line)
            return not self.begun and hints.of(line) or nil
        end,
    }
    self.prompt, self.history = prompt, history.open(prompt)
    return self
end

return function()
    local self = open()
    _G.keep = keep
    local prompt <close> = self.prompt
    print(("Warifu %s. A line is a verb (see help) or Lua; Tab completes. Ctrl-D leaves."):format(warifu.version))
    local went, result = true, nil
    repeat
        went, result = pcall(turn, self, not went)
        if not went and not run.was_interrupted(result) then
            error(result, 0)
        end
    until went and result
    return result
end
