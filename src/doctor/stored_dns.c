/* SPDX-License-Identifier: ISC */
/*
 * doctor/stored_dns.c - the list "dns" of a stored document, read back into a table
 */
#include "dns/record_text.h"
#include "doctor/report_dns.h"
#include <stdio.h>

/* Owned by the document, until the table has its copy. */
static str text_at(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

static bool bad(struct err *e, size_t index, const char *key)
{
    return err_set(e, ERR_SYNTAX,
                   "reading a stored report: dns[%zu]: '%s' is missing or not understood", index,
                   key);
}

static bool read_number(const json_t *o, const char *key, uint32_t *out)
{
    const json_t *v = json_object_get(o, key);
    json_int_t n = json_integer_value(v);
    if (!json_is_integer(v) || n < 0 || n > (json_int_t)UINT32_MAX)
        return false;
    *out = (uint32_t)n;
    return true;
}

static bool read_ip(const json_t *o, const char *key, struct ip *out)
{
    str text = text_at(o, key);
    return !text.n || ip_parse(text, out);
}

static bool read_records(const json_t *o, const char *key, struct arena *a,
                         const struct dns_record **out, size_t *count)
{
    const json_t *list = json_object_get(o, key);
    size_t n = json_array_size(list);
    struct dns_record *records = arena_alloc(a, (n + 1) * sizeof *records);
    if (!json_is_array(list) || !records)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_string(v) ||
            !dns_record_from_text((str){ json_string_value(v), json_string_length(v) }, a,
                                  &records[i]))
            return false;
    }
    *out = records;
    *count = n;
    return true;
}

/* The key that cannot be read; NULL: all can. */
static const char *read_question(const json_t *o, struct dns_question *q)
{
    int type, way;
    if (!names_find(&DNS_TYPE_NAMES, text_at(o, "type"), &type))
        return "type";
    if (!names_find(&DNS_WAY_NAMES, text_at(o, "way"), &way))
        return "way";
    q->name = text_at(o, "name"); /* absent: the root */
    if (!dns_name_is_escaped(q->name))
        return "name";
    q->type = (enum dns_type)type;
    q->way = (enum dns_way)way;
    return read_ip(o, "at", &q->at) ? NULL : "at";
}

static const char *read_answer(const json_t *o, struct arena *a, struct dns_answer *out)
{
    int code, trust;
    const char *wrong = read_question(o, &out->question);
    if (wrong)
        return wrong;
    if (!names_find(&DNS_CODE_NAMES, text_at(o, "code"), &code))
        return "code";
    if (!names_find(&DNS_TRUST_NAMES, text_at(o, "trust"), &trust))
        return "trust";
    if (!read_number(o, "ttl_s", &out->ttl_s))
        return "ttl_s";
    if (!read_number(o, "took_ms", &out->took_ms))
        return "took_ms";
    if (!read_ip(o, "server", &out->server))
        return "server";
    out->code = (enum dns_code)code;
    out->trust = (enum dns_trust)trust;
    out->authoritative = json_is_true(json_object_get(o, "authoritative"));
    out->canonical = text_at(o, "canonical");
    if (!dns_name_is_escaped(out->canonical))
        return "canonical";
    out->why_bogus = text_at(o, "why_bogus");
    if (!read_records(o, "records", a, &out->records, &out->count))
        return "records";
    if (!read_records(o, "authority", a, &out->authority, &out->authority_count))
        return "authority";
    return read_records(o, "additional", a, &out->additional, &out->additional_count)
               ? NULL
               : "additional";
}

bool doctor_dns_stored_read(const json_t *list, struct dns_known *k, struct err *e)
{
    bool ok = k || !json_array_size(list) ||
              err_set(e, ERR_LIMIT, "reading a stored report: there is no room for 'dns'");
    struct arena memory; /* of one row at a time would be enough */
    arena_init(&memory, (size_t)16 << 20);
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        struct dns_answer a = { .ttl_s = 0 };
        const char *wrong = read_answer(json_array_get(list, i), &memory, &a);
        if (wrong)
            ok = bad(e, i, wrong);
        else if (!dns_known_put(k, &a))
            ok = err_set(e, ERR_LIMIT, "reading a stored report: dns[%zu]: more answers than fit",
                         i);
    }
    arena_done(&memory);
    return ok;
}
