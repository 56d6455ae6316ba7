-- What an endpoint's filter may do with datagrams, and the alarms that `after` sets: in a simulated home and over UDP.
local check = require "check"
local warifu = require "warifu"

local LIGHT = "029001"

-- A device and a controller in clear that live with these filters.
local function pair_of(device_filter, controller_filter)
    local home = assert(warifu.sim.Home { seed = 7 })
    local device = assert(home:device {
        trusted = false, policy = "open", filter = device_filter, objects = { [LIGHT] = { [0xB0] = "\x32" } },
    })
    local controller = assert(home:controller { trusted = false, filter = controller_filter })
    return home, device, controller, controller:node(home:addresses(device)[1])
end

local function level(node)
    local values, message, code = node:get(LIGHT, 0xB0, { timeout = 3 })
    return values and values[0xB0], code, message
end

local cases = {}

function cases.what_a_filter_drops_never_comes_and_what_it_lets_pass_does()
    local drops, seen = true, 0
    local _, _, _, node = pair_of(function(sent)
        seen = seen + (sent and 0 or 1)
        return not drops
    end)
    check.equal(select(2, level(node)), "NO_ANSWER")
    check.equal(seen > 0, true)
    drops = false
    check.equal(level(node), "\x32")
end

function cases.a_filter_that_gives_nothing_lets_pass()
    local _, _, _, node = pair_of(function() end)
    check.equal(level(node), "\x32")
end

function cases.bytes_of_a_filter_take_the_place_of_the_datagram()
    local _, _, _, node = pair_of(function(sent, _, datagram)
        return sent and datagram:gsub("\xB0\x01\x32$", "\xB0\x01\x33") or nil
    end)
    check.equal(level(node), "\x33")
end

function cases.a_number_holds_a_datagram_back_for_so_many_seconds()
    local home, _, _, node = pair_of(function(sent)
        return not sent and 0.75 or nil
    end)
    local began = home:now()
    check.equal(level(node), "\x32")
    local took = home:now() - began
    check.equal(took >= 0.75 and took < 1, true)
end

function cases.what_is_held_back_is_recorded_when_it_leaves_whoever_waits_then()
    local home, _, _, node = pair_of(function(sent)
        return sent and 1 or nil
    end)
    local records = home:record()
    local thread = coroutine.create(function() return level(node) end)
    check.equal(select(2, coroutine.resume(thread)), "\x32")
    thread = nil
    collectgarbage()
    home:run(5) -- more was held back, and its thread is gone
    local late = 0
    for _, record in ipairs(records) do
        late = late + (record.fate == "sent" and record.seconds >= 1 and 1 or 0)
    end
    check.equal(late > 0, true)
end

function cases.a_filter_hears_of_the_direction_the_address_and_multicast()
    local heard = {}
    local home, device, controller = pair_of(nil, function(sent, address, datagram, multicast)
        heard[#heard + 1] = { sent = sent, address = address, datagram = datagram, multicast = multicast }
    end)
    assert(controller:discover { timeout = 2 })
    local groups, answers = 0, 0
    for _, each in ipairs(heard) do
        groups = groups + (each.sent and each.multicast and not each.address and 1 or 0)
        local answers_now = not each.sent and not each.multicast and each.address:find(home:addresses(device)[1], 1, true)
        answers = answers + (answers_now and 1 or 0)
    end
    check.equal(groups > 0 and answers > 0, true)
end

function cases.an_error_in_a_filter_is_raised_by_the_call_under_way()
    local _, _, _, node = pair_of(nil, function(sent)
        return sent and error("no way", 0)
    end)
    local ok, message = pcall(level, node)
    check.equal(ok, false)
    check.equal(message, "no way")
end

function cases.alarms_ring_in_their_order_while_somebody_waits()
    local home, device = pair_of()
    local rang = {}
    local function note(name)
        return function()
            rang[#rang + 1] = ("%s at %.1f"):format(name, home:now())
        end
    end
    local began = home:now()
    check.equal(began, 0)
    device:after(3, note "third")
    device:after(1, note "first")
    device:after(1, note "second")
    device:after(9, note "never")
    check.equal(#rang, 0)
    home:run(5)
    check.equal(table.concat(rang, ", "), "first at 1.0, second at 1.0, third at 3.0")
end

function cases.an_alarm_may_set_the_next_one_and_other_endpoints_may_wait()
    local _, device, controller = pair_of()
    local count = 0
    local function again()
        count = count + 1
        device:after(10, again)
    end
    device:after(10, again)
    for _ in controller:watch(95) do end
    check.equal(count, 9)
end

function cases.filters_and_alarms_work_over_udp_too()
    local port, held, rang = 20000 + math.random(40000), 0, false
    local device <close> = assert(warifu.Device {
        address = "127.0.0.31", port = port, policy = "open", objects = { [LIGHT] = { [0xB0] = "\x32" } },
        filter = function(sent, _, _, multicast)
            if sent and not multicast then
                held = held + 1
                return 0.2
            end
        end,
    })
    local got
    local asker <close> = assert(warifu.Controller {
        address = "127.0.0.32", port = port,
        filter = function(sent, _, datagram)
            if not sent and datagram:sub(-3) == "\xB0\x01\x32" then
                got = warifu.now()
            end
        end,
    })
    local began = warifu.now()
    asker:after(0.05, function() rang = true end)
    assert(asker:send_raw("127.0.0.31:" .. port, "\x10\x81\0\1\x05\xFF\x01\x02\x90\x01\x62\x01\xB0\0"))
    for _ = 1, 100 do
        asker:next_event(0.01)
        device:next_event(0.01)
        if got then
            break
        end
    end
    check.equal(rang, true)
    check.equal(held, 1)
    check.equal(got - began >= 0.2 and got - began < 2, true)
end

check.main(cases)
