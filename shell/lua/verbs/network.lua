-- Who is there, and why nobody answers.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local json = shell.part "json"
local status = shell.part "status"

local DISCOVER = 2 -- seconds: devices may wait for one before they answer everybody

local function fail(code)
    return nil, warifu.errors[code].what .. "; " .. warifu.errors[code].next, code
end

local function node_data(node)
    local objects = json.list()
    for i, eoj in ipairs(node.objects or {}) do
        objects[i] = ("%06X"):format(eoj)
    end
    return {
        address = node.address, other_address = node.other_address, number = node.number, objects = objects, da = node.da,
    }
end

local function discover(given)
    local controller, message, code = home.open()
    if not controller then
        return nil, message, code
    end
    local found
    found, message, code = controller:discover { timeout = given.seconds or DISCOVER }
    if not found then
        return nil, message, code
    elseif #found == 0 then
        return fail "NO_ANSWER"
    end
    for i, node in ipairs(found) do
        found[i] = node_data(node)
    end
    return { nodes = json.list(found) }
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

local function nodes_text(value)
    local lines = {}
    for i, node in ipairs(value.nodes) do
        lines[i] = ("%s %s [%s]\n  %s"):format(node.address, node.number or "without a number",
            table.concat(node.objects, " "), da_text(node.da))
    end
    return table.concat(lines, "\n")
end

local function addresses_text(value)
    local lines = {}
    for i, node in ipairs(value.nodes) do
        lines[i] = node.address
    end
    return table.concat(lines, "\n")
end

local SEVERITIES = { problem = status.SYSTEM, warning = status.FAILED, note = status.DONE }

local function doctor(given)
    local options = shell.options
    local known, findings = pcall(warifu.doctor, {
        interface = options.interface, address = options.address, port = options.port,
        state = options.state or warifu.default_state(), peer = given.addr,
    })
    if not known then
        return nil, findings, "ARGUMENT"
    end
    return { findings = json.list(findings) }
end

local function findings_text(value)
    local lines = {}
    for i, finding in ipairs(value.findings) do
        local detail = finding.detail ~= "" and (" (%s)"):format(finding.detail) or ""
        lines[i] = ("%s %s: %s%s\n  %s"):format(finding.severity, finding.id, finding.what, detail, finding.next)
    end
    return lines[1] and table.concat(lines, "\n") or "nothing is wrong with this host"
end

return {
    title = "Who is there",
    {
        name = "discover", arguments = "[SECONDS]",
        help = "finds the nodes that are there, and who speaks Device Authentication",
        next = "pair NODE; doctor if somebody is missing",
        run = discover, text = nodes_text, bare = addresses_text,
    },
    {
        name = "doctor", arguments = "[ADDR]",
        help = "says why nothing arrives, and why not from ADDR",
        more = "The worst stands first. The exit status is 9 after a problem, 1 after a warning, else 0.",
        run = doctor, text = findings_text,
        -- after the worst, which stands first
        status = function(value)
            local worst = value.findings[1]
            return worst and SEVERITIES[worst.severity] or status.DONE
        end,
    },
}
