#include "poller.h"
#include <errno.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

static wf_error fail(wfl_poller *poller, int number, const char *call) {
    poller->system_error = (wf_system_error){.number = number, .call = call};
    return WF_ERROR_SOCKET;
}

void wfl_poller_close(wfl_poller *poller) {
    if (poller->open) {
        close(poller->fd);
        poller->open = false;
    }
}

#ifdef __linux__

wf_error wfl_poller_open(wfl_poller *poller) {
    poller->fd = epoll_create1(EPOLL_CLOEXEC);
    poller->open = poller->fd >= 0;
    return poller->open ? WF_OK : fail(poller, errno, "epoll_create1");
}

wf_error wfl_poller_add(wfl_poller *poller, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(poller->fd, EPOLL_CTL_ADD, fd, &event) == 0 ? WF_OK : fail(poller, errno, "epoll_ctl");
}

wf_error wfl_poller_wait(wfl_poller *poller, int ready[static WFL_POLLER_READY], size_t *count, int milliseconds) {
    struct epoll_event events[WFL_POLLER_READY];
    int got = epoll_wait(poller->fd, events, WFL_POLLER_READY, milliseconds);
    *count = 0;
    if (got < 0 && errno != EINTR) {
        return fail(poller, errno, "epoll_wait");
    }
    for (int i = 0; i < got; i++) {
        ready[(*count)++] = events[i].data.fd;
    }
    return WF_OK;
}

#else

wf_error wfl_poller_open(wfl_poller *poller) {
    return fail(poller, ENOSYS, "epoll");
}

wf_error wfl_poller_add(wfl_poller *poller, int fd) {
    (void)fd;
    return fail(poller, ENOSYS, "epoll");
}

wf_error wfl_poller_wait(wfl_poller *poller, int ready[static WFL_POLLER_READY], size_t *count, int milliseconds) {
    (void)ready, (void)count, (void)milliseconds;
    return fail(poller, ENOSYS, "epoll");
}

#endif
