/* SPDX-License-Identifier: ISC */
/* net/dns_wire.c - ldns as a codec */
#include "net/dns_wire.h"

/* ldns's headers name these two, which OpenSSL hides where nothing deprecated is wanted. Nothing of
 * ldns that touches them is called here. */
typedef struct rsa_st RSA;
typedef struct dsa_st DSA;
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_OCTETS 12
/* CNAMEs one after the other; ordinary zones have one or two. */
#define CHAIN_MAX 16

static void pkt_freep(ldns_pkt **p)
{
    ldns_pkt_free(*p);
}

static ldns_rdf *name_of(str name)
{
    char text[DNS_ESCAPED_MAX];
    if (name.n >= sizeof(text) || str_find_octet(name, '\0') != STR_NOT_FOUND)
        return NULL;
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    return ldns_dname_new_frm_str(name.n > 0 ? text : ".");
}

bool net_dns_query(const struct dns_question *q, uint16_t id, bool edns, struct buf *out,
                   struct err *e)
{
    ldns_rdf *name = name_of(q->name);
    if (!name)
        return err_set(e, ERR_SYNTAX, "asking DNS: the name is empty, too long or malformed");
    AUTO(pkt_freep)
    ldns_pkt *pkt = ldns_pkt_query_new(name, (ldns_rr_type)q->type, LDNS_RR_CLASS_IN,
                                       q->way == DNS_BY_SERVER ? 0 : LDNS_RD);
    if (!pkt) {
        ldns_rdf_deep_free(name);
        return err_memory(e, "a DNS query");
    }
    ldns_pkt_set_id(pkt, id);
    if (edns)
        ldns_pkt_set_edns_udp_size(pkt, NET_DNS_UDP_OCTETS);
    ldns_pkt_set_cd(pkt, q->way == DNS_BY_VALIDATOR);
    ldns_pkt_set_edns_do(pkt, edns && q->way == DNS_BY_VALIDATOR);
    uint8_t *octets = NULL;
    size_t n = 0;
    if (ldns_pkt2wire(&octets, pkt, &n) != LDNS_STATUS_OK)
        return err_memory(e, "a DNS query");
    bool ok = buf_add(out, (str){ (char *)octets, n });
    free(octets);
    return ok || err_memory(e, "a DNS query");
}

/* ---- records ---- */

/* Lower case, without the dot at the end. */
static bool take_name(struct arena *memory, const ldns_rdf *name, str *out)
{
    char *text = name ? ldns_rdf2str(name) : NULL;
    if (!text)
        return false;
    str s = str_from(text);
    if (str_ends_nocase(s, STR(".")))
        s.n--;
    for (size_t i = 0; i < s.n; i++)
        text[i] = to_lower(text[i]);
    *out = arena_dup(memory, s);
    free(text);
    return out->p != NULL;
}

static uint16_t number_at(const ldns_rr *rr, size_t at)
{
    const ldns_rdf *rdf = ldns_rr_rdf(rr, at);
    return rdf && ldns_rdf_size(rdf) == 2 ? ldns_rdf2native_int16(rdf) : 0;
}

static uint32_t wide_number_at(const ldns_rr *rr, size_t at)
{
    const ldns_rdf *rdf = ldns_rr_rdf(rr, at);
    return rdf && ldns_rdf_size(rdf) == 4 ? ldns_rdf2native_int32(rdf) : 0;
}

/* All fields one after the other; skip: the length octet that character-strings begin with. */
static bool take_data(struct arena *memory, const ldns_rr *rr, size_t skip, str *out)
{
    size_t n = 0;
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
        n += ldns_rdf_size(ldns_rr_rdf(rr, i)) - skip;
    char *p = arena_alloc(memory, n + 1);
    if (!p)
        return false;
    *out = (str){ p, n };
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        const ldns_rdf *rdf = ldns_rr_rdf(rr, i);
        memcpy(p, ldns_rdf_data(rdf) + skip, ldns_rdf_size(rdf) - skip);
        p += ldns_rdf_size(rdf) - skip;
    }
    return true;
}

static bool take_ip(const ldns_rr *rr, enum ip_family family, size_t n, struct ip *out)
{
    const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);
    if (!rdf || ldns_rdf_size(rdf) != n)
        return false;
    out->family = family;
    memcpy(out->octets, ldns_rdf_data(rdf), n);
    return true;
}

/* Where the target's name stands among a record's fields. */
static size_t name_at(enum dns_type type)
{
    return type == DNS_SRV ? 3 : type == DNS_MX ? 1 : 0;
}

