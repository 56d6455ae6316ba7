-- Set-up codes: read without being shown, and kept out of the history.
local shell = ...
local warifu = require "warifu"

local setup_code = {}

local LONGEST = 4096 -- bytes of a file or of the standard input

--- Is there a code in this text, whole or begun, or something as long that may be one with its beginning mistyped?
function setup_code.is_in(text)
    for run in text:gsub("%-", ""):gmatch "%w+" do
        if #run >= 60 and run:find "%X" then
            return true
        end
    end
    return text:gsub("[%s%-]", ""):lower():find "warifu:1%w" ~= nil
end

local function read_text(path, show)
    if path and path ~= "-" then
        local file <close>, message = io.open(path, "rb")
        if not file then
            return nil, message
        end
        return file:read(LONGEST) or ""
    end
    local typed = not path and shell.read_secret("set-up code: ", show)
    return typed or typed == false and io.read(LONGEST) or ""
end

--- The code of a file, of the standard input ("-"), or as it is typed; nil, message, code.
function setup_code.ask(path, show)
    if path and setup_code.is_in(path) then
        return nil, "a code is no word, for histories and lists of processes show words: type it when asked, or name a file",
            "ARGUMENT"
    end
    local text, problem = read_text(path, show)
    if not text then
        return nil, problem, "STORE"
    elseif not text:find "%S" then
        return nil, "no code was given: it is read from a file, from the standard input, or as it is typed", "ARGUMENT"
    end
    return warifu.SetupCode.parse(text)
end

return setup_code
