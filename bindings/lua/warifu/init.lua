-- What `require "warifu"` gives.
local core = ...

local identity = core.part "identity"

return {
    version = core.version,
    errors = core.errors, -- NAME -> {code=, name=, nature=, what=, next=}
    codec = core.part "codec",
    Identity = identity.Identity,
    Authority = identity.Authority,
    Controller = core.part "controller",
    Device = core.part "device",
    now = core.now,
    default_state = core.default_state,
}
