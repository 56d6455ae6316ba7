"""The rockspec: what LuaRocks builds and installs is the module that the sources say."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSION = re.search(r'WF_VERSION "(.*)"', (ROOT / "core/include/warifu/version.h").read_text())[1]
ROCKSPEC = ROOT / f"warifu-{VERSION}-1.rockspec"
NO_LUAROCKS = "no luarocks here (Debian: luarocks)"


def test_the_rockspec_is_of_this_version() -> None:
    assert [path.name for path in ROOT.glob("*.rockspec")] == [ROCKSPEC.name]
    assert f'version = "{VERSION}-1"' in ROCKSPEC.read_text()


@pytest.mark.timeout(900)  # it builds the core, as a stranger would
@pytest.mark.skipif(not shutil.which("luarocks"), reason=NO_LUAROCKS)
def test_luarocks_make_installs_the_module(tmp_path: Path) -> None:
    make = ["luarocks", "--lua-version", "5.4", "--tree", tmp_path, "make", ROCKSPEC]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    module = tmp_path / "lib" / "lua" / "5.4" / "warifu.so"
    needed = subprocess.run(["readelf", "-d", module], capture_output=True, text=True, check=True).stdout
    assert "liblua" not in needed
    assert "libtomcrypt" in needed
    script = "local w = require 'warifu' assert(w.sim.Home()):run(1) print(w.version)"
    environment = {**os.environ, "LUA_CPATH": f"{module.parent}/?.so"}
    said = subprocess.run(["lua5.4", "-e", script], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout == f"{VERSION}\n"


def test_a_missing_library_ends_the_build_with_the_names_of_packages(tmp_path: Path) -> None:
    words = ["cmake", "-S", ROOT, "-B", tmp_path, "-DTOMCRYPT_INCLUDE_DIR=", "-DWARIFU_TESTS=OFF"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode != 0
    assert "libtomcrypt-dev" in done.stderr
