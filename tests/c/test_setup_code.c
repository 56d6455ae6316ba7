/* Set-up codes: the text, what its checksum finds, what a fault says, and the keys and proofs made of the secret. */
#include <warifu/setup_code.h>
#include <warifu/spki.h>

#include "check.h"

enum { SYMBOLS = 84 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static wf_setup_code sample(void) {
    wf_setup_code code;
    for (size_t i = 0; i < sizeof code.spki_hash; i++) {
        code.spki_hash[i] = (uint8_t)(i * 7 + 1);
    }
    for (size_t i = 0; i < sizeof code.secret; i++) {
        code.secret[i] = (uint8_t)(0xf0 - i * 11);
    }
    return code;
}

static bool same(const wf_setup_code *a, const wf_setup_code *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static wf_setup_code_fault parse_fault(const char *text) {
    wf_setup_code code;
    wf_setup_code_fault fault;
    CHECK(wf_setup_code_parse(&code, text, strlen(text), &fault) ==
          (fault.part == WF_SETUP_CODE_NONE ? WF_OK : WF_ERROR_NOT_A_CODE));
    return fault;
}

static void what_was_written_parses_to_the_same_code(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1], grouped[WF_SETUP_CODE_GROUPED_LEN + 1];
    wf_setup_code code = sample(), again;
    wf_setup_code_write(text, &code);
    wf_setup_code_write_grouped(grouped, &code);
    CHECK(strlen(text) == WF_SETUP_CODE_TEXT_LEN);
    CHECK(strlen(grouped) == WF_SETUP_CODE_GROUPED_LEN);
    CHECK_OK(wf_setup_code_parse(&again, text, strlen(text), NULL));
    CHECK(same(&code, &again));
    CHECK_OK(wf_setup_code_parse(&again, grouped, strlen(grouped), NULL));
    CHECK(same(&code, &again));
}

static void every_bit_of_a_code_reaches_the_text_and_comes_back(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1];
    for (size_t bit = 0; bit < 8 * sizeof(wf_setup_code); bit++) {
        wf_setup_code code = sample(), again;
        uint8_t *byte = bit < 256 ? &code.spki_hash[bit / 8] : &code.secret[bit / 8 - 32];
        *byte ^= (uint8_t)(0x80u >> (bit % 8));
        wf_setup_code_write(text, &code);
        CHECK_OK(wf_setup_code_parse(&again, text, strlen(text), NULL));
        CHECK(same(&code, &again));
    }
}

static void lower_case_blanks_line_ends_and_hyphens_do_not_matter(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1], typed[8 * WF_SETUP_CODE_TEXT_LEN];
    wf_setup_code code = sample(), again;
    wf_setup_code_write(text, &code);
    size_t len = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        typed[len++] = " -\t\r\n"[i % 5];
        typed[len++] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i];
    }
    typed[len++] = '\n';
    CHECK_OK(wf_setup_code_parse(&again, typed, len, NULL));
    CHECK(same(&code, &again));
}

/* Every place, every other character of the alphabet. */
static void every_single_wrong_character_is_found(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1];
    wf_setup_code code = sample();
    wf_setup_code_write(text, &code);
    for (size_t at = 7; at < WF_SETUP_CODE_TEXT_LEN; at++) {
        char right = text[at];
        for (size_t i = 0; i < 32; i++) {
            text[at] = alphabet[i];
            wf_setup_code_part part = parse_fault(text).part;
            CHECK(part == (alphabet[i] == right ? WF_SETUP_CODE_NONE
                           : at == 7            ? WF_SETUP_CODE_VERSION
                                                : WF_SETUP_CODE_CHECKSUM));
        }
        text[at] = right;
    }
}

static void every_swap_of_two_characters_is_found(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1];
    wf_setup_code code = sample();
    wf_setup_code_write(text, &code);
    for (size_t a = 0; a < WF_SETUP_CODE_TEXT_LEN; a++) {
        for (size_t b = a + 1; b < WF_SETUP_CODE_TEXT_LEN; b++) {
            char first = text[a], second = text[b];
            text[a] = second;
            text[b] = first;
            CHECK((parse_fault(text).part == WF_SETUP_CODE_NONE) == (first == second));
            text[a] = first;
            text[b] = second;
        }
    }
}

