-- A controller and a device in the loop of somebody else: pollfd, events, timeout and step.
local check = require "check"
local warifu = require "warifu"

local HERE, THERE = "127.0.0.1", "127.0.0.2"
local AIRCON, POWER = "013001", 0x80

local Nodes = {}

function Nodes:__close()
    for _, node in ipairs(self) do
        node:close()
    end
end

-- A controller and a device with one air conditioner, both on the loopback interface.
local function couple()
    local port = 20000 + math.random(40000)
    local controller = assert(warifu.Controller { address = HERE, port = port, timeout = 3 })
    local device = assert(warifu.Device {
        address = THERE, port = port, policy = "open",
        objects = { [AIRCON] = { [POWER] = { value = "\x30", access = "get set inf" } } },
    })
    return setmetatable({ controller, device }, Nodes)
end

-- A notification of the device that the controller hears shows that both of them live.
local function work(nodes)
    for _, node in ipairs(nodes) do
        for event in node.step, node do
            nodes.heard = nodes.heard or event.kind == "notification" and node == nodes[1]
        end
    end
end

local cases = {}

function cases.a_step_never_waits_and_gives_what_happened()
    local nodes <close> = couple()
    local controller, device = nodes[1], nodes[2]
    check.equal(controller:step(), nil)
    check.equal(device:events(), "r")
    check.equal(math.type(device:pollfd()), "integer")
    check.equal(device:pollfd(), device:pollfd())
    assert(device:put(AIRCON, POWER, "\x31"))
    local stop = warifu.now() + 10
    while not nodes.heard and warifu.now() < stop do
        work(nodes)
    end
    check.equal(nodes.heard, true)
end

function cases.timeout_is_at_most_the_time_between_two_looks_at_the_interfaces()
    local nodes <close> = couple()
    for _, node in ipairs(nodes) do
        local seconds = node:timeout()
        check.equal(seconds >= 0 and seconds <= 5, true)
    end
    nodes[2]:close()
    check.equal(pcall(nodes[2].pollfd, nodes[2]), false)
end

local function library(name, package)
    local there, result = pcall(require, name)
    return there and result or check.skip(("no %s for Lua 5.4 here (Debian: %s)"):format(name, package))
end

function cases.cqueues_drives_them()
    local cqueues = library("cqueues", "lua-cqueues")
    local nodes <close> = couple()
    local loop = cqueues.new()
    loop:wrap(function()
        nodes[2]:step()
        assert(nodes[2]:put(AIRCON, POWER, "\x31"))
    end)
    for _ = 1, 2 do
        loop:wrap(function()
            while not nodes.heard do
                cqueues.poll(nodes[1], nodes[2])
                work(nodes)
            end
        end)
    end
    assert(loop:loop(10))
    check.equal(nodes.heard, true)
end

function cases.luv_drives_them()
    local uv = library("luv", "lua-luv")
    local nodes <close> = couple()
    local handles = {}
    local function new(handle)
        handles[#handles + 1] = handle
        return handle
    end
    local timer, late = new(uv.new_timer()), new(uv.new_timer())
    local function turn()
        work(nodes)
        timer:start(math.ceil(math.min(nodes[1]:timeout(), nodes[2]:timeout()) * 1000), 0, turn)
        if nodes.heard then
            uv.stop()
        end
    end
    for _, node in ipairs(nodes) do
        new(uv.new_poll(node:pollfd())):start("r", turn)
    end
    nodes[2]:step()
    assert(nodes[2]:put(AIRCON, POWER, "\x31"))
    turn()
    late:start(10000, 0, function() uv.stop() end)
    uv.run()
    for _, handle in ipairs(handles) do -- a descriptor leaves luv before its owner closes it
        handle:close()
    end
    uv.run()
    check.equal(nodes.heard, true)
end

check.main(cases)
