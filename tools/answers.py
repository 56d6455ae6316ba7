"""Writes docs/reference/echonet-answers.md: `python3 tools/answers.py [BUILD]`, after ./dev build. A test proves that
it is fresh.

The tables come from tests/answers_driver of the build directory (build/dev), which puts each situation to a real node.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "echonet-answers.md"

TEXT = """\
<!-- Made by tools/answers.py; its tables are what a real node answers (tests/c/answers_driver.c). -->
# What a node answers

How an object of a Warifu node answers an ECHONET Lite request, case by case. *Answer* is what the node gave to the
request when this page was made. *Rule* names the clause of the ECHONET Lite specification (Part II) as other
implementations cite it, or says what real nodes do; *test* is the case in `tests/c/test_node*.c`,
`tests/c/test_answers.c` or `tests/c/test_malformed.c` that guards the row.
The code is `core/src/echonet/node_answer.c` and `core/src/engine/answers.c`.

In every answer SEOJ and DEOJ are swapped, the TID is the request's, and the properties stand in the request's order with
its duplicates. In an answer an accepted Set has PDC 0 and a refused one its EDT as asked; an accepted Get has its value and
a refused one PDC 0. The tables write properties as EPC=EDT, for SetGet the set list, a stroke, the get list. The object of
the examples takes 80 and B0 up to 64.

## ESV and situation

{answers}

DEOJ instance 0 is put to every object of the class, and each answers in its own name, in clear
(`instance_0_is_answered_by_every_instance_in_its_own_name`) and under a session
(`instance_0_under_a_session_is_answered_by_every_instance`).

A node that only transmits (its profile is 0EF002) announces and answers nothing
(`a_node_that_only_transmits_announces_and_hears_nothing`).

## When a property is refused

{refusals}

The gate (the policy) is asked once for each property that the object itself would read or take, so every "no" of it is a
decision of the policy (`the_gate_is_asked_once_for_each_property_in_reach`): with GET for Get, SET for Set, INF for INF_REQ.

## When the answer does not fit

The answer is the SNA of the service (for INFC the 7A) with the first properties that fit. What it leaves out was not done:
what the asker does not see has not happened. A Set counts as fitting when its refusal would. *Situation* is the room for
the answer.

{cuts}

## When the answer comes later

| situation | answer | test |
|---|---|---|
| the request came by multicast | after a random while of at most 500 ms, so that not all nodes answer at once; other limits can be set, none too | `an_answer_to_multicast_leaves_after_a_random_while_within_half_a_second`, `the_longest_while_can_be_set_or_be_none` |
| more such answers than a quarter of the send queue holds | at once | `answers_that_find_no_room_to_wait_leave_at_once` |
| a get or set hook decides later | when all properties of the request are decided, with the values of that moment | `an_answer_waits_for_all_of_its_properties_and_asks_nobody_twice`, `a_read_is_answered_when_its_owner_decides`, `a_set_counts_when_its_owner_accepts_it` |
| the same, of SetGet | its reads begin when its sets are decided | `setget_reads_when_its_sets_are_decided` |
| it is not decided in time (10 s unless set) | the SNA; the other properties count | `what_is_not_decided_in_time_is_refused` |
| too many wait already | the hook has to decide at once | `no_more_wait_than_there_is_room_for` |
| the request is repeated meanwhile | one answer; nobody is asked again | `a_copy_of_what_waits_asks_nobody_again`, `a_repeated_question_under_a_session_asks_nobody_again` |
| the session that it came under has ended | none | `a_session_that_ended_meanwhile_gets_no_answer`, `a_session_after_it_in_its_place_gets_no_answer` |
| the object left meanwhile | none | `an_object_that_left_meanwhile_does_not_answer` |

## When a change is announced

A property of map 9D is reported for announcement when a Set, the get hook or the owner changed its value. Setting the value
that is there already is no change: the rule speaks of a change of state (Part II, status change announcement), and a
repeated Set must not fill the network. Several changes before the announcement are one. Tests:
`a_set_that_changes_an_announced_property_is_reported_once`, `setting_the_present_value_is_no_change`,
`a_property_outside_map_9d_is_not_reported`, `a_refused_set_is_no_change`, `changes_come_in_their_order_however_often`,
`a_value_that_the_get_hook_gives_is_announced_as_a_change`.

The instance list (D5) is announced at the start and again when objects came or went
(`the_instance_list_is_announced_again_when_objects_come_and_go`); paired peers get it under their session as well
(`paired_controllers_learn_of_new_objects_under_their_session`).

## What the node profile says (0EF001)

| EPC | value | test |
|---|---|---|
| 80 82 83 8A | 30; Ver. 1.14, both formats; identification number; maker code | `the_node_profile_is_complete_from_the_start` |
| 8C 8D | product code and production number, 12 bytes of ASCII with zeros at the end; absent unless the owner gives them | `the_node_profile_says_product_code_and_production_number_where_they_are_given` |
| BF | two bytes, of the identification number until somebody sets them: then bit 14 has to be set and bit 15 stays as it is; kept in the store | `unique_identifier_data_is_set_by_its_rule`, `unique_identifier_data_outlives_restarts` |
| 83 | the number of the certificate; without one the number that the store keeps | `a_certified_node_bears_the_number_of_its_certificate`, `a_node_without_an_identity_keeps_its_number_over_restarts` |
| 88 89 ... | when the owner adds them; 80 82 8A 8C 8D BF can be replaced | `the_node_profile_takes_optional_properties`, `the_profile_s_own_properties_can_be_replaced_but_for_its_number` |
| 9D 9E 9F | computed from the accesses | `maps_list_each_property_by_its_access`, `a_map_of_sixteen_properties_is_in_bit_form` |
| D3 D4 | instances without, classes with the node profile | `counts_and_lists_follow_the_objects` |
| D5 | announced in frames of 84 instances; INF_REQ is answered with the first, the others follow | `two_hundred_instances_are_announced_in_three_frames`, `inf_req_for_d5_is_answered_with_all_parts`, `inf_req_for_d5_under_a_session_brings_all_parts_to_the_asker`, `exactly_84_instances_are_one_part` |
| D6 | the first 84 instances, as the first part of D5; D3 has the full number | `two_hundred_instances_are_listed_in_three_parts_of_84` |
| D7 | the first 8 classes | `the_class_list_holds_at_most_eight_classes` |
"""  # noqa: E501 - rows of tables


def text(build: Path) -> str:
    """The page with the tables of this build's driver."""
    run = subprocess.run([build / "tests" / "answers_driver"], capture_output=True, text=True, check=True, timeout=60)
    tables = (part.split("\n", 1) for part in run.stdout.split("@")[1:])
    return TEXT.format(**{title: rows.strip() for title, rows in tables})


if __name__ == "__main__":
    PAGE.write_text(text(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "dev"), encoding="utf-8")
    print(PAGE.relative_to(ROOT))
