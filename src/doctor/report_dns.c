/* SPDX-License-Identifier: ISC */
#include "doctor/report_dns.h"
#include "base/escape.h"
#include "dns/record_text.h"
#include <stdio.h>

enum { RECORDS_SAID = 8, RECORD_SAID_MAX = 300 };

const char *doctor_id_text(unsigned id, char out[DOCTOR_ID_TEXT_MAX])
{
    if (id >= DOCTOR_CONFIG_ID)
        snprintf(out, DOCTOR_ID_TEXT_MAX, "m%u", id - DOCTOR_CONFIG_ID + 1);
    else if (id >= DOCTOR_DNS_ID)
        snprintf(out, DOCTOR_ID_TEXT_MAX, "d%u", id - DOCTOR_DNS_ID + 1);
    else
        snprintf(out, DOCTOR_ID_TEXT_MAX, "e%u", id);
    return out;
}

/* ------------------------------------------------------------------------------------------------
 * In words
 */
static void add_asked(const struct dns_answer *a, str name, bool of_nobody, struct buf *b)
{
    char ip[IP_TEXT_MAX];
    const struct dns_question *q = &a->question;
    escape_line(name, b);
    if (q->way != DNS_BY_SYSTEM)
        buf_addf(b, " %.*s", STR_ARG(names_of(&DNS_TYPE_NAMES, (int)q->type)));
    if (q->way == DNS_BY_SYSTEM)
        buf_add(b, STR(", as this machine's programs see it, hosts file included"));
    if (q->way == DNS_BY_SERVER && of_nobody)
        buf_add(b, STR(", asked of one name server straight"));
    else if (q->way == DNS_BY_SERVER)
        buf_addf(b, ", asked of the name server at %s", ip_text(&q->at, ip));
    buf_add(b, STR(": "));
}

static void add_records(const struct dns_answer *a, struct buf *b)
{
    size_t shown = a->count < RECORDS_SAID ? a->count : RECORDS_SAID;
    for (size_t i = 0; i < shown; i++) {
        struct buf one;
        buf_init(&one, (size_t)1 << 19);
        dns_record_value_text(&a->records[i], &one);
        buf_addf(b, "%s%.*s%s", i ? ", " : "", STR_ARG(str_take(buf_str(&one), RECORD_SAID_MAX)),
                 one.n > RECORD_SAID_MAX ? " ..." : "");
        buf_done(&one);
    }
    if (a->count > shown)
        buf_addf(b, " and %zu more", a->count - shown);
}

static str failure_words(const struct dns_answer *a)
{
    static const str WORDS[] = {
        [DNS_OK] = STR_INIT("there is no such record"),
        [DNS_NXDOMAIN] = STR_INIT("there is no such name"),
        [DNS_SERVFAIL] = STR_INIT("the server could not find out"),
        [DNS_REFUSED] = STR_INIT("the server refused to answer"),
        [DNS_TIMEOUT] = STR_INIT("no answer came"),
        [DNS_BROKEN] = STR_INIT("the answer could not be read"),
        [DNS_UNREACHABLE] = STR_INIT("there is no way to the server from here"),
    };
    return WORDS[a->code];
}

static str said(const struct dns_answer *answer, str name, bool of_nobody, struct arena *a)
{
    struct buf b;
    buf_init(&b, (size_t)2 * DNS_ESCAPED_MAX + RECORDS_SAID * 2 * RECORD_SAID_MAX);
    add_asked(answer, name, of_nobody, &b);
    if (answer->code != DNS_OK || answer->count == 0)
        buf_add(&b, failure_words(answer));
    else if (of_nobody)
        buf_addf(&b, "%zu record%s", answer->count, answer->count > 1 ? "s" : "");
    else
        add_records(answer, &b);
    if (answer->trust == DNS_BOGUS)
        buf_add(&b, STR("; its DNSSEC signature is not valid"));
    if (answer->trust == DNS_BOGUS && answer->why_bogus.n && !of_nobody) {
        buf_add(&b, STR(": "));
        escape_line(str_take(answer->why_bogus, RECORD_SAID_MAX), &b);
    }
    str words = arena_dup(a, buf_str(&b));
    buf_done(&b);
    return words;
}

str doctor_answer_said(const struct dns_answer *answer, struct arena *a)
{
    return said(answer, answer->question.name, false, a);
}

str doctor_answer_said_of_nobody(const struct dns_answer *answer, str name, struct arena *a)
{
    return said(answer, name, true, a);
}

/* ------------------------------------------------------------------------------------------------
 * In the document
 */
static json_t *text_of(str s)
{
    struct buf b;
    if (!s.n)
        return json_null();
    buf_init(&b, (size_t)8 * s.n + 64);
    escape_line(s, &b);
    json_t *t = json_stringn(b.p ? b.p : "", b.n);
    buf_done(&b);
    return t ? t : json_null();
}

/* ASCII, in the escapes of RFC 1035, which are not escaped once more. */
static json_t *dns_name_of(str name)
{
    json_t *t = name.n ? json_stringn(name.p, name.n) : NULL;
    return t ? t : json_null();
}

static json_t *ip_of(const struct ip *ip)
{
    char text[IP_TEXT_MAX];
    return text_of(str_from(ip_text(ip, text)));
}

static json_t *records_of(const struct dns_record *records, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        struct buf b;
        buf_init(&b, (size_t)1 << 19);
        if (dns_record_text(&records[i], &b))
            json_array_append_new(list, json_stringn(b.p, b.n));
        buf_done(&b);
    }
    return list;
}

static json_t *name_of(const struct names *t, int value)
{
    return text_of(names_of(t, value));
}

static json_t *answer_of(const struct dns_answer *a, unsigned id)
{
    char text[DOCTOR_ID_TEXT_MAX];
    const struct dns_question *q = &a->question;
    json_t *o = json_object();
    json_object_set_new(o, "id", json_string(doctor_id_text(id, text)));
    json_object_set_new(o, "name", dns_name_of(q->name));
    json_object_set_new(o, "type", name_of(&DNS_TYPE_NAMES, (int)q->type));
    json_object_set_new(o, "way", name_of(&DNS_WAY_NAMES, (int)q->way));
    json_object_set_new(o, "at", ip_of(&q->at));
    json_object_set_new(o, "code", name_of(&DNS_CODE_NAMES, (int)a->code));
    json_object_set_new(o, "trust", name_of(&DNS_TRUST_NAMES, (int)a->trust));
    json_object_set_new(o, "why_bogus", text_of(a->why_bogus));
    json_object_set_new(o, "ttl_s", json_integer(a->ttl_s));
    json_object_set_new(o, "server", ip_of(&a->server));
    json_object_set_new(o, "authoritative", json_boolean(a->authoritative));
    json_object_set_new(o, "canonical", dns_name_of(a->canonical));
    json_object_set_new(o, "records", records_of(a->records, a->count));
    json_object_set_new(o, "authority", records_of(a->authority, a->authority_count));
    json_object_set_new(o, "additional", records_of(a->additional, a->additional_count));
    json_object_set_new(o, "took_ms", json_integer(a->took_ms));
    return o;
}

json_t *doctor_dns_document(const struct dns_known *k)
{
    json_t *list = json_array();
    size_t n = k ? dns_known_count(k) : 0;
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, answer_of(dns_known_at(k, i), DOCTOR_DNS_ID + (unsigned)i));
    return list;
}
