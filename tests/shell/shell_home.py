"""A small home on the loopback interface for the tests of verbs: devices in processes of their own, and the shell."""

import functools
import json
import os
import random
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any


@functools.cache
def verbs(shell: Path) -> dict[str, dict[str, Any]]:
    """The table of verbs, by name."""
    done = subprocess.run([shell, "help", "--json"], capture_output=True, text=True, check=True)
    return {verb["name"]: verb for verb in json.loads(done.stdout)["verbs"]}


def declared(gives: str) -> set[str]:
    """The fields of "nodes (address, number), error": those outside of parentheses."""
    return set(re.sub(r" \([^()]*\)", "", gives).split(", "))


def hold_json(shell: Path, words: tuple[str, ...], shown: str) -> None:
    """A JSON result has no field that its verb doesn't declare."""
    table = verbs(shell)
    pairs = [" ".join(words[at : at + 2]) for at in range(len(words))]
    name = next((name for name in [*pairs, *words] if name in table), None)
    if "--json" in words and name is not None and "," in table[name].get("gives", ""):
        for line in shown.splitlines():
            assert set(json.loads(line)) <= declared(table[name]["gives"]), name


class Device:
    """A device in a process of its own (device.lua); `said` reads what happens to it."""

    def __init__(self, shell: Path, folder: Path, port: int, **options: object) -> None:
        folder.mkdir()
        self.folder, self.address = folder, somewhere()
        words = [f"{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(
            [shell, Path(__file__).parent / "device.lua", folder, self.address, str(port), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.number = self.said("ready ").removeprefix("ready ")

    @property
    def code(self) -> str:
        return str(self.folder / "code")

    def said(self, beginning: str) -> str:
        """Waits for a line that begins so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(beginning):
                return line.rstrip("\n")
        raise AssertionError(f"the device ended without saying {beginning!r}")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def somewhere() -> str:
    """An address of this host that nobody else uses just now."""
    return f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 254)}"


class Home:
    """A network of one port on the loopback interface: devices, and the shell that is tested."""

    def __init__(self, shell: Path, folder: Path, port: int, run: Callable) -> None:
        self.shell, self.folder, self.port, self.run_shell = shell, folder, port, run
        self.devices: list[Device] = []
        self.address = somewhere()
        self.run("identity", "--quiet")  # the first use makes it and says so

    def device(self, **options: object) -> Device:
        self.devices.append(Device(self.shell, self.folder / f"device{len(self.devices)}", self.port, **options))
        return self.devices[-1]

    @property
    def options(self) -> tuple[str, ...]:
        return ("--address", self.address, "--port", str(self.port), "--search", "0.3", "--timeout", "5")

    def run(self, *words: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs the shell in this network; it keeps its state from one time to the next."""
        return self.run_shell(*self.options, *words, text=text, **variables)

    def stranger(self, *words: str) -> subprocess.Popen[str]:
        """Another shell in the background, with an address and a state of its own."""
        place = {"XDG_STATE_HOME": str(self.folder / f"stranger{random.random()}"), "LC_ALL": "C.UTF-8"}
        return subprocess.Popen(
            [self.shell, "--address", somewhere(), *self.options[2:], *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **place},
        )

    def paired(self, **options: object) -> Device:
        """A device that the shell is paired with."""
        device = self.device(**options)
        done = self.run("pair", device.address, "--code", device.code, "--quiet")
        assert done.stdout == device.number + "\n", done.stderr
        return device

    def close(self) -> None:
        for device in self.devices:
            device.stop()
