-- A device and a controller, two processes over real UDP on the loopback interface.
local check = require "check"
local warifu = require "warifu"

local AIRCON, POWER, TARGET, ROOM, QUIT = "013001", 0x80, 0xB3, 0xBB, 0xF0
local HERE, THERE = "127.0.0.1", "127.0.0.2"
local FOLDER = arg[0]:match "^(.*)/[^/]*$" or "."

local function new_folder()
    local path = os.tmpname()
    os.remove(path)
    assert(os.execute("mkdir -m 700 " .. path))
    return path
end

-- A home: a folder, an authority, a device on a port of its own. `close` ends all of it.
local Home = {}
Home.__index = Home

function Home:__close()
    if self.process then
        os.execute("kill " .. self.pid)
        self.process:close()
    end
    os.execute("rm -r " .. self.folder)
end

local function new_home()
    local home = setmetatable({ folder = new_folder() }, Home)
    home.port = 20000 + tonumber(warifu.random_number():sub(-3), 16) * 10 -- one of 4,096
    home.authority = assert(warifu.Authority.create "Test CA")
    local device = assert(home.authority:issue "device")
    home.number = device.number
    assert(device:save(home.folder .. "/device.pem"))
    home.identity = assert(home.authority:issue "controller")
    return home
end

-- The process's id comes first, so that it can be ended.
function Home:start_device()
    self.process = assert(io.popen(("echo $$; exec %s %s/air_conditioner.lua %s/device.pem %s/device %d 2>&1"):format(
        arg[-1], FOLDER, self.folder, self.folder, self.port)))
    self.pid = self.process:read "n"
    self:expect "ready"
end

