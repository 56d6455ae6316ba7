#include <warifu/wire.h>

enum {
    HELLO_DEVICE = 1,
    HELLO_CONTROLLER = 2,
    HELLO_WINDOW_OPEN = 4,
    HELLO_HAS_PAIRINGS = 8,
    HELLO_DEMANDS_CODE = 16,
    HELLO_DEMANDS_ROOT = 32,
    SUITE_2_BIT = 1,
    SUITE_3_BIT = 2,
    KNOWN_MESSAGE_1_FLAGS = WF_DA_HAS_COOKIE | WF_DA_HAS_TAG | WF_DA_TAG_COVERS_WAKE | WF_DA_TAG_OF_CODE
};

enum { BY_UNICAST = 1, BY_MULTICAST = 2, EITHER_WAY = 3 };

static const struct {
    uint8_t type, ways;
    const char *name;
} types[] = {
    {WF_DA_HELLO, EITHER_WAY, "hello"},         {WF_DA_HELLO_ANSWER, BY_UNICAST, "hello_answer"},
    {WF_DA_MESSAGE_1, BY_UNICAST, "message_1"}, {WF_DA_RETRY, BY_UNICAST, "retry"},
    {WF_DA_MESSAGE_2, BY_UNICAST, "message_2"}, {WF_DA_MESSAGE_3, BY_UNICAST, "message_3"},
    {WF_DA_MESSAGE_4, BY_UNICAST, "message_4"}, {WF_DA_EDHOC_ERROR, BY_UNICAST, "edhoc_error"},
    {WF_DA_REQUEST, BY_UNICAST, "request"},     {WF_DA_ANSWER, BY_UNICAST, "answer"},
    {WF_DA_GROUP, BY_MULTICAST, "group"},       {WF_DA_WAKE, EITHER_WAY, "wake"},
};

const char *wf_da_type_name(uint8_t type) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].type == type) {
            return types[i].name;
        }
    }
    return "reserved";
}

bool wf_da_type_may_come(uint8_t type, bool multicast) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].type == type) {
            return (types[i].ways & (multicast ? BY_MULTICAST : BY_UNICAST)) != 0;
        }
    }
    return false;
}

static void read_hello(wf_hello *out, wf_reader *r) {
    uint8_t flags = wf_read_u8(r);
    uint8_t suites = wf_read_u8(r);
    out->is_device = (flags & HELLO_DEVICE) != 0;
    out->is_controller = (flags & HELLO_CONTROLLER) != 0;
    out->window_open = (flags & HELLO_WINDOW_OPEN) != 0;
    out->has_pairings = (flags & HELLO_HAS_PAIRINGS) != 0;
    out->demands_code = (flags & HELLO_DEMANDS_CODE) != 0;
    out->demands_root = (flags & HELLO_DEMANDS_ROOT) != 0;
    out->takes_suite_2 = (suites & SUITE_2_BIT) != 0;
    out->takes_suite_3 = (suites & SUITE_3_BIT) != 0;
    out->window_seconds = wf_read_u16(r);
    wf_read_u8(r); /* reserved */
}

void wf_da_write_hello(wf_writer *out, const wf_hello *hello) {
    unsigned flags = (hello->is_device ? HELLO_DEVICE : 0u) | (hello->is_controller ? HELLO_CONTROLLER : 0u) |
                     (hello->window_open ? HELLO_WINDOW_OPEN : 0u) | (hello->has_pairings ? HELLO_HAS_PAIRINGS : 0u) |
                     (hello->demands_code ? HELLO_DEMANDS_CODE : 0u) | (hello->demands_root ? HELLO_DEMANDS_ROOT : 0u);
    unsigned suites = (hello->takes_suite_2 ? SUITE_2_BIT : 0u) | (hello->takes_suite_3 ? SUITE_3_BIT : 0u);
    wf_write_u8(out, (uint8_t)flags);
    wf_write_u8(out, (uint8_t)suites);
    wf_write_u16(out, hello->window_seconds);
    wf_write_u8(out, 0);
}

static void read_message_1(wf_da_frame *out, wf_reader *r) {
    out->flags = wf_read_u8(r);
    unsigned about_the_tag = out->flags & (WF_DA_TAG_COVERS_WAKE | WF_DA_TAG_OF_CODE);
    if ((out->flags & ~KNOWN_MESSAGE_1_FLAGS) != 0 || about_the_tag == (WF_DA_TAG_COVERS_WAKE | WF_DA_TAG_OF_CODE) ||
        (about_the_tag != 0 && (out->flags & WF_DA_HAS_TAG) == 0)) {
        wf_reader_fail(r);
    }
    if ((out->flags & WF_DA_HAS_COOKIE) != 0) {
        out->cookie = wf_read_bytes(r, WF_DA_COOKIE_LEN);
    }
    if ((out->flags & WF_DA_HAS_TAG) != 0) {
        out->tag = wf_read_bytes(r, WF_DA_TAG_LEN);
    }
    out->payload = wf_read_rest(r);
}

