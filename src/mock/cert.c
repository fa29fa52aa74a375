/* SPDX-License-Identifier: ISC */
#include "mock/cert.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

AUTO_FREE(key_freep, EVP_PKEY, EVP_PKEY_free)
AUTO_FREE(cert_freep, X509, X509_free)
AUTO_FREE(name_freep, X509_NAME, X509_NAME_free)
AUTO_FREE(integer_freep, ASN1_INTEGER, ASN1_INTEGER_free)
AUTO_FREE(number_freep, BIGNUM, BN_free)
AUTO_FREE(extension_freep, X509_EXTENSION, X509_EXTENSION_free)
AUTO_FREE(bio_freep, BIO, BIO_free_all)

enum { DAY_S = 24 * 60 * 60, PEM_MAX = 16 * 1024, SAN_MAX = 400 };

/* When each kind is good, in days from now. */
static const struct dates {
    int from_days, to_days;
} DATES[] = {
    [MOCK_CERT_GOOD] = { -1, 30 },           [MOCK_CERT_EXPIRED] = { -90, -3 },
    [MOCK_CERT_NOT_YET_VALID] = { 4, 30 },   [MOCK_CERT_SELF_SIGNED] = { -1, 30 },
    [MOCK_CERT_UNKNOWN_ISSUER] = { -1, 30 }, [MOCK_CERT_WRONG_NAME] = { -1, 30 },
};
static const struct dates AUTHORITY_DATES = { -100, 60 };

/* Who signs: certificate and key together. */
struct issuer {
    X509 *cert;
    EVP_PKEY *key;
};

struct extension {
    int nid;
    const char *value;
};

static bool openssl_failed(struct err *e, const char *what)
{
    const char *why = ERR_reason_error_string(ERR_get_error());
    ERR_clear_error();
    return err_set(e, ERR_SYSTEM, "%s: %s", what, why ? why : "OpenSSL refused");
}

/* 127 random bits: positive, and as good as unique (RFC 5280 section 4.1.2.2). */
static bool set_serial(X509 *x)
{
    AUTO(number_freep) BIGNUM *n = BN_new();
    if (!n || BN_rand(n, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1)
        return false;
    AUTO(integer_freep) ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(n, NULL);
    return serial && X509_set_serialNumber(x, serial) == 1;
}

static bool set_subject(X509 *x, const char *common_name)
{
    AUTO(name_freep) X509_NAME *name = X509_NAME_new();
    return name &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)common_name,
                                      -1, -1, 0) == 1 &&
           X509_set_subject_name(x, name) == 1;
}

static bool set_dates(X509 *x, const struct dates *d)
{
    return X509_gmtime_adj(X509_getm_notBefore(x), (long)d->from_days * DAY_S) &&
           X509_gmtime_adj(X509_getm_notAfter(x), (long)d->to_days * DAY_S);
}

static bool add_extension(X509 *x, X509 *issuer, const struct extension *want)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    AUTO(extension_freep)
    X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, &ctx, want->nid, want->value);
    return made && X509_add_ext(x, made, -1) == 1;
}

/* A certificate of key's public half. by NULL: signed by itself. NULL on failure. */
static X509 *certify(EVP_PKEY *key, const char *common_name, const struct dates *dates,
                     const struct extension *extensions, size_t count, const struct issuer *by)
{
    X509 *x = X509_new();
    if (!x)
        return NULL;
    X509 *issuer = by ? by->cert : x;
    bool ok = X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
              set_subject(x, common_name) && set_dates(x, dates) && X509_set_pubkey(x, key) == 1 &&
              X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = add_extension(x, issuer, &extensions[i]);
    if (ok && X509_sign(x, by ? by->key : key, EVP_sha256()) > 0)
        return x;
    X509_free(x);
    return NULL;
}

static X509 *certify_authority(EVP_PKEY *key, const char *common_name)
{
    static const struct extension EXTENSIONS[] = {
        { NID_basic_constraints, "critical,CA:TRUE" },
        { NID_key_usage, "critical,keyCertSign,cRLSign" },
        { NID_subject_key_identifier, "hash" },
    };
    return certify(key, common_name, &AUTHORITY_DATES, EXTENSIONS, COUNT_OF(EXTENSIONS), NULL);
}

/* names: a value of subjectAltName. A certificate that signs itself needs no authorityKeyIdentifier
 * (RFC 5280 section 4.2.1.1), so that row stands last. */
static X509 *certify_server(EVP_PKEY *key, const struct dates *dates, const char *names,
                            const struct issuer *by)
{
    const struct extension extensions[] = {
        { NID_basic_constraints, "critical,CA:FALSE" },
        { NID_key_usage, "critical,digitalSignature" },
        { NID_ext_key_usage, "serverAuth" },
        { NID_subject_alt_name, names },
        { NID_authority_key_identifier, "keyid" },
    };
    return certify(key, "Baton mock server", dates, extensions, COUNT_OF(extensions) - (by ? 0 : 1),
                   by);
}

