/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_signs.c - without an accepted attempt: what the record shows by itself
 */
#include "doctor/judge_inside.h"

static void sign_lookup(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_LOOKUP && ev->outcome.end != SMTP_END_REPLY)
            finding_for(judge_add(b, CAUSE_DNS_FAILURE, HOP_CLIENT, STRENGTH_LIKELY), ev->id);
    }
}

/* Nothing listens: every port that was tried answered with a reset. A silent port, or no way to the
 * address, is nobody's fault that can be seen from here. */
static void sign_closed(struct bench *b)
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
    if (!any)
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
static void sign_silent_port(struct bench *b)
{
    const struct doctor_evidence *ev = doctor_record_greeting(b->r, &b->a, false);
    if (!ev)
        ev = doctor_record_greeting(b->r, &b->a, true);
    if (!ev || b->j->no_octet || ev->outcome.end != SMTP_END_SILENT ||
        ev->outcome.stage != SMTP_STAGE_CONNECT)
        return;
    struct finding *f = judge_add(b, CAUSE_EGRESS_PORT_BLOCKED, HOP_SUBMISSION, STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    for (size_t i = 0; i < b->r->count; i++) {
        if (b->r->rows[i].probe == PROBE_GREETING && doctor_evidence_good(&b->r->rows[i]))
            finding_against(f, b->r->rows[i].id);
    }
}

static void sign_mode(struct bench *b)
{
    const struct doctor_evidence *clear = doctor_record_greeting(b->r, &b->a, false);
    const struct doctor_evidence *at_once = doctor_record_layer(b->r, PROBE_TLS, &b->a,
                                                                SMTP_SECURITY_TLS);
    if (b->a.security == SMTP_SECURITY_TLS) {
        if (!at_once || at_once->outcome.tls.done || !clear || !doctor_evidence_good(clear))
            return;
    } else if (b->a.security == SMTP_SECURITY_AUTO || !at_once || !at_once->outcome.tls.done ||
               (clear && doctor_evidence_good(clear))) {
        return;
    }
    struct finding *f = judge_add(b, CAUSE_TLS_MODE_MISMATCH, HOP_SUBMISSION, STRENGTH_LIKELY);
    finding_for(f, at_once->id);
    finding_for(f, judge_id(clear));
}

/* Each reason alone makes the check fail, and the same certificate passes without it: that was seen
 * in one handshake, so it is proved; but not without a recipient, when relaying was not tried. */
/* A program that got a reply to its mail got past the handshake; on port 25 few that do not log in look
 * at a certificate at all. */
static enum finding_strength strength_of_certificate(const struct bench *b)
{
    struct smtp_reply pasted;
    char room[1024];
    if (smtp_reply_parse(b->asked->pasted_error, room, sizeof room, &pasted) && pasted.code >= 400)
        return STRENGTH_POSSIBLE;
    bool looks = b->a.port != 25 || smtp_attempt_logs_in(&b->a);
    return b->a.to.n && looks ? STRENGTH_PROVED : STRENGTH_LIKELY;
}

static void sign_certificate(struct bench *b)
{
    if (b->a.security == SMTP_SECURITY_NONE)
        return;
    if (b->a.security == SMTP_SECURITY_AUTO && !smtp_attempt_logs_in(&b->a) && judge_stranger(b))
        return; /* a program that picks for itself went on in clear */
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        const struct smtp_tls_facts *t = &ev->outcome.tls;
        if (ev->probe != PROBE_TLS || !t->done || t->verified ||
            (b->a.port && b->a.port != ev->attempt.port) ||
            (b->a.security != SMTP_SECURITY_AUTO && b->a.security != ev->attempt.security))
            continue;
        for (unsigned k = 0; k < t->reason_count; k++) {
            enum cause_id cause = judge_certificate(t->reasons[k]);
            if (cause != CAUSE_NONE)
                finding_for(judge_add(b, cause, HOP_CLIENT, strength_of_certificate(b)), ev->id);
        }
    }
}

static void sign_mail_only_under_tls(struct bench *b)
{
    const struct doctor_evidence *ev = judge_tls_wanted(b);
    if (!ev)
        return;
    struct finding *f = judge_add(b, CAUSE_MAIL_ONLY_UNDER_TLS, HOP_SUBMISSION, STRENGTH_LIKELY);
    finding_for(f, ev->id);
    judge_neighbours(b, f);
}

