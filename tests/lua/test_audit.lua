-- The audit log as Lua shows it. What is kept and when is proved in tests/c/test_audit.c.
local check = require "check"
local warifu = require "warifu"

local function find(log, what)
    for i = #log, 1, -1 do
        if log[i].what == what then
            return log[i]
        end
    end
    error(("there is no entry %s"):format(what), 2)
end

-- A directory of the case's own, gone at its end.
local function new_folder()
    local path = os.tmpname()
    os.remove(path)
    assert(os.execute("mkdir -m 700 " .. path))
    return setmetatable({ path = path }, { __close = function() os.execute("rm -r " .. path) end })
end

local function port()
    return 20000 + tonumber(warifu.random_number():sub(-3), 16) * 10
end

local cases = {}

function cases.both_sides_of_a_pairing_have_it_in_their_logs()
    local home <close> = assert(warifu.sim.Home())
    local device, controller = assert(home:device()), assert(home:controller())
    assert(device:open_window())
    assert(controller:pair(home:addresses(device)[1], { number = device.number }))
    local entry = find(device:audit(), "paired")
    check.equal(entry.number, controller.number)
    check.equal(entry.count, 1)
    check.equal(entry.boot, 1)
    check.equal(entry.error, nil)
    check.equal(math.type(entry.date), "integer")
    check.equal(entry.at <= entry.last, true)
    check.equal(find(controller:audit(), "paired").number, device.number)
    check.equal(find(device:audit(), "started").sequence, 1)
end

function cases.a_refused_access_names_address_object_and_property()
    local home <close> = assert(warifu.sim.Home())
    local device = assert(home:device { objects = { ["013001"] = { [0xB3] = "\x18" } } })
    local controller = assert(home:controller())
    local _, _, code = controller:node(home:addresses(device)[1]):get("013001", 0xB3)
    check.equal(code, "REFUSED")
    local entry = find(device:audit(), "policy_refused")
    check.equal(entry.error, "POLICY")
    check.equal(entry.eoj, 0x013001)
    check.equal(entry.epc, 0xB3)
    check.equal(entry.text:find("object 013001 property B3", 1, true) ~= nil, true)
    check.equal(entry.json:find('"epc":"B3"', 1, true) ~= nil, true)
end

function cases.the_log_is_read_from_the_directory_while_the_node_runs_and_after()
    local folder <close> = new_folder()
    local identity = assert(assert(warifu.Authority.create "Test CA"):issue "device")
    local options = { identity = identity, state = folder.path, address = "127.0.0.1", port = port() }
    do
        local device <close> = assert(warifu.Device(options))
        assert(device:open_window())
        check.equal(find(assert(warifu.audit(folder.path)), "window_opened").boot, 1)
    end
    local log = assert(warifu.audit(folder.path))
    check.equal(log.damaged, 0)
    check.equal(#log, 2)
end

function cases.reading_the_log_makes_no_directory_and_says_what_is_missing()
    local folder <close> = new_folder()
    local log, message, code = warifu.audit(folder.path .. "/none")
    check.equal(log, nil)
    check.equal(code, "STORE")
    check.equal(message:find(folder.path .. "/none", 1, true) ~= nil, true)
    check.equal(io.open(folder.path .. "/none"), nil)
end

check.main(cases)
