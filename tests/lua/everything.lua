-- One object of every class of the module, in a simulated home, and what is called without one.
local warifu = require "warifu"

local AIRCON, POWER = "013001", 0x80

local device, later
local home = assert(warifu.sim.Home())
device = assert(home:device {
    objects = { [AIRCON] = { [POWER] = "\x30" } },
    policy = "mixed",
    on_get = function()
        later = device:later()
        return later
    end,
})
local controller = assert(home:controller())
local identity = assert(home:issue "device")
local address = home:addresses(device)[1]
controller:node(address):get(AIRCON, POWER) -- and there is a Later
device:open_window()
local path = os.tmpname()
os.remove(path)
local trace_file = assert(warifu.trace.open(path))
os.remove(path)
local peer = assert(controller:pair(address, { number = device.number }))

return {
    home = home,
    identity = identity,
    -- class, as the reference calls it -> object
    objects = {
        Authority = assert(warifu.Authority.create "Test CA"), Identity = identity, Policy = warifu.Policy "strict",
        SetupCode = assert(warifu.SetupCode.make(identity)), Endpoint = device, Controller = controller,
        Device = device, Node = peer, RemoteObject = assert(peer:object(AIRCON)), Group = controller:group(),
        Later = later, Task = warifu.scheduler.spawn(print),
        Home = home, Store = home:store(device), TraceFile = trace_file,
        VirtualDevice = assert(warifu.virtual.device { class = "electricLock", sim = home }),
        VirtualHome = assert(warifu.virtual.home { devices = { { class = "electricLock" } }, sim = home }),
    },
    -- class -> table with its functions
    tables = {
        warifu = warifu, Dictionary = warifu.dictionary, Codec = warifu.codec, Keeping = warifu.keeping,
        Trace = warifu.trace,
        Sim = warifu.sim, Scheduler = warifu.scheduler, Virtual = warifu.virtual, Authority = warifu.Authority,
        Pki = warifu.pki, Identity = warifu.Identity, Policy = warifu.Policy, SetupCode = warifu.SetupCode,
    },
    library = (arg[0]:match "^(.*)/[^/]*$" or ".") .. "/../../bindings/lua/library/warifu.lua",
}
