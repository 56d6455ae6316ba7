-- A virtual device of every class of the dictionary, asked by a controller in a simulated home: what it has is what its
-- release requires, each property that can be read is a value, each that can be set takes values and refuses what is none.
local check = require "check"
local warifu = require "warifu"

local dictionary = warifu.dictionary
local OWN = { [0x9D] = "inf", [0x9E] = "set", [0x9F] = "get" }
local PATTERNS = 256

local function classes()
    local list = {}
    for _, class in ipairs(dictionary.classes()) do
        if class.code ~= 0 and class.code >> 8 ~= 0x0E then
            list[#list + 1] = class
        end
    end
    return list
end

local everybody = assert(warifu.Policy.parse [[
{"name": "everybody", "rules": [
  {"allow": ["read", "write"], "to": ["unknown"], "class": "*", "epc": ["*"], "why": "a test"}
]}
]])

-- A device in a home, and the controller's view of it.
local function asked(class, options)
    local home = assert(warifu.sim.Home { seed = class.code })
    local given = { class = class.id, sim = home, plain = true, policy = everybody, tick = false }
    for key, value in pairs(options or {}) do
        given[key] = value
    end
    local device = assert(warifu.virtual.device(given))
    local controller = assert(home:controller { trusted = false, gap = 0, policy = everybody })
    return device, controller:node(home:addresses(device.node)[1]), device.appliances[1]
end

local function set_of(list)
    local set = {}
    for _, epc in ipairs(list) do
        set[epc] = true
    end
    return set
end

-- Bytes of this size that are a value which others may set, another one than `present` where there is one; and some that are
-- none.
local function candidates(class, found, present)
    local right, wrong
    for byte = PATTERNS - 1, 0, -1 do
        local bytes = string.char(byte):rep(found.min_size)
        local value = dictionary.decode(class.code, found.epc, bytes)
        if value == nil then
            wrong = wrong or bytes
        elseif bytes ~= present and dictionary.encode(class.code, found.epc, value, { to_set = true }) == bytes then
            right = right or bytes
        end
    end
    return right or present, wrong
end

local cases = {}

function cases.every_class_has_what_its_release_requires()
    for _, class in ipairs(classes()) do
        local _, node, appliance = asked(class)
        node.objects = { appliance.eoj }
        local maps = assert(node:interview())[appliance.eoj]
        local has = { get = set_of(maps.get), set = set_of(maps.set), inf = set_of(maps.inf) }
        for _, found in ipairs(dictionary.properties(class.code)) do
            for access, map in pairs(has) do
                if found[access] == "required" and not map[found.epc] then
                    error(("%s lacks %s of %s (%02X)"):format(class.id, access, found.id, found.epc))
                elseif found[access] == "none" and map[found.epc] and not OWN[found.epc] then
                    error(("%s allows %s of %s (%02X)"):format(class.id, access, found.id, found.epc))
                end
            end
        end
    end
end

function cases.every_property_that_can_be_read_is_a_value_of_its_release()
    local count = 0
    for _, class in ipairs(classes()) do
        for _, with in ipairs { {}, "all" } do
            local _, node, appliance = asked(class, { with = with })
            node.objects = { appliance.eoj }
            local epcs = assert(node:interview())[appliance.eoj].get
            for epc, got in pairs(assert(node:get_many(appliance.eoj, epcs))) do
                local value, message = dictionary.decode(class.code, epc, got.value or "", "R")
                if value == nil then
                    error(("%s %02X: %s"):format(class.id, epc, message or got.status))
                end
                count = count + 1
            end
        end
    end
    check.equal(count > 2000, true)
end

-- The releases that brought something new to a class, and the newest.
local function releases_of(class)
    local letters, seen = { "R" }, { R = true }
    for _, entry in ipairs(dictionary.entries(class.code)) do
        if not seen[entry.since] then
            seen[entry.since] = true
            letters[#letters + 1] = entry.since
        end
    end
    return letters
end

function cases.every_class_can_be_made_in_every_release_that_changed_it()
    local count, sim = 0, assert(warifu.sim.Home())
    for _, class in ipairs(classes()) do
        for _, release in ipairs(releases_of(class)) do
            local device <close> = assert(warifu.virtual.device { class = class.id, release = release, sim = sim, plain = true, tick = false })
            for epc, property in pairs(device.appliances[1].properties) do
                local value, message = dictionary.decode(class.code, epc, property.value, release)
                if value == nil then
                    error(("%s of release %s, %02X: %s"):format(class.id, release, epc, message))
                end
            end
            count = count + 1
        end
    end
    check.equal(count > 120, true)
end

function cases.every_property_that_can_be_set_takes_a_value_and_refuses_what_is_none()
    local changed, refused = 0, 0
    for _, class in ipairs(classes()) do
        local _, node, appliance = asked(class, { with = "all", model = {} })
        node.objects = { appliance.eoj }
        local maps = assert(node:interview())[appliance.eoj]
        local readable = set_of(maps.get)
        for _, epc in ipairs(maps.set) do
            local present = appliance.properties[epc].value
            local right, wrong = candidates(class, assert(dictionary.find(class.code, epc)), present)
            local taken, message = node:set(appliance.eoj, { [epc] = right })
            if not taken then
                error(("%s %02X: %s"):format(class.id, epc, message))
            end
            if readable[epc] then
                check.equal(assert(node:get(appliance.eoj, epc))[epc], right)
            end
            changed = changed + (right ~= present and 1 or 0)
            if wrong then
                check.equal(select(3, node:set(appliance.eoj, { [epc] = wrong })), "REFUSED")
                refused = refused + 1
            end
        end
    end
    check.equal(refused > 300, true)
    check.equal(changed > 300, true)
end

function cases.a_profile_and_the_superclass_are_no_devices()
    check.equal(pcall(warifu.virtual.device, { class = "nodeProfile" }), false)
    check.equal(pcall(warifu.virtual.device, { class = 0 }), false)
    check.equal(select(3, warifu.virtual.device { class = "toaster" }), "NOT_IN_DICTIONARY")
end

function cases.an_older_release_says_so_and_has_what_was_required_then()
    local class = assert(dictionary.find_class "homeAirConditioner")
    local device, node = asked(class, { release = "B" })
    check.equal(assert(node:get("013001", 0x82))[0x82], "\0\0B\0")
    check.equal(device:get "powerSavingOperation", nil) -- required since D
    check.equal(device.appliances[1].properties[0xBB], nil) -- so is the room's temperature
    check.equal(device:get "operationMode", "cooling")
end

check.main(cases)
