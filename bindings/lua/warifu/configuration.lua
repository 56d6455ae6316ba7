-- What the options of a controller or device mean to the core.
local core = ...
local check = core.part "check"
local SetupCode = core.part "setup_code"
local gate = core.part "gate"

local configuration = {}

-- Those that both have in common.
local OPTIONS = {
    identity = true, state = true, address = true, interface = true, port = true, policy = true, trace = true, keylog = true,
    dictionary = true, known = true, listeners_off = true, former = true, build_date = true,
    product_code = true, production_number = true, filter = true, groups = true,
    machine = true, -- where it lives in a simulated home (sim.lua)
}

-- An identity, or what stands in its file; nil for nil.
local function identity_of(value)
    if type(value) == "string" then
        return core.load_identity(value)
    end
    return value
end

-- Who it is: sets identity, former, number, keep_number.
local function read_identity(config, options, role)
    local message, code
    config.identity, message, code = identity_of(options.identity)
    if not config.identity and message then
        return nil, message, code
    end
    config.former, message, code = identity_of(options.former)
    if not config.former and message then
        return nil, message, code
    end
    local owner = config.identity and core.describe_identity(config.identity)
    if owner and owner.role ~= role then
        check.misuse("identity", ("its role is %s, not %s"):format(owner.role, role))
    end
    if config.former and not (owner and core.describe_identity(config.former).number == owner.number) then
        check.misuse("former", "it is no identity of this node: the number is another one")
    end
    config.number = owner and owner.number or options.number and core.number(options.number)
        or core.random_number(options.machine)
    config.keep_number = not owner and options.number == nil and options.state ~= nil
    return true
end

-- How it is proven whose device it is.
local function read_setup_code(config, options)
    local setup_code, message, code = SetupCode.of(options.setup_code)
    if options.setup_code ~= nil and not setup_code then
        return nil, message, code
    end
    if options.code_alone and not setup_code then
        check.misuse("code_alone", "there is no setup_code")
    end
    config.setup_code = setup_code
    config.code_alone = check.optional("code_alone", options.code_alone, "boolean")
    return true
end

local function read_place(config, options)
    if options.address ~= nil and options.interface ~= nil then
        check.misuse("interface", "either addresses or interfaces")
    end
    config.state = check.optional("state", options.state, "string")
    config.interfaces = check.list("address", options.address) or check.list("interface", options.interface)
    config.port = check.type("port", options.port, "number", 3610)
    config.known = check.list("known", options.known)
    config.listeners_off = gate.listeners(options.listeners_off)
end

-- What stands in the core's configuration as in the options, by type.
local AS_IT_IS = {
    build_date = "number", decide_within = "number", answer_delay = "number", gap = "number",
    transmission_only = "boolean", check_values = "boolean", interview = "boolean",
    on_set = "function", on_get = "function", keylog = "string", filter = "function",
}

--- A table for the core, or nil, message, code. `more` are the options of the class alone.
function configuration.read(class, options, more)
    local known = setmetatable(more, { __index = OPTIONS })
    options = check.options(options, known)
    local config = { is_device = class.role == "device" }
    for name, kind in pairs(AS_IT_IS) do
        config[name] = check.optional(name, options[name], kind)
    end
    config.trace = check.callable("trace", options.trace)
    config.product_code = check.label("product_code", options.product_code)
    config.production_number = check.label("production_number", options.production_number)
    read_place(config, options)
    local read, message, code = read_identity(config, options, class.role)
    if read then
        read, message, code = read_setup_code(config, options)
    end
    if not read then
        return nil, message, code
    end
    config.groups = config.identity ~= nil and check.type("groups", options.groups, "boolean", true)
    config.listens = config.groups and check.type("listens", options.listens, "number", 0) or 0
    return config
end

return configuration
