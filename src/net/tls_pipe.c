/* SPDX-License-Identifier: ISC */
/* net/tls_pipe.c - OpenSSL over memory BIOs */
#include "net/tls_pipe.h"
#include "base/escape.h"
#include "net/tls_facts.h"
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* One record's content at most (RFC 8446 section 5.1). */
#define RECORD_OCTETS 16384
/* The first octets from the peer, to say what it spoke when it was not TLS. */
#define FIRST_OCTETS 128
/* OpenSSL's reasons from here on are alerts that came from the peer: its number, and this. */
#define ALERT_BASE 1000

struct net_tls_pipe {
    SSL *ssl;
    BIO *in, *out; /* belong to ssl */
    struct buf *wire;
    const char *peer; /* "server" or "client", for sentences */
    bool trusted, done, failed, said_goodbye;
    char first[FIRST_OCTETS];
    size_t first_n;
    struct err why; /* with failed */
    struct net_tls_facts facts;
};

/* ---- being born ---- */

static bool check_name(SSL *ssl, str name, struct err *e)
{
    struct ip ip;
    char text[256];
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    if (ip_parse(name, &ip)) {
        char address[IP_TEXT_MAX];
        if (X509_VERIFY_PARAM_set1_ip_asc(param, ip_text(&ip, address)) != 1)
            return err_memory(e, "the address to check a certificate against");
        return true;
    }
    if (str_ends_nocase(name, STR(".")))
        name.n--;
    if (name.n == 0 || name.n >= sizeof(text) || str_find_octet(name, '\0') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX, "checking a certificate: there is no host name to check for");
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_host(param, text, name.n) != 1 ||
        SSL_set_tlsext_host_name(ssl, text) != 1)
        return err_memory(e, "the name to check a certificate against");
    return true;
}

static struct net_tls_pipe *pipe_new(struct net_tls_context *t, struct buf *wire, struct err *e)
{
    struct net_tls_pipe *p = calloc(1, sizeof(*p));
    if (!p) {
        err_memory(e, "a TLS connection");
        return NULL;
    }
    net_tls_facts_init(&p->facts);
    p->wire = wire;
    ERR_clear_error();
    p->ssl = SSL_new(net_tls_context_ssl(t));
    p->in = BIO_new(BIO_s_mem());
    p->out = BIO_new(BIO_s_mem());
    if (!p->ssl || !p->in || !p->out) {
        BIO_free(p->in);
        BIO_free(p->out);
        net_tls_pipe_free(p);
        err_memory(e, "a TLS connection");
        return NULL;
    }
    BIO_set_mem_eof_return(p->in, -1); /* empty is not the end */
    SSL_set_bio(p->ssl, p->in, p->out);
    return p;
}

struct net_tls_pipe *net_tls_pipe_client(struct net_tls_context *t, str name, struct buf *wire,
                                         struct err *e)
{
    struct net_tls_pipe *p = pipe_new(t, wire, e);
    if (!p)
        return NULL;
    p->peer = "server";
    p->trusted = net_tls_context_trusts(t);
    SSL_set_connect_state(p->ssl);
    net_tls_facts_watch(&p->facts, p->ssl);
    if (!check_name(p->ssl, name, e)) {
        net_tls_pipe_free(p);
        return NULL;
    }
    return p;
}

struct net_tls_pipe *net_tls_pipe_server(struct net_tls_context *t, struct buf *wire, struct err *e)
{
    struct net_tls_pipe *p = pipe_new(t, wire, e);
    if (!p)
        return NULL;
    p->peer = "client";
    SSL_set_accept_state(p->ssl);
    if (net_tls_context_asks(t)) {
        p->trusted = net_tls_context_trusts(t);
        net_tls_facts_watch(&p->facts, p->ssl);
    }
    return p;
}

void net_tls_pipe_free(struct net_tls_pipe *p)
{
    if (!p)
        return;
    SSL_free(p->ssl);
    net_tls_facts_done(&p->facts);
    free(p);
}

/* ---- what went wrong, in words ---- */

