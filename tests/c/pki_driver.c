/* Certificates over pipes: each line is a command of words, each answer a line, "ok ..." or "error NAME". "-" stands
 * for nothing; bytes are hexadecimal, lists are joined by commas.
 *
 *     parse DER                                  ok KEY=VALUE ...
 *     verify ROLE TIME ANCHORS CHAIN MAX         ok NUMBER; TIME: seconds, or "floor:" and seconds
 *     crl DER ISSUER CERTIFICATES                ok KEY=VALUE ..., read in blocks of 100 bytes; revoked: a digit each
 *     request DER                                ok KEY=VALUE ...
 *     ask PRIVATE NAME NUMBER ROLE               ok DER
 *     publish PRIVATE ISSUER NUMBER THIS NEXT ENTRIES    ok DER; ENTRIES: SERIAL:TIME:REASON, by commas
 *     issue KIND PRIVATE ISSUER PUBLIC NAME NUMBER PATH BEFORE AFTER SERIAL    ok DER; KIND: ca, device, controller
 */
#include "hex.h"
#include <warifu/crl.h>
#include <warifu/csr.h>

enum { LINE_LEN = 32768, DER_LEN = 8192, WORDS = 12, LIST_LEN = 8, ENTRIES = 100 };

static wf_error fill(void *context, uint8_t *out, size_t len) {
    (void)context;
    memset(out, 0x5A, len);
    return WF_OK;
}

static void answer_error(wf_error error) {
    printf("error %s\n", wf_error_row_of(error)->name);
}

static void print_field(const char *name, wf_bytes bytes) {
    printf(" %s=", name);
    hex_print(stdout, bytes);
}

static wf_error do_parse(char **words) {
    uint8_t buffer[DER_LEN];
    wf_certificate c;
    wf_error error = wf_certificate_parse(&c, hex_bytes(buffer, sizeof buffer, words[1]));
    if (error != WF_OK) {
        return error;
    }
    printf("ok ca=%d path=%d role=%d before=%lld after=%lld", c.is_ca, c.path_len, c.role, (long long)c.not_before,
           (long long)c.not_after);
    printf(" usage=%d purposes=%d", c.has_usage ? (int)c.usage : -1, c.has_purposes ? (int)c.purposes : -1);
    print_field("serial", c.serial);
    print_field("issuer", c.issuer);
    print_field("subject", c.subject);
    print_field("key", wf_bytes_of(c.public_key, sizeof c.public_key));
    print_field("ski", c.subject_key_id);
    print_field("aki", c.authority_key_id);
    print_field("number", wf_bytes_of(c.number, c.has_number ? sizeof c.number : 0));
    printf("\n");
    return WF_OK;
}

/* Splits "aa,bb" in place into views of `buffer`. */
static size_t read_list(wf_bytes *out, uint8_t *buffer, size_t capacity, char *text) {
    size_t count = 0, used = 0;
    for (char *item = text; item != NULL && count < LIST_LEN && strcmp(text, "-") != 0;) {
        char *comma = strchr(item, ',');
        if (comma != NULL) {
            *comma++ = '\0';
        }
        out[count] = hex_bytes(buffer + used, capacity - used, item);
        used += out[count++].len;
        item = comma;
    }
    return count;
}

static wf_error do_verify(char **words) {
    uint8_t anchor_buffer[DER_LEN], chain_buffer[DER_LEN];
    wf_bytes anchors[LIST_LEN], chain[LIST_LEN];
    wf_certificate end;
    const char *now = words[2];
    wf_chain_rules rules = {.anchors = anchors, .max_len = (size_t)atoi(words[5]), .role = (wf_role)atoi(words[1])};
    rules.has_time = strncmp(now, "floor:", 6) != 0;
    rules.now = strtoll(rules.has_time ? now : now + 6, NULL, 10);
    rules.anchor_count = read_list(anchors, anchor_buffer, sizeof anchor_buffer, words[3]);
    size_t chain_len = read_list(chain, chain_buffer, sizeof chain_buffer, words[4]);
    wf_error error = wf_chain_verify(&end, chain, chain_len, &rules);
    if (error == WF_OK) {
        printf("ok ");
        hex_print(stdout, wf_bytes_of(end.number, end.has_number ? sizeof end.number : 0));
        printf("\n");
    }
    return error;
}

static bool is_given(const char *word) {
    return strcmp(word, "-") != 0;
}

static wf_error read_key(wf_p256_key *key, const char *word) {
    uint8_t private_key[WF_P256_PRIVATE_LEN];
    bool whole = hex_bytes(private_key, sizeof private_key, word).len == sizeof private_key;
    return whole ? wf_p256_from_private(key, private_key) : WF_ERROR_ARGUMENT;
}

