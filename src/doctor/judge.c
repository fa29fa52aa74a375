/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge.c - what a refusal means
 *
 * Two tables. With an accepted attempt at hand, FLIPS: each difference from what was asked is undone
 * alone, and the ones that then refuse are the cause. Without one, SIGNS: what the record shows by
 * itself, which is never called proved (but for certificates, whose check is ours to repeat).
 */
#include "doctor/judge.h"
#include "doctor/words.h"
#include <string.h>

static const struct name_row VERDICT_ROWS[] = {
    { VERDICT_UNKNOWN, STR_INIT("unknown") },
    { VERDICT_ACCEPTED, STR_INIT("accepted") },
    { VERDICT_REFUSED, STR_INIT("refused") },
};
const struct names VERDICT_NAMES = NAMES(VERDICT_ROWS);

struct bench {
    const struct doctor_asked *asked;
    const struct doctor_record *r;
    struct smtp_attempt a; /* what was asked, with the address that was tried */
    struct doctor_judgement *j;
};

static struct finding *add_cause(struct bench *b, enum cause_id cause, enum finding_hop hop,
                                 enum finding_strength strength)
{
    struct doctor_judgement *j = b->j;
    for (size_t i = 0; i < j->cause_count; i++) {
        if (j->causes[i].cause == cause)
            return &j->causes[i];
    }
    if (j->cause_count == DOCTOR_CAUSES_MAX)
        return &j->causes[DOCTOR_CAUSES_MAX - 1];
    struct finding *f = &j->causes[j->cause_count++];
    *f = (struct finding){ .cause = cause, .hop = hop };
    finding_set_strength(f, strength);
    return f;
}

static unsigned id_of(const struct doctor_evidence *ev)
{
    return ev ? ev->id : 0;
}

/* ------------------------------------------------------------------------------------------------
 * Questions to the record
 */
static const struct doctor_evidence *caps_at(const struct bench *b, uint16_t port,
                                             enum smtp_security layer, struct smtp_caps *c)
{
    struct smtp_attempt door = b->a;
    door.port = port;
    const struct doctor_evidence *ev = doctor_record_layer(b->r, PROBE_CAPABILITIES, &door, layer);
    return doctor_evidence_caps(ev, c) ? ev : NULL;
}

/* The row in which a port shows AUTH, on any layer or on the one given. */
static const struct doctor_evidence *login_offered_at(const struct bench *b, uint16_t port,
                                                      enum smtp_security layer)
{
    static const enum smtp_security LAYERS[] = { SMTP_SECURITY_NONE, SMTP_SECURITY_STARTTLS,
                                                 SMTP_SECURITY_TLS };
    for (size_t i = 0; i < COUNT_OF(LAYERS); i++) {
        struct smtp_caps c;
        const struct doctor_evidence *ev = caps_at(b, port, LAYERS[i], &c);
        if (ev && c.mechanism_count && (layer == SMTP_SECURITY_AUTO || layer == LAYERS[i]))
            return ev;
    }
    return NULL;
}

/* A row in which some other port of the same address shows AUTH. */
static const struct doctor_evidence *login_offered_elsewhere(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe != PROBE_CAPABILITIES || ev->attempt.port == b->a.port ||
            !ip_eq(&ev->attempt.address, &b->a.address))
            continue;
        struct smtp_caps c;
        if (doctor_evidence_caps(ev, &c) && c.mechanism_count)
            return ev;
    }
    return NULL;
}

/* A good capability row of a port with no AUTH on its last layer; NULL when some layer has AUTH, when
 * STARTTLS is offered but was not gone through, or when nothing is known. */
static const struct doctor_evidence *no_login_at(const struct bench *b, uint16_t port)
{
    struct smtp_caps c;
    if (login_offered_at(b, port, SMTP_SECURITY_AUTO))
        return NULL;
    const struct doctor_evidence *ev = caps_at(b, port, SMTP_SECURITY_TLS, &c);
    if (!ev)
        ev = caps_at(b, port, SMTP_SECURITY_STARTTLS, &c);
    if (ev)
        return ev;
    ev = caps_at(b, port, SMTP_SECURITY_NONE, &c);
    return ev && !(c.ext & SMTP_EXT_STARTTLS) ? ev : NULL;
}

