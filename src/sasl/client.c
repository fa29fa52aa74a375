/* SPDX-License-Identifier: ISC */
/*
 * sasl/client.c - AUTH's client side, over GNU SASL and our own formats
 * Each exchange has a library handle of its own: making one costs about a microsecond, and nothing is
 * shared between threads.
 */
#include "sasl/client.h"
#include "base/base64.h"
#include "base/wipe.h"
#include "sasl/oauth.h"
#include "sasl/scram.h"
#include <gsasl.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_MAX = 16384, NAME_MAX_OCTETS = 2048, BINDING_MAX = 256 };

struct sasl_client {
    const struct sasl_mechanism *mechanism;
    Gsasl *library; /* NULL: the messages are our own */
    Gsasl_session *session;
    struct buf first; /* our own first message; overwritten at the end */
    unsigned steps;   /* taken */
    bool done;        /* the mechanism has said all it has to say */
    bool complete;    /* and the server all that it must */
    char said[SASL_SAID_MAX];
    size_t said_n;
};

static bool is(const struct sasl_client *c, const char *name)
{
    return str_eq(c->mechanism->name, str_from(name));
}

static bool is_scram(const struct sasl_client *c)
{
    return str_starts(c->mechanism->name, STR("SCRAM-"));
}

static bool is_oauth(const struct sasl_client *c)
{
    return c->mechanism->needs == SASL_TOKEN;
}

/* ---- being born ---- */

static bool set_property(struct sasl_client *c, Gsasl_property property, str value, struct err *e)
{
    const char *p = value.p != NULL ? value.p : "";

    if (gsasl_property_set_raw(c->session, property, p, value.n) != GSASL_OK)
        return err_memory(e, "a login");
    return true;
}

/* NTLM's library takes "user@DOMAIN" apart, and not what a Windows user types. */
static bool set_user(struct sasl_client *c, str user, struct err *e)
{
    size_t slash = str_find_octet(user, '\\');
    struct buf turned;
    bool ok;

    if (!is(c, "NTLM") || slash == STR_NOT_FOUND)
        return set_property(c, GSASL_AUTHID, user, e);
    buf_init(&turned, NAME_MAX_OCTETS);
    buf_add(&turned, str_skip(user, slash + 1));
    buf_addc(&turned, '@');
    buf_add(&turned, str_take(user, slash));
    ok = (buf_ok(&turned) || err_set(e, ERR_LIMIT, "the user name is too long")) &&
         set_property(c, GSASL_AUTHID, buf_str(&turned), e);
    buf_done(&turned);
    return ok;
}

static bool set_coded(struct sasl_client *c, Gsasl_property property, str octets, struct err *e)
{
    struct buf coded;
    bool ok;

    buf_init(&coded, BINDING_MAX);
    ok = (base64_encode(octets, &coded) ||
          err_set(e, ERR_LIMIT, "the TLS connection's binding is too long")) &&
         set_property(c, property, buf_str(&coded), e);
    buf_done(&coded);
    return ok;
}

/* Only for those that bind: told of it, the others would claim that the server offers no -PLUS (RFC 5802
 * section 6), which is not looked at here. */
static bool set_binding(struct sasl_client *c, const struct sasl_login *login, struct err *e)
{
    if (!c->mechanism->binds)
        return true;
    if (login->exporter.n > 0)
        return set_coded(c, GSASL_CB_TLS_EXPORTER, login->exporter, e);
    if (login->unique.n > 0)
        return set_coded(c, GSASL_CB_TLS_UNIQUE, login->unique, e);
    return err_set(e, ERR_SYNTAX, "%s needs a TLS connection that it can be bound to",
                   c->mechanism->name.p);
}

/* What stands in no other's place: EXTERNAL and GSSAPI take the user as whom to act as, the others as who
 * logs in. */
