local check = require "check"
local warifu = require "warifu"

local TEXT = "WARIFU:1P1YSGZ05BQZMJ2HX32TZ800ZYPG1JMYEBNTFVW4NWMM1MX8TJHNSBCGEFPY9S787NEC8ARGQYT0GC3JZG6Y"
local GROUPED =
    "WARIFU:1P1Y-SGZ0-5BQZ-MJ2H-X32T-Z800-ZYPG-1JMY-EBNT-FVW4-NWMM-1MX8-TJHN-SBCG-EFPY-9S78-7NEC-8ARG-QYT0-GC3J-ZG6Y"
local KEY = "B07D987C055DFF490A3D18B5F4001FF5A01953CE5D74FDF095E5281A751A946B" -- of the example above

local function misuse(wanted, f, ...)
    local ok, message = pcall(f, ...)
    check.equal(ok, false)
    check.equal(message:match "bad argument '([^']*)'", wanted)
end

local cases = {}

function cases.a_code_is_read_and_written()
    local code = assert(warifu.SetupCode.parse("\n " .. GROUPED:lower() .. "\r\n"))
    check.equal(code:text(), TEXT)
    check.equal(code:text { grouped = true }, GROUPED)
    check.equal(code.fingerprint, KEY)
    check.equal(code.nothing, nil)
end

function cases.what_is_no_code_says_where_and_why()
    local code, message, name = warifu.SetupCode.parse(TEXT:sub(1, 40) .. "O" .. TEXT:sub(42))
    check.equal(code, nil)
    check.equal(name, "NOT_A_CODE")
    check.equal(message:find("(character 41)", 1, true) ~= nil, true)
    check.equal(message:find(TEXT:sub(20, 26), 1, true), nil)
    code, message, name = warifu.SetupCode.parse(TEXT:sub(1, 50) .. "0" .. TEXT:sub(52))
    check.equal(code, nil)
    check.equal(name, "NOT_A_CODE")
    check.equal(message:find("its checksum is wrong", 1, true) ~= nil, true)
end

function cases.a_code_is_made_for_an_identity_with_a_fresh_secret()
    local authority = assert(warifu.Authority.create "Test CA")
    local device, other = assert(authority:issue "device"), assert(authority:issue "device")
    local code, second = assert(warifu.SetupCode.make(device)), assert(warifu.SetupCode.make(device))
    check.equal(code.fingerprint, second.fingerprint)
    check.equal(code == second, false)
    check.equal(code == assert(warifu.SetupCode.parse(code:text())), true)
    check.equal(code:belongs_to(device), true)
    check.equal(code:belongs_to(other), false)
end

function cases.the_text_of_the_object_holds_no_secret()
    local code = assert(warifu.SetupCode.parse(TEXT))
    check.equal(tostring(code), "warifu.SetupCode (key B07D987C055DFF49...)")
end

function cases.the_drawing_has_the_lines_of_a_qr_code_of_version_5()
    local code = assert(warifu.SetupCode.parse(TEXT))
    local plain, blocks = code:qr { ascii = true }, code:qr()
    check.equal(plain:find "[^# \n]", nil)
    check.equal(select(2, plain:gsub("\n", "")), 45)
    check.equal(select(2, blocks:gsub("\n", "")), 23)
    check.equal(blocks == code:qr { invert = true }, false)
    check.equal(blocks:sub(1, 3), "█")
    check.equal(code:qr { invert = true }:sub(1, 1), " ")
end

function cases.a_closed_code_says_so()
    local closed
    do
        local code <close> = assert(warifu.SetupCode.parse(TEXT))
        closed = code
    end
    check.equal(tostring(closed), "warifu.SetupCode (closed)")
    misuse("self", closed.text, closed)
    misuse("self", function() return closed.fingerprint end)
    check.equal(closed == assert(warifu.SetupCode.parse(TEXT)), false)
end

function cases.misuse_names_the_argument()
    local code = assert(warifu.SetupCode.parse(TEXT))
    misuse("text", warifu.SetupCode.parse, 7)
    misuse("identity", warifu.SetupCode.make, "device")
    misuse("identity", code.belongs_to, code, code)
    misuse("colour", code.qr, code, { colour = true })
    misuse("self", code.text, "no code")
end

check.main(cases)
