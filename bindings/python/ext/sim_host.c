/* SimHost: a host of the simulator, seen from what runs on it. */
#include "module.h"
#include "sim.h"

enum { RANDOM_LEN = 4096 };

/* A host keeps its simulator alive. */
typedef struct sim_host_object {
    PyObject_HEAD PyObject *sim;
    wf_sim_host id;
} sim_host_object;

static wf_sim *sim_of(const sim_host_object *host) {
    return ((sim_object *)host->sim)->sim;
}

PyObject *ext_sim_host_of(sim_object *sim, wf_sim_host id) {
    const ext_state *state = ext_state_of((PyObject *)sim);
    sim_host_object *self = (sim_host_object *)ext_allocate(state->sim_host);
    if (self != NULL) {
        self->sim = Py_NewRef((PyObject *)sim);
        self->id = id;
    }
    return (PyObject *)self;
}

static wf_entropy entropy_of(PyObject *object) {
    const sim_host_object *self = (const sim_host_object *)object;
    return wf_sim_entropy(sim_of(self), self->id);
}

bool ext_as_entropy(const ext_state *state, wf_entropy *out, PyObject *host) {
    if (host == Py_None) {
        *out = wf_entropy_system();
    } else if (Py_IS_TYPE(host, state->sim_host)) {
        *out = entropy_of(host);
    } else {
        PyErr_SetString(PyExc_TypeError, "entropy must be a SimHost or None");
        return false;
    }
    return true;
}

static PyObject *none_or_raise(PyObject *object, wf_error error, const char *detail) {
    return error == WF_OK ? Py_NewRef(Py_None) : ext_raise(ext_state_of(object), error, detail);
}

typedef wf_error (*address_call)(wf_sim *sim, wf_sim_host host, unsigned network, const wf_address *address);

static PyObject *with_address(PyObject *object, PyObject *args, address_call call) {
    const sim_host_object *self = (const sim_host_object *)object;
    uint32_t network;
    const char *text;
    wf_address address;
    if (!PyArg_ParseTuple(args, "O&s", ext_as_u32, &network, &text) ||
        !ext_as_address(ext_state_of(object), &address, text, WF_PORT)) {
        return NULL;
    }
    return none_or_raise(object, call(sim_of(self), self->id, network, &address), text);
}

static PyObject *add_address(PyObject *object, PyObject *args) {
    return with_address(object, args, wf_sim_add_address);
}

static PyObject *remove_address(PyObject *object, PyObject *args) {
    return with_address(object, args, wf_sim_remove_address);
}

static PyObject *send(PyObject *object, PyObject *args) {
    const sim_host_object *self = (const sim_host_object *)object;
    const char *text;
    Py_buffer data;
    wf_address to;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "zy*:send", &text, &data)) {
        return NULL;
    }
    if (ext_as_address(ext_state_of(object), &to, text, WF_PORT)) {
        result = none_or_raise(object, wf_sim_send(sim_of(self), self->id, &to, ext_view(&data)), text);
    }
    PyBuffer_Release(&data);
    return result;
}

static PyObject *receive(PyObject *object, PyObject *unused) {
    const sim_host_object *self = (const sim_host_object *)object;
    wf_sim_datagram got;
    (void)unused;
    if (!wf_sim_receive(sim_of(self), self->id, &got)) {
        return Py_NewRef(Py_None);
    }
    return Py_BuildValue("(NNNO)", ext_from_address(&got.from), ext_from_bytes(got.bytes),
                         PyBool_FromLong(got.multicast), Py_False);
}

static PyObject *set_connected(PyObject *object, PyObject *args) {
    const sim_host_object *self = (const sim_host_object *)object;
    int connected;
    if (!PyArg_ParseTuple(args, "p:set_connected", &connected)) {
        return NULL;
    }
    wf_sim_set_connected(sim_of(self), self->id, connected != 0);
    return Py_NewRef(Py_None);
}

static PyObject *set_part(PyObject *object, PyObject *args) {
    const sim_host_object *self = (const sim_host_object *)object;
    uint32_t part;
    if (!PyArg_ParseTuple(args, "O&:set_part", ext_as_u32, &part)) {
        return NULL;
    }
    wf_sim_set_part(sim_of(self), self->id, part);
    return Py_NewRef(Py_None);
}

static PyObject *random_bytes(PyObject *object, PyObject *args) {
    uint8_t bytes[RANDOM_LEN];
    uint32_t len;
    if (!PyArg_ParseTuple(args, "O&:random_bytes", ext_as_u32, &len)) {
        return NULL;
    }
    if (len > sizeof bytes) {
        return ext_raise(ext_state_of(object), WF_ERROR_ARGUMENT, "at most 4096 bytes");
    }
    wf_entropy entropy = entropy_of(object);
    wf_error error = entropy.fill(entropy.context, bytes, len);
    return error == WF_OK ? ext_from_bytes(wf_bytes_of(bytes, len)) : none_or_raise(object, error, NULL);
}

static PyObject *get_addresses(PyObject *object, void *unused) {
    const sim_host_object *self = (const sim_host_object *)object;
    PyObject *list = PyList_New(0);
    wf_address address;
    unsigned network;
    (void)unused;
    for (size_t i = 0; list != NULL && wf_sim_address(sim_of(self), self->id, i, &network, &address); i++) {
        ext_append(&list, ext_from_address(&address));
    }
    return list;
}

static PyObject *get_id(PyObject *object, void *unused) {
    (void)unused;
    return PyLong_FromUnsignedLong(((sim_host_object *)object)->id.value);
}

/* The hooks of the network may lead back here. */
static int traverse(PyObject *object, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(((sim_host_object *)object)->sim);
    return 0;
}

static void deallocate(PyObject *object) {
    PyObject_GC_UnTrack(object);
    Py_XDECREF(((sim_host_object *)object)->sim);
    ext_free(object);
}

static PyMethodDef methods[] = {
    {"add_address", add_address, METH_VARARGS,
     "add_address($self, network, address, /)\n--\n\nRaises Argument where it is taken, Capacity."},
    {"remove_address", remove_address, METH_VARARGS,
     "remove_address($self, network, address, /)\n--\n\nRaises Argument where it has none such."},
    {"send", send, METH_VARARGS,
     "send($self, address, data, /)\n--\n\nSends a datagram; to None: to every group of every network that it is on. "
     "Raises Argument where it can't go."},
    {"receive", receive, METH_NOARGS,
     "receive($self, /)\n--\n\nOne datagram as (address, data, multicast, own), or None when none waits."},
    {"set_connected", set_connected, METH_VARARGS,
     "set_connected($self, connected, /)\n--\n\nPulls the cable, or puts it back."},
    {"set_part", set_part, METH_VARARGS,
     "set_part($self, part, /)\n--\n\nHosts hear those of the same part only; all begin in 0."},
    {"random_bytes", random_bytes, METH_VARARGS,
     "random_bytes($self, len, /)\n--\n\nFrom the host's own entropy, which follows from the seed. Raises Argument."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef members[] = {
    {"id", get_id, NULL, "Its number, from 1.", NULL},
    {"addresses", get_addresses, NULL, "Its addresses, with their ports.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "A host of a Sim, made by its add_host."},
    {Py_tp_dealloc, EXT_SLOT(deallocate)},
    {Py_tp_traverse, EXT_SLOT(traverse)},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

int ext_add_sim_host(PyObject *module, ext_state *state) {
    return ext_add_type(module, &state->sim_host, "warifu._warifu.SimHost", sizeof(sim_host_object), slots);
}
