"""Bridges the devices that a controller is paired with to an MQTT broker, with discovery for Home Assistant.

python -m mqtt_bridge CONFIG     docs/howto/bridge-to-mqtt.md says what stands in the file, and which topics there are
"""

import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

import warifu

from mqtt_bridge.bridge import Bridge
from mqtt_bridge.config import Config


async def main(path: Path) -> None:
    config = Config.load(path)
    running = asyncio.current_task()
    assert running is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    identity = warifu.Identity.load(config.identity)
    async with warifu.Controller(identity=identity, state=config.state, address=config.address) as controller:
        await Bridge(controller, config).run()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(main(Path(sys.argv[1])))
    except* (OSError, ValueError, warifu.Error) as group:
        sys.exit(f"mqtt_bridge: {group.exceptions[0]}")
