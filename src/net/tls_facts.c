/* SPDX-License-Identifier: ISC */
/* net/tls_facts.c - X.509 and the handshake, turned into struct smtp_tls_facts */
#include "net/tls_facts.h"
#include "base/escape.h"
#include <openssl/evp.h>
#include <openssl/x509v3.h>

/* Names, dates and issuer together; a certificate with more names than fit shows the first of them. */
#define MEMORY_OCTETS   (32u << 10)
#define NAMES_OCTETS    (12u << 10)
#define ISSUER_OCTETS   (4u << 10)
#define ONE_NAME_OCTETS 1024

static const struct reason_row {
    int x509_error;
    enum smtp_cert_reason reason;
} REASONS[] = {
    { X509_V_ERR_CERT_HAS_EXPIRED, SMTP_CERT_EXPIRED },
    { X509_V_ERR_CERT_NOT_YET_VALID, SMTP_CERT_NOT_YET_VALID },
    { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, SMTP_CERT_SELF_SIGNED },
    { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, SMTP_CERT_UNKNOWN_ISSUER },
    { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, SMTP_CERT_UNKNOWN_ISSUER },
    { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, SMTP_CERT_UNKNOWN_ISSUER },
    { X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, SMTP_CERT_UNKNOWN_ISSUER },
    { X509_V_ERR_CERT_UNTRUSTED, SMTP_CERT_UNKNOWN_ISSUER },
    { X509_V_ERR_HOSTNAME_MISMATCH, SMTP_CERT_WRONG_NAME },
    { X509_V_ERR_IP_ADDRESS_MISMATCH, SMTP_CERT_WRONG_NAME },
    { X509_V_ERR_EE_KEY_TOO_SMALL, SMTP_CERT_WEAK },
    { X509_V_ERR_CA_KEY_TOO_SMALL, SMTP_CERT_WEAK },
    { X509_V_ERR_CA_MD_TOO_WEAK, SMTP_CERT_WEAK },
};

enum smtp_cert_reason net_tls_reason_of(int x509_error)
{
    for (size_t i = 0; i < COUNT_OF(REASONS); i++)
        if (REASONS[i].x509_error == x509_error)
            return REASONS[i].reason;
    return x509_error == X509_V_OK ? SMTP_CERT_OK : SMTP_CERT_OTHER;
}

void net_tls_facts_init(struct net_tls_facts *f)
{
    f->facts = (struct smtp_tls_facts){ 0 };
    arena_init(&f->memory, MEMORY_OCTETS);
}

void net_tls_facts_done(struct net_tls_facts *f)
{
    arena_done(&f->memory);
}

static void add_reason(struct smtp_tls_facts *facts, enum smtp_cert_reason reason)
{
    for (unsigned i = 0; i < facts->reason_count; i++)
        if (facts->reasons[i] == reason)
            return;
    if (facts->reason_count < SMTP_TLS_REASONS)
        facts->reasons[facts->reason_count++] = reason;
}

static int on_verify(int ok, X509_STORE_CTX *ctx)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct net_tls_facts *f = SSL_get_app_data(ssl);
    if (!ok)
        add_reason(&f->facts, net_tls_reason_of(X509_STORE_CTX_get_error(ctx)));
    return 1;
}

/* Called when the server asks for our certificate (RFC 8446 section 4.3.2), and only then; its own was checked
 * before. Ours says who we are, and is nothing for a server that cannot say who it is. */
static int on_certificate_asked(SSL *ssl, void *user)
{
    struct net_tls_facts *f = user;
    if (f->facts.reason_count > 0)
        SSL_certs_clear(ssl);
    f->facts.certificate_asked = true;
    f->facts.certificate_shown = SSL_get_certificate(ssl) != NULL;
    return 1;
}

void net_tls_facts_watch(struct net_tls_facts *f, SSL *ssl)
{
    SSL_set_app_data(ssl, f);
    SSL_set_cert_cb(ssl, on_certificate_asked, f);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, on_verify);
}

/* Adds one name to a list with blanks between. A name may hold anything, also blanks, by which it
 * would look like two. */
static void add_name(struct buf *list, const unsigned char *octets, int n)
{
    struct buf one;
    buf_init(&one, ONE_NAME_OCTETS);
    if (n > 0 && escape_line((str){ (const char *)octets, (size_t)n }, &one) &&
        list->n + 4 * one.n + 1 <= list->max) {
        if (list->n > 0)
            buf_addc(list, ' ');
        for (size_t i = 0; i < one.n; i++)
            buf_add(list, one.p[i] == ' ' ? STR("\\x20") : (str){ one.p + i, 1 });
    }
    buf_done(&one);
}

static void add_address(struct buf *list, const ASN1_OCTET_STRING *octets)
{
    struct ip ip = { 0 };
    int n = ASN1_STRING_length(octets);
    if (n != 4 && n != 16)
        return;
    ip.family = n == 4 ? IP_V4 : IP_V6;
    for (int i = 0; i < n; i++)
        ip.octets[i] = ASN1_STRING_get0_data(octets)[i];
    char text[IP_TEXT_MAX];
    str s = str_from(ip_text(&ip, text));
    add_name(list, (const unsigned char *)s.p, (int)s.n);
}

