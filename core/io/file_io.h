/* Inside core/io: whole files, read and replaced so that a power cut shows the old one or the new one. */
#ifndef WARIFU_FILE_IO_H
#define WARIFU_FILE_IO_H

#include <warifu/bytes.h>
#include <warifu/system_error.h>

/* Reads at most `capacity` bytes of a file. False with errno when it can't. */
bool wf_file_read(size_t *len, int directory, const char *name, uint8_t *out, size_t capacity);

enum { WF_FILE_NAMES = 2 }; /* most names at once */

/* Gives all the names these bytes: writes and syncs NAME.new for each, moves them to the names in this order, syncs the
 * directory, and overwrites with zeros what was there before. Nothing is moved before all is written, so a full disk
 * changes nothing; a power cut leaves behind each name the old file or the new one. False with errno and call noted:
 * the old files are there still, unless only moving or the directory's sync failed. */
bool wf_file_replace(wf_system_error *reason, int directory, const char *const *names, size_t count, wf_bytes bytes);

/* Removes the names, syncs the directory, and then overwrites with zeros what was there. Needs no room. */
bool wf_file_remove(wf_system_error *reason, int directory, const char *const *names, size_t count);

/* Syncs a directory; file systems that know no such thing are believed. False with errno. */
bool wf_file_sync_directory(int directory);

#endif
