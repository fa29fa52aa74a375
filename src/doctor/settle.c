/* SPDX-License-Identifier: ISC */
/*
 * doctor/settle.c - follows an attempt through the record, stage by stage, to where it stops
 */
#include "doctor/settle.h"

static const struct name_row STATE_ROWS[] = {
    { STATE_NOT_TESTED, STR_INIT("not-tested") }, { STATE_ACCEPTED, STR_INIT("accepted") },
    { STATE_REFUSED, STR_INIT("refused") },       { STATE_NOT_OFFERED, STR_INIT("not-offered") },
    { STATE_CLOSED, STR_INIT("closed") },         { STATE_SILENT, STR_INIT("silent") },
};
const struct names STATE_NAMES = NAMES(STATE_ROWS);

static struct doctor_settled stops(enum doctor_state state, bool played,
                                   const struct doctor_evidence *by)
{
    struct doctor_settled s = { .state = state, .played = played, .by = by };
    s.temporary = by && by->outcome.end == SMTP_END_REPLY && by->outcome.code / 100 == 4;
    return s;
}

/* A stage either stops the attempt, leaves it unknown, or lets it pass. */
enum passage { PASSES, STOPS, UNKNOWN };

static enum doctor_state state_of_end(enum smtp_end end)
{
    switch (end) {
    case SMTP_END_REFUSED:
    case SMTP_END_UNREACHABLE: return STATE_CLOSED;
    case SMTP_END_SILENT: return STATE_SILENT;
    case SMTP_END_NOT_OFFERED: return STATE_NOT_OFFERED;
    case SMTP_END_OURS:
    case SMTP_END_GUARDED: return STATE_NOT_TESTED;
    default: return STATE_REFUSED;
    }
}

static enum passage stopped_by(const struct doctor_evidence *ev, bool played,
                               struct doctor_settled *out)
{
    if (doctor_evidence_good(ev))
        return PASSES;
    enum doctor_state state = state_of_end(ev->outcome.end);
    if (state == STATE_NOT_TESTED)
        return UNKNOWN;
    *out = stops(state, played, ev);
    return STOPS;
}

/* Greeted in clear, or shaken hands with at once? The other way of opening is then not offered: a
 * port cannot both wait for a ClientHello and speak first. */
static enum passage pass_opening(const struct doctor_record *r, const struct smtp_attempt *x,
                                 struct doctor_settled *out)
{
    bool tls = x->security == SMTP_SECURITY_TLS;
    const struct doctor_evidence *same = doctor_record_greeting(r, x, tls);
    const struct doctor_evidence *other = doctor_record_greeting(r, x, !tls);
    if (same && same->outcome.stage == SMTP_STAGE_CONNECT)
        return stopped_by(same, true, out);
    if (same && doctor_evidence_good(same))
        return PASSES;
    if (tls) {
        const struct doctor_evidence *shake = doctor_record_layer(r, PROBE_TLS, x,
                                                                  SMTP_SECURITY_TLS);
        if (shake && !doctor_evidence_good(shake))
            return stopped_by(shake, true, out);
    }
    if (same)
        return stopped_by(same, true, out);
    if (!other)
        return UNKNOWN;
    if (other->outcome.stage == SMTP_STAGE_CONNECT)
        return stopped_by(other, false, out);
    if (!doctor_evidence_good(other))
        return UNKNOWN;
    *out = stops(STATE_NOT_OFFERED, false, other);
    return STOPS;
}

static enum passage pass_tls(const struct doctor_record *r, const struct smtp_attempt *x,
                             struct doctor_settled *out)
{
    if (x->security == SMTP_SECURITY_NONE)
        return PASSES;
    if (x->old_helo && x->security == SMTP_SECURITY_STARTTLS) {
        *out = stops(STATE_NOT_OFFERED, false, doctor_record_helo(r, x, SMTP_SECURITY_NONE));
        return out->by ? STOPS : UNKNOWN;
    }
    const struct doctor_evidence *shake = doctor_record_layer(r, PROBE_TLS, x, x->security);
    if (shake && shake->outcome.tls.done && !shake->outcome.tls.verified) {
        *out = stops(STATE_REFUSED, true, shake); /* the program stops here */
        return STOPS;
    }
    if (shake)
        return stopped_by(shake, true, out);
    struct smtp_caps c;
    const struct doctor_evidence *clear = doctor_record_layer(r, PROBE_CAPABILITIES, x,
                                                              SMTP_SECURITY_NONE);
    if (x->security != SMTP_SECURITY_STARTTLS || !doctor_evidence_caps(clear, &c) ||
        (c.ext & SMTP_EXT_STARTTLS))
        return UNKNOWN;
    *out = stops(STATE_NOT_OFFERED, false, clear);
    return STOPS;
}

