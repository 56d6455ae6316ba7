"""What leaves the house: the shipped archive, the installed module, and the words of a build that can't go on."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import warifu

ROOT = Path(__file__).resolve().parents[2]
VERSION = re.search(r'WF_VERSION "(.*)"', (ROOT / "core/include/warifu/version.h").read_text())[1]


def build_step(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "setup.py", "-q", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)


def test_one_version_is_everywhere(build: Path) -> None:
    assert importlib.metadata.version("warifu") == VERSION
    assert f"Version: {VERSION}\n" in (build / "warifu.pc").read_text()
    assert (build / f"libwarifu.so.{VERSION}").is_file()


def test_the_extension_keeps_the_core_to_itself() -> None:
    module = next(Path(warifu.__file__).parent.glob("_warifu.abi3.so"))
    listing = subprocess.run(["nm", "-D", "--defined-only", module], capture_output=True, text=True, check=True)
    assert [line.split()[2] for line in listing.stdout.splitlines()] == ["PyInit__warifu"]


def test_the_source_archive_holds_all_that_the_build_reads(tmp_path: Path) -> None:
    done = build_step("sdist", "--formats=tar", "--dist-dir", tmp_path)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(tmp_path.glob("*.tar"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    trees = ["core/**/*.[ch]", "bindings/python/ext/*", "bindings/python/warifu/**/*.py*"]
    wanted = {path.relative_to(ROOT).as_posix() for tree in trees for path in ROOT.glob(tree)}
    wanted |= {"core/sources.txt", "setup.py", "pyproject.toml", "LICENSE", "bindings/python/warifu/py.typed"}
    assert {path for path in wanted if "__pycache__" not in path} <= held


def test_a_missing_header_ends_the_build_with_one_line_that_says_what_to_install(tmp_path: Path) -> None:
    done = build_step("build_ext", "--build-temp", tmp_path, "--build-lib", tmp_path, CFLAGS="-nostdinc")
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("warifu: the header ")
    assert all(word in last for word in ("libtomcrypt-dev", "libtomcrypt-devel", "brew install libtomcrypt"))
