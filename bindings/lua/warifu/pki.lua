-- Certificates, requests and revocation lists: reading them, and judging a chain as nodes do.
local core = ...
local check = core.part "check"

local pki = {}

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local ROLES = { device = 1, controller = 2 }
local JUDGE = { role = true, at = true }

local function digit(sextet)
    return DIGITS:sub(sextet + 1, sextet + 1)
end

-- Three bytes, or what is left of them, as four characters.
local function quartet(group)
    local bits = (">I3"):unpack(group .. ("\0"):rep(3 - #group))
    local text = ""
    for shift = 18, 0, -6 do
        text = text .. digit(bits >> shift & 63)
    end
    return text:sub(1, #group + 1) .. ("="):rep(3 - #group)
end

--- PEM text (RFC 7468) of DER, under a label such as "CERTIFICATE".
function pki.pem(label, der)
    check.type("label", label, "string")
    local base64 = check.type("der", der, "string"):gsub("..?.?", quartet):gsub(("."):rep(64), "%0\n"):gsub("\n$", "")
    return ("-----BEGIN %s-----\n%s\n-----END %s-----\n"):format(label, base64, label)
end

--- All blocks of a PEM text: a list of { label=, der= }. Fails with PEM, also when there is none.
function pki.blocks(text)
    local list = {}
    for block, label in check.type("text", text, "string"):gmatch "(%-%-%-%-%-BEGIN ([^\r\n]-)%-%-%-%-%-.-%-%-%-%-%-END [^\r\n]-%-%-%-%-%-)" do
        local der, message, code = core.der_of(label, block .. "\n")
        if not der then
            return nil, message, code
        end
        list[#list + 1] = { label = label, der = der }
    end
    if #list == 0 then
        return core.fail "PEM"
    end
    return list
end

-- Reads the first block with that label, or DER, by a function of the core.
local function read(act, name, label, text, ...)
    local der, message, code = core.der_of(label, check.type(name, text, "string"))
    if not der then
        return nil, message, code
    end
    return act(der, ...)
end

--- A certificate, PEM text or DER: serial, issuer, subject (of both the DER of the name), name (its commonName), number,
--- role, not_before, not_after (seconds since 1970), is_ca, path_len, public_key, key_fingerprint, fingerprint (SHA-256),
--- der; hexadecimal but for the last. Fails with PEM, DER, CERTIFICATE, POINT.
function pki.certificate(text)
    return read(core.read_certificate, "text", "CERTIFICATE", text)
end

--- A request (PKCS#10): name, number, role, asks_ca, subject, public_key, key_fingerprint; that its sender holds the key is
--- proven. Fails with PEM, DER, REQUEST, POINT, SIGNATURE.
function pki.request(text)
    return read(core.read_request, "text", "CERTIFICATE REQUEST", text)
end

--- A revocation list and the certificate of the CA that signed it, which is checked: issuer (SHA-256 of its name), number,
--- this_update, next_update, serials. Fails with PEM, DER, CRL, CHAIN, SIGNATURE.
function pki.revocation_list(text, issuer)
    check.type("text", text, "string")
    local certificate, message, code = core.der_of("CERTIFICATE", check.type("issuer", issuer, "string"))
    if not certificate then
        return nil, message, code
    end
    return read(core.read_list, "text", "X509 CRL", text, certificate)
end

-- The DER of PEM text with one certificate or several, or of a list of PEM or DER.
local function ders_of(name, value)
    local list = {}
    for _, text in ipairs(check.list(name, value) or {}) do
        if text:find("-----BEGIN ", 1, true) then
            local blocks, message, code = pki.blocks(text)
            if not blocks then
                return nil, message, code
            end
            for _, block in ipairs(blocks) do
                list[#list + 1] = block.label == "CERTIFICATE" and block.der or nil
            end
        else
            list[#list + 1] = text
        end
    end
    return list
end

--- Judges a chain, the end certificate first, by trusted roots, as a node does: the certificates of the path, the root
--- last, each as of `certificate`. Options: role ("device" or "controller", which the end must have), at (seconds since
--- 1970; now). On failure the place of who is at fault, from 1 on, comes after the code.
function pki.judge(chain, roots, options)
    options = check.options(options, JUDGE)
    local role = options.role and (ROLES[options.role] or check.misuse("role", '"device" or "controller" expected'))
    local given, message, code = ders_of("chain", chain)
    local anchors
    if given then
        anchors, message, code = ders_of("roots", roots)
    end
    if not anchors then
        return nil, message, code
    end
    return core.judge(given, anchors, role or 0, check.optional("at", options.at, "number") or os.time())
end

return pki
