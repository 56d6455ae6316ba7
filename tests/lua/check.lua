-- A test file ends with `require("check").main { a_rule_it_guards = function() ... end, ... }`: run without an argument
-- it runs all cases, with `--list` it names them, with a name it runs that one.
local check = {}

--- Fails unless both values are equal; bytes are shown in hexadecimal.
function check.equal(got, wanted)
    if got == wanted then
        return
    end
    local function show(value)
        if type(value) == "string" and value:find("[^%g ]") then
            return (value:gsub(".", function(c) return ("%02X "):format(c:byte()) end))
        end
        return tostring(value)
    end
    error(("got %s, wanted %s"):format(show(got), show(wanted)), 2)
end

--- Ends this case as skipped, with its reason.
function check.skip(reason)
    print(reason)
    os.exit(77, true)
end

function check.main(cases)
    local names = {}
    for name in pairs(cases) do
        names[#names + 1] = name
    end
    table.sort(names)
    local wanted = arg[1]
    if wanted == "--list" then
        print(table.concat(names, "\n"))
        return
    end
    local ran = 0
    for _, name in ipairs(names) do
        if wanted == nil or wanted == name then
            local ok, message = xpcall(cases[name], debug.traceback)
            if not ok then
                io.stderr:write(name, ": ", message, "\n")
                os.exit(1, true)
            end
            ran = ran + 1
        end
    end
    os.exit(ran > 0 and 0 or 2, true)
end

return check
