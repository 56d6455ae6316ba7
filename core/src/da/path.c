/* A peer's address moves only after a challenge answered from there under the session. The answer itself goes to the
 * address that the challenged side knows, not to where the challenge seemed to come from: so who passes records on from
 * an address of his own doesn't get it sent there. */
#include "da/path.h"

#include <string.h>

#include "da/output.h"
#include "da/peers.h"
#include "da/sending.h"

enum {
    CHALLENGE_PAUSE_MS = 1000, /* between two challenges of a session */
    MOVED_PAUSE_MS = 10000,    /* after a move, which is written down */
    PLAIN_LEN = 1 + WF_DA_NONCE_LEN,
    MOST_CREDIT = 2 * WF_DATAGRAM_LEN
};

static bool may_move(const wf_session *s) {
    return s->trusted && !s->leaving && s->ends == WF_TIME_NEVER;
}

static size_t challenge_len(const wf_session *s) {
    uint8_t piv[WF_DA_PIV_LEN];
    return WF_DA_HEADER_LEN + 1 + s->keys.send_kid.len + wf_da_piv_bytes(piv, s->next_piv) + PLAIN_LEN + WF_CCM_TAG_LEN;
}

static void send_challenge(wf_da *da, wf_time now, uint32_t session) {
    wf_path_check *check = &da->sessions.entries[session].check;
    uint8_t plain[PLAIN_LEN] = {WF_KIND_CHALLENGE};
    if (wf_drbg_bytes(&da->drbg, check->nonce, sizeof check->nonce) != WF_OK) {
        return;
    }
    memcpy(plain + 1, check->nonce, sizeof check->nonce);
    check->open = wf_da_send_kind_to(da, session, &check->address, wf_bytes_of(plain, sizeof plain)) == WF_OK;
    check->next = now + CHALLENGE_PAUSE_MS;
}

/* What came from there pays for what is sent there, so that a forged source address gains nothing. */
void wf_path_heard(wf_da *da, wf_time now, uint32_t session, const wf_address *from, size_t len) {
    wf_session *s = &da->sessions.entries[session];
    wf_path_check *check = &s->check;
    if (!may_move(s) || wf_address_equal(&s->address, from)) {
        return;
    }
    if (!wf_address_equal(&check->address, from)) {
        if (check->open && check->next > now) {
            return; /* whoever is challenged has his time to answer */
        }
        *check = (wf_path_check){.address = *from, .next = check->next};
    }
    check->credit = check->credit + len < MOST_CREDIT ? check->credit + len : MOST_CREDIT;
    size_t cost = challenge_len(s);
    if (check->next <= now && check->credit >= cost) {
        check->credit -= cost;
        send_challenge(da, now, session);
    }
}

void wf_path_challenge(wf_da *da, const wf_da_request_ref *ref, wf_bytes nonce) {
    uint8_t plain[PLAIN_LEN] = {WF_KIND_CHALLENGED};
    memcpy(plain + 1, nonce.at, WF_DA_NONCE_LEN);
    wf_error ignored = wf_da_answer_kind(da, ref, wf_bytes_of(plain, sizeof plain), wf_bytes_of(NULL, 0));
    (void)ignored; /* they challenge again */
}

void wf_path_keep_answer(wf_da *da, const wf_session *session, wf_bytes datagram) {
    if (session->check.open && datagram.len <= sizeof da->astray.bytes) {
        memcpy(da->astray.bytes, datagram.at, datagram.len);
        da->astray.len = datagram.len;
        da->astray.session = session->serial;
    }
}

/* The very datagram: another text under its number would be another matter. */
static void send_astray(wf_da *da, const wf_session *s) {
    wf_writer w = {da->astray.bytes, sizeof da->astray.bytes, da->astray.len, false};
    if (da->astray.len > 0 && da->astray.session == s->serial) {
        wf_da_transmit(da, &s->address, &w, wf_bytes_of(NULL, 0));
    }
    da->astray.len = 0;
}

void wf_path_challenged(wf_da *da, wf_time now, uint32_t session, const wf_address *from, wf_bytes nonce) {
    wf_session *s = &da->sessions.entries[session];
    wf_path_check *check = &s->check;
    if (!check->open || !wf_equal_secret(nonce.at, check->nonce, sizeof check->nonce)) {
        return;
    }
    check->open = false;
    if (!may_move(s) || !wf_address_equal(&check->address, from)) {
        return; /* the peer is not where its records seem to come from */
    }
    s->address = *from;
    check->next = now + MOVED_PAUSE_MS;
    wf_da_address_proven(da, s->pairing, from);
    wf_da_emit_peer(da, WF_EVENT_PEER_MOVED, s->pairing, WF_OK);
    send_astray(da, s);
}
