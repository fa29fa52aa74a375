/* SPDX-License-Identifier: ISC */
/* The input is the key record of a selector: what passes has a key of a known size, and can be published. */
#include "mailauth/dkim.h"
#include <assert.h>

#define LABEL "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."

static struct arena memory;

static struct dkim_key look(const struct dns_record *records, size_t count, enum dns_code code,
                            enum dns_trust trust, str selector, str domain)
{
    struct dkim_key key;
    struct dkim_options o = { .now_s = 0 };
    struct dns_known *k = dns_known_new(1 << 20);
    struct dns_answer a = { .question = { .name = STR("s._domainkey.a.example"), .type = DNS_TXT },
                            .code = code,
                            .trust = trust,
                            .records = records,
                            .count = count };
    assert(k && dns_known_put(k, &a));
    bool known = dkim_key_look(k, selector, domain, &o, &memory, &key);
    assert(known && key.result == dkim_reason_result(key.reason) && key.sentence.n > 0);
    assert((dkim_key_notes(&key) & DKIM_NOTE_WEAK_KEY) == 0 || key.bits < 2048);
    key.record = arena_dup(&memory, key.record);
    key.hashes = key.services = key.granularity = STR_NONE;
    dns_known_free(k);
    return key;
}

static void check_one(const struct dns_record *record)
{
    struct dkim_key key = look(record, 1, DNS_OK, DNS_UNCHECKED, STR("s"), STR("a.example"));
    str text = dkim_key_publish(&key, &memory);
    if (key.result != AUTH_PASS)
        return;
    assert(key.octets.n > 0 && text.n > 0);
    assert(key.bits == 256 || (key.bits >= 1024 && key.bits <= 8192));
    assert(key.keys + key.others == 1);
}

/* Where there is no answer there is no key, whatever stands in the records. */
static void check_others(const struct dns_record *records)
{
    str s = STR("s"), d = STR("a.example");
    struct dkim_key key = look(records, 2, DNS_OK, DNS_UNCHECKED, s, d);
    assert(key.result != AUTH_PASS);
    key = look(records, 1, DNS_NXDOMAIN, DNS_UNCHECKED, s, d);
    assert(key.reason == DKIM_NO_KEY);
    key = look(records, 0, DNS_OK, DNS_UNCHECKED, s, d);
    assert(key.reason == DKIM_NO_KEY);
    key = look(records, 1, DNS_SERVFAIL, DNS_UNCHECKED, s, d);
    assert(key.result == AUTH_TEMPERROR);
    key = look(records, 1, DNS_OK, DNS_BOGUS, s, d);
    assert(key.result == AUTH_TEMPERROR);
    key = look(records, 1, DNS_OK, DNS_SECURE, STR("-"), d);
    assert(key.reason == DKIM_SELECTOR_SYNTAX);
    key = look(records, 1, DNS_OK, DNS_SECURE, STR(LABEL LABEL LABEL LABEL "s"), d);
    assert(key.reason == DKIM_SELECTOR_SYNTAX);
    key = look(records, 1, DNS_OK, DNS_SECURE, s, STR("example"));
    assert(key.reason == DKIM_DOMAIN_SYNTAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct dns_record records[] = { { .type = DNS_TXT, .data = text },
                                    { .type = DNS_TXT, .data = text } };
    if (size > 4096)
        return 0;
    arena_init(&memory, 8 << 20);
    check_one(records);
    check_others(records);
    arena_done(&memory);
    return 0;
}
