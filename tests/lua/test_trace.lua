-- Traces and key logs in a simulated home: what is in the files, and what is not.
local check = require "check"
local warifu = require "warifu"

local AIRCON, TARGET = 0x013001, 0xB3
local SECRET = "B3011A" -- targetTemperature 26, as it stands in EDATA

local function new_path(ending)
    local path = os.tmpname()
    os.remove(path)
    return path .. ending
end

local function contents(path)
    local file <close> = assert(io.open(path, "rb"))
    return file:read "a"
end

local function mode(path)
    local listing <close> = assert(io.popen(("ls -l '%s'"):format(path)))
    return listing:read "a":sub(1, 10)
end

-- What is written to the standard error meanwhile.
local function said(act)
    local path, real = new_path ".err", io.stderr
    io.stderr = assert(io.open(path, "w"))
    local ok, message = pcall(act)
    io.stderr:close()
    io.stderr = real
    local text = contents(path)
    os.remove(path)
    assert(ok, message)
    return text
end

-- Pairs, sets 26 degrees, and gives the home, its controller and the peer.
local function set_something(options)
    local home = assert(warifu.sim.Home { seed = 7 })
    local device = assert(home:device { objects = { [AIRCON] = { [TARGET] = { value = "\x14", access = "get set" } } } })
    local controller = assert(home:controller(options))
    assert(device:open_window())
    local peer = assert(controller:pair(home:addresses(device)[1], { number = device.number }))
    assert(peer:set(AIRCON, { [TARGET] = "\x1A" }))
    return home, controller, peer, device
end

local function traced_file(path, options)
    local file
    local text = said(function()
        file = assert(warifu.trace.open(path, options))
    end)
    local _, controller = set_something { trace = file }
    controller:close()
    file:close()
    return contents(path), text
end

local cases = {}

function cases.a_file_has_the_form_that_its_name_means()
    local starts = { [".pcapng"] = "\x0A\x0D\x0D\x0A", [".jsonl"] = "{", [".txt"] = "%d%d:%d%d:%d%d%.%d%d%d [<-][->] " }
    for ending, start in pairs(starts) do
        local path = new_path(ending)
        check.equal(traced_file(path):find("^" .. start) ~= nil, true)
        check.equal(mode(path), "-rw-------")
        os.remove(path)
    end
end

function cases.what_records_protect_is_in_a_file_only_when_asked_for_and_that_is_said()
    local secret = warifu.codec.unhex(SECRET)
    for _, ending in ipairs { ".pcapng", ".jsonl", ".txt" } do
        local shy, open = new_path(ending), new_path(ending)
        local bytes, text = traced_file(shy)
        check.equal(bytes:find(SECRET, 1, true) or bytes:find(secret, 1, true), nil)
        check.equal(text, "")
        bytes, text = traced_file(open, { plain = true })
        check.equal((bytes:find("B3=1A", 1, true) or bytes:find(secret, 1, true)) ~= nil, true)
        check.equal(text:find("in clear what records protect", 1, true) ~= nil, true)
        os.remove(shy)
        os.remove(open)
    end
end

