/* Engine: its life. The calls are in engine_calls.c and engine_node.c, what the core calls back in engine_callbacks.c.
 */
#include "engine.h"
#include <string.h>
#include <unistd.h>
#include <warifu/dictionary.h>

bool engine_is_in_hook(const engine_object *self) {
    return self->in_hook && self->thread == PyThread_get_thread_ident() && self->process == getpid();
}

bool engine_enter(engine_object *self) {
    const ext_state *state = ext_state_of((PyObject *)self);
    if (self->process != getpid()) {
        ext_raise(state, WF_ERROR_STATE, "this object belongs to another process (fork)");
    } else if (self->busy) {
        ext_raise(state, WF_ERROR_STATE, "a call on this engine is under way, in another thread or around a callback");
    } else if (self->engine == NULL) {
        ext_raise(state, WF_ERROR_CLOSED, NULL);
    } else {
        self->busy = true;
        self->thread = PyThread_get_thread_ident();
        return true;
    }
    return false;
}

void engine_leave(engine_object *self) {
    self->busy = false;
}

void engine_release_gil(engine_object *self) {
    self->released = PyEval_SaveThread();
}

void engine_take_gil(engine_object *self) {
    PyThreadState *thread = self->released;
    self->released = NULL;
    PyEval_RestoreThread(thread);
}

static void shut(engine_object *self) {
    if (self->engine != NULL) {
        wf_engine_end(self->engine, self->size);
        self->engine = NULL;
    }
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
}

/* ---- construction ---- */

typedef struct arguments {
    uint64_t now;
    PyObject *identity, *store, *entropy, *dictionary, *set_hook, *get_hook, *trace;
    PyObject *policy, *known, *setup_code, *former;
    long long build_date;
    uint32_t revoked;
    Py_buffer number, maker;
    const char *product_code, *production_number;
    uint32_t objects, properties, value_bytes, pairings, handshakes, requests, send_bytes, event_bytes;
    uint32_t later, later_ms, answer_delay_ms;
    uint32_t calls, call_bytes, nodes, instances, gap_ms, audit_entries, listeners_off;
    int transmits_only, keep_number, check_values, interview, code_alone;
    uint16_t port;
} arguments;

static bool parse(arguments *out, PyObject *args, PyObject *keywords) {
    static char *names[] = {"now",
                            "identity",
                            "store",
                            "policy",
                            "port",
                            "number",
                            "maker",
                            "objects",
                            "properties",
                            "value_bytes",
                            "pairings",
                            "handshakes",
                            "requests",
                            "send_bytes",
                            "event_bytes",
                            "later",
                            "later_ms",
                            "answer_delay_ms",
                            "transmits_only",
                            "keep_number",
                            "check_values",
                            "set_hook",
                            "get_hook",
                            "trace",
                            "entropy",
                            "calls",
                            "call_bytes",
                            "nodes",
                            "instances",
                            "gap_ms",
                            "interview",
                            "dictionary",
                            "audit_entries",
                            "known",
                            "listeners_off",
                            "setup_code",
                            "code_alone",
                            "former",
                            "build_date",
                            "revoked",
                            "product_code",
                            "production_number",
                            NULL};
    *out = (arguments){.identity = Py_None,
                       .store = Py_None,
                       .entropy = Py_None,
                       .dictionary = Py_None,
                       .set_hook = Py_None,
                       .get_hook = Py_None,
                       .trace = Py_None,
                       .policy = Py_None,
                       .known = Py_None,
                       .setup_code = Py_None,
                       .former = Py_None,
                       .pairings = 4,
                       .handshakes = 4,
                       .requests = 64,
                       .later = 16,
                       .send_bytes = 1 << 16,
                       .event_bytes = 1 << 16,
                       .port = WF_PORT};
    return PyArg_ParseTupleAndKeywords(
        args, keywords, "O&|$OOOO&z*z*O&O&O&O&O&O&O&O&O&O&O&pppOOOOO&O&O&O&O&pOO&OO&OpOLO&zz:Engine", names, ext_as_u64,
        &out->now, &out->identity, &out->store, &out->policy, ext_as_u16, &out->port, &out->number, &out->maker,
        ext_as_u32, &out->objects, ext_as_u32, &out->properties, ext_as_u32, &out->value_bytes, ext_as_u32,
        &out->pairings, ext_as_u32, &out->handshakes, ext_as_u32, &out->requests, ext_as_u32, &out->send_bytes,
        ext_as_u32, &out->event_bytes, ext_as_u32, &out->later, ext_as_u32, &out->later_ms, ext_as_u32,
        &out->answer_delay_ms, &out->transmits_only, &out->keep_number, &out->check_values, &out->set_hook,
        &out->get_hook, &out->trace, &out->entropy, ext_as_u32, &out->calls, ext_as_u32, &out->call_bytes, ext_as_u32,
        &out->nodes, ext_as_u32, &out->instances, ext_as_u32, &out->gap_ms, &out->interview, &out->dictionary,
        ext_as_u32, &out->audit_entries, &out->known, ext_as_u32, &out->listeners_off, &out->setup_code,
        &out->code_alone, &out->former, &out->build_date, ext_as_u32, &out->revoked, &out->product_code,
        &out->production_number);
}

