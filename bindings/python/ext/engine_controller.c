/* Engine: its calls for controllers: reads and writes of many properties, and the roster. */
#include "engine.h"
#include <string.h>

static engine_object *engine_of(PyObject *object) {
    return (engine_object *)object;
}

/* ---- calls ---- */

/* The order and what it borrows. */
typedef struct order {
    wf_call call;
    wf_property sets[WF_CALL_PROPERTIES];
    Py_buffer values[WF_CALL_PROPERTIES], gets;
} order;

static void release(order *given) {
    for (size_t i = 0; i < given->call.set_count; i++) {
        PyBuffer_Release(&given->values[i]);
    }
    if (given->gets.obj != NULL) {
        PyBuffer_Release(&given->gets);
    }
}

static bool take_sets(const ext_state *state, order *given, PyObject *sets) {
    PyObject *iterator = PyObject_GetIter(sets), *item;
    if (iterator == NULL) {
        return false;
    }
    while ((item = PyIter_Next(iterator)) != NULL) {
        size_t at = given->call.set_count;
        if (at == WF_CALL_PROPERTIES) {
            ext_raise(state, WF_ERROR_ARGUMENT, "too many properties");
        } else if (PyArg_ParseTuple(item, "O&y*", ext_as_u8, &given->sets[at].epc, &given->values[at])) {
            given->sets[at].edt = ext_view(&given->values[at]);
            given->call.set_count++;
        }
        Py_DECREF(item);
        if (PyErr_Occurred()) {
            break;
        }
    }
    Py_DECREF(iterator);
    return !PyErr_Occurred();
}

static PyObject *begin(engine_object *self, uint64_t now, const wf_call *call) {
    wf_request_id id = {0};
    if (!engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_call(self->engine, now, &id, call);
    engine_leave(self);
    return error == WF_OK ? PyLong_FromUnsignedLong(id.value) : ext_raise(ext_state_of((PyObject *)self), error, NULL);
}

PyObject *engine_call(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"now",     "seoj",       "deoj",      "sets",       "gets",  "peer",
                            "address", "timeout_ms", "verify_ms", "repeatable", "force", NULL};
    engine_object *self = engine_of(object);
    const ext_state *state = ext_state_of(object);
    order given = {0};
    uint64_t now;
    PyObject *sets;
    const char *text = NULL;
    int repeatable = 0, force = 0;
    wf_call *call = &given.call;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&O&O&Oy*|$O&zO&O&pp:call", names, ext_as_u64, &now, ext_as_eoj,
                                     &call->seoj, ext_as_eoj, &call->deoj, &sets, &given.gets, ext_as_u32,
                                     &call->target.peer.value, &text, ext_as_u32, &call->timeout_ms, ext_as_u32,
                                     &call->verify_ms, &repeatable, &force)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (take_sets(state, &given, sets) && ext_as_address(state, &call->target.address, text, self->port)) {
        call->sets = given.sets;
        call->gets = given.gets.buf;
        call->get_count = (size_t)given.gets.len;
        call->repeatable = repeatable != 0;
        call->force = force != 0;
        result = begin(self, now, call);
    }
    release(&given);
    return result;
}

static bool append(PyObject *list, PyObject *item) {
    bool good = item != NULL && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return good;
}

PyObject *engine_results(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_result result;
    unsigned at = 0;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    while (list != NULL && wf_engine_next_result(self->engine, &at, &result)) {
        if (!append(list, Py_BuildValue("(iNsN)", result.epc, PyBool_FromLong(result.is_set),
                                        wf_result_status_name(result.status), ext_from_bytes(result.edt)))) {
            Py_CLEAR(list);
        }
    }
    engine_leave(self);
    return list;
}

/* ---- discovery and roster ---- */

PyObject *engine_discover(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    const char *text;
    uint32_t duration_ms;
    int check;
    wf_address to;
    wf_request_id id = {0};
    if (!PyArg_ParseTuple(args, "O&zO&p:discover", ext_as_u64, &now, &text, ext_as_u32, &duration_ms, &check) ||
        !ext_as_address(ext_state_of(object), &to, text, self->port) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_discover(self->engine, now, &id, &to, duration_ms, check != 0);
    engine_leave(self);
    return error == WF_OK ? PyLong_FromUnsignedLong(id.value) : ext_raise(ext_state_of(object), error, NULL);
}

PyObject *engine_interview(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_known_id known;
    if (!PyArg_ParseTuple(args, "O&O&:interview", ext_as_u64, &now, ext_as_u32, &known.value) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_interview(self->engine, now, known);
    engine_leave(self);
    return engine_none_or_raise(object, error);
}

PyObject *engine_forget(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    wf_known_id known;
    if (!PyArg_ParseTuple(args, "O&:forget", ext_as_u32, &known.value) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_forget_known(self->engine, known);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

static PyObject *instances_of(const engine_object *self, const wf_known *known) {
    PyObject *list = PyList_New(0);
    wf_eoj eoj;
    for (unsigned at = 0; list != NULL && wf_engine_known_instance(self->engine, known->id, at, &eoj); at++) {
        if (!append(list, PyLong_FromUnsignedLong(eoj))) {
            Py_CLEAR(list);
        }
    }
    PyObject *tuple = list == NULL ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    return tuple;
}

static PyObject *row_of(const engine_object *self, const wf_known *known) {
    ext_record record = ext_record_begin(ext_state_of((PyObject *)self)->known);
    ext_record_add(&record, PyLong_FromUnsignedLong(known->id.value));
    ext_record_add(&record, ext_from_address(&known->address));
    ext_record_add(&record, PyBool_FromLong(known->state == WF_KNOWN_ONLINE));
    ext_record_add(&record, PyLong_FromLong((long)known->reason));
    ext_record_add(&record, PyBool_FromLong(known->is_peer));
    ext_record_add(&record, ext_from_optional_bytes(known->has_number, known->number, sizeof known->number));
    ext_record_add(&record, ext_from_optional_bytes(known->has_maker, known->maker, sizeof known->maker));
    ext_record_add(&record, ext_from_optional_bytes(known->has_version, known->version, sizeof known->version));
    ext_record_add(&record, PyLong_FromLong(known->limit));
    ext_record_add(&record, PyBool_FromLong(known->no_setget));
    ext_record_add(&record, instances_of(self, known));
    ext_record_add(&record,
                   wf_address_is_unspecified(&known->other) ? Py_NewRef(Py_None) : ext_from_address(&known->other));
    return ext_record_end(&record);
}

PyObject *engine_known(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_known known;
    unsigned at = 0;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    while (list != NULL && wf_engine_next_known(self->engine, &at, &known)) {
        if (!append(list, row_of(self, &known))) {
            Py_CLEAR(list);
        }
    }
    engine_leave(self);
    return list;
}

PyObject *engine_known_one(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    wf_known_id id;
    wf_known known;
    if (!PyArg_ParseTuple(args, "O&:known_one", ext_as_u32, &id.value) || !engine_enter(self)) {
        return NULL;
    }
    PyObject *row = wf_engine_known(self->engine, id, &known) ? row_of(self, &known) : Py_NewRef(Py_None);
    engine_leave(self);
    return row;
}
