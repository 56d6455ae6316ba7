/* libtomcrypt as the façade uses it. Nothing outside core/src/crypto includes this or tomcrypt.h. */
#ifndef WARIFU_CRYPTO_BACKEND_H
#define WARIFU_CRYPTO_BACKEND_H

/* The build names the mathematics; libtommath (public domain) where it says nothing. */
#if !defined(LTM_DESC) && !defined(GMP_DESC)
#define LTM_DESC
#endif
#include <tomcrypt.h>
#include <warifu/bytes.h>

/* libtomcrypt calls abort() on NULL (LTC_ARGCHK), so no view gets there that could be one. */
static inline bool wf_view_usable(wf_bytes view) {
    return view.len == 0 || view.at != NULL;
}

static inline bool wf_views_usable(const wf_bytes *views, size_t count) {
    if (views == NULL) {
        return count == 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (!wf_view_usable(views[i])) {
            return false;
        }
    }
    return true;
}

#endif
