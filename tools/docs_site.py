"""MkDocs calls this while it makes the site: what the pages link to outside docs/, such as headers and examples, goes
along as text under source/, so that every link leads somewhere without a network."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[([^\]]*)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def outside(page: str, target: str) -> Path | None:
    """The file or folder of the repository that a link means, unless it is in docs/."""
    path = (ROOT / "docs" / page).parent.joinpath(target).resolve()
    return None if path.is_relative_to(ROOT / "docs") or not path.exists() else path


def copy_of(path: Path) -> str:
    return f"source/{path.relative_to(ROOT)}.txt"


def linked(page: str, text: str) -> Iterator[Path]:
    paths = (outside(page, match[2]) for match in LINK.finditer(text))
    return (path for path in paths if path is not None and path.is_file())


def on_files(files: Any, config: Any) -> Any:
    pages = [(file.src_uri, file.content_string) for file in files.documentation_pages()]
    for path in {path for page, text in pages for path in linked(page, text)}:
        files.append(File.generated(config, copy_of(path), content=path.read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    here = page.file.src_uri
    up = "../" * (len(PurePosixPath(here).parts) - 1)

    def moved(match: re.Match[str]) -> str:
        path = outside(here, match[2])
        if path is None:
            return match[0]
        return f"[{match[1]}]({up}{copy_of(path)})" if path.is_file() else match[1]

    return LINK.sub(moved, markdown)
