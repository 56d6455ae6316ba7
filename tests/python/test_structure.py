"""The rules of the house, as far as a reader of includes and names can see them."""

import os
import re
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"

# A layer of core/src and the layers below it that it may include; it may always include itself.
BELOW = {
    "base": set(),
    "audit": {"base"},
    "crypto": {"base"},
    "pki": {"base", "crypto"},
    "edhoc": {"base", "crypto"},
    "echonet": {"base"},
    "policy": {"base"},
    "da": {"base", "crypto", "pki", "edhoc"},
    "controller": {"base", "echonet"},
    "engine": {"base", "audit", "crypto", "pki", "edhoc", "da", "echonet", "policy", "controller"},
}

# The layer whose concept a public header is.
HEADERS = {
    "address": "base",
    "trace": "base",
    "bytes": "base",
    "datagram": "base",
    "eoj": "base",
    "error": "base",
    "event": "base",
    "store": "base",
    "audit": "audit",
    "version": "base",
    "crypto": "crypto",
    "signer": "crypto",
    "certificate": "pki",
    "crl": "pki",
    "csr": "pki",
    "identity": "pki",
    "spki": "pki",
    "edhoc": "edhoc",
    "dictionary": "echonet",
    "frame": "echonet",
    "named_call": "echonet",
    "node": "echonet",
    "property_map": "echonet",
    "value": "echonet",
    "controller": "controller",
    "counters": "da",
    "key_log": "da",
    "policy": "policy",
    "setup_code": "da",
    "stored": "da",
    "wire": "da",
    "engine": "engine",
    "lab": "engine",
}

# What the C standard promises without a host (C11 4, 6), and what needs only memory.
FREESTANDING = {"float.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "string.h"}
HOST_CALLS = re.compile(
    r"(?<!wf_)\b(malloc|calloc|realloc|free|alloca|printf|fprintf|sprintf|snprintf|puts|fopen|open|close|read|write"
    r"|socket|sendto|recvfrom|time|clock|clock_gettime|getrandom|sleep|usleep|exit|abort|getenv)\s*\("
)

SOURCES = sorted(CORE.glob("src/**/*.[ch]"))
PUBLIC = sorted(CORE.glob("include/warifu/*.h"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code(path: Path) -> str:
    """The text without comments and string literals, so that words in them don't count."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", path.read_text(), flags=re.S)
    return "\n".join(
        line if line.lstrip().startswith("#include") else re.sub(r'"(\\.|[^"\\])*"', '""', line)
        for line in text.splitlines()
    )


def includes(path: Path) -> list[str]:
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', code(path), flags=re.M)


def layer_of(included: str, beside: Path) -> str | None:
    """The layer that an include reaches: a public header's, a folder of core/src, None for the compiler's."""
    folder, _, rest = included.rpartition("/")
    if folder == "warifu":
        return HEADERS.get(rest.removesuffix(".h"), f"not of the core: {included}")
    if folder:
        return folder.split("/")[0]
    return beside.parent.name if (beside.parent / included).exists() else None


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_source_includes_only_its_own_layer_and_those_below(path: Path) -> None:
    layer = path.relative_to(CORE / "src").parts[0]
    reached = {included: layer_of(included, path) for included in includes(path)}
    wrong = {i: to for i, to in reached.items() if to is not None and to not in BELOW[layer] | {layer}}
    assert not wrong


@pytest.mark.parametrize("path", [path for path in PUBLIC if path.stem in HEADERS], ids=name)
def test_a_public_header_includes_only_its_own_layer_and_those_below(path: Path) -> None:
    layer = HEADERS[path.stem]
    reached = {included: layer_of(included, path) for included in includes(path)}
    assert {i: to for i, to in reached.items() if to not in BELOW[layer] | {layer, None}} == {}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_the_core_knows_no_host(path: Path) -> None:
    layer = path.relative_to(CORE / "src").parts[0]
    allowed = FREESTANDING | ({"tomcrypt.h"} if layer == "crypto" else set())
    system = {included for included in includes(path) if layer_of(included, path) is None}
    assert system <= allowed
    assert HOST_CALLS.findall(code(path)) == []


def test_only_the_crypto_layer_includes_libtomcrypt() -> None:
    everything = [*CORE.rglob("*.[ch]"), *ROOT.glob("bindings/**/*.[ch]"), *ROOT.glob("shell/**/*.[ch]")]
    users = {path.parent for path in everything if {"tomcrypt.h", "tommath.h", "gmp.h"} & set(includes(path))}
    assert users == {CORE / "src" / "crypto"}


def test_every_core_source_is_in_the_one_list_from_the_bottom_up() -> None:
    lines = (CORE / "sources.txt").read_text().splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    there = [
        path.relative_to(CORE).as_posix()
        for folder in ("src", "io", "host", "sim")
        for path in CORE.glob(f"{folder}/**/*.c")
    ]
    assert sorted(listed) == sorted(there)
    order = [*BELOW, "io", "host", "sim"]
    ranks = [order.index(Path(entry).parts[-2]) for entry in listed]
    assert ranks == sorted(ranks), "a layer stands before one that it looks down on"


@pytest.mark.parametrize(
    "language", [["gcc", "-std=c11", "-x", "c"], ["g++", "-std=c++17", "-x", "c++"]], ids=["c", "cpp"]
)
@pytest.mark.parametrize("path", PUBLIC, ids=name)
def test_a_public_header_compiles_alone(path: Path, language: list[str]) -> None:
    command = [*language, "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{CORE}/include", "-"]
    source = f"#include <warifu/{path.name}>\nint something;\n"
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_shared_library_exports_what_the_public_headers_declare(build: Path) -> None:
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", build / "libwarifu.so"], capture_output=True, text=True, check=True
    )
    exported = {line.split()[2] for line in listing.stdout.splitlines()}
    declaration = re.compile(r"\b(wf_\w+)\(|\bextern const \w+ (wf_\w+)")
    declared = {one or other for path in PUBLIC for one, other in declaration.findall(code(path))}
    assert sorted(declared - exported) == []
    assert sorted(exported - declared) == []


def part_of(path: Path) -> str:
    """What engine.h, engine_config.h and engine_calls.c are of: the first word."""
    return path.stem.partition("_")[0]


def test_includes_of_the_extension_never_lead_back() -> None:
    folder = ROOT / "bindings" / "python" / "ext"
    reached: dict[str, set[str]] = {}
    for path in folder.glob("*.[ch]"):
        to = {part_of(folder / included) for included in includes(path) if (folder / included).exists()}
        reached.setdefault(part_of(path), set()).update(to - {part_of(path)})
    assert {"engine", "sim", "extension"} <= set(reached)
    TopologicalSorter(reached).prepare()  # raises CycleError with the circle


def test_no_file_names_a_place_of_one_machine() -> None:
    place = re.compile(r"(?<![\w.])/(work/|root/|(home|Users)/(?!you\b))\w")  # /home/you stands for anyone's
    made = {".git", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", "build", "dist"}
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [entry for entry in folders if entry not in made]
        for file in files:
            text = Path(folder, file).read_bytes().decode("utf-8", "replace")
            found += [f"{folder}/{file}: {line.strip()}" for line in text.splitlines() if place.search(line)]
    assert found == []