/* In clear there is no AUTH, on the same port under TLS there is. */
static void sign_hidden(struct bench *b)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = judge_caps(b, b->a.port, SMTP_SECURITY_NONE, &c);
    const struct doctor_evidence *tls = judge_login_offered(b, b->a.port, SMTP_SECURITY_STARTTLS);
    if (b->a.security != SMTP_SECURITY_NONE || !clear || c.mechanism_count || !tls ||
        judge_tls_wanted(b))
        return;
    struct finding *f = judge_add(b, CAUSE_AUTH_HIDDEN_UNTIL_TLS, HOP_SUBMISSION, STRENGTH_LIKELY);
    finding_for(f, clear->id);
    finding_for(f, tls->id);
    judge_neighbours(b, f);
}

static void sign_port_without_login(struct bench *b)
{
    const struct doctor_evidence *here = b->a.port ? judge_no_login(b, b->a.port) : NULL;
    const struct doctor_evidence *there = judge_login_elsewhere(b);
    if (!here || !there)
        return;
    struct finding *f = judge_add(
        b, CAUSE_MX_PORT_NOT_SUBMISSION, HOP_SUBMISSION,
        smtp_attempt_logs_in(&b->a) || b->asked->login_known ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, here->id);
    finding_for(f, there->id);
}

static void sign_mechanism(struct bench *b)
{
    if (!smtp_attempt_logs_in(&b->a))
        return;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        struct smtp_caps c;
        if (ev->probe != PROBE_CAPABILITIES || !doctor_evidence_caps(ev, &c) ||
            !c.mechanism_count || (b->a.port && ev->attempt.port != b->a.port) ||
            (b->a.security != SMTP_SECURITY_AUTO && ev->attempt.security != b->a.security))
            continue;
        if (words_mechanism_usable(&c, b->a.mechanism))
            return;
        struct finding *f = judge_add(b, CAUSE_NO_COMMON_MECHANISM, HOP_CLIENT, STRENGTH_LIKELY);
        finding_for(f, ev->id);
    }
}

static void sign_login_refused(struct bench *b)
{
    const struct doctor_evidence *ev = doctor_record_login(b->r, NULL, false);
    if (!ev)
        return;
    enum cause_id cause = words_login_cause(&ev->outcome);
    if (ev->attempt.security == SMTP_SECURITY_NONE &&
        (ev->outcome.code == 538 || words_ask_for_tls(ev->outcome.text)))
        cause = CAUSE_AUTH_HIDDEN_UNTIL_TLS;
    if (cause == CAUSE_NONE)
        return;
    struct finding *f = judge_add(b, cause, HOP_SUBMISSION,
                                  cause == CAUSE_MECHANISM_OFFERED_BUT_DEAD ? STRENGTH_POSSIBLE
                                                                            : STRENGTH_LIKELY);
    finding_for(f, ev->id);
    struct smtp_attempt door = ev->attempt;
    finding_against(f, judge_id(doctor_record_layer(b->r, PROBE_TLS, &door, door.security)));
    finding_against(f,
                    judge_id(doctor_record_layer(b->r, PROBE_CAPABILITIES, &door, door.security)));
}

static bool has_cause(const struct bench *b, enum cause_id cause)
{
    for (size_t i = 0; i < b->j->cause_count; i++)
        if (b->j->causes[i].cause == cause)
            return true;
    return false;
}

/* Without a login MAIL itself was refused, with one it was taken: what comes at RCPT comes later. */
static void sign_login_first(struct bench *b)
{
    const struct doctor_evidence *stranger = judge_stranger(b);
    const struct doctor_evidence *member = judge_member_refused(b, STR_NONE);
    if (smtp_attempt_logs_in(&b->a) || !judge_is_refusal(stranger) ||
        stranger->outcome.stage != SMTP_STAGE_MAIL || judge_refused_for_tls(stranger) || !member ||
        member->outcome.stage != SMTP_STAGE_RCPT || !str_eq(member->attempt.from, b->a.from))
        return;
    struct finding *f = judge_add(b, CAUSE_CLIENT_NEVER_AUTHENTICATES, HOP_SUBMISSION,
                                  STRENGTH_LIKELY);
    finding_for(f, stranger->id);
    finding_for(f, member->id);
    judge_neighbours(b, f);
}

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

