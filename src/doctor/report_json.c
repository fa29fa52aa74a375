/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_json.c - the document baton.doctor/1
 *
 * Absent is null, never left out. A step that no reply ended is told in reply.text as "END: sentence",
 * with code null, so that the stored document holds all that the judge reads.
 */
#include "base/escape.h"
#include "base/password_shape.h"
#include "doctor/mx_table.h"
#include "doctor/report.h"
#include "doctor/report_config.h"
#include "doctor/report_dns.h"
#include "settings/settings.h"
#include <jansson.h>
#include <string.h>

static json_t *text_of(str s)
{
    struct buf b;
    if (!s.n)
        return json_null();
    buf_init(&b, (size_t)1 << 20);
    escape_text(s, &b);
    json_t *t = json_stringn(b.p ? b.p : "", b.n);
    buf_done(&b);
    return t ? t : json_null();
}

/* What a server said may hold our own secret. */
static json_t *said_of(const struct doctor_report *r, str s)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    secret_mask_apply(r->mask, s, &b);
    json_t *t = text_of(buf_str(&b));
    buf_done(&b);
    return t;
}

static json_t *name_of(const struct names *t, int value)
{
    return text_of(names_of(t, value));
}
static json_t *ip_of(const struct ip *ip)
{
    char text[IP_TEXT_MAX];
    return text_of(str_from(ip_text(ip, text)));
}
static json_t *number_or_null(unsigned n)
{
    return n ? json_integer(n) : json_null();
}

static json_t *reply_of(const struct doctor_report *r, const struct smtp_outcome *o)
{
    char enhanced[SMTP_ENHANCED_MAX] = "";
    json_t *text = NULL;
    if (o->end != SMTP_END_REPLY) {
        struct buf b;
        buf_init(&b, (size_t)1 << 20);
        buf_addf(&b, "%.*s: ", STR_ARG(names_of(&SMTP_END_NAMES, (int)o->end)));
        buf_add(&b, o->text);
        text = said_of(r, buf_str(&b));
        buf_done(&b);
    } else {
        text = said_of(r, o->text);
    }
    if (o->enhanced.class)
        smtp_enhanced_text(&o->enhanced, enhanced);
    json_t *j = json_object();
    json_object_set_new(j, "stage", name_of(&SMTP_STAGE_NAMES, (int)o->stage));
    json_object_set_new(j, "code", number_or_null(o->code));
    json_object_set_new(j, "enhanced", text_of(str_from(enhanced)));
    json_object_set_new(j, "text", text);
    json_object_set_new(j, "sasl", said_of(r, o->sasl));
    return j;
}

static json_t *tls_of(const struct smtp_tls_facts *t)
{
    if (!t || (!t->done && !t->certificate_asked))
        return json_null();
    json_t *o = json_object(), *reasons = json_array(), *names = json_array();
    for (unsigned i = 0; i < t->reason_count; i++)
        json_array_append_new(reasons, name_of(&SMTP_CERT_REASON_NAMES, (int)t->reasons[i]));
    for (str rest = t->names; rest.p && rest.n;)
        json_array_append_new(names, text_of(str_cut(&rest, ' ')));
    json_object_set_new(o, "done", json_boolean(t->done));
    json_object_set_new(o, "version", text_of(t->version));
    json_object_set_new(o, "cipher", text_of(t->cipher));
    json_object_set_new(o, "verified", json_boolean(t->verified));
    json_object_set_new(o, "reasons", reasons);
    json_object_set_new(o, "names", names);
    json_object_set_new(o, "not_after", text_of(t->not_after));
    json_object_set_new(o, "key", text_of(t->key));
    json_object_set_new(o, "signature", text_of(t->signature));
    json_object_set_new(o, "exchange", text_of(t->exchange));
    json_object_set_new(o, "certificate_asked", json_boolean(t->certificate_asked));
    json_object_set_new(o, "certificate_shown", json_boolean(t->certificate_shown));
    return o;
}

static json_t *attempt_of(const struct doctor_report *r, const struct smtp_attempt *a,
                          const struct smtp_outcome *o, const struct smtp_tls_facts *tls)
{
    json_t *j = json_object();
    json_object_set_new(j, "host", text_of(a->host));
    json_object_set_new(j, "address", ip_of(&a->address));
    json_object_set_new(j, "port", number_or_null(a->port));
    json_object_set_new(j, "security",
                        a->security == SMTP_SECURITY_AUTO
                            ? json_null()
                            : name_of(&SMTP_SECURITY_NAMES, (int)a->security));
    json_object_set_new(j, "mechanism", text_of(a->mechanism));
    json_object_set_new(j, "user", text_of(a->user));
    json_object_set_new(j, "repaired_password", json_boolean(a->repaired));
    json_object_set_new(j, "helo", text_of(a->helo));
    json_object_set_new(j, "certificate", json_boolean(a->certificate));
    json_object_set_new(j, "old_helo", json_boolean(a->old_helo));
    json_object_set_new(j, "source", ip_of(&a->source));
    json_object_set_new(j, "from", a->from_null ? json_string("") : text_of(a->from));
    json_object_set_new(j, "header_from", text_of(a->header_from));
    json_object_set_new(j, "to", text_of(a->to));
    json_object_set_new(j, "size",
                        a->size_octets ? json_integer((json_int_t)a->size_octets) : json_null());
    json_object_set_new(j, "reply", o ? reply_of(r, o) : json_null());
    json_object_set_new(j, "tls", tls_of(tls));
    return j;
}

