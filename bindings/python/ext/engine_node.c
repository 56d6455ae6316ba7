/* Engine: the calls on its node. Those that hooks may make are told apart by engine_is_in_hook. */
#include "engine.h"

enum { VALUE_LEN = 255 }; /* longest EDT */

PyObject *engine_add_object(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    wf_eoj eoj;
    if (!PyArg_ParseTuple(args, "O&:add_object", ext_as_eoj, &eoj) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_node_add_object(wf_engine_node(self->engine), eoj);
    engine_leave(self);
    return ext_none_or_raise(object, error);
}

PyObject *engine_add_property(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    wf_eoj eoj;
    uint8_t epc, access, min_len, max_len;
    Py_buffer value;
    if (!PyArg_ParseTuple(args, "O&O&O&O&O&y*:add_property", ext_as_eoj, &eoj, ext_as_u8, &epc, ext_as_u8, &access,
                          ext_as_u8, &min_len, ext_as_u8, &max_len, &value)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (engine_enter(self)) {
        wf_node *node = wf_engine_node(self->engine);
        wf_error error = wf_node_add_property(node, eoj, epc, access, min_len, max_len, ext_view(&value));
        engine_leave(self);
        result = ext_none_or_raise(object, error);
    }
    PyBuffer_Release(&value);
    return result;
}

PyObject *engine_announce(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:announce", ext_as_u64, &now) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_announce(self->engine, now);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

/* Inside the set hook the engine is at work: only its node may be touched, and the change is told afterwards. */
PyObject *engine_put(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_eoj eoj;
    uint8_t epc;
    Py_buffer value;
    if (!PyArg_ParseTuple(args, "O&O&O&y*:put", ext_as_u64, &now, ext_as_eoj, &eoj, ext_as_u8, &epc, &value)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (engine_is_in_hook(self)) {
        result = ext_none_or_raise(object, wf_node_put(wf_engine_node(self->engine), eoj, epc, ext_view(&value)));
    } else if (engine_enter(self)) {
        wf_error error = wf_engine_put(self->engine, now, eoj, epc, ext_view(&value));
        engine_leave(self);
        result = ext_none_or_raise(object, error);
    }
    PyBuffer_Release(&value);
    return result;
}

PyObject *engine_get(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    wf_eoj eoj;
    uint8_t epc, value[VALUE_LEN];
    if (!PyArg_ParseTuple(args, "O&O&:get", ext_as_eoj, &eoj, ext_as_u8, &epc)) {
        return NULL;
    }
    bool inside = engine_is_in_hook(self);
    if (!inside && !engine_enter(self)) {
        return NULL;
    }
    wf_writer out = wf_writer_of(value, sizeof value);
    wf_error error = wf_node_get(wf_engine_node(self->engine), eoj, epc, &out);
    if (!inside) {
        engine_leave(self);
    }
    return error == WF_OK ? ext_from_bytes(wf_bytes_of(value, out.len)) : ext_raise(ext_state_of(object), error, NULL);
}

PyObject *engine_inform(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"now", "eoj", "epcs", "peer", "address", "confirm", "timeout_ms", NULL};
    engine_object *self = engine_of(object);
    wf_inform order = {0};
    wf_request_id id = {0};
    uint64_t now;
    PyObject *epcs, *result = NULL;
    const char *address = NULL;
    int confirm = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&O&O&|$O&zpO&:inform", names, ext_as_u64, &now, ext_as_eoj,
                                     &order.eoj, ext_as_bytes, &epcs, ext_as_u32, &order.target.peer.value, &address,
                                     &confirm, ext_as_u32, &order.timeout_ms)) {
        return NULL;
    }
    wf_bytes view = ext_view_bytes(epcs);
    order.epcs = view.at;
    order.epc_count = view.len;
    order.confirm = confirm != 0;
    if (ext_as_address(ext_state_of(object), &order.target.address, address, self->port) && engine_begin(self)) {
        wf_error error = wf_engine_inform(self->engine, now, &id, &order);
        engine_finish(self);
        result = engine_id_or_raise(object, error, id);
    }
    Py_DECREF(epcs);
    return result;
}

/* ---- what comes and goes ---- */

PyObject *engine_remove_object(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    wf_eoj eoj;
    if (!PyArg_ParseTuple(args, "O&:remove_object", ext_as_eoj, &eoj) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_node_remove_object(wf_engine_node(self->engine), eoj);
    engine_leave(self);
    return ext_none_or_raise(object, error);
}

PyObject *engine_remove_property(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    wf_eoj eoj;
    uint8_t epc;
    if (!PyArg_ParseTuple(args, "O&O&:remove_property", ext_as_eoj, &eoj, ext_as_u8, &epc) || !engine_enter(self)) {
        return NULL;
    }
    wf_error error = wf_node_remove_property(wf_engine_node(self->engine), eoj, epc);
    engine_leave(self);
    return ext_none_or_raise(object, error);
}

PyObject *engine_announce_instances(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    if (!PyArg_ParseTuple(args, "O&:announce_instances", ext_as_u64, &now) || !engine_enter(self)) {
        return NULL;
    }
    wf_engine_announce_instances(self->engine, now);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

/* ---- answers that come later ---- */

PyObject *engine_later(PyObject *object, PyObject *unused) {
    engine_object *self = engine_of(object);
    (void)unused;
    if (!engine_is_in_hook(self)) {
        return ext_raise(ext_state_of(object), WF_ERROR_STATE, "later() is for get and set hooks");
    }
    wf_later_id later = wf_engine_later(self->engine);
    if (later.value == 0) {
        return ext_raise(ext_state_of(object), WF_ERROR_CAPACITY, "too many answers wait already");
    }
    self->later = later.value;
    return PyLong_FromUnsignedLong(later.value);
}

PyObject *engine_answer_later(PyObject *object, PyObject *args) {
    engine_object *self = engine_of(object);
    uint64_t now;
    wf_later_id later;
    int accept;
    Py_buffer value = {0};
    if (!PyArg_ParseTuple(args, "O&O&p|y*:answer_later", ext_as_u64, &now, ext_as_u32, &later.value, &accept, &value)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (engine_enter(self)) {
        wf_bytes view = value.obj != NULL ? ext_view(&value) : wf_bytes_of(NULL, 0);
        wf_error error = wf_engine_answer_later(self->engine, now, later, accept != 0, view);
        engine_leave(self);
        result = ext_none_or_raise(object, error);
    }
    ext_release(&value);
    return result;
}
