"""A virtual home for tests: the very classes Device and Controller, on a network and a clock that are simulated.

    from warifu.testing import Home, run

    async def main():
        async with Home(seed=1, loss=0.3) as home:
            async with home.device([aircon]) as device, home.controller() as controller:
                device.open_window()
                peer = await controller.pair(device.addresses[0], number=device.number)

    run(main())

Minutes of virtual time take milliseconds, and the same seed gives the same bytes. With pytest, which finds the plugin
by itself, ask for the fixture `warifu_home`: an `async def` test that does runs on the virtual clock.
"""

from .._warifu import SimStore
from .home import Home
from .loop import NothingToDo, VirtualLoop, run
from .network import Record, Tamper

__all__ = ["Home", "NothingToDo", "Record", "SimStore", "Tamper", "VirtualLoop", "run"]
