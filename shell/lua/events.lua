-- What happened, as data and as a line for people: for watch, and above the line that is typed.
local shell = ...
local home = shell.part "home"
local json = shell.part "json"
local names = shell.part "names"
local values = shell.part "values"

local events = {}

-- Those that watch shows unless all are asked for, and that the prompt shows: what concerns the owner.
local MATTERS = {
    notification = true, paired = true, unpaired = true, list_taken = true, peer_moved = true, window_opened = true,
    window_closed = true, node_gone = true, security = true,
}

local PROFILE = "0EF001"

--- Does it concern the owner? That a node says which objects it has does not.
function events.matters(data)
    return MATTERS[data.kind] == true and data.object ~= PROFILE
end

-- Each property of a notification as `get` describes it, in the order of the codes.
local function add_properties(out, event)
    local epcs = {}
    for epc in pairs(event.properties) do
        epcs[#epcs + 1] = epc
    end
    table.sort(epcs)
    for _, epc in ipairs(epcs) do
        values.add(out, values.describe(home.dictionary(), event.eoj, epc, event.properties[epc]))
    end
end

--- An event of the controller as data.
function events.data(event)
    local peer = event.peer
    local out = {
        kind = event.kind, address = event.address, number = event.number or peer and peer.number,
        protected = event.is_protected == true, signed_by = event.signed_by, error = event.error, message = event.message,
        object = event.eoj and names.hex(event.eoj), class = event.eoj and names.of_object(event.eoj), access = event.access,
    }
    if event.properties then
        add_properties(out, event)
    end
    return out
end

--- Does a notification bring one of these EPCs? Any will do for none.
function events.has(data, epcs)
    for _, property in ipairs(data.properties or {}) do
        for _, epc in ipairs(epcs) do
            if property.epc == ("%02X"):format(epc) then
                return true
            end
        end
    end
    return #epcs == 0
end

local function who(data)
    return data.address or data.number or "somebody"
end

local function property_texts(data)
    local texts, class = {}, tonumber(data.object, 16) >> 8
    for i, property in ipairs(data.properties) do
        local epc = tonumber(property.epc, 16)
        local row = home.dictionary().find(class, epc)
        texts[i] = ("%s %s"):format(names.of_property(epc, row), property.text)
    end
    return table.concat(texts, ", ")
end

--- The same in a line.
function events.text(data)
    if data.properties then
        return ("%s/%s %s%s"):format(who(data), data.class, property_texts(data), data.protected and "" or " (in clear)")
    end
    local words = { (data.kind:gsub("_", " ")), who(data), data.class }
    words[#words + 1] = data.error and ("%s: %s"):format(data.error, data.message) or nil
    return table.concat(words, " ")
end

return events
