-- Virtual devices.
local shell = ...
local warifu = require "warifu"
local background = shell.part "background"
local commands = shell.part "commands"
local home = shell.part "home"
local json = shell.part "json"
local names = shell.part "names"
local place = shell.part "place"
local run = shell.part "run"
local serving = shell.part "serving"

local DEVICES = "devices" -- where their state is, in that of the shell
local WINDOW = 900 -- the longest, in seconds
local FIRST, LAST = 11, 60 -- of 127.0.0.x, addresses of this host alone

-- Where their state is kept, and whom they let in.
local function surroundings(options)
    local directory, message = place.directory()
    if not directory then
        return nil, message, "STORE"
    end
    local dictionary, code
    dictionary, message, code = home.dictionary()
    options.state, options.port, options.dictionary = directory .. "/" .. DEVICES, shell.options.port, dictionary
    if dictionary and shell.options.policy then
        options.policy, message, code = home.policy(dictionary)
        return options.policy and options, message, code
    end
    return dictionary and options, message, code
end

local function open_home(options, given)
    if given.window and (given.window < 1 or given.window > WINDOW) then
        return nil, ("a pairing window is open for 1 to %d seconds"):format(WINDOW), "ARGUMENT"
    elseif given.background then
        background.make_room()
    end
    return warifu.virtual.home(options)
end

-- A home of one device, at the first address that nobody has where none is named.
local function open_device(options, given)
    local spec = options.devices[1]
    local is_free = not spec.address and not spec.interface
    local house, message, code
    for last_byte = FIRST, LAST do
        spec.address = is_free and ("127.0.0.%d"):format(last_byte) or spec.address
        house, message, code = open_home(options, given)
        if code ~= "PORT_IN_USE" or not is_free then
            break
        end
    end
    return house, message, code
end

-- Ctrl-C is how it ends.
local function serve(house, given)
    if given.background then
        return background.start(house)
    end
    local results = table.pack(pcall(serving.run, house, given["for"]))
    if results[1] then
        return table.unpack(results, 2, 4)
    elseif not run.was_interrupted(results[2]) then
        error(results[2], 0)
    elseif shell.is_terminal() then
        print() -- after the ^C that it shows
    end
end

