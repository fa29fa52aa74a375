/* SPDX-License-Identifier: ISC */
/*
 * relay/record.c - a record as octets, and its id as text
 *
 * Records stand one behind the other, each at a multiple of eight octets, in the order of octets of this machine: they are
 * not carried to another. A sum over each tells a whole one from what a damaged file has in its place.
 */
#include "relay/record.h"
#include <string.h>

enum text { LISTENER, LOGIN, CERTIFICATE, REVERSE, FORWARD, AUTHOR, HELO, CAUSE, TEXTS };
enum {
    TLS = 1,
    POP = 2,
    LISTS = 4,
    OWN = 8 /* its words stand in the place of the author, who is none */
};
enum { KNOWN_BITS = 4 }; /* of author_known: behind them is the field that the author stands in */

struct fixed {
    uint32_t mark, size; /* size: of all, a multiple of 8 */
    uint64_t sum;        /* of all behind it */
    uint64_t id, digest, at_ms;
    uint8_t client[16];
    uint32_t scope;
    uint8_t family, outcome, switches, author_known, spf_known, spf_result, listed_count,
        rate_count;
    uint16_t texts[TEXTS];             /* how long; they stand behind the rates, in this order */
    uint16_t lists_hold, lists_domain; /* with LISTS */
};
struct rate {
    uint32_t rule, used, again_in_s, known;
};
struct listed { /* its zone stands behind the texts */
    uint16_t zone;
    uint8_t known, listed;
    uint32_t unused;
};
_Static_assert(sizeof(struct fixed) <= RELAY_RECORD_FIXED_MAX && sizeof(struct fixed) % 8 == 0,
               "the fixed part of a record is small, and all records lie at multiples of 8");
_Static_assert(sizeof(struct fixed) + RELAY_RECORD_RATES_MAX * sizeof(struct rate) +
                       RELAY_RECORD_LISTED_MAX * (sizeof(struct listed) + 256) +
                       TEXTS * RELAY_RECORD_TEXT_MAX + 8 <=
                   RELAY_RECORD_MAX,
               "the longest record");
static const uint32_t MARK = 0x31634542; /* "BEc1" */

