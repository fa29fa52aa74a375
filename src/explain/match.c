/* SPDX-License-Identifier: ISC */
/*
 * explain/match.c - many patterns over one text
 *
 * Each alternative of a key is filed under three octets of its own, those that fewest others were filed under. One
 * pass over the text then meets every key that is in it.
 */
#include "explain/match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 1 << 13,
    GRAM = 3,
    KEYS_MAX = UINT16_MAX,
    STEPS_MAX = 100000,    /* of one pattern from one place of the text */
    DEPTH_MAX = 2000,      /* of its recursion */
    PIECE_MAX = 16 << 10,  /* octets that a pattern looks at */
    PIECE_BEFORE = 1 << 10 /* of them, before the key */
};

struct key {
    str octets;
    uint16_t at;    /* of its gram */
    uint16_t next;  /* under the same gram; 0: none */
    uint16_t owner; /* the pattern's number */
};

struct pattern {
    const char *source;
    pcre2_code *code;
    bool keyed, broken;
};

struct matcher {
    struct pattern *patterns;
    size_t count;
    struct key *keys; /* the first is not used: 0 ends a chain */
    size_t key_count, key_room;
    uint16_t slots[SLOTS], filed[SLOTS];
    pcre2_match_context *limits;
    pcre2_match_data *found;
    bool jit;
};

struct matcher *matcher_new(size_t count, bool jit)
{
    struct matcher *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->jit = jit;
    m->count = count;
    m->key_count = 1;
    m->patterns = calloc(count ? count : 1, sizeof *m->patterns);
    m->limits = pcre2_match_context_create(NULL);
    m->found = pcre2_match_data_create(1, NULL);
    if (!m->patterns || !m->limits || !m->found || count > UINT16_MAX) {
        matcher_free(m);
        return NULL;
    }
    pcre2_set_match_limit(m->limits, STEPS_MAX);
    pcre2_set_depth_limit(m->limits, DEPTH_MAX);
    return m;
}

void matcher_free(struct matcher *m)
{
    if (!m)
        return;
    for (size_t i = 0; m->patterns && i < m->count; i++)
        pcre2_code_free(m->patterns[i].code);
    pcre2_match_data_free(m->found);
    pcre2_match_context_free(m->limits);
    free(m->keys);
    free(m->patterns);
    free(m);
}

static unsigned slot_of(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    uint32_t v = (uint32_t)u[0] << 16 | (uint32_t)u[1] << 8 | u[2];
    return (v * 2654435761u) >> (32 - 13);
}

static bool more_keys(struct matcher *m)
{
    if (m->key_count < m->key_room)
        return true;
    size_t room = m->key_room ? m->key_room * 2 : 1024;
    struct key *more = room > KEYS_MAX ? NULL : realloc(m->keys, room * sizeof *more);
    if (!more)
        return false;
    m->keys = more;
    m->key_room = room;
    return true;
}

/* Under the gram of it that fewest others are filed under. */
static bool file_key(struct matcher *m, size_t owner, str octets)
{
    if (octets.n < GRAM || !more_keys(m))
        return false;
    size_t best = 0;
    for (size_t i = 1; i + GRAM <= octets.n; i++)
        if (m->filed[slot_of(octets.p + i)] < m->filed[slot_of(octets.p + best)])
            best = i;
    unsigned slot = slot_of(octets.p + best);
    m->keys[m->key_count] = (struct key){ octets, (uint16_t)best, m->slots[slot], (uint16_t)owner };
    m->slots[slot] = (uint16_t)m->key_count++;
    m->filed[slot]++;
    return true;
}

bool matcher_set(struct matcher *m, size_t number, const char *key, const char *pattern)
{
    struct pattern *p = &m->patterns[number];
    p->source = pattern;
    p->keyed = key != NULL;
    for (str rest = str_from(key); rest.p;)
        if (!file_key(m, number, str_cut(&rest, '|')))
            return false;
    return true;
}

static bool compile(struct matcher *m, struct pattern *p, struct err *e)
{
    int code;
    size_t at;
    const uint32_t how = PCRE2_UTF | PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_NO_AUTO_CAPTURE |
                         PCRE2_NEVER_BACKSLASH_C;
    p->code = pcre2_compile((PCRE2_SPTR)p->source, PCRE2_ZERO_TERMINATED, how, &code, &at, NULL);
    p->broken = !p->code;
    if (p->broken)
        return err_set(e, ERR_SYNTAX, "reading the pattern '%s', at its octet %zu: error %d",
                       p->source, at, code);
    if (m->jit)
        (void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* without it it is only slower */
    return true;
}

bool matcher_check(struct matcher *m, struct err *e)
{
    for (size_t i = 0; i < m->count; i++) {
        struct pattern *p = &m->patterns[i];
        if (p->source && !p->code && !compile(m, p, e))
            return false;
    }
    return true;
}

/* The lower case of a letter of two octets whose cases lie in the same block; others stay as they are. */
static uint32_t lower(uint32_t c)
{
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40F)
        return c + 0x50;
    return (c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) ? c | 1 : c;
}

