"""`./dev size` adds up what compiler and linker tell: nothing is missed, nothing counted twice."""

import importlib.util
import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """
const char table[1000] = {1};
char set[200] = {1}, unset[300];
int used(void) { return table[(int)set[0]] + unset[(int)set[0]]; }
int left_out(void) { return 0; }
"""
MAIN = "int used(void); int main(void) { return used(); }"


@pytest.fixture(scope="module")
def tool() -> object:
    spec = importlib.util.spec_from_file_location("warifu_size_tool", ROOT / "tools" / "size.py")
    size = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(size)
    return size


def compile_(folder: Path, name: str, text: str, gcc: str = "gcc") -> Path:
    """As the tool has it: the folder above an object names its part."""
    out = folder / "obj" / name / f"{name}.o"
    out.parent.mkdir(parents=True)
    out.with_suffix(".c").write_text(text, encoding="utf-8")
    subprocess.run(
        [gcc, "-Os", "-ffunction-sections", "-fdata-sections", "-c", out.with_suffix(".c"), "-o", out], check=True
    )
    return out


def test_the_sections_of_an_object_are_told_by_what_they_cost(tool, tmp_path) -> None:
    sizes = tool.sections(compile_(tmp_path, "part", SOURCE), "readelf")
    assert sizes["data"] == 200
    assert sizes["bss"] == 300
    assert 1000 <= sizes["rodata"] < 1200, "the table, and the unwinding that a PC's compiler adds"
    assert 10 < sizes["text"] < 100


def test_what_the_linker_leaves_out_is_not_counted_and_what_it_keeps_is_counted_by_part(tool, tmp_path) -> None:
    if not shutil.which("arm-none-eabi-gcc"):
        pytest.skip("arm-none-eabi-gcc is not installed (./dev size installs it)")
    compiler = tool.Toolchain()
    objects = [compile_(tmp_path, name, text, compiler.gcc) for name, text in (("part", SOURCE), ("light", MAIN))]
    reset = tmp_path / "obj" / "light" / "reset.o"
    subprocess.run([compiler.gcc, *tool.CPU, "-c", tool.HERE / "reset.c", "-o", reset], check=True)
    tool.BUILD = tmp_path
    program = compiler.link("whole.elf", [*objects, reset], "nosys")
    parts = tool.kept(Path(f"{program}.map").read_text(encoding="utf-8"))
    assert (parts["part"]["rodata"], parts["part"]["data"], parts["part"]["bss"]) == (1000, 200, 300)
    assert 0 < parts["part"]["text"] < tool.sections(objects[0], compiler.readelf)["text"], "left_out is left out"
    tool.check_sums(parts, tool.sections(program, compiler.readelf))
    del parts["part"]
    with pytest.raises(SystemExit, match="bytes of"):
        tool.check_sums(parts, tool.sections(program, compiler.readelf))


def test_the_rows_name_the_limits_and_leave_crypto_and_dictionary_apart(tool) -> None:
    parts = {name: Counter(text=size, rodata=1) for name, size in (("da", 40_000), ("crypto", 9_000), ("pki", 5_000))}
    parts["dictionary"] = Counter(rodata=150_000)
    rows = {row["figure"]: row for row in tool.rows(parts, parts, {"block": 50_000}, ["da", "crypto", "pki"])}
    code = rows["flash: light, core without crypto and dictionary"]
    assert (code["ours"], code["reach"]) == (45_002, "ours <= 46080")
    block = rows["RAM: light with 4 pairings, block"]
    assert (block["ours"], block["reach"], block["unit"]) == (50_000, "ours <= 16384", "B")
    assert json.dumps(block).startswith('{"figure": ')
