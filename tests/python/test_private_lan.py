"""tests/lan/private-lan.sh: it makes a LAN with and without being root, says why where it can't, and leaves nothing."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "lan" / "private-lan.sh"
UNAVAILABLE = 77
WITHOUT_ROOT = ["setpriv", "--bounding-set=-sys_admin,-net_admin"] if os.getuid() == 0 else []


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)


def made(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode == UNAVAILABLE:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("way", [[], WITHOUT_ROOT], ids=["as_we_are", "without_root"])
def test_each_host_has_its_own_addresses(way: list[str]) -> None:
    each = "for i in 1 2; do nsenter --net=/run/netns/host$i ip -o address show dev eth0; done"
    said = made(run(*way, SCRIPT, "-n", 2, "sh", "-c", each))
    assert [word for word in said.split() if word.startswith("10.")] == ["10.61.0.1/24", "10.61.0.2/24"]


def test_the_commands_status_is_passed_on() -> None:
    done = run(SCRIPT, "-n", 1, "sh", "-c", "exit 3")
    if done.returncode == UNAVAILABLE:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 3


def test_where_no_namespace_is_allowed_the_reason_is_said(tmp_path: Path) -> None:
    for tool in ("nsenter", "ip", "sh"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "/nowhere")
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho 'unshare: Operation not permitted' >&2\nexit 1\n")
    refusing.chmod(0o755)
    done = subprocess.run([SCRIPT, "true"], capture_output=True, text=True, timeout=30, env={"PATH": str(tmp_path)})
    assert done.returncode == UNAVAILABLE
    assert done.stdout == (
        "no private LAN here: network namespaces are not allowed (unshare: Operation not permitted)\n"
    )


def processes_with(word: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word in path.read_bytes().decode(errors="replace").split("\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_killed_it_leaves_no_process_on_any_host() -> None:
    seconds = f"{random.randint(1000, 2000)}.{random.randint(100000, 999999)}"
    everywhere = f"for i in 1 2; do nsenter --net=/run/netns/host$i sleep {seconds} & done; echo started; wait"
    command = [SCRIPT, "-n", "2", "sh", "-c", everywhere]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if line != "started\n":
            pytest.skip(line.strip())
        deadline = time.monotonic() + 5
        while len(processes_with(seconds)) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(processes_with(seconds)) == 2
        process.send_signal(signal.SIGKILL)
    while processes_with(seconds) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes_with(seconds) == []
