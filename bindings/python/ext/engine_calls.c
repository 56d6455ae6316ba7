/* Engine: datagrams, events, time, requests, and what was counted. */
#include "engine.h"

/* ---- datagrams, events, time ---- */

PyObject *engine_receive(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    const char *text;
    int multicast;
    PyObject *datagram, *result = NULL;
    wf_address from;
    if (!PyArg_ParseTuple(args, "O&spO&:receive", ext_as_u64, &now, &text, &multicast, ext_as_bytes, &datagram)) {
        return NULL;
    }
    wf_bytes view = ext_view_bytes(datagram);
    if (ext_as_address(ext_state_of(object), &from, text, self->port) && engine_begin(self)) {
        wf_engine_receive(self->engine, now, &from, multicast != 0, view);
        engine_finish(self);
        result = Py_NewRef(Py_None);
    }
    Py_DECREF(datagram);
    return result;
}

PyObject *engine_next_datagram(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_datagram datagram;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (wf_engine_next_datagram(self->engine, &datagram)) {
        result = Py_BuildValue("(NN)", ext_from_address(&datagram.to), ext_from_bytes(datagram.bytes));
    } else {
        result = Py_NewRef(Py_None);
    }
    engine_leave(self);
    return result;
}

PyObject *engine_next_event(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_event event;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    bool any = wf_engine_next_event(self->engine, &event);
    PyObject *result = any ? engine_event_record(ext_state_of(object), &event) : Py_NewRef(Py_None);
    if (any && event.kind == WF_EVENT_DONE) {
        engine_is_done(self, event.request);
    }
    engine_leave(self);
    return result;
}

PyObject *engine_deadline(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    wf_time at = wf_engine_deadline(self->engine);
    engine_leave(self);
    return at == WF_TIME_NEVER ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(at);
}

PyObject *engine_tick(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:tick", ext_as_u64, &now) || !engine_begin(self)) {
        return NULL;
    }
    wf_engine_tick(self->engine, now);
    engine_finish(self);
    return Py_NewRef(Py_None);
}

PyObject *engine_set_date(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    long long seconds;
    if (!PyArg_ParseTuple(args, "O&L:set_date", ext_as_u64, &now, &seconds) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_set_date(self->engine, now, seconds);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

/* ---- requests ---- */

PyObject *engine_request(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"now", "edata", "peer", "address", "timeout_ms", "repeatable", "group", NULL};
    engine_object *self = engine_of(object);
    wf_request order = {0};
    wf_request_id id = {0};
    uint64_t now;
    PyObject *edata;
    const char *address = NULL;
    int repeatable = 0, group = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&O&|$O&zO&pp:request", names, ext_as_u64, &now, ext_as_bytes,
                                     &edata, ext_as_u32, &order.target.peer.value, &address, ext_as_u32,
                                     &order.timeout_ms, &repeatable, &group)) {
        return NULL;
    }
    PyObject *result = NULL;
    order.edata = ext_view_bytes(edata);
    order.repeatable = repeatable != 0;
    order.target.group = group != 0;
    if (ext_as_address(ext_state_of(object), &order.target.address, address, self->port) && engine_begin(self)) {
        wf_error error = wf_engine_request(self->engine, now, &id, &order);
        engine_finish(self);
        result = engine_id_or_raise(object, error, id);
    }
    Py_DECREF(edata);
    return result;
}

PyObject *engine_hello(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    const char *text;
    uint32_t duration;
    wf_address to;
    wf_request_id id = {0};
    if (!PyArg_ParseTuple(args, "O&zO&:hello", ext_as_u64, &now, &text, ext_as_u32, &duration) ||
        !ext_as_address(ext_state_of(object), &to, text, self->port) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_engine_hello(self->engine, now, &id, &to, duration);
    engine_leave(self);
    return engine_id_or_raise(object, error, id);
}

PyObject *engine_cancel(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_request_id id;
    if (!PyArg_ParseTuple(args, "O&O&:cancel", ext_as_u64, &now, ext_as_u32, &id.value) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_cancel(self->engine, now, id);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

PyObject *engine_send_raw(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    const char *text;
    wf_address to;
    Py_buffer datagram;
    if (!PyArg_ParseTuple(args, "zy*:send_raw", &text, &datagram)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (ext_as_address(ext_state_of(object), &to, text, self->port) && engine_enter(self)) {
        wf_error error = wf_engine_send_raw(self->engine, &to, ext_view(&datagram));
        engine_leave(self);
        result = ext_none_or_raise(object, error);
    }
    PyBuffer_Release(&datagram);
    return result;
}

/* ---- what was seen ---- */

PyObject *engine_peers(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    wf_peer peer;
    unsigned at = 0;
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    while (list != NULL && wf_engine_next_peer(self->engine, &at, &peer)) {
        ext_append(&list, engine_peer_record(ext_state_of(object), &peer));
    }
    engine_leave(self);
    return list;
}

static bool add_counter(PyObject *counters, const char *name, uint64_t count) {
    PyObject *value = PyLong_FromUnsignedLongLong(count);
    bool good = value != NULL && PyDict_SetItemString(counters, name, value) == 0;
    Py_XDECREF(value);
    return good;
}

PyObject *engine_counters(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    (void)unused;
    if (!engine_enter(self)) {
        return NULL;
    }
    const wf_counters seen = *wf_engine_counters(self->engine);
    engine_leave(self);
    PyObject *result = PyDict_New();
#define ADD_COUNTER(name, what)                                     \
    if (result != NULL && !add_counter(result, #name, seen.name)) { \
        Py_CLEAR(result);                                           \
    }
    WF_COUNTERS(ADD_COUNTER)
#undef ADD_COUNTER
    return result;
}
