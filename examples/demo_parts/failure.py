"""How the demo says that it can't go on."""


class DemoError(Exception):
    """What happened, and what to do next."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(f"{what}\n  What to do: {next_step}")
