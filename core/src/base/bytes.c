#include <string.h>
#include <warifu/bytes.h>

wf_bytes wf_bytes_of(const uint8_t *at, size_t len) {
    return (wf_bytes){at, len};
}

bool wf_bytes_equal(wf_bytes a, wf_bytes b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

wf_reader wf_reader_of(wf_bytes bytes) {
    return (wf_reader){bytes.at, bytes.len, false};
}

void wf_reader_fail(wf_reader *r) {
    r->failed = true;
    r->left = 0;
}

wf_bytes wf_read_bytes(wf_reader *r, size_t len) {
    if (r->failed || len > r->left) {
        wf_reader_fail(r);
        return (wf_bytes){NULL, 0};
    }
    wf_bytes view = {r->at, len};
    if (len > 0) {
        r->at += len;
        r->left -= len;
    }
    return view;
}

wf_bytes wf_read_rest(wf_reader *r) {
    return wf_read_bytes(r, r->left);
}

void wf_read_copy(wf_reader *r, uint8_t *out, size_t len) {
    wf_bytes view = wf_read_bytes(r, len);
    if (view.len == len && len > 0) {
        memcpy(out, view.at, len);
    } else if (len > 0) {
        memset(out, 0, len);
    }
}

static uint64_t read_number(wf_reader *r, size_t len) {
    wf_bytes view = wf_read_bytes(r, len);
    uint64_t value = 0;
    for (size_t i = 0; i < view.len; i++) {
        value = value << 8 | view.at[i];
    }
    return value;
}

uint8_t wf_read_u8(wf_reader *r) {
    return (uint8_t)read_number(r, 1);
}

uint16_t wf_read_u16(wf_reader *r) {
    return (uint16_t)read_number(r, 2);
}

uint32_t wf_read_u32(wf_reader *r) {
    return (uint32_t)read_number(r, 4);
}

uint64_t wf_read_u64(wf_reader *r) {
    return read_number(r, 8);
}

wf_error wf_reader_finish(const wf_reader *r) {
    if (r->failed) {
        return WF_ERROR_TRUNCATED;
    }
    return r->left == 0 ? WF_OK : WF_ERROR_TRAILING;
}

wf_writer wf_writer_of(uint8_t *start, size_t capacity) {
    return (wf_writer){start, capacity, 0, false};
}

uint8_t *wf_write_space(wf_writer *w, size_t len) {
    if (w->overflow || len > w->capacity - w->len) {
        w->overflow = true;
        return NULL;
    }
    uint8_t *space = w->start + w->len;
    w->len += len;
    return space;
}

void wf_write_bytes(wf_writer *w, const uint8_t *at, size_t len) {
    if (len == 0) {
        return;
    }
    uint8_t *space = wf_write_space(w, len);
    if (space != NULL) {
        memmove(space, at, len);
    }
}

void wf_write_view(wf_writer *w, wf_bytes bytes) {
    wf_write_bytes(w, bytes.at, bytes.len);
}

static void write_number(wf_writer *w, uint64_t value, size_t len) {
    uint8_t *space = wf_write_space(w, len);
    if (space == NULL) {
        return;
    }
    for (size_t i = len; i-- > 0; value >>= 8) {
        space[i] = (uint8_t)value;
    }
}

void wf_write_u8(wf_writer *w, uint8_t value) {
    write_number(w, value, 1);
}

void wf_write_u16(wf_writer *w, uint16_t value) {
    write_number(w, value, 2);
}

void wf_write_u32(wf_writer *w, uint32_t value) {
    write_number(w, value, 4);
}

void wf_write_u64(wf_writer *w, uint64_t value) {
    write_number(w, value, 8);
}

wf_error wf_writer_finish(const wf_writer *w, size_t *len) {
    *len = w->overflow ? 0 : w->len;
    return w->overflow ? WF_ERROR_TOO_SMALL : WF_OK;
}
