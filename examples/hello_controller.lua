-- Finds an air conditioner, pairs with it, reads it, switches it on at 26 degrees, hears of the change, unpairs.
-- usage: warifu hello_controller.lua IDENTITY NUMBER [ADDRESS [PORT]], or lua5.4 in place of warifu
local warifu = require "warifu"

local AIRCON, POWER, TARGET, ROOM = "013001", 0x80, 0xB3, 0xBB
local identity, number, address, port = ...

local function main()
    assert(identity and number, "usage: hello_controller.lua IDENTITY NUMBER [ADDRESS [PORT]]")
    local options = { identity = identity, address = address, port = math.tointeger(port) }
    local home <close> = assert(warifu.Controller(options))
    local node
    for _, found in ipairs(assert(home:discover())) do
        node = found.number == number:upper() and found or node
    end
    assert(node and node.da, "no such device answered: is it on, in the same network, and with an identity?")
    print(("found %s window=%s"):format(node.address, node.da.window_open and "open" or "closed"))
    local peer = assert(home:pair(node, { number = number, progress = function(step) print("pairing", step) end }))
    local now = assert(peer:get(AIRCON, POWER, TARGET, ROOM))
    print(("get operationStatus=%02x setTemperature=%d roomTemperature=%d"):format(
        now[POWER]:byte(), now[TARGET]:byte(), now[ROOM]:byte()))
    assert(peer:set(AIRCON, { [POWER] = "\x30", [TARGET] = string.char(26) }))
    print(("set setTemperature=26 readBack=%d"):format(assert(peer:get(AIRCON, TARGET))[TARGET]:byte()))
    local change
    repeat
        change = assert(home:next_event(20))
    until change.is_protected and change.peer == peer and change.properties[TARGET]
    print(("notified setTemperature=%d"):format(change.properties[TARGET]:byte()))
    assert(home:unpair(peer))
    print "unpaired"
    print(("counted sent=%d received=%d"):format(home:counters().sent, home:counters().received))
end

local done, message = pcall(main)
if not done then
    io.stderr:write(tostring(message), "\n")
    os.exit(1, true)
end
