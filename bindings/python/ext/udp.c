/* Udp: the host's sockets for ECHONET Lite. */
#include "module.h"
#include <warifu/doctor.h>
#include <warifu/udp.h>

typedef struct udp_object {
    PyObject_HEAD ext_guard guard;
    PyObject *names; /* tuple of str, which owns the texts of `interfaces` */
    const char *interfaces[WF_UDP_INTERFACES];
    wf_udp_config config;
    wf_udp udp;
    uint8_t buffer[WF_UDP_DATAGRAM_LEN];
} udp_object;

static bool usable(udp_object *self) {
    return ext_guard_check(&self->guard, ext_state_of((PyObject *)self));
}

static bool take_names(udp_object *self, const ext_state *state, PyObject *names) {
    self->names = PySequence_Tuple(names);
    if (self->names == NULL) {
        return false;
    }
    Py_ssize_t count = PyTuple_Size(self->names);
    if (count > WF_UDP_INTERFACES) {
        ext_raise(state, WF_ERROR_CAPACITY, "too many interfaces");
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        self->interfaces[i] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(self->names, i), NULL);
        if (self->interfaces[i] == NULL) {
            return false;
        }
    }
    self->config.interfaces = self->interfaces;
    self->config.interface_count = (size_t)count;
    return true;
}

static bool open_sockets(udp_object *self, const ext_state *state, PyObject *names) {
    if (names != Py_None && !take_names(self, state, names)) {
        return false;
    }
    wf_error error = wf_udp_open(&self->udp, &self->config);
    if (error != WF_OK) {
        const char *place = self->config.interface_count > 0 ? self->interfaces[0] : NULL;
        char holder[WF_FINDING_DETAIL_LEN] = "";
        if (error == WF_ERROR_PORT_IN_USE) {
            wf_doctor_port_holder(holder, &self->config);
        }
        ext_raise_system(state, error, &self->udp.system_error, holder[0] != '\0' ? holder : place);
        return false;
    }
    self->guard = ext_guard_open();
    return true;
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"port", "interfaces", "ipv4", "ipv6", "groups", NULL};
    uint16_t port = WF_PORT;
    PyObject *interfaces = Py_None;
    int ipv4 = 1, ipv6 = 1, groups = 1;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O&$Oppp:Udp", names, ext_as_u16, &port, &interfaces, &ipv4,
                                     &ipv6, &groups)) {
        return NULL;
    }
    udp_object *self = (udp_object *)ext_allocate(type);
    if (self == NULL) {
        return NULL;
    }
    self->config.port = port;
    self->config.no_groups = !groups;
    if (!ipv4 || !ipv6) { /* 0 lets the core find out whether the host has IPv6 */
        self->config.families = ipv4 ? WF_UDP_IPV4 : WF_UDP_IPV6;
    }
    if (!ipv4 && !ipv6) {
        ext_raise(PyType_GetModuleState(type), WF_ERROR_ARGUMENT, "neither IPv4 nor IPv6");
    } else if (open_sockets(self, PyType_GetModuleState(type), interfaces)) {
        return (PyObject *)self;
    }
    Py_DECREF(self);
    return NULL;
}

static PyObject *receive(PyObject *object, PyObject *unused) {
    udp_object *self = (udp_object *)object;
    wf_udp_datagram got;
    (void)unused;
    if (!usable(self)) {
        return NULL;
    }
    wf_error error = wf_udp_receive(&self->udp, &got, self->buffer, sizeof self->buffer);
    if (error != WF_OK) {
        return ext_raise_system(ext_state_of(object), error, &self->udp.system_error, NULL);
    }
    if (got.len == 0) {
        return Py_NewRef(Py_None);
    }
    return Py_BuildValue("(NNNN)", ext_from_address(&got.from), ext_from_bytes(wf_bytes_of(self->buffer, got.len)),
                         PyBool_FromLong(got.multicast), PyBool_FromLong(got.own));
}

/* To every group of every interface: one failing family doesn't stop the other. */
static wf_error send_to_groups(wf_udp *udp, wf_bytes bytes, uint16_t port) {
    wf_address ipv4 = wf_address_group_ipv4(port), ipv6 = wf_address_group_ipv6(port, 0);
    wf_error first = WF_OK, second = WF_OK;
    if ((udp->families & WF_UDP_IPV4) != 0) {
        first = wf_udp_send(udp, &ipv4, bytes);
    }
    if ((udp->families & WF_UDP_IPV6) != 0) {
        second = wf_udp_send(udp, &ipv6, bytes);
    }
    bool sent = ((udp->families & WF_UDP_IPV4) != 0 && first == WF_OK) ||
                ((udp->families & WF_UDP_IPV6) != 0 && second == WF_OK);
    return sent ? WF_OK : first != WF_OK ? first : second;
}

static PyObject *send_datagram(PyObject *object, PyObject *args) {
    udp_object *self = (udp_object *)object;
    const ext_state *state = ext_state_of(object);
    const char *text;
    Py_buffer bytes;
    wf_address to;
    if (!usable(self) || !PyArg_ParseTuple(args, "zy*:send", &text, &bytes)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (ext_as_address(state, &to, text, self->udp.port)) {
        wf_error error = text == NULL ? send_to_groups(&self->udp, ext_view(&bytes), self->udp.port)
                                      : wf_udp_send(&self->udp, &to, ext_view(&bytes));
        result = error == WF_OK ? Py_NewRef(Py_None) : ext_raise_system(state, error, &self->udp.system_error, text);
    }
    PyBuffer_Release(&bytes);
    return result;
}

static PyObject *filenos(PyObject *object, PyObject *unused) {
    udp_object *self = (udp_object *)object;
    int fds[WF_UDP_SOCKETS];
    (void)unused;
    if (!usable(self)) {
        return NULL;
    }
    size_t count = wf_udp_fds(&self->udp, fds, WF_UDP_SOCKETS);
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < count; i++) {
        ext_append(&list, PyLong_FromLong(fds[i]));
    }
    return list;
}

