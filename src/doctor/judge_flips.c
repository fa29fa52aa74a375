/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_flips.c - with an accepted attempt at hand: each difference undone alone
 */
#include "doctor/judge_inside.h"

static bool is_certificate_stop(const struct doctor_settled *s)
{
    return s->by && s->by->probe == PROBE_TLS && s->by->outcome.tls.done;
}

/* A handshake that fails here, and completes where everything is allowed. */
static bool is_handshake_stop(const struct bench *b, const struct doctor_settled *s)
{
    return s->by && s->by->probe == PROBE_TLS &&
           judge_strength_of_handshake(b, s->by) != STRENGTH_NONE;
}

/* Port 25 greets with a refusal that gives no reason (RFC 7504), and the login was taken on another port: 25 is
 * for servers, of which many take mail from few. */
static bool sends_programs_away(const struct bench *b, const struct smtp_outcome *greeting)
{
    return b->a.port == 25 && greeting->stage == SMTP_STAGE_GREETING && greeting->code / 100 == 5 &&
           smtp_attempt_logs_in(&b->j->works->attempt) && words_say_nothing(greeting);
}

static enum cause_id flip_port(const struct bench *b, const struct doctor_settled *s)
{
    if (s->state == STATE_SILENT)
        return s->by->outcome.stage == SMTP_STAGE_CONNECT ? CAUSE_EGRESS_PORT_BLOCKED : CAUSE_NONE;
    if (s->state == STATE_CLOSED)
        return CAUSE_SERVER_DOWN;
    if (is_certificate_stop(s))
        return judge_certificate(s->by->outcome.tls.reasons[0]);
    if (is_handshake_stop(b, s))
        return CAUSE_TLS_VERSION_OR_CIPHER;
    if (judge_offer_taken_out(b))
        return CAUSE_STARTTLS_STRIPPED;
    if (s->state == STATE_NOT_OFFERED && s->by->probe == PROBE_CAPABILITIES)
        return CAUSE_MX_PORT_NOT_SUBMISSION;
    if (s->state == STATE_REFUSED &&
        (s->by->outcome.stage >= SMTP_STAGE_AUTH || sends_programs_away(b, &s->by->outcome)))
        return CAUSE_MX_PORT_NOT_SUBMISSION;
    return CAUSE_NONE;
}

/* The port opens the other way than asked for: that was seen, and is not taken from a silence. */
static bool opens_otherwise(const struct bench *b, const struct smtp_attempt *door)
{
    const struct doctor_evidence *other = b->a.security == SMTP_SECURITY_TLS
                                              ? doctor_record_greeting(b->r, door, false)
                                              : doctor_record_layer(b->r, PROBE_TLS, door,
                                                                    SMTP_SECURITY_TLS);
    return other && doctor_evidence_good(other);
}

/* In clear the login that works is missing, or not heard, and this very port is known to take one under TLS. */
static bool login_is_hidden(const struct bench *b, const struct doctor_settled *s)
{
    struct smtp_caps c;
    uint16_t port = s->by->attempt.port;
    const struct smtp_attempt *works = &b->j->works->attempt;
    bool missing = s->state == STATE_NOT_OFFERED && smtp_attempt_logs_in(works) &&
                   doctor_evidence_caps(s->by, &c) && !smtp_caps_offers(&c, works->mechanism);
    return (missing || s->by->outcome.stage == SMTP_STAGE_AUTH) &&
           (port == works->port || judge_login_offered(b, port, SMTP_SECURITY_STARTTLS));
}

