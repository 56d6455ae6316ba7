-- The world around virtual devices: time of day, outdoor temperature, sun. Functions of the date only.
local core = ...
local check = core.part "check"

local weather = {}

local DAY, HOUR = 86400, 3600
local LONGEST_STEP = 60 -- seconds in which it stays as it is
local MEAN, SWING, WARMEST = 24, 6, 14 -- degrees Celsius, and the hour of the highest
local SUNRISE, SUNSET = 6, 18

--- The hour, from 0 to 24, of a date in seconds since 1970, local time.
function weather.hour(date)
    return date % DAY / HOUR
end

--- What it is like at a date: {date=, hour=, outdoor=, sun=}; `sun` is 0 to 1.
function weather.at(date)
    local hour = weather.hour(check.type("date", date, "number"))
    local height = math.sin(math.pi * (hour - SUNRISE) / (SUNSET - SUNRISE))
    return {
        date = date,
        hour = hour,
        outdoor = MEAN + SWING * math.cos(2 * math.pi * (hour - WARMEST) / 24),
        sun = hour > SUNRISE and hour < SUNSET and height or 0,
    }
end

--- For a `for` loop: how the seconds after a date pass, in steps of a minute at most: seconds, and what it is like after them.
--- Without any seconds it is one step of 0.
function weather.steps(date, seconds)
    local left, began = seconds, false
    return function()
        if began and left <= 0 then
            return nil
        end
        began = true
        local part = math.min(left, LONGEST_STEP)
        left, date = left - part, date + part
        return part, weather.at(date)
    end
end

--- {year=, month=, day=, hour=, min=, sec=} of a date.
function weather.moment(date)
    return os.date("!*t", math.floor(date))
end

return weather
