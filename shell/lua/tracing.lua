-- The trace that runs beside the verbs: into a file, or on the screen.
local shell = ...
local warifu = require "warifu"
local home = shell.part "home"

local tracing = {}

local current -- { where=, form=, file= }
local watched -- what home.trace gave
local started -- what --trace said

local function begin(trace, sink)
    tracing.stop()
    current, watched = trace, home.trace(sink)
    return tracing.state()
end

--- Writes every datagram from now on to a new file; nil, message, code. What was traced to before ends.
function tracing.to_file(path, options)
    local dictionary, message, code = home.dictionary()
    if not dictionary then
        return nil, message, code
    end
    local form = options.form or warifu.trace.form_of(path)
    local file
    file, message, code = warifu.trace.open(path, {
        form = form, plain = options.plain, append = options.append, dictionary = dictionary,
    })
    if not file then
        return nil, message, code
    end
    return begin({ where = path, form = form, file = file }, file)
end

-- Above the line that is being typed; where nobody types, beside the results.
local function show(text)
    if shell.is_terminal() then
        print(text)
    else
        io.stderr:write(text, "\n")
    end
end

--- Shows every datagram from now on, with what its record protects; with `dump` its bytes.
function tracing.to_screen(dump)
    local dictionary, message, code = home.dictionary()
    if not dictionary then
        return nil, message, code
    end
    return begin({ where = "screen" }, function(traced)
        show(warifu.trace.text(traced, { dictionary = dictionary, dump = dump }))
    end)
end

--- Ends it.
function tracing.stop()
    if current then
        getmetatable(watched).__close()
        if current.file then
            current.file:close()
        end
        current = nil
    end
    return tracing.state()
end

--- Where it goes and what is missing there.
function tracing.state()
    if not current then
        return { to = "nowhere" }
    end
    return { to = current.where, form = current.form, lost = current.file and current.file:lost() or nil }
end

--- As --trace and --trace-plain say, once.
function tracing.start()
    local options = shell.options
    if not options.trace or options.trace == started then
        return true
    end
    started = options.trace
    return tracing.to_file(options.trace, { plain = options.trace_plain })
end

return tracing