/* What an error of one symbol does to the checksum; by linearity the same in every code, so read from one. */
static uint32_t syndrome_of(size_t place, unsigned error) {
    static const uint32_t row[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t sum = error;
    for (size_t at = place + 1; at < SYMBOLS; at++) {
        uint32_t top = sum >> 25;
        sum = (sum & 0x1ffffff) << 5;
        for (unsigned i = 0; i < 5; i++) {
            sum ^= (top >> i & 1) != 0 ? row[i] : 0;
        }
    }
    return sum;
}

static int ascending(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* If no error of one or two symbols leaves the sum as it is, and no two of them change it alike, then no error of up to
 * four does: every such error is two of these together. */
static void no_error_of_up_to_four_characters_is_missed(void) {
    enum { ONE = SYMBOLS * 31, MOST = ONE + SYMBOLS * (SYMBOLS - 1) / 2 * 31 * 31 };
    static uint32_t one[SYMBOLS][31], all[MOST];
    size_t count = 0;
    for (size_t a = 0; a < SYMBOLS; a++) {
        for (unsigned e = 0; e < 31; e++) {
            all[count++] = one[a][e] = syndrome_of(a, e + 1);
        }
        for (size_t b = 0; b < a; b++) {
            for (size_t pair = 0; pair < (size_t)31 * 31; pair++) {
                all[count++] = one[a][pair / 31] ^ one[b][pair % 31];
            }
        }
    }
    CHECK(count == MOST);
    qsort(all, MOST, sizeof all[0], ascending);
    CHECK(all[0] != 0);
    for (size_t i = 1; i < MOST; i++) {
        CHECK(all[i] != all[i - 1]);
    }
}

/* The syndromes above are those of the code that is used: random errors of two to four symbols, in real texts. */
static void random_errors_of_two_to_four_characters_are_found(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1];
    wf_setup_code code = sample();
    uint32_t state = 1;
    for (unsigned round = 0; round < 20000; round++) {
        wf_setup_code_write(text, &code);
        for (unsigned errors = 2 + round % 3; errors > 0; errors--) {
            state = state * 1664525u + 1013904223u;
            text[8 + (state >> 8) % (SYMBOLS - 1)] = alphabet[state >> 27];
        }
        wf_setup_code again;
        wf_error error = wf_setup_code_parse(&again, text, strlen(text), NULL);
        CHECK(error == WF_ERROR_NOT_A_CODE || same(&again, &code)); /* equal when the errors changed nothing */
    }
}

static void every_error_within_six_adjoining_characters_is_found(void) {
    char right[WF_SETUP_CODE_TEXT_LEN + 1], text[WF_SETUP_CODE_TEXT_LEN + 1];
    wf_setup_code code = sample();
    uint32_t state = 7;
    wf_setup_code_write(right, &code);
    for (unsigned round = 0; round < 20000; round++) {
        memcpy(text, right, sizeof text);
        size_t start = 8 + round % (SYMBOLS - 6);
        for (size_t at = start; at < start + 6; at++) {
            state = state * 1664525u + 1013904223u;
            text[at] = alphabet[state >> 27];
        }
        CHECK((parse_fault(text).part == WF_SETUP_CODE_NONE) == (strcmp(text, right) == 0));
    }
}

static void what_is_no_set_up_code_says_what_and_where(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 8];
    wf_setup_code code = sample();
    wf_setup_code_fault fault = parse_fault("");
    CHECK(fault.part == WF_SETUP_CODE_PREFIX && fault.position == 1);
    fault = parse_fault("WARI");
    CHECK(fault.part == WF_SETUP_CODE_PREFIX && fault.position == 5);
    fault = parse_fault("WX");
    CHECK(fault.part == WF_SETUP_CODE_PREFIX && fault.position == 2);
    fault = parse_fault("WARISU:1");
    CHECK(fault.part == WF_SETUP_CODE_PREFIX && fault.position == 5);
    fault = parse_fault("WARIFU:");
    CHECK(fault.part == WF_SETUP_CODE_SHORT && fault.count == 84 && fault.position == 0);
    fault = parse_fault("warifu: 2");
    CHECK(fault.part == WF_SETUP_CODE_VERSION && fault.position == 9);
    fault = parse_fault("WARIFU:1AB-O");
    CHECK(fault.part == WF_SETUP_CODE_CHARACTER && fault.position == 12);
    wf_setup_code_write(text, &code);
    text[WF_SETUP_CODE_TEXT_LEN - 1] = '\0';
    fault = parse_fault(text);
    CHECK(fault.part == WF_SETUP_CODE_SHORT && fault.count == 1);
    wf_setup_code_write(text, &code);
    strcat(text, "-AB");
    fault = parse_fault(text);
    CHECK(fault.part == WF_SETUP_CODE_LONG && fault.position == 93 && fault.count == 2);
}

