/* Dictionaries as Python hands them over: the handle of an overlay, or None for the built-in one. */
#ifndef WARIFU_EXTENSION_DICTIONARY_H
#define WARIFU_EXTENSION_DICTIONARY_H

#include "extension.h"
#include <warifu/dictionary.h>

/* Converters for PyArg's "O&". */
int ext_as_dictionary(PyObject *object, void *out); /* a const wf_dictionary *; raises TypeError */
int ext_as_release(PyObject *object, void *out);    /* a char, 0 for None; raises ValueError */

PyObject *ext_from_names(wf_names names);
PyObject *ext_from_release(char letter); /* None for 0 */

/* The entry that a row came from: its class's own, in the release that it names. Raises NotInDictionary. */
bool ext_find_property(const ext_state *state, const wf_dictionary *dictionary, wf_property_info *out,
                       uint16_t class_code, uint8_t epc, char release);

#endif