static bool take_record(struct arena *memory, const ldns_rr *rr, struct dns_record *out)
{
    out->type = (enum dns_type)ldns_rr_get_type(rr);
    out->ttl_s = ldns_rr_ttl(rr);
    switch (out->type) {
    case DNS_A: return take_ip(rr, IP_V4, 4, &out->ip);
    case DNS_AAAA: return take_ip(rr, IP_V6, 16, &out->ip);
    case DNS_TXT: return take_data(memory, rr, 1, &out->data);
    case DNS_TLSA: return take_data(memory, rr, 0, &out->data);
    case DNS_SRV:
        out->weight = number_at(rr, 1);
        out->port = number_at(rr, 2);
        out->priority = number_at(rr, 0);
        break;
    case DNS_MX: out->priority = number_at(rr, 0); break;
    case DNS_DS:
    case DNS_DNSKEY: return take_data(memory, rr, 0, &out->data);
    case DNS_SOA:
        out->serial = wide_number_at(rr, 2);
        out->minimum_s = wide_number_at(rr, 6);
        break;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR: break;
    }
    return take_name(memory, ldns_rr_rdf(rr, name_at(out->type)), &out->name);
}

/* ---- answers ---- */

static const struct code_row {
    ldns_pkt_rcode rcode;
    enum dns_code code;
} CODES[] = {
    { LDNS_RCODE_NOERROR, DNS_OK },
    { LDNS_RCODE_NXDOMAIN, DNS_NXDOMAIN },
    { LDNS_RCODE_SERVFAIL, DNS_SERVFAIL },
    { LDNS_RCODE_REFUSED, DNS_REFUSED },
};

static enum dns_code code_of(const ldns_pkt *pkt)
{
    for (size_t i = 0; i < COUNT_OF(CODES); i++)
        if (CODES[i].rcode == ldns_pkt_get_rcode(pkt))
            return CODES[i].code;
    return DNS_BROKEN;
}

static bool is_rr(const ldns_rr *rr, const ldns_rdf *owner, unsigned type)
{
    return ldns_rr_get_type(rr) == (ldns_rr_type)type &&
           ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
           ldns_dname_compare(ldns_rr_owner(rr), owner) == 0;
}

/* A server that fails may leave the question out; one that answers may not. */
static bool same_question(const ldns_pkt *pkt, const ldns_rdf *name, enum dns_type type)
{
    const ldns_rr_list *questions = ldns_pkt_question(pkt);
    if (ldns_rr_list_rr_count(questions) == 0)
        return ldns_pkt_get_rcode(pkt) != LDNS_RCODE_NOERROR &&
               ldns_pkt_get_rcode(pkt) != LDNS_RCODE_NXDOMAIN;
    return ldns_rr_list_rr_count(questions) == 1 &&
           is_rr(ldns_rr_list_rr(questions, 0), name, type);
}

static void lower(uint32_t *ttl_s, uint32_t other_s)
{
    if (other_s < *ttl_s)
        *ttl_s = other_s;
}

/* The name at the end of the CNAMEs that begin at name; NULL when they go round. */
static const ldns_rdf *follow(const ldns_rr_list *answers, const ldns_rdf *name, uint32_t *ttl_s)
{
    for (unsigned steps = 0; steps <= CHAIN_MAX; steps++) {
        const ldns_rdf *next = NULL;
        for (size_t i = 0; i < ldns_rr_list_rr_count(answers) && !next; i++) {
            const ldns_rr *rr = ldns_rr_list_rr(answers, i);
            if (!is_rr(rr, name, DNS_CNAME))
                continue;
            next = ldns_rr_rdf(rr, 0);
            lower(ttl_s, ldns_rr_ttl(rr));
        }
        if (!next)
            return name;
        name = next;
    }
    return NULL;
}

/* RFC 2308 section 5: the smaller of the SOA's own TTL and its last field. */
static void negative_ttl(const ldns_pkt *pkt, uint32_t *ttl_s)
{
    const ldns_rr_list *authority = ldns_pkt_authority(pkt);
    for (size_t i = 0; i < ldns_rr_list_rr_count(authority); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(authority, i);
        const ldns_rdf *minimum = ldns_rr_rdf(rr, 6);
        if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA || !minimum)
            continue;
        lower(ttl_s, ldns_rr_ttl(rr));
        lower(ttl_s, ldns_rdf2native_int32(minimum));
    }
}

static bool take_records(const ldns_rr_list *answers, const ldns_rdf *owner, struct arena *memory,
                         struct dns_answer *out)
{
    size_t room = ldns_rr_list_rr_count(answers);
    struct dns_record *records = arena_alloc(memory, (room + 1) * sizeof(*records));
    if (!records)
        return false;
    for (size_t i = 0; i < room; i++) {
        const ldns_rr *rr = ldns_rr_list_rr(answers, i);
        if (!is_rr(rr, owner, out->question.type))
            continue;
        if (!take_record(memory, rr, &records[out->count]))
            return false;
        lower(&out->ttl_s, ldns_rr_ttl(rr));
        out->count++;
    }
    out->records = records;
    return true;
}

/* What stands beside the answer: records of two types, with their owners. Those that cannot be read are left
 * out: nothing rests on them alone. */
