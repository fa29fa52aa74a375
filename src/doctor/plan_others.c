/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_others.c - other servers than the one asked, that DNS names: which, and what they are asked
 *
 * Whose server it is shows where the server asked and the one that DNS names answer differently about the same
 * domain. Only postmaster there is named (RFC 5321 section 4.5.1 has every server that serves a domain take
 * that), and then the user's own recipient or From: nobody that the user did not write himself. And only
 * in a domain of the user's own: strangers' servers are left alone.
 */
#include "doctor/dns_wants.h"
#include "doctor/plan_inside.h"
#include "doctor/served.h"

enum { OTHERS_MAX = 3 }; /* connections to other servers in a run */

bool plan_may_refuse_at(const struct plan *p, const struct ip *address)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        n += ev->probe == PROBE_MX && ev->outcome.stage >= SMTP_STAGE_MAIL &&
             ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev) &&
             ip_eq(&ev->attempt.address, address);
    }
    return n < p->o.refusals_max;
}

static unsigned looks_at_others(const struct plan *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->door_count; i++)
        n += p->doors[i].look == LOOK_MX;
    return n;
}

/* One connection a host is enough: all that is asked there is asked on it. */
static bool was_looked_at(const struct plan *p, const struct ip *address)
{
    for (size_t i = 0; i < p->door_count; i++)
        if (p->doors[i].look == LOOK_MX && ip_eq(&p->doors[i].at.address, address))
            return true;
    return false;
}

static bool is_address_asked(const struct plan *p, const struct ip *address)
{
    for (size_t i = 0; i < p->address_count; i++)
        if (ip_eq(&p->addresses[i], address))
            return true;
    return false;
}

/* The server's answer to the recipient asked for, or to anything in its mail, that speaks of whose the domain
 * or the mailbox is. */
static bool is_about_domain(const struct plan *p, const struct doctor_evidence *ev)
{
    return ev->probe == PROBE_TRIAL && ev->outcome.stage == SMTP_STAGE_RCPT &&
           ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev) &&
           str_eq_nocase(words_domain(ev->attempt.to), words_domain(p->asked->attempt.to)) &&
           (words_about_relaying(&ev->outcome) || words_invalid_recipient(&ev->outcome) ||
            words_no_such_mailbox(&ev->outcome));
}

static bool is_about_from(const struct doctor_evidence *ev)
{
    enum cause_id named = words_cause(&ev->outcome);
    return (ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE) &&
           ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev) &&
           (named == CAUSE_SENDER_UNVERIFIED || named == CAUSE_FROM_INVALID ||
            words_refuse_sender(&ev->outcome) ||
            (words_say_nothing(&ev->outcome) && ev->outcome.stage == SMTP_STAGE_MAIL));
}

static bool any_about_domain(const struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++)
        if (is_about_domain(p, &p->r->rows[i]))
            return true;
    return false;
}

/* Was it taken, with something else changed? Then it is no matter of the address. */
static bool passed_elsewhere(const struct plan *p, str from)
{
    for (size_t i = 0; i < p->r->count; i++)
        if (p->r->rows[i].probe == PROBE_TRIAL && doctor_evidence_good(&p->r->rows[i]) &&
            str_eq(p->r->rows[i].attempt.from, from))
            return true;
    return false;
}

/* The reverse-path that was refused as such; empty: none. */
static str from_in_doubt(const struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        bool excused = ev->probe == PROBE_TRIAL && passed_elsewhere(p, ev->attempt.from);
        if (is_about_from(ev) && !excused)
            return ev->attempt.from;
    }
    return STR_NONE;
}

/* Of the family by which the server asked was reached, if there is a choice: the other may have no way out. Anybody
 * can name an address inside our network in his zone: we do not go there unless told whom to ask. */
static bool address_of(const struct plan *p, const struct served_host *h, struct ip *out)
{
    const struct ip *found = NULL;
    for (size_t i = 0; i < h->address_count; i++)
        if (doctor_dns_may_ask_of(p->asked, &h->addresses[i]) &&
            (!found || (found->family != p->addresses[p->address].family &&
                        h->addresses[i].family == p->addresses[p->address].family)))
            found = &h->addresses[i];
    if (found)
        *out = *found;
    return found;
}

