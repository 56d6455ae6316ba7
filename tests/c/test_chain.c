#include "pki_kit.h"

/* A home: root (key 1), an issuing CA (key 2) under it, a device and a controller under that CA. */
typedef struct home {
    kit_certificate root, ca, device, controller;
    wf_bytes anchors[2];
    wf_bytes chain[WF_CHAIN_MAX_LEN + 1];
    size_t chain_len;
    wf_chain_rules rules;
    wf_certificate end;
    wf_chain_path path;
} home;

/* One, so that the views in it stay where they point. */
static home *open_home(void) {
    static home h;
    kit_issue(&h.root, kit_ca_order("Root"), 1, NULL);
    kit_issue(&h.ca, kit_ca_order("Maker CA"), 2, &h.root);
    kit_issue(&h.device, kit_end_order(WF_ROLE_DEVICE), 3, &h.ca);
    kit_issue(&h.controller, kit_end_order(WF_ROLE_CONTROLLER), 4, &h.ca);
    h.anchors[0] = h.root.der;
    h.chain[0] = h.device.der;
    h.chain[1] = h.ca.der;
    h.chain_len = 2;
    h.rules = (wf_chain_rules){.anchors = h.anchors,
                               .anchor_count = 1,
                               .max_len = WF_CHAIN_LEN,
                               .has_time = true,
                               .now = KIT_NOW,
                               .role = WF_ROLE_DEVICE};
    return &h;
}

static wf_error judge(home *h) {
    wf_error error = wf_chain_verify(&h->end, h->chain, h->chain_len, &h->rules);
    CHECK((error == WF_OK) == (h->end.der.len > 0));
    CHECK(wf_chain_judge(&h->path, h->chain, h->chain_len, &h->rules) == error);
    CHECK(h->path.len == (error == WF_OK ? h->chain_len + 1 : 0));
    CHECK((h->path.certificates[0].der.len > 0) == (error == WF_OK));
    return error;
}

static void expect(home *h, wf_error expected) {
    wf_error error = judge(h);
    if (error != expected) {
        fprintf(stderr, "%s instead of %s\n", wf_error_row_of(error)->name, wf_error_row_of(expected)->name);
        exit(1);
    }
}

/* Puts a device certificate straight under `issuer` as the whole chain. */
static void end_under(home *h, wf_certificate_order order, const kit_certificate *issuer) {
    kit_issue(&h->device, order, 3, issuer);
    h->chain[0] = h->device.der;
    h->chain_len = 1;
}

/* The recipes' root and what stands on it; their names differ from the home's. */
static void cook_root(home *h, const kit_recipe *r) {
    kit_cook(&h->root, r, 1, 1);
    h->anchors[0] = h->root.der;
}

static kit_recipe root_recipe(void) {
    kit_recipe r = kit_ca_recipe();
    r.subject = KIT_ROOT_NAME;
    return r;
}

static void cook_end(home *h, const kit_recipe *r) {
    const kit_recipe root = root_recipe();
    cook_root(h, &root);
    kit_cook(&h->device, r, 3, 1);
    h->chain[0] = h->device.der;
    h->chain_len = 1;
}

static void cook_ca_and_end(home *h, const kit_recipe *ca) {
    kit_recipe end = kit_end_recipe();
    end.issuer = KIT_CA_NAME;
    cook_end(h, &end);
    kit_cook(&h->ca, ca, 2, 1);
    kit_cook(&h->device, &end, 3, 2);
    h->chain[0] = h->device.der;
    h->chain[1] = h->ca.der;
    h->chain_len = 2;
}

#define JANUARY_2024 "301E170D3234303130313030303030305A170D3234303230313030303030305A"

/* --- accepted ---------------------------------------------------------------------------------------------------- */

static void a_chain_of_two_is_accepted(void) {
    home *h = open_home();
    expect(h, WF_OK);
    CHECK(h->end.role == WF_ROLE_DEVICE && memcmp(h->end.number, kit_number, sizeof kit_number) == 0);
    CHECK(memcmp(h->end.public_key, h->device.key.public_key, WF_P256_PUBLIC_LEN) == 0);
}

