/* Engine: which rule of its policy decides. */
#include "engine.h"
#include "policy.h"

PyObject *engine_explain(PyObject *object, PyObject *args) {
    engine_object *self = (engine_object *)object;
    const ext_state *state = ext_state_of(object);
    const char *kind, *address, *access;
    wf_target who = {0};
    wf_policy_question question = {0};
    wf_policy_verdict verdict;
    if (!PyArg_ParseTuple(args, "sO&zO&O&s:explain", &kind, ext_as_u32, &who.peer.value, &address, ext_as_eoj,
                          &question.eoj, ext_as_u8, &question.epc, &access) ||
        !ext_read_question(state, &question, kind, access) ||
        !ext_as_address(state, &who.address, address, self->port) || !engine_enter(self)) {
        return NULL;
    }
    bool anybody = who.peer.value == 0 && address == NULL;
    wf_error error = wf_engine_explain(self->engine, &verdict, &question, anybody ? NULL : &who);
    PyObject *result = error == WF_OK ? ext_from_verdict(&verdict, &question) : ext_raise(state, error, NULL);
    engine_leave(self);
    return result;
}
