-- How appliances behave: class -> model. A model has
--   start()                    the state that it begins with; what is called as a property is its value, exact
--   step(state, seconds, world)  lets time pass in it, and knows nothing but its arguments
--   show(state)                the properties that follow from it, rounded as devices do
--   power(state)               what it takes in W; less than 0: it gives
--   put[name](state, value)    what a new value does besides; false refuses it
--   with, announces            properties beside those that are required, and those it announces beside those it must
--   low_battery(state, is_low)
local core = ...

local models = {}

for _, name in ipairs { "aircon", "light", "lock", "heater", "solar", "battery", "charger", "meter" } do
    local model = core.part("virtual/" .. name)
    models[model.class] = model
end

return models
