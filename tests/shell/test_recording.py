"""The recorded session of the documentation: a picture that stands alone, of what the shell does today."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import record

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(picture).findall(f"{SVG}text")


def typed(picture: str) -> list[str]:
    """The lines that were typed, in their order."""
    return [str(text.text) for text in texts(picture) if text.get("class") == "typed"]


def test_the_recorded_session_is_what_the_shell_does_today(shell: Path, free_port: int) -> None:
    fresh, kept = record.record(shell, free_port), record.PICTURE.read_text()
    assert typed(fresh) == typed(kept), "python3 tools/record.py makes it anew"


def test_what_is_typed_in_the_recording_are_verbs(run: Callable) -> None:
    verbs = {row["name"].split()[0] for row in json.loads(run("help", "--json").stdout)["verbs"]}
    lines = typed(record.PICTURE.read_text())
    assert len(lines) >= 4
    assert {line.split()[0] for line in lines} <= verbs


def test_the_picture_has_its_text_in_place_and_nothing_from_elsewhere() -> None:
    picture = record.PICTURE.read_text()
    root = ElementTree.fromstring(picture)
    _, _, width, height = (float(number) for number in str(root.get("viewBox")).split())
    for text in texts(picture):
        assert 0 < float(text.get("x", 0)) < float(text.get("x", 0)) + float(text.get("textLength", 0)) <= width
        assert 0 < float(text.get("y", 0)) < height
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {"svg", "title", "style", "rect", "text"}
    assert not re.search(r"href|url\(|@import|<script|\bon\w+=", picture)