static const struct sentence {
    int reason;
    const char *text;
} SENTENCES[] = {
    { SSL_R_WRONG_VERSION_NUMBER, "what it sent is not TLS" },
    { SSL_R_PACKET_LENGTH_TOO_LONG, "what it sent is not TLS" },
    { SSL_R_HTTP_REQUEST, "what it sent is not TLS but HTTP" },
    { SSL_R_BAD_RECORD_TYPE, "what it sent is not TLS" },
    { SSL_R_UNSUPPORTED_PROTOCOL, "no version of TLS in common (we speak 1.2 and 1.3)" },
    { SSL_R_VERSION_TOO_LOW, "no version of TLS in common (we speak 1.2 and 1.3)" },
    { ALERT_BASE + SSL_AD_PROTOCOL_VERSION,
      "no version of TLS in common: it answered with the alert 'protocol version'" },
    { ALERT_BASE + SSL_AD_CERTIFICATE_REQUIRED, /* which OpenSSL has no words for */
      "it answered with the alert 'certificate required'" },
    { SSL_R_NO_SHARED_CIPHER, "no cipher suite in common" },
    { SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, "no signature algorithm in common" },
    { SSL_R_DH_KEY_TOO_SMALL,
      "its Diffie-Hellman key is shorter than this system's policy allows" },
    { SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED,
      "it lacks secure renegotiation (RFC 5746), which this system's policy asks for" },
    { SSL_R_UNEXPECTED_EOF_WHILE_READING, "it broke off" },
};

static void say_reason(struct net_tls_pipe *p, unsigned long code)
{
    const char *step = p->done ? "reading under TLS" : "the TLS handshake";
    int reason = ERR_GET_REASON(code);
    for (size_t i = 0; i < COUNT_OF(SENTENCES); i++) {
        if (SENTENCES[i].reason != reason)
            continue;
        err_set(&p->why, ERR_SYNTAX, "%s with the %s failed: %s", step, p->peer, SENTENCES[i].text);
        return;
    }
    const char *words = ERR_reason_error_string(code);
    if (reason >= ALERT_BASE && reason < ALERT_BASE + 256)
        err_set(&p->why, ERR_SYNTAX, "%s failed: the %s answered with the alert '%s'", step,
                p->peer, SSL_alert_desc_string_long(reason - ALERT_BASE));
    else
        err_set(&p->why, ERR_SYNTAX, "%s with the %s failed: %s", step, p->peer,
                words ? words : "OpenSSL does not say why");
}

static enum net_tls_step fail(struct net_tls_pipe *p, struct err *e)
{
    if (!p->done && !p->failed)
        net_tls_facts_read(&p->facts, p->ssl, false, false);
    p->failed = true;
    *e = p->why;
    return NET_TLS_FAILED;
}

/* A record begins with an octet under 32 (RFC 8446 section 5.1: 20 to 24), text with one above, or
 * with an end of line. */
static bool first_is_text(const struct net_tls_pipe *p)
{
    unsigned char c = p->first_n > 0 ? (unsigned char)p->first[0] : 0;
    return (c >= ' ' && c < 127) || c == '\r' || c == '\n' || c == '\t';
}

static enum net_tls_step fail_clear(struct net_tls_pipe *p, struct err *e)
{
    struct buf line;
    buf_init(&line, 4 * FIRST_OCTETS);
    str first = str_trim((str){ p->first, p->first_n });
    first = str_take(first, str_find_octet(first, '\n')); /* all of it when there is none */
    escape_line(str_trim(first), &line);
    err_set(&p->why, ERR_SYNTAX, "the %s answered in clear text: %.*s", p->peer,
            STR_ARG(buf_str(&line)));
    buf_done(&line);
    return fail(p, e);
}

/* ---- octets ---- */

/* After every call into OpenSSL, and after SSL_get_error(). */
static void drain(struct net_tls_pipe *p)
{
    char *octets = NULL;
    long n = BIO_get_mem_data(p->out, &octets);
    if (n <= 0)
        return;
    if (!buf_add(p->wire, (str){ octets, (size_t)n }) && !p->failed) {
        p->failed = true;
        err_memory(&p->why, "octets to send under TLS");
    }
    (void)BIO_reset(p->out);
}

bool net_tls_pipe_feed(struct net_tls_pipe *p, str octets)
{
    if (!p->done && p->first_n < sizeof(p->first)) {
        str part = str_take(octets, sizeof(p->first) - p->first_n);
        memcpy(p->first + p->first_n, part.p, part.n);
        p->first_n += part.n;
    }
    size_t written = 0;
    return octets.n == 0 ||
           (BIO_write_ex(p->in, octets.p, octets.n, &written) == 1 && written == octets.n);
}

