-- What goes on while a line is typed: endpoints that were given here work, and what happens to them is told.
local shell = ...
local warifu = require "warifu"
local capture = shell.part "prompt/capture"

local live = {}

local SHORTEST, LONGEST, AFTER_FAILURE = 0.01, 5, 1 -- seconds between two turns
local BURST, WHILE = 20, 10 -- events that anybody may have caused: so many are told in so many seconds
local TURNS = 64 -- events in a row, then the keyboard again
local COUNTDOWN = { 10, 30, 60, 120 } -- seconds before its end that a pairing window is told of

local members = {} -- endpoints, in the order that they came
local strangers = { since = -math.huge, count = 0 }
local complaints = setmetatable({}, { __mode = "k" }) -- endpoint -> the last one
local told = setmetatable({}, { __mode = "k" }) -- device -> the last step of the countdown

local tellers = setmetatable({}, { __mode = "k" }) -- endpoint -> what to show of its events

--- From now on the endpoint works while a line is typed, until it is closed. `teller(event)` gives what is shown of an event,
--- or nil; without one it is what concerns the owner.
function live.add(endpoint, teller)
    tellers[endpoint] = teller
    for _, each in ipairs(members) do
        if each == endpoint then
            return
        end
    end
    members[#members + 1] = endpoint
end

local function drop_closed()
    for i = #members, 1, -1 do
        if not members[i].core:is_open() then
            table.remove(members, i)
        end
    end
end

-- The same complaint once, not at each turn.
local function complain(endpoint, lines, message)
    if message ~= complaints[endpoint] then
        lines[#lines + 1] = "warifu: " .. message
        complaints[endpoint] = message
    end
    return AFTER_FAILURE
end

-- The step of the countdown that a window is at: the seconds that are left and a bit less.
local function step_of(left)
    for _, seconds in ipairs(COUNTDOWN) do
        if left <= seconds then
            return seconds
        end
    end
end

local function count_down(device, lines)
    local left = device:window().left
    local step = left > 0 and step_of(left) or nil
    if step and step ~= told[device] then
        lines[#lines + 1] = ("%s: the pairing window is open for %d s more"):format(device.number, math.ceil(left))
    end
    told[device] = step
    return left > 0 and 1 or math.huge
end

-- Whoever can send datagrams can fill a screen: how many there were beyond what is told.
local function surplus()
    local now = warifu.now()
    if now - strangers.since > WHILE then
        strangers.since, strangers.count = now, 0
    end
    strangers.count = strangers.count + 1
    return strangers.count - BURST
end

-- What to show of an event; a pairing that a verb has made, it has told itself.
local function tell(endpoint, event)
    local events = shell.part "events" -- which asks the controller for names
    local data = events.data(event)
    local is_known = event.kind == "paired" and not endpoint.window
    if is_known or not events.matters(data) then
        return nil
    end
    local over = event.is_protected and 0 or surplus()
    return over <= 0 and events.text(data) or over == 1 and "there is more than is shown here; watch and audit show it" or nil
end

-- Lets one work; seconds until it wants to again.
local function work(endpoint, lines)
    for _ = 1, TURNS do
        local event, message = endpoint:step()
        if message then
            return complain(endpoint, lines, message)
        elseif not event then
            return math.min(endpoint:timeout(), endpoint.window and count_down(endpoint, lines) or math.huge)
        end
        local teller = tellers[endpoint]
        lines[#lines + 1] = teller and teller(event) or not teller and tell(endpoint, event) or nil
    end
    return 0
end

-- Equal lines in a row as one.
local function fold(lines)
    local folded, times = {}, 1
    for i, line in ipairs(lines) do
        times = line == lines[i - 1] and times + 1 or 1
        folded[times == 1 and #folded + 1 or #folded] = times == 1 and line or ("%s (%d times)"):format(line, times)
    end
    return folded
end

--- One turn of all: what to show or nil, seconds until the next one, and the descriptors that wake it earlier.
function live.turn()
    local lines, descriptors, seconds = {}, {}, LONGEST
    drop_closed()
    for _, endpoint in ipairs { table.unpack(members) } do
        local went, left = capture(lines, work, endpoint, lines)
        left = went and left or complain(endpoint, lines, tostring(left))
        seconds = math.max(SHORTEST, math.min(seconds, left))
        descriptors[#descriptors + 1] = endpoint:pollfd()
    end
    return lines[1] and table.concat(fold(lines), "\n") or nil, members[1] and seconds or nil, descriptors
end

return live
