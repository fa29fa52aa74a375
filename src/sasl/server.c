/* SPDX-License-Identifier: ISC */
/*
 * sasl/server.c - SCRAM and CRAM-MD5 as a server, over GNU SASL
 * The library asks for what it needs by a callback, and is answered out of the file of logins. A name that is not there is
 * answered as well, with salt and keys that follow from the name and from the file's pepper: the same whenever it is
 * asked, and no more telling than those of a login that is there.
 */
#include "sasl/server.h"
#include "base/base64.h"
#include "base/wipe.h"
#include "sasl/password.h"
#include <gsasl.h>
#include <sodium/crypto_generichash.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_MAX = 16384, BINDING_MAX = 256, DERIVED_OCTETS = 32 };

static const struct kind {
    str name;
    bool scram, sha256, binds;
} KINDS[] = {
    { STR_INIT("SCRAM-SHA-256-PLUS"), true, true, true },
    { STR_INIT("SCRAM-SHA-1-PLUS"), true, false, true },
    { STR_INIT("SCRAM-SHA-256"), true, true, false },
    { STR_INIT("SCRAM-SHA-1"), true, false, false },
    { STR_INIT("CRAM-MD5"), false, false, false },
};

struct sasl_server {
    const struct kind *kind;
    const struct sasl_users *users;
    Gsasl *library;
    Gsasl_session *session;
    struct buf binding; /* in base64; empty: none */
    bool exported;
    struct sasl_scram_keys scram; /* of this user */
    struct buf keys;              /* what those point into, where they were made */
    struct buf in, out;
    unsigned steps;
    bool begun, proven, over;
};

/* ---- what the library asks for ---- */

/* Octets that follow from the name; what for keeps salt and keys apart. */
static void derive(const struct sasl_users *users, const char *what, str name,
                   unsigned char out[DERIVED_OCTETS])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, sasl_users_pepper(users), 32, DERIVED_OCTETS);
    crypto_generichash_update(&state, (const unsigned char *)what, strlen(what) + 1);
    crypto_generichash_update(&state, (const unsigned char *)name.p, name.n);
    crypto_generichash_final(&state, out, DERIVED_OCTETS);
}

static const struct sasl_scram_keys *keys_of(const struct sasl_server *s, const struct sasl_user *u)
{
    return s->kind->sha256 ? &u->sha256 : &u->sha1;
}

/* As the salts of those look that have keys: iterations, and octets of the salt. */
static void usual_form(const struct sasl_server *s, unsigned *iterations, size_t *salt_n)
{
    const struct sasl_user *u = sasl_users_keyed(s->users, s->kind->sha256);
    struct buf salt;

    *iterations = SASL_SCRAM_ITERATIONS;
    *salt_n = SASL_SALT_OCTETS;
    if (!u)
        return;
    *iterations = keys_of(s, u)->iterations;
    buf_init(&salt, SASL_SCRAM_ROOM);
    if (base64_decode(keys_of(s, u)->salt, &salt))
        *salt_n = salt.n < DERIVED_OCTETS ? salt.n : DERIVED_OCTETS;
    buf_done(&salt);
}

static str coded(const unsigned char *octets, size_t n, struct buf *room)
{
    buf_clear(room);
    base64_encode((str){ (const char *)octets, n }, room);
    return buf_str(room);
}

/* Nobody knows a password to these: the keys are no hash of anything. */
static bool invent(struct sasl_server *s, str name, str salt, unsigned iterations)
{
    unsigned char stored[DERIVED_OCTETS], server[DERIVED_OCTETS];
    size_t n = s->kind->sha256 ? GSASL_HASH_SHA256_SIZE : GSASL_HASH_SHA1_SIZE;
    struct err e;

    derive(s->users, "stored key", name, stored);
    derive(s->users, "server key", name, server);
    if (sasl_server_slow(s)) /* the work that a login with a plain secret costs */
        (void)!sasl_scram_keys_make(STR("nobody's"), s->kind->sha256, salt, iterations, &s->keys,
                                    &s->scram, &e);
    return sasl_scram_keys_write(salt, (str){ (const char *)stored, n },
                                 (str){ (const char *)server, n }, iterations, &s->keys, &s->scram);
}

