/* The program: options, the course of a soak, and what is said of it. */
#include "soak.h"

#include <signal.h>
#include <stdarg.h>
#include <time.h>

enum { USUAL_SECONDS = 1800, USUAL_DEVICES = 1000, PROGRESS_S = 5, MOST_MINUTES = 24 * 60, LAST_MS = 3600000 };

static const char usage[] =
    "usage: ./dev soak [SECONDS] [DEVICES] [--seed N] [--json]\n\n"
    "A controller and virtual devices (1,000; at most %d) in trouble for so long (1,800 seconds): loss, power cuts,\n"
    "forged and replayed datagrams, pairings that end and begin anew. Each request ends once, in time, with a true\n"
    "answer; nothing grows; all is counted; at the end everybody answers. The same seed begins with the same trouble.\n"
    "Progress goes to stderr. With --json one object stands on the last line. The exit status is 1 where a rule was\n"
    "broken, whose name and seed are told, and after an interrupt.\n";

static volatile sig_atomic_t interrupted;

typedef struct options {
    double seconds;
    unsigned devices;
    uint64_t seed;
    bool json;
} options;

typedef struct course {
    double began, last_said, next_sample;
    soak_memory first, last;
    unsigned samples;
    wf_time trouble_began;
} course;

static void on_interrupt(int signal_number) {
    (void)signal_number;
    interrupted = 1;
}

static double clock_now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void soak_break(soak *s, const char *format, ...) {
    if (s->broken[0] == '\0') {
        va_list words;
        va_start(words, format);
        (void)vsnprintf(s->broken, sizeof s->broken, format, words);
        va_end(words);
    }
}

uint32_t soak_below(soak *s, uint32_t end) {
    return (uint32_t)wf_sim_random_below(&s->random, end);
}

bool soak_happens(soak *s, double per_second) {
    return wf_sim_random_happens(&s->random, (uint32_t)(per_second * SOAK_STEP_MS * 1000));
}

bool soak_is_on(const soak_life *life) {
    return life->back == 0 && wf_sim_store_has_power(life->node->store);
}

/* ---- the home ---- */

static void configure(wf_role role, wf_engine_config *config) {
    if (role == WF_ROLE_CONTROLLER) {
        config->requests = SOAK_OPEN;
    } else {
        config->send_bytes = config->event_bytes = 8192;
    }
}

static soak *soak_new(const options *o) {
    soak *s = calloc(1, sizeof *s);
    CHECK(s != NULL);
    s->seed = o->seed;
    s->count = o->devices;
    s->random = wf_sim_random_of(o->seed, 1);
    s->home = home_new(o->seed);
    s->home->context = s;
    s->home->configure = configure;
    s->controller.node = home_add(s->home, WF_ROLE_CONTROLLER);
    for (unsigned i = 0; i < s->count; i++) {
        s->devices[i].life.node = home_add(s->home, WF_ROLE_DEVICE);
    }
    wf_sim_set_monitor(s->home->sim, soak_watch_network, s);
    s->home->hear = soak_hear;
    return s;
}

static bool all_paired(const soak *s) {
    for (unsigned i = 0; i < s->count; i++) {
        if (s->devices[i].peer.value == 0) {
            return false;
        }
    }
    return true;
}

static bool all_told(const soak *s) {
    for (unsigned i = 0; i < s->count; i++) {
        if (!s->devices[i].is_told) {
            return false;
        }
    }
    return true;
}

/* ---- what is said ---- */

static uint64_t sum(const uint64_t counts[static SOAK_KINDS]) {
    uint64_t all = 0;
    for (unsigned i = 0; i < SOAK_KINDS; i++) {
        all += counts[i];
    }
    return all;
}

