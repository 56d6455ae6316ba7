-- All peers at once, by one signed record.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"
local json = shell.part "json"
local names = shell.part "names"
local properties = shell.part "properties"
local values = shell.part "values"

local PROFILE, POWER = 0x0EF001, 0x80
local GATHER = 2 -- seconds for who has no session yet
local TURN = 0.05

-- Peers are in the group as soon as there is a session with them, which a question brings about: { controller=, group= }.
local function gather()
    local controller, message, code = home.open()
    if not controller then
        return nil, message, code
    end
    local seconds = shell.line.search or GATHER
    for _, peer in ipairs(controller:peers()) do
        if not peer.is_connected then
            peer:get(PROFILE, POWER, { timeout = seconds })
        end
    end
    local group, deadline = controller:group(), warifu.now() + seconds
    local state = group:state()
    while state and state.waiting > 0 and warifu.now() < deadline do
        for _ in controller:watch(TURN) do end
        state = group:state()
    end
    return { controller = controller, group = group, state = state }
end

local function describe(state)
    return {
        id = state.id, manager = state.manager and state.manager.number or nil, members = state.members,
        waiting = state.waiting, next_number = state.next_number,
    }
end

local function show()
    local gathered, message, code = gather()
    if not gathered then
        return nil, message, code
    elseif not gathered.state then
        return nil, "no peer has a session: nobody is in the group", "NO_SESSION"
    end
    return describe(gathered.state)
end

local function group_text(value)
    return ("group %s, epoch %s: %d members, %d waiting, next number %d"):format(value.id:sub(1, 8), value.id:sub(9),
        value.members, value.waiting, value.next_number)
end

local function renew()
    local gathered, message, code = gather()
    local done
    if gathered then
        done, message, code = gathered.group:renew()
    end
    if not done then
        return nil, message, code
    end
    local state = gathered.group:state()
    return state and describe(state) or { done = true }
end

-- A class as a target of `properties`, which names what is in it.
local function class_target(word)
    local dictionary, message, code = home.dictionary()
    local eoj
    if dictionary then
        eoj, message, code = names.object(word)
    end
    return eoj and { dictionary = dictionary, eoj = eoj }, message, code
end

local function describe_answer(target, answer)
    local out = {
        number = answer.peer.number, address = answer.peer.address, object = names.hex(answer.eoj),
        class = names.of_object(answer.eoj), refused = answer.is_refusal, protected = true, properties = json.list(), values = {},
    }
    for _, epc in ipairs(target.epcs) do
        local bytes = answer.properties[epc]
        if bytes and #bytes > 0 then
            values.add(out, values.describe(target.dictionary, answer.eoj, epc, bytes))
        end
    end
    return out
end

-- All answers; refusals among them are a failure beside the result.
local function result_of(target, answers)
    local out, refusals = json.list(), 0
    for i, answer in ipairs(answers) do
        out[i] = describe_answer(target, answer)
        refusals = refusals + (answer.is_refusal and 1 or 0)
    end
    if #out == 0 then
        return nil, "nobody answered; multicast gets lost without a word, say it again", "NO_ANSWER"
    elseif refusals > 0 then
        return { answers = out }, ("%d of %d objects refused"):format(refusals, #out), "REFUSED"
    end
    return { answers = out }
end

local function group_get(given)
    local target, message, code = class_target(given.class)
    local gathered, answers
    if target then
        target.epcs, message, code = properties.epcs(target, given.property)
    end
    if target and target.epcs then
        gathered, message, code = gather()
    end
    if gathered then
        answers, message, code = gathered.group:get(target.eoj >> 8, target.epcs, { timeout = shell.line.timeout })
    end
    if not answers then
        return nil, message, code
    end
    return result_of(target, answers)
end

local function group_set(given)
    local target, message, code = class_target(given.class)
    local sets, gathered, answers
    if target then
        target.epcs = {}
        sets, message, code = properties.settings(target, given.settings)
    end
    if sets then
        gathered, message, code = gather()
    end
    if gathered then
        answers, message, code = gathered.group:set(target.eoj >> 8, sets,
            { timeout = shell.line.timeout, repeatable = given.repeatable })
    end
    if not answers then
        return nil, message, code
    end
    return result_of(target, answers)
end

local function answers_text(value)
    local lines = {}
    for i, answer in ipairs(value.answers) do
        local what = answer.refused and "refused" or properties.text(answer):gsub("\n", ", ")
        lines[i] = ("%s/%s %s"):format(answer.address or answer.number, answer.object, what ~= "" and what or "set")
    end
    return table.concat(lines, "\n")
end

return {
    title = "All peers at once",
    {
        name = "group",
        help = "shows the group of this shell: its epoch and how many peers are in it",
        more = "What is said to the group is one record that this shell signs, by multicast; each answers under its session.\n"
            .. "Peers without a session are asked first, so that they join.",
        gives = "id, manager, members, waiting, next_number",
        run = show, text = group_text,
    },
    {
        name = "group get", arguments = "CLASS PROPERTY...",
        help = "reads properties of all objects of a class",
        gives = "answers (number, address, object, class, refused, protected, values, properties)",
        run = group_get, text = answers_text,
    },
    {
        name = "group set", arguments = "CLASS PROPERTY=VALUE...",
        options = { { "--repeatable", "says it again after 1 and 3 s, for those who missed it" } },
        help = "writes properties of all objects of a class: all lights off",
        gives = "answers (number, address, object, class, refused, protected, values, properties)",
        run = group_set, text = answers_text,
    },
    {
        name = "group renew",
        help = "gives the group new keys; the old ones count for 30 s more",
        gives = "id, manager, members, waiting, next_number, done",
        run = renew, text = group_text, bare = function() end,
    },
}
