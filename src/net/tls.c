/* SPDX-License-Identifier: ISC */
/* net/tls.c - OpenSSL contexts: what we trust, and what we show */
#include "net/tls.h"
#include "net/tls_pipe.h"
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdlib.h>

struct net_tls_context {
    SSL_CTX *ssl;
    bool trusts;
    bool asks; /* a server, for the client's certificate */
};

struct ssl_ctx_st *net_tls_context_ssl(struct net_tls_context *t)
{
    return t->ssl;
}

bool net_tls_context_trusts(const struct net_tls_context *t)
{
    return t->trusts;
}

bool net_tls_context_asks(const struct net_tls_context *t)
{
    return t->asks;
}

void net_tls_context_free(struct net_tls_context *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->ssl);
    free(t);
}

/* "WHAT: OpenSSL's words for the last failure"; false. */
static bool err_ssl(struct err *e, const char *what, const char *on)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(code);
    err_set(e, ERR_SYNTAX, "%s%s%s%s: %s", what, *on ? " '" : "", on, *on ? "'" : "",
            reason ? reason : "OpenSSL does not say why");
    ERR_clear_error();
    return false;
}

/* Keys under a passphrase are refused: OpenSSL would ask for it on the terminal. */
static int no_passphrase(char *room, int octets, int writing, void *unused)
{
    (void)room, (void)octets, (void)writing, (void)unused;
    return -1;
}

static struct net_tls_context *context_new(const SSL_METHOD *method, struct err *e)
{
    struct net_tls_context *t = calloc(1, sizeof(*t));
    if (!t) {
        err_memory(e, "a TLS context");
        return NULL;
    }
    ERR_clear_error();
    t->ssl = SSL_CTX_new_ex(NULL, NULL, method);
    if (!t->ssl || !SSL_CTX_set_min_proto_version(t->ssl, TLS1_2_VERSION)) {
        err_ssl(e, "making a TLS context", "");
        net_tls_context_free(t);
        return NULL;
    }
    SSL_CTX_set_mode(t->ssl, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(t->ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(t->ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(t->ssl, no_passphrase);
    return t;
}

static BIO *bio_of(str text)
{
    return text.n <= INT_MAX ? BIO_new_mem_buf(text.p, (int)text.n) : NULL;
}

/* Every certificate of the text becomes a trusted one. */
static bool trust_pem(SSL_CTX *ssl, str pem, struct err *e)
{
    BIO *bio = bio_of(pem);
    if (!bio)
        return err_memory(e, "the text of trusted certificates");
    unsigned taken = 0;
    bool ok = true;
    for (X509 *cert; ok && (cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)); taken++) {
        ok = X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), cert) == 1;
        X509_free(cert);
    }
    BIO_free(bio);
    if (!ok || taken == 0)
        return err_ssl(e, "reading the trusted certificates", "");
    ERR_clear_error(); /* the end of the text is an error to OpenSSL */
    return true;
}

static bool take_trust(SSL_CTX *ssl, const struct net_tls_trust *t, struct err *e)
{
    if (t->system && !SSL_CTX_set_default_verify_dir(ssl))
        return err_ssl(e, "using the system's directory of certificates", "");
    if (t->ca_file && !SSL_CTX_load_verify_file(ssl, t->ca_file))
        return err_ssl(e, "reading trusted certificates from", t->ca_file);
    return t->ca_pem.n == 0 || trust_pem(ssl, t->ca_pem, e);
}

static bool take_own_files(SSL_CTX *ssl, const struct net_tls_trust *t, struct err *e)
{
    if (!t->cert_file)
        return true;
    const char *key_file = t->key_file ? t->key_file : t->cert_file;
    if (SSL_CTX_use_certificate_chain_file(ssl, t->cert_file) != 1)
        return err_ssl(e, "reading the client certificate from", t->cert_file);
    if (SSL_CTX_use_PrivateKey_file(ssl, key_file, SSL_FILETYPE_PEM) != 1)
        return err_ssl(e, "reading the client certificate's key from", key_file);
    return true;
}

/* Takes whatever a server has, so that it can be described (design: observe, never log in). */
static bool open_wide(SSL_CTX *ssl, struct err *e)
{
    SSL_CTX_set_security_level(ssl, 0);
    SSL_CTX_set_options(ssl, SSL_OP_LEGACY_SERVER_CONNECT);
    if (!SSL_CTX_set_min_proto_version(ssl, TLS1_VERSION) ||
        !SSL_CTX_set_cipher_list(ssl, "ALL:@SECLEVEL=0"))
        return err_ssl(e, "making a TLS context that only looks", "");
    return true;
}