static void release_arguments(arguments *given) {
    Py_buffer *buffers[] = {&given->number, &given->maker};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
        if (buffers[i]->obj != NULL) {
            PyBuffer_Release(buffers[i]);
        }
    }
}

/* The engine copies the addresses; until then `*known` is to be freed. */
static bool configure_known(const ext_state *state, wf_engine_config *config, wf_address **known, PyObject *list) {
    PyObject *texts = list == Py_None ? PyTuple_New(0) : PySequence_Tuple(list);
    Py_ssize_t count = texts == NULL ? -1 : PyTuple_Size(texts);
    *known = count > 0 ? PyMem_Calloc((size_t)count, sizeof **known) : NULL;
    bool good = count == 0 || *known != NULL;
    for (Py_ssize_t i = 0; i < count && good; i++) {
        const char *text = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(texts, i), NULL);
        good = text != NULL && ext_as_address(state, &(*known)[i], text, config->port);
    }
    if (count > 0 && *known == NULL) {
        PyErr_NoMemory();
    }
    Py_XDECREF(texts);
    config->known = *known;
    config->known_count = count > 0 ? (size_t)count : 0;
    return good;
}

/* By name or by its handle. */
static bool configure_policy(const ext_state *state, wf_engine_config *config, PyObject *policy) {
    if (policy == Py_None || !PyUnicode_Check(policy)) {
        return policy == Py_None || ext_as_policy(policy, &config->policy);
    }
    const char *name = PyUnicode_AsUTF8AndSize(policy, NULL);
    config->policy = name != NULL ? wf_policy_named(name) : NULL;
    if (name != NULL && config->policy == NULL) {
        ext_raise(state, WF_ERROR_ARGUMENT, "the policies are strict, mixed and open");
    }
    return config->policy != NULL;
}

static bool configure_node(const ext_state *state, wf_engine_config *config, const arguments *given) {
    wf_node_config *node = &config->node;
    const uint8_t *number = given->identity == Py_None ? NULL : ext_identity_number(given->identity);
    node->objects = given->objects;
    node->properties = given->properties;
    node->value_bytes = given->value_bytes;
    node->transmits_only = given->transmits_only != 0;
    node->product_code = given->product_code;
    node->production_number = given->production_number;
    if (given->number.obj != NULL) {
        if (!ext_copy_exact(state, node->number, sizeof node->number, &given->number, "number has 17 bytes")) {
            return false;
        }
    } else if (number != NULL) {
        memcpy(node->number, number, sizeof node->number);
    }
    if (given->maker.obj != NULL) {
        return ext_copy_exact(state, node->maker, sizeof node->maker, &given->maker, "maker has 3 bytes");
    }
    memcpy(node->maker, node->number + 1, sizeof node->maker); /* FE, maker code, unique part */
    return true;
}

