#define _GNU_SOURCE 1
#include "io/file_place.h"
#include "io/file_io.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#include <warifu/crypto.h>

enum { MACHINE_LEN = 64 };

/* machine-id(5): of this installation, made anew when an image of a disk is prepared for copying. */
static size_t read_machine(uint8_t out[static MACHINE_LEN]) {
    static const char *const paths[] = {"/etc/machine-id", "/var/lib/dbus/machine-id"};
    size_t len = 0;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0] && len == 0; i++) {
        if (!wf_file_read(&len, AT_FDCWD, paths[i], out, MACHINE_LEN)) {
            len = 0;
        }
    }
    return len;
}

#ifdef __linux__

/* These number their files anew at every mount. */
static bool keeps_inodes(int directory) {
    struct statfs system;
    return fstatfs(directory, &system) == 0 && system.f_type != 0x4D44 && system.f_type != 0x2011BAB0 &&
           system.f_type != 0x65735546; /* FAT, exFAT, FUSE */
}

static bool read_directory(wf_writer *out, int directory) {
    struct statx status;
    if (statx(directory, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) != 0) {
        return false;
    }
    bool is_born = (status.stx_mask & STATX_BTIME) != 0;
    if (keeps_inodes(directory)) {
        wf_write_u64(out, status.stx_ino);
        wf_write_u64(out, is_born ? (uint64_t)status.stx_btime.tv_sec : 0);
        wf_write_u32(out, is_born ? status.stx_btime.tv_nsec : 0);
    }
    return true;
}

#else

static bool read_directory(wf_writer *out, int directory) {
    struct stat status;
    if (fstat(directory, &status) != 0) {
        return false;
    }
    wf_write_u64(out, (uint64_t)status.st_ino);
    return true;
}

#endif

wf_error wf_file_place(uint8_t text[static WF_FILE_PLACE_LEN], int directory) {
    static const char label[] = "warifu store place", digits[] = "0123456789abcdef";
    uint8_t machine[MACHINE_LEN], folder[20], hash[WF_HASH_LEN];
    wf_writer out = wf_writer_of(folder, sizeof folder);
    size_t machine_len = read_machine(machine);
    if (!read_directory(&out, directory)) {
        return WF_ERROR_STORE;
    }
    const wf_bytes parts[] = {wf_bytes_of((const uint8_t *)label, sizeof label), wf_bytes_of(machine, machine_len),
                              wf_bytes_of(folder, out.len)};
    wf_error error = wf_sha256(hash, parts, 3);
    for (size_t i = 0; i < sizeof hash && error == WF_OK; i++) {
        text[2 * i] = (uint8_t)digits[hash[i] >> 4];
        text[2 * i + 1] = (uint8_t)digits[hash[i] & 15];
    }
    text[WF_FILE_PLACE_LEN - 1] = '\n';
    return error;
}

bool wf_file_is_copied(const char *path) {
    uint8_t here[WF_FILE_PLACE_LEN], there[WF_FILE_PLACE_LEN];
    size_t len = 0;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool known = directory >= 0 && wf_file_place(here, directory) == WF_OK &&
                 wf_file_read(&len, directory, "place", there, sizeof there);
    if (directory >= 0) {
        close(directory);
    }
    return known && !wf_bytes_equal(wf_bytes_of(here, sizeof here), wf_bytes_of(there, len));
}
