"""A controller pairs with an air conditioner and talks to it encrypted, over real UDP, while a third one listens.

Nothing needs to be prepared; it takes about ten seconds. The exit status is 0 only when everything held that it shows.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

try:
    import warifu
except ImportError as error:
    sys.exit(
        f"demo: the Python package warifu can't be imported ({error})\n  What to do: run ./dev demo, which builds it"
    )

from demo_parts.failure import DemoError
from demo_parts.judge import Evidence, faults, judge
from demo_parts.narration import Narrator
from demo_parts.processes import Cast
from demo_parts.stage import Stage, find_stage
from demo_parts.story import Story

INTERRUPTED = 130


async def play(stage: Stage, folder: Path, policy: str) -> tuple[Evidence, str | None]:
    """Plays the story and gives what was seen, and why it ended early if it did."""
    task = asyncio.current_task()
    assert task is not None
    # Between two steps of the loop, never in the middle of starting a program that would then be nobody's.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    narrator = Narrator(stage.addresses)
    narrator.chapter(f"Warifu {warifu.__version__}: a demonstration", f"It plays on {stage.way}:")
    for role, address in stage.addresses.items():
        narrator.say(f"{address}:3610 is the {'Lua controller' if role == 'lua' else role}")
    async with Cast() as cast:
        story = Story(stage, folder, cast, narrator, policy)
        try:
            await story.play()
        except DemoError as error:
            return story.evidence, str(error)
    return story.evidence, None


def tell(result: dict[str, object], evidence: Evidence) -> None:
    """The end of the story in a few lines."""
    sent = ", ".join(f"{name} {count}" for name, count in evidence.sent.items())
    print("\n--- What the eavesdropper got")
    print(f"    It heard {len(evidence.packets)} datagrams; sent were {sum(evidence.sent.values())} ({sent}).")
    print(f"    Without protection it read the 26 degrees: {result['control_saw_plaintext']}.")
    print(f"    With Device Authentication it read any of it: {result['eavesdropper_saw_plaintext']}.")
    print(
        f"    The pairing took {result['handshake_datagrams']} datagrams of {result['handshake_bytes']} bytes in all, "
        f"and {result['commit_datagrams']} of {result['commit_bytes']} bytes to write it down on both sides."
    )


def main(interface: str | None, policy: str, as_json: bool) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with find_stage(interface) as stage, tempfile.TemporaryDirectory(prefix="warifu-demo-") as folder:
            evidence, failure = asyncio.run(play(stage, Path(folder), policy))
    except DemoError as error:
        sys.exit(f"demo: {error}")
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\ndemo: interrupted; all programs that it started are ended", file=sys.stderr)
        return INTERRUPTED
    result = judge(evidence)
    tell(result, evidence)
    wrong = [failure] if failure else faults(evidence, result)
    print("\n" + ("Not all of it held." if wrong else "All of it held."), flush=True)
    for line in wrong:
        print(f"demo: {line}", file=sys.stderr, flush=True)
    if as_json:
        print(json.dumps(result))
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", dest="as_json", action="store_true", help="end with one line of JSON")
    parser.add_argument(
        "--interface", metavar="NAME", help="play on this interface; needs to be root. Default: loopback"
    )
    parser.add_argument(
        "--policy",
        default="strict",
        choices=("strict", "open"),
        help="open: the protected device lets everybody in, so that you see the demo fail",
    )
    try:
        sys.exit(main(**vars(parser.parse_args())))
    except BrokenPipeError:  # as in `demo.py | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
