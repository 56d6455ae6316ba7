/* What the files of the extension share: the module's state, errors, conversions, records.
 *
 * Nothing here is global: types and exceptions live in the state of the module, which every object reaches through its
 * type. Objects of the extension belong to the process that made them and, while they are in a call, to one thread.
 */
#ifndef WARIFU_EXTENSION_H
#define WARIFU_EXTENSION_H

#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <sys/types.h>
#include <warifu/dictionary.h>
#include <warifu/engine.h>
#include <warifu/identity_file.h>
#include <warifu/store.h>
#include <warifu/system_error.h>
#include <warifu/wire.h>

/* Functions travel as void * in Python's slots, which ISO C leaves to its implementations. */
#define EXT_SLOT(function) __extension__(void *)(function)
#define EXT_METHOD(function) ((PyCFunction)(void (*)(void))(function))

typedef struct ext_state {
    PyObject *error;       /* the base of all exceptions */
    PyObject *error_types; /* code -> class */
    PyTypeObject *engine, *udp, *store, *identity, *setup_code, *ca;
    PyTypeObject *sim, *sim_host, *sim_store;
    PyTypeObject *event, *hello, *peer, *known, *frame, *da_frame, *certificate; /* records */
} ext_state;

/* ---- object.c ---- */

ext_state *ext_state_of(PyObject *object); /* of an instance of one of our types */
PyObject *ext_allocate(PyTypeObject *type);
void ext_free(PyObject *object);          /* the last step of every deallocation */
void ext_warn_unclosed(const char *what); /* ResourceWarning; for deallocations */

/* ---- errors.c ---- */

int ext_add_errors(PyObject *module, ext_state *state);
/* A new exception of the class of `error`. `detail` and `address` may be NULL. */
PyObject *ext_make_error(const ext_state *state, wf_error error, const char *detail, const char *address);
/* These raise, and return NULL so that callers can return them. */
PyObject *ext_raise(const ext_state *state, wf_error error, const char *detail);
PyObject *ext_raise_system(const ext_state *state, wf_error error, const wf_system_error *system, const char *detail);
/* Of a call on a file: STORE carries `number`, what errno was. */
PyObject *ext_raise_path(const ext_state *state, wf_error error, int number, const char *call, const char *path);
extern PyMethodDef ext_error_functions[];

/* ---- convert.c ---- */

/* Converters for PyArg's "O&": integers within their width, else ValueError. */
int ext_as_u8(PyObject *object, void *out);
int ext_as_u16(PyObject *object, void *out);
int ext_as_eoj(PyObject *object, void *out);
int ext_as_u32(PyObject *object, void *out);
int ext_as_u64(PyObject *object, void *out);

/* "192.0.2.1:3610"; NULL text gives nowhere (all zeros). Raises Argument. */
bool ext_as_address(const ext_state *state, wf_address *out, const char *text, uint16_t default_port);
PyObject *ext_from_address(const wf_address *address); /* str, or None for nowhere */
PyObject *ext_from_bytes(wf_bytes bytes);
PyObject *ext_from_optional_bytes(bool present, const uint8_t *at, size_t len); /* bytes or None */
PyObject *ext_from_role(wf_role role);                                          /* "device", "controller" or None */
wf_bytes ext_view(const Py_buffer *buffer);
/* Copies a buffer of exactly `len` bytes; raises Argument for another length. */
bool ext_copy_exact(const ext_state *state, uint8_t *out, size_t len, const Py_buffer *buffer, const char *what);

/* ---- record.c: immutable tuples with names ---- */

int ext_add_records(PyObject *module, ext_state *state);

typedef struct ext_record {
    PyObject *object;
    Py_ssize_t at;
    bool failed;
} ext_record;
ext_record ext_record_begin(PyTypeObject *type);
void ext_record_add(ext_record *record, PyObject *value); /* takes the reference; NULL spoils the record */
PyObject *ext_record_end(ext_record *record);

PyObject *ext_from_hello(const ext_state *state, const wf_hello *hello);
PyObject *ext_from_event(const ext_state *state, const wf_event *event);
PyObject *ext_from_peer(const ext_state *state, const wf_peer *peer);

/* ---- the types ---- */

int ext_add_engine(PyObject *module, ext_state *state);
int ext_add_udp(PyObject *module, ext_state *state);
int ext_add_store(PyObject *module, ext_state *state);
int ext_add_identity(PyObject *module, ext_state *state);
int ext_add_setup_code(PyObject *module, ext_state *state);
int ext_add_authority(PyObject *module, ext_state *state);
int ext_add_sim(PyObject *module, ext_state *state); /* with its hosts and stores */
int ext_add_sim_host(PyObject *module, ext_state *state);
int ext_add_sim_store(PyObject *module, ext_state *state);

/* Valid while the caller holds a reference to the object. */
const wf_identity *ext_identity_view(PyObject *identity);
/* The code, or NULL for None; the same lifetime. Raises TypeError. */
bool ext_as_setup_code(const ext_state *state, const wf_setup_code **out, PyObject *object);
/* The number of the own certificate, or NULL where it has none. */
const uint8_t *ext_identity_number(PyObject *identity);

/* Gives a FileStore or a SimStore to an engine, which gives it back. Raises State when another one has it, Closed. */
bool ext_store_take(PyObject *store, wf_store *out);
void ext_store_give_back(PyObject *store);
/* Raises what the system said when `error` came from this store. */
PyObject *ext_store_raise(PyObject *store, wf_error error);

/* The same of a SimStore, whose failures the system knows nothing of. */
bool ext_sim_store_take(PyObject *store, wf_store *out);
void ext_sim_store_give_back(PyObject *store);

/* What "entropy" means where Python gives it: a SimHost's own, the system's for None. Raises TypeError. */
bool ext_as_role(wf_role *out, const char *text); /* NULL is NONE */
bool ext_as_entropy(const ext_state *state, wf_entropy *out, PyObject *host);
wf_entropy ext_sim_host_entropy(PyObject *host);

/* What Python has for a dictionary: the handle of an overlay, or None for the built-in one. Raises TypeError. */
int ext_as_dictionary(PyObject *object, void *out); /* a const wf_dictionary * */

/* The handle of a policy. Raises TypeError. */
int ext_as_policy(PyObject *object, void *out); /* a const wf_policy * */

extern PyMethodDef ext_audit_functions[];
extern PyMethodDef ext_keeping_functions[];
extern PyMethodDef ext_codec_functions[];
extern PyMethodDef ext_certificate_functions[];
extern PyMethodDef ext_pkcs11_functions[];
extern PyMethodDef ext_dictionary_functions[];
extern PyMethodDef ext_doctor_functions[];
extern PyMethodDef ext_policy_functions[];

#endif