/* The trial without a login of the recipient asked for, on the asked port if one was asked. */
static const struct doctor_evidence *stranger_trial(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TRIAL && !smtp_attempt_logs_in(&ev->attempt) &&
            str_eq(ev->attempt.to, b->a.to) && (!b->a.port || ev->attempt.port == b->a.port) &&
            ip_eq(&ev->attempt.source, &b->a.source))
            return ev;
    }
    return NULL;
}

static const struct doctor_evidence *login_row(const struct bench *b, bool good)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_LOGIN && ev->outcome.end == SMTP_END_REPLY &&
            doctor_evidence_good(ev) == good)
            return ev;
    }
    return NULL;
}

/* A refused trial with a login and the reverse-path given (any, when its p is NULL). */
static const struct doctor_evidence *member_refused(const struct bench *b, str from)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TRIAL && smtp_attempt_logs_in(&ev->attempt) &&
            str_eq(ev->attempt.to, b->a.to) && !doctor_evidence_good(ev) &&
            ev->outcome.end == SMTP_END_REPLY && (!from.p || str_eq(from, ev->attempt.from)))
            return ev;
    }
    return NULL;
}

static bool refused_for_want_of_tls(const struct doctor_evidence *ev)
{
    return ev && (ev->outcome.stage == SMTP_STAGE_MAIL || ev->outcome.stage == SMTP_STAGE_RCPT) &&
           ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev) &&
           words_ask_for_tls(ev->outcome.text);
}

/* The trial in clear at the asked port that was refused because it was in clear. */
static const struct doctor_evidence *tls_wanted_by_mail(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TRIAL && ev->attempt.security == SMTP_SECURITY_NONE &&
            doctor_same_door(&ev->attempt, &b->a) && refused_for_want_of_tls(ev))
            return ev;
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * With an accepted attempt: what flips
 */
static enum cause_id cause_of_certificate(enum smtp_cert_reason reason)
{
    switch (reason) {
    case SMTP_CERT_EXPIRED: return CAUSE_CERTIFICATE_EXPIRED;
    case SMTP_CERT_NOT_YET_VALID: return CAUSE_CERTIFICATE_NOT_YET_VALID;
    case SMTP_CERT_SELF_SIGNED: return CAUSE_CERTIFICATE_SELF_SIGNED;
    case SMTP_CERT_WRONG_NAME: return CAUSE_CERTIFICATE_WRONG_NAME;
    case SMTP_CERT_UNKNOWN_ISSUER: return CAUSE_CERTIFICATE_UNKNOWN_ISSUER;
    default: return CAUSE_NONE;
    }
}

static bool is_certificate_stop(const struct doctor_settled *s)
{
    return s->by && s->by->probe == PROBE_TLS && s->by->outcome.tls.done;
}

static enum cause_id flip_port(const struct bench *b, const struct doctor_settled *s)
{
    (void)b;
    if (s->state == STATE_SILENT)
        return s->by->outcome.stage == SMTP_STAGE_CONNECT ? CAUSE_EGRESS_PORT_BLOCKED : CAUSE_NONE;
    if (s->state == STATE_CLOSED)
        return CAUSE_SERVER_DOWN;
    if (is_certificate_stop(s))
        return cause_of_certificate(s->by->outcome.tls.reasons[0]);
    if (s->state == STATE_NOT_OFFERED && s->by->probe == PROBE_CAPABILITIES)
        return CAUSE_MX_PORT_NOT_SUBMISSION;
    if (s->state == STATE_REFUSED && s->by->outcome.stage >= SMTP_STAGE_AUTH)
        return CAUSE_MX_PORT_NOT_SUBMISSION;
    return CAUSE_NONE;
}

