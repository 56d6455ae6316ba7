"""docs/reference/echonet-answers.md: its tables are what a node answers now, and each rule in it has a test."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "echonet-answers.md"
CASE = re.compile(r"^    CASE\((\w+)\),$", re.MULTILINE)
PROGRAMS = ("test_node", "test_node_table", "test_node_changes", "test_answers", "test_malformed")


def cases(program: str) -> set[str]:
    found = set(CASE.findall((ROOT / "tests" / "c" / f"{program}.c").read_text()))
    assert found, f"no case found in {program}.c"
    return found


def named_in_the_docs() -> set[str]:
    return set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+){2,})`", PAGE.read_text()))


def test_the_page_is_what_a_node_answers_now(build: Path) -> None:
    spec = importlib.util.spec_from_file_location("answers", ROOT / "tools" / "answers.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert PAGE.read_text(encoding="utf-8") == tool.text(build), "python3 tools/answers.py writes it anew"


def test_every_case_that_the_answer_table_names_exists() -> None:
    assert named_in_the_docs() <= set().union(*(cases(program) for program in PROGRAMS))


def test_the_answer_table_names_every_rule_of_the_answers() -> None:
    of_the_c_interface = {
        "the_set_hook_sees_the_old_value_and_may_put_others",
        "what_is_set_stands_over_what_the_hook_put_there",
        "an_answer_is_appended_to_what_stands_in_the_writer",
        "every_cut_or_changed_request_gets_a_regular_answer_or_none",
    }
    assert cases("test_node") - named_in_the_docs() == of_the_c_interface
