#include <stddef.h>
#include <warifu/event.h>

#define TEXT(name, text, what) text,

const char *wf_event_kind_text(wf_event_kind kind) {
    static const char *const texts[] = {WF_EVENT_KINDS(TEXT)};
    return (size_t)kind < sizeof texts / sizeof texts[0] ? texts[kind] : "unknown";
}

const char *wf_pair_step_text(wf_pair_step step) {
    static const char *const texts[] = {WF_PAIR_STEPS(TEXT)};
    return (size_t)step < sizeof texts / sizeof texts[0] ? texts[step] : "unknown";
}
