-- Every function of the reference, called wrongly: the error names the argument and the line of whoever called. Every
-- class: what tostring says, what closing does.
local check = require "check"
local everything = require "everything"
local warifu = require "warifu"

local objects, tables, LIBRARY = everything.objects, everything.tables, everything.library
local home, identity = everything.home, everything.identity
local device, peer = objects.Device, objects.Node

local AIRCON, POWER = "013001", 0x80
local WRONG = coroutine.create(print) -- no argument of ours is one

-- What is right for an argument of that name.
local samples = {
    eoj = AIRCON, object = AIRCON, epc = POWER, epcs = { POWER }, property = POWER, properties = { POWER }, class = 0x0130,
    values = { [POWER] = "\x30" }, bytes = "\x30", text = "x", path = "/nowhere", folder = "/nowhere", name = "x",
    kind = "issuing", role = "device", number = identity.number, request = "x", certificates = "x",
    identity = identity, peer = peer, node = peer, address = "10.0.0.9", issuer = "x", crl = "x", seconds = 1,
    action = print, service = "Get", endpoint = device, forger = device, victim = objects.Controller, sender = "10.0.0.8", receiver = "10.0.0.9", datagram = "x",
    label = "X", der = "x", chain = "x", roots = "x", k = 1, state = "/nowhere", file = "/nowhere", passphrase = "12345678", index = 1, value = "x", frame = "x",
    access = "read", esv = 0x62, edt = "\0", release = "A", backup = home:store(device):clone(), what = "writes",
    forger = device, victim = device,
}
local others = { -- where that name means something else
    ["Policy:explain"] = { peer = "paired" }, ["RemoteObject:properties"] = { access = "get" },
    ["Home:forge"] = { properties = { [POWER] = "\x30" } },
    ["Authority:renew"] = { what = identity }, ["Authority:revoke"] = { what = identity },
}

-- Lists of {class=, joint=, name=, parameters={{name=, type=}, ...}}.
local function functions()
    local list, parameters = {}, {}
    for line in io.lines(LIBRARY) do
        local name, kind = line:match "^%-%-%-@param (%S+) (.+)$"
        local class, joint, called = line:match "^function (%w+)([.:])([%w_]+)%("
        if name then
            parameters[#parameters + 1] = { name = name:gsub("%?$", ""), type = kind }
        elseif class then
            list[#list + 1] = { class = class, joint = joint, name = called, parameters = parameters }
            parameters = {}
        end
    end
    return list
end

local function owner_of(one)
    return (one.joint == ":" and objects or tables)[one.class]
end

-- Calls it with all arguments right but one.
local function call_wrongly(one, wrong)
    local name = one.class .. one.joint .. one.name
    local owner, arguments = owner_of(one), {}
    for at, parameter in ipairs(one.parameters) do
        arguments[at] = at == wrong and WRONG or (others[name] or samples)[parameter.name] or samples[parameter.name]
    end
    return pcall(function()
        if one.joint == ":" then
            owner[one.name](owner, table.unpack(arguments, 1, #one.parameters))
        else
            owner[one.name](table.unpack(arguments, 1, #one.parameters))
        end
        return true
    end)
end

local function is_named(message, name)
    local said = tostring(message):match "bad argument '([^']*)'"
    return (said == name) and tostring(message):find "test_misuse.lua:%d+: bad" ~= nil
end

-- Classes that are tables over what others hold.
local HOLDS_NOTHING = {
    Policy = true, Task = true, Later = true, VirtualDevice = true, VirtualHome = true, Node = true,
    RemoteObject = true, Group = true,
}

local cases = {}

function cases.every_argument_is_checked_and_named()
    local wrong = {}
    for _, one in ipairs(functions()) do
        for at, parameter in ipairs(one.parameters) do
            if parameter.name ~= "..." and parameter.type ~= "any" then
                local ok, message = call_wrongly(one, at)
                if ok or not is_named(message, parameter.name) then
                    wrong[#wrong + 1] = ("%s%s%s, %s: %s"):format(one.class, one.joint, one.name, parameter.name, message)
                end
            end
        end
    end
    if #wrong > 0 then
        error(table.concat(wrong, "\n"))
    end
end

function cases.a_dot_for_a_colon_is_named()
    local wrong = {}
    for _, one in ipairs(functions()) do
        if one.joint == ":" then
            local ok, message = pcall(function() objects[one.class][one.name](WRONG) return true end)
            if ok or not is_named(message, "self") then
                wrong[#wrong + 1] = ("%s:%s: %s"):format(one.class, one.name, message)
            end
        end
    end
    if #wrong > 0 then
        error(table.concat(wrong, "\n"))
    end
end

function cases.what_is_closed_says_so_and_can_be_closed_again()
    local open = {
        assert(warifu.Authority.create "Test CA"), assert(home:issue "device"), assert(warifu.SetupCode.make(identity)),
        assert(home:device()), assert(home:controller()), warifu.scheduler.spawn(print),
        assert(warifu.virtual.device { class = "electricLock", sim = home }),
    }
    for _, object in ipairs(open) do
        local before = tostring(object)
        check.equal(before:find "^warifu%.%a" ~= nil, true)
        local close = debug.getmetatable(object).__close
        check.equal(type(close), "function")
        close(object)
        close(object)
        if tostring(object) == before then
            error(("closed it is still called %s"):format(before))
        end
        check.equal(tostring(object):find "closed" ~= nil or tostring(object):find "cancelled" ~= nil, true)
    end
end

function cases.every_class_has_a_text_and_what_holds_secrets_or_sockets_is_collected()
    for name, object in pairs(objects) do
        local text = tostring(object)
        if not text:find "^warifu%." or text:find "^table:" then
            error(("%s: %s"):format(name, text))
        end
        local held = rawget(type(object) == "table" and object or {}, "core") or object
        local collects = debug.getmetatable(held).__gc ~= nil
        check.equal(collects or HOLDS_NOTHING[name] == true, true)
    end
end

check.main(cases)
