/* SPDX-License-Identifier: ISC */
/*
 * doctor/stored.c - a document read back, and judged again
 */
#include "base/password_shape.h"
#include "doctor/report.h"
#include "doctor/report_config.h"
#include "doctor/report_dns.h"
#include "net/psl.h"
#include <jansson.h>
#include <string.h>

enum { NAMES_MAX = 1 << 16 };

/* Owned by the document: copied into the arena when a row is added. */
static str text_at(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

static bool bad(struct err *e, const char *where, const char *key)
{
    return err_set(e, ERR_SYNTAX, "reading a stored report: %s: '%s' is missing or not understood",
                   where, key);
}

/* A list of names, blanks between; NULL octets when memory is short, or they are too many. */
static str read_names(const json_t *list, struct arena *a)
{
    struct buf b;
    buf_init(&b, NAMES_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (b.n)
            buf_addc(&b, ' ');
        buf_add(&b, str_from(name));
    }
    str names = b.n ? arena_dup(a, buf_str(&b)) : STR("");
    if (!buf_ok(&b))
        names = STR_NONE;
    buf_done(&b);
    return names;
}

static bool read_tls(const json_t *o, struct arena *a, struct smtp_tls_facts *t)
{
    if (!json_is_object(o))
        return true;
    t->done = !json_is_false(json_object_get(o, "done")); /* documents without it tell no other */
    t->certificate_asked = json_is_true(json_object_get(o, "certificate_asked"));
    t->certificate_shown = json_is_true(json_object_get(o, "certificate_shown"));
    t->verified = json_is_true(json_object_get(o, "verified"));
    t->version = text_at(o, "version");
    t->cipher = text_at(o, "cipher");
    t->not_after = text_at(o, "not_after");
    t->key = text_at(o, "key");
    t->signature = text_at(o, "signature");
    t->exchange = text_at(o, "exchange");
    t->names = read_names(json_object_get(o, "names"), a);
    const json_t *reasons = json_object_get(o, "reasons");
    for (size_t i = 0; i < json_array_size(reasons) && t->reason_count < SMTP_TLS_REASONS; i++) {
        int reason;
        const char *name = json_string_value(json_array_get(reasons, i));
        if (!names_find(&SMTP_CERT_REASON_NAMES, str_from(name), &reason))
            return false;
        t->reasons[t->reason_count++] = (enum smtp_cert_reason)reason;
    }
    return t->names.p != NULL;
}

/* "refused: nothing listens" with no code: how the step ended. */
static bool read_end(struct smtp_outcome *o)
{
    str rest = o->text;
    str name = str_cut(&rest, ':');
    int end;
    if (!names_find(&SMTP_END_NAMES, name, &end))
        return false;
    o->end = (enum smtp_end)end;
    o->text = str_trim(rest);
    return true;
}

static bool read_reply(const json_t *reply, struct smtp_outcome *o)
{
    int stage;
    if (!json_is_object(reply) || !names_find(&SMTP_STAGE_NAMES, text_at(reply, "stage"), &stage))
        return false;
    json_int_t code = json_integer_value(json_object_get(reply, "code"));
    if (code && (code < 200 || code > 599))
        return false;
    o->stage = (enum smtp_stage)stage;
    o->code = (unsigned)code;
    o->text = text_at(reply, "text");
    o->sasl = text_at(reply, "sasl");
    str rest;
    if (text_at(reply, "enhanced").n &&
        !smtp_enhanced_read(text_at(reply, "enhanced"), &o->enhanced, &rest))
        return false;
    bool shaken = o->stage == SMTP_STAGE_TLS && !o->text.n; /* a finished handshake has no reply */
    bool pop = str_starts(o->text, STR("+OK")) || str_starts(o->text, STR("-ERR"));
    return o->code || shaken || pop || read_end(o);
}

static bool read_address(str text, struct ip *out)
{
    return !text.n || ip_parse(text, out);
}

static bool read_attempt(const json_t *o, struct smtp_attempt *a)
{
    int security = SMTP_SECURITY_AUTO;
    json_int_t port = json_integer_value(json_object_get(o, "port"));
    json_int_t size = json_integer_value(json_object_get(o, "size"));
    const json_t *from = json_object_get(o, "from");
    if (!json_is_object(o) || port < 0 || port > 65535 || size < 0 ||
        !read_address(text_at(o, "address"), &a->address) ||
        !read_address(text_at(o, "source"), &a->source))
        return false;
    if (text_at(o, "security").n &&
        !names_find(&SMTP_SECURITY_NAMES, text_at(o, "security"), &security))
        return false;
    a->host = text_at(o, "host");
    a->port = (uint16_t)port;
    a->security = (enum smtp_security)security;
    a->mechanism = text_at(o, "mechanism");
    a->user = text_at(o, "user");
    a->repaired = json_is_true(json_object_get(o, "repaired_password"));
    a->helo = text_at(o, "helo");
    a->certificate = json_is_true(json_object_get(o, "certificate"));
    a->old_helo = json_is_true(json_object_get(o, "old_helo"));
    a->from = text_at(o, "from");
    a->from_null = json_is_string(from) && json_string_length(from) == 0;
    a->header_from = text_at(o, "header_from");
    a->to = text_at(o, "to");
    a->size_octets = (uint64_t)size;
    return true;
}

static bool read_anomalies(const json_t *list, unsigned *out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        int bit;
        const char *name = json_string_value(json_array_get(list, i));
        if (!names_find(&PASSWORD_ANOMALY_NAMES, str_from(name), &bit))
            return false;
        *out |= (unsigned)bit;
    }
    return true;
}