/* The EHLO name itself may be refused. */
static enum passage pass_ehlo(const struct doctor_record *r, const struct smtp_attempt *x,
                              struct doctor_settled *out)
{
    const struct doctor_evidence *last = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (ev->attempt.old_helo != x->old_helo)
            continue;
        bool on_the_way = ev->attempt.security == x->security ||
                          (ev->attempt.security == SMTP_SECURITY_NONE &&
                           x->security == SMTP_SECURITY_STARTTLS);
        if (ev->probe == PROBE_CAPABILITIES && on_the_way && doctor_same_door(&ev->attempt, x) &&
            (!x->helo.n || str_eq(x->helo, ev->attempt.helo)) &&
            (!last || !doctor_evidence_good(ev)))
            last = ev;
    }
    if (x->old_helo && !last)
        return UNKNOWN;
    return last ? stopped_by(last, true, out) : PASSES;
}

static bool offers_login(const struct smtp_caps *c, str mechanism)
{
    if (str_eq_nocase(mechanism, STR("auto")))
        return c->mechanism_count > 0;
    return smtp_caps_offers(c, mechanism);
}

static bool same_mechanism(str asked, str row)
{
    if (!asked.n || !row.n)
        return asked.n == row.n;
    return str_eq_nocase(asked, STR("auto")) || str_eq_nocase(asked, row);
}

static bool same_login(const struct smtp_attempt *x, const struct smtp_attempt *row)
{
    return str_eq(x->user, row->user) && x->repaired == row->repaired;
}

/* AUTH by that name was answered before there was any login in it: it wants TLS (RFC 4954 section 6), and so
 * it would of any login. What a cancelled exchange is answered says nothing. */
static enum passage pass_auth_alone(const struct doctor_record *r, const struct smtp_attempt *x,
                                    struct doctor_settled *out)
{
    for (size_t i = r->count; i-- > 0;) {
        const struct doctor_evidence *ev = &r->rows[i];
        bool wants_tls = ev->outcome.code == 538 || ev->outcome.code == 530;
        if (ev->probe == PROBE_AUTH && wants_tls && ev->attempt.security == x->security &&
            doctor_same_door(&ev->attempt, x) &&
            same_mechanism(x->mechanism, ev->attempt.mechanism))
            return stopped_by(ev, false, out);
    }
    return UNKNOWN;
}

static enum passage pass_login(const struct doctor_record *r, const struct smtp_attempt *x,
                               struct doctor_settled *out)
{
    if (!smtp_attempt_logs_in(x))
        return PASSES;
    if (x->old_helo) {
        *out = stops(STATE_NOT_OFFERED, false, doctor_record_helo(r, x, x->security));
        return out->by ? STOPS : UNKNOWN;
    }
    struct smtp_caps c;
    const struct doctor_evidence *ehlo = doctor_record_layer(r, PROBE_CAPABILITIES, x, x->security);
    if (doctor_evidence_caps(ehlo, &c) && !offers_login(&c, x->mechanism)) {
        *out = stops(STATE_NOT_OFFERED, false, ehlo);
        return STOPS;
    }
    for (size_t i = r->count; i-- > 0;) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (ev->probe == PROBE_LOGIN && ev->attempt.security == x->security &&
            doctor_same_door(&ev->attempt, x) && same_login(x, &ev->attempt) &&
            same_mechanism(x->mechanism, ev->attempt.mechanism))
            return stopped_by(ev, true, out);
    }
    return pass_auth_alone(r, x, out);
}

/* The server says how large a message may be (RFC 1870 section 4), and this one is larger. */
static enum passage pass_size(const struct doctor_record *r, const struct smtp_attempt *x,
                              struct doctor_settled *out)
{
    struct smtp_caps c;
    const struct doctor_evidence *ehlo = doctor_record_layer(r, PROBE_CAPABILITIES, x, x->security);
    if (!x->size_octets || !doctor_evidence_caps(ehlo, &c) || !doctor_size_refused(&c, x))
        return PASSES;
    *out = stops(STATE_NOT_OFFERED, false, ehlo);
    return STOPS;
}

bool doctor_size_refused(const struct smtp_caps *c, const struct smtp_attempt *x)
{
    return (c->ext & SMTP_EXT_SIZE) && c->size_max && x->size_octets > c->size_max;
}

/* RFC 5322 section 3.6.2: who the message says it is from. */
static str author(const struct smtp_attempt *a)
{
    return a->header_from.n ? a->header_from : a->from;
}

static bool same_author(const struct smtp_attempt *x, const struct smtp_attempt *row)
{
    return (x->from_null && !x->header_from.n) || str_eq_nocase(author(x), author(row));
}