static bool set_properties(struct sasl_client *c, const struct sasl_login *login, struct err *e)
{
    bool acts = (c->mechanism->needs & (SASL_CERTIFICATE | SASL_TICKET)) != 0;

    if (acts && login->user.n > 0 && !set_property(c, GSASL_AUTHZID, login->user, e))
        return false;
    return (acts ||
            (set_user(c, login->user, e) && set_property(c, GSASL_PASSWORD, login->password, e))) &&
           set_property(c, GSASL_SERVICE, STR("smtp"), e) &&
           set_property(c, GSASL_HOSTNAME, login->host, e) && set_binding(c, login, e);
}

static bool begin_library(struct sasl_client *c, const struct sasl_login *login, struct err *e)
{
    int rc = gsasl_init(&c->library);

    if (rc == GSASL_OK)
        rc = gsasl_client_start(c->library, c->mechanism->name.p, &c->session);
    if (rc != GSASL_OK)
        return err_set(e, rc == GSASL_MALLOC_ERROR ? ERR_MEMORY : ERR_SYSTEM,
                       "the SASL library cannot play %s: %s", c->mechanism->name.p,
                       gsasl_strerror(rc));
    return set_properties(c, login, e);
}

static bool begin_oauth(struct sasl_client *c, const struct sasl_login *login, struct err *e)
{
    bool written = is(c, "XOAUTH2") ? sasl_xoauth2_write(login->user, login->token, &c->first)
                                    : sasl_oauthbearer_write(login->user, login->token, login->host,
                                                             login->port, &c->first);

    return written || err_set(e, ERR_LIMIT,
                              "%s cannot carry this login: user or token is too long, or holds a "
                              "control character",
                              c->mechanism->name.p);
}

static bool has_what_it_needs(const struct sasl_mechanism *m, const struct sasl_login *login,
                              struct err *e)
{
    if (m->needs == SASL_TOKEN && login->token.n == 0)
        return err_set(e, ERR_SYNTAX, "%s needs a token, and there is none", m->name.p);
    if (m->needs == SASL_CERTIFICATE && !login->certificate)
        return err_set(e, ERR_SYNTAX,
                       "%s was skipped: it needs a client certificate, and there is none",
                       m->name.p);
    if (m->needs == SASL_PASSWORD && login->password.p == NULL)
        return err_set(e, ERR_SYNTAX, "%s needs a password, and there is none", m->name.p);
    return true;
}

static bool without_nul(const struct sasl_login *login, struct err *e)
{
    const str parts[] = { login->user, login->password, login->token };

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (str_find_octet(parts[i], '\0') != STR_NOT_FOUND)
            return err_set(e, ERR_SYNTAX, "a NUL octet stands in the user or the password");
    return true;
}

struct sasl_client *sasl_client_new(const struct sasl_mechanism *m, const struct sasl_login *login,
                                    struct err *e)
{
    struct sasl_client *c;

    if (!without_nul(login, e) || !has_what_it_needs(m, login, e))
        return NULL;
    c = calloc(1, sizeof(*c));
    if (c == NULL) {
        err_memory(e, "a login");
        return NULL;
    }
    c->mechanism = m;
    buf_init(&c->first, FIRST_MAX);
    if (is_oauth(c) ? begin_oauth(c, login, e) : begin_library(c, login, e))
        return c;
    sasl_client_free(c);
    return NULL;
}

/* The library frees its copies without a thought: overwrite them before. */
static void wipe_property(Gsasl_session *session, Gsasl_property property)
{
    const char *copy = gsasl_property_fast(session, property);

    if (copy != NULL)
        secret_wipe((char *)copy, strlen(copy));
}

void sasl_client_free(struct sasl_client *c)
{
    if (c == NULL)
        return;
    if (c->session != NULL) {
        wipe_property(c->session, GSASL_PASSWORD);
        wipe_property(c->session, GSASL_SCRAM_SALTED_PASSWORD);
        gsasl_finish(c->session);
    }
    if (c->library != NULL)
        gsasl_done(c->library);
    buf_wipe_done(&c->first);
    free(c);
}

/* ---- steps ---- */

str sasl_client_said(const struct sasl_client *c)
{
    return (str){ c->said, c->said_n };
}

bool sasl_client_complete(const struct sasl_client *c)
{
    return c->complete;
}

