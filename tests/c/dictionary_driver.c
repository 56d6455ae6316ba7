/* The dictionary for pytest. Each line is a command, its words separated by tabs:
 *
 *   classes                                     every class: code, id
 *   entries CLASS                               every entry of a class: what is known of it, key=value
 *   look CLASS EPC RELEASE                      the entry that counts in a release (- for the newest)
 *   named CLASS ID RELEASE                      the same by identifier
 *   decode CLASS EPC RELEASE HEX                the nodes, key=value, with ; between them
 *   encode CLASS EPC RELEASE SET NODE...        the bytes of such nodes; SET is 0 or 1
 *
 * One line of answer for each but the first two, which end with an empty line; "refused MESSAGE" for WRONG_VALUE. */
#include "hex.h"
#include <warifu/value.h>

enum { LINE_LEN = 65536, NODES = 512, WORDS = 4096, TEXTS = 65536 };

static const char *const kinds[] = {"number", "level", "state", "undefined", "noData",   "underflow", "overflow",
                                    "bitmap", "raw",   "time",  "date",      "dateTime", "array",     "object"};
static uint8_t pool[TEXTS];
static size_t pool_used;

static unsigned hex_number(const char *text) {
    return (unsigned)strtoul(text, NULL, 16);
}

static char release_of(const char *word) {
    return word[0] == '-' ? 0 : word[0];
}

static bool look(char **words, wf_property_info *out) {
    return wf_dictionary_property(wf_dictionary_builtin(), out, (uint16_t)hex_number(words[1]),
                                  (uint8_t)hex_number(words[2]), release_of(words[3]));
}

/* --- what is known of an entry --- */

static void print_entry(const wf_property_info *p) {
    printf("class=%04X\tepc=%02X\tfrom=%c\tto=%c\tin=%d\trules=%d%d%d\tatomic=%02X\tleast=%u\tmost=%u\tid=%s\ten=%s\t"
           "ja=%s\n",
           p->class_code, p->epc, p->from, p->to == 0 ? '-' : p->to, p->in_release, (int)p->get, (int)p->set,
           (int)p->inf, p->atomic, p->min_size, p->max_size, p->names.id, p->names.en, p->names.ja);
}

static void print_classes(void) {
    wf_class_info info;
    for (unsigned at = 0; wf_dictionary_next_class(wf_dictionary_builtin(), &at, &info);) {
        printf("code=%04X\tfrom=%c\tto=%c\tid=%s\ten=%s\tja=%s\n", info.code, info.from, info.to == 0 ? '-' : info.to,
               info.names.id, info.names.en, info.names.ja);
    }
    putchar('\n');
}

static void print_entries(uint16_t code) {
    wf_property_info info;
    for (unsigned at = 0; wf_dictionary_next_entry(wf_dictionary_builtin(), &at, &info, code);) {
        print_entry(&info);
    }
    putchar('\n');
}

/* --- nodes --- */

static void print_text(const char *key, const char *text) {
    if (text != NULL && text[0] != '\0') {
        printf("\t%s=%s", key, text);
    }
}

static void print_node(const wf_value *node) {
    printf("kind=%s\tcount=%u\texponent=%d\tnumber=%lld", kinds[node->kind], node->count, node->exponent,
           (long long)node->number);
    if (node->coded) {
        printf("\tcode=%llX", (unsigned long long)node->code);
    }
    printf("\tmoment=%u %u %u %u %u %u\ttimes=", node->year, node->month, node->day, node->hour, node->minute,
           node->second);
    for (size_t i = 0; i < sizeof node->coefficients && node->coefficients[i] != 0; i++) {
        printf("%02X", node->coefficients[i]);
    }
    print_text("unit", node->unit);
    print_text("name", node->name.id);
    print_text("en", node->name.en);
    print_text("ja", node->name.ja);
    print_text("member", node->member.id);
    printf("\tbytes=");
    hex_print(stdout, node->bytes);
}

static wf_bytes pooled(const char *hex) {
    wf_bytes bytes = hex_bytes(pool + pool_used, sizeof pool - pool_used, hex);
    pool_used += bytes.len;
    return bytes;
}

static void read_moment(wf_value *node, const char *text) {
    unsigned part[6] = {0};
    char *end = (char *)(uintptr_t)text;
    for (size_t i = 0; i < 6; i++) {
        part[i] = (unsigned)strtoul(end, &end, 10);
    }
    node->year = (uint16_t)part[0];
    node->month = (uint8_t)part[1];
    node->day = (uint8_t)part[2];
    node->hour = (uint8_t)part[3];
    node->minute = (uint8_t)part[4];
    node->second = (uint8_t)part[5];
}

