/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_tls.c - signs about encryption: how it begins, why it does not, whose certificate it shows
 */
#include "doctor/judge_inside.h"

/* A program that got a reply to its mail got past the handshake. */
static bool got_past_tls(const struct bench *b)
{
    return b->asked->pasted.code > 0;
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

/* ------------------------------------------------------------------------------------------------
 * Versions, ciphers, keys
 */
static bool number_below(str text, uint64_t least)
{
    size_t blank = str_rfind_octet(text, ' ');
    uint64_t bits;
    return blank != STR_NOT_FOUND && str_to_u64(str_skip(text, blank + 1), UINT32_MAX, &bits) &&
           bits < least;
}

/* Is it plain from the facts why an ordinary policy (112 bits of security, TLS 1.2) refuses them? */
static bool is_weak(const struct smtp_tls_facts *t)
{
    static const str CIPHERS[] = { STR_INIT("RC4"),  STR_INIT("DES"), STR_INIT("NULL"),
                                   STR_INIT("EXP"),  STR_INIT("ADH"), STR_INIT("AECDH"),
                                   STR_INIT("SEED"), STR_INIT("MD5") };
    if (!str_eq(t->version, STR("TLSv1.2")) && !str_eq(t->version, STR("TLSv1.3")))
        return true;
    for (size_t i = 0; i < COUNT_OF(CIPHERS); i++)
        if (str_find_nocase(t->cipher, CIPHERS[i]) != STR_NOT_FOUND)
            return true;
    return (str_starts(t->key, STR("RSA")) && number_below(t->key, 2048)) ||
           (str_starts(t->exchange, STR("DH")) && number_below(t->exchange, 2048)) ||
           str_find_nocase(t->signature, STR("SHA1")) != STR_NOT_FOUND ||
           str_find_nocase(t->signature, STR("MD5")) != STR_NOT_FOUND;
}

const struct doctor_evidence *judge_observed(const struct bench *b,
                                             const struct doctor_evidence *failed)
{
    const struct doctor_evidence *ev =
        failed && failed->probe == PROBE_TLS && words_handshake_failed(&failed->outcome)
            ? doctor_record_layer(b->r, PROBE_OBSERVED, &failed->attempt, failed->attempt.security)
            : NULL;
    return ev && ev->outcome.tls.done ? ev : NULL;
}

/* Another port of this server says that nothing is in common, where this one only breaks off. */
static const struct doctor_evidence *told_elsewhere(const struct bench *b,
                                                    const struct doctor_evidence *failed)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TLS && ev->attempt.port != failed->attempt.port &&
            ip_eq(&ev->attempt.address, &failed->attempt.address) &&
            words_no_tls_in_common(&ev->outcome))
            return ev;
    }
    return NULL;
}

/* The same handshake with the same address, with nothing changed but what is allowed: one fails, the other
 * does not. That is a proof where the facts, or the failure's own words, say what it was; else the
 * server may only have been unsteady. Where both fail, the words alone are left. */
enum finding_strength judge_strength_of_handshake(const struct bench *b,
                                                  const struct doctor_evidence *failed)
{
    const struct doctor_evidence *open = judge_observed(b, failed);
    bool told = failed->probe == PROBE_TLS && words_no_tls_in_common(&failed->outcome);
    bool cut = failed->probe == PROBE_TLS && words_handshake_failed(&failed->outcome);
    if (!open && !told)
        return cut && told_elsewhere(b, failed) ? STRENGTH_LIKELY : STRENGTH_NONE;
    if (got_past_tls(b) || (open && !told && !is_weak(&open->outcome.tls)))
        return STRENGTH_POSSIBLE;
    return open && b->a.to.n ? STRENGTH_PROVED : STRENGTH_LIKELY;
}

/* The failed handshake of a door that the user's program goes through. */
static const struct doctor_evidence *failed_handshake(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TLS && words_handshake_failed(&ev->outcome) &&
            ip_eq(&ev->attempt.address, &b->a.address) &&
            (!b->a.port || b->a.port == ev->attempt.port) &&
            (b->a.security == SMTP_SECURITY_AUTO || b->a.security == ev->attempt.security) &&
            !doctor_evidence_good(
                doctor_record_layer(b->r, PROBE_TLS, &ev->attempt, ev->attempt.security)))
            return ev;
    }
    return NULL;
}

