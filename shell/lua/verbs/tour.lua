-- The tour.
local shell = ...
local json = shell.part "json"
local play = shell.part "tour/play"
local status = shell.part "status"

return {
    title = "A first look",
    {
        name = "tour",
        options = { { "--auto", "runs by itself, and fails where a step's result is not as it should be" } },
        help = "shows all of it in ten minutes, offline, in a virtual home",
        more = "Discover, pair, read, set, listen, see the bytes, be attacked, unpair. Enter runs a step, q leaves. Nothing of it\n"
            .. "touches your network or your state directory.",
        next = "device lock --background --window 180",
        run = function(given)
            local outcome = play.all(given.auto)
            json.list(outcome.wrong)
            return outcome
        end,
        text = play.summary,
        status = function(outcome)
            return #outcome.wrong > 0 and status.FAILED or status.DONE
        end,
    },
}
