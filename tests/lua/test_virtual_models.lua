-- How virtual devices behave: their models are functions of state, seconds and world, so that no test waits.
local check = require "check"
local warifu = require "warifu"

local virtual = warifu.virtual
local HOUR = 3600
local NOON = 1790000000 // 86400 * 86400 + 12 * HOUR

local function model_of(class)
    return virtual.models[assert(warifu.dictionary.find_class(class)).code]
end

-- Lets seconds pass in a state, minute by minute; `each(state, world)` sees every step.
local function live(model, state, date, seconds, more, each)
    for _ = 1, seconds // 60 do
        date = date + 60
        local world = virtual.weather(date)
        for key, value in pairs(more or {}) do
            world[key] = value
        end
        model.step(state, 60, world)
        if each then
            each(state, world)
        end
    end
    return state, date
end

local function within(value, least, most)
    if not (value >= least and value <= most) then
        error(("%s is not from %s to %s"):format(value, least, most), 2)
    end
end

local cases = {}

function cases.the_same_state_and_world_give_the_same_future()
    for _, model in pairs(virtual.models) do
        local one, other = model.start(), model.start()
        for _, state in ipairs { one, other } do
            if model.step then
                live(model, state, NOON, 2 * HOUR, { load = 500, balance = 500 })
            end
        end
        for key, value in pairs(one) do
            check.equal(type(value) == "table" or other[key] == value, true)
        end
    end
end

function cases.a_room_drifts_to_its_target_and_the_power_falls_when_it_is_there()
    local aircon = model_of "homeAirConditioner"
    local state = live(aircon, aircon.start(), NOON, 60)
    local at_first = aircon.power(state)
    live(aircon, state, NOON, 2 * HOUR)
    within(state.roomTemperature, 25.9, 26.6)
    check.equal(aircon.power(state) < at_first / 2, true)
    check.equal(aircon.show(state).roomTemperature, 26)
end

function cases.a_room_without_its_air_conditioner_follows_the_weather()
    local aircon = model_of "homeAirConditioner"
    local state = aircon.start()
    state.operationStatus, state.roomTemperature = false, 20
    live(aircon, state, NOON, 6 * HOUR, { outdoor = 35 })
    within(state.roomTemperature, 33, 35)
    check.equal(aircon.power(state), 0)
    state.operationStatus, state.operationMode = true, "heating" -- it is warm enough for that
    live(aircon, state, NOON, HOUR, { outdoor = 35 })
    within(state.roomTemperature, 33, 35)
end

function cases.heating_reaches_its_target_in_winter_from_below()
    local aircon = model_of "homeAirConditioner"
    local state = aircon.start()
    state.operationMode, state.targetTemperature, state.roomTemperature = "heating", 22, 8
    live(aircon, state, NOON, 3 * HOUR, { outdoor = 2 }, function(now)
        within(now.roomTemperature, 2, 22)
    end)
    within(state.roomTemperature, 20.5, 22)
end

function cases.a_light_takes_what_its_level_says()
    local light = model_of "generalLighting"
    local state = light.start()
    check.equal(light.power(state), 8)
    state.lightLevel = 25
    check.equal(light.power(state), 2)
    state.operationStatus = false
    check.equal(light.power(state), 0)
end

function cases.a_battery_keeps_what_it_is_given_but_for_its_loss()
    local battery = model_of "storageBattery"
    local state = battery.start()
    state.operationMode = "charging"
    live(battery, state, NOON, HOUR)
    check.equal(battery.show(state).actualOperationMode, "charging")
    within(state.stored, 5000 + 3000 * 0.95 - 1, 5000 + 3000 * 0.95 + 1)
    live(battery, state, NOON, 10 * HOUR)
    check.equal(battery.show(state).remainingCapacity3, 100)
    check.equal(battery.power(state) < 1, true) -- full: the mode stays, the power goes
    check.equal(battery.show(state).actualOperationMode, "standby")
    state.operationMode = "discharging"
    live(battery, state, NOON, HOUR)
    check.equal(battery.power(state), -3000)
    within(battery.show(state).acCumulativeDischargingElectricEnergy, 2.9, 3.0)
    live(battery, state, NOON, 10 * HOUR)
    check.equal(battery.show(state).remainingCapacity3, 0)
    check.equal(battery.power(state), 0)
end

function cases.an_automatic_battery_follows_the_home()
    local battery = model_of "storageBattery"
    local state = live(battery, battery.start(), NOON, 60, { balance = -1200 })
    check.equal(battery.power(state), 1200)
    live(battery, state, NOON, 60, { balance = 700 })
    check.equal(battery.power(state), -700)
end

function cases.the_sun_makes_a_days_curve_and_the_energy_counts_up()
    local solar = model_of "pvPowerGeneration"
    local midnight = NOON - 12 * HOUR
    local state, most, before = solar.start(), 0, 0
    live(solar, state, midnight, 24 * HOUR, nil, function(now, world)
        local shown = solar.show(now)
        local energy = shown.cumulativeElectricEnergyOfGeneration
        check.equal(energy >= before, true)
        before, most = energy, math.max(most, shown.instantaneousElectricPowerGeneration)
        if world.hour < 6 or world.hour > 18 then
            check.equal(shown.instantaneousElectricPowerGeneration, 0)
        end
    end)
    check.equal(most, 4000)
    within(before, 4 * 24 / math.pi - 0.1, 4 * 24 / math.pi + 0.1) -- kWh of half a sine over 12 hours
