/* What the files of the type Ca share. */
#ifndef WARIFU_EXTENSION_AUTHORITY_H
#define WARIFU_EXTENSION_AUTHORITY_H

#include "extension.h"
#include <warifu/authority.h>

typedef struct ca_object {
    PyObject_HEAD ext_guard guard;
    wf_authority *authority; /* NULL: closed */
    PyObject *host;          /* whose randomness it takes, or None */
} ca_object;

/* Every call stands between these two: see ext_guard_enter. */
bool ca_enter(ca_object *self);
void ca_leave(ca_object *self);

PyObject *ca_raise(const ca_object *self, wf_error error); /* with what the authority says */
int ca_as_kind(PyObject *object, void *out);               /* a wf_authority_ca; for "O&" */

PyObject *ca_add_ca(PyObject *object, PyObject *args);
PyObject *ca_issue(PyObject *object, PyObject *args);
PyObject *ca_sign(PyObject *object, PyObject *args);
PyObject *ca_renew(PyObject *object, PyObject *args);
PyObject *ca_revoke(PyObject *object, PyObject *args);
PyObject *ca_publish(PyObject *object, PyObject *args);

#endif
