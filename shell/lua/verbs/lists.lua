-- Revocation lists that this shell holds and hands on.
local shell = ...
local files = shell.part "files"
local home = shell.part "home"
local json = shell.part "json"
local nodes = shell.part "nodes"

-- Certificate of the issuer, and its list.
local function read_both(given)
    local issuer, message, code = files.read(given.issuer)
    local list
    if issuer then
        list, message, code = files.read(given.list)
    end
    return list and issuer, list or message, code
end

local function take(given)
    local issuer, list, code = read_both(given)
    local controller, message, done
    if not issuer then
        return nil, list, code
    end
    controller, message, code = home.open()
    if controller then
        done, message, code = controller:take_revocation_list(issuer, list)
    end
    return done and { done = true, text = "taken; it counts from now on" }, message, code
end

local function send(given)
    local issuer, list, code = read_both(given)
    local controller, entry, message, done
    if not issuer then
        return nil, list, code
    end
    controller, message, code = home.open()
    if controller then
        entry, message, code = nodes.find(controller, given.peer)
    end
    if entry and not entry.is_peer then
        return nil, given.peer .. " is no peer; peers lists them", "NOT_PAIRED"
    elseif entry then
        done, message, code = controller:send_revocation_list(entry.node, issuer, list)
    end
    return done and { done = true, text = "it took the list" }, message, code
end

local function date(seconds)
    return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds)
end

local function held()
    local controller, message, code = home.open()
    if not controller then
        return nil, message, code
    end
    local out = json.list()
    for i, list in ipairs(controller:revocation_lists()) do
        out[i] = {
            issuer = list.issuer, number = list.number, entries = list.entries, this_update = date(list.this_update),
            next_update = date(list.next_update),
        }
    end
    return { lists = out }
end

local function held_text(value)
    local lines = {}
    for i, list in ipairs(value.lists) do
        lines[i] = ("list %s of %s: %d entries, the next one is due %s"):format(list.number, list.issuer, list.entries,
            list.next_update)
    end
    return lines[1] and table.concat(lines, "\n") or "there are none"
end

local function text_of(value)
    return value.text
end

return {
    title = "Revocation lists",
    {
        name = "crl take", arguments = "ISSUER LIST",
        help = "takes a revocation list: no certificate on it counts from now on",
        more = "ISSUER is the file of the CA's certificate (ca certificate issuing), LIST that of its list, PEM or DER.",
        gives = "done, text",
        run = take, text = text_of, bare = function() end,
    },
    {
        name = "crl send", arguments = "PEER ISSUER LIST",
        help = "gives a revocation list to a peer, which judges it itself",
        gives = "done, text",
        run = send, text = text_of, bare = function() end,
    },
    {
        name = "crl list",
        help = "lists the revocation lists that are held",
        gives = "lists (issuer, number, entries, this_update, next_update)",
        run = held, text = held_text,
    },
}
