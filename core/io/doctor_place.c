#define _GNU_SOURCE 1
#include "io/doctor_checks.h"
#include "io/network.h"
#include <net/if.h>
#include <stdio.h>
#include <string.h>

/* ---- what is there ---- */

static wf_place *place_of(wf_doctor_run *run, const struct ifaddrs *entry) {
    for (size_t i = 0; i < run->place_count; i++) {
        if (strcmp(run->places[i].name, entry->ifa_name) == 0) {
            return &run->places[i];
        }
    }
    uint32_t index = if_nametoindex(entry->ifa_name);
    if (index == 0 || run->place_count == WF_UDP_INTERFACES) {
        return NULL;
    }
    wf_place *place = &run->places[run->place_count++];
    *place = (wf_place){.index = index,
                        .up = (entry->ifa_flags & IFF_UP) != 0,
                        .link = (entry->ifa_flags & IFF_RUNNING) != 0,
                        .loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0};
    place->multicast = (entry->ifa_flags & IFF_MULTICAST) != 0 || place->loopback;
    strncpy(place->name, entry->ifa_name, sizeof place->name - 1);
    return place;
}

/* Of several IPv6 addresses the link-local one counts: multicast leaves from it. */
static void note_address(wf_place *place, const wf_address *address) {
    if (wf_address_is_ipv4(address)) {
        place->ipv4 = wf_place_has(place, WF_UDP_IPV4) ? place->ipv4 : *address;
    } else if (!wf_place_has(place, WF_UDP_IPV6) || wf_address_needs_scope(address)) {
        place->ipv6 = *address;
    }
}

static void list_places(wf_doctor_run *run) {
    for (const struct ifaddrs *entry = run->list; entry != NULL; entry = entry->ifa_next) {
        wf_local_address local;
        wf_place *place = place_of(run, entry);
        if (place != NULL && wf_local_address_read(&local, entry)) {
            note_address(place, &local.address);
        }
    }
}

/* ---- what was chosen ---- */

static wf_place *place_with_index(wf_doctor_run *run, uint32_t index) {
    for (size_t i = 0; i < run->place_count; i++) {
        if (run->places[i].index == index) {
            return &run->places[i];
        }
    }
    return NULL;
}

static wf_place *find_chosen(wf_doctor_run *run, const char *text) {
    wf_address address;
    wf_local_address local;
    if (run->by_address) {
        if (wf_address_parse(&address, text, 0) != WF_OK || !wf_local_address_find(&local, run->list, &address)) {
            return NULL;
        }
        wf_place *place = place_with_index(run, local.index);
        if (place != NULL) {
            *(wf_address_is_ipv4(&address) ? &place->ipv4 : &place->ipv6) = local.address;
        }
        return place;
    }
    return place_with_index(run, if_nametoindex(text));
}

static void join_names(char *text, size_t size, const wf_doctor_run *run, bool usable_only) {
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < run->place_count; i++) {
        const wf_place *place = &run->places[i];
        if (!usable_only || (place->usable && !place->loopback)) {
            int more = snprintf(text + len, size - len, "%s%s", len == 0 ? "" : ", ", place->name);
            len = more > 0 && (size_t)more < size - len ? len + (size_t)more : size - 1;
        }
    }
}

static void choose(wf_doctor_run *run) {
    const wf_udp_config *udp = &run->config->udp;
    for (size_t i = 0; i < udp->interface_count; i++) {
        wf_place *place = find_chosen(run, udp->interfaces[i]);
        if (place != NULL) {
            place->chosen = true;
        } else {
            char names[160];
            join_names(names, sizeof names, run, false);
            wf_doctor_add(run, WF_FINDING_INTERFACE_UNKNOWN, WF_SEVERITY_PROBLEM, "%.60s; there are: %s",
                          udp->interfaces[i], names);
        }
    }
    for (size_t i = 0; i < run->place_count; i++) {
        wf_place *place = &run->places[i];
        place->chosen = place->chosen || (!run->named && !place->loopback);
        place->usable = place->chosen && place->up && place->link && place->multicast &&
                        (wf_place_has(place, WF_UDP_IPV4) || wf_place_has(place, WF_UDP_IPV6));
        run->usable_count += place->usable && !place->loopback ? 1 : 0;
    }
}

