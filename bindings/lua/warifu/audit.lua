-- The audit log of a state directory, whose node runs or not.
local core = ...
local check = core.part "check"

--- A list of entries, oldest first, and in `damaged` how many entries of the store nobody can read; nil, message, code
--- where there is no state. Without a directory it is the usual one.
return function(state)
    local message, code
    state = check.optional("state", state, "string")
    if not state then
        state, message, code = core.default_state()
        if not state then
            return nil, message, code
        end
    end
    return core.read_audit(state)
end
