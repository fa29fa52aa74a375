/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_path.c - signs on the way to the server: names, ports, addresses
 */
#include "doctor/judge_inside.h"

void judge_sign_lookup(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_LOOKUP && ev->outcome.end != SMTP_END_REPLY)
            finding_for(judge_add(b, CAUSE_DNS_FAILURE, HOP_CLIENT, STRENGTH_LIKELY), ev->id);
    }
}

static bool asked_port_greets(const struct bench *b)
{
    for (size_t i = 0; b->a.port && i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_GREETING && ev->attempt.port == b->a.port &&
            doctor_evidence_good(ev))
            return true;
    }
    return false;
}

/* Nothing listens: every port that was tried answered with a reset. A silent port, or no way to the
 * address, is nobody's fault that can be seen from here. */
void judge_sign_closed(struct bench *b)
{
    bool all = true, any = false;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe != PROBE_GREETING)
            continue;
        bool closed = ev->outcome.end == SMTP_END_REFUSED;
        any |= closed && (!b->a.port || ev->attempt.port == b->a.port);
        all &= closed;
    }
    if (!any || asked_port_greets(b)) /* over the other of IPv4 and IPv6 */
        return;
    if (!b->j->no_octet && !b->a.port)
        return;
    struct finding *f = judge_add(b, CAUSE_SERVER_DOWN, HOP_SUBMISSION,
                                  all || !b->j->no_octet ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    for (size_t i = 0; i < b->r->count; i++) {
        if (b->r->rows[i].probe == PROBE_GREETING && b->r->rows[i].outcome.end == SMTP_END_REFUSED)
            finding_for(f, b->r->rows[i].id);
    }
}

/* The asked port says nothing while another port of the same server talks. */
void judge_sign_silent_port(struct bench *b)
{
    const struct doctor_evidence *ev = doctor_record_greeting(b->r, &b->a, false);
    if (!ev)
        ev = doctor_record_greeting(b->r, &b->a, true);
    if (!ev || b->j->no_octet || asked_port_greets(b) || ev->outcome.end != SMTP_END_SILENT ||
        ev->outcome.stage != SMTP_STAGE_CONNECT)
        return;
    struct finding *f = judge_add(b, CAUSE_EGRESS_PORT_BLOCKED, HOP_SUBMISSION, STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    for (size_t i = 0; i < b->r->count; i++) {
        if (b->r->rows[i].probe == PROBE_GREETING && doctor_evidence_good(&b->r->rows[i]))
            finding_against(f, b->r->rows[i].id);
    }
}

/* Not one octet and not one refusal: nobody there, or somebody on the way, and from here they look alike.
 * On port 25 alone it is more often the network. */
void judge_sign_all_silent(struct bench *b)
{
    static const enum cause_id USUAL[] = { CAUSE_SERVER_DOWN, CAUSE_IP_BANNED,
                                           CAUSE_EGRESS_PORT_BLOCKED };
    static const enum cause_id ON_25[] = { CAUSE_EGRESS_PORT_BLOCKED, CAUSE_SERVER_DOWN,
                                           CAUSE_IP_BANNED };
    bool only_25 = true, any = false;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe != PROBE_GREETING || ev->outcome.end == SMTP_END_UNREACHABLE)
            continue; /* no way to one of the addresses: most often the machine has no IPv6 */
        if (ev->outcome.end != SMTP_END_SILENT || ev->outcome.stage != SMTP_STAGE_CONNECT)
            return;
        only_25 &= ev->attempt.port == 25;
        any = true;
    }
    for (size_t k = 0; any && k < COUNT_OF(USUAL); k++) {
        struct finding *f = judge_add(b, only_25 ? ON_25[k] : USUAL[k], HOP_SUBMISSION,
                                      STRENGTH_POSSIBLE);
        for (size_t i = 0; i < b->r->count; i++)
            if (b->r->rows[i].probe == PROBE_GREETING &&
                b->r->rows[i].outcome.end == SMTP_END_SILENT)
                finding_for(f, b->r->rows[i].id);
    }
}