struct net_tls_context *net_tls_client_new(const struct net_tls_trust *t, struct err *e)
{
    struct net_tls_context *c = context_new(TLS_client_method(), e);
    if (!c)
        return NULL;
    c->trusts = !t->observe;
    if (!take_trust(c->ssl, t, e) || !take_own_files(c->ssl, t, e) ||
        (t->observe && !open_wide(c->ssl, e))) {
        net_tls_context_free(c);
        return NULL;
    }
    return c;
}

static bool show_chain(SSL_CTX *ssl, str pem, struct err *e)
{
    BIO *bio = bio_of(pem);
    if (!bio)
        return err_memory(e, "the text of a certificate chain");
    X509 *leaf = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    const bool leaf_read = leaf;
    bool ok = leaf && SSL_CTX_use_certificate(ssl, leaf) == 1;
    X509_free(leaf);
    for (X509 *next; ok && (next = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL));) {
        ok = SSL_CTX_add1_chain_cert(ssl, next) == 1;
        X509_free(next);
    }
    BIO_free(bio);
    if (!leaf_read) {
        ERR_clear_error();
        return err_set(e, ERR_SYNTAX,
                       "there is no certificate in PEM in it (-----BEGIN CERTIFICATE-----); "
                       "'openssl x509 -inform DER -in FILE' writes one in DER as PEM");
    }
    if (!ok)
        return err_ssl(e, "reading the certificate to show", "");
    ERR_clear_error();
    return true;
}

static bool show_key(SSL_CTX *ssl, str pem, struct err *e)
{
    BIO *bio = bio_of(pem);
    if (!bio)
        return err_memory(e, "the text of a key");
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    if (!key) {
        ERR_clear_error();
        return err_set(e, ERR_SYNTAX, "there is no key in it that is read without a passphrase");
    }
    bool fits = X509_check_private_key(SSL_CTX_get0_certificate(ssl), key) == 1;
    bool ok = fits && SSL_CTX_use_PrivateKey(ssl, key) == 1;
    EVP_PKEY_free(key);
    if (!fits) {
        ERR_clear_error();
        return err_set(e, ERR_SYNTAX,
                       "the key is not that of the certificate, which has to be the first in its "
                       "file, before those of its issuers");
    }
    return ok || err_ssl(e, "reading the certificate's key", "");
}

struct net_tls_context *net_tls_server_new(str chain_pem, str key_pem, struct err *e)
{
    struct net_tls_context *c = context_new(TLS_server_method(), e);
    if (!c)
        return NULL;
    /* No tickets: a client that leaves without reading them would be answered by a reset. */
    SSL_CTX_set_num_tickets(c->ssl, 0);
    SSL_CTX_set_options(c->ssl, SSL_OP_NO_TICKET);
    if (!show_chain(c->ssl, chain_pem, e) || !show_key(c->ssl, key_pem, e)) {
        net_tls_context_free(c);
        return NULL;
    }
    return c;
}

bool net_tls_server_is_stale(const struct net_tls_context *t)
{
    const X509 *shown = SSL_CTX_get0_certificate(t->ssl);
    return shown && (X509_cmp_current_time(X509_get0_notAfter(shown)) < 0 ||
                     X509_cmp_current_time(X509_get0_notBefore(shown)) > 0);
}

bool net_tls_server_ask(struct net_tls_context *t, str ca_pem, struct err *e)
{
    if (ca_pem.n > 0 && !trust_pem(t->ssl, ca_pem, e))
        return false;
    t->trusts = ca_pem.n > 0;
    t->asks = true;
    return true;
}

bool net_tls_tickets_new(struct net_tls_tickets *out, struct err *e)
{
    return RAND_bytes(out->octets, sizeof out->octets) == 1 ||
           err_ssl(e, "making keys for session tickets", "");
}

bool net_tls_server_resume(struct net_tls_context *t, const struct net_tls_tickets *keys, str name,
                           struct err *e)
{
    struct net_tls_tickets copy = *keys; /* OpenSSL's call is not const */
    bool ok = SSL_CTX_set_session_id_context(t->ssl, (const unsigned char *)name.p,
                                             (unsigned)name.n) == 1 &&
              SSL_CTX_set_tlsext_ticket_keys(t->ssl, copy.octets, sizeof copy.octets) == 1;
    OPENSSL_cleanse(&copy, sizeof copy);
    if (!ok)
        return err_ssl(e, "setting the keys of session tickets", "");
    SSL_CTX_clear_options(t->ssl, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(t->ssl, 1);
    return true;
}

bool net_tls_server_old(struct net_tls_context *t, struct err *e)
{
    SSL_CTX_set_security_level(t->ssl, 0);
    if (!SSL_CTX_set_min_proto_version(t->ssl, TLS1_VERSION) ||
        !SSL_CTX_set_max_proto_version(t->ssl, TLS1_1_VERSION) ||
        !SSL_CTX_set_cipher_list(t->ssl, "ALL:@SECLEVEL=0"))
        return err_ssl(e, "making a TLS context of the old versions", "");
    return true;
}
