-- warifu.keeping on a state directory of the test's own, and the local acts of a running node.
local check = require "check"
local warifu = require "warifu"

local PASSPHRASE = "correct horse battery"

local function failure(code, result, message, got)
    check.equal(result, nil)
    check.equal(got, code)
    check.equal(type(message), "string")
end

-- A state directory that a device has used once.
local function used_state()
    local state = os.tmpname()
    os.remove(state)
    local identity = assert(assert(warifu.Authority.create "Test CA"):issue "device")
    local device <close> = assert(warifu.Device {
        identity = identity, state = state, address = "127.0.0.1", port = 20000 + math.random(40000),
    })
    return state
end

local function remove(...)
    for _, path in ipairs { ... } do
        os.execute("rm -rf '" .. path .. "'")
    end
end

local function with_files(act)
    local state = used_state()
    local file = state .. ".backup"
    local done, problem = pcall(act, state, file)
    remove(state, file, file .. ".old")
    assert(done, problem)
end

local cases = {}

function cases.a_backup_is_written_once_and_restored_with_its_passphrase_only()
    with_files(function(state, file)
        assert(warifu.keeping.backup(file, PASSPHRASE, { state = state, iterations = 1000 }))
        failure("STORE", warifu.keeping.backup(file, PASSPHRASE, { state = state, iterations = 1000 }))
        failure("ARGUMENT", warifu.keeping.backup(file .. ".old", "short", { state = state }))
        failure("PASSPHRASE", warifu.keeping.restore(file, PASSPHRASE .. "!", { state = state }))
        failure("STORE", warifu.keeping.restore(file .. ".none", PASSPHRASE, { state = state }))
        assert(warifu.keeping.restore(file, PASSPHRASE, { state = state }))
        assert(warifu.keeping.restore(file, PASSPHRASE, { state = state, keep_old = file .. ".old" }))
    end)
end

function cases.a_directory_is_listed_reset_and_adopted()
    with_files(function(state)
        check.equal(#assert(warifu.keeping.peers(state)), 0)
        failure("NOT_PAIRED", warifu.keeping.forget("FE" .. ("00"):rep(16), state))
        check.equal(warifu.keeping.forget_damaged(state), 0)
        check.equal(warifu.keeping.reset(state), true)
        check.equal(warifu.keeping.adopt(state), true)
    end)
end

function cases.a_directory_that_is_not_there_is_not_made()
    local state = os.tmpname()
    os.remove(state)
    failure("STORE", warifu.keeping.peers(state))
    failure("STORE", warifu.keeping.reset(state))
    check.equal(io.open(state), nil)
end

function cases.a_running_node_forgets_a_peer_and_is_reset()
    local home <close> = assert(warifu.sim.Home { seed = 5 })
    local device, controller = assert(home:device()), assert(home:controller())
    for _ = 1, 2 do
        assert(device:open_window())
        assert(controller:pair(home:addresses(device)[1], { number = device.number }))
        check.equal(assert(device:forget_peer(device:peers()[1])), true)
        check.equal(#device:peers(), 0)
        check.equal(assert(controller:factory_reset()), true)
        check.equal(#controller:peers(), 0)
    end
end

check.main(cases)