static enum cause_id flip_security(const struct bench *b, const struct doctor_settled *s)
{
    if (is_certificate_stop(s))
        return cause_of_certificate(s->by->outcome.tls.reasons[0]);
    if (b->a.security == SMTP_SECURITY_TLS)
        return s->by->outcome.stage == SMTP_STAGE_TLS || s->by->probe == PROBE_GREETING
                   ? CAUSE_TLS_MODE_MISMATCH
                   : CAUSE_NONE;
    if (s->by->probe == PROBE_GREETING || s->by->probe == PROBE_TLS)
        return s->by->outcome.stage == SMTP_STAGE_CONNECT ? CAUSE_NONE : CAUSE_TLS_MODE_MISMATCH;
    if (b->a.security == SMTP_SECURITY_STARTTLS)
        return CAUSE_STARTTLS_STRIPPED;
    if (refused_for_want_of_tls(s->by) || tls_wanted_by_mail(b))
        return CAUSE_MAIL_ONLY_UNDER_TLS;
    if (s->state == STATE_NOT_OFFERED || s->by->outcome.stage == SMTP_STAGE_AUTH)
        return CAUSE_AUTH_HIDDEN_UNTIL_TLS;
    return CAUSE_NONE;
}

static bool login_offered_anywhere(const struct bench *b)
{
    return login_offered_at(b, b->a.port, SMTP_SECURITY_AUTO) || login_offered_elsewhere(b);
}

static enum cause_id flip_login(const struct bench *b, const struct doctor_settled *s)
{
    if (!smtp_attempt_logs_in(&b->a))
        return s->state == STATE_REFUSED ? CAUSE_CLIENT_NEVER_AUTHENTICATES : CAUSE_NONE;
    if (s->state == STATE_NOT_OFFERED)
        return login_offered_anywhere(b) ? CAUSE_MX_PORT_NOT_SUBMISSION
                                         : CAUSE_RELAY_TAKES_NO_LOGIN;
    return s->by->outcome.stage == SMTP_STAGE_AUTH ? words_login_cause(&s->by->outcome)
                                                   : CAUSE_NONE;
}

static enum cause_id flip_mechanism(const struct bench *b, const struct doctor_settled *s)
{
    (void)b;
    if (s->state == STATE_NOT_OFFERED)
        return CAUSE_NO_COMMON_MECHANISM;
    return s->by->outcome.stage == SMTP_STAGE_AUTH ? CAUSE_MECHANISM_OFFERED_BUT_DEAD : CAUSE_NONE;
}

static enum cause_id flip_from(const struct bench *b, const struct doctor_settled *s)
{
    if (s->state != STATE_REFUSED)
        return CAUSE_NONE;
    if (words_from_invalid(b->a.from, &s->by->outcome))
        return CAUSE_FROM_INVALID;
    return smtp_attempt_logs_in(&s->by->attempt) ? CAUSE_FROM_NOT_LOGIN : CAUSE_NONE;
}

static enum cause_id flip_source(const struct bench *b, const struct doctor_settled *s)
{
    (void)b;
    return s->state == STATE_REFUSED ? CAUSE_IP_NOT_TRUSTED : CAUSE_NONE;
}

static enum cause_id flip_helo(const struct bench *b, const struct doctor_settled *s)
{
    (void)b;
    return s->state == STATE_REFUSED ? CAUSE_EHLO_NAME_REFUSED : CAUSE_NONE;
}

static const struct flip {
    enum doctor_difference d;
    enum cause_id (*cause)(const struct bench *b, const struct doctor_settled *s);
} FLIPS[] = {
    { DIFFERS_HELO, flip_helo },           { DIFFERS_PORT, flip_port },
    { DIFFERS_SECURITY, flip_security },   { DIFFERS_LOGIN, flip_login },
    { DIFFERS_MECHANISM, flip_mechanism }, { DIFFERS_FROM, flip_from },
    { DIFFERS_SOURCE, flip_source },
};

/* A port that nobody answers on, or that is closed, differs from the one that works; who closed it is
 * not seen from here. */
static enum finding_strength strength_of_flip(const struct bench *b, enum cause_id cause,
                                              const struct doctor_settled *s)
{
    if (cause == CAUSE_EGRESS_PORT_BLOCKED || cause == CAUSE_STARTTLS_STRIPPED)
        return STRENGTH_POSSIBLE;
    if (cause == CAUSE_SERVER_DOWN || cause == CAUSE_FROM_INVALID || s->temporary || s->unsteady ||
        !b->a.to.n)
        return STRENGTH_LIKELY;
    if (cause == CAUSE_MX_PORT_NOT_SUBMISSION && s->state == STATE_REFUSED &&
        s->by->outcome.stage > SMTP_STAGE_AUTH)
        return STRENGTH_LIKELY;
    return STRENGTH_PROVED;
}

