#define _GNU_SOURCE 1
#include "io/doctor_checks.h"
#include "io/file_place.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <warifu/clock.h>
#include <warifu/crypto.h>
#ifdef __linux__
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#endif

enum { PATH_LEN = 1024, LEAST_SPACE = 65536 };

#define EARLIEST INT64_C(1767225600) /* 2026-01-01: this software is not older */
#define LATEST INT64_C(2524608000)   /* 2050-01-01: where UTCTime ends (RFC 5280 4.1.2.5) */

bool wf_doctor_clock_is_plausible(int64_t seconds) {
    return seconds >= EARLIEST && seconds < LATEST;
}

static void look_at_clock(wf_doctor_run *run) {
    int64_t seconds;
    if (wf_clock_wall(&seconds) != WF_OK || !wf_doctor_clock_is_plausible(seconds)) {
        wf_doctor_add(run, WF_FINDING_CLOCK, WF_SEVERITY_PROBLEM, "it says %lld seconds since 1970",
                      (long long)seconds);
    }
}

static void look_at_crypto(wf_doctor_run *run) {
    if (wf_crypto_start() != WF_OK) {
        wf_doctor_add(run, WF_FINDING_CRYPTO, WF_SEVERITY_PROBLEM, "%s", "a known answer came out differently");
    }
}

/* ---- the state directory ---- */

/* The directory where the missing ones would be made. */
static bool find_existing(char path[static PATH_LEN], struct stat *status) {
    while (stat(path, status) != 0) {
        char *slash = strrchr(path, '/');
        if (errno != ENOENT) {
            return false;
        }
        if (slash == NULL) {
            memcpy(path, ".", 2);
        } else {
            slash[slash == path && slash[1] != '\0' ? 1 : 0] = '\0';
        }
    }
    return true;
}

static const char *fault_of_state(const char *wanted) {
    char path[PATH_LEN];
    struct stat status;
    struct statvfs space;
    if (wanted[0] == '\0' || strlen(wanted) >= sizeof path) {
        return "its name is empty or too long";
    }
    memcpy(path, wanted, strlen(wanted) + 1);
    bool made = stat(wanted, &status) == 0;
    if (!made && !find_existing(path, &status)) {
        return strerror(errno);
    }
    if (!S_ISDIR(status.st_mode)) {
        return "it is no directory";
    }
    if (made && status.st_uid != geteuid()) {
        return "it belongs to another user";
    }
    if (made && (status.st_mode & 077) != 0) {
        return "others may enter it: chmod 700";
    }
    if (access(path, W_OK | X_OK) != 0) {
        return strerror(errno);
    }
    if (statvfs(path, &space) == 0 && space.f_blocks > 0 && (uint64_t)space.f_bavail * space.f_frsize < LEAST_SPACE) {
        return "no space is left";
    }
    return NULL;
}

#ifdef __linux__
/* Looks the lock up instead of trying it, which could be in the way of a program that starts just now. */
static long process_with_lock(const char *state) {
    char path[PATH_LEN + 8], line[256], kind[16];
    struct stat status;
    snprintf(path, sizeof path, "%s/lock", state);
    if (stat(path, &status) != 0) {
        return 0;
    }
    long process = 0, found = 0;
    unsigned device_major, device_minor;
    unsigned long inode;
    FILE *file = fopen("/proc/locks", "re");
    while (file != NULL && found == 0 && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%*s %15s %*s %*s %ld %x:%x:%lu", kind, &process, &device_major, &device_minor, &inode) == 5 &&
            strcmp(kind, "FLOCK") == 0 && inode == status.st_ino && device_minor == minor(status.st_dev) &&
            device_major == major(status.st_dev)) {
            found = process;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}
#endif

static void look_at_state(wf_doctor_run *run, const char *state) {
    const char *fault = fault_of_state(state);
    if (fault != NULL) {
        wf_doctor_add(run, WF_FINDING_STATE_UNUSABLE, WF_SEVERITY_PROBLEM, "%.120s: %s", state, fault);
        return;
    }
    if (wf_file_is_copied(state)) {
        wf_doctor_add(run, WF_FINDING_STATE_COPIED, WF_SEVERITY_PROBLEM, "%.120s", state);
    }
#ifdef __linux__
    long process = process_with_lock(state);
    if (process != 0 && process != (long)getpid()) {
        wf_doctor_add(run, WF_FINDING_STATE_LOCKED, WF_SEVERITY_PROBLEM, "%.120s: pid %ld", state, process);
    }
#endif
}

/* ---- what stands around this host ---- */

#ifdef __linux__
/* One end of a pair of interfaces, as bridged containers have it. */
static bool is_pair(const wf_place *place) {
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    struct ifreq request = {0};
    memcpy(request.ifr_name, place->name, sizeof place->name);
    request.ifr_data = (char *)&info;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bool pair = fd >= 0 && ioctl(fd, SIOCETHTOOL, &request) == 0 && strcmp(info.driver, "veth") == 0;
    if (fd >= 0) {
        close(fd);
    }
    return pair;
}

static void look_at_container(wf_doctor_run *run) {
    const char *by = access("/.dockerenv", F_OK) == 0          ? "/.dockerenv is there"
                     : access("/run/.containerenv", F_OK) == 0 ? "/run/.containerenv is there"
                     : getenv("container") != NULL             ? "the environment says so"
                                                               : NULL;
    bool apart = run->usable_count > 0;
    for (size_t i = 0; i < run->place_count; i++) {
        const wf_place *place = &run->places[i];
        apart = apart && (!place->usable || place->loopback || is_pair(place));
    }
    if (by != NULL && apart) {
        wf_doctor_add(run, WF_FINDING_CONTAINER, WF_SEVERITY_PROBLEM, "%s, and its interface is one end of a pair", by);
    }
}
#endif

void wf_doctor_look_at_host(wf_doctor_run *run) {
#ifdef __linux__
    look_at_container(run);
#endif
    look_at_clock(run);
    look_at_crypto(run);
    if (run->config->state != NULL) {
        look_at_state(run, run->config->state);
    }
}