static void say(const soak *s, course *c) {
    if (clock_now() - c->last_said < PROGRESS_S) {
        return;
    }
    c->last_said = clock_now();
    unsigned on = 0;
    for (unsigned i = 0; i < s->count; i++) {
        on += soak_is_on(&s->devices[i].life);
    }
    fprintf(stderr,
            "%5.0f s, %6.1f h virtual: %u of %u devices on, %llu asked, %llu well, %llu otherwise, %llu cuts, %zu KB\n",
            clock_now() - c->began, (double)wf_sim_now(s->home->sim) / 3600000, on, s->count,
            (unsigned long long)sum(s->asked), (unsigned long long)sum(s->ended_well),
            (unsigned long long)sum(s->ended_badly), (unsigned long long)s->cuts, soak_measure(s).heap / 1024);
}

static void report(const soak *s, const course *c, const options *o) {
    static const char *const kinds[] = {"Get", "SetC", "unpairing", "pairing"};
    printf("seed %llu, %u devices, %.0f s, %.1f h of virtual time\n", (unsigned long long)s->seed, s->count,
           clock_now() - c->began, (double)wf_sim_now(s->home->sim) / 3600000);
    for (unsigned i = 0; i < SOAK_KINDS; i++) {
        printf("%-10s asked %llu, ended well %llu, with an error %llu\n", kinds[i], (unsigned long long)s->asked[i],
               (unsigned long long)s->ended_well[i], (unsigned long long)s->ended_badly[i]);
    }
    printf("lost with the controller's power %llu, open now %u, not begun for want of room %llu\n",
           (unsigned long long)s->lost_with_power, s->open_count, (unsigned long long)s->no_room);
    printf(
        "power cuts of devices %llu, of the controller %llu; forged %llu, replayed %llu, in clear %llu, flooded %llu\n",
        (unsigned long long)s->cuts, (unsigned long long)s->controller_cuts, (unsigned long long)s->forged,
        (unsigned long long)s->replayed, (unsigned long long)s->clear, (unsigned long long)s->flooded);
    printf("heap beside the engines %zu KB, then %zu KB; resident %zu KB, then %zu KB\n", c->first.heap / 1024,
           c->last.heap / 1024, c->first.resident / 1024, c->last.resident / 1024);
    unsigned long long attacks = s->forged + s->replayed + s->clear + s->flooded;
    const char *verdict = interrupted ? "interrupted" : s->broken[0] != '\0' ? s->broken : "all rules held";
    printf("%s\n", verdict);
    if (o->json) {
        printf(
            "{\"seed\": %llu, \"devices\": %u, \"seconds\": %.0f, \"virtual_hours\": %.2f, \"asked\": %llu, "
            "\"ended_well\": "
            "%llu, \"ended_badly\": %llu, \"lost_with_power\": %llu, \"cuts\": %llu, \"controller_cuts\": %llu, "
            "\"attacks\": %llu, \"heap_first\": %zu, \"heap_last\": %zu, \"resident_first\": %zu, \"resident_last\": "
            "%zu, \"verdict\": \"%s\"}\n",
            (unsigned long long)s->seed, s->count, clock_now() - c->began, (double)wf_sim_now(s->home->sim) / 3600000,
            (unsigned long long)sum(s->asked), (unsigned long long)sum(s->ended_well),
            (unsigned long long)sum(s->ended_badly), (unsigned long long)s->lost_with_power,
            (unsigned long long)s->cuts, (unsigned long long)s->controller_cuts, attacks, c->first.heap, c->last.heap,
            c->first.resident, c->last.resident, verdict);
    }
}

/* ---- the course of it ---- */

static bool goes_on(const soak *s) {
    return s->broken[0] == '\0' && !interrupted;
}

static void step(soak *s, course *c) {
    wf_sim_run(s->home->sim, SOAK_STEP_MS);
    soak_restore_power(s, false);
    soak_check_deadlines(s);
    soak_check_tables(s);
    say(s, c);
}

static void check_all_counters(soak *s) {
    s->queue_full = 0;
    soak_check_counters(s, &s->controller);
    for (unsigned i = 0; i < s->count; i++) {
        soak_check_counters(s, &s->devices[i].life);
    }
}