static bool add_look(struct plan *p, const struct served_host *h, str to, str next,
                     bool next_if_refused)
{
    struct smtp_attempt x = { .host = h->name,
                              .port =
                                  25, /* RFC 5321 section 2.3.5 and 4.5.4.2: where mail arrives */
                              .security = SMTP_SECURITY_NONE,
                              .helo = p->asked->attempt.helo,
                              .from_null = true,
                              .to = to };
    if (looks_at_others(p) >= OTHERS_MAX || p->door_count == PLAN_DOORS || !to.n ||
        !address_of(p, h, &x.address) || is_address_asked(p, &x.address) ||
        was_looked_at(p, &x.address) || !plan_may_refuse_at(p, &x.address))
        return false;
    x.host = arena_dup(p->r->arena, h->name);
    p->doors[p->door_count++] =
        (struct door){ .at = x, .look = LOOK_MX, .next = next, .next_if_refused = next_if_refused };
    return true;
}

static str postmaster_at(const struct plan *p, str domain)
{
    return arena_printf(p->r->arena, "postmaster@%.*s", STR_ARG(domain));
}

/* The hosts that should serve the domain: by what the user's resolver says, and, where they are others, by what
 * the domain's own name servers say, and what those say that the parent names. The best of each. */
static void want_hosts(struct plan *p, const struct served *s, str to, str next, bool if_refused)
{
    bool had[SERVED_VIEWS] = { false };
    for (size_t i = 0; i < s->count; i++) {
        const struct served_host *h = &s->hosts[i];
        bool news = false;
        for (unsigned v = 0; v < SERVED_VIEWS; v++)
            news |= (h->views & (1u << v)) && !had[v];
        if (!news || served_is_asked(p->asked, p->r, h))
            continue;
        if (add_look(p, h, to, next, if_refused))
            for (unsigned v = 0; v < SERVED_VIEWS; v++)
                had[v] |= (h->views & (1u << v)) != 0;
    }
}

/* The recipient is in the user's own domain. */
static bool stays_inside(const struct plan *p)
{
    str own = words_domain(p->asked->own_address);
    return own.n && str_eq_nocase(own, words_domain(p->asked->attempt.to));
}

static bool may_tell_of_domain(const struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    if (!plan_login_is_over(p))
        return false;
    return works ? p->asked->pasted_error.n > 0 && doctor_conforms(&a, &works->attempt)
                 : any_about_domain(p);
}

static void want_of_domain(struct plan *p)
{
    struct served s;
    str to = p->asked->attempt.to, domain = words_domain(to);
    if (!stays_inside(p))
        return;
    bool known = served_look(p->asked, p->r, domain,
                             &s); /* asked for from the beginning: it takes rounds */
    if (!may_tell_of_domain(p))
        return;
    if (!known) {
        p->others_wait = true;
        return;
    }
    bool itself = str_starts_nocase(to, STR("postmaster@"));
    want_hosts(p, &s, itself ? to : postmaster_at(p, domain), itself ? STR_NONE : to, false);
}

/* The From was refused as such: is it known where its mail arrives? Postmaster there only shows, where it is
 * not, that it is the mailbox and not the domain. */
static void want_of_from(struct plan *p)
{
    struct served s;
    str from = from_in_doubt(p), domain = words_domain(from);
    if (!domain.n || words_is_broken_address(from) || !plan_login_is_over(p))
        return;
    if (!served_look(p->asked, p->r, domain, &s)) {
        p->others_wait = true;
        return;
    }
    if (s.count && served_is_asked(p->asked, p->r, &s.hosts[0]))
        return; /* it was asked, and said what it thinks of it */
    want_hosts(p, &s, from, postmaster_at(p, domain), true);
}

void plan_want_others(struct plan *p)
{
    p->others_wait = false;
    if (!p->r->dns || p->o.total_max == 0)
        return;
    want_of_domain(p);
    want_of_from(p);
}