/* The observation on the asked cell that tells a cause from its nearest neighbours. */
static void rule_out_neighbours(const struct bench *b, struct finding *f)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = caps_at(b, b->a.port, SMTP_SECURITY_NONE, &c);
    switch (f->cause) {
    case CAUSE_CLIENT_NEVER_AUTHENTICATES:
        finding_against(f, id_of(login_offered_at(b, b->a.port, b->a.security)));
        break;
    case CAUSE_AUTH_HIDDEN_UNTIL_TLS:
        finding_against(f, id_of(login_offered_at(b, b->a.port, SMTP_SECURITY_AUTO)));
        finding_against(f, id_of(stranger_trial(b)));
        break;
    case CAUSE_MAIL_ONLY_UNDER_TLS:
        finding_for(f, id_of(tls_wanted_by_mail(b)));
        finding_against(f, id_of(clear));
        break;
    case CAUSE_MX_PORT_NOT_SUBMISSION:
        finding_against(f, id_of(no_login_at(b, b->a.port)));
        finding_against(f, id_of(login_offered_elsewhere(b)));
        break;
    case CAUSE_TLS_MODE_MISMATCH:
        finding_against(f, id_of(doctor_record_greeting(b->r, &b->a, false)));
        finding_against(f, id_of(doctor_record_layer(b->r, PROBE_TLS, &b->a, SMTP_SECURITY_TLS)));
        break;
    case CAUSE_RELAY_TAKES_NO_LOGIN:
    case CAUSE_IP_NOT_TRUSTED:
        for (size_t i = 0; i < b->r->count; i++) {
            const struct doctor_evidence *ev = &b->r->rows[i];
            if (ev->probe == PROBE_CAPABILITIES && no_login_at(b, ev->attempt.port) == ev)
                finding_against(f, ev->id);
        }
        break;
    default: finding_against(f, id_of(login_row(b, true))); break;
    }
}

/* Undoing the port means the asked port under whatever security it can speak; undoing the security
 * happens on the asked port. */
static struct doctor_settled settle_undone(const struct bench *b, const struct smtp_attempt *works,
                                           enum doctor_difference d)
{
    struct smtp_attempt x = doctor_undo(works, &b->a, d);
    if (d == DIFFERS_PORT)
        return doctor_settle_port(b->r, &x);
    if (d == DIFFERS_SECURITY && b->a.port)
        x.port = b->a.port;
    return doctor_settle(b->r, &x);
}

static void find_flips(struct bench *b)
{
    const struct smtp_attempt *works = &b->j->works->attempt;
    unsigned differs = doctor_differences(&b->a, works);
    bool port_flips = false;
    for (size_t i = 0; i < COUNT_OF(FLIPS); i++) {
        if (!(differs & FLIPS[i].d) || (port_flips && FLIPS[i].d == DIFFERS_SECURITY))
            continue;
        struct doctor_settled s = settle_undone(b, works, FLIPS[i].d);
        if (!doctor_settled_stops(&s))
            continue;
        enum cause_id cause = FLIPS[i].cause(b, &s);
        if (cause == CAUSE_NONE)
            continue;
        port_flips |= FLIPS[i].d == DIFFERS_PORT;
        enum finding_hop hop = is_certificate_stop(&s) ? HOP_CLIENT : HOP_SUBMISSION;
        struct finding *f = add_cause(b, cause, hop, strength_of_flip(b, cause, &s));
        finding_for(f, id_of(s.by));
        finding_for(f, b->j->works->id);
        rule_out_neighbours(b, f);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Without one: what the record shows by itself
 */
static void sign_lookup(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_LOOKUP && ev->outcome.end != SMTP_END_REPLY)
            finding_for(add_cause(b, CAUSE_DNS_FAILURE, HOP_CLIENT, STRENGTH_LIKELY), ev->id);
    }
}

