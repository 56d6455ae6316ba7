-- Reading and writing properties of a target by what people call them.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local json = shell.part "json"
local names = shell.part "names"
local nodes = shell.part "nodes"
local values = shell.part "values"

local properties = {}

--- What the JSON of a result about a target has.
properties.FIELDS = "address, number, protected, object, class, values (name: value), "
    .. "properties (epc, property, value, unit, bytes, text)"

local RELEASE, READABLE, PROFILE = 0x82, 0x9F, 0x0EF0
local releases = {} -- of objects: "number or address EOJ" -> letter, or false

--- Opens the controller and finds the target of a word: { controller=, dictionary=, entry=, node=, eoj= }.
function properties.target(word)
    local dictionary, message, code = home.dictionary()
    local controller, entry
    if dictionary then
        controller, message, code = home.open()
    end
    if not controller then
        return nil, message, code
    end
    entry, message, code = nodes.target(controller, word)
    if not entry then
        return nil, message, code
    end
    return { controller = controller, dictionary = dictionary, entry = entry, node = entry.node, eoj = message }
end

local function release_key(target)
    return ("%s %06X"):format(target.entry.number or target.entry.address, target.eoj)
end

local function options()
    return { timeout = shell.line.timeout }
end

-- Asks for a list of EPCs, and for the release the first time: epc -> { status=, value= }.
local function ask(target, epcs)
    local key, asked = release_key(target), table.move(epcs, 1, #epcs, 1, {})
    if releases[key] == nil and target.eoj >> 8 ~= PROFILE then
        asked[#asked + 1] = RELEASE
    end
    local came, message, code = target.node:get_many(target.eoj, asked, options())
    if came and asked[#epcs + 1] then
        releases[key] = came[RELEASE].value and target.dictionary.release_of(came[RELEASE].value) or false
    end
    return came, message, code
end

--- The release of the target's object, if it was asked for.
function properties.release(target)
    return releases[release_key(target)] or nil
end

--- EPCs of a list of words, each once, and word -> EPC.
function properties.epcs(target, words)
    local epcs, seen = {}, {}
    for _, word in ipairs(words) do
        local epc, message, code = names.property(target.dictionary, target.eoj, word)
        if not epc then
            return nil, message, code
        elseif not seen[epc] then
            seen[epc], epcs[#epcs + 1] = true, epc
        end
    end
    return epcs
end

-- Those that the object's map says can be read.
local function readable(target)
    local came, message, code = target.node:get(target.eoj, READABLE, options())
    if not came then
        return nil, properties.hinted(target, message, code), code
    end
    local map
    map, message, code = warifu.codec.property_map(came[READABLE])
    if map then
        table.sort(map)
    end
    return map, message, code
end

--- A result about a target, to which more is added.
function properties.result(target)
    local out = nodes.describe(target.entry)
    out.object, out.class = names.hex(target.eoj), names.of_object(target.eoj)
    return out
end

--- Adds a property's value to a result.
function properties.add(out, target, epc, bytes)
    values.add(out, values.describe(target.dictionary, target.eoj, epc, bytes, properties.release(target)))
end

--- The message of a failure, and what may be the reason where it is a refusal in clear.
function properties.hinted(target, message, code)
    if code == "REFUSED" and not target.entry.is_peer then
        return message .. "; in clear it may allow little: pair first"
    end
    return message
end

-- Why something was not given, and which failure it is; the first of these that there is.
local FAILURES = {
    { status = "refused", code = "REFUSED" }, { status = "unlisted", code = "NO_PROPERTY" },
    { status = "silent", code = "NO_ANSWER" }, { status = "no_room", code = "REFUSED" },
}

local function name_list(target, epcs)
    local list = {}
    for i, epc in ipairs(epcs) do
        local row = target.dictionary.find(target.eoj >> 8, epc)
        list[i] = row and ("%s (%02X)"):format(row.id, epc) or ("%02X"):format(epc)
    end
    return table.concat(list, ", ")
end

local function failure_of(target, by_status)
    for _, failure in ipairs(FAILURES) do
        local epcs = by_status[failure.status]
        if epcs then
            local row = warifu.errors[failure.code]
            local message = ("%s: %s; %s"):format(row.what, name_list(target, epcs), row.next)
            return properties.hinted(target, message, failure.code), failure.code
        end
    end
end

--- Reads EPCs, all that can be read without a list: the result, and where some were not given message and code.
function properties.read(target, epcs)
    local message, code
    if not epcs then
        epcs, message, code = readable(target)
    end
    local came
    if epcs then
        came, message, code = ask(target, epcs)
    end
    if not came then
        return nil, message, code
    end
    local out, by_status = properties.result(target), {}
    out.properties, out.values = json.list(), {}
    for _, epc in ipairs(epcs) do
        local answer = came[epc]
        if answer.status == "value" then
            properties.add(out, target, epc, answer.value)
        else
            by_status[answer.status] = by_status[answer.status] or {}
            table.insert(by_status[answer.status], epc)
            out.failed = out.failed or {}
            out.failed[("%02X"):format(epc)] = answer.status
        end
    end
    return out, failure_of(target, by_status)
end

--- The words "PROPERTY=VALUE" as what a node's `set` takes: name -> value, or EPC -> bytes.
function properties.settings(target, words)
    local sets = {}
    for _, word in ipairs(words) do
        local name, text = word:match "^([^=]+)=(.*)$"
        if not name then
            return nil, ("'%s' is no PROPERTY=VALUE"):format(word), "ARGUMENT"
        end
        local key, value, code = properties.setting(target, name, text)
        if key == nil then
            return nil, value, code
        elseif sets[key] ~= nil then
            return nil, ("%s is given twice"):format(name), "ARGUMENT"
        end
        sets[key] = value
    end
    return sets
end

--- One of them: name and value, or EPC and bytes where it is "0x1A".
function properties.setting(target, name, text)
    local epc, row, code = names.property(target.dictionary, target.eoj, name)
    if not epc then
        return nil, row, code
    end
    local bytes = values.bytes(text)
    if bytes then
        return epc, bytes
    elseif not row then
        return nil, ("the dictionary doesn't know %02X: its value is bytes such as 0x1A"):format(epc), "NOT_IN_DICTIONARY"
    end
    local value, problem = values.parse(text, target.dictionary.type(target.eoj >> 8, epc))
    if value == nil then
        return nil, ("%s: %s"):format(row.id, problem), "WRONG_VALUE"
    end
    return row.id, value
end

--- The result for people: a line for each property.
function properties.text(out)
    local lines, class = {}, tonumber(out.object, 16) >> 8
    for i, property in ipairs(out.properties) do
        local epc = tonumber(property.epc, 16)
        lines[i] = ("%s: %s"):format(names.of_property(epc, (home.dictionary().find(class, epc))), property.text)
    end
    return table.concat(lines, "\n")
end

--- The bare values, a line each.
function properties.bare(out)
    local lines = {}
    for i, property in ipairs(out.properties) do
        local value = property.value
        lines[i] = value == nil and property.bytes or type(value) == "table" and json.encode(value) or tostring(value)
    end
    return table.concat(lines, "\n")
end

return properties