/* The first sample is taken when everything that the simulator allocates on the way has been there once. */
static void sample(soak *s, course *c, double each) {
    if (clock_now() < c->next_sample) {
        return;
    }
    c->next_sample = clock_now() + each;
    c->last = soak_measure(s);
    if (c->samples++ == 0) {
        c->first = c->last;
    }
    soak_check_memory(s, c->first, c->last);
    check_all_counters(s);
}

static void pair_all(soak *s, course *c) {
    for (unsigned next = 0; !all_paired(s) && goes_on(s); next++) {
        soak_ask_device(s, next % s->count, SOAK_PAIR);
        if (s->open_count == 4 || next % s->count == s->count - 1) {
            step(s, c);
        }
        while (s->open_count >= 4 && goes_on(s)) {
            step(s, c);
        }
    }
}

static void live(soak *s, course *c, double end, double each) {
    c->next_sample = clock_now() + each;
    s->next_controller_cut = wf_sim_now(s->home->sim) + 60000;
    while (goes_on(s) && clock_now() < end) {
        soak_ask_some(s, 1 + s->count / 250);
        soak_make_trouble(s);
        step(s, c);
        sample(s, c, each);
    }
}

/* The trouble is over: after a while everybody answers. */
static void recover(soak *s, course *c) {
    wf_time end = wf_sim_now(s->home->sim) + LAST_MS;
    soak_end_trouble(s);
    for (unsigned i = 0; i < s->count; i++) {
        s->devices[i].is_told = false;
    }
    while (goes_on(s) && !all_told(s) && wf_sim_now(s->home->sim) < end) {
        for (unsigned i = 0; i < s->count; i++) {
            if (!s->devices[i].is_told) {
                soak_ask_due(s, i, SOAK_GET);
            }
        }
        step(s, c);
    }
    while (goes_on(s) && s->open_count > 0) {
        step(s, c);
    }
    if (goes_on(s) && !all_told(s)) {
        soak_break(s, "an hour after the last trouble there are devices that do not answer");
    }
    check_all_counters(s);
}

static bool take_options(options *o, int argc, char **argv) {
    unsigned given = 0;
    *o = (options){.seconds = USUAL_SECONDS, .devices = USUAL_DEVICES, .seed = (uint64_t)time(NULL)};
    for (int i = 1; i < argc; i++) {
        char *rest = NULL;
        if (strcmp(argv[i], "--json") == 0) {
            o->json = true;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            o->seed = strtoull(argv[++i], &rest, 10);
        } else if (given == 0) {
            o->seconds = strtod(argv[i], &rest);
            given++;
        } else {
            o->devices = (unsigned)strtoul(argv[i], &rest, 10);
            given++;
        }
        if (rest != NULL && *rest != '\0') {
            return false;
        }
    }
    return given <= 2 && o->seconds > 0 && o->devices > 0 && o->devices < HOME_NODES;
}

int main(int argc, char **argv) {
    options o;
    course c = {.began = clock_now()};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        printf(usage, HOME_NODES - 1);
        return 0;
    }
    if (!take_options(&o, argc, argv)) {
        fprintf(stderr, usage, HOME_NODES - 1);
        return 2;
    }
    (void)signal(SIGINT, on_interrupt);
    (void)signal(SIGTERM, on_interrupt);
    soak *s = soak_new(&o);
    fprintf(stderr, "seed %llu\n", (unsigned long long)s->seed);
    pair_all(s, &c);
    live(s, &c, c.began + o.seconds * 0.9, o.seconds >= 600 ? 60 : o.seconds / 10);
    recover(s, &c);
    report(s, &c, &o);
    bool held = goes_on(s);
    if (s->broken[0] != '\0') {
        fprintf(stderr, "soak: %s\n      again: ./dev soak %.0f %u --seed %llu\n", s->broken, o.seconds, s->count,
                (unsigned long long)s->seed);
    }
    home_end(s->home);
    free(s);
    return held ? 0 : 1;
}
