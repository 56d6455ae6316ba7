/* Renewed certificates: told to peers under the session, and believed only from the same node under the same anchor. */
#include "world.h"

enum { CONTROLLER, DEVICE, OTHER };

typedef struct new_identity {
    wf_p256_key key;
    uint8_t certificate[WF_CERTIFICATE_LEN];
    wf_bytes chain[1];
    wf_identity former;
} new_identity;

static world *paired(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    return w;
}

/* Another certificate for node i, with a key of its own, under that root. */
static void issue_again(world *w, unsigned i, new_identity *out, const uint8_t *number, wf_bytes anchor,
                        const wf_p256_key *anchor_key, bool same_key) {
    wf_certificate issuer;
    if (same_key) {
        out->key = w->nodes[i].key;
    } else {
        CHECK_OK(wf_p256_generate(&out->key, &w->drbg));
    }
    wf_certificate_order order = {.role = i == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER,
                                  .number = number,
                                  .not_before = WORLD_DATE - 1000,
                                  .not_after = WORLD_DATE + 200000,
                                  .serial = {2, (uint8_t)i},
                                  .public_key = out->key.public_key};
    CHECK_OK(wf_certificate_parse(&issuer, anchor));
    wf_writer writer = wf_writer_of(out->certificate, sizeof out->certificate);
    CHECK_OK(wf_certificate_issue(&writer, &order, &issuer, wf_signer_of(anchor_key), &w->drbg));
    out->chain[0] = wf_bytes_of(out->certificate, writer.len);
    out->former = w->nodes[i].config.identity;
}

static void renew(world *w, unsigned i, new_identity *out) {
    issue_again(w, i, out, w->nodes[i].number, w->anchors[0], &w->root_key, false);
}

/* Node i starts again, under its new certificate; its peers may know the former one. */
static void adopt(world *w, unsigned i, new_identity *n, bool knows_former) {
    world_stop(w, i);
    w->nodes[i].config.identity = (wf_identity){wf_signer_of(&n->key), n->chain, 1, w->anchors, 1};
    w->nodes[i].config.former = knows_former ? &n->former : NULL;
    world_start(w, i);
    wf_engine_announce(w->nodes[i].engine, w->now);
}

static wf_error get(world *w) {
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 25000);
    return world_outcome(w, CONTROLLER, request)->error;
}

static bool knows(const world *w, unsigned i, wf_bytes certificate) {
    unsigned at = 0;
    wf_peer peer;
    uint8_t fingerprint[WF_HASH_LEN];
    CHECK_OK(wf_certificate_fingerprint(fingerprint, certificate));
    CHECK(wf_engine_next_peer(w->nodes[i].engine, &at, &peer));
    return memcmp(peer.fingerprint, fingerprint, sizeof fingerprint) == 0;
}

static void a_renewed_certificate_needs_no_new_pairing(void) {
    for (unsigned who = CONTROLLER; who <= DEVICE; who++) {
        world *w = paired();
        new_identity n;
        renew(w, who, &n);
        adopt(w, who, &n, true);
        world_run(w, 30000);
        CHECK_OK(get(w));
        CHECK(knows(w, 1 - who, n.chain[0]));
        adopt(w, who, &n, false); /* the former one is needed no more */
        world_run(w, 30000);
        CHECK_OK(get(w));
        world_end(w);
    }
}

static bool lose_answers_of_blocks(world *w, world_datagram *d) {
    unsigned from = *(unsigned *)w->context;
    return !(d->from == from && d->bytes[1] == 0x82 && d->bytes[4] == WF_DA_ANSWER);
}

/* The peer has the new certificate, and its last word about that was lost. */
static void a_lost_answer_leaves_both_certificates_to_be_tried(void) {
    for (unsigned who = CONTROLLER; who <= DEVICE; who++) {
        world *w = paired();
        unsigned receiver = 1 - who;
        new_identity n;
        renew(w, who, &n);
        w->context = &receiver;
        w->pass = lose_answers_of_blocks;
        adopt(w, who, &n, true);
        world_run(w, 70000);
        CHECK(knows(w, receiver, n.chain[0]));
        w->pass = NULL;
        for (unsigned restarts = 0; restarts < 3; restarts++) {
            adopt(w, who, &n, true);
            world_run(w, 90000);
            CHECK_OK(get(w));
        }
        adopt(w, who, &n, false);
        world_run(w, 90000);
        CHECK_OK(get(w));
        world_end(w);
    }
}

