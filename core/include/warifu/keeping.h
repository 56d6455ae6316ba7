/* Looking after a state directory (warifu/file_store.h) that no node uses: backup, restore, forget, reset, adopt.
 *
 * Each call opens the store at `state`, does one thing and closes it. A store that is not there is STORE with ENOENT;
 * none is made, but by a restore. `reason` says what the system said. All of them give what wf_file_store_open and the
 * call behind them give.
 */
#ifndef WARIFU_KEEPING_H
#define WARIFU_KEEPING_H

#include <warifu/backup.h>
#include <warifu/stored.h>

WF_C_BEGIN

/* Calls `each` for every pairing until it gives false. Also while a node uses the store. */
WF_MUST_CHECK wf_error wf_keeping_peers(const char *state, bool (*each)(void *context, const wf_stored_peer *peer),
                                        void *context, wf_system_error *reason);
WF_MUST_CHECK wf_error wf_keeping_forget(const char *state, const uint8_t number[WF_STATIC WF_NUMBER_LEN],
                                         wf_system_error *reason);
WF_MUST_CHECK wf_error wf_keeping_forget_damaged(const char *state, unsigned *count, wf_system_error *reason);
WF_MUST_CHECK wf_error wf_keeping_reset(const char *state, wf_system_error *reason);
WF_MUST_CHECK wf_error wf_keeping_adopt(const char *state, wf_system_error *reason);
WF_MUST_CHECK wf_error wf_keeping_backup(const char *state, const char *path, const wf_backup_order *order,
                                         wf_system_error *reason);
WF_MUST_CHECK wf_error wf_keeping_restore(const char *state, const char *path, const char *old_path,
                                          const wf_backup_order *order, wf_system_error *reason);

WF_C_END

#endif
