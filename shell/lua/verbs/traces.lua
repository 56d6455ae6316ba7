-- One's own traffic in files and on the screen, and the keys of one's sessions.
local shell = ...
local home = shell.part "home"
local tracing = shell.part "tracing"

local FORMS = { "text", "json_lines", "pcapng" }

local function form_of(given)
    for _, form in ipairs(FORMS) do
        if given[form] then
            return (form:gsub("_lines", ""))
        end
    end
end

-- Where nothing follows, nothing would be written.
local function refuse_single(option)
    if shell.is_single then
        return nil, ("the program ends here; warifu %s FILE VERB ... does it for a verb"):format(option), "STATE"
    end
    return true
end

local function trace(given)
    if not given.file then
        return tracing.state()
    end
    local more, message, code = refuse_single "--trace"
    if not more then
        return nil, message, code
    elseif given.file == "off" then
        return tracing.stop()
    elseif given.file == "on" then
        return tracing.to_screen(given.dump)
    end
    return tracing.to_file(given.file, { form = form_of(given), plain = given.plain, append = given.append })
end

local function state_text(state)
    if state.to == "nowhere" then
        return "nothing is traced"
    elseif state.to == "screen" then
        return "every datagram is shown; trace off ends it"
    end
    local lost = state.lost > 0 and (", without %d that could not be written"):format(state.lost) or ""
    return ("every datagram goes to %s as %s%s; trace off ends it"):format(state.to, state.form, lost)
end

local function keylog(given)
    local controller, message, code = refuse_single "--keylog"
    if controller then
        controller, message, code = home.open()
    end
    if not controller then
        return nil, message, code
    end
    local path = given.file ~= "off" and given.file or nil
    local done
    done, message, code = controller:log_keys(path)
    return done and { to = path or "nowhere" }, message, code
end

return {
    title = "Traces",
    {
        name = "trace", arguments = "[FILE]",
        options = {
            { "--pcapng", "for Wireshark; so is a FILE that ends with .pcapng" },
            { "--json-lines", "an object a line; so is a FILE that ends with .jsonl" },
            { "--text", "words and a hexdump; so is any other FILE" },
            { "--plain", "in the file also what records protect, as anybody can read it" },
            { "--append", "adds to FILE if it is there" },
            { "--dump", "with on: the bytes too" },
        },
        help = "writes what this shell sends and receives to a new FILE; on shows it, off ends it; else says where it goes",
        more = "As an option of the start it holds for any verb: warifu --trace FILE [--trace-plain] get ...",
        next = "decode FILE, or wireshark FILE",
        gives = "to, form, lost",
        run = trace,
        text = state_text,
    },
    {
        name = "keylog", arguments = "FILE",
        help = "writes the keys of this shell's sessions to FILE, from now on; off ends it",
        more = "Who has FILE reads and forges all that this shell says under these keys: laboratory only.\n"
            .. "As an option of the start: warifu --keylog FILE get ...",
        gives = "to",
        run = keylog,
        text = function(state)
            return state.to == "nowhere" and "no keys are written" or "keys go to " .. state.to
        end,
    },
}
