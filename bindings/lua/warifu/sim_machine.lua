-- A machine of a simulated home: where one endpoint lives. It is also a source of the core's, {sim=, host=}.
local core = ...
local check = core.part "check"
local time = core.part "sim_time"

local Machine = {}
Machine.__index = Machine

--- A new host of the home with its disk, or nil, message, code.
function Machine.new(home, network)
    local host, message, code = home.core:add_host()
    if not host then
        return nil, message, code
    end
    local store = core.sim_store(home.seed * 1000003 + host)
    return setmetatable({ home = home, sim = home.core, host = host, store = store, network = network }, Machine)
end

local function with_port(address, port)
    if address:find "^%[" or address:find "^[%d.]+:%d+$" then
        return address
    end
    return (address:find ":" and "[%s]:%d" or "%s:%d"):format(address, port)
end

--- The next free one of 10.0.0.1, 10.0.0.2, ...
function Machine:next_address()
    local home = self.home
    home.last_address = home.last_address + 1
    return ("10.0.%d.%d"):format(home.last_address >> 8, home.last_address & 255)
end

--- Takes addresses; those without a port get that of whoever lives here.
function Machine:move_in(addresses)
    for _, address in ipairs(addresses) do
        local added, message, code = self.sim:add_address(self.host, self.network, with_port(address, self.port))
        if not added then
            return nil, message, code
        end
    end
    return true
end

--- Completes the configuration of the core, and takes the addresses in it where there are none yet.
function Machine:join(config)
    if config.state then
        check.misuse("state", "what lives in a simulated home keeps its state there")
    end
    config.sim, config.host, config.store, self.port = self.sim, self.host, self.store, config.port
    if #self.sim:addresses(self.host) == 0 then
        return self:move_in(config.interfaces or { self:next_address() })
    end
    return true
end

--- Seconds since the home began.
function Machine:now()
    return self.sim:now() / 1000
end

--- Lets the next thing happen in the home, within so many seconds; fails when the endpoint is gone then.
function Machine:wait(endpoint, seconds)
    time.step(self.home, seconds == math.huge and math.huge or self.sim:now() + math.ceil(seconds * 1000))
    if not endpoint.core:is_open() then
        return core.fail("CLOSED", "its power was cut")
    end
    return true
end

return Machine
