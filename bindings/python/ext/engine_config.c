/* Engine: what it is made with, from Python's keywords to the core's configuration. */
#include "engine_config.h"
#include "dictionary.h"
#include "identity.h"
#include "policy.h"
#include "setup_code.h"
#include "sim.h"
#include "store.h"
#include <string.h>

const char engine_doc[] =
    "Engine(now, *, identity=None, store=None, policy=None, port=3610, number=None, maker=None, objects=0,\n"
    "       properties=0, value_bytes=0, pairings=4, handshakes=4, requests=64, send_bytes=65536,\n"
    "       event_bytes=65536, later=16, later_ms=0, answer_delay_ms=0, transmits_only=False, keep_number=False,\n"
    "       check_values=False, set_hook=None, get_hook=None, entropy=None, calls=0, call_bytes=0,\n"
    "       nodes=0, instances=0, gap_ms=0, interview=False, dictionary=None, audit_entries=0, known=None,\n"
    "       listeners_off=0, setup_code=None, code_alone=False, former=None, build_date=0, revoked=0,\n"
    "       product_code=None, production_number=None, groups=False, listens=0)\n--\n\n"
    "One endpoint of ECHONET Lite with Device Authentication, without input or output of its own. `now` is in\n"
    "milliseconds, everywhere. set_hook(eoj, epc, old, new) says whether a peer may set a value; it may call put()\n"
    "and get(). get_hook(eoj, epc, old) gives the present value, None for the stored one, or False to refuse. Both "
    "may\n"
    "give what later() gives. The times of 0 ms are the engine's own, 0xFFFFFFFF for answer_delay_ms is none.\n"
    "`policy` is a name or a handle (policy_load), None is strict; `known` are the addresses that policies call "
    "known;\n"
    "listeners_off is a sum of 1 hello, 2 plaintext, 4 group, 8 IPv6.\n"
    "groups: a controller manages a group, a device is a member of its controllers' and hears so many others in it\n"
    "(listens).\n"
    "product_code and production_number (8C and 8D of the node profile) have up to 12 ASCII characters.\n"
    "Exceptions in hooks are reported as unraisable, and the property is refused.\n\n"
    "Raises Argument, Entropy, errors.Store, StoreDamaged, State, and those of parsing the own certificate.";

static void fill_defaults(engine_arguments *out) {
    *out = (engine_arguments){
        .config = {.port = WF_PORT,
                   .pairings = 4,
                   .handshakes = 4,
                   .requests = 64,
                   .later = 16,
                   .send_bytes = 1 << 16,
                   .event_bytes = 1 << 16},
    };
    PyObject **objects[] = {&out->identity, &out->store,  &out->entropy, &out->dictionary, &out->set_hook,
                            &out->get_hook, &out->policy, &out->known,   &out->setup_code, &out->former};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        *objects[i] = Py_None;
    }
}

bool engine_parse_arguments(engine_arguments *out, PyObject *args, PyObject *keywords) {
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
                            "groups",
                            "listens",
                            NULL};
    wf_engine_config *config = &out->config;
    wf_node_config *node = &config->node;
    fill_defaults(out);
    return PyArg_ParseTupleAndKeywords(
        args, keywords, "O&|$OOOO&z*z*O&O&O&O&O&O&O&O&O&O&O&pppOOOO&O&O&O&O&pOO&OO&OpOLO&zzpO&:Engine", names,
        ext_as_u64, &out->now, &out->identity, &out->store, &out->policy, ext_as_u16, &config->port, &out->number,
        &out->maker, ext_as_u32, &node->objects, ext_as_u32, &node->properties, ext_as_size, &node->value_bytes,
        ext_as_u32, &config->pairings, ext_as_u32, &config->handshakes, ext_as_u32, &config->requests, ext_as_size,
        &config->send_bytes, ext_as_size, &config->event_bytes, ext_as_u32, &config->later, ext_as_u32,
        &config->later_ms, ext_as_u32, &config->answer_delay_ms, &out->transmits_only, &out->keep_number,
        &out->check_values, &out->set_hook, &out->get_hook, &out->entropy, ext_as_u32, &config->calls, ext_as_size,
        &config->call_bytes, ext_as_u32, &config->nodes, ext_as_u32, &config->instances, ext_as_u32, &config->gap_ms,
        &out->interview, &out->dictionary, ext_as_u32, &config->audit_entries, &out->known, ext_as_u32,
        &config->listeners_off, &out->setup_code, &out->code_alone, &out->former, &out->build_date, ext_as_u32,
        &config->revoked, &node->product_code, &node->production_number, &out->groups, ext_as_u32, &config->listens);
}

