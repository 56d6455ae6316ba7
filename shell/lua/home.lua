-- The controller that lasts as long as the program: opened when something first needs it, closed at the end.
local shell = ...
local warifu = require "warifu"
local files = shell.part "files"
local live = shell.part "prompt/live"
local output = shell.part "output"
local place = shell.part "place"

local home = {}

local controller
local names -- of the overlay
local tracers = {}

--- The names of an overlay over those that are built in.
function home.dictionary()
    if not names then
        local path = shell.options.overlay
        if not path then
            return warifu.dictionary
        end
        local message, code
        names, message, code = warifu.dictionary.load(path)
        return names, message, code
    end
    return names
end

-- One of its own: nobody vouches for it, which a set-up code does not ask for.
local function make_identity(path)
    local authority <close>, message, code = warifu.Authority.create "Warifu shell"
    local identity, saved
    if authority then
        identity, message, code = authority:issue("controller", nil, { name = "Warifu shell" })
    end
    if identity then
        saved, message, code = identity:save(path)
    end
    if not saved then
        return nil, message, code
    end
    output.note("made an identity for this shell, %s; under a common root, use one of its own (help identity)", path)
    return path
end

--- Where the state directory keeps the shell's own identity.
function home.identity_path()
    local directory, message = place.directory()
    return directory and directory .. "/identity.pem", message, not directory and "STORE" or nil
end

--- And the one before a renewal, by which peers may still know it.
function home.former_path()
    return (home.identity_path():gsub("identity%.pem$", "former.pem"))
end

--- The file of the identity that counts: --identity, else that of the state directory, which is made when it is missing.
function home.identity()
    if shell.options.identity then
        return shell.options.identity
    end
    local path, message, code = home.identity_path()
    if not path or files.exists(path) then
        return path, message, code
    end
    return make_identity(path)
end

local SHIPPED = { strict = true, mixed = true, open = true }

--- What --policy says: nil, a name or a policy.
function home.policy(dictionary)
    local word = shell.options.policy
    if not word or SHIPPED[word] then
        return word
    end
    return warifu.Policy.load(word, { dictionary = dictionary })
end

local function trace(traced)
    for _, tracer in ipairs(tracers) do
        tracer(traced)
    end
end

--- Has `tracer(traced)` called for every datagram from now on; gives a value to be closed.
function home.trace(tracer)
    table.insert(tracers, tracer)
    return setmetatable({}, { __close = function()
        for i, each in ipairs(tracers) do
            if each == tracer then
                table.remove(tracers, i)
                return
            end
        end
    end })
end

local filter -- of what is sent and received, while there is one

--- Has `wanted(sent, address, datagram, multicast)` decide about every datagram, as the option `filter` of a controller, until
--- the value that it gives is closed.
function home.filter(wanted)
    filter = wanted
    return setmetatable({}, { __close = function()
        filter = nil
    end })
end

local function former()
    local path = home.former_path()
    return not shell.options.identity and files.exists(path) and path or nil
end

local function open()
    local options = shell.options
    local dictionary, message, code = home.dictionary()
    if not dictionary then
        return nil, message, code
    end
    local rules, identity
    rules, message, code = home.policy(dictionary)
    if not rules and options.policy then
        return nil, message, code
    end
    identity, message, code = home.identity()
    if not identity then
        return nil, message, code
    end
    local directory = place.directory()
    return warifu.Controller {
        identity = identity, former = former(), state = directory, interface = options.interface, address = options.address,
        port = options.port, policy = rules, dictionary = dictionary, trace = trace,
        keylog = options.keylog,
        filter = function(...)
            return filter == nil or filter(...)
        end,
    }
end

-- A virtual device has the port to itself at its own address only.
local HOST_ONLY = " (--address 127.0.0.1 is enough for what runs on this host)"

--- The controller, opened now if it is not open yet.
function home.open()
    if not controller then
        local opened, message, code = open()
        if not opened then
            return nil, code == "PORT_IN_USE" and message .. HOST_ONLY or message, code
        end
        controller = opened
        live.add(controller)
    end
    return controller
end

--- Lets the verbs act by another controller, or by none; gives the one before, which stays open.
function home.use(other)
    local before = controller
    controller = other
    return before
end

--- The controller if it is open.
function home.current()
    return controller
end

function home.close()
    if controller then
        controller:close()
        controller = nil
    end
end

return home