local function classes()
    local list = json.list()
    for _, class in ipairs(home.dictionary().classes()) do
        if class.code ~= 0 and class.code >> 8 ~= 0x0E then
            local behaves = warifu.virtual.models[class.code] ~= nil
            list[#list + 1] = { code = ("%04X"):format(class.code), class = class.id, en = class.en, ja = class.ja, behaves = behaves }
        end
    end
    return list
end

local function class_lines(list)
    local lines = {}
    for i, class in ipairs(list) do
        local name = shell.line.lang == "ja" and class.ja or class.en
        lines[i] = ("%s %s %-34s %s"):format(class.code, class.behaves and "*" or " ", class.class, name)
    end
    return table.concat(lines, "\n") .. "\n* lives: its values change as such a thing's do"
end

-- The class of what people call one ("aircon", "homeAirConditioner", "0130"), and the instance ("light:2").
local function class_of(word)
    local eoj, message, code = names.object(word)
    if not eoj then
        return nil, message, code
    elseif eoj >> 16 == 0x0E or eoj >> 8 == 0 then
        return nil, ("'%s' is no class of devices"):format(word), "ARGUMENT"
    end
    return eoj >> 8, eoj & 0xFF
end

-- Where the devices are, as --address and --interface say; in the background these are the shell's own.
local function place_of(given)
    return given.background and {} or shell.options
end

local function split(text)
    local list = {}
    for word in (text or ""):gmatch "[^,%s]+" do
        list[#list + 1] = word
    end
    return list
end

-- The options of warifu.virtual.device that the words stand for.
local function device_options(given, class, instance)
    local dictionary, where = home.dictionary(), place_of(given)
    local faults, settings, message, code
    faults, message, code = warifu.virtual.faults(split(given.fault))
    if faults then
        settings, message, code = commands.settings(given.settings or {}, function(name)
            return dictionary.find(class, name) and dictionary.type(class, name)
        end)
    end
    return settings and {
        class = class, instance = instance, name = given.name or dictionary.find_class(class).id, values = settings,
        faults = faults, code = given.code, plain = given.plain, window = given.window,
        with = given.all and "all" or given.with and split(given.with) or nil,
        address = where.address, interface = where.interface,
    }, message, code
end

local function device(given)
    if not given.class then
        return classes()
    end
    local class, instance, code = class_of(given.class)
    if not class then
        return nil, instance, code
    end
    local spec, around, house, message
    spec, message, code = device_options(given, class, instance)
    if spec then
        around, message, code = surroundings { devices = { spec }, speed = given.speed }
    end
    if around then
        house, message, code = open_device(around, given)
    end
    if not house then
        return nil, message, code
    end
    return serve(house, given)
end

-- What the file of a home gives.
local function load_home(path)
    local chunk, message = loadfile(path, "t")
    if not chunk then
        return nil, message, "ARGUMENT"
    end
    local options = chunk()
    if type(options) ~= "table" or type(options.devices) ~= "table" then
        return nil, path .. " does not return { devices = { ... } }", "ARGUMENT"
    end
    return options
end

local function up(given)
    local options, message, code = load_home(given.file)
    if not options then
        return nil, message, code
    end
    options.together = given.together or options.together
    options.window, options.speed = given.window or options.window, given.speed or options.speed
    options.address = place_of(given).address or options.address
    if options.address and not options.together and #options.devices > 1 then
        return nil, "one address holds one node: add --together, or give each device an address of its own", "ARGUMENT"
    end
    local around, house
    around, message, code = surroundings(options)
    if around then
        house, message, code = open_home(around, given)
    end
    if not house then
        return nil, message, code
    end
    return serve(house, given)
end

local function down()
    if not background.stop() then
        return nil, "there are no virtual devices here", "STATE"
    end
    return { done = true }
end

local function tell_devices(given)
    local answer, message, code = background.command(given.words)
    return answer and { text = answer }, message, code
end

local RUNNING = {
    { "--window SECONDS", "opens the pairing window at once" },
    { "--speed SPEED", "how many seconds pass in it in one second" },
    { "--for SECONDS", "ends after so long; else Ctrl-C ends it" },
    { "--background", "goes on while other verbs run; sim down ends it" },
}

local function with_running(options)
    return table.move(RUNNING, 1, #RUNNING, #options + 1, options)
end

return {
    title = "Virtual devices",
    {
        name = "device", arguments = "[CLASS] [PROPERTY=VALUE...]",
        options = with_running {
            { "--name NAME", "what it is called, and its folder in the state directory" },
            { "--code FILE", "where its set-up code is kept" },
            { "--fault FAULTS", "loss=0.2,delay=0.5-2,silent,wrong,battery=low" },
            { "--with PROPERTIES", "more properties than its class requires: names with commas" },
            { "--all", "all that its class knows" },
            { "--plain", "without Device Authentication" },
        },
        help = "runs a virtual device of any class, or lists the classes",
        more = "It is at 127.0.0.11 or the next free one, for this host alone, or at --address or --interface. Its identity, pairings and set-up\n"
            .. "code stay. While it runs, type help for what can be done to it.",
        next = "warifu --address 127.0.0.1 pair 127.0.0.11 --code FILE",
        run = device,
        text = class_lines,
    },
    {
        name = "sim up", arguments = "FILE",
        options = with_running { { "--together", "all devices are objects of one node" } },
        help = "runs a home of virtual devices, which a Lua file describes",
        more = "The file returns { devices = { { class = \"homeAirConditioner\", name = \"living room\" }, ... } }. They are at\n"
            .. "127.0.0.11 and on, an address for each; with --together at --address, one node.",
        next = "warifu --address 127.0.0.1 discover",
        run = up,
    },
    {
        name = "sim do", arguments = "WORDS...",
        help = "does something to the virtual devices in the background",
        more = "What can be typed while they run alone: NAME set PROPERTY=VALUE, NAME show, NAME window, NAME fault silent, help.",
        run = tell_devices,
        text = function(value)
            return value.text
        end,
    },
    {
        name = "sim down",
        help = "ends the virtual devices in the background",
        run = down,
        text = function()
            return "ended"
        end,
    },
}
