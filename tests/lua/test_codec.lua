local check = require "check"
local warifu = require "warifu"

local codec = warifu.codec
local GET = "\x10\x81\x12\x34\x05\xFF\x01\x01\x30\x01\x62\x02\x80\x00\xB3\x00"
local SETGET = "\x10\x81\x00\x01\x05\xFF\x01\x01\x30\x01\x6E\x01\x80\x01\x30\x01\xBB\x00"

local function misuse(wanted, f, ...)
    local ok, message = pcall(f, ...)
    check.equal(ok, false)
    if not message:find(wanted, 1, true) then
        error(("%q has no %q"):format(message, wanted), 2)
    end
    if not message:find "^[^:]*test_codec%.lua:%d+: bad argument" then
        error(("%q does not name this file"):format(message), 2)
    end
end

local cases = {}

function cases.a_frame_becomes_a_table_and_the_same_bytes_again()
    local frame = codec.parse(GET)
    check.equal(frame.format, 1)
    check.equal(frame.tid, 0x1234)
    check.equal(frame.seoj, 0x05FF01)
    check.equal(frame.deoj, 0x013001)
    check.equal(codec.esv_name(frame.esv), "Get")
    check.equal(#frame.properties, 2)
    check.equal(frame.properties[2].epc, 0xB3)
    check.equal(frame.properties[2].edt, "")
    check.equal(codec.compose(frame), GET)
end

function cases.both_lists_of_a_setget_are_kept()
    local frame = codec.parse(SETGET)
    check.equal(frame.properties[1].edt, "\x30")
    check.equal(frame.gets[1].epc, 0xBB)
    check.equal(codec.compose(frame), SETGET)
end

function cases.the_arbitrary_format_is_kept_as_bytes()
    local frame = codec.parse "\x10\x82\x00\x07hello"
    check.equal(frame.format, 2)
    check.equal(frame.arbitrary, "hello")
    check.equal(codec.compose(frame), "\x10\x82\x00\x07hello")
end

function cases.objects_may_be_named_by_their_digits()
    local bytes = codec.compose { tid = 0x1234, seoj = "05ff01", deoj = "013001", esv = 0x62,
        properties = { { epc = 0x80 }, { epc = 0xB3 } } }
    check.equal(bytes, GET)
end

function cases.what_is_no_frame_is_an_expected_failure()
    for _, bytes in ipairs { "", "\x10", "\x10\x81", GET:sub(1, -2), "\x11" .. GET:sub(2) } do
        local frame, message, code = codec.parse(bytes)
        check.equal(frame, nil)
        check.equal(code, "FRAME")
        check.equal(message:find("not an ECHONET Lite frame", 1, true) ~= nil, true)
    end
end

function cases.what_does_not_fit_a_datagram_is_an_expected_failure()
    local frame = codec.parse(GET)
    for i = 1, 6 do
        frame.properties[i] = { epc = 0x80 + i, edt = ("x"):rep(255) }
    end
    check.equal(select(3, codec.compose(frame)), "TOO_SMALL")
    frame.properties = { { epc = 0x80, edt = ("x"):rep(256) } }
    check.equal(select(3, codec.compose(frame)), "TOO_SMALL")
    check.equal(select(3, codec.compose { arbitrary = ("x"):rep(1300) }), "TOO_SMALL")
end

function cases.misuse_names_the_argument_and_the_callers_line()
    misuse("'bytes'", codec.parse, 1)
    misuse("'frame'", codec.compose, "x")
    misuse("'frame'", codec.compose, {})
    misuse("'seoj'", codec.compose, { esv = 0x62 })
    misuse("'deoj'", codec.compose, { esv = 0x62, seoj = 1, deoj = "13001" })
    misuse("'esv'", codec.compose, { esv = 256, seoj = 1, deoj = 1 })
    misuse("'tid'", codec.compose, { esv = 0x62, seoj = 1, deoj = 1, tid = 65536 })
    misuse("'properties'", codec.compose, { esv = 0x62, seoj = 1, deoj = 1, properties = { 1 } })
    misuse("'epc'", codec.compose, { esv = 0x62, seoj = 1, deoj = 1, properties = { {} } })
    misuse("'edt'", codec.compose, { esv = 0x62, seoj = 1, deoj = 1, properties = { { epc = 1, edt = 5 } } })
end

function cases.any_frame_has_a_text()
    check.equal(codec.decode "1081 1234 05FF01 013001 62 02 80 00 B3 00",
        "ECHONET Lite, TID 1234: 05FF01 -> 013001 Get (62)\n  80 (operationStatus)\n  B3 (targetTemperature)")
    check.equal(codec.decode(SETGET),
        "ECHONET Lite, TID 0001: 05FF01 -> 013001 SetGet (6E)\n  set 80=30 (operationStatus true)\n  get BB (roomTemperature)")
    check.equal(codec.decode "10:82:00:07:FF:00", "ECHONET Lite, TID 0007: arbitrary format\n  2 bytes: FF00")
    check.equal(select(3, codec.decode "1083"), "FRAME")
end

function cases.a_device_authentication_frame_has_a_text()
    check.equal(codec.decode "1082 0102 10 0000000000", "Device Authentication, TID 0102: hello (10)")
    local text = codec.decode "1082 0102 18 11 07 05 00112233445566778899AABBCCDDEEFF00"
    check.equal(text:match "^[^\n]*", "Device Authentication, TID 0102: request (18)")
    check.equal(text:find("\n  PIV 5\n", 1, true) ~= nil, true)
    check.equal(text:find("\n  kid 07\n", 1, true) ~= nil, true)
    check.equal(warifu.decode, codec.decode)
end

function cases.hexadecimal_goes_both_ways()
    check.equal(codec.hex "\0\x1F\xFF", "001FFF")
    check.equal(codec.unhex "00 1f:FF\n", "\0\x1F\xFF")
    check.equal(codec.unhex "", "")
    for _, text in ipairs { "0", "0g", "0x10" } do
        check.equal(select(3, codec.unhex(text)), "ARGUMENT")
    end
end

function cases.a_property_map_is_a_list_of_codes()
    check.equal(table.concat(codec.property_map "\x03\x80\xB3\xBB", " "), "128 179 187")
    check.equal(select(3, codec.property_map ""), "PROPERTY_MAP")
end

function cases.every_error_has_its_words()
    local count = 0
    for name, row in pairs(warifu.errors) do
        count = count + 1
        check.equal(row.name, name)
        check.equal(name == "OK" or row.code >= 100 and row.what ~= "" and row.next ~= "", true)
    end
    check.equal(count > 50, true)
    check.equal(warifu.errors.WINDOW_CLOSED.nature, "denied")
end

function cases.a_property_map_is_written_as_it_is_read()
    for _, count in ipairs { 0, 1, 15, 16, 100 } do
        local epcs = {}
        for i = 1, count do
            epcs[i] = 0x80 + i
        end
        local bytes = codec.compose_property_map(epcs)
        check.equal(#bytes, count < 16 and count + 1 or 17)
        check.equal(table.concat(assert(codec.property_map(bytes)), " "), table.concat(epcs, " "))
    end
end

function cases.a_frame_of_device_authentication_becomes_a_table()
    local hello = assert(codec.parse_da(codec.unhex "1082 0007 10 0000000000"))
    check.equal(hello.tid, 7)
    check.equal(hello.name, "hello")
    check.equal(select(3, codec.parse_da "x"), "FRAME")
end

check.main(cases)
