/* SPDX-License-Identifier: ISC */
#include "mailauth/dkim_signer.h"
#include "base/base64.h"
#include "mail/canonical.h"
#include "mailauth/dkim_inside.h"
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

static EVP_PKEY *keys[SIGNER_KEYS];

bool dkim_signer_begin(void)
{
    keys[SIGNER_RSA] = EVP_RSA_gen(2048u);
    keys[SIGNER_RSA_1024] = EVP_RSA_gen(1024u);
    keys[SIGNER_RSA_768] = EVP_RSA_gen(768u);
    keys[SIGNER_ED25519] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    for (size_t i = 0; i < SIGNER_KEYS; i++)
        if (!keys[i])
            return false;
    return true;
}

void dkim_signer_end(void)
{
    for (size_t i = 0; i < SIGNER_KEYS; i++)
        EVP_PKEY_free(keys[i]);
}

bool dkim_signer_public(enum dkim_signer_key key, bool bare, struct buf *out)
{
    unsigned char *der = NULL, raw[32];
    size_t n = sizeof raw;
    if (bare && key == SIGNER_ED25519)
        return EVP_PKEY_get_raw_public_key(keys[key], raw, &n) == 1 &&
               base64_encode((str){ (const char *)raw, n }, out);
    int octets = bare ? i2d_PublicKey(keys[key], &der) : i2d_PUBKEY(keys[key], &der);
    bool ok = octets > 0 && base64_encode((str){ (const char *)der, (size_t)octets }, out);
    OPENSSL_free(der);
    return ok;
}

/* The value of a tag, wherever it stands. */
static str value_of(str tags, str name)
{
    for (str rest = tags; rest.p;) {
        str value = str_cut(&rest, ';'), tag = str_trim(str_cut(&value, '='));
        if (value.p && str_eq(tag, name))
            return str_trim(value);
    }
    return STR_NONE;
}

static void add(void *user, str octets)
{
    buf_add(user, octets);
}

static bool body_hash(str tags, const struct mail_header *m, struct buf *out)
{
    unsigned char hash[DKIM_HASH_OCTETS];
    struct mail_body b;
    uint64_t limit = UINT64_MAX;
    bool relaxed = str_ends_nocase(value_of(tags, STR("c")), STR("/relaxed"));
    AUTO(dkim_hash_freep) struct dkim_hash *h = dkim_hash_new();
    if (!h || (value_of(tags, STR("l")).n > 0 &&
               !str_to_u64(value_of(tags, STR("l")), UINT64_MAX, &limit)))
        limit = UINT64_MAX;
    mail_body_begin(&b, relaxed ? MAIL_RELAXED : MAIL_SIMPLE, m->unix_lines, limit,
                    (struct mail_sink){ dkim_hash_add, h });
    mail_body_feed(&b, m->body);
    mail_body_end(&b);
    return dkim_hash_end(h, hash) && base64_encode((str){ (const char *)hash, sizeof hash }, out);
}

static str without_end(str s)
{
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* tags with what stands in the places of the two "@". Without a signature the blanks around it go too. */
static void fill(str tags, str bh, str b, struct buf *out)
{
    for (str rest = tags; rest.p;) {
        str tag = str_cut(&rest, ';'), end = without_end(tag);
        bool hash = str_starts(str_trim(tag), STR("bh"));
        bool hole = end.n > 2 && end.p[end.n - 1] == '@' &&
                    (hash || str_starts(str_trim(tag), STR("b")));
        if (!hole) {
            buf_add(out, tag);
        } else {
            str before = str_take(end, end.n - 1);
            buf_add(out, hash || b.n > 0 ? before : without_end(before));
            buf_add(out, hash ? bh : b);
            if (hash || b.n > 0)
                buf_add(out, str_skip(tag, end.n));
        }
        if (rest.p)
            buf_addc(out, ';');
    }
}

static void add_signed(enum mail_form form, str names, const struct mail_header *m, struct buf *out)
{
    bool taken[256] = { false };
    for (str rest = names; rest.p;) {
        str name = str_trim(str_cut(&rest, ':'));
        for (size_t i = m->count; i-- > 0;) {
            if (i >= COUNT_OF(taken) || taken[i] || !str_eq_nocase(m->fields[i].name, name))
                continue;
            taken[i] = true;
            mail_canonical_field(form, &m->fields[i], m->unix_lines,
                                 (struct mail_sink){ add, out });
            buf_add(out, STR("\r\n"));
            break;
        }
    }
}

static bool sign(EVP_PKEY *key, bool ed25519, str data, struct buf *out)
{
    unsigned char hash[DKIM_HASH_OCTETS], signature[512];
    size_t n = sizeof signature;
    AUTO(dkim_hash_freep) struct dkim_hash *h = dkim_hash_new();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!h || !ctx)
        return false;
    dkim_hash_add(h, data);
    if (!dkim_hash_end(h, hash))
        return false;
    str what = ed25519 ? (str){ (const char *)hash, sizeof hash } : data;
    bool ok = EVP_DigestSignInit(ctx, NULL, ed25519 ? NULL : EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(ctx, signature, &n, (const unsigned char *)what.p, what.n) == 1;
    EVP_MD_CTX_free(ctx);
    return ok && base64_encode((str){ (const char *)signature, n }, out);
}

bool dkim_signer_sign(enum dkim_signer_key key, const char *tags, str message, struct buf *out)
{
    struct arena memory;
    struct mail_header m;
    struct mail_field self;
    struct buf bh, b, field, data;
    str t = str_from(tags);
    bool relaxed = str_starts(value_of(t, STR("c")), STR("relaxed"));
    enum mail_form form = relaxed ? MAIL_RELAXED : MAIL_SIMPLE;
    arena_init(&memory, 4 << 20);
    buf_init(&bh, 256);
    buf_init(&b, 2048);
    buf_init(&field, 1 << 20);
    buf_init(&data, 4 << 20);
    bool ok = mail_header_read(message, &memory, &m, NULL) && body_hash(t, &m, &bh);
    buf_add(&field, STR("DKIM-Signature: "));
    fill(t, buf_str(&bh), STR(""), &field);
    ok = ok && mail_field_read(buf_str(&field), &self);
    if (ok) {
        add_signed(form, value_of(t, STR("h")), &m, &data);
        mail_canonical_field(form, &self, false, (struct mail_sink){ add, &data });
        ok = sign(keys[key], key == SIGNER_ED25519, buf_str(&data), &b);
    }
    buf_add(out, STR("DKIM-Signature: "));
    fill(t, buf_str(&bh), buf_str(&b), out);
    buf_add(out, STR("\r\n"));
    buf_add(out, message);
    buf_done(&bh);
    buf_done(&b);
    buf_done(&field);
    buf_done(&data);
    arena_done(&memory);
    return ok && buf_ok(out);
}
