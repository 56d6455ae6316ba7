-- Names over the network: an overlay's, what is read by an index, and what a device checks by the dictionary.
local check = require "check"
local warifu = require "warifu"

local METER, AIRCON, LIGHT, TOASTER = 0x028801, 0x013001, 0x029001, 0x0F0101
local DAY, HISTORY = "dayForTheHistoricalDataOfCumulativeElectricEnergy1", "normalDirectionCumulativeElectricEnergyLog1"
local LOG, TARGET, COLOUR = 0xE2, 0xB3, 0xB1
local SETGET = 0x6E

local OVERLAY = [==[{"classes": [
  {"class": "0130", "properties": [
    {"epc": "F0", "id": "sleepMode", "access": "ooo",
     "type": {"state": 1, "values": [["2D", "off", "Off", "切"], ["31", "on", "On", "入"]]}},
    {"epc": "F1", "id": "filterHours", "access": "o-o",
     "type": {"number": "uint16", "from": 0, "to": 5000, "unit": "hour"}}]},
  {"class": "0F01", "id": "toaster", "properties": [
    {"epc": "F1", "id": "heat", "access": "RR-", "atomic": "F2", "type": {"level": "31", "levels": 4}},
    {"epc": "F2", "id": "slot", "access": "RR-", "type": {"number": "uint8", "from": 1, "to": 4, "unit": ""}}]}]}]==]

local function load_overlay(text, base)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
    local loaded, message, code = (base or warifu.dictionary).load(path)
    os.remove(path)
    return loaded, message, code
end

local function history(day)
    return (">I2"):pack(day) .. ("\0\0\0\7"):rep(48)
end