void engine_release_arguments(engine_arguments *given) {
    ext_release(&given->number);
    ext_release(&given->maker);
    PyMem_Free(given->addresses);
}

/* ---- parts of the configuration ---- */

static bool read_known(const ext_state *state, engine_arguments *given) {
    PyObject *texts = given->known == Py_None ? PyTuple_New(0) : PySequence_Tuple(given->known);
    Py_ssize_t count = texts == NULL ? -1 : PyTuple_Size(texts);
    if (count > 0) {
        given->addresses = PyMem_Calloc((size_t)count, sizeof *given->addresses);
    }
    bool good = count == 0 || given->addresses != NULL;
    for (Py_ssize_t i = 0; i < count && good; i++) {
        const char *text = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(texts, i), NULL);
        good = text != NULL && ext_as_address(state, &given->addresses[i], text, given->config.port);
    }
    if (count > 0 && given->addresses == NULL) {
        PyErr_NoMemory();
    }
    Py_XDECREF(texts);
    given->config.known = given->addresses;
    given->config.known_count = count > 0 ? (size_t)count : 0;
    return good;
}

/* By name or by its handle. */
static bool read_policy(const ext_state *state, wf_engine_config *config, PyObject *policy) {
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

static bool read_numbers(const ext_state *state, wf_node_config *node, const engine_arguments *given) {
    const uint8_t *number = given->identity == Py_None ? NULL : ext_identity_number(given->identity);
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

static bool check_hooks(const engine_arguments *given) {
    PyObject *hooks[] = {given->set_hook, given->get_hook};
    for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++) {
        if (hooks[i] != Py_None && !PyCallable_Check(hooks[i])) {
            PyErr_SetString(PyExc_TypeError, "set_hook and get_hook must be callable or None");
            return false;
        }
    }
    return true;
}

/* ---- the whole ---- */

static PyObject *keep(PyObject *object) {
    return object == Py_None ? NULL : Py_NewRef(object);
}

static void fill_switches(engine_arguments *given) {
    wf_engine_config *config = &given->config;
    config->node.transmits_only = given->transmits_only != 0;
    config->keep_number = given->keep_number != 0;
    config->interview = given->interview != 0;
    config->code_alone = given->code_alone != 0;
    config->groups = given->groups != 0;
    config->build_date = given->build_date;
}

static bool lend_identities(engine_object *self, const ext_state *state, engine_arguments *given) {
    PyObject *identity, *former;
    if (!ext_as_identity(state, &identity, given->identity) || !ext_as_identity(state, &former, given->former)) {
        return false;
    }
    self->identity = Py_XNewRef(identity);
    self->former = Py_XNewRef(former);
    if (identity != NULL) {
        given->config.identity = *ext_identity_view(identity);
    }
    given->config.former = former == NULL ? NULL : ext_identity_view(former);
    return true;
}

static bool lend_dictionary(engine_object *self, engine_arguments *given) {
    wf_node_config *node = &given->config.node;
    if (!given->check_values) {
        return true;
    }
    if (!ext_as_dictionary(given->dictionary, &self->values.dictionary)) {
        return false;
    }
    self->dictionary = keep(given->dictionary);
    node->value_rule = wf_node_dictionary_rule;
    node->rule_context = &self->values;
    return true;
}

static bool lend_store(engine_object *self, const ext_state *state, engine_arguments *given) {
    if (given->store == Py_None) {
        return true;
    }
    if (!ext_store_take(state, &given->config.store, given->store)) {
        return false;
    }
    self->store = Py_NewRef(given->store);
    return true;
}

bool engine_configure(engine_object *self, engine_arguments *given) {
    const ext_state *state = ext_state_of((PyObject *)self);
    wf_engine_config *config = &given->config;
    fill_switches(given);
    if (!check_hooks(given) || !lend_identities(self, state, given) ||
        !ext_as_entropy(state, &config->entropy, given->entropy) || !read_policy(state, config, given->policy) ||
        !ext_as_setup_code(state, &config->setup_code, given->setup_code) ||
        !read_numbers(state, &config->node, given) || !read_known(state, given) || !lend_dictionary(self, given)) {
        return false;
    }
    self->port = config->port;
    self->entropy = keep(given->entropy);
    self->policy = keep(given->policy);
    self->set_hook = keep(given->set_hook);
    self->get_hook = keep(given->get_hook);
    engine_lend_callbacks(self, config);
    /* A simulator has no locks. */
    self->guard.keeps_gil = self->entropy != NULL || Py_IS_TYPE(given->store, state->sim_store);
    return lend_store(self, state, given);
}
