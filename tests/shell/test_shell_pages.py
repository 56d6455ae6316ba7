"""The pages made from the table of verbs are fresh, and say what the shell says."""

import functools
import importlib.util
import re
import shlex
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shell_pages", ROOT / "tools" / "shell_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_made_from_the_table_of_verbs_are_fresh(shell: Path) -> None:
    pages = generator()
    described = pages.table(shell)
    assert len(described["verbs"]) > 10
    for path, make in pages.GENERATED.items():
        assert path.read_text(encoding="utf-8") == make(described), f"{path.name}: run python3 tools/shell_pages.py"


def test_every_verb_is_on_the_page_in_the_man_page_and_in_the_help(shell: Path) -> None:
    pages = generator()
    page, man = (path.read_text(encoding="utf-8") for path in pages.GENERATED)
    shown = subprocess.run([shell, "--help"], capture_output=True, text=True, check=True).stdout
    for verb in pages.table(shell)["verbs"]:
        assert f"#### `{verb['name']}" in page
        assert f"\\fB{pages.roff(verb['name'])}\\fR" in man
        assert f"\n  {verb['name']} " in shown
        own = subprocess.run(
            [shell, *verb["name"].split(), "--help"], capture_output=True, text=True, check=True
        ).stdout
        assert own.startswith(f"usage: {verb['synopsis']}\n{verb['help']}\n")
        assert all(option["name"] in own for option in verb["options"])


# ---- what the documents say ----

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def commands(path: Path) -> list[list[str]]:
    """The words of each command line `warifu ...` in the code of a document, up to what the shell around it does."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"^    (?:.*\| )?warifu (.*)$", text, flags=re.M)
    found += re.findall(
        r"^(?:\$ )?warifu (.*)$", "\n".join(re.findall(r"^```\w*\n(.*?)^```$", text, flags=re.M | re.S)), re.M
    )
    found += re.findall(r"`warifu ([^`]*)`", text)
    return [shlex.split(re.split(r" [|#&>] ?", line)[0]) for line in found]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_the_documents_show_is_one(shell: Path, path: Path) -> None:
    described = described_by(shell)
    start = {option["name"]: option for option in described["start"] + described["common"]}
    verbs = {verb["name"]: verb for verb in described["verbs"]}
    families = {name.split()[0] for name in verbs if " " in name}
    for words in commands(path):
        at = 0
        while at < len(words) and words[at] in start:
            at += 2 if "value" in start[words[at]] else 1
        rest = words[at:]
        if not rest or not re.fullmatch(r"[a-z][a-z-]*", rest[0]) or (path.parent / rest[0]).exists():
            continue  # a script, -e, an option in a sentence
        name = " ".join(rest[:2]) if " ".join(rest[:2]) in verbs else rest[0]
        assert name in verbs or name in families or rest[0] == "good-night", words
        known = {option["name"] for option in verbs.get(name, {"options": []})["options"]} | set(start)
        assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known, words


def test_the_commands_of_the_documents_are_found() -> None:
    found = [words for path in DOCUMENTS for words in commands(path)]
    assert len(found) > 40
    assert ["wait-for", "AIRCON", "roomTemperature>=26", "--for", "600"] in found
    assert any(words[-1:] == ["discover"] for words in found)


@functools.cache
def described_by(shell: Path) -> dict[str, Any]:
    described: dict[str, Any] = generator().table(shell)
    return described
