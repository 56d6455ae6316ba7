-- Which objects a node has, and what can be done with their properties.
local shell = ...
local warifu = require "warifu"
local memory = shell.part "memory"

local objects = {}

local PROFILE, INSTANCES = 0x0EF001, 0xD6

local function ask(node, timeout)
    local came, message, code = node:get(PROFILE, INSTANCES, { timeout = timeout })
    if not came then
        return nil, message, code
    end
    local bytes, list = came[INSTANCES], {}
    for at = 2, #bytes - 2, 3 do
        list[#list + 1] = (">I3"):unpack(bytes, at)
    end
    return list
end

--- The objects of a node, asked for where they are not known yet; those of a peer, said under its session, are remembered.
function objects.of(entry, timeout)
    if not entry.objects or #entry.objects == 0 then
        local list, message, code = ask(entry.node, timeout or shell.line.timeout)
        if not list then
            return nil, message, code
        end
        entry.objects = list
        if entry.is_peer then
            memory.keep(entry.number, list)
        end
    end
    return entry.objects
end

--- Asks peers anew: they may have other objects than what is remembered.
function objects.refresh(peers, timeout)
    for _, entry in ipairs(peers) do
        entry.objects = nil
        objects.of(entry, timeout)
    end
    return peers
end

--- The property maps of all objects of a node: EOJ -> { get=, set=, inf= }.
function objects.interview(entry)
    local list, message, code = objects.of(entry)
    if not list then
        return nil, message, code
    end
    local maps = {}
    for _, eoj in ipairs(list) do
        local came
        came, message, code = entry.node:get_many(eoj, { 0x9D, 0x9E, 0x9F }, { timeout = shell.line.timeout, force = true })
        if not came then
            return nil, message, code
        end
        local function map(epc)
            return came[epc].value and warifu.codec.property_map(came[epc].value) or {}
        end
        maps[eoj] = { inf = map(0x9D), set = map(0x9E), get = map(0x9F) }
    end
    return maps
end

return objects
