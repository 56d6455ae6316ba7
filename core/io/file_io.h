/* Inside core/io: whole files, read and replaced so that a power cut shows the old one or the new one. */
#ifndef WARIFU_FILE_IO_H
#define WARIFU_FILE_IO_H

#include <warifu/bytes.h>
#include <warifu/system_error.h>

/* Reads at most `capacity` bytes of a file. False with errno when it can't. */
bool wf_file_read(size_t *len, int directory, const char *name, uint8_t *out, size_t capacity);

/* Writes `name`.new, syncs it, moves it to `name`, syncs the directory, and overwrites with zeros what was there
 * before. After a failure the old file is still there, unless only the directory's sync failed. Notes errno and call.
 */
bool wf_file_replace(wf_system_error *reason, int directory, const char *name, wf_bytes bytes);

/* Overwrites a file with zeros as far as that is possible, then removes its name. */
void wf_file_remove(int directory, const char *name);

/* Syncs a directory; file systems that know no such thing are believed. False with errno. */
bool wf_file_sync_directory(int directory);

#endif