/* Did the server answer this attempt in words about our address's name in DNS? */
static bool blames_reverse_dns(const struct bench *b, const struct doctor_evidence *ev)
{
    bool refusal = (ev->probe == PROBE_GREETING || ev->probe == PROBE_CAPABILITIES ||
                    (ev->probe == PROBE_TRIAL && str_eq(ev->attempt.to, b->a.to))) &&
                   !doctor_evidence_good(ev);
    return refusal && (!b->a.port || ev->attempt.port == b->a.port) &&
           ip_eq(&ev->attempt.address, &b->a.address) && words_about_reverse_dns(&ev->outcome);
}

/* The first answer of that kind, and one to another EHLO name. */
static const struct doctor_evidence *reverse_dns(const struct bench *b,
                                                 const struct doctor_evidence **varied)
{
    const struct doctor_evidence *first = NULL;
    *varied = NULL;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (!blames_reverse_dns(b, ev) || words_greylisted(&ev->outcome))
            continue;
        if (first && !*varied && !str_eq(first->attempt.helo, ev->attempt.helo))
            *varied = ev;
        if (!first)
            first = ev;
    }
    return first;
}

bool judge_reverse_dns_stays(const struct bench *b)
{
    const struct doctor_evidence *varied;
    return reverse_dns(b, &varied) && varied;
}

/* With a login the answer is the same one. */
static const struct doctor_evidence *login_spares_none(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++)
        if (smtp_attempt_logs_in(&b->r->rows[i].attempt) && blames_reverse_dns(b, &b->r->rows[i]))
            return &b->r->rows[i];
    return NULL;
}

/* The words blame the name of our address in DNS. Of those that log in few servers ask for it: where a login
 * is to be had and was not made, that is what is missing first. With the EHLO word alone changed the
 * answer stays, or it was that word. */
void judge_sign_reverse_dns(struct bench *b)
{
    const struct doctor_evidence *varied, *first = reverse_dns(b, &varied);
    if (!first || words_about_relaying(&first->outcome))
        return; /* "relaying denied", and the missing name as a note beside it */
    bool login_missed = !smtp_attempt_logs_in(&first->attempt) &&
                        (judge_login_offered(b, first->attempt.port, SMTP_SECURITY_AUTO) ||
                         (b->asked->login_known && doctor_record_offers_login(b->r)));
    const struct doctor_evidence *member = login_spares_none(b);
    bool sure = (!login_missed || member) && (varied || !words_about_helo(&first->outcome));
    struct finding *f = judge_add(b, CAUSE_REVERSE_DNS_MISSING, HOP_SUBMISSION,
                                  sure ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, first->id);
    finding_for(f, judge_id(varied));
    finding_for(f, judge_id(member));
}

/* ------------------------------------------------------------------------------------------------
 * IPv4 and IPv6
 */
/* The address that was tried first, which is the one that the user's program tries first (RFC 6724). */
static const struct ip *first_address(const struct doctor_record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].probe == PROBE_GREETING || r->rows[i].probe == PROBE_TLS)
            return &r->rows[i].attempt.address;
    return NULL;
}

/* What was asked is accepted at the server's address of one family, and the same attempt stops at the address
 * of the other, which comes first. No way to an address says nothing of the server: most often the
 * machine has no IPv6, and programs go on at once. */
void judge_other_family(struct bench *b)
{
    const struct smtp_attempt *works = &b->j->works->attempt;
    const struct ip *first = first_address(b->r);
    if (!first || first->family == works->address.family)
        return;
    struct smtp_attempt x = *works;
    x.address = *first;
    x.helo = b->a.helo; /* the doctor's own name may be an address, which differs with the family */
    struct doctor_settled s = doctor_settle(b->r, &x);
    if (!doctor_settled_stops(&s) || s.by->outcome.end == SMTP_END_UNREACHABLE)
        return;
    bool mute = s.state == STATE_SILENT && s.by->outcome.stage != SMTP_STAGE_CONNECT;
    bool shaky = s.temporary || s.unsteady || mute || !b->a.to.n;
    struct finding *f = judge_add(b, CAUSE_IPV6_DIFFERS, HOP_SUBMISSION,
                                  shaky ? STRENGTH_LIKELY : STRENGTH_PROVED);
    finding_for(f, s.by->id);
    finding_for(f, b->j->works->id);
}
