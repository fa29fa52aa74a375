/* SPDX-License-Identifier: ISC */
/* cmd/domain_json.c - baton.domain/1: keys may be added, none is renamed; what is absent is null */
#include "base/escape.h"
#include "cmd/domain_report.h"
#include "cmd/output.h"
#include "dns/record_text.h"

enum { TEXT_MAX = 256 * 1024, HEX_MAX = 8192 };

static json_t *named(const struct names *names, int value)
{
    return output_str(names_of(names, value));
}

static json_t *ip_json(const struct ip *ip)
{
    char text[IP_TEXT_MAX];
    return output_str(str_from(ip_text(ip, text)));
}

static json_t *ips_json(const struct ip *ips, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, ip_json(&ips[i]));
    return list;
}

static json_t *bits_json(const struct names *names, unsigned bits)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        if (bits & (unsigned)names->rows[i].value)
            json_array_append_new(list, output_str(names->rows[i].name));
    return list;
}

static json_t *strs_json(const str *list, size_t count)
{
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(out, output_str(list[i]));
    return out;
}

static json_t *records_json(const struct dns_answer *a)
{
    if (!a || (a->code != DNS_OK && a->code != DNS_NXDOMAIN))
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < a->count; i++) {
        struct buf b;
        buf_init(&b, TEXT_MAX);
        dns_record_value_text(&a->records[i], &b);
        json_array_append_new(list, output_str(buf_str(&b)));
        buf_done(&b);
    }
    return list;
}

/* ---- mail hosts ---- */

static json_t *target_json(const struct domain_target *t)
{
    return json_pack("{s:o, s:i, s:o, s:o, s:o, s:o}", "host", output_str(t->name), "preference",
                     (int)t->preference, "addresses", ips_json(t->addresses, t->address_count),
                     "faults", bits_json(&DOMAIN_TARGET_FAULT_NAMES, t->faults), "alias_of",
                     output_str(t->alias_of), "meant", output_str(t->meant));
}

static json_t *mx_json(const struct domain_mx *mx)
{
    json_t *hosts = json_array();
    for (size_t i = 0; i < mx->count; i++)
        json_array_append_new(hosts, target_json(&mx->targets[i]));
    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:I}", "state",
                     named(&DOMAIN_MX_STATE_NAMES, (int)mx->state), "code",
                     mx->answer ? named(&DNS_CODE_NAMES, (int)mx->code) : json_null(), "alias_of",
                     output_str(mx->alias_of), "contradicts", mx->contradicts, "hosts", hosts,
                     "ttl", (json_int_t)mx->ttl_s);
}

static json_t *reverse_json(const struct domain_reverse *r)
{
    json_t *names = json_array();
    for (size_t i = 0; i < r->count; i++)
        json_array_append_new(
            names, json_pack("{s:o, s:b, s:b}", "name", output_str(r->names[i].name), "confirmed",
                             r->names[i].confirmed, "generic", r->names[i].generic));
    return json_pack("{s:o, s:o, s:o}", "address", ip_json(&r->ip), "state",
                     named(&DOMAIN_REVERSE_STATE_NAMES, (int)r->state), "names", names);
}

/* ---- name servers ---- */

static json_t *server_json(const struct domain_server *s)
{
    json_t *serial = s->state == DOMAIN_SERVER_OK ? json_integer((json_int_t)s->serial)
                                                  : json_null();
    return json_pack("{s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "name", output_str(s->name),
                     "at_parent", s->at_parent, "in_zone", s->in_zone, "state",
                     named(&DOMAIN_SERVER_STATE_NAMES, (int)s->state), "address",
                     ip_json(&s->address), "addresses", ips_json(s->addresses, s->address_count),
                     "glue", ips_json(s->glue, s->glue_count), "serial", serial);
}

