#define _GNU_SOURCE 1
#include "io/doctor_checks.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool wf_port_holder_is_us(const wf_port_holder *holder) {
    return holder->process == (long)getpid();
}

#ifndef __linux__

size_t wf_port_holders(wf_port_holder holders[static WF_PORT_HOLDERS], uint16_t port) {
    (void)holders;
    (void)port;
    return 0;
}

#else

/* The kernel prints an address as the 32-bit words that lie in its memory. */
static bool read_address(wf_address *out, const char *hex) {
    size_t words = strlen(hex) / 8;
    *out = wf_address_ipv4(0, 0, 0, 0, 0);
    for (size_t i = 0; i < words; i++) {
        char digits[9] = {0};
        memcpy(digits, hex + 8 * i, 8);
        uint32_t word = (uint32_t)strtoul(digits, NULL, 16);
        memcpy(out->ip + (words == 1 ? 12 : 4 * i), &word, 4);
    }
    return words == 1 || words == 4;
}

static size_t read_table(wf_port_holder *holders, size_t count, const char *path, uint16_t port) {
    char line[256], hex[33];
    unsigned at;
    FILE *file = fopen(path, "re");
    while (file != NULL && count < WF_PORT_HOLDERS && fgets(line, sizeof line, file) != NULL) {
        wf_port_holder holder = {0};
        int got = sscanf(line, " %*[0-9]: %32[0-9A-Fa-f]:%4x %*s %*s %*s %*s %*s %u %*s %lu", hex, &at, &holder.user,
                         &holder.inode);
        if (got == 4 && at == port && read_address(&holder.local, hex)) {
            holder.local.port = port;
            holders[count++] = holder;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

static void note_process(wf_port_holder *holder, const char *process) {
    char path[64];
    holder->process = strtol(process, NULL, 10);
    snprintf(path, sizeof path, "/proc/%.20s/comm", process);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(holder->name, sizeof holder->name, file) == NULL) {
        holder->name[0] = '\0';
    }
    holder->name[strcspn(holder->name, "\n")] = '\0';
    if (file != NULL) {
        fclose(file);
    }
}

/* Which of the sockets a process has open; others' processes show theirs to root alone. */
static void look_at_process(wf_port_holder *holders, size_t count, const char *process) {
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%.20s/fd", process);
    DIR *list = opendir(path);
    for (const struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
        ssize_t len = readlinkat(dirfd(list), entry->d_name, target, sizeof target - 1);
        unsigned long inode = 0;
        target[len < 0 ? 0 : len] = '\0';
        if (sscanf(target, "socket:[%lu]", &inode) != 1) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (holders[i].inode == inode && !wf_port_holder_is_us(&holders[i])) {
                note_process(&holders[i], process);
            }
        }
    }
    if (list != NULL) {
        closedir(list);
    }
}

size_t wf_port_holders(wf_port_holder holders[static WF_PORT_HOLDERS], uint16_t port) {
    size_t count = read_table(holders, 0, "/proc/net/udp", port);
    count = read_table(holders, count, "/proc/net/udp6", port);
    DIR *list = count == 0 ? NULL : opendir("/proc");
    for (const struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
        if (isdigit((unsigned char)entry->d_name[0])) {
            look_at_process(holders, count, entry->d_name);
        }
    }
    if (list != NULL) {
        closedir(list);
    }
    return count;
}

#endif
