/* The ECHONET Lite frame (Ver. 1.14 Part II chapter 3), both formats, as views into the datagram.
 *
 * Parsing checks the whole frame once; after that the properties are walked without failure. Nothing is copied.
 */
#ifndef WARIFU_FRAME_H
#define WARIFU_FRAME_H

#include <warifu/bytes.h>
#include <warifu/datagram.h>
#include <warifu/eoj.h>

WF_C_BEGIN

enum { WF_EDT_LEN = 255 };

typedef enum wf_esv {
    WF_ESV_SETI_SNA = 0x50,
    WF_ESV_SETC_SNA = 0x51,
    WF_ESV_GET_SNA = 0x52,
    WF_ESV_INF_SNA = 0x53,
    WF_ESV_SETGET_SNA = 0x5E,
    WF_ESV_SETI = 0x60,
    WF_ESV_SETC = 0x61,
    WF_ESV_GET = 0x62,
    WF_ESV_INF_REQ = 0x63,
    WF_ESV_SETGET = 0x6E,
    WF_ESV_SET_RES = 0x71,
    WF_ESV_GET_RES = 0x72,
    WF_ESV_INF = 0x73,
    WF_ESV_INFC = 0x74,
    WF_ESV_INFC_RES = 0x7A,
    WF_ESV_SETGET_RES = 0x7E
} wf_esv;

bool wf_esv_known(uint8_t esv);
bool wf_esv_is_request(uint8_t esv);    /* 60 61 62 63 6E 74: something that an object may answer */
bool wf_esv_has_two_lists(uint8_t esv); /* SetGet and its answers */
const char *wf_esv_name(uint8_t esv);   /* "Get_Res"; "reserved" for unknown ones */

/* One property: EPC and EDT (empty when PDC is 0). */
typedef struct wf_property {
    uint8_t epc;
    wf_bytes edt;
} wf_property;

/* A list of properties as it stands in a frame: OPC and the bytes of its properties. */
typedef struct wf_property_list {
    uint8_t count;
    wf_bytes bytes;
} wf_property_list;

typedef struct wf_frame {
    uint8_t ehd2; /* WF_EHD2_SPECIFIED or WF_EHD2_ARBITRARY */
    uint16_t tid;
    wf_eoj seoj, deoj;
    uint8_t esv;           /* 0 in format 2 */
    wf_property_list list; /* the only list; the set list of the SetGet family */
    wf_property_list gets; /* the get list of the SetGet family */
    wf_bytes arbitrary;    /* format 2: everything after the TID */
    wf_bytes trailing;     /* bytes after the last property; tolerated */
} wf_frame;

/* Errors: FRAME. Unknown ESVs and OPC 0 parse; what to do with them is the node's rule. */
WF_MUST_CHECK wf_error wf_frame_parse(wf_frame *out, wf_bytes datagram);
/* EDATA alone (SEOJ to the last property), as protected records carry it: format 1 with TID 0. Errors: FRAME. */
WF_MUST_CHECK wf_error wf_edata_parse(wf_frame *out, wf_bytes edata);

/* Walks a list: `*at` starts at 0; false at the end. */
bool wf_property_next(const wf_property_list *list, size_t *at, wf_property *out);

/* Writes a frame step by step: header, properties, and for SetGet wf_frame_gets between the lists. Until then one byte
 * of the buffer is kept for the second OPC, so that wf_frame_gets succeeds whenever the header fitted. */
typedef struct wf_frame_writer {
    wf_writer *out;
    size_t esv_at, count_at;
    size_t reserved;
    unsigned count;
} wf_frame_writer;
wf_frame_writer wf_frame_begin(wf_writer *out, uint16_t tid, wf_eoj seoj, wf_eoj deoj, uint8_t esv);
wf_frame_writer wf_edata_begin(wf_writer *out, wf_eoj seoj, wf_eoj deoj, uint8_t esv);
/* False (and nothing written) when the property does not fit the buffer, the list is full or the EDT too long. */
bool wf_frame_property(wf_frame_writer *w, uint8_t epc, wf_bytes edt);
bool wf_frame_fits(const wf_frame_writer *w, size_t edt_len); /* would wf_frame_property succeed? */
void wf_frame_gets(wf_frame_writer *w);
/* Replaces the ESV by another of the same family: an answer knows only at its end whether something was refused. */
void wf_frame_set_esv(wf_frame_writer *w, uint8_t esv);

/* Writes a format 2 frame: the TID, then the caller's own bytes. */
void wf_frame_arbitrary(wf_writer *out, uint16_t tid, wf_bytes arbitrary);

WF_C_END

#endif
