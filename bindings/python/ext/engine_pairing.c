/* Engine: its pairings and the window for them. */
#include "engine.h"
#include "setup_code.h"

PyObject *engine_pair(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"now", "address", "number", "code", "root_too", "duration_ms", NULL};
    engine_object *self = engine_of(object);
    const ext_state *state = ext_state_of(object);
    uint64_t now;
    const char *text;
    Py_buffer number = {0};
    PyObject *code = Py_None;
    int root_too = 0;
    uint8_t wanted[WF_NUMBER_LEN];
    wf_pair_order order = {0};
    wf_request_id id = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&s|z*$OpO&:pair", names, ext_as_u64, &now, &text, &number, &code,
                                     &root_too, ext_as_u32, &order.duration_ms)) {
        return NULL;
    }
    PyObject *result = NULL;
    bool named = number.obj != NULL;
    order.root_too = root_too != 0;
    order.number = named ? wanted : NULL;
    if (ext_as_address(state, &order.address, text, self->port) && ext_as_setup_code(state, &order.code, code) &&
        (!named || ext_copy_exact(state, wanted, sizeof wanted, &number, "number has 17 bytes")) &&
        engine_begin(self)) {
        wf_error error = wf_engine_pair(self->engine, now, &id, &order);
        engine_finish(self);
        result = engine_id_or_raise(object, error, id);
    }
    ext_release(&number);
    return result;
}

PyObject *engine_pair_decide(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_request_id id;
    int accept;
    if (!PyArg_ParseTuple(args, "O&O&p:pair_decide", ext_as_u64, &now, ext_as_u32, &id.value, &accept) ||
        !engine_begin(self)) {
        return NULL;
    }
    wf_engine_pair_decide(self->engine, now, id, accept != 0);
    engine_finish(self);
    return Py_NewRef(Py_None);
}

PyObject *engine_unpair(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_peer_id peer;
    wf_request_id id = {0};
    if (!PyArg_ParseTuple(args, "O&O&:unpair", ext_as_u64, &now, ext_as_u32, &peer.value) || !engine_begin(self)) {
        return NULL;
    }
    wf_error error = wf_engine_unpair(self->engine, now, &id, peer);
    engine_finish(self);
    return engine_id_or_raise(object, error, id);
}

PyObject *engine_forget_peer(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_peer_id peer;
    if (!PyArg_ParseTuple(args, "O&O&:forget_peer", ext_as_u64, &now, ext_as_u32, &peer.value) || !engine_begin(self)) {
        return NULL;
    }
    wf_error error = wf_engine_forget_peer(self->engine, now, peer);
    engine_finish(self);
    return ext_none_or_raise(object, error);
}

PyObject *engine_factory_reset(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:factory_reset", ext_as_u64, &now) || !engine_begin(self)) {
        return NULL;
    }
    wf_error error = wf_engine_factory_reset(self->engine, now);
    engine_finish(self);
    return ext_none_or_raise(object, error);
}

PyObject *engine_open_window(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    uint32_t duration = 0, pairings = 0;
    if (!PyArg_ParseTuple(args, "O&|O&O&:open_window", ext_as_u64, &now, ext_as_u32, &duration, ext_as_u32,
                          &pairings) ||
        !engine_begin(self)) {
        return NULL;
    }
    wf_error error = wf_engine_open_window(self->engine, now, duration, pairings);
    engine_finish(self);
    return ext_none_or_raise(object, error);
}

PyObject *engine_close_window(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:close_window", ext_as_u64, &now) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_close_window(self->engine, now);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

PyObject *engine_window(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:window", ext_as_u64, &now) || !engine_enter(self)) {
        return NULL;
    }
    wf_window_state seen = wf_engine_window(self->engine, now);
    engine_leave(self);
    return Py_BuildValue("(kIII)", (unsigned long)seen.left_ms, seen.pairings, seen.failures, seen.opened_today);
}
