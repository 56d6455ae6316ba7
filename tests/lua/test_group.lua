-- The group of a controller: what one record says to all, and who has signed what.
local check = require "check"
local warifu = require "warifu"

local AIRCON, POWER = 0x013001, 0x80

local function aircon(more)
    local options = {
        objects = { [AIRCON] = { [POWER] = { value = "\x31", access = "get set inf" }, [0xB3] = "\x18" } },
    }
    for key, value in pairs(more or {}) do
        options[key] = value
    end
    return options
end

local function home_of_two(more)
    local home = assert(warifu.sim.Home { seed = 1 })
    local controller = assert(home:controller())
    local devices, peers = {}, {}
    for i = 1, 2 do
        devices[i] = assert(home:device(aircon(more)))
        assert(devices[i]:open_window())
        peers[i] = assert(controller:pair(home:addresses(devices[i])[1], { number = devices[i].number }))
    end
    home:run(5)
    return home, controller, devices, peers
end

local function next_notification(endpoint)
    for event in endpoint:watch(10) do
        if event.kind == "notification" and event.is_protected then
            return event
        end
    end
end

local cases = {}

function cases.whoever_pairs_is_in_the_group()
    local home <close>, controller, devices = home_of_two()
    local state = controller:group():state()
    check.equal(state.members, 2)
    check.equal(state.waiting, 0)
    check.equal(state.manager, nil)
    local seen = devices[1]:groups()[1]
    check.equal(seen.id, state.id)
    check.equal(seen.manager.number, controller.number)
end

function cases.a_notification_names_the_sender_who_signed_it()
    local home <close>, controller, devices, peers = home_of_two()
    assert(devices[2]:put(AIRCON, POWER, "\x30"))
    local event = next_notification(controller)
    check.equal(event.peer, peers[2])
    check.equal(event.signed_by, peers[2].fingerprint)
    check.equal(event.values.operationStatus, true)
end

function cases.one_record_sets_all_objects_of_a_class()
    local home <close>, controller, devices, peers = home_of_two()
    local answers = assert(controller:group():set("homeAirConditioner", { operationStatus = true }))
    check.equal(#answers, 2)
    check.equal(answers[1].is_refusal or answers[2].is_refusal, false)
    check.equal(answers[1].peer == peers[1] or answers[2].peer == peers[1], true)
    for _, device in ipairs(devices) do
        check.equal(device:get_own(AIRCON, POWER), "\x30")
    end
end

function cases.all_objects_of_a_class_are_read_by_name()
    local home <close>, controller = home_of_two()
    local answers = assert(controller:group():get(0x0130, { "operationStatus", 0xB3 }))
    check.equal(#answers, 2)
    check.equal(answers[1].values.operationStatus, false)
    check.equal(answers[2].properties[0xB3], "\x18")
end

function cases.new_keys_come_on_demand()
    local home <close>, controller, devices = home_of_two()
    local before = controller:group():state().id
    check.equal(controller:group():renew(), true)
    home:run(5)
    local after = controller:group():state()
    check.equal(after.id ~= before and after.members, 2)
    check.equal(devices[2]:groups()[1].id, after.id)
end

function cases.a_member_that_listens_hears_the_others()
    local home <close>, _, devices, peers = home_of_two { listens = 3 }
    assert(devices[1]:put(AIRCON, POWER, "\x30"))
    local event = next_notification(devices[2])
    check.equal(event.signed_by, peers[1].fingerprint)
    check.equal(event.peer, nil)
    check.equal(event.is_protected, true)
end

function cases.a_member_that_speaks_in_anothers_name_is_refused_and_reported()
    local home <close>, controller, devices, peers = home_of_two()
    check.equal(home:forge(devices[1], devices[2], AIRCON, { [POWER] = "\x30" }), true)
    local seen
    for event in controller:watch(2) do
        check.equal(event.kind == "notification" and event.is_protected, false)
        seen = event.kind == "security" and event or seen
    end
    check.equal(seen.error, "SIGNATURE")
    check.equal(seen.peer, peers[2])
    check.equal(seen.address, home:addresses(devices[1])[1])
end

function cases.without_peers_nobody_is_there()
    local home <close> = assert(warifu.sim.Home { seed = 1 })
    local controller = assert(home:controller())
    local answers, message, code = controller:group():get(0x0130, { POWER })
    check.equal(answers, nil)
    check.equal(code, "NO_SESSION")
    check.equal(type(message), "string")
    check.equal(controller:group():state(), nil)
end

function cases.without_groups_there_is_nothing_to_renew()
    local home <close> = assert(warifu.sim.Home { seed = 1 })
    local controller = assert(home:controller { groups = false })
    local done, _, code = controller:group():renew()
    check.equal(done, nil)
    check.equal(code, "STATE")
end

function cases.what_is_given_wrongly_is_named()
    local home <close>, controller = home_of_two()
    local went, problem = pcall(controller.group(controller).get, controller:group(), 0x0130, POWER)
    check.equal(went, false)
    check.equal(problem:find("keys", 1, true) ~= nil, true)
    went, problem = pcall(home.device, home, aircon { listens = 256 })
    check.equal(went, false)
    check.equal(problem:find("listens", 1, true) ~= nil, true)
end

check.main(cases)