static json_t *delegation_json(const struct domain_look *look)
{
    const struct domain_delegation *d = &look->change.delegation;
    if (!look->straight || look->reserved)
        return json_null();
    json_t *servers = json_array();
    for (size_t i = 0; i < d->count; i++)
        json_array_append_new(servers, server_json(&d->servers[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "state",
                     named(&DOMAIN_DELEGATION_STATE_NAMES, (int)d->state), "why",
                     named(&DOMAIN_DELEGATION_WHY_NAMES, (int)d->why), "zone", output_str(d->zone),
                     "parent", output_str(d->parent), "faults",
                     bits_json(&DOMAIN_DELEGATION_FAULT_NAMES, d->faults), "servers", servers);
}

static json_t *changes_json(const struct domain_look *look)
{
    const struct domain_change *c = &look->change;
    json_t *list = json_array(), *servers = json_array();
    if (!look->straight || look->reserved) {
        json_decref(servers);
        return list;
    }
    for (size_t i = 0; i < c->count; i++)
        json_array_append_new(
            servers,
            json_pack("{s:o, s:o, s:o, s:b}", "server", output_str(c->delegation.servers[i].name),
                      "address", ip_json(&c->delegation.servers[i].address), "records",
                      records_json(c->answers[i].answer), "old", c->answers[i].is_old));
    json_t *ends = c->ends_at_s > 0 ? json_integer((json_int_t)c->ends_at_s) : json_null();
    json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "name",
                                          output_str(c->name), "type",
                                          named(&DNS_TYPE_NAMES, (int)c->type), "state",
                                          named(&DOMAIN_CHANGE_STATE_NAMES, (int)c->state), "why",
                                          named(&DOMAIN_CHANGE_WHY_NAMES, (int)c->why), "ends_at",
                                          ends, "resolver_is_old", c->resolver_is_old, "resolver",
                                          records_json(c->resolver), "now", records_json(c->now),
                                          "servers", servers));
    return list;
}

/* ---- TLS ---- */

static json_t *dane_json(const struct domain_dane *d)
{
    json_t *records = json_array();
    for (size_t i = 0; i < d->count; i++) {
        struct buf b;
        const struct tlsa *t = &d->records[i];
        buf_init(&b, HEX_MAX);
        for (size_t n = 0; n < t->data.n; n++)
            buf_addf(&b, "%02x", (unsigned)(unsigned char)t->data.p[n]);
        json_array_append_new(records, json_pack("{s:i, s:i, s:i, s:o, s:o}", "usage", t->usage,
                                                 "selector", t->selector, "matching", t->matching,
                                                 "data", output_str(buf_str(&b)), "fault",
                                                 t->fault == TLSA_FINE
                                                     ? json_null()
                                                     : named(&TLSA_FAULT_NAMES, (int)t->fault)));
        buf_done(&b);
    }
    return json_pack("{s:o, s:o, s:o}", "host", output_str(d->host), "state",
                     named(&DOMAIN_DANE_STATE_NAMES, (int)d->state), "records", records);
}

static json_t *policy_json(const struct domain_mta_sts *m)
{
    const struct mta_sts_policy *p = &m->policy;
    if (!m->read)
        return json_null();
    return json_pack(
        "{s:o, s:I, s:o, s:o, s:i}", "mode", named(&MTA_STS_MODE_NAMES, (int)p->mode), "max_age",
        (json_int_t)p->max_age_s, "mx", strs_json(p->mx, p->mx_count), "fault",
        p->fault == MTA_STS_FINE ? json_null() : named(&MTA_STS_FAULT_NAMES, (int)p->fault), "line",
        (int)p->line);
}

static json_t *mta_sts_json(const struct domain_mta_sts *m)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "state",
                     named(&DOMAIN_TXT_STATE_NAMES, (int)m->record.state), "id", output_str(m->id),
                     "url", output_str(str_from(m->url)), "fetched",
                     m->page ? named(&WEB_OUTCOME_NAMES, (int)m->page->outcome) : json_null(),
                     "policy", policy_json(m));
}

/* ---- who may send ---- */

static json_t *spf_json(const struct domain_look *look)
{
    bool checked = look->spf_checked;
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o}", "state", named(&DOMAIN_TXT_STATE_NAMES, (int)look->spf.state),
        "record", output_str(look->spf.text), "stranger",
        checked ? named(&AUTH_RESULT_NAMES, (int)look->spf_check.result) : json_null(), "why",
        checked ? named(&SPF_WHY_NAMES, (int)look->spf_check.why) : json_null(), "lookups",
        checked ? json_integer((json_int_t)look->spf_check.lookups) : json_null());
}

