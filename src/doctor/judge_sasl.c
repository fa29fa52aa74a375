/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_sasl.c - logins by something else than a password: tokens, certificates, tickets
 */
#include "doctor/judge_inside.h"

static const struct words_login NOTHING = { CAUSE_NONE, STRENGTH_NONE, CAUSE_NONE };

/* A token that is refused is the token's affair, unless the server names another reason. Where it told the
 * reason inside the exchange (RFC 7628 section 3.2.2) there is no doubt what was refused. */
static struct words_login of_token(const struct doctor_evidence *ev, struct words_login w)
{
    struct sasl_oauth_error said;
    bool told = sasl_oauth_error_read(ev->outcome.sasl, &said);
    bool credentials = w.cause == CAUSE_WRONG_CREDENTIALS;
    bool method = w.cause == CAUSE_MECHANISM_OFFERED_BUT_DEAD && told;
    if (credentials || method || w.cause == CAUSE_APP_PASSWORD_NEEDED)
        return (struct words_login){ CAUSE_OAUTH_TOKEN_REJECTED,
                                     told || ev->outcome.code == 535 ? STRENGTH_LIKELY
                                                                     : STRENGTH_POSSIBLE,
                                     CAUSE_NONE };
    return w;
}

/* Was one of ours shown in the handshake of that connection? */
static bool shown(const struct bench *b, const struct smtp_attempt *door)
{
    const struct doctor_evidence *ev = doctor_record_layer(b->r, PROBE_TLS, door, door->security);
    return ev && ev->outcome.tls.certificate_shown;
}

static struct words_login of_certificate(const struct bench *b, const struct doctor_evidence *ev,
                                         struct words_login w)
{
    if (w.cause != CAUSE_WRONG_CREDENTIALS)
        return w;
    if (!shown(b, &ev->attempt))
        return (struct words_login){ CAUSE_MECHANISM_OFFERED_BUT_DEAD, STRENGTH_POSSIBLE,
                                     CAUSE_CLIENT_CERTIFICATE_NEEDED };
    return (struct words_login){ CAUSE_CLIENT_CERTIFICATE_NEEDED, STRENGTH_LIKELY,
                                 CAUSE_WRONG_USERNAME_FORM };
}

struct words_login judge_login(const struct bench *b, const struct doctor_evidence *ev)
{
    const struct sasl_mechanism *m = sasl_mechanism_find(ev->attempt.mechanism);
    struct words_login w = words_of_login(&ev->outcome);
    if (m &&
        str_eq(m->name, STR("NTLM"))) /* its version 1: refused by many, whatever the password */
        return NOTHING;
    if (str_starts(ev->attempt.mechanism, STR("SCRAM-")) && ev->outcome.sasl.n &&
        w.cause == CAUSE_MECHANISM_OFFERED_BUT_DEAD) /* "invalid-proof" and a 5xx of any kind */
        return (struct words_login){ CAUSE_WRONG_CREDENTIALS, STRENGTH_LIKELY, CAUSE_NONE };
    if (m && m->needs == SASL_TOKEN)
        return of_token(ev, w);
    if (m && m->needs == SASL_CERTIFICATE)
        return of_certificate(b, ev, w);
    if (m && m->needs == SASL_TICKET &&
        w.cause == CAUSE_WRONG_CREDENTIALS) /* no password was sent */
        return (struct words_login){ CAUSE_WRONG_USERNAME_FORM, STRENGTH_POSSIBLE,
                                     CAUSE_ACCOUNT_MAY_NOT_SUBMIT };
    return w;
}

/* ------------------------------------------------------------------------------------------------
 * client-certificate-needed
 */

/* The step behind the handshake, on the same connection: under TLS 1.3 the server's refusal of our empty
 * certificate comes when the handshake is over for us (RFC 8446 section 4.4.2.4). */
static const struct doctor_evidence *next_on(const struct bench *b,
                                             const struct doctor_evidence *tls)
{
    for (size_t i = tls->id; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (doctor_same_door(&ev->attempt, &tls->attempt) &&
            ev->attempt.security == tls->attempt.security && ev->probe != PROBE_TLS)
            return ev;
    }
    return NULL;
}

static bool broke_off(const struct doctor_evidence *ev)
{
    enum smtp_end end = ev->outcome.end;
    return end == SMTP_END_TLS_FAILED || end == SMTP_END_CLOSED || end == SMTP_END_RESET;
}

/* The alert of RFC 8446 section 6.2 that means nothing else; the sentence is net/tls_pipe.c's own. */
static bool alerted(const struct doctor_evidence *ev)
{
    return ev->outcome.end == SMTP_END_TLS_FAILED &&
           str_find_nocase(ev->outcome.text, STR("certificate required")) != STR_NOT_FOUND;
}

