"""A light without an operating system, on a board made of POSIX: it pairs, is switched, and remembers."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import warifu

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("WARIFU_BUILD", ROOT / "build" / "dev")) / "examples" / "bare_metal_light"
LIGHT, ADDRESS, MINE = 0x029001, "127.0.31.1", "127.0.31.2"


class Board:
    def __init__(self, place: Path) -> None:
        self.identity = place / "light.pem"
        self.settings = {
            "LIGHT_IDENTITY": str(self.identity),
            "LIGHT_FLASH": str(place / "flash"),
            "LIGHT_ADDRESS": ADDRESS,
        }

    def power_on(self) -> None:
        self.process = subprocess.Popen(
            [PROGRAM], env=os.environ | self.settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def press(self) -> str:
        self.process.send_signal(signal.SIGUSR1)
        return self.line()

    def line(self) -> str:
        return self.process.stdout.readline().strip()

    def cut_power(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not built")
    board = Board(tmp_path)
    yield board
    if board.process.poll() is None:
        board.cut_power()


def test_it_pairs_is_switched_announces_and_remembers(board: Board, tmp_path: Path) -> None:
    authority = warifu.Authority.create("lights")
    authority.issue("device").save(board.identity)
    number = warifu.Identity.load(board.identity).number

    async def switch(peer: warifu.Peer, *, on: bool) -> None:
        await peer.object(LIGHT).set({"operationStatus": on}, verify=True, repeatable=True)
        assert await asyncio.to_thread(board.line) == f"the light is {'on' if on else 'off'}"

    async def main() -> None:
        async with warifu.Controller(
            identity=authority.issue("controller"), state=tmp_path / "state", address=MINE
        ) as home:
            while not await home.discover(0.2, address=ADDRESS):
                assert board.process.poll() is None, board.process.stderr.read()
            assert await asyncio.to_thread(board.press) == "the pairing window is open"
            peer = await home.pair(ADDRESS, number=number)
            async with peer.notifications() as heard:
                await switch(peer, on=True)
                async with asyncio.timeout(10):
                    note = await anext(heard)
                assert note.values == {"operationStatus": "true"}
            board.cut_power()
            board.power_on()
            await switch(peer, on=True)
            await switch(peer, on=False)

    board.power_on()
    asyncio.run(main())


def test_what_is_missing_is_said(board: Board) -> None:
    board.power_on()
    _, told = board.process.communicate(timeout=10)
    assert (board.process.returncode, told) == (1, "the identity can't be read\n")


def test_the_example_is_short() -> None:
    assert len((ROOT / "examples" / "bare_metal" / "light.c").read_text(encoding="utf-8").splitlines()) < 80
