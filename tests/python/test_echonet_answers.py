"""docs/reference/echonet-answers.md names a test for every rule: the names are those of real cases, and of all."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CASE = re.compile(r"^    CASE\((\w+)\),$", re.MULTILINE)


def cases(program: str) -> set[str]:
    found = set(CASE.findall((ROOT / "tests" / "c" / f"{program}.c").read_text()))
    assert found, f"no case found in {program}.c"
    return found


def named_in_the_docs() -> set[str]:
    text = (ROOT / "docs" / "reference" / "echonet-answers.md").read_text()
    return set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+){2,})`", text))


def test_every_case_that_the_answer_table_names_exists() -> None:
    assert named_in_the_docs() <= cases("test_node") | cases("test_node_table")


def test_the_answer_table_names_every_rule_of_the_answers() -> None:
    of_the_c_interface = {
        "the_set_hook_sees_the_old_value_and_may_put_others",
        "what_is_set_stands_over_what_the_hook_put_there",
        "an_answer_is_appended_to_what_stands_in_the_writer",
    }
    assert cases("test_node") - named_in_the_docs() == of_the_c_interface
