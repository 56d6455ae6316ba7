/* SimStore: a store in memory whose power can be cut. An engine borrows it as it borrows a FileStore. */
#include "module.h"
#include "sim.h"

typedef struct sim_store_object {
    PyObject_HEAD bool lent; /* to an engine */
    wf_sim_store *store;
} sim_store_object;

static wf_sim_store *store_of(PyObject *object) {
    return ((sim_store_object *)object)->store;
}

bool ext_sim_store_take(PyObject *store, wf_store *out) {
    sim_store_object *self = (sim_store_object *)store;
    if (self->lent) {
        ext_raise(ext_state_of(store), WF_ERROR_STATE, "another engine uses this store");
        return false;
    }
    self->lent = true;
    *out = wf_sim_store_as_store(self->store);
    return true;
}

void ext_sim_store_give_back(PyObject *store) {
    ((sim_store_object *)store)->lent = false;
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"seed", NULL};
    uint64_t seed = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O&:SimStore", names, ext_as_u64, &seed)) {
        return NULL;
    }
    sim_store_object *self = (sim_store_object *)ext_allocate(type);
    if (self != NULL && wf_sim_store_new(&self->store, seed) != WF_OK) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static PyObject *clone(PyObject *object, PyObject *args) {
    uint64_t seed = 0;
    if (!PyArg_ParseTuple(args, "|O&:clone", ext_as_u64, &seed)) {
        return NULL;
    }
    sim_store_object *copy = (sim_store_object *)ext_allocate(Py_TYPE(object));
    if (copy != NULL && wf_sim_store_clone(&copy->store, store_of(object), seed) != WF_OK) {
        Py_DECREF(copy);
        return PyErr_NoMemory();
    }
    return (PyObject *)copy;
}

static PyObject *restore(PyObject *object, PyObject *backup) {
    if (!Py_IS_TYPE(backup, Py_TYPE(object))) {
        PyErr_SetString(PyExc_TypeError, "a backup is a SimStore");
        return NULL;
    }
    return wf_sim_store_restore(store_of(object), store_of(backup)) == WF_OK ? Py_NewRef(Py_None) : PyErr_NoMemory();
}

/* ---- faults ---- */

static PyObject *set_faults(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"unsynced", "loss", "tearing", "in_any_order", NULL};
    uint32_t unsynced = 0;
    double loss = 0.5, tearing = 0;
    int in_any_order = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$O&ddp:set_faults", names, ext_as_u32, &unsynced, &loss,
                                     &tearing, &in_any_order)) {
        return NULL;
    }
    if (!(loss >= 0 && loss <= 1 && tearing >= 0 && tearing <= 1)) {
        PyErr_SetString(PyExc_ValueError, "a rate is between 0 and 1");
        return NULL;
    }
    wf_sim_store_faults faults = {.unsynced = unsynced,
                                  .loss = (uint32_t)(loss * WF_SIM_ALWAYS + 0.5),
                                  .tearing = (uint32_t)(tearing * WF_SIM_ALWAYS + 0.5),
                                  .in_any_order = in_any_order != 0};
    wf_sim_store_set_faults(store_of(object), &faults);
    return Py_NewRef(Py_None);
}

static unsigned calls_of(int reads, int writes) {
    return (reads ? WF_SIM_READS : 0u) | (writes ? WF_SIM_WRITES : 0u);
}

static PyObject *fail_at(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"k", "reads", "writes", NULL};
    uint64_t k;
    int reads = 0, writes = 1;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&|$pp:fail_at", names, ext_as_u64, &k, &reads, &writes)) {
        return NULL;
    }
    wf_sim_store_fail_at(store_of(object), calls_of(reads, writes), k);
    return Py_NewRef(Py_None);
}

static PyObject *fail_all(PyObject *object, PyObject *args, PyObject *keywords) {
    static char *names[] = {"reads", "writes", NULL};
    int reads = 0, writes = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$pp:fail_all", names, &reads, &writes)) {
        return NULL;
    }
    wf_sim_store_fail_all(store_of(object), calls_of(reads, writes));
    return Py_NewRef(Py_None);
}

static PyObject *cut_at(PyObject *object, PyObject *args) {
    uint64_t k;
    if (!PyArg_ParseTuple(args, "O&:cut_at", ext_as_u64, &k)) {
        return NULL;
    }
    wf_sim_store_cut_at(store_of(object), k);
    return Py_NewRef(Py_None);
}

static PyObject *cut_power(PyObject *object, PyObject *unused) {
    (void)unused;
    wf_sim_store_cut_power(store_of(object));
    return Py_NewRef(Py_None);
}

static PyObject *power_on(PyObject *object, PyObject *unused) {
    (void)unused;
    wf_sim_store_power_on(store_of(object));
    return Py_NewRef(Py_None);
}

