-- Logs what paired devices announce, and every minute all that they answer, to a CSV file.
--
-- logger.lua FILE [IDENTITY STATE]: the controller's PEM file and state directory; without them an hour of a simulated home
local warifu = require "warifu"

local PROFILE, INSTANCES, GET_MAP = 0x0EF001, 0xD6, 0x9F
local COLUMNS = "time,number,object,property,value,unit"

local function open(path)
    local file = assert(io.open(path, "a"))
    file:setvbuf "line" -- each row is in the file at once
    if file:seek "end" == 0 then
        file:write(COLUMNS, "\n")
    end
    return file
end

local function quoted(value)
    local text = tostring(value)
    text = text:find "[^ -~]" and warifu.codec.hex(text) or text
    return text:find '[",\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

local function add(file, date, peer, eoj, properties)
    for epc, edt in pairs(properties) do
        local found = warifu.dictionary.find(eoj >> 8, epc)
        local value, unit = warifu.dictionary.decode(eoj >> 8, epc, edt)
        if found and value ~= nil and type(value) ~= "table" then
            local row = { os.date("!%FT%TZ", date()), peer.number, ("%06X"):format(eoj), found.id, value, unit or "" }
            for i, field in ipairs(row) do
                row[i] = quoted(field)
            end
            file:write(table.concat(row, ","), "\n")
        end
    end
end

local function ask(file, date, peer)
    while true do
        local all = peer:get(PROFILE, INSTANCES) -- nil while it is not there
        for packed in (all and all[INSTANCES] or ""):sub(2):gmatch "..." do
            local eoj, came = (">I3"):unpack(packed), {}
            local map = peer:get(eoj, GET_MAP)
            local epcs = map and warifu.codec.property_map(map[GET_MAP]) or {}
            for epc, result in pairs(peer:get_many(eoj, epcs) or {}) do
                came[epc] = result.status == "value" and result.value or nil
            end
            add(file, date, peer, eoj, came)
        end
        warifu.scheduler.sleep(60)
    end
end

local function record(controller, path, date, seconds)
    local file <close> = open(path)
    for _, peer in ipairs(controller:peers()) do
        warifu.scheduler.spawn(ask, file, date, peer)
    end
    for event in controller:watch(seconds) do
        if event.kind == "notification" and event.is_protected and event.peer then -- in clear it may be anybody's
            add(file, date, event.peer, event.eoj, event.properties)
        end
    end
end

local path, identity, state = ...
if identity then
    local controller <close> = assert(warifu.Controller { identity = identity, state = state })
    return warifu.scheduler.run(record, controller, path, os.time)
end
local home <close> = assert(warifu.sim.Home { seed = 1 })
local room <close> = assert(warifu.virtual.device { class = "homeAirConditioner", sim = home, window = 180 })
local controller = assert(home:controller())
home:run(function()
    assert(controller:pair(home:addresses(room.node)[1], { code = room.code }))
    room.node:after(1800, function() room:put("operationStatus", false) end)
    record(controller, path, function() return 1790000000 + home:now() // 1 end, 3600)
end)
