/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_path.c - signs on the way to the server: names, ports, TLS, certificates
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
void judge_sign_silent_port(struct bench *b)
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

void judge_sign_mode(struct bench *b)
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

void judge_sign_certificate(struct bench *b)
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

/* STARTTLS is asked for, and the port does not offer it: never did, or something on the way hides it. */
void judge_sign_no_starttls(struct bench *b)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = judge_caps(b, b->a.port, SMTP_SECURITY_NONE, &c);
    if (b->a.port && b->a.security == SMTP_SECURITY_STARTTLS && clear &&
        !(c.ext & SMTP_EXT_STARTTLS))
        finding_for(judge_add(b, CAUSE_STARTTLS_STRIPPED, HOP_SUBMISSION, STRENGTH_POSSIBLE),
                    clear->id);
}
