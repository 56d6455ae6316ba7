-- A home in memory, for tests: the very classes Controller and Device, on a network, a clock and disks that are
-- simulated. While one of them waits, all of the home works, and time leaps to what comes next.
local core = ...
local check = core.part "check"
local loop = core.part "loop"
local Machine = core.part "sim_machine"
local running = core.part "running"
local time = core.part "sim_time"
local Controller, Device = core.part "controller", core.part "device"

local Home = { __name = "warifu.sim.Home" }
Home.__index = Home

local PROFILE, INF = 0x0EF001, 0x73
local DATE = 1790000000 -- 2026-09-21, when the clock of a home begins
local NETWORK = 1
local FAULTS = { loss = true, duplication = true, reordering = true, held_back = true, delay = true }
local OPTIONS = setmetatable({ seed = true, date = true }, { __index = FAULTS })
local LINK = setmetatable({ sender = true, receiver = true }, { __index = FAULTS })
local MEMBER = { trusted = true, network = true }

local function milliseconds(name, seconds)
    return math.ceil(check.seconds(name, seconds, 0) * 1000)
end

--- Lets the home live for so many seconds; or, with a function, for as long as that and its tasks take, in the home's time:
--- it is what scheduler.run is for real networks.
function Home:run(what, ...)
    if type(what) == "function" then
        return running.run(time.world_of(self), what, ...)
    end
    local stop = self.core:now() + milliseconds("what", what)
    repeat
        time.step(self, stop)
    until self.core:now() >= stop
end

--- Seconds since it began.
function Home:now()
    return self.core:now() / 1000
end

-- ---- who lives there ----

local function machine_of(name, endpoint)
    local machine = type(endpoint) == "table" and rawget(endpoint, "machine")
    if not machine then
        check.misuse(name, "controller or device of this home expected")
    end
    return machine
end

--- An identity under the root of this home; `role` is "device" or "controller". Its key follows from the seed.
function Home:issue(role, number)
    return core.authority_issue(self.authority, role, number or core.random_number(self.clerk), role, 3650, self.clerk)
end