static const struct doctor_evidence *refused_beside(const struct bench *b,
                                                    const struct doctor_evidence *accepted)
{
    struct smtp_attempt x = accepted->attempt;
    x.to = b->a.to;
    struct doctor_settled s = doctor_settle(b->r, &x);
    return s.state == STATE_REFUSED && s.played && !s.temporary ? s.by : NULL;
}

static void sign_recipient_unknown(struct bench *b)
{
    const struct doctor_evidence *served = neighbour_accepted(b);
    const struct doctor_evidence *member = judge_member_refused(b, STR_NONE);
    const struct doctor_evidence *beside = served ? refused_beside(b, served) : NULL;
    const struct doctor_evidence *stranger = judge_stranger(b);
    bool at_rcpt = member && member->outcome.stage == SMTP_STAGE_RCPT &&
                   member->outcome.code / 100 == 5;
    bool by_member = (served && at_rcpt) || (member && words_no_such_mailbox(&member->outcome));
    enum finding_strength strength = STRENGTH_NONE;
    if (beside)
        strength = STRENGTH_PROVED;
    else if (by_member || (stranger && words_unknown_user(&stranger->outcome)))
        strength = STRENGTH_LIKELY;
    else if (stranger && !doctor_record_offers_login(b->r) &&
             words_no_such_mailbox(&stranger->outcome))
        strength = STRENGTH_POSSIBLE;
    if (strength == STRENGTH_NONE)
        return;
    if (strength == STRENGTH_PROVED && has_cause(b, CAUSE_CLIENT_NEVER_AUTHENTICATES))
        strength = STRENGTH_LIKELY; /* not what refused the program: that was earlier */
    struct finding *f = judge_add(b, CAUSE_RECIPIENT_UNKNOWN, HOP_SUBMISSION, strength);
    finding_for(f, judge_id(beside ? beside : by_member ? member : stranger));
    finding_for(f, judge_id(served));
    finding_against(f, judge_id(doctor_record_login(b->r, NULL, true)));
}

