/* Engine: its life. What it is made with is read in engine_config.c; its calls are in engine_calls.c, engine_pairing.c,
 * engine_node.c, engine_controller.c and engine_lists.c, what the core calls back in engine_callbacks.c. */
#include "engine_config.h"
#include "module.h"
#include "store.h"
#include <warifu/crypto.h>

bool engine_is_in_hook(const engine_object *self) {
    return self->in_hook && self->thread == PyThread_get_thread_ident() && ext_guard_is_own(&self->guard);
}

bool engine_enter(engine_object *self) {
    bool may = ext_guard_enter(&self->guard, ext_state_of((PyObject *)self));
    self->thread = may ? PyThread_get_thread_ident() : self->thread;
    return may;
}

void engine_leave(engine_object *self) {
    ext_guard_leave(&self->guard);
}

bool engine_begin(engine_object *self) {
    bool may = engine_enter(self);
    if (may) {
        ext_guard_release_gil(&self->guard);
    }
    return may;
}

void engine_finish(engine_object *self) {
    ext_guard_take_gil(&self->guard);
    engine_leave(self);
}

PyObject *engine_id_or_raise(PyObject *object, wf_error error, wf_request_id id) {
    return error == WF_OK ? PyLong_FromUnsignedLong(id.value) : ext_raise(ext_state_of(object), error, NULL);
}

static void shut(engine_object *self) {
    self->guard.open = false;
    if (self->engine != NULL && ext_guard_is_own(&self->guard)) {
        ext_guard_release_gil(&self->guard); /* the audit log goes to the disk */
        wf_engine_end(self->engine, self->size);
        ext_guard_take_gil(&self->guard);
    } else if (self->engine != NULL) { /* after a fork the disk is the parent's */
        wf_wipe(self->memory, self->size);
    }
    self->engine = NULL;
    PyMem_Free(self->memory);
    self->memory = NULL;
    if (self->store != NULL) {
        ext_store_give_back(self->store);
    }
    Py_CLEAR(self->store);
    Py_CLEAR(self->identity);
    Py_CLEAR(self->former);
    Py_CLEAR(self->lent);
    Py_CLEAR(self->policy);
    Py_CLEAR(self->entropy);
    Py_CLEAR(self->dictionary);
    Py_CLEAR(self->set_hook);
    Py_CLEAR(self->get_hook);
    Py_CLEAR(self->trace);
    wf_key_log_file_close(&self->keys);
}

/* Of the core's start; what configuring found is raised already. */
static void raise_start(engine_object *self, wf_error error) {
    if (error == WF_OK) {
        return;
    }
    if (self->memory == NULL && error == WF_ERROR_CAPACITY) {
        PyErr_NoMemory();
    } else if (self->store != NULL) {
        ext_store_raise(self->store, error);
    } else {
        ext_raise(ext_state_of((PyObject *)self), error, NULL);
    }
}

static wf_error start(engine_object *self, const engine_arguments *given) {
    self->size = wf_engine_size(&given->config);
    self->memory = self->size > 0 ? PyMem_Calloc(1, self->size) : NULL;
    if (self->memory == NULL) {
        return self->size > 0 ? WF_ERROR_CAPACITY : WF_ERROR_ARGUMENT;
    }
    ext_guard_release_gil(&self->guard);
    wf_error error = wf_engine_start(&self->engine, &given->config, self->memory, self->size, given->now);
    ext_guard_take_gil(&self->guard);
    if (error != WF_OK) {
        self->engine = NULL;
        wf_wipe(self->memory, self->size);
    }
    return error;
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    engine_arguments given;
    if (!engine_parse_arguments(&given, args, keywords)) {
        return NULL;
    }
    engine_object *self = (engine_object *)ext_allocate(type);
    if (self != NULL) {
        self->guard = ext_guard_open();
        self->guard.busy = true; /* until it is whole, no callback can call it */
        self->thread = PyThread_get_thread_ident();
        wf_error error = WF_OK;
        if (!engine_configure(self, &given) || (error = start(self, &given)) != WF_OK) {
            raise_start(self, error);
            Py_CLEAR(self);
        } else {
            engine_leave(self);
        }
    }
    engine_release_arguments(&given);
    return (PyObject *)self;
}

/* ---- the end ---- */

PyObject *engine_close(PyObject *object, PyObject *unused) {
    engine_object *self = (engine_object *)object;
    (void)unused;
    if (!self->guard.open) {
        return Py_NewRef(Py_None);
    }
    if (!engine_enter(self)) {
        return NULL;
    }
    shut(self);
    engine_leave(self);
    return Py_NewRef(Py_None);
}

static int traverse(PyObject *object, visitproc visit, void *arg) {
    engine_object *self = (engine_object *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->identity);
    Py_VISIT(self->former);
    Py_VISIT(self->store);
    Py_VISIT(self->entropy);
    Py_VISIT(self->dictionary);
    Py_VISIT(self->lent);
    Py_VISIT(self->policy);
    Py_VISIT(self->set_hook);
    Py_VISIT(self->get_hook);
    Py_VISIT(self->trace);
    return 0;
}

/* What is lent to the core stays: no circle leads through it alone. */
static int clear(PyObject *object) {
    engine_object *self = (engine_object *)object;
    Py_CLEAR(self->set_hook);
    Py_CLEAR(self->get_hook);
    Py_CLEAR(self->trace);
    return 0;
}

static void deallocate(PyObject *object) {
    PyObject_GC_UnTrack(object);
    shut((engine_object *)object);
    ext_free(object);
}

static PyObject *get_closed(PyObject *object, void *unused) {
    (void)unused;
    return PyBool_FromLong(!((engine_object *)object)->guard.open);
}

static PyObject *get_busy(PyObject *object, void *unused) {
    (void)unused;
    return PyBool_FromLong(((engine_object *)object)->guard.busy);
}

static PyObject *get_size(PyObject *object, void *unused) {
    (void)unused;
    return PyLong_FromSize_t(((engine_object *)object)->size);
}

static PyGetSetDef members[] = {
    {"closed", get_closed, NULL, "Whether it is closed.", NULL},
    {"busy", get_busy, NULL, "Whether a call is under way: in another thread, or around a callback.", NULL},
    {"size", get_size, NULL, "Bytes of the block that it lives in.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

int ext_add_engine(PyObject *module, ext_state *state) {
    PyType_Slot slots[] = {
        {Py_tp_doc, (void *)(uintptr_t)engine_doc},
        {Py_tp_new, EXT_SLOT(make)},
        {Py_tp_dealloc, EXT_SLOT(deallocate)},
        {Py_tp_traverse, EXT_SLOT(traverse)},
        {Py_tp_clear, EXT_SLOT(clear)},
        {Py_tp_methods, engine_methods},
        {Py_tp_getset, members},
        {0, NULL},
    };
    return ext_add_type(module, &state->engine, "warifu._warifu.Engine", sizeof(engine_object), slots);
}