static void a_renewed_certificate_holds_over_restarts_of_both(void) {
    world *w = paired();
    new_identity n;
    renew(w, DEVICE, &n);
    adopt(w, DEVICE, &n, true);
    world_run(w, 30000);
    CHECK_OK(get(w));
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    world_run(w, 30000);
    CHECK_OK(get(w));
    CHECK(knows(w, CONTROLLER, n.chain[0]));
    world_end(w);
}

static bool was_refused(const world *w, unsigned i, wf_error error) {
    for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
        const wf_event *event = &w->nodes[i].events[k].event;
        if (event->kind == WF_EVENT_SECURITY && event->error == error) {
            return true;
        }
    }
    return false;
}

static void a_certificate_of_another_number_is_refused(void) {
    world *w = paired();
    new_identity n;
    uint8_t number[WF_NUMBER_LEN];
    memcpy(number, w->nodes[CONTROLLER].number, sizeof number);
    number[16] ^= 0x40;
    issue_again(w, CONTROLLER, &n, number, w->anchors[0], &w->root_key, false);
    adopt(w, CONTROLLER, &n, true);
    world_run(w, 60000);
    CHECK(was_refused(w, DEVICE, WF_ERROR_WRONG_DEVICE));
    CHECK(!knows(w, DEVICE, n.chain[0]));
    world_end(w);
}

static void a_certificate_under_another_anchor_is_refused(void) {
    world *w = paired();
    new_identity n;
    wf_p256_key key;
    uint8_t der[WF_CERTIFICATE_LEN];
    wf_bytes anchors[2] = {w->anchors[0], world_root(w, &key, der, "Second root")};
    world_stop(w, DEVICE);
    w->nodes[DEVICE].config.identity.anchors = anchors; /* the device trusts both */
    w->nodes[DEVICE].config.identity.anchor_count = 2;
    world_start(w, DEVICE);
    issue_again(w, CONTROLLER, &n, w->nodes[CONTROLLER].number, anchors[1], &key, false);
    adopt(w, CONTROLLER, &n, true);
    world_run(w, 60000);
    CHECK(was_refused(w, DEVICE, WF_ERROR_WRONG_DEVICE));
    CHECK(!knows(w, DEVICE, n.chain[0]));
    world_end(w);
}

static void a_pinned_peer_keeps_its_key(void) {
    for (unsigned same_key = 0; same_key < 2; same_key++) {
        world *w = world_new();
        wf_setup_code code;
        new_identity n;
        wf_request_id request;
        world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
        world_add(w, DEVICE, WF_ROLE_DEVICE);
        CHECK_OK(wf_setup_code_make(&code, w->nodes[DEVICE].key.public_key, &w->drbg));
        world_stop(w, DEVICE);
        w->nodes[DEVICE].config.setup_code = &code;
        w->nodes[DEVICE].config.code_alone = true;
        world_start(w, DEVICE);
        CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
        CHECK_OK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &request,
                                &(wf_pair_order){.address = w->nodes[DEVICE].address, .code = &code}));
        world_run(w, 5000);
        CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
        issue_again(w, CONTROLLER, &n, w->nodes[CONTROLLER].number, w->anchors[0], &w->root_key, same_key);
        adopt(w, CONTROLLER, &n, true);
        world_run(w, 60000);
        CHECK(knows(w, DEVICE, n.chain[0]) == same_key);
        CHECK(was_refused(w, DEVICE, WF_ERROR_WRONG_DEVICE) == !same_key);
        world_end(w);
    }
}

static void a_former_certificate_of_another_role_is_an_error(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    w->nodes[CONTROLLER].config.former = &w->nodes[DEVICE].config.identity;
    CHECK(wf_engine_start(&w->nodes[CONTROLLER].engine, &w->nodes[CONTROLLER].config, w->nodes[CONTROLLER].memory,
                          w->nodes[CONTROLLER].size, w->now) == WF_ERROR_WRONG_ROLE);
    w->nodes[CONTROLLER].engine = NULL;
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_renewed_certificate_needs_no_new_pairing),        CASE(a_lost_answer_leaves_both_certificates_to_be_tried),
    CASE(a_renewed_certificate_holds_over_restarts_of_both), CASE(a_certificate_of_another_number_is_refused),
    CASE(a_certificate_under_another_anchor_is_refused),     CASE(a_pinned_peer_keeps_its_key),
    CASE(a_former_certificate_of_another_role_is_an_error),
#undef CASE
};

CHECK_MAIN(cases)
