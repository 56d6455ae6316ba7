"""What a build leaves: one version everywhere, and an extension that shows nothing but itself."""

import importlib.metadata
import re
import subprocess
from pathlib import Path

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