local function add(self, class, options)
    options = check.optional("options", options, "table") or {}
    local machine, message, code = Machine.new(self, options.network or NETWORK)
    if not machine then
        return nil, message, code
    end
    machine.class, machine.options = class, {}
    for key, value in pairs(options) do
        if not MEMBER[key] then
            machine.options[key] = value
        end
    end
    machine.options.machine = machine
    if options.trusted ~= false and not options.identity then
        machine.options.identity, message, code = self:issue(class.role)
        if not machine.options.identity then
            return nil, message, code
        end
    end
    local endpoint
    endpoint, message, code = class(machine.options)
    self.endpoints[#self.endpoints + 1] = endpoint
    return endpoint, message, code
end

--- A device on a machine of its own. Options are those of warifu.Device without `state`, and: trusted (false: plain
--- ECHONET Lite), network (1). Without an identity it gets one of this home, without an address the next free one.
function Home:device(options)
    return add(self, Device, options)
end

--- A controller likewise.
function Home:controller(options)
    return add(self, Controller, options)
end

--- The disk of an endpoint: cut_at(k), fail_at(k), set_faults {}, clone(), restore(backup), ...
function Home:store(endpoint)
    return machine_of("endpoint", endpoint).store
end

-- ---- power and place ----

--- Ends it without a word: memory gone, and of its store what a power cut takes.
function Home:cut_power(endpoint)
    machine_of("endpoint", endpoint).store:cut_power()
    endpoint.core:close()
end

--- Starts it again from its store, and gives the new object that stands for it. `changes` are options that differ now, such
--- as a renewed identity.
function Home:power_on(endpoint, changes)
    local machine = machine_of("endpoint", endpoint)
    for key, value in pairs(check.optional("changes", changes, "table") or {}) do
        machine.options[key] = value
    end
    machine.store:power_on()
    endpoint.core:close()
    local again, message, code = machine.class(machine.options)
    for i, other in ipairs(self.endpoints) do
        if other == endpoint and again then
            self.endpoints[i] = again
        end
    end
    return again, message, code
end

--- Pulls its network cable.
function Home:disconnect(endpoint)
    self.core:set_connected(machine_of("endpoint", endpoint).host, false)
end

--- Puts it back.
function Home:connect(endpoint)
    self.core:set_connected(machine_of("endpoint", endpoint).host, true)
end

--- Parts the network: those of a list hear each other only, the rest hear the rest. Without lists it is whole again.
function Home:split(...)
    for _, endpoint in ipairs(self.endpoints) do
        self.core:set_part(endpoint.machine.host, 0)
    end
    for part, group in ipairs { ... } do
        for _, endpoint in ipairs(group) do
            self.core:set_part(machine_of("endpoint", endpoint).host, part)
        end
    end
end

--- Gives it other addresses; without any the next free one.
function Home:move(endpoint, ...)
    local machine = machine_of("endpoint", endpoint)
    for _, address in ipairs(self.core:addresses(machine.host)) do
        self.core:remove_address(machine.host, machine.network, address)
    end
    return machine:move_in(select("#", ...) > 0 and { ... } or { machine:next_address() })
end

--- Where it is: a list of addresses.
function Home:addresses(endpoint)
    return self.core:addresses(machine_of("endpoint", endpoint).host)
end

-- ---- the network ----

local function set_faults(self, options, sender, receiver)
    local delay = options.delay
    if type(delay) ~= "table" then
        delay = { delay, delay }
    end
    return self.core:set_faults({
        loss = options.loss,
        duplication = options.duplication,
        reordering = options.reordering,
        held_back = milliseconds("held_back", options.held_back),
        least_delay = milliseconds("delay", delay[1]),
        delay = milliseconds("delay", delay[2]),
    }, sender, receiver)
end

--- The weather from now on: loss, duplication, reordering (0 to 1), held_back, delay (seconds, or {least, most}); with
--- sender and receiver that of one link, in that direction.
function Home:set_faults(options)
    options = check.options(options, LINK)
    if (options.sender == nil) ~= (options.receiver == nil) then
        check.misuse("receiver", "a link has a sender and a receiver")
    end
    return set_faults(self, options, options.sender and machine_of("sender", options.sender).host,
        options.receiver and machine_of("receiver", options.receiver).host)
end

--- hook(sender, receiver, datagram) gives what passes: the datagram, other bytes, or nil to drop it. nil ends that.
function Home:tamper(hook)
    self.core:set_tamper(check.optional("hook", hook, "function"))
end

--- Puts a datagram on the network as if it came from `sender`. Options: delay, network.
function Home:inject(sender, receiver, datagram, options)
    options = check.options(options, { delay = true, network = true })
    return self.core:inject(options.network or NETWORK, sender, receiver, datagram,
        milliseconds("delay", options.delay))
end

--- A device that has gone bad announces properties of an object in the name of another member of its group: it knows all
--- keys of the group, so the record is right in each byte but the signature, which is by its own key.
function Home:forge(forger, victim, eoj, properties)
    machine_of("forger", forger)
    machine_of("victim", victim)
    eoj = check.eoj("eoj", eoj)
    local list = {}
    for epc, edt in pairs(check.type("properties", properties, "table")) do
        list[#list + 1] = { epc = check.epc("epc", epc), edt = check.type("edt", edt, "string") }
    end
    local edata, message, code = core.compose_edata { seoj = eoj, deoj = PROFILE, esv = INF, properties = list }
    local forged = edata
    if edata then
        forged, message, code = forger.core:forge(victim.core, edata)
    end
    if forged then
        loop.flush(forger)
    end
    return forged, message, code
end

--- A list that grows by {seconds=, fate=, sender=, receiver=, multicast=, datagram=} at each turn of a datagram's fate,
--- until `stop_recording`.
function Home:record()
    local records = {}
    self.core:set_records(records)
    return records
end

function Home:stop_recording()
    self.core:set_records(nil)
end

--- How often each fate was met.
function Home:counts()
    return self.core:counts()
end

--- Ends all that live there.
function Home:close()
    for _, endpoint in ipairs(self.endpoints) do
        endpoint.core:close()
    end
end

Home.__close = Home.close

function Home:__tostring()
    return ("%s (%d nodes, %.3f s old)"):format(Home.__name, #self.endpoints, self:now())
end

--- A new home: seed (0), date, and the faults of `set_faults`. The same seed gives the same bytes.
local function new(options)
    options = check.options(options, OPTIONS)
    local seed = check.type("seed", options.seed, "number", 0)
    local network, message, code = core.sim(seed, check.type("date", options.date, "number", DATE))
    if not network then
        return nil, message, code
    end
    local self = setmetatable({ core = network, seed = seed, endpoints = {}, last_address = 0 }, Home)
    self.clerk = Machine.new(self, NETWORK) -- nobody lives there; what the home itself draws comes from it
    self.authority, message, code = core.authority_create("home", nil, 7300, self.clerk)
    if not self.authority then
        return nil, message, code
    end
    set_faults(self, options)
    return self
end

check.own(Home, Home)
check.own(core.sim_store_type.__index, "warifu.sim.Store")

return { Home = new }