static enum cause_id flip_security(const struct bench *b, const struct doctor_settled *s)
{
    if (is_certificate_stop(s))
        return judge_certificate(s->by->outcome.tls.reasons[0]);
    if (is_handshake_stop(b, s))
        return CAUSE_TLS_VERSION_OR_CIPHER;
    bool tls_works = b->j->works->attempt.security == SMTP_SECURITY_TLS;
    if (!b->a.port && tls_works != (b->a.security == SMTP_SECURITY_TLS))
        return CAUSE_NONE; /* which port the program uses is not known: another may fit its mode */
    if (s->by->probe == PROBE_GREETING || s->by->probe == PROBE_TLS) {
        bool opening = s->by->attempt.security != SMTP_SECURITY_STARTTLS;
        return opening && opens_otherwise(b, &s->by->attempt) ? CAUSE_TLS_MODE_MISMATCH
                                                              : CAUSE_NONE;
    }
    if (b->a.security == SMTP_SECURITY_TLS)
        return CAUSE_NONE;
    if (b->a.security == SMTP_SECURITY_STARTTLS)
        return s->state == STATE_NOT_OFFERED && s->by->attempt.security == SMTP_SECURITY_NONE
                   ? CAUSE_STARTTLS_STRIPPED
                   : CAUSE_NONE;
    if (judge_refused_for_tls(s->by) || judge_tls_wanted(b))
        return CAUSE_MAIL_ONLY_UNDER_TLS;
    return login_is_hidden(b, s) ? CAUSE_AUTH_HIDDEN_UNTIL_TLS : CAUSE_NONE;
}

/* Was the same mail taken there without a login, at some time or on some layer? */
static bool stranger_accepted(const struct bench *b, uint16_t port)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TRIAL && doctor_evidence_good(ev) && ev->attempt.port == port &&
            !smtp_attempt_logs_in(&ev->attempt) && str_eq(ev->attempt.to, b->a.to) &&
            str_eq(ev->attempt.from, b->a.from) && ip_eq(&ev->attempt.source, &b->a.source))
            return true;
    }
    return false;
}

/* A login is taken, or offered, where the user goes: that the port that works, or its layer in clear, knows
 * none is nothing to him. So it is with mail to a user of the server itself, on port 25. */
static bool login_is_for_elsewhere(const struct bench *b)
{
    if (!b->a.port)
        return doctor_record_login(b->r, NULL, true) != NULL;
    return judge_login_offered(b, b->a.port, SMTP_SECURITY_AUTO) != NULL;
}

static enum cause_id flip_login(const struct bench *b, const struct doctor_settled *s)
{
    if (!smtp_attempt_logs_in(&b->a))
        return s->state == STATE_REFUSED && !stranger_accepted(b, s->by->attempt.port)
                   ? CAUSE_CLIENT_NEVER_AUTHENTICATES
                   : CAUSE_NONE;
    if (s->state == STATE_NOT_OFFERED) /* what works here works without one */
        return login_is_for_elsewhere(b) || judge_stays_inside(b) ? CAUSE_NONE
                                                                  : CAUSE_RELAY_TAKES_NO_LOGIN;
    if (s->by->outcome.stage != SMTP_STAGE_AUTH)
        return CAUSE_NONE;
    enum cause_id cause = judge_login(b, s->by).cause;
    if (judge_login_needless(cause))
        return judge_stays_inside(b) ? CAUSE_NONE : CAUSE_RELAY_TAKES_NO_LOGIN;
    return cause;
}

static enum cause_id flip_mechanism(const struct bench *b, const struct doctor_settled *s)
{
    if (s->state == STATE_NOT_OFFERED)
        return CAUSE_NO_COMMON_MECHANISM;
    bool told = judge_login(b, s->by).cause != CAUSE_NONE;
    return told && s->by->outcome.stage == SMTP_STAGE_AUTH ? CAUSE_MECHANISM_OFFERED_BUT_DEAD
                                                           : CAUSE_NONE;
}

/* The same password was taken for another form of the name; the same user with the password repaired. */
static enum cause_id flip_user(const struct bench *b, const struct doctor_settled *s)
{
    (void)b;
    return s->by->outcome.stage == SMTP_STAGE_AUTH ? CAUSE_WRONG_USERNAME_FORM : CAUSE_NONE;
}
static enum cause_id flip_password(const struct bench *b, const struct doctor_settled *s)
{
    (void)b;
    return s->by->outcome.stage == SMTP_STAGE_AUTH ? CAUSE_PASSWORD_MANGLED : CAUSE_NONE;
}