/* The keys of that name: as stored, made of its secret, or invented. */
static bool find_keys(struct sasl_server *s, str name)
{
    const struct sasl_user *u = sasl_users_find(s->users, name);
    unsigned char octets[DERIVED_OCTETS];
    str salt = { (const char *)octets, 0 };
    unsigned iterations;
    struct err e;

    if (s->scram.iterations > 0)
        return true;
    if (u && keys_of(s, u)->iterations > 0) {
        s->scram = *keys_of(s, u);
        return true;
    }
    usual_form(s, &iterations, &salt.n);
    derive(s->users, "salt", name, octets);
    if (u && u->secret.n > 0 &&
        sasl_scram_keys_make(u->secret, s->kind->sha256, salt, iterations, &s->keys, &s->scram, &e))
        return true;
    return invent(s, name, salt, iterations);
}

static int give(Gsasl_session *session, Gsasl_property property, str value)
{
    return gsasl_property_set_raw(session, property, value.p, value.n);
}

static int give_scram(struct sasl_server *s, Gsasl_session *session, Gsasl_property property,
                      str name)
{
    struct buf number;
    int rc = GSASL_MALLOC_ERROR;

    if (!find_keys(s, name))
        return rc;
    switch ((int)property) {
    case GSASL_SCRAM_SALT: return give(session, property, s->scram.salt);
    case GSASL_SCRAM_STOREDKEY: return give(session, property, s->scram.stored_key);
    case GSASL_SCRAM_SERVERKEY: return give(session, property, s->scram.server_key);
    default: break;
    }
    buf_init(&number, 16);
    if (buf_addf(&number, "%u", s->scram.iterations))
        rc = give(session, property, buf_str(&number));
    buf_done(&number);
    return rc;
}

/* Of CRAM-MD5. */
static int give_secret(struct sasl_server *s, Gsasl_session *session, str name)
{
    const struct sasl_user *u = sasl_users_find(s->users, name);
    unsigned char octets[DERIVED_OCTETS];
    struct buf room;
    int rc;

    if (u && u->secret.n > 0)
        return give(session, GSASL_PASSWORD, u->secret);
    derive(s->users, "secret", name, octets);
    buf_init(&room, 64);
    rc = give(session, GSASL_PASSWORD, coded(octets, sizeof(octets), &room));
    buf_wipe_done(&room);
    return rc;
}

static int answer(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
    struct sasl_server *s = gsasl_session_hook_get(session);
    str name = str_from(gsasl_property_fast(session, GSASL_AUTHID));

    (void)library;
    switch ((int)property) {
    case GSASL_SCRAM_ITER:
    case GSASL_SCRAM_SALT:
    case GSASL_SCRAM_STOREDKEY:
    case GSASL_SCRAM_SERVERKEY: return give_scram(s, session, property, name);
    case GSASL_PASSWORD: return s->kind->scram ? GSASL_NO_CALLBACK : give_secret(s, session, name);
    case GSASL_CB_TLS_EXPORTER:
        return s->exported && s->binding.n > 0 ? give(session, property, buf_str(&s->binding))
                                               : GSASL_NO_CALLBACK;
    case GSASL_CB_TLS_UNIQUE:
        return !s->exported && s->binding.n > 0 ? give(session, property, buf_str(&s->binding))
                                                : GSASL_NO_CALLBACK;
    default: return GSASL_NO_CALLBACK;
    }
}

/* ---- being born ---- */

static const struct kind *kind_of(str mechanism)
{
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (str_eq_nocase(KINDS[i].name, mechanism))
            return &KINDS[i];
    return NULL;
}

static bool begin(struct sasl_server *s, const struct sasl_binding *binding, struct err *e)
{
    int rc;

    if (binding && binding->octets.n > 0) {
        s->exported = binding->exported;
        if (!base64_encode(binding->octets, &s->binding))
            return err_set(e, ERR_LIMIT, "the TLS connection's binding is too long");
    }
    if (s->kind->binds && s->binding.n == 0)
        return err_set(e, ERR_SYNTAX, "%s needs a TLS connection that it can be bound to",
                       s->kind->name.p);
    rc = gsasl_init(&s->library);
    if (rc == GSASL_OK) {
        gsasl_callback_set(s->library, answer);
        rc = gsasl_server_start(s->library, s->kind->name.p, &s->session);
    }
    if (rc != GSASL_OK)
        return err_set(e, rc == GSASL_MALLOC_ERROR ? ERR_MEMORY : ERR_SYSTEM,
                       "the SASL library cannot play %s: %s", s->kind->name.p, gsasl_strerror(rc));
    gsasl_session_hook_set(s->session, s);
    return true;
}

