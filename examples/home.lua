-- A home for `warifu sim up examples/home.lua`, and for `require`: it gives the options of warifu.virtual.home.
--
-- Every device may have a name, a class of the dictionary, and values to begin with. The smart meter counts what all of
-- them take and give; the battery, in its mode `auto`, takes what the roof gives too much.
return {
    base = 250, -- W: refrigerator, router and all that stands by
    devices = {
        { name = "lock", class = "electricLock" },
        { name = "aircon", class = "homeAirConditioner", values = { roomTemperature = 30, targetTemperature = 26 } },
        { name = "bedroom", class = "homeAirConditioner", values = { operationStatus = false, roomTemperature = 28 } },
        { name = "lamp", class = "generalLighting", values = { lightLevel = 60 } },
        { name = "roof", class = "pvPowerGeneration" },
        { name = "battery", class = "storageBattery", values = { remainingCapacity3 = 40 } },
        { name = "boiler", class = "electricWaterHeater" },
        { name = "car", class = "evCharger", values = { remainingCapacity3 = 55 } },
        { name = "meter", class = "lvSmartElectricEnergyMeter" },
        { name = "thermometer", class = "temperatureSensor", faults = { loss = 0.1 } },
    },
}
