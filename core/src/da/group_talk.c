#include "da/group_talk.h"

#include <string.h>

#include "da/group_push.h"
#include "da/output.h"
#include "da/sending.h"

static const wf_address everybody = {{0}, 0, 0};

/* ---- receiving ---- */

/* A member that lies about its address spends what all who are not at home have together. */
static bool may_check(wf_da *da, wf_time now, const wf_address *from, wf_group_source *source) {
    bool is_peer = source->pairing != WF_NO_PAIRING;
    const wf_address *home = is_peer ? &da->pairings.entries[source->pairing].address : source->home;
    if (wf_address_same_host(home, from)) {
        return wf_tokens_spend(source->paid, now, WF_GROUP_TOKEN_MS, WF_GROUP_AT_ONCE);
    }
    return wf_tokens_take(&da->group_tokens, now, from) &&
           wf_tokens_spend(&da->group_paid, now, WF_GROUP_TOKEN_MS, WF_GROUP_AT_ONCE);
}

static void accept(wf_da *da, const wf_address *from, const wf_da_frame *frame, wf_group_source *source) {
    wf_replay_accept(source->window, frame->piv);
    if (source->home != NULL) {
        *source->home = *from;
    }
    if (da->manager.enabled && frame->piv >= WF_GROUP_RENEW_AT) {
        wf_group_manager_renew(da);
    }
}

static void report(wf_da *da, const wf_address *from, const wf_group_source *source, wf_error error) {
    wf_event event = {.kind = WF_EVENT_SECURITY,
                      .from = *from,
                      .peer = wf_da_peer_of(source->pairing),
                      .is_signed = true,
                      .error = error};
    memcpy(event.member, source->fingerprint, sizeof event.member);
    wf_da_emit(da, &event);
}

/* Gives the length of the plaintext in da->plain, or 0. */
static size_t open_record(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame,
                          wf_group_source *source) {
    size_t len = 0;
    if (!wf_replay_is_fresh(source->window, frame->piv)) {
        da->counters->group_repeated++;
        return 0;
    }
    wf_error error = wf_group_unseal(da->plain, &len, source->keys, &source->sender, frame);
    if (error != WF_OK) {
        da->counters->group_strangers++;
        return 0;
    }
    if (!may_check(da, now, from, source)) {
        da->counters->group_limited++;
    } else if (wf_group_verify(source->keys, &source->sender, frame) == WF_OK) {
        accept(da, from, frame, source);
        return len;
    } else {
        da->counters->group_forged++;
        report(da, from, source, WF_ERROR_SIGNATURE);
    }
    wf_wipe(da->plain, len);
    return 0;
}

/* The manager's stamp tells its clock too: never less than we reckoned. */
static bool is_timely(wf_time now, int64_t *clock, uint32_t stamp) {
    int64_t ahead = (int64_t)stamp - (*clock + wf_group_tenths(now));
    if (ahead > 0) {
        *clock += ahead;
    }
    return ahead >= -(int64_t)WF_COMMAND_AGE_TENTHS;
}

static void deliver(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame,
                    const wf_group_source *source, wf_bytes plain, wf_da_incoming *in) {
    wf_reader r = wf_reader_of(plain);
    uint8_t kind = wf_read_u8(&r);
    bool timed = kind == WF_KIND_TIMED_EDATA && source->clock != NULL;
    uint32_t stamp = timed ? wf_read_u32(&r) : 0;
    if ((kind != WF_KIND_EDATA && !timed) || r.failed) {
        report(da, from, source, WF_ERROR_POLICY);
        return;
    }
    if (timed && !is_timely(now, source->clock, stamp)) {
        da->counters->late_refused++;
        report(da, from, source, WF_ERROR_TOO_LATE);
        wf_group_member_doubts_clock(da, now, frame->gid);
        return;
    }
    *in = (wf_da_incoming){.kind = WF_DA_INCOMING_REQUEST,
                           .peer = wf_da_peer_of(source->pairing),
                           .of_group = true,
                           .commands = source->clock != NULL,
                           .tid = frame->tid,
                           .is_timely = timed,
                           .member = source->fingerprint,
                           .ref = {.manager = source->clock != NULL ? source->pairing + 1 : 0, .piv = frame->piv},
                           .edata = wf_read_rest(&r)};
    memcpy(in->ref.gid, frame->gid.at, sizeof in->ref.gid);
}

void wf_group_receive(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame, wf_da_incoming *in) {
    wf_group_source source;
    wf_group_found found = da->manager.enabled ? wf_group_manager_find(da, now, from, frame, &source)
                                               : wf_group_member_find(da, now, frame, &source);
    if (found != WF_GROUP_FOUND) {
        da->counters->group_unknown += found == WF_GROUP_UNKNOWN;
        return;
    }
    size_t len = open_record(da, now, from, frame, &source);
    if (len > 0) {
        deliver(da, now, from, frame, &source, wf_bytes_of(da->plain, len), in);
    }
    wf_wipe(&source.sender, sizeof source.sender);
}

