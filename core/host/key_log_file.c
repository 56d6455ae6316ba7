#define _XOPEN_SOURCE 700
#include "growing_file.h"
#include "words.h"

#include <string.h>
#include <time.h>

enum { LINE_LEN = 512 };

wf_error wf_key_log_file_open(wf_key_log_file *file, const char *path) {
    return wf_growing_file_open(&file->file, path, true);
}

void wf_key_log_file_close(wf_key_log_file *file) {
    wf_growing_file_close(&file->file);
}

static void put(wf_text *text, const char *key, wf_bytes bytes) {
    wf_text_put(text, "\",\"");
    wf_text_put(text, key);
    wf_text_put(text, "\":\"");
    wf_words_hex(text, bytes);
}

static void begin(wf_text *text) {
    wf_text_put(text, "{\"time\":");
    wf_text_number(text, (int64_t)time(NULL), 0);
    wf_text_put(text, ",\"");
}

/* The end of a line. What can't be written is said by the file's system_error: nobody is there to take an error. */
static void add(wf_key_log_file *file, wf_text *text) {
    wf_text_put(text, "\"}\n");
    wf_error ignored = wf_growing_file_add(&file->file, wf_bytes_of((const uint8_t *)text->at, text->len));
    (void)ignored;
    wf_wipe(text->at, text->size);
}

static void log_session(void *context, const wf_session_keys *keys) {
    wf_key_log_file *file = context;
    char line[LINE_LEN], address[WF_ADDRESS_TEXT_LEN];
    wf_text text = wf_text_of(line, sizeof line);
    begin(&text);
    wf_text_put(&text, "address\":\"");
    wf_text_put(&text, wf_address_format(address, &keys->peer));
    put(&text, "controller_kid", keys->controller_kid);
    put(&text, "controller_key", keys->controller_key);
    put(&text, "device_kid", keys->device_kid);
    put(&text, "device_key", keys->device_key);
    put(&text, "common_iv", keys->common_iv);
    add(file, &text);
}

static void log_group(void *context, const wf_group_epoch_keys *keys) {
    char line[LINE_LEN];
    wf_text text = wf_text_of(line, sizeof line);
    begin(&text);
    wf_text_put(&text, "gid\":\"");
    wf_words_hex(&text, keys->gid);
    put(&text, "prk", keys->prk);
    put(&text, "signature_key", keys->signature_key);
    put(&text, "common_iv", keys->common_iv);
    put(&text, "manager", keys->manager);
    add(context, &text);
}

wf_key_log wf_key_log_file_log(wf_key_log_file *file) {
    return (wf_key_log){log_session, log_group, file};
}
