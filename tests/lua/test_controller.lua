-- A controller that reads and writes many properties, and knows the nodes around it.
local check = require "check"
local warifu = require "warifu"

local AIRCON, POWER, TARGET, ROOM = 0x013001, 0x80, 0xB3, 0xBB

local function two(trusted)
    local home = assert(warifu.sim.Home())
    local device = assert(home:device {
        trusted = trusted,
        policy = trusted == false and "open" or "strict",
        objects = {
            ["013001"] = {
                [TARGET] = { value = "\x14", access = "get set inf" },
                [ROOM] = "\x18",
            },
        },
    })
    local controller = assert(home:controller { trusted = trusted, gap = 0 })
    return home, device, controller
end

local cases = {}

function cases.what_becomes_of_each_property_is_told()
    local home, device, controller = two(false)
    local node = controller:node(home:addresses(device)[1])
    local results = assert(node:get_many(AIRCON, { TARGET, ROOM, 0xF7, TARGET }))
    check.equal(results[TARGET].status, "value")
    check.equal(results[TARGET].value, "\x14")
    check.equal(results[ROOM].value, "\x18")
    check.equal(results[0xF7].status, "refused")
    local none, _, code, came = node:get(AIRCON, TARGET, 0xF7)
    check.equal(none, nil)
    check.equal(code, "REFUSED")
    check.equal(came[TARGET], "\x14")
end

function cases.a_write_is_read_back_and_setget_reads_beside_it()
    local home, device, controller = two(false)
    local node = controller:node(home:addresses(device)[1])
    check.equal(assert(node:set(AIRCON, { [TARGET] = "\x19" }, { verify = true })), true)
    local came = assert(node:set_get(AIRCON, { [TARGET] = "\x1A" }, { TARGET, ROOM }))
    check.equal(came[TARGET], "\x1A")
    check.equal(came[ROOM], "\x18")
    local _, _, code = node:set_get(AIRCON, { [ROOM] = "\x1A" }, { TARGET })
    check.equal(code, "REFUSED")
end

function cases.a_list_of_addresses_is_asked_at_once()
    local home, device, controller = two(false)
    local here = home:addresses(device)[1]
    local nowhere = here:gsub("%.%d+:", ".99:")
    local before = home:now()
    local found = assert(controller:discover { address = { nowhere, here, (nowhere:gsub("99", "98")) }, timeout = 3 })
    check.equal(#found, 1)
    check.equal(found[1].address, here)
    assert(home:now() - before < 5)
    check.equal(#assert(controller:discover { address = found[1] }), 1)
    local ok, why = pcall(controller.discover, controller, { address = { 7 } })
    assert(not ok and why:find "address")
end

function cases.a_node_is_followed_to_its_new_address()
    local home, device, controller = two(false)
    local node = assert(controller:discover())[1]
    local known = controller:known()[1]
    local before = home:addresses(device)[1]
    check.equal(node.address, before)
    local after = before:gsub("%.%d+:", ".77:")
    home:move(device, after)
    assert(controller:rescan())
    check.equal(node.address, after)
    check.equal(known.address, after)
    check.equal(node.is_online, true)
    check.equal(assert(node:get(AIRCON, POWER))[POWER], "\x30")
    controller:forget(node)
    check.equal(#controller:known(), 0)
    check.equal(node.is_online, nil)
    check.equal(node.address, before) -- what is left is what was found
end

function cases.what_a_map_leaves_out_is_asked_for_by_force()
    local home, device, controller = two(false)
    local node = assert(controller:discover())[1]
    local maps = assert(node:interview())
    check.equal(maps[0x0EF001].set[1], 0xBF)
    check.equal(node.releases[AIRCON], "R")
    check.equal(#maps[AIRCON].get > 5, true)
    local none, _, code = node:get(AIRCON, POWER, 0xF7)
    check.equal(none, nil)
    check.equal(code, "REFUSED")
    check.equal(assert(node:get(AIRCON, POWER, 0xF7, { partial = true }))[POWER], "\x30")
    check.equal(assert(node:get_many(AIRCON, { POWER, 0xF7 }))[0xF7].status, "unlisted")
    check.equal(assert(node:get_many(AIRCON, { POWER, 0xF7 }, { force = true }))[0xF7].status, "refused")
    local _, message = node:get(AIRCON, POWER, 0xF7, { force = true, timeout = 5 })
    check.equal(message:find("F7", 1, true) ~= nil, true)
    local ok, why = pcall(node.get, node, AIRCON, POWER, { forse = true })
    assert(not ok and why:find "forse")
end

function cases.nodes_that_were_heard_stay_known()
    local home, device, controller = two(false)
    local found = assert(controller:discover())
    check.equal(#found, 1)
    local known = controller:known()
    check.equal(#known, 1)
    check.equal(known[1].address, home:addresses(device)[1])
    check.equal(known[1].number, device.number)
    check.equal(known[1].is_online, true)
    check.equal(known[1].objects[1], AIRCON)
    check.equal(assert(known[1]:get(AIRCON, POWER))[POWER], "\x30")
    check.equal(controller:next_event(1).kind, "node_found")
end

function cases.a_node_that_is_gone_is_told_after_a_rescan()
    local _, device, controller = two(false)
    assert(controller:discover())
    device:close()
    check.equal(#assert(controller:rescan()), 1)
    local event
    repeat
        event = assert(controller:next_event(30))
    until event.kind == "node_gone"
    check.equal(event.error, "NO_ANSWER")
    check.equal(controller:known()[1].is_online, false)
    check.equal(controller:known()[1].reason, "NO_ANSWER")
end

function cases.a_paired_peer_is_asked_by_the_same_calls()
    local home, device, controller = two()
    assert(device:open_window())
    local peer = assert(controller:pair(home:addresses(device)[1], { number = device.number }))
    check.equal(assert(peer:set(AIRCON, { [TARGET] = "\x1B" }, { verify = 5 })), true)
    check.equal(assert(peer:get_many(AIRCON, { TARGET }))[TARGET].value, "\x1B")
end

function cases.misuse_is_told_with_its_name()
    local home, device, controller = two(false)
    local node = controller:node(home:addresses(device)[1])
    check.equal(pcall(node.get_many, node, AIRCON, {}), false)
    check.equal(pcall(node.set_get, node, AIRCON, {}, { TARGET }), false)
    check.equal(pcall(node.set, node, AIRCON, { [TARGET] = "\x14" }, { verfy = true }), false)
end

function cases.it_says_where_it_is_and_what_its_nodes_say_of_themselves()
    local home <close> = assert(warifu.sim.Home())
    local device = assert(home:device())
    local controller = assert(home:controller { interview = true })
    local found = assert(controller:discover { address = home:addresses(device)[1] })[1]
    home:run(10)
    check.equal(found.maker, "FFFFFF")
    check.equal(#found.version, 8)
    check.equal(controller:addresses()[1], home:addresses(controller)[1])
    check.equal(#controller:interfaces(), 0)
    local alone <close> = assert(warifu.Controller { address = "127.0.0.1", port = 24611 })
    check.equal(alone:addresses()[1], "127.0.0.1:24611")
    check.equal(alone:interfaces()[1], "lo")
end

check.main(cases)
