#include "pki/der.h"

enum { DAY = 86400, DAYS_TO_1970 = 719162 };

static bool is_leap(int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t days_in_month(int64_t year, int64_t month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01 to the first of January of `year` (1 to 10000). */
static int64_t days_to_year(int64_t year) {
    int64_t before = year - 1;
    return before * 365 + before / 4 - before / 100 + before / 400 - DAYS_TO_1970;
}

static int64_t read_digits(wf_reader *r, size_t count) {
    int64_t value = 0;
    while (count-- > 0) {
        uint8_t digit = wf_read_u8(r);
        if (digit < '0' || digit > '9') {
            wf_reader_fail(r);
            return 0;
        }
        value = value * 10 + (digit - '0');
    }
    return value;
}

/* RFC 5280 4.1.2.5.1: 50 to 99 are of the twentieth century. 4.1.2.5: GeneralizedTime only from 2050 on. */
static int64_t read_year(wf_reader *r, uint8_t tag) {
    if (tag == WF_DER_UTC_TIME) {
        int64_t year = read_digits(r, 2);
        return year + (year >= 50 ? 1900 : 2000);
    }
    int64_t year = read_digits(r, 4);
    if (year < 2050) {
        wf_reader_fail(r);
    }
    return year;
}

int64_t wf_der_read_time(wf_reader *r) {
    uint8_t tag = wf_der_next_is(r, WF_DER_UTC_TIME) ? WF_DER_UTC_TIME : WF_DER_GENERALIZED_TIME;
    wf_reader t = wf_der_enter(r, tag);
    int64_t year = read_year(&t, tag);
    int64_t month = read_digits(&t, 2);
    int64_t day = read_digits(&t, 2);
    int64_t hour = read_digits(&t, 2);
    int64_t minute = read_digits(&t, 2);
    int64_t second = read_digits(&t, 2);
    if (wf_read_u8(&t) != 'Z') {
        wf_reader_fail(&t);
    }
    wf_der_leave(r, &t);
    bool month_fits = month >= 1 && month <= 12;
    if (!month_fits || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59) {
        wf_reader_fail(r);
    }
    if (r->failed) {
        return 0;
    }
    int64_t days = days_to_year(year) + day - 1;
    for (int64_t m = 1; m < month; m++) {
        days += days_in_month(year, m);
    }
    return days * DAY + hour * 3600 + minute * 60 + second;
}

static void write_digits(wf_writer *w, int64_t value, size_t count) {
    uint8_t *space = wf_write_space(w, count);
    if (space == NULL) {
        return;
    }
    for (size_t i = count; i-- > 0; value /= 10) {
        space[i] = (uint8_t)('0' + value % 10);
    }
}

void wf_der_write_time(wf_writer *w, int64_t seconds) {
    if (seconds < WF_DER_TIME_MIN || seconds > WF_DER_TIME_MAX) {
        w->overflow = true;
        return;
    }
    int64_t since_1950 = seconds - WF_DER_TIME_MIN;
    int64_t of_day = since_1950 % DAY;
    int64_t days = since_1950 / DAY + days_to_year(1950);
    int64_t year = 1950 + since_1950 / DAY / 366;
    while (days_to_year(year + 1) <= days) {
        year++;
    }
    days -= days_to_year(year);
    int64_t month = 1;
    while (days >= days_in_month(year, month)) {
        days -= days_in_month(year, month++);
    }
    bool general = year >= 2050;
    size_t mark = wf_der_begin(w, general ? WF_DER_GENERALIZED_TIME : WF_DER_UTC_TIME);
    write_digits(w, general ? year : year % 100, general ? 4 : 2);
    write_digits(w, month, 2);
    write_digits(w, days + 1, 2);
    write_digits(w, of_day / 3600, 2);
    write_digits(w, of_day / 60 % 60, 2);
    write_digits(w, of_day % 60, 2);
    wf_write_u8(w, 'Z');
    wf_der_end(w, mark);
}
