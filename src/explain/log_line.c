/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line.c - what stands before a log's message, and whose it is
 */
#include "explain/log_scan.h"

#include <string.h>

/* ---- stamps ---- */

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned of_era = (unsigned)(year - era * 400);
    unsigned of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool clock_of(str *s, int64_t *seconds)
{
    unsigned h, m, sec;
    str rest = *s;
    if (!scan_number(&rest, 2, &h) || !scan_skip(&rest, STR(":")) || !scan_number(&rest, 2, &m) ||
        !scan_skip(&rest, STR(":")) || !scan_number(&rest, 2, &sec) || h > 23 || m > 59 || sec > 60)
        return false;
    *seconds = (int64_t)h * 3600 + m * 60 + sec;
    if (rest.n > 1 && (rest.p[0] == '.' || rest.p[0] == ',') && is_digit(rest.p[1])) {
        size_t i = 1;
        while (i < rest.n && is_digit(rest.p[i]))
            i++;
        rest = str_skip(rest, i);
    }
    *s = rest;
    return true;
}

/* "+02:00", "+0200", " +0200", "Z": told apart, and not counted: the log's own clock is what a reader looks for. */
static void skip_zone(str *s)
{
    str rest = *s;
    unsigned n;
    if (scan_skip(s, STR("Z")))
        return;
    scan_skip(&rest, STR(" "));
    if (!scan_skip(&rest, STR("+")) && !scan_skip(&rest, STR("-")))
        return;
    if (!scan_number(&rest, 2, &n))
        return;
    scan_skip(&rest, STR(":"));
    if (scan_number(&rest, 2, &n))
        *s = rest;
}

