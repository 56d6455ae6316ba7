/* Engine: the groups of a node. */
#include "engine.h"
#include <warifu/lab.h>

static PyObject *group_record(const ext_state *state, const wf_group_state *group) {
    ext_record record = ext_record_begin(state->group);
    ext_record_add(&record, PyLong_FromUnsignedLong(group->manager.value));
    ext_record_add(&record, ext_from_bytes(wf_bytes_of(group->gid, sizeof group->gid)));
    ext_record_add(&record, PyLong_FromUnsignedLong(group->members));
    ext_record_add(&record, PyLong_FromUnsignedLong(group->waiting));
    ext_record_add(&record, PyLong_FromUnsignedLongLong(group->next_number));
    return ext_record_end(&record);
}

PyObject *engine_groups(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_group_state group;
    unsigned at = 0;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    while (list != NULL && wf_engine_next_group(self->engine, &at, &group)) {
        ext_append(&list, group_record(ext_state_of(object), &group));
    }
    engine_leave(self);
    return list;
}

PyObject *engine_renew_group(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:renew_group", ext_as_u64, &now) || !engine_begin(self)) {
        return NULL;
    }
    wf_error error = wf_engine_renew_group(self->engine, now);
    engine_finish(self);
    return ext_none_or_raise(object, error);
}

PyObject *engine_forge(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    PyObject *victim;
    Py_buffer edata;
    if (!PyArg_ParseTuple(args, "O!y*:forge", Py_TYPE(object), &victim, &edata)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (engine_enter(engine_of(victim))) {
        if (engine_begin(self)) {
            wf_error error = wf_lab_forge(self->engine, engine_of(victim)->engine, ext_view(&edata));
            engine_finish(self);
            result = ext_none_or_raise(object, error);
        }
        engine_leave(engine_of(victim));
    }
    PyBuffer_Release(&edata);
    return result;
}
