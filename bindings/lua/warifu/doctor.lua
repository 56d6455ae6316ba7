-- Why nothing arrives.
local core = ...
local check = core.part "check"

local OPTIONS = { interface = true, address = true, port = true, state = true, peer = true }

--- Looks at this host: a list of {severity=, id=, what=, next=, detail=}, the worst first.
return function(options)
    options = check.options(options, OPTIONS)
    if options.address ~= nil and options.interface ~= nil then
        check.misuse("interface", "either addresses or interfaces")
    end
    return core.examine {
        interfaces = check.list("address", options.address) or check.list("interface", options.interface),
        port = check.type("port", options.port, "number", 3610),
        state = check.optional("state", options.state, "string"),
        peer = check.optional("peer", options.peer, "string"),
    }
end
