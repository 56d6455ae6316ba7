#include <warifu/frame.h>

static const struct {
    uint8_t esv;
    const char *name;
} services[] = {
    {WF_ESV_SETI_SNA, "SetI_SNA"},
    {WF_ESV_SETC_SNA, "SetC_SNA"},
    {WF_ESV_GET_SNA, "Get_SNA"},
    {WF_ESV_INF_SNA, "INF_SNA"},
    {WF_ESV_SETGET_SNA, "SetGet_SNA"},
    {WF_ESV_SETI, "SetI"},
    {WF_ESV_SETC, "SetC"},
    {WF_ESV_GET, "Get"},
    {WF_ESV_INF_REQ, "INF_REQ"},
    {WF_ESV_SETGET, "SetGet"},
    {WF_ESV_SET_RES, "Set_Res"},
    {WF_ESV_GET_RES, "Get_Res"},
    {WF_ESV_INF, "INF"},
    {WF_ESV_INFC, "INFC"},
    {WF_ESV_INFC_RES, "INFC_Res"},
    {WF_ESV_SETGET_RES, "SetGet_Res"},
};

static const char *service_name(uint8_t esv) {
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (services[i].esv == esv) {
            return services[i].name;
        }
    }
    return NULL;
}

bool wf_esv_known(uint8_t esv) {
    return service_name(esv) != NULL;
}

const char *wf_esv_name(uint8_t esv) {
    const char *name = service_name(esv);
    return name != NULL ? name : "reserved";
}

bool wf_esv_is_request(uint8_t esv) {
    return (esv >= WF_ESV_SETI && esv <= WF_ESV_INF_REQ) || esv == WF_ESV_SETGET || esv == WF_ESV_INFC;
}

bool wf_esv_has_two_lists(uint8_t esv) {
    return esv == WF_ESV_SETGET || esv == WF_ESV_SETGET_RES || esv == WF_ESV_SETGET_SNA;
}

static wf_eoj read_eoj(wf_reader *r) {
    wf_eoj class_code = wf_read_u16(r);
    return class_code << 8 | wf_read_u8(r);
}

static void write_eoj(wf_writer *w, wf_eoj eoj) {
    wf_write_u16(w, (uint16_t)(eoj >> 8));
    wf_write_u8(w, (uint8_t)eoj);
}

static wf_property read_property(wf_reader *r) {
    uint8_t epc = wf_read_u8(r);
    return (wf_property){epc, wf_read_bytes(r, wf_read_u8(r))};
}

static wf_property_list read_list(wf_reader *r) {
    uint8_t count = wf_read_u8(r);
    wf_reader start = *r;
    for (unsigned i = 0; i < count; i++) {
        read_property(r);
    }
    return (wf_property_list){count, wf_read_bytes(&start, r->failed ? 0 : start.left - r->left)};
}

static wf_error read_edata(wf_frame *out, wf_reader *r) {
    out->seoj = read_eoj(r);
    out->deoj = read_eoj(r);
    out->esv = wf_read_u8(r);
    out->list = read_list(r);
    if (wf_esv_has_two_lists(out->esv)) {
        out->gets = read_list(r);
    }
    out->trailing = wf_read_rest(r);
    return r->failed ? WF_ERROR_FRAME : WF_OK;
}

wf_error wf_frame_parse(wf_frame *out, wf_bytes datagram) {
    wf_reader r = wf_reader_of(datagram);
    *out = (wf_frame){0};
    uint8_t ehd1 = wf_read_u8(&r);
    out->ehd2 = wf_read_u8(&r);
    out->tid = wf_read_u16(&r);
    if (r.failed || ehd1 != WF_EHD1) {
        return WF_ERROR_FRAME;
    }
    if (out->ehd2 == WF_EHD2_ARBITRARY) {
        out->arbitrary = wf_read_rest(&r);
        return WF_OK;
    }
    return out->ehd2 == WF_EHD2_SPECIFIED ? read_edata(out, &r) : WF_ERROR_FRAME;
}

wf_error wf_edata_parse(wf_frame *out, wf_bytes edata) {
    wf_reader r = wf_reader_of(edata);
    *out = (wf_frame){.ehd2 = WF_EHD2_SPECIFIED};
    return read_edata(out, &r);
}

bool wf_property_next(const wf_property_list *list, size_t *at, wf_property *out) {
    wf_reader r = wf_reader_of(list->bytes);
    wf_read_bytes(&r, *at);
    if (r.failed || r.left == 0) {
        return false;
    }
    *out = read_property(&r);
    *at = list->bytes.len - r.left;
    return !r.failed;
}

static void begin_list(wf_frame_writer *w, size_t reserved) {
    w->count_at = w->out->len;
    w->count = 0;
    w->reserved = reserved;
    wf_write_u8(w->out, 0);
}

wf_frame_writer wf_edata_begin(wf_writer *out, wf_eoj seoj, wf_eoj deoj, uint8_t esv) {
    wf_frame_writer w = {.out = out};
    size_t second_count = wf_esv_has_two_lists(esv) ? 1 : 0;
    write_eoj(out, seoj);
    write_eoj(out, deoj);
    w.esv_at = out->len;
    wf_write_u8(out, esv);
    begin_list(&w, second_count);
    if (out->capacity - out->len < second_count) {
        out->overflow = true;
    }
    return w;
}

wf_frame_writer wf_frame_begin(wf_writer *out, uint16_t tid, wf_eoj seoj, wf_eoj deoj, uint8_t esv) {
    wf_write_u8(out, WF_EHD1);
    wf_write_u8(out, WF_EHD2_SPECIFIED);
    wf_write_u16(out, tid);
    return wf_edata_begin(out, seoj, deoj, esv);
}

bool wf_frame_fits(const wf_frame_writer *w, size_t edt_len) {
    return !w->out->overflow && w->count < UINT8_MAX && edt_len <= WF_EDT_LEN &&
           2 + edt_len + w->reserved <= w->out->capacity - w->out->len;
}

bool wf_frame_property(wf_frame_writer *w, uint8_t epc, wf_bytes edt) {
    if (!wf_frame_fits(w, edt.len)) {
        return false;
    }
    wf_write_u8(w->out, epc);
    wf_write_u8(w->out, (uint8_t)edt.len);
    wf_write_view(w->out, edt);
    w->out->start[w->count_at] = (uint8_t)++w->count;
    return true;
}

void wf_frame_gets(wf_frame_writer *w) {
    begin_list(w, 0);
}

void wf_frame_set_esv(wf_frame_writer *w, uint8_t esv) {
    if (!w->out->overflow) {
        w->out->start[w->esv_at] = esv;
    }
}

void wf_frame_arbitrary(wf_writer *out, uint16_t tid, wf_bytes arbitrary) {
    wf_write_u8(out, WF_EHD1);
    wf_write_u8(out, WF_EHD2_ARBITRARY);
    wf_write_u16(out, tid);
    wf_write_view(out, arbitrary);
}