static bool check_types(const ext_state *state, const arguments *given) {
    if ((given->identity != Py_None && !Py_IS_TYPE(given->identity, state->identity)) ||
        (given->former != Py_None && !Py_IS_TYPE(given->former, state->identity))) {
        PyErr_SetString(PyExc_TypeError, "identity and former must be an Identity or None");
    } else if (given->store != Py_None && !Py_IS_TYPE(given->store, state->store) &&
               !Py_IS_TYPE(given->store, state->sim_store)) {
        PyErr_SetString(PyExc_TypeError, "store must be a FileStore, a SimStore or None");
    } else if ((given->set_hook != Py_None && !PyCallable_Check(given->set_hook)) ||
               (given->get_hook != Py_None && !PyCallable_Check(given->get_hook)) ||
               (given->trace != Py_None && !PyCallable_Check(given->trace))) {
        PyErr_SetString(PyExc_TypeError, "set_hook, get_hook and trace must be callable or None");
    } else {
        return true;
    }
    return false;
}

static PyObject *keep(PyObject *object) {
    return object == Py_None ? NULL : Py_NewRef(object);
}

/* Everything of the configuration that the engine borrows is held by `self` from here on. */
static bool configure(engine_object *self, wf_engine_config *config, const arguments *given) {
    const ext_state *state = ext_state_of((PyObject *)self);
    *config = (wf_engine_config){.port = given->port,
                                 .pairings = given->pairings,
                                 .handshakes = given->handshakes,
                                 .requests = given->requests,
                                 .send_bytes = given->send_bytes,
                                 .event_bytes = given->event_bytes,
                                 .later = given->later,
                                 .later_ms = given->later_ms,
                                 .answer_delay_ms = given->answer_delay_ms,
                                 .keep_number = given->keep_number != 0,
                                 .calls = given->calls,
                                 .call_bytes = given->call_bytes,
                                 .nodes = given->nodes,
                                 .instances = given->instances,
                                 .gap_ms = given->gap_ms,
                                 .audit_entries = given->audit_entries,
                                 .listeners_off = given->listeners_off,
                                 .code_alone = given->code_alone != 0,
                                 .build_date = given->build_date,
                                 .revoked = given->revoked,
                                 .interview = given->interview != 0};
    if (!check_types(state, given) || !ext_as_entropy(state, &config->entropy, given->entropy) ||
        !configure_policy(state, config, given->policy) ||
        !ext_as_setup_code(state, &config->setup_code, given->setup_code) || !configure_node(state, config, given)) {
        return false;
    }
    if (given->check_values) {
        if (!ext_as_dictionary(given->dictionary, &self->values.dictionary)) {
            return false;
        }
        self->dictionary = keep(given->dictionary);
        config->node.value_rule = wf_node_dictionary_rule;
        config->node.rule_context = &self->values;
    }
    self->port = given->port;
    self->identity = keep(given->identity);
    self->former = keep(given->former);
    self->entropy = keep(given->entropy);
    self->policy = keep(given->policy);
    self->set_hook = keep(given->set_hook);
    self->get_hook = keep(given->get_hook);
    self->trace = keep(given->trace);
    if (self->identity != NULL) {
        config->identity = *ext_identity_view(self->identity);
    }
    if (self->former != NULL) {
        config->former = ext_identity_view(self->former);
    }
    engine_lend_callbacks(self, config);
    if (given->store != Py_None) {
        if (!ext_store_take(given->store, &config->store)) {
            return false;
        }
        self->store = Py_NewRef(given->store);
    }
    return true;
}

