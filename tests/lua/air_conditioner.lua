-- The device of test_pairing.lua, a process of its own: IDENTITY STATE PORT. It says what happens, one line each; setting
-- property F0 ends it.
local warifu = require "warifu"

local identity, state, port = table.unpack(arg)
io.stdout:setvbuf "line"

local device <close> = assert(warifu.Device {
    identity = identity,
    state = state,
    address = "127.0.0.2",
    port = math.tointeger(port),
    on_set = function(eoj, epc, old, new)
        print(("asked %06X %02X %s -> %s"):format(eoj, epc, warifu.codec.hex(old), warifu.codec.hex(new)))
        return epc ~= 0xB3 or new:byte() <= 50
    end,
    objects = {
        ["013001"] = {
            [0x80] = { value = "\x31", access = "get set inf" },
            [0xB3] = { value = "\x14", access = "get set inf" },
            [0xBB] = "\x18",
            [0xF0] = { value = "\0", access = "set" },
        },
    },
})
assert(device:open_window(60))
print "ready"
local done, message, code = device:serve(60, function(event)
    print(table.concat({ event.kind, event.error }, " "))
    return not (event.kind == "property_set" and event.epc == 0xF0)
end)
print(done and ("over, %d left of the window"):format(device:window().left) or code .. " " .. message)