/* Quotes and dashes that writers' programs put in; 0: none of them. */
static char plain(uint32_t c)
{
    switch (c) {
    case 0xA0: return ' ';
    case 0x2018:
    case 0x2019:
    case 0x02BC: return '\'';
    case 0x201C:
    case 0x201D: return '"';
    case 0x2010:
    case 0x2011:
    case 0x2013: return '-';
    default: return 0;
    }
}

static size_t put_letter(char *out, str rest, size_t length, uint32_t c)
{
    if (plain(c)) {
        *out = plain(c);
        return 1;
    }
    if (length != 2) {
        memcpy(out, rest.p, length);
        return length;
    }
    c = lower(c);
    out[0] = (char)(0xC0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3F));
    return 2;
}

str matcher_fold(str text, struct arena *memory)
{
    char *out = arena_alloc(memory, text.n + 1);
    size_t n = 0;
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < text.n;) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x80) {
            out[n++] = c < ' ' ? ' ' : to_lower((char)c);
            i++;
            continue;
        }
        uint32_t point;
        size_t length = str_utf8_first(str_skip(text, i), &point);
        if (length < 2)
            out[n++] = '?';
        else
            n += put_letter(out + n, str_skip(text, i), length, point);
        i += length ? length : 1;
    }
    return (str){ out, n };
}

static void meet(const struct matcher *m, size_t at, struct matcher_text *t)
{
    for (unsigned k = m->slots[slot_of(t->text.p + at)]; k; k = m->keys[k].next) {
        const struct key *key = &m->keys[k];
        uint64_t bit = (uint64_t)1 << (key->owner % 64);
        if ((t->awake[key->owner / 64] & bit) || at < key->at ||
            t->text.n - (at - key->at) < key->octets.n ||
            memcmp(t->text.p + at - key->at, key->octets.p, key->octets.n) != 0)
            continue;
        t->awake[key->owner / 64] |= bit;
        t->at[key->owner] = (uint32_t)(at - key->at);
    }
}

struct matcher_text matcher_read(struct matcher *m, str text, struct arena *memory)
{
    struct matcher_text t = {
        .text = matcher_fold(text, memory),
        .awake = arena_alloc(memory, (m->count / 64 + 1) * sizeof *t.awake),
        .at = arena_alloc(memory, (m->count + 1) * sizeof *t.at),
    };
    if (!t.text.p || !t.awake || !t.at)
        return (struct matcher_text){ 0 };
    for (size_t i = 0; i < m->count; i++)
        if (!m->patterns[i].keyed)
            t.awake[i / 64] |= (uint64_t)1 << (i % 64);
    for (size_t i = 0; i + GRAM <= t.text.n; i++)
        if (m->slots[slot_of(t.text.p + i)])
            meet(m, i, &t);
    return t;
}

/* What a pattern looks at: all of a text of common length, else what lies around its key. */
static str piece(const struct matcher_text *t, size_t number)
{
    if (t->text.n <= PIECE_MAX)
        return t->text;
    size_t from = t->at[number] > PIECE_BEFORE ? t->at[number] - PIECE_BEFORE : 0;
    while (from && ((unsigned char)t->text.p[from] & 0xC0) == 0x80)
        from--;
    size_t n = t->text.n - from < PIECE_MAX ? t->text.n - from : PIECE_MAX;
    while (n && from + n < t->text.n && ((unsigned char)t->text.p[from + n] & 0xC0) == 0x80)
        n--;
    return (str){ t->text.p + from, n };
}

bool matcher_finds(struct matcher *m, size_t number, const struct matcher_text *t, str *where)
{
    struct pattern *p = &m->patterns[number];
    struct err e;
    *where = STR_NONE;
    if (!(t->awake[number / 64] >> (number % 64) & 1))
        return false;
    if (!p->source) {
        *where = p->keyed ? str_take(str_skip(t->text, t->at[number]), 40) : STR_NONE;
        return true;
    }
    if (p->broken || (!p->code && !compile(m, p, &e)))
        return false;
    str in = piece(t, number);
    if (pcre2_match(p->code, (PCRE2_SPTR)in.p, in.n, 0, PCRE2_NO_UTF_CHECK, m->found, m->limits) <
        0)
        return false;
    const size_t *range = pcre2_get_ovector_pointer(m->found);
    *where = (str){ in.p + range[0], range[1] - range[0] };
    return true;
}
