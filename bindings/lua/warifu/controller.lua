local core = ...
local check = core.part "check"
local Endpoint = core.part "endpoint"
local Node = core.part "node"

local Controller = Endpoint.derive("warifu.Controller", false)

local OBJECT = 0x05FF01
local GET = 1

local DISCOVER = { timeout = true, address = true }
local PAIR = { number = true, confirm = true, progress = true }

-- The superclass properties that every object must have, for our own controller object.
local function add_own_object(self)
    local maker = core.unhex(self.number:sub(3, 8))
    local values = { [0x80] = "\x30", [0x81] = "\x00", [0x82] = "\0\0R\1", [0x88] = "\x42", [0x8A] = maker }
    local added, message, code = self.core:add_object(OBJECT)
    for epc, value in pairs(values) do
        if added then
            added, message, code = self.core:add_property(OBJECT, epc, GET, #value, #value, value)
        end
    end
    return added, message, code
end

local function open(_, options)
    local self, message, code = Endpoint.open(Controller, options, { timeout = true })
    if not self then
        return nil, message, code
    end
    self.timeout = check.seconds("timeout", options and options.timeout, 0)
    local added
    added, message, code = add_own_object(self)
    if not added then
        self:close()
        return nil, message, code
    end
    return self
end

local function address_of(name, value)
    if type(value) == "table" then
        value = value.address
    end
    return check.type(name, value, "string")
end

--- Who speaks Device Authentication? A list of {address=, is_device=, window_open=, ...}, maybe empty.
function Controller:discover(options)
    options = check.options(options, DISCOVER)
    local found, seen = {}, {}
    local timeout = check.seconds("timeout", options.timeout, 3)
    local address = options.address and address_of("address", options.address)
    local done, message, code = self:await(function(event)
        if event.kind == "found" and not seen[event.address] then
            seen[event.address] = true
            event.hello.address = event.address
            found[#found + 1] = event.hello
        end
    end, self.core:hello(address, timeout))
    if not done and code ~= "NO_ANSWER" then
        return nil, message, code
    end
    return found
end

--- Pairs with the device at `address` (or one that discover found) and gives the peer. `number` names the device; without
--- it `confirm(number)` is asked whether it is the right one. `progress(step)` is told how it goes.
function Controller:pair(address, options)
    address = address_of("address", address)
    options = check.options(options, PAIR)
    local confirm = check.optional("confirm", options.confirm, "function")
    local progress = check.optional("progress", options.progress, "function")
    if options.number == nil and not confirm then
        check.misuse("number", "name the device by its number, or give confirm=function(number)")
    end
    local done, message, code = self:await(function(event, request)
        if event.kind == "pair_step" and progress then
            progress(event.step)
        elseif event.kind == "pair_question" then
            self.core:pair_decide(request, confirm ~= nil and confirm(event.number) == true)
        end
    end, self.core:pair(address, options.number))
    if not done then
        return nil, message, code
    end
    return Node.of_peer(self, done.peer)
end

--- A node in clear, by its address: what it lets strangers do.
function Controller:node(address)
    return Node.of_address(self, address_of("address", address))
end

return setmetatable(Controller, { __call = open })
