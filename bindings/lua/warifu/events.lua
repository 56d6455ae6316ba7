-- Events as people read them.
local core = ...
local Naming = core.part "naming"
local Node = core.part "node"
local loop = core.part "loop"

local events = {}

-- Names of what others say by themselves: in the release of that object, if it was ever asked for.
local function named(self, target, eoj, properties)
    local release = self.releases[Naming.release_key(target, eoj)]
    return Naming.of(self.dictionary, eoj >> 8, release or nil):named(properties)
end

-- Fields that people read, in place of the EDATA.
local function for_people(self, event)
    local target = event.is_protected and event.peer or event.address
    event.peer = event.peer and Node.of_peer(self, event.peer, event.number)
    if event.edata then
        local frame = core.parse_edata(event.edata)
        event.edata, event.eoj, event.properties = nil, frame.seoj, Node.properties_of(frame)
        event.values = event.kind == "notification" and named(self, target, frame.seoj, event.properties) or nil
    elseif event.kind == "property_set" then
        event.values = Naming.of_own(self, event.eoj):named { [event.epc] = event.value or "" }
    end
    if event.kind == "unpaired" and event.peer then
        Node.forget(event.peer)
    end
    return event
end

--- The next event of `heard` (loop.subscribe), or of those that nobody listens to, until `deadline`.
function events.next(self, deadline, heard)
    local event, message, code = loop.next_event(self, deadline, heard)
    return event and for_people(self, event), message, code
end

--- Works without waiting and gives the next event, if there is one.
function events.step(self)
    local event, message, code = loop.step(self)
    return event and for_people(self, event), message, code
end

return events