void judge_sign_handshake(struct bench *b)
{
    const struct doctor_evidence *failed = failed_handshake(b);
    if (b->a.security == SMTP_SECURITY_AUTO && !smtp_attempt_logs_in(&b->a) && judge_stranger(b))
        return; /* a program that picks for itself went on in clear */
    enum finding_strength strength = failed ? judge_strength_of_handshake(b, failed)
                                            : STRENGTH_NONE;
    if (strength == STRENGTH_NONE)
        return;
    struct finding *f = judge_add(b, CAUSE_TLS_VERSION_OR_CIPHER, HOP_CLIENT, strength);
    finding_for(f, failed->id);
    finding_for(f, judge_id(judge_observed(b, failed)));
    if (!words_no_tls_in_common(&failed->outcome))
        finding_for(f, judge_id(told_elsewhere(b, failed)));
}

/* ------------------------------------------------------------------------------------------------
 * Whose server is it?
 */
/* A name of the public DNS: not one that every machine may bear at home. */
static bool is_host_name(str word)
{
    static const str AT_HOME[] = { STR_INIT(".local"), STR_INIT(".localdomain"), STR_INIT(".lan"),
                                   STR_INIT(".internal"), STR_INIT(".home") };
    struct ip ip;
    for (size_t i = 0; i < COUNT_OF(AT_HOME); i++)
        if (str_ends_nocase(word, AT_HOME[i]))
            return false;
    return str_find_octet(word, '.') != STR_NOT_FOUND && !ip_parse(word, &ip) && word.p[0] != '[';
}

/* The name in a greeting (RFC 5321 section 4.2: the first word), when it is one of another house. */
static str foreign_banner(const struct bench *b, const struct doctor_evidence *greeting)
{
    if (!greeting || !doctor_evidence_good(greeting))
        return STR_NONE;
    str word = greeting->outcome.text;
    word = str_take(word, str_find_octet(word, '\n'));
    word = str_take(word, str_find_octet(word, ' '));
    bool foreign = is_host_name(word) && dns_org_differs(word, b->a.host, b->asked->suffixes);
    return foreign ? word : STR_NONE;
}

/* Does every name of the certificate belong to another house? */
static bool foreign_names(const struct bench *b, const struct smtp_tls_facts *t)
{
    bool any = false;
    for (str rest = t->names; rest.p && rest.n;) {
        str name = str_cut(&rest, ' ');
        if (!is_host_name(name))
            continue;
        if (!dns_org_differs(name, b->a.host, b->asked->suffixes))
            return false;
        any = true;
    }
    return any;
}

static bool shows_asked_name(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++)
        if (b->r->rows[i].probe == PROBE_TLS && b->r->rows[i].outcome.tls.verified &&
            ip_eq(&b->r->rows[i].attempt.address, &b->a.address))
            return true;
    return false;
}

static const struct doctor_evidence *shown_certificate(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TLS && ev->outcome.tls.done &&
            ip_eq(&ev->attempt.address, &b->a.address) &&
            (!b->a.port || ev->attempt.port == b->a.port))
            return ev;
    }
    return NULL;
}

/* Nothing that the machine says of itself fits the name that was asked for: another machine than the one meant,
 * or a provider's under its own name, which then belongs into the settings. A greeting alone says
 * little, since many providers' machines have names of another domain. */
void judge_sign_wrong_server(struct bench *b)
{
    const struct doctor_evidence *greeting = doctor_record_greeting(b->r, &b->a, false);
    const struct doctor_evidence *shake = shown_certificate(b);
    struct smtp_attempt door = b->a;
    if (!b->a.port && shake)
        door = shake->attempt;
    if (!greeting || !doctor_evidence_good(greeting))
        greeting = doctor_record_greeting(b->r, &door, door.security == SMTP_SECURITY_TLS);
    str banner = foreign_banner(b, greeting);
    bool submits = b->a.port != 25 || smtp_attempt_logs_in(&b->a) || b->asked->login_known;
    if (!banner.n || !is_host_name(b->a.host) || shows_asked_name(b) || !submits)
        return; /* that the servers of a domain's MX have names of another is the rule */
    bool foreign = shake && foreign_names(b, &shake->outcome.tls);
    if (shake && !foreign)
        return; /* the certificate's names are of the house that was asked for */
    struct finding *f = judge_add(b, CAUSE_WRONG_SERVER, HOP_SUBMISSION,
                                  foreign ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, greeting->id);
    finding_for(f, judge_id(foreign ? shake : NULL));
}

/* Each reason alone makes the check fail, and the same certificate passes without it: that was seen
 * in one handshake, so it is proved; but not without a recipient, when relaying was not tried. */
/* A program that got a reply to its mail got past the handshake; on port 25 few that do not log in look
 * at a certificate at all. */
static enum finding_strength strength_of_certificate(const struct bench *b)
{
    bool looks = b->a.port != 25 || smtp_attempt_logs_in(&b->a);
    if (got_past_tls(b))
        return STRENGTH_POSSIBLE;
    return b->a.to.n && looks ? STRENGTH_PROVED : STRENGTH_LIKELY;
}

