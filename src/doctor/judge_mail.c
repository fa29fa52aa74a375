/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_mail.c - signs in what became of the mail: addresses, recipients, trust
 */
#include "doctor/judge_inside.h"

/* postmaster at the recipient's own domain was taken where the recipient was not: the domain is
 * served here, the mailbox is not. */
static const struct doctor_evidence *neighbour_accepted(const struct bench *b)
{
    str domain = words_domain(b->a.to);
    for (size_t i = 0; domain.n && i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TRIAL && doctor_evidence_good(ev) &&
            !str_eq(ev->attempt.to, b->a.to) && str_eq_nocase(words_domain(ev->attempt.to), domain))
            return ev;
    }
    return NULL;
}

/* Beside a taken neighbour: in words about the mailbox it is that; in words that say nothing it may be
 * another rule about that recipient. */
static enum finding_strength strength_beside(const struct doctor_evidence *ev,
                                             enum finding_strength most)
{
    if (words_say_nothing(&ev->outcome))
        return STRENGTH_POSSIBLE;
    return words_no_such_mailbox(&ev->outcome) || words_invalid_recipient(&ev->outcome)
               ? most
               : STRENGTH_LIKELY;
}

static const struct doctor_evidence *refused_beside(const struct bench *b,
                                                    const struct doctor_evidence *accepted)
{
    struct smtp_attempt x = accepted->attempt;
    x.to = b->a.to;
    struct doctor_settled s = doctor_settle(b->r, &x);
    return s.state == STATE_REFUSED && s.played && !s.temporary ? s.by : NULL;
}

/* The reply names another reason, and postmaster may well be spared it: a full mailbox, a blocklist. */
static bool names_another(const struct doctor_evidence *ev)
{
    enum cause_id named = ev ? words_cause(&ev->outcome) : CAUSE_NONE;
    return named != CAUSE_NONE && named != CAUSE_RECIPIENT_UNKNOWN;
}

static bool is_likely(const struct bench *b, enum cause_id cause)
{
    for (size_t i = 0; i < b->j->cause_count; i++)
        if (b->j->causes[i].cause == cause)
            return b->j->causes[i].strength >= STRENGTH_LIKELY;
    return false;
}

void judge_sign_recipient_unknown(struct bench *b)
{
    const struct doctor_evidence *served = neighbour_accepted(b);
    const struct doctor_evidence *member = judge_member_refused(b, STR_NONE);
    const struct doctor_evidence *beside = served ? refused_beside(b, served) : NULL;
    const struct doctor_evidence *stranger = judge_stranger(b);
    bool at_rcpt = member && member->outcome.stage == SMTP_STAGE_RCPT &&
                   member->outcome.code / 100 == 5;
    bool by_member = (served && at_rcpt) || (member && words_no_such_mailbox(&member->outcome));
    enum finding_strength strength = STRENGTH_NONE;
    if (names_another(beside) || (by_member && names_another(member)))
        return;
    if (beside)
        strength = strength_beside(beside, STRENGTH_PROVED);
    else if (by_member && served)
        strength = words_name_relaying(&member->outcome) /* to a login: no word about a mailbox */
                       ? STRENGTH_POSSIBLE
                       : strength_beside(member, STRENGTH_LIKELY);
    else if (by_member || (stranger && words_unknown_user(&stranger->outcome)))
        strength = STRENGTH_LIKELY;
    else if (stranger && !doctor_record_offers_login(b->r) &&
             words_no_such_mailbox(&stranger->outcome))
        strength = STRENGTH_POSSIBLE;
    if (strength == STRENGTH_NONE)
        return;
    if (is_likely(b, CAUSE_DOMAIN_STILL_LOCAL) || is_likely(b, CAUSE_DNS_CHANGE_PENDING) ||
        is_likely(b, CAUSE_DNS_DELEGATION))
        strength = STRENGTH_POSSIBLE; /* it was looked for in the wrong place */
    if (strength == STRENGTH_PROVED && judge_has_cause(b, CAUSE_DOMAIN_STILL_LOCAL))
        strength = STRENGTH_LIKELY; /* perhaps it was */
    if (strength == STRENGTH_PROVED && judge_has_cause(b, CAUSE_CLIENT_NEVER_AUTHENTICATES))
        strength = STRENGTH_LIKELY; /* not what refused the program: that was earlier */
    struct finding *f = judge_add(b, CAUSE_RECIPIENT_UNKNOWN, HOP_SUBMISSION, strength);
    finding_for(f, judge_id(beside ? beside : by_member ? member : stranger));
    finding_for(f, judge_id(served));
    finding_against(f, judge_id(doctor_record_login(b->r, NULL, true)));
}

/* Was this very address served without a login, with something else changed? */
static bool address_is_trusted(const struct bench *b)
{
    const struct doctor_evidence *works = b->j->works;
    return works && !smtp_attempt_logs_in(&works->attempt) &&
           ip_eq(&works->attempt.source, &b->a.source);
}

