/* SPDX-License-Identifier: ISC */
/* mail/trace.c - the Received field that a relay puts in front of a message, and dates */
#include "mail/trace.h"
#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, NAME_OCTETS = 255 };

/* Year, month and day of a day since 1970: years are counted from March, so that a leap day is the last. */
static void civil(uint64_t days, unsigned *year, unsigned *month, unsigned *day)
{
    uint64_t z = days + 719468, era = z / 146097;
    unsigned in_era = (unsigned)(z - era * 146097);
    unsigned y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    unsigned in_year = in_era - (365 * y + y / 4 - y / 100);
    unsigned m = (5 * in_year + 2) / 153;
    *day = in_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = (unsigned)(y + era * 400) + (*month <= 2);
}

str mail_date_text(uint64_t since_ms, int east, char out[MAIL_DATE_MAX])
{
    static const char DAYS[7][4] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char MONTHS[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int64_t local = (int64_t)(since_ms / 1000) + (int64_t)east * 60;
    uint64_t s = local < 0 ? 0 : (uint64_t)local;
    unsigned year, month, day, off = (unsigned)(east < 0 ? -east : east), in_day = s % DAY_S;
    civil(s / DAY_S, &year, &month, &day);
    int n = snprintf(out, MAIL_DATE_MAX, "%s, %u %s %04u %02u:%02u:%02u %c%02u%02u",
                     DAYS[s / DAY_S % 7], day, MONTHS[month - 1], year % 10000, in_day / 3600,
                     in_day / 60 % 60, in_day % 60, east < 0 ? '-' : '+', off / 60 % 100, off % 60);
    return (str){ out, n > 0 && n < MAIL_DATE_MAX ? (size_t)n : 0 };
}

/* Section 4.1.2: Domain or address-literal, and the underscore that many send. */
static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && !memchr(".-_:[]", s.p[i], 6))
            return false;
    return s.n > 0 && s.n <= NAME_OCTETS;
}

static void add_from(const struct mail_trace *t, struct buf *out)
{
    char text[IP_TEXT_MAX];
    str ip = str_from(ip_text(&t->client, text));
    ip = str_take(ip, str_find_octet(ip, '%')); /* a zone means nothing elsewhere */
    const char *kind = t->client.family == IP_V6 ? "IPv6:" : "";
    buf_add(out, STR("Received: from "));
    buf_add(out, is_name(t->helo) ? t->helo : STR("unknown"));
    if (ip.n > 0)
        buf_addf(out, " ([%s%.*s])", kind, STR_ARG(ip));
}

static void add_with(const struct mail_trace *t, struct buf *out)
{
    bool tls = t->tls_version.n > 0;
    buf_add(out, t->smtputf8 ? STR("UTF8SMTP") : t->extended ? STR("ESMTP") : STR("SMTP"));
    if (t->extended) /* RFC 3848 has no other */
        buf_add(out, tls && t->auth ? STR("SA") : tls ? STR("S") : t->auth ? STR("A") : STR(""));
    if (tls)
        buf_addf(out, " (%.*s %.*s)", STR_ARG(t->tls_version), STR_ARG(t->tls_cipher));
}

bool mail_trace_write(const struct mail_trace *t, struct buf *out)
{
    add_from(t, out);
    buf_add(out, STR("\r\n\tby "));
    buf_add(out, t->hostname);
    buf_add(out, STR(" with "));
    add_with(t, out);
    buf_add(out, STR("\r\n\tid "));
    buf_add(out, t->id);
    if (t->for_path.n > 0 && (t->smtputf8 || str_is_ascii(t->for_path))) {
        buf_add(out, STR("\r\n\tfor <"));
        buf_add(out, t->for_path);
        buf_addc(out, '>');
    }
    buf_add(out, STR(";\r\n\t"));
    buf_add(out, t->date);
    return buf_add(out, STR("\r\n"));
}
