-- Texts in lines that fit a terminal, whatever the script: between words, and between wide characters.
local WIDTH = 78
local WIDE = 0x1100 -- from this code on a character takes two columns, near enough
local CLOSING = "。、）」：" -- does not begin a line

-- Words, blanks and single wide characters of a text, one by one, and how wide each is.
local function pieces(text)
    return coroutine.wrap(function()
        local word = ""
        for _, code in utf8.codes(text) do
            local char = utf8.char(code)
            if code >= WIDE or char == " " then
                if word ~= "" then
                    coroutine.yield(word, utf8.len(word))
                end
                coroutine.yield(char, code >= WIDE and 2 or 1)
                word = ""
            else
                word = word .. char
            end
        end
        if word ~= "" then
            coroutine.yield(word, utf8.len(word))
        end
    end)
end

return function(text)
    local lines, line, width = {}, "", 0
    for piece, columns in pieces(text) do
        if width + columns > WIDTH and not CLOSING:find(piece, 1, true) then
            lines[#lines + 1] = line:gsub(" $", "")
            line, width = "", 0
        end
        if line ~= "" or piece ~= " " then
            line, width = line .. piece, width + columns
        end
    end
    lines[#lines + 1] = line
    return table.concat(lines, "\n")
end