/* No door of this server takes a login, so it relays by address alone, and not for this one. */
void judge_sign_ip_not_trusted(struct bench *b)
{
    str own = words_domain(b->asked->own_address);
    const struct doctor_evidence *ev = judge_stranger(b);
    if (!ev || !judge_is_refusal(ev))
        return;
    bool noted = words_about_reverse_dns(&ev->outcome) && words_about_relaying(&ev->outcome);
    if (ev->outcome.stage != SMTP_STAGE_RCPT || judge_has_cause(b, CAUSE_POP_BEFORE_SMTP) ||
        doctor_record_offers_login(b->r) || address_is_trusted(b) ||
        judge_has_cause(b, CAUSE_RECIPIENT_UNKNOWN) || !judge_no_login(b, ev->attempt.port) ||
        (ev->outcome.code / 100 == 4 && !words_about_relaying(&ev->outcome)) ||
        (words_blame_other(&ev->outcome) && !noted) || words_cause(&ev->outcome) != CAUSE_NONE)
        return;
    if (own.n && str_eq_nocase(own, words_domain(b->a.to)))
        return; /* inside the user's own domain nobody needs to be trusted */
    if (judge_has_cause(b, CAUSE_DOMAIN_NOT_CONFIGURED))
        return;
    bool waits = ev->outcome.code / 100 == 4 && words_of_waiting(&ev->outcome);
    bool sure = !smtp_attempt_logs_in(&b->a) && !noted && !waits &&
                !judge_has_cause(b, CAUSE_CLIENT_CERTIFICATE_NEEDED) &&
                (words_about_relaying(&ev->outcome) || words_invalid_recipient(&ev->outcome));
    sure &= judge_doors_seen(b); /* one that was not seen into may take a login */
    struct finding *f = judge_add(b, CAUSE_IP_NOT_TRUSTED, HOP_SUBMISSION,
                                  sure ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    judge_neighbours(b, f);
}

/* Logged in, the login's own address, and refused for an outside recipient as a stranger is. */
void judge_sign_login_not_honoured(struct bench *b)
{
    const struct doctor_evidence *in = doctor_record_login(b->r, NULL, true);
    const struct doctor_evidence *ev =
        in ? judge_member_refused(b, b->asked->own_address.n ? b->asked->own_address : STR_NONE)
           : NULL;
    if (!ev || ev->outcome.stage != SMTP_STAGE_RCPT || judge_has_cause(b, CAUSE_RECIPIENT_UNKNOWN))
        return;
    bool relaying = words_about_relaying(&ev->outcome);
    if ((!relaying && !words_invalid_recipient(&ev->outcome)) ||
        words_cause(&ev->outcome) != CAUSE_NONE)
        return;
    bool waits = ev->outcome.code / 100 == 4 && words_of_waiting(&ev->outcome); /* a busy relay */
    struct finding *f = judge_add(b, CAUSE_LOGIN_NOT_HONOURED, HOP_SUBMISSION,
                                  relaying && !waits ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, in->id);
    finding_for(f, ev->id);
}

static const struct doctor_evidence *refused_inside(const struct bench *b, bool postmaster)
{
    str domain = words_domain(b->a.to);
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        bool control = !str_eq(ev->attempt.to, b->a.to);
        if (ev->probe == PROBE_TRIAL && ev->attempt.port == 25 && control == postmaster &&
            !smtp_attempt_logs_in(&ev->attempt) && judge_is_refusal(ev) &&
            ev->outcome.stage == SMTP_STAGE_RCPT &&
            (words_about_relaying(&ev->outcome) || words_invalid_recipient(&ev->outcome)) &&
            str_eq_nocase(words_domain(ev->attempt.to), domain))
            return ev;
    }
    return NULL;
}

/* On the port for mail from other servers, mail to the user's own domain is refused as relaying: of
 * postmaster too, so that it is not the mailbox. Or somebody elsewhere writes to the domain that the
 * server's name is in. Whether DNS leads the world here was not asked. */
void judge_sign_domain_not_configured(struct bench *b)
{
    str own = words_domain(b->asked->own_address), to = words_domain(b->a.to);
    const struct doctor_evidence *ev = refused_inside(b, false);
    const struct doctor_evidence *control = refused_inside(b, true);
    bool inbound = own.n && !str_eq_nocase(own, to) && judge_is_servers_own(b, to) &&
                   !b->asked->login_known;
    if (!own.n || (!str_eq_nocase(own, to) && !inbound) || (b->a.port && b->a.port != 25) ||
        smtp_attempt_logs_in(&b->a) || !ev || neighbour_accepted(b) ||
        words_unknown_user(&ev->outcome))
        return;
    bool relaying = words_about_relaying(&ev->outcome);  /* else it may be the mailbox alone */
    bool for_users = doctor_record_offers_login(b->r) && /* a provider's, whose MX is another */
                     !judge_is_servers_own(b, to);
    bool likely = relaying && (inbound || (control && !for_users));
    struct finding *f = judge_add(b, CAUSE_DOMAIN_NOT_CONFIGURED, HOP_SUBMISSION,
                                  likely ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    finding_for(f, judge_id(control));
}