static bool is_octet(const struct doctor_evidence *ev)
{
    if (ev->probe == PROBE_LOOKUP)
        return false;
    enum smtp_end end = ev->outcome.end;
    return end == SMTP_END_REPLY || end == SMTP_END_BROKEN || ev->outcome.tls.done ||
           (ev->probe == PROBE_TLS && end == SMTP_END_TLS_FAILED) ||
           ev->outcome.stage > SMTP_STAGE_GREETING;
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
    struct finding *f = add_cause(b, CAUSE_SERVER_DOWN, HOP_SUBMISSION,
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
    struct finding *f = add_cause(b, CAUSE_EGRESS_PORT_BLOCKED, HOP_SUBMISSION, STRENGTH_POSSIBLE);
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
    struct finding *f = add_cause(b, CAUSE_TLS_MODE_MISMATCH, HOP_SUBMISSION, STRENGTH_LIKELY);
    finding_for(f, at_once->id);
    finding_for(f, id_of(clear));
}

/* Each reason alone makes the check fail, and the same certificate passes without it: that was seen
 * in one handshake, so it is proved. */
static void sign_certificate(struct bench *b)
{
    if (b->a.security == SMTP_SECURITY_NONE)
        return;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        const struct smtp_tls_facts *t = &ev->outcome.tls;
        if (ev->probe != PROBE_TLS || !t->done || t->verified ||
            (b->a.port && b->a.port != ev->attempt.port) ||
            (b->a.security != SMTP_SECURITY_AUTO && b->a.security != ev->attempt.security))
            continue;
        for (unsigned k = 0; k < t->reason_count; k++) {
            enum cause_id cause = cause_of_certificate(t->reasons[k]);
            if (cause != CAUSE_NONE)
                finding_for(add_cause(b, cause, HOP_CLIENT, STRENGTH_PROVED), ev->id);
        }
    }
}

static void sign_mail_only_under_tls(struct bench *b)
{
    const struct doctor_evidence *ev = tls_wanted_by_mail(b);
    if (!ev)
        return;
    struct finding *f = add_cause(b, CAUSE_MAIL_ONLY_UNDER_TLS, HOP_SUBMISSION, STRENGTH_LIKELY);
    finding_for(f, ev->id);
    rule_out_neighbours(b, f);
}

/* In clear there is no AUTH, on the same port under TLS there is. */
static void sign_hidden(struct bench *b)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = caps_at(b, b->a.port, SMTP_SECURITY_NONE, &c);
    const struct doctor_evidence *tls = login_offered_at(b, b->a.port, SMTP_SECURITY_STARTTLS);
    if (b->a.security != SMTP_SECURITY_NONE || !clear || c.mechanism_count || !tls ||
        tls_wanted_by_mail(b))
        return;
    struct finding *f = add_cause(b, CAUSE_AUTH_HIDDEN_UNTIL_TLS, HOP_SUBMISSION, STRENGTH_LIKELY);
    finding_for(f, clear->id);
    finding_for(f, tls->id);
    rule_out_neighbours(b, f);
}

static void sign_port_without_login(struct bench *b)
{
    const struct doctor_evidence *here = b->a.port ? no_login_at(b, b->a.port) : NULL;
    const struct doctor_evidence *there = login_offered_elsewhere(b);
    if (!here || !there)
        return;
    struct finding *f = add_cause(
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
        struct finding *f = add_cause(b, CAUSE_NO_COMMON_MECHANISM, HOP_CLIENT, STRENGTH_LIKELY);
        finding_for(f, ev->id);
    }
}

static void sign_login_refused(struct bench *b)
{
    const struct doctor_evidence *ev = login_row(b, false);
    if (!ev)
        return;
    enum cause_id cause = words_login_cause(&ev->outcome);
    if (cause == CAUSE_NONE)
        return;
    struct finding *f = add_cause(b, cause, HOP_SUBMISSION,
                                  cause == CAUSE_MECHANISM_OFFERED_BUT_DEAD ? STRENGTH_POSSIBLE
                                                                            : STRENGTH_LIKELY);
    finding_for(f, ev->id);
    struct smtp_attempt door = ev->attempt;
    finding_against(f, id_of(doctor_record_layer(b->r, PROBE_TLS, &door, door.security)));
    finding_against(f, id_of(doctor_record_layer(b->r, PROBE_CAPABILITIES, &door, door.security)));
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
    const struct doctor_evidence *member = member_refused(b, STR_NONE);
    const struct doctor_evidence *beside = served ? refused_beside(b, served) : NULL;
    const struct doctor_evidence *stranger = stranger_trial(b);
    enum finding_strength strength = STRENGTH_NONE;
    if (beside)
        strength = STRENGTH_PROVED;
    else if (served && member && member->outcome.stage == SMTP_STAGE_RCPT)
        strength = STRENGTH_LIKELY;
    else if (member && words_no_such_mailbox(&member->outcome))
        strength = STRENGTH_LIKELY;
    else if (stranger && words_unknown_user(&stranger->outcome))
        strength = STRENGTH_LIKELY;
    else if (stranger && !login_offered_anywhere(b) && words_no_such_mailbox(&stranger->outcome))
        strength = STRENGTH_POSSIBLE;
    if (strength == STRENGTH_NONE)
        return;
    struct finding *f = add_cause(b, CAUSE_RECIPIENT_UNKNOWN, HOP_SUBMISSION, strength);
    finding_for(f, beside ? beside->id : id_of(member ? member : stranger));
    finding_for(f, id_of(served));
    finding_against(f, id_of(login_row(b, true)));
}