static void nothing_but_the_alphabet_is_taken(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1];
    wf_setup_code code = sample(), again;
    for (unsigned c = 0; c < 256; c++) {
        bool passed_over = c != 0 && strchr(" -\t\r\n", (int)c) != NULL;
        unsigned up = c >= 'a' && c <= 'z' ? c - 32 : c;
        bool known = up != 0 && strchr(alphabet, (int)up) != NULL;
        wf_setup_code_fault fault;
        wf_setup_code_write(text, &code);
        text[40] = (char)c;
        wf_error error = wf_setup_code_parse(&again, text, WF_SETUP_CODE_TEXT_LEN, &fault);
        if (!known && !passed_over) {
            CHECK(error == WF_ERROR_NOT_A_CODE && fault.part == WF_SETUP_CODE_CHARACTER && fault.position == 41);
        } else if (passed_over) {
            CHECK(fault.part == WF_SETUP_CODE_SHORT && fault.count == 1);
        } else {
            CHECK(fault.part == WF_SETUP_CODE_CHECKSUM || error == WF_OK);
        }
    }
}

static void a_refused_text_leaves_nothing_in_the_code(void) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1];
    wf_setup_code code = sample(), again = sample();
    const wf_setup_code zero = {{0}, {0}};
    wf_setup_code_write(text, &code);
    text[20] = text[20] == '0' ? '1' : '0';
    CHECK(wf_setup_code_parse(&again, text, strlen(text), NULL) == WF_ERROR_NOT_A_CODE);
    CHECK(same(&again, &zero));
    wf_setup_code_wipe(&code);
    CHECK(same(&code, &zero));
}

static void a_fault_is_one_line_that_names_the_place_and_quotes_nothing(void) {
    char line[WF_SETUP_CODE_SAYING_LEN];
    wf_setup_code_fault fault = parse_fault("WARIFU:1AB-O");
    wf_setup_code_say(line, &fault);
    CHECK(strcmp(line, "no set-up code has this character there (character 12): compare it with the label; I, L, O and "
                       "U never occur") == 0);
    fault = parse_fault("WARIFU:1AB");
    wf_setup_code_say(line, &fault);
    CHECK(strcmp(line, "characters are missing (81): compare it with the label group by group") == 0);
    for (int part = WF_SETUP_CODE_NONE; part <= WF_SETUP_CODE_CHECKSUM; part++) {
        fault = (wf_setup_code_fault){(wf_setup_code_part)part, SIZE_MAX, SIZE_MAX};
        wf_setup_code_say(line, &fault);
        CHECK(strlen(line) < sizeof line - 1); /* nothing was cut */
        CHECK(strchr(line, '\n') == NULL);
    }
}

static wf_error zero_entropy(void *context, uint8_t *out, size_t len) {
    (void)context;
    memset(out, 0, len);
    return WF_OK;
}

static void make_key(wf_p256_key *key, wf_drbg *drbg) {
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_drbg_start(drbg, (wf_entropy){zero_entropy, NULL}, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0)));
    CHECK_OK(wf_p256_generate(key, drbg));
}

static void a_new_code_names_the_key_and_has_a_fresh_secret(void) {
    wf_p256_key key, other;
    wf_drbg drbg, other_drbg;
    wf_setup_code first, second;
    uint8_t hash[WF_HASH_LEN];
    make_key(&key, &drbg);
    make_key(&other, &other_drbg);
    CHECK_OK(wf_p256_generate(&other, &other_drbg));
    CHECK_OK(wf_setup_code_make(&first, key.public_key, &drbg));
    CHECK_OK(wf_setup_code_make(&second, key.public_key, &drbg));
    CHECK_OK(wf_spki_fingerprint(hash, key.public_key));
    CHECK(memcmp(first.spki_hash, hash, sizeof hash) == 0);
    CHECK(memcmp(second.spki_hash, hash, sizeof hash) == 0);
    CHECK(memcmp(first.secret, second.secret, sizeof first.secret) != 0);
    CHECK_OK(wf_setup_code_check_key(&first, key.public_key));
    CHECK(wf_setup_code_check_key(&first, other.public_key) == WF_ERROR_WRONG_DEVICE);
}

static void a_code_is_made_for_a_point_of_the_curve_only(void) {
    wf_p256_key key;
    wf_drbg drbg;
    wf_setup_code code;
    const wf_setup_code zero = {{0}, {0}};
    make_key(&key, &drbg);
    key.public_key[63] ^= 1;
    CHECK(wf_setup_code_make(&code, key.public_key, &drbg) == WF_ERROR_POINT);
    CHECK(same(&code, &zero));
}

