-- The one table of verbs: their words make help and parser. A verb gives what is to be printed and maybe an exit
-- status, or nil, message, code.
local shell = ...
local warifu = require "warifu"
local status = shell.part "status"
local setup_code = shell.part "setup_code"
local keeping = shell.part "keeping"

local verbs = {}

--- A controller where the options say. Its identity is made for the moment: it can ask, and pair with nobody.
local function asker()
    local options = shell.options
    local identity = assert(assert(warifu.Authority.create "Asker"):issue "controller")
    return warifu.Controller {
        identity = identity, interface = options.interface, address = options.address, port = options.port,
    }
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

local function node_text(node)
    local objects = {}
    for i, eoj in ipairs(node.objects) do
        objects[i] = ("%06X"):format(eoj)
    end
    return ("%s %s [%s]\n  %s"):format(node.address, node.number or "without a number", table.concat(objects, " "),
        da_text(node.da))
end

local function discover(seconds)
    local timeout = 2
    if seconds then
        timeout = tonumber(seconds)
        if not timeout or timeout < 0 or timeout > 3600 then
            return nil, "SECONDS is a number up to 3600", "ARGUMENT"
        end
    end
    local controller, message, code = asker()
    if not controller then
        return nil, message, code
    end
    local held <close> = controller
    local found
    found, message, code = held:discover { timeout = timeout }
    if not found then
        return nil, message, code
    elseif #found == 0 then
        return nil, warifu.errors.NO_ANSWER.what .. "; " .. warifu.errors.NO_ANSWER.next, "NO_ANSWER"
    end
    for i, node in ipairs(found) do
        found[i] = node_text(node)
    end
    return table.concat(found, "\n")
end

local SEVERITIES = { problem = status.SYSTEM, warning = status.FAILED, note = status.DONE }

--- Gives the findings as text, and an exit status after the worst of them, which stands first.
local function doctor(peer)
    local options = shell.options
    local state = options.state or warifu.default_state()
    local known, findings = pcall(warifu.doctor, {
        interface = options.interface, address = options.address, port = options.port, state = state, peer = peer,
    })
    if not known then
        return nil, findings, "ARGUMENT"
    end
    local lines = {}
    for i, finding in ipairs(findings) do
        local detail = finding.detail ~= "" and (" (%s)"):format(finding.detail) or ""
        lines[i] = ("%s %s: %s%s\n  %s"):format(finding.severity, finding.id, finding.what, detail, finding.next)
    end
    return findings[1] and table.concat(lines, "\n") or "nothing is wrong with this host",
        findings[1] and SEVERITIES[findings[1].severity] or status.DONE
end

--- The audit log of the state directory, whose node runs or not.
local function audit(form)
    if form and form ~= "--json" then
        return nil, "audit knows --json only", "ARGUMENT"
    end
    local log, message, code = warifu.audit(shell.options.state)
    if not log then
        return nil, message, code
    end
    for i, entry in ipairs(log) do
        log[i] = form and entry.json or entry.text
    end
    if log.damaged > 0 then
        io.stderr:write(("warifu: %d entries of the store can't be read\n"):format(log.damaged))
    end
    if #log == 0 then
        return not form and "nothing was written down" or nil
    end
    return table.concat(log, "\n")
end

local function decode(...)
    local hex = table.concat({ ... }, " ")
    local bytes, message, code = warifu.codec.unhex(hex)
    if not bytes then
        return nil, message, code
    end
    return warifu.codec.decode(bytes)
end

local function version()
    return ("warifu %s, %s"):format(warifu.version, _VERSION)
end

local function help(name)
    if not name then
        return verbs.list() .. "Every other line is Lua; the module is in `warifu`."
    end
    local row, err = verbs.find(name), warifu.errors[name:upper()]
    if row then
        return verbs.line(row)
    elseif err then
        return ("%s (%d): %s; %s"):format(err.name, err.code, err.what, err.next)
    end
    return nil, ("there is no verb or error '%s'; see help"):format(name), "ARGUMENT"
end

-- name, arguments ([X]: may be left out; X...: one or more), what it does, function
local TABLE = {
    { "discover", "[SECONDS]", "finds the nodes that are there, and who speaks Device Authentication", discover },
    { "doctor", "[ADDRESS]", "says why nothing arrives, and why not from ADDRESS", doctor },
    { "audit", "[--json]", "shows what happened to a node that matters for its security", audit },
    { "peers", "", "lists the pairings in the state directory", keeping.peers },
    { "forget", "NUMBER|--damaged", "removes a pairing from it, or what nobody can read", keeping.forget },
    { "backup", "FILE", "writes all of it to FILE under a passphrase", keeping.backup },
    { "restore", "FILE [--force]", "puts the pairings back; --force: after a backup of those there are", keeping.restore },
    { "reset", "--yes", "removes all pairings and their keys", keeping.reset },
    { "adopt", "--yes", "lets a copied state directory belong where it is", keeping.adopt },
    { "decode", "HEX...", "says what a frame means", decode },
    { "code", "[OPTION]... [FILE]",
        "explains a set-up code; --qr draws it, --invert for light terminals, --show while it is typed",
        setup_code.verb },
    { "help", "[VERB|ERROR]", "lists the verbs, or explains one or an error's name", help },
    { "version", "", "says which version this is", version },
}

local rows = {}
for i, row in ipairs(TABLE) do
    rows[i] = { name = row[1], arguments = row[2], help = row[3], call = row[4] }
    rows[row[1]] = rows[i]
end

function verbs.find(name)
    return rows[name]
end

function verbs.line(row)
    return ("  %-24s %s"):format(row.name .. " " .. row.arguments, row.help)
end

function verbs.list()
    local lines = {}
    for i, row in ipairs(rows) do
        lines[i] = verbs.line(row) .. "\n"
    end
    return table.concat(lines)
end

--- Does the number of words fit the row's arguments?
function verbs.fits(row, count)
    local least, most = 0, 0
    for word in row.arguments:gmatch "%S+" do
        least = least + (word:sub(1, 1) == "[" and 0 or 1)
        most = word:find "%.%.%." and math.huge or most + 1
    end
    return count >= least and count <= most
end

--- Is this line a verb with its words, rather than Lua? `help = 1` and `decode(x)` are Lua.
function verbs.parse(line)
    local name, rest = line:match "^%s*(%a[%w%-]*)(.*)$"
    if not rows[name] or rest:find "^%s*[=(.:{%[,]" then
        return nil
    end
    local words = {}
    for word in rest:gmatch "%S+" do
        words[#words + 1] = word
    end
    return name, words
end

return verbs
