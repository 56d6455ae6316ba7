-- warifu.sim: the very classes Controller and Device in a home that is simulated.
local check = require "check"
local warifu = require "warifu"

local AIRCON, POWER, TARGET = 0x013001, 0x80, 0xB3

local function aircon(more)
    local options = {
        objects = {
            [AIRCON] = {
                [POWER] = { value = "\x30", access = "get set inf" },
                [TARGET] = { value = "\x18", access = "get set inf" },
            },
        },
    }
    for key, value in pairs(more or {}) do
        options[key] = value
    end
    return options
end

local function pair(home, controller, device)
    local opened, message, code = device:open_window()
    if not opened then
        return nil, message, code
    end
    return controller:pair(home:addresses(device)[1], { number = device.number })
end

local function failure(code, result, message, got)
    check.equal(result, nil)
    check.equal(got, code)
    check.equal(type(message), "string")
end

-- What went over the network in a bad night, as one text.
local function night(seed)
    local home <close> = assert(warifu.sim.Home {
        seed = seed, loss = 0.2, duplication = 0.1, reordering = 0.1, delay = { 0.001, 0.05 },
    })
    local records = home:record()
    local device, controller = assert(home:device(aircon())), assert(home:controller())
    local peer = assert(pair(home, controller, device))
    for _ = 1, 5 do
        peer:get(AIRCON, POWER)
        home:run(60)
    end
    local lines = {}
    for i, record in ipairs(records) do
        lines[i] = ("%.3f %s %s %s %s"):format(record.seconds, record.fate, record.sender, record.receiver,
            record.datagram)
    end
    return table.concat(lines, "\n"), home:counts()
end

local cases = {}

function cases.pairing_reading_and_setting_take_virtual_time_only() -- an hour of it: more than a test may take
    local home <close> = assert(warifu.sim.Home { seed = 1, delay = 1 })
    local device, controller = assert(home:device(aircon())), assert(home:controller())
    local peer = assert(pair(home, controller, device))
    check.equal(home:now() > 4, true)
    check.equal(assert(peer:get(AIRCON, POWER))[POWER], "\x30")
    check.equal(peer:set(AIRCON, { [TARGET] = "\x1a" }), true)
    check.equal(device:get_own(AIRCON, TARGET), "\x1a")
    home:run(3600)
    check.equal(home:now() > 3600, true)
end

function cases.pairing_gets_through_heavy_loss()
    for seed = 1, 8 do
        local home <close> = assert(warifu.sim.Home { seed = seed, loss = 0.3, delay = { 0.001, 0.05 } })
        local device, controller = assert(home:device(aircon())), assert(home:controller())
        assert(pair(home, controller, device))
        check.equal(home:now() < 180, true)
        check.equal(home:counts().lost > 0, true)
    end
end

function cases.a_seed_brings_back_every_byte_at_its_time()
    local first, counts = night(3)
    check.equal(first == night(3), true)
    check.equal(first == night(4), false)
    check.equal(counts.lost > 0 and counts.duplicated > 0 and counts.delivered > 0, true)
end

