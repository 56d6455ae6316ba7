"""The documents: links lead somewhere, what they name is there, what is made from tables is fresh."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import generate
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")])
TESTS = ROOT / "tests"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """The text without code blocks."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"^    .*$", "", text, flags=re.M)


def anchors(path: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", prose(path), flags=re.M)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in found]
    return {heading.strip().replace(" ", "-") for heading in plain}


def links(path: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if not re.match(r"[a-z]+:", target):
            yield target


def leads_somewhere(document: Path, target: str) -> bool:
    place, _, anchor = target.partition("#")
    path = (document.parent / place).resolve() if place else document
    if not path.is_relative_to(ROOT) or not path.exists():
        return False
    return not anchor or anchor in anchors(path)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert [target for target in links(path) if not leads_somewhere(path, target)] == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    document = ROOT / "docs" / "index.md"
    assert leads_somewhere(document, "reference/da-profile-1.md#records")
    assert not leads_somewhere(document, "reference/da-profile-1.md#nothing")
    assert not leads_somewhere(document, "reference/nothing.md")


def test_every_document_is_on_the_map() -> None:
    index = ROOT / "docs" / "index.md"
    shown = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    assert {path for path in DOCUMENTS if path.is_relative_to(ROOT / "docs")} <= shown | {index}


def test_generated_files_are_fresh() -> None:
    for path, make in generate.GENERATED.items():
        assert path.read_text(encoding="utf-8") == make(), f"{name(path)}: run python3 tools/generate.py"


def test_the_page_of_errors_has_every_row_of_the_table() -> None:
    header = (ROOT / "core" / "include" / "warifu" / "error.h").read_text(encoding="utf-8")
    codes = re.findall(r"\bX\((\d+),", header)
    page = generate.errors()
    assert len(codes) > 50
    assert [code for code in codes if code != "0" and f"| {code} | `" not in page] == []


def test_the_page_of_errors_names_the_classes_of_python() -> None:
    errors = pytest.importorskip("warifu.errors")
    rows = re.findall(r"^\| (\d+) \| `\w+` \| `(\w+)`(?: \((\w+)\))?", generate.errors(), flags=re.M)
    for code, word, builtin in rows:
        exception = getattr(errors, word)
        assert exception.code == int(code)
        assert issubclass(exception, __builtins__[builtin] if builtin else Exception)


@pytest.mark.parametrize(
    ("page", "least"),
    [("security", 100), ("real-devices", 25), ("policy", 15), ("pairing", 3), ("what-lasts", 1), ("many-devices", 1)],
)
def test_every_test_that_an_explanation_names_is_there(page: str, least: int) -> None:
    text = (ROOT / "docs" / "explanation" / f"{page}.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+)::(\w+)`", text)
    assert len(named) >= least
    files = [path for path in TESTS.rglob("test_*") if path.suffix in {".c", ".py", ".lua"}]
    sources: dict[str, str] = {}
    for path in files:  # C and Lua have files of the same name
        sources[path.stem] = sources.get(path.stem, "") + path.read_text(encoding="utf-8")
    assert [f"{file}::{case}" for file, case in named if not re.search(rf"\b{case}\b", sources.get(file, ""))] == []


def test_every_error_that_the_documents_name_is_in_the_table() -> None:
    page = generate.errors()
    known = {*re.findall(r"`([A-Z_]+)`", page), *re.findall(r"`([A-Z]\w+)` ?\(?", page)}
    howto = (ROOT / "docs" / "howto" / "pair-over-udp.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)`", howto, flags=re.M)
    profile = (ROOT / "docs" / "reference" / "da-profile-1.md").read_text(encoding="utf-8")
    refusals = re.findall(r"^\| (\d{3}) \| (\w+) \|", profile, flags=re.M)
    assert len(named) > 4
    assert len(refusals) > 4
    assert [word for word in named if word not in known] == []
    assert [pair for pair in refusals if f"| {pair[0]} | `{pair[1]}` |" not in page] == []


def test_the_page_of_real_devices_has_the_peers_that_are_installed() -> None:
    page = (ROOT / "docs" / "explanation" / "real-devices.md").read_text(encoding="utf-8")
    pinned = re.findall(r"^(uecho|pychonet)==(.*)$", (ROOT / "requirements" / "peers.txt").read_text(), flags=re.M)
    package = json.loads((TESTS / "lan" / "peers" / "package.json").read_text())
    lock = (TESTS / "lan" / "peers" / "package-lock.json").read_text()
    assert len(pinned) == 2
    assert [peer for peer, version in pinned if not re.search(rf"^\| {peer} .*\| {version} \|", page, flags=re.M)] == []
    assert f"date-utils {package['dependencies']['date-utils']} | {package['dependencies']['echonet-lite']} |" in page
    assert "://" not in lock  # no registry's address


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_command_of_dev_that_the_documents_name_exists(path: Path) -> None:
    script = (ROOT / "dev").read_text(encoding="utf-8")
    named = set(re.findall(r"\./dev ([a-z]+)", path.read_text(encoding="utf-8")))
    assert {
        word for word in named if not re.search(rf"^\s+([a-z]+ \| )*{word}( \| [a-z-]+)*\)", script, flags=re.M)
    } == set()
