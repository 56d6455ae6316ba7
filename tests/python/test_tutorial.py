"""The tutorial: every file that it shows is written as it stands there, and does what the page says it does."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from home import somewhere

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / "tutorial" / f"first-controller{language}.md" for language in ("", ".ja")]
SHELL = Path(os.environ.get("WARIFU_BUILD", ROOT / "build" / "dev")) / "shell" / "warifu"
SECONDS = 60


def text() -> str:
    return PAGES[0].read_text(encoding="utf-8")


def blocks(page: Path) -> dict[str, str]:
    return dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.M | re.S))


def shown(page: Path) -> list[str]:
    """What stands indented: what is typed and what is printed."""
    return re.findall(
        r"^    (?! ).*$", re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S), flags=re.M
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, block in blocks(PAGES[0]).items():
        (tmp_path / name).write_text(block, encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *words], cwd=folder, capture_output=True, text=True, timeout=SECONDS
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def test_both_languages_show_the_same_programs_and_commands() -> None:
    assert [*blocks(PAGES[0])] == ["look.py", "cooling.py", "test_cooling.py", "live.py"]
    assert blocks(PAGES[0]) == blocks(PAGES[1])
    assert shown(PAGES[0]) == shown(PAGES[1])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_block_is_a_file_that_runs_here(page: Path) -> None:
    assert page.read_text(encoding="utf-8").count("```python") == len(blocks(page))


def test_the_first_program_prints_what_the_page_shows(folder: Path) -> None:
    printed = "".join(f"    {line}\n" for line in run(folder, "look.py").splitlines())
    assert f"    python look.py\n\n{printed}" in text()


def test_a_wrong_value_is_refused_as_the_page_says(folder: Path) -> None:
    program = (folder / "look.py").read_text(encoding="utf-8")
    (folder / "wrong.py").write_text(program.replace("26", "99"), encoding="utf-8")
    done = subprocess.run([sys.executable, "wrong.py"], cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 1
    assert re.search(r"WrongValue: .*targetTemperature.* 0 to 50 Celsius", done.stderr)


def test_the_tests_of_the_page_pass(folder: Path) -> None:
    printed = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    (count,) = re.findall(r"^    (\d+ passed) in", text(), flags=re.M)
    assert f"\n{count} in " in printed


@contextmanager
def virtual_air_conditioner(folder: Path, address: str) -> Iterator[Path]:
    """As the page starts it, but at an address of its own; gives the file of its set-up code."""
    (command,) = re.findall(r"^    \./dev shell (device .*)$", text(), flags=re.M)
    with subprocess.Popen(
        [SHELL, "--address", address, *command.split()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "device")},
    ) as device:
        try:
            assert device.stdout is not None
            assert any("pairing window open" in line for line in device.stdout)
            yield folder / "device" / "warifu" / "devices" / "homeAirConditioner" / "setup-code"
        finally:
            device.kill()


def test_the_last_program_pairs_with_a_virtual_device_and_finds_it_again(folder: Path) -> None:
    if not SHELL.exists():
        pytest.skip(f"{SHELL} is not built")
    program = (folder / "live.py").read_text(encoding="utf-8")
    assert program.count('"127.0.0.1"') == 1
    (folder / "live.py").write_text(program.replace("127.0.0.1", somewhere()), encoding="utf-8")
    address = somewhere()
    with virtual_air_conditioner(folder, address) as code_file:
        first = lines_until(folder, "degrees: on", address, str(code_file))
        again = lines_until(folder, "degrees: o", address, str(code_file))
    assert first[0] == "started"
    assert len(again) == 1  # no word of pairing


def lines_until(folder: Path, wanted: str, *words: str) -> list[str]:
    """What live.py prints up to that line."""
    command = [sys.executable, "-u", "-W", "error", "live.py", *words]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as program:
        assert program.stdout is not None
        lines: list[str] = []
        for line in program.stdout:
            lines.append(line.strip())
            if wanted in line:
                break
        program.kill()
    assert wanted in lines[-1], lines
    return lines
