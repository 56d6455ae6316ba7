-- One object of another node: the node's methods without an EOJ.
local check = require "check"
local warifu = require "warifu"

local home = assert(warifu.sim.Home())
local device = assert(home:device {
    objects = {
        ["013001"] = {
            [0x80] = { value = "\x30", access = "get set inf" }, [0xB3] = { value = "\x14", access = "get set" },
            [0xBB] = "\x18", [0xF5] = "\x01",
        },
        ["013002"] = { [0xBB] = "\x19" },
    },
})
local controller = assert(home:controller())
device:open_window()
local peer = assert(controller:pair(home:addresses(device)[1], { number = device.number }))

local function failure(code, result, message, got)
    check.equal(result, nil)
    check.equal(type(message), "string")
    check.equal(got, code)
end

local cases = {}

function cases.an_object_is_named_by_its_eoj_or_its_class()
    for _, object in ipairs { peer:object "013001", peer:object(0x013001), peer:object "homeAirConditioner" } do
        check.equal(object.eoj, 0x013001)
        check.equal(object.node, peer)
    end
    check.equal(peer:object("homeAirConditioner", 2).eoj, 0x013002)
    failure("NOT_IN_DICTIONARY", peer:object "coffeeMachine")
    check.equal(tostring(peer:object(0x013001)):find "^warifu.Object %(013001 of warifu.Node" ~= nil, true)
end

function cases.a_single_property_is_its_value_and_several_are_a_table()
    local aircon = assert(peer:object "homeAirConditioner")
    check.equal(aircon:get "roomTemperature", 24)
    check.equal(aircon:get(0xBB), "\x18")
    check.equal(aircon:get "BB", "\x18")
    check.equal(aircon:get("roomTemperature", { timeout = 5 }), 24)
    local both = assert(aircon:get("roomTemperature", "targetTemperature"))
    check.equal(both.roomTemperature, 24)
    check.equal(both.targetTemperature, 20)
    failure("REFUSED", aircon:get(0xC0))
    failure("NOT_IN_DICTIONARY", aircon:get "colour")
end

function cases.it_does_what_its_node_does()
    local aircon = assert(peer:object "homeAirConditioner")
    check.equal(assert(aircon:set { targetTemperature = 21 }), true)
    check.equal(device:get_own("013001", 0xB3), "\x15")
    check.equal(assert(aircon:get_many { 0xBB, 0xC0 })[0xBB].value, "\x18")
    check.equal(assert(aircon:inf_req { 0x80 })[0x80], "\x30")
    check.equal(assert(aircon:get_each { 0xBB })[0x013002][0xBB], "\x19")
end

function cases.it_tells_what_can_be_read_set_and_is_announced()
    local aircon = assert(peer:object "homeAirConditioner")
    local readable, settable = table.concat(assert(aircon:properties()), " "), table.concat(assert(aircon:properties "set"), " ")
    check.equal(readable:find("roomTemperature", 1, true) ~= nil, true)
    check.equal(readable:find(tostring(0xF5), 1, true) ~= nil, true) -- nobody but its maker knows that one
    check.equal(settable:find("targetTemperature", 1, true) ~= nil, true)
    check.equal(settable:find("roomTemperature", 1, true), nil)
    check.equal(table.concat(assert(aircon:properties "inf"), " "):find("operationStatus", 1, true) ~= nil, true)
end

function cases.a_node_lists_its_objects()
    local list = assert(peer:instances())
    check.equal(#list, 2)
    check.equal(list[1].eoj + list[2].eoj, 0x013001 + 0x013002)
    check.equal(list[1]:get "roomTemperature" + list[2]:get "roomTemperature", 24 + 25)
end

check.main(cases)
