/* SPDX-License-Identifier: ISC */
/*
 * sasl/client.c - AUTH's client side, over GNU SASL
 * Each exchange has a library handle of its own: making one costs about a microsecond, and nothing is
 * shared between threads.
 */
#include "sasl/client.h"
#include "base/secret.h"
#include <gsasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sasl_mechanism MECHANISMS[] = {
    { STR_INIT("PLAIN"), .initial = true, .reveals = true, .rank = 2 },
    { STR_INIT("LOGIN"), .initial = false, .reveals = true, .rank = 1 },
    { STR_INIT("CRAM-MD5"), .initial = false, .reveals = false, .rank = 3 },
};

const struct sasl_mechanism *sasl_mechanism_find(str name)
{
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++)
        if (str_eq_nocase(MECHANISMS[i].name, name))
            return &MECHANISMS[i];
    return NULL;
}

const char *sasl_mechanism_list(char *out, size_t room)
{
    size_t n = 0;

    if (room > 0)
        out[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(MECHANISMS) && n < room; i++)
        n += (size_t)snprintf(out + n, room - n, "%s%.*s", i > 0 ? ", " : "",
                              STR_ARG(MECHANISMS[i].name));
    return out;
}

/* The strongest offered of those that reveal the password, or of those that do not. */
static const struct sasl_mechanism *strongest(const struct smtp_caps *offered, bool reveals)
{
    const struct sasl_mechanism *best = NULL;

    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++) {
        const struct sasl_mechanism *m = &MECHANISMS[i];

        if (m->reveals == reveals && smtp_caps_offers(offered, m->name) &&
            (best == NULL || m->rank > best->rank))
            best = m;
    }
    return best;
}

const struct sasl_mechanism *sasl_choose(const struct smtp_caps *offered, str wanted,
                                         bool verified_tls)
{
    const struct sasl_mechanism *m = NULL;

    if (wanted.n > 0 && !str_eq_nocase(wanted, STR("auto"))) {
        m = sasl_mechanism_find(wanted);
        return m != NULL && smtp_caps_offers(offered, m->name) ? m : NULL;
    }
    if (verified_tls)
        m = strongest(offered, true);
    return m != NULL ? m : strongest(offered, false);
}

struct sasl_client {
    const struct sasl_mechanism *mechanism;
    Gsasl *library;
    Gsasl_session *session;
    bool done; /* the mechanism has said all it has to say */
};

static bool set_property(struct sasl_client *c, Gsasl_property property, str value, struct err *e)
{
    const char *p = value.p != NULL ? value.p : "";

    if (gsasl_property_set_raw(c->session, property, p, value.n) != GSASL_OK)
        return err_memory(e, "a login");
    return true;
}

static bool begin(struct sasl_client *c, const struct sasl_login *login, struct err *e)
{
    int rc = gsasl_init(&c->library);

    if (rc == GSASL_OK)
        rc = gsasl_client_start(c->library, c->mechanism->name.p, &c->session);
    if (rc != GSASL_OK)
        return err_set(e, rc == GSASL_MALLOC_ERROR ? ERR_MEMORY : ERR_SYSTEM,
                       "the SASL library cannot play %s: %s", c->mechanism->name.p,
                       gsasl_strerror(rc));
    return set_property(c, GSASL_AUTHID, login->user, e) &&
           set_property(c, GSASL_PASSWORD, login->password, e);
}

struct sasl_client *sasl_client_new(const struct sasl_mechanism *m, const struct sasl_login *login,
                                    struct err *e)
{
    struct sasl_client *c;

    if (str_find_octet(login->user, '\0') != STR_NOT_FOUND ||
        str_find_octet(login->password, '\0') != STR_NOT_FOUND) {
        err_set(e, ERR_SYNTAX, "a NUL octet stands in the user or the password");
        return NULL;
    }
    c = calloc(1, sizeof(*c));
    if (c == NULL) {
        err_memory(e, "a login");
        return NULL;
    }
    c->mechanism = m;
    if (begin(c, login, e))
        return c;
    sasl_client_free(c);
    return NULL;
}

/* The library frees its copy of the password without a thought: overwrite it before. */
static void wipe_password(Gsasl_session *session)
{
    const char *copy = gsasl_property_fast(session, GSASL_PASSWORD);

    if (copy != NULL)
        secret_wipe((char *)copy, strlen(copy));
}

void sasl_client_free(struct sasl_client *c)
{
    if (c == NULL)
        return;
    if (c->session != NULL) {
        wipe_password(c->session);
        gsasl_finish(c->session);
    }
    if (c->library != NULL)
        gsasl_done(c->library);
    free(c);
}

static bool step_failed(const struct sasl_client *c, int rc, struct err *e)
{
    if (rc == GSASL_MALLOC_ERROR)
        return err_memory(e, "a login");
    if (rc == GSASL_SASLPREP_ERROR) /* RFC 4013, which PLAIN and LOGIN leave to the server */
        return err_set(e, ERR_SYNTAX,
                       "%s cannot carry this login: user or password is not valid UTF-8, or holds "
                       "a control character",
                       c->mechanism->name.p);
    return err_set(e, ERR_SYNTAX, "%s stopped: %s", c->mechanism->name.p, gsasl_strerror(rc));
}

bool sasl_client_step(struct sasl_client *c, str challenge, struct buf *response, struct err *e)
{
    char *out = NULL;
    size_t out_n = 0;
    bool added;
    int rc;

    if (c->done)
        return err_set(e, ERR_SYNTAX, "the server asks %s for more than there is to say",
                       c->mechanism->name.p);
    if (challenge.n == 0 && !c->mechanism->reveals) /* RFC 2195 section 2 */
        return err_set(e, ERR_SYNTAX, "the server's challenge for %s is empty",
                       c->mechanism->name.p);
    rc = gsasl_step(c->session, challenge.p != NULL ? challenge.p : "", challenge.n, &out, &out_n);
    if (rc != GSASL_OK && rc != GSASL_NEEDS_MORE)
        return step_failed(c, rc, e);
    c->done = rc == GSASL_OK;
    added = out_n == 0 || buf_add(response, (str){ out, out_n });
    if (out != NULL)
        secret_wipe(out, out_n);
    gsasl_free(out);
    return added || err_set(e, ERR_LIMIT, "the response of %s is too long", c->mechanism->name.p);
}
