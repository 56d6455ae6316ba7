-- Controllers and devices in one scheduler, over real UDP on the loopback interface.
local check = require "check"
local warifu = require "warifu"
local scheduler = warifu.scheduler

local AIRCON, POWER, ROOM = "013001", 0x80, 0xBB
local DEVICE = "127.0.0.2"

local authority = assert(warifu.Authority.create "Test CA")

-- What is open, to be closed together.
local Site = {}

function Site:__close()
    for _, node in ipairs(self) do
        node:close()
    end
end

-- A device and so many controllers of one authority, each at an address of its own.
local function new_site(controllers, more)
    local site = setmetatable({}, Site)
    local port = 20000 + math.random(40000)
    local options = {
        identity = assert(authority:issue "device"), address = DEVICE, port = port,
        objects = { [AIRCON] = { [POWER] = { value = "\x30", access = "get set inf" }, [ROOM] = "\x18" } },
    }
    for key, value in pairs(more or {}) do
        options[key] = value
    end
    site.device = assert(warifu.Device(options))
    site[1] = site.device
    site.controllers = {}
    for i = 1, controllers do
        site.controllers[i] = assert(warifu.Controller {
            identity = assert(authority:issue "controller"), address = "127.0.0." .. i + 2, port = port, timeout = 5,
        })
        site[i + 1] = site.controllers[i]
    end
    return site
end

local function pair(site, i)
    return assert(site.controllers[i or 1]:pair(DEVICE, { number = site.device.number, duration = 20 }))
end

-- Runs `action` for each of 1 to `count` in a task of its own and waits for all.
local function all(count, action)
    local running = {}
    for i = 1, count do
        running[i] = scheduler.spawn(action, i)
    end
    for _, task in ipairs(running) do
        task:wait()
    end
end

local cases = {}

