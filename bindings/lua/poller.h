/* One descriptor for many: it is readable while one of those in it is. Linux has it (epoll). */
#ifndef WARIFU_LUA_POLLER_H
#define WARIFU_LUA_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <warifu/error.h>
#include <warifu/system_error.h>

enum { WFL_POLLER_READY = 64 };

/* Zeros are a closed one. */
typedef struct wfl_poller {
    bool open;
    int fd;
    wf_system_error system_error; /* behind the last SOCKET */
} wfl_poller;

WF_MUST_CHECK wf_error wfl_poller_open(wfl_poller *poller);
void wfl_poller_close(wfl_poller *poller);

/* Until it is closed, which takes it out. */
WF_MUST_CHECK wf_error wfl_poller_add(wfl_poller *poller, int fd);

/* Waits for at most so long, or until a signal; `ready` are some that are readable. */
WF_MUST_CHECK wf_error wfl_poller_wait(wfl_poller *poller, int ready[static WFL_POLLER_READY], size_t *count,
                                       int milliseconds);

#endif
