"""The site of the documents: every page is in its navigation, every link leads somewhere, and it needs no network."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "mkdocs.yml"
LOADED = re.compile(r"<(?:link|script|img|iframe)\b[^>]*\"(?:https?:)?//|@import|url\([\"']?(?:https?:)?//")


def make(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("mkdocs", reason="mkdocs is not installed (requirements/docs.txt, ./dev setup)")
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", config, "-d", site],
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    made = make(CONFIG, folder)
    assert made.returncode == 0, made.stderr
    return folder


def test_every_page_is_in_the_navigation_once() -> None:
    shown = re.findall(r"^ +- (?:\w+: )?(\S+\.md)$", CONFIG.read_text(encoding="utf-8"), flags=re.M)
    pages = [str(path.relative_to(ROOT / "docs")) for path in ROOT.glob("docs/**/*.md")]
    assert sorted(shown) == sorted(pages)


def test_every_page_is_built(site: Path) -> None:
    pages = [path.relative_to(ROOT / "docs") for path in ROOT.glob("docs/**/*.md")]
    assert [page for page in pages if not (site / page.with_suffix(".html")).is_file()] == []


def test_what_pages_link_to_outside_the_documents_goes_along(site: Path) -> None:
    assert 'href="source/core/include/warifu/engine.h.txt"' in (site / "index.html").read_text(encoding="utf-8")
    header = ROOT / "core" / "include" / "warifu" / "engine.h"
    assert (site / "source/core/include/warifu/engine.h.txt").read_bytes() == header.read_bytes()


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    assert LOADED.search('<script src="https://cdn.example/highlight.js">')
    pages = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert [page.name for page in pages if LOADED.search(page.read_text(encoding="utf-8"))] == []


def test_a_link_that_leads_nowhere_stops_it(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "docs_site.py", tmp_path / "tools")
    config = CONFIG.read_text(encoding="utf-8").partition("\nnav:\n")[0]
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Map\n\n[page](nowhere.md), [part](#nothing)\n", encoding="utf-8")
    made = make(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert made.returncode != 0
    assert "'nowhere.md'" in made.stderr
    assert "'#nothing'" in made.stderr
