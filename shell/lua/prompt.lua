-- The interactive prompt.
local shell = ...
local warifu = require "warifu"
local place = shell.part "place"
local run = shell.part "run"
local setup_code = shell.part "setup_code"
local status = shell.part "status"
local verbs = shell.part "verbs"

local FIRST, MORE = "warifu> ", "     >> "

-- The history's file, or nil when there is no place for it, which is said and is no reason to stop.
local function open_history(prompt)
    local directory, message = place.directory()
    if not directory then
        io.stderr:write("warifu: no history is kept: ", message, "\n")
        return nil
    end
    local path = directory .. "/history"
    prompt:load(path)
    return path
end

-- Reads until the Lua is whole: the text; false when it was cancelled; nil at the end of the input.
local function read(prompt)
    local text = prompt:read(FIRST)
    while text and not verbs.parse(text) and run.is_incomplete(text) do
        local line = prompt:read(MORE)
        if not line then
            return line
        end
        text = text .. "\n" .. line
    end
    return text
end

-- A line that begins with a blank is not kept, and none with a set-up code in it.
local function remember(prompt, path, text)
    if path and text:find "^%S" and not setup_code.is_in(text) then
        prompt:add(text)
        local saved, message = prompt:save(path)
        if not saved then
            io.stderr:write("warifu: the history was not kept: ", message, "\n")
        end
    end
end

return function()
    local prompt <close> = shell.open_prompt()
    local path = open_history(prompt)
    print(("Warifu %s. A line is a verb (see help) or Lua. Ctrl-D leaves."):format(warifu.version))
    while true do
        local text = read(prompt)
        if text == nil then
            print()
            return status.DONE
        elseif text and text:find "%S" then
            remember(prompt, path, text)
            run.line(text)
        end
    end
end
