"""What a build leaves: one version everywhere, and an extension that shows nothing but itself."""

import importlib.metadata
import re
import subprocess
from pathlib import Path

import pytest
import warifu

ROOT = Path(__file__).resolve().parents[2]
VERSION = re.search(r'WF_VERSION "(.*)"', (ROOT / "core/include/warifu/version.h").read_text())[1]


def test_one_version_is_everywhere(build: Path) -> None:
    assert importlib.metadata.version("warifu") == VERSION
    assert f"Version: {VERSION}\n" in (build / "warifu.pc").read_text()
    assert (build / f"libwarifu.so.{VERSION}").is_file()


def test_the_extension_keeps_the_core_to_itself() -> None:
    module = next(Path(warifu.__file__).parent.glob("_warifu.abi3.so"))
    listing = subprocess.run(["nm", "-D", "--defined-only", module], capture_output=True, text=True, check=True)
    assert [line.split()[2] for line in listing.stdout.splitlines()] == ["PyInit__warifu"]


@pytest.mark.parametrize("wanted", [True, False])
def test_only_a_build_that_wants_it_has_a_key_log(wanted: bool) -> None:
    define = ["-DWARIFU_KEY_LOG"] if wanted else []
    command = ["gcc", "-E", "-P", *define, "-Iinclude", "-Isrc", "src/da/key_log.c"]
    source = subprocess.run(command, cwd=ROOT / "core", capture_output=True, text=True, check=True).stdout
    assert ("key_log.session(" in source) == wanted
    assert ("key_log.group(" in source) == wanted
