-- A home of virtual devices: what its meter counts is what they take and give; in a simulated home and over UDP.
local check = require "check"
local warifu = require "warifu"

local virtual = warifu.virtual
local HOUR = 3600
local MIDNIGHT = 1790000000 // 86400 * 86400

local EVERYTHING = {
    { class = "homeAirConditioner" }, { class = "generalLighting" }, { class = "storageBattery", name = "battery" },
    { class = "pvPowerGeneration", name = "roof" }, { class = "electricWaterHeater" }, { class = "evCharger", name = "car" },
    { class = "lvSmartElectricEnergyMeter", name = "meter" }, { class = "electricLock" },
}

-- A home whose clock begins at this hour of the day.
local function home_at(hour, options)
    options = options or {}
    options.devices = options.devices or EVERYTHING
    options.sim = options.sim or assert(warifu.sim.Home { seed = 11 })
    options.date = MIDNIGHT + hour * HOUR
    return assert(virtual.home(options)), options.sim
end

local function near(got, wanted, most)
    if math.abs(got - wanted) > most then
        error(("%s is not %s"):format(got, wanted), 2)
    end
end

local cases = {}

function cases.the_meters_power_is_the_sum_of_the_home()
    local home = home_at(12)
    home:device("car"):put("operationMode", "charge")
    for _ = 1, 20 do
        home:step(60)
        local sum = 200
        for _, device in ipairs(home.devices) do
            for _, appliance in ipairs(device.appliances) do
                sum = sum + (appliance.name ~= "meter" and appliance:power() or 0)
            end
        end
        near(home:device("meter"):get "instantaneousElectricPower", sum, 1)
    end
end

function cases.the_meters_energies_are_what_the_others_counted()
    local home = home_at(0, { base = 0 })
    home:device("car"):put("operationMode", "charge")
    home:step(24 * HOUR)
    local meter = home:device "meter"
    local unit = meter:get "unitForCumulativeElectricEnergy"
    local net = (meter:get "normalDirectionCumulativeElectricEnergy" - meter:get "reverseDirectionCumulativeElectricEnergy") * unit
    local taken = home:device("car"):get "cumulativeChargingElectricEnergy"
    for _, name in ipairs { "homeAirConditioner", "generalLighting", "electricWaterHeater" } do
        taken = taken + home:device(name):get "consumedCumulativeElectricEnergy"
    end
    local battery = home:device "battery"
    taken = taken + battery:get "acCumulativeChargingElectricEnergy" - battery:get "acCumulativeDischargingElectricEnergy"
    near(net, taken - home:device("roof"):get "cumulativeElectricEnergyOfGeneration", 0.02)
    check.equal(taken > 20, true)
end

function cases.the_battery_stores_what_the_sun_gives_too_much_and_gives_it_at_night()
    local home = home_at(9)
    local before = home:device("battery"):get "remainingCapacity3"
    home:step(2 * HOUR)
    local noon = home:device("battery"):get "remainingCapacity3"
    check.equal(noon > before, true)
    home:step(10 * HOUR)
    check.equal(home:device("battery"):get "actualOperationMode", "discharging")
    near(home:device("meter"):get "instantaneousElectricPower", 0, 5) -- the battery covers it
end

function cases.time_passes_in_it_while_controllers_wait()
    local home, sim = home_at(10)
    local controller = assert(sim:controller())
    local meter = home:device "meter"
    meter:open_window()
    local peer = assert(controller:pair(sim:addresses(meter.node)[1], { code = meter.code }))
    local function counted()
        local values = assert(peer:get("028801", "normalDirectionCumulativeElectricEnergy",
            "reverseDirectionCumulativeElectricEnergy", "cumulativeElectricEnergyAtEveryMinute"))
        return values.normalDirectionCumulativeElectricEnergy + values.reverseDirectionCumulativeElectricEnergy,
            values.cumulativeElectricEnergyAtEveryMinute.dateAndTime
    end
    local energy, moment = counted()
    sim:run(1800)
    local later, then_ = counted()
    check.equal(later > energy, true)
    near((then_.hour - moment.hour) * 60 + then_.min - moment.min, 30, 1)
end

function cases.a_faster_clock_lets_more_time_pass()
    local home, sim = home_at(0, { speed = 600, devices = { { class = "lvSmartElectricEnergyMeter", name = "meter" } } })
    sim:run(60)
    near(home:device("meter"):get "normalDirectionCumulativeElectricEnergy", 2000, 20) -- 200 W for ten hours, in Wh
end

function cases.devices_without_a_name_are_called_as_their_class_and_counted()
    local home = home_at(12, { devices = { { class = "generalLighting" }, { class = "generalLighting" } } })
    check.equal(home:device("generalLighting") ~= nil and home:device("generalLighting2") ~= nil, true)
    check.equal(home:device "generalLighting3", nil)
end

function cases.together_they_are_one_node_with_one_number()
    local home, sim = home_at(12, { together = true })
    check.equal(#home.devices, 1)
    local controller = assert(sim:controller())
    local found = assert(controller:discover())
    check.equal(#found[1].objects, #EVERYTHING)
    home:appliance("car"):put("plugged", false)
    check.equal(home:appliance("car"):get "chargeStatus", "notConnected")
    home:step(HOUR)
    check.equal(home:appliance("meter"):get "reverseDirectionCumulativeElectricEnergy" > 0, true)
end

function cases.a_device_that_cannot_be_made_is_named_and_the_others_are_closed()
    local sim = assert(warifu.sim.Home())
    local home, message, code = virtual.home {
        sim = sim, devices = { { class = "generalLighting" }, { class = "electricLock", name = "door", values = { x = 1 } } },
    }
    check.equal(home, nil)
    check.equal(code, "NOT_IN_DICTIONARY")
    check.equal(message:find "^door: " ~= nil, true)
    local controller = assert(sim:controller())
    check.equal(#assert(controller:discover()), 0)
end

function cases.on_set_says_which_device()
    local told
    local home, sim = home_at(12, { devices = { { class = "generalLighting", name = "lamp" } }, on_set = function(name, eoj)
        told = ("%s %06X"):format(name, eoj)
    end })
    local lamp = home:device "lamp"
    lamp:open_window()
    local controller = assert(sim:controller())
    local peer = assert(controller:pair(sim:addresses(lamp.node)[1], { code = lamp.code }))
    assert(peer:set("029001", { operationStatus = false }))
    check.equal(told, "lamp 029001")
end

function cases.over_udp_each_device_has_an_address_of_its_own()
    local port = 20000 + math.random(40000)
    local home <close> = assert(virtual.home { devices = EVERYTHING, port = port })
    local asker <close> = assert(warifu.Controller { address = "127.0.0.201", port = port })
    local found = warifu.scheduler.run(function()
        local serving <close> = warifu.scheduler.spawn(home.serve, home)
        return assert(asker:discover { timeout = 3 })
    end)
    check.equal(#found, #EVERYTHING)
    table.sort(found, function(a, b) return a.address < b.address end)
    check.equal(found[1].address, "127.0.0.11:" .. port)
    check.equal(home:device("roof"):get "operationStatus", true)
end

function cases.one_address_is_not_given_to_several_nodes()
    local ok, message = pcall(warifu.virtual.home, {
        devices = { { class = "electricLock" }, { class = "generalLighting" } }, address = "127.0.0.77", port = 24699,
    })
    check.equal(ok, false)
    check.equal(message:find("bad argument 'address'", 1, true) ~= nil, true)
end

check.main(cases)
