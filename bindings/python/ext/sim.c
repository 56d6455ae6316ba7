/* Sim: the simulator's network and its clock. Hosts are in sim_host.c, stores in sim_store.c. */
#include "sim.h"
#include "module.h"
#include <string.h>

static wf_sim *sim_of(PyObject *object) {
    return ((sim_object *)object)->sim;
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"seed", NULL};
    uint64_t seed = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O&:Sim", names, ext_as_u64, &seed)) {
        return NULL;
    }
    sim_object *self = (sim_object *)ext_allocate(type);
    if (self != NULL && wf_sim_new(&self->sim, seed) != WF_OK) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static PyObject *add_host(PyObject *object, PyObject *unused) {
    wf_sim_host id;
    (void)unused;
    wf_error error = wf_sim_add_host(sim_of(object), &id);
    return error == WF_OK ? ext_sim_host_of((sim_object *)object, id) : ext_none_or_raise(object, error);
}

/* ---- faults ---- */

static int as_rate(PyObject *object, void *out) {
    double rate = PyFloat_AsDouble(object);
    if (rate == -1.0 && PyErr_Occurred()) {
        return 0;
    }
    if (!(rate >= 0 && rate <= 1)) {
        PyErr_Format(PyExc_ValueError, "a rate is between 0 and 1, not %R", object);
        return 0;
    }
    *(uint32_t *)out = (uint32_t)(rate * WF_SIM_ALWAYS + 0.5);
    return 1;
}

static PyObject *set_faults(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"loss",  "duplication", "reordering", "held_back", "least_delay",
                            "delay", "sender",      "receiver",   NULL};
    wf_sim_faults faults = {0};
    uint32_t sender = 0, receiver = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$O&O&O&O&O&O&O&O&:set_faults", names, as_rate, &faults.loss,
                                     as_rate, &faults.duplication, as_rate, &faults.reordering, ext_as_u32,
                                     &faults.held_back, ext_as_u32, &faults.least_delay, ext_as_u32, &faults.delay,
                                     ext_as_u32, &sender, ext_as_u32, &receiver)) {
        return NULL;
    }
    if (sender == 0 && receiver == 0) {
        wf_sim_set_faults(sim_of(object), &faults);
        return Py_NewRef(Py_None);
    }
    return ext_none_or_raise(object,
                             wf_sim_set_link(sim_of(object), (wf_sim_host){sender}, (wf_sim_host){receiver}, &faults));
}

static PyObject *clear_link(PyObject *object, PyObject *args) {
    uint32_t sender, receiver;
    if (!PyArg_ParseTuple(args, "O&O&:clear_link", ext_as_u32, &sender, ext_as_u32, &receiver)) {
        return NULL;
    }
    return ext_none_or_raise(object,
                             wf_sim_set_link(sim_of(object), (wf_sim_host){sender}, (wf_sim_host){receiver}, NULL));
}