/* There was one to show, and a server whose own does not verify is not shown it (net/tls_facts.c). */
static bool withheld(const struct doctor_evidence *tls)
{
    return tls->attempt.certificate && tls->outcome.tls.reason_count > 0;
}

/* The row in which a server that asked for a certificate and got none broke off; NULL: it did not. */
static const struct doctor_evidence *broke_for_certificate(const struct bench *b,
                                                           const struct doctor_evidence *tls)
{
    if (tls->probe != PROBE_TLS || !tls->outcome.tls.certificate_asked ||
        tls->outcome.tls.certificate_shown || withheld(tls))
        return NULL;
    if (!tls->outcome.tls.done)
        return broke_off(tls) ? tls : NULL;
    const struct doctor_evidence *next = next_on(b, tls);
    bool at_once = next && next->outcome.stage <= SMTP_STAGE_EHLO;
    return at_once && broke_off(next) ? next : NULL;
}

static bool on_asked_port(const struct bench *b, const struct doctor_evidence *ev)
{
    return !b->a.port || ev->attempt.port == b->a.port;
}

static void add_needed(struct bench *b, const struct doctor_evidence *refusal,
                       const struct doctor_evidence *tls, enum finding_strength strength)
{
    struct finding *f = judge_add(b, CAUSE_CLIENT_CERTIFICATE_NEEDED, HOP_SUBMISSION, strength);
    finding_for(f, refusal->id);
    if (tls)
        finding_for(f, tls->id);
}

static void sign_handshake(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *tls = &b->r->rows[i];
        const struct doctor_evidence *ev = broke_for_certificate(b, tls);
        if (!ev || !on_asked_port(b, tls))
            continue;
        add_needed(b, ev, tls, alerted(ev) ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
        return;
    }
}

/* Refused in words that ask for one: likely where the handshake asked too. */
static void sign_words(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->outcome.end != SMTP_END_REPLY || ev->outcome.code < 400 || !on_asked_port(b, ev) ||
            !words_ask_for_certificate(&ev->outcome))
            continue;
        const struct doctor_evidence *tls = doctor_record_layer(b->r, PROBE_TLS, &ev->attempt,
                                                                ev->attempt.security);
        if (tls && (tls->outcome.tls.certificate_shown || withheld(tls)))
            continue;
        bool asked = tls && tls->outcome.tls.certificate_asked;
        add_needed(b, ev, asked ? tls : NULL, asked ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
        return;
    }
}

/* Does every other door of this server under TLS do without? Then asking is no habit of its software. */
static bool asks_here_alone(const struct bench *b, const struct doctor_evidence *here)
{
    bool others = false;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe != PROBE_TLS || !ev->outcome.tls.done ||
            ev->attempt.port == here->attempt.port)
            continue;
        if (ev->outcome.tls.certificate_asked)
            return false;
        others = true;
    }
    return others;
}

/* A port for users that offers no login, asked for a certificate, got none, and relays for nobody: by what
 * else should it know them? By their address; so it is likely only where this port alone asks. */
static void sign_gate(struct bench *b)
{
    const struct doctor_evidence *ev = judge_stranger(b);
    const struct doctor_evidence *tls;
    if (!judge_is_refusal(ev) || ev->attempt.port == 25 || ev->outcome.code / 100 == 4 ||
        !judge_no_login(b, ev->attempt.port) || words_blame_other(&ev->outcome) ||
        words_cause(&ev->outcome) != CAUSE_NONE || judge_has_cause(b, CAUSE_RECIPIENT_UNKNOWN))
        return;
    tls = doctor_record_layer(b->r, PROBE_TLS, &ev->attempt, ev->attempt.security);
    if (!tls || !tls->outcome.tls.certificate_asked || tls->outcome.tls.certificate_shown ||
        withheld(tls))
        return;
    add_needed(b, ev, tls, asks_here_alone(b, tls) ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
}

void judge_sign_client_certificate(struct bench *b)
{
    sign_handshake(b);
    sign_words(b);
    sign_gate(b);
}

/* Taken with a certificate and refused without one, where the server asked for it. */
enum cause_id judge_flip_certificate(const struct bench *b, const struct doctor_settled *s)
{
    const struct smtp_attempt *works = &b->j->works->attempt;
    const struct doctor_evidence *tls = doctor_record_layer(b->r, PROBE_TLS, works,
                                                            works->security);
    bool shown_one = works->certificate && tls && tls->outcome.tls.certificate_shown;
    return shown_one && s->state == STATE_REFUSED ? CAUSE_CLIENT_CERTIFICATE_NEEDED : CAUSE_NONE;
}
