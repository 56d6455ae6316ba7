-- Texts in files. What is written is new, so that nothing is lost by a slip of the hand.
local files = {}

local LONGEST = 1 << 20 -- bytes

--- The text of a file, or of the standard input ("-"); nil, message, "STORE".
function files.read(path)
    if path == "-" then
        return io.read "a"
    end
    local file <close>, message = io.open(path, "rb")
    if not file then
        return nil, message, "STORE"
    end
    return file:read(LONGEST) or ""
end

function files.exists(path)
    local file <close> = io.open(path, "rb")
    return file ~= nil
end

--- Nil, message, code where a new file would take the place of another one.
function files.check_new(path)
    if files.exists(path) then
        return nil, path .. " is there already: take another name, or remove it", "ARGUMENT"
    end
    return true
end

--- Writes a new file; nothing secret, for others may read it.
function files.write(path, text)
    local free, message, code = files.check_new(path)
    if not free then
        return nil, message, code
    end
    local file, problem = io.open(path, "wb")
    local written = file
    if file then
        written, problem = file:write(text)
        local closed, why = file:close()
        written, problem = written and closed, problem or why
    end
    return written and true, problem, not written and "STORE" or nil
end

return files
