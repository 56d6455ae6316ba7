-- A small authority, who says who a node is: made, and what it issues.
local shell = ...
local warifu = require "warifu"
local authority = shell.part "authority"
local files = shell.part "files"
local home = shell.part "home"

local FOLDER, DAYS, NAME = authority.FOLDER, authority.DAYS, authority.NAME
local with = authority.with

local function init(given)
    local folder, message, code = authority.folder_of(given)
    local made, done
    if folder then
        made, message, code = warifu.Authority.create(given.name, { folder = folder, days = given.days })
    end
    if not made then
        return nil, message, code
    end
    local held <close> = made
    if not given.root_alone then
        done, message, code = held:add_ca("issuing", given.name .. " issuing CA")
        if not done then
            return nil, message, code
        end
    end
    return { folder = folder, name = given.name }
end

local function issue(given)
    return with(given, function(held)
        local free, message, code = files.check_new(given.file)
        local identity, saved
        if free then
            identity, message, code = held:issue(given.role, given.number, { name = given.name, days = given.days })
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
        written, message, code = files.write(given.file, warifu.pki.pem("CERTIFICATE REQUEST", der))
    end
    return written and { file = given.file, number = own.number, role = own.role }, message, code
end

local function sign(given)
    local text, message, code = files.read(given.request)
    if not text then
        return nil, message, code
    end
    return with(given, function(held)
        local free, certificates, written
        free, message, code = files.check_new(given.file)
        if free then
            certificates, message, code = held:sign(text,
                { role = given.role, number = given.number, name = given.name, days = given.days })
        end
        if certificates then
            written, message, code = files.write(given.file, certificates)
        end
        return written and { file = given.file }, message, code
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
        gives = "folder, name",
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
        gives = "file, number, role",
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
        gives = "file, number, role",
        run = request, text = written, bare = nothing,
    },
    {
        name = "ca sign", arguments = "REQUEST FILE",
        options = { FOLDER, { "--role ROLE", "device or controller, if the request doesn't say it" },
            { "--number NUMBER", "the identification number, if the request doesn't say it" }, NAME, DAYS },
        help = "certifies the key of a request (PKCS#10)",
        more = "A request proves that someone has the key, not who it is: know where it comes from.",
        next = "identity --take FILE, where the request comes from",
        gives = "file",
        run = sign, text = written, bare = nothing,
    },
}