static bool is_refusal(const struct doctor_evidence *ev)
{
    return ev && !doctor_evidence_good(ev) && ev->outcome.end == SMTP_END_REPLY &&
           (ev->outcome.stage == SMTP_STAGE_MAIL || ev->outcome.stage == SMTP_STAGE_RCPT);
}

static bool has_cause(const struct bench *b, enum cause_id cause)
{
    for (size_t i = 0; i < b->j->cause_count; i++)
        if (b->j->causes[i].cause == cause)
            return true;
    return false;
}

/* No login was made, the server wants mail from strangers no further, and offers a login right there. */
static void sign_never_authenticates(struct bench *b)
{
    const struct doctor_evidence *ev = stranger_trial(b);
    if (smtp_attempt_logs_in(&b->a) || !ev || has_cause(b, CAUSE_RECIPIENT_UNKNOWN) ||
        has_cause(b, CAUSE_MAIL_ONLY_UNDER_TLS))
        return;
    const struct doctor_evidence *offer = login_offered_at(b, ev->attempt.port,
                                                           ev->attempt.security);
    const struct doctor_evidence *in = login_row(b, true);
    bool refused = is_refusal(ev);
    if (!offer || (!refused && !(in && !b->a.to.n)))
        return;
    bool asks = refused && words_ask_for_login(&ev->outcome);
    struct finding *f = add_cause(b, CAUSE_CLIENT_NEVER_AUTHENTICATES, HOP_SUBMISSION,
                                  asks || (in && !member_refused(b, STR_NONE)) ? STRENGTH_LIKELY
                                                                               : STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    finding_for(f, id_of(in));
    rule_out_neighbours(b, f);
}

/* No door of this server takes a login, so it relays by address alone, and not for this one. */
static void sign_ip_not_trusted(struct bench *b)
{
    const struct doctor_evidence *ev = stranger_trial(b);
    if (!is_refusal(ev) || ev->outcome.stage != SMTP_STAGE_RCPT || login_offered_anywhere(b) ||
        has_cause(b, CAUSE_RECIPIENT_UNKNOWN) || !no_login_at(b, ev->attempt.port) ||
        (ev->outcome.code / 100 == 4 && !words_about_relaying(&ev->outcome)) ||
        words_blame_other(&ev->outcome))
        return;
    bool sure = !smtp_attempt_logs_in(&b->a);
    for (size_t i = 0; i < b->r->count; i++) { /* a door that was not seen into may take a login */
        const struct doctor_evidence *g = &b->r->rows[i];
        if (g->probe == PROBE_GREETING && g->outcome.end != SMTP_END_REFUSED &&
            !no_login_at(b, g->attempt.port))
            sure = false;
    }
    struct finding *f = add_cause(b, CAUSE_IP_NOT_TRUSTED, HOP_SUBMISSION,
                                  sure ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    rule_out_neighbours(b, f);
}

/* Logged in, the login's own address, and refused for an outside recipient as a stranger is. */
static void sign_login_not_honoured(struct bench *b)
{
    const struct doctor_evidence *in = login_row(b, true);
    const struct doctor_evidence *ev =
        in ? member_refused(b, b->asked->own_address.n ? b->asked->own_address : STR_NONE) : NULL;
    if (!ev || ev->outcome.stage != SMTP_STAGE_RCPT || ev->outcome.code / 100 == 4 ||
        has_cause(b, CAUSE_RECIPIENT_UNKNOWN))
        return;
    bool relaying = words_about_relaying(&ev->outcome);
    if (!relaying && !words_invalid_recipient(&ev->outcome))
        return;
    struct finding *f = add_cause(b, CAUSE_LOGIN_NOT_HONOURED, HOP_SUBMISSION,
                                  relaying ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, in->id);
    finding_for(f, ev->id);
}

static void sign_greylisted(struct bench *b)
{
    const struct doctor_evidence *ev = stranger_trial(b);
    const struct doctor_evidence *member = member_refused(b, STR_NONE);
    if (member && words_greylisted(&member->outcome))
        ev = member;
    if (is_refusal(ev) && words_greylisted(&ev->outcome))
        finding_for(add_cause(b, CAUSE_GREYLISTED_TEMPORARY, HOP_SUBMISSION, STRENGTH_LIKELY),
                    ev->id);
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
    sign_recipient_unknown,
    sign_never_authenticates,
    sign_login_refused,
    sign_ip_not_trusted,
    sign_login_not_honoured,
    sign_greylisted,
};

/* ------------------------------------------------------------------------------------------------
 * The answer
 */
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

/* The settings work here; the words that were pasted come from a cell without login, and only there. */
static void judge_pasted(struct bench *b)
{
    struct smtp_reply pasted;
    char room[1024];
    const struct doctor_evidence *ev = stranger_trial(b);
    if (!smtp_attempt_logs_in(&b->a) || !is_refusal(ev) ||
        !smtp_reply_parse(b->asked->pasted_error, room, sizeof room, &pasted) ||
        pasted.code != ev->outcome.code)
        return;
    struct finding *f = add_cause(b, CAUSE_CLIENT_NEVER_AUTHENTICATES, HOP_SUBMISSION,
                                  STRENGTH_LIKELY);
    finding_for(f, ev->id);
    finding_for(f, b->j->works->id);
}

static void add_notes(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TLS && ev->attempt.port == 25 && ev->outcome.tls.done &&
            !ev->outcome.tls.verified && b->a.port != 25) {
            b->j->notes[b->j->note_count++] = NOTE_CERTIFICATE_ON_PORT_25;
            return;
        }
    }
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
    return stranger_trial(b);
}

