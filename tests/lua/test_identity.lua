local check = require "check"
local warifu = require "warifu"

local NUMBER = "FE00007701" .. ("0"):rep(24)

-- A path of a file that is not there; it goes at the end.
local function new_path()
    local path = os.tmpname()
    os.remove(path)
    return path, setmetatable({}, { __close = function() os.remove(path) end })
end

local function misuse(wanted, f, ...)
    local ok, message = pcall(f, ...)
    check.equal(ok, false)
    check.equal(message:match "bad argument '([^']*)'", wanted)
end

local cases = {}

function cases.an_issued_identity_says_whose_it_is()
    local authority = assert(warifu.Authority.create "Test CA")
    local device = assert(authority:issue("device", NUMBER))
    check.equal(device.number, NUMBER)
    check.equal(device.role, "device")
    check.equal(#device.fingerprint, 64)
    check.equal(device.not_after > os.time() + 3649 * 86400, true)
    local raw = assert(authority:issue("controller", warifu.codec.unhex(NUMBER), { name = "Panel", days = 2 }))
    check.equal(raw.number, NUMBER)
    check.equal(raw.role, "controller")
    check.equal(raw.not_after < os.time() + 3 * 86400, true)
end

function cases.a_request_for_its_key_becomes_an_identity_of_the_same_number()
    local own = assert(assert(warifu.Authority.create "No CA"):issue("controller", NUMBER))
    local request = assert(own:request { name = "Hub" })
    local authority <close> = assert(warifu.Authority.create "Test CA")
    local text = assert(authority:sign(request))
    local certified <close> = assert(own:certified(text))
    check.equal(certified.number, NUMBER)
    check.equal(certified.role, "controller")
    check.equal(certified.fingerprint ~= own.fingerprint, true)
    local path <const>, gone <close> = new_path()
    assert(certified:save(path))
    check.equal(assert(warifu.Identity.load(path)).fingerprint, certified.fingerprint)
    check.equal(select(3, assert(authority:issue "controller"):certified(text)), "KEY")
    check.equal(select(3, own:certified "nothing"), "PEM")
end

function cases.without_a_number_it_is_one_for_experiments()
    local authority = assert(warifu.Authority.create "Test CA")
    local a, b = assert(authority:issue "device"), assert(authority:issue "device")
    check.equal(a.number:sub(1, 8), "FEFFFFFF")
    check.equal(#a.number, 34)
    check.equal(a.number ~= b.number, true)
    check.equal(#warifu.random_number(), 34)
end

function cases.a_file_brings_an_identity_back()
    local path <const>, file <close> = new_path()
    local device = assert(assert(warifu.Authority.create "Test CA"):issue "device")
    check.equal(device:save(path), true)
    check.equal(assert(warifu.Identity.load(path)).fingerprint, device.fingerprint)
end

function cases.a_file_that_is_not_there_is_an_expected_failure()
    local path <const>, file <close> = new_path()
    local identity, message, code = warifu.Identity.load(path)
    check.equal(identity, nil)
    check.equal(code, "STORE")
    check.equal(message:find(path .. ": No such file or directory", 1, true) ~= nil, true)
    check.equal(select(3, assert(assert(warifu.Authority.create "Test CA"):issue "device"):save(path .. "/below")), "STORE")
end

function cases.text_that_is_no_identity_is_an_expected_failure()
    local path <const>, file <close> = new_path()
    local authority = assert(warifu.Authority.create "Test CA")
    assert(assert(authority:issue "device"):save(path)) -- makes the file private
    assert(io.open(path, "w")):write("no PEM\n"):close()
    check.equal(select(3, warifu.Identity.load(path)), "PEM")
end

function cases.no_secret_is_in_the_text_of_an_object()
    local path <const>, file <close> = new_path()
    local authority = assert(warifu.Authority.create "Test CA")
    local device = assert(authority:issue("device", NUMBER))
    check.equal(tostring(authority), "warifu.Authority")
    check.equal(tostring(device), "warifu.Identity (device " .. NUMBER .. ")")
end

function cases.a_closed_identity_says_so_and_can_not_be_used()
    local kept
    do
        local device <close> = assert(assert(warifu.Authority.create "Test CA"):issue "device")
        kept = device
    end
    check.equal(tostring(kept), "warifu.Identity (closed)")
    misuse("self", kept.save, kept, "/tmp/never")
    misuse("identity", function() return kept.number end)
end

function cases.misuse_names_the_argument()
    local authority = assert(warifu.Authority.create "Test CA")
    misuse("name", warifu.Authority.create)
    misuse("days", warifu.Authority.create, "x", { days = 0 })
    misuse("dayz", warifu.Authority.create, "x", { dayz = 1 })
    misuse("role", authority.issue, authority, "boss")
    misuse("number", authority.issue, authority, "device", "FE")
    misuse("number", authority.issue, authority, "device", ("x"):rep(34))
    misuse("path", warifu.Identity.load, 5)
    misuse("path", warifu.Identity.load, "a\0b")
end

function cases.the_metatable_is_not_for_scripts()
    check.equal(getmetatable(assert(warifu.Authority.create "Test CA")), "warifu.Authority")
end

check.main(cases)