static const struct dns_record *take_beside(const ldns_rr_list *list, enum dns_type one,
                                            enum dns_type other, struct arena *memory,
                                            size_t *count)
{
    size_t room = ldns_rr_list_rr_count(list);
    struct dns_record *records = room > 0 ? arena_alloc(memory, room * sizeof(*records)) : NULL;
    *count = 0;
    for (size_t i = 0; records && i < room; i++) {
        const ldns_rr *rr = ldns_rr_list_rr(list, i);
        ldns_rr_type type = ldns_rr_get_type(rr);
        struct dns_record r = { 0 };
        if ((type == (ldns_rr_type)one || type == (ldns_rr_type)other) &&
            ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
            take_name(memory, ldns_rr_owner(rr), &r.owner) && take_record(memory, rr, &r))
            records[(*count)++] = r;
    }
    return records;
}

static void take_answer(const ldns_pkt *pkt, const ldns_rdf *name, struct arena *memory,
                        struct dns_answer *out)
{
    const ldns_rr_list *answers = ldns_pkt_answer(pkt);
    out->code = code_of(pkt);
    out->ttl_s = UINT32_MAX;
    if (out->code == DNS_OK || out->code == DNS_NXDOMAIN) {
        const ldns_rdf *owner = out->question.type == DNS_CNAME
                                    ? name
                                    : follow(answers, name, &out->ttl_s);
        if (!owner || !take_name(memory, owner, &out->canonical) ||
            (out->code == DNS_OK && !take_records(answers, owner, memory, out)))
            *out = (struct dns_answer){ .question = out->question, .code = DNS_BROKEN };
        else if (out->count == 0)
            negative_ttl(pkt, &out->ttl_s);
    }
    if (out->ttl_s == UINT32_MAX)
        out->ttl_s = 0;
    out->authoritative = ldns_pkt_aa(pkt);
    out->authority = take_beside(ldns_pkt_authority(pkt), DNS_NS, DNS_SOA, memory,
                                 &out->authority_count);
    out->additional = take_beside(ldns_pkt_additional(pkt), DNS_A, DNS_AAAA, memory,
                                  &out->additional_count);
}

/* ---- sizes ---- */

/* Octets from at to the end of a name, or of the first pointer in it; n - at when it has no end. */
static size_t name_octets(const uint8_t *p, size_t n, size_t at)
{
    size_t begin = at;
    while (at < n && p[at] != 0 && p[at] < 0xc0)
        at += 1u + p[at];
    size_t end = at < n && p[at] >= 0xc0 ? at + 2 : at + 1;
    return (end < n ? end : n) - begin;
}

static bool fits(unsigned type, size_t octets)
{
    return (type != DNS_A || octets == 4) && (type != DNS_AAAA || octets == 16);
}

/* Addresses have the octets they must have: ldns takes the first ones of a longer record. For a message that
 * ldns could read. */
static bool addresses_fit(const uint8_t *p, size_t n)
{
    enum { FIXED = 10 }; /* type, class, TTL, length (RFC 1035 section 4.1.3) */
    size_t at = HEADER_OCTETS;
    for (unsigned i = 0; i < LDNS_QDCOUNT(p) && at < n; i++)
        at += name_octets(p, n, at) + 4;
    size_t records = (size_t)LDNS_ANCOUNT(p) + LDNS_NSCOUNT(p) + LDNS_ARCOUNT(p);
    for (size_t i = 0; i < records && at < n; i++) {
        at += name_octets(p, n, at);
        if (at + FIXED > n)
            return false;
        size_t octets = ldns_read_uint16(p + at + 8);
        if (!fits(ldns_read_uint16(p + at), octets))
            return false;
        at += FIXED + octets;
    }
    return true;
}

bool net_dns_is_ours(str message, uint16_t id)
{
    const uint8_t *octets = (const uint8_t *)message.p;
    return message.n >= HEADER_OCTETS && LDNS_ID_WIRE(octets) == id && LDNS_QR_WIRE(octets);
}

enum net_dns_read net_dns_answer(str message, const struct dns_question *q, uint16_t id,
                                 struct arena *memory, struct dns_answer *out)
{
    const uint8_t *octets = (const uint8_t *)message.p;
    if (!net_dns_is_ours(message, id))
        return NET_DNS_NOT_OURS;
    if (LDNS_TC_WIRE(octets))
        return NET_DNS_TRUNCATED;
    AUTO(pkt_freep) ldns_pkt *pkt = NULL;
    if (ldns_wire2pkt(&pkt, octets, message.n) != LDNS_STATUS_OK ||
        !addresses_fit(octets, message.n))
        return NET_DNS_STRANGE;
    ldns_rdf *name = name_of(q->name);
    enum net_dns_read read = NET_DNS_STRANGE;
    if (name && same_question(pkt, name, q->type)) {
        ldns_pkt_rcode rcode = ldns_pkt_get_rcode(pkt);
        bool no_edns = rcode == LDNS_RCODE_FORMERR || rcode == LDNS_RCODE_NOTIMPL;
        read = no_edns ? NET_DNS_NO_EDNS : NET_DNS_ANSWER;
        *out = (struct dns_answer){ .question = *q };
        take_answer(pkt, name, memory, out);
    }
    ldns_rdf_deep_free(name);
    return read;
}
