/* SPDX-License-Identifier: ISC */
/* tests/live/certs.c - certificates made in memory: P-256, one rule a kind */
#include "certs.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400L

enum issuer { BY_CA, BY_OTHER_CA, BY_ITSELF };

static const struct rule {
    enum issuer issuer;
    long from_days, to_days; /* from now */
    str name;
} RULES[TEST_CERT_KINDS] = {
    [TEST_CERT_GOOD] = { BY_CA, -2, 30, STR_INIT("mail.example") },
    [TEST_CERT_EXPIRED] = { BY_CA, -30, -1, STR_INIT("mail.example") },
    [TEST_CERT_FUTURE] = { BY_CA, 1, 30, STR_INIT("mail.example") },
    [TEST_CERT_SELF] = { BY_ITSELF, -2, 30, STR_INIT("mail.example") },
    [TEST_CERT_UNKNOWN] = { BY_OTHER_CA, -2, 30, STR_INIT("mail.example") },
    [TEST_CERT_OTHER_NAME] = { BY_CA, -2, 30, STR_INIT("other.example") },
    [TEST_CERT_WILDCARD] = { BY_CA, -2, 30, STR_INIT("*.example.org") },
    [TEST_CERT_PART_WILDCARD] = { BY_CA, -2, 30, STR_INIT("ma*.example.org") },
    [TEST_CERT_NUL] = { BY_CA, -2, 30, STR_INIT("mail.example\0.evil.example") },
    [TEST_CERT_BLANK] = { BY_CA, -2, 30, STR_INIT("mail.example other.example") },
    [TEST_CERT_EXPIRED_OTHER] = { BY_OTHER_CA, -30, -1, STR_INIT("other.example") },
};

struct pair {
    X509 *cert;
    EVP_PKEY *key;
};
struct test_certs {
    struct pair ca, other_ca;
    str ca_pem;
    str chains[TEST_CERT_KINDS], keys[TEST_CERT_KINDS];
};

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "certs: %s failed\n", what);
    abort();
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    must(ext && X509_add_ext(cert, ext, -1), value);
    X509_EXTENSION_free(ext);
}

static void push(GENERAL_NAMES *names, int type, str octets)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = type == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
    must(name && value && ASN1_STRING_set(value, octets.p, (int)octets.n), "naming");
    GENERAL_NAME_set0_value(name, type, value);
    must(sk_GENERAL_NAME_push(names, name) > 0, "naming");
}

/* Built by hand, since no text form could hold a NUL. */
static void add_names(X509 *cert, str dns)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    push(names, GEN_DNS, dns);
    push(names, GEN_IPADD, STR("\x7f\0\0\x01"));
    push(names, GEN_IPADD, STR("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"));
    must(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0) == 1, "subjectAltName");
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
}

static X509_NAME *name_new(const char *common_name)
{
    X509_NAME *name = X509_NAME_new();
    must(name && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                            (const unsigned char *)common_name, -1, -1, 0),
         "common name");
    return name;
}

/* Subject, key, dates and a serial number; the issuer and the signature are still to come. */
static struct pair bare(const char *subject, long from_days, long to_days)
{
    static long serial = 1;
    struct pair p = { X509_new(), EVP_EC_gen("P-256") };
    must(p.cert && p.key, "making a key");
    X509_NAME *name = name_new(subject);
    must(X509_set_version(p.cert, X509_VERSION_3) &&
             ASN1_INTEGER_set(X509_get_serialNumber(p.cert), serial++) &&
             X509_gmtime_adj(X509_getm_notBefore(p.cert), from_days * DAY) &&
             X509_gmtime_adj(X509_getm_notAfter(p.cert), to_days * DAY) &&
             X509_set_subject_name(p.cert, name) && X509_set_pubkey(p.cert, p.key),
         "filling a certificate");
    X509_NAME_free(name);
    return p;
}

static void sign(struct pair *p, const struct pair *issuer)
{
    must(X509_set_issuer_name(p->cert, X509_get_subject_name(issuer->cert)) &&
             X509_sign(p->cert, issuer->key, EVP_sha256()) > 0,
         "signing");
}

static struct pair authority(const char *name)
{
    struct pair p = bare(name, -100, 100);
    add_extension(p.cert, p.cert, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(p.cert, p.cert, NID_key_usage, "critical,keyCertSign,cRLSign");
    sign(&p, &p);
    return p;
}

static void pair_done(struct pair *p)
{
    X509_free(p->cert);
    EVP_PKEY_free(p->key);
}

static str text_of(BIO *bio)
{
    char *p = NULL;
    long n = BIO_get_mem_data(bio, &p);
    char *copy = malloc((size_t)n);
    must(copy != NULL, "copying");
    memcpy(copy, p, (size_t)n);
    BIO_free(bio);
    return (str){ copy, (size_t)n };
}

static str pem_of(X509 *first, X509 *second)
{
    BIO *bio = BIO_new(BIO_s_mem());
    must(PEM_write_bio_X509(bio, first) == 1, "writing");
    must(!second || PEM_write_bio_X509(bio, second) == 1, "writing");
    return text_of(bio);
}

static str pem_of_key(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    must(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1, "writing a key");
    return text_of(bio);
}

static void make(struct test_certs *c, enum test_cert_kind kind)
{
    const struct rule *rule = &RULES[kind];
    struct pair p = bare("a mail server", rule->from_days, rule->to_days);
    const struct pair *issuer = rule->issuer == BY_CA         ? &c->ca
                                : rule->issuer == BY_OTHER_CA ? &c->other_ca
                                                              : &p;
    add_extension(p.cert, issuer->cert, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(p.cert, issuer->cert, NID_ext_key_usage, "serverAuth");
    add_names(p.cert, rule->name);
    sign(&p, issuer);
    c->chains[kind] = pem_of(p.cert, rule->issuer == BY_CA ? c->ca.cert : NULL);
    c->keys[kind] = pem_of_key(p.key);
    pair_done(&p);
}

struct test_certs *test_certs_new(void)
{
    struct test_certs *c = calloc(1, sizeof(*c));
    must(c != NULL, "memory");
    c->ca = authority("An Authority for Tests");
    c->other_ca = authority("An Authority Nobody Trusts");
    c->ca_pem = pem_of(c->ca.cert, NULL);
    for (int kind = 0; kind < TEST_CERT_KINDS; kind++)
        make(c, (enum test_cert_kind)kind);
    return c;
}

void test_certs_free(struct test_certs *c)
{
    if (!c)
        return;
    pair_done(&c->ca);
    pair_done(&c->other_ca);
    free((char *)c->ca_pem.p);
    for (int kind = 0; kind < TEST_CERT_KINDS; kind++) {
        free((char *)c->chains[kind].p);
        free((char *)c->keys[kind].p);
    }
    free(c);
}

str test_certs_ca(const struct test_certs *c)
{
    return c->ca_pem;
}

str test_certs_chain(const struct test_certs *c, enum test_cert_kind k)
{
    return c->chains[k];
}

str test_certs_key(const struct test_certs *c, enum test_cert_kind k)
{
    return c->keys[k];
}
