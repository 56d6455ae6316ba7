-- Playing the tour: shows each step, waits for Enter, runs its line, and checks what came of it.
local shell = ...
local Scene = shell.part "tour/scene"
local attacks = shell.part "tour/attacks"
local output = shell.part "output"
local run = shell.part "run"
local steps = shell.part "tour/steps"
local wrap = shell.part "tour/wrap"

local play = {}

local GLOBALS = { "lock", "sim", "attack" } -- what its lines of Lua name

local function words()
    return shell.part(shell.line.lang == "ja" and "tour/japanese" or "tour/english")
end

local function say(text)
    if not shell.line.json and not shell.line.quiet then
        io.stdout:write(text, "\n")
        io.stdout:flush()
    end
end

-- Enter goes on; q and the end of the input leave.
local function goes_on(is_auto, text)
    if is_auto then
        return true
    end
    io.stdout:write(text)
    io.stdout:flush()
    local typed = io.read "l"
    return typed ~= nil and not typed:find "^%s*[qQ]"
end

-- A line of Lua gives its value to the check as well.
local function run_line(scene, line)
    local options = shell.line
    local status, result
    if line:find "^attack%." then
        result = scene.attacks[line:match "^attack%.(%a+)"]()
        output.result({ text = attacks.text }, result)
        status = 0
    else
        status = run.line(line)
    end
    shell.line = options
    return status, result
end

local function tell(step, place, line, text)
    say(("\n%d/%d %s"):format(place, #steps, text[1]))
    say(wrap(text[2]))
    say("warifu> " .. line)
end

local function conclude(step, line, text, problem)
    local told = words()
    if shell.line.json then
        output.item({}, { step = step.name, line = line, right = not problem, problem = problem })
    elseif problem then
        output.complain(told.wrong .. problem)
    else
        say(told.right .. text[3])
    end
end

-- Runs one step: what is wrong with it, or nil.
local function play_step(scene, step, place, is_auto)
    local told = words()
    local line = type(step.line) == "function" and step.line(scene) or step.line
    tell(step, place, line, told[step.name])
    if not goes_on(is_auto, told.enter) then
        return nil, true
    end
    local status, result = run_line(scene, line)
    local problem = step.check(scene, status, result)
    conclude(step, line, told[step.name], problem)
    return problem
end

-- What counts for the tour counts for the lines in it.
local function hand_down()
    local options = shell.options
    local json, lang = options.json, options.lang
    options.json, options.lang = shell.line.json, shell.line.lang
    return setmetatable({}, { __close = function()
        options.json, options.lang = json, lang
    end })
end

local function set_globals(scene)
    local before = {}
    for _, name in ipairs(GLOBALS) do
        before[name] = rawget(_G, name)
    end
    _G.lock, _G.sim, _G.attack = scene.lock, scene.sim, scene.attacks
    return setmetatable({}, { __close = function()
        for _, name in ipairs(GLOBALS) do
            rawset(_G, name, before[name])
        end
    end })
end

--- Plays it to the end, or until somebody leaves: { steps=, played=, wrong = names of steps }.
function play.all(is_auto)
    local scene <close> = Scene.open()
    scene.attacks = attacks.on(scene)
    local globals <close> = set_globals(scene)
    local handed <close> = hand_down()
    local outcome = { steps = #steps, played = 0, wrong = {} }
    say(wrap(words().hello))
    for place, step in ipairs(steps) do
        local problem, has_left = play_step(scene, step, place, is_auto)
        if has_left then
            break
        end
        outcome.played = place
        outcome.wrong[#outcome.wrong + 1] = problem and step.name or nil
    end
    return outcome
end

--- What there is to say at the end.
function play.summary(outcome)
    local told = words()
    if #outcome.wrong > 0 then
        return told.some_wrong:format(#outcome.wrong, outcome.played)
    elseif outcome.played < outcome.steps then
        return told.left:format(outcome.played, outcome.steps)
    end
    return "\n" .. wrap(told.all_right:format(outcome.played))
end

return play
