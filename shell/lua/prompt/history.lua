-- What was typed, in the file `history` of the state directory: a line each, written at once, so that several shells lose
-- nothing. Nothing secret comes into it.
local shell = ...
local place = shell.part "place"
local setup_code = shell.part "setup_code"

local history = {}

-- Behind these words a secret may stand, or before them.
local TELLING = {
    "passphrase", "password", "secret", "private[%s_%-]*key", "%f[%a]backup%s*%(", "%f[%a]restore%s*%(",
}

local ESCAPES = { ["\n"] = "\\n", ["\\"] = "\\\\" }
local UNESCAPES = { ["\\n"] = "\n", ["\\\\"] = "\\" }

--- Is it a line that nobody should find again?
function history.is_secret(text)
    local lower = text:lower()
    for _, pattern in ipairs(TELLING) do
        if lower:find(pattern) then
            return true
        end
    end
    return setup_code.is_in(text)
end

local function complain(...)
    io.stderr:write("warifu: ", ...)
    io.stderr:write "\n"
end

local History = {}
History.__index = History

--- The history of the state directory, loaded into `prompt`. Where there is no place for it, that is said and is no reason
--- to stop.
function history.open(prompt)
    local self = setmetatable({ prompt = prompt }, History)
    local directory, message = place.directory()
    if not directory then
        complain("no history is kept: ", message)
        return self
    end
    self.path = directory .. "/history"
    local file <close> = io.open(self.path, "rb")
    for line in file and file:lines() or function() end do
        prompt:add((line:gsub("\\[n\\]", UNESCAPES)))
    end
    return self
end

--- Keeps a line for Up, and beyond the end of the shell; not one that begins with a blank or holds a secret.
function History:remember(text)
    if text:find "^%s" or history.is_secret(text) then
        return
    end
    self.prompt:add(text)
    if self.path then
        local kept, message = shell.append_line(self.path, (text:gsub("[\n\\]", ESCAPES)))
        if not kept then
            complain("the history was not kept: ", message)
            self.path = nil
        end
    end
end

return history
