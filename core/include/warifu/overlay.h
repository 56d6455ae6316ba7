/* Overlays: classes and properties of vendors, from a JSON text, over a dictionary (docs/howto/vendor-properties.md).
 *
 * What is asked of an overlay's dictionary and not in it is asked of the one below, so that an overlay adds classes,
 * adds properties to classes, and takes the place of properties. All of it is checked on loading. For hosts: it lives
 * in memory of malloc.
 */
#ifndef WARIFU_OVERLAY_H
#define WARIFU_OVERLAY_H

#include <warifu/dictionary.h>

WF_C_BEGIN

typedef struct wf_overlay wf_overlay;

enum { WF_OVERLAY_MESSAGE_LEN = 352, WF_OVERLAY_TEXT_LEN = 1 << 20 };

/* Where and why an overlay was refused, in one line. Empty after success. */
typedef struct wf_overlay_message {
    char text[WF_OVERLAY_MESSAGE_LEN];
} wf_overlay_message;

/* `base` must outlive the overlay; it is usually wf_dictionary_builtin(), and may be NULL. The text may be thrown away
 * afterwards. `*out` is NULL after an error. Errors: OVERLAY (see the message), CAPACITY (no memory). */
WF_MUST_CHECK wf_error wf_overlay_parse(wf_overlay **out, wf_overlay_message *message, const wf_dictionary *base,
                                        wf_bytes text);
/* The same of a file of at most WF_OVERLAY_TEXT_LEN bytes. Error besides: STORE (it can't be read; the message says
 * why). */
WF_MUST_CHECK wf_error wf_overlay_load(wf_overlay **out, wf_overlay_message *message, const wf_dictionary *base,
                                       const char *path);

/* Valid, as is all that is found in it, until the overlay is freed. */
const wf_dictionary *wf_overlay_dictionary(const wf_overlay *overlay);

void wf_overlay_free(wf_overlay *overlay); /* NULL: nothing happens */

WF_C_END

#endif
