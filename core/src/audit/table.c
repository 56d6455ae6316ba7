#include <stddef.h>
#include <warifu/audit.h>

static const wf_audited_row rows[] = {
#define WF_AUDITED_ROW(code, name, text, care, what) {WF_AUDITED_##name, WF_AUDIT_##care, text, what},
    WF_AUDITED(WF_AUDITED_ROW)
#undef WF_AUDITED_ROW
};

static const wf_audited_row unknown = {WF_AUDITED_NONE, WF_AUDIT_GATHERED, "unknown",
                                       "another version wrote this down, and this one has no name for it"};

const wf_audited_row *wf_audited_at(unsigned index) {
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const wf_audited_row *wf_audited_row_of(wf_audited what) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == what) {
            return &rows[i];
        }
    }
    return &unknown;
}
