-- What is printed while something runs, as lines: the line that is being typed shall not be torn.

-- A function like io.write that adds whole lines to a list, and one that adds what has no end yet.
local function writer(lines)
    local open = ""
    return function(...)
        for _, text in ipairs { ... } do
            open = open .. tostring(text)
        end
        open = open:gsub("([^\n]*)\n", function(line)
            lines[#lines + 1] = line
            return ""
        end)
        return io.stdout
    end, function()
        lines[#lines + 1] = open ~= "" and open or nil
    end
end

--- Runs act(...) with `print` and `io.write` adding to the list of lines; gives what pcall gives.
return function(lines, act, ...)
    local print_before, write_before = print, io.write
    local write, finish = writer(lines)
    function _G.print(...)
        local words = table.pack(...)
        for i = 1, words.n do
            words[i] = tostring(words[i])
        end
        write(table.concat(words, "\t"), "\n")
    end
    io.write = write
    local results = table.pack(pcall(act, ...))
    _G.print, io.write = print_before, write_before
    finish()
    return table.unpack(results, 1, results.n)
end
