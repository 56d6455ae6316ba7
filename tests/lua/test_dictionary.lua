-- Names and values from Lua; the values' own rules are tested in C.
local check = require "check"
local warifu = require "warifu"

local dictionary = warifu.dictionary
local AIRCON, METER = "homeAirConditioner", "lvSmartElectricEnergyMeter"

local function refused(code, text, value, message, got)
    check.equal(value, nil)
    check.equal(got, code)
    if not message:find(text, 1, true) then
        error(("%q has no %q"):format(message, text), 2)
    end
end

local function round_trip(class, property, bytes)
    local value, message = dictionary.decode(class, property, bytes)
    assert(value ~= nil, message)
    check.equal(assert(dictionary.encode(class, property, value)), bytes)
    return value
end

local cases = {}

function cases.classes_and_properties_are_found_by_code_and_by_name()
    check.equal(dictionary.find_class(0x0130), dictionary.find_class(AIRCON))
    check.equal(dictionary.find_class(AIRCON).ja, "家庭用エアコン")
    check.equal(dictionary.classes()[1].code, 0)
    local found = dictionary.find(0x0130, 0xB3)
    check.equal(found.id, "targetTemperature")
    check.equal(dictionary.find(AIRCON, "targetTemperature").epc, 0xB3)
    check.equal(found.get .. found.set .. found.inf, "requiredrequiredoptional")
    check.equal(dictionary.find(METER, 0xE2).atomic, 0xE5)
    check.equal(dictionary.find(0x0500, 0x80).class, 0) -- a class that MRA does not have
    check.equal(#dictionary.properties(AIRCON) > #dictionary.entries(AIRCON) - 20, true)
end

function cases.a_type_has_unit_limits_and_states()
    local kind = dictionary.type(AIRCON, "targetTemperature")
    check.equal(kind.kind, "one_of")
    local number, state = kind.members[1].type, kind.members[2].type
    check.equal(number.unit, "Celsius")
    check.equal(number.minimum .. " " .. number.maximum .. " " .. number.step, "0 50 1")
    check.equal(state.states[1].id, "undefined")
    check.equal(state.states[1].read_only, true)
end

function cases.what_is_not_there_is_an_expected_failure()
    refused("NOT_IN_DICTIONARY", "targetTemprature", dictionary.find(AIRCON, "targetTemprature"))
    refused("NOT_IN_DICTIONARY", "homeAircon", dictionary.find("homeAircon", 0x80))
    refused("NOT_IN_DICTIONARY", "property FE of class 0130", dictionary.decode(0x0130, 0xFE, "\0"))
    refused("NOT_IN_DICTIONARY", "class 0500", dictionary.find_class(0x0500))
    check.equal(pcall(dictionary.find, 0x013001, 0x80), false)
    check.equal(pcall(dictionary.find, AIRCON, 0xB3, "r"), false)
end

function cases.values_are_what_lua_has()
    local value, unit = dictionary.decode(AIRCON, "roomTemperature", "\x18")
    check.equal(value, 24)
    check.equal(unit, "Celsius")
    check.equal(round_trip(AIRCON, "operationMode", "\x42"), "cooling")
    check.equal(round_trip(AIRCON, "operationStatus", "\x31"), false)
    check.equal(round_trip(AIRCON, "airFlowLevel", "\x33"), 3)
    check.equal(round_trip(AIRCON, 0x97, "\x0C\x1E").hour, 12)
    local day = round_trip(AIRCON, 0x98, "\x07\xEA\x0B\x17")
    check.equal(day.year .. " " .. day.month .. " " .. day.day, "2026 11 23")
    local current = round_trip(METER, "instantaneousCurrent", "\x00\x0C\xFF\xF9")
    check.equal(current.rPhase, 1.2)
    check.equal(current.tPhase, -0.7)
    local log = round_trip(METER, 0xE2, "\0\1" .. ("\xFF\xFF\xFF\xFE"):rep(47) .. "\0\0\0\5")
    check.equal(log.electricEnergy[1], dictionary.NO_DATA)
    check.equal(log.electricEnergy[48], 5)
    check.equal(round_trip(AIRCON, "airCleaningMethod", "\xF1")._bytes, "\xF1")
    check.equal(round_trip(0x0EF0, "selfNodeInstances", "\0\0\1"), "\0\0\1")
end

function cases.what_is_no_number_is_a_constant()
    check.equal(dictionary.decode(AIRCON, 0xBB, "\x7F"), dictionary.OVERFLOW)
    check.equal(dictionary.decode(AIRCON, 0xBB, "\x80"), dictionary.UNDERFLOW)
    check.equal(dictionary.decode(AIRCON, 0xB3, "\xFD"), dictionary.UNDEFINED)
    check.equal(tostring(dictionary.OVERFLOW), "overflow")
    check.equal(dictionary.encode(AIRCON, 0xB3, dictionary.UNDEFINED), "\xFD")
    refused("WRONG_VALUE", "can't be set",
        dictionary.encode(AIRCON, 0xB3, dictionary.UNDEFINED, { to_set = true }))
end

function cases.numbers_with_decimals_are_exact()
    for _, number in ipairs { 1.2, 0.1 + 1.1, 12 / 10 } do
        check.equal(dictionary.encode(METER, "instantaneousCurrent", { rPhase = number, tPhase = -0.0 }), "\0\x0C\0\0")
    end
    check.equal(dictionary.encode(AIRCON, 0xB3, 26.0), "\x1A")
end

function cases.a_wrong_value_says_what_is_allowed()
    local function wrong(property, value, text)
        refused("WRONG_VALUE", text, dictionary.encode(AIRCON, property, value, { to_set = true }))
    end
    wrong("targetTemperature", 51, "targetTemperature (B3): 51 can't be set; it takes 0 to 50 Celsius")
    wrong("targetTemperature", 25.5, "0 to 50 Celsius")
    wrong("targetTemperature", 0 / 0, "no number")
    wrong("targetTemperature", 1 / 0, "no number")
    wrong("targetTemperature", 1e300, "no number")
    wrong("targetTemperature", print, "function")
    wrong("targetTemperature", {}, "0 to 50 Celsius")
    wrong("operationMode", "warm", "warm can't be set")
    wrong("operationMode", "a\0b", "operationMode (B0)")
    wrong("airFlowLevel", 9, "level 1 to 8; auto")
    wrong("airCleaningMethod", { nothing = true }, "it has no 'nothing'")
    refused("WRONG_VALUE", "'tPhase' is missing", dictionary.encode(METER, "instantaneousCurrent", { rPhase = 1 }))
    refused("WRONG_VALUE", "targetTemperature", dictionary.decode(AIRCON, 0xB3, "\x33"))
end

function cases.what_decodes_encodes_to_the_same_bytes_in_every_entry()
    local values, other = 0, 0
    for _, class in ipairs(dictionary.classes()) do
        for _, entry in ipairs(dictionary.entries(class.code)) do
            for _, byte in ipairs { "\0", "\1", "\x0A", "\x30", "\x41", "\xFF" } do
                local bytes = byte:rep(entry.max_size)
                local value = dictionary.decode(class.code, entry.epc, bytes, entry.since)
                if value ~= nil then
                    local again = dictionary.encode(class.code, entry.epc, value, { release = entry.since })
                    values = values + 1
                    other = other + (again == bytes and 0 or 1)
                    check.equal(again == bytes or again == nil, true) -- nil: a name that has two codes
                end
            end
        end
    end
    check.equal(values > 1000, true)
    check.equal(other < values / 50, true)
end

function cases.a_value_has_a_text()
    check.equal(dictionary.text(AIRCON, 0xB3, "\x1A"), "26 Celsius")
    check.equal(dictionary.text(AIRCON, 0xB0, "\x42"), "cooling")
    check.equal(dictionary.text(AIRCON, 0xA0, "\x33"), "level 3")
    check.equal(dictionary.text(AIRCON, 0x80, "\x30"), "true")
    check.equal(dictionary.text(AIRCON, 0xBB, "\x7F"), "overflow")
    check.equal(dictionary.text(AIRCON, 0x97, "\x0C\x1E"), "12:30:00")
    check.equal(dictionary.text(AIRCON, 0x98, "\x07\xEA\x0B\x17"), "2026-11-23")
    check.equal(dictionary.text(AIRCON, 0x9F, "\1\x80"), "")
end

check.main(cases)
