-- What an authority does with what it issued.
local shell = ...
local warifu = require "warifu"
local authority = shell.part "authority"
local files = shell.part "files"
local json = shell.part "json"

local FOLDER, DAYS = authority.FOLDER, authority.DAYS
local with = authority.with

local function issued_data(entry)
    local date = entry.not_after and os.date("!%Y-%m-%d", entry.not_after) or nil
    return {
        serial = entry.serial, issuer = entry.issuer, role = entry.role, number = entry.number, not_after = date,
        revoked = entry.revoked and os.date("!%Y-%m-%d", entry.revoked) or nil, reason = entry.reason,
    }
end

local function list(given)
    return with(given, function(held)
        local entries, message, code = held:issued()
        if not entries then
            return nil, message, code
        end
        for i, entry in ipairs(entries) do
            entries[i] = issued_data(entry)
        end
        return { issued = json.list(entries) }
    end)
end

local function list_text(value)
    local lines = {}
    for i, entry in ipairs(value.issued) do
        lines[i] = ("%s %s %s by %s until %s%s"):format(entry.serial, entry.role or "CA", entry.number or "-", entry.issuer,
            entry.not_after or "?", entry.revoked and (", revoked %s (%s)"):format(entry.revoked, entry.reason) or "")
    end
    return lines[1] and table.concat(lines, "\n") or "nothing was issued"
end

-- The certificate that a word means: a serial number, an identification number or its end, or an identity's file.
local function issued_as(held, word)
    if files.exists(word) then
        return warifu.Identity.load(word)
    end
    local entries, message, code = held:issued()
    if not entries then
        return nil, message, code
    end
    local found = {}
    for _, entry in ipairs(entries) do
        if entry.serial == word:upper() or entry.number and #word >= 4 and entry.number:sub(-#word) == word:upper() then
            found[#found + 1] = entry.serial
        end
    end
    if #found == 1 then
        return found[1]
    end
    return nil, #found == 0 and ("nothing of '%s' was issued; ca list shows what was"):format(word)
        or ("'%s' may be the certificates %s"):format(word, table.concat(found, ", ")), "ARGUMENT"
end

local function revoke(given)
    return with(given, function(held)
        local what, message, code = issued_as(held, given.certificate)
        local done
        if what then
            done, message, code = held:revoke(what, given.reason)
        end
        return done and { done = true }, message, code
    end)
end

local function renew(given)
    return with(given, function(held)
        local free, message, code = files.check_new(given.file)
        local what, fresh, saved
        if free then
            what, message, code = issued_as(held, given.certificate)
        end
        if what then
            fresh, message, code = held:renew(what, { days = given.days })
        end
        if type(fresh) == "string" then
            saved, message, code = files.write(given.file, fresh)
        elseif fresh then
            saved, message, code = fresh:save(given.file)
        end
        return saved and { file = given.file, has_key = type(fresh) ~= "string" }, message, code
    end)
end

local function publish(given)
    local folder = authority.folder_of(given)
    return with(given, function(held)
        local lists, message, code = held:publish { days = given.days }
        if not lists then
            return nil, message, code
        end
        local out = json.list()
        for _, kind in ipairs { "root", "issuing", "devices", "controllers" } do
            if lists[kind] then
                out[#out + 1] = { issuer = kind, file = ("%s/%s.crl.pem"):format(folder, kind) }
            end
        end
        return { lists = out }
    end)
end

local function lists_text(value)
    local lines = {}
    for i, entry in ipairs(value.lists) do
        lines[i] = entry.file
    end
    return table.concat(lines, "\n")
end

local function certificate(given)
    return with(given, function(held)
        local der = held:certificate(given.ca)
        if not der then
            return nil, ("there is no CA '%s'"):format(given.ca), "ARGUMENT"
        end
        return { certificate = warifu.pki.pem("CERTIFICATE", der) }
    end)
end

local function written(value)
    return "written to " .. value.file
end

local function nothing() end

return {
    title = "What an authority issued",
    {
        name = "ca list",
        options = { FOLDER },
        help = "lists what was issued",
        gives = "issued (serial, issuer, role, number, not_after, revoked, reason)",
        run = list, text = list_text,
    },
    {
        name = "ca renew", arguments = "CERTIFICATE FILE",
        options = { FOLDER, DAYS },
        help = "issues anew, same subject, role, number and key",
        more = "CERTIFICATE is a serial number, an identification number or its end, or the file of an identity.",
        next = "identity --take FILE",
        gives = "file, has_key",
        run = renew, text = written, bare = nothing,
    },
    {
        name = "ca revoke", arguments = "CERTIFICATE [REASON]",
        options = { FOLDER },
        help = "puts a certificate on its issuer's next list",
        more = "CERTIFICATE is as in ca renew. It counts for whoever gets the list.",
        next = "ca crl",
        gives = "done",
        run = revoke,
        text = function()
            return "revoked; publish the list: ca crl"
        end,
        bare = nothing,
    },
    {
        name = "ca crl",
        options = { FOLDER, { "--days DAYS", "until the next list is due (30)" } },
        help = "publishes the next revocation list of every CA",
        next = "crl take; crl send PEER",
        gives = "lists (issuer, file)",
        run = publish, text = lists_text,
    },
    {
        name = "ca certificate", arguments = "[CA]",
        options = { FOLDER },
        help = "prints the certificate of the root or of another CA",
        more = "CA is root, issuing, devices or controllers.",
        gives = "certificate",
        run = certificate,
        text = function(value)
            return value.certificate
        end,
    },
}
