-- Where the shell keeps what lasts.
local shell = ...
local warifu = require "warifu"

local place = {}

function place.default_text()
    return warifu.default_state() or "no home"
end

--- The state directory, made when it is missing; nil and why not.
function place.directory()
    local path, message = shell.options.state, nil
    if not path then
        path, message = warifu.default_state()
    end
    if not path then
        return nil, message
    end
    local made
    made, message = shell.make_directory(path)
    return made and path, message
end

return place
