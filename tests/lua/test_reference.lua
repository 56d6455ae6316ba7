-- docs/reference/lua.md and the module name the same functions.
local check = require "check"
local warifu = require "warifu"

local FOLDER = arg[0]:match "^(.*)/[^/]*$" or "."
local REFERENCE = FOLDER .. "/../../docs/reference/lua.md"

local function reference()
    local file <close> = assert(io.open(REFERENCE))
    return file:read "a"
end

local identity = assert(assert(warifu.Authority.create "Test CA"):issue "device")
local port = 20000 + math.random(40000)
local home = assert(warifu.sim.Home())
local controller = assert(warifu.Controller { address = "127.0.0.1", port = port })

-- How the page calls each thing; peers and nodes have the same methods.
local things = {
    warifu = warifu, codec = warifu.codec, dictionary = warifu.dictionary, Authority = warifu.Authority, Identity = warifu.Identity,
    controller = warifu.Controller, device = warifu.Device, peer = controller:node "127.0.0.2",
    authority = assert(warifu.Authority.create "Test CA"), identity = identity,
    Policy = warifu.Policy, policy = getmetatable(warifu.Policy "strict").__index,
    SetupCode = warifu.SetupCode, code = assert(warifu.SetupCode.make(identity)),
    keeping = warifu.keeping, sim = warifu.sim, home = getmetatable(home).__index, store = home:store(assert(home:device())),
}

local cases = {}

function cases.every_function_of_the_page_exists()
    local count = 0
    for name, method in reference():gmatch "`([%a]+)[.:]([%a_]+)%s*[({][^`]*`" do
        count = count + 1
        check.equal(things[name] ~= nil, true)
        local found = things[name][method]
        if type(found) ~= "function" and not (getmetatable(found) or {}).__call then
            error(("the page has %s.%s, the module has not"):format(name, method))
        end
    end
    check.equal(count > 35, true)
end

function cases.every_public_function_is_on_the_page()
    local page = reference()
    for _, name in ipairs { "warifu", "codec", "dictionary", "Authority", "Identity", "SetupCode", "Policy", "policy", "controller", "device", "sim", "home", "keeping" } do
        for method, value in pairs(things[name]) do
            local public = type(value) == "function" and not method:find "^__"
            local shared = name == "device" and things.controller[method] ~= nil -- "and peers, unpair, ... as above"
            local words = shared and ("`%s`"):format(method) or ("`%s[.:]%s%%s*[({]"):format(name, method)
            if public and not page:find(words) then
                error(("the page says nothing of %s.%s"):format(name, method))
            end
        end
    end
end

check.main(cases)