/* gid, number of the record, EDATA */
static void receive_answer(wf_da *da, wf_reader *plain, wf_da_incoming *in) {
    wf_bytes gid = wf_read_bytes(plain, WF_DA_GID_LEN);
    uint64_t piv = (uint64_t)wf_read_u8(plain) << 32;
    piv |= wf_read_u32(plain);
    if (!plain->failed && da->manager.enabled && wf_group_manager_question(da, gid, piv, &in->tid)) {
        in->kind = WF_DA_INCOMING_GROUP_ANSWER;
        in->edata = wf_read_rest(plain);
    }
}

bool wf_group_takes(uint8_t kind) {
    return kind == WF_KIND_JOIN || kind == WF_KIND_GROUP || kind == WF_KIND_SENDERS || kind == WF_KIND_GROUP_ANSWER;
}

void wf_group_request(wf_da *da, wf_time now, const wf_da_request_ref *ref, uint8_t kind, wf_reader *plain,
                      wf_da_incoming *in) {
    const wf_session *s = &da->sessions.entries[ref->session];
    switch (kind) {
    case WF_KIND_JOIN:
        if (wf_reader_finish(plain) == WF_OK) {
            wf_group_push_join(da, now, s->pairing);
        }
        break;
    case WF_KIND_GROUP:
        if (wf_session_is_timely(s, now, wf_read_u32(plain))) {
            wf_group_member_take_keys(da, now, ref, plain);
        } else {
            wf_error ignored = wf_da_refuse(da, now, ref, WF_ERROR_TOO_LATE); /* with our clock: it comes again */
            (void)ignored;
        }
        break;
    case WF_KIND_SENDERS:
        wf_group_member_take_senders(da, ref, plain);
        break;
    default: /* GROUP_ANSWER */
        receive_answer(da, plain, in);
        break;
    }
}

/* ---- sending ---- */

