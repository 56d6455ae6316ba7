#include <warifu/lab.h>

#include "engine/state.h"

wf_error wf_lab_forge(wf_engine *forger, const wf_engine *victim, wf_bytes edata) {
    return forger->da != NULL && victim->da != NULL ? wf_da_forge(forger->da, victim->da, edata) : WF_ERROR_STATE;
}