static void a_chain_of_one_is_accepted(void) {
    home *h = open_home();
    end_under(h, kit_end_order(WF_ROLE_DEVICE), &h->root);
    expect(h, WF_OK);
}

static void the_recipes_of_this_test_are_good(void) {
    home *h = open_home();
    kit_recipe r = kit_end_recipe();
    cook_end(h, &r);
    expect(h, WF_OK);
    kit_recipe ca = kit_ca_recipe();
    cook_ca_and_end(h, &ca);
    expect(h, WF_OK);
}

static void any_role_is_accepted_when_none_is_demanded(void) {
    home *h = open_home();
    h->rules.role = WF_ROLE_NONE;
    expect(h, WF_OK);
    h->chain[0] = h->controller.der;
    expect(h, WF_OK);
}

static void the_right_anchor_is_found_among_several(void) {
    home *h = open_home();
    kit_certificate other;
    kit_issue(&other, kit_ca_order("Other"), 7, NULL);
    h->anchors[0] = other.der;
    h->anchors[1] = h->root.der;
    h->rules.anchor_count = 2;
    expect(h, WF_OK);
}

static void an_anchor_of_the_same_name_with_another_key_does_not_hide_the_right_one(void) {
    home *h = open_home();
    kit_recipe end = kit_end_recipe(), twin = root_recipe();
    cook_end(h, &end);
    kit_certificate other;
    kit_cook(&other, &twin, 7, 7);
    h->anchors[0] = other.der;
    h->anchors[1] = h->root.der;
    h->rules.anchor_count = 2;
    expect(h, WF_OK);
}

static void an_expired_anchor_of_the_same_name_does_not_hide_the_right_one(void) {
    home *h = open_home();
    kit_recipe end = kit_end_recipe(), old = root_recipe();
    kit_certificate other;
    cook_end(h, &end);
    old.validity = JANUARY_2024;
    kit_cook(&other, &old, 7, 7);
    h->rules.anchor_count = 2;
    for (size_t place = 0; place < 2; place++) {
        h->anchors[place] = h->root.der;
        h->anchors[1 - place] = other.der;
        expect(h, WF_OK);
    }
}

static void an_intermediate_as_anchor_is_enough(void) {
    home *h = open_home();
    h->anchors[0] = h->ca.der;
    h->chain_len = 1;
    expect(h, WF_OK);
}

static void the_root_sent_along_does_no_harm(void) {
    home *h = open_home();
    h->chain[2] = h->root.der;
    h->chain_len = h->rules.max_len = 3;
    expect(h, WF_OK);
}

static void a_path_length_that_is_just_enough_is_accepted(void) {
    home *h = open_home();
    wf_certificate_order order = kit_ca_order("Root");
    order.path_len = 1;
    kit_issue(&h->root, order, 1, NULL);
    h->anchors[0] = h->root.der;
    order = kit_ca_order("Maker CA");
    order.path_len = 0;
    kit_issue(&h->ca, order, 2, &h->root);
    h->chain[1] = h->ca.der;
    expect(h, WF_OK);
}

static void a_usage_left_out_of_the_end_restricts_nothing(void) {
    home *h = open_home();
    kit_recipe r = kit_end_recipe();
    r.extensions[0] = KIT_DEVICE;
    r.extensions[1] = NULL;
    cook_end(h, &r);
    expect(h, WF_OK);
}

static void purposes_of_authentication_are_accepted(void) {
    static const char *const purposes[] = {"551D25:300A06082B06010505070301", "551D25:300A06082B06010505070302",
                                           "551D25!:30060604551D2500"};
    home *h = open_home();
    for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++) {
        kit_recipe r = kit_end_recipe();
        r.extensions[2] = purposes[i];
        cook_end(h, &r);
        expect(h, WF_OK);
    }
}

/* --- what is said of the path ------------------------------------------------------------------------------------ */

