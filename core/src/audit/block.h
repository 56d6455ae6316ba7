/* The bytes of one store entry of the audit log: a version, how many store entries its ring has, then its lines, oldest
 * first, each of them
 *
 *     sequence 4 | boot 4 | at 8 | last less at 4 | date 8 | what 1 (from many: + 0x80) | error 2 | count 4
 *     | number 17 | ip 16, port 2, scope 4 | EOJ 3 | EPC 1
 */
#ifndef WARIFU_AUDIT_BLOCK_H
#define WARIFU_AUDIT_BLOCK_H

#include <warifu/audit.h>

#define WF_AUDIT_LAST_DATE INT64_C(253402300799) /* of the year 9999: each date has a text */

enum { WF_AUDIT_ACTS, WF_AUDIT_REFUSALS, WF_AUDIT_RINGS };

/* The id of store entry `block` of a ring. */
static inline uint16_t wf_audit_block_id(unsigned ring, unsigned block) {
    return (uint16_t)(WF_STORE_AUDIT + ring * WF_AUDIT_RING + block);
}

void wf_audit_block_write(wf_writer *out, const wf_audit_block *block);
/* One to WF_AUDIT_LINES lines, their sequence numbers growing. Errors: STORE_DAMAGED; then count is 0. */
WF_MUST_CHECK wf_error wf_audit_block_parse(wf_audit_block *out, wf_bytes bytes);
/* One store entry, by way of `scratch`. Errors: STORE, STORE_DAMAGED; then count is 0. */
WF_MUST_CHECK wf_error wf_audit_block_load(wf_audit_block *out, const wf_store *store, uint16_t id,
                                           uint8_t scratch[WF_STATIC WF_STORE_ENTRY_LEN]);

#endif
