-- Policies as Lua has them. What the rules mean is proved in tests/c/test_policy.c and tests/c/test_policy_file.c.
local check = require "check"
local warifu = require "warifu"

local AIRCON, POWER, TARGET, ROOM = "013001", 0x80, 0xB3, 0xBB
local GUEST = [[
{"name": "guest", "extends": "strict", "rules": [
  {"allow": "read", "to": ["unknown", "known"], "class": "homeAirConditioner", "epc": "roomTemperature"},
  {"deny": "write", "to": "paired", "class": "0130", "instance": 1, "epc": "80", "why": "by hand only"}
]}]]

local function aircon()
    return { [AIRCON] = {
        [POWER] = { value = "\x31", access = "get set inf" },
        [TARGET] = { value = "\x18", access = "get set inf" },
        [ROOM] = "\x15",
    } }
end

local function failure(name, ...)
    local value, message, code = ...
    check.equal(value, nil)
    check.equal(code, name)
    return message
end

local function misuse(fragment, call, ...)
    local ok, message = pcall(call, ...)
    check.equal(ok, false)
    check.equal(message:find(fragment, 1, true) ~= nil, true)
end

-- What is written to stderr while `run` runs.
local function said(run)
    local path = os.tmpname()
    local real = io.stderr
    local file = assert(io.open(path, "w+"))
    io.stderr = file
    local ok, message = pcall(run)
    io.stderr = real
    file:seek "set"
    local text = file:read "a"
    file:close()
    os.remove(path)
    assert(ok, message)
    return text
end

local cases = {}

function cases.the_shipped_policies_are_made_by_name()
    local mixed = warifu.Policy "mixed"
    check.equal(mixed.name, "mixed")
    check.equal(mixed.extends, "strict")
    check.equal(mixed.is_for_laboratory, false)
    check.equal(warifu.Policy "open".is_for_laboratory, true)
    check.equal(tostring(mixed), "warifu.Policy (mixed)")
    misuse("warifu.Policy.load reads a file", warifu.Policy, "lax")
    misuse("policy", warifu.Device, { policy = "guest.json" })
end

function cases.a_policy_written_out_is_read_back_as_the_same()
    for _, name in ipairs { "strict", "mixed", "open" } do
        local text = warifu.Policy(name):to_json()
        check.equal(assert(warifu.Policy.parse(text)):to_json(), text)
    end
end

function cases.a_wrong_file_names_line_and_next_step()
    local message = failure("POLICY_FILE", warifu.Policy.parse '{"name": "x",\n "extends": "lax", "rules": []}')
    check.equal(message:find("line 2, column 13: a policy extends", 1, true) ~= nil, true)
    check.equal(failure("STORE", warifu.Policy.load "/nonexistent/x.json"):find "No such file" ~= nil, true)
end

function cases.an_explanation_is_data_and_a_sentence()
    local policy = assert(warifu.Policy.parse(GUEST))
    local verdict = policy:explain("paired", AIRCON, "operationStatus", "write")
    check.equal(verdict.allowed, false)
    check.equal(verdict.policy, "guest")
    check.equal(verdict.rule, 2)
    check.equal(verdict.line, 3)
    check.equal(verdict.why, "by hand only")
    check.equal(verdict.text, 'a paired peer may not set 013001:80: rule 2 of "guest", line 3, denies it (by hand only)')
    local nothing = policy:explain("known", AIRCON, 0xB3, "write")
    check.equal(nothing.allowed, false)
    check.equal(nothing.rule, nil)
    failure("NOT_IN_DICTIONARY", policy:explain("known", AIRCON, "noSuchThing", "write"))
    misuse("peer", policy.explain, policy, "friend", AIRCON, POWER, "read")
    misuse("access", policy.explain, policy, "paired", AIRCON, POWER, "own")
end

function cases.a_device_lives_by_the_policy_of_a_file_and_explains_it()
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "w"))
    file:write(GUEST)
    file:flush()
    local policy = assert(warifu.Policy.load(path))
    os.remove(path)
    local home <close> = assert(warifu.sim.Home())
    local device = assert(home:device { objects = aircon(), policy = policy })
    local controller, old = assert(home:controller()), assert(home:controller { trusted = false })
    device:open_window()
    local there = home:addresses(device)[1]
    local peer = assert(controller:pair(there, { number = device.number }))
    local node = old:node(there)
    check.equal(assert(node:get(AIRCON, ROOM))[ROOM], "\x15")
    failure("REFUSED", node:get(AIRCON, TARGET))
    failure("REFUSED", peer:set(AIRCON, { [POWER] = "\x30" }))
    check.equal(peer:set(AIRCON, { [TARGET] = "\x19" }), true)
    local owner = device:peers()[1]
    check.equal(device:explain(owner, AIRCON, POWER, "write").rule, 2)
    check.equal(device:explain(home:addresses(controller)[1], AIRCON, ROOM, "read").allowed, false) -- in clear: no way back
    check.equal(device:explain(home:addresses(old)[1], AIRCON, ROOM, "read").allowed, true)
    check.equal(device:explain("member", AIRCON, POWER, "notify").allowed, true)
end

function cases.a_known_address_may_what_mixed_gives_it()
    local home <close> = assert(warifu.sim.Home())
    local old = assert(home:controller { trusted = false })
    local device = assert(home:device { objects = aircon(), policy = "mixed", known = home:addresses(old) })
    local node = old:node(home:addresses(device)[1])
    check.equal(node:set(AIRCON, { [TARGET] = "\x1C" }), true)
    failure("REFUSED", node:set(AIRCON, { [POWER] = "\x30" }))
    check.equal(device:explain(home:addresses(old)[1], AIRCON, "targetTemperature", "write").peer, "known")
    misuse("known", home.device, home, { known = { "the kitchen" } })
end

function cases.a_refusal_is_an_event_with_object_properties_and_access()
    local home <close> = assert(warifu.sim.Home())
    local device = assert(home:device { objects = aircon() })
    local old = assert(home:controller { trusted = false })
    failure("REFUSED", old:node(home:addresses(device)[1]):get(AIRCON, POWER, ROOM))
    local event
    repeat
        event = assert(device:next_event(5))
    until event.kind == "security"
    check.equal(event.error, "POLICY")
    check.equal(event.eoj, 0x013001)
    check.equal(event.epc, POWER)
    check.equal(table.concat(event.epcs, " "), ("%d %d"):format(POWER, ROOM))
    check.equal(event.access, "read")
    check.equal(event.address, home:addresses(old)[1])
end

function cases.a_listener_that_is_switched_off_answers_nothing()
    local home <close> = assert(warifu.sim.Home())
    local silent = assert(home:device { objects = aircon(), listeners_off = { "plaintext", "hello" } })
    local old = assert(home:controller { trusted = false })
    failure("NO_ANSWER", old:node(home:addresses(silent)[1]):get("0EF001", 0xD6))
    check.equal(silent:counters().listener_off > 0, true)
    misuse("listeners_off", home.device, home, { listeners_off = "telnet" })
end

function cases.a_policy_for_a_laboratory_says_so_loudly()
    for policy, loud in pairs { strict = false, mixed = false, open = true } do
        local text = said(function()
            local home <close> = assert(warifu.sim.Home())
            assert(home:device { objects = aircon(), policy = policy })
        end)
        check.equal(text:find("everybody in the network may read and set everything", 1, true) ~= nil, loud)
    end
end

check.main(cases)
