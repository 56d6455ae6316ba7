-- A small authority: who says who a node is.
local shell = ...
local warifu = require "warifu"
local files = shell.part "files"
local home = shell.part "home"
local json = shell.part "json"
local pem = shell.part "pem"
local place = shell.part "place"

local FOLDER = { "--folder DIR", "where the authority is; else `ca` in the state directory" }
local DAYS = { "--days DAYS", "how long it is valid" }
local NAME = { "--name NAME", "for people who read the certificate" }

local function folder_of(given)
    if given.folder then
        return given.folder
    end
    local directory, message = place.directory()
    return directory and directory .. "/ca", message, not directory and "STORE" or nil
end

local function open(given)
    local folder, message, code = folder_of(given)
    if not folder then
        return nil, message, code
    end
    return warifu.Authority.open(folder)
end

-- Runs `act(authority)` and closes it.
local function with(given, act)
    local authority, message, code = open(given)
    if not authority then
        return nil, message, code
    end
    local held <close> = authority
    return act(held)
end

local function init(given)
    local folder, message, code = folder_of(given)
    local authority, made
    if folder then
        authority, message, code = warifu.Authority.create(given.name, { folder = folder, days = given.days })
    end
    if not authority then
        return nil, message, code
    end
    local held <close> = authority
    if not given.root_alone then
        made, message, code = held:add_ca("issuing", given.name .. " issuing CA")
        if not made then
            return nil, message, code
        end
    end
    return { folder = folder, name = given.name }
end

local function issue(given)
    return with(given, function(authority)
        local free, message, code = files.check_new(given.file)
        local identity, saved
        if free then
            identity, message, code = authority:issue(given.role, given.number, { name = given.name, days = given.days })
        end
        if identity then
            saved, message, code = identity:save(given.file)
        end
        return saved and { file = given.file, number = identity.number, role = identity.role }, message, code
    end)
end

local function request(given)
    local path, message, code = home.identity()
    local own, der, written
    if path then
        own, message, code = warifu.Identity.load(path)
    end
    if own then
        der, message, code = own:request { name = given.name }
    end
    if der then
        written, message, code = files.write(given.file, pem.armour("CERTIFICATE REQUEST", der))
    end
    return written and { file = given.file, number = own.number, role = own.role }, message, code
end

local function sign(given)
    local text, message, code = files.read(given.request)
    if not text then
        return nil, message, code
    end
    return with(given, function(authority)
        local free, certificates, written
        free, message, code = files.check_new(given.file)
        if free then
            certificates, message, code = authority:sign(text,
                { role = given.role, number = given.number, name = given.name, days = given.days })
        end
        if certificates then
            written, message, code = files.write(given.file, certificates)
        end
        return written and { file = given.file }, message, code
    end)
end

local function issued_data(entry)
    local date = entry.not_after and os.date("!%Y-%m-%d", entry.not_after) or nil
    return {
        serial = entry.serial, issuer = entry.issuer, role = entry.role, number = entry.number, not_after = date,
        revoked = entry.revoked and os.date("!%Y-%m-%d", entry.revoked) or nil, reason = entry.reason,
    }
end

local function list(given)
    return with(given, function(authority)
        local entries, message, code = authority:issued()
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
local function issued_as(authority, word)
    if files.exists(word) then
        return warifu.Identity.load(word)
    end
    local entries, message, code = authority:issued()
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
    return with(given, function(authority)
        local what, message, code = issued_as(authority, given.certificate)
        local done
        if what then
            done, message, code = authority:revoke(what, given.reason)
        end
        return done and { done = true }, message, code
    end)
end

local function renew(given)
    return with(given, function(authority)
        local free, message, code = files.check_new(given.file)
        local what, fresh, saved
        if free then
            what, message, code = issued_as(authority, given.certificate)
        end
        if what then
            fresh, message, code = authority:renew(what, { days = given.days })
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
    local folder = folder_of(given)
    return with(given, function(authority)
        local lists, message, code = authority:publish { days = given.days }
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
    return with(given, function(authority)
        local der = authority:certificate(given.ca)
        if not der then
            return nil, ("there is no CA '%s'"):format(given.ca), "ARGUMENT"
        end
        return { certificate = pem.armour("CERTIFICATE", der) }
    end)
end

local function written(value)
    return "written to " .. value.file
end

local function nothing() end

return {
    title = "An authority of one's own",
    {
        name = "ca init", arguments = "NAME",
        options = { FOLDER, DAYS, { "--root-alone", "without an issuing CA: the root issues itself" } },
        help = "makes a root and a CA under it",
        more = "For laboratories and homes: its keys lie in files.",
        next = "ca issue device FILE",
        run = init,
        text = function(value)
            return ("made %s in %s"):format(value.name, value.folder)
        end,
        bare = nothing,
    },
    {
        name = "ca issue", arguments = "ROLE FILE",
        options = { FOLDER, { "--number NUMBER", "the identification number; else a random one for experiments" }, NAME, DAYS },
        help = "issues an identity, with its key, for a device or a controller",
        more = "FILE is its owner's alone. A shell takes one by identity --take.",
        next = "identity --take FILE",
        run = issue,
        text = function(value)
            return ("%s %s is in %s"):format(value.role, value.number, value.file)
        end,
        bare = function(value)
            return value.number
        end,
    },
    {
        name = "ca request", arguments = "FILE",
        options = { NAME },
        help = "writes a request for a certificate of this shell's key",
        more = "The key stays here. An authority signs the request; what it gives is taken by identity --take.",
        next = "ca sign REQUEST FILE, where the authority is",
        run = request, text = written, bare = nothing,
    },
    {
        name = "ca sign", arguments = "REQUEST FILE",
        options = { FOLDER, { "--role ROLE", "device or controller, if the request doesn't say it" },
            { "--number NUMBER", "the identification number, if the request doesn't say it" }, NAME, DAYS },
        help = "certifies the key of a request (PKCS#10)",
        more = "A request proves that someone has the key, not who it is: know where it comes from.",
        next = "identity --take FILE, where the request comes from",
        run = sign, text = written, bare = nothing,
    },
    {
        name = "ca list",
        options = { FOLDER },
        help = "lists what was issued",
        run = list, text = list_text,
    },
    {
        name = "ca renew", arguments = "CERTIFICATE FILE",
        options = { FOLDER, DAYS },
        help = "issues anew, same subject, role, number and key",
        more = "CERTIFICATE is a serial number, an identification number or its end, or the file of an identity.",
        next = "identity --take FILE",
        run = renew, text = written, bare = nothing,
    },
    {
        name = "ca revoke", arguments = "CERTIFICATE [REASON]",
        options = { FOLDER },
        help = "puts a certificate on its issuer's next list",
        more = "CERTIFICATE is as in ca renew. It counts for whoever gets the list.",
        next = "ca crl",
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
        run = publish, text = lists_text,
    },
    {
        name = "ca certificate", arguments = "[CA]",
        options = { FOLDER },
        help = "prints the certificate of the root or of another CA",
        more = "CA is root, issuing, devices or controllers.",
        run = certificate,
        text = function(value)
            return value.certificate
        end,
    },
}
