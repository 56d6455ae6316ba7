/* The durable store on files: a directory of one's own, locked while it is open.
 *
 *     lock            held with flock(2) by the process that has the store open; says which one
 *     version         what wrote it
 *     place           a hash of the machine and the directory (inode, time of birth): a copy is noticed
 *     001f.a 001f.b   the two slots of entry 001f: magic, version, id, generation, length, data, CRC-32
 *
 * A write makes both slots as new files, syncs them, moves them over the old ones and syncs the directory, so a power
 * cut at any point leaves the old or the new entry, and a full disk leaves the old one. The newer valid slot counts;
 * when one is damaged the other one does, and is copied over it. What was answered is in both, so no damage brings an
 * older entry back. An erased entry has no slot; erasing needs no room. Opening finishes what a power cut left half
 * done and rewrites stores of version 1.
 *
 * What a write replaces is overwritten with zeros as far as the medium lets itself be told (flash and copy-on-write
 * file systems keep old bytes). The CRC is against accidents; against people it is the directory's mode that protects.
 */
#ifndef WARIFU_FILE_STORE_H
#define WARIFU_FILE_STORE_H

#include <warifu/store.h>
#include <warifu/system_error.h>

WF_C_BEGIN

enum { WF_FILE_SLOT_LEN = WF_STORE_ENTRY_LEN + 21 }; /* at most; of version 1 */

/* Zeros are a closed one. Keep it in place while its wf_store is in use. */
typedef struct wf_file_store {
    bool open;
    bool read_only;                           /* opened to read */
    int directory, lock;                      /* descriptors */
    int64_t process;                          /* that opened it; what a fork inherits answers STORE_LOCKED */
    uint64_t damaged;                         /* damaged slots met so far, also where the other one helped */
    uint64_t healed;                          /* of these, made whole again from the other one */
    wf_system_error system_error;             /* behind the last STORE; number 0 when the system said nothing */
    uint8_t scratch[2][WF_FILE_SLOT_LEN + 1]; /* wiped after every call; one more byte shows a file that is too long */
} wf_file_store;

/* $XDG_STATE_HOME/warifu when that is an absolute path, else ~/.local/state/warifu. Errors: TOO_SMALL, STORE (no home).
 */
WF_MUST_CHECK wf_error wf_file_store_default_path(char *path, size_t capacity);

/* Opens the store at `path`; directories that are missing are made with mode 0700. Errors: STORE (system_error says
 * what; also when the directory belongs to another user or lets others in), STORE_LOCKED (system_error names the
 * process), STORE_VERSION, STORE_COPIED (it was written in another directory or on another machine: two nodes would be
 * one to their peers; moving it within a file system is no copying). After a failure it is closed and only its
 * system_error means something. */
WF_MUST_CHECK wf_error wf_file_store_open(wf_file_store *store, const char *path);
/* Opens a copy too, which belongs here from now on: for those who know that the original is used no more. */
WF_MUST_CHECK wf_error wf_file_store_adopt(wf_file_store *store, const char *path);
/* Opens the store at `path` for reading only, also while another process has it: it takes no lock, makes, tidies and
 * changes nothing, and minds neither owner nor mode. Each entry is read as it is at that moment, so two of them may be
 * of different times. Errors: STORE (system_error says what; also when there is none), STORE_VERSION. */
WF_MUST_CHECK wf_error wf_file_store_open_to_read(wf_file_store *store, const char *path);
void wf_file_store_close(wf_file_store *store); /* also a closed one */

/* The store as the core takes it; a closed one answers CLOSED, one opened to read refuses to be written with STATE.
 * Entries have 1 to WF_STORE_ENTRY_LEN bytes; others are refused with ARGUMENT. */
wf_store wf_file_store_as_store(wf_file_store *store);

WF_C_END

#endif
