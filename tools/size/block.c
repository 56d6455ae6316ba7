/* What the light's block of memory takes on this machine. Linked with light.c and --wrap, so that what it asks at its
 * start tells the answer: one line each of a name and bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <warifu/engine.h>

void initialise_monitor_handles(void); /* semihosting, of newlib's rdimon */
wf_error __wrap_wf_crypto_start(void);
size_t __wrap_wf_engine_size(const wf_engine_config *config);
size_t __real_wf_engine_size(const wf_engine_config *config);

wf_error __wrap_wf_crypto_start(void) {
    initialise_monitor_handles();
    return WF_OK;
}

static void tell(const char *name, size_t bytes) {
    printf("%s %u\n", name, (unsigned)bytes);
}

/* How much less the block is with `less`. */
static void tell_share(const char *name, const wf_engine_config *all, const wf_engine_config *less) {
    tell(name, __real_wf_engine_size(all) - __real_wf_engine_size(less));
}

size_t __wrap_wf_engine_size(const wf_engine_config *config) {
    static wf_engine_config less;
    tell("block", __real_wf_engine_size(config));
    less = *config;
    less.send_bytes = 0;
    less.event_bytes = 0;
    tell_share("datagrams and events waiting", config, &less);
    less = *config;
    less.requests = 0;
    tell_share("requests under way", config, &less);
    less = *config;
    less.handshakes = 0;
    tell_share("handshakes", config, &less);
    less = *config;
    less.pairings = 0;
    tell_share("pairings", config, &less);
    tell("node", wf_node_size(&config->node));
    exit(0);
}
