/* A file store in a directory of the test's own, and ways to hurt its slots. */
#ifndef WARIFU_STORE_PLACE_H
#define WARIFU_STORE_PLACE_H

#include "check.h"
#include "io/file_slot.h"
#include <dirent.h>
#include <errno.h>
#include <unistd.h>

enum { ID = 0x2A, LARGE = WF_STORE_ENTRY_LEN };

static wf_file_store store;
static wf_store vtable;
static char place[300];

static inline void remove_tree(const char *path) {
    char inner[600];
    DIR *list = opendir(path);
    if (list != NULL) {
        for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
                snprintf(inner, sizeof inner, "%.300s/%.255s", path, entry->d_name);
                remove_tree(inner);
            }
        }
        closedir(list);
    }
    CHECK(remove(path) == 0 || errno == ENOENT);
}

static inline void clean_up(void) {
    if (place[0] != '\0') {
        remove_tree(place);
        place[0] = '\0';
    }
}

/* A directory of this case alone. */
static inline void start(void) {
    const char *base = getenv("TMPDIR");
    snprintf(place, sizeof place, "%.200s/warifu-store-XXXXXX", base != NULL ? base : "/tmp");
    CHECK(mkdtemp(place) != NULL);
    CHECK_OK(wf_file_store_open(&store, place));
    vtable = wf_file_store_as_store(&store);
}

static inline void finish(void) {
    wf_file_store_close(&store);
    clean_up();
}

static inline void reopen(void) {
    wf_file_store_close(&store);
    CHECK_OK(wf_file_store_open(&store, place));
}

static inline wf_error save_text(uint16_t id, const char *text) {
    return vtable.save(vtable.context, id, (const uint8_t *)text, strlen(text));
}

static inline bool holds(uint16_t id, const char *text) {
    uint8_t out[WF_STORE_ENTRY_LEN];
    size_t len = 99;
    CHECK_OK(vtable.load(vtable.context, id, out, sizeof out, &len));
    return len == strlen(text) && memcmp(out, text, len) == 0;
}

static inline wf_error load_error(uint16_t id) {
    uint8_t out[WF_STORE_ENTRY_LEN];
    size_t len;
    return vtable.load(vtable.context, id, out, sizeof out, &len);
}

static inline const char *slot_path(int which) {
    static char path[400];
    snprintf(path, sizeof path, "%s/%04x.%c", place, ID, which == 0 ? 'a' : 'b');
    return path;
}

static inline size_t read_slot(int which, uint8_t *out, size_t capacity) {
    FILE *file = fopen(slot_path(which), "rb");
    CHECK(file != NULL);
    size_t len = fread(out, 1, capacity, file);
    fclose(file);
    return len;
}

static inline void write_slot(int which, const uint8_t *bytes, size_t len) {
    FILE *file = fopen(slot_path(which), "wb");
    CHECK(file != NULL && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

static inline void flip(int which, size_t at) {
    uint8_t bytes[WF_FILE_SLOT_LEN];
    size_t len = read_slot(which, bytes, sizeof bytes);
    bytes[at % len] ^= 0x10;
    write_slot(which, bytes, len);
}

static inline bool slot_exists(int which) {
    return access(slot_path(which), F_OK) == 0;
}

/* Writes a slot of this generation as if a power cut had kept the store from writing the other one. */
static inline void write_entry(int which, uint64_t generation, const char *text) {
    uint8_t bytes[WF_FILE_SLOT_LEN];
    size_t len;
    wf_file_slot slot = {.id = ID, .generation = generation, .data = wf_bytes_of((const uint8_t *)text, strlen(text))};
    wf_writer w = wf_writer_of(bytes, sizeof bytes);
    wf_file_slot_write(&w, &slot);
    CHECK_OK(wf_writer_finish(&w, &len));
    write_slot(which, bytes, len);
}

static inline bool slots_are_alike(void) {
    uint8_t bytes[2][WF_FILE_SLOT_LEN];
    size_t len = read_slot(0, bytes[0], WF_FILE_SLOT_LEN);
    return read_slot(1, bytes[1], WF_FILE_SLOT_LEN) == len && memcmp(bytes[0], bytes[1], len) == 0;
}

#endif
