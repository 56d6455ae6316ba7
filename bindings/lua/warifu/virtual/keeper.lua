-- Who a virtual device is: its identity and its set-up code, for the moment or kept in its state directory.
local core = ...
local Authority = core.part "authority"
local Identity = core.part "identity"
local SetupCode = core.part "setup_code"

local keeper = {}

local IDENTITY, CODE = "identity.pem", "setup-code"

local function exists(path)
    local file <close> = io.open(path)
    return file ~= nil
end

-- A root that nobody needs to know: who has the set-up code trusts the key by that.
local function make_identity()
    local authority <close> = assert(Authority.create "Virtual device")
    return authority:issue("device", nil, { name = "Virtual device" })
end

local function kept_identity(state)
    local path = state .. "/" .. IDENTITY
    if exists(path) then
        return Identity.load(path)
    end
    local identity, message, code = make_identity()
    if not identity then
        return nil, message, code
    end
    local saved
    saved, message, code = identity:save(path)
    return saved and identity, message, code
end

--- An identity for the moment, or the one of a state directory, which is made where it isn't there.
function keeper.identity(state)
    if not state then
        return make_identity()
    end
    local made, message, code = core.keeping.make(state)
    if not made then
        return nil, message, code
    end
    return kept_identity(state)
end

--- The set-up code of an identity, and where it is kept: in that file, else in the state directory, else nowhere.
function keeper.code(identity, state, path)
    path = path or state and state .. "/" .. CODE
    local setup_code, message, code
    if path then
        setup_code, message, code = SetupCode.load_or_make(path, identity)
    else
        setup_code, message, code = SetupCode.make(identity)
    end
    return setup_code, setup_code and path or message, code
end

return keeper