static void read_record_head(wf_da_frame *out, wf_reader *r, wf_bytes datagram) {
    uint8_t lengths = wf_read_u8(r);
    size_t kid_len = lengths >> 4, piv_len = lengths & 0x0F;
    if (kid_len < 1 || kid_len > WF_DA_KID_LEN || piv_len < 1 || piv_len > WF_DA_PIV_LEN) {
        wf_reader_fail(r);
    }
    out->kid = wf_read_bytes(r, kid_len);
    wf_bytes piv = wf_read_bytes(r, piv_len);
    if (piv.len > 1 && piv.at[0] == 0) {
        wf_reader_fail(r); /* one number, one form (RFC 8613 6.1) */
    }
    for (size_t i = 0; i < piv.len; i++) {
        out->piv = out->piv << 8 | piv.at[i];
    }
    out->clear = wf_bytes_of(datagram.at, datagram.len - r->left);
}

static void read_record(wf_da_frame *out, wf_reader *r, wf_bytes datagram) {
    read_record_head(out, r, datagram);
    out->payload = wf_read_rest(r);
    if (out->payload.len <= WF_CCM_TAG_LEN) {
        wf_reader_fail(r); /* at least the kind stands before the tag */
    }
}

static void read_group_record(wf_da_frame *out, wf_reader *r, wf_bytes datagram) {
    out->gid = wf_read_bytes(r, WF_DA_GID_LEN);
    read_record_head(out, r, datagram);
    if (datagram.len > WF_DATAGRAM_LEN || r->left <= WF_CCM_TAG_LEN + WF_P256_SIGNATURE_LEN) {
        wf_reader_fail(r);
        return;
    }
    out->payload = wf_read_bytes(r, r->left - WF_P256_SIGNATURE_LEN);
    out->signature = wf_read_rest(r);
}

static void read_body(wf_da_frame *out, wf_reader *r, wf_bytes datagram) {
    switch (out->type) {
    case WF_DA_HELLO:
        (void)wf_read_bytes(r, WF_DA_HELLO_LEN);
        break;
    case WF_DA_HELLO_ANSWER:
        read_hello(&out->hello, r);
        break;
    case WF_DA_MESSAGE_1:
        read_message_1(out, r);
        break;
    case WF_DA_RETRY:
        out->cookie = wf_read_bytes(r, WF_DA_COOKIE_LEN);
        break;
    case WF_DA_MESSAGE_3:
        out->connection_id = wf_read_u8(r);
        out->payload = wf_read_rest(r);
        break;
    case WF_DA_MESSAGE_2:
    case WF_DA_MESSAGE_4:
    case WF_DA_EDHOC_ERROR:
        out->payload = wf_read_rest(r);
        break;
    case WF_DA_REQUEST:
    case WF_DA_ANSWER:
        read_record(out, r, datagram);
        break;
    case WF_DA_GROUP:
        read_group_record(out, r, datagram);
        break;
    case WF_DA_WAKE:
        out->hint = wf_read_bytes(r, WF_DA_HINT_LEN);
        out->nonce = wf_read_bytes(r, WF_DA_NONCE_LEN);
        out->tag = wf_read_bytes(r, WF_DA_TAG_LEN);
        (void)wf_read_bytes(r, WF_DA_WAKE_PADDING);
        break;
    default:
        wf_reader_fail(r);
    }
}

wf_error wf_da_frame_parse(wf_da_frame *out, wf_bytes datagram) {
    *out = (wf_da_frame){0};
    wf_reader r = wf_reader_of(datagram);
    if (wf_read_u8(&r) != WF_EHD1 || wf_read_u8(&r) != WF_EHD2_ARBITRARY) {
        return WF_ERROR_FRAME;
    }
    out->tid = wf_read_u16(&r);
    out->type = wf_read_u8(&r);
    read_body(out, &r, datagram);
    return wf_reader_finish(&r) == WF_OK ? WF_OK : WF_ERROR_FRAME;
}

void wf_da_write_header(wf_writer *out, uint16_t tid, wf_da_type type) {
    wf_write_u8(out, WF_EHD1);
    wf_write_u8(out, WF_EHD2_ARBITRARY);
    wf_write_u16(out, tid);
    wf_write_u8(out, (uint8_t)type);
}

size_t wf_da_piv_bytes(uint8_t out[static WF_DA_PIV_LEN], uint64_t piv) {
    size_t len = 1;
    while (len < WF_DA_PIV_LEN && piv >> (8 * len) != 0) {
        len++;
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(piv >> (8 * (len - 1 - i)));
    }
    return len;
}

void wf_da_write_record_head(wf_writer *out, wf_bytes kid, uint64_t piv) {
    uint8_t bytes[WF_DA_PIV_LEN];
    size_t len = wf_da_piv_bytes(bytes, piv);
    wf_write_u8(out, (uint8_t)(kid.len << 4 | len));
    wf_write_view(out, kid);
    wf_write_bytes(out, bytes, len);
}
