"""The pages made from the table of verbs are fresh, and say what the shell says."""

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

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
