/* SPDX-License-Identifier: ISC */
#include "dns/whoami.h"

static bool is_good(const struct dns_answer *a)
{
    return a && a->code == DNS_OK && a->trust != DNS_BOGUS;
}

/* The first address in an answer: a record of its own, or a text that is nothing else. */
static bool address_in(const struct dns_answer *a, struct ip *out)
{
    for (size_t i = 0; is_good(a) && i < a->count; i++) {
        const struct dns_record *r = &a->records[i];
        if (r->type == DNS_A)
            *out = r->ip;
        if (r->type == DNS_A || (r->type == DNS_TXT && ip_parse(str_trim(r->data), out)))
            return true;
    }
    return false;
}

static str parent_of(str name)
{
    size_t dot = str_find_octet(name, '.');
    return dot == STR_NOT_FOUND ? STR_NONE : str_skip(name, dot + 1);
}

/* The first name server of the smallest zone that the name lies in, the root and its children aside; empty:
 * none. False: answers are missing. */
static bool find_server(struct dns_known *k, str name, str *server)
{
    bool complete = true;
    *server = STR_NONE;
    for (str at = name; str_find_octet(at, '.') != STR_NOT_FOUND; at = parent_of(at)) {
        const struct dns_answer *a = dns_known_ask(k, at, DNS_NS);
        complete &= a != NULL;
        for (size_t i = 0; is_good(a) && i < a->count && !server->n; i++)
            if (a->records[i].type == DNS_NS)
                *server = a->records[i].name;
    }
    return complete;
}

/* A and TXT are asked side by side: which of them a name has is its own matter. */
static bool ask(struct dns_known *k, struct dns_question q, struct ip *out)
{
    q.type = DNS_A;
    const struct dns_answer *a = dns_known_get(k, &q);
    q.type = DNS_TXT;
    const struct dns_answer *txt = dns_known_get(k, &q);
    *out = (struct ip){ .family = IP_NONE };
    if (!address_in(a, out))
        (void)address_in(txt, out);
    return a && txt;
}

bool dns_whoami(struct dns_known *k, str name, struct dns_whoami *out)
{
    str server;
    struct ip resolved;
    *out = (struct dns_whoami){ .ip = { .family = IP_NONE } };
    bool complete = ask(k, (struct dns_question){ .name = name }, &resolved);
    complete &= find_server(k, name, &server);
    if (!complete)
        return false;
    if (server.n) {
        const struct dns_answer *a = dns_known_ask(k, server, DNS_A);
        if (!a)
            return false;
        (void)address_in(a, &out->server);
    }
    if (out->server.family != IP_NONE &&
        !ask(k, (struct dns_question){ .name = name, .way = DNS_BY_SERVER, .at = out->server },
             &out->ip))
        return false;
    out->through_resolver = out->ip.family == IP_NONE && resolved.family != IP_NONE;
    if (out->through_resolver)
        out->ip = resolved;
    return true;
}
