/* Calls by name: what is to be set and read is named, values are trees (<warifu/value.h>), and what makes of them EPCs
 * and bytes is a dictionary.
 *
 * It knows what is read by an index (`atomic` in the Machine Readable Appendix): wf_named_call_get_at puts the index
 * among the sets, and a call with sets and gets goes out as one SetGet. `sets` and `gets` are what wf_call
 * (<warifu/controller.h>) takes; properties by EPC and bytes may be added to them. The sets view `bytes`, so a call is
 * not to be moved.
 */
#ifndef WARIFU_NAMED_CALL_H
#define WARIFU_NAMED_CALL_H

#include <warifu/frame.h>
#include <warifu/value.h>

WF_C_BEGIN

enum { WF_NAMED_SETS = 16, WF_NAMED_GETS = 64, WF_NAMED_BYTES = 512 };

typedef struct wf_named_call {
    wf_property sets[WF_NAMED_SETS];
    size_t set_count;
    uint8_t gets[WF_NAMED_GETS];
    size_t get_count;
    const wf_dictionary *dictionary;
    uint16_t class_code;
    char release;
    size_t used; /* of `bytes` */
    uint8_t bytes[WF_NAMED_BYTES];
} wf_named_call;

/* An empty call to objects of a class. `release` is that of the object asked (wf_dictionary_release of its 82); 0: the
 * newest. */
void wf_named_call_start(wf_named_call *call, const wf_dictionary *dictionary, uint16_t class_code, char release);

/* What these refuse is said in `message`, which may be NULL, and leaves the call as it was. Errors: NOT_IN_DICTIONARY,
 * ARGUMENT (set twice, or to another value than the index of an earlier one), CAPACITY. */

/* Sets a property, an index before what is chosen by it. Errors besides: WRONG_VALUE. */
WF_MUST_CHECK wf_error wf_named_call_set(wf_named_call *call, wf_value_message *message, const char *name,
                                         const wf_value *nodes, size_t count);
/* Reads a property; one that is read already is read once. */
WF_MUST_CHECK wf_error wf_named_call_get(wf_named_call *call, wf_value_message *message, const char *name);
/* Reads a property at an index, whose value is in `nodes`. Several may share an index. Errors besides: WRONG_VALUE,
 * ARGUMENT (it is read by no index). */
WF_MUST_CHECK wf_error wf_named_call_get_at(wf_named_call *call, wf_value_message *message, const char *name,
                                            const wf_value *nodes, size_t count);

WF_C_END

#endif
