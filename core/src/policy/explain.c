/* Verdicts in words. */
#include <warifu/policy.h>

#include <string.h>

/* Ends as a text, whatever was left out. */
typedef struct sentence {
    char *text;
    size_t len;
} sentence;

static void say(sentence *out, const char *words) {
    for (; *words != '\0' && out->len + 1 < WF_POLICY_TEXT_LEN; words++) {
        out->text[out->len++] = *words;
    }
    out->text[out->len] = '\0';
}

static void say_hex(sentence *out, uint32_t value, unsigned digits) {
    char text[9] = "";
    for (unsigned i = 0; i < digits; i++) {
        text[i] = "0123456789ABCDEF"[value >> 4 * (digits - 1 - i) & 0xF];
    }
    say(out, text);
}

static void say_number(sentence *out, size_t value) {
    char digits[24] = "";
    size_t at = sizeof digits - 1;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    say(out, digits + at);
}

static void say_question(sentence *out, const wf_policy_question *q, bool allowed) {
    const char *kind = wf_peer_kind_text(q->peer);
    say(out, q->peer == WF_PEER_UNKNOWN ? "an " : "a ");
    say(out, kind != NULL ? kind : "strange");
    say(out, q->peer == WF_PEER_MEMBER ? " of a group may " : " peer may ");
    say(out, allowed ? "" : "not ");
    say(out, q->access == WF_MAY_READ     ? "read "
             : q->access == WF_MAY_WRITE  ? "set "
             : q->access == WF_MAY_NOTIFY ? "notify of "
                                          : "be told ");
    say_hex(out, q->eoj, 6);
    say(out, ":");
    say_hex(out, q->epc, 2);
    say(out, q->access == WF_MAY_ANNOUNCE ? " in clear" : "");
}

char *wf_policy_explain(char text[static WF_POLICY_TEXT_LEN], const wf_policy_verdict *verdict,
                        const wf_policy_question *question) {
    sentence out = {text, 0};
    const wf_policy_rule *rule = verdict->rule;
    text[0] = '\0';
    say_question(&out, question, verdict->allowed);
    say(&out, rule == NULL ? ": no rule of \"" : ": rule ");
    if (rule != NULL) {
        say_number(&out, verdict->index + 1);
        say(&out, " of \"");
    }
    say(&out, verdict->policy->name);
    say(&out, "\"");
    if (rule != NULL && rule->line != 0) {
        say(&out, ", line ");
        say_number(&out, rule->line);
        say(&out, ",");
    }
    say(&out, rule == NULL       ? " allows it, and what no rule allows is denied"
              : verdict->allowed ? " allows it"
                                 : " denies it");
    if (rule != NULL && rule->why != NULL) {
        say(&out, " (");
        say(&out, rule->why);
        say(&out, ")");
    }
    return text;
}