/* A message shows more than a RCPT: who it says it is from counts too. It is a small one, so what is
 * refused of it would be refused of a larger one, and not the reverse. */
static bool same_mail(const struct smtp_attempt *x, const struct doctor_evidence *ev)
{
    if (ev->probe == PROBE_TRIAL)
        return x->size_octets == ev->attempt.size_octets;
    return same_author(x, &ev->attempt) &&
           (x->size_octets == ev->attempt.size_octets || !doctor_evidence_good(ev));
}

static bool same_trial(const struct smtp_attempt *x, const struct smtp_attempt *row)
{
    return x->security == row->security && doctor_same_door(x, row) &&
           x->old_helo == row->old_helo && same_mechanism(x->mechanism, row->mechanism) &&
           (!smtp_attempt_logs_in(x) || same_login(x, row)) && str_eq(x->from, row->from) &&
           x->from_null == row->from_null && str_eq(x->to, row->to) &&
           (!x->helo.n || str_eq(x->helo, row->helo));
}

/* The newest answer counts; a message that was refused after DATA outweighs the RCPT before it. A
 * temporary refusal seen again after an acceptance elsewhere is no longer in doubt. */
static enum passage pass_trial(const struct doctor_record *r, const struct smtp_attempt *x,
                               struct doctor_settled *out)
{
    const struct doctor_evidence *last = NULL;
    unsigned good = 0, bad = 0;
    bool between = false, accepted_since_bad = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (ev->probe == PROBE_POP && doctor_evidence_good(ev))
            good = bad =
                0; /* what is answered from here on, is answered to somebody who fetched mail */
        if (ev->probe != PROBE_TRIAL && ev->probe != PROBE_MESSAGE)
            continue;
        bool ok = doctor_evidence_good(ev);
        if (!same_trial(x, &ev->attempt) || !same_mail(x, ev)) {
            accepted_since_bad |= ok && bad;
            continue;
        }
        last = ev;
        between |= !ok && accepted_since_bad;
        ok |= ev->probe == PROBE_MESSAGE && ev->outcome.stage >= SMTP_STAGE_DATA; /* up to RCPT */
        good += ok;
        bad += !ok;
    }
    if (!last || last->outcome.end == SMTP_END_GUARDED || last->outcome.end == SMTP_END_OURS)
        return UNKNOWN;
    bool ok = doctor_evidence_good(last);
    bool missing = last->outcome.end == SMTP_END_NOT_OFFERED; /* SMTPUTF8 */
    *out = stops(ok ? STATE_ACCEPTED : missing ? STATE_NOT_OFFERED : STATE_REFUSED, true, last);
    out->temporary = out->temporary && !between;
    out->confirmed = between && !good;
    out->unsteady = good && bad;
    return STOPS;
}

struct doctor_settled doctor_settle(const struct doctor_record *r, const struct smtp_attempt *x)
{
    typedef enum passage pass_fn(const struct doctor_record *, const struct smtp_attempt *,
                                 struct doctor_settled *);
    static pass_fn *const STAGES[] = { pass_opening, pass_ehlo, pass_tls,
                                       pass_login,   pass_size, pass_trial };
    struct doctor_settled s = { .state = STATE_NOT_TESTED };
    for (size_t i = 0; i < COUNT_OF(STAGES); i++) {
        enum passage p = STAGES[i](r, x, &s);
        if (p == STOPS)
            return s;
        if (p == UNKNOWN)
            break;
    }
    return (struct doctor_settled){ .state = STATE_NOT_TESTED };
}

bool doctor_settled_stops(const struct doctor_settled *s)
{
    return s->state != STATE_NOT_TESTED && s->state != STATE_ACCEPTED;
}

/* Lower is more hopeful. */
static int hope(const struct doctor_settled *s)
{
    switch (s->state) {
    case STATE_ACCEPTED: return 0;
    case STATE_NOT_TESTED: return 1;
    case STATE_REFUSED: return 2;
    case STATE_NOT_OFFERED: return 3;
    default: return 4;
    }
}

struct doctor_settled doctor_settle_port(const struct doctor_record *r,
                                         const struct smtp_attempt *x)
{
    static const enum smtp_security ALL[] = { SMTP_SECURITY_STARTTLS, SMTP_SECURITY_TLS,
                                              SMTP_SECURITY_NONE };
    struct doctor_settled best = { .state = STATE_NOT_TESTED };
    bool first = true;
    for (size_t i = 0; i < COUNT_OF(ALL); i++) {
        struct smtp_attempt y = *x;
        y.security = ALL[i];
        struct doctor_settled s = doctor_settle(r, &y);
        /* In clear, a login is not offered for want of TLS: the answer under TLS says more. */
        if (first || hope(&s) < hope(&best))
            best = s;
        first = false;
    }
    return best;
}