static PyObject *rescan(PyObject *object, PyObject *unused) {
    udp_object *self = (udp_object *)object;
    bool changed = false;
    (void)unused;
    if (!usable(self)) {
        return NULL;
    }
    wf_error error = wf_udp_rescan(&self->udp, &changed, &self->config);
    return error == WF_OK ? PyBool_FromLong(changed)
                          : ext_raise_system(ext_state_of(object), error, &self->udp.system_error, NULL);
}

static void close_sockets(udp_object *self) {
    if (self->guard.open) {
        self->guard.open = false;
        wf_udp_close(&self->udp);
    }
}

static PyObject *close_method(PyObject *object, PyObject *unused) {
    (void)unused;
    close_sockets((udp_object *)object);
    return Py_NewRef(Py_None);
}

static PyObject *get_addresses(PyObject *object, void *unused) {
    const wf_udp *udp = &((udp_object *)object)->udp;
    PyObject *list = PyList_New(0);
    size_t count = udp->by_address ? udp->socket_count : udp->own_count;
    (void)unused;
    for (size_t i = 0; list != NULL && i < count; i++) {
        if (udp->by_address && udp->sockets[i].group) {
            continue;
        }
        ext_append(&list, ext_from_address(udp->by_address ? &udp->sockets[i].local : &udp->own[i]));
    }
    return list;
}

static PyObject *get_interfaces(PyObject *object, void *unused) {
    const wf_udp *udp = &((udp_object *)object)->udp;
    PyObject *list = PyList_New(0);
    (void)unused;
    for (size_t i = 0; list != NULL && i < udp->interface_count; i++) {
        ext_append(&list, PyUnicode_FromString(udp->interfaces[i].name));
    }
    return list;
}

static PyObject *get_port(PyObject *object, void *unused) {
    (void)unused;
    return PyLong_FromLong(((udp_object *)object)->udp.port);
}

static PyObject *get_by_address(PyObject *object, void *unused) {
    (void)unused;
    return PyBool_FromLong(((udp_object *)object)->udp.by_address);
}

static PyObject *get_dropped(PyObject *object, void *unused) {
    const wf_udp *udp = &((udp_object *)object)->udp;
    (void)unused;
    return Py_BuildValue("(KK)", (unsigned long long)udp->dropped_in, (unsigned long long)udp->dropped_out);
}

static PyObject *get_closed(PyObject *object, void *unused) {
    (void)unused;
    return PyBool_FromLong(!((udp_object *)object)->guard.open);
}

static int traverse(PyObject *object, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(((udp_object *)object)->names);
    return 0;
}

static void deallocate(PyObject *object) {
    udp_object *self = (udp_object *)object;
    PyObject_GC_UnTrack(object);
    if (self->guard.open && ext_guard_is_own(&self->guard)) {
        ext_warn_unclosed("Udp");
    }
    close_sockets(self);
    Py_XDECREF(self->names);
    ext_free(object);
}

static PyMethodDef methods[] = {
    {"receive", receive, METH_NOARGS,
     "receive($self, /)\n--\n\nOne datagram as (address, data, multicast, own), or None when none waits. Raises "
     "Socket, "
     "Closed."},
    {"send", send_datagram, METH_VARARGS,
     "send($self, address, data, /)\n--\n\nSends a datagram; to None: to every group of every interface. Raises "
     "Socket, "
     "Argument, Closed."},
    {"filenos", filenos, METH_NOARGS,
     "filenos($self, /)\n--\n\nThe descriptors to wait on for reading; they stay the same."},
    {"rescan", rescan, METH_NOARGS,
     "rescan($self, /)\n--\n\nLooks at the interfaces again, joins new ones, and says whether something changed."},
    {"close", close_method, METH_NOARGS, "close($self, /)\n--\n\nCloses the sockets; a second time does nothing."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef members[] = {
    {"port", get_port, NULL, "The UDP port.", NULL},
    {"addresses", get_addresses, NULL, "Where it is bound; by interface: the addresses that mean this host.", NULL},
    {"interfaces", get_interfaces, NULL, "Names of the interfaces in use.", NULL},
    {"by_address", get_by_address, NULL, "Whether it was opened by address.", NULL},
    {"dropped", get_dropped, NULL, "(in, out): datagrams lost in this host.", NULL},
    {"closed", get_closed, NULL, "Whether it is closed.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc,
     "Udp(port=3610, *, interfaces=None, ipv4=True, ipv6=True, groups=True)\n--\n\nSockets for ECHONET Lite. "
     "`interfaces` are names, or addresses of this host; None: every interface that does multicast. Without "
     "`groups` multicast is sent and not received.\n\n"
     "Raises PortInUse, NoMulticast, Socket, Argument, Capacity."},
    {Py_tp_new, EXT_SLOT(make)},
    {Py_tp_dealloc, EXT_SLOT(deallocate)},
    {Py_tp_traverse, EXT_SLOT(traverse)},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

int ext_add_udp(PyObject *module, ext_state *state) {
    return ext_add_type(module, &state->udp, "warifu._warifu.Udp", sizeof(udp_object), slots);
}