/* HELO was answered at the same door, and what works needs what only EHLO leads to. */
static enum cause_id flip_verb(const struct bench *b, const struct doctor_settled *s)
{
    (void)b;
    return s->state == STATE_NOT_OFFERED || s->state == STATE_REFUSED ? CAUSE_HELO_INSTEAD_OF_EHLO
                                                                      : CAUSE_NONE;
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

static enum cause_id flip_size(const struct bench *b, const struct doctor_settled *s)
{
    (void)b;
    bool named = s->state == STATE_REFUSED &&
                 words_cause(&s->by->outcome) == CAUSE_MESSAGE_TOO_LARGE;
    return named || s->state == STATE_NOT_OFFERED ? CAUSE_MESSAGE_TOO_LARGE : CAUSE_NONE;
}

static const struct flip {
    enum doctor_difference d;
    enum cause_id (*cause)(const struct bench *b, const struct doctor_settled *s);
} FLIPS[] = {
    { DIFFERS_VERB, flip_verb },
    { DIFFERS_HELO, flip_helo },
    { DIFFERS_CERTIFICATE, judge_flip_certificate },
    { DIFFERS_PORT, flip_port },
    { DIFFERS_SECURITY, flip_security },
    { DIFFERS_LOGIN, flip_login },
    { DIFFERS_MECHANISM, flip_mechanism },
    { DIFFERS_FROM, judge_flip_from },
    { DIFFERS_SOURCE, flip_source },
    { DIFFERS_USER, flip_user },
    { DIFFERS_PASSWORD, flip_password },
    { DIFFERS_HEADER_FROM, judge_flip_from },
    { DIFFERS_SIZE, flip_size },
};

/* Every port that answers was seen to the end, and none offers a login: a handshake that failed may hide one. */
static bool no_login_anywhere(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if ((ev->probe == PROBE_GREETING || ev->probe == PROBE_TLS) &&
            ev->outcome.stage != SMTP_STAGE_CONNECT && ip_eq(&ev->attempt.address, &b->a.address) &&
            !judge_no_login(b, ev->attempt.port))
            return false;
    }
    return true;
}

/* A port that nobody answers on, or that is closed, differs from the one that works; who closed it is
 * not seen from here. */
static enum finding_strength strength_of_flip(const struct bench *b, enum doctor_difference d,
                                              enum cause_id cause, const struct doctor_settled *s)
{
    if (cause == CAUSE_EGRESS_PORT_BLOCKED || cause == CAUSE_STARTTLS_STRIPPED ||
        cause == CAUSE_SERVER_DOWN)
        return STRENGTH_POSSIBLE;
    if (cause == CAUSE_TLS_VERSION_OR_CIPHER && !s->by->outcome.tls.done)
        return judge_strength_of_handshake(b, s->by);
    const struct doctor_evidence *wanted = judge_tls_wanted(b);
    if (cause == CAUSE_MAIL_ONLY_UNDER_TLS && wanted && wanted->outcome.code / 100 == 4)
        return STRENGTH_LIKELY; /* s may be the capability in its place */
    if (s->temporary || s->unsteady || !b->a.to.n ||
        (s->by->probe == PROBE_LOGIN && s->by->outcome.end != SMTP_END_REPLY))
        return STRENGTH_LIKELY;
    if (cause == CAUSE_RELAY_TAKES_NO_LOGIN && !no_login_anywhere(b))
        return STRENGTH_LIKELY; /* a stranger asks once: one acceptance may be chance, or a lapse */
    if (d == DIFFERS_LOGIN && s->by->probe == PROBE_LOGIN && cause != CAUSE_RELAY_TAKES_NO_LOGIN)
        return judge_login(b, s->by)
            .strength; /* that it is refused flips; why, is what words say */
    if (d == DIFFERS_FROM || d == DIFFERS_HEADER_FROM)
        return judge_strength_of_from(b, cause, s);
    if (cause == CAUSE_CLIENT_NEVER_AUTHENTICATES &&
        (words_blame_other(&s->by->outcome) || words_cause(&s->by->outcome) != CAUSE_NONE))
        return STRENGTH_LIKELY; /* it flipped, but the server named another reason */
    if (cause == CAUSE_EHLO_NAME_REFUSED && words_name_relaying(&s->by->outcome))
        return STRENGTH_LIKELY;
    if (cause == CAUSE_MX_PORT_NOT_SUBMISSION && wanted)
        return STRENGTH_LIKELY;
    if (cause == CAUSE_MX_PORT_NOT_SUBMISSION && s->state == STATE_REFUSED &&
        (s->by->outcome.stage != SMTP_STAGE_AUTH || s->by->attempt.port != 25))
        return STRENGTH_LIKELY; /* on a port for users a refused login may have other reasons */
    return STRENGTH_PROVED;
}

