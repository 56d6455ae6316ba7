-- One message as it is: every service of ECHONET Lite, and every answer to it.
local core = ...
local check = core.part "check"
local calls = core.part "calls"
local loop = core.part "loop"

local services = {}

local ESV = { SetI = 0x60, SetC = 0x61, Get = 0x62, INF_REQ = 0x63, SetGet = 0x6E, INF = 0x73, INFC = 0x74 }
local CONTROLLER, PROFILE = 0x05FF01, 0x0EF001
local SHORTEST = 0.01 -- 0 means the engine's own timeout

--- A list of EPCs and {epc=, edt=} as a list of the latter.
local function properties_of(name, list)
    local properties = {}
    for i, item in ipairs(check.type(name, list, "table")) do
        if type(item) == "table" then
            properties[i] = { epc = check.epc("epc", item.epc), edt = check.optional("edt", item.edt, "string") }
        else
            properties[i] = { epc = check.epc("epc", item) }
        end
    end
    return properties
end

function services.timeout(options)
    return options.timeout and math.max(check.seconds("timeout", options.timeout, 0), SHORTEST) or 0
end

--- Sends it to `target` (the id of a peer, an address, or nil: everybody) and gives all answers: a list of { address=,
--- eoj=, service=, properties=, gets= }. A refusal is an answer; then the message and code "REFUSED" come after the list.
function services.request(owner, target, service, eoj, properties, options)
    local esv = ESV[service] or check.misuse("service", "SetI, SetC, Get, INF_REQ, SetGet, INF or INFC expected")
    local edata, message, code = core.compose_edata {
        seoj = owner.role == "device" and PROFILE or CONTROLLER,
        deoj = eoj,
        esv = esv,
        properties = properties_of("properties", properties),
        gets = service == "SetGet" and properties_of("gets", options.gets) or nil,
    }
    if not edata then
        return nil, message, code
    end
    local answers, seen = {}, {}
    local function take(event)
        local frame = event.edata and core.parse_edata(event.edata)
        local object = frame and ("%s %06X"):format(event.address, frame.seoj)
        if frame and not seen[object] then -- a copy of the question brings a copy of the answer
            seen[object] = true
            answers[#answers + 1] = {
                address = event.address,
                eoj = frame.seoj,
                service = core.esv_name(frame.esv),
                properties = frame.properties,
                gets = frame.gets,
            }
        end
    end
    local done, last
    done, message, code, last = calls.await(owner, take,
        owner.core:request(target, edata, services.timeout(options), options.repeatable))
    last = done or last
    if not done and code ~= "REFUSED" then
        return nil, message, code
    end
    take(last)
    return answers, message, code
end

--- A list of EPCs as bytes.
local function epcs_of(epcs)
    local codes = {}
    for i, epc in ipairs(check.type("epcs", epcs, "table")) do
        codes[i] = string.char(check.epc("epc", epc))
    end
    return table.concat(codes)
end

--- Tells `target` (nil: everybody) properties of an own object as they are now, by INF or, to be confirmed, INFC.
function services.inform(owner, target, eoj, epcs, confirm, options)
    loop.announce(owner)
    local request, message, code = owner.core:inform(target, eoj, epcs_of(epcs), confirm, services.timeout(options))
    if request == 0 then -- there is nothing to wait for
        loop.flush(owner)
        return true
    end
    local done
    done, message, code = calls.await(owner, nil, request, message, code)
    return done and true, message, code
end

return services
