-- Every service of ECHONET Lite from Lua, in clear and under a session.
local check = require "check"
local warifu = require "warifu"

local AIRCON, LAMP, CONTROLLER, PROFILE = 0x013001, 0x029001, 0x05FF01, 0x0EF001
local POWER, TARGET, ROOM, SECRET = 0x80, 0xB3, 0xBB, 0xF1

local function objects()
    local lamp = { [POWER] = { value = "\x30", access = "get set inf" } }
    return {
        ["013001"] = {
            [TARGET] = { value = "\x18", access = "get set inf" },
            [ROOM] = { value = "\x15", access = "get inf" },
        },
        ["029001"] = lamp,
        ["029002"] = lamp,
    }
end

-- A device, a controller, and each as the other has it: as a peer, or in clear.
local function pair(trusted)
    local home = assert(warifu.sim.Home())
    local policy = trusted and "strict" or "open"
    local device = assert(home:device {
        trusted = trusted,
        policy = policy,
        objects = objects(),
        on_set = function(_, _, _, new) return new:byte() < 99 end,
    })
    local controller = assert(home:controller { trusted = trusted, policy = policy, gap = 0 })
    if not trusted then
        local node = controller:node(home:addresses(device)[1])
        return home, device, controller, node
    end
    device:open_window()
    local peer = assert(controller:pair(home:addresses(device)[1], { number = device.number }))
    return home, device, controller, peer
end

local cases = {}

local function both(name, case)
    cases[name .. "_in_clear"] = function() case(pair(false)) end
    cases[name .. "_under_a_session"] = function() case(pair(true)) end
end

both("every_instance_is_read", function(_, _, _, there)
    local each = assert(there:get_each(LAMP, { POWER }))
    check.equal(each[LAMP][POWER], "\x30")
    check.equal(each[LAMP + 1][POWER], "\x30")
    check.equal(each[AIRCON], nil)
    local none, _, code = there:get_each(0x026001, { POWER }, { timeout = 1 })
    check.equal(none, nil)
    check.equal(code, "NO_ANSWER")
end)

both("seti_is_done_and_a_refusal_told", function(_, device, _, there)
    check.equal(assert(there:set_i(AIRCON, { [TARGET] = "\x1A" })), true)
    check.equal(device:get_own(AIRCON, TARGET), "\x1A")
    local none, message, code = there:set_i(AIRCON, { [TARGET] = "\x70" })
    check.equal(none, nil)
    check.equal(code, "REFUSED")
    check.equal(message:find("B3", 1, true) ~= nil, true)
end)

both("inf_req_gives_values", function(_, _, _, there)
    check.equal(assert(there:inf_req(AIRCON, { TARGET, ROOM }))[ROOM], "\x15")
    local none, _, code, came = there:inf_req(AIRCON, { TARGET, SECRET })
    check.equal(none, nil)
    check.equal(code, "REFUSED")
    check.equal(came[TARGET], "\x18")
end)

local function heard(endpoint, eoj)
    for event in endpoint:watch(5) do
        if event.kind == "notification" and event.eoj == eoj then
            return event.properties
        end
    end
end

both("inf_and_infc_reach_one_node", function(home, device, controller, there)
    local back = device:peers()[1]
    if not back then -- in clear it is an address
        back = setmetatable({ owner = device, address = home:addresses(controller)[1] }, getmetatable(there))
    end
    check.equal(assert(back:inf(AIRCON, { ROOM })), true)
    check.equal(heard(controller, AIRCON)[ROOM], "\x15")
    check.equal(assert(back:infc(AIRCON, { TARGET })), true)
    check.equal(heard(controller, AIRCON)[TARGET], "\x18")
    check.equal(assert(there:infc(CONTROLLER, { POWER })), true)
    check.equal(heard(device, CONTROLLER)[POWER], "\x30")
    local none, _, code = back:infc(AIRCON, { SECRET })
    check.equal(none, nil)
    check.equal(code, "NO_PROPERTY")
end)

both("inf_reaches_everybody", function(_, device, controller)
    check.equal(assert(device:inf(AIRCON, { ROOM })), true)
    check.equal(heard(controller, AIRCON)[ROOM], "\x15")
end)

both("a_message_gets_its_answers_as_they_are", function(_, _, controller, there)
    local answers, _, code = controller:request("Get", AIRCON, { TARGET, SECRET }, { to = there })
    check.equal(#answers, 1)
    check.equal(code, "REFUSED")
    check.equal(answers[1].service, "Get_SNA")
    check.equal(answers[1].eoj, AIRCON)
    check.equal(answers[1].properties[1].edt, "\x18")
    check.equal(answers[1].properties[2].edt, "")
    answers = assert(controller:request("SetGet", AIRCON, { { epc = TARGET, edt = "\x10" } }, { to = there, gets = { TARGET } }))
    check.equal(answers[1].service, "SetGet_Res")
    check.equal(answers[1].gets[1].edt, "\x10")
    check.equal(#assert(controller:request("Get", 0x029000, { POWER }, { to = there })), 2)
    check.equal(#assert(controller:request("INF", PROFILE, { { epc = POWER, edt = "\x30" } }, { to = there })), 0)
    check.equal(assert(controller:request("INFC", PROFILE, { { epc = POWER, edt = "\x30" } }, { to = there }))[1].service, "INFC_Res")
    check.equal(pcall(controller.request, controller, "GetAll", AIRCON, { POWER }), false)
end)

function cases.everybody_is_asked()
    local _, _, controller = pair(false)
    local answers = assert(controller:request("Get", AIRCON, { ROOM }))
    check.equal(#answers, 1)
    check.equal(answers[1].properties[1].edt, "\x15")
    check.equal(#assert(controller:request("Get", 0x026001, { ROOM }, { timeout = 1 })), 0)
end

both("what_a_read_map_excludes_is_not_asked_for_among_many", function(_, device, _, there)
    assert(there:get_many(AIRCON, { 0x9F }))
    check.equal(assert(there:get_many(AIRCON, { TARGET, SECRET }))[SECRET].status, "unlisted")
    assert(device:add_property(AIRCON, SECRET, "\x07"))
    check.equal(assert(there:get_many(AIRCON, { TARGET, SECRET }, { force = true }))[SECRET].value, "\x07")
    check.equal(assert(there:get(AIRCON, SECRET))[SECRET], "\x07")
end)

function cases.a_device_in_both_families_is_one_node()
    local home = assert(warifu.sim.Home())
    local device = assert(home:device { address = { "10.0.0.99", "fd00::99" }, objects = objects() })
    local controller = assert(home:controller { address = { "10.0.0.98", "fd00::98" } })
    local nodes = assert(controller:discover())
    check.equal(#nodes, 1)
    check.equal(nodes[1].address, "10.0.0.99:3610")
    check.equal(nodes[1].other_address, "[fd00::99]:3610")
    check.equal(nodes[1].number, device.number)
    check.equal(nodes[1].da.is_device, true)
    local known = controller:known()
    check.equal(#known, 1)
    check.equal(known[1].other_address, "[fd00::99]:3610")
end

check.main(cases)
