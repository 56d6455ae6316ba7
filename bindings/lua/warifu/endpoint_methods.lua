-- The methods that controllers and devices share.
local core = ...
local check = core.part "check"
local Node = core.part "node"
local calls = core.part "calls"
local events = core.part "events"
local gate = core.part "gate"
local groups = core.part "group"
local loop = core.part "loop"
local services = core.part "services"

local methods = {}

--- The next thing that happened, waiting for it at most `timeout` seconds (without one: for ever); nil, message,
--- "NO_ANSWER" when nothing did.
function methods:next_event(timeout)
    local deadline = loop.now(self) + check.seconds("timeout", timeout, math.huge)
    return events.next(self, deadline)
end

--- Does what there is to do, without waiting, and gives the next event, or nil when there is none: for a loop of somebody
--- else, which waits until `pollfd` is readable or `timeout` seconds are over.
function methods:step()
    return events.step(self)
end

--- One descriptor for all its sockets, which stays its own; it may be added to any poll. nil in a simulated home.
function methods:pollfd()
    return self.core:pollfd()
end

--- What to wait for at `pollfd`: always "r".
function methods:events()
    return "r"
end

--- Seconds after which it wants a `step` though nothing came in; what waits to be sent is sent.
function methods:timeout()
    return loop.timeout(self)
end

--- Events for a `for` loop, until `timeout` seconds are over (without them: for ever). Each such loop hears all. Raises when
--- the network fails.
function methods:watch(timeout)
    local deadline = loop.now(self) + check.seconds("timeout", timeout, math.huge)
    local heard = loop.subscribe(self)
    return function()
        local event, message, code = events.next(self, deadline, heard)
        if not event and code ~= "NO_ANSWER" then
            error(message, 2)
        end
        return event
    end, nil, nil, heard
end

--- Which rule of the policy decides for a peer, for who asks in clear from an address, or for a kind of peer ("unknown",
--- "known", "member", "paired"). `access` is "read", "write", "notify" or "announce".
function methods:explain(peer, object, property, access)
    local who = getmetatable(peer) == Node and Node.id(peer) or peer
    return gate.explain(self, who, object, property, access)
end

--- The pairings, as peers.
function methods:peers()
    local list = {}
    for i, peer in ipairs(self.core:peers()) do
        list[i] = Node.of_peer(self, peer.id, peer.number)
    end
    return list
end

--- The group that a controller manages, or those that a device is a member of: { id=, manager=, members=, waiting=,
--- next_number= } each.
function methods:groups()
    return groups.list(self)
end

--- Ends a pairing from this side.
function methods:unpair(peer)
    check.object("peer", peer, Node)
    local done, message, code = calls.await(self, nil, self.core:unpair(Node.id(peer)))
    if done or code == "UNPAIRED_HERE_ONLY" then
        Node.forget(peer)
    end
    return done and true, message, code
end

--- Removes a pairing here, whether its peer is there or not; it isn't told.
function methods:forget_peer(peer)
    check.object("peer", peer, Node)
    local done, message, code = self.core:forget_peer(Node.id(peer))
    if done then
        Node.forget(peer)
    end
    return done, message, code
end

--- Erases all pairings and their keys; no peer is told.
function methods:factory_reset()
    return self.core:factory_reset()
end

local REQUEST = { to = true, gets = true, timeout = true, repeatable = true }

--- Sends one message as it is and gives all answers, refusals among them (then message and "REFUSED" follow the list).
--- `service` is "SetI", "SetC", "Get", "INF_REQ", "SetGet", "INF" or "INFC"; `properties` are EPCs or { epc=, edt= }, `gets`
--- the second list of a SetGet; `to` is a node, a peer, an address, or nil: everybody, in clear.
function methods:request(service, eoj, properties, options)
    options = check.options(options, REQUEST)
    local to = options.to
    if type(to) == "table" then
        to = rawget(to, "id") or to.address
    end
    return services.request(self, check.optional("to", to, type(to) == "number" and "number" or "string"),
        check.type("service", service, "string"), check.eoj("eoj", eoj), properties, options)
end

--- Announces a list of EPCs of an own object as they are now: to peers under their sessions, and to everybody in clear
--- those that the policy lets be announced. Changes are announced by themselves.
function methods:inf(eoj, epcs)
    return services.inform(self, nil, check.eoj("eoj", eoj), epcs, false, {})
end

-- The two texts of a list, as DER.
local function list_of(issuer, crl)
    check.type("issuer", issuer, "string")
    check.type("crl", crl, "string")
    local certificate, message, code = core.der_of("CERTIFICATE", issuer)
    if not certificate then
        return nil, message, code
    end
    local list
    list, message, code = core.der_of("X509 CRL", crl)
    return list and certificate, list or message, code
end

--- Takes a revocation list of the CA whose certificate `issuer` is, PEM text or DER. At once no certificate on it counts:
--- a paired peer on it is unpaired (event "unpaired", with error REVOKED) and nobody on it pairs again.
function methods:take_revocation_list(issuer, crl)
    local certificate, list, code = list_of(issuer, crl)
    if not certificate then
        return nil, list, code
    end
    return self.core:take_list(certificate, list)
end

--- Gives a revocation list to a peer, and waits until it took it.
function methods:send_revocation_list(peer, issuer, crl)
    check.object("peer", peer, Node)
    local certificate, list, code = list_of(issuer, crl)
    if not certificate then
        return nil, list, code
    end
    local done, message
    done, message, code = calls.await(self, nil, self.core:send_list(Node.id(peer), certificate, list))
    return done and true, message, code
end

--- The revocation lists held: issuer (SHA-256 of its name), number, this_update, next_update (seconds since 1970), entries,
--- kept (of how many of these it knows).
function methods:revocation_lists()
    return self.core:lists()
end

--- Calls `action` once in so many seconds, while a method of this object waits. Also from inside a hook.
function methods:after(seconds, action)
    loop.after(self, check.seconds("seconds", seconds), check.type("action", action, "function"))
end

--- Where it is: a list of addresses, without a port where it was opened by interface.
function methods:addresses()
    local machine = self.machine
    return machine and machine.sim:addresses(machine.host) or self.core:addresses()
end

--- Names of the interfaces in use at this moment.
function methods:interfaces()
    return self.core:interfaces()
end

--- What was seen since the start: name -> count.
function methods:counters()
    return self.core:counters()
end

--- The audit log, a list of entries, oldest first: what happened that matters for security, also before the last restart.
function methods:audit()
    return self.core:audit()
end

--- From here on `sink` gets every datagram: a function, or what warifu.trace.open gave. nil: nobody does.
function methods:set_trace(sink)
    self.core:set_trace(check.callable("sink", sink))
end

--- Writes the keys of all sessions, those there are and each new one, to the file `path`; nil ends it. Fails with STORE,
--- and with STATE where this build has no key log.
function methods:log_keys(path)
    local done, message, code = self.core:log_keys(check.optional("path", path, "string"))
    if done and path then
        io.stderr:write(("warifu: KEY LOG: who has %s reads and forges all that this node says to its peers\n"):format(path))
    end
    return done, message, code
end

--- Sends any datagram as it is, for tests of others' patience; without an address to every group.
function methods:send_raw(address, datagram)
    local sent, message, code = self.core:send_raw(address, check.type("datagram", datagram, "string"))
    return sent, message, code
end

function methods:close()
    if self.core:is_open() then
        loop.flush(self)
    end
    self.core:close()
end

return methods