static void the_path_names_every_certificate_up_to_the_anchor(void) {
    home *h = open_home();
    kit_certificate other;
    kit_issue(&other, kit_ca_order("Other"), 7, NULL);
    h->anchors[0] = other.der;
    h->anchors[1] = h->root.der;
    h->rules.anchor_count = 2;
    expect(h, WF_OK);
    const wf_bytes expected[] = {h->device.der, h->ca.der, h->root.der};
    for (size_t i = 0; i < 3; i++) {
        CHECK(wf_bytes_equal(h->path.certificates[i].der, expected[i]));
    }
}

static void fails_at(home *h, wf_error error, size_t place) {
    expect(h, error);
    CHECK(h->path.failed_at == place);
}

static void the_certificate_at_fault_is_named(void) {
    home *h = open_home();
    h->rules.now = h->device.parsed.not_after + 1;
    fails_at(h, WF_ERROR_EXPIRED, 0);
    h = open_home();
    wf_certificate_order order = kit_ca_order("Maker CA");
    order.not_after = KIT_NOW - 1;
    kit_issue(&h->ca, order, 2, &h->root);
    h->chain[1] = h->ca.der;
    fails_at(h, WF_ERROR_EXPIRED, 1);
    h = open_home();
    order = kit_ca_order("Root");
    order.not_after = KIT_NOW - 1;
    kit_issue(&h->root, order, 1, NULL);
    h->anchors[0] = h->root.der;
    fails_at(h, WF_ERROR_EXPIRED, 2);
    h = open_home();
    h->chain[0] = h->controller.der;
    fails_at(h, WF_ERROR_WRONG_ROLE, 0);
    h = open_home();
    h->chain[1].len--;
    fails_at(h, WF_ERROR_DER, 1);
    h = open_home();
    h->rules.anchor_count = 0;
    fails_at(h, WF_ERROR_UNTRUSTED, 1);
    h = open_home();
    h->anchors[0].len--;
    fails_at(h, WF_ERROR_DER, 2);
    h->chain_len = 0;
    fails_at(h, WF_ERROR_CHAIN, 0);
}

static void the_certificate_whose_signature_is_wrong_is_named(void) {
    home *h = open_home();
    kit_recipe ca = kit_ca_recipe(), end = kit_end_recipe();
    cook_ca_and_end(h, &ca);
    kit_cook(&h->ca, &ca, 2, 9);
    h->chain[1] = h->ca.der;
    fails_at(h, WF_ERROR_SIGNATURE, 1);
    cook_ca_and_end(h, &ca);
    end.issuer = KIT_CA_NAME;
    kit_cook(&h->device, &end, 3, 9);
    h->chain[0] = h->device.der;
    fails_at(h, WF_ERROR_SIGNATURE, 0);
    ca.extensions[1] = "551D0F!:03020102"; /* cRLSign alone */
    cook_ca_and_end(h, &ca);
    fails_at(h, WF_ERROR_CHAIN, 1);
}

/* --- time -------------------------------------------------------------------------------------------------------- */

static void both_ends_of_the_period_belong_to_it(void) {
    home *h = open_home();
    h->rules.now = h->device.parsed.not_before;
    expect(h, WF_OK);
    h->rules.now = h->device.parsed.not_after;
    expect(h, WF_OK);
}

static void an_expired_end_is_refused(void) {
    home *h = open_home();
    h->rules.now = h->device.parsed.not_after + 1;
    expect(h, WF_ERROR_EXPIRED);
}

static void an_end_not_yet_valid_is_refused(void) {
    home *h = open_home();
    h->rules.now = h->device.parsed.not_before - 1;
    expect(h, WF_ERROR_NOT_YET_VALID);
}

static void an_expired_issuer_is_refused(void) {
    home *h = open_home();
    wf_certificate_order order = kit_ca_order("Maker CA");
    order.not_after = KIT_NOW - 1;
    kit_issue(&h->ca, order, 2, &h->root);
    h->chain[1] = h->ca.der;
    expect(h, WF_ERROR_EXPIRED);
}

