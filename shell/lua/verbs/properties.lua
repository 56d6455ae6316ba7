-- Reading and writing.
local shell = ...
local properties = shell.part "properties"

local function get(given)
    local target, message, code = properties.target(given.target)
    if not target then
        return nil, message, code
    end
    local epcs
    if given.property then
        epcs, message, code = properties.epcs(target, given.property)
        if not epcs then
            return nil, message, code
        end
    end
    return properties.read(target, epcs)
end

local function set(given)
    local target, message, code = properties.target(given.target)
    local sets, done
    if target then
        sets, message, code = properties.settings(target, given.settings)
    end
    if not sets then
        return nil, message, code
    end
    if given.no_answer then
        done, message, code = target.node:set_i(target.eoj, sets, { timeout = shell.line.timeout })
    else
        done, message, code = target.node:set(target.eoj, sets,
            { timeout = shell.line.timeout, verify = given.verify, repeatable = given.repeatable })
    end
    if not done then
        return nil, properties.hinted(target, message, code), code
    end
    local out = properties.result(target)
    out.done, out.verified = true, given.verify
    return out
end

-- Words with "=" are written, the others are read.
local function sort_words(words)
    local sets, gets = {}, {}
    for _, word in ipairs(words) do
        table.insert(word:find("=", 2, true) and sets or gets, word)
    end
    return sets, gets
end

local function setget(given)
    local written, asked = sort_words(given.settings)
    if #written == 0 or #asked == 0 then
        return nil, "at least one PROPERTY=VALUE and one PROPERTY", "ARGUMENT"
    end
    local target, message, code = properties.target(given.target)
    local sets, epcs, came
    if target then
        sets, message, code = properties.settings(target, written)
    end
    if sets then
        epcs, message, code = properties.epcs(target, asked)
    end
    if epcs then
        came, message, code = target.node:set_get(target.eoj, sets, epcs,
            { timeout = shell.line.timeout, repeatable = given.repeatable })
    end
    if not came then
        return nil, target and properties.hinted(target, message, code) or message, code
    end
    local out = properties.result(target)
    for _, epc in ipairs(epcs) do
        properties.add(out, target, epc, came[epc])
    end
    return out
end

local REPEATABLE = { "--repeatable", "it may be sent twice, when the connection breaks" }

return {
    title = "Reading and writing",
    {
        name = "get", arguments = "TARGET [PROPERTY...]",
        help = "reads properties of an object, all that can be read if none is named",
        more = "TARGET is NODE or NODE/OBJECT: see help names. With --quiet the bare values.",
        gives = properties.FIELDS .. ", failed (epc: why)",
        run = get, text = properties.text, bare = properties.bare,
    },
    {
        name = "set", arguments = "TARGET PROPERTY=VALUE...",
        options = {
            { "--verify", "reads back until the values are there" }, { "--no-answer", "asks for no answer (SetI)" }, REPEATABLE,
        },
        help = "writes properties of an object",
        more = "How values are written: see help values.",
        next = "get TARGET PROPERTY",
        gives = "address, number, protected, object, class, done, verified",
        run = set,
        text = function(value)
            return value.verified and "set, and read back" or "set"
        end,
        bare = function() end,
    },
    {
        name = "setget", arguments = "TARGET PROPERTY=VALUE...",
        options = { REPEATABLE },
        help = "writes some properties and reads others in one step",
        more = "Words without = are read: setget meter cumulativeHistoricalDay=1 cumulativeHistory",
        gives = properties.FIELDS,
        run = setget, text = properties.text, bare = properties.bare,
    },
}