static json_t *dmarc_json(const struct dmarc_result *r)
{
    bool found = r->found != NULL;
    return json_pack("{s:o, s:o, s:o, s:o}", "result", named(&AUTH_RESULT_NAMES, (int)r->result),
                     "policy", named(&DMARC_POLICY_NAMES, (int)r->policy), "record",
                     output_str(found ? r->found->record.text : STR_NONE), "found_at",
                     output_str(found ? r->found->domain : STR_NONE));
}

static json_t *dkim_json(str selector, const struct dkim_key *key)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:i, s:o}", "selector", output_str(selector), "result",
                     named(&AUTH_RESULT_NAMES, (int)key->result), "record", output_str(key->record),
                     "type", output_str(key->type), "bits", (int)key->bits, "sentence",
                     output_str(key->sentence));
}

/* ---- all ---- */

static json_t *service_json(const struct domain_service *s)
{
    json_t *hosts = json_array();
    for (size_t i = 0; i < s->count; i++)
        json_array_append_new(
            hosts, json_pack("{s:o, s:i, s:i, s:i}", "host", output_str(s->hosts[i].target), "port",
                             (int)s->hosts[i].port, "priority", (int)s->hosts[i].priority, "weight",
                             (int)s->hosts[i].weight));
    return json_pack("{s:o, s:o, s:o}", "service", output_str(s->label), "state",
                     named(&DOMAIN_SERVICE_STATE_NAMES, (int)s->state), "hosts", hosts);
}

static json_t *fact_json(const struct domain_fact *fact)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:b}", "id", output_str(fact->id),
                     "about", output_str(fact->about), "state",
                     named(&DOMAIN_VERDICT_NAMES, (int)fact->verdict), "minor", fact->minor, "text",
                     output_str(fact->text), "evidence",
                     strs_json(fact->evidence, fact->evidence_count), "paste",
                     strs_json(fact->paste, fact->paste_count), "wished", fact->wished);
}

json_t *domain_report_json(const struct domain_look *look, const struct domain_facts *facts,
                           size_t questions)
{
    json_t *reverse = json_array(), *dane = json_array(), *services = json_array(),
           *rows = json_array(), *dkim = json_array();
    for (size_t i = 0; i < look->reverse_count; i++)
        json_array_append_new(reverse, reverse_json(&look->reverse[i]));
    for (size_t i = 0; i < look->dane_count; i++)
        json_array_append_new(dane, dane_json(&look->dane[i]));
    for (size_t i = 0; i < DOMAIN_SERVICES && !look->reserved; i++)
        json_array_append_new(services, service_json(&look->services[i]));
    for (size_t i = 0; i < look->dkim_count; i++)
        json_array_append_new(dkim, dkim_json(look->selectors[i], &look->dkim[i]));
    for (size_t i = 0; i < facts->count; i++)
        json_array_append_new(rows, fact_json(&facts->rows[i]));
    json_t *dnssec = json_pack("{s:o, s:o}", "state",
                               named(&DOMAIN_DNSSEC_STATE_NAMES, (int)look->dnssec), "why",
                               output_str(look->dnssec_why));
    json_t *tls_rpt = json_pack("{s:o, s:o}", "state",
                                named(&DOMAIN_TXT_STATE_NAMES, (int)look->tls_rpt.state), "rua",
                                strs_json(look->reports, look->report_count));
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:I}",
        "schema", "baton.domain/1", "domain", output_str(look->domain), "state",
        named(&DOMAIN_VERDICT_NAMES, (int)facts->verdict), "mx", mx_json(&look->mx), "reverse",
        reverse, "delegation", delegation_json(look), "changes", changes_json(look), "dnssec",
        dnssec, "dane", dane, "mta_sts", mta_sts_json(&look->mta_sts), "tls_rpt", tls_rpt, "spf",
        spf_json(look), "dmarc", dmarc_json(&look->dmarc), "dkim", dkim, "services", services,
        "facts", rows, "questions", (json_int_t)questions);
}
