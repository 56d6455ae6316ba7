-- An attack lab: what somebody in the network can try against a paired air conditioner, and why it fails. The network is
-- simulated, the nodes are those of a product; the attacker hears and sends whatever it likes.
local warifu = require "warifu"

local AIRCON, TARGET = 0x013001, 0xB3
local KIND, REQUEST = 5, 0x18 -- where a frame says of which kind it is
local IN_CLEAR = warifu.codec.unhex "1081 0001 05FF01 013001 61 01 B3 01 1E" -- set 30 degrees

local function tell(attack, fails, why)
    print(("%s: %s (%s)"):format(attack, fails and "fails" or "WORKS", why))
end

local home <close> = assert(warifu.sim.Home { seed = 1 })
local function aircon()
    return assert(home:device { objects = { [AIRCON] = { [TARGET] = { value = "\x18", access = "get set inf" } } } })
end
local device, spy, controller = aircon(), aircon(), assert(home:controller())
local here, there = home:addresses(controller)[1], home:addresses(device)[1]

local peers = {}
for i, member in ipairs { device, spy } do
    assert(member:open_window())
    peers[i] = assert(controller:pair(home:addresses(member)[1], { number = member.number }))
end
home:run(60) -- until both have the keys of the controller's group

-- What the attacker heard while the controller said 20 and then 26 degrees.
local heard = home:record()
assert(peers[1]:set(AIRCON, { [TARGET] = "\x14" }))
assert(peers[1]:set(AIRCON, { [TARGET] = "\x1A" }))
home:stop_recording()
local sent, told, replayed = 0, 0, nil
for _, each in ipairs(heard) do
    if each.fate == "sent" then
        sent, told = sent + 1, told + (each.datagram:find("\xB3\x01", 1, true) and 1 or 0)
        replayed = replayed or each.datagram:byte(KIND) == REQUEST and each.sender == here and each.datagram
    end
end
tell("eavesdropping", told == 0, ("%d of %d datagrams show a property"):format(told, sent))

local function inject(attack, datagram, counter)
    local before = device:counters()[counter]
    home:inject(here, there, datagram)
    home:run(20)
    local degrees = device:get_own(AIRCON, TARGET):byte()
    tell(attack, degrees == 26, ("%s +%d, still %d degrees"):format(counter, device:counters()[counter] - before, degrees))
end
inject("replaying a command", replayed, "replays_dropped")
inject("a command in clear, in the controller's name", IN_CLEAR, "plaintext_from_paired")

home:tamper(function(_, _, datagram)
    local last = #datagram
    return datagram:byte(KIND) == REQUEST and datagram:sub(1, last - 1) .. string.char(datagram:byte(last) ~ 1) or datagram
end)
local answer = peers[1]:set(AIRCON, { [TARGET] = "\x1E" }, { timeout = 5 })
home:tamper(nil)
tell("tampering", not answer and device:get_own(AIRCON, TARGET) == "\x1A",
    ("tampered_dropped +%d"):format(device:counters().tampered_dropped))

assert(home:forge(spy, device, AIRCON, { [TARGET] = "\x1E" })) -- it signs with its own key
local refused
for event in controller:watch(5) do
    refused = event.error == "SIGNATURE" and event or refused
    assert(not event.properties or event.properties[TARGET] ~= "\x1E", "the forgery was believed")
end
tell("a group member in another one's name", refused ~= nil, refused and refused.message)

local stranger = assert(assert(warifu.Authority.create "elsewhere"):issue "controller")
local other <close> = assert(home:controller { identity = stranger })
assert(device:open_window())
local _, message, code = other:pair(there, { confirm = function() return true end })
tell("a certificate of another authority", #other:peers() == 0, ("%s: %s"):format(code, message))
