#define _GNU_SOURCE 1
#include "io/doctor_checks.h"
#include <stdarg.h>
#include <stdio.h>

enum { ECHONET_PORT = 3610, PATIENCE_MS = 2000 };

static const wf_finding_row rows[] = {
#define ROW(id, severity, what, next) {WF_FINDING_##id, WF_SEVERITY_##severity, #id, what, next},
    WF_FINDINGS(ROW)
#undef ROW
};

const wf_finding_row *wf_finding_row_at(unsigned kind) {
    return kind < WF_FINDING_KINDS ? &rows[kind] : NULL;
}

const char *wf_severity_text(wf_severity severity) {
    static const char *const texts[] = {"none", "note", "warning", "problem"};
    return (size_t)severity < sizeof texts / sizeof texts[0] ? texts[severity] : "none";
}

void wf_doctor_add(wf_doctor_run *run, wf_finding_kind kind, wf_severity most, const char *format, ...) {
    wf_doctor *doctor = run->doctor;
    if (doctor->count == WF_DOCTOR_FINDINGS) {
        doctor->left_out++;
        return;
    }
    wf_finding *finding = &doctor->findings[doctor->count++];
    *finding = (wf_finding){.kind = kind, .severity = rows[kind].severity < most ? rows[kind].severity : most};
    va_list words;
    va_start(words, format);
    vsnprintf(finding->detail, sizeof finding->detail, format, words);
    va_end(words);
}

bool wf_place_has(const wf_place *place, unsigned family) {
    return !wf_address_is_unspecified(family == WF_UDP_IPV4 ? &place->ipv4 : &place->ipv6);
}

/* The worst first; otherwise the order in which things were looked at, which is that of causes. */
static void sort(wf_doctor *doctor) {
    for (size_t i = 1; i < doctor->count; i++) {
        wf_finding moved = doctor->findings[i];
        size_t at = i;
        for (; at > 0 && doctor->findings[at - 1].severity < moved.severity; at--) {
            doctor->findings[at] = doctor->findings[at - 1];
        }
        doctor->findings[at] = moved;
    }
}

wf_severity wf_doctor_examine(wf_doctor *doctor, const wf_doctor_config *config) {
    const wf_udp_config *udp = &config->udp;
    wf_address address;
    struct ifaddrs *list;
    *doctor = (wf_doctor){0};
    wf_doctor_run run = {.doctor = doctor, .config = config, .patience_ms = PATIENCE_MS};
    run.port = udp->port == 0 ? (uint16_t)ECHONET_PORT : udp->port;
    run.families = udp->families == 0 ? (unsigned)(WF_UDP_IPV4 | WF_UDP_IPV6) : udp->families;
    run.named = udp->interface_count > 0;
    run.by_address = run.named && wf_address_parse(&address, udp->interfaces[0], 0) == WF_OK;
    if (getifaddrs(&list) == 0) {
        run.list = list;
        wf_doctor_look_at_places(&run);
        wf_doctor_look_at_routes(&run);
        wf_doctor_look_at_port(&run);
        wf_doctor_test_itself(&run);
        run.list = NULL;
        freeifaddrs(list);
    }
    wf_doctor_look_at_firewall(&run);
    wf_doctor_look_at_host(&run);
    sort(doctor);
    return doctor->count == 0 ? WF_SEVERITY_NONE : doctor->findings[0].severity;
}
