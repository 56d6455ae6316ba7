-- Who is there.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local json = shell.part "json"
local names = shell.part "names"
local nodes = shell.part "nodes"
local objects = shell.part "objects"
local output = shell.part "output"

local function objects_of(list)
    local out = json.list()
    for i, eoj in ipairs(list or {}) do
        out[i] = { object = names.hex(eoj), class = names.of_object(eoj) }
    end
    return out
end

local function node_data(node)
    return {
        address = node.address, other_address = node.other_address, number = node.number, objects = objects_of(node.objects),
        da = node.da,
    }
end

local function discover(given)
    local controller, message, code = home.open()
    local found
    if controller then
        found, message, code = nodes.search(controller, given.seconds)
    end
    if not found then
        return nil, message, code
    elseif #found == 0 then
        local row = warifu.errors.NO_ANSWER
        return nil, ("%s; %s: doctor says more"):format(row.what, row.next), "NO_ANSWER"
    end
    local list = json.list()
    for i, node in ipairs(found) do
        list[i] = node_data(node)
    end
    return { nodes = list }
end

local function da_text(da)
    if not da then
        return "does not speak Device Authentication"
    end
    local words = { da.is_device and "device" or "controller", da.has_pairings and "paired" or "unpaired" }
    words[3] = da.window_open and ("pairing window open for %d s"):format(da.window_seconds) or "pairing window closed"
    words[4] = da.demands_code and "pairs by its set-up code" or nil
    return table.concat(words, ", ")
end

local function objects_text(list)
    local words = {}
    for i, object in ipairs(list) do
        words[i] = object.class == object.object and object.object or ("%s %s"):format(object.object, object.class)
    end
    return table.concat(words, ", ")
end

local function head_text(node)
    return ("%s %s [%s]"):format(node.address or "no address", node.number or "without a number", objects_text(node.objects))
end

local function found_text(value)
    local lines = {}
    for i, node in ipairs(value.nodes) do
        lines[i] = head_text(node) .. "\n  " .. da_text(node.da)
    end
    return table.concat(lines, "\n")
end

