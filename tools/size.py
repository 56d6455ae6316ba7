"""How much flash and RAM the core takes on a Cortex-M4: ./dev size.

The core is compiled by arm-none-eabi-gcc for size, warnings as errors, and told by part: all that is compiled, and what
the linker keeps in a whole device, examples/bare_metal/light.c. What the light's block of memory takes is asked of the
engine itself, on an emulated board (QEMU's mps2-an386). libtomcrypt and libtommath come as Debian's source packages,
into build/size; without them their rows are left out, with the reason.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "size"
HERE = ROOT / "tools" / "size"
CPU = ["-mcpu=cortex-m4", "-mthumb"]
SMALL = ["-std=c11", "-Os", "-ffunction-sections", "-fdata-sections"]
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
INCLUDE = ["-Icore/include", "-Icore/src", "-Iexamples/bare_metal"]
LEFT_OUT = ["-DWARIFU_NO_DICTIONARY", "-DWARIFU_NO_TEXTS", "-DWARIFU_NO_CONTROLLER"]
KINDS = ("text", "rodata", "data", "bss")
LIBRARIES = ("libtomcrypt", "libtommath")
WITHOUT_CRYPTO, WHOLE = "without crypto", "core"
LONGEST_CODE, LONGEST_BLOCK = 45 * 1024, 16 * 1024
Sizes = dict[str, Counter]


def run(command: list, **more: object) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **more)
    except FileNotFoundError:
        sys.exit(f"size: {command[0]} is not installed")
    if done.returncode != 0:
        sys.exit(f"size: {Path(command[0]).name} failed:\n{done.stderr or done.stdout}")
    return done.stdout


def kind_of(name: str, flags: str) -> str | None:
    """Of a section: what it costs. None: nothing on the board."""
    if "A" not in flags:
        return None
    if "W" in flags:
        return "bss" if name.startswith((".bss", "COMMON")) else "data"
    return "text" if "X" in flags else "rodata"


def sections(path: Path, readelf: str) -> Counter:
    """Bytes of an object or program by kind."""
    sizes = Counter()
    row = re.compile(r"^\s*\[\s*\d+\]\s+(\S+)\s+\S+\s+[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) \S+\s+([A-Z]*)\s", re.M)
    for name, size, flags in row.findall(run([readelf, "-SW", path])):
        if kind := kind_of(name, flags):
            sizes[kind] += int(size, 16)
    return sizes


def part_of(path: str) -> str:
    """The folder of core/src that an object is of; the library; "C library", "light"."""
    found = re.search(r"/obj/([^/]+)/", path)
    return found[1] if found else "C library"


def kept(linker_map: str) -> Sizes:
    """Bytes by part and kind of what a linker kept."""
    parts: Sizes = defaultdict(Counter)
    flags = {
        ".text": "AX",
        ".rodata": "A",
        ".ARM.exidx": "A",
        ".vectors": "AX",
        ".data": "AW",
        ".bss": "AW",
        "COMMON": "AW",
    }
    start = re.compile("|".join(re.escape(name) for name in flags))
    memory = linker_map.split("Linker script and memory map")[1]
    for name, size, source in re.findall(r"^ (\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$", memory, re.M):
        if (begins := start.match(name)) and int(size, 16):
            parts[part_of(source)][kind_of(name, flags[begins[0]])] += int(size, 16)
    return parts


def check_sums(parts: Sizes, whole: Counter) -> None:
    """What the map tells by part is what the program has, but for alignment and strings that two parts share."""
    for kind in KINDS:
        told = sum(sizes[kind] for sizes in parts.values())
        if abs(whole[kind] - told) > 64 + whole[kind] // 100:
            sys.exit(
                f"size: the parts have {told} bytes of {kind}, the program {whole[kind]}: mend kept() in {__file__}"
            )


def total(parts: Sizes, names: list[str]) -> Counter:
    return sum((parts[name] for name in names if name in parts), Counter())


def flash(sizes: Counter) -> int:
    return sizes["text"] + sizes["rodata"] + sizes["data"]


class Toolchain:
    def __init__(self, prefix: str = "arm-none-eabi-") -> None:
        self.gcc, self.readelf, self.ar = f"{prefix}gcc", f"{prefix}readelf", f"{prefix}ar"

    def compile(self, source: Path, part: str, flags: list, newest: float) -> Path:
        """The object of a source; an old one where nothing has changed since."""
        out = BUILD / "obj" / part / f"{source.stem}.o"
        if not out.exists() or out.stat().st_mtime < max(newest, source.stat().st_mtime):
            out.parent.mkdir(parents=True, exist_ok=True)
            run([self.gcc, *CPU, *SMALL, *flags, "-c", source, "-o", out])
        return out

    def link(self, out: str, objects: list, specs: str, *more: str) -> Path:
        program = BUILD / out
        options = [f"--specs={specs}.specs", "-nostartfiles", "-T", HERE / "cortex_m4.ld", "-Wl,--gc-sections"]
        options += [f"-Wl,-Map={program}.map", "-Wl,--no-warn-rwx-segments", *more]
        run([self.gcc, *CPU, *options, *objects, "-o", program])
        return program


def newest_header() -> float:
    return max(path.stat().st_mtime for path in [Path(__file__), *ROOT.glob("core/**/*.h"), *HERE.iterdir()])


def headers_of_tomcrypt() -> list:
    """Debian's own, alone in a folder, for the rest of /usr/include is not the board's."""
    folder = BUILD / "include"
    folder.mkdir(parents=True, exist_ok=True)
    for header in Path("/usr/include").glob("tom*.h"):
        if not (folder / header.name).exists():
            (folder / header.name).symlink_to(header)
    return ["-isystem", folder]


def compile_core(tools: Toolchain) -> list[Path]:
    lines = (ROOT / "core" / "sources.txt").read_text(encoding="utf-8").splitlines()
    newest = newest_header()
    flags = [*STRICT, *INCLUDE, *headers_of_tomcrypt(), "-DLTM_DESC"]
    objects = []
    for name in (line for line in lines if line.startswith("src/")):
        source = ROOT / "core" / name
        if source.name == "dictionary_data.c":
            tools.compile(source, "dictionary", flags, newest)
        objects.append(tools.compile(source, source.parent.name, [*flags, *LEFT_OUT], newest))
    return objects


def fetch_library(name: str) -> Path:
    """The folder of Debian's source of a library; OSError says why there is none."""
    there = sorted(BUILD.glob(f"{name}-*/"))
    if there:
        return there[0]
    lists = BUILD / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    (BUILD / "sources.list").write_text("deb-src http://deb.debian.org/debian bookworm main\n", encoding="utf-8")
    apt = ["apt-get", "-qq", f"-oDir::Etc::SourceList={BUILD}/sources.list", "-oDir::Etc::SourceParts=/dev/null"]
    apt += [f"-oDir::State::Lists={lists}", "-oAPT::Sandbox::User=root"]
    for words in (["update"], ["source", name]):
        done = subprocess.run([*apt, *words], cwd=BUILD, capture_output=True, text=True)
        if done.returncode != 0:
            raise OSError(f"apt-get {words[0]}: {done.stderr.strip().splitlines()[-1]}")
    return sorted(BUILD.glob(f"{name}-*/"))[0]