--- Reads what the device says until a line that is `wanted`.
function Home:expect(wanted)
    local said = {}
    for line in self.process:lines() do
        if line == wanted then
            return
        end
        said[#said + 1] = line
    end
    error(("the device did not say '%s' but\n%s"):format(wanted, table.concat(said, "\n")), 2)
end

function Home:controller(more)
    local options = { identity = self.identity, address = HERE, port = self.port, timeout = 5 }
    for key, value in pairs(more or {}) do
        options[key] = value
    end
    return assert(warifu.Controller(options))
end

local function failure(code, result, message, got)
    check.equal(result, nil)
    check.equal(got, code)
    check.equal(type(message), "string")
end

local function misuse(wanted, f, ...)
    local ok, message = pcall(f, ...)
    check.equal(ok, false)
    check.equal(message:match "bad argument '([^']*)'", wanted)
    check.equal(message:match "^.-test_pairing.lua:%d+: bad" ~= nil, true)
end

-- The next event that `fits`.
local function await(controller, fits)
    for event in controller:watch(10) do
        if fits(event) then
            return event
        end
    end
    error("the event did not come", 2)
end

local cases = {}

function cases.a_paired_device_is_read_set_and_heard()
    local home <close> = new_home()
    home:start_device()
    local controller <close> = home:controller()
    local steps = {}
    local peer = assert(controller:pair(THERE, { number = home.number, progress = function(step) steps[#steps + 1] = step end }))
    check.equal(table.concat(steps, " "), "started address_confirmed device_verified keys_agreed confirmed")
    check.equal(peer.number, home.number)
    check.equal(peer.role, "device")
    check.equal(peer.is_connected, true)
    check.equal(peer.address, ("%s:%d"):format(THERE, home.port))
    local values = assert(peer:get(AIRCON, POWER, TARGET, ROOM))
    check.equal(values[POWER] .. values[TARGET] .. values[ROOM], "\x31\x14\x18")
    check.equal(peer:set(AIRCON, { [POWER] = "\x30", [TARGET] = "\26" }), true)
    check.equal(assert(peer:get(0x013001, "B3"))[TARGET], "\26")
    local change = await(controller, function(event) return event.kind == "notification" and event.properties[TARGET] end)
    check.equal(change.properties[TARGET], "\26")
    check.equal(change.eoj, 0x013001)
    check.equal(change.is_protected, true)
    check.equal(change.peer, peer)
    check.equal(controller:unpair(peer), true)
    check.equal(#controller:peers(), 0)
    check.equal(tostring(peer), "warifu.Node (" .. home.number .. ", unpaired)")
    failure("NOT_PAIRED", peer:get(AIRCON, POWER))
    home:expect "unpaired"
end

function cases.properties_are_read_and_set_by_name()
    local home <close> = new_home()
    home:start_device()
    local controller <close> = home:controller()
    local peer = assert(controller:pair(THERE, { number = home.number }))
    local values = assert(peer:get(AIRCON, "roomTemperature", "operationStatus", ROOM))
    check.equal(values.roomTemperature, 24)
    check.equal(values.operationStatus, false)
    check.equal(values[ROOM], "\x18")
    check.equal(peer:set(AIRCON, { targetTemperature = 26, [POWER] = "\x30" }), true)
    check.equal(assert(peer:get(AIRCON, TARGET))[TARGET], "\26")
    failure("WRONG_VALUE", peer:set(AIRCON, { targetTemperature = 51 }))
    failure("NOT_IN_DICTIONARY", peer:set(AIRCON, { targetTemprature = 25 }))
    local result, message, code, given = peer:get(AIRCON, "roomTemperature", "airFlowLevel")
    failure("REFUSED", result, message, code)
    check.equal(given.roomTemperature, 24)
    check.equal(assert(peer:get("0EF001", "selfNodeInstances")).selfNodeInstances, "\0\0\1")
end

function cases.discovery_finds_the_device_and_its_window()
    local home <close> = new_home()
    home:start_device()
    local controller <close> = home:controller()
    for _, options in ipairs { { timeout = 0.5 }, { timeout = 0.5, address = THERE } } do
        local nodes = assert(controller:discover(options))
        check.equal(#nodes, 1)
        check.equal(nodes[1].number, home.number)
        check.equal(nodes[1].objects[1], 0x013001)
        check.equal(nodes[1].da.is_device, true)
        check.equal(nodes[1].da.window_open, true)
    end
    local peer = assert(controller:pair(assert(controller:discover { timeout = 0.5 })[1], { number = home.number }))
    check.equal(peer.number, home.number)
    check.equal(assert(controller:discover { timeout = 0.5 })[1].da.window_open, false)
end

function cases.nobody_to_find_is_an_empty_list()
    local home <close> = new_home()
    local controller <close> = home:controller()
    check.equal(#assert(controller:discover { timeout = 0.2 }), 0)
end

function cases.a_refused_property_does_not_hide_the_others()
    local home <close> = new_home()
    home:start_device()
    local controller <close> = home:controller()
    local peer = assert(controller:pair(THERE, { number = home.number }))
    local result, message, code, values = peer:get(AIRCON, POWER, 0xC0, ROOM)
    failure("REFUSED", result, message, code)
    check.equal(message:find(": C0;", 1, true) ~= nil, true)
    check.equal(values[POWER] .. values[ROOM], "\x31\x18")
    check.equal(values[0xC0], nil)
    result, message, code = peer:set(AIRCON, { [POWER] = "\x30", [TARGET] = "\x63" })
    failure("REFUSED", result, message, code)
    check.equal(message:find(": B3;", 1, true) ~= nil, true)
    check.equal(assert(peer:get(AIRCON, TARGET))[TARGET], "\x14")
    home:expect "asked 013001 B3 14 -> 63"
end

function cases.without_a_number_the_owner_is_asked()
    local home <close> = new_home()
    home:start_device()
    local controller <close> = home:controller()
    local asked
    local refused = table.pack(controller:pair(THERE, { confirm = function(number)
        asked = number
        return false
    end }))
    check.equal(refused[1], nil)
    check.equal(asked, home.number)
    check.equal(#controller:peers(), 0)
    local peer = assert(controller:pair(THERE, { confirm = function(number) return number == home.number end }))
    check.equal(peer.number, home.number)
end

function cases.another_device_than_the_named_one_is_refused()
    local home <close> = new_home()
    home:start_device()
    local controller <close> = home:controller()
    failure("WRONG_DEVICE", controller:pair(THERE, { number = warifu.random_number() }))
    check.equal(#controller:peers(), 0)
end

function cases.a_stranger_reads_what_discovery_needs_and_no_more()
    local home <close> = new_home()
    home:start_device()
    local stranger <close> = assert(warifu.Controller { address = HERE, port = home.port, timeout = 5 })
    local node = stranger:node(THERE)
    check.equal(assert(node:get("0EF001", 0x83))[0x83], warifu.codec.unhex(home.number))
    failure("REFUSED", node:get(AIRCON, POWER))
    failure("REFUSED", node:set(AIRCON, { [POWER] = "\x30" }))
    local owner <close> = assert(warifu.Controller { identity = home.identity, address = "127.0.0.3", port = home.port })
    local peer = assert(owner:pair(THERE, { number = home.number }))
    check.equal(assert(peer:get(AIRCON, POWER))[POWER], "\x31")
    home:expect "security POLICY"
end

function cases.pairings_last_in_the_state_on_both_sides()
    local home <close> = new_home()
    home:start_device()
    do
        local controller <close> = home:controller { state = home.folder .. "/controller" }
        local peer = assert(controller:pair(THERE, { number = home.number }))
        check.equal(peer:set(AIRCON, { [QUIT] = "\1" }), true)
        home:expect "over, 0 left of the window"
        home.process:close()
    end
    home:start_device()
    local controller <close> = home:controller { state = home.folder .. "/controller" }
    local peer = controller:peers()[1]
    check.equal(peer.number, home.number)
    check.equal(assert(peer:get(AIRCON, ROOM))[ROOM], "\x18")
end

function cases.a_store_serves_one_process_at_a_time()
    local home <close> = new_home()
    local first <close> = home:controller { state = home.folder .. "/controller" }
    failure("STORE_LOCKED", warifu.Controller {
        identity = home.identity, address = THERE, port = home.port, state = home.folder .. "/controller",
    })
end

function cases.an_error_in_a_callback_comes_out_and_cancels_the_pairing()
    local home <close> = new_home()
    home:start_device()
    local controller <close> = home:controller()
    local ok, message = pcall(controller.pair, controller, THERE, {
        number = home.number, progress = function() error "no more" end,
    })
    check.equal(ok, false)
    check.equal(message:find "no more$" ~= nil, true)
    local peer = assert(controller:pair(THERE, { number = home.number }))
    check.equal(assert(peer:get(AIRCON, POWER))[POWER], "\x31")
end

function cases.silence_is_said_in_time()
    local home <close> = new_home()
    local controller <close> = home:controller { timeout = 0.3 }
    local start = warifu.now()
    failure("NO_ANSWER", controller:node(THERE):get(AIRCON, POWER))
    failure("NO_ANSWER", controller:next_event(0.2))
    local count = 0
    for _ in controller:watch(0.2) do
        count = count + 1
    end
    check.equal(count, 0)
    local took = warifu.now() - start
    check.equal(took > 0.59, true)
end

function cases.a_trace_sees_both_the_records_and_what_they_protect()
    local home <close> = new_home()
    home:start_device()
    local seen = {}
    local controller <close> = home:controller { trace = function(traced)
        seen[#seen + 1] = traced
    end }
    local peer = assert(controller:pair(THERE, { number = home.number }))
    assert(peer:set(AIRCON, { [TARGET] = "\26" }))
    local clear, wire = false, false
    for _, one in ipairs(seen) do
        clear = clear or one.inner:find("\xB3\1\26", 1, true) ~= nil
        wire = wire or one.datagram:find("\xB3\1\26", 1, true) ~= nil
    end
    check.equal(clear, true)
    check.equal(wire, false)
end

function cases.a_closed_controller_says_so_and_leaves_its_port()
    local home <close> = new_home()
    local first = home:controller()
    check.equal(tostring(first), ("warifu.Controller (%s port %d)"):format(HERE, home.port))
    failure("PORT_IN_USE", warifu.Controller { address = HERE, port = home.port })
    first:close()
    first:close()
    check.equal(tostring(first), "warifu.Controller (closed)")
    misuse("self", first.discover, first)
    local second = home:controller()
    second = nil
    collectgarbage()
    collectgarbage()
    local third <close> = home:controller()
    check.equal(#third:peers(), 0)
end

function cases.misuse_names_the_argument_and_the_callers_line()
    local home <close> = new_home()
    local controller <close> = home:controller()
    local node = controller:node(THERE)
    misuse("adress", warifu.Controller, { adress = HERE })
    misuse("options", warifu.Controller, 5)
    misuse("interface", warifu.Controller, { address = HERE, interface = "lo" })
    misuse("identity", warifu.Device, { identity = home.identity, address = THERE, port = home.port })
    misuse("policy", warifu.Controller, { policy = "none", address = HERE })
    misuse("port", warifu.Controller, { port = 0 })
    misuse("code", controller.pair, controller, THERE)
    misuse("number", controller.pair, controller, THERE, { number = "12" })
    misuse("address", controller.pair, controller, "a.b", { number = home.number })
    misuse("property", node.get, node, AIRCON)
    misuse("property", node.get, node, AIRCON, 0x7F)
    misuse("eoj", node.get, node, "0130", 0x80)
    misuse("edt", node.set, node, AIRCON, { [POWER] = 0x30 })
    misuse("values", node.set, node, AIRCON, {})
    misuse("peer", controller.unpair, controller, node)
    misuse("peer", controller.unpair, controller, 5)
    misuse("timeout", controller.next_event, controller, -1)
end

function cases.the_example_does_what_it_says()
    local home <close> = new_home()
    home:start_device()
    assert(home.identity:save(home.folder .. "/controller.pem"))
    local example <close> = assert(io.popen(("%s %s/../../examples/hello_controller.lua %s/controller.pem %s %s %d"):format(
        arg[-1], FOLDER, home.folder, home.number, HERE, home.port)))
    local said = example:read "a"
    check.equal(said:match "^[^\n]*", ("found %s:%d window=open"):format(THERE, home.port))
    check.equal(said:match "get [^\n]*", "get operationStatus=31 setTemperature=20 roomTemperature=24")
    check.equal(said:match "set s.*\nunpaired\n", "set setTemperature=26 readBack=26\nnotified setTemperature=26\nunpaired\n")
    check.equal(example:close(), true)
end

-- A device in this process, for what needs no other.
local function alone(more)
    local options = { address = THERE, port = 20000 + math.random(40000) }
    for key, value in pairs(more or {}) do
        options[key] = value
    end
    return assert(warifu.Device(options))
end

function cases.a_device_keeps_its_own_properties()
    local device <close> = alone { objects = { ["013001"] = { [TARGET] = { value = "\x14", access = "get set inf" } } } }
    check.equal(device:get_own(AIRCON, TARGET), "\x14")
    check.equal(device:put(AIRCON, TARGET, "\x15"), true)
    check.equal(device:get_own(AIRCON, TARGET), "\x15")
    check.equal(device:get_own(AIRCON, 0x80), "\x30") -- what every object must have
    check.equal(device:get_own(AIRCON, 0x8A), warifu.codec.unhex(device.number):sub(2, 4))
    failure("NO_PROPERTY", device:put(AIRCON, 0xC0, "x"))
    failure("ARGUMENT", device:put(AIRCON, TARGET, "too long"))
    failure("NO_OBJECT", device:get_own("029001", 0x80))
    failure("ARGUMENT", device:add(AIRCON, {}))
    failure("STATE", device:open_window())
    misuse("access", device.add, device, "013002", { [0x80] = { value = "", access = "all" } })
end

function cases.a_device_works_for_the_time_it_is_given()
    local device <close> = alone()
    local start = warifu.now()
    check.equal(device:serve(0.3), true)
    failure("NO_ANSWER", device:next_event(0))
    local took = warifu.now() - start
    check.equal(took > 0.29, true)
end

-- Sets the power of the device that `alone` made, in clear and in a process of its own; `read` gives what came of it.
local function set_power(port)
    local script = ("local w = require [[warifu]] local c = assert(w.Controller { address = [[%s]], port = %d, timeout = 3 }) "
        .. "print(select(-1, c:node [[%s]]:set([[%s]], { [%d] = [[0]] })))"):format(HERE, port, THERE, AIRCON, POWER)
    return assert(io.popen(("%s -e '%s'"):format(arg[-1], script)))
end

local function one_property(more)
    more.policy = "open"
    more.port = 20000 + math.random(40000)
    more.objects = { [AIRCON] = {
        [POWER] = { value = "1", access = "get set inf" }, [TARGET] = { value = "\x14", access = "get inf" },
    } }
    return alone(more), set_power(more.port)
end

function cases.a_hook_may_write_other_properties()
    local device
    local made <close>, setter = one_property { on_set = function(_, _, old, new)
        check.equal(old .. new, "10")
        assert(device:put(AIRCON, TARGET, "\x16"))
    end }
    device = made
    assert(device:serve(10, function(event) return event.kind ~= "property_set" end))
    check.equal(device:get_own(AIRCON, TARGET), "\x16")
    check.equal(device:get_own(AIRCON, POWER), "0")
    check.equal(setter:read "l", "true")
    setter:close()
end

function cases.an_error_in_a_hook_refuses_the_value_and_comes_out()
    local device <close>, setter = one_property { on_set = function() error "broken hook" end }
    local ok, message = pcall(device.serve, device, 10)
    check.equal(ok, false)
    check.equal(message:find "test_pairing.lua:%d+: broken hook$" ~= nil, true)
    check.equal(device:get_own(AIRCON, POWER), "1")
    check.equal(device:serve(0), true)
    check.equal(setter:read "l", "REFUSED")
    setter:close()
end

function cases.a_hook_can_not_call_back_into_the_engine()
    local device
    local made <close>, setter = one_property { on_set = function() device:next_event(0) end }
    device = made
    local ok, message = pcall(device.serve, device, 10)
    check.equal(device:serve(0), true) -- the refusal leaves
    check.equal(ok, false)
    check.equal(message:find("only put and get_own may be called from inside a hook", 1, true) ~= nil, true)
    check.equal(setter:read "l", "REFUSED")
    setter:close()
end

check.main(cases)