function cases.what_was_written_reads_back()
    for _, ending in ipairs { ".pcapng", ".jsonl" } do
        local path, seen = new_path(ending), {}
        local file = assert(warifu.trace.open(path, { plain = true }))
        local _, controller = set_something { trace = function(traced)
            seen[#seen + 1] = traced
            file:write(traced)
        end }
        controller:close()
        file:close()
        local read = assert(warifu.trace.read(path))
        check.equal(#read, #seen)
        for i, one in ipairs(seen) do
            for _, field in ipairs { "sent", "multicast", "address", "datagram", "inner" } do
                check.equal(read[i][field], one[field])
            end
            check.equal(math.abs(read[i].time - one.time) < 2e-6, true)
        end
        os.remove(path)
    end
end

function cases.a_file_that_is_there_is_not_touched_unless_one_adds_to_it()
    local path = new_path ".jsonl"
    assert(warifu.trace.open(path)):close()
    check.equal(select(3, warifu.trace.open(path)), "STORE")
    local file = assert(warifu.trace.open(path, { append = true }))
    assert(file:write { time = 1, sent = true, datagram = "\x10\x81" })
    file:close()
    check.equal(select(3, warifu.trace.open(path, { append = true, form = "pcapng" })), "NOT_A_TRACE")
    file = assert(warifu.trace.open(path, { append = true }))
    assert(file:write { time = 2, sent = true, datagram = "\x10\x82" })
    file:close()
    check.equal(#assert(warifu.trace.read(path)), 2)
    assert(os.execute(("chmod 644 '%s'"):format(path)))
    check.equal(select(3, warifu.trace.open(path, { append = true })), "STORE")
    os.remove(path)
end

function cases.a_full_disk_is_said_once_and_ends_nothing()
    local path = new_path ".jsonl" -- with a limit on its size, as if the disk were full
    local program = ([[
        local warifu = require "warifu"
        local file = assert(warifu.trace.open(%q))
        for i = 1, 100 do
            file:write { time = i, sent = true, datagram = ("\x10"):rep(500) }
        end
        print(file:lost())
    ]]):format(path)
    local command = ("trap '' XFSZ; ulimit -f 8; exec %s -e '%s' 2>&1"):format(arg[-1], program:gsub("'", "'\\''"))
    local output <close> = assert(io.popen(command))
    local text = output:read "a"
    check.equal(select(2, text:gsub("the trace ends here", "")), 1)
    local read = assert(warifu.trace.read(path))
    check.equal(#read + tonumber(text:match "(%d+)%s*$"), 100)
    check.equal(#read > 0, true)
    os.remove(path)
end

function cases.a_trace_can_begin_and_end_at_any_time()
    local _, controller, peer = set_something()
    local count = 0
    controller:set_trace(function(traced)
        count = count + 1
        check.equal(traced.own:find "^10%.0%." ~= nil, true)
    end)
    assert(peer:get(AIRCON, TARGET))
    local seen = count
    check.equal(seen >= 2, true)
    controller:set_trace(nil)
    assert(peer:get(AIRCON, TARGET))
    check.equal(count, seen)
    controller:close()
end

function cases.the_key_log_is_said_and_private_and_has_the_sessions()
    local path = new_path ".keys"
    local text = said(function()
        local _, controller = set_something { keylog = path }
        controller:close()
    end)
    check.equal(text:find("KEY LOG", 1, true) ~= nil, true)
    check.equal(mode(path), "-rw-------")
    local _, lines = contents(path):gsub('"controller_kid":"%x%x","controller_key":"' .. ("%x"):rep(32) .. '"', "")
    check.equal(lines, 1)
    os.remove(path)
end

function cases.a_key_log_has_the_sessions_that_there_are_and_ends_when_told()
    local path = new_path ".keys"
    local _, controller = set_something()
    said(function()
        assert(controller:log_keys(path))
    end)
    check.equal(select(2, contents(path):gsub("controller_kid", "")), 1)
    assert(controller:log_keys(nil))
    controller:close()
    os.remove(path)
end

function cases.a_file_that_is_damaged_gives_what_was_whole()
    local list, message, code = warifu.trace.parse "1081 0001 05FF01 013001 62 01 80 00\n# a remark\n\n108\n"
    check.equal(#list, 1)
    check.equal(code, "NOT_A_TRACE")
    check.equal(message:find("line 4", 1, true) ~= nil, true)
    check.equal(select(3, warifu.trace.read "/nowhere"), "STORE")
end

function cases.one_datagram_has_a_text_with_its_bytes()
    local text = warifu.trace.text({ time = 0.5, sent = true, address = "192.0.2.7:3610",
        datagram = "\x10\x81\x00\x01\x05\xFF\x01\x01\x30\x01\x62\x01\x80\x00" }, { dump = true })
    check.equal(text:match "^%d%d:%d%d:(.*)$", "00.500 -> 192.0.2.7:3610 14 bytes [0001] Get 05FF01 -> 013001: "
        .. "80 (operationStatus)\n  00000000: 1081 0001 05FF 0101 3001 6201 8000       ........0.b...")
end

check.main(cases)
