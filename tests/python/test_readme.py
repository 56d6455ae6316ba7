"""The Python of the README runs as it stands there: only address and port are moved to where nobody else is."""

import asyncio
import os
import re
import shutil
import venv
from pathlib import Path

import pytest
import warifu
from home import AIRCON, POWER, TARGET, Home, authority, in_loop, somewhere

ROOT = Path(__file__).resolve().parents[2]
MOVED = "import functools, warifu; warifu.Controller = functools.partial(warifu.Controller, port={port})\n"


def python_of(readme: str) -> str:
    (block,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / readme).read_text(encoding="utf-8"), flags=re.M | re.S)
    return block


def test_both_readmes_show_the_same_python() -> None:
    assert python_of("README.md") == python_of("README.ja.md")


def test_it_is_about_ten_lines() -> None:
    assert sum(bool(line.strip()) for line in python_of("README.md").splitlines()) <= 10


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new virtual environment that has this package and nothing else."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, symlinks=True)
    (place,) = folder.glob("lib/python3*/site-packages")
    shutil.copytree(Path(warifu.__file__).parent, place / "warifu")
    return folder / "bin" / "python"


@in_loop
async def test_the_python_of_the_readme_pairs_sets_and_reads(tmp_path: Path, fresh: Path) -> None:
    place = tmp_path / "home"
    place.mkdir()
    authority().issue("controller").save(place / "controller.pem")
    home, shown = Home(), python_of("README.md")
    assert shown.count('"127.0.0.1"') == 1
    code = MOVED.format(port=home.port) + shown.replace("127.0.0.1", somewhere())
    async with home.device() as device:
        device.open_window()
        process = await asyncio.create_subprocess_exec(
            *(fresh, "-W", "error", "-c", code, device.number.hex()),
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, complaints = await process.communicate()
        assert (process.returncode, complaints.decode()) == (0, "")
        assert device.get_own(AIRCON, POWER) == b"\x30"
        assert device.get_own(AIRCON, TARGET) == bytes([26])
        assert len(device.peers) == 1
    values = {"operationStatus": "true", "targetTemperature": 26, "roomTemperature": 21}
    assert output.decode().strip() == str(values)
    assert (place / "state").is_dir()


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_the_first_screen_has_the_commands_and_what_it_is_not(readme: str) -> None:
    first = (ROOT / readme).read_text(encoding="utf-8").splitlines()[:40]
    screen = "\n".join(first)
    assert "./dev demo" in screen
    assert "./dev test" in screen
    assert "JC-STAR" in screen
    assert "```python" in screen
