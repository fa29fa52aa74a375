/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim_key.c - the key of a selector
 */
#include "base/base64.h"
#include "base/escape.h"
#include "mailauth/dkim_inside.h"
#include <string.h>

enum { NAME_LONGEST = 253, ED25519_OCTETS = 32, EXPONENT_OCTETS_MAX = 8 };
/* RFC 8301 section 3.2; the last is our own */
enum { BITS_LEAST = 1024, BITS_BETTER = 2048, BITS_MOST = 8192 };

struct reader {
    struct dkim_key *out;
    struct arena *memory;
    struct dkim_fault *f;
};

static bool wrong(struct reader *r, enum dkim_reason reason, const char *tag, str value,
                  const char *what)
{
    char shown[ESCAPE_SHOWN_MAX];
    return dkim_fault(r->f, reason, "%s= of the key record %s: '%s'", tag, what,
                      escape_shown(value, shown));
}

/* ------------------------------------------------------------------------------------------------
 * The octets of the key
 */

/* The points of Ed25519 that sign everything, whatever the sign of x: those of order 1, 2, 4 and 8, and the
 * encodings of them that are not reduced. */
static bool is_small_order(str key)
{
    static const char LOW[][ED25519_OCTETS + 1] = {
        "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        "\x00"
        "\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        "\x00"
        "\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        "\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6"
        "\x33"
        "\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
        "\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39"
        "\xcc"
        "\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
        "\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        "\xff"
        "\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        "\xed\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        "\xff"
        "\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        "\xee\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        "\xff"
        "\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    };
    for (size_t i = 0; i < COUNT_OF(LOW); i++)
        if (memcmp(key.p, LOW[i], ED25519_OCTETS - 1) == 0 &&
            ((unsigned char)key.p[ED25519_OCTETS - 1] & 0x7f) == LOW[i][ED25519_OCTETS - 1])
            return true;
    return false;
}

static bool read_ed25519(struct reader *r)
{
    struct dkim_key *k = r->out;
    if (k->octets.n != ED25519_OCTETS)
        return dkim_fault(
            r->f, DKIM_KEY_BROKEN,
            "p= of the key record has %zu octets, and an Ed25519 key has %d (RFC 8463)",
            k->octets.n, ED25519_OCTETS);
    if (is_small_order(k->octets))
        return dkim_fault(r->f, DKIM_KEY_BROKEN, "the key is one that any signature fits");
    k->bits = 8 * ED25519_OCTETS;
    return true;
}

static unsigned bits_of(str number)
{
    unsigned bits = (unsigned)(8 * number.n);
    for (unsigned char top = (unsigned char)number.p[0]; !(top & 0x80);
         top = (unsigned char)(top << 1))
        bits--;
    return bits;
}

static bool is_odd(str number)
{
    return ((unsigned char)number.p[number.n - 1] & 1) != 0;
}

static bool read_rsa(struct reader *r)
{
    struct dkim_key *k = r->out;
    if (!dkim_rsa_read(k->octets, &k->modulus, &k->exponent))
        return dkim_fault(
            r->f, DKIM_KEY_BROKEN,
            "p= of the key record is base64, but there is no RSA key in it: it was cut, "
            "or something stands before or behind it");
    k->bits = bits_of(k->modulus);
    if (!is_odd(k->modulus) || !is_odd(k->exponent) || str_eq(k->exponent, STR("\1")) ||
        k->exponent.n > EXPONENT_OCTETS_MAX)
        return dkim_fault(r->f, DKIM_KEY_BROKEN,
                          "the numbers of the RSA key are not those of a key that is safe");
    if (k->bits < BITS_LEAST)
        return dkim_fault(r->f, DKIM_KEY_SHORT,
                          "the RSA key has %u bits; below %d it proves nothing (RFC 8301)", k->bits,
                          BITS_LEAST);
    return k->bits <= BITS_MOST ||
           dkim_fault(r->f, DKIM_KEY_LONG,
                      "the RSA key has %u bits, more than the %d that are tried", k->bits,
                      BITS_MOST);
}

/* ------------------------------------------------------------------------------------------------
 * The text of the record: RFC 6376 section 3.6.1
 */
static bool read_version(struct reader *r, str v)
{
    return str_eq(v, STR("DKIM1")) || wrong(r, DKIM_KEY_VERSION, "v", v, "is not DKIM1");
}

static bool read_hashes(struct reader *r, str v)
{
    r->out->hashes = v;
    return dkim_list_of_words(v, false) ||
           wrong(r, DKIM_KEY_SYNTAX, "h", v, "is no list of hashes");
}

static bool read_type(struct reader *r, str v)
{
    r->out->type = v;
    return str_eq(v, STR("rsa")) || str_eq(v, STR("ed25519")) ||
           wrong(r, DKIM_KEY_TYPE, "k", v, "is no type of key that is known");
}

static bool read_services(struct reader *r, str v)
{
    r->out->services = v;
    return dkim_list_of_words(v, true) ||
           wrong(r, DKIM_KEY_SYNTAX, "s", v, "is no list of services");
}

static bool read_flags(struct reader *r, str v)
{
    r->out->testing = dkim_list_has(v, STR("y"));
    r->out->strict = dkim_list_has(v, STR("s"));
    return dkim_list_of_words(v, false) || wrong(r, DKIM_KEY_SYNTAX, "t", v, "is no list of flags");
}

static bool read_granularity(struct reader *r, str v)
{
    r->out->granularity = v;
    return true;
}

static bool read_octets(struct reader *r, str v)
{
    if (v.n == 0)
        return dkim_fault(r->f, DKIM_KEY_REVOKED,
                          "p= of the key record is empty: the key was withdrawn");
    if (!dkim_base64(v, r->memory, &r->out->octets))
        return dkim_fault(
            r->f, DKIM_KEY_BROKEN,
            "p= of the key record is no base64: it was cut, or has a quote, a blank line "
            "or other text in it");
    return str_eq(r->out->type, STR("rsa")) ? read_rsa(r) : read_ed25519(r);
}

static const struct rule {
    const char *name;
    bool needed;
    bool (*read)(struct reader *r, str value);
} RULES[] = {
    { "v", false, read_version },  { "k", false, read_type },  { "h", false, read_hashes },
    { "s", false, read_services }, { "t", false, read_flags }, { "g", false, read_granularity },
    { "p", true, read_octets },
};

static bool read_tag(struct reader *r, const struct rule *rule, const struct dkim_tags *tags)
{
    const struct dkim_tag *t = dkim_tags_find(tags, rule->name);
    if (t)
        return rule->read(r, t->value);
    return !rule->needed ||
           dkim_fault(r->f, DKIM_KEY_SYNTAX, "the key record has no %s=", rule->name);
}

bool dkim_key_read(str record, struct arena *memory, struct dkim_key *out, struct dkim_fault *f)
{
    struct reader r = { out, memory, f };
    struct dkim_tags tags;
    memset(out, 0, sizeof *out);
    out->record = record;
    out->type = STR("rsa");
    out->services = STR("*");
    if (!str_is_ascii(record))
        return dkim_fault(f, DKIM_KEY_SYNTAX, "the key record has an octet outside ASCII");
    if (!dkim_tags_read(record, DKIM_KEY_SYNTAX, &tags, f))
        return false;
    const struct dkim_tag *v = dkim_tags_find(&tags, "v");
    if (v && v != tags.at)
        return dkim_fault(f, DKIM_KEY_VERSION, "v= of the key record does not come first");
    for (size_t i = 0; i < COUNT_OF(RULES); i++)
        if (!read_tag(&r, &RULES[i], &tags))
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * The record at a selector
 */
static void say(struct dkim_key *k, const struct dkim_fault *f, struct arena *memory)
{
    k->reason = f->reason;
    k->result = dkim_reason_result(f->reason);
    k->sentence = dkim_sentence(f, memory);
}

/* Meant as a key? A record that begins with another v= is to be discarded (section 3.6.1). */
static bool is_key(str record)
{
    struct dkim_tags tags;
    struct dkim_fault f;
    if (!dkim_tags_read(record, DKIM_KEY_SYNTAX, &tags, &f))
        return str_starts_nocase(str_trim(record), STR("v=DKIM1"));
    if (str_eq(tags.at[0].name, STR("v")))
        return str_eq_nocase(tags.at[0].value, STR("DKIM1"));
    return dkim_tags_find(&tags, "p") != NULL;
}

/* The one key record, or what stands in its place. */
static const struct dns_record *choose(const struct dns_answer *a, struct dkim_key *k)
{
    const struct dns_record *key = NULL, *other = NULL;
    for (size_t i = 0; i < a->count; i++) {
        const struct dns_record *r = &a->records[i];
        if (r->type != DNS_TXT)
            continue;
        if (is_key(r->data)) {
            k->keys++;
            key = r;
        } else {
            k->others++;
            other = r;
        }
    }
    return key ? key : other;
}

/* False: there is no answer that could be read as a record. */
static bool answered(const struct dns_answer *a, const struct dkim_key *k, struct dkim_fault *f)
{
    char shown[ESCAPE_SHOWN_MAX];
    escape_shown(k->name, shown);
    if (a->trust == DNS_BOGUS)
        return dkim_fault(f, DKIM_KEY_BOGUS,
                          "the answer for %s is signed, and its DNSSEC signature is wrong", shown);
    if (a->code == DNS_NXDOMAIN)
        return dkim_fault(f, DKIM_NO_KEY, "there is no key: %s does not exist", shown);
    if (a->code != DNS_OK)
        return dkim_fault(f, DKIM_KEY_LOOKUP, "the key at %s could not be looked up: %.*s", shown,
                          STR_ARG(names_of(&DNS_CODE_NAMES, (int)a->code)));
    if (k->keys + k->others == 0)
        return dkim_fault(f, DKIM_NO_KEY, "there is no key: %s has no TXT record", shown);
    if (k->keys > 1)
        return dkim_fault(f, DKIM_KEYS_SEVERAL,
                          "there are %u keys at %s, and which one counts is not defined: leave one",
                          k->keys, shown);
    return true;
}

/* What dkim_key_read() empties is known already. */
static void read_record(str record, struct arena *memory, struct dkim_key *k)
{
    struct dkim_fault f = { .reason = DKIM_OK };
    struct dkim_key read;
    bool ok = dkim_key_read(record, memory, &read, &f);
    read.name = k->name;
    read.keys = k->keys;
    read.others = k->others;
    read.trust = k->trust;
    read.ttl_s = k->ttl_s;
    *k = read;
    if (ok)
        (void)dkim_fault(&f, DKIM_OK, "a key of %u bits", k->bits);
    say(k, &f, memory);
}

static void read_answer(const struct dns_answer *a, struct arena *memory, struct dkim_key *k)
{
    struct dkim_fault f;
    const struct dns_record *record = choose(a, k);
    k->trust = a->trust;
    k->ttl_s = a->ttl_s;
    if (answered(a, k, &f))
        read_record(record->data, memory, k);
    else
        say(k, &f, memory);
}

bool dkim_key_look(struct dns_known *known, str selector, str domain, const struct dkim_options *o,
                   struct arena *memory, struct dkim_key *out)
{
    struct dkim_fault f;
    str s, d;
    memset(out, 0, sizeof *out);
    if (!dkim_selector(selector, o->idn, memory, &s)) {
        (void)dkim_fault(&f, DKIM_SELECTOR_SYNTAX, "this is no selector");
        say(out, &f, memory);
        return true;
    }
    if (!dkim_name(domain, 2, o->idn, memory, &d)) {
        (void)dkim_fault(&f, DKIM_DOMAIN_SYNTAX, "this is no domain name that mail is signed for");
        say(out, &f, memory);
        return true;
    }
    out->name = arena_printf(memory, "%.*s._domainkey.%.*s", STR_ARG(s), STR_ARG(d));
    if (!out->name.p || out->name.n > NAME_LONGEST) {
        (void)dkim_fault(&f, out->name.p ? DKIM_SELECTOR_SYNTAX : DKIM_NO_MEMORY,
                         "selector and domain together are too long for a name");
        say(out, &f, memory);
        return true;
    }
    const struct dns_answer *a = dns_known_follow(known, out->name, DNS_TXT);
    if (a)
        read_answer(a, memory, out);
    return a != NULL;
}

bool dkim_key_takes_sha256(const struct dkim_key *key)
{
    return key->hashes.n == 0 || dkim_list_has(key->hashes, STR("sha256"));
}

bool dkim_key_is_for_mail(const struct dkim_key *key)
{
    return key->services.n == 0 || dkim_list_has(key->services, STR("*")) ||
           dkim_list_has(key->services, STR("email"));
}

/* One underscore is that of "_domainkey", and d= has none. */
static bool has_odd_selector(str name)
{
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++)
        n += name.p[i] == '_';
    return n > 1;
}

unsigned dkim_key_notes(const struct dkim_key *k)
{
    bool weak = k->result == AUTH_PASS && k->bits < BITS_BETTER && str_eq(k->type, STR("rsa"));
    return (weak ? DKIM_NOTE_WEAK_KEY : 0u) | (k->testing ? DKIM_NOTE_TESTING : 0u) |
           (k->keys > 0 && k->others > 0 ? DKIM_NOTE_OTHER_TXT : 0u) |
           (has_odd_selector(k->name) ? DKIM_NOTE_SELECTOR : 0u);
}

/* ------------------------------------------------------------------------------------------------
 * The record as it should be
 */

/* The value of a tag in a record that may be broken: the first piece that begins with it. */
static str piece(str record, str name)
{
    for (str rest = record; rest.p;) {
        str value = str_cut(&rest, ';'), tag = str_trim(str_cut(&value, '='));
        if (value.p && str_eq(tag, name))
            return str_trim(value);
    }
    return STR_NONE;
}

str dkim_key_publish(const struct dkim_key *key, struct arena *memory)
{
    struct dkim_fault f;
    struct dkim_key mended;
    str octets, text = STR_NONE, type = piece(key->record, STR("k")),
                p = piece(key->record, STR("p"));
    struct buf b;
    if (!dkim_base64(p, memory, &octets))
        return text;
    buf_init(&b, 128 << 10);
    buf_addf(&b, "v=DKIM1; k=%s; ", str_eq_nocase(type, STR("ed25519")) ? "ed25519" : "rsa");
    if (key->strict || key->testing)
        buf_addf(&b, "t=%s; ", !key->strict ? "y" : key->testing ? "y:s" : "s");
    buf_add(&b, STR("p="));
    if (base64_encode(octets, &b) && dkim_key_read(buf_str(&b), memory, &mended, &f))
        text = arena_dup(memory, buf_str(&b));
    buf_done(&b);
    return text;
}
