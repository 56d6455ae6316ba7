"""What is given away: the source archive, the wheel that carries its libraries, and how they install."""

import base64
import csv
import hashlib
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import abi3info
import pytest
from abi3info.models import PyVersion, Symbol

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = Path(__file__).with_name("shipped.py")
CARRIED = {"libgmp", "libjansson", "libqrencode", "libtomcrypt", "libtommath"}
QUICK = {"CFLAGS": "-O0 -g0", "SOURCE_DATE_EPOCH": "1700000000"}


sys.path.insert(0, str(ROOT / "tools"))
wheels = importlib.import_module("wheels")
sys.path.pop(0)
pytestmark = pytest.mark.timeout(600)  # it compiles everything, twice


@dataclass
class Made:
    archive: Path
    source: Path  # unpacked
    wheel: Path

    def files(self) -> dict[str, bytes]:
        return wheels.read(self.wheel)


def unpack(archive: Path, place: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 and later have it
        tar.extractall(place)
    (source,) = place.iterdir()
    return source


def build_shipped(source: Path, place: Path) -> Path:
    return wheels.repair(wheels.build_wheel(source, place / "raw"), place / "shipped")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The archive and the wheel as tools/wheels.py makes them, only quicker."""
    place = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUICK.items():
            patch.setenv(name, value)
        patch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        archive = wheels.build_archive(place)
        source = unpack(archive, place / "source")
        return Made(archive, source, build_shipped(source, place))


class EmptyHouse:
    """A virtual environment with nothing in it; setuptools is lent to builds, so that no test needs a network."""

    def __init__(self, place: Path) -> None:
        self.python = place / "house" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "house"], check=True)
        self.lent = place / "lent"
        self.lent.mkdir()
        site = Path(importlib.util.find_spec("setuptools").origin).parents[1]
        for path in [*site.glob("setuptools*"), site / "_distutils_hack"]:
            (self.lent / path.name).symlink_to(path)

    def pip_install(self, *what: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install", "--no-index", "--no-build-isolation"]
        lent = {"PYTHONPATH": str(self.lent), "PIP_DISABLE_PIP_VERSION_CHECK": "1", **QUICK, **environment}
        return subprocess.run([*pip, *what], env={**os.environ, **lent}, cwd="/", capture_output=True, text=True)

    def try_out(self, *before: str | Path) -> dict[str, object]:
        """Two nodes pair; `before` is a command in front of Python's."""
        done = subprocess.run([*before, self.python, "-I", SHIPPED], cwd="/", capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def programs(self) -> set[str]:
        return {path.name for path in self.python.parent.iterdir()}


@pytest.fixture
def house(tmp_path: Path) -> EmptyHouse:
    return EmptyHouse(tmp_path)


# ---- the source archive ----


def test_the_source_archive_holds_all_that_the_build_reads(made: Made) -> None:
    with tarfile.open(made.archive) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    trees = ["core/**/*.[ch]", "bindings/python/ext/*", "bindings/python/warifu/**/*.py*"]
    wanted = {path.relative_to(ROOT).as_posix() for tree in trees for path in ROOT.glob(tree)}
    wanted |= {"core/sources.txt", "setup.py", "pyproject.toml", "LICENSE", "NOTICE", "bindings/python/warifu/py.typed"}
    assert {path for path in wanted if "__pycache__" not in path} <= held
    assert not [path for path in held if path.endswith((".so", ".pyc", ".o"))]


@pytest.mark.parametrize("how", [[], ["-e"]], ids=["pip install .", "pip install -e ."])
def test_the_archive_installs_into_an_empty_environment_and_brings_no_program(
    how: list[str], made: Made, house: EmptyHouse
) -> None:
    before = house.programs()
    done = house.pip_install(*how, made.source)
    assert done.returncode == 0, done.stdout + done.stderr
    tried = house.try_out()
    assert tried["answer"] == "30"
    assert Path(tried["file"]).is_relative_to(made.source if how else house.python.parents[1])
    assert house.programs() == before
    helped = subprocess.run([house.python, "-I", "-m", "warifu", "--help"], capture_output=True, text=True)
    assert helped.returncode == 0
    assert helped.stdout.startswith("usage: python -m warifu")


# ---- what is missing ----


def hide(header: str, place: Path) -> str:
    """Flags of a compiler for which there is no such header."""
    path = place / "hidden" / header
    path.parent.mkdir(parents=True)
    path.write_text("#error hidden by a test\n")
    return f"-I{place / 'hidden'}"


def check_refusal(said: str, header: str) -> None:
    lines = [line.strip() for line in said.splitlines() if "warifu: " in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"warifu: the header {header} is missing. Debian: apt-get install libtomcrypt-dev ")
    assert all(words in lines[0] for words in ("Fedora: dnf install libtomcrypt-devel", "Homebrew: brew install"))
    assert "Traceback" not in said


@pytest.mark.parametrize("header", ["tomcrypt.h", "tommath.h"])
def test_a_missing_header_ends_an_installation_with_one_line_that_says_what_to_install(
    header: str, made: Made, house: EmptyHouse, tmp_path: Path
) -> None:
    done = house.pip_install(made.source, CFLAGS=hide(header, tmp_path))
    assert done.returncode != 0
    check_refusal(done.stdout + done.stderr, header)


@pytest.mark.parametrize("header", ["Python.h", "jansson.h", "qrencode.h", "p11-kit/pkcs11.h"])
def test_any_missing_header_ends_the_build_with_that_line(header: str, made: Made, tmp_path: Path) -> None:
    step = [sys.executable, "setup.py", "-q", "build_ext", "--build-lib", tmp_path]
    environment = {**os.environ, "CFLAGS": hide(header, tmp_path)}
    done = subprocess.run(step, cwd=made.source, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    check_refusal(done.stderr, header)


def test_the_packages_that_a_failure_names_are_those_of_the_manual() -> None:
    said = re.sub(r'"\s*"', "", (ROOT / "setup.py").read_text())
    page = re.sub(r" \\\n +", " ", (ROOT / "docs/howto/install.md").read_text())
    for tool in ("apt-get install", "dnf install", "brew install"):
        (packages,) = re.findall(rf"{tool} ([^;\"]*)", said)
        assert f"{tool} {packages}\n" in page


# ---- the wheel ----


def test_the_wheel_says_for_whom_it_is(made: Made) -> None:
    assert re.fullmatch(r"warifu-[0-9.]+-cp311-abi3-manylinux_2_\d+_\w+\.whl", made.wheel.name)
    (metadata,) = [data.decode() for name, data in made.files().items() if name.endswith(".dist-info/METADATA")]
    head, _, text = metadata.partition("\n\n")
    said = set(head.split("\n"))
    assert {"License-Expression: MIT", "Requires-Python: >=3.11", "Classifier: Typing :: Typed"} <= said
    assert "Requires-Dist" not in head
    assert text.startswith("# Warifu")


def test_the_record_of_the_wheel_is_true(made: Made) -> None:
    files = made.files()
    (path,) = [name for name in files if name.endswith(".dist-info/RECORD")]
    recorded = {name: (digest, size) for name, digest, size in csv.reader(io.StringIO(files[path].decode()))}
    assert recorded.pop(path) == ("", "")
    assert set(recorded) == set(files) - {path}
    for name, (digest, size) in recorded.items():
        true = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        assert (digest, size) == (f"sha256={true}", str(len(files[name]))), name


def test_the_extension_uses_the_stable_abi_of_3_11_alone(made: Made, tmp_path: Path) -> None:
    (module,) = [name for name in made.files() if name.endswith("/_warifu.abi3.so")]
    (tmp_path / "it.so").write_bytes(made.files()[module])
    listing = subprocess.run(["nm", "-D", tmp_path / "it.so"], capture_output=True, text=True, check=True).stdout
    assert re.findall(r" T (\w+)", listing) == ["PyInit__warifu"]
    used = {Symbol(name) for name in re.findall(r" U (_?Py\w+)", listing)}
    assert len(used) > 50
    known = abi3info.FUNCTIONS | abi3info.DATAS
    assert {symbol.name for symbol in used if symbol not in known} == set()
    assert {symbol.name for symbol in used if known[symbol].added > PyVersion(3, 11)} == set()


def test_the_wheel_uses_the_libraries_that_it_carries_and_brings_no_program(made: Made, house: EmptyHouse) -> None:
    before = house.programs()
    done = house.pip_install(made.wheel)
    assert done.returncode == 0, done.stderr
    assert house.programs() == before
    tried = house.try_out()
    assert tried["answer"] == "30"
    assert len(tried["libraries"]) == len(CARRIED)
    assert all(Path(library).is_relative_to(house.python.parents[1]) for library in tried["libraries"])


HIDE = 'while [ "$1" != -- ]; do mount --bind /dev/null "$1" || exit 77; shift; done; shift; exec "$@"'


def system_libraries() -> list[str]:
    """The files of this system that hold what the wheel carries."""
    listing = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    paths = [line.split()[-1] for line in listing.splitlines() if " => " in line]
    return [path for path in paths if Path(path).name.partition(".")[0] in CARRIED]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can hide files from one process")
def test_the_wheel_runs_where_the_system_has_none_of_its_libraries(made: Made, house: EmptyHouse) -> None:
    system = system_libraries()
    hiding = ["unshare", "-rm", "mount", "--bind", "/dev/null", system[0]]
    if subprocess.run(hiding, capture_output=True).returncode != 0:
        pytest.skip("no namespaces of one's own here (unshare -rm)")
    assert house.pip_install(made.wheel).returncode == 0
    assert house.try_out("unshare", "-rm", "sh", "-c", HIDE, "-", *system, "--")["answer"] == "30"


def test_the_wheel_has_an_entry_and_the_licence_of_each_library_that_it_carries(made: Made) -> None:
    files = made.files()
    libraries = {name: data for name, data in files.items() if name.startswith("warifu.libs/")}
    assert {re.match(r"warifu\.libs/([a-z]+)", name)[1] for name in libraries} == CARRIED
    (bill,) = [json.loads(data) for name, data in files.items() if ".dist-info/sboms/" in name]
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "warifu")
    entries = {entry["evidence"]["occurrences"][0]["location"]: entry for entry in bill["components"]}
    assert set(entries) == set(libraries) == set(bill["dependencies"][0]["dependsOn"])
    for name, data in libraries.items():
        assert entries[name]["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}]
        assert entries[name]["licenses"][0]["expression"]
        assert entries[name]["purl"].endswith(f"@{entries[name]['version'].replace(':', '%3A').replace('+', '%2B')}")
    papers = {name.partition("/third-party/")[2]: data for name, data in files.items()}
    notices = {name: data.decode() for name, data in papers.items() if name}
    assert {name.partition("/")[0] for name in notices} == CARRIED | {"README.txt"}
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in notices["libgmp/LGPL-3"]
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in notices["libqrencode/LGPL-2.1"]
    assert all(name in notices["README.txt"] for name in libraries)


def test_the_same_source_gives_the_same_wheel_byte_by_byte(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    mask = os.umask(0o077)
    try:
        again = build_shipped(unpack(made.archive, tmp_path / "another place"), tmp_path)
    finally:
        os.umask(mask)
    assert again.name == made.wheel.name
    assert again.read_bytes() == made.wheel.read_bytes()


def test_who_packs_an_archive_when_and_with_which_umask_is_not_in_it(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    texts = []
    for place, mtime, mode in (("one", 1_700_000_000, 0o600), ("another", 1_600_000_000, 0o664)):
        source = unpack(made.archive, tmp_path / place)
        for path in source.rglob("*"):
            os.utime(path, (mtime, mtime))
            if path.is_file():
                path.chmod(mode | (path.stat().st_mode & 0o100))
        archive = tmp_path / f"{place}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(source, source.name)
        wheels.settle(archive)
        texts.append(archive.read_bytes())
    assert texts[0] == texts[1]
    again = unpack(tmp_path / "one.tar.gz", tmp_path / "again")
    assert (again / "setup.py").read_bytes() == (made.source / "setup.py").read_bytes()