/* Undoing the port means the asked port under whatever security it can speak; undoing the security
 * happens on the asked port. */
static struct doctor_settled settle_undone(const struct bench *b, const struct smtp_attempt *works,
                                           enum doctor_difference d)
{
    struct smtp_attempt x = doctor_undo(works, &b->a, d);
    if (d == DIFFERS_FROM && (doctor_differences(&b->a, works) & DIFFERS_HEADER_FROM))
        x.header_from = b->a.header_from; /* one thing: whose address the mail is from */
    if (d == DIFFERS_PORT) {
        struct doctor_settled s = doctor_settle_port(b->r, &x);
        const struct doctor_evidence *greeting = doctor_record_greeting(b->r, &x, false);
        if (s.state != STATE_NOT_TESTED || !greeting || doctor_evidence_good(greeting) ||
            greeting->outcome.end != SMTP_END_REPLY)
            return s;
        x.security = SMTP_SECURITY_NONE; /* it greeted, so it does not speak TLS first */
        return doctor_settle(b->r, &x);
    }
    if (d == DIFFERS_SECURITY && b->a.port)
        x.port = b->a.port;
    return doctor_settle(b->r, &x);
}

/* What was refused after DATA is not set against what was taken up to RCPT. */
static bool is_fair(const struct bench *b, const struct doctor_settled *s)
{
    struct doctor_settled w = doctor_settle(b->r, &b->j->works->attempt);
    return s->by->probe != PROBE_MESSAGE || s->by->outcome.stage < SMTP_STAGE_DATA ||
           (w.by && w.by->probe == PROBE_MESSAGE);
}

void judge_flips(struct bench *b)
{
    const struct smtp_attempt *works = &b->j->works->attempt;
    unsigned differs = doctor_differences(&b->a, works);
    bool port_flips = false;
    for (size_t i = 0; i < COUNT_OF(FLIPS); i++) {
        if (!(differs & FLIPS[i].d) ||
            (port_flips && FLIPS[i].d == DIFFERS_SECURITY && !judge_tls_wanted(b)))
            continue;
        struct doctor_settled s = settle_undone(b, works, FLIPS[i].d);
        if (!doctor_settled_stops(&s) || !is_fair(b, &s))
            continue;
        enum cause_id cause = FLIPS[i].cause(b, &s);
        if (cause == CAUSE_NONE)
            continue;
        port_flips |= FLIPS[i].d == DIFFERS_PORT;
        bool client = is_certificate_stop(&s) || cause == CAUSE_NO_COMMON_MECHANISM ||
                      cause == CAUSE_HELO_INSTEAD_OF_EHLO || cause == CAUSE_PASSWORD_MANGLED ||
                      cause == CAUSE_TLS_VERSION_OR_CIPHER;
        enum finding_hop hop = client ? HOP_CLIENT : HOP_SUBMISSION;
        struct finding *f = judge_add(b, cause, hop, strength_of_flip(b, FLIPS[i].d, cause, &s));
        finding_for(f, judge_id(s.by));
        finding_for(f, b->j->works->id);
        finding_for(f, judge_id(judge_observed(b, s.by)));
        if (cause == CAUSE_HELO_INSTEAD_OF_EHLO && judge_is_refusal(judge_stranger(b)))
            finding_for(f, judge_id(judge_stranger(b)));
        if (cause == CAUSE_RELAY_TAKES_NO_LOGIN && s.by->probe == PROBE_LOGIN)
            finding_for(judge_add(b, judge_login(b, s.by).cause, HOP_SUBMISSION, STRENGTH_POSSIBLE),
                        s.by->id);
        if (cause == CAUSE_STARTTLS_STRIPPED)
            finding_set_strength(f, judge_strength_of_stripped(b, f));
        judge_neighbours(b, f);
    }
}