static struct smtp_attempt with_address(const struct doctor_asked *asked,
                                        const struct doctor_record *r,
                                        const struct doctor_evidence *works)
{
    struct smtp_attempt a = asked->attempt;
    if (works)
        a.address = works->attempt.address;
    for (size_t i = 0; a.address.family == IP_NONE && i < r->count; i++) {
        if (r->rows[i].probe == PROBE_GREETING)
            a.address = r->rows[i].attempt.address;
    }
    return a;
}

static bool nothing_heard(const struct doctor_record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (is_octet(&r->rows[i]))
            return false;
    return true;
}

struct doctor_judgement doctor_judge(const struct doctor_asked *asked,
                                     const struct doctor_record *r)
{
    struct doctor_judgement j = { .verdict = VERDICT_UNKNOWN };
    j.works = doctor_best_accepted(r, &asked->attempt);
    j.no_octet = nothing_heard(r);
    struct bench b = { asked, r, with_address(asked, r, j.works), &j };
    if (j.works && asked->attempt.to.n && doctor_conforms(&asked->attempt, &j.works->attempt)) {
        j.verdict = VERDICT_ACCEPTED;
        j.asked = j.works;
        judge_pasted(&b);
        add_notes(&b);
        return j;
    }
    if (j.works && asked->attempt.to.n)
        find_flips(&b);
    if (!j.cause_count) {
        for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
            SIGNS[i](&b);
    }
    strongest_first(&j);
    add_notes(&b);
    if (j.cause_count)
        j.verdict = VERDICT_REFUSED;
    else if (j.works && doctor_conforms(&asked->attempt, &j.works->attempt))
        j.verdict = VERDICT_ACCEPTED; /* as far as it can be told without a recipient */
    j.asked = j.verdict == VERDICT_ACCEPTED ? j.works : asked_row(&b);
    if (j.verdict != VERDICT_ACCEPTED &&
        (!j.cause_count || j.causes[0].strength != STRENGTH_PROVED))
        j.next = words_next_experiment(asked, r, &j);
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
    return c ? c->exit_status : 3;
}
