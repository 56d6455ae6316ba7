-- What can go wrong with a virtual device, on command: loss, delay, silence, wrong values, a low battery.
local core = ...
local check = core.part "check"

local Faults = {}
Faults.__index = Faults

local OPTIONS = { loss = true, delay = true, silent = true, wrong = true, battery = true }
local KEPT = { -- right even when values are wrong: who it is and what it has
    [0x82] = true, [0x83] = true, [0x8A] = true, [0x9D] = true, [0x9E] = true, [0x9F] = true,
}
local LONGEST = 60 -- seconds of a delay

function Faults.new(seed)
    return setmetatable({ state = seed or 1, loss = 0, silent = false, wrong = false }, Faults)
end

-- From 0 to 1; the same seed gives the same row.
local function draw(self)
    self.state = self.state * 6364136223846793005 + 1442695040888963407
    return (self.state >> 33) / (1 << 31)
end

local function check_rate(name, value)
    if type(value) ~= "number" or not (value >= 0 and value <= 1) then
        check.misuse(name, "a rate is 0 to 1")
    end
    return value
end

local function check_delay(value)
    local least = type(value) == "table" and value[1] or value
    local most = type(value) == "table" and value[2] or value
    if type(least) ~= "number" or type(most) ~= "number" or not (least >= 0 and least <= most and most <= LONGEST) then
        check.misuse("delay", ("seconds from 0 to %d, or {least, most}"):format(LONGEST))
    end
    return most > 0 and { least, most } or nil
end

--- Changes what is given and leaves the rest: loss (0 to 1), delay (seconds, or {least, most}), silent, wrong (booleans),
--- battery ("low" or "full").
function Faults:set(options)
    check.options(options, OPTIONS)
    self.loss = options.loss and check_rate("loss", options.loss) or self.loss
    if options.delay then
        self.delay = check_delay(options.delay)
    end
    for _, name in ipairs { "silent", "wrong" } do
        if options[name] ~= nil then
            self[name] = check.type(name, options[name], "boolean")
        end
    end
    if options.battery ~= nil and options.battery ~= "low" and options.battery ~= "full" then
        check.misuse("battery", "it is 'low' or 'full'")
    end
    self.battery = options.battery or self.battery
end

--- For the option `filter` of an endpoint.
function Faults:filter()
    return function()
        if self.silent or self.loss > 0 and draw(self) < self.loss then
            return false
        elseif self.delay then
            return self.delay[1] + (self.delay[2] - self.delay[1]) * draw(self)
        end
    end
end

--- Is what is read of a property wrong now?
function Faults:is_wrong(epc)
    return self.wrong and not KEPT[epc]
end

local NONE = { loss = 0, delay = 0, silent = false, wrong = false, battery = "full" }
local WORDS = { ["true"] = true, ["false"] = false, on = true, off = false }

local function value_of(name, text)
    local least, most = text:match "^([%d.]+)%-([%d.]+)$"
    if name == "delay" and least and tonumber(least) and tonumber(most) then
        return { tonumber(least), tonumber(most) }
    elseif WORDS[text] ~= nil then
        return WORDS[text]
    end
    return tonumber(text) or text
end

--- Reads words as people type them: "loss=0.2", "delay=0.5-2", "silent", "wrong=off", "battery=low", "none".
function Faults.parse(words)
    local options = {}
    for _, word in ipairs(check.type("words", words, "table")) do
        local name, text = word:match "^(%a+)=(.+)$"
        name = name or word
        if word == "none" then
            for key, value in pairs(NONE) do
                options[key] = value
            end
        elseif not OPTIONS[name] then
            return core.fail("ARGUMENT", ("there is no fault '%s': loss, delay, silent, wrong, battery, none"):format(name))
        else
            options[name] = value_of(name, text or "true")
        end
    end
    local right, message = pcall(Faults.set, Faults.new(), options)
    if not right then
        return core.fail("ARGUMENT", message)
    end
    return options
end

--- What is wrong now, in the words that `parse` reads.
function Faults:__tostring()
    local words = {}
    words[#words + 1] = self.loss > 0 and ("loss=%g"):format(self.loss) or nil
    words[#words + 1] = self.delay and ("delay=%g-%g"):format(self.delay[1], self.delay[2]) or nil
    words[#words + 1] = self.silent and "silent" or nil
    words[#words + 1] = self.wrong and "wrong" or nil
    words[#words + 1] = self.battery == "low" and "battery=low" or nil
    return #words > 0 and table.concat(words, " ") or "none"
end

return Faults
