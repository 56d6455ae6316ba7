#include "da/revocation.h"

#include <string.h>

/* A list lies in the store as a head, and its ids in pages of one of two banks: the head names the bank, so writing it
 * makes the whole list count at once. */
enum {
    VERSION = 1,
    HEAD_LEN = 1 + WF_HASH_LEN + 8 + 8 + 8 + 4 + 4 + 1 + 1,
    PAGE_IDS = 240,
    PAGE_LEN = PAGE_IDS * WF_SHORT_ID_LEN,
    PAGES = WF_REVOKED_AT_MOST / PAGE_IDS,
    BANKS = 2
};

wf_error wf_short_id_of(wf_short_id *out, const wf_certificate_id *id) {
    uint8_t hash[WF_HASH_LEN];
    const wf_bytes parts[] = {wf_bytes_of(id->issuer, sizeof id->issuer), wf_bytes_of(id->serial, sizeof id->serial)};
    wf_error error = wf_sha256(hash, parts, 2);
    if (error == WF_OK) {
        memcpy(out->bytes, hash, sizeof out->bytes);
    }
    return error;
}

static uint16_t page_id(size_t list, unsigned bank, uint32_t page) {
    return (uint16_t)(WF_STORE_REVOKED + (list * BANKS + bank) * PAGES + page);
}

static bool is_free(const wf_revocation_list *list) {
    static const uint8_t nobody[WF_HASH_LEN];
    return memcmp(list->crl.issuer, nobody, sizeof nobody) == 0;
}

/* ---- the heads ---- */

static wf_error read_head(wf_revocation_list *list, wf_bytes entry) {
    wf_reader r = wf_reader_of(entry);
    if (wf_read_u8(&r) != VERSION) {
        return WF_ERROR_STORE_VERSION;
    }
    wf_read_copy(&r, list->crl.issuer, sizeof list->crl.issuer);
    list->crl.number = wf_read_u64(&r);
    list->crl.this_update = (int64_t)wf_read_u64(&r);
    list->crl.next_update = (int64_t)wf_read_u64(&r);
    list->crl.entries = wf_read_u32(&r);
    list->kept = wf_read_u32(&r);
    list->bank = wf_read_u8(&r);
    uint8_t applied = wf_read_u8(&r);
    list->applied = applied != 0;
    bool is_sound =
        wf_reader_finish(&r) == WF_OK && applied <= 1 && list->kept <= WF_REVOKED_AT_MOST && list->bank < BANKS;
    return is_sound ? WF_OK : WF_ERROR_STORE_DAMAGED;
}

static wf_error save_head(const wf_revocation *revocation, size_t at, const wf_revocation_list *list) {
    uint8_t entry[HEAD_LEN];
    size_t len;
    wf_writer w = wf_writer_of(entry, sizeof entry);
    wf_write_u8(&w, VERSION);
    wf_write_bytes(&w, list->crl.issuer, sizeof list->crl.issuer);
    wf_write_u64(&w, list->crl.number);
    wf_write_u64(&w, (uint64_t)list->crl.this_update);
    wf_write_u64(&w, (uint64_t)list->crl.next_update);
    wf_write_u32(&w, list->crl.entries);
    wf_write_u32(&w, list->kept);
    wf_write_u8(&w, list->bank);
    wf_write_u8(&w, list->applied);
    wf_error error = wf_writer_finish(&w, &len);
    return error != WF_OK
               ? error
               : revocation->store.save(revocation->store.context, (uint16_t)(WF_STORE_LISTS + at), entry, len);
}

wf_error wf_revocation_load(wf_revocation *revocation) {
    for (size_t i = 0; revocation->store.load != NULL && i < WF_REVOCATION_LISTS; i++) {
        uint8_t entry[HEAD_LEN];
        size_t len = 0;
        wf_error error = revocation->store.load(revocation->store.context, (uint16_t)(WF_STORE_LISTS + i), entry,
                                                sizeof entry, &len);
        if (error == WF_OK && len > 0) {
            error = read_head(&revocation->lists[i], wf_bytes_of(entry, len));
        }
        if (error != WF_OK) {
            return error == WF_ERROR_TOO_SMALL ? WF_ERROR_STORE_VERSION : error;
        }
    }
    return WF_OK;
}

/* ---- a new list ---- */

void wf_revocation_gather(wf_revocation *revocation, const wf_short_id *id) {
    if (revocation->count < revocation->room) {
        revocation->gathered[revocation->count] = *id;
    }
    revocation->count++;
}