static X509 *certify_client(EVP_PKEY *key, const struct issuer *by)
{
    static const struct extension EXTENSIONS[] = {
        { NID_basic_constraints, "critical,CA:FALSE" },
        { NID_key_usage, "critical,digitalSignature" },
        { NID_ext_key_usage, "clientAuth" },
        { NID_authority_key_identifier, "keyid" },
    };
    return certify(key, "Baton mock client", &DATES[MOCK_CERT_GOOD], EXTENSIONS,
                   COUNT_OF(EXTENSIONS), by);
}

static bool take_pem(BIO *bio, struct buf *out)
{
    char *p = NULL;
    long n = BIO_get_mem_data(bio, &p);
    return n > 0 && buf_add(out, (str){ p, (size_t)n });
}

static bool cert_pem(X509 *x, struct buf *out)
{
    AUTO(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
    return bio && PEM_write_bio_X509(bio, x) == 1 && take_pem(bio, out);
}

static bool key_pem(EVP_PKEY *key, struct buf *out)
{
    AUTO(bio_freep) BIO *bio = BIO_new(BIO_s_secmem());
    return bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 &&
           take_pem(bio, out);
}

static void san_text(enum mock_cert kind, str hostname, const struct ip *address, char out[SAN_MAX])
{
    char ip[IP_TEXT_MAX];
    if (kind == MOCK_CERT_WRONG_NAME)
        snprintf(out, SAN_MAX, "DNS:%s", MOCK_CERT_OTHER_HOST);
    else
        snprintf(out, SAN_MAX, "DNS:%.*s,IP:%s", STR_ARG(hostname), ip_text(address, ip));
}

static bool hostname_ok(str h)
{
    for (size_t i = 0; i < h.n; i++)
        if (!is_alnum(h.p[i]) && h.p[i] != '-' && h.p[i] != '.')
            return false;
    return h.n > 0 && h.n <= 253;
}

static bool make_client(const struct issuer *by, struct buf *out)
{
    AUTO(key_freep) EVP_PKEY *key = EVP_EC_gen("P-256");
    AUTO(cert_freep) X509 *cert = key ? certify_client(key, by) : NULL;
    return cert && cert_pem(cert, out) && key_pem(key, out);
}

static bool make(enum mock_cert kind, const char *names, struct mock_papers *out)
{
    AUTO(key_freep) EVP_PKEY *ca_key = EVP_EC_gen("P-256");
    AUTO(key_freep) EVP_PKEY *key = EVP_EC_gen("P-256");
    if (!ca_key || !key)
        return false;
    AUTO(cert_freep) X509 *ca = certify_authority(ca_key, "Baton mock authority");
    if (!ca || !cert_pem(ca, &out->ca_pem) || !key_pem(key, &out->key_pem))
        return false;
    const struct dates *dates = &DATES[kind];
    AUTO(key_freep) EVP_PKEY *other_key = NULL;
    AUTO(cert_freep) X509 *other = NULL;
    struct issuer by = { ca, ca_key };
    if (!make_client(&by, &out->client_pem))
        return false;
    if (kind == MOCK_CERT_UNKNOWN_ISSUER) {
        other_key = EVP_EC_gen("P-256");
        other = other_key ? certify_authority(other_key, "An authority nobody trusts") : NULL;
        if (!other)
            return false;
        by = (struct issuer){ other, other_key };
    }
    AUTO(cert_freep)
    X509 *leaf = certify_server(key, dates, names, kind == MOCK_CERT_SELF_SIGNED ? NULL : &by);
    return leaf && cert_pem(leaf, &out->chain_pem);
}

bool mock_papers_make(enum mock_cert kind, str hostname, const struct ip *address,
                      struct mock_papers *out, struct err *e)
{
    if (!hostname_ok(hostname))
        return err_set(e, ERR_SYNTAX,
                       "making a certificate: a host name is letters, digits, hyphens and dots, at "
                       "most 253 in all");
    char names[SAN_MAX];
    san_text(kind, hostname, address, names);
    struct mock_papers made;
    buf_init(&made.ca_pem, PEM_MAX);
    buf_init(&made.chain_pem, PEM_MAX);
    buf_init(&made.key_pem, PEM_MAX);
    buf_init(&made.client_pem, (size_t)2 * PEM_MAX);
    if (!make(kind, names, &made)) {
        mock_papers_done(&made);
        return openssl_failed(e, "making the mock's certificates");
    }
    *out = made;
    return true;
}

void mock_papers_done(struct mock_papers *p)
{
    buf_done(&p->ca_pem);
    buf_done(&p->chain_pem);
    buf_wipe_done(&p->key_pem);
    buf_wipe_done(&p->client_pem);
}
