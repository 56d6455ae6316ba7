/* Certificates: reading one, and the PEM text around it. */
#include "module.h"
#include <warifu/pem.h>

static PyObject *certificate_record(const ext_state *state, const wf_certificate *certificate,
                                    const uint8_t *fingerprint) {
    ext_record record = ext_record_begin(state->certificate);
    ext_record_add(&record, ext_from_bytes(certificate->serial));
    ext_record_add(&record, ext_from_bytes(certificate->issuer));
    ext_record_add(&record, ext_from_bytes(certificate->subject));
    ext_record_add(&record, PyLong_FromLongLong(certificate->not_before));
    ext_record_add(&record, PyLong_FromLongLong(certificate->not_after));
    ext_record_add(&record, ext_from_bytes(wf_bytes_of(certificate->public_key, WF_P256_PUBLIC_LEN)));
    ext_record_add(&record, PyBool_FromLong(certificate->is_ca));
    ext_record_add(&record, certificate->path_len < 0 ? Py_NewRef(Py_None) : PyLong_FromLong(certificate->path_len));
    ext_record_add(&record, ext_from_optional_bytes(certificate->has_number, certificate->number, WF_NUMBER_LEN));
    ext_record_add(&record, ext_from_role(certificate->role));
    ext_record_add(&record, ext_from_bytes(wf_bytes_of(fingerprint, WF_HASH_LEN)));
    return ext_record_end(&record);
}

static PyObject *certificate_parse(PyObject *module, PyObject *args) {
    const ext_state *state = PyModule_GetState(module);
    Py_buffer der;
    if (!PyArg_ParseTuple(args, "y*:certificate_parse", &der)) {
        return NULL;
    }
    wf_certificate certificate;
    uint8_t fingerprint[WF_HASH_LEN];
    wf_error error = wf_certificate_parse(&certificate, ext_view(&der));
    if (error == WF_OK) {
        error = wf_certificate_fingerprint(fingerprint, ext_view(&der));
    }
    PyObject *result =
        error == WF_OK ? certificate_record(state, &certificate, fingerprint) : ext_raise(state, error, NULL);
    PyBuffer_Release(&der);
    return result;
}

static PyObject *pem_or_der(PyObject *module, PyObject *args) {
    const char *label;
    Py_buffer given;
    if (!PyArg_ParseTuple(args, "sy*:pem_or_der", &label, &given)) {
        return NULL;
    }
    PyObject *result = NULL;
    void *room = PyMem_Malloc((size_t)given.len + 1);
    if (room == NULL) {
        PyErr_NoMemory();
    } else {
        wf_writer writer = wf_writer_of(room, (size_t)given.len);
        wf_bytes der;
        wf_error error = wf_pem_or_der(&der, &writer, label, ext_view(&given));
        result = error == WF_OK ? ext_from_bytes(der) : ext_raise(PyModule_GetState(module), error, label);
    }
    PyMem_Free(room);
    PyBuffer_Release(&given);
    return result;
}

PyMethodDef ext_certificate_functions[] = {
    {"pem_or_der", pem_or_der, METH_VARARGS,
     "pem_or_der($module, label, given, /)\n--\n\nThe DER in PEM text, of the first block with this label; or DER as "
     "it "
     "is. Raises Pem."},
    {"certificate_parse", certificate_parse, METH_VARARGS,
     "certificate_parse($module, der, /)\n--\n\nTakes a certificate of the device profile apart. Raises Der, "
     "errors.Certificate, Point."},
    {NULL, NULL, 0, NULL},
};
