-- What stands in the place of a capital word in the table of verbs: how it is completed, and how it is read. `read` gives
-- the value, or nil and what is expected.
local types = {}

local function number_within(least, most, what)
    return function(text)
        local value = tonumber(text)
        if not value or not (value >= least and value <= most) then
            return nil, what
        end
        return value
    end
end

local function integer_within(least, most, what)
    return function(text)
        local value = math.tointeger(tonumber(text))
        if not value or value < least or value > most then
            return nil, what
        end
        return value
    end
end

local function one_of(...)
    local words = { ... }
    return function(text)
        for _, word in ipairs(words) do
            if text == word then
                return text
            end
        end
        return nil, "one of " .. table.concat(words, ", ")
    end, words
end

local function identification_number(text)
    if #text ~= 34 or text:find "%X" then
        return nil, "34 hexadecimal digits"
    end
    return text:upper()
end

local language, LANGUAGES = one_of("en", "ja")
local role, ROLES = one_of("device", "controller")
local ca, CAS = one_of("root", "issuing", "devices", "controllers")
local reason, REASONS = one_of("unspecified", "key_compromise", "ca_compromise", "affiliation_changed", "superseded",
    "cessation", "privilege_withdrawn", "aa_compromise")
local access, ACCESSES = one_of("read", "write", "notify", "announce")

local seconds = number_within(0, 86400, "seconds from 0 to 86400")

-- word -> { complete = what the prompt offers, choices = a fixed list of it, read = function }
local TYPES = {
    SECONDS = { complete = "number", read = seconds },
    COUNT = { complete = "number", read = integer_within(1, 1000000, "a whole number from 1 on") },
    DAYS = { complete = "number", read = integer_within(1, 36500, "days from 1 to 36500") },
    PORT = { complete = "number", read = integer_within(1, 65535, "a number from 1 to 65535") },
    NUMBER = { complete = "number_of_node", read = identification_number },
    LANG = { complete = "choice", choices = LANGUAGES, read = language },
    ACCESS = { complete = "choice", choices = ACCESSES, read = access },
    ROLE = { complete = "choice", choices = ROLES, read = role },
    CA = { complete = "choice", choices = CAS, read = ca },
    REASON = { complete = "choice", choices = REASONS, read = reason },
    NODE = { complete = "node" },
    TARGET = { complete = "target" },
    OBJECT = { complete = "object" },
    PROPERTY = { complete = "property" },
    ["PROPERTY=VALUE"] = { complete = "value", key = "settings" },
    CONDITION = { complete = "value" },
    CLASS = { complete = "object" },
    SPEED = { complete = "number", read = number_within(0, 86400, "how many seconds pass in one second, at most 86400") },
    VALUE = { complete = "value" },
    PEER = { complete = "peer" },
    REQUEST = { complete = "file" },
    ISSUER = { complete = "file" },
    LIST = { complete = "file" },
    FILE = { complete = "file" },
    FRAME = { complete = "file" },
    DIR = { complete = "file" },
    POLICY = { complete = "policy" },
    INTERFACE = { complete = "interface" },
    VERB = { complete = "verb" },
    TOPIC = { complete = "topic" },
}

local PLAIN = { complete = "none" }

--- The type of a capital word.
function types.of(word)
    return TYPES[word] or PLAIN
end

--- What a word of that type means: the value, or nil and what is expected.
function types.read(word, text)
    local read = types.of(word).read
    if read then
        return read(text)
    end
    return text
end

return types
