-- What goes on while a line is typed: endpoints that were given here work, and what happens to them is told.

local live = {}

local LONGEST, AFTER_FAILURE = 5, 1 -- seconds between two turns
local TURNS = 64 -- events in a row, then the keyboard again

local members = {} -- a list of { endpoint=, tell= }

--- From now on `endpoint` works while a line is typed; `tell(event)` gives what is to be shown of an event, or nil.
function live.add(endpoint, tell)
    live.remove(endpoint)
    members[#members + 1] = { endpoint = endpoint, tell = tell }
    return endpoint
end

function live.remove(endpoint)
    for i, member in ipairs(members) do
        if member.endpoint == endpoint then
            table.remove(members, i)
            return
        end
    end
end

-- The same complaint once, not at each turn.
local function complain(member, lines, message)
    if message ~= member.complaint then
        lines[#lines + 1] = "warifu: " .. message
        member.complaint = message
    end
    return AFTER_FAILURE
end

-- Lets one work; seconds until it wants to again.
local function work(member, lines)
    local endpoint = member.endpoint
    for _ = 1, TURNS do
        local event, message = endpoint:step()
        if message then
            return complain(member, lines, message)
        elseif not event then
            return endpoint:timeout()
        end
        lines[#lines + 1] = member.tell(event)
    end
    return 0
end

-- Runs it with what is printed meanwhile, by hooks of the endpoints for instance, among the lines.
local function capture(lines, act, ...)
    local print_before, write_before = print, io.write
    local open = "" -- a line without its end
    local function write(...)
        for _, text in ipairs { ... } do
            open = open .. tostring(text)
        end
        open = open:gsub("([^\n]*)\n", function(line)
            lines[#lines + 1] = line
            return ""
        end)
        return io.stdout
    end
    function _G.print(...)
        local words = table.pack(...)
        for i = 1, words.n do
            words[i] = tostring(words[i])
        end
        write(table.concat(words, "\t"), "\n")
    end
    io.write = write
    local results = table.pack(pcall(act, ...))
    _G.print, io.write = print_before, write_before
    lines[#lines + 1] = open ~= "" and open or nil
    return table.unpack(results, 1, results.n)
end

-- An object that was closed elsewhere is no member any more.
local function drop_closed()
    for i = #members, 1, -1 do
        if not members[i].endpoint.core:is_open() then
            table.remove(members, i)
        end
    end
end

--- One turn of all: what to show or nil, seconds until the next one, and the descriptors that wake it earlier.
function live.turn()
    local lines, descriptors, seconds = {}, {}, LONGEST
    drop_closed()
    for _, member in ipairs { table.unpack(members) } do
        local went, left = capture(lines, work, member, lines)
        seconds = math.min(seconds, went and left or complain(member, lines, tostring(left)))
        descriptors[#descriptors + 1] = member.endpoint:pollfd()
    end
    return lines[1] and table.concat(lines, "\n") or nil, members[1] and seconds or nil, descriptors
end

return live
