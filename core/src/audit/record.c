#include "audit/log.h"

static bool are_entries(unsigned entries) {
    return entries >= WF_AUDIT_RINGS && entries <= WF_AUDIT_ENTRIES && entries % WF_AUDIT_RINGS == 0;
}

wf_error wf_audit_record(const wf_store *store, unsigned entries, wf_audited what, int64_t date) {
    wf_audit_log log;
    uint64_t failed = 0;
    if (!are_entries(entries) || wf_audited_row_of(what)->care != WF_AUDIT_ACT || date < 0 ||
        date > WF_AUDIT_LAST_DATE) {
        return WF_ERROR_ARGUMENT;
    }
    wf_audit_log_open(&log, store, entries, &failed);
    log.has_date = date != 0;
    log.date = date;
    wf_audit_log_note(&log, 0, &(wf_audit_entry){.what = what});
    return failed == 0 ? WF_OK : WF_ERROR_STORE;
}