-- A device with these objects and a controller that is paired with it; `esvs` are those of the requests that were sent.
local function paired(device_options, controller_options)
    local home = assert(warifu.sim.Home())
    local esvs = {}
    local device = assert(home:device(device_options))
    controller_options = controller_options or {}
    controller_options.gap = 0
    controller_options.trace = function(traced)
        local edata = traced.inner ~= "" and traced.inner or traced.datagram:sub(5)
        if traced.sent and edata:sub(1, 3) == "\x05\xFF\x01" then
            esvs[#esvs + 1] = edata:byte(7)
        end
    end
    local controller = assert(home:controller(controller_options))
    assert(device:open_window())
    local peer = assert(controller:pair(home:addresses(device)[1], { number = device.number }))
    return { home = home, device = device, controller = controller, peer = peer, esvs = esvs }
end

local function with_meter()
    local made
    made = paired {
        on_set = function(_, _, _, new)
            return made.device:put(METER, LOG, history(new:byte())) or false
        end,
        objects = {
            [METER] = {
                [0xE5] = { value = "\0", access = "get set" },
                [LOG] = { value = history(0), access = "get", size = { 2, 194 } },
                [0xE0] = "\0\0\1\0",
            },
        },
    }
    return made
end

local function with_aircon(overlay, check_values)
    return paired({
        dictionary = overlay, check_values = check_values,
        objects = {
            [AIRCON] = {
                [TARGET] = { value = "\x18", access = "get set inf" },
                [0xF0] = { value = "-", access = "get set" },
                [0xF1] = { value = "\0\x10", access = "get inf", size = 2 },
            },
        },
    }, { dictionary = overlay })
end

local function fails(code, text, value, message, got)
    check.equal(value, nil)
    check.equal(got, code)
    if not message:find(text, 1, true) then
        error(("%q has no %q"):format(message, text), 2)
    end
end

local cases = {}

function cases.what_is_read_by_an_index_is_read_in_one_setget()
    local made = with_meter()
    local peer = made.peer
    assert(peer:get(METER, "operationStatus")) -- and so the release
    local before = #made.esvs
    local came = assert(peer:get_at(METER, 3, { HISTORY }))
    check.equal(came[HISTORY].day, 3)
    check.equal(came[HISTORY].electricEnergy[48], 7)
    check.equal(assert(peer:get_at(METER, 4, { LOG }))[LOG], history(4))
    came = assert(peer:set_get(METER, { [DAY] = 5 }, { HISTORY, 0xE0 }))
    check.equal(came[HISTORY].day, 5)
    check.equal(came[0xE0], "\0\0\1\0")
    check.equal(table.concat(made.esvs, " ", before + 1), ("%d %d %d"):format(SETGET, SETGET, SETGET))
    check.equal(assert(peer:get(METER, DAY))[DAY], 5)
end

function cases.an_index_that_is_none_is_refused_before_anything_is_sent()
    local made = with_meter()
    local peer = made.peer
    assert(peer:get(METER, "operationStatus"))
    local before = #made.esvs
    fails("WRONG_VALUE", "0 to 99", peer:get_at(METER, 100, { HISTORY }))
    fails("NOT_IN_DICTIONARY", "histori", peer:get_at(METER, 1, { "histori" }))
    fails("NOT_IN_DICTIONARY", "dai", peer:set_get(METER, { dai = 1 }, { HISTORY }))
    for text, call in pairs {
        ["by no index"] = function() peer:get_at(METER, 1, { "operationStatus" }) end,
        ["different indices"] = function() peer:get_at(METER, 1, { LOG, 0xEC }) end,
        ["given twice"] = function() peer:set_get(METER, { [DAY] = 1, [0xE5] = "\1" }, { HISTORY }) end,
        ["at least one"] = function() peer:get_at(METER, 1, {}) end,
    } do
        local ok, message = pcall(call)
        check.equal(ok, false)
        check.equal(message:find(text, 1, true) ~= nil, true)
    end
    check.equal(#made.esvs, before)
end

function cases.a_refused_setget_gives_by_name_what_was_read()
    local peer = with_meter().peer
    local none, _, code, came = peer:set_get(METER, { [DAY] = 1 }, { HISTORY, "coefficient" })
    check.equal(none, nil)
    check.equal(code, "REFUSED")
    check.equal(came[HISTORY].day, 1)
    check.equal(came.coefficient, nil)
end

function cases.an_overlay_stands_on_what_is_below_and_tells_what_is_wrong()
    local overlay = assert(load_overlay(OVERLAY))
    check.equal(overlay.decode("homeAirConditioner", "sleepMode", "1"), "on")
    check.equal(overlay.encode("toaster", "heat", 2), "2")
    check.equal(overlay.find("homeAirConditioner", "roomTemperature").epc, 0xBB)
    check.equal(#overlay.classes(), #warifu.dictionary.classes() + 1)
    check.equal(overlay.decode("homeAirConditioner", TARGET, "\xFD"), warifu.dictionary.UNDEFINED)
    fails("NOT_IN_DICTIONARY", "sleepMode", warifu.dictionary.find("homeAirConditioner", "sleepMode"))
    local above = assert(load_overlay(OVERLAY:gsub("toaster", "grill"):gsub("0F01", "0F02"), overlay))
    overlay = nil
    collectgarbage()
    collectgarbage()
    check.equal(above.encode("toaster", "heat", 3), "3")
    check.equal(above.encode("grill", "heat", 3), "3")
    local frame = "1081 0001 013001 05FF01 73 01 F1020010"
    check.equal(warifu.decode(frame, above):find("F1=0010 (filterHours 16 hour)", 1, true) ~= nil, true)
    check.equal(warifu.decode(frame):find("filterHours", 1, true), nil)
    fails("OVERLAY", "line 1", load_overlay "{")
    fails("STORE", "No such file", warifu.dictionary.load "/nowhere/at/all.json")
    check.equal(pcall(warifu.Controller, { dictionary = {} }), false)
    check.equal(pcall(warifu.decode, frame, "vendor.json"), false)
end

function cases.a_controller_reads_sets_and_hears_by_the_names_of_its_overlay()
    local made = with_aircon(assert(load_overlay(OVERLAY)))
    local peer = made.peer
    local came = assert(peer:get(AIRCON, "filterHours", "sleepMode"))
    check.equal(came.filterHours, 16)
    check.equal(came.sleepMode, "off")
    assert(peer:set(AIRCON, { sleepMode = "on" }))
    local heard
    repeat
        heard = assert(made.device:next_event(60))
    until heard.kind == "property_set"
    check.equal(heard.values.sleepMode, "on")
    check.equal(heard.value, "1")
    check.equal(made.device:get_own(AIRCON, 0xF0), "1")
    assert(made.device:put(AIRCON, "filterHours", 17))
    for event in made.controller:watch(60) do
        if event.kind == "notification" and event.properties[0xF1] then
            check.equal(event.values.filterHours, 17)
            check.equal(event.properties[0xF1], "\0\x11")
            return
        end
    end
    error "no notification came"
end

function cases.an_overlays_own_index_is_handled_as_the_appendix_s_are()
    local order = {}
    local made = paired({
        on_set = function(_, epc)
            order[#order + 1] = ("%02X"):format(epc)
        end,
        objects = {
            [TOASTER] = {
                [0xF1] = { value = "3", access = "get set" },
                [0xF2] = { value = "\1", access = "get set" },
            },
        },
    }, { dictionary = assert(load_overlay(OVERLAY)) })
    check.equal(assert(made.peer:get_at(TOASTER, 2, { "heat" })).heat, 3)
    check.equal(made.esvs[#made.esvs], SETGET)
    check.equal(made.device:get_own(TOASTER, 0xF2), "\2")
    order = {}
    assert(made.peer:set(TOASTER, { heat = 4, slot = 3 }))
    assert(made.peer:set(TOASTER, { [0xF1] = "4", [0xF2] = "\3", [0x81] = "\8" }))
    check.equal(table.concat(order, " "), "F2 F1 F2 81 F1")
end

function cases.a_device_puts_and_reads_its_own_by_name()
    local device = with_aircon(assert(load_overlay(OVERLAY))).device
    assert(device:put(AIRCON, "targetTemperature", 21))
    check.equal(device:get_own(AIRCON, TARGET), "\x15")
    check.equal(device:get_own(AIRCON, "targetTemperature"), 21)
    assert(device:put(AIRCON, "targetTemperature", device.dictionary.UNDEFINED)) -- what others can't ask for
    check.equal(device:get_own(AIRCON, TARGET), "\xFD")
    fails("WRONG_VALUE", "0 to 50", device:put(AIRCON, "targetTemperature", 51))
    fails("NOT_IN_DICTIONARY", "slumberMode", device:get_own(AIRCON, "slumberMode"))
    fails("NO_PROPERTY", "CF", device:get_own(AIRCON, 0xCF))
end

function cases.a_device_checks_values_by_its_overlay_too()
    local made = with_aircon(assert(load_overlay(OVERLAY)), true)
    fails("ARGUMENT", "F0", made.device:put(AIRCON, 0xF0, "0"))
    fails("REFUSED", "F0", made.peer:set(AIRCON, { [0xF0] = "0" }))
    assert(made.peer:set(AIRCON, { [0xF0] = "1" }))
end

function cases.values_are_checked_in_the_release_of_their_object_and_read_only_codes_are_not_set()
    local function light(letter)
        return { [COLOUR] = { value = "\x42", access = "get set" }, [0x82] = "\0\0" .. letter .. "\0" }
    end
    local made = paired { check_values = true, objects = { [LIGHT] = light "B", [LIGHT + 1] = light "R" } }
    fails("ARGUMENT", "B1", made.device:put(LIGHT, COLOUR, "\x40")) -- came with release C
    assert(made.device:put(LIGHT + 1, COLOUR, "\xFD"))
    fails("REFUSED", "B1", made.peer:set(LIGHT, { [COLOUR] = "\x40" }))
    fails("REFUSED", "B1", made.peer:set(LIGHT + 1, { [COLOUR] = "\xFD" }))
    assert(made.peer:set(LIGHT + 1, { [COLOUR] = "\x40" }))
    local wrong = { [COLOUR] = { value = "\x40", access = "get set" }, [0x82] = "\0\0B\0" }
    fails("ARGUMENT", "B1", made.device:add(LIGHT + 2, wrong))
end

check.main(cases)