/* What an order points to. */
typedef struct order_room {
    uint8_t public_key[WF_P256_PUBLIC_LEN], number[WF_NUMBER_LEN];
    char name[256];
} order_room;

static wf_certificate_order read_order(order_room *room, char **words) {
    wf_certificate_order order = {.public_key = room->public_key, .path_len = atoi(words[7])};
    (void)hex_bytes(room->public_key, sizeof room->public_key, words[4]);
    if (is_given(words[5])) {
        room->name[hex_bytes((uint8_t *)room->name, sizeof room->name - 1, words[5]).len] = '\0';
        order.common_name = room->name;
    }
    if (is_given(words[6])) {
        (void)hex_bytes(room->number, sizeof room->number, words[6]);
        order.number = room->number;
    }
    order.is_ca = strcmp(words[1], "ca") == 0;
    if (!order.is_ca) {
        order.role = strcmp(words[1], "device") == 0 ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER;
    }
    order.not_before = strtoll(words[8], NULL, 10);
    order.not_after = strtoll(words[9], NULL, 10);
    (void)hex_bytes(order.serial, sizeof order.serial, words[10]);
    return order;
}

static wf_error do_issue(char **words) {
    uint8_t issuer_der[DER_LEN], out[DER_LEN];
    order_room room;
    const wf_certificate_order order = read_order(&room, words);
    wf_certificate issuer;
    wf_p256_key key;
    wf_drbg drbg;
    wf_error error = read_key(&key, words[2]);
    if (error == WF_OK && is_given(words[3])) {
        error = wf_certificate_parse(&issuer, hex_bytes(issuer_der, sizeof issuer_der, words[3]));
    }
    if (error == WF_OK) {
        error = wf_drbg_start(&drbg, (wf_entropy){fill, NULL}, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0));
    }
    if (error != WF_OK) {
        return error;
    }
    wf_writer w = wf_writer_of(out, sizeof out);
    error = wf_certificate_issue(&w, &order, is_given(words[3]) ? &issuer : NULL, wf_signer_of(&key), &drbg);
    if (error == WF_OK) {
        printf("ok ");
        hex_print(stdout, wf_bytes_of(out, w.len));
        printf("\n");
    }
    return error;
}

static wf_error read_blocks(wf_crl *crl, wf_crl_query *queries, size_t count, wf_bytes der,
                            const wf_certificate *issuer) {
    wf_crl_reader reader;
    wf_error error = wf_crl_reader_start(&reader, queries, count);
    for (wf_reader r = wf_reader_of(der); r.left > 0 && error == WF_OK;) {
        error = wf_crl_reader_feed(&reader, wf_read_bytes(&r, r.left < 100 ? r.left : 100));
    }
    return error != WF_OK ? error : wf_crl_reader_finish(&reader, crl, issuer);
}

static wf_error do_crl(char **words) {
    uint8_t der[LINE_LEN / 2], issuer_der[DER_LEN], buffer[DER_LEN];
    wf_bytes certificates[LIST_LEN], list = hex_bytes(der, sizeof der, words[1]);
    wf_crl_query queries[LIST_LEN];
    wf_certificate issuer, c;
    wf_crl crl;
    wf_error error = wf_certificate_parse(&issuer, hex_bytes(issuer_der, sizeof issuer_der, words[2]));
    size_t count = read_list(certificates, buffer, sizeof buffer, words[3]);
    for (size_t i = 0; i < count && error == WF_OK; i++) {
        error = wf_certificate_parse(&c, certificates[i]);
        if (error == WF_OK) {
            error = wf_crl_query_of(&queries[i], &c);
        }
    }
    if (error == WF_OK) {
        error = read_blocks(&crl, queries, count, list, &issuer);
    }
    if (error == WF_OK) {
        printf("ok number=%llu this=%lld next=%lld entries=%u", (unsigned long long)crl.number,
               (long long)crl.this_update, (long long)crl.next_update, crl.entries);
        printf(" revoked=");
        for (size_t i = 0; i < count; i++) {
            printf("%d", queries[i].revoked);
        }
        printf(" reason=%d at=%lld\n", count > 0 ? queries[0].reason : 0,
               count > 0 ? (long long)queries[0].revoked_at : 0);
    }
    return error;
}

