/* Inside core/io: which folder of which machine this is, as text, so that a copy of it is noticed. */
#ifndef WARIFU_FILE_PLACE_H
#define WARIFU_FILE_PLACE_H

#include <warifu/bytes.h>

enum { WF_FILE_PLACE_LEN = 65 }; /* 64 hexadecimal digits and a line feed */

/* A hash of machine, inode and time of birth of the directory. It stays when the directory is renamed or its file
 * system mounted elsewhere on this machine; a copy has another one. Errors: STORE (errno), BACKEND. */
WF_MUST_CHECK wf_error wf_file_place(uint8_t text[WF_STATIC WF_FILE_PLACE_LEN], int directory);
/* Does the store at `path` say that it was written in another place? False where nobody can tell. */
bool wf_file_is_copied(const char *path);

#endif
