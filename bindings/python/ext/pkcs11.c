/* A key in a PKCS#11 token, before it has a certificate. */
#include "module.h"
#include "sim.h"
#include <warifu/csr.h>
#include <warifu/pkcs11.h>

enum { REQUEST_LEN = 1024 };

typedef struct request_job {
    wf_pkcs11_place place;
    wf_csr_order order;
    wf_entropy entropy;
    bool fresh;
    char text[WF_PKCS11_TEXT_LEN];
    uint8_t der[REQUEST_LEN];
    size_t len;
} request_job;

/* Runs without the GIL. */
static wf_error run_request(request_job *job) {
    wf_pkcs11 *token;
    wf_drbg drbg;
    wf_error error = job->fresh ? wf_pkcs11_generate(&token, job->text, &job->place)
                                : wf_pkcs11_open(&token, job->text, &job->place);
    if (error != WF_OK) {
        return error;
    }
    wf_writer writer = wf_writer_of(job->der, sizeof job->der);
    error = wf_drbg_start_for(&drbg, job->entropy, wf_pkcs11_signer(token), wf_bytes_of(NULL, 0));
    if (error == WF_OK) {
        error = wf_csr_write(&writer, &job->order, wf_pkcs11_signer(token), &drbg);
    }
    job->len = writer.len;
    wf_drbg_wipe(&drbg);
    wf_pkcs11_close(token);
    return error;
}

static PyObject *pkcs11_request(PyObject *module, PyObject *args, PyObject *keywords) {
    static char *names[] = {"module", "token", "key", "pin", "name", "number", "role", "make", NULL};
    const ext_state *state = PyModule_GetState(module);
    PyObject *path = NULL;
    const char *role = NULL;
    Py_buffer number = {0};
    int make = 0;
    request_job job = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&zzzzz*zp:pkcs11_request", names, PyUnicode_FSConverter, &path,
                                     &job.place.token, &job.place.key, &job.place.pin, &job.order.common_name, &number,
                                     &role, &make)) {
        return NULL;
    }
    PyObject *result = NULL;
    if (!ext_as_role(&job.order.role, role) || (number.obj != NULL && number.len != WF_NUMBER_LEN)) {
        ext_raise(state, WF_ERROR_ARGUMENT, "the role is device or controller, the number has 17 bytes");
    } else if (ext_as_entropy(state, &job.entropy, Py_None)) {
        job.place.module = PyBytes_AsString(path);
        job.order.number = number.buf;
        job.fresh = make;
        wf_error error;
        Py_BEGIN_ALLOW_THREADS;
        error = run_request(&job);
        Py_END_ALLOW_THREADS;
        result = error == WF_OK ? ext_from_bytes(wf_bytes_of(job.der, job.len))
                                : ext_raise(state, error, job.text[0] == '\0' ? NULL : job.text);
    }
    Py_XDECREF(path);
    ext_release(&number);
    return result;
}

PyMethodDef ext_pkcs11_functions[] = {
    {"pkcs11_request", EXT_METHOD(pkcs11_request), METH_VARARGS | METH_KEYWORDS,
     "pkcs11_request($module, module, token, key, pin, name, number, role, make)\n--\n\nA certificate request "
     "(PKCS#10, "
     "DER) signed by a key in a token, which is made first where `make` is true. Raises Token, Argument."},
    {NULL, NULL, 0, NULL},
};