local function addresses_text(value)
    local lines = {}
    for _, node in ipairs(value.nodes) do
        lines[#lines + 1] = node.address
    end
    return table.concat(lines, "\n")
end

-- ---- nodes ----

local function known_nodes(given)
    local controller, message, code = home.open()
    local went
    if controller and not given.known then
        went, message, code = nodes.search(controller)
    end
    if not controller or not went and not given.known then
        return nil, message, code
    end
    local list = json.list()
    for i, entry in ipairs(nodes.entries(controller)) do
        list[i] = node_data(entry)
        list[i].paired, list[i].online = entry.is_peer == true, entry.is_peer or entry.node.is_online
        list[i].connected = entry.is_peer and entry.node.is_connected or nil
    end
    return { nodes = list }
end

local function state_text(node)
    if node.paired then
        return node.connected and "paired, in session" or "paired"
    end
    return node.online and "in clear" or "in clear, silent"
end

local function nodes_text(value)
    local lines = {}
    for i, node in ipairs(value.nodes) do
        lines[i] = head_text(node) .. "\n  " .. state_text(node)
    end
    return lines[1] and table.concat(lines, "\n") or "nobody was heard"
end

-- ---- show ----

local ACCESSES = { "get", "set", "inf" }

local function properties_of(dictionary, eoj, maps)
    local rows, list = {}, json.list()
    for _, access in ipairs(ACCESSES) do
        for _, epc in ipairs(maps[access]) do
            if not rows[epc] then
                local row = dictionary.find(eoj >> 8, epc)
                rows[epc] = { epc = ("%02X"):format(epc), property = row and row.id, access = json.list() }
                list[#list + 1] = rows[epc]
            end
            table.insert(rows[epc].access, access)
        end
    end
    table.sort(list, function(a, b) return a.epc < b.epc end)
    return list
end

local function show(given)
    local controller, message, code = home.open()
    local entry, maps
    if controller then
        entry, message, code = nodes.find(controller, given.node)
    end
    if entry and not entry.da and entry.address then
        local found = nodes.search(controller, nil, entry.address)
        entry = found and nodes.find(controller, entry.address) or entry
    end
    if entry then
        maps, message, code = objects.interview(entry)
    end
    if not maps then
        return nil, message, code
    end
    local out = node_data(entry)
    out.paired = entry.is_peer == true
    for _, object in ipairs(out.objects) do
        local eoj = tonumber(object.object, 16)
        object.properties = properties_of(home.dictionary(), eoj, maps[eoj])
        if #object.properties == 0 and not out.paired then
            output.note("%s does not tell its properties in clear: pair first", object.object)
        end
    end
    return out
end

local function show_text(node)
    local lines = { head_text(node), "  " .. (node.paired and "paired; " or "") .. da_text(node.da) }
    for _, object in ipairs(node.objects) do
        lines[#lines + 1] = ("  %s %s"):format(object.object, object.class)
        for _, property in ipairs(object.properties) do
            local row = home.dictionary().find(tonumber(object.object, 16) >> 8, tonumber(property.epc, 16))
            lines[#lines + 1] = ("    %s %-12s %s"):format(property.epc, table.concat(property.access, " "),
                row and names.of_property(row.epc, row) or "")
        end
    end
    return table.concat(lines, "\n")
end

-- ---- window ----

local GLANCE, PAUSE = 0.5, 1 -- seconds

local function glance(controller, address)
    local found, message, code = controller:discover { address = address, timeout = GLANCE, greet = true }
    local node = found and found[1]
    if found and not (node and node.da) then
        return nil, ("%s did not say that it speaks Device Authentication"):format(address),
            node and "PLAINTEXT_ONLY" or "NO_ANSWER"
    elseif not found then
        return nil, message, code
    end
    return { address = address, number = node.number, open = node.da.window_open, seconds = node.da.window_seconds }
end

local function window_text(value)
    return value.open and ("%s: open for %d s"):format(value.address, value.seconds) or value.address .. ": closed"
end

local WINDOW = { text = window_text, bare = function(value) return value.open and tostring(value.seconds) or "0" end }

-- Looks again and again until `over(state)` or the time is.
local function follow(controller, address, seconds, over)
    local deadline = warifu.now() + seconds
    local state, message, code
    repeat
        state, message, code = glance(controller, address)
        if state and over(state) then
            return state
        end
        for _ in controller:watch(PAUSE) do end -- lives on, and keeps nothing
    until warifu.now() >= deadline
    return state, message or "the window did not open in time", code or "NO_ANSWER"
end

local function window(given)
    local controller, message, code = home.open()
    local entry
    if controller then
        entry, message, code = nodes.find(controller, given.node)
    end
    if not entry then
        return nil, message, code
    elseif given.wait then
        return follow(controller, entry.address, given.wait, function(state) return state.open end)
    elseif not given.follow then
        return glance(controller, entry.address)
    end
    local state
    state, message, code = follow(controller, entry.address, math.huge, function(seen)
        output.item(WINDOW, seen)
        return not seen.open
    end)
    if not state then
        return nil, message, code
    end
end

return {
    title = "Who is there",
    {
        name = "discover", arguments = "[SECONDS]",
        help = "finds the nodes that are there, and who speaks Device Authentication",
        next = "pair NODE; doctor if somebody is missing",
        gives = "nodes (address, other_address, number, objects, da)",
        run = discover, text = found_text, bare = addresses_text,
    },
    {
        name = "nodes",
        options = { { "--known", "asks nobody: those that were heard since the start, and the peers" } },
        help = "lists peers and who else was heard, and how they are talked to",
        next = "show NODE",
        gives = "nodes (address, other_address, number, objects, da, paired, online, connected)",
        run = known_nodes, text = nodes_text, bare = addresses_text,
    },
    {
        name = "show", arguments = "NODE",
        help = "asks a node for its objects and what can be done with their properties",
        next = "get TARGET",
        gives = "address, other_address, number, paired, da, objects (object, class, properties)",
        run = show, text = show_text,
    },
    {
        name = "window", arguments = "NODE",
        options = {
            { "--wait SECONDS", "waits so long until it is open; then the exit status is 6" },
            { "--follow", "a line each second until it is closed" },
        },
        help = "says whether a device's pairing window is open, and how long",
        more = "What is said in clear is a hint; pairing proves it.",
        next = "pair NODE",
        gives = "address, number, open, seconds",
        run = window, text = WINDOW.text, bare = WINDOW.bare,
    },
}
