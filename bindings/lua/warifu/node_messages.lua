-- Methods of nodes that send one message as it is.
local core = ...
local asking = core.part "asking"
local check = core.part "check"
local services = core.part "services"

local methods = {}

local ASK = { timeout = true }

local function target_of(self)
    return rawget(self, "id") or self.address
end

local function ask(self, service, eoj, properties, options)
    options = check.options(options, ASK)
    if #check.type("epcs", properties, "table") == 0 then
        check.misuse("epcs", "at least one property")
    end
    return services.request(self.owner, target_of(self), service, eoj, properties, options)
end

-- epc -> bytes of an answer, and the list of the others.
local function given(answer)
    local values, others = {}, {}
    for _, property in ipairs(answer.properties) do
        if #property.edt > 0 then
            values[property.epc] = property.edt
        else
            others[#others + 1] = property.epc
        end
    end
    return values, others
end

--- Reads a list of EPCs of all instances of a class by one message (to instance 0): EOJ -> epc -> bytes. Any EOJ of the
--- class will do. Instances that answer within `timeout` seconds (3) are there, each with what it gave.
function methods:get_each(eoj, epcs, options)
    local answers, message, code = ask(self, "Get", check.eoj("eoj", eoj) & 0xFFFF00, epcs, options)
    if not answers then
        return nil, message, code
    end
    local by_eoj = {}
    for _, answer in ipairs(answers) do
        by_eoj[answer.eoj] = given(answer)
    end
    return by_eoj
end

--- Asks for an announcement of a list of EPCs (INF_REQ): in clear everybody hears it, of a peer only this node. Gives
--- epc -> bytes, or nil, message, "REFUSED", and what came all the same.
function methods:inf_req(eoj, epcs, options)
    local answers, message, code = ask(self, "INF_REQ", check.eoj("eoj", eoj), epcs, options)
    if not answers then
        return nil, message, code
    end
    local values, others = given(answers[1])
    if #others > 0 then
        return asking.refused(others, values)
    end
    return values
end

--- Writes as `set` does, but asks for no answer (SetI). Who refuses says so: that is waited for, 2 seconds or `timeout`.
--- Silence means nothing, not even that the node is there.
function methods:set_i(eoj, values, options)
    eoj = check.eoj("eoj", eoj)
    local sets, message, code = asking.sets(self, eoj, values)
    if not sets then
        return nil, message, code
    end
    local answers
    answers, message, code = ask(self, "SetI", eoj, sets, options)
    if not answers then
        return nil, message, code
    elseif #answers == 0 then
        return true
    end
    local refused = {}
    for epc in pairs((given(answers[1]))) do
        refused[#refused + 1] = epc
    end
    return core.fail("REFUSED", asking.hex_list(refused))
end

--- Tells this node alone a list of EPCs of an own object as they are now (INF): done when it is sent.
function methods:inf(eoj, epcs)
    return services.inform(self.owner, target_of(self), check.eoj("eoj", eoj), epcs, false, {})
end

--- The same, and waits until the node confirms it (INFC), 20 seconds or `timeout`.
function methods:infc(eoj, epcs, options)
    return services.inform(self.owner, target_of(self), check.eoj("eoj", eoj), epcs, true, check.options(options, ASK))
end

return methods