end

function cases.a_limit_holds_the_sun_back_and_says_so()
    local solar = model_of "pvPowerGeneration"
    local state = solar.start()
    state.outputPowerControl1 = 50
    live(solar, state, NOON - 60, 60)
    check.equal(solar.show(state).instantaneousElectricPowerGeneration, 2000)
    check.equal(solar.show(state).outputPowerRestraintStatus, "outputControl")
end

function cases.a_tank_is_heated_at_night_and_used_by_day()
    local heater = model_of "electricWaterHeater"
    local state, midnight = heater.start(), NOON - 12 * HOUR
    local heated = false
    live(heater, state, midnight, 5 * HOUR, nil, function(now)
        heated = heated or now.waterHeatingStatus
        within(now.remainingWater, 0, 370)
    end)
    check.equal(heated, true)
    within(heater.show(state).remainingWater, 360, 370)
    live(heater, state, midnight + 17.5 * HOUR, 3 * HOUR)
    within(state.remainingWater, 200, 240)
    check.equal(heater.show(state).hotWaterSupplyStatus, true)
    check.equal(heater.power(state), 0)
    state.automaticWaterHeating = "manualHeating"
    live(heater, state, midnight + 20.5 * HOUR, 60)
    check.equal(heater.power(state), 1000)
end

function cases.a_car_charges_while_it_is_plugged_in_and_not_full()
    local charger = model_of "evCharger"
    local state = charger.start()
    live(charger, state, NOON, HOUR)
    check.equal(charger.power(state), 0) -- standby
    state.operationMode = "charge"
    live(charger, state, NOON, HOUR)
    check.equal(charger.power(state), 6000)
    check.equal(charger.show(state).remainingCapacity1, 26000)
    check.equal(charger.show(state).cumulativeChargingElectricEnergy, 6)
    state.chargingElectricPower = 1500
    live(charger, state, NOON, 60)
    check.equal(charger.power(state), 1500)
    state.plugged = false
    live(charger, state, NOON, 60)
    check.equal(charger.power(state), 0)
    check.equal(charger.show(state).chargeStatus, "notConnected")
    state.plugged, state.stored = true, 40000
    live(charger, state, NOON, 60)
    check.equal(charger.show(state).chargeStatus, "notChargeable")
end

function cases.a_door_locks_itself_again_unless_it_stands_open()
    local lock = model_of "electricLock"
    local state = lock.start()
    local function wait(seconds)
        lock.step(state, seconds, virtual.weather(NOON))
        return lock.show(state).mainElectricLock
    end
    lock.put.mainElectricLock(state, false)
    check.equal(wait(29), false)
    check.equal(wait(1), true)
    lock.put.mainElectricLock(state, false)
    state.doorOpened = true
    check.equal(wait(600), false)
    state.doorOpened = false
    check.equal(wait(29), false)
    check.equal(wait(1), true)
    state.autoLockMode = false
    lock.put.mainElectricLock(state, false)
    check.equal(wait(600), false)
end

function cases.a_locks_battery_empties_in_half_a_year_and_asks_to_be_replaced()
    local lock = model_of "electricLock"
    local state = lock.start()
    lock.step(state, 100 * 86400, virtual.weather(NOON))
    check.equal(lock.show(state).replaceBatteryLevel, false)
    lock.step(state, 50 * 86400, virtual.weather(NOON))
    check.equal(lock.show(state).replaceBatteryLevel, true)
end

function cases.a_meter_counts_both_directions_and_keeps_its_half_hours()
    local meter = model_of "lvSmartElectricEnergyMeter"
    local midnight = NOON - 12 * HOUR
    local state, date = live(meter, meter.start(), midnight, 2 * HOUR, { load = 1000 })
    state, date = live(meter, state, date, HOUR, { load = -600 })
    local shown = meter.show(state)
    check.equal(shown.normalDirectionCumulativeElectricEnergy, 2000) -- in 0.001 kWh
    check.equal(shown.reverseDirectionCumulativeElectricEnergy, 600)
    check.equal(shown.instantaneousElectricPower, -600)
    check.equal(shown.instantaneousCurrent.rPhase, -3)
    local log = shown.normalDirectionCumulativeElectricEnergyLog1
    check.equal(#log.electricEnergy, 48)
    within(log.electricEnergy[3], 1000, 1020) -- at 01:00
    within(log.electricEnergy[5], 2000, 2000)
    check.equal(log.electricEnergy[8], warifu.dictionary.NO_DATA) -- not yet
    check.equal(shown.normalDirectionCumulativeElectricEnergyAtEvery30Min.dateAndTime.hour, date % 86400 // HOUR)
    meter.put.dayForTheHistoricalDataOfCumulativeElectricEnergy1(state, 1)
    check.equal(meter.show(state).normalDirectionCumulativeElectricEnergyLog1.electricEnergy[3], warifu.dictionary.NO_DATA)
end

check.main(cases)