/* "2024-01-31T10:20:30.123+01:00", "2024-01-31 10:20:30", "2024/01/31 10:20:30" */
bool scan_iso_stamp(str *s, struct log_line *out, bool *blank)
{
    unsigned y, m, d;
    int64_t clock;
    str rest = *s;
    if (!scan_number(&rest, 4, &y) || !rest.n)
        return false;
    str dash = str_take(rest, 1);
    if (dash.p[0] != '-' && dash.p[0] != '/' && dash.p[0] != '.')
        return false;
    if (!scan_skip(&rest, dash) || !scan_number(&rest, 2, &m) || !scan_skip(&rest, dash) ||
        !scan_number(&rest, 2, &d) || m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    *blank = scan_skip(&rest, STR(" "));
    if (!*blank && !scan_skip(&rest, STR("T")))
        return false;
    if (!clock_of(&rest, &clock))
        return false;
    skip_zone(&rest);
    out->time_s = days_of((int64_t)y, m, d) * 86400 + clock;
    *s = rest;
    return true;
}

static unsigned month_of(str s)
{
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (s.n < 4 || s.p[3] != ' ')
        return 0;
    for (unsigned i = 0; i < 12; i++)
        if (memcmp(s.p, MONTHS + (size_t)i * 3, 3) == 0)
            return i + 1;
    return 0;
}

/* RFC 3164 section 4.1.2, "Jan  1 10:20:30"; some write a year behind. */
static bool bsd_stamp(const struct log_reader *r, str *s, int64_t *time_s)
{
    enum { A_DAY_S = 86400 };
    unsigned month = month_of(*s), day, year = 0;
    int64_t clock;
    if (!month)
        return false;
    str rest = scan_blanks(str_skip(*s, 4));
    if (!scan_number(&rest, 2, &day) && !scan_number(&rest, 1, &day))
        return false;
    rest = scan_blanks(rest);
    if (day < 1 || day > 31 || !clock_of(&rest, &clock))
        return false;
    str behind = scan_blanks(rest);
    if (scan_number(&behind, 4, &year) && year > 1970 && year < 2200 && behind.n &&
        behind.p[0] == ' ')
        rest = behind;
    else
        year = 0;
    *s = rest;
    if (!year && r->year <= 0)
        return true; /* no year can be said: no time */
    *time_s = days_of(year ? (int64_t)year : r->year, month, day) * 86400 + clock;
    if (!year && r->latest_s && *time_s > r->latest_s + A_DAY_S)
        *time_s = days_of(r->year - 1, month, day) * 86400 + clock;
    return true;
}

/* multilog's "@4000000065ba1f5e0d2b2c1c": seconds of TAI from 2^62 on, and nanoseconds. */
static bool tai_stamp(str *s, struct log_line *out)
{
    enum { DIGITS = 24, SECONDS = 16, LEAP_S = 10 };
    uint64_t value = 0;
    if (s->n <= DIGITS || s->p[0] != '@' || s->p[1] != '4')
        return false;
    for (size_t i = 1; i <= DIGITS; i++) {
        char c = s->p[i];
        if (!is_digit(c) && (c < 'a' || c > 'f'))
            return false;
        if (i <= SECONDS)
            value = value << 4 | (uint64_t)(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    out->time_s = (int64_t)(value - (1ULL << 62)) - LEAP_S;
    *s = str_skip(*s, DIGITS + 1);
    return true;
}

static bool stamp(struct log_reader *r, str *s, struct log_line *out)
{
    bool blank;
    str rest = *s;
    if (rest.n && is_digit(rest.p[0])) {
        if (!scan_iso_stamp(&rest, out, &blank))
            return false;
    } else if (!tai_stamp(&rest, out) && !bsd_stamp(r, &rest, &out->time_s)) {
        return false;
    }
    out->begins = true;
    *s = scan_blanks(rest);
    return true;
}

/* ---- the program ---- */

/* "name[123]:" or "name:"; the word without its colon is given. */
static bool is_tag(str word, struct log_line *out)
{
    if (word.n < 3 || word.p[word.n - 1] != ':')
        return false;
    word.n--;
    str process = STR_NONE;
    size_t open = str_find_octet(word, '[');
    if (open != STR_NOT_FOUND) {
        if (word.p[word.n - 1] != ']')
            return false;
        process = str_skip(str_take(word, word.n - 1), open + 1);
        word = str_take(word, open);
    }
    if (!word.n || !is_alpha(word.p[0]) || str_eq(word, STR("NOQUEUE")))
        return false;
    for (size_t i = 0; i < word.n; i++)
        if (!is_alnum(word.p[i]) && !strchr("/_.-", word.p[i]))
            return false;
    out->program = word;
    out->session = process;
    return true;
}

/* Behind a stamp: "host program[1]:", "host mail.info program[1]:", "mail.info program[1]:". */
static void host_and_tag(str *s, struct log_line *out)
{
    str rest = *s, first = STR_NONE;
    for (int i = 0; i < 3; i++) {
        str word = scan_word(&rest);
        if (!word.n)
            return;
        if (is_tag(word, out)) {
            out->host = first;
            *s = scan_blanks(rest);
            return;
        }
        if (!i)
            first = word;
    }
}

/* RFC 5424 section 6 behind "<PRI>1 ": stamp, host, app, process, message id, structured data. */
static bool rfc5424(str *s, struct log_line *out)
{
    str rest = *s;
    bool blank;
    if (!scan_skip(&rest, STR("1 ")) || !scan_iso_stamp(&rest, out, &blank) || blank)
        return false;
    str host = scan_word(&rest), app = scan_word(&rest), process = scan_word(&rest);
    scan_word(&rest); /* message id */
    rest = scan_blanks(rest);
    if (!scan_skip(&rest, STR("- ")) && !scan_skip(&rest, STR("-"))) {
        size_t end = str_find_octet(rest, ']');
        if (!str_starts(rest, STR("[")) || end == STR_NOT_FOUND)
            return false;
        rest = str_skip(rest, end + 1);
    }
    out->begins = true;
    out->host = host;
    out->program = app;
    out->session = str_eq(process, STR("-")) ? STR_NONE : process;
    *s = scan_blanks(rest);
    return true;
}

static void skip_priority(str *s)
{
    str rest = *s;
    size_t close = str_find_octet(str_take(rest, 5), '>');
    if (str_starts(rest, STR("<")) && close != STR_NOT_FOUND && close > 1 && is_digit(rest.p[1]))
        *s = str_skip(rest, close + 1);
}

/* Docker's "mail-1  | " before each line. */
static void skip_container(str *s)
{
    size_t bar = str_find(str_take(*s, 64), STR("| "));
    if (bar == STR_NOT_FOUND || bar == 0)
        return;
    str name = str_trim(str_take(*s, bar));
    for (size_t i = 0; i < name.n; i++)
        if (!is_alnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '_' && name.p[i] != '.')
            return;
    *s = scan_blanks(str_skip(*s, bar + 2));
}

/* What stands before the message. *rest moves behind the stamps, the rest is given without host and program. */
static str prefix(struct log_reader *r, str *rest, struct log_line *out)
{
    *rest = str_trim(*rest);
    skip_container(rest);
    skip_priority(rest);
    if (rfc5424(rest, out))
        return *rest;
    /* A container's log has its own stamp before the program's. */
    for (int i = 0; i < 2 && stamp(r, rest, out); i++)
        ;
    str message = *rest;
    host_and_tag(&message, out);
    return message;
}

/* Postfix's processes by the last part of their name, since the first is free (syslog_name). */
static bool is_postfix(str program)
{
    static const str DAEMONS[] = {
        STR_INIT("smtpd"),
        STR_INIT("smtp"),
        STR_INIT("cleanup"),
        STR_INIT("qmgr"),
        STR_INIT("postscreen"),
        STR_INIT("lmtp"),
        STR_INIT("local"),
        STR_INIT("virtual"),
        STR_INIT("pipe"),
        STR_INIT("error"),
        STR_INIT("bounce"),
        STR_INIT("pickup"),
        STR_INIT("retry"),
        STR_INIT("anvil"),
        STR_INIT("relay"),
        STR_INIT("tlsproxy"),
        STR_INIT("verify"),
        STR_INIT("discard"),
        STR_INIT("master"),
        STR_INIT("dnsblog"),
        STR_INIT("sendmail"),
        STR_INIT("proxymap"),
        STR_INIT("trivial-rewrite"),
    };
    size_t slash = str_rfind_octet(program, '/');
    if (slash == STR_NOT_FOUND)
        return str_eq(program, STR("postfix")) || str_eq(program, STR("postscreen"));
    if (scan_has(program, STR("postfix")))
        return true;
    str last = str_skip(program, slash + 1);
    for (size_t i = 0; i < COUNT_OF(DAEMONS); i++)
        if (str_eq(last, DAEMONS[i]))
            return true;
    return false;
}

/* Without a program's name: words that nobody else writes. */
static bool bare(str message, struct log_line *out)
{
    /* Also behind what a page that shows logs puts before it: "30/9/2017, 00:10:17 | info | NOQUEUE: ..." */
    size_t reject = str_find(str_take(message, 80), STR("NOQUEUE: reject: "));
    if (reject != STR_NOT_FOUND)
        return log_line_postfix(str_skip(message, reject), out);
    if ((scan_has(message, STR("to=<")) || str_starts(message, STR("relay="))) &&
        scan_has(message, STR(", status=")))
        return log_line_postfix(message, out);
    if (log_line_msmtp(message, out) || log_line_haraka(message, out))
        return true;
    /* The rest is told by a number of 16 digits, or by words that stand at the start. */
    if (str_starts(message, STR("smtp-in: ")) || str_starts(message, STR("relay: PermFail ")) ||
        str_starts(message, STR("relay: TempFail ")) ||
        (message.n > 17 && message.p[16] == ' ' && log_line_opensmtpd(message, out)))
        return log_line_opensmtpd(message, out);
    if (str_starts(message, STR("delivery ")) || str_starts(message, STR("starting delivery ")))
        return log_line_qmail(message, out);
    out->event = LOG_LINE_FOREIGN;
    out->dialect = DIALECT_NONE;
    return false;
}

/* Those that write a form of their own, known by how the line begins. */
static bool own_form(struct log_reader *r, str line, struct log_line *out)
{
    if (!line.n)
        return false;
    switch (line.p[0]) {
    case '#': return log_line_exchange(r, line, out);
    case '"': return log_line_hmailserver(line, out);
    case '[': return log_line_smartermail(line, out);
    case 'S':
    case 'M':
    case 'T':
    case 'W':
    case 'F': return log_line_mdaemon(line, out);
    default:
        return is_digit(line.p[0]) &&
               (log_line_exchange(r, line, out) || log_line_smartermail(line, out));
    }
}

/* By the program's name behind the stamp. */
static bool named(str message, struct log_line *out)
{
    bool blank;
    if (is_postfix(out->program)) {
        log_line_postfix(message, out);
    } else if (str_starts(out->program, STR("exim"))) {
        if (scan_iso_stamp(&message, out, &blank))
            message = scan_blanks(message);
        log_line_exim(message, out);
    } else if (str_starts(out->program, STR("sendmail")) || str_starts(out->program, STR("sm-"))) {
        log_line_sendmail(message, out);
    } else if (str_eq(out->program, STR("smtpd"))) {
        log_line_opensmtpd(message, out);
    } else {
        return log_line_others(message, out);
    }
    out->begins = true;
    return true;
}

void log_line_read(struct log_reader *r, str line, struct log_line *out)
{
    *out = (struct log_line){ .time_s = LOG_NO_TIME };
    str rest = line, message;
    if (own_form(r, str_trim(line), out))
        return;
    *out = (struct log_line){ .time_s = LOG_NO_TIME };
    message = prefix(r, &rest, out);
    if (out->program.n && named(message, out))
        return;
    if (bare(rest, out)) {
        out->begins = true;
        return;
    }
    /* Exim's own log has a stamp and no name. */
    out->program = STR("exim");
    out->session = STR_NONE;
    if (log_line_exim(rest, out))
        return;
    out->program = STR_NONE;
    out->event = LOG_LINE_FOREIGN;
    out->dialect = DIALECT_NONE;
}
