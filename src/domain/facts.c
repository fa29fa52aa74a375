/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "base/escape.h"
#include "dns/record_text.h"
#include "domain/facts_inside.h"
#include <stdarg.h>
#include <stdio.h>

static const struct name_row VERDICT_ROWS[] = {
    { DOMAIN_OK, STR_INIT("ok") },
    { DOMAIN_WARNING, STR_INIT("warning") },
    { DOMAIN_NOT_KNOWN, STR_INIT("unknown") },
    { DOMAIN_WRONG, STR_INIT("wrong") },
};
const struct names DOMAIN_VERDICT_NAMES = NAMES(VERDICT_ROWS);

enum { LINE_OCTETS = 2048, RECORDS_SHOWN = 12 };

/* What comes from DNS is escaped already; a validator's words are not. */
static str keep(struct facts *f, const char *text, size_t n)
{
    struct buf b;
    buf_init(&b, 4 * LINE_OCTETS);
    escape_line((str){ text, n < LINE_OCTETS ? n : LINE_OCTETS - 1 }, &b);
    str s = arena_dup(f->memory, buf_str(&b));
    buf_done(&b);
    f->failed |= s.p == NULL;
    return s.p ? s : STR("");
}

PRINTF_LIKE(2, 0)
static str format(struct facts *f, const char *fmt, va_list ap)
{
    char line[LINE_OCTETS];
    int n = vsnprintf(line, sizeof line, fmt, ap);
    return keep(f, line, n > 0 ? (size_t)n : 0);
}

struct domain_fact *fact_add(struct facts *f, const char *id, str about,
                             enum domain_verdict verdict, const char *fmt, ...)
{
    struct domain_fact *fact = &f->spare;
    if (f->out->count < DOMAIN_FACTS_MAX)
        fact = &f->out->rows[f->out->count++];
    else
        f->out->more = true;
    *fact = (struct domain_fact){ .id = str_from(id), .about = about, .verdict = verdict };
    va_list ap;
    va_start(ap, fmt);
    fact->text = format(f, fmt, ap);
    va_end(ap);
    return fact;
}

void fact_say(struct facts *f, struct domain_fact *fact, const char *fmt, ...)
{
    char line[LINE_OCTETS];
    va_list ap;
    va_start(ap, fmt);
    int n = snprintf(line, sizeof line, "%.*s ", STR_ARG(fact->text));
    if (n > 0 && (size_t)n < sizeof line) {
        int more = vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
        fact->text = keep(f, line, (size_t)n + (more > 0 ? (size_t)more : 0));
    }
    va_end(ap);
}

void fact_evidence(struct facts *f, struct domain_fact *fact, const char *fmt, ...)
{
    va_list ap;
    if (fact->evidence_count == DOMAIN_FACT_LINES)
        return;
    va_start(ap, fmt);
    fact->evidence[fact->evidence_count++] = format(f, fmt, ap);
    va_end(ap);
}

void fact_paste(struct facts *f, struct domain_fact *fact, const char *fmt, ...)
{
    va_list ap;
    if (fact->paste_count == DOMAIN_FACT_LINES)
        return;
    va_start(ap, fmt);
    fact->paste[fact->paste_count++] = format(f, fmt, ap);
    va_end(ap);
}

const char *fact_failure(enum dns_code code)
{
    switch (code) {
    case DNS_OK: return "it is there";
    case DNS_NXDOMAIN: return "the name does not exist (NXDOMAIN)";
    case DNS_SERVFAIL: return "the DNS server could not find out (SERVFAIL)";
    case DNS_REFUSED: return "the DNS server refuses to look (REFUSED)";
    case DNS_TIMEOUT: return "no DNS server answered in time";
    case DNS_UNREACHABLE: return "there is no way to the DNS server from here";
    case DNS_BROKEN: break;
    }
    return "the answer could not be read";
}

