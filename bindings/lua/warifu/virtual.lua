-- Virtual devices of any class, and homes of them: for tests, and to try things out.
local core = ...
return {
    device = core.part "virtual/device",
    home = core.part "virtual/home",
    faults = core.part("virtual/faults").parse,
    models = core.part "virtual/models",
    weather = core.part("virtual/weather").at,
}
