-- The verb `code`, and what keeps set-up codes out of the history.
local shell = ...
local warifu = require "warifu"

local setup_code = {}

local OPTIONS = { ["--qr"] = "qr", ["--invert"] = "invert", ["--show"] = "show" }
local LONGEST = 4096 -- bytes of a file or of the standard input

local EXPLAINED = [[
a set-up code of version 1
  key: %s (SHA-256 of the device's SubjectPublicKeyInfo)
  secret: 128 bits, not shown
  checksum: right]]

--- Is there a code in this text, whole or begun, or something as long that may be one with its beginning mistyped?
function setup_code.is_in(text)
    for run in text:gsub("%-", ""):gmatch "%w+" do
        if #run >= 60 and run:find "%X" then
            return true
        end
    end
    return text:gsub("[%s%-]", ""):lower():find "warifu:1%w" ~= nil
end

-- The options and the file's name; nil and what is wrong.
local function read_words(words)
    local options, path = {}, nil
    for _, word in ipairs(words) do
        if OPTIONS[word] then
            options[OPTIONS[word]] = true
        elseif word:sub(1, 2) == "--" then
            return nil, "there is no option " .. word
        elseif setup_code.is_in(word) or path then
            return nil, "a code is no word, for histories and lists of processes show words: type it when asked, or name a file"
        else
            path = word
        end
    end
    return options, path
end

local function read_text(path, show)
    if path then
        local file <close>, message = io.open(path, "rb")
        if not file then
            return nil, message
        end
        return file:read(LONGEST) or ""
    end
    local typed = shell.read_secret("set-up code: ", show)
    return typed == false and io.read(LONGEST) or typed or ""
end

--- The verb.
function setup_code.verb(...)
    local options, path = read_words { ... }
    if not options then
        return nil, path, "ARGUMENT"
    end
    local text, problem = read_text(path, options.show)
    if not text then
        return nil, problem, "STORE"
    end
    local code <close>, message, name = warifu.SetupCode.parse(text)
    if not code then
        return nil, message, name
    end
    local explained = EXPLAINED:format(code.fingerprint)
    return options.qr and code:qr { ascii = not shell.is_utf8(), invert = options.invert } .. explained or explained
end

return setup_code
