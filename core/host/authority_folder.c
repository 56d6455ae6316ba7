#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE 1
#include "host/authority_state.h"
#include "host/pem.h"
#include "host/private_file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const char *wf_authority_ca_name(wf_authority_ca which) {
    static const char *const names[WF_CA_COUNT] = {"root", "issuing", "devices", "controllers"};
    return names[which];
}

wf_error wf_authority_fail(wf_authority *a, wf_error error, bool system, const char *what, const char *name) {
    const char *reason = system && errno != 0 ? strerror(errno) : NULL;
    snprintf(a->text, sizeof a->text, "%s%s%.90s%s%.60s", what, name == NULL ? "" : " ", name == NULL ? "" : name,
             reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
    return error;
}

static wf_error path_of(wf_authority *a, char path[static WF_AUTHORITY_PATH_LEN], const char *name,
                        const char *ending) {
    int len = snprintf(path, WF_AUTHORITY_PATH_LEN, "%s/%s%s", a->folder, name, ending);
    return len > 0 && len < WF_AUTHORITY_PATH_LEN ? WF_OK
                                                  : wf_authority_fail(a, WF_ERROR_ARGUMENT, false, "too long:", name);
}

static bool is_empty(const char *folder) {
    DIR *list = opendir(folder);
    bool empty = list != NULL;
    while (empty) {
        const struct dirent *entry = readdir(list);
        if (entry == NULL) {
            break;
        }
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    }
    if (list != NULL) {
        closedir(list);
    }
    return empty;
}

static wf_error make_folder(wf_authority *a) {
    if (mkdir(a->folder, S_IRWXU) == 0) {
        return WF_OK;
    }
    if (errno != EEXIST) {
        return wf_authority_fail(a, WF_ERROR_STORE, true, "can't make", a->folder);
    }
    if (!is_empty(a->folder)) {
        return wf_authority_fail(a, WF_ERROR_STORE, false, "there is something already in", a->folder);
    }
    return chmod(a->folder, S_IRWXU) == 0 ? WF_OK : wf_authority_fail(a, WF_ERROR_STORE, true, "chmod", a->folder);
}

/* Keys that others may reach are no longer keys. */
static wf_error check_folder(wf_authority *a) {
    struct stat status;
    if (stat(a->folder, &status) != 0) {
        return wf_authority_fail(a, WF_ERROR_STORE, true, "can't open", a->folder);
    }
    if (!S_ISDIR(status.st_mode) || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return wf_authority_fail(a, WF_ERROR_STORE, false, "is no folder of mode 0700:", a->folder);
    }
    return WF_OK;
}

static wf_error open_files(wf_authority *a, bool fresh) {
    char path[WF_AUTHORITY_PATH_LEN];
    wf_error error = path_of(a, path, "lock", "");
    if (error != WF_OK) {
        return error;
    }
    a->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (a->lock < 0) {
        return wf_authority_fail(a, WF_ERROR_STORE, true, "can't open", path);
    }
    if (flock(a->lock, LOCK_EX | LOCK_NB) != 0) {
        return wf_authority_fail(a, WF_ERROR_STORE_LOCKED, false, "in use:", a->folder);
    }
    error = path_of(a, path, "records", "");
    if (error != WF_OK) {
        return error;
    }
    a->records_file = open(path, O_RDWR | O_APPEND | O_CLOEXEC | (fresh ? O_CREAT | O_EXCL : 0), S_IRUSR | S_IWUSR);
    return a->records_file >= 0 ? WF_OK : wf_authority_fail(a, WF_ERROR_STORE, true, "can't open", path);
}

wf_error wf_authority_enter(wf_authority *a, const char *folder, bool fresh) {
    int len = snprintf(a->folder, sizeof a->folder, "%s", folder);
    if (len <= 0 || (size_t)len >= sizeof a->folder) {
        return wf_authority_fail(a, WF_ERROR_ARGUMENT, false, "this is no path", NULL);
    }
    wf_error error = fresh ? make_folder(a) : WF_OK;
    if (error == WF_OK) {
        error = check_folder(a);
    }
    return error == WF_OK ? open_files(a, fresh) : error;
}

void wf_authority_leave(wf_authority *a) {
    if (a->records_file >= 0) {
        close(a->records_file);
    }
    if (a->lock >= 0) {
        close(a->lock);
    }
}

wf_error wf_authority_append(wf_authority *a, const char *line) {
    if (a->folder[0] == '\0') {
        return WF_OK;
    }
    size_t len = strlen(line);
    ssize_t written = write(a->records_file, line, len);
    if (written != (ssize_t)len || fsync(a->records_file) != 0) {
        int number = errno;
        /* Half a line would spoil the next one. */
        off_t end = lseek(a->records_file, 0, SEEK_END);
        if (written > 0 && end >= written && ftruncate(a->records_file, end - written) != 0) {
            close(a->records_file);
            a->records_file = -1;
        }
        errno = number;
        return wf_authority_fail(a, WF_ERROR_STORE, true, "can't write the records", NULL);
    }
    return WF_OK;
}

/* ---- key files ---- */

wf_error wf_authority_save_signer(wf_authority *a, wf_authority_ca which) {
    if (a->folder[0] == '\0') {
        return WF_OK;
    }
    char path[WF_AUTHORITY_PATH_LEN];
    const wf_authority_signer *s = &a->signers[which], *root = &a->signers[WF_CA_ROOT];
    const wf_bytes own = wf_bytes_of(s->der, s->der_len), anchor = wf_bytes_of(root->der, root->der_len);
    const wf_identity identity = {.signer = wf_signer_of(&s->key),
                                  .chain = &own,
                                  .chain_len = which == WF_CA_ROOT ? 0 : 1,
                                  .anchors = &anchor,
                                  .anchor_count = 1};
    wf_error error = path_of(a, path, wf_authority_ca_name(which), ".pem");
    if (error == WF_OK) {
        errno = 0;
        error = wf_identity_file_save(path, &identity);
        if (error != WF_OK) {
            (void)wf_authority_fail(a, error, true, "can't write", path);
        }
    }
    return error;
}

static void take_certificate(wf_authority_signer *s, wf_bytes der) {
    memcpy(s->der, der.at, der.len);
    s->der_len = der.len;
    s->has_certificate = true;
}

/* Every file names the same root, which signed the CA in it. */
static wf_error take_signer(wf_authority *a, wf_authority_ca which, const wf_identity_file *file) {
    wf_authority_signer *s = &a->signers[which], *root = &a->signers[WF_CA_ROOT];
    bool is_root = which == WF_CA_ROOT;
    wf_certificate own;
    if (file->view.anchor_count != 1 || file->view.chain_len != (is_root ? 0 : 1)) {
        return WF_ERROR_AUTHORITY;
    }
    if (root->has_certificate && !wf_bytes_equal(file->anchors[0], wf_bytes_of(root->der, root->der_len))) {
        return WF_ERROR_AUTHORITY;
    }
    take_certificate(root, file->anchors[0]);
    if (!is_root) {
        wf_certificate issuer;
        uint8_t hash[WF_HASH_LEN];
        wf_error error = wf_certificate_parse(&own, file->chain[0]);
        if (error == WF_OK) {
            error = wf_certificate_parse(&issuer, file->anchors[0]);
        }
        if (error == WF_OK) {
            error = wf_sha256(hash, &own.tbs, 1);
        }
        if (error != WF_OK || !own.is_ca || wf_p256_verify(issuer.public_key, hash, own.signature, WF_S_ANY) != WF_OK) {
            return WF_ERROR_AUTHORITY;
        }
        take_certificate(s, file->chain[0]);
    }
    s->key = file->key;
    s->has_key = true;
    return WF_OK;
}

static wf_error load_signer(wf_authority *a, wf_authority_ca which) {
    char path[WF_AUTHORITY_PATH_LEN];
    wf_identity_file file;
    wf_error error = path_of(a, path, wf_authority_ca_name(which), ".pem");
    if (error != WF_OK || access(path, F_OK) != 0) {
        return error;
    }
    errno = 0;
    error = wf_identity_file_load(&file, path);
    if (error == WF_OK) {
        error = take_signer(a, which, &file);
    }
    wf_identity_file_wipe(&file);
    return error == WF_OK ? WF_OK : wf_authority_fail(a, error, error == WF_ERROR_STORE, "look at", path);
}

wf_error wf_authority_load_signers(wf_authority *a) {
    for (unsigned which = 0; which < WF_CA_COUNT; which++) {
        wf_error error = load_signer(a, (wf_authority_ca)which);
        if (error != WF_OK) {
            return error;
        }
    }
    return a->signers[WF_CA_ROOT].has_certificate
               ? WF_OK
               : wf_authority_fail(a, WF_ERROR_AUTHORITY, false, "there is no key file in", a->folder);
}

wf_error wf_authority_save_list(wf_authority *a, wf_authority_ca which, wf_bytes der) {
    if (a->folder[0] == '\0') {
        return WF_OK;
    }
    char path[WF_AUTHORITY_PATH_LEN];
    size_t room = der.len / 3 * 4 + der.len / 32 + 128;
    uint8_t *text = malloc(room);
    if (text == NULL) {
        return WF_ERROR_CAPACITY;
    }
    wf_writer w = wf_writer_of(text, room);
    wf_pem_write(&w, "X509 CRL", der);
    wf_error error = path_of(a, path, wf_authority_ca_name(which), ".crl.pem");
    if (error == WF_OK && w.overflow) {
        error = WF_ERROR_TOO_SMALL;
    }
    if (error == WF_OK) {
        error = wf_private_file_write(path, wf_bytes_of(text, w.len)) ? WF_OK : WF_ERROR_STORE;
    }
    free(text);
    return error == WF_OK ? WF_OK : wf_authority_fail(a, error, true, "can't write", path);
}
