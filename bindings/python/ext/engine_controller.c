/* Engine: its calls for controllers: reads and writes of many properties, and the roster. */
#include "engine.h"

/* ---- calls ---- */

/* The order and what it borrows, as bytes. */
typedef struct order {
    wf_call call;
    wf_property sets[WF_CALL_PROPERTIES];
    PyObject *values[WF_CALL_PROPERTIES], *gets;
} order;

static void release(order *given) {
    for (size_t i = 0; i < given->call.set_count; i++) {
        Py_DECREF(given->values[i]);
    }
    Py_DECREF(given->gets);
}

static bool take_set(const ext_state *state, order *given, PyObject *item) {
    size_t at = given->call.set_count;
    if (at == WF_CALL_PROPERTIES) {
        ext_raise(state, WF_ERROR_ARGUMENT, "too many properties");
        return false;
    }
    if (!PyArg_Parse(item, "(O&O&);a property is a tuple of EPC and EDT", ext_as_u8, &given->sets[at].epc, ext_as_bytes,
                     &given->values[at])) {
        return false;
    }
    given->sets[at].edt = ext_view_bytes(given->values[at]);
    given->call.set_count++;
    return true;
}

static bool take_sets(const ext_state *state, order *given, PyObject *sets) {
    PyObject *iterator = PyObject_GetIter(sets), *item;
    bool good = iterator != NULL;
    while (good && (item = PyIter_Next(iterator)) != NULL) {
        good = take_set(state, given, item);
        Py_DECREF(item);
    }
    Py_XDECREF(iterator);
    return good && !PyErr_Occurred();
}

static void complete(order *given, bool repeatable, bool force) {
    wf_bytes gets = ext_view_bytes(given->gets);
    given->call.sets = given->sets;
    given->call.gets = gets.at;
    given->call.get_count = gets.len;
    given->call.repeatable = repeatable;
    given->call.force = force;
}

PyObject *engine_call(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"now",     "seoj",       "deoj",      "sets",       "gets",  "peer",
                            "address", "timeout_ms", "verify_ms", "repeatable", "force", NULL};
    engine_object *self = engine_of(object);
    const ext_state *state = ext_state_of(object);
    order given = {0};
    uint64_t now;
    PyObject *sets, *result = NULL;
    const char *text = NULL;
    int repeatable = 0, force = 0;
    wf_call *call = &given.call;
    wf_request_id id = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&O&O&OO&|$O&zO&O&pp:call", names, ext_as_u64, &now, ext_as_eoj,
                                     &call->seoj, ext_as_eoj, &call->deoj, &sets, ext_as_bytes, &given.gets, ext_as_u32,
                                     &call->target.peer.value, &text, ext_as_u32, &call->timeout_ms, ext_as_u32,
                                     &call->verify_ms, &repeatable, &force)) {
        return NULL;
    }
    if (take_sets(state, &given, sets) && ext_as_address(state, &call->target.address, text, self->port)) {
        complete(&given, repeatable != 0, force != 0);
        if (engine_begin(self)) {
            wf_error error = wf_engine_call(self->engine, now, &id, call);
            engine_finish(self);
            result = engine_id_or_raise(object, error, id);
        }
    }
    release(&given);
    return result;
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
        ext_append(&list, Py_BuildValue("(iNsN)", result.epc, PyBool_FromLong(result.is_set),
                                        wf_result_status_name(result.status), ext_from_bytes(result.edt)));
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
    return engine_id_or_raise(object, error, id);
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
    return ext_none_or_raise(object, error);
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
        ext_append(&list, PyLong_FromUnsignedLong(eoj));
    }
    return ext_as_tuple(list);
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
        ext_append(&list, row_of(self, &known));
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
