-- Keys that stay in a token of SoftHSM2. The module reads where its tokens are from the environment, so that each case
-- runs in a process of its own.
local check = require "check"
local warifu = require "warifu"

local NUMBER = "FE00007701" .. ("0"):rep(24)
local PIN = "3610"
local MODULES = { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so" }

local function exists(path)
    local file = io.open(path, "rb")
    return file ~= nil and file:close()
end

local function place(key)
    return { module = os.getenv "WARIFU_TEST_MODULE", token = "warifu", pin = PIN, key = key }
end

local function with(options, more)
    for name, value in pairs(more) do
        options[name] = value
    end
    return options
end

local inner = {}

function inner.a_request_becomes_an_identity_whose_key_stays()
    local authority <close> = assert(warifu.Authority.create "Test root")
    local request = assert(warifu.Identity.pkcs11_request(with(place "node", {
        name = "lamp", number = NUMBER, role = "device", make = true })))
    local text = assert(authority:sign(request))
    check.equal(select(3, warifu.Identity.from_pkcs11(text, with(place "node", { pin = "0000" }))), "TOKEN")
    local identity = assert(warifu.Identity.from_pkcs11(text, place "node"))
    check.equal(identity.number, NUMBER)
    check.equal(identity.role, "device")
    check.equal(select(3, identity:save(os.tmpname())), "ARGUMENT")
    check.equal(select(3, warifu.Identity.pkcs11_request(with(place "node", { name = "lamp", make = true }))), "TOKEN")
    assert(warifu.Identity.pkcs11_request(with(place "other", { name = "lamp", make = true })))
    check.equal(select(3, warifu.Identity.from_pkcs11(text, place "other")), "KEY")
end

function inner.a_controller_pairs_with_a_key_in_a_token()
    local folder = os.tmpname()
    assert(os.execute("rm -f " .. folder .. " && mkdir -m 700 " .. folder))
    local authority <close> = assert(warifu.Authority.create "Test root")
    local device = assert(authority:issue("device", NUMBER))
    assert(device:save(folder .. "/device.pem"))
    local request = assert(warifu.Identity.pkcs11_request(with(place "hub", {
        name = "Hub", number = warifu.random_number(), role = "controller", make = true })))
    local identity = assert(warifu.Identity.from_pkcs11(assert(authority:sign(request)), place "hub"))
    local port = 20000 + tonumber(warifu.random_number():sub(-3), 16) * 10
    local process = assert(io.popen(("echo $$; exec %s %s/air_conditioner.lua %s/device.pem %s/device %d 2>&1"):format(
        arg[-1], arg[0]:match "^(.*)/[^/]*$" or ".", folder, folder, port)))
    local pid = process:read "n"
    local gone <close> = setmetatable({}, { __close = function()
        os.execute("kill " .. pid)
        process:close()
        os.execute("rm -r " .. folder)
    end })
    repeat
        local line = assert(process:read "l")
    until line == "ready"
    local controller <close> = assert(warifu.Controller {
        identity = identity, address = "127.0.0.1", port = port, timeout = 5 })
    identity = nil
    collectgarbage() -- the controller keeps what signs for it
    local peer = assert(controller:pair("127.0.0.2", { number = NUMBER }))
    check.equal(peer.number, NUMBER)
end

local cases = {}
for name in pairs(inner) do
    cases[name] = function()
        local module = exists(MODULES[1]) and MODULES[1] or exists(MODULES[2]) and MODULES[2]
        if not module then
            check.skip "there is no SoftHSM2 module"
        end
        local folder = os.tmpname()
        local script = ([[
            rm -f %s && mkdir %s && printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' >%s/conf
            export SOFTHSM2_CONF=%s/conf WARIFU_TEST_MODULE=%s WARIFU_TEST_INNER=1
            softhsm2-util --init-token --free --label warifu --pin %s --so-pin 4711 >/dev/null && %s %s %s
            status=$?
            rm -rf %s
            exit $status]]):format(folder, folder, folder, folder, folder, module, PIN, arg[-1], arg[0], name, folder)
        check.equal(os.execute(script), true)
    end
end

check.main(os.getenv "WARIFU_TEST_INNER" and inner or cases)
