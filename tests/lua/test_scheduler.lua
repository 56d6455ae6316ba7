-- Tasks: they take turns, end, fail and are cancelled as they should; without a network, or with a simulated one.
local check = require "check"
local warifu = require "warifu"
local scheduler = warifu.scheduler

local AIRCON, POWER = "013001", 0x80

-- A variable that says so in `list` when it is closed.
local function noted(list, name)
    return setmetatable({}, { __close = function() list[#list + 1] = name end })
end

local function contains(text, part)
    if not tostring(text):find(part, 1, true) then
        error(("'%s' is not in\n%s"):format(part, text), 2)
    end
end

-- What `scheduler.run` raises.
local function raised(main)
    local ok, message = pcall(scheduler.run, main)
    check.equal(ok, false)
    return message
end

local cases = {}

function cases.run_gives_what_its_function_returned()
    local a, b, c = scheduler.run(function(x, y) return x, nil, y end, 1, 2)
    check.equal(a, 1)
    check.equal(b, nil)
    check.equal(c, 2)
    check.equal(scheduler.run(), nil)
end

function cases.tasks_take_turns()
    local said = {}
    scheduler.run(function()
        for _, name in ipairs { "a", "b" } do
            scheduler.spawn(function()
                for i = 1, 3 do
                    said[#said + 1] = name .. i
                    scheduler.sleep(0)
                end
            end)
        end
        scheduler.sleep(0.05)
    end)
    check.equal(table.concat(said, " "), "a1 b1 a2 b2 a3 b3")
end

function cases.a_sleep_takes_its_time_and_no_other()
    local said, start = {}, warifu.now()
    for _, seconds in ipairs { 0.15, 0.05, 0.1 } do
        scheduler.spawn(function()
            scheduler.sleep(seconds)
            said[#said + 1] = seconds
        end)
    end
    scheduler.run() -- until all ended
    local took = warifu.now() - start
    check.equal(table.concat(said, " "), "0.05 0.1 0.15")
    check.equal(took > 0.14 and took < 0.5, true)
    start = warifu.now()
    scheduler.sleep(0.05) -- outside it blocks
    check.equal(warifu.now() - start > 0.04, true)
end

function cases.whoever_waits_for_a_task_gets_its_results()
    scheduler.run(function()
        local task = scheduler.spawn(function(x)
            scheduler.sleep(0.01)
            return x, "more"
        end, 7)
        check.equal(task:is_over(), false)
        check.equal(table.concat({ task:wait() }, " "), "7 more")
        check.equal(table.concat({ task:wait() }, " "), "7 more")
        check.equal(task:is_over(), true)
    end)
end

function cases.an_error_nobody_waits_for_ends_the_run_with_its_traceback()
    local closed = {}
    local message = raised(function()
        scheduler.spawn(function()
            local mine <close> = noted(closed, "mine")
            scheduler.sleep(0.01)
            error "broken"
        end)
        local main <close> = noted(closed, "main")
        scheduler.sleep(10)
    end)
    contains(message, "test_scheduler.lua")
    contains(message, "broken\nstack traceback:")
    check.equal(table.concat(closed, " "), "mine main")
    check.equal(scheduler.run(function() return "again" end), "again")
end

function cases.whoever_waits_for_a_task_gets_its_error()
    scheduler.run(function()
        local thing = {}
        local task = scheduler.spawn(function() error(thing) end)
        local ok, message = pcall(task.wait, task)
        check.equal(ok, false)
        check.equal(message, thing)
    end)
end

function cases.a_cancelled_task_closes_its_variables_and_tells_who_waits()
    local closed = {}
    scheduler.run(function()
        local task = scheduler.spawn(function()
            local outer <close> = noted(closed, "outer")
            local inner <close> = noted(closed, "inner")
            pcall(scheduler.sleep, 10) -- no pcall holds it
            error "not reached"
        end)
        local waiter = scheduler.spawn(function() return select(3, task:wait()) end)
        scheduler.sleep(0.01)
        check.equal(task:cancel(), true)
        check.equal(task:cancel(), false)
        check.equal(table.concat(closed, " "), "inner outer")
        check.equal(waiter:wait(), "CANCELLED")
    end)
end

function cases.a_task_can_be_bound_to_a_block_and_end_itself()
    local closed = {}
    scheduler.run(function()
        do
            local task <close> = scheduler.spawn(function()
                local mine <close> = noted(closed, "bound")
                scheduler.sleep(10)
            end)
            scheduler.sleep(0)
        end
        local task
        task = scheduler.spawn(function()
            local mine <close> = noted(closed, "self")
            task:cancel()
        end)
        check.equal(select(3, task:wait()), "CANCELLED")
    end)
    check.equal(table.concat(closed, " "), "bound self")
end

function cases.what_is_left_when_the_first_task_ends_is_cancelled()
    local closed = {}
    scheduler.run(function()
        for _, name in ipairs { "first", "second" } do
            scheduler.spawn(function()
                local mine <close> = noted(closed, name)
                scheduler.sleep(10)
            end)
        end
        scheduler.sleep(0)
    end)
    check.equal(table.concat(closed, " "), "second first")
end

function cases.tasks_that_wait_for_each_other_are_an_error()
    local a, b
    a = scheduler.spawn(function() b:wait() end)
    b = scheduler.spawn(function() a:wait() end)
    local ok, message = pcall(scheduler.run)
    check.equal(ok, false)
    contains(message, "every task waits")
    contains(message, "test_scheduler.lua:")
end

function cases.misuse_names_the_argument()
    for name, call in pairs {
        action = function() scheduler.spawn(1) end,
        seconds = function() scheduler.sleep(-1) end,
        main = function() scheduler.run(1) end,
        self = function() scheduler.spawn(print).wait {} end,
    } do
        contains(select(2, pcall(call)), ("bad argument '%s'"):format(name))
    end
    contains(raised(function() scheduler.run(print) end), "bad argument 'main'")
    contains(raised(function() scheduler.step() end), "a task can't turn the loop")
    local task = scheduler.spawn(function() end)
    contains(select(2, pcall(task.wait, task)), "bad argument 'self'")
    contains(task, "warifu.Task (")
    contains(task, "test_scheduler.lua")
    task:cancel()
end

function cases.an_interrupt_ends_all_and_closes_all()
    local script = [[
        local w = require "warifu"
        io.stdout:setvbuf "no"
        w.scheduler.spawn(function()
            local mine <close> = setmetatable({}, { __close = function() print "closed" end })
            print "ready"
            w.scheduler.sleep(60)
        end)
        w.scheduler.run()
    ]]
    local process <close> = assert(io.popen(("echo $$; exec %s -e '%s' 2>&1"):format(arg[-1], script)))
    local pid = process:read "n"
    process:read "l"
    check.equal(process:read "l", "ready")
    os.execute("kill -INT " .. pid)
    local said = process:read "a"
    contains(said, "closed")
    contains(said, "interrupted")
end

function cases.an_interrupt_at_any_moment_leaves_a_scheduler_that_works()
    local after, over = 0, false -- instructions of the thread that runs the loop
    while not over do
        local open = 0
        after = after + 1
        local function opened()
            open = open + 1
            return setmetatable({}, { __close = function() open = open - 1 end })
        end
        local function main()
            for _ = 1, 3 do
                scheduler.spawn(function()
                    local mine <close> = opened()
                    scheduler.sleep(0)
                end)
            end
            scheduler.sleep(0.001)
        end
        local ok, message = pcall(function()
            debug.sethook(function()
                debug.sethook()
                error("interrupted", 0)
            end, "", after)
            scheduler.run(main)
            debug.sethook()
        end)
        over = ok
        check.equal(ok or message == "interrupted", true)
        check.equal(open, 0)
        check.equal(scheduler.run(function() return "again" end), "again")
    end
    check.equal(after > 100, true)
end

-- ---- in a simulated home ----

local function new_home(more)
    local home = assert(warifu.sim.Home(more))
    local device = assert(home:device { objects = { [AIRCON] = { [POWER] = { value = "\x30", access = "get set inf" } } } })
    return home, device, assert(home:controller())
end

function cases.a_home_runs_tasks_in_its_own_time()
    local home, device, controller = new_home { delay = 0.02 }
    local start = warifu.now()
    local slept = home:run(function()
        local visitor = scheduler.spawn(function()
            device:open_window(600)
            local peer = assert(controller:pair(home:addresses(device)[1], { number = device.number }))
            return assert(peer:get(AIRCON, POWER))[POWER]
        end)
        local before = home:now()
        scheduler.sleep(3600)
        check.equal(visitor:wait(), "\x30")
        return home:now() - before
    end)
    check.equal(slept, 3600)
    check.equal(warifu.now() - start < 30, true)
    home:run(1) -- it lives on
    home:close()
end

function cases.the_same_home_does_the_same_with_many_tasks()
    local function tell()
        local home, device, controller = new_home { seed = 5, loss = 0.2, delay = { 0.001, 0.05 } }
        local said = {}
        home:run(function()
            device:open_window(600)
            local peer = assert(controller:pair(home:addresses(device)[1], { number = device.number }))
            local tasks = {}
            for i = 1, 10 do
                tasks[i] = scheduler.spawn(function()
                    local _, _, code = peer:set(AIRCON, { [POWER] = i % 2 == 0 and "\x30" or "\x31" })
                    said[#said + 1] = ("%d %s %.3f"):format(i, code, home:now())
                end)
            end
            for _, task in ipairs(tasks) do
                task:wait()
            end
        end)
        home:close()
        return table.concat(said, "\n")
    end
    local first = tell()
    check.equal(select(2, first:gsub("\n", "")), 9)
    check.equal(tell(), first)
end

function cases.a_decision_that_comes_later_lives_in_the_home_s_time()
    local home = assert(warifu.sim.Home())
    local device
    device = assert(home:device {
        objects = { [AIRCON] = { [POWER] = "\x30" } }, policy = "mixed",
        on_get = function(_, epc)
            if epc ~= 0x80 then
                return nil
            end
            local later = device:later()
            device:after(3, function() later:accept "\x31" end)
            return later
        end,
    })
    local controller = assert(home:controller { timeout = 20 })
    local before = home:now()
    check.equal(assert(controller:node(home:addresses(device)[1]):get(AIRCON, POWER))[POWER], "\x31")
    check.equal(home:now() - before >= 3 and home:now() - before < 4, true)
    home:close()
end

function cases.a_power_cut_ends_the_waits_of_its_victim()
    local home, device, controller = new_home()
    home:run(function()
        local waiter = scheduler.spawn(function()
            local event, message, code
            repeat
                event, message, code = controller:next_event()
            until not event
            return event, message, code
        end)
        scheduler.sleep(1)
        home:cut_power(controller)
        local _, message, code = waiter:wait()
        check.equal(code, "CLOSED")
        contains(message, "power")
    end)
    home:close()
end

function cases.a_home_in_which_nothing_will_happen_is_an_error()
    local home = assert(warifu.sim.Home())
    local ok, message = pcall(home.run, home, function()
        local task
        task = scheduler.spawn(function() scheduler.sleep(1) task:wait() end)
        task:wait()
    end)
    check.equal(ok, false)
    contains(message, "every task waits")
    home:close()
end

check.main(cases)