def compile_libraries(tools: Toolchain) -> list[Path]:
    """Both as archives, of which the linker takes what is needed, as it would of a vendor's."""
    crypt, math = (fetch_library(name) for name in LIBRARIES)
    own = {
        "libtomcrypt": (
            crypt.glob("src/**/*.c"),
            [f"-I{crypt}/src/headers", "-DLTC_SOURCE", "-DLTM_DESC", "-DUSE_LTM"],
        ),
        "libtommath": (math.glob("*.c"), []),
    }
    archives = []
    for name, (sources, flags) in own.items():
        objects = [tools.compile(source, name, [*flags, f"-I{math}", "-w"], 0) for source in sources]
        archive = BUILD / "obj" / name / f"{name}.a"
        if not archive.exists() or archive.stat().st_mtime < max(path.stat().st_mtime for path in objects):
            run([tools.ar, "rcs", archive, *objects])
        archives.append(archive)
    return archives


def light(tools: Toolchain, core: list[Path]) -> tuple[Sizes, str | None]:
    """By part, what the linker keeps of a whole device; and why its libraries are missing."""
    own = [ROOT / "examples" / "bare_metal" / "light.c", HERE / "board.c", HERE / "reset.c"]
    objects = [tools.compile(path, "light", [*STRICT, *INCLUDE], newest_header()) for path in own]
    try:
        libraries, missing, unresolved = compile_libraries(tools), None, []
    except OSError as error:
        libraries, missing, unresolved = [], str(error), ["-Wl,--unresolved-symbols=ignore-all"]
    group = ["-Wl,--start-group", *libraries, "-Wl,--end-group"]
    program = tools.link("light.elf", [*objects, *core, *group], "nosys", "--specs=nano.specs", *unresolved)
    parts = kept(Path(f"{program}.map").read_text(encoding="utf-8"))
    check_sums(parts, sections(program, tools.readelf))
    return parts, missing


