"""What firmware leaves out of the core is left out wholly, and the rest does not miss it."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
LEFT_OUT = ["-DWARIFU_NO_TEXTS", "-DWARIFU_NO_CONTROLLER"]
CHANGED = ["base/error.c", "engine/calls.c", "engine/engine.c", "engine/requests.c"]
LIBRARIES = ["-ltomcrypt", "-ltommath", "-ljansson", "-lqrencode", "-ldl"]
REFUSED = """
#include "world.h"
int main(void) {
    wf_engine *engine;
    wf_engine_config config = {.requests = 1, .send_bytes = 4096, .event_bytes = 4096, .calls = 1};
    CHECK(wf_engine_start(&engine, &config, &engine, sizeof engine, 0) == WF_ERROR_ARGUMENT);
    return 0;
}
"""


def compile_(folder: Path, source: Path) -> Path:
    out = folder / f"{source.stem}.o"
    include = [f"-I{CORE}/include", f"-I{CORE}/src", f"-I{CORE}", f"-I{ROOT}/tests/c", "-DLTM_DESC"]
    subprocess.run(
        ["gcc", *WARNINGS, *LEFT_OUT, "-O1", "-ffunction-sections", *include, "-c", source, "-o", out], check=True
    )
    return out


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("firmware")
    return [compile_(folder, CORE / "src" / name) for name in CHANGED]


def link(out: Path, objects: list[Path]) -> Path:
    build = Path(os.environ.get("WARIFU_BUILD", ROOT / "build" / "dev"))
    if not (build / "libwarifu.a").exists() or "asan" in build.name:
        pytest.skip(f"{build / 'libwarifu.a'} is not there, or needs the sanitizers")
    subprocess.run(["gcc", *objects, build / "libwarifu.a", "-Wl,--gc-sections", *LIBRARIES, "-o", out], check=True)
    return out


def test_no_sentence_is_left_and_all_names_are(objects: list[Path]) -> None:
    error = objects[0].read_bytes()
    assert b"ARGUMENT" in error
    assert b"outside what the call allows" not in error


def test_devices_pair_and_talk_without_them(objects: list[Path], tmp_path: Path) -> None:
    program = link(tmp_path / "engine", [*objects, compile_(tmp_path, ROOT / "tests" / "c" / "test_engine.c")])
    subprocess.run([program], check=True, timeout=60)


def test_nothing_of_the_controller_is_linked_and_who_wants_it_is_refused(objects: list[Path], tmp_path: Path) -> None:
    (tmp_path / "refused.c").write_text(REFUSED, encoding="utf-8")
    program = link(tmp_path / "refused", [*objects, compile_(tmp_path, tmp_path / "refused.c")])
    subprocess.run([program], check=True)
    listing = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    assert " wf_engine_start\n" in listing
    assert " wf_controller_" not in listing
