"""The page about the core in C: its program compiles as it stands, and its numbers are those of the engine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "howto" / "embed-the-core.md").read_text(encoding="utf-8")
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


def test_the_program_of_the_page_tells_the_size_that_it_shows(build: Path, tmp_path: Path) -> None:
    if not (build / "libwarifu.so").exists():
        pytest.skip(f"{build / 'libwarifu.so'} is not built")
    (source,) = re.findall(r"^```c\n(.*?)^```$", PAGE, flags=re.M | re.S)
    (tmp_path / "size.c").write_text(source, encoding="utf-8")
    library = [f"-L{build}", f"-Wl,-rpath,{build}", "-lwarifu"]
    subprocess.run(
        ["gcc", *WARNINGS, "size.c", "-I", ROOT / "core" / "include", *library, "-o", "size"], cwd=tmp_path, check=True
    )
    printed = subprocess.run([tmp_path / "size"], capture_output=True, text=True, check=True).stdout
    (told,) = re.findall(r"^    (\d+) bytes$", PAGE, flags=re.M)
    assert int(printed.split()[0]) == pytest.approx(int(told), rel=0.1)


def test_every_name_of_the_page_is_in_a_header() -> None:
    headers = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("core/include/warifu/*.h"))
    named = set(re.findall(r"\bwf_\w+", PAGE))
    assert len(named) > 10
    assert {name for name in named if not re.search(rf"\b{name}\b", headers)} == set()


def test_the_settings_of_the_page_are_those_of_the_light() -> None:
    light = (ROOT / "examples" / "bare_metal" / "light.c").read_text(encoding="utf-8")
    setting = re.compile(r"\.(objects|properties|value_bytes|pairings|handshakes|requests|\w+_bytes|groups) = (\w+)")
    assert set(setting.findall(PAGE)) == set(setting.findall(light))
    assert f"{len(light.splitlines())} lines" in PAGE