static bool read_alternative_names(const X509 *cert, struct buf *list)
{
    bool any_dns = false;
    GENERAL_NAMES *alt = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(alt); i++) {
        int type;
        const void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(alt, i), &type);
        if (type == GEN_DNS) {
            any_dns = true;
            add_name(list, ASN1_STRING_get0_data(value), ASN1_STRING_length(value));
        } else if (type == GEN_IPADD) {
            add_address(list, value);
        }
    }
    GENERAL_NAMES_free(alt);
    return any_dns;
}

static void read_common_names(const X509 *cert, struct buf *list)
{
    const X509_NAME *subject = X509_get_subject_name(cert);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    while (at >= 0) {
        const ASN1_STRING *cn = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
        add_name(list, ASN1_STRING_get0_data(cn), ASN1_STRING_length(cn));
        at = X509_NAME_get_index_by_NID(subject, NID_commonName, at);
    }
}

/* The names that count: DNS and IP addresses of subjectAltName; without any DNS name there the common
 * names too, as OpenSSL's own check does it (RFC 6125 section 6.4.4). */
static void read_names(const X509 *cert, struct buf *list)
{
    if (!read_alternative_names(cert, list))
        read_common_names(cert, list);
}

static str date_text(struct arena *memory, const ASN1_TIME *time)
{
    struct tm tm = { 0 };
    if (!ASN1_TIME_to_tm(time, &tm))
        return STR_NONE;
    return arena_printf(memory, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                        tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* "C = US, O = An Authority, CN = R3": one line, UTF-8, escaped. */
static void read_issuer(const X509 *cert, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio)
        return;
    if (X509_NAME_print_ex(bio, X509_get_issuer_name(cert), 0,
                           XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
        char *p = NULL;
        long n = BIO_get_mem_data(bio, &p);
        escape_line((str){ p, n > 0 ? (size_t)n : 0 }, out);
    }
    BIO_free(bio);
}

/* "RSA 2048": kind and size in bits. */
static str key_text(struct arena *memory, const EVP_PKEY *key)
{
    const char *kind = key ? EVP_PKEY_get0_type_name(key) : NULL;
    return kind ? arena_printf(memory, "%s %d", kind, EVP_PKEY_get_bits(key)) : STR_NONE;
}

static str signature_text(struct arena *memory, const X509 *cert)
{
    const char *name = OBJ_nid2sn(X509_get_signature_nid(cert));
    return name ? arena_printf(memory, "%s", name) : STR_NONE;
}

static str fingerprint_text(struct arena *memory, const X509 *cert)
{
    static const char HEX[] = "0123456789abcdef";
    unsigned char octets[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (X509_digest(cert, EVP_sha256(), octets, &n) != 1)
        return STR_NONE;
    for (unsigned i = 0; i < n; i++) {
        text[2 * i] = HEX[octets[i] >> 4];
        text[2 * i + 1] = HEX[octets[i] & 15];
    }
    return arena_dup(memory, (str){ text, 2 * (size_t)n });
}

static void read_certificate(struct net_tls_facts *f, const X509 *cert)
{
    struct buf names, issuer;
    buf_init(&names, NAMES_OCTETS);
    buf_init(&issuer, ISSUER_OCTETS);
    read_names(cert, &names);
    read_issuer(cert, &issuer);
    f->facts.names = arena_dup(&f->memory, buf_str(&names));
    f->facts.issuer = arena_dup(&f->memory, buf_str(&issuer));
    f->facts.not_before = date_text(&f->memory, X509_get0_notBefore(cert));
    f->facts.not_after = date_text(&f->memory, X509_get0_notAfter(cert));
    f->facts.key = key_text(&f->memory, X509_get0_pubkey(cert));
    f->facts.signature = signature_text(&f->memory, cert);
    f->facts.fingerprint = fingerprint_text(&f->memory, cert);
    buf_done(&names);
    buf_done(&issuer);
}

static void read_exchange(struct net_tls_facts *f, const SSL *ssl)
{
    EVP_PKEY *key = NULL;
    if (SSL_get_peer_tmp_key((SSL *)ssl, &key) == 1) /* only reads; its macro is not const */
        f->facts.exchange = key_text(&f->memory, key);
    EVP_PKEY_free(key);
}

void net_tls_facts_read(struct net_tls_facts *f, const SSL *ssl, bool completed, bool trusted)
{
    const X509 *cert = SSL_get0_peer_certificate(ssl);
    f->facts.done = completed;
    f->facts.verified = completed && trusted && cert && f->facts.reason_count == 0 &&
                        SSL_get_verify_result(ssl) == X509_V_OK;
    if (cert)
        read_certificate(f, cert);
    if (!completed)
        return;
    f->facts.version = str_from(SSL_get_version(ssl));
    f->facts.cipher = str_from(SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)));
    read_exchange(f, ssl);
}
