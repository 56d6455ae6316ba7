/* One audit entry for people and for programs. Everything in it comes from tables or is a number, so JSON needs no
 * escapes. */
#include <string.h>
#include <warifu/audit.h>

static void put(wf_writer *out, const char *text) {
    wf_write_bytes(out, (const uint8_t *)text, strlen(text));
}

static void put_number(wf_writer *out, uint64_t value, unsigned digits) {
    uint8_t text[20];
    size_t at = sizeof text;
    do {
        text[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0 || sizeof text - at < digits);
    wf_write_bytes(out, text + at, sizeof text - at);
}

static void put_hex(wf_writer *out, const uint8_t *bytes, size_t len) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        wf_write_u8(out, (uint8_t)digits[bytes[i] >> 4]);
        wf_write_u8(out, (uint8_t)digits[bytes[i] & 15]);
    }
}

static void put_eoj(wf_writer *out, wf_eoj eoj) {
    const uint8_t bytes[] = {(uint8_t)(eoj >> 16), (uint8_t)(eoj >> 8), (uint8_t)eoj};
    put_hex(out, bytes, sizeof bytes);
}

static void put_address(wf_writer *out, const wf_address *address) {
    char text[WF_ADDRESS_TEXT_LEN];
    put(out, wf_address_format(text, address));
}

/* "2026-11-23T04:51:08Z". Years begin in March here, so that the leap day ends one. */
static void put_date(wf_writer *out, int64_t date) {
    enum { DAY = 86400, DAYS_OF_400_YEARS = 146097, MARCH_1_YEAR_0 = 719468 };
    const uint32_t days = (uint32_t)(date / DAY) + MARCH_1_YEAR_0, seconds = (uint32_t)(date % DAY);
    const uint32_t era = days / DAYS_OF_400_YEARS, day = days % DAYS_OF_400_YEARS;
    const uint32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    const uint32_t day_of_year = day - (365 * year + year / 4 - year / 100);
    const uint32_t month = (5 * day_of_year + 2) / 153; /* 0: March */
    put_number(out, era * 400 + year + (month >= 10 ? 1 : 0), 4);
    put(out, "-");
    put_number(out, month < 10 ? month + 3 : month - 9, 2);
    put(out, "-");
    put_number(out, day_of_year - (153 * month + 2) / 5 + 1, 2);
    put(out, "T");
    put_number(out, seconds / 3600, 2);
    put(out, ":");
    put_number(out, seconds / 60 % 60, 2);
    put(out, ":");
    put_number(out, seconds % 60, 2);
    put(out, "Z");
}

/* Without a date the clock of the boot. */
static void put_moment(wf_writer *out, const wf_audit_entry *entry, wf_time moment) {
    if (entry->date != 0) {
        put_date(out, entry->date + (int64_t)((moment - entry->at) / 1000));
        return;
    }
    put(out, "boot ");
    put_number(out, entry->boot, 1);
    put(out, " + ");
    put_number(out, moment / 1000, 1);
    put(out, ".");
    put_number(out, moment % 1000, 3);
    put(out, " s");
}

static bool has_number(const wf_audit_entry *entry) {
    static const uint8_t none[WF_AUDIT_NUMBER_LEN];
    return memcmp(entry->number, none, sizeof none) != 0;
}

static bool has_address(const wf_audit_entry *entry) {
    return !wf_address_is_unspecified(&entry->address);
}

static void put_error(wf_writer *out, wf_error error) {
    const wf_error_row *row = wf_error_row_of(error);
    put(out, " (");
    if (row->code == error) {
        put(out, row->name);
        put(out, ": ");
        put(out, row->what);
    } else {
        put(out, "error ");
        put_number(out, (uint64_t)error, 1);
    }
    put(out, ")");
}

static void put_whose(wf_writer *out, const wf_audit_entry *entry) {
    if (entry->from_many) {
        put(out, ", from many addresses");
    } else if (has_address(entry)) {
        put(out, ", address ");
        put_address(out, &entry->address);
    }
    if (has_number(entry)) {
        put(out, ", number ");
        put_hex(out, entry->number, sizeof entry->number);
    }
    if (entry->eoj != 0) {
        put(out, ", object ");
        put_eoj(out, entry->eoj);
        put(out, " property ");
        put_hex(out, &entry->epc, 1);
    }
}

void wf_audit_write_text(wf_writer *out, const wf_audit_entry *entry) {
    const wf_audited_row *row = wf_audited_row_of(entry->what);
    put_moment(out, entry, entry->at);
    put(out, " ");
    put(out, row->name);
    put(out, ": ");
    put(out, row->what);
    if (entry->error != WF_OK) {
        put_error(out, entry->error);
    }
    put_whose(out, entry);
    if (entry->count > 1) {
        put(out, ", ");
        put_number(out, entry->count, 1);
        put(out, " times");
    }
    if (entry->last != entry->at) {
        put(out, " until ");
        put_moment(out, entry, entry->last);
    }
}

/* ---- JSON ---- */

static void key(wf_writer *out, const char *name, bool has_value) {
    put(out, ",\"");
    put(out, name);
    put(out, has_value ? "\":" : "\":null");
}

static void json_number(wf_writer *out, const char *name, uint64_t value) {
    key(out, name, true);
    put_number(out, value, 1);
}

static void json_hex(wf_writer *out, const char *name, bool is_there, const uint8_t *bytes, size_t len) {
    key(out, name, is_there);
    if (is_there) {
        put(out, "\"");
        put_hex(out, bytes, len);
        put(out, "\"");
    }
}

static void json_error(wf_writer *out, wf_error error) {
    const wf_error_row *row = wf_error_row_of(error);
    key(out, "error", error != WF_OK);
    if (error != WF_OK && row->code == error) {
        put(out, "\"");
        put(out, row->name);
        put(out, "\"");
    } else if (error != WF_OK) {
        put_number(out, (uint64_t)error, 1);
    }
}

void wf_audit_write_json(wf_writer *out, const wf_audit_entry *entry) {
    const uint8_t eoj[] = {(uint8_t)(entry->eoj >> 16), (uint8_t)(entry->eoj >> 8), (uint8_t)entry->eoj};
    put(out, "{\"sequence\":");
    put_number(out, entry->sequence, 1);
    json_number(out, "boot", entry->boot);
    json_number(out, "at_ms", entry->at);
    json_number(out, "last_ms", entry->last);
    key(out, "date", entry->date != 0);
    if (entry->date != 0) {
        put(out, "\"");
        put_date(out, entry->date);
        put(out, "\"");
    }
    key(out, "what", true);
    put(out, "\"");
    put(out, wf_audited_row_of(entry->what)->name);
    put(out, "\"");
    json_error(out, entry->error);
    json_number(out, "count", entry->count);
    key(out, "from_many", true);
    put(out, entry->from_many ? "true" : "false");
    json_hex(out, "number", has_number(entry), entry->number, sizeof entry->number);
    key(out, "address", has_address(entry));
    if (has_address(entry)) {
        put(out, "\"");
        put_address(out, &entry->address);
        put(out, "\"");
    }
    json_hex(out, "eoj", entry->eoj != 0, eoj, sizeof eoj);
    json_hex(out, "epc", entry->eoj != 0, &entry->epc, 1);
    put(out, "}");
}
