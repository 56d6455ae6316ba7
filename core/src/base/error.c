#include <stddef.h>
#include <warifu/error.h>

/* Nobody reads sentences in firmware; the name stays. */
#ifdef WARIFU_NO_TEXTS
#define SENTENCE(text) ""
#else
#define SENTENCE(text) text
#endif

static const wf_error_row rows[] = {
#define WF_ERROR_ROW(code, name, nature, what, next) \
    {WF_ERROR_##name, WF_NATURE_##nature, #name, SENTENCE(what), SENTENCE(next)},
    WF_ERRORS(WF_ERROR_ROW)
#undef WF_ERROR_ROW
};

const wf_error_row *wf_error_at(unsigned index) {
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const wf_error_row *wf_error_row_of(wf_error code) {
    const wf_error_row *state = NULL;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == code) {
            return &rows[i];
        }
        if (rows[i].code == WF_ERROR_STATE) {
            state = &rows[i];
        }
    }
    return state;
}
