/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_pop.c - mail is fetched first, where the server asks for that: then the same attempt again
 */
#include "doctor/plan_inside.h"

enum { POPS_PORT = 995 }; /* RFC 8314 section 7.3: TLS at once; elsewhere STLS */

void plan_pop_addresses(struct plan *p, const struct ip *addresses, size_t count)
{
    for (size_t i = 0; i < count && p->pop_address_count < PLAN_ADDRESSES; i++)
        p->pop_addresses[p->pop_address_count++] = addresses[i];
}

/* Where to fetch mail: by the family by which the mail is sent, since the server notes the address that it
 * sees. False: there is no such address. */
static bool pop_door(const struct plan *p, const struct smtp_attempt *refused,
                     struct smtp_attempt *out)
{
    const struct doctor_asked *a = p->asked;
    *out = (struct smtp_attempt){ .host = a->pop_host,
                                  .address = refused->address,
                                  .port = a->pop_port,
                                  .security = a->pop_port == POPS_PORT ? SMTP_SECURITY_TLS
                                                                       : SMTP_SECURITY_NONE,
                                  .user = a->attempt.user,
                                  .source = refused->source };
    if (str_eq_nocase(a->pop_host, a->attempt.host))
        return true;
    for (size_t i = 0; i < p->pop_address_count; i++) {
        out->address = p->pop_addresses[i];
        if (out->address.family == refused->address.family)
            return true;
    }
    return false;
}

static bool fetched(const struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++)
        if (p->r->rows[i].probe == PROBE_POP && doctor_evidence_good(&p->r->rows[i]))
            return true;
    return false;
}

/* The stranger that was refused, once more and on a new connection. The user typed --pop: that is what makes
 * it fair to name the outside recipient again. */
static void want_again(struct plan *p, const struct smtp_attempt *refused)
{
    if (p->want_count == PLAN_WANTS || plan_refusals(p) >= p->o.refusals_max)
        return;
    struct smtp_attempt x = *refused;
    x.helo = p->asked->attempt.helo;
    p->wants[p->want_count++] =
        (struct want){ .x = x, .what = PLAN_TRIAL, .again = true, .fresh = p->visit_count };
}

void plan_want_pop(struct plan *p)
{
    const struct doctor_evidence *ev = plan_refused_trial(p, false);
    struct smtp_attempt door;
    if (!p->asked->pop_host.n || !p->asked->login_known || p->pop_tried || !ev ||
        (!words_ask_for_pop(&ev->outcome) && doctor_record_offers_login(p->r)))
        return;
    if (fetched(p)) {
        p->pop_tried = true;
        want_again(p, &ev->attempt);
    } else if (!p->looked[LOOK_POP] && plan_refused_logins(p) < p->o.refused_logins_max &&
               pop_door(p, &ev->attempt, &door)) {
        plan_add_look(p, door, LOOK_POP);
    }
}
