/* SPDX-License-Identifier: ISC */
/* A message up to the first octet 0xff, then the key record of every selector. Whatever comes: a result for every
 * signature, the one of its reason; what passes holds in both halves and covers From; and what should be published can
 * be read again as a key. */
#include "mailauth/dkim.h"
#include <assert.h>

static struct dns_record record;

/* co.example sells names. */
static enum dns_suffix_answer look(const char *name, size_t *at)
{
    *at = 0;
    return str_eq(str_from(name), STR("co.example")) ? DNS_PUBLIC_SUFFIX : DNS_REGISTRABLE;
}
static const struct dns_suffixes SUFFIXES = { look };

static void answer(struct dns_known *k)
{
    struct dns_question q;
    while (dns_known_next(k, &q)) {
        struct dns_answer a = { .question = q, .records = &record, .count = 1 };
        (void)dns_known_put(k, &a);
    }
}

static void check_publish(const struct dkim_key *key, struct arena *memory)
{
    struct dkim_key again = *key;
    str text = dkim_key_publish(key, memory);
    again.record = text;
    if (text.n > 0)
        assert(str_eq(dkim_key_publish(&again, memory), text));
    assert(key->result != AUTH_PASS || text.n > 0);
}

/* What passed is told once each, as far as there is room. */
static void check_domains(const struct dkim_verdict *v)
{
    str domains[COUNT_OF(v->signatures)], one;
    size_t n = dkim_pass_domains(v, domains, COUNT_OF(domains));
    assert((n > 0) == (v->result == AUTH_PASS));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            assert(!str_eq(domains[i], domains[j]));
    assert(dkim_pass_domains(v, &one, 1) == (n > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dkim_verdict v;
    struct arena memory;
    struct mail_header h;
    str rest = { (const char *)data, size }, message = str_cut(&rest, (char)0xff);
    struct dkim_options o = { .now_s = 1700000000, .suffixes = &SUFFIXES };
    struct dns_known *k = dns_known_new(1 << 20);
    record = (struct dns_record){ .type = DNS_TXT, .data = rest };
    arena_init(&memory, 32 << 20);
    if (k && mail_header_read(message, &memory, &h, NULL)) {
        if (!dkim_verify(k, &h, &o, &memory, &v)) {
            answer(k);
            bool all = dkim_verify(k, &h, &o, &memory, &v);
            assert(all);
        }
        assert((v.result == AUTH_NONE) == (v.count == 0));
        check_domains(&v);
        for (size_t i = 0; i < v.count; i++) {
            const struct dkim_signature *s = &v.signatures[i];
            assert(s->result == dkim_reason_result(s->reason) && s->sentence.n > 0);
            assert(s->result != AUTH_PASS ||
                   (s->body_holds == DKIM_YES && s->header_holds == DKIM_YES && s->covers_from));
            check_publish(&s->key, &memory);
        }
    }
    dns_known_free(k);
    arena_done(&memory);
    return 0;
}