static size_t read_entries(wf_crl_entry *entries, char *text) {
    size_t count = 0;
    for (char *item = text; item != NULL && count < ENTRIES && is_given(text);) {
        char *comma = strchr(item, ','), *colon = strchr(item, ':');
        if (comma != NULL) {
            *comma++ = '\0';
        }
        *colon++ = '\0';
        wf_crl_entry *entry = &entries[count++];
        (void)hex_bytes(entry->serial, sizeof entry->serial, item);
        entry->revoked_at = strtoll(colon, &colon, 10);
        entry->reason = (wf_crl_reason)atoi(colon + 1);
        item = comma;
    }
    return count;
}

static wf_error do_publish(char **words) {
    uint8_t issuer_der[DER_LEN], out[LINE_LEN / 2];
    wf_crl_entry entries[ENTRIES];
    wf_certificate issuer;
    wf_p256_key key;
    wf_drbg drbg;
    wf_error error = read_key(&key, words[1]);
    if (error == WF_OK) {
        error = wf_certificate_parse(&issuer, hex_bytes(issuer_der, sizeof issuer_der, words[2]));
    }
    if (error == WF_OK) {
        error = wf_drbg_start(&drbg, (wf_entropy){fill, NULL}, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0));
    }
    if (error != WF_OK) {
        return error;
    }
    const wf_crl_order order = {.number = strtoull(words[3], NULL, 10),
                                .this_update = strtoll(words[4], NULL, 10),
                                .next_update = strtoll(words[5], NULL, 10),
                                .entries = entries,
                                .entry_count = read_entries(entries, words[6])};
    wf_writer w = wf_writer_of(out, sizeof out);
    error = wf_crl_issue(&w, &order, &issuer, wf_signer_of(&key), &drbg);
    if (error == WF_OK) {
        printf("ok ");
        hex_print(stdout, wf_bytes_of(out, w.len));
        printf("\n");
    }
    return error;
}

static wf_error do_request(char **words) {
    uint8_t buffer[DER_LEN];
    wf_csr r;
    wf_error error = wf_csr_parse(&r, hex_bytes(buffer, sizeof buffer, words[1]));
    if (error == WF_OK) {
        printf("ok role=%d ca=%d", r.role, r.asks_ca);
        print_field("name", r.common_name);
        print_field("number", wf_bytes_of(r.number, r.has_number ? sizeof r.number : 0));
        print_field("key", wf_bytes_of(r.public_key, sizeof r.public_key));
        printf("\n");
    }
    return error;
}

static wf_error do_ask(char **words) {
    uint8_t out[DER_LEN], number[WF_NUMBER_LEN];
    char name[256] = "";
    wf_p256_key key;
    wf_drbg drbg;
    wf_csr_order order = {.role = (wf_role)atoi(words[4])};
    if (is_given(words[2])) {
        name[hex_bytes((uint8_t *)name, sizeof name - 1, words[2]).len] = '\0';
        order.common_name = name;
    }
    if (is_given(words[3])) {
        (void)hex_bytes(number, sizeof number, words[3]);
        order.number = number;
    }
    wf_error error = read_key(&key, words[1]);
    if (error == WF_OK) {
        error = wf_drbg_start(&drbg, (wf_entropy){fill, NULL}, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0));
    }
    if (error != WF_OK) {
        return error;
    }
    wf_writer w = wf_writer_of(out, sizeof out);
    error = wf_csr_write(&w, &order, wf_signer_of(&key), &drbg);
    if (error == WF_OK) {
        printf("ok ");
        hex_print(stdout, wf_bytes_of(out, w.len));
        printf("\n");
    }
    return error;
}

static const struct {
    const char *name;
    int words;
    wf_error (*run)(char **words);
} commands[] = {{"parse", 2, do_parse},     {"verify", 6, do_verify},   {"issue", 11, do_issue}, {"crl", 4, do_crl},
                {"publish", 7, do_publish}, {"request", 2, do_request}, {"ask", 5, do_ask}};

static wf_error run_line(char *line) {
    char *words[WORDS];
    int count = 0;
    for (char *word = strtok(line, " \n"); word != NULL && count < WORDS; word = strtok(NULL, " \n")) {
        words[count++] = word;
    }
    for (size_t i = 0; count > 0 && i < sizeof commands / sizeof commands[0]; i++) {
        if (count == commands[i].words && strcmp(words[0], commands[i].name) == 0) {
            return commands[i].run(words);
        }
    }
    return WF_ERROR_ARGUMENT;
}

int main(void) {
    static char line[LINE_LEN];
    wf_error error = wf_crypto_start();
    if (error != WF_OK) {
        answer_error(error);
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        error = run_line(line);
        if (error != WF_OK) {
            answer_error(error);
        }
        fflush(stdout);
    }
    return 0;
}