/* Tells damage, not malice. size is a multiple of 8. */
static uint64_t sum_of(const char *p, size_t size)
{
    uint64_t h = size;
    for (size_t i = offsetof(struct fixed, id); i < size; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, sizeof word);
        h = (h ^ word) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return h;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static char *put(char *to, const void *from, size_t n)
{
    if (n)
        memcpy(to, from, n);
    return to + n;
}

static void put_facts(const struct relay_record *rec, struct fixed *f)
{
    const struct policy_facts *facts = &rec->facts;
    memcpy(f->client, facts->client.octets, sizeof f->client);
    f->scope = facts->client.scope;
    f->family = (uint8_t)facts->client.family;
    f->outcome = (uint8_t)rec->outcome;
    f->switches = (uint8_t)((facts->tls ? TLS : 0) | (facts->pop_window ? POP : 0) |
                            (facts->lists.known ? LISTS : 0) | (rec->own.n ? OWN : 0));
    f->lists_hold = facts->lists.holds;
    f->lists_domain = facts->lists.domain;
    f->author_known = (uint8_t)(facts->author.known | (unsigned)facts->author.field << KNOWN_BITS);
    f->spf_known = (uint8_t)facts->spf.known;
    f->spf_result = (uint8_t)facts->spf.result;
}

size_t relay_record_write(const struct relay_record *rec, char *out)
{
    const struct policy_facts *facts = &rec->facts;
    const struct cause *cause = cause_of(rec->cause);
    const str texts[TEXTS] = { facts->listener,     facts->login,
                               facts->certificate,  facts->reverse_path,
                               facts->forward_path, rec->own.n ? rec->own : facts->author.address,
                               rec->helo,           cause ? cause->name : STR_NONE };
    struct fixed f = { .mark = MARK, .id = rec->id, .digest = rec->digest, .at_ms = rec->at_ms };
    put_facts(rec, &f);
    char *at = out + sizeof f;
    for (size_t i = 0; i < facts->rate_count && f.rate_count < RELAY_RECORD_RATES_MAX; i++) {
        const struct policy_rate *r = &facts->rates[i];
        uint32_t rule = r->rule ? (uint32_t)r->rule->number : rec->rate_rules[i];
        const struct rate one = { rule, r->used, r->again_in_s, r->known };
        at = put(at, &one, sizeof one);
        f.rate_count++;
    }
    for (size_t i = 0; i < facts->listed_count && f.listed_count < RELAY_RECORD_LISTED_MAX; i++) {
        const struct policy_listed *l = &facts->listed[i];
        const struct listed one = { (uint16_t)(l->zone.n < 255 ? l->zone.n : 255),
                                    (uint8_t)l->known, l->listed, 0 };
        at = put(at, &one, sizeof one);
        f.listed_count++;
    }
    for (size_t i = 0; i < TEXTS; i++) {
        size_t n = texts[i].n < RELAY_RECORD_TEXT_MAX ? texts[i].n : RELAY_RECORD_TEXT_MAX;
        f.texts[i] = (uint16_t)n;
        at = put(at, texts[i].p, n);
    }
    for (size_t i = 0; i < f.listed_count; i++) {
        str zone = str_take(facts->listed[i].zone, 255);
        at = put(at, zone.p, zone.n);
    }
    while ((size_t)(at - out) % 8)
        *at++ = 0;
    f.size = (uint32_t)(at - out);
    memcpy(out, &f, sizeof f);
    f.sum = sum_of(out, f.size);
    memcpy(out, &f, sizeof f);
    return f.size;
}

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static bool is_whole(str octets, struct fixed *f)
{
    if (octets.n < sizeof *f)
        return false;
    memcpy(f, octets.p, sizeof *f);
    return f->mark == MARK && f->size >= sizeof *f && f->size <= RELAY_RECORD_MAX &&
           f->size % 8 == 0 && f->size <= octets.n && f->sum == sum_of(octets.p, f->size);
}

static bool take(str *rest, void *to, size_t n)
{
    if (rest->n < n)
        return false;
    memcpy(to, rest->p, n);
    *rest = str_skip(*rest, n);
    return true;
}

static bool take_text(str *rest, size_t n, str *out)
{
    if (rest->n < n)
        return false;
    *out = str_take(*rest, n);
    *rest = str_skip(*rest, n);
    return true;
}

static bool take_rates(str *rest, size_t count, struct arena *a, struct relay_record *rec)
{
    struct policy_rate *rates = arena_alloc(a, (count + 1) * sizeof *rates);
    uint32_t *rules = arena_alloc(a, (count + 1) * sizeof *rules);
    struct rate one;
    if (!rates || !rules)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!take(rest, &one, sizeof one) || one.known > POLICY_FAILED)
            return false;
        rates[i] = (struct policy_rate){ NULL, (enum policy_known)one.known, one.used,
                                         one.again_in_s };
        rules[i] = one.rule;
    }
    rec->facts.rates = rates;
    rec->facts.rate_count = count;
    rec->rate_rules = rules;
    return true;
}

static bool take_listed(str *rest, size_t count, struct listed *raw, struct policy_listed *all)
{
    for (size_t i = 0; i < count; i++) {
        if (!take(rest, &raw[i], sizeof raw[i]) || raw[i].known > POLICY_FAILED)
            return false;
        all[i] = (struct policy_listed){ STR_NONE, (enum policy_known)raw[i].known,
                                         raw[i].listed != 0 };
    }
    return true;
}

static unsigned known_of(const struct fixed *f)
{
    return f->author_known & ((1u << KNOWN_BITS) - 1);
}

static unsigned field_of(const struct fixed *f)
{
    return f->author_known >> KNOWN_BITS;
}

static bool values_fit(const struct fixed *f)
{
    return f->family <= IP_V6 && f->outcome <= POLICY_ASK && known_of(f) <= POLICY_FAILED &&
           field_of(f) < POLICY_AUTHORS && f->spf_known <= POLICY_FAILED &&
           f->spf_result <= AUTH_PERMERROR && f->listed_count <= RELAY_RECORD_LISTED_MAX &&
           f->rate_count <= RELAY_RECORD_RATES_MAX;
}

