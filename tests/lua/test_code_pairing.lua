-- Pairing with a set-up code.
local check = require "check"
local warifu = require "warifu"

local AIRCON, TARGET = 0x013001, 0xB3

local function failure(wanted, result, message, code)
    check.equal(result, nil)
    check.equal(code, wanted)
    return message
end

local function pattern(text, wanted)
    if not text:find(wanted) then
        error(("'%s' has no '%s'"):format(text, wanted), 2)
    end
end

-- A device with a code of its own, and a controller.
local function two(options)
    local home = assert(warifu.sim.Home { date = os.time() + 3600 })
    options = options or {}
    options.identity = options.identity or assert(home:issue "device")
    options.setup_code = assert(warifu.SetupCode.make(options.identity))
    options.objects = { ["013001"] = { [TARGET] = { value = "\x14", access = "get set inf" } } }
    return home, assert(home:device(options)), assert(home:controller()), options.setup_code
end

local function works(device, peer)
    check.equal(peer.number, device.number)
    assert(peer:set(AIRCON, { [TARGET] = "\x1A" }))
    check.equal(assert(device:get_own(AIRCON, TARGET)), "\x1A")
end

local cases = {}

function cases.code_and_root_together_pair()
    local home, device, controller, code = two()
    assert(device:open_window())
    local steps = {}
    local peer = assert(controller:pair(home:addresses(device)[1],
        { code = code, root_too = true, progress = function(step) steps[#steps + 1] = step end }))
    check.equal(table.concat(steps, " "), "started address_confirmed device_verified keys_agreed confirmed")
    works(device, peer)
end

function cases.the_code_alone_pairs_who_share_no_root()
    local other = assert(warifu.Authority.create "Elsewhere")
    local home, device, controller, code = two { identity = assert(other:issue "device"), code_alone = true }
    assert(device:open_window())
    local typed = code:text { grouped = true }:lower()
    works(device, assert(controller:pair(home:addresses(device)[1], { code = typed, duration = 60 })))
    assert(device:open_window())
    failure("UNTRUSTED", controller:pair(home:addresses(device)[1], { code = code, root_too = true }))
end

function cases.wrong_and_missing_codes_are_told_apart()
    local home, device, controller, code = two()
    local there = home:addresses(device)[1]
    assert(device:open_window(600))
    pattern(failure("CODE_NEEDED", controller:pair(there, { number = device.number })), "label")
    failure("WRONG_CODE", controller:pair(there, { code = assert(warifu.SetupCode.make(device.identity)) }))
    failure("NOT_A_CODE", controller:pair(there, { code = "WARIFU:1" }))
    works(device, assert(controller:pair(there, { code = code })))
end

function cases.a_device_shows_what_it_demands_and_how_its_window_stands()
    local home, device, controller = two { code_alone = true }
    assert(device:open_window(60, 2))
    local window = device:window()
    check.equal(window.left, 60.0)
    check.equal(window.pairings, 2)
    check.equal(window.failures, 0)
    check.equal(window.opened_today, 1)
    local node = assert(controller:discover())[1]
    check.equal(node.da.demands_code, true)
    check.equal(node.da.demands_root, false)
    device:close_window()
    check.equal(device:window().left, 0.0)
end

function cases.a_window_for_two_serves_two()
    local home, device, controller, code = two()
    local second = assert(home:controller())
    assert(device:open_window(60, 2))
    for _, one in ipairs { controller, second } do
        assert(one:pair(home:addresses(device)[1], { code = code }))
    end
    check.equal(#device:peers(), 2)
    check.equal(device:window().left, 0.0)
end

function cases.a_window_opens_39_times_a_day()
    local _, device = two()
    for _ = 1, 39 do
        assert(device:open_window())
    end
    failure("LOCKED_OUT", device:open_window())
end

function cases.a_code_is_made_once_and_kept()
    local identity = assert(assert(warifu.Authority.create "Root"):issue "device")
    local path = os.tmpname()
    os.remove(path)
    failure("STORE", warifu.SetupCode.load(path))
    local code = assert(warifu.SetupCode.load_or_make(path, identity))
    check.equal(code:belongs_to(identity), true)
    check.equal(assert(warifu.SetupCode.load_or_make(path, identity)), code)
    local other = assert(warifu.SetupCode.make(identity))
    assert(other:save(path))
    check.equal(assert(warifu.SetupCode.load(path)), other)
    failure("WRONG_DEVICE", warifu.SetupCode.load_or_make(path, assert(assert(warifu.Authority.create "R"):issue "device")))
    os.remove(path)
end

function cases.the_code_of_another_device_is_no_devices_own()
    local home = assert(warifu.sim.Home())
    local other = assert(warifu.SetupCode.make(assert(home:issue "device")))
    failure("WRONG_DEVICE", home:device { setup_code = other })
    failure("NOT_A_CODE", home:device { setup_code = "WARIFU:1" })
    local ok, message = pcall(home.device, home, { code_alone = true })
    check.equal(ok, false)
    pattern(message, "code_alone")
end

check.main(cases)