static bool read_evidence(const json_t *o, size_t index, struct doctor_record *r, struct err *e)
{
    char where[48];
    int probe;
    struct smtp_attempt a = { .port = 0 };
    struct smtp_outcome out = { .stage = SMTP_STAGE_NONE };
    const json_t *attempt = json_object_get(o, "attempt");
    snprintf(where, sizeof where, "evidence[%zu]", index);
    if (str_eq(text_at(o, "probe"), STR("dns")) || str_eq(text_at(o, "probe"), STR("config")))
        return true; /* it stands in the list "dns", or in "config", whole */
    if (!names_find(&PROBE_NAMES, text_at(o, "probe"), &probe))
        return bad(e, where, "probe");
    if (!read_attempt(attempt, &a))
        return bad(e, where, "attempt");
    if (!read_reply(json_object_get(attempt, "reply"), &out))
        return bad(e, where, "reply");
    bool shaken = probe == PROBE_TLS || probe == PROBE_OBSERVED || probe == PROBE_UNOFFERED;
    if (shaken && !read_tls(json_object_get(attempt, "tls"), r->arena, &out.tls))
        return bad(e, where, "tls");
    if (!read_address(text_at(o, "local"), &out.local))
        return bad(e, where, "local");
    out.at_ms = (uint64_t)json_integer_value(json_object_get(o, "at_ms"));
    if (!doctor_record_add(r, (enum doctor_probe)probe, &a, &out))
        return err_set(e, ERR_LIMIT, "reading a stored report: %s: more evidence than fits", where);
    return true;
}

static bool read_causes(const json_t *list, struct doctor_stored *out, struct err *e)
{
    for (size_t i = 0; i < json_array_size(list) && i < DOCTOR_CAUSES_MAX; i++) {
        const json_t *o = json_array_get(list, i);
        const struct cause *c = cause_named(text_at(o, "cause"));
        int strength;
        if (!c || !names_find(&STRENGTH_NAMES, text_at(o, "strength"), &strength))
            return bad(e, "causes", "cause");
        out->causes[i].cause = c->id;
        out->causes[i].strength = (enum finding_strength)strength;
        out->cause_count = i + 1;
    }
    return true;
}

static unsigned read_at_hand(const json_t *list)
{
    unsigned credentials = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        int one;
        const char *name = json_string_value(json_array_get(list, i));
        if (names_find(&SASL_CREDENTIAL_NAMES, str_from(name), &one))
            credentials |= (unsigned)one;
    }
    return credentials;
}

/* What is known of our own address, whom DNS was asked of, and what was found in place of a server. */
static bool read_place(const json_t *asked, struct doctor_asked *out, struct arena *a)
{
    str whoami = text_at(asked, "whoami"), found = text_at(asked, "found");
    out->found = found.n ? arena_dup(a, found) : STR("");
    out->whoami = whoami.n ? arena_dup(a, whoami) : STR("");
    out->dns_private = json_is_true(json_object_get(asked, "dns_private"));
    return out->whoami.p && out->found.p &&
           read_address(text_at(asked, "public_ip"), &out->public_ip);
}