static enum net_tls_step step_of(struct net_tls_pipe *p, int ssl_error, struct err *e)
{
    if (p->failed)
        return fail(p, e);
    if (ssl_error == SSL_ERROR_WANT_READ || ssl_error == SSL_ERROR_WANT_WRITE)
        return NET_TLS_MORE;
    if (ssl_error == SSL_ERROR_ZERO_RETURN)
        return NET_TLS_CLOSED;
    say_reason(p, ERR_peek_error());
    return fail(p, e);
}

static enum net_tls_step shake(struct net_tls_pipe *p, struct err *e)
{
    /* OpenSSL reads a record's header of 5 octets before it judges; so do we. */
    if (p->first_n >= 5 && first_is_text(p))
        return fail_clear(p, e);
    ERR_clear_error();
    int rc = SSL_do_handshake(p->ssl);
    int ssl_error = SSL_get_error(p->ssl, rc);
    drain(p);
    if (rc != 1 || p->failed)
        return step_of(p, ssl_error, e);
    p->done = true;
    net_tls_facts_read(&p->facts, p->ssl, true, p->trusted);
    return NET_TLS_DONE;
}

enum net_tls_step net_tls_pipe_read(struct net_tls_pipe *p, char *room, size_t octets, size_t *n,
                                    struct err *e)
{
    *n = 0;
    if (p->failed)
        return fail(p, e);
    if (!p->done)
        return shake(p, e);
    ERR_clear_error();
    int rc = SSL_read_ex(p->ssl, room, octets, n);
    int ssl_error = SSL_get_error(p->ssl, rc);
    drain(p);
    return rc == 1 && !p->failed ? NET_TLS_OCTETS : step_of(p, ssl_error, e);
}

enum net_tls_step net_tls_pipe_eof(struct net_tls_pipe *p, struct err *e)
{
    if (p->failed)
        return fail(p, e);
    if (p->done)
        return SSL_get_shutdown(p->ssl) & SSL_RECEIVED_SHUTDOWN ? NET_TLS_CLOSED : NET_TLS_MORE;
    if (first_is_text(p))
        return fail_clear(p, e);
    err_set(&p->why, ERR_SYNTAX, "the %s closed the connection in the middle of the TLS handshake",
            p->peer);
    return fail(p, e);
}

size_t net_tls_pipe_write(struct net_tls_pipe *p, str clear)
{
    size_t used = 0;
    if (!p->done || p->failed || clear.n == 0)
        return 0;
    clear = str_take(clear, RECORD_OCTETS);
    ERR_clear_error();
    int rc = SSL_write_ex(p->ssl, clear.p, clear.n, &used);
    int ssl_error = SSL_get_error(p->ssl, rc);
    drain(p);
    if (rc == 1)
        return used;
    if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE && !p->failed) {
        say_reason(p, ERR_peek_error());
        p->failed = true;
    }
    return 0;
}

bool net_tls_pipe_done(const struct net_tls_pipe *p)
{
    return p->done;
}

void net_tls_pipe_shutdown(struct net_tls_pipe *p)
{
    if (!p->done || p->failed || p->said_goodbye)
        return;
    p->said_goodbye = true;
    ERR_clear_error();
    SSL_shutdown(p->ssl);
    drain(p);
}

const struct smtp_tls_facts *net_tls_pipe_facts(const struct net_tls_pipe *p)
{
    return &p->facts.facts;
}

/* The client's Finished is the first one; where a session is resumed the server's is (RFC 5246 section 7.3). Then
 * the binding is none without the extended master secret (RFC 7627 section 1). */
bool net_tls_pipe_binding(const struct net_tls_pipe *p, struct net_tls_binding *out)
{
    static const char LABEL[] = "EXPORTER-Channel-Binding";
    if (!p->done)
        return false;
    *out = (struct net_tls_binding){ .exported = SSL_version(p->ssl) >= TLS1_3_VERSION };
    if (out->exported) {
        out->n = 32;
        return SSL_export_keying_material(p->ssl, (unsigned char *)out->octets, out->n, LABEL,
                                          sizeof LABEL - 1, NULL, 0, 0) == 1;
    }
    bool reused = SSL_session_reused(p->ssl);
    if (reused && SSL_get_extms_support(p->ssl) != 1)
        return false;
    out->n = SSL_is_server(p->ssl) != reused
                 ? SSL_get_peer_finished(p->ssl, out->octets, sizeof out->octets)
                 : SSL_get_finished(p->ssl, out->octets, sizeof out->octets);
    return out->n > 0 && out->n <= sizeof out->octets;
}
