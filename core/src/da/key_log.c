#include "da/key_log.h"

#ifdef WARIFU_KEY_LOG

static wf_bytes view_of(const wf_kid *kid) {
    return wf_bytes_of(kid->bytes, kid->len);
}

/* Each side sends under the other's identifier. */
void wf_da_log_keys(const wf_da *da, const wf_session *session) {
    const wf_record_keys *keys = &session->keys;
    const wf_bytes send = wf_bytes_of(keys->send_key, sizeof keys->send_key);
    const wf_bytes receive = wf_bytes_of(keys->receive_key, sizeof keys->receive_key);
    const bool is_controller = session->initiator;
    if (da->key_log.session == NULL) {
        return;
    }
    const wf_session_keys told = {
        .peer = session->address,
        .controller_kid = view_of(is_controller ? &keys->send_kid : &keys->receive_kid),
        .device_kid = view_of(is_controller ? &keys->receive_kid : &keys->send_kid),
        .controller_key = is_controller ? send : receive,
        .device_key = is_controller ? receive : send,
        .common_iv = wf_bytes_of(keys->common_iv, sizeof keys->common_iv),
    };
    da->key_log.session(da->key_log.context, &told);
}

void wf_da_log_group_keys(const wf_da *da, const wf_group_keys *keys) {
    if (da->key_log.group == NULL) {
        return;
    }
    const wf_group_epoch_keys told = {
        .gid = wf_bytes_of(keys->gid, sizeof keys->gid),
        .prk = wf_bytes_of(keys->prk, sizeof keys->prk),
        .signature_key = wf_bytes_of(keys->signature_key, sizeof keys->signature_key),
        .common_iv = wf_bytes_of(keys->common_iv, sizeof keys->common_iv),
        .manager = wf_bytes_of(keys->manager, sizeof keys->manager),
    };
    da->key_log.group(da->key_log.context, &told);
}

static void log_groups(const wf_da *da) {
    for (size_t i = 0; i < WF_GROUP_EPOCHS; i++) {
        if (da->manager.epochs[i].used) {
            wf_da_log_group_keys(da, &da->manager.epochs[i].keys);
        }
    }
    for (size_t i = 0; i < WF_MEMBERSHIPS; i++) {
        if (da->members.all[i].used) {
            wf_da_log_group_keys(da, &da->members.all[i].keys);
        }
    }
}

wf_error wf_da_set_key_log(wf_da *da, const wf_key_log *log) {
    da->key_log = log != NULL ? *log : (wf_key_log){0};
    for (uint32_t i = 0; i < da->sessions.count; i++) {
        const wf_session *session = &da->sessions.entries[i];
        if (session->used && session->keyed) {
            wf_da_log_keys(da, session);
        }
    }
    log_groups(da);
    return WF_OK;
}

#else

void wf_da_log_keys(const wf_da *da, const wf_session *session) {
    (void)da;
    (void)session;
}

void wf_da_log_group_keys(const wf_da *da, const wf_group_keys *keys) {
    (void)da;
    (void)keys;
}

wf_error wf_da_set_key_log(wf_da *da, const wf_key_log *log) {
    (void)da;
    return log == NULL ? WF_OK : WF_ERROR_STATE;
}

#endif
