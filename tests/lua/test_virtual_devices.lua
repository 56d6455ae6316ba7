-- Virtual devices as nodes: who they are, pairing by the set-up code, what they announce, faults; in a simulated home and
-- over UDP.
local check = require "check"
local warifu = require "warifu"

local virtual = warifu.virtual
local AIRCON, LOCK, LIGHT = "013001", "026F01", "029001"

local function folder()
    local path = os.tmpname()
    os.remove(path)
    return path
end

-- A device in a simulated home and its peer in a controller's hands.
local function paired(options)
    local sim = assert(warifu.sim.Home { seed = 5 })
    options.sim, options.window = sim, 180
    local device = assert(virtual.device(options))
    local controller = assert(sim:controller())
    local peer = assert(controller:pair(sim:addresses(device.node)[1], { code = device.code }))
    return sim, device, controller, peer
end

-- The values of a property that a controller hears in so many seconds.
local function heard(controller, seconds, name)
    local values = {}
    for event in controller:watch(seconds) do
        if event.kind == "notification" and event.values and event.values[name] ~= nil then
            values[#values + 1] = event.values[name]
        end
    end
    return values
end

local cases = {}

function cases.one_line_makes_a_device_that_pairs_by_its_set_up_code()
    local sim = assert(warifu.sim.Home { seed = 5 })
    local device = assert(virtual.device { class = "electricLock", sim = sim, window = 180 })
    check.equal(device.code:belongs_to(device.identity), true)
    local controller = assert(sim:controller())
    local address = sim:addresses(device.node)[1]
    check.equal(select(3, controller:pair(address, { number = device.number })), "CODE_NEEDED")
    local peer = assert(controller:pair(address, { code = device.code:text() }))
    check.equal(peer.number, device.number)
    check.equal(assert(peer:get(LOCK, "mainElectricLock")).mainElectricLock, true)
end

function cases.without_a_window_nobody_pairs()
    local sim = assert(warifu.sim.Home { seed = 5 })
    local device = assert(virtual.device { class = "electricLock", sim = sim })
    local controller = assert(sim:controller())
    local address = sim:addresses(device.node)[1]
    check.equal(select(3, controller:pair(address, { code = device.code, duration = 20 })), "WINDOW_CLOSED")
    assert(device:open_window())
    assert(controller:pair(address, { code = device.code }))
end

function cases.what_follows_from_a_set_is_there_at_once()
    local _, _, _, peer = paired { class = "generalLighting" }
    check.equal(assert(peer:get(LIGHT, "instantaneousElectricPowerConsumption")).instantaneousElectricPowerConsumption, 8)
    assert(peer:set(LIGHT, { lightLevel = 50 }))
    check.equal(assert(peer:get(LIGHT, "instantaneousElectricPowerConsumption")).instantaneousElectricPowerConsumption, 4)
end

function cases.only_real_changes_are_announced()
    local _, device, controller, peer = paired { class = "homeAirConditioner", values = { roomTemperature = 28 } }
    local before = #heard(controller, 0, "roomTemperature")
    local temperatures = heard(controller, 3600, "roomTemperature")
    check.equal(before, 0)
    check.equal(table.concat(temperatures, " "), "27 26") -- an hour of drift, and two whole degrees
    assert(peer:set(AIRCON, { targetTemperature = 26 })) -- as it is
    check.equal(#heard(controller, 60, "targetTemperature"), 0)
    assert(device:put("targetTemperature", 24))
    check.equal(heard(controller, 60, "targetTemperature")[1], 24)
end

function cases.what_the_map_does_not_list_is_not_announced()
    local _, _, controller = paired { class = "homeAirConditioner" }
    check.equal(#heard(controller, 3600, "humidity"), 0)
    check.equal(#heard(controller, 3600, "consumedCumulativeElectricEnergy"), 0)
end

function cases.a_door_locks_itself_and_tells()
    local _, _, controller, peer = paired { class = "electricLock" }
    assert(peer:set(LOCK, { mainElectricLock = false }))
    check.equal(assert(peer:get(LOCK, "mainElectricLock")).mainElectricLock, false)
    local told = heard(controller, 60, "mainElectricLock")
    check.equal(told[#told], true)
end

function cases.values_given_at_the_start_and_put_later_are_what_it_has()
    local _, device, _, peer = paired { class = "evCharger", values = { remainingCapacity3 = 80, plugged = false } }
    local values = assert(peer:get("02A101", "remainingCapacity3", "chargeStatus"))
    check.equal(values.remainingCapacity3, 80)
    check.equal(values.chargeStatus, "notConnected")
    assert(device:put("plugged", true))
    check.equal(device:get "plugged", true)
    check.equal(assert(peer:get("02A101", "chargeStatus")).chargeStatus, "chargeable")
end

function cases.what_is_no_value_or_no_property_is_an_expected_failure()
    local sim = assert(warifu.sim.Home())
    local function failure(values)
        return select(3, virtual.device { class = "homeAirConditioner", sim = sim, values = values })
    end
    check.equal(failure { targetTemperature = 99 }, "WRONG_VALUE")
    check.equal(failure { ventilationFunction = "off" }, "NO_PROPERTY")
    check.equal(failure { colour = "red" }, "NOT_IN_DICTIONARY")
    check.equal(pcall(virtual.device, { class = "homeAirConditioner", colour = "red" }), false)
    check.equal(pcall(virtual.device, {}), false)
end

function cases.on_set_hears_and_may_refuse()
    local told
    local _, _, _, peer = paired { class = "generalLighting", on_set = function(eoj, epc, old, new)
        told = ("%06X %02X %02X %02X"):format(eoj, epc, old:byte(), new:byte())
        return new ~= "\x00"
    end }
    assert(peer:set(LIGHT, { lightLevel = 30 }))
    check.equal(told, "029001 B0 64 1E")
    check.equal(select(3, peer:set(LIGHT, { lightLevel = 0 })), "REFUSED")
    check.equal(assert(peer:get(LIGHT, "lightLevel")).lightLevel, 30)
end

function cases.a_set_says_by_whom()
    local sim, device, controller, peer = paired { class = "generalLighting", policy = "open" }
    local function setter()
        for event in device.node:watch(1) do
            if event.kind == "property_set" then
                return event
            end
        end
    end
    assert(peer:set(LIGHT, { lightLevel = 30 }))
    local event = setter()
    check.equal(event.peer.number, controller.number)
    check.equal(event.is_protected, true)
    local stranger = assert(sim:controller { trusted = false })
    assert(stranger:node(sim:addresses(device.node)[1]):set(LIGHT, { lightLevel = 40 }))
    event = setter()
    check.equal(event.peer, nil)
    check.equal(event.address, sim:addresses(stranger)[1])
    check.equal(event.is_protected, false)
end

function cases.several_appliances_live_in_one_device_as_instances()
    local _, device, _, peer = paired { appliances = {
        { class = "generalLighting", values = { lightLevel = 10 } }, { class = "generalLighting" }, { class = "electricLock" },
    } }
    check.equal(#device.appliances, 3)
    check.equal(assert(peer:get("029001", "lightLevel")).lightLevel, 10)
    check.equal(assert(peer:get("029002", "lightLevel")).lightLevel, 100)
    check.equal(assert(peer:get(LOCK, "mainElectricLock")).mainElectricLock, true)
end

function cases.a_plain_device_keeps_its_number_too_and_answers_in_clear()
    local state, port = folder(), 20000 + math.random(40000)
    local function open()
        return assert(virtual.device { class = "generalLighting", state = state, plain = true, address = "127.0.0.41", port = port })
    end
    local first = open()
    local number = first.number
    check.equal(first.code, nil)
    check.equal(select(3, first:open_window()), "STATE")
    first:close()
    local again <close> = open()
    check.equal(again.number, number)
    check.equal(again.node.number, number)
    os.execute("rm -r '" .. state .. "'")
end

function cases.a_state_directory_keeps_number_identity_and_code()
    local state, port = folder() .. "/devices/lamp", 20000 + math.random(40000)
    local function open()
        return assert(virtual.device { class = "generalLighting", state = state, address = "127.0.0.41", port = port })
    end
    local first = open()
    local number, text, path = first.number, first.code:text(), first.code_path
    first:close()
    local again <close> = open()
    check.equal(again.number, number)
    check.equal(again.code:text(), text)
    check.equal(path, state .. "/setup-code")
    check.equal(assert(warifu.SetupCode.load(path)):text(), text)
    os.execute("rm -r '" .. state .. "'")
end

function cases.loss_and_silence_are_faults_that_end_when_they_are_told()
    local _, device, _, peer = paired { class = "generalLighting" }
    device:fault { silent = true }
    check.equal(device:faults(), "silent")
    check.equal(select(3, peer:get(LIGHT, "lightLevel", { timeout = 3 })), "NO_ANSWER")
    device:fault { silent = false }
    check.equal(assert(peer:get(LIGHT, "lightLevel")).lightLevel, 100)
    device:fault { loss = 0.4 }
    local came = 0
    for _ = 1, 40 do
        came = came + (peer:get(LIGHT, 0xB0, { timeout = 2 }) and 1 or 0)
    end
    check.equal(came > 4 and came < 25, true) -- 0.6 * 0.6 of them
    device:fault { loss = 1 }
    check.equal(select(3, peer:get(LIGHT, "lightLevel", { timeout = 3 })), "NO_ANSWER")
end

function cases.a_delay_delays()
    local sim, device, _, peer = paired { class = "generalLighting" }
    device:fault { delay = { 0.4, 0.5 } }
    local began = sim:now()
    assert(peer:get(LIGHT, 0xB0))
    local took = sim:now() - began
    check.equal(took >= 0.8 and took < 1.1, true) -- there and back
end

function cases.wrong_values_are_not_those_it_has_and_the_maps_stay_right()
    local _, device, _, peer = paired { class = "homeAirConditioner" }
    device:fault { wrong = true }
    local wrong = assert(peer:get(AIRCON, "targetTemperature", "operationMode", "operationStatus"))
    check.equal(wrong.targetTemperature, warifu.dictionary.OVERFLOW) -- a code that is no number
    check.equal(wrong.operationMode ~= "cooling" and wrong.operationStatus, false)
    check.equal(#assert(peer:get(AIRCON, 0x9F))[0x9F] > 1, true)
    device:fault { wrong = false }
    check.equal(assert(peer:get(AIRCON, "targetTemperature")).targetTemperature, 26)
end

function cases.a_low_battery_is_a_fault_status_that_is_announced()
    local _, device, controller, peer = paired { class = "electricLock" }
    device:fault { battery = "low" }
    check.equal(heard(controller, 5, "faultStatus")[1], true)
    local values = assert(peer:get(LOCK, "faultStatus", "replaceBatteryLevel"))
    check.equal(values.faultStatus and values.replaceBatteryLevel, true)
    device:fault(assert(virtual.faults { "none" }))
    check.equal(assert(peer:get(LOCK, "faultStatus")).faultStatus, false)
    check.equal(device:faults(), "none")
end

function cases.faults_are_read_as_people_type_them()
    local options = assert(virtual.faults { "loss=0.2", "delay=0.5-2", "silent", "wrong=off", "battery=low" })
    check.equal(options.loss .. " " .. options.delay[1] .. " " .. options.delay[2], "0.2 0.5 2")
    check.equal(options.silent, true)
    check.equal(options.wrong, false)
    check.equal(options.battery, "low")
    for _, word in ipairs { "los=1", "loss=2", "loss=x", "delay=9-1", "battery=half", "loss" } do
        check.equal(select(3, virtual.faults { word }), "ARGUMENT")
    end
end

function cases.over_udp_faults_act_while_it_runs()
    local port = 20000 + math.random(40000)
    warifu.scheduler.run(function()
        local device <close> = assert(virtual.device {
            class = "electricLock", address = "127.0.0.42", port = port, window = 180,
        })
        local identity = assert(assert(warifu.Authority.create "Somebody"):issue "controller")
        local controller <close> = assert(warifu.Controller { identity = identity, address = "127.0.0.43", port = port })
        local peer = assert(controller:pair("127.0.0.42", { code = device.code }))
        check.equal(assert(peer:get(LOCK, "mainElectricLock")).mainElectricLock, true)
        device:fault { silent = true }
        check.equal(select(3, peer:get(LOCK, "mainElectricLock", { timeout = 1 })), "NO_ANSWER")
        device:fault { silent = false, delay = 0.2 }
        local began = warifu.now()
        assert(peer:set(LOCK, { mainElectricLock = false }))
        check.equal(warifu.now() - began >= 0.4, true)
        check.equal(device:get "mainElectricLock", false)
    end)
end

check.main(cases)
