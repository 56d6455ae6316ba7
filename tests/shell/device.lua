-- The device of the tests, a process of its own: DIR ADDRESS PORT [OPTION=VALUE]... It makes its identity and its set-up code
-- in DIR, says "ready NUMBER", then what happens, a line each.
--   identity=FILE  one under a root; then it has no code, unless code=yes
--   window=SECONDS how long its window is open (300; 0: closed)
--   plain=yes      it has no identity at all
--   pairings=N     how many it takes while its window is open (1)
--   warms=SECONDS  its room (BB, from 24 on) gets a degree warmer as often as that
--   policy=NAME    what it lets others do (open)
local warifu = require "warifu"

local folder, address, port = table.unpack(arg, 1, 3)
local options = { window = "300", pairings = "1", policy = "open" }
for i = 4, #arg do
    local name, value = arg[i]:match "^(%a+)=(.*)$"
    options[name] = value
end
io.stdout:setvbuf "line"

local identity, code
if options.plain ~= "yes" then
    identity = assert(options.identity and warifu.Identity.load(options.identity)
        or assert(warifu.Authority.create "A maker"):issue "device")
    if not options.identity or options.code == "yes" then
        code = assert(warifu.SetupCode.load_or_make(folder .. "/code", identity))
    end
end

local device <close> = assert(warifu.Device {
    identity = identity, setup_code = code, code_alone = code and not options.identity or nil, state = folder .. "/state",
    address = address, port = math.tointeger(port), answer_delay = 0, policy = options.policy,
    on_set = function(_, epc, _, new)
        return epc ~= 0xB3 or new:byte() <= 40
    end,
    objects = {
        [options.object or "013001"] = {
            [0x80] = { value = "\x31", access = "get set inf" },
            [0x91] = { value = "\x06\x0F", access = "get set" },
            [0x98] = { value = "\x07\xEA\x0B\x17", access = "get set" },
            [0xA0] = { value = "\x41", access = "get set" },
            [0xC7] = { value = "\xC0\0\0\0\0\0\0\0", access = "get set" },
            [0xB0] = { value = "\x42", access = "get set inf" },
            [0xB3] = { value = "\x14", access = "get set inf" },
            [0xBB] = { value = "\x18", access = "get inf" },
            [0xE0] = { value = "\x42", access = "get set" },
            [0xF0] = { value = "\x01", access = "get set" },
        },
    },
})
if identity and options.window ~= "0" then
    assert(device:open_window(tonumber(options.window), math.tointeger(options.pairings)))
end
print("ready " .. device.number)

local function warm()
    assert(device:put(options.object or "013001", 0xBB, string.char(device:get_own(options.object or "013001", 0xBB):byte() + 1)))
    device:after(tonumber(options.warms), warm)
end

if options.warms then
    device:after(tonumber(options.warms), warm)
end
device:serve(nil, function(event)
    local value = event.value and " " .. warifu.codec.hex(event.value) or ""
    local properties = event.properties and next(event.properties) and (" %02X"):format(next(event.properties)) or ""
    print(event.kind .. value .. properties)
end)
