-- Which objects each peer has, as it said under its session: a file in the state directory, so that a name needs no search.
local shell = ...
local place = shell.part "place"

local memory = {}

local known -- number -> list of EOJs

local function path()
    local directory = place.directory()
    return directory and directory .. "/objects"
end

-- A line for each peer: its number and its objects.
local function load_file()
    known = {}
    local file <close> = path() and io.open(path())
    for line in file and file:lines() or function() end do
        local number, rest = line:match "^(%x+)(.*)$"
        known[number or ""] = {}
        for eoj in rest and rest:gmatch "%x%x%x%x%x%x" or function() end do
            table.insert(known[number], tonumber(eoj, 16))
        end
    end
end

--- The objects of the peer with this number, or nil.
function memory.objects(number)
    if not known then
        load_file()
    end
    return known[number]
end

local function save_file()
    local file <close> = path() and io.open(path() .. ".new", "w")
    if not file then
        return
    end
    for number, eojs in pairs(known) do
        file:write(number)
        for _, eoj in ipairs(eojs) do
            file:write((" %06X"):format(eoj))
        end
        file:write "\n"
    end
    file:close()
    os.rename(path() .. ".new", path())
end

--- Remembers them; without a list it forgets the peer. That it can't be written is no reason to fail.
function memory.keep(number, eojs)
    memory.objects(number)
    known[number] = eojs
    save_file()
end

--- Forgets all peers.
function memory.clear()
    known = {}
    save_file()
end

return memory
