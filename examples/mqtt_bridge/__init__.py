"""A bridge between paired devices and an MQTT broker; `__main__.py` is where to begin."""
