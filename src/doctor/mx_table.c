/* SPDX-License-Identifier: ISC */
/*
 * doctor/mx_table.c - one row a host
 */
#include "doctor/mx_table.h"
#include "doctor/words.h"

static str domain_asked_about(const struct doctor_asked *asked, const struct doctor_record *r)
{
    str own = words_domain(asked->own_address), to = words_domain(asked->attempt.to);
    if (own.n && str_eq_nocase(own, to))
        return to;
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].probe == PROBE_MX && r->rows[i].attempt.to.n)
            return words_domain(r->rows[i].attempt.to);
    return STR_NONE;
}

static enum doctor_state state_of(const struct doctor_evidence *ev)
{
    if (doctor_evidence_good(ev))
        return ev->outcome.stage == SMTP_STAGE_RCPT ? STATE_ACCEPTED : STATE_NOT_TESTED;
    switch (ev->outcome.end) {
    case SMTP_END_REPLY: return STATE_REFUSED;
    case SMTP_END_SILENT: return STATE_SILENT;
    default: return STATE_CLOSED;
    }
}

/* Postmaster's answer says most, then whatever it came to. */
static bool says_more(const struct doctor_evidence *ev, const struct doctor_evidence *than)
{
    return !than || (!str_starts_nocase(than->attempt.to, STR("postmaster@")) &&
                     ev->outcome.stage >= than->outcome.stage);
}

static void take_rows(const struct doctor_record *r, str domain, struct doctor_mx_row *row)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        bool here = row->asked
                        ? ev->probe == PROBE_TRIAL && ev->attempt.port == 25 &&
                              ev->outcome.stage == SMTP_STAGE_RCPT &&
                              !smtp_attempt_logs_in(&ev->attempt) &&
                              str_eq_nocase(words_domain(ev->attempt.to), domain)
                        : ev->probe == PROBE_MX && str_eq_nocase(ev->attempt.host, row->host);
        if (here && says_more(ev, row->by)) {
            row->by = ev;
            row->address = ev->attempt.address;
            row->state = state_of(ev);
        }
    }
}

static struct doctor_mx_row *add(struct doctor_mx_table *t, str host, bool asked)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].asked == asked && (asked || str_eq_nocase(t->rows[i].host, host)))
            return &t->rows[i];
    if (t->count == DOCTOR_MX_MAX)
        return NULL;
    t->rows[t->count] =
        (struct doctor_mx_row){ .host = host, .address = { .family = IP_NONE }, .asked = asked };
    return &t->rows[t->count++];
}

static void add_served(const struct doctor_asked *asked, const struct doctor_record *r,
                       struct doctor_mx_table *t)
{
    for (size_t i = 0; i < t->served.count; i++) {
        const struct served_host *h = &t->served.hosts[i];
        struct doctor_mx_row *row = add(t, h->name, served_is_asked(asked, r, h));
        if (!row)
            return;
        row->views |= h->views;
        if (h->address_count)
            row->address = h->addresses[0];
    }
}

void doctor_mx_table(const struct doctor_asked *asked, const struct doctor_record *r,
                     struct doctor_mx_table *out)
{
    *out = (struct doctor_mx_table){ .domain = domain_asked_about(asked, r) };
    if (!out->domain.n)
        return;
    if (r->dns && served_look(asked, r, out->domain, &out->served))
        add_served(asked, r, out);
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].probe == PROBE_MX)
            add(out, r->rows[i].attempt.host, false);
    if (out->count)
        add(out, asked->attempt.host, true);
    for (size_t i = 0; i < out->count; i++)
        take_rows(r, out->domain, &out->rows[i]);
}

bool doctor_mx_table_tells(const struct doctor_record *r, const struct doctor_judgement *j)
{
    bool any = j->cause_count &&
               cause_of(j->causes[0].cause)->family == FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL;
    for (size_t i = 0; i < r->count; i++)
        any |= r->rows[i].probe == PROBE_MX;
    return any;
}

str doctor_mx_named_by(const struct doctor_mx_row *row)
{
    static const str WORDS[1 << SERVED_VIEWS] = {
        STR_INIT(""),
        STR_INIT("by the resolver alone"),
        STR_INIT("by the domain's name servers alone"),
        STR_INIT("by DNS"),
        STR_INIT("by name servers that only the zone names"),
        STR_INIT("by the resolver, and by name servers that only the zone names"),
        STR_INIT("by all name servers"),
        STR_INIT("by DNS"),
    };
    _Static_assert(SERVED_BY_RESOLVER == 0 && SERVED_BY_PARENT == 1 && SERVED_BY_ZONE == 2,
                   "the words are in this order");
    return WORDS[row->views & ((1u << SERVED_VIEWS) - 1)];
}