static bool read_document(const json_t *o, struct doctor_stored *out, struct err *e)
{
    int verdict;
    const json_t *evidence = json_object_get(o, "evidence");
    if (!str_eq(text_at(o, "schema"), STR("baton.doctor/1")))
        return bad(e, "document", "schema");
    if (!names_find(&VERDICT_NAMES, text_at(o, "verdict"), &verdict))
        return bad(e, "document", "verdict");
    struct doctor_evidence asked = { .id = 0 };
    if (!read_attempt(json_object_get(o, "asked"), &asked.attempt))
        return bad(e, "document", "asked");
    unsigned odd = 0;
    if (!read_anomalies(json_object_get(json_object_get(o, "asked"), "password_anomalies"), &odd))
        return bad(e, "asked", "password_anomalies");
    out->verdict = (enum doctor_verdict)verdict;
    if (!json_is_array(evidence))
        return bad(e, "document", "evidence");
    for (size_t i = 0; i < json_array_size(evidence); i++)
        if (!read_evidence(json_array_get(evidence, i), i, &out->record, e))
            return false;
    str own = text_at(json_object_get(o, "asked"), "own_address");
    own = own.n ? arena_dup(out->record.arena, own) : STR("");
    if (!doctor_evidence_copy(out->record.arena, &asked) || !own.p)
        return err_memory(e, "a stored report");
    out->asked =
        (struct doctor_asked){ .attempt = asked.attempt,
                               .suffixes = &NET_PSL,
                               .own_address = own,
                               .password_anomalies = odd,
                               .login_known = asked.attempt.user.n > 0 ||
                                              json_array_size(json_object_get(o, "at_hand")) > 0,
                               .credentials = read_at_hand(json_object_get(o, "at_hand")) };
    if (!read_place(json_object_get(o, "asked"), &out->asked, out->record.arena))
        return bad(e, "asked", "public_ip");
    return doctor_config_stored(json_object_get(o, "config"), out->record.arena, &out->asked.config,
                                e) &&
           doctor_dns_stored_read(json_object_get(o, "dns"), out->record.dns, e) &&
           read_causes(json_object_get(o, "causes"), out, e);
}

bool doctor_stored_read(str json, struct doctor_stored *out, struct err *e)
{
    json_error_t je;
    json_t *o = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &je);
    if (!o)
        return err_set(e, ERR_SYNTAX, "reading a stored report: line %d column %d: %s", je.line,
                       je.column, je.text);
    bool ok = read_document(o, out, e);
    json_decref(o);
    return ok;
}

static enum finding_strength strength_now(const struct doctor_judgement *j, enum cause_id cause)
{
    for (size_t i = 0; i < j->cause_count; i++)
        if (j->causes[i].cause == cause)
            return j->causes[i].strength;
    return STRENGTH_NONE;
}

static void name_evidence(const struct doctor_judgement *j, enum cause_id cause, struct buf *out)
{
    char id[DOCTOR_ID_TEXT_MAX];
    for (size_t i = 0; i < j->cause_count; i++) {
        for (size_t k = 0; j->causes[i].cause == cause && k < FINDING_EVIDENCE; k++)
            if (j->causes[i].for_it[k])
                buf_addf(out, "%s %s", k ? "," : "", doctor_id_text(j->causes[i].for_it[k], id));
    }
}

bool doctor_stored_verify(const struct doctor_stored *s, struct buf *out)
{
    struct doctor_judgement j = doctor_judge(&s->asked, &s->record);
    bool same = j.verdict == s->verdict;
    buf_addf(out, "verdict   %.*s, stored as %.*s\n",
             STR_ARG(names_of(&VERDICT_NAMES, (int)j.verdict)),
             STR_ARG(names_of(&VERDICT_NAMES, (int)s->verdict)));
    for (size_t i = 0; i < s->cause_count; i++) {
        str name = cause_of(s->causes[i].cause)->name;
        bool claimed = s->causes[i].strength == STRENGTH_PROVED;
        bool proved = strength_now(&j, s->causes[i].cause) == STRENGTH_PROVED;
        same &= !claimed || proved;
        if (!claimed)
            buf_addf(out, "no claim  %.*s: stored as %.*s\n", STR_ARG(name),
                     STR_ARG(names_of(&STRENGTH_NAMES, (int)s->causes[i].strength)));
        else if (!proved)
            buf_addf(out, "not so    %.*s: stored as proved, and the evidence does not prove it\n",
                     STR_ARG(name));
        else {
            buf_addf(out, "proved    %.*s: derived again from", STR_ARG(name));
            name_evidence(&j, s->causes[i].cause, out);
            buf_addc(out, '\n');
        }
    }
    return same && buf_ok(out);
}
