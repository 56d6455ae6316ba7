-- What the reference and the editor know (bindings/lua/library/warifu.lua, made from one source) and what the module has
-- are the same functions and fields.
local check = require "check"
local everything = require "everything"
local warifu = require "warifu"

local objects, tables, LIBRARY = everything.objects, everything.tables, everything.library
local PARENTS = { Controller = "Endpoint", Device = "Endpoint" }

local function library()
    local file <close> = assert(io.open(LIBRARY))
    return file:read "a"
end

-- "Class.name" and "Class:name" of every function there; and "Class.name" of every field.
local function told()
    local functions, fields, class = {}, {}, nil
    for line in library():gmatch "[^\n]+" do
        local owner, joint, name = line:match "^function (%w+)([.:])([%w_]+)%("
        if owner then
            functions[owner .. joint .. name] = true
        end
        class = line:match "^%-%-%-@class ([%w.]+)" or class
        local field = line:match "^%-%-%-@field ([%w_]+)[^?%w_]"
        if field then
            fields[class:gsub("^warifu%.", "") .. "." .. field] = true
        end
    end
    return functions, fields
end

local function methods_in(value, found)
    for name, method in pairs(value) do
        if type(method) == "function" and type(name) == "string" and not name:find "^__" then
            found[name] = method
        end
    end
    return found
end

-- The methods of an object, be its __index a table or a function over one.
local function methods_of(object)
    local index = debug.getmetatable(object).__index
    if type(index) == "table" then
        return methods_in(index, {})
    end
    local found, at = {}, 1
    local name, value = debug.getupvalue(index, at)
    while name do
        if type(value) == "table" and name:find "methods$" then
            methods_in(value, found)
        end
        at = at + 1
        name, value = debug.getupvalue(index, at)
    end
    return found
end

local function is_callable(value)
    return type(value) == "function" or (debug.getmetatable(value) or {}).__call ~= nil
end

local cases = {}

function cases.every_function_of_the_reference_exists()
    local count = 0
    for name in pairs(told()) do
        local class, joint, method = name:match "^(%w+)([.:])(.+)$"
        local owner = (joint == ":" and objects or tables)[class]
        if not owner or not is_callable(owner[method]) then
            error(("the reference has %s, the module has not"):format(name))
        end
        count = count + 1
    end
    check.equal(count > 100, true)
end

function cases.every_field_of_the_reference_exists()
    local _, fields = told()
    local absent = { ["Policy.extends"] = true } -- of the shipped ones none does
    for name in pairs(fields) do
        local class, field = name:match "^(%w+)%.(.+)$"
        local owner = tables[class] and tables[class][field] ~= nil and tables[class] or objects[class]
        if owner and class ~= "Node" and owner[field] == nil and not absent[name] then
            error(("the reference has %s, the module has not"):format(name))
        end
    end
end

function cases.every_function_of_the_module_is_in_the_reference()
    local functions = told()
    for class, owner in pairs(tables) do
        for name in pairs(methods_in(owner, {})) do
            local own = objects[class] and functions[class .. ":" .. name]
            if not functions[class .. "." .. name] and not own then
                error(("the reference says nothing of %s.%s"):format(class, name))
            end
        end
    end
end

function cases.every_method_of_an_object_is_in_the_reference()
    local functions, seen = told(), 0
    for class, object in pairs(objects) do
        for name in pairs(methods_of(object)) do
            local parent = PARENTS[class]
            local shared = parent and functions[("%s:%s"):format(parent, name)]
                or class == "Endpoint" and functions["Device:" .. name]
            if not functions[class .. ":" .. name] and not shared then
                error(("the reference says nothing of %s:%s"):format(class, name))
            end
            seen = seen + 1
        end
    end
    check.equal(seen > 60, true)
end

function cases.every_member_of_the_module_is_in_the_reference()
    local functions, fields = told()
    for name in pairs(warifu) do
        if not functions["warifu." .. name] and not fields["warifu." .. name] then
            error(("the reference says nothing of warifu.%s"):format(name))
        end
    end
end

function cases.the_library_is_lua_and_gives_what_require_does()
    local chunk = assert(loadfile(LIBRARY))
    local module = chunk()
    check.equal(type(module), "table")
    check.equal(type(module.now), "function")
end

check.main(cases)
