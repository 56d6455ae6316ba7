/* Certificates: reading one, and issuing new identities under an authority's. */
#include "extension.h"
#include <string.h>

enum { PEM_LEN = 16384 };

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

/* What is issued: an order from Python, and where the result goes. */
typedef struct issue_job {
    wf_certificate_order order;
    const wf_identity *issuer; /* NULL: self-signed */
    wf_entropy entropy;
    wf_p256_key key;
    uint8_t pem[PEM_LEN];
    size_t pem_len;
} issue_job;

static wf_error issue_certificate(wf_writer *out, issue_job *job, wf_drbg *drbg) {
    wf_certificate parsed;
    if (job->issuer == NULL) {
        return wf_certificate_issue(out, &job->order, NULL, wf_signer_of(&job->key), drbg);
    }
    wf_error error = wf_certificate_parse(&parsed, job->issuer->anchors[0]);
    return error == WF_OK ? wf_certificate_issue(out, &job->order, &parsed, job->issuer->signer, drbg) : error;
}

/* The new identity as PEM text, which is the one way that an Identity comes to be. */
static wf_error write_identity(issue_job *job, wf_bytes certificate) {
    bool root = job->issuer == NULL;
    wf_writer text = wf_writer_of(job->pem, sizeof job->pem);
    wf_identity identity = {
        .signer = wf_signer_of(&job->key),
        .chain = &certificate,
        .chain_len = root ? 0 : 1,
        .anchors = root ? &certificate : job->issuer->anchors,
        .anchor_count = root ? 1 : job->issuer->anchor_count,
    };
    wf_error error = wf_identity_pem_write(&text, &identity);
    return error == WF_OK ? wf_writer_finish(&text, &job->pem_len) : error;
}

/* Runs without the GIL: makes a key, a serial number and the certificate. */
static wf_error run_issue(issue_job *job) {
    uint8_t der[WF_CERTIFICATE_LEN];
    wf_drbg drbg;
    wf_writer writer = wf_writer_of(der, sizeof der);
    wf_bytes none = wf_bytes_of(NULL, 0);
    wf_error error = wf_drbg_start(&drbg, job->entropy, none, none);
    if (error == WF_OK) {
        error = wf_p256_generate(&job->key, &drbg);
    }
    if (error == WF_OK) {
        job->order.public_key = job->key.public_key;
        error = wf_drbg_bytes(&drbg, job->order.serial, sizeof job->order.serial);
    }
    if (error == WF_OK) {
        job->order.serial[0] = (uint8_t)((job->order.serial[0] & 0x7F) | 0x40); /* positive, and of one length */
        error = issue_certificate(&writer, job, &drbg);
    }
    if (error == WF_OK) {
        error = write_identity(job, wf_bytes_of(der, writer.len));
    }
    wf_drbg_wipe(&drbg);
    wf_p256_wipe(&job->key);
    return error;
}

static PyObject *identity_of_job(const ext_state *state, const issue_job *job) {
    return PyObject_CallMethod((PyObject *)state->identity, "from_pem", "y#", (const char *)job->pem,
                               (Py_ssize_t)job->pem_len);
}

static PyObject *issue(PyObject *module, PyObject *args, PyObject *keywords) {
    static char *names[] = {"name", "not_before", "not_after", "role", "number", "issuer", "entropy", NULL};
    const ext_state *state = PyModule_GetState(module);
    const char *name, *role = NULL;
    long long not_before, not_after;
    PyObject *issuer = Py_None, *entropy = Py_None;
    Py_buffer number = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "sLL|$zz*OO:issue", names, &name, &not_before, &not_after, &role,
                                     &number, &issuer, &entropy)) {
        return NULL;
    }
    PyObject *result = NULL;
    issue_job *job = PyMem_Calloc(1, sizeof *job);
    bool has_issuer = issuer != Py_None;
    if (job == NULL) {
        PyErr_NoMemory();
    } else if (has_issuer && !Py_IS_TYPE(issuer, state->identity)) {
        PyErr_SetString(PyExc_TypeError, "issuer must be an Identity");
    } else if (!ext_as_role(&job->order.role, role) || (job->order.role == WF_ROLE_NONE) != (number.obj == NULL) ||
               (number.obj != NULL && number.len != WF_NUMBER_LEN) ||
               (has_issuer && ext_identity_view(issuer)->anchor_count == 0)) {
        ext_raise(state, WF_ERROR_ARGUMENT, "a role (device, controller) goes with a number of 17 bytes");
    } else if (ext_as_entropy(state, &job->entropy, entropy)) {
        job->issuer = has_issuer ? ext_identity_view(issuer) : NULL;
        job->order.common_name = name;
        job->order.is_ca = job->order.role == WF_ROLE_NONE;
        job->order.number = number.buf;
        job->order.not_before = not_before;
        job->order.not_after = not_after;
        wf_error error;
        Py_BEGIN_ALLOW_THREADS;
        error = run_issue(job);
        Py_END_ALLOW_THREADS;
        result = error == WF_OK ? identity_of_job(state, job) : ext_raise(state, error, NULL);
    }
    if (job != NULL) {
        wf_wipe(job, sizeof *job);
        PyMem_Free(job);
    }
    if (number.obj != NULL) {
        PyBuffer_Release(&number);
    }
    return result;
}

PyMethodDef ext_certificate_functions[] = {
    {"certificate_parse", certificate_parse, METH_VARARGS,
     "certificate_parse($module, der, /)\n--\n\nTakes a certificate of the device profile apart. Raises Der, "
     "errors.Certificate, Point."},
    {"issue", EXT_METHOD(issue), METH_VARARGS | METH_KEYWORDS,
     "issue($module, name, not_before, not_after, *, role=None, number=None, issuer=None, entropy=None)\n--\n\n"
     "Makes a key and a certificate "
     "for it: a root without `issuer`, else an identity under it. Dates are seconds since 1970."},
    {NULL, NULL, 0, NULL},
};