static void read_word(wf_value *node, const char *key, const char *value) {
    if (strcmp(key, "kind") == 0) {
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            node->kind = strcmp(value, kinds[i]) == 0 ? (wf_value_kind)i : node->kind;
        }
    } else if (strcmp(key, "count") == 0) {
        node->count = (uint16_t)strtoul(value, NULL, 10);
    } else if (strcmp(key, "exponent") == 0) {
        node->exponent = (int8_t)strtol(value, NULL, 10);
    } else if (strcmp(key, "number") == 0) {
        node->number = strtoll(value, NULL, 10);
    } else if (strcmp(key, "code") == 0) {
        node->coded = true;
        node->code = strtoull(value, NULL, 16);
    } else if (strcmp(key, "unit") == 0) {
        node->unit = value;
    } else if (strcmp(key, "name") == 0) {
        node->name.id = value;
    } else if (strcmp(key, "member") == 0) {
        node->member.id = value;
    } else if (strcmp(key, "bytes") == 0) {
        node->bytes = pooled(value);
    } else if (strcmp(key, "moment") == 0) {
        read_moment(node, value);
    }
}

static size_t read_nodes(wf_value *nodes, char **words, size_t count) {
    size_t at = 0;
    pool_used = 0;
    nodes[0] = (wf_value){0};
    for (size_t i = 0; i < count && at + 1 < NODES; i++) {
        char *value = strchr(words[i], '=');
        if (value == NULL) {
            nodes[++at] = (wf_value){0};
            continue;
        }
        *value = '\0';
        read_word(&nodes[at], words[i], value + 1);
    }
    return count == 0 ? 0 : at + 1;
}

static void print_outcome(wf_error error, const wf_value_message *message) {
    if (error == WF_ERROR_WRONG_VALUE) {
        printf("refused\t%s\n", message->text);
    } else {
        printf("error\t%s\n", wf_error_row_of(error)->name);
    }
}

static void decode(const wf_property_info *property, const char *hex) {
    static wf_value nodes[NODES];
    uint8_t edt[NODES];
    wf_value_message message;
    size_t count;
    wf_error error =
        wf_value_decode(property, nodes, NODES, &count, &message, hex_bytes(edt, sizeof edt, hex[0] == '-' ? "" : hex));
    if (error != WF_OK) {
        print_outcome(error, &message);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? "\t;\t" : "", stdout);
        print_node(&nodes[i]);
    }
    putchar('\n');
}

static void encode(const wf_property_info *property, char **words, size_t count) {
    static wf_value nodes[NODES];
    uint8_t edt[UINT8_MAX];
    wf_value_message message;
    wf_writer out = wf_writer_of(edt, sizeof edt);
    size_t read = read_nodes(nodes, words + 1, count - 1);
    wf_error error = wf_value_encode(property, &out, &message, nodes, read, words[0][0] == '1');
    if (error != WF_OK) {
        print_outcome(error, &message);
        return;
    }
    hex_print(stdout, wf_bytes_of(edt, out.len));
    putchar('\n');
}

static void answer(char **words, size_t count) {
    wf_property_info property;
    if (strcmp(words[0], "classes") == 0) {
        print_classes();
    } else if (strcmp(words[0], "entries") == 0 && count == 2) {
        print_entries((uint16_t)hex_number(words[1]));
    } else if (strcmp(words[0], "named") == 0 && count == 4) {
        if (wf_dictionary_property_named(wf_dictionary_builtin(), &property, (uint16_t)hex_number(words[1]), words[2],
                                         release_of(words[3]))) {
            print_entry(&property);
        } else {
            puts("none");
        }
    } else if (count < 4 || !look(words, &property)) {
        puts("none");
    } else if (strcmp(words[0], "look") == 0) {
        print_entry(&property);
    } else if (strcmp(words[0], "decode") == 0 && count == 5) {
        decode(&property, words[4]);
    } else if (strcmp(words[0], "encode") == 0 && count > 4) {
        encode(&property, words + 4, count - 4);
    } else {
        puts("unknown command");
    }
}

int main(void) {
    static char line[LINE_LEN];
    static char *words[WORDS];
    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t count = 0;
        line[strcspn(line, "\r\n")] = '\0';
        for (char *at = line; at != NULL && count < WORDS; count++) {
            words[count] = at;
            at = strchr(at, '\t');
            if (at != NULL) {
                *at++ = '\0';
            }
        }
        answer(words, count);
    }
    return 0;
}
