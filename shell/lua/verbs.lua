-- The one table of verbs, put together from the groups in verbs/: parser, help, completion, the reference page and the man
-- page are made from it.
local shell = ...
local arguments = shell.part "arguments"
local json = shell.part "json"
local similar = shell.part "similar"
local topics = shell.part "topics"
local types = shell.part "types"
local words = shell.part "words"

local verbs = {}

-- In the order of help. Each is a list of rows:
--   name        one word, or two ("ca init")
--   arguments   "NODE [OBJECT] PROPERTY...": the words are those of types.lua
--   options     a list of { "--name VALUE", "what it does" }; without a value it is a switch
--   help        one line; `more`: lines for who asks further; `next`: what one does then
--   gives       the fields of its JSON, and of lists in it their fields: "nodes (address, number)"
--   run         function(given): a value, and where something failed its message and code; nil prints nothing
--   text, bare  function(value, given): the value for people, and with --quiet; without them it is a text
--   json        function(value): its JSON, where it isn't the value as it is
--   status      function(value): the exit status, where it is not that of the code
verbs.GROUPS = {
    "network", "diagnosis", "pairing", "codes", "properties", "watching", "group", "policy", "identity", "authority",
    "certificates", "lists", "debugging", "traces", "attacks", "keeping", "devices", "tour", "help",
}

--- Options of every verb.
verbs.COMMON = arguments.declare_options {
    { "--json", "the result as JSON: one object, or a line for each of what comes one by one" },
    { "--quiet", "the bare result and errors, nothing else" },
    { "--lang LANG", "names in English (en) or Japanese (ja); else as LANG says" },
    { "--timeout SECONDS", "how long a node may take for an answer" },
    { "--search SECONDS", "how long everybody is asked for a node that is called by a name (2)" },
    { "--help", "explains the verb; without one, shows all there is" },
}

--- Options of the program's start, because its controller lasts as long as it does.
verbs.START = arguments.declare_options {
    { "--state DIR", "where the shell keeps what lasts: identity, pairings, history" },
    { "--identity FILE", "another identity than the one kept there" },
    { "--interface INTERFACE", "the network interface that is used; else all" },
    { "--address ADDR", "or the address of this host that is used" },
    { "--port PORT", "another UDP port than 3610" },
    { "--policy POLICY", "strict, mixed, open, or the file of a policy" },
    { "--overlay FILE", "a dictionary of vendors' classes and properties" },
    { "--trace FILE", "all that is sent and received goes to this new file: .pcapng, .jsonl, else text" },
    { "--trace-plain", "and with it, in clear, what records protect" },
    { "--keylog FILE", "the keys of this shell's sessions go to this file: laboratory only" },
}

local rows, by_name, first_words = {}, {}, {}

local function synopsis_of(row)
    local parts = { row.name }
    for _, option in ipairs(row.options) do
        parts[#parts + 1] = ("[%s%s]"):format(option.name, option.value and " " .. option.value or "")
    end
    parts[#parts + 1] = row.arguments
    return table.concat(parts, " ")
end

local function add(group, row)
    row.group = group.title
    row.declared = arguments.declare(row.arguments)
    row.options = arguments.declare_options(row.options)
    row.synopsis = synopsis_of(row)
    rows[#rows + 1], by_name[row.name] = row, row
    first_words[row.name:match "^%S+"] = true
end

function verbs.all()
    if #rows == 0 then
        for _, name in ipairs(verbs.GROUPS) do
            local group = shell.part("verbs/" .. name)
            for _, row in ipairs(group) do
                add(group, row)
            end
        end
    end
    return rows
end

--- The row of that name, of one word or two.
function verbs.find(name)
    verbs.all()
    return by_name[name]
end

--- Rows whose first word this is: those of a family such as "ca".
function verbs.family(first)
    local list = {}
    for _, row in ipairs(verbs.all()) do
        if row.name:match "^%S+" == first then
            list[#list + 1] = row
        end
    end
    return list
end

--- Does a line that begins with this word belong to a verb?
function verbs.begins(word)
    verbs.all()
    return first_words[word] == true
end

--- " did you mean get?", or nothing.
function verbs.meant(word)
    local list = {}
    verbs.all()
    for first in pairs(first_words) do
        list[#list + 1] = first
    end
    table.sort(list)
    local found = similar.to(word, list)
    return found[1] and (" did you mean %s?"):format(table.concat(found, " or ")) or ""
end

--- The row that a list of words begins with, and the words after its name; nil when there is none.
function verbs.take(list)
    local two = list[2] and verbs.find(list[1] .. " " .. list[2])
    local row = two or verbs.find(list[1])
    return row, table.move(list, two and 3 or 2, #list, 1, {})
end

--- Is this line a verb with its words, rather than Lua? Gives the words, and the quote that is left open. `help = 1`,
--- `decode(x)` and `peers[1]` are Lua.
function verbs.parse(line)
    local name, rest = line:match "^%s*(%a[%w%-]*)(.*)$"
    if not name or not verbs.begins(name) or rest:find "^%s*[=(.:{,]" or rest:find "^%[" then
        return nil
    end
    return words.split(line)
end

local function describe_options(options)
    local list = json.list()
    for i, option in ipairs(options) do
        list[i] = { name = option.name, value = option.value, help = option.help }
    end
    return list
end

--- The whole table as data, for completion, pages and other programs.
function verbs.describe()
    local list = json.list()
    for i, row in ipairs(verbs.all()) do
        local words_of_row = json.list()
        for at, argument in ipairs(row.declared) do
            words_of_row[at] = {
                name = argument.name, optional = argument.is_optional, many = argument.is_many,
                complete = types.of(argument.name).complete,
            }
        end
        list[i] = {
            name = row.name, group = row.group, synopsis = row.synopsis, help = row.help, more = row.more,
            gives = row.gives,
            next = row.next, arguments = words_of_row, options = describe_options(row.options),
        }
    end
    return {
        verbs = list, common = describe_options(verbs.COMMON), start = describe_options(verbs.START), topics = topics.all(),
    }
end

return verbs