static void an_issuer_not_yet_valid_is_refused(void) {
    home *h = open_home();
    wf_certificate_order order = kit_ca_order("Maker CA");
    order.not_before = KIT_NOW + 1;
    kit_issue(&h->ca, order, 2, &h->root);
    h->chain[1] = h->ca.der;
    expect(h, WF_ERROR_NOT_YET_VALID);
}

static void an_expired_anchor_is_refused(void) {
    home *h = open_home();
    wf_certificate_order order = kit_ca_order("Root");
    order.not_after = KIT_NOW - 1;
    kit_issue(&h->root, order, 1, NULL);
    h->anchors[0] = h->root.der;
    expect(h, WF_ERROR_EXPIRED);
}

static void an_anchor_not_yet_valid_is_refused(void) {
    home *h = open_home();
    wf_certificate_order order = kit_ca_order("Root");
    order.not_before = KIT_NOW + 1;
    kit_issue(&h->root, order, 1, NULL);
    h->anchors[0] = h->root.der;
    expect(h, WF_ERROR_NOT_YET_VALID);
}

static void without_time_the_beginning_is_not_checked(void) {
    home *h = open_home();
    h->rules.has_time = false;
    h->rules.now = 0;
    expect(h, WF_OK);
}

static void without_time_the_end_is_checked_against_the_floor(void) {
    home *h = open_home();
    h->rules.has_time = false;
    h->rules.now = h->device.parsed.not_after;
    expect(h, WF_OK);
    h->rules.now++;
    expect(h, WF_ERROR_EXPIRED);
}

/* --- the chain --------------------------------------------------------------------------------------------------- */

static void an_empty_chain_is_refused(void) {
    home *h = open_home();
    h->chain_len = 0;
    expect(h, WF_ERROR_CHAIN);
}

static void a_chain_longer_than_the_rules_is_refused(void) {
    home *h = open_home();
    h->rules.max_len = 1;
    expect(h, WF_ERROR_CHAIN);
}

static void a_chain_longer_than_the_core_takes_is_refused(void) {
    home *h = open_home();
    h->rules.max_len = h->chain_len = WF_CHAIN_MAX_LEN + 1;
    for (size_t i = 2; i < h->chain_len; i++) {
        h->chain[i] = h->root.der;
    }
    expect(h, WF_ERROR_CHAIN);
    h->chain_len--;
    expect(h, WF_OK);
}

static void a_chain_in_the_wrong_order_is_refused(void) {
    home *h = open_home();
    h->chain[0] = h->ca.der;
    h->chain[1] = h->device.der;
    expect(h, WF_ERROR_CHAIN);
}

static void an_issuer_of_another_name_is_refused(void) {
    home *h = open_home();
    kit_issue(&h->ca, kit_ca_order("maker CA"), 2, &h->root);
    h->chain[1] = h->ca.der;
    expect(h, WF_ERROR_CHAIN);
}

static void an_issuer_of_another_key_id_is_refused(void) {
    home *h = open_home();
    kit_issue(&h->ca, kit_ca_order("Maker CA"), 8, &h->root);
    h->chain[1] = h->ca.der;
    expect(h, WF_ERROR_CHAIN);
}

static void an_issuer_without_the_ca_bit_is_refused(void) {
    static const char *const not_a_ca[] = {"551D13!:3000", "551D13:3000", KIT_UNKNOWN};
    home *h = open_home();
    for (size_t i = 0; i < sizeof not_a_ca / sizeof not_a_ca[0]; i++) {
        kit_recipe ca = kit_ca_recipe();
        ca.extensions[0] = not_a_ca[i];
        ca.extensions[1] = KIT_USAGE_END;
        cook_ca_and_end(h, &ca);
        expect(h, WF_ERROR_CHAIN);
    }
}

