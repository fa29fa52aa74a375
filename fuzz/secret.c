/* SPDX-License-Identifier: ISC */
/*
 * Hides a secret in every encoding it may meet on its way out, with anything around it. The first
 * octet is the secret's length, the secret follows, then what stands before it and, from the half
 * on, what stands behind it.
 */
#include "base/secret.h"
#include "base/base64.h"
#include "base/escape.h"
#include <assert.h>
#include <string.h>

#define FULL_FORMS_FROM 4 /* octets: shorter secrets are hidden only as words */
#define MARK            STR("[hidden]")

static bool plain(str octets, struct buf *out)
{
    return buf_add(out, octets);
}

static bool hex(str octets, struct buf *out)
{
    for (size_t i = 0; i < octets.n; i++)
        buf_addf(out, i % 2 ? "%02x" : "%02X", (unsigned)(unsigned char)octets.p[i]);
    return buf_ok(out);
}

static bool percent_all(str octets, struct buf *out)
{
    for (size_t i = 0; i < octets.n; i++)
        buf_addf(out, "%%%02x", (unsigned)(unsigned char)octets.p[i]);
    return buf_ok(out);
}

static bool percent_unsafe(str octets, struct buf *out)
{
    for (size_t i = 0; i < octets.n; i++) {
        if (is_alnum(octets.p[i]))
            buf_addc(out, octets.p[i]);
        else
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)octets.p[i]);
    }
    return buf_ok(out);
}

static bool json(str octets, struct buf *out)
{
    for (size_t i = 0; i < octets.n; i++) {
        char c = octets.p[i];
        if (c == '\n' || c == '\t')
            buf_add(out, c == '\n' ? STR("\\n") : STR("\\t"));
        else if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if ((unsigned char)c < ' ')
            buf_addf(out, "\\u%04x", (unsigned)c);
        else
            buf_addc(out, c);
    }
    return buf_ok(out);
}

static bool reversed(str octets, struct buf *out)
{
    for (size_t i = octets.n; i > 0; i--)
        buf_addc(out, octets.p[i - 1]);
    return buf_ok(out);
}

static const struct {
    bool (*write)(str octets, struct buf *out);
    bool whole; /* written as one with its neighbours, which share characters with it */
} ENCODINGS[] = {
    { plain, false }, { hex, false },      { percent_all, false }, { percent_unsafe, false },
    { json, false },  { reversed, false }, { escape_line, false }, { base64_encode, true },
};

/* How many octets of masked text were not hidden. */
static size_t left_over(str masked)
{
    size_t marks = 0, n = masked.n;
    for (size_t at; (at = str_find(masked, MARK)) != STR_NOT_FOUND; marks++)
        masked = str_skip(masked, at + MARK.n);
    return n - marks * MARK.n;
}

/* No run of text between two marks holds the secret. */
static void is_gone(str secret, str masked)
{
    while (masked.n) {
        size_t at = str_find(masked, MARK);
        str run = str_take(masked, at);
        assert(str_find(run, secret) == STR_NOT_FOUND);
        masked = at == STR_NOT_FOUND ? STR_NONE : str_skip(masked, at + MARK.n);
    }
}

struct pieces {
    str before, secret, after;
};

/* base64 holds three octets in four characters: those with a bit of the secret. */
static size_t base64_span(const struct pieces *p)
{
    size_t first = p->before.n * 8 / 6, end = ((p->before.n + p->secret.n) * 8 + 5) / 6;
    return end - first;
}

static void check(const struct secret_mask *mask, const struct pieces *p, size_t encoding)
{
    bool (*write)(str, struct buf *) = ENCODINGS[encoding].write;
    size_t most = 6 * (p->before.n + p->secret.n + p->after.n) + 8, span;
    AUTO(buf_done) struct buf text, masked;
    buf_init(&text, most);
    buf_init(&masked, 8 * most);
    if (ENCODINGS[encoding].whole) {
        AUTO(buf_done) struct buf octets;
        buf_init(&octets, most);
        buf_add(&octets, p->before);
        buf_add(&octets, p->secret);
        buf_add(&octets, p->after);
        assert(write(buf_str(&octets), &text));
        span = base64_span(p);
    } else {
        buf_add(&text, p->before);
        write(p->secret, &text);
        span = text.n - p->before.n;
        assert(buf_add(&text, p->after));
    }
    assert(secret_mask_apply(mask, buf_str(&text), &masked));
    is_gone(p->secret, buf_str(&masked));
    assert(left_over(buf_str(&masked)) <= text.n - span);
}

/* A name with a stand-in: read as it is, hidden in any other form; and two secrets in one mask. */
static void check_coded(const struct pieces *p)
{
    AUTO(secret_mask_freep) struct secret_mask *coded = secret_mask_coded_new(p->secret);
    AUTO(buf_done) struct buf text, masked;
    assert(coded);
    buf_init(&text, 4096);
    buf_init(&masked, 1 << 15);
    assert(reversed(p->secret, &text) && secret_mask_apply(coded, buf_str(&text), &masked));
    AUTO(secret_mask_freep) struct secret_mask *both = secret_mask_new(p->before);
    assert(both);
    bool hides = secret_mask_also(both, p->secret);
    buf_clear(&masked);
    assert(secret_mask_apply(both, p->secret, &masked));
    if (hides)
        is_gone(p->secret, buf_str(&masked));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = str_skip((str){ (const char *)data, size }, 1);
    struct pieces p = { .secret = str_take(rest, size ? data[0] % 48u : 0) };
    rest = str_take(str_skip(rest, p.secret.n), 256); /* longer only makes it slow */
    p.before = str_take(rest, rest.n / 2);
    p.after = str_skip(rest, rest.n / 2);
    AUTO(secret_mask_freep) struct secret_mask *mask = secret_mask_new(p.secret);
    assert(mask);
    if (p.secret.n < FULL_FORMS_FROM) {
        AUTO(buf_done) struct buf masked;
        buf_init(&masked, 8 * size);
        assert(secret_mask_apply(mask, p.after, &masked));
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(ENCODINGS); i++)
        check(mask, &p, i);
    secret_mask_add(mask, p.before);
    AUTO(buf_done) struct buf masked;
    buf_init(&masked, 8 * size);
    assert(secret_mask_apply(mask, p.after, &masked));
    is_gone(p.secret, buf_str(&masked));
    check_coded(&p);
    return 0;
}