/* ---- what is wrong with it ---- */

/* Where nothing was named, an interface that nobody needs may well be down. */
static void judge_ability(wf_doctor_run *run, const wf_place *place) {
    wf_severity most = run->named ? WF_SEVERITY_PROBLEM : WF_SEVERITY_NOTE;
    if (!place->up) {
        wf_doctor_add(run, WF_FINDING_INTERFACE_DOWN, most, "%s", place->name);
    } else if (!place->link) {
        wf_doctor_add(run, WF_FINDING_NO_LINK, most, "%s", place->name);
    } else if (!place->multicast) {
        wf_doctor_add(run, WF_FINDING_NO_MULTICAST_FLAG, most, "%s", place->name);
    }
}

static bool any_usable(const wf_doctor_run *run, unsigned family) {
    for (size_t i = 0; i < run->place_count; i++) {
        if (run->places[i].usable && wf_place_has(&run->places[i], family)) {
            return true;
        }
    }
    return false;
}

static void judge_ipv4(wf_doctor_run *run, const wf_place *place, bool any) {
    const uint8_t *ip = place->ipv4.ip + 12;
    if (!place->up || place->loopback || (run->families & WF_UDP_IPV4) == 0) {
        return;
    }
    if (wf_place_has(place, WF_UDP_IPV4) && ip[0] == 169 && ip[1] == 254) {
        wf_doctor_add(run, WF_FINDING_SELF_GIVEN_ADDRESS, WF_SEVERITY_PROBLEM, "%s", place->name);
    } else if (!wf_place_has(place, WF_UDP_IPV4) && (run->named || !any)) {
        wf_doctor_add(run, WF_FINDING_NO_IPV4, WF_SEVERITY_PROBLEM, "%s", place->name);
    }
}

static void judge_choice(wf_doctor_run *run) {
    char names[160];
    bool loopback_only = run->named && run->usable_count == 0;
    for (size_t i = 0; i < run->place_count; i++) {
        const wf_place *place = &run->places[i];
        loopback_only = loopback_only && (!place->chosen || place->loopback);
        if (place->loopback && !place->up) {
            wf_doctor_add(run, WF_FINDING_LOOPBACK_DOWN, WF_SEVERITY_PROBLEM, "%s", place->name);
        }
    }
    join_names(names, sizeof names, run, true);
    if (!run->named && run->usable_count == 0) {
        wf_doctor_add(run, WF_FINDING_NO_INTERFACE, WF_SEVERITY_PROBLEM, "%s", "");
    } else if (!run->named && run->usable_count > 1) {
        wf_doctor_add(run, WF_FINDING_SEVERAL_INTERFACES, WF_SEVERITY_PROBLEM, "%s", names);
    } else if (loopback_only && (any_usable(run, WF_UDP_IPV4) || any_usable(run, WF_UDP_IPV6))) {
        wf_doctor_add(run, WF_FINDING_LOOPBACK_CHOSEN, WF_SEVERITY_PROBLEM, "%s", "");
    }
    if (run->usable_count > 0 && !run->by_address && (run->families & WF_UDP_IPV6) != 0 &&
        !any_usable(run, WF_UDP_IPV6)) {
        wf_doctor_add(run, WF_FINDING_NO_IPV6, WF_SEVERITY_PROBLEM, "%s", names);
    }
}

void wf_doctor_look_at_places(wf_doctor_run *run) {
    list_places(run);
    choose(run);
    judge_choice(run);
    bool any = any_usable(run, WF_UDP_IPV4);
    for (size_t i = 0; i < run->place_count; i++) {
        const wf_place *place = &run->places[i];
        if (place->chosen && (run->named || run->usable_count == 0)) {
            judge_ability(run, place);
        }
        if (place->chosen && !run->by_address) {
            judge_ipv4(run, place, any);
        }
    }
}
