-- What an attacker in the tour's home does to the lock. Each gives what came of it: the lock's reason, the counter that tells,
-- and whether the door is still locked.
local warifu = require "warifu"

local attacks = {}

local UNLOCK = "\xE0\x01\x42" -- EPC, PDC, EDT of the command that opens
local OBJECT, OPEN = 0x026F01, { mainElectricLock = false }
local AFTERWARDS = 2 -- seconds of the home that it takes until all has come
local TOO_LATE = 60

local function report(scene, counter, act)
    local before = scene:count(counter)
    scene:reason()
    local said = act()
    scene.sim:run(AFTERWARDS)
    local error, message = scene:reason()
    return {
        reason = error, message = message, answer = said, counter = counter, counted = scene:count(counter) - before,
        door = scene.lock:get "mainElectricLock" and "locked" or "open",
    }
end

-- Looks in everything that passed for the clear text of the controller's messages.
local function eavesdrop(scene)
    local readable = 0
    for i = scene.private_from, #scene.recorded do
        for _, message in ipairs(scene.messages) do
            readable = readable + (scene.recorded[i].datagram:find(message.inner, 1, true) and 1 or 0)
        end
    end
    return { datagrams = #scene.recorded - scene.private_from + 1, messages = #scene.messages, readable = readable }
end

-- Sends the recorded command to unlock once more, byte for byte, from the controller's address.
local function replay(scene)
    local command = assert(scene:message_with(UNLOCK), "nothing to replay: the lock was never opened")
    local from = scene.sim:addresses(scene.controller)[1]
    return report(scene, "replays_dropped", function()
        assert(scene.sim:inject(from, scene.lock_address, command.datagram))
    end)
end

-- Lets the owner's next command be caught on its way; `catch(datagram)` gives what passes.
local function catch_command(scene, catch)
    local caught = false
    scene.sim:tamper(function(_, receiver, datagram)
        if receiver ~= scene.lock_address or caught then
            return datagram
        end
        caught = true
        return catch(datagram)
    end)
    local _, _, code = scene.controller:peers()[1]:set(OBJECT, OPEN, { timeout = 3 })
    scene.sim:tamper(nil)
    return code
end

-- Turns a bit of the command on its way.
local function tamper(scene)
    return report(scene, "tampered_dropped", function()
        return catch_command(scene, function(datagram)
            return datagram:sub(1, -2) .. string.char(datagram:byte(-1) ~ 1)
        end)
    end)
end

-- Keeps the command, and delivers it when the owner has long given up.
local function delay(scene)
    local held
    local from = scene.sim:addresses(scene.controller)[1]
    return report(scene, "late_refused", function()
        local code = catch_command(scene, function(datagram)
            held = datagram
        end)
        scene.sim:run(TOO_LATE)
        assert(scene.sim:inject(from, scene.lock_address, held))
        return code
    end)
end

-- Somebody in the network who is not paired sends the command in clear.
local function stranger(scene)
    return report(scene, "policy_refused", function()
        local thief <close> = assert(scene.sim:controller { trusted = false })
        local _, _, code = thief:node(scene.lock_address):set(OBJECT, OPEN, { timeout = 3 })
        return code
    end)
end

-- Somebody who found the window open, and has a certificate, but not the code on the label.
local function guess(scene)
    return report(scene, "handshakes_refused", function()
        assert(scene.lock:open_window())
        local thief <close> = assert(scene.sim:controller())
        local wrong = assert(warifu.SetupCode.make(scene.lock.identity))
        local _, _, code = thief:pair(scene.lock_address, { code = wrong, duration = 20 })
        scene.lock.node:close_window()
        return code
    end)
end

--- What came of an attack, for people.
function attacks.text(result)
    if result.readable then
        return ("%d datagrams, %d messages in them, %d of these readable"):format(result.datagrams, result.messages, result.readable)
    end
    local lines = {
        ("the lock says %s: %s"):format(result.reason, result.message), ("its counter %s: +%d"):format(result.counter, result.counted),
        "the door is " .. result.door,
    }
    if result.answer then
        table.insert(lines, 1, "the sender gets " .. result.answer)
    end
    return table.concat(lines, "\n")
end

--- The attacks as functions without arguments, for the lines of the tour.
function attacks.on(scene)
    local bound = {}
    for name, attack in pairs { eavesdrop = eavesdrop, replay = replay, tamper = tamper, delay = delay, stranger = stranger, guess = guess } do
        bound[name] = function()
            return attack(scene)
        end
    end
    return bound
end

return attacks