/* The TLS facts of the layer that an attempt was made on. */
static const struct smtp_tls_facts *facts_of(const struct doctor_record *r,
                                             const struct smtp_attempt *a)
{
    if (a->security == SMTP_SECURITY_NONE)
        return NULL;
    const struct doctor_evidence *ev = doctor_record_layer(r, PROBE_TLS, a, a->security);
    return ev ? &ev->outcome.tls : NULL;
}

static json_t *evidence_attempt(const struct doctor_report *r, const struct doctor_evidence *ev)
{
    bool shaken = ev->probe == PROBE_TLS || ev->probe == PROBE_OBSERVED ||
                  ev->probe == PROBE_UNOFFERED;
    const struct smtp_tls_facts *tls = shaken ? &ev->outcome.tls
                                              : facts_of(r->record, &ev->attempt);
    return attempt_of(r, &ev->attempt, &ev->outcome, tls);
}

static json_t *id_of(unsigned id)
{
    char text[DOCTOR_ID_TEXT_MAX];
    return json_string(doctor_id_text(id, text));
}

static json_t *ids_of(const unsigned ids[FINDING_EVIDENCE])
{
    json_t *list = json_array();
    for (size_t i = 0; i < FINDING_EVIDENCE && ids[i]; i++)
        json_array_append_new(list, id_of(ids[i]));
    return list;
}

static void set_cause(json_t *o, const struct finding *f)
{
    const struct cause *c = f ? cause_of(f->cause) : NULL;
    json_object_set_new(o, "cause", c ? text_of(c->name) : json_null());
    json_object_set_new(o, "family", c ? name_of(&FAMILY_NAMES, (int)c->family) : json_null());
    json_object_set_new(o, "hop", c ? name_of(&HOP_NAMES, (int)f->hop) : json_null());
    json_object_set_new(o, "strength",
                        c ? name_of(&STRENGTH_NAMES, (int)f->strength) : json_null());
}

