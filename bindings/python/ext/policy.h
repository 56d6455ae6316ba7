/* Policies as Python hands them over, and their verdicts. */
#ifndef WARIFU_EXTENSION_POLICY_H
#define WARIFU_EXTENSION_POLICY_H

#include "extension.h"
#include <warifu/policy.h>

int ext_as_policy(PyObject *object, void *out); /* a const wf_policy *, of its handle; raises TypeError */
/* The kind of peer and the access of a question, by name. Raises Argument. */
bool ext_read_question(const ext_state *state, wf_policy_question *out, const char *kind, const char *access);
PyObject *ext_from_verdict(const wf_policy_verdict *verdict, const wf_policy_question *question);

#endif
