-- Words that somebody may have meant.
local similar = {}

local FARTHEST = 2 -- letters that are wrong, missing or too many

-- How many letters one word is away from another; two that changed places count as one.
local function distance(one, other)
    local rows = { [0] = {} }
    for j = 0, #other do
        rows[0][j] = j
    end
    for i = 1, #one do
        rows[i] = { [0] = i }
        for j = 1, #other do
            local differs = one:byte(i) ~= other:byte(j) and 1 or 0
            rows[i][j] = math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + differs)
            if i > 1 and j > 1 and one:byte(i) == other:byte(j - 1) and one:byte(i - 1) == other:byte(j) then
                rows[i][j] = math.min(rows[i][j], rows[i - 2][j - 2] + 1)
            end
        end
    end
    return rows[#one][#other]
end

--- Those of a list that are nearest to a word, if any is near enough.
function similar.to(word, list)
    local found, least = {}, math.min(FARTHEST, #word - 1)
    for _, each in ipairs(list) do
        local away = distance(word:lower(), each)
        if away < least then
            found, least = {}, away
        end
        if away == least then
            found[#found + 1] = each
        end
    end
    return found
end

return similar
