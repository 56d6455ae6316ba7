/* The records of an authority: a first line that names the format, then a line for each act. What is in memory follows
 * from them alone.
 *
 *     warifu-authority 1
 *     issued CA CERTIFICATE            hexadecimal
 *     revoked SERIAL TIME REASON       hexadecimal; seconds since 1970; RFC 5280 5.3.1
 *     list CA NUMBER
 */
#define _XOPEN_SOURCE 700
#include "host/authority_state.h"
#include "pki/crl_entry.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORMAT "warifu-authority 1"

enum { LINE_LEN = 2 * WF_CERTIFICATE_LEN + 64, WORDS = 4, LIST_MAX = 18 };

wf_authority_record *wf_authority_find(const wf_authority *a, const uint8_t serial[static WF_SERIAL_LEN]) {
    for (size_t i = 0; i < a->count; i++) {
        if (memcmp(a->records[i].serial, serial, WF_SERIAL_LEN) == 0) {
            return &a->records[i];
        }
    }
    return NULL;
}

/* ---- writing ---- */

static void write_hex(char *out, wf_bytes bytes) {
    for (size_t i = 0; i < bytes.len; i++) {
        snprintf(out + 2 * i, 3, "%02x", bytes.at[i]);
    }
}

/* Room for one more, before it is written down. */
static wf_error make_room(wf_authority *a) {
    if (a->count < a->capacity) {
        return WF_OK;
    }
    size_t capacity = a->capacity == 0 ? 16 : 2 * a->capacity;
    wf_authority_record *records = realloc(a->records, capacity * sizeof *records);
    if (records == NULL) {
        return WF_ERROR_CAPACITY;
    }
    a->records = records;
    a->capacity = capacity;
    return WF_OK;
}

static wf_error keep_issued(wf_authority *a, wf_authority_ca issuer, wf_bytes der) {
    wf_certificate certificate;
    wf_error error = make_room(a);
    if (error == WF_OK) {
        error = wf_certificate_parse(&certificate, der);
    }
    if (error != WF_OK) {
        return error;
    }
    wf_authority_record *record = &a->records[a->count++];
    *record = (wf_authority_record){.issuer = issuer, .der_len = der.len};
    memcpy(record->der, der.at, der.len);
    wf_serial_pad(record->serial, certificate.serial);
    return WF_OK;
}

wf_error wf_authority_note_issued(wf_authority *a, wf_authority_ca issuer, wf_bytes der) {
    char hex[2 * WF_CERTIFICATE_LEN + 1], line[LINE_LEN + 1];
    wf_error error = make_room(a);
    if (error != WF_OK) {
        return error;
    }
    write_hex(hex, der);
    snprintf(line, sizeof line, "issued %s %s\n", wf_authority_ca_name(issuer), hex);
    error = wf_authority_append(a, line);
    return error == WF_OK ? keep_issued(a, issuer, der) : error;
}

static void keep_revoked(wf_authority_record *record, wf_crl_reason reason, int64_t at) {
    record->revoked = true;
    record->reason = reason;
    record->revoked_at = at;
}

wf_error wf_authority_note_revoked(wf_authority *a, wf_authority_record *record, wf_crl_reason reason, int64_t at) {
    char hex[2 * WF_SERIAL_LEN + 1], line[128];
    write_hex(hex, wf_bytes_of(record->serial, sizeof record->serial));
    snprintf(line, sizeof line, "revoked %s %lld %d\n", hex, (long long)at, (int)reason);
    wf_error error = wf_authority_append(a, line);
    if (error == WF_OK) {
        keep_revoked(record, reason, at);
    }
    return error;
}

wf_error wf_authority_note_list(wf_authority *a, wf_authority_ca issuer, uint64_t number) {
    char line[64];
    snprintf(line, sizeof line, "list %s %llu\n", wf_authority_ca_name(issuer), (unsigned long long)number);
    wf_error error = wf_authority_append(a, line);
    if (error == WF_OK) {
        a->signers[issuer].list_number = number;
    }
    return error;
}

/* ---- reading ---- */

static bool read_ca(wf_authority_ca *out, const char *word) {
    for (unsigned which = 0; which < WF_CA_COUNT; which++) {
        if (strcmp(word, wf_authority_ca_name((wf_authority_ca)which)) == 0) {
            *out = (wf_authority_ca)which;
            return true;
        }
    }
    return false;
}

