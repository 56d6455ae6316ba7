-- Plausible values: for each type of the dictionary one that a device may have.
local values = {}

local TYPICAL = { -- by unit; elsewhere the least, or 0
    Celsius = 20, ["%"] = 50, V = 100, mHz = 50000, lux = 300, klux = 1, ppm = 600, hPa = 1013, Wh = 1000, degree = 90, digit = 6,
}
local HARMLESS = { "normal", "false", "noSetting", "notPowerRestraint", "noOperation", "auto", "standby", "stop", "off" }
local NEW_YEAR = { year = 2026, month = 1, day = 1, hour = 0, min = 0, sec = 0 }

local make

local function number_of(kind)
    if #kind.states > 0 then -- only these
        return kind.states[1].number
    end
    local value = math.max(kind.minimum, math.min(kind.maximum, TYPICAL[kind.unit] or 0))
    local on_grid = kind.minimum + math.floor((value - kind.minimum) / kind.step + 0.5) * kind.step
    return kind.step == 1 and math.tointeger(on_grid) or tonumber(("%.10g"):format(on_grid))
end

local function state_of(kind, to_set)
    local by_name, first = {}, nil
    for _, state in ipairs(kind.states) do
        local reserved = state.read_only or state.undefined or state.no_data
        if not reserved then
            by_name[state.id] = by_name[state.id] or state
            first = first or state
        elseif not to_set then
            by_name[#by_name + 1] = state
        end
    end
    for _, name in ipairs(HARMLESS) do
        first = by_name[name] or first
        if by_name[name] then
            break
        end
    end
    first = first or by_name[1]
    return first and { state = first.id, code = first.code }
end

local function members_of(kind, to_set)
    local value = {}
    for _, member in ipairs(kind.members) do
        value[member.id] = make(member.type, to_set)
    end
    return value
end

local function one_of(kind, to_set)
    for _, member in ipairs(kind.members) do
        local value = make(member.type, to_set)
        if value ~= nil then
            return value
        end
    end
end

local function items_of(kind, to_set)
    local value = {}
    for i = 1, kind.min_items or 0 do
        value[i] = make(kind.members[1].type, to_set)
    end
    return value
end

local function moment_of(parts)
    return function()
        local value = {}
        for part in parts:gmatch "%a+" do
            value[part] = NEW_YEAR[part]
        end
        return value
    end
end

local MAKERS = {
    number = number_of,
    numeric = function(kind) return kind.states[1].number end,
    state = state_of,
    level = function(kind) return { level = kind.minimum or 1 } end,
    raw = function(kind) return ("\0"):rep(kind.min_size) end,
    object = members_of,
    bitmap = function(kind) return { _bytes = ("\0"):rep(kind.min_size) } end,
    array = items_of,
    one_of = one_of,
    time = function(kind) return { hour = 0, min = 0, sec = kind.min_size == 3 and 0 or nil } end,
    date = moment_of "year month day",
    date_time = function(kind)
        return moment_of(kind.min_size == 7 and "year month day hour min sec" or "year month day hour min")()
    end,
}

--- A value of this type; with `to_set` one that others can set. nil where the type has none.
function make(kind, to_set)
    return MAKERS[kind.kind](kind, to_set)
end

values.of = make

return values