str fact_records(struct facts *f, const struct dns_answer *a)
{
    struct buf b;
    if (a->code != DNS_OK)
        return str_from(fact_failure(a->code));
    if (a->count == 0)
        return STR("nothing");
    buf_init(&b, LINE_OCTETS);
    for (size_t i = 0; i < a->count && i < RECORDS_SHOWN; i++) {
        buf_add(&b, i > 0 ? STR(", ") : STR(""));
        dns_record_value_text(&a->records[i], &b);
    }
    if (a->count > RECORDS_SHOWN)
        buf_addf(&b, ", and %zu more", a->count - RECORDS_SHOWN);
    str s = keep(f, b.p, b.n);
    buf_done(&b);
    return s;
}

str fact_ip(struct facts *f, const struct ip *ip)
{
    char text[IP_TEXT_MAX];
    str s = str_from(ip_text(ip, text));
    return keep(f, s.p, s.n);
}

void fact_answer(struct facts *f, struct domain_fact *fact, const struct dns_answer *a)
{
    if (!a)
        return;
    const struct ip *who = a->question.way == DNS_BY_SERVER ? &a->question.at : &a->server;
    str type = names_of(&DNS_TYPE_NAMES, (int)a->question.type), from = fact_ip(f, who);
    bool failed = a->code != DNS_OK && a->code != DNS_NXDOMAIN;
    char ttl[32] = "";
    if (!failed)
        (void)snprintf(ttl, sizeof ttl, "TTL %u", a->ttl_s);
    bool told = from.n > 0 || !failed;
    fact_evidence(f, fact, "%.*s of %.*s: %.*s%s%s%s%s%.*s%s", STR_ARG(type),
                  STR_ARG(a->question.name), STR_ARG(fact_records(f, a)), told ? " (" : "", ttl,
                  !failed && from.n > 0 ? ", " : "", from.n > 0 ? "from " : "", STR_ARG(from),
                  told ? ")" : "");
}

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

/* "in 22 minutes" */
static void duration(uint64_t s, char *out, size_t room)
{
    if (s < 2 * (uint64_t)MINUTE_S)
        (void)snprintf(out, room, "in %u seconds", (unsigned)s);
    else if (s < 2 * (uint64_t)HOUR_S)
        (void)snprintf(out, room, "in %u minutes", (unsigned)((s + MINUTE_S - 1) / MINUTE_S));
    else if (s < 2 * (uint64_t)DAY_S)
        (void)snprintf(out, room, "in %u hours", (unsigned)((s + HOUR_S - 1) / HOUR_S));
    else
        (void)snprintf(out, room, "in %u days", (unsigned)((s + DAY_S - 1) / DAY_S));
}

str fact_time(struct facts *f, uint64_t at_s)
{
    char in[32], line[64];
    uint64_t left_s = at_s > f->now_s ? at_s - f->now_s : 0;
    duration(left_s, in, sizeof in);
    int64_t local = (int64_t)at_s + f->utc_offset_s;
    unsigned day_s = (unsigned)(local > 0 ? local % DAY_S : 0);
    int n = left_s < DAY_S ? snprintf(line, sizeof line, "%02u:%02u, %s", day_s / HOUR_S,
                                      day_s % HOUR_S / MINUTE_S, in)
                           : snprintf(line, sizeof line, "%s", in + sizeof("in ") - 1);
    return keep(f, line, n > 0 ? (size_t)n : 0);
}

bool domain_facts(const struct domain_look *look, uint64_t now_s, int32_t utc_offset_s,
                  struct arena *memory, struct domain_facts *out)
{
    struct facts f = {
        .out = out, .memory = memory, .look = look, .now_s = now_s, .utc_offset_s = utc_offset_s
    };
    out->count = 0;
    out->more = false;
    out->verdict = DOMAIN_OK;
    if (look->reserved) {
        (void)fact_add(&f, "reserved", look->domain, DOMAIN_NOT_KNOWN,
                       "This name is set aside for tests, examples or one's own network, so "
                       "nothing was asked. "
                       "Name the DNS server that is to be asked with --resolver.");
    } else {
        facts_mx(&f);
        facts_servers(&f);
        facts_auth(&f);
        facts_tls(&f);
        facts_services(&f);
    }
    for (size_t i = 0; i < out->count; i++)
        if (out->rows[i].verdict > out->verdict && !out->rows[i].minor)
            out->verdict = out->rows[i].verdict;
    return !f.failed;
}
