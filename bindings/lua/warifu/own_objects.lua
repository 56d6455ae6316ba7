-- The objects of one's own node, and their properties.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"

local own_objects = {}

-- What the device object super class requires beside the maps and the maker code, with values that promise nothing.
local SUPERCLASS = {
    [0x80] = { value = "\x30", access = "get inf" }, -- operation status: on
    [0x81] = { value = "\x00", access = "get set inf", size = { 1, 17 } }, -- installation location: not set
    [0x82] = "\0\0R\0", -- release R of the Appendix
    [0x88] = { value = "\x42", access = "get inf" }, -- no fault
}
local MAKER = 0x8A
local NODE_PROFILE_CLASS = 0x0EF0
local STARTS_WITH = { [0x80] = true, [0x82] = true, [0x8A] = true, [0xBF] = true } -- in the node profile

local ACCESS = { get = 1, set = 2, inf = 4 }
local PROPERTY = { value = true, access = true, size = true }

local function access_bits(text)
    local bits = 0
    for word in check.type("access", text, "string", "get"):gmatch "[^%s,]+" do
        bits = bits | (ACCESS[word] or check.misuse("access", "'" .. word .. "' is none of get, set, inf"))
    end
    return bits
end

--- Adds one property to an object that is there.
function own_objects.add_property(self, eoj, epc, property)
    if type(property) == "string" then
        property = { value = property }
    end
    check.options(check.type("property", property, "table"), PROPERTY)
    local value = check.type("value", property.value, "string")
    local size = property.size or #value
    local least = check.type("size", type(size) == "table" and size[1] or size, "number")
    local most = check.type("size", type(size) == "table" and size[2] or size, "number")
    if eoj >> 8 == NODE_PROFILE_CLASS and STARTS_WITH[epc] then
        self.core:remove_property(eoj, epc)
    end
    return self.core:add_property(eoj, epc, access_bits(property.access), least, most, value)
end

--- Adds an object of one's own with its properties and what the super class requires: whole, or not at all.
function own_objects.add(self, eoj, properties)
    local all = {}
    local is_profile = eoj >> 8 == NODE_PROFILE_CLASS -- that is always there
    if not is_profile then
        for epc, property in pairs(SUPERCLASS) do
            all[epc] = property
        end
        all[MAKER] = core.unhex(self.number:sub(3, 8))
        local added, message, code = self.core:add_object(eoj)
        if not added then
            return nil, message, code
        end
    end
    for epc, property in pairs(properties) do
        all[check.epc("epc", epc)] = property
    end
    local order = {}
    for epc in pairs(all) do
        table.insert(order, epc == Naming.RELEASE and 1 or #order + 1, epc) -- it says how the others are checked
    end
    for _, epc in ipairs(order) do
        local added, message, code = own_objects.add_property(self, eoj, epc, all[epc])
        if not added then
            if not is_profile then
                self.core:remove_object(eoj)
            end
            return nil, message, code
        end
    end
    return true
end

return own_objects