function cases.two_controllers_and_a_device_live_in_one_scheduler()
    local site <close> = new_site(2)
    scheduler.run(function()
        assert(site.device:open_window(60, 2))
        local heard = scheduler.spawn(function()
            for event in site.controllers[2]:watch() do
                if event.kind == "notification" and event.is_protected then
                    return event.properties[POWER]
                end
            end
        end)
        local peers = {}
        all(2, function(i) peers[i] = pair(site, i) end)
        check.equal(#site.device:peers(), 2)
        assert(peers[1]:set(AIRCON, { [POWER] = "\x31" }))
        check.equal(peers[2]:get(AIRCON, POWER)[POWER], "\x31")
        check.equal(heard:wait(), "\x31")
    end)
end

function cases.twenty_tasks_ask_at_once_and_each_gets_its_answer()
    local site <close> = new_site(1, {
        on_get = function(_, epc, old) return epc == ROOM and old or nil end,
    })
    scheduler.run(function()
        assert(site.device:open_window())
        local peer, answered = pair(site), 0
        all(20, function(i)
            local epc = i % 2 == 0 and POWER or ROOM
            local values = assert(peer:get(AIRCON, epc))
            check.equal(values[epc], epc == POWER and "\x30" or "\x18")
            answered = answered + 1
        end)
        check.equal(answered, 20)
    end)
end

function cases.a_busy_task_does_not_keep_the_network_waiting()
    local site <close> = new_site(1)
    scheduler.run(function()
        assert(site.device:open_window())
        local turns = 0
        scheduler.spawn(function()
            while true do
                turns = turns + 1
                scheduler.sleep(0)
            end
        end)
        local peer = pair(site)
        check.equal(peer:get(AIRCON, ROOM)[ROOM], "\x18")
        scheduler.sleep(0.1)
        check.equal(turns > 10, true)
    end)
end

function cases.a_pairing_under_way_can_be_cancelled_and_done_again()
    local held_back = true
    local site <close> = new_site(1, {
        filter = function(sent) return not (sent and held_back) end,
    })
    scheduler.run(function()
        assert(site.device:open_window())
        local steps, closed = {}, false
        local attempt = scheduler.spawn(function()
            local mine <close> = setmetatable({}, { __close = function() closed = true end })
            site.controllers[1]:pair(DEVICE, {
                number = site.device.number,
                progress = function(step) steps[#steps + 1] = step end,
            })
        end)
        scheduler.sleep(0.3)
        check.equal(attempt:is_over(), false)
        attempt:cancel()
        check.equal(closed, true)
        check.equal(steps[#steps] ~= "confirmed", true)
        held_back = false
        check.equal(pair(site):get(AIRCON, ROOM)[ROOM], "\x18")
    end)
end

function cases.callbacks_run_in_the_task_that_asked_and_may_wait_there()
    local site <close> = new_site(1)
    scheduler.run(function()
        assert(site.device:open_window())
        local asked
        local peer = assert(site.controllers[1]:pair(DEVICE, { confirm = function(number)
            scheduler.sleep(0.05) -- somebody is asked
            asked = number
            return true
        end }))
        check.equal(asked, site.device.number)
        check.equal(peer.number, asked)
        local ok, message = pcall(site.controllers[1].pair, site.controllers[1], DEVICE, {
            number = site.device.number, progress = function() error "in a callback" end,
        })
        check.equal(ok, false)
        check.equal(message:find("in a callback", 1, true) ~= nil, true)
    end)
end

function cases.every_watch_hears_everything_and_what_nobody_heard_is_kept()
    local site <close> = new_site(1)
    local device = site.device
    scheduler.run(function()
        assert(device:open_window()) -- an event before anybody listens
        local heard = { 0, 0 }
        local function listen(i)
            for event in device:watch(5) do
                heard[i] = heard[i] + 1
                if event.kind == "paired" then
                    return
                end
            end
        end
        local listeners = { scheduler.spawn(listen, 1), scheduler.spawn(listen, 2) }
        pair(site)
        listeners[1]:wait()
        listeners[2]:wait()
        check.equal(heard[1] > heard[2], true) -- the first took over what was there
        check.equal(heard[2] > 0, true)
        device:close_window()
        assert(device:open_window())
        local kinds = {}
        for event in device:watch(0) do
            kinds[event.kind] = true
        end
        check.equal(kinds.window_opened, true)
    end)
end

function cases.a_closed_node_ends_the_waits_for_it()
    local site <close> = new_site(1)
    scheduler.run(function()
        local waiter = scheduler.spawn(function()
            return select(3, site.controllers[1]:node(DEVICE):get(AIRCON, POWER))
        end)
        scheduler.sleep(0)
        site.controllers[1]:close()
        check.equal(waiter:wait(), "CLOSED")
    end)
end

function cases.an_error_in_a_hook_ends_the_run()
    local site <close> = new_site(1, { on_get = function() error "broken hook" end })
    local ok, message = pcall(scheduler.run, function()
        assert(site.device:open_window())
        pair(site):get(AIRCON, POWER)
    end)
    check.equal(ok, false)
    check.equal(message:find("broken hook", 1, true) ~= nil, true)
end

function cases.a_coroutine_inside_a_task_waits_by_itself()
    local site <close> = new_site(1)
    scheduler.run(function()
        assert(site.device:open_window())
        local peer = pair(site)
        local values = coroutine.wrap(function()
            local _, _, code = peer:get(AIRCON, POWER, { timeout = 0.2 }) -- the device stands still meanwhile
            coroutine.yield(code)
        end)
        check.equal(values(), "NO_ANSWER")
    end)
end

function cases.cqueues_drives_the_scheduler()
    local there, cqueues = pcall(require, "cqueues")
    if not there then
        check.skip "no cqueues for Lua 5.4 here (Debian: lua-cqueues)"
    end
    local site <close> = new_site(1)
    local value
    scheduler.spawn(function()
        assert(site.device:open_window())
        value = pair(site):get(AIRCON, ROOM)[ROOM]
    end)
    local loop = cqueues.new()
    loop:wrap(function()
        while scheduler.step() do
            cqueues.poll(scheduler)
        end
    end)
    assert(loop:loop(30))
    check.equal(value, "\x18")
end

function cases.luv_drives_the_scheduler()
    local there, uv = pcall(require, "luv")
    if not there then
        check.skip "no luv for Lua 5.4 here (Debian: lua-luv)"
    end
    local site <close> = new_site(1)
    local value
    scheduler.spawn(function()
        assert(site.device:open_window())
        value = pair(site):get(AIRCON, ROOM)[ROOM]
    end)
    local timer, poll = uv.new_timer(), uv.new_poll(scheduler.pollfd())
    local function turn()
        if scheduler.step() then
            timer:start(math.ceil(scheduler.timeout() * 1000), 0, turn)
        else
            uv.stop()
        end
    end
    poll:start("r", turn)
    turn()
    uv.run()
    timer:close()
    poll:close()
    uv.run()
    check.equal(value, "\x18")
end

check.main(cases)
