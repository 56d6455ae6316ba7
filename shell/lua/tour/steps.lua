-- The steps of the tour: each has the line that is run, as somebody would type it, and how its result is checked. `check`
-- gives what is wrong, or nothing. The words are in english.lua and japanese.lua, by the same names.
local warifu = require "warifu"

local READ = "\x02\x6F\x01\x62\x01\xE0\x00" -- to 026F01: Get E0

local steps = {}

local function add(name, line, check)
    steps[#steps + 1] = { name = name, line = line, check = check }
end

local function done(status)
    return status ~= 0 and "its exit status is " .. status or nil
end

add("discover", "discover", function(scene, status)
    local found = {}
    for _, node in ipairs(scene.controller:known()) do
        found[node.number or ""] = true
    end
    for _, device in ipairs(scene.house.devices) do
        if not found[device.number] then
            return device.name .. " was not found"
        end
    end
    return done(status)
end)

add("before", "get lock mainElectricLock", function(scene, status)
    return status == 0 and "a stranger could read the lock" or #scene.controller:peers() > 0 and "it is paired" or nil
end)

add("window", "lock:open_window(180)", function(scene)
    return scene.lock.node:window().left < 170 and "the window is closed" or nil
end)

add("pair", function(scene) return "pair lock --code " .. scene.code_file end, function(scene, status)
    local ours, theirs = scene.controller:peers()[1], scene.lock.node:peers()[1]
    if not ours or not theirs then
        return "they are not paired"
    elseif ours.number ~= scene.lock.number or theirs.number ~= scene.controller.number then
        return "it is somebody else"
    end
    return done(status)
end)

add("get", "get lock mainElectricLock doorOpened", function(scene, status)
    return not scene:message_with(READ:sub(1, 3)) and "nothing was asked for under the session" or done(status)
end)

add("set", "set lock mainElectricLock=false", function(scene, status)
    return scene.lock:get "mainElectricLock" and "the door is still locked" or done(status)
end)

add("watch", "watch lock mainElectricLock --count 2 --for 60", function(scene, status)
    return not scene.lock:get "mainElectricLock" and "the door is still open" or done(status)
end)

add("bytes", function(scene)
    scene.controller:peers()[1]:get("026F01", 0xE0)
    scene.shown = scene:message_with(READ)
    return "decode " .. warifu.codec.hex(scene.shown.datagram)
end, function(scene, status)
    local text = warifu.codec.decode(scene.shown.datagram) or ""
    return not text:find "^Device Authentication" and "it is no record" or done(status)
end)

add("inside", function(scene)
    local inner = scene.shown.inner
    return "decode " .. warifu.codec.hex(inner:sub(1, 2) == "\x10\x81" and inner or "\x10\x81\0\1" .. inner)
end, function(_, status)
    return done(status)
end)

add("eavesdrop", "attack.eavesdrop()", function(_, status, result)
    if not result or result.messages < 5 or result.datagrams < 20 then
        return "there was nothing to hear"
    end
    return result.readable > 0 and "some of it could be read" or done(status)
end)

-- An attack fails for that reason, the lock has counted it, and the door is locked.
local function fails(reason)
    return function(_, status, result)
        if not result or result.counted == 0 then
            return "the lock did not notice it"
        elseif result.reason ~= reason then
            return ("its reason is %s, not %s"):format(result.reason, reason)
        elseif result.door ~= "locked" then
            return "the door is open"
        end
        return done(status)
    end
end

add("replay", "attack.replay()", fails "REPLAYED")
add("tamper", "attack.tamper()", fails "TAG")
add("delay", "attack.delay()", fails "TOO_LATE")
add("stranger", "attack.stranger()", fails "POLICY")
add("guess", "attack.guess()", fails "WRONG_CODE")

add("unpair", "unpair lock", function(scene, status)
    if #scene.controller:peers() > 0 or #scene.lock.node:peers() > 0 then
        return "one of them still has the pairing"
    end
    return done(status)
end)

return steps