bool relay_record_read(str octets, struct arena *a, struct relay_record *out, size_t *size)
{
    struct fixed f;
    struct listed raw[RELAY_RECORD_LISTED_MAX];
    if (!is_whole(octets, &f) || !values_fit(&f))
        return false;
    str rest = str_skip(str_take(octets, f.size), sizeof f), cause = STR_NONE;
    struct relay_record rec = {
        .id = f.id,
        .digest = f.digest,
        .at_ms = f.at_ms,
        .outcome = (enum policy_outcome)f.outcome,
        .facts = { .client = { (enum ip_family)f.family, { 0 }, f.scope },
                   .tls = f.switches & TLS,
                   .pop_window = f.switches & POP,
                   .author = { .known = (enum policy_known)known_of(&f),
                               .field = (enum policy_author)field_of(&f) },
                   .lists = { f.switches & LISTS, f.lists_hold, f.lists_domain },
                   .spf = { (enum policy_known)f.spf_known, (enum auth_result)f.spf_result } }
    };
    memcpy(rec.facts.client.octets, f.client, sizeof f.client);
    str *const texts[TEXTS] = { &rec.facts.listener,
                                &rec.facts.login,
                                &rec.facts.certificate,
                                &rec.facts.reverse_path,
                                &rec.facts.forward_path,
                                &rec.facts.author.address,
                                &rec.helo,
                                &cause };
    struct policy_listed *listed = arena_alloc(a, (f.listed_count + 1u) * sizeof *listed);
    if (!listed || !take_rates(&rest, f.rate_count, a, &rec) ||
        !take_listed(&rest, f.listed_count, raw, listed))
        return false;
    for (size_t i = 0; i < TEXTS; i++)
        if (!take_text(&rest, f.texts[i], texts[i]))
            return false;
    for (size_t i = 0; i < f.listed_count; i++)
        if (!take_text(&rest, raw[i].zone, &listed[i].zone))
            return false;
    if (f.switches & OWN) {
        rec.own = rec.facts.author.address;
        rec.facts.author.known = POLICY_NOT_ASKED;
        rec.facts.author.address = STR_NONE;
    }
    rec.facts.listed = listed;
    rec.facts.listed_count = f.listed_count;
    const struct cause *named = cause_named(cause); /* this version may no longer have it */
    rec.cause = named ? named->id : CAUSE_NONE;
    *out = rec;
    *size = f.size;
    return true;
}

bool relay_record_search(str octets, uint64_t id, struct arena *a, struct relay_record *out)
{
    for (size_t at = 0, size; at + sizeof(struct fixed) <= octets.n; at += size) {
        struct fixed f;
        str here = str_skip(octets, at);
        memcpy(&f, here.p, sizeof f);
        size = 8;
        if (f.mark != MARK || f.size < sizeof f || f.size % 8 || f.size > here.n)
            continue;
        if ((f.id == id || !id) && relay_record_read(here, a, out, &size))
            return true;
        /* a size is believed where another record, or the end, stands behind it */
        uint32_t next = MARK;
        if (here.n - f.size >= sizeof next)
            memcpy(&next, here.p + f.size, sizeof next);
        size = next == MARK ? f.size : 8;
    }
    return false;
}

bool relay_record_bind(struct relay_record *rec, const struct policy *p, struct arena *a)
{
    size_t n = 0;
    struct policy_rate *rates = arena_alloc(a, (rec->facts.rate_count + 1) * sizeof *rates);
    if (!rates)
        return false;
    for (size_t i = 0; i < rec->facts.rate_count; i++) {
        if (rec->rate_rules[i] >= p->count)
            continue;
        rates[n] = rec->facts.rates[i];
        rates[n++].rule = &p->rules[rec->rate_rules[i]];
    }
    rec->facts.rates = rates;
    rec->facts.rate_count = n;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Ids: base 32 without the letters that are taken for others. Neighbours are made to look unlike, for people who read
 * them to each other: 40 bits, eight characters, go through a multiplication that can be undone.
 */
static const char DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { SHORT = 8, LONG = 13, SHORT_BITS = 40 };
static const uint64_t SHORT_MASK = (1ull << SHORT_BITS) - 1, FACTOR = 0x5851F42D4Du;

/* By Newton's step: each doubles the bits that are right. */
static uint64_t inverse_of(uint64_t odd)
{
    uint64_t x = odd;
    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x;
    return x;
}

const char *relay_record_text(uint64_t id, char out[RELAY_RECORD_ID_MAX])
{
    bool is_short = id <= SHORT_MASK;
    uint64_t rest = is_short ? id * FACTOR & SHORT_MASK : id;
    size_t n = is_short ? SHORT : LONG;
    out[n] = 0;
    while (n) {
        out[--n] = DIGITS[rest % 32];
        rest /= 32;
    }
    return out;
}

static int digit_of(char c)
{
    c = to_upper(c);
    c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
    for (int i = 0; i < 32; i++)
        if (DIGITS[i] == c)
            return i;
    return -1;
}

bool relay_record_parse(str text, uint64_t *id)
{
    uint64_t n = 0;
    if (text.n != SHORT && text.n != LONG)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        int digit = digit_of(text.p[i]);
        if (digit < 0 || n >> 59)
            return false;
        n = n << 5 | (uint64_t)digit;
    }
    if (text.n == SHORT)
        n = n * inverse_of(FACTOR) & SHORT_MASK;
    else if (n <= SHORT_MASK)
        return false;
    *id = n;
    return n != 0;
}
