/* What the three files of the type Engine share. */
#ifndef WARIFU_EXTENSION_ENGINE_H
#define WARIFU_EXTENSION_ENGINE_H

#include "extension.h"

typedef struct engine_object {
    PyObject_HEAD wf_engine *engine; /* NULL: closed */
    void *memory;                    /* the one block that it lives in */
    size_t size;
    uint16_t port;
    pid_t process;
    PyObject *identity, *store; /* lent to the engine: kept as long as it lives */
    PyObject *set_hook, *trace; /* callables or NULL */
    bool busy;                  /* a call is under way */
    bool in_hook;               /* and it has called the set hook */
    unsigned long thread;       /* of that call */
    PyThreadState *released;    /* not NULL while the core works without the GIL */
} engine_object;

/* Every call stands between these two. `engine_enter` raises State (another thread, a callback, after fork) or Closed.
 */
bool engine_enter(engine_object *self);
void engine_leave(engine_object *self);

/* Inside `enter`/`leave`, around work that may be long. */
void engine_release_gil(engine_object *self);
void engine_take_gil(engine_object *self);

/* Is this a call that the set hook makes, on its own thread? */
bool engine_is_in_hook(const engine_object *self);

/* Puts the callbacks into a configuration. */
void engine_lend_callbacks(engine_object *self, wf_engine_config *config);

PyObject *engine_close(PyObject *object, PyObject *unused);
extern PyMethodDef engine_methods[];

#endif