static bool start(engine_object *self, const wf_engine_config *config, wf_time now) {
    wf_error error = WF_ERROR_ARGUMENT;
    self->size = wf_engine_size(config);
    if (self->size > 0) {
        self->memory = PyMem_Calloc(1, self->size);
        if (self->memory == NULL) {
            PyErr_NoMemory();
            return false;
        }
        error = wf_engine_start(&self->engine, config, self->memory, self->size, now);
    }
    if (error == WF_OK) {
        return true;
    }
    self->engine = NULL;
    if (self->memory != NULL) {
        wf_wipe(self->memory, self->size);
    }
    if (self->store != NULL) {
        ext_store_raise(self->store, error);
    } else {
        ext_raise(ext_state_of((PyObject *)self), error, NULL);
    }
    return false;
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    arguments given;
    wf_engine_config config;
    wf_address *known = NULL;
    if (!parse(&given, args, keywords)) {
        return NULL;
    }
    engine_object *self = (engine_object *)ext_allocate(type);
    if (self != NULL) {
        self->process = getpid();
        self->busy = true; /* until it is whole, no callback can call it */
        self->thread = PyThread_get_thread_ident();
        if (!configure(self, &config, &given) ||
            !configure_known(ext_state_of((PyObject *)self), &config, &known, given.known) ||
            !start(self, &config, given.now)) {
            Py_CLEAR(self);
        } else {
            self->busy = false;
        }
    }
    PyMem_Free(known);
    release_arguments(&given);
    return (PyObject *)self;
}

/* ---- the end ---- */

PyObject *engine_close(PyObject *object, PyObject *unused) {
    engine_object *self = (engine_object *)object;
    (void)unused;
    if (self->engine == NULL) {
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
    Py_VISIT(self->entropy);
    Py_VISIT(self->set_hook);
    Py_VISIT(self->get_hook);
    Py_VISIT(self->trace);
    return 0;
}

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
    return PyBool_FromLong(((engine_object *)object)->engine == NULL);
}

static PyObject *get_busy(PyObject *object, void *unused) {
    (void)unused;
    return PyBool_FromLong(((engine_object *)object)->busy);
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

static const char doc[] =
    "Engine(now, *, identity=None, store=None, policy=None, port=3610, number=None, maker=None, objects=0,\n"
    "       properties=0, value_bytes=0, pairings=4, handshakes=4, requests=64, send_bytes=65536,\n"
    "       event_bytes=65536, later=16, later_ms=0, answer_delay_ms=0, transmits_only=False, keep_number=False,\n"
    "       check_values=False, set_hook=None, get_hook=None, trace=None, entropy=None, calls=0, call_bytes=0,\n"
    "       nodes=0, instances=0, gap_ms=0, interview=False, dictionary=None, audit_entries=0, known=None,\n"
    "       listeners_off=0, setup_code=None, code_alone=False, former=None, build_date=0, revoked=0,\n"
    "       product_code=None, production_number=None)\n--\n\n"
    "One endpoint of ECHONET Lite with Device Authentication, without input or output of its own. `now` is in\n"
    "milliseconds, everywhere. set_hook(eoj, epc, old, new) says whether a peer may set a value; it may call put()\n"
    "and get(). get_hook(eoj, epc, old) gives the present value, None for the stored one, or False to refuse. Both "
    "may\n"
    "give what later() gives. The times of 0 ms are the engine's own, 0xFFFFFFFF for answer_delay_ms is none.\n"
    "`policy` is a name or a handle (policy_load), None is strict; `known` are the addresses that policies call "
    "known;\n"
    "listeners_off is a sum of 1 hello, 2 plaintext, 4 group, 8 IPv6.\n"
    "product_code and production_number (8C and 8D of the node profile) have up to 12 ASCII characters.\n"
    "trace(sent, address, datagram, inner) sees every datagram. Exceptions in them are reported as\n"
    "unraisable, and the property is refused.\n\n"
    "Raises Argument, Entropy, errors.Store, StoreDamaged, State, and those of parsing the own certificate.";

int ext_add_engine(PyObject *module, ext_state *state) {
    PyType_Slot slots[] = {
        {Py_tp_doc, (void *)(uintptr_t)doc},
        {Py_tp_new, EXT_SLOT(make)},
        {Py_tp_dealloc, EXT_SLOT(deallocate)},
        {Py_tp_traverse, EXT_SLOT(traverse)},
        {Py_tp_clear, EXT_SLOT(clear)},
        {Py_tp_methods, engine_methods},
        {Py_tp_getset, members},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "warifu._warifu.Engine",
        .basicsize = sizeof(engine_object),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
        .slots = slots,
    };
    state->engine = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
    return state->engine == NULL ? -1 : PyModule_AddType(module, state->engine);
}
