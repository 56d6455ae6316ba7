/* The doctor's findings as tuples. */
#include "module.h"
#include <string.h>
#include <warifu/doctor.h>

static bool take_interfaces(PyObject *names, wf_udp_config *udp, const char *interfaces[static WF_UDP_INTERFACES]) {
    Py_ssize_t count = PyTuple_Size(names);
    for (Py_ssize_t i = 0; i < count && i < WF_UDP_INTERFACES; i++) {
        interfaces[i] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(names, i), NULL);
        if (interfaces[i] == NULL) {
            return false;
        }
        udp->interface_count++;
    }
    udp->interfaces = interfaces;
    return true;
}

static PyObject *list_of(const wf_doctor *doctor) {
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < doctor->count; i++) {
        const wf_finding *finding = &doctor->findings[i];
        const wf_finding_row *row = wf_finding_row_at(finding->kind);
        PyObject *detail = PyUnicode_DecodeUTF8(finding->detail, (Py_ssize_t)strlen(finding->detail), "replace");
        ext_append(&list, detail == NULL ? NULL
                                         : Py_BuildValue("(ssssN)", wf_severity_text(finding->severity), row->id,
                                                         row->what, row->next, detail));
    }
    return list;
}

/* Other threads go on while it looks: it may take two seconds. */
static PyObject *examine(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    const char *interfaces[WF_UDP_INTERFACES], *peer_text;
    wf_doctor_config config = {0};
    wf_address peer;
    PyObject *names, *result = NULL, *path = NULL;
    if (!PyArg_ParseTuple(args, "O&O!O&z:examine", ext_as_u16, &config.udp.port, &PyTuple_Type, &names,
                          PyUnicode_FSConverter, &path, &peer_text)) {
        return NULL;
    }
    wf_doctor *doctor = PyMem_Malloc(sizeof *doctor);
    if (doctor == NULL) {
        PyErr_NoMemory();
    } else if (take_interfaces(names, &config.udp, interfaces) && ext_as_address(state, &peer, peer_text, WF_PORT)) {
        const char *directory = PyBytes_AsString(path);
        config.state = directory[0] == '\0' ? NULL : directory;
        config.peer = peer_text == NULL ? NULL : &peer;
        Py_BEGIN_ALLOW_THREADS;
        (void)wf_doctor_examine(doctor, &config);
        Py_END_ALLOW_THREADS;
        result = list_of(doctor);
    }
    PyMem_Free(doctor);
    Py_DECREF(path);
    return result;
}

PyMethodDef ext_doctor_functions[] = {
    {"examine", examine, METH_VARARGS,
     "examine($module, port, interfaces, state, peer, /)\n--\n\nLooks at this host: tuples of severity, id, what, next "
     "step, detail. An empty `state` is none. Raises Argument."},
    {NULL, NULL, 0, NULL},
};