/* The server's certificate did not verify, so it was not shown ours, and broke off for that: what came first. */
static bool broke_for_ours(const struct doctor_evidence *ev)
{
    const struct smtp_tls_facts *t = &ev->outcome.tls;
    return !t->done && ev->attempt.certificate && t->certificate_asked && !t->certificate_shown;
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
        if (ev->probe != PROBE_TLS || (!t->done && !broke_for_ours(ev)) || t->verified ||
            (b->a.port && b->a.port != ev->attempt.port) ||
            (b->a.security != SMTP_SECURITY_AUTO && b->a.security != ev->attempt.security))
            continue;
        for (unsigned k = 0; k < t->reason_count; k++) {
            enum cause_id cause = judge_certificate(t->reasons[k]);
            enum finding_strength strength = strength_of_certificate(b);
            if (cause == CAUSE_CERTIFICATE_WRONG_NAME && strength == STRENGTH_PROVED &&
                b->j->cause_count && b->j->causes[0].cause == CAUSE_WRONG_SERVER &&
                b->j->causes[0].strength == STRENGTH_LIKELY)
                strength = STRENGTH_LIKELY; /* true, and no help: another server is meant */
            if (!t->done && strength == STRENGTH_PROVED)
                strength = STRENGTH_LIKELY;
            if (cause != CAUSE_NONE)
                finding_for(judge_add(b, cause, HOP_CLIENT, strength), ev->id);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * STARTTLS that is not offered
 */
/* Another port of this server whose STARTTLS ends in a certificate of the name that was asked for. */
static const struct doctor_evidence *starttls_elsewhere(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TLS && ev->attempt.security == SMTP_SECURITY_STARTTLS &&
            ev->attempt.port != b->a.port && ip_eq(&ev->attempt.address, &b->a.address) &&
            ev->outcome.tls.verified)
            return ev;
    }
    return NULL;
}

/* Port 25 may well be the wrong port for users; a port of theirs without TLS, at a server that has it, is not. */
bool judge_offer_taken_out(const struct bench *b)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = judge_caps(b, b->a.port, SMTP_SECURITY_NONE, &c);
    const struct doctor_evidence *tried = doctor_record_layer(b->r, PROBE_UNOFFERED, &b->a,
                                                              SMTP_SECURITY_STARTTLS);
    return b->a.security == SMTP_SECURITY_STARTTLS && clear && !(c.ext & SMTP_EXT_STARTTLS) &&
           ((c.ext & SMTP_EXT_MASKED) || (tried && tried->outcome.tls.done) ||
            (b->a.port != 25 && starttls_elsewhere(b)));
}

/* What tells an offer that was taken out from one that was never made. Adds to f what it rests on. */
enum finding_strength judge_strength_of_stripped(const struct bench *b, struct finding *f)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = judge_caps(b, b->a.port, SMTP_SECURITY_NONE, &c);
    const struct doctor_evidence *tried = doctor_record_layer(b->r, PROBE_UNOFFERED, &b->a,
                                                              SMTP_SECURITY_STARTTLS);
    const struct doctor_evidence *elsewhere = starttls_elsewhere(b);
    bool masked = clear && (c.ext & SMTP_EXT_MASKED);
    if (tried && tried->outcome.tls.done) {
        finding_for(f, tried->id);
        return tried->outcome.tls.verified && b->a.to.n ? STRENGTH_PROVED : STRENGTH_LIKELY;
    }
    finding_against(f, judge_id(tried));
    finding_for(f, judge_id(elsewhere));
    return masked || elsewhere ? STRENGTH_LIKELY : STRENGTH_POSSIBLE;
}

/* STARTTLS is asked for, and the port does not offer it: never did, or something on the way hides it. A
 * program that picks for itself goes on without, but not where words made of X show who hides it. */
void judge_sign_no_starttls(struct bench *b)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = judge_caps(b, b->a.port, SMTP_SECURITY_NONE, &c);
    bool asked = b->a.security == SMTP_SECURITY_STARTTLS ||
                 (b->a.security == SMTP_SECURITY_AUTO && clear && (c.ext & SMTP_EXT_MASKED));
    if (!b->a.port || !asked || !clear || (c.ext & SMTP_EXT_STARTTLS))
        return;
    struct finding *f = judge_add(b, CAUSE_STARTTLS_STRIPPED, HOP_SUBMISSION, STRENGTH_POSSIBLE);
    finding_for(f, clear->id);
    finding_set_strength(f, judge_strength_of_stripped(b, f));
}
