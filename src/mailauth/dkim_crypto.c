/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim_crypto.c - hashes and signatures, by OpenSSL
 */
#include "mailauth/dkim_inside.h"
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

enum { EXPONENT_OCTETS_MAX = 8, MODULUS_OCTETS_MAX = 2048 };

/* ------------------------------------------------------------------------------------------------
 * Hashes. The handle is OpenSSL's own.
 */
struct dkim_hash *dkim_hash_new(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1)
        return (struct dkim_hash *)ctx;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return NULL;
}

void dkim_hash_free(struct dkim_hash *h)
{
    EVP_MD_CTX_free((EVP_MD_CTX *)h);
}

void dkim_hash_add(void *hash, str octets)
{
    (void)EVP_DigestUpdate(hash, octets.p, octets.n);
}

bool dkim_hash_end(struct dkim_hash *h, unsigned char out[DKIM_HASH_OCTETS])
{
    unsigned n = 0;
    return EVP_DigestFinal_ex((EVP_MD_CTX *)h, out, &n) == 1 && n == DKIM_HASH_OCTETS;
}

/* ------------------------------------------------------------------------------------------------
 * Keys and signatures
 */

/* OpenSSL takes numbers with the little end first, on the machines that we know. */
static void turn(unsigned char *to, str number)
{
    for (size_t i = 0; i < number.n; i++) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        to[i] = (unsigned char)number.p[number.n - 1 - i];
#else
        to[i] = (unsigned char)number.p[i];
#endif
    }
}

static EVP_PKEY *rsa_key(const struct dkim_key *key)
{
    unsigned char n[MODULUS_OCTETS_MAX], e[EXPONENT_OCTETS_MAX];
    EVP_PKEY *made = NULL;
    if (key->modulus.n > sizeof n || key->exponent.n > sizeof e)
        return NULL;
    turn(n, key->modulus);
    turn(e, key->exponent);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n, key->modulus.n),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, key->exponent.n),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
        (void)EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);
    return made;
}

static EVP_PKEY *ed25519_key(const struct dkim_key *key)
{
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)key->octets.p,
                                       key->octets.n);
}

static enum dkim_truth verify(EVP_PKEY *pkey, const EVP_MD *hash, str data, str octets)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    enum dkim_truth holds = DKIM_NOT_KNOWN;
    if (ctx && EVP_DigestVerifyInit(ctx, NULL, hash, NULL, pkey) == 1)
        holds = EVP_DigestVerify(ctx, (const unsigned char *)octets.p, octets.n,
                                 (const unsigned char *)data.p, data.n) == 1
                    ? DKIM_YES
                    : DKIM_NO;
    EVP_MD_CTX_free(ctx);
    return holds;
}

/* RFC 8463 section 3: Ed25519 signs the SHA-256 of the data, and not the data. */
static enum dkim_truth verify_ed25519(EVP_PKEY *pkey, str data, str octets)
{
    unsigned char hash[DKIM_HASH_OCTETS];
    AUTO(dkim_hash_freep) struct dkim_hash *h = dkim_hash_new();
    if (!h)
        return DKIM_NOT_KNOWN;
    dkim_hash_add(h, data);
    if (!dkim_hash_end(h, hash))
        return DKIM_NOT_KNOWN;
    return verify(pkey, NULL, (str){ (const char *)hash, sizeof hash }, octets);
}

enum dkim_truth dkim_holds(const struct dkim_key *key, str data, str octets)
{
    bool rsa = str_eq(key->type, STR("rsa"));
    EVP_PKEY *pkey = rsa ? rsa_key(key) : ed25519_key(key);
    enum dkim_truth holds = !pkey ? DKIM_NOT_KNOWN
                            : rsa ? verify(pkey, EVP_sha256(), data, octets)
                                  : verify_ed25519(pkey, data, octets);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return holds;
}
