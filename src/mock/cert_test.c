/* SPDX-License-Identifier: ISC */
#include "mock/cert.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

static X509 *read_cert(str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_non_null(x);
    return x;
}

static EVP_PKEY *read_key(str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_non_null(key);
    return key;
}

/* What a client that trusts the authority says to the certificate, when it asked for host. */
static int verify(const struct mock_papers *p, const char *host, const char *ip)
{
    X509 *leaf = read_cert(buf_str(&p->chain_pem));
    X509 *ca = read_cert(buf_str(&p->ca_pem));
    X509_STORE *store = X509_STORE_new();
    assert_int_equal(X509_STORE_add_cert(store, ca), 1);
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, NULL), 1);
    X509_STORE_CTX_set_default(ctx, "ssl_server");
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    if (host)
        X509_VERIFY_PARAM_set1_host(param, host, 0);
    if (ip)
        X509_VERIFY_PARAM_set1_ip_asc(param, ip);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
    int error = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    X509_free(leaf);
    X509_free(ca);
    return error;
}

static const struct {
    enum mock_cert kind;
    const char *host, *ip;
    int error;
} CASES[] = {
    { MOCK_CERT_GOOD, "mail.corp.example", NULL, X509_V_OK },
    { MOCK_CERT_GOOD, NULL, "127.0.0.1", X509_V_OK },
    { MOCK_CERT_GOOD, "other.corp.example", NULL, X509_V_ERR_HOSTNAME_MISMATCH },
    { MOCK_CERT_EXPIRED, "mail.corp.example", NULL, X509_V_ERR_CERT_HAS_EXPIRED },
    { MOCK_CERT_NOT_YET_VALID, "mail.corp.example", NULL, X509_V_ERR_CERT_NOT_YET_VALID },
    { MOCK_CERT_SELF_SIGNED, "mail.corp.example", NULL, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT },
    { MOCK_CERT_UNKNOWN_ISSUER, "mail.corp.example", NULL,
      X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY },
    { MOCK_CERT_WRONG_NAME, "mail.corp.example", NULL, X509_V_ERR_HOSTNAME_MISMATCH },
    { MOCK_CERT_WRONG_NAME, NULL, "127.0.0.1", X509_V_ERR_IP_ADDRESS_MISMATCH },
    { MOCK_CERT_WRONG_NAME, MOCK_CERT_OTHER_HOST, NULL, X509_V_OK },
};

static void each_kind_is_wrong_in_its_own_way(void **state)
{
    (void)state;
    struct ip address;
    assert_true(ip_parse(STR("127.0.0.1"), &address));
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct mock_papers p;
        struct err e;
        assert_true(mock_papers_make(CASES[i].kind, STR("mail.corp.example"), &address, &p, &e));
        int got = verify(&p, CASES[i].host, CASES[i].ip);
        if (got != CASES[i].error)
            fail_msg("case %zu: %s", i, X509_verify_cert_error_string(got));
        X509 *leaf = read_cert(buf_str(&p.chain_pem));
        EVP_PKEY *key = read_key(buf_str(&p.key_pem));
        assert_int_equal(X509_check_private_key(leaf, key), 1);
        EVP_PKEY_free(key);
        X509_free(leaf);
        mock_papers_done(&p);
    }
}

static void two_makings_share_nothing(void **state)
{
    (void)state;
    struct ip address;
    assert_true(ip_parse(STR("::1"), &address));
    struct mock_papers a, b;
    assert_true(mock_papers_make(MOCK_CERT_GOOD, STR("a.example"), &address, &a, NULL));
    assert_true(mock_papers_make(MOCK_CERT_GOOD, STR("a.example"), &address, &b, NULL));
    assert_int_equal(verify(&a, "a.example", "::1"), X509_V_OK);
    assert_false(str_eq(buf_str(&a.key_pem), buf_str(&b.key_pem)));
    assert_false(str_eq(buf_str(&a.ca_pem), buf_str(&b.ca_pem)));
    mock_papers_done(&a);
    mock_papers_done(&b);
}

static void names_that_cannot_be_certified(void **state)
{
    (void)state;
    static const str BAD[] = { STR_INIT(""), STR_INIT("a.example,DNS:b.example"), STR_INIT("a b"),
                               STR_INIT("b\xc3\xbc"), STR_INIT("[127.0.0.1]") };
    struct ip address;
    assert_true(ip_parse(STR("127.0.0.1"), &address));
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        struct mock_papers p;
        struct err e = { 0 };
        assert_false(mock_papers_make(MOCK_CERT_GOOD, BAD[i], &address, &p, &e));
        assert_int_equal(e.kind, ERR_SYNTAX);
        assert_non_null(strstr(e.why, "host name"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_wrong_in_its_own_way),
        cmocka_unit_test(two_makings_share_nothing),
        cmocka_unit_test(names_that_cannot_be_certified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