static void each_use_of_the_secret_has_a_key_of_its_own(void) {
    wf_setup_code code = sample();
    const uint8_t exporter[WF_SETUP_CODE_EXPORTER_LEN] = {1, 2, 3};
    uint8_t slot[WF_SETUP_CODE_KEY_LEN], initiator[WF_SETUP_CODE_PROOF_LEN], responder[WF_SETUP_CODE_PROOF_LEN];
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_setup_code_slot_key(slot, &code));
    CHECK_OK(wf_setup_code_proof(initiator, &code, exporter, WF_SETUP_CODE_INITIATOR));
    CHECK_OK(wf_setup_code_proof(responder, &code, exporter, WF_SETUP_CODE_RESPONDER));
    CHECK(memcmp(initiator, responder, sizeof initiator) != 0);
    CHECK(memcmp(slot, initiator, sizeof initiator) != 0);
    CHECK(memcmp(slot, responder, sizeof responder) != 0);
}

static void a_proof_counts_for_its_side_run_secret_and_device_only(void) {
    wf_setup_code code = sample();
    uint8_t exporter[WF_SETUP_CODE_EXPORTER_LEN] = {1, 2, 3}, proof[WF_SETUP_CODE_PROOF_LEN] = {0};
    const wf_bytes given = wf_bytes_of(proof, sizeof proof);
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_setup_code_proof(proof, &code, exporter, WF_SETUP_CODE_INITIATOR));
    CHECK_OK(wf_setup_code_check_proof(given, &code, exporter, WF_SETUP_CODE_INITIATOR));
    CHECK(wf_setup_code_check_proof(given, &code, exporter, WF_SETUP_CODE_RESPONDER) == WF_ERROR_WRONG_CODE);
    exporter[31] ^= 1;
    CHECK(wf_setup_code_check_proof(given, &code, exporter, WF_SETUP_CODE_INITIATOR) == WF_ERROR_WRONG_CODE);
    exporter[31] ^= 1;
    code.secret[15] ^= 1;
    CHECK(wf_setup_code_check_proof(given, &code, exporter, WF_SETUP_CODE_INITIATOR) == WF_ERROR_WRONG_CODE);
    code.secret[15] ^= 1;
    code.spki_hash[0] ^= 1;
    CHECK(wf_setup_code_check_proof(given, &code, exporter, WF_SETUP_CODE_INITIATOR) == WF_ERROR_WRONG_CODE);
    code.spki_hash[0] ^= 1;
    for (size_t bit = 0; bit < 8 * sizeof proof; bit++) {
        proof[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(wf_setup_code_check_proof(given, &code, exporter, WF_SETUP_CODE_INITIATOR) == WF_ERROR_WRONG_CODE);
        proof[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    CHECK(wf_setup_code_check_proof(wf_bytes_of(proof, 15), &code, exporter, WF_SETUP_CODE_INITIATOR) ==
          WF_ERROR_WRONG_CODE);
    CHECK(wf_setup_code_check_proof(wf_bytes_of(NULL, 0), &code, exporter, WF_SETUP_CODE_INITIATOR) ==
          WF_ERROR_WRONG_CODE);
}

static const check_case cases[] = {
    {"what_was_written_parses_to_the_same_code", what_was_written_parses_to_the_same_code},
    {"every_bit_of_a_code_reaches_the_text_and_comes_back", every_bit_of_a_code_reaches_the_text_and_comes_back},
    {"lower_case_blanks_line_ends_and_hyphens_do_not_matter", lower_case_blanks_line_ends_and_hyphens_do_not_matter},
    {"every_single_wrong_character_is_found", every_single_wrong_character_is_found},
    {"every_swap_of_two_characters_is_found", every_swap_of_two_characters_is_found},
    {"no_error_of_up_to_four_characters_is_missed", no_error_of_up_to_four_characters_is_missed},
    {"random_errors_of_two_to_four_characters_are_found", random_errors_of_two_to_four_characters_are_found},
    {"every_error_within_six_adjoining_characters_is_found", every_error_within_six_adjoining_characters_is_found},
    {"what_is_no_set_up_code_says_what_and_where", what_is_no_set_up_code_says_what_and_where},
    {"nothing_but_the_alphabet_is_taken", nothing_but_the_alphabet_is_taken},
    {"a_refused_text_leaves_nothing_in_the_code", a_refused_text_leaves_nothing_in_the_code},
    {"a_fault_is_one_line_that_names_the_place_and_quotes_nothing",
     a_fault_is_one_line_that_names_the_place_and_quotes_nothing},
    {"a_new_code_names_the_key_and_has_a_fresh_secret", a_new_code_names_the_key_and_has_a_fresh_secret},
    {"a_code_is_made_for_a_point_of_the_curve_only", a_code_is_made_for_a_point_of_the_curve_only},
    {"each_use_of_the_secret_has_a_key_of_its_own", each_use_of_the_secret_has_a_key_of_its_own},
    {"a_proof_counts_for_its_side_run_secret_and_device_only", a_proof_counts_for_its_side_run_secret_and_device_only},
};

CHECK_MAIN(cases)