static void an_issuer_without_key_cert_sign_is_refused(void) {
    home *h = open_home();
    kit_recipe ca = kit_ca_recipe();
    ca.extensions[1] = "551D0F!:03020186"; /* digitalSignature, keyCertSign, cRLSign */
    cook_ca_and_end(h, &ca);
    expect(h, WF_OK);
    ca.extensions[1] = "551D0F!:03020182"; /* the same without keyCertSign */
    cook_ca_and_end(h, &ca);
    expect(h, WF_ERROR_CHAIN);
}

static void an_issuer_without_a_key_usage_is_refused(void) {
    home *h = open_home();
    kit_recipe ca = kit_ca_recipe();
    ca.extensions[1] = NULL;
    cook_ca_and_end(h, &ca);
    expect(h, WF_ERROR_CHAIN);
}

static void a_device_does_not_issue(void) {
    home *h = open_home();
    kit_recipe ca = kit_end_recipe();
    ca.subject = KIT_CA_NAME;
    cook_ca_and_end(h, &ca);
    expect(h, WF_ERROR_CHAIN);
}

static void a_path_length_of_an_intermediate_that_is_exceeded_is_refused(void) {
    home *h = open_home();
    kit_certificate upper;
    wf_certificate_order order = kit_ca_order("Upper CA");
    order.path_len = 1;
    kit_issue(&upper, order, 6, &h->root);
    kit_issue(&h->ca, kit_ca_order("Maker CA"), 2, &upper);
    h->chain[1] = h->ca.der;
    h->chain[2] = upper.der;
    h->chain_len = h->rules.max_len = 3;
    expect(h, WF_OK);
    order.path_len = 0;
    kit_issue(&upper, order, 6, &h->root);
    h->chain[2] = upper.der;
    expect(h, WF_ERROR_CHAIN);
}

static void a_path_length_of_the_anchor_that_is_exceeded_is_refused(void) {
    home *h = open_home();
    wf_certificate_order order = kit_ca_order("Root");
    order.path_len = 0;
    kit_issue(&h->root, order, 1, NULL);
    h->anchors[0] = h->root.der;
    expect(h, WF_ERROR_CHAIN);
    end_under(h, kit_end_order(WF_ROLE_DEVICE), &h->root);
    expect(h, WF_OK);
}

static void a_self_issued_certificate_does_not_count_for_the_path_length(void) {
    home *h = open_home();
    wf_certificate_order order = kit_ca_order("Root");
    order.path_len = 0;
    kit_issue(&h->root, order, 1, NULL);
    h->anchors[0] = h->root.der;
    h->root.parsed.path_len = -1; /* so that it can certify its own next key */
    kit_issue(&h->ca, order, 2, &h->root);
    h->chain[1] = h->ca.der;
    kit_issue(&h->device, kit_end_order(WF_ROLE_DEVICE), 3, &h->ca);
    h->chain[0] = h->device.der;
    expect(h, WF_OK);
}

static void a_self_issued_certificate_in_the_middle_does_not_count_for_the_path_length(void) {
    home *h = open_home();
    kit_certificate old;
    wf_certificate_order order = kit_ca_order("Maker CA");
    order.path_len = 0;
    kit_issue(&old, order, 6, &h->root);
    h->chain[2] = old.der;
    old.parsed.path_len = -1; /* so that it can certify its own next key */
    kit_issue(&h->ca, order, 2, &old);
    h->chain[1] = h->ca.der;
    h->chain_len = h->rules.max_len = 3;
    expect(h, WF_OK);
    kit_issue(&h->ca, kit_ca_order("Other CA"), 2, &old);
    kit_issue(&h->device, kit_end_order(WF_ROLE_DEVICE), 3, &h->ca);
    h->chain[0] = h->device.der;
    h->chain[1] = h->ca.der;
    expect(h, WF_ERROR_CHAIN);
}

static void an_unknown_critical_extension_of_an_issuer_is_refused(void) {
    home *h = open_home();
    kit_recipe ca = kit_ca_recipe();
    ca.extensions[2] = KIT_UNKNOWN_CRITICAL;
    cook_ca_and_end(h, &ca);
    expect(h, WF_ERROR_CERTIFICATE);
}

