local check = require "check"
local warifu = require "warifu"

local NUMBER = "FE00007701" .. ("0"):rep(24)
local DAY = 86400

-- A folder that is not there; it goes at the end with all in it.
local function new_folder()
    local path = os.tmpname()
    os.remove(path)
    return path, setmetatable({}, { __close = function() os.execute("rm -rf '" .. path .. "'") end })
end

-- The warning goes to the standard error; a test needs it once.
local function create(folder, ...)
    local real, said = io.stderr, {}
    io.stderr = { write = function(_, text) said[#said + 1] = text end }
    local authority, message, code = warifu.Authority.create("Test root", { folder = folder })
    io.stderr = real
    for _, kind in ipairs { ... } do
        assert(authority:add_ca(kind, "Test " .. kind))
    end
    return authority, message, code, table.concat(said)
end

local function misuse(wanted, f, ...)
    local ok, message = pcall(f, ...)
    check.equal(ok, false)
    check.equal(message:match "bad argument '([^']*)'", wanted)
end

local cases = {}

function cases.a_folder_warns_and_memory_does_not()
    local folder <const>, gone <close> = new_folder()
    local authority <close>, _, _, said = create(folder)
    check.equal(said:find("HSM", 1, true) ~= nil, true)
    local silent <close>, _, _, nothing = create(nil)
    check.equal(nothing, "")
end

function cases.a_folder_keeps_all_of_it_for_one_at_a_time()
    local folder <const>, gone <close> = new_folder()
    local authority = create(folder, "issuing")
    local device = assert(authority:issue("device", NUMBER, { name = "lamp" }))
    check.equal(select(3, warifu.Authority.open(folder)), "STORE_LOCKED")
    authority:close()
    check.equal(tostring(authority), "warifu.Authority (closed)")
    misuse("self", authority.issue, authority, "device")
    local again <close> = assert(warifu.Authority.open(folder))
    local issued = again:issued()
    check.equal(#issued, 3)
    check.equal(issued[3].number, NUMBER)
    check.equal(issued[3].role, "device")
    check.equal(issued[3].issuer, "issuing")
    check.equal(issued[1].role, nil)
    check.equal(issued[3].not_after, device.not_after)
    check.equal(#again:certificate() > 100 and again:certificate "devices" == nil, true)
    check.equal(select(3, create(folder)), "STORE")
end

function cases.renewing_and_revoking()
    local folder <const>, gone <close> = new_folder()
    local authority <close> = create(folder, "devices")
    local device = assert(authority:issue("device", NUMBER, { days = 1 }))
    local fresh = assert(authority:renew(device, { days = 100 }))
    check.equal(fresh.number, NUMBER)
    check.equal(fresh.not_after > device.not_after + 90 * DAY, true)
    check.equal(fresh.fingerprint ~= device.fingerprint, true)
    local issued = authority:issued()
    local text = assert(authority:renew(issued[3].serial))
    check.equal(select(2, text:gsub("BEGIN CERTIFICATE", "")), 3)
    local before = assert(authority:publish())
    check.equal(before.root ~= nil and before.devices ~= nil and before.issuing == nil, true)
    check.equal(authority:revoke(device, "key_compromise"), true)
    check.equal(select(3, authority:revoke(issued[3].serial)), "REVOKED")
    check.equal(select(3, authority:renew(device)), "REVOKED")
    check.equal(select(3, authority:revoke "00"), "ARGUMENT")
    issued = authority:issued()
    check.equal(issued[3].reason, "key_compromise")
    check.equal(issued[3].revoked > os.time() - 60, true)
    check.equal(#assert(authority:publish { days = 2 }).devices > #before.devices, true)
    check.equal(io.open(folder .. "/devices.crl.pem", "r") ~= nil, true)
    misuse("reason", authority.revoke, authority, device, "whim")
    misuse("what", authority.revoke, authority, "no hexadecimal")
    misuse("kind", authority.add_ca, authority, "lamps", "x")
    check.equal(select(3, authority:add_ca("devices", "Test")), "STATE")
end

function cases.what_is_no_request_is_refused()
    local authority <close> = create(nil)
    check.equal(select(3, authority:sign "no request"), "PEM")
    check.equal(select(3, authority:sign("\x30\x03\x02\x01\x00", { role = "device" })), "REQUEST")
    misuse("role", authority.sign, authority, "x", { role = "lamp" })
end

check.main(cases)