function cases.discovery_and_notifications_reach_a_controller()
    local home <close> = assert(warifu.sim.Home())
    local device = assert(home:device(aircon()))
    local plain = assert(home:device(aircon { trusted = false, address = { "fe80::7" } }))
    local controller = assert(home:controller { address = { "10.1.1.1", "fe80::1" } })
    local nodes = assert(controller:discover())
    check.equal(#nodes, 2)
    check.equal(home:addresses(plain)[1], "[fe80::7%1]:3610")
    local peer = assert(pair(home, controller, device))
    device:put(AIRCON, TARGET, "\x1c")
    local event
    repeat
        event = assert(controller:next_event(10))
    until event.kind == "notification" and event.properties[TARGET]
    check.equal(event.properties[TARGET], "\x1c")
    check.equal(event.peer, peer)
end

function cases.a_power_cut_at_any_write_of_a_pairing_heals()
    for _, victim in ipairs { "device", "controller" } do
        local at, went = 0, nil
        repeat
            at = at + 1
            local home <close> = assert(warifu.sim.Home { seed = at })
            local device, controller = assert(home:device(aircon())), assert(home:controller())
            local store = home:store(victim == "device" and device or controller)
            store:cut_at(at)
            local peer = pair(home, controller, device)
            went = not store:has_power()
            if went and victim == "device" then
                device = assert(home:power_on(device))
            elseif went then
                controller = assert(home:power_on(controller))
            end
            if went then
                home:run(180)
                peer = controller:peers()[1]
                if not peer or #device:peers() == 0 then
                    peer = assert(pair(home, controller, device))
                end
            end
            check.equal(assert(peer):get(AIRCON, POWER)[POWER], "\x30")
        until not went
        check.equal(at > 1, true)
    end
end

function cases.a_cut_of_its_own_power_ends_a_call_as_closed()
    local home <close> = assert(warifu.sim.Home())
    local device, controller = assert(home:device(aircon())), assert(home:controller())
    home:store(controller):cut_at(1)
    failure("CLOSED", pair(home, controller, device))
    check.equal(tostring(controller), "warifu.Controller (closed)")
end

function cases.a_device_comes_back_with_its_pairing_and_a_backup_with_the_old_one()
    local home <close> = assert(warifu.sim.Home())
    local device, controller = assert(home:device(aircon())), assert(home:controller())
    local empty = home:store(device):clone()
    local peer = assert(pair(home, controller, device))
    home:cut_power(device)
    failure("NO_ANSWER", peer:get(AIRCON, POWER))
    device = assert(home:power_on(device))
    check.equal(assert(peer:get(AIRCON, POWER))[POWER], "\x30")
    check.equal(#device:peers(), 1)
    home:cut_power(device)
    assert(home:store(device):restore(empty))
    device = assert(home:power_on(device))
    check.equal(#device:peers(), 0)
end

function cases.cables_parts_and_moves_keep_nodes_from_each_other()
    local home <close> = assert(warifu.sim.Home())
    local device, controller = assert(home:device(aircon())), assert(home:controller())
    local function found()
        return #assert(controller:discover())
    end
    check.equal(found(), 1)
    home:disconnect(device)
    check.equal(found(), 0)
    home:connect(device)
    home:split({ device })
    check.equal(found(), 0)
    home:split()
    home:set_faults { loss = 1, sender = device, receiver = controller }
    check.equal(found(), 0)
    home:set_faults { sender = device, receiver = controller }
    assert(home:move(device, "10.9.9.9"))
    check.equal(assert(controller:discover())[1].address, "10.9.9.9:3610")
end

function cases.tampering_and_injection_are_noticed()
    local home <close> = assert(warifu.sim.Home())
    local device, controller = assert(home:device(aircon())), assert(home:controller())
    local peer = assert(pair(home, controller, device))
    local spoiled = 0
    home:tamper(function(sender, _, datagram)
        if sender == home:addresses(device)[1] and spoiled == 0 then
            spoiled = 1
            return datagram:sub(1, -2) .. string.char(datagram:byte(-1) ~ 1)
        end
        return datagram
    end)
    assert(peer:get(AIRCON, POWER))
    check.equal(controller:counters().tampered_dropped, 1)
    home:tamper(nil)
    local records = home:record()
    assert(peer:get(AIRCON, POWER))
    home:stop_recording()
    local answer = records[#records]
    check.equal(answer.fate, "delivered")
    assert(home:inject(answer.sender, answer.receiver, answer.datagram))
    home:run(1)
    check.equal(controller:counters().replays_dropped, 1)
    check.equal(home:counts().injected, 1)
end

function cases.a_wait_that_nothing_can_end_is_told_instead_of_hanging()
    local home <close> = assert(warifu.sim.Home())
    local device = assert(home:device(aircon { trusted = false }))
    local ok, message = pcall(device.next_event, device)
    check.equal(ok, false)
    check.equal(message:find "nothing will ever happen" ~= nil, true)
end

function cases.mistakes_are_named()
    local home <close> = assert(warifu.sim.Home())
    local function misuse(wanted, f, ...)
        local ok, message = pcall(f, ...)
        check.equal(ok, false)
        check.equal(message:match "bad argument '([^']*)'", wanted)
    end
    misuse("weather", warifu.sim.Home, { weather = 1 })
    misuse("loss", warifu.sim.Home, { loss = 30 })
    misuse("state", home.device, home, { state = "/nowhere" })
    misuse("endpoint", home.cut_power, home, {})
    misuse("receiver", home.set_faults, home, { loss = 1, sender = assert(home:device()) })
    failure("ARGUMENT", home:device { address = home:addresses(home.endpoints[1])[1] })
end

check.main(cases)