def block(tools: Toolchain, core: list[Path]) -> dict[str, int]:
    """What the light's block takes, by share, told by the engine on the emulated board."""
    own = [ROOT / "examples" / "bare_metal" / "light.c", HERE / "board.c", HERE / "reset.c", HERE / "block.c"]
    objects = [tools.compile(path, "light", [*STRICT, *INCLUDE], newest_header()) for path in own]
    wraps = [f"-Wl,--wrap={name}" for name in ("wf_engine_size", "wf_crypto_start")]
    ignored = "-Wl,--unresolved-symbols=ignore-all"  # the cryptography, which is not asked here
    program = tools.link("block.elf", [*objects, *core], "rdimon", ignored, *wraps)
    return told_by(program)


def told_by(program: Path) -> dict[str, int]:
    """What a program prints on the emulated board, a name and bytes a line."""
    board = ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-serial", "none", "-monitor", "none"]
    said = run([*board, "-semihosting-config", "enable=on,target=native", "-kernel", program], timeout=60)
    return {name: int(size) for name, size in re.findall(r"^(.+) (\d+)$", said, re.M)}


def stack_and_heap(tools: Toolchain, core: list[Path]) -> dict[str, int]:
    """High-water marks of two engines that pair and talk on the emulated board; nothing without the libraries."""
    try:
        libraries = compile_libraries(tools)
    except OSError:
        return {}
    flags = [*STRICT, *INCLUDE, "-Itests/c", *headers_of_tomcrypt(), "-DLTM_DESC"]
    own = [tools.compile(HERE / name, "light", flags, newest_header()) for name in ("pairing.c", "reset.c")]
    wraps = [f"-Wl,--wrap={name}" for name in ("malloc", "calloc", "realloc", "free")]
    group = ["-Wl,--start-group", *libraries, "-Wl,--end-group"]
    return told_by(tools.link("pairing.elf", [*own, *core, *group], "rdimon", *wraps))


def print_parts(title: str, parts: Sizes, names: list[str], sums: dict[str, list[str]]) -> None:
    print(f"\n{title:24}" + "".join(f"{kind:>9}" for kind in KINDS))
    for name in names:
        print(f"{name:24}" + "".join(f"{parts[name][kind]:9,}" for kind in KINDS))
    for name, of in sums.items():
        both = total(parts, of)
        print(f"= {name:22}" + "".join(f"{both[kind]:9,}" for kind in KINDS))


def row(figure: str, ours: int, reach: int | None = None) -> dict:
    wanted = f"ours <= {reach}" if reach is not None else None
    return {
        "figure": figure,
        "ours": ours,
        "theirs": None,
        "ratio": None,
        "unit": "B",
        "against": None,
        "reach": wanted,
    }


def rows(compiled: Sizes, linked: Sizes, shares: dict[str, int], parts: list[str]) -> list[dict]:
    """In the form of the table of ./dev bench."""
    without = [part for part in parts if part != "crypto"]
    return [
        row("flash: light, core without crypto and dictionary", flash(total(linked, without)), LONGEST_CODE),
        row("flash: light, our crypto", flash(linked["crypto"])),
        *(row(f"flash: light, {name}", flash(linked[name])) for name in LIBRARIES if name in linked),
        row("flash: before the linker, core without crypto and dictionary", flash(total(compiled, without))),
        row("flash: dictionary", flash(compiled["dictionary"])),
        row("RAM: light with 4 pairings, block", shares["block"], LONGEST_BLOCK),
        *(row(f"RAM: {name}", size) for name, size in shares.items() if name.startswith(("stack", "heap"))),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev size", description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", action="store_true", help="only the rows for ./dev bench, one JSON object a line")
    parser.add_argument("--json", action="store_true", help="one object with the rows on the last line")
    options = parser.parse_args()
    tools = Toolchain()
    core = compile_core(tools)
    parts = list(dict.fromkeys(path.parent.name for path in core))
    compiled: Sizes = defaultdict(Counter)
    for path in [*core, BUILD / "obj" / "dictionary" / "dictionary_data.o"]:
        compiled[path.parent.name] += sections(path, tools.readelf)
    linked, missing = light(tools, core)
    shares = block(tools, core) | stack_and_heap(tools, core)
    found = rows(compiled, linked, shares, parts)
    if options.rows:
        print(*map(json.dumps, found), sep="\n")
        return 0
    print(f"Cortex-M4, {run([tools.gcc, '--version']).splitlines()[0]}, {' '.join(SMALL)}; bytes")
    sums = {WITHOUT_CRYPTO: [part for part in parts if part != "crypto"], WHOLE: parts}
    print_parts("the core as compiled", compiled, [*parts, "dictionary"], sums)
    others = [name for name in linked if name not in parts]
    print_parts("linked into a light", linked, [*parts, *others], sums)
    if missing:
        print(f"libtomcrypt and libtommath are not counted: {missing}")
    print("\nRAM of the light, 4 pairings")
    for name, size in shares.items():
        print(f"{name:36}{size:9,}")
    if options.json:
        print(json.dumps({"rows": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
