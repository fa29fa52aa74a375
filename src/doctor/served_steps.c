/* SPDX-License-Identifier: ISC */
/*
 * doctor/served_steps.c - a sentence a cause
 */
#include "doctor/served_steps.h"
#include "base/escape.h"
#include "doctor/served.h"
#include "doctor/words.h"
#include <time.h>

enum { HOSTS_SAID = 3, DAY_S = 86400 };

/* "mx.a.example and mx.b.example"; false: nobody is named there. */
static bool add_hosts(const struct served *v, enum served_view view, struct buf *b)
{
    unsigned said = 0;
    for (size_t i = 0; i < v->count && said < HOSTS_SAID; i++) {
        if (!(v->hosts[i].views & (1u << view)))
            continue;
        buf_add(b, said ? STR(", ") : STR(""));
        escape_line(v->hosts[i].name, b);
        said++;
    }
    return said;
}

/* By the clock of the person who reads it; with the day where it is not today's or tonight's. */
static void add_time(uint64_t at_s, bool far, struct buf *b)
{
    struct tm t;
    char text[64];
    time_t at = (time_t)at_s;
    if (!localtime_r(&at, &t) || !strftime(text, sizeof text, far ? "%d %B, %H:%M" : "%H:%M", &t))
        return;
    buf_addf(b, " until about %s", text);
}

static void change(const struct served *v, uint64_t now_s, struct buf *b)
{
    const struct dns_answer *old = v->answers[SERVED_BY_RESOLVER];
    if (!(v->known & (1u << SERVED_BY_PARENT)) || !old)
        return;
    buf_addf(b, "Your resolver keeps the old entry for %s (", v->domain);
    add_hosts(v, SERVED_BY_RESOLVER, b);
    buf_add(b, STR(")"));
    add_time(now_s + old->ttl_s, old->ttl_s > DAY_S / 2, b);
    buf_add(b, STR("; the domain's own name servers say "));
    add_hosts(v, SERVED_BY_PARENT, b);
    buf_add(b, STR(" now."));
}

static void delegation(const struct served *v, struct buf *b)
{
    if (!(v->known & (1u << SERVED_BY_ZONE)))
        return;
    buf_addf(b, "By the name servers that the registry names, mail for %s goes to ", v->domain);
    add_hosts(v, SERVED_BY_PARENT, b);
    buf_add(b, STR("; by those that the domain's own entries name, to "));
    add_hosts(v, SERVED_BY_ZONE, b);
    buf_add(b, STR(". Make the two lists of name servers one."));
}

static void leads_to(const struct served *v, const char *then, struct buf *b)
{
    buf_addf(b, "By DNS, mail for %s goes to ", v->domain);
    if (add_hosts(v, SERVED_BY_RESOLVER, b))
        buf_addf(b, ": %s", then);
}

void doctor_served_step(const struct doctor_report *r, uint64_t now_s, struct buf *b)
{
    struct served v;
    if (!served_look(r->asked, r->record, words_domain(r->asked->attempt.to), &v) ||
        !(v.known & (1u << SERVED_BY_RESOLVER)))
        return;
    switch (r->judgement->causes[0].cause) {
    case CAUSE_DNS_CHANGE_PENDING: change(&v, now_s, b); break;
    case CAUSE_DNS_DELEGATION: delegation(&v, b); break;
    case CAUSE_MX_POINTS_ELSEWHERE:
        leads_to(&v, "if that is right, use that provider's settings; if not, mend the entry.", b);
        break;
    case CAUSE_DOMAIN_NOT_CONFIGURED:
        leads_to(&v, "tell whoever runs this server that it must take mail for the domain.", b);
        break;
    case CAUSE_DOMAIN_STILL_LOCAL:
        leads_to(&v, "tell whoever runs this server to strike the domain off its own list.", b);
        break;
    default: break;
    }
}
