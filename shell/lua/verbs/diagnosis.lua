-- Why nothing arrives, and what happened.
local shell = ...
local warifu = require "warifu"
local json = shell.part "json"
local output = shell.part "output"
local status = shell.part "status"

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

local function audit()
    local log, message, code = warifu.audit(shell.options.state)
    if not log then
        return nil, message, code
    elseif log.damaged > 0 then
        output.complain(("warifu: %d entries of the store can't be read"):format(log.damaged))
    end
    return { entries = json.list(log) }
end

local function fields(list, name)
    local lines = {}
    for i, entry in ipairs(list) do
        lines[i] = entry[name]
    end
    return table.concat(lines, "\n")
end

return {
    title = "Looking for the reason",
    {
        name = "doctor", arguments = "[ADDR]",
        help = "says why nothing arrives, and why not from ADDR",
        more = "The worst stands first. The exit status is 9 after a problem, 1 after a warning, else 0.",
        gives = "findings (severity, id, what, next, detail)",
        run = doctor, text = findings_text,
        -- after the worst, which stands first
        status = function(value)
            local worst = value.findings[1]
            return worst and SEVERITIES[worst.severity] or status.DONE
        end,
    },
    {
        name = "audit",
        help = "shows what happened to a node that matters for its security",
        more = "It is the log of the state directory, the oldest entry first, whether its node runs or not;\n"
            .. "with --json an object a line.",
        run = audit,
        text = function(value)
            return value.entries[1] and fields(value.entries, "text") or "nothing was written down"
        end,
        json = function(value)
            return fields(value.entries, "json")
        end,
    },
}