static wf_error send_sealed(wf_da *da, const wf_group_keys *keys, uint64_t *next_piv, uint16_t tid, wf_bytes plain,
                            wf_bytes edata) {
    uint8_t datagram[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    if (*next_piv >= WF_GROUP_STOP_AT) {
        return WF_ERROR_KEYS_EXHAUSTED;
    }
    uint64_t piv = (*next_piv)++;
    wf_error error = wf_group_seal(&w, keys, da->identity.signer, &da->drbg, tid, piv, plain);
    if (error == WF_OK) {
        wf_da_transmit(da, &everybody, &w, edata);
    }
    return error;
}

static wf_error notify_group(wf_da *da, const wf_group_keys *keys, uint64_t *next_piv, wf_bytes edata) {
    uint8_t plain[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(plain, sizeof plain);
    size_t len;
    wf_write_u8(&w, WF_KIND_EDATA);
    wf_write_view(&w, edata);
    wf_error error = wf_writer_finish(&w, &len);
    if (error == WF_OK) {
        error = send_sealed(da, keys, next_piv, (*da->next_tid)++, wf_bytes_of(plain, len), edata);
    }
    wf_wipe(plain, len);
    return error;
}

/* One's own group; NULL: there is none, or it could not be told. */
static const wf_epoch *notify_members(wf_da *da, wf_bytes edata) {
    wf_epoch *epoch = da->manager.enabled ? wf_group_manager_sending(da) : NULL;
    bool told = epoch != NULL && notify_group(da, &epoch->keys, &epoch->next_piv, edata) == WF_OK;
    return told ? epoch : NULL;
}

/* The group of this controller, if it knows the certificate that we sign by. */
static bool notify_manager(wf_da *da, wf_time now, uint32_t pairing, wf_bytes edata) {
    wf_membership *m = wf_group_member_of(da, pairing);
    const wf_pairing *p = &da->pairings.entries[pairing];
    return m != NULL && now < m->good_until && memcmp(p->own, da->own_x5t, sizeof p->own) == 0 &&
           notify_group(da, &m->keys, &m->next_piv, edata) == WF_OK;
}

void wf_da_notify(wf_da *da, wf_time now, wf_bytes edata) {
    const wf_epoch *epoch = notify_members(da, edata);
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        bool told = epoch != NULL && wf_group_manager_covers(da, epoch, i);
        if (da->pairings.entries[i].state == WF_PAIRING_FINAL && !told && !notify_manager(da, now, i, edata)) {
            wf_error ignored = wf_da_send(da, now, wf_da_peer_of(i), (*da->next_tid)++, false, edata);
            (void)ignored; /* a peer without a session reads the present state once it has one */
        }
    }
}

wf_error wf_da_command_group(wf_da *da, wf_time now, uint16_t tid, bool timed, wf_bytes edata) {
    uint8_t plain[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(plain, sizeof plain);
    size_t len;
    wf_epoch *epoch = da->manager.enabled ? wf_group_manager_sending(da) : NULL;
    if (epoch == NULL) {
        return WF_ERROR_NO_SESSION;
    }
    wf_write_u8(&w, timed ? WF_KIND_TIMED_EDATA : WF_KIND_EDATA);
    if (timed) {
        wf_write_u32(&w, (uint32_t)(wf_group_tenths(now) - wf_group_tenths(epoch->began)));
    }
    wf_write_view(&w, edata);
    wf_error error = wf_writer_finish(&w, &len);
    if (error == WF_OK) {
        wf_group_manager_asked(da, epoch, epoch->next_piv, tid);
        error = send_sealed(da, &epoch->keys, &epoch->next_piv, tid, wf_bytes_of(plain, len), edata);
    }
    wf_wipe(plain, len);
    return error;
}

wf_error wf_group_answer(wf_da *da, const wf_da_request_ref *ref, wf_bytes edata) {
    uint32_t session = wf_session_to_send(&da->sessions, ref->manager - 1);
    const wf_membership *m = wf_group_member_of(da, ref->manager - 1);
    bool is_over = m == NULL || memcmp(m->keys.gid, ref->gid, WF_GROUP_NAME_LEN) != 0;
    if (session == WF_NO_SESSION || is_over) {
        return WF_ERROR_NO_SESSION;
    }
    uint8_t plain[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(plain, sizeof plain);
    size_t len;
    wf_write_u8(&w, WF_KIND_GROUP_ANSWER);
    wf_write_bytes(&w, ref->gid, sizeof ref->gid);
    wf_write_u8(&w, (uint8_t)(ref->piv >> 32));
    wf_write_u32(&w, (uint32_t)ref->piv);
    wf_write_view(&w, edata);
    wf_error error = wf_writer_finish(&w, &len);
    if (error == WF_OK) {
        error = wf_da_send_kind(da, session, (*da->next_tid)++, wf_bytes_of(plain, len), edata);
    }
    wf_wipe(plain, len);
    return error;
}

/* ---- life ---- */

void wf_group_session_up(wf_da *da, wf_time now, uint32_t pairing) {
    wf_group_push_session_up(da, now, pairing);
}

void wf_group_left(wf_da *da, uint32_t pairing) {
    wf_group_manager_left(da, pairing);
    wf_group_member_left(da, pairing);
}

void wf_groups_wipe(wf_da *da) {
    wf_group_manager_wipe(da);
    wf_group_members_wipe(da);
    wf_wipe(&da->group_tokens, sizeof da->group_tokens);
    da->group_paid = 0;
}

wf_time wf_groups_deadline(const wf_da *da) {
    wf_time managed = wf_group_manager_deadline(da), joined = wf_group_members_deadline(da);
    return managed < joined ? managed : joined;
}

void wf_groups_tick(wf_da *da, wf_time now) {
    wf_group_manager_tick(da, now);
    wf_group_members_tick(da, now);
}

/* ---- what the engine asks ---- */

bool wf_da_manages_group(const wf_da *da) {
    return da->manager.enabled;
}

wf_error wf_da_renew_group(wf_da *da) {
    if (!da->manager.enabled) {
        return WF_ERROR_STATE;
    }
    wf_group_manager_renew(da);
    return WF_OK;
}

static void show_managed(const wf_da *da, wf_da_group *out) {
    const wf_group_manager *m = &da->manager;
    const wf_epoch *epoch = &m->epochs[m->newest];
    *out = (wf_da_group){.next_number = epoch->next_piv};
    memcpy(out->gid, epoch->keys.gid, sizeof out->gid);
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        bool is_peer = da->pairings.entries[i].state == WF_PAIRING_FINAL;
        out->members += is_peer && m->pushes[i].has[m->newest];
        out->waiting += is_peer && !m->pushes[i].has[m->newest];
    }
}

bool wf_da_next_group(const wf_da *da, unsigned *at, wf_da_group *out) {
    if (da->manager.enabled && *at == 0 && da->manager.epochs[da->manager.newest].used) {
        *at = WF_MEMBERSHIPS;
        show_managed(da, out);
        return true;
    }
    while (*at < WF_MEMBERSHIPS) {
        const wf_membership *m = &da->members.all[(*at)++];
        if (m->used && m->is_newest) {
            *out = (wf_da_group){.manager = wf_da_peer_of(m->pairing), .next_number = m->next_piv};
            memcpy(out->gid, m->keys.gid, sizeof out->gid);
            for (uint32_t i = 0; i <= da->members.room; i++) {
                out->members += m->heard[i].used;
            }
            return true;
        }
    }
    return false;
}