static PyObject *sync_writes(PyObject *object, PyObject *unused) {
    (void)unused;
    wf_sim_store_sync(store_of(object));
    return Py_NewRef(Py_None);
}

/* ---- what was seen ---- */

static PyObject *entries(PyObject *object, PyObject *unused) {
    PyObject *result = PyDict_New();
    size_t at = 0;
    uint16_t id;
    wf_bytes bytes;
    (void)unused;
    while (result != NULL && wf_sim_store_next(store_of(object), &at, &id, &bytes)) {
        PyObject *key = PyLong_FromLong(id);
        PyObject *value = bytes.at == NULL ? Py_NewRef(Py_None) : ext_from_bytes(bytes);
        if (key == NULL || value == NULL || PyDict_SetItem(result, key, value) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return result;
}

static PyObject *contains(PyObject *object, PyObject *args) {
    Py_buffer bytes;
    if (!PyArg_ParseTuple(args, "y*:contains", &bytes)) {
        return NULL;
    }
    PyObject *result = PyBool_FromLong(wf_sim_store_contains(store_of(object), ext_view(&bytes)));
    PyBuffer_Release(&bytes);
    return result;
}

static PyObject *close_method(PyObject *object, PyObject *unused) {
    (void)object;
    (void)unused;
    return Py_NewRef(Py_None);
}

static PyObject *get_has_power(PyObject *object, void *unused) {
    (void)unused;
    return PyBool_FromLong(wf_sim_store_has_power(store_of(object)));
}

static PyObject *get_reads(PyObject *object, void *unused) {
    (void)unused;
    return PyLong_FromUnsignedLongLong(wf_sim_store_reads(store_of(object)));
}

static PyObject *get_writes(PyObject *object, void *unused) {
    (void)unused;
    return PyLong_FromUnsignedLongLong(wf_sim_store_writes(store_of(object)));
}

static void deallocate(PyObject *object) {
    PyObject_GC_UnTrack(object);
    wf_sim_store_free(store_of(object));
    ext_free(object);
}

static PyMethodDef methods[] = {
    {"clone", clone, METH_VARARGS, "clone($self, seed=0, /)\n--\n\nA copy that goes its own way: a backup."},
    {"restore", restore, METH_O, "restore($self, backup, /)\n--\n\nReplaces the entries by those of a backup."},
    {"set_faults", EXT_METHOD(set_faults), METH_VARARGS | METH_KEYWORDS,
     "set_faults($self, /, *, unsynced=0, loss=0.5, tearing=0, in_any_order=False)\n--\n\n"
     "So many writes stay unsynced; at a power cut one is lost, or torn, at these rates."},
    {"fail_at", EXT_METHOD(fail_at), METH_VARARGS | METH_KEYWORDS,
     "fail_at($self, /, k, *, reads=False, writes=True)\n--\n\nThe k-th of these calls from now fails; 0: none."},
    {"fail_all", EXT_METHOD(fail_all), METH_VARARGS | METH_KEYWORDS,
     "fail_all($self, /, *, reads=False, writes=False)\n--\n\nFrom now on all of these calls fail."},
    {"cut_at", cut_at, METH_VARARGS,
     "cut_at($self, k, /)\n--\n\nThe power goes within the k-th write from now; 0: it doesn't."},
    {"cut_power", cut_power, METH_NOARGS, "cut_power($self, /)\n--\n\nThe power goes now."},
    {"power_on", power_on, METH_NOARGS, "power_on($self, /)\n--\n\nThe power is back: what survived is there."},
    {"sync", sync_writes, METH_NOARGS, "sync($self, /)\n--\n\nNothing is unsynced any more."},
    {"entries", entries, METH_NOARGS, "entries($self, /)\n--\n\nid -> bytes; None for a torn one."},
    {"contains", contains, METH_VARARGS,
     "contains($self, data, /)\n--\n\nWhether any entry, or any unsynced write, has these bytes in it."},
    {"close", close_method, METH_NOARGS, "close($self, /)\n--\n\nDoes nothing: it outlives its node."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef members[] = {
    {"has_power", get_has_power, NULL, "Whether the power is on.", NULL},
    {"reads", get_reads, NULL, "Entries read so far.", NULL},
    {"writes", get_writes, NULL, "Entries saved or erased so far, failed ones included.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "SimStore(seed=0)\n--\n\nA durable store in memory, for tests, whose power can be cut."},
    {Py_tp_new, EXT_SLOT(make)},
    {Py_tp_dealloc, EXT_SLOT(deallocate)},
    {Py_tp_traverse, EXT_SLOT(ext_traverse)},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

int ext_add_sim_store(PyObject *module, ext_state *state) {
    return ext_add_type(module, &state->sim_store, "warifu._warifu.SimStore", sizeof(sim_store_object), slots);
}