/* ------------------------------------------------------------------------------------------------
 * Asked against tried
 */
unsigned doctor_differences(const struct smtp_attempt *asked, const struct smtp_attempt *x)
{
    unsigned d = 0;
    if (asked->port && asked->port != x->port)
        d |= DIFFERS_PORT;
    if (asked->security != SMTP_SECURITY_AUTO && asked->security != x->security)
        d |= DIFFERS_SECURITY;
    if (asked->certificate != x->certificate)
        d |= DIFFERS_CERTIFICATE;
    if (smtp_attempt_logs_in(asked) != smtp_attempt_logs_in(x))
        d |= DIFFERS_LOGIN;
    else if (!same_mechanism(asked->mechanism, x->mechanism))
        d |= DIFFERS_MECHANISM;
    if (smtp_attempt_logs_in(asked) && smtp_attempt_logs_in(x)) {
        d |= !asked->user.n || str_eq(asked->user, x->user) ? 0 : DIFFERS_USER;
        d |= asked->repaired == x->repaired ? 0 : DIFFERS_PASSWORD;
    }
    if (!str_eq(asked->from, x->from) || asked->from_null != x->from_null)
        d |= DIFFERS_FROM;
    if (asked->old_helo != x->old_helo)
        d |= DIFFERS_VERB;
    if (!ip_eq(&asked->source, &x->source))
        d |= DIFFERS_SOURCE;
    if (asked->helo.n && !str_eq(asked->helo, x->helo))
        d |= DIFFERS_HELO;
    if (!str_eq(asked->to, x->to))
        d |= DIFFERS_TO;
    if (asked->header_from.n && !same_author(asked, x))
        d |= DIFFERS_HEADER_FROM;
    if (asked->size_octets && asked->size_octets != x->size_octets)
        d |= DIFFERS_SIZE;
    return d;
}

bool doctor_conforms(const struct smtp_attempt *asked, const struct smtp_attempt *x)
{
    return doctor_differences(asked, x) == 0;
}

struct smtp_attempt doctor_undo(const struct smtp_attempt *x, const struct smtp_attempt *asked,
                                enum doctor_difference d)
{
    struct smtp_attempt y = *x;
    switch (d) {
    case DIFFERS_PORT: y.port = asked->port; break;
    case DIFFERS_SECURITY: y.security = asked->security; break;
    case DIFFERS_LOGIN:
        y.mechanism = asked->mechanism;
        y.user = asked->mechanism.n ? asked->user : STR_NONE;
        y.repaired = asked->repaired;
        break;
    case DIFFERS_MECHANISM: y.mechanism = asked->mechanism; break;
    case DIFFERS_CERTIFICATE: y.certificate = asked->certificate; break;
    case DIFFERS_USER: y.user = asked->user; break;
    case DIFFERS_PASSWORD: y.repaired = asked->repaired; break;
    case DIFFERS_FROM:
        y.from = asked->from;
        y.from_null = asked->from_null;
        break;
    case DIFFERS_VERB: y.old_helo = asked->old_helo; break;
    case DIFFERS_SOURCE: y.source = asked->source; break;
    case DIFFERS_HELO: y.helo = asked->helo; break;
    case DIFFERS_TO: y.to = asked->to; break;
    case DIFFERS_HEADER_FROM: y.header_from = asked->header_from; break;
    case DIFFERS_SIZE: y.size_octets = asked->size_octets; break;
    }
    return y;
}

const struct doctor_evidence *doctor_best_accepted(const struct doctor_record *r,
                                                   const struct smtp_attempt *asked)
{
    const struct doctor_evidence *best = NULL;
    int fewest = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        bool mail = ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE;
        if (!mail || !str_eq(ev->attempt.to, asked->to) ||
            (!asked->to.n && !smtp_attempt_logs_in(&ev->attempt)))
            continue; /* MAIL alone is taken of anybody */
        struct smtp_attempt x = ev->attempt;
        if (ev->probe == PROBE_TRIAL) /* RCPT says nothing of who the message is from */
            x.header_from = asked->header_from;
        struct doctor_settled s = doctor_settle(r, &x);
        if (s.state != STATE_ACCEPTED)
            continue;
        unsigned d = doctor_differences(asked, &x);
        int count = 4 * __builtin_popcount(d) + (d & DIFFERS_PORT ? 8 : 0) +
                    (ev->attempt.port == 25 ? 2 : 0) + (ev->probe == PROBE_TRIAL);
        if (!best || count < fewest) {
            best = doctor_evidence_good(ev) ? ev
                                            : s.by; /* the same attempt, when it was accepted */
            fewest = count;
        }
    }
    return best;
}
