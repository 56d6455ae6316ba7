-- Revocation lists and renewed certificates.
local check = require "check"
local warifu = require "warifu"

local AIRCON, TARGET = 0x013001, 0xB3

local function failure(wanted, result, _, code)
    check.equal(result, nil)
    check.equal(code, wanted)
end

-- An authority, a home an hour ahead, a device and so many controllers of that authority, all paired.
local function paired(count)
    local ca = assert(warifu.Authority.create "Revoking")
    local home = assert(warifu.sim.Home { date = os.time() + 3600 })
    local device = assert(home:device {
        identity = assert(ca:issue "device"),
        objects = { ["013001"] = { [TARGET] = { value = "\x14", access = "get set inf" } } },
    })
    local controllers, peers = {}, {}
    for i = 1, count do
        controllers[i] = assert(home:controller { identity = assert(ca:issue "controller") })
        assert(device:open_window())
        peers[i] = assert(controllers[i]:pair(home:addresses(device)[1], { number = device.number }))
    end
    return ca, home, device, controllers, peers
end

local function to_pem(label, der)
    local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    local text = {}
    for at = 1, #der, 3 do
        local a, b, c = der:byte(at, at + 2)
        local sum = a << 16 | (b or 0) << 8 | (c or 0)
        for i = 0, 3 do
            local digit = sum >> 18 - 6 * i & 63
            text[#text + 1] = (i == 2 and not b or i == 3 and not c) and "=" or digits:sub(digit + 1, digit + 1)
        end
    end
    local lines = table.concat(text):gsub(("."):rep(64), "%0\n"):gsub("\n$", "")
    return ("-----BEGIN %s-----\n%s\n-----END %s-----\n"):format(label, lines, label)
end

local cases = {}

function cases.a_lost_controller_is_shut_out_by_a_list_that_another_one_brings()
    local ca, home, device, controllers, peers = paired(2)
    assert(ca:revoke(controllers[1].identity, "key_compromise"))
    local crl = assert(ca:publish()).root
    check.equal(assert(controllers[2]:send_revocation_list(peers[2], ca:certificate "root", crl)), true)
    local event
    repeat
        event = assert(device:next_event(10))
    until event.kind == "unpaired"
    check.equal(event.error, "REVOKED")
    check.equal(event.number, controllers[1].number)
    check.equal(#device:peers(), 1)
    local held = device:revocation_lists()
    check.equal(#held, 1)
    check.equal(held[1].number > 0, true)
    check.equal(held[1].entries, 1)
    check.equal(held[1].kept, 1)
    check.equal(held[1].this_update < held[1].next_update, true)
    assert(device:open_window())
    failure("REVOKED", controllers[1]:pair(home:addresses(device)[1], { number = device.number, duration = 1 }))
    assert(peers[2]:get(AIRCON, TARGET))
end

function cases.pem_and_der_are_taken_and_nothing_else()
    local ca, _, device = paired(0)
    local first, second = assert(ca:publish()).root, assert(ca:publish()).root
    local root = ca:certificate "root"
    assert(device:take_revocation_list(root, first))
    local number = device:revocation_lists()[1].number
    assert(device:take_revocation_list(to_pem("CERTIFICATE", root), to_pem("X509 CRL", second)))
    failure("CRL_OLD", device:take_revocation_list(root, first))
    failure("PEM", device:take_revocation_list("nothing", second))
    failure("PEM", device:take_revocation_list(root, to_pem("CERTIFICATE", root)))
    local stranger = assert(warifu.Authority.create "Stranger")
    failure("UNTRUSTED", device:take_revocation_list(stranger:certificate "root", assert(stranger:publish()).root))
    check.equal(device:revocation_lists()[1].number > number, true)
end

function cases.what_a_peer_refuses_comes_back()
    local ca, home, device, controllers, peers = paired(1)
    local old, new = assert(ca:publish()).root, assert(ca:publish()).root
    assert(device:take_revocation_list(ca:certificate "root", new))
    failure("CRL_OLD", controllers[1]:send_revocation_list(peers[1], ca:certificate "root", old))
    home:disconnect(device)
    failure("NO_ANSWER", controllers[1]:send_revocation_list(peers[1], ca:certificate "root", new))
end

function cases.a_renewed_device_goes_on_without_a_new_pairing()
    local ca, home, device, controllers, peers = paired(1)
    local old = device.identity
    local new = assert(ca:renew(old))
    check.equal(new.number, old.number)
    device = assert(home:power_on(device, { identity = new, former = old }))
    assert(peers[1]:get(AIRCON, TARGET))
    home:run(30)
    device = assert(home:power_on(device, { identity = new, former = new }))
    assert(peers[1]:get(AIRCON, TARGET))
    check.equal(#controllers[1]:peers(), 1)
end

function cases.a_former_certificate_is_of_the_same_node()
    local ca = assert(warifu.Authority.create "Root")
    local ok, message = pcall(warifu.Device, { identity = assert(ca:issue "device"), former = assert(ca:issue "device") })
    check.equal(ok, false)
    check.equal(message:find "former" ~= nil, true)
end

check.main(cases)
