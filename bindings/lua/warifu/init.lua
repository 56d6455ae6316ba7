-- What `require "warifu"` gives.
local core = ...

return {
    version = core.version,
    errors = core.errors, -- NAME -> {code=, name=, nature=, what=, next=}
    codec = core.part "codec",
    decode = core.part "codec".decode,
    dictionary = core.part "dictionary",
    Identity = core.part "identity",
    Authority = core.part "authority",
    pki = core.part "pki",
    SetupCode = core.part "setup_code",
    Policy = core.part "policy",
    Controller = core.part "controller",
    Device = core.part "device",
    doctor = core.part "doctor",
    audit = core.part "audit",
    keeping = core.part "keeping",
    trace = core.part "trace",
    sim = core.part "sim",
    scheduler = core.part "scheduler",
    virtual = core.part "virtual",
    random_number = core.random_number,
    now = core.now,
    default_state = core.default_state,
}