static void keep_said(struct sasl_client *c, str words)
{
    words = str_take(words, sizeof(c->said));
    if (words.n > 0)
        memcpy(c->said, words.p, words.n);
    c->said_n = words.n;
}

static bool step_failed(const struct sasl_client *c, int rc, struct err *e)
{
    const char *name = c->mechanism->name.p;

    if (rc == GSASL_MALLOC_ERROR)
        return err_memory(e, "a login");
    if (rc == GSASL_SASLPREP_ERROR) /* RFC 4013, which PLAIN and LOGIN leave to the server */
        return err_set(e, ERR_SYNTAX,
                       "%s cannot carry this login: user or password is not valid UTF-8, or holds "
                       "a control character",
                       name);
    if (is(c, "GSSAPI") && c->steps == 1)
        return err_set(e, ERR_SYSTEM,
                       "GSSAPI was skipped: there is no Kerberos ticket for this server (klist "
                       "shows the tickets, kinit gets one)");
    if (is_scram(c) && c->steps > 2)
        return err_set(e, ERR_SYNTAX,
                       "%s stopped: the server could not show that it knows this password", name);
    return err_set(e, ERR_SYNTAX, "%s stopped: %s", name, gsasl_strerror(rc));
}

/* The error comes as a challenge; a dummy response lets the server send its refusal (RFC 7628 section 3.2.3,
 * and the empty one that XOAUTH2 wants). */
static bool step_oauth(struct sasl_client *c, str challenge, struct buf *response, struct err *e)
{
    str out = buf_str(&c->first);

    c->complete = c->steps == 1;
    if (c->steps > 1) {
        keep_said(c, challenge);
        c->done = true;
        out = is(c, "XOAUTH2") ? STR_NONE : STR("\x01");
    }
    return out.n == 0 || buf_add(response, out) ||
           err_set(e, ERR_LIMIT, "the response of %s is too long", c->mechanism->name.p);
}

/* Before the library works for it. */
static bool may_step(const struct sasl_client *c, str challenge, struct err *e)
{
    struct sasl_scram_first first;
    struct err why = { .kind = ERR_NONE };

    if (c->steps == 1 && challenge.n == 0 && !c->mechanism->initial && !c->mechanism->reveals)
        return err_set(e, ERR_SYNTAX,
                       "the server's challenge for %s is empty", /* RFC 2195 section 2 */
                       c->mechanism->name.p);
    if (is_scram(c) && c->steps == 2 && !sasl_scram_first_read(challenge, &first, &why))
        return err_set(e, why.kind, "%s stopped: %.180s", c->mechanism->name.p, why.why);
    return true;
}

static bool step_library(struct sasl_client *c, str challenge, struct buf *response, struct err *e)
{
    char *out = NULL;
    size_t out_n = 0;
    bool added;
    int rc;

    if (!may_step(c, challenge, e))
        return false;
    rc = gsasl_step(c->session, challenge.p != NULL ? challenge.p : "", challenge.n, &out, &out_n);
    if (rc != GSASL_OK && rc != GSASL_NEEDS_MORE)
        return step_failed(c, rc, e);
    c->done = c->complete = rc == GSASL_OK;
    added = out_n == 0 || buf_add(response, (str){ out, out_n });
    if (out != NULL)
        secret_wipe(out, out_n);
    gsasl_free(out);
    return added || err_set(e, ERR_LIMIT, "the response of %s is too long", c->mechanism->name.p);
}

bool sasl_client_step(struct sasl_client *c, str challenge, struct buf *response, struct err *e)
{
    if (c->done)
        return err_set(e, ERR_SYNTAX, "the server asks %s for more than there is to say",
                       c->mechanism->name.p);
    c->steps++;
    if (is_oauth(c))
        return step_oauth(c, challenge, response, e);
    if (is_scram(c) && c->steps > 1 && sasl_scram_error(challenge).n > 0) {
        keep_said(c, sasl_scram_error(challenge));
        c->done = true;
        return true;
    }
    return step_library(c, challenge, response, e);
}
