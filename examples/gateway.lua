-- A gateway that shields a device without Device Authentication: the house sees one that has to be paired with. The old
-- device is alone with the gateway in a network of their own; the house talks to the gateway, encrypted. Here both networks
-- are simulated; with real ones give warifu.Controller and warifu.Device an `interface` each.
local warifu = require "warifu"

local AIRCON, POWER, TARGET = 0x013001, 0x80, 0xB3
local OLD, HOUSE = 1, 2 -- the two networks
local MAPS = { [0x9D] = true, [0x9E] = true, [0x9F] = true } -- the gateway makes them anew

-- The objects of the old device with their present values, as the options of a device have them.
local function copy(old)
    local objects = {}
    for eoj, maps in pairs(assert(old:interview())) do
        local access, properties = {}, {}
        for word, epcs in pairs(maps) do
            for _, epc in ipairs(epcs) do
                access[epc] = (access[epc] or "") .. " " .. word
            end
        end
        for epc, result in pairs(assert(old:get_many(eoj, maps.get))) do
            if result.status == "value" and not MAPS[epc] then
                properties[epc] = { value = result.value, access = access[epc], size = { 1, 255 } }
            end
        end
        objects[eoj] = eoj >> 8 ~= 0x0EF0 and properties or nil
    end
    return objects
end

-- The face of the old device in the house: each question and each command is passed on to it.
local function shield(home, old)
    local face
    local function later(action)
        local answer = face:later()
        warifu.scheduler.spawn(function() action(answer) end)
        return answer
    end
    face = assert(home:device {
        objects = copy(old), network = HOUSE,
        on_get = function(eoj, epc)
            return later(function(answer)
                local came = old:get(eoj, epc)
                return came and answer:accept(came[epc]) or answer:refuse()
            end)
        end,
        on_set = function(eoj, epc, _, new)
            return later(function(answer)
                return old:set(eoj, { [epc] = new }) and answer:accept() or answer:refuse()
            end)
        end,
    })
    return face
end

local home <close> = assert(warifu.sim.Home { seed = 1 })
local device = assert(home:device { trusted = false, network = OLD, policy = "open", objects = {
    [AIRCON] = { [POWER] = { value = "\x31", access = "get set inf" }, [TARGET] = { value = "\x18", access = "get set" } },
} })
local inner = assert(home:controller { trusted = false, network = OLD })
local controller = assert(home:controller { network = HOUSE })
home:run(function()
    local old = assert(inner:discover())[1]
    local face = shield(home, old)
    assert(face:open_window())
    local peer = assert(controller:pair(home:addresses(face)[1], { number = face.number }))
    assert(peer:set(AIRCON, { operationStatus = true, targetTemperature = 26 }))
    print("the old device was set to", device:get_own(AIRCON, TARGET):byte())
    print("and the house reads", peer:get(AIRCON, "targetTemperature").targetTemperature)
end)
