-- A device that changes while it is open, decides later, and says of itself what it is told to. It and its controller
-- share one thread: each gets its turn.
local check = require "check"
local warifu = require "warifu"

local AIRCON, LIGHT, PROFILE, POWER, TARGET, ROOM = 0x013001, 0x029001, 0x0EF001, 0x80, 0xB3, 0xBB
local HERE, THERE = "127.0.0.1", "127.0.0.2"
local SETC, GET, GET_RES, GET_SNA, SET_RES, SETC_SNA, INF = 0x61, 0x62, 0x72, 0x52, 0x71, 0x51, 0x73

local function a_port()
    return 20000 + tonumber(warifu.random_number():sub(-3), 16) * 10
end

-- A device in clear, and what it sent to the controller.
local function open(more)
    local home = { port = a_port(), answers = {} }
    local options = {
        address = THERE, port = home.port, policy = "open", answer_delay = 0,
        objects = {
            [AIRCON] = {
                [POWER] = { value = "\x30", access = "get set inf" },
                [TARGET] = { value = "\x14", access = "get set inf" },
                [ROOM] = "\x18",
            },
        },
    }
    for key, value in pairs(more or {}) do
        options[key] = value
    end
    home.device = assert(warifu.Device(options))
    home.controller = assert(warifu.Controller {
        address = HERE, port = home.port, policy = "open",
        trace = function(traced)
            if not traced.sent then
                home.answers[#home.answers + 1] = warifu.codec.parse(traced.datagram)
            end
        end,
    })
    return setmetatable(home, {
        __close = function()
            home.controller:close()
            home.device:close()
        end,
    })
end

-- Lets both work until the controller has got a frame of that ESV from that object, or `seconds` are over.
local function answer(home, esv, eoj, seconds)
    local deadline = warifu.now() + (seconds or 5)
    repeat
        home.device:serve(0.01)
        home.controller:next_event(0.01)
        for at, frame in ipairs(home.answers) do
            if frame.esv == esv and frame.seoj == eoj then
                table.remove(home.answers, at)
                return frame.properties
            end
        end
    until warifu.now() > deadline
end

local function ask(home, esv, eoj, epc, edt)
    assert(home.controller:send_raw(THERE, warifu.codec.compose {
        tid = 7, seoj = 0x05FF01, deoj = eoj, esv = esv, properties = { { epc = epc, edt = edt or "" } },
    }))
    home.controller:next_event(0)
end

check.main {
    an_object_that_is_added_answers_and_is_announced = function()
        local home <close> = open()
        assert(answer(home, INF, PROFILE))
        assert(home.device:add("029001", { [0xB0] = { value = "\x64", access = "get set inf" } }))
        check.equal(answer(home, INF, PROFILE)[1].edt, "\x02\x01\x30\x01\x02\x90\x01")
        ask(home, GET, LIGHT, 0xB0)
        check.equal(answer(home, GET_RES, LIGHT)[1].edt, "\x64")
        assert(home.device:remove(LIGHT))
        check.equal(answer(home, INF, PROFILE)[1].edt, "\x01\x01\x30\x01")
        ask(home, GET, LIGHT, 0xB0)
        check.equal(answer(home, GET_RES, LIGHT, 0.2), nil)
        check.equal(select(3, home.device:remove(LIGHT)), "NO_OBJECT")
    end,

    an_object_that_does_not_fit_leaves_nothing_behind = function()
        local home <close> = open()
        check.equal(select(3, home.device:add(LIGHT, { [0x81] = "\1\2" })), "ARGUMENT")
        check.equal(home.device:get_own(PROFILE, 0xD3), "\0\0\1")
        assert(home.device:add(LIGHT, {}))
    end,

    properties_come_and_go = function()
        local home <close> = open()
        assert(home.device:add_property(AIRCON, 0xA0, { value = "\x41", access = "get set" }))
        ask(home, GET, AIRCON, 0xA0)
        check.equal(answer(home, GET_RES, AIRCON)[1].edt, "\x41")
        assert(home.device:remove_property(AIRCON, 0xA0))
        ask(home, GET, AIRCON, 0xA0)
        check.equal(answer(home, GET_SNA, AIRCON)[1].edt, "")
        check.equal(select(3, home.device:remove_property(AIRCON, 0xA0)), "NO_PROPERTY")
    end,

    the_node_profile_takes_properties_and_their_place = function()
        local home <close> = open {
            objects = { [PROFILE] = { [0x8C] = "WARIFU      ", [POWER] = { value = "\x30", access = "get set inf" } } },
        }
        ask(home, GET, PROFILE, 0x8C)
        check.equal(answer(home, GET_RES, PROFILE)[1].edt, "WARIFU      ")
        ask(home, SETC, PROFILE, POWER, "\x31")
        assert(answer(home, SET_RES, PROFILE))
        check.equal(home.device:get_own(PROFILE, POWER), "\x31")
    end,

    product_code_production_number_and_unique_identifier_data_are_the_node_s_own = function()
        local path = os.tmpname()
        os.remove(path)
        local options = { state = path, policy = "open", product_code = "WF-1", production_number = "0123456789AB" }
        do
            local home <close> = open(options)
            ask(home, GET, PROFILE, 0x8C)
            check.equal(answer(home, GET_RES, PROFILE)[1].edt, "WF-1" .. ("\0"):rep(8))
            check.equal(home.device:get_own(PROFILE, 0x8D), "0123456789AB")
            check.equal(home.device:get_own(PROFILE, 0xBF):byte() & 0xC0, 0x80)
            ask(home, SETC, PROFILE, 0xBF, "\x41\x23")
            assert(answer(home, SET_RES, PROFILE))
        end
        do
            local home <close> = open(options)
            check.equal(home.device:get_own(PROFILE, 0xBF), "\xC1\x23")
        end
        os.execute("rm -r " .. path)
        local ok, message = pcall(warifu.Device, { product_code = "0123456789ABC" })
        assert(not ok and message:find "product_code")
        ok, message = pcall(warifu.Device, { production_number = "W\xC3\xA4rme" })
        assert(not ok and message:find "production_number")
    end,

    the_number_is_kept_in_the_state = function()
        local path = os.tmpname()
        os.remove(path)
        local first, again
        do
            local home <close> = open { state = path }
            first = home.device.number
        end
        do
            local home <close> = open { state = path }
            again = home.device.number
        end
        os.execute("rm -r " .. path)
        check.equal(again, first)
        local number = "FE000077" .. ("11"):rep(13)
        local home <close> = open { number = number }
        check.equal(home.device.number, number)
        check.equal(home.device:get_own(PROFILE, 0x83), warifu.codec.unhex(number))
    end,

    a_device_that_only_transmits_announces_and_answers_nothing = function()
        local home <close> = open { transmission_only = true }
        check.equal(answer(home, INF, 0x0EF002)[1].edt, "\x01\x01\x30\x01")
        ask(home, GET, AIRCON, POWER)
        check.equal(answer(home, GET_RES, AIRCON, 0.2), nil)
        assert(home.device:put(AIRCON, POWER, "\x31"))
        check.equal(answer(home, INF, AIRCON)[1].edt, "\x31")
    end,

    the_dictionary_may_say_which_values_there_are = function()
        local home <close> = open { check_values = true }
        ask(home, SETC, AIRCON, TARGET, "\x63") -- 99 degrees
        assert(answer(home, SETC_SNA, AIRCON))
        ask(home, SETC, AIRCON, TARGET, "\x1A")
        assert(answer(home, SET_RES, AIRCON))
        check.equal(select(3, home.device:put(AIRCON, POWER, "\x32")), "ARGUMENT")
    end,

    on_get_gives_the_present_value_or_refuses = function()
        local seen
        local home <close> = open {
            on_get = function(eoj, epc, old)
                seen = { eoj, epc, old }
                if epc == ROOM then
                    return "\x1C"
                end
                return epc ~= TARGET and nil
            end,
        }
        ask(home, GET, AIRCON, ROOM)
        check.equal(answer(home, GET_RES, AIRCON)[1].edt, "\x1C")
        check.equal(table.concat(seen, " ", 1, 2) .. seen[3], AIRCON .. " " .. ROOM .. "\x18")
        ask(home, GET, AIRCON, TARGET)
        assert(answer(home, GET_SNA, AIRCON))
        ask(home, GET, AIRCON, POWER)
        check.equal(answer(home, GET_RES, AIRCON)[1].edt, "\x30")
    end,

    on_get_that_gives_something_else_raises = function()
        local home <close> = open {
            on_get = function()
                return print
            end,
        }
        ask(home, GET, AIRCON, ROOM)
        local ok, message = pcall(answer, home, GET_SNA, AIRCON)
        check.equal(ok, false)
        assert(message:find("on_get gives bytes", 1, true), message)
    end,

    a_hook_may_decide_later = function()
        local home, waiting
        home = open {
            on_set = function()
                waiting = home.device:later()
                return waiting
            end,
            on_get = function(_, epc)
                if epc == ROOM then
                    waiting = home.device:later()
                    return waiting
                end
            end,
        }
        local _ <close> = home
        ask(home, GET, AIRCON, ROOM)
        check.equal(answer(home, GET_RES, AIRCON, 0.2), nil)
        check.equal(select(3, waiting:accept "\x1D\x1D"), "ARGUMENT")
        assert(waiting:accept "\x1D")
        check.equal(answer(home, GET_RES, AIRCON)[1].edt, "\x1D")
        check.equal(select(3, waiting:accept()), "STATE")

        ask(home, SETC, AIRCON, TARGET, "\x1A")
        check.equal(answer(home, SET_RES, AIRCON, 0.2), nil)
        check.equal(home.device:get_own(AIRCON, TARGET), "\x14")
        assert(waiting:accept())
        assert(answer(home, SET_RES, AIRCON))
        check.equal(home.device:get_own(AIRCON, TARGET), "\x1A")

        ask(home, SETC, AIRCON, TARGET, "\x1B")
        check.equal(answer(home, SETC_SNA, AIRCON, 0.2), nil)
        assert(waiting:refuse())
        assert(answer(home, SETC_SNA, AIRCON))
        check.equal(home.device:get_own(AIRCON, TARGET), "\x1A")
    end,

    what_is_not_decided_in_time_is_refused = function()
        local home
        home = open {
            decide_within = 0.1,
            on_get = function()
                return home.device:later()
            end,
        }
        local _ <close> = home
        ask(home, GET, AIRCON, ROOM)
        check.equal(answer(home, GET_SNA, AIRCON)[1].edt, "")
    end,

    without_room_to_wait_the_hook_refuses = function()
        local home
        local last
        home = open {
            on_set = function()
                last = home.device:later()
                return last
            end,
        }
        local _ <close> = home
        for degrees = 1, 17 do
            home.controller:send_raw(THERE, warifu.codec.compose {
                tid = degrees, seoj = 0x05FF01, deoj = AIRCON, esv = SETC,
                properties = { { epc = TARGET, edt = string.char(degrees) } },
            })
            home.controller:next_event(0)
        end
        check.equal(answer(home, SETC_SNA, AIRCON)[1].edt, "\x11")
        check.equal(select(3, last:accept()), "STATE")
    end,

    later_is_for_hooks_only = function()
        local home <close> = open()
        local ok, message = pcall(home.device.later, home.device)
        check.equal(ok, false)
        assert(message:find("for on_get and on_set", 1, true), message)
    end,
}