static json_t *causes_of(const struct doctor_judgement *j)
{
    json_t *list = json_array();
    for (size_t i = 0; i < j->cause_count; i++) {
        json_t *o = json_object();
        set_cause(o, &j->causes[i]);
        json_object_set_new(o, "for", ids_of(j->causes[i].for_it));
        json_object_set_new(o, "against", ids_of(j->causes[i].against_neighbours));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *findings_of(const struct doctor_judgement *j)
{
    json_t *list = json_array();
    for (size_t i = 0; i < j->note_count; i++) {
        const struct note *n = note_of(j->notes[i]);
        json_t *o = json_object();
        json_object_set_new(o, "id", text_of(n->name));
        json_object_set_new(o, "summary", text_of(n->sentence));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *cells_of(const struct doctor_report *r)
{
    struct doctor_cell cells[DOCTOR_CELLS_MAX];
    size_t n = doctor_cells(r->asked, r->record, r->judgement, cells);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct doctor_cell *c = &cells[i];
        json_t *o = json_object();
        json_object_set_new(o, "address", ip_of(&c->at.address));
        json_object_set_new(o, "port", json_integer(c->at.port));
        json_object_set_new(o, "security", name_of(&SMTP_SECURITY_NAMES, (int)c->at.security));
        json_object_set_new(o, "login", json_boolean(smtp_attempt_logs_in(&c->at)));
        json_object_set_new(o, "state", name_of(&STATE_NAMES, (int)c->s.state));
        json_object_set_new(o, "how",
                            c->s.state == STATE_NOT_TESTED ? json_null()
                            : c->s.played                  ? json_string("played")
                                                           : json_string("inferred"));
        json_object_set_new(o, "reply", c->s.by ? reply_of(r, &c->s.by->outcome) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *settings_texts(const struct doctor_report *r, const struct smtp_attempt *works)
{
    json_t *o = json_object();
    const struct settings_program *p;
    for (size_t i = 0; works && (p = settings_program_at(i)) != NULL; i++) {
        struct buf b;
        struct err e;
        buf_init(&b, SETTINGS_TEXT_MAX);
        const struct settings wanted = doctor_settings_of(r, works, p);
        if (settings_write(p, &wanted, &b, &e)) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", STR_ARG(p->name));
            json_object_set_new(o, name, text_of(buf_str(&b)));
        }
        buf_done(&b);
    }
    return o;
}

static json_t *fix_of(const struct doctor_report *r)
{
    const struct doctor_judgement *j = r->judgement;
    str step[DOCTOR_STEPS_MAX];
    size_t n = doctor_steps(r, step);
    json_t *o = json_object(), *steps = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(steps, text_of(step[i]));
    json_object_set_new(o, "steps", steps);
    json_object_set_new(o, "settings", settings_texts(r, j->works ? &j->works->attempt : NULL));
    json_object_set_new(o, "diff",
                        r->asked->config ? said_of(r, r->asked->config->diff) : json_null());
    return o;
}

/* Does anything that was found rest on it? */
static bool is_used(const struct doctor_judgement *j, unsigned id)
{
    for (size_t i = 0; i < j->cause_count; i++)
        for (size_t k = 0; k < FINDING_EVIDENCE; k++)
            if (j->causes[i].for_it[k] == id || j->causes[i].against_neighbours[k] == id)
                return true;
    return false;
}

/* The answers of DNS that something rests on; all of them stand in "dns". */
static void add_answers(const struct doctor_report *r, json_t *list)
{
    const struct dns_answer *a;
    for (unsigned id = DOCTOR_DNS_ID; (a = doctor_record_answer(r->record, id)) != NULL; id++) {
        if (!is_used(r->judgement, id))
            continue;
        json_t *o = json_object();
        json_object_set_new(o, "id", id_of(id));
        json_object_set_new(o, "probe", json_string("dns"));
        json_object_set_new(o, "attempt", json_null());
        str said = doctor_answer_said(a, r->record->arena);
        json_object_set_new(o, "said",
                            said_of(r, arena_printf(r->record->arena, "DNS: %.*s", STR_ARG(said))));
        json_object_set_new(o, "local", json_null());
        json_object_set_new(o, "at_ms", json_null());
        json_array_append_new(list, o);
    }
}

static json_t *evidence_of(const struct doctor_report *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->record->count; i++) {
        const struct doctor_evidence *ev = &r->record->rows[i];
        json_t *o = json_object();
        json_object_set_new(o, "id", id_of(ev->id));
        json_object_set_new(o, "probe", name_of(&PROBE_NAMES, (int)ev->probe));
        json_object_set_new(o, "attempt", evidence_attempt(r, ev));
        json_object_set_new(o, "said", said_of(r, doctor_evidence_said(ev, r->record->arena)));
        json_object_set_new(o, "local", ip_of(&ev->outcome.local));
        json_object_set_new(o, "at_ms", json_integer((json_int_t)ev->outcome.at_ms));
        json_array_append_new(list, o);
    }
    add_answers(r, list);
    doctor_config_evidence(r, list);
    return list;
}

/* Who names a host: "resolver", "parent" (the name servers that the parent names), "zone" (those that only the
 * zone names). */
static json_t *named_by_of(const struct doctor_mx_row *row)
{
    static const char *const NAMES_OF_VIEWS[SERVED_VIEWS] = { "resolver", "parent", "zone" };
    json_t *list = json_array();
    for (unsigned v = 0; v < SERVED_VIEWS; v++)
        if (row->views & (1u << v))
            json_array_append_new(list, json_string(NAMES_OF_VIEWS[v]));
    return list;
}

static json_t *mx_of(const struct doctor_report *r)
{
    struct doctor_mx_table t;
    json_t *list = json_array();
    doctor_mx_table(r->asked, r->record, &t);
    for (size_t i = 0; i < t.count; i++) {
        const struct doctor_mx_row *row = &t.rows[i];
        json_t *o = json_object();
        json_object_set_new(o, "host", text_of(row->host));
        json_object_set_new(o, "address", ip_of(&row->address));
        json_object_set_new(o, "named_by", named_by_of(row));
        json_object_set_new(o, "asked", json_boolean(row->asked));
        json_object_set_new(o, "state", name_of(&STATE_NAMES, (int)row->state));
        json_object_set_new(o, "reply", row->by ? reply_of(r, &row->by->outcome) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *stats_of(const struct doctor_stats *s)
{
    return json_pack("{s:I, s:o, s:i, s:i, s:i, s:i, s:i}", "wall_ms", (json_int_t)s->wall_ms,
                     "rtt_ms", number_or_null(s->rtt_ms), "connections", (int)s->connections,
                     "auth_attempts", (int)s->auth_attempts, "auth_refused", (int)s->auth_refused,
                     "refusals_caused", (int)s->refusals_caused, "data_sent", (int)s->data_sent);
}

static json_t *asked_of(const struct doctor_report *r)
{
    const struct doctor_evidence *ev = r->judgement->asked;
    json_t *o = attempt_of(r, &r->asked->attempt, ev ? &ev->outcome : NULL,
                           ev ? facts_of(r->record, &ev->attempt) : NULL);
    json_t *odd = json_array();
    for (unsigned bit = 1; bit && bit <= r->asked->password_anomalies; bit <<= 1)
        if (r->asked->password_anomalies & bit)
            json_array_append_new(odd, name_of(&PASSWORD_ANOMALY_NAMES, (int)bit));
    json_object_set_new(o, "password_anomalies", odd);
    json_object_set_new(o, "own_address", text_of(r->asked->own_address));
    json_object_set_new(o, "found", text_of(r->asked->found));
    json_object_set_new(o, "public_ip", ip_of(&r->asked->public_ip));
    json_object_set_new(o, "whoami", text_of(r->asked->whoami));
    json_object_set_new(o, "dns_private", json_boolean(r->asked->dns_private));
    return o;
}

/* What the pasted error tells by its words alone. */
static json_t *pasted_of(const struct doctor_asked *asked)
{
    char enhanced[SMTP_ENHANCED_MAX];
    const struct doctor_pasted *p = &asked->pasted;
    const struct cause *c = cause_of(p->cause);
    json_t *o = json_object();
    if (!asked->pasted_error.n) {
        json_decref(o);
        return json_null();
    }
    json_object_set_new(o, "cause", c ? text_of(c->name) : json_null());
    json_object_set_new(o, "family", c ? name_of(&FAMILY_NAMES, (int)c->family) : json_null());
    json_object_set_new(o, "confidence",
                        json_real((double)(int)(p->confidence * 1000 + 0.5) / 1000));
    json_object_set_new(o, "hop", name_of(&HOP_NAMES, (int)p->hop));
    json_object_set_new(o, "who_refused", text_of(p->who));
    json_object_set_new(o, "code", p->code ? json_integer(p->code) : json_null());
    json_object_set_new(o, "enhanced",
                        p->enhanced.class ? json_string(smtp_enhanced_text(&p->enhanced, enhanced))
                                          : json_null());
    json_object_set_new(o, "words", text_of(p->words));
    return o;
}

static json_t *at_hand(const struct doctor_asked *asked)
{
    json_t *list = json_array();
    for (size_t i = 0; i < SASL_CREDENTIAL_NAMES.count; i++)
        if (asked->credentials & (unsigned)SASL_CREDENTIAL_NAMES.rows[i].value)
            json_array_append_new(list, text_of(SASL_CREDENTIAL_NAMES.rows[i].name));
    return list;
}

bool doctor_report_json(const struct doctor_report *r, struct buf *out)
{
    const struct doctor_judgement *j = r->judgement;
    json_t *o = json_object();
    struct buf summary;
    buf_init(&summary, 4096);
    doctor_report_summary(r, &summary);
    json_object_set_new(o, "schema", json_string("baton.doctor/1"));
    json_object_set_new(o, "verdict", name_of(&VERDICT_NAMES, (int)j->verdict));
    set_cause(o, j->cause_count ? &j->causes[0] : NULL);
    if (j->verdict == VERDICT_ACCEPTED)
        json_object_set_new(o, "strength",
                            name_of(&STRENGTH_NAMES, (int)doctor_judgement_strength(j)));
    json_object_set_new(o, "summary", text_of(buf_str(&summary)));
    json_object_set_new(o, "causes", causes_of(j));
    json_object_set_new(o, "findings", findings_of(j));
    json_object_set_new(o, "asked", asked_of(r));
    json_object_set_new(o, "config", doctor_config_json(r));
    json_object_set_new(o, "pasted", pasted_of(r->asked));
    json_object_set_new(o, "at_hand", at_hand(r->asked));
    json_object_set_new(o, "works", j->works ? evidence_attempt(r, j->works) : json_null());
    json_object_set_new(o, "cells", cells_of(r));
    json_object_set_new(o, "mx", mx_of(r));
    json_object_set_new(o, "fix", fix_of(r));
    json_object_set_new(o, "next", text_of(j->next));
    json_object_set_new(o, "evidence", evidence_of(r));
    json_object_set_new(o, "dns", doctor_dns_document(r->record->dns));
    json_object_set_new(o, "stats", stats_of(r->stats));
    buf_done(&summary);
    char *text = json_dumps(o, JSON_INDENT(2));
    json_decref(o);
    bool ok = text && buf_add(out, str_from(text)) && buf_addc(out, '\n');
    free(text);
    return ok;
}