struct sasl_server *sasl_server_new(str mechanism, const struct sasl_users *users,
                                    const struct sasl_binding *binding, struct err *e)
{
    const struct kind *kind = kind_of(mechanism);
    struct sasl_server *s;

    if (!kind) {
        err_set(e, ERR_SYNTAX, "that mechanism is not played here");
        return NULL;
    }
    s = calloc(1, sizeof(*s));
    if (!s) {
        err_memory(e, "a login");
        return NULL;
    }
    s->kind = kind;
    s->users = users;
    buf_init(&s->binding, BINDING_MAX);
    buf_init(&s->keys, SASL_SCRAM_ROOM);
    buf_init(&s->in, OUT_MAX);
    buf_init(&s->out, OUT_MAX);
    if (begin(s, binding, e))
        return s;
    sasl_server_free(s);
    return NULL;
}

/* The library frees its copies without a thought: overwrite them before. */
static void wipe_property(Gsasl_session *session, Gsasl_property property)
{
    const char *copy = gsasl_property_fast(session, property);

    if (copy)
        secret_wipe((char *)copy, strlen(copy));
}

void sasl_server_free(struct sasl_server *s)
{
    if (!s)
        return;
    if (s->session) {
        wipe_property(s->session, GSASL_PASSWORD);
        wipe_property(s->session, GSASL_SCRAM_STOREDKEY);
        wipe_property(s->session, GSASL_SCRAM_SERVERKEY);
        gsasl_finish(s->session);
    }
    if (s->library)
        gsasl_done(s->library);
    buf_done(&s->binding);
    buf_wipe_done(&s->keys);
    buf_wipe_done(&s->in);
    buf_wipe_done(&s->out);
    free(s);
}

/* ---- steps ---- */

bool sasl_server_slow(const struct sasl_server *s)
{
    return s->kind->scram && sasl_users_derive(s->users);
}

str sasl_server_user(const struct sasl_server *s)
{
    return str_from(gsasl_property_fast(s->session, GSASL_AUTHID));
}

/* Acting for another is not offered. */
static bool acts_for_another(const struct sasl_server *s)
{
    str as = str_from(gsasl_property_fast(s->session, GSASL_AUTHZID));

    return as.n > 0 && !str_eq(as, sasl_server_user(s));
}

static enum sasl_server_step refuse(struct sasl_server *s)
{
    s->over = true;
    s->proven = false;
    return SASL_SERVER_REFUSED;
}

/* RFC 5802 section 6 on the flag that the first message begins with, which the library looks at only in part: 'p' and
 * its kind of binding belong to -PLUS, 'y' says that the client could and believes that we cannot. */
static bool flag_good(const struct sasl_server *s, str first)
{
    str flag = str_cut(&first, ',');

    if (s->kind->binds)
        return str_eq(flag, s->exported ? STR("p=tls-exporter") : STR("p=tls-unique"));
    return str_eq(flag, STR("n")) || (str_eq(flag, STR("y")) && s->binding.n == 0);
}

/* What the library made goes into our own buffer, and is overwritten in its. */
static bool take_out(struct sasl_server *s, char *made, size_t n)
{
    buf_clear(&s->out);
    if (n > 0)
        buf_add(&s->out, (str){ made, n });
    if (made)
        secret_wipe(made, n);
    gsasl_free(made);
    return buf_ok(&s->out);
}

enum sasl_server_step sasl_server_step(struct sasl_server *s, str response, str *out)
{
    char *made = NULL;
    size_t n = 0;
    int rc;

    *out = STR_NONE;
    if (s->over || (response.n > 0 && str_find_octet(response, '\0') != STR_NOT_FOUND))
        return refuse(s);
    if (s->proven) { /* the last challenge was sent: an empty response is the end */
        s->over = true;
        return response.n == 0 ? SASL_SERVER_DONE : refuse(s);
    }
    if (response.n == 0 && s->steps > 0) /* only the command itself may say nothing */
        return refuse(s);
    if (s->kind->scram && response.p && !s->begun && !flag_good(s, response))
        return refuse(s);
    s->begun |= response.n > 0;
    s->steps++;
    buf_clear(&s->in);
    if (!buf_add(&s->in, response) || !buf_addc(&s->in, '\0'))
        return refuse(s);
    rc = gsasl_step(s->session, s->in.p, response.n, &made, &n); /* it looks for the NUL */
    if ((rc != GSASL_OK && rc != GSASL_NEEDS_MORE) || acts_for_another(s)) {
        if (rc == GSASL_OK || rc == GSASL_NEEDS_MORE)
            take_out(s, made, n);
        return refuse(s);
    }
    if (!take_out(s, made, n))
        return refuse(s);
    *out = buf_str(&s->out);
    if (rc == GSASL_NEEDS_MORE)
        return SASL_SERVER_CHALLENGE;
    s->proven = true;
    s->over = out->n == 0;
    return SASL_SERVER_DONE;
}