/* No login was made, the server wants mail from strangers no further, and offers a login right there. */
static void sign_never_authenticates(struct bench *b)
{
    const struct doctor_evidence *ev = judge_stranger(b);
    if (smtp_attempt_logs_in(&b->a) || !ev || has_cause(b, CAUSE_RECIPIENT_UNKNOWN) ||
        has_cause(b, CAUSE_MAIL_ONLY_UNDER_TLS))
        return;
    const struct doctor_evidence *offer = judge_login_offered(b, ev->attempt.port,
                                                              ev->attempt.security);
    const struct doctor_evidence *in = doctor_record_login(b->r, NULL, true);
    bool refused = judge_is_refusal(ev);
    if (!offer || (!refused && !(in && !b->a.to.n)))
        return;
    bool asks = refused && words_ask_for_login(&ev->outcome);
    struct finding *f = judge_add(
        b, CAUSE_CLIENT_NEVER_AUTHENTICATES, HOP_SUBMISSION,
        asks || (in && !judge_member_refused(b, STR_NONE)) ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    finding_for(f, judge_id(in));
    judge_neighbours(b, f);
}

/* Was this very address served without a login, with something else changed? */
static bool address_is_trusted(const struct bench *b)
{
    const struct doctor_evidence *works = b->j->works;
    return works && !smtp_attempt_logs_in(&works->attempt) &&
           ip_eq(&works->attempt.source, &b->a.source);
}

/* No door of this server takes a login, so it relays by address alone, and not for this one. */
static void sign_ip_not_trusted(struct bench *b)
{
    str own = words_domain(b->asked->own_address);
    const struct doctor_evidence *ev = judge_stranger(b);
    if (!judge_is_refusal(ev) || ev->outcome.stage != SMTP_STAGE_RCPT ||
        doctor_record_offers_login(b->r) || address_is_trusted(b) ||
        has_cause(b, CAUSE_RECIPIENT_UNKNOWN) || !judge_no_login(b, ev->attempt.port) ||
        (ev->outcome.code / 100 == 4 && !words_about_relaying(&ev->outcome)) ||
        words_blame_other(&ev->outcome))
        return;
    if (own.n && str_eq_nocase(own, words_domain(b->a.to)))
        return; /* inside the user's own domain nobody needs to be trusted */
    bool sure = !smtp_attempt_logs_in(&b->a) &&
                (words_about_relaying(&ev->outcome) || words_invalid_recipient(&ev->outcome));
    for (size_t i = 0; i < b->r->count; i++) { /* a door that was not seen into may take a login */
        const struct doctor_evidence *g = &b->r->rows[i];
        if (g->probe == PROBE_GREETING && g->outcome.end != SMTP_END_REFUSED &&
            !judge_no_login(b, g->attempt.port))
            sure = false;
    }
    struct finding *f = judge_add(b, CAUSE_IP_NOT_TRUSTED, HOP_SUBMISSION,
                                  sure ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    judge_neighbours(b, f);
}

/* Logged in, the login's own address, and refused for an outside recipient as a stranger is. */
static void sign_login_not_honoured(struct bench *b)
{
    const struct doctor_evidence *in = doctor_record_login(b->r, NULL, true);
    const struct doctor_evidence *ev =
        in ? judge_member_refused(b, b->asked->own_address.n ? b->asked->own_address : STR_NONE)
           : NULL;
    if (!ev || ev->outcome.stage != SMTP_STAGE_RCPT || ev->outcome.code / 100 == 4 ||
        has_cause(b, CAUSE_RECIPIENT_UNKNOWN))
        return;
    bool relaying = words_about_relaying(&ev->outcome);
    if (!relaying && !words_invalid_recipient(&ev->outcome))
        return;
    struct finding *f = judge_add(b, CAUSE_LOGIN_NOT_HONOURED, HOP_SUBMISSION,
                                  relaying ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, in->id);
    finding_for(f, ev->id);
}

static void sign_greylisted(struct bench *b)
{
    const struct doctor_evidence *ev = judge_stranger(b);
    const struct doctor_evidence *member = judge_member_refused(b, STR_NONE);
    if (member && words_greylisted(&member->outcome))
        ev = member;
    if (judge_is_refusal(ev) && words_greylisted(&ev->outcome))
        finding_for(judge_add(b, CAUSE_GREYLISTED_TEMPORARY, HOP_SUBMISSION, STRENGTH_LIKELY),
                    ev->id);
}

/* The reverse-path, or the EHLO name, is refused in words that say so. */
static void sign_words(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        bool ehlo = ev->probe == PROBE_CAPABILITIES && ev->outcome.end == SMTP_END_REPLY &&
                    ev->outcome.code / 100 == 5;
        if (!ehlo &&
            (ev->probe != PROBE_TRIAL || !judge_is_refusal(ev) || !str_eq(ev->attempt.to, b->a.to)))
            continue;
        if (words_about_helo(&ev->outcome))
            finding_for(judge_add(b, CAUSE_EHLO_NAME_REFUSED, HOP_SUBMISSION, STRENGTH_LIKELY),
                        ev->id);
        else if (words_from_refused(&ev->outcome))
            finding_for(judge_add(b, CAUSE_FROM_INVALID, HOP_SUBMISSION, STRENGTH_LIKELY), ev->id);
    }
}

/* STARTTLS is asked for, and the port does not offer it: never did, or something on the way hides it. */
static void sign_no_starttls(struct bench *b)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = judge_caps(b, b->a.port, SMTP_SECURITY_NONE, &c);
    if (b->a.port && b->a.security == SMTP_SECURITY_STARTTLS && clear &&
        !(c.ext & SMTP_EXT_STARTTLS))
        finding_for(judge_add(b, CAUSE_STARTTLS_STRIPPED, HOP_SUBMISSION, STRENGTH_POSSIBLE),
                    clear->id);
}

static void (*const SIGNS[])(struct bench *b) = {
    sign_lookup,
    sign_closed,
    sign_silent_port,
    sign_mode,
    sign_certificate,
    sign_mechanism,
    sign_mail_only_under_tls,
    sign_hidden,
    sign_port_without_login,
    sign_login_first,
    sign_recipient_unknown,
    sign_never_authenticates,
    sign_login_refused,
    sign_ip_not_trusted,
    sign_login_not_honoured,
    sign_greylisted,
    sign_words,
    sign_no_starttls,
};

void judge_signs(struct bench *b)
{
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
        SIGNS[i](b);
}