static bool read_hex(uint8_t *out, size_t capacity, size_t *len, const char *word) {
    static const char digits[] = "0123456789abcdef";
    *len = strlen(word) / 2;
    if (strlen(word) % 2 != 0 || *len == 0 || *len > capacity) {
        return false;
    }
    for (size_t i = 0; i < 2 * *len; i++) {
        const char *digit = strchr(digits, word[i]);
        if (digit == NULL) {
            return false;
        }
        unsigned high = i % 2 == 0 ? 0 : out[i / 2];
        out[i / 2] = (uint8_t)(high << 4 | (unsigned)(digit - digits));
    }
    return true;
}

/* Digits alone, so many that no number overflows. */
static bool read_number(long long *out, const char *word) {
    size_t len = strspn(word, "0123456789");
    if (len == 0 || len > LIST_MAX || word[len] != '\0') {
        return false;
    }
    *out = strtoll(word, NULL, 10);
    return true;
}

static bool read_issued(wf_authority *a, char **words) {
    uint8_t der[WF_CERTIFICATE_LEN];
    size_t len;
    wf_authority_ca issuer;
    return read_ca(&issuer, words[1]) && read_hex(der, sizeof der, &len, words[2]) &&
           keep_issued(a, issuer, wf_bytes_of(der, len)) == WF_OK;
}

static bool read_revoked(wf_authority *a, char **words) {
    uint8_t serial[WF_SERIAL_LEN];
    size_t len;
    long long at, reason;
    if (!read_hex(serial, sizeof serial, &len, words[1]) || len != sizeof serial || !read_number(&at, words[2]) ||
        !read_number(&reason, words[3]) || reason > WF_CRL_AA_COMPROMISE || !wf_crl_reason_is_known((unsigned)reason)) {
        return false;
    }
    wf_authority_record *record = wf_authority_find(a, serial);
    if (record == NULL || record->revoked) {
        return false;
    }
    keep_revoked(record, (wf_crl_reason)reason, at);
    return true;
}

static bool read_list(wf_authority *a, char **words) {
    wf_authority_ca issuer;
    long long number;
    if (!read_ca(&issuer, words[1]) || !read_number(&number, words[2]) ||
        (uint64_t)number <= a->signers[issuer].list_number) {
        return false;
    }
    a->signers[issuer].list_number = (uint64_t)number;
    return true;
}

static bool read_line(wf_authority *a, char *line, size_t number) {
    static const struct {
        const char *name;
        size_t words;
        bool (*read)(wf_authority *a, char **words);
    } kinds[] = {{"issued", 3, read_issued}, {"revoked", 4, read_revoked}, {"list", 3, read_list}};
    char *words[WORDS + 1], *rest = NULL;
    size_t count = 0;
    if (number == 1) {
        return strcmp(line, FORMAT) == 0;
    }
    for (char *word = strtok_r(line, " ", &rest); word != NULL && count <= WORDS; word = strtok_r(NULL, " ", &rest)) {
        words[count++] = word;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (count == kinds[i].words && strcmp(words[0], kinds[i].name) == 0) {
            return kinds[i].read(a, words);
        }
    }
    return false;
}

/* A last line without its end was cut by a failing power: the act was not told to anybody, and it goes. */
static wf_error drop_torn_line(wf_authority *a, off_t end) {
    return ftruncate(a->records_file, end) == 0 && fsync(a->records_file) == 0
               ? WF_OK
               : wf_authority_fail(a, WF_ERROR_STORE, true, "can't mend the records", NULL);
}

wf_error wf_authority_read_records(wf_authority *a) {
    int copy = dup(a->records_file);
    FILE *file = copy < 0 ? NULL : fdopen(copy, "r");
    char *line = NULL, place[32];
    size_t room = 0, number = 0;
    off_t end = 0;
    wf_error error = WF_OK;
    if (file == NULL) {
        return wf_authority_fail(a, WF_ERROR_STORE, true, "can't read the records", NULL);
    }
    for (ssize_t len; error == WF_OK && (len = getline(&line, &room, file)) > 0;) {
        if (line[len - 1] != '\n') {
            error = drop_torn_line(a, end);
            break;
        }
        line[len - 1] = '\0';
        number++;
        end += len;
        if ((size_t)len != strlen(line) + 1 || !read_line(a, line, number)) {
            snprintf(place, sizeof place, "%zu", number);
            error = wf_authority_fail(a, WF_ERROR_AUTHORITY, false, "the records are wrong in line", place);
        }
    }
    if (error == WF_OK && ferror(file)) {
        error = wf_authority_fail(a, WF_ERROR_STORE, true, "can't read the records", NULL);
    }
    if (error == WF_OK && number == 0) {
        error = wf_authority_append(a, FORMAT "\n");
    }
    free(line);
    fclose(file);
    return error;
}
