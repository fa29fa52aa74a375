/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge.c - what a refusal means
 *
 * Two tables. With an accepted attempt at hand, the flips: each difference from what was asked is undone
 * alone, and the ones that then refuse are the cause. Without one, the signs: what the record shows by
 * itself, which is never called proved (but for certificates, whose check is ours to repeat).
 */
#include "doctor/judge_inside.h"

static const struct name_row VERDICT_ROWS[] = {
    { VERDICT_UNKNOWN, STR_INIT("unknown") },
    { VERDICT_ACCEPTED, STR_INIT("accepted") },
    { VERDICT_REFUSED, STR_INIT("refused") },
};
const struct names VERDICT_NAMES = NAMES(VERDICT_ROWS);

static bool is_octet(const struct doctor_evidence *ev)
{
    if (ev->probe == PROBE_LOOKUP)
        return false;
    enum smtp_end end = ev->outcome.end;
    return end == SMTP_END_REPLY || end == SMTP_END_BROKEN || ev->outcome.tls.done ||
           (ev->probe == PROBE_TLS && end == SMTP_END_TLS_FAILED) ||
           ev->outcome.stage > SMTP_STAGE_GREETING;
}

static void strongest_first(struct doctor_judgement *j)
{
    for (size_t i = 1; i < j->cause_count; i++) { /* stable: the order of the tables breaks ties */
        struct finding f = j->causes[i];
        size_t k = i;
        for (; k > 0 && j->causes[k - 1].strength < f.strength; k--)
            j->causes[k] = j->causes[k - 1];
        j->causes[k] = f;
    }
}

static void add_notes(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TLS && ev->attempt.port == 25 && ev->outcome.tls.done &&
            !ev->outcome.tls.verified && b->a.port != 25) {
            judge_note(b, NOTE_CERTIFICATE_ON_PORT_25);
            break;
        }
    }
    judge_notes(b);
}

/* What stopped the attempt as asked, to show as its reply. */
static const struct doctor_evidence *asked_row(struct bench *b)
{
    struct smtp_attempt x = b->a;
    struct doctor_settled s = { .state = STATE_NOT_TESTED };
    if (x.port && x.security != SMTP_SECURITY_AUTO)
        s = doctor_settle(b->r, &x);
    else if (x.port)
        s = doctor_settle_port(b->r, &x);
    if (s.by)
        return s.by;
    if (b->j->cause_count)
        return doctor_record_row(b->r, b->j->causes[0].for_it[0]);
    return judge_stranger(b);
}

/* The address to look at: the first that said anything, else the first that was tried. */
static struct ip address_met(const struct doctor_record *r)
{
    struct ip first = { .family = IP_NONE };
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (ev->probe != PROBE_GREETING && ev->probe != PROBE_TLS)
            continue;
        if (ev->outcome.stage != SMTP_STAGE_CONNECT)
            return ev->attempt.address;
        if (first.family == IP_NONE)
            first = ev->attempt.address;
    }
    return first;
}

static struct smtp_attempt with_address(const struct doctor_asked *asked,
                                        const struct doctor_record *r,
                                        const struct doctor_evidence *works)
{
    struct smtp_attempt a = asked->attempt;
    a.address = works ? works->attempt.address : address_met(r);
    return a;
}

static bool nothing_heard(const struct doctor_record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (is_octet(&r->rows[i]))
            return false;
    return true;
}

bool judge_is_nowhere(const struct doctor_asked *asked, const struct doctor_record *r)
{
    return asked->found.n && !asked->attempt.host.n && r->count == 0;
}

static bool message_taken(const struct bench *b)
{
    struct doctor_settled s = doctor_settle(b->r, &b->j->works->attempt);
    return s.by && s.by->probe == PROBE_MESSAGE;
}

enum finding_strength doctor_judgement_strength(const struct doctor_judgement *j)
{
    if (j->cause_count)
        return j->causes[0].strength;
    if (j->verdict != VERDICT_ACCEPTED)
        return STRENGTH_NONE;
    return j->works->probe == PROBE_MESSAGE ? STRENGTH_PROVED : STRENGTH_LIKELY;
}

struct doctor_judgement doctor_judge(const struct doctor_asked *asked,
                                     const struct doctor_record *r)
{
    struct doctor_judgement j = { .verdict = VERDICT_UNKNOWN };
    j.works = doctor_best_accepted(r, &asked->attempt);
    j.no_octet = nothing_heard(r) && !judge_is_nowhere(asked, r);
    struct bench b = { asked, r, with_address(asked, r, j.works), &j };
    if (asked->attempt.to.n && judge_asked_is_unsteady(&b)) { /* nothing can be built on it */
        j.asked = j.works ? j.works : asked_row(&b);
        add_notes(&b);
        j.next = words_next_experiment(asked, r, &j);
        return j;
    }
    bool conforms = j.works && doctor_conforms(&asked->attempt, &j.works->attempt);
    if (j.works)
        judge_fetched_first(&b);
    if (conforms)
        judge_other_family(&b);
    if (conforms && asked->attempt.to.n && !j.cause_count) {
        j.verdict = VERDICT_ACCEPTED;
        j.asked = j.works;
        judge_pasted(&b);
        judge_pasted_bare(&b);
        judge_pasted_helo(&b);
        judge_config_accepted(&b);
        judge_dns_notes(&b);
        judge_accepted_domain(&b);
        add_notes(&b);
        if (!message_taken(&b))
            j.next = words_next_experiment(asked, r, &j);
        return j;
    }
    if (j.works && asked->attempt.to.n && !conforms)
        judge_flips(&b);
    if (!j.cause_count)
        judge_signs(&b);
    judge_dns(&b);
    bool unchecked = judge_config_unchecked(&b);
    if (conforms && !j.cause_count) {
        j.verdict = VERDICT_ACCEPTED; /* as far as it can be told without a recipient */
        judge_config_accepted(&b);
    } else {
        judge_config(&b);
    }
    judge_steady(&b);
    strongest_first(&j);
    add_notes(&b);
    if (j.cause_count && j.verdict != VERDICT_ACCEPTED)
        j.verdict = VERDICT_REFUSED;
    j.asked = j.verdict == VERDICT_ACCEPTED ? j.works : asked_row(&b);
    if (j.verdict == VERDICT_ACCEPTED ? !asked->attempt.to.n
                                      : !j.cause_count || j.causes[0].strength != STRENGTH_PROVED)
        j.next = words_next_experiment(asked, r, &j);
    if (unchecked && j.verdict != VERDICT_ACCEPTED && !j.works)
        j.next = STR("The program checks no certificates, and this server's does not verify: Baton "
                     "sends no password there. Put the certificate right, give the authority that "
                     "signed it by --ca FILE, or let the password go all the same by "
                     "--allow-clear-auth.");
    return j;
}

int doctor_exit_status(const struct doctor_judgement *j)
{
    if (j->verdict == VERDICT_ACCEPTED)
        return 0;
    const struct cause *c = j->cause_count ? cause_of(j->causes[0].cause) : NULL;
    if (c && c->family == FAMILY_DNS_FAILURE)
        return 6;
    if (j->no_octet)
        return 4;
    if (c && c->family == FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL &&
        j->causes[0].strength != STRENGTH_PROVED)
        return 1; /* a refusal so far: DNS was not asked */
    return c ? c->exit_status : 3;
}