static PyObject *inject(PyObject *object, PyObject *args) {
    const ext_state *state = ext_state_of(object);
    uint32_t network, delay = 0;
    const char *from_text, *to_text;
    Py_buffer data;
    wf_address from, to;
    if (!PyArg_ParseTuple(args, "O&ssy*|O&:inject", ext_as_u32, &network, &from_text, &to_text, &data, ext_as_u32,
                          &delay)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (ext_as_address(state, &from, from_text, WF_PORT) && ext_as_address(state, &to, to_text, WF_PORT)) {
        result = ext_none_or_raise(object, wf_sim_inject(sim_of(object), network, &from, &to, ext_view(&data), delay));
    }
    PyBuffer_Release(&data);
    return result;
}

/* ---- hooks ---- */

/* Gives bytes to pass, or None to drop; a mistake in the hook drops too, and is reported. */
static bool ask_tamper(void *context, wf_sim *sim, const wf_sim_datagram *datagram, uint8_t *bytes, size_t *len,
                       size_t capacity) {
    sim_object *self = context;
    Py_buffer changed;
    bool passes = false;
    (void)sim;
    PyObject *hook = Py_NewRef(self->tamper);
    PyObject *result = PyObject_CallFunction(hook, "kkNNN", (unsigned long)datagram->sender.value,
                                             (unsigned long)datagram->receiver.value, ext_from_address(&datagram->from),
                                             ext_from_address(&datagram->to), ext_from_bytes(datagram->bytes));
    if (result != NULL && result != Py_None && PyObject_GetBuffer(result, &changed, PyBUF_SIMPLE) == 0) {
        passes = (size_t)changed.len <= capacity;
        if (passes) {
            memcpy(bytes, changed.buf, (size_t)changed.len);
            *len = (size_t)changed.len;
        }
        PyBuffer_Release(&changed);
    }
    if (PyErr_Occurred()) {
        PyErr_WriteUnraisable(hook);
    }
    Py_XDECREF(result);
    Py_DECREF(hook);
    return passes;
}

static const char *const fates[] = {
#define FATE(upper, lower, what) #lower,
    WF_SIM_FATES(FATE)
#undef FATE
};

static void tell_monitor(void *context, wf_time now, wf_sim_fate fate, const wf_sim_datagram *datagram) {
    PyObject *hook = Py_NewRef(((sim_object *)context)->monitor);
    PyObject *result = PyObject_CallFunction(
        hook, "KskkNNNN", (unsigned long long)now, fates[fate], (unsigned long)datagram->sender.value,
        (unsigned long)datagram->receiver.value, ext_from_address(&datagram->from), ext_from_address(&datagram->to),
        PyBool_FromLong(datagram->multicast), ext_from_bytes(datagram->bytes));
    if (result == NULL) {
        PyErr_WriteUnraisable(hook);
    }
    Py_XDECREF(result);
    Py_DECREF(hook);
}

static bool replace(PyObject **place, PyObject *hook) {
    if (hook != Py_None && !PyCallable_Check(hook)) {
        PyErr_SetString(PyExc_TypeError, "a hook is callable or None");
        return false;
    }
    PyObject *old = *place;
    *place = hook == Py_None ? NULL : Py_NewRef(hook);
    Py_XDECREF(old);
    return true;
}

static PyObject *set_tamper(PyObject *object, PyObject *hook) {
    sim_object *self = (sim_object *)object;
    if (!replace(&self->tamper, hook)) {
        return NULL;
    }
    wf_sim_set_tamper(self->sim, self->tamper != NULL ? ask_tamper : NULL, self);
    return Py_NewRef(Py_None);
}

static PyObject *set_monitor(PyObject *object, PyObject *hook) {
    sim_object *self = (sim_object *)object;
    if (!replace(&self->monitor, hook)) {
        return NULL;
    }
    wf_sim_set_monitor(self->sim, self->monitor != NULL ? tell_monitor : NULL, self);
    return Py_NewRef(Py_None);
}

/* ---- time ---- */

static PyObject *next(PyObject *object, PyObject *unused) {
    (void)unused;
    wf_time at = wf_sim_next(sim_of(object));
    return at == WF_TIME_NEVER ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(at);
}

static PyObject *run_until(PyObject *object, PyObject *args) {
    uint64_t end;
    if (!PyArg_ParseTuple(args, "O&:run_until", ext_as_u64, &end)) {
        return NULL;
    }
    wf_sim_run_until(sim_of(object), end);
    return Py_NewRef(Py_None);
}

static PyObject *next_inbox(PyObject *object, PyObject *unused) {
    wf_sim_host host;
    (void)unused;
    return PyLong_FromUnsignedLong(wf_sim_next_inbox(sim_of(object), &host) ? host.value : 0);
}

static PyObject *counts(PyObject *object, PyObject *unused) {
    (void)unused;
    PyObject *result = PyDict_New();
    for (int fate = 0; result != NULL && fate < WF_SIM_FATE_COUNT; fate++) {
        PyObject *count = PyLong_FromUnsignedLongLong(wf_sim_count(sim_of(object), (wf_sim_fate)fate));
        if (count == NULL || PyDict_SetItemString(result, fates[fate], count) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(count);
    }
    return result;
}

static PyObject *get_now(PyObject *object, void *unused) {
    (void)unused;
    return PyLong_FromUnsignedLongLong(wf_sim_now(sim_of(object)));
}

/* ---- the type ---- */

static int traverse(PyObject *object, visitproc visit, void *arg) {
    sim_object *self = (sim_object *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->tamper);
    Py_VISIT(self->monitor);
    return 0;
}

static int clear(PyObject *object) {
    sim_object *self = (sim_object *)object;
    if (self->sim != NULL) {
        wf_sim_set_tamper(self->sim, NULL, NULL);
        wf_sim_set_monitor(self->sim, NULL, NULL);
    }
    Py_CLEAR(self->tamper);
    Py_CLEAR(self->monitor);
    return 0;
}

static void deallocate(PyObject *object) {
    PyObject_GC_UnTrack(object);
    clear(object);
    wf_sim_free(sim_of(object));
    ext_free(object);
}

static PyMethodDef methods[] = {
    {"add_host", add_host, METH_NOARGS, "add_host($self, /)\n--\n\nA new host, without an address."},
    {"set_faults", EXT_METHOD(set_faults), METH_VARARGS | METH_KEYWORDS,
     "set_faults($self, /, *, loss=0, duplication=0, reordering=0, held_back=0, least_delay=0, delay=0, sender=0,\n"
     "           receiver=0)\n--\n\n"
     "Rates from 0 to 1, times in milliseconds: of all links, or of the one from host to host.\n\nRaises Argument."},
    {"clear_link", clear_link, METH_VARARGS,
     "clear_link($self, sender, receiver, /)\n--\n\nThat link has the faults of all again. Raises Argument."},
    {"inject", inject, METH_VARARGS,
     "inject($self, network, sender, receiver, data, delay=0, /)\n--\n\nPuts a datagram on a network, from any "
     "address. "
     "Raises Argument."},
    {"set_tamper", set_tamper, METH_O,
     "set_tamper($self, hook, /)\n--\n\nhook(sender, receiver, from, to, data) gives bytes to pass, or None to drop."},
    {"set_monitor", set_monitor, METH_O,
     "set_monitor($self, hook, /)\n--\n\nhook(now, fate, sender, receiver, from, to, multicast, data)."},
    {"next", next, METH_NOARGS, "next($self, /)\n--\n\nWhen the next datagram arrives, or None."},
    {"run_until", run_until, METH_VARARGS, "run_until($self, now, /)\n--\n\nLets everything happen up to then."},
    {"next_inbox", next_inbox, METH_NOARGS,
     "next_inbox($self, /)\n--\n\nThe number of the next host to whom something has come, or 0."},
    {"counts", counts, METH_NOARGS, "counts($self, /)\n--\n\nHow often each fate was met."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef members[] = {
    {"now", get_now, NULL, "Milliseconds since the beginning.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Sim(seed=0)\n--\n\nA virtual network with a virtual clock, for tests: use warifu.testing."},
    {Py_tp_new, EXT_SLOT(make)},
    {Py_tp_dealloc, EXT_SLOT(deallocate)},
    {Py_tp_traverse, EXT_SLOT(traverse)},
    {Py_tp_clear, EXT_SLOT(clear)},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

int ext_add_sim(PyObject *module, ext_state *state) {
    return ext_add_type(module, &state->sim, "warifu._warifu.Sim", sizeof(sim_object), slots);
}
