/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_ask.c - questions to the record, and what is said of a cause once it is found
 */
#include "doctor/judge_inside.h"

struct finding *judge_add(struct bench *b, enum cause_id cause, enum finding_hop hop,
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

bool judge_has_cause(const struct bench *b, enum cause_id cause)
{
    for (size_t i = 0; i < b->j->cause_count; i++)
        if (b->j->causes[i].cause == cause)
            return true;
    return false;
}

bool judge_stays_inside(const struct bench *b)
{
    str own = words_domain(b->asked->own_address);
    return own.n && str_eq_nocase(own, words_domain(b->a.to));
}

unsigned judge_id(const struct doctor_evidence *ev)
{
    return ev ? ev->id : 0;
}

const struct doctor_evidence *judge_caps(const struct bench *b, uint16_t port,
                                         enum smtp_security layer, struct smtp_caps *c)
{
    struct smtp_attempt door = b->a;
    door.port = port;
    const struct doctor_evidence *ev = doctor_record_layer(b->r, PROBE_CAPABILITIES, &door, layer);
    return doctor_evidence_caps(ev, c) ? ev : NULL;
}

/* The row in which a port shows AUTH, on any layer or on the one given. */
const struct doctor_evidence *judge_login_offered(const struct bench *b, uint16_t port,
                                                  enum smtp_security layer)
{
    static const enum smtp_security LAYERS[] = { SMTP_SECURITY_NONE, SMTP_SECURITY_STARTTLS,
                                                 SMTP_SECURITY_TLS };
    for (size_t i = 0; i < COUNT_OF(LAYERS); i++) {
        struct smtp_caps c;
        const struct doctor_evidence *ev = judge_caps(b, port, LAYERS[i], &c);
        if (ev && c.mechanism_count && (layer == SMTP_SECURITY_AUTO || layer == LAYERS[i]))
            return ev;
    }
    return NULL;
}

/* A row in which some other port of the same address shows AUTH. */
const struct doctor_evidence *judge_login_elsewhere(const struct bench *b)
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
const struct doctor_evidence *judge_no_login(const struct bench *b, uint16_t port)
{
    struct smtp_caps c;
    if (judge_login_offered(b, port, SMTP_SECURITY_AUTO))
        return NULL;
    const struct doctor_evidence *ev = judge_caps(b, port, SMTP_SECURITY_TLS, &c);
    if (!ev)
        ev = judge_caps(b, port, SMTP_SECURITY_STARTTLS, &c);
    if (ev)
        return ev;
    ev = judge_caps(b, port, SMTP_SECURITY_NONE, &c);
    return ev && !(c.ext & SMTP_EXT_STARTTLS) ? ev : NULL;
}

bool judge_doors_seen(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *g = &b->r->rows[i];
        if (g->probe == PROBE_GREETING && g->outcome.end != SMTP_END_REFUSED &&
            !judge_no_login(b, g->attempt.port))
            return false;
    }
    return true;
}

/* The trial without a login of the recipient asked for, on the asked port if one was asked. */
const struct doctor_evidence *judge_stranger(const struct bench *b)
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

/* A refused trial with a login and the reverse-path given (any, when its p is NULL). */
const struct doctor_evidence *judge_member_refused(const struct bench *b, str from)
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

bool judge_refused_for_tls(const struct doctor_evidence *ev)
{
    return ev && (ev->outcome.stage == SMTP_STAGE_MAIL || ev->outcome.stage == SMTP_STAGE_RCPT) &&
           ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev) &&
           words_ask_for_tls(ev->outcome.text);
}

/* The trial in clear at the asked port that was refused because it was in clear. */
const struct doctor_evidence *judge_tls_wanted(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TRIAL && ev->attempt.security == SMTP_SECURITY_NONE &&
            (!b->a.port || ev->attempt.port == b->a.port) &&
            ip_eq(&ev->attempt.address, &b->a.address) && judge_refused_for_tls(ev))
            return ev;
    }
    return NULL;
}

bool judge_is_refusal(const struct doctor_evidence *ev)
{
    return ev && !doctor_evidence_good(ev) && ev->outcome.end == SMTP_END_REPLY &&
           (ev->outcome.stage == SMTP_STAGE_MAIL || ev->outcome.stage == SMTP_STAGE_RCPT);
}

enum cause_id judge_certificate(enum smtp_cert_reason reason)
{
    switch (reason) {
    case SMTP_CERT_EXPIRED: return CAUSE_CERTIFICATE_EXPIRED;
    case SMTP_CERT_NOT_YET_VALID: return CAUSE_CERTIFICATE_NOT_YET_VALID;
    case SMTP_CERT_SELF_SIGNED: return CAUSE_CERTIFICATE_SELF_SIGNED;
    case SMTP_CERT_WRONG_NAME: return CAUSE_CERTIFICATE_WRONG_NAME;
    case SMTP_CERT_UNKNOWN_ISSUER: return CAUSE_CERTIFICATE_UNKNOWN_ISSUER;
    case SMTP_CERT_WEAK: return CAUSE_TLS_VERSION_OR_CIPHER;
    default: return CAUSE_NONE;
    }
}

/* The observation on the asked cell that tells a cause from its nearest neighbours. */
void judge_neighbours(const struct bench *b, struct finding *f)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = judge_caps(b, b->a.port, SMTP_SECURITY_NONE, &c);
    switch (f->cause) {
    case CAUSE_CLIENT_NEVER_AUTHENTICATES:
        finding_against(f, judge_id(judge_login_offered(b, b->a.port, b->a.security)));
        break;
    case CAUSE_AUTH_HIDDEN_UNTIL_TLS:
        finding_against(f, judge_id(judge_login_offered(b, b->a.port, SMTP_SECURITY_AUTO)));
        finding_against(f, judge_id(judge_stranger(b)));
        break;
    case CAUSE_MAIL_ONLY_UNDER_TLS:
        finding_for(f, judge_id(judge_tls_wanted(b)));
        finding_against(f, judge_id(clear));
        break;
    case CAUSE_MX_PORT_NOT_SUBMISSION:
        finding_against(f, judge_id(judge_no_login(b, b->a.port)));
        finding_against(f, judge_id(judge_login_elsewhere(b)));
        break;
    case CAUSE_HELO_INSTEAD_OF_EHLO:
        if (b->j->works)
            finding_against(
                f, judge_id(judge_login_offered(b, b->j->works->attempt.port, SMTP_SECURITY_AUTO)));
        break;
    case CAUSE_TLS_MODE_MISMATCH:
        finding_against(f, judge_id(doctor_record_greeting(b->r, &b->a, false)));
        finding_against(f,
                        judge_id(doctor_record_layer(b->r, PROBE_TLS, &b->a, SMTP_SECURITY_TLS)));
        break;
    case CAUSE_RELAY_TAKES_NO_LOGIN:
    case CAUSE_IP_NOT_TRUSTED:
        for (size_t i = 0; i < b->r->count; i++) {
            const struct doctor_evidence *ev = &b->r->rows[i];
            if (ev->probe == PROBE_CAPABILITIES && judge_no_login(b, ev->attempt.port) == ev)
                finding_against(f, ev->id);
        }
        break;
    default: finding_against(f, judge_id(doctor_record_login(b->r, NULL, true))); break;
    }
}

bool judge_is_servers_own(const struct bench *b, str domain)
{
    str host = b->a.host;
    return domain.n && host.n > domain.n && host.p[host.n - domain.n - 1] == '.' &&
           str_ends_nocase(host, domain);
}
