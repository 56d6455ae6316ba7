/* A board made of POSIX: its flash is a directory, its button is SIGUSR1, its light a line of text.
 *
 *     LIGHT_IDENTITY=device.pem LIGHT_FLASH=flash LIGHT_ADDRESS=127.0.0.2 bare_metal_light
 */
#define _POSIX_C_SOURCE 200809L
#include "board.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <warifu/clock.h>
#include <warifu/entropy.h>
#include <warifu/file_store.h>
#include <warifu/identity_file.h>
#include <warifu/udp.h>

static wf_udp udp;
static wf_file_store flash;
static wf_identity_file identity;
static volatile sig_atomic_t pressed;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    if (value == NULL) {
        board_stop("LIGHT_IDENTITY, LIGHT_FLASH and LIGHT_ADDRESS say who it is, what it remembers and where it is");
    }
    return value;
}

static void open_network(void) {
    const char *address = setting("LIGHT_ADDRESS");
    const wf_udp_config config = {.port = 3610, .families = WF_UDP_IPV4, .interfaces = &address, .interface_count = 1};
    if (udp.socket_count == 0 && wf_udp_open(&udp, &config) != WF_OK) {
        board_stop("the address can't be used");
    }
}

static void press(int unused) {
    (void)unused;
    pressed = 1;
}

bool board_receive(board_datagram *out) {
    static uint8_t buffer[WF_UDP_DATAGRAM_LEN];
    wf_udp_datagram got = {.own = true, .len = 1};
    open_network();
    while (got.len > 0 && got.own) {
        if (wf_udp_receive(&udp, &got, buffer, sizeof buffer) != WF_OK) {
            board_stop("the network has failed");
        }
    }
    *out = (board_datagram){got.from, got.multicast, wf_bytes_of(buffer, got.len)};
    return got.len > 0;
}

static void send_to(const wf_address *to, wf_bytes bytes) {
    wf_error ignored = wf_udp_send(&udp, to, bytes); /* the network may lose it as well */
    (void)ignored;
}

void board_send(const wf_datagram *datagram) {
    open_network();
    const wf_address group = wf_address_group_ipv4(3610);
    send_to(wf_address_is_unspecified(&datagram->to) ? &group : &datagram->to, datagram->bytes);
}

void board_sleep(wf_time until) {
    int fds[WF_UDP_SOCKETS];
    struct pollfd waits[WF_UDP_SOCKETS];
    wf_time now = board_milliseconds();
    open_network();
    size_t count = wf_udp_fds(&udp, fds, WF_UDP_SOCKETS);
    for (size_t i = 0; i < count; i++) {
        waits[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    }
    wf_time rest = until > now ? until - now : 0;
    if (!pressed) {
        (void)poll(waits, (nfds_t)count, rest < 1000 ? (int)rest : 1000);
    }
}

wf_time board_milliseconds(void) {
    uint64_t now;
    if (wf_clock_monotonic(&now) != WF_OK) {
        board_stop("the clock has stopped");
    }
    return now;
}

wf_entropy board_entropy(void) {
    return wf_entropy_system();
}

wf_store board_flash(void) {
    if (!flash.open && wf_file_store_open(&flash, setting("LIGHT_FLASH")) != WF_OK) {
        board_stop("the flash can't be used");
    }
    return wf_file_store_as_store(&flash);
}

const wf_identity *board_identity(void) {
    signal(SIGUSR1, press);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (wf_crypto_start() != WF_OK || wf_identity_file_load(&identity, setting("LIGHT_IDENTITY")) != WF_OK) {
        board_stop("the identity can't be read");
    }
    return &identity.view;
}

bool board_button_was_pressed(void) {
    bool was = pressed != 0;
    pressed = 0;
    if (was) {
        puts("the pairing window is open");
    }
    return was;
}

void board_set_light(bool on) {
    puts(on ? "the light is on" : "the light is off");
}

void board_stop(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}
