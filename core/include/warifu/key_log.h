/* The key log: the keys of sessions and groups, told as they are agreed, for who looks at his own traffic in a
 * laboratory. Whoever has them reads all that these sessions say, and can forge it while they live; nothing else in
 * this SDK shows a key.
 *
 * It is compiled in only where WARIFU_KEY_LOG is defined. CMake defines it unless it compiles for another machine
 * (option WARIFU_KEY_LOG), so the firmware of a device has none unless somebody asked for it.
 */
#ifndef WARIFU_KEY_LOG_H
#define WARIFU_KEY_LOG_H

#include <warifu/address.h>
#include <warifu/crypto.h>

WF_C_BEGIN

/* Views for the time of the call. A kid stands in clear in each record of its sender. */
typedef struct wf_session_keys {
    wf_address peer;
    wf_bytes controller_kid, device_kid;
    wf_bytes controller_key, device_key; /* AES-CCM-16-128-128 */
    wf_bytes common_iv;
} wf_session_keys;

/* One epoch of a group. A sender's key comes from `prk`, its id and the gid. */
typedef struct wf_group_epoch_keys {
    wf_bytes gid, prk, signature_key, common_iv;
    wf_bytes manager; /* its public key, which stands in the associated data */
} wf_group_epoch_keys;

/* They must not call the engine. */
typedef struct wf_key_log {
    void (*session)(void *context, const wf_session_keys *keys);
    void (*group)(void *context, const wf_group_epoch_keys *keys);
    void *context;
} wf_key_log;

WF_C_END

#endif
