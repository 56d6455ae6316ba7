#include <warifu/event.h>

#include "check.h"

static void every_kind_and_step_has_a_text_of_its_own(void) {
    const wf_event_kind last_kind = WF_EVENT_NODE_OBJECT;
    const wf_pair_step last_step = WF_PAIR_CONFIRMED;
    for (unsigned i = 0; i <= (unsigned)last_kind; i++) {
        const char *text = wf_event_kind_text((wf_event_kind)i);
        CHECK(strlen(text) > 2 && strcmp(text, "unknown") != 0);
        for (unsigned j = 0; j < i; j++) {
            CHECK(strcmp(text, wf_event_kind_text((wf_event_kind)j)) != 0);
        }
    }
    for (unsigned i = 0; i <= (unsigned)last_step; i++) {
        CHECK(strcmp(wf_pair_step_text((wf_pair_step)i), "unknown") != 0);
    }
    CHECK(strcmp(wf_event_kind_text((wf_event_kind)(last_kind + 1)), "unknown") == 0);
    CHECK(strcmp(wf_pair_step_text((wf_pair_step)(last_step + 1)), "unknown") == 0);
    CHECK(strcmp(wf_event_kind_text(WF_EVENT_PAIR_STEP), "pair_step") == 0);
    CHECK(strcmp(wf_pair_step_text(WF_PAIR_KEYS_AGREED), "keys_agreed") == 0);
}

static const check_case cases[] = {
    {"every_kind_and_step_has_a_text_of_its_own", every_kind_and_step_has_a_text_of_its_own},
};

CHECK_MAIN(cases)