const wf_revocation_list *wf_revocation_next(const wf_revocation *revocation, unsigned *at) {
    while (*at < WF_REVOCATION_LISTS) {
        const wf_revocation_list *list = &revocation->lists[(*at)++];
        if (!is_free(list)) {
            return list;
        }
    }
    return NULL;
}

const wf_revocation_list *wf_revocation_of(const wf_revocation *revocation, const uint8_t issuer[static WF_HASH_LEN]) {
    for (size_t i = 0; i < WF_REVOCATION_LISTS; i++) {
        const wf_revocation_list *list = &revocation->lists[i];
        if (!is_free(list) && memcmp(list->crl.issuer, issuer, WF_HASH_LEN) == 0) {
            return list;
        }
    }
    return NULL;
}

static size_t place_for(const wf_revocation *revocation, const uint8_t issuer[static WF_HASH_LEN]) {
    const wf_revocation_list *held = wf_revocation_of(revocation, issuer);
    if (held != NULL) {
        return (size_t)(held - revocation->lists);
    }
    size_t at = 0;
    while (at < WF_REVOCATION_LISTS && !is_free(&revocation->lists[at])) {
        at++;
    }
    return at;
}

wf_error wf_revocation_admit(const wf_revocation *revocation, const wf_crl *crl) {
    const wf_revocation_list *held = wf_revocation_of(revocation, crl->issuer);
    if (revocation->store.save == NULL) {
        return WF_ERROR_STATE;
    }
    if (held != NULL) {
        return wf_crl_follows(crl, &held->crl);
    }
    return place_for(revocation, crl->issuer) < WF_REVOCATION_LISTS ? WF_OK : WF_ERROR_CAPACITY;
}

static wf_error save_pages(const wf_revocation *revocation, size_t at, unsigned bank, uint32_t kept) {
    wf_error error = WF_OK;
    for (uint32_t first = 0; first < kept && error == WF_OK; first += PAGE_IDS) {
        uint32_t count = kept - first < PAGE_IDS ? kept - first : PAGE_IDS;
        error = revocation->store.save(revocation->store.context, page_id(at, bank, first / PAGE_IDS),
                                       revocation->gathered[first].bytes, count * WF_SHORT_ID_LEN);
    }
    return error;
}

wf_error wf_revocation_keep(wf_revocation *revocation, const wf_crl *crl) {
    wf_error error = wf_revocation_admit(revocation, crl);
    if (error != WF_OK) {
        return error;
    }
    size_t at = place_for(revocation, crl->issuer);
    uint32_t kept = revocation->count < revocation->room ? revocation->count : revocation->room;
    wf_revocation_list list = {.crl = *crl, .kept = kept, .bank = (uint8_t)(1 - revocation->lists[at].bank)};
    error = save_pages(revocation, at, list.bank, kept);
    if (error == WF_OK) {
        error = save_head(revocation, at, &list);
    }
    if (error == WF_OK) {
        revocation->lists[at] = list;
    }
    return error;
}

wf_error wf_revocation_applied(wf_revocation *revocation, const uint8_t issuer[static WF_HASH_LEN]) {
    size_t at = place_for(revocation, issuer);
    wf_revocation_list list = revocation->lists[at];
    list.applied = true;
    wf_error error = save_head(revocation, at, &list);
    if (error == WF_OK) {
        revocation->lists[at] = list;
    }
    return error;
}

/* ---- looking up ---- */

static bool is_on_page(const uint8_t *page, size_t len, const wf_short_id *id) {
    for (size_t at = 0; at + WF_SHORT_ID_LEN <= len; at += WF_SHORT_ID_LEN) {
        if (memcmp(page + at, id->bytes, sizeof id->bytes) == 0) {
            return true;
        }
    }
    return false;
}

wf_error wf_revocation_check(const wf_revocation *revocation, const wf_revocation_list *list, const wf_short_id *id) {
    size_t at = (size_t)(list - revocation->lists);
    uint8_t page[PAGE_LEN];
    for (uint32_t first = 0; first < list->kept; first += PAGE_IDS) {
        size_t expected = (list->kept - first < PAGE_IDS ? list->kept - first : PAGE_IDS) * WF_SHORT_ID_LEN;
        size_t len = 0;
        wf_error error = revocation->store.load(revocation->store.context, page_id(at, list->bank, first / PAGE_IDS),
                                                page, sizeof page, &len);
        if (error != WF_OK || len != expected) {
            return error != WF_OK ? error : WF_ERROR_STORE_DAMAGED;
        }
        if (is_on_page(page, len, id)) {
            return WF_ERROR_REVOKED;
        }
    }
    return WF_OK;
}