static void a_malformed_certificate_in_the_chain_is_refused(void) {
    home *h = open_home();
    h->chain[1].len--;
    expect(h, WF_ERROR_DER);
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

static void a_controller_is_not_a_device(void) {
    home *h = open_home();
    h->chain[0] = h->controller.der;
    expect(h, WF_ERROR_WRONG_ROLE);
    h->rules.role = WF_ROLE_CONTROLLER;
    expect(h, WF_OK);
    h->chain[0] = h->device.der;
    expect(h, WF_ERROR_WRONG_ROLE);
}

static void an_end_without_a_role_is_refused_where_one_is_demanded(void) {
    home *h = open_home();
    kit_recipe r = kit_end_recipe();
    r.extensions[1] = NULL;
    cook_end(h, &r);
    expect(h, WF_ERROR_WRONG_ROLE);
    h->rules.role = WF_ROLE_NONE;
    expect(h, WF_OK);
}

static void a_role_without_a_number_is_refused(void) {
    home *h = open_home();
    kit_recipe r = kit_end_recipe();
    r.subject = KIT_CA_NAME;
    cook_end(h, &r);
    expect(h, WF_ERROR_CERTIFICATE);
    h->rules.role = WF_ROLE_NONE;
    expect(h, WF_OK);
}

static void a_ca_is_not_a_device(void) {
    home *h = open_home();
    h->chain[0] = h->ca.der;
    h->chain_len = 1;
    expect(h, WF_ERROR_WRONG_ROLE);
}

static void the_anchor_itself_is_not_a_device(void) {
    home *h = open_home();
    h->chain[0] = h->root.der;
    h->chain_len = 1;
    expect(h, WF_ERROR_WRONG_ROLE);
}

static void an_anchor_that_is_a_device_does_not_vouch_for_itself(void) {
    home *h = open_home();
    h->anchors[0] = h->device.der;
    h->chain_len = 1;
    expect(h, WF_ERROR_UNTRUSTED);
    kit_issue(&h->device, kit_end_order(WF_ROLE_DEVICE), 3, NULL);
    h->anchors[0] = h->chain[0] = h->device.der;
    expect(h, WF_ERROR_CHAIN);
}

static void an_end_that_may_not_sign_is_refused(void) {
    home *h = open_home();
    kit_recipe r = kit_end_recipe();
    r.extensions[0] = "551D0F!:03020308"; /* keyAgreement */
    cook_end(h, &r);
    expect(h, WF_ERROR_CERTIFICATE);
}

static void an_end_for_another_purpose_is_refused(void) {
    home *h = open_home();
    kit_recipe r = kit_end_recipe();
    r.extensions[2] = "551D25:300A06082B06010505070304"; /* emailProtection */
    cook_end(h, &r);
    expect(h, WF_ERROR_CERTIFICATE);
}

/* --- the anchor and the signatures ------------------------------------------------------------------------------- */

static void no_anchors_trust_nobody(void) {
    home *h = open_home();
    h->rules.anchor_count = 0;
    h->rules.anchors = NULL;
    expect(h, WF_ERROR_UNTRUSTED);
}

static void a_foreign_root_is_refused(void) {
    home *h = open_home();
    kit_issue(&h->root, kit_ca_order("Foreign Root"), 7, NULL);
    h->anchors[0] = h->root.der;
    expect(h, WF_ERROR_UNTRUSTED);
}

static void a_foreign_root_of_the_same_name_is_refused_by_its_key_id(void) {
    home *h = open_home();
    kit_issue(&h->root, kit_ca_order("Root"), 7, NULL);
    h->anchors[0] = h->root.der;
    expect(h, WF_ERROR_UNTRUSTED);
}

static void a_foreign_root_of_the_same_name_is_refused_by_the_signature(void) {
    home *h = open_home();
    kit_recipe end = kit_end_recipe(), twin = root_recipe();
    cook_end(h, &end);
    kit_cook(&h->root, &twin, 7, 7);
    h->anchors[0] = h->root.der;
    expect(h, WF_ERROR_SIGNATURE);
}

static void a_device_signed_by_another_key_is_refused(void) {
    home *h = open_home();
    kit_recipe end = kit_end_recipe();
    cook_end(h, &end);
    kit_cook(&h->device, &end, 3, 9);
    h->chain[0] = h->device.der;
    expect(h, WF_ERROR_SIGNATURE);
}

static void an_issuer_signed_by_another_key_is_refused(void) {
    home *h = open_home();
    kit_recipe ca = kit_ca_recipe();
    cook_ca_and_end(h, &ca);
    kit_cook(&h->ca, &ca, 2, 9);
    h->chain[1] = h->ca.der;
    expect(h, WF_ERROR_SIGNATURE);
}

static void a_device_of_another_issuer_of_the_same_name_is_refused(void) {
    home *h = open_home();
    kit_recipe ca = kit_ca_recipe(), end = kit_end_recipe();
    cook_ca_and_end(h, &ca);
    end.issuer = KIT_CA_NAME;
    kit_cook(&h->device, &end, 3, 9);
    h->chain[0] = h->device.der;
    expect(h, WF_ERROR_SIGNATURE);
}

static void an_anchor_that_may_not_issue_is_refused(void) {
    home *h = open_home();
    kit_recipe end = kit_end_recipe(), root = root_recipe();
    cook_end(h, &end);
    root.extensions[1] = "551D0F!:03020102"; /* cRLSign alone */
    cook_root(h, &root);
    expect(h, WF_ERROR_CHAIN);
    root.extensions[0] = KIT_UNKNOWN;
    cook_root(h, &root);
    expect(h, WF_ERROR_CHAIN);
}

static void an_expired_anchor_is_named_though_a_twin_fails_the_signature(void) {
    home *h = open_home();
    kit_recipe end = kit_end_recipe(), twin = root_recipe(), old = root_recipe();
    kit_certificate other;
    cook_end(h, &end);
    old.validity = JANUARY_2024;
    cook_root(h, &old);
    kit_cook(&other, &twin, 7, 7);
    h->rules.anchor_count = 2;
    for (size_t place = 0; place < 2; place++) {
        h->anchors[place] = h->root.der;
        h->anchors[1 - place] = other.der;
        expect(h, WF_ERROR_EXPIRED);
    }
}

static void a_malformed_anchor_is_reported(void) {
    home *h = open_home();
    h->anchors[0].len--;
    expect(h, WF_ERROR_DER);
}

/* No bit of a chain may change. Bits of the other certificate's copy are not touched, so each must break something. */
static void refuse_every_bit(home *h, kit_certificate *changed) {
    for (size_t i = 0; i < changed->der.len; i++) {
        changed->buffer[i] ^= (uint8_t)(1u << i % 8);
        CHECK(judge(h) != WF_OK);
        changed->buffer[i] ^= (uint8_t)(1u << i % 8);
    }
    CHECK(judge(h) == WF_OK);
}

static void a_flipped_bit_of_the_end_is_refused(void) {
    home *h = open_home();
    refuse_every_bit(h, &h->device);
}

static void a_flipped_bit_of_the_issuer_is_refused(void) {
    home *h = open_home();
    refuse_every_bit(h, &h->ca);
}

static void a_flipped_bit_of_the_signature_is_a_signature_error(void) {
    home *h = open_home();
    for (size_t from_end = 1; from_end <= 30; from_end++) {
        uint8_t *byte = &h->device.buffer[h->device.der.len - from_end];
        *byte ^= 1;
        expect(h, WF_ERROR_SIGNATURE);
        *byte ^= 1;
    }
}

#define CASE(rule) \
    { #rule, rule }
// clang-format off
static const check_case cases[] = {
    CASE(a_chain_of_two_is_accepted),
    CASE(a_chain_of_one_is_accepted),
    CASE(the_recipes_of_this_test_are_good),
    CASE(any_role_is_accepted_when_none_is_demanded),
    CASE(the_right_anchor_is_found_among_several),
    CASE(an_anchor_of_the_same_name_with_another_key_does_not_hide_the_right_one),
    CASE(an_expired_anchor_of_the_same_name_does_not_hide_the_right_one),
    CASE(an_intermediate_as_anchor_is_enough),
    CASE(the_root_sent_along_does_no_harm),
    CASE(a_path_length_that_is_just_enough_is_accepted),
    CASE(a_usage_left_out_of_the_end_restricts_nothing),
    CASE(purposes_of_authentication_are_accepted),
    CASE(both_ends_of_the_period_belong_to_it),
    CASE(an_expired_end_is_refused),
    CASE(an_end_not_yet_valid_is_refused),
    CASE(an_expired_issuer_is_refused),
    CASE(an_issuer_not_yet_valid_is_refused),
    CASE(an_expired_anchor_is_refused),
    CASE(an_anchor_not_yet_valid_is_refused),
    CASE(without_time_the_beginning_is_not_checked),
    CASE(without_time_the_end_is_checked_against_the_floor),
    CASE(an_empty_chain_is_refused),
    CASE(a_chain_longer_than_the_rules_is_refused),
    CASE(a_chain_longer_than_the_core_takes_is_refused),
    CASE(a_chain_in_the_wrong_order_is_refused),
    CASE(an_issuer_of_another_name_is_refused),
    CASE(an_issuer_of_another_key_id_is_refused),
    CASE(an_issuer_without_the_ca_bit_is_refused),
    CASE(an_issuer_without_key_cert_sign_is_refused),
    CASE(an_issuer_without_a_key_usage_is_refused),
    CASE(a_device_does_not_issue),
    CASE(a_path_length_of_an_intermediate_that_is_exceeded_is_refused),
    CASE(a_path_length_of_the_anchor_that_is_exceeded_is_refused),
    CASE(a_self_issued_certificate_does_not_count_for_the_path_length),
    CASE(a_self_issued_certificate_in_the_middle_does_not_count_for_the_path_length),
    CASE(the_path_names_every_certificate_up_to_the_anchor),
    CASE(the_certificate_at_fault_is_named),
    CASE(the_certificate_whose_signature_is_wrong_is_named),
    CASE(an_unknown_critical_extension_of_an_issuer_is_refused),
    CASE(a_malformed_certificate_in_the_chain_is_refused),
    CASE(a_controller_is_not_a_device),
    CASE(an_end_without_a_role_is_refused_where_one_is_demanded),
    CASE(a_role_without_a_number_is_refused),
    CASE(a_ca_is_not_a_device),
    CASE(the_anchor_itself_is_not_a_device),
    CASE(an_anchor_that_is_a_device_does_not_vouch_for_itself),
    CASE(an_end_that_may_not_sign_is_refused),
    CASE(an_end_for_another_purpose_is_refused),
    CASE(no_anchors_trust_nobody),
    CASE(a_foreign_root_is_refused),
    CASE(a_foreign_root_of_the_same_name_is_refused_by_its_key_id),
    CASE(a_foreign_root_of_the_same_name_is_refused_by_the_signature),
    CASE(a_device_signed_by_another_key_is_refused),
    CASE(an_issuer_signed_by_another_key_is_refused),
    CASE(a_device_of_another_issuer_of_the_same_name_is_refused),
    CASE(an_anchor_that_may_not_issue_is_refused),
    CASE(an_expired_anchor_is_named_though_a_twin_fails_the_signature),
    CASE(a_malformed_anchor_is_reported),
    CASE(a_flipped_bit_of_the_end_is_refused),
    CASE(a_flipped_bit_of_the_issuer_is_refused),
    CASE(a_flipped_bit_of_the_signature_is_a_signature_error),
};
// clang-format on

CHECK_MAIN(cases)
