/* What every file of the extension stands on: the module's state, the life of objects, errors, conversions, records.
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
#include <warifu/datagram.h>
#include <warifu/error.h>
#include <warifu/event.h>
#include <warifu/identity.h>
#include <warifu/system_error.h>

/* Functions travel as void * in Python's slots, which ISO C leaves to its implementations. */
#define EXT_SLOT(function) __extension__(void *)(function)
#define EXT_METHOD(function) ((PyCFunction)(void (*)(void))(function))

/* The module's types: those with behaviour, then records. */
#define EXT_TYPES(X) \
    X(engine)        \
    X(udp)           \
    X(store)         \
    X(identity)      \
    X(setup_code)    \
    X(ca)            \
    X(sim)           \
    X(sim_host)      \
    X(sim_store)     \
    X(event)         \
    X(hello)         \
    X(peer)          \
    X(known)         \
    X(group)         \
    X(frame)         \
    X(da_frame)      \
    X(certificate)

typedef struct ext_state {
    PyObject *error;       /* the base of all exceptions */
    PyObject *error_types; /* code -> class */
#define EXT_MEMBER(name) PyTypeObject *name;
    EXT_TYPES(EXT_MEMBER)
#undef EXT_MEMBER
} ext_state;

/* ---- object.c ---- */

/* Makes a type and puts it into the module. It is immutable and known to the collector; without a Py_tp_new nobody
 * makes instances but the extension. */
int ext_add_type(PyObject *module, PyTypeObject **out, const char *name, size_t size, PyType_Slot *slots);
int ext_traverse(PyObject *object, visitproc visit, void *arg); /* Py_tp_traverse of what holds no object */

ext_state *ext_state_of(PyObject *object);     /* of an instance of one of our types */
ext_state *ext_state_of_class(PyObject *type); /* for class methods */
PyObject *ext_allocate(PyTypeObject *type);
void ext_free(PyObject *object);          /* the last step of every deallocation */
void ext_warn_unclosed(const char *what); /* ResourceWarning; for deallocations */

/* Who may use an object: the process that made it, one call at a time, until it is closed. */
typedef struct ext_guard {
    pid_t process;
    bool open;
    bool busy;               /* a call is under way */
    bool keeps_gil;          /* what it works with other objects reach too, under the GIL alone */
    PyThreadState *released; /* not NULL while the core works without the GIL */
} ext_guard;

ext_guard ext_guard_open(void);
bool ext_guard_is_own(const ext_guard *guard); /* made by this process? */
/* These raise State (fork, another thread, a callback) and Closed. */
bool ext_guard_check(const ext_guard *guard, const ext_state *state);
bool ext_guard_enter(ext_guard *guard, const ext_state *state);
void ext_guard_leave(ext_guard *guard);
/* Between enter and leave, around work on curves and disks, during which other threads go on. `take` says whether the
 * GIL had been given up. */
void ext_guard_release_gil(ext_guard *guard);
bool ext_guard_take_gil(ext_guard *guard);

/* ---- errors.c ---- */

int ext_add_errors(PyObject *module, ext_state *state);
/* A new exception of the class of `error`. `detail` and `address` may be NULL. */
PyObject *ext_make_error(const ext_state *state, wf_error error, const char *detail, const char *address);
/* These raise, and return NULL so that callers can return them. */
PyObject *ext_raise(const ext_state *state, wf_error error, const char *detail);
PyObject *ext_raise_system(const ext_state *state, wf_error error, const wf_system_error *system, const char *detail);
/* Of a call on a file: STORE carries `number`, what errno was. */
PyObject *ext_raise_path(const ext_state *state, wf_error error, int number, const char *call, const char *path);
PyObject *ext_none_or_raise(PyObject *object, wf_error error);
extern PyMethodDef ext_error_functions[];

/* ---- convert.c ---- */

/* Converters for PyArg's "O&": integers within their width, else ValueError. */
int ext_as_u8(PyObject *object, void *out);
int ext_as_u16(PyObject *object, void *out);
int ext_as_eoj(PyObject *object, void *out);
int ext_as_u32(PyObject *object, void *out);
int ext_as_size(PyObject *object, void *out); /* a size_t of 32 bits */
int ext_as_u64(PyObject *object, void *out);
/* What has the buffer protocol, as bytes that nobody can change while the GIL is given up: the caller owns a reference.
 * ext_as_text takes str too. NULL for None: ext_as_optional_bytes, ext_as_path (else the path as the system has it). */
int ext_as_bytes(PyObject *object, void *out);
int ext_as_optional_bytes(PyObject *object, void *out);
int ext_as_text(PyObject *object, void *out);
int ext_as_path(PyObject *object, void *out);

/* "192.0.2.1:3610"; NULL text gives nowhere (all zeros). Raises Argument. */
bool ext_as_address(const ext_state *state, wf_address *out, const char *text, uint16_t default_port);
bool ext_as_role(wf_role *out, const char *text);      /* NULL is NONE */
PyObject *ext_from_address(const wf_address *address); /* str, or None for nowhere */
PyObject *ext_from_bytes(wf_bytes bytes);
PyObject *ext_from_optional_bytes(bool present, const uint8_t *at, size_t len); /* bytes or None */
PyObject *ext_from_role(wf_role role);                                          /* "device", "controller" or None */
void ext_hex(char *out, const uint8_t *at, size_t len);                         /* 2 * len + 1 characters */
wf_bytes ext_view(const Py_buffer *buffer);
wf_bytes ext_view_bytes(PyObject *bytes); /* nothing of NULL */
/* Copies a buffer of exactly `len` bytes; raises Argument for another length. */
bool ext_copy_exact(const ext_state *state, uint8_t *out, size_t len, const Py_buffer *buffer, const char *what);
void ext_release(Py_buffer *buffer); /* also one that was never filled */

/* Both take the reference of `item`. A NULL, as a failed call gives it, spoils the list: it is freed and NULL. */
void ext_append(PyObject **list, PyObject *item);
PyObject *ext_as_tuple(PyObject *list); /* takes the list, NULL too */

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

#endif
