-- Certificates, requests and lists as people look at them.
local check = require "check"
local warifu = require "warifu"
local pki = warifu.pki

local DAY = 86400
local authority = assert(warifu.Authority.create "Test CA")
assert(authority:add_ca("issuing", "Issuing CA"))
local device = assert(authority:issue("device", nil, { name = "Lamp", days = 10 }))

local function failure(code, result, message, got, ...)
    check.equal(result, nil)
    check.equal(got, code)
    check.equal(type(message), "string")
    return ...
end

local cases = {}

function cases.a_certificate_says_what_stands_in_it()
    local chain, roots = device:certificates()
    local own = assert(pki.certificate(chain[1]))
    check.equal(own.number, device.number)
    check.equal(own.role, "device")
    check.equal(own.name, "Lamp")
    check.equal(own.is_ca, false)
    check.equal(own.fingerprint, device.fingerprint)
    check.equal(own.not_after, device.not_after)
    check.equal(own.key_fingerprint, assert(warifu.SetupCode.make(device)).fingerprint)
    check.equal(own.der, chain[1])
    local root = assert(pki.certificate(pki.pem("CERTIFICATE", roots[1])))
    check.equal(root.name, "Test CA")
    check.equal(root.is_ca, true)
    check.equal(root.subject, root.issuer)
    check.equal(root.role, nil)
    failure("DER", pki.certificate "\x30\x01")
    failure("PEM", pki.certificate "-----BEGIN NOTHING-----")
end

function cases.a_request_says_who_asks()
    local request = assert(device:request { name = "Lamp" })
    local asked = assert(pki.request(pki.pem("CERTIFICATE REQUEST", request)))
    check.equal(asked.number, device.number)
    check.equal(asked.role, "device")
    check.equal(asked.asks_ca, false)
    check.equal(asked.key_fingerprint, assert(pki.certificate((device:certificates())[1])).key_fingerprint)
    local forged = request:sub(1, -2) .. string.char(request:byte(-1) ~ 1)
    failure("SIGNATURE", pki.request(forged))
end

function cases.a_revocation_list_names_the_serials_and_is_believed_from_its_ca_alone()
    local lost = assert(authority:issue "device")
    assert(authority:revoke(lost, "key_compromise"))
    local serial = assert(pki.certificate((lost:certificates())[1])).serial
    local issuer, crl = assert(authority:certificate "issuing"), assert(authority:publish { days = 7 }).issuing
    local list = assert(pki.revocation_list(crl, issuer))
    check.equal(list.serials[1], serial)
    check.equal(#list.serials, 1)
    check.equal(list.this_update <= os.time() and list.next_update > os.time() + 6 * DAY, true)
    check.equal(list.number > 0, true)
    failure("CHAIN", pki.revocation_list(crl, assert(authority:certificate "root")))
    failure("SIGNATURE", pki.revocation_list(crl:sub(1, -2) .. string.char(crl:byte(-1) ~ 1), issuer))
end

function cases.a_chain_is_judged_as_nodes_do()
    local chain, roots = device:certificates()
    local path = assert(pki.judge(chain, roots, { role = "device" }))
    check.equal(#path, 3)
    check.equal(path[1].number, device.number)
    check.equal(path[3].name, "Test CA")
    check.equal(#assert(pki.judge(device:text { public = true }, roots)) >= 1, true)
    failure("WRONG_ROLE", pki.judge(chain, roots, { role = "controller" }))
    check.equal(failure("EXPIRED", pki.judge(chain, roots, { at = os.time() + 11 * DAY })), 1)
    local stranger = select(2, assert(assert(warifu.Authority.create "Other CA"):issue "device"):certificates())
    failure("UNTRUSTED", pki.judge(chain, stranger))
    failure("CHAIN", pki.judge({}, roots))
end

function cases.blocks_of_a_text_come_back_as_they_were()
    for length = 1, 70 do
        local der = ("\x30\x82\xFF"):rep(length):sub(1, length)
        local text = pki.pem("X509 CRL", der)
        local blocks = assert(pki.blocks("before\n" .. text .. "between\n" .. pki.pem("CERTIFICATE", der)))
        check.equal(#blocks, 2)
        check.equal(blocks[1].label .. blocks[2].label, "X509 CRLCERTIFICATE")
        check.equal(blocks[1].der, der)
        check.equal(blocks[2].der, der)
        for line in text:gmatch "[^\n]+" do
            check.equal(#line <= 64, true)
        end
    end
    failure("PEM", pki.blocks "nothing")
end

function cases.an_identity_comes_back_from_its_text()
    local again <close> = assert(warifu.Identity.parse(assert(device:text())))
    check.equal(again.fingerprint, device.fingerprint)
    local public = assert(device:text { public = true })
    check.equal(public:find("PRIVATE", 1, true), nil)
    failure("PEM", warifu.Identity.parse(public))
end

check.main(cases)
