-- Traces: what an endpoint sent and received, for people, for programs, for Wireshark.
local core = ...
local check = core.part "check"
local Naming = core.part "naming"

local trace = {}

local File = { __name = "warifu.trace.File" }
File.__index = File

local FORMS = { pcapng = "pcapng", pcap = "pcapng", json = "json", jsonl = "json" }
local OPEN = { form = true, append = true, plain = true, dictionary = true }
local TEXT = { dump = true, dictionary = true }
local JSON = { dictionary = true }
local PRINT = { dump = true, dictionary = true, file = true }

local function names(options)
    return getmetatable(Naming.dictionary(options.dictionary)).handle
end

--- The form that a file's name means: "pcapng", "json", else "text".
function trace.form_of(path)
    return FORMS[check.type("path", path, "string"):match "%.(%w+)$"] or "text"
end

local function say(text)
    io.stderr:write("warifu: ", text, "\n")
end

--- A file for the `trace` option and for set_trace. It is new, or with `append` added to; what records protect goes in
--- with `plain`, which is said on the standard error.
function trace.open(path, options)
    options = check.options(options, OPEN)
    local form = check.optional("form", options.form, "string") or trace.form_of(path)
    if form ~= "text" and form ~= "json" and form ~= "pcapng" then
        check.misuse("form", ("'%s' is none of text, json, pcapng"):format(form))
    end
    local file, message, code = core.trace_file(path, form, options.append, options.plain, names(options))
    if not file then
        return nil, message, code
    end
    if options.plain then
        say(path .. " gets in clear what records protect; it is for nobody else")
    end
    return setmetatable({ core = file, where = path }, File)
end

--- Adds a datagram. What goes wrong is said once; then nothing more is written.
function File:write(traced)
    local written, message, code = self.core:write(traced)
    if not written then
        say(message)
    end
    return written, message, code
end

--- How many datagrams are not in it, because something went wrong.
function File:lost()
    return self.core:lost()
end

function File:close()
    self.core:close()
    self.where = nil
end

check.own(File, File)
File.__close = File.close

-- So it can be a trace itself.
function File:__call(traced)
    self:write(traced)
end

function File:__tostring()
    return ("warifu.trace.File (%s)"):format(self.where or "closed")
end

--- Text of one datagram; with `dump` its bytes follow.
function trace.text(traced, options)
    options = check.options(options, TEXT)
    return core.traced_text(check.type("traced", traced, "table"), names(options), options.dump)
end

--- One line of JSON.
function trace.json(traced, options)
    options = check.options(options, JSON)
    return core.traced_json(check.type("traced", traced, "table"), names(options))
end

--- A trace that writes a line for each datagram to `file`, the standard error unless given.
function trace.printer(options)
    options = check.options(options, PRINT)
    local handle = names(options)
    return function(traced)
        (options.file or io.stderr):write(core.traced_text(traced, handle, options.dump), "\n")
    end
end

--- The datagrams of text as it stands in a file: pcapng, JSON lines, or lines of hexadecimal digits. Where a part can't
--- be read, the list up to there, a message and "NOT_A_TRACE".
function trace.parse(contents)
    local list, line, code = core.read_trace(check.type("contents", contents, "string"))
    if not list then
        return nil, line, code
    elseif line then
        local _, message, name = core.fail("NOT_A_TRACE", line > 0 and ("line %d"):format(line) or "its end is cut or damaged")
        return list, message, name
    end
    return list
end

--- The same of a file.
function trace.read(path)
    local file <close>, message = io.open(check.type("path", path, "string"), "rb")
    local contents = file and file:read "a"
    if not contents then
        return core.fail("STORE", message or path .. " can't be read")
    end
    return trace.parse(contents)
end

return trace
