/* SPDX-License-Identifier: ISC */
/*
 * relay/login.c - AUTH at the relay
 * A check knows its session by a pointer that only the loop's thread touches, and that the session's end takes out: the
 * pool sees names, a password, the exchange and the configuration that it holds itself.
 *
 * The order: what was right a moment ago is right, and costs nothing; then the brake; then what was wrong before is wrong
 * again and costs no token, since mail programs repeat themselves; only then is work done.
 */
#include "relay/login.h"
#include "relay/own.h"
#include "sasl/password.h"
#include "sasl/server.h"
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 512, TIMED_MAX = 160 };

/* What the pool works on: a password, or one step of an exchange. */
struct check {
    struct relay_login *login; /* NULL: nobody waits for it any more; the loop's thread alone */
    struct relay_worker *worker;
    struct relay_config *config;
    struct relay_try try;
    struct buf name, octets;    /* octets: the password, or the response */
    bool given;                 /* there was a response */
    struct sasl_server *server; /* NULL: a password */
    str out;
    enum sasl_server_step step;
    enum sasl_check result;
    void (*done)(void *user, const struct relay_login_reply *reply);
    void *user;
};

struct relay_login {
    struct relay_worker *worker;
    net_id stream;
    struct policy_facts facts; /* of the session; the login is the one that is tried */
    str helo;
    struct relay_config *config; /* of the step; the session holds it */
    struct ip client;
    struct check *check; /* under way; NULL: none */
    struct sasl_server *server;
    struct relay_try try; /* of the exchange, once it has said who it is */
    unsigned char digest[LOGIN_CACHE_DIGEST];
    struct buf mechanism, name, text;
};

/* ---- replies ---- */

enum outcome {
    RIGHT,
    RIGHT_AGAIN,
    WRONG,
    WRONG_AGAIN,
    DISABLED,
    BROKEN,
    BUSY,
    BRAKED_ADDRESS,
    BRAKED_LOGIN
};
static const struct {
    const char *word; /* in the log */
    unsigned code;
    str enhanced, text;
    enum net_log_level level;
    enum cause_id cause;
} OUTCOMES[] = {
    [RIGHT] = { "right", 235, STR_INIT("2.7.0"), STR_INIT("Authentication succeeded"), NET_LOG_INFO,
                CAUSE_NONE },
    [RIGHT_AGAIN] = { "right-again", 235, STR_INIT("2.7.0"), STR_INIT("Authentication succeeded"),
                      NET_LOG_INFO, CAUSE_NONE },
    [WRONG] = { "wrong", 535, STR_INIT("5.7.8"), STR_INIT("Authentication credentials invalid"),
                NET_LOG_WARNING, CAUSE_WRONG_CREDENTIALS },
    [WRONG_AGAIN] = { "wrong-again", 535, STR_INIT("5.7.8"),
                      STR_INIT("Authentication credentials invalid"), NET_LOG_WARNING,
                      CAUSE_WRONG_CREDENTIALS },
    [DISABLED] = { "disabled", 535, STR_INIT("5.7.13"), STR_INIT("User account disabled"),
                   NET_LOG_WARNING, CAUSE_ACCOUNT_MAY_NOT_SUBMIT },
    [BROKEN] = { "broken", 454, STR_INIT("4.7.0"),
                 STR_INIT("Temporary authentication failure: the login cannot be checked here"),
                 NET_LOG_ERROR, CAUSE_AUTH_BACKEND_DOWN },
    [BUSY] = { "busy", 454, STR_INIT("4.7.0"),
               STR_INIT("Temporary authentication failure: too many logins are being checked"),
               NET_LOG_WARNING, CAUSE_AUTH_BACKEND_DOWN },
    [BRAKED_ADDRESS] = { "braked-address", 421, STR_INIT("4.7.0"),
                         STR_INIT("Too many wrong logins from your address; come again in"),
                         NET_LOG_WARNING, CAUSE_RATE_LIMITED },
    [BRAKED_LOGIN] = { "braked-login", 454, STR_INIT("4.7.0"),
                       STR_INIT("Too many wrong logins for this user; come again in"),
                       NET_LOG_WARNING, CAUSE_RATE_LIMITED },
};

static void count(struct relay_login *l, enum outcome o)
{
    struct relay_counters *c = &l->worker->counters;

    relay_count(c, OUTCOMES[o].code == 235 ? RELAY_LOGINS : RELAY_LOGINS_REFUSED, 1);
    if (o == RIGHT_AGAIN)
        relay_count(c, RELAY_LOGINS_CACHED, 1);
}

static struct relay_login_reply reply_of(struct relay_login *l, enum outcome o, unsigned wait_s)
{
    struct relay_words w = { OUTCOMES[o].code, OUTCOMES[o].enhanced, OUTCOMES[o].text,
                             OUTCOMES[o].cause };
    char timed[TIMED_MAX];
    struct relay_own told = { .record = 0 };

    count(l, o);
    if (wait_s > 0) {
        snprintf(timed, sizeof timed, "%.*s %u seconds", STR_ARG(w.text), wait_s);
        w.text = str_from(timed);
    }
    if (w.code != 235) {
        l->facts.login = buf_str(&l->name);
        l->facts.client = l->client;
        relay_own_refusal(l->worker->relay, l->config, &l->facts, l->helo, &w, RELAY_ROOM_LOGINS,
                          &told);
        buf_clear(&l->text);
        buf_add(&l->text, str_from(told.text));
        w.text = buf_str(&l->text);
    }
    NET_LOG(l->worker->relay->log, OUTCOMES[o].level, "login", LOG_STR("id", str_from(told.id)),
            LOG_STR("result", str_from(OUTCOMES[o].word)), LOG_STR("user", buf_str(&l->name)),
            LOG_STR("mechanism", buf_str(&l->mechanism)), LOG_IP("client", &l->client));
    return (struct relay_login_reply){ .code = OUTCOMES[o].code,
                                       .enhanced = OUTCOMES[o].enhanced,
                                       .text = w.text,
                                       .user = OUTCOMES[o].code == 235 ? buf_str(&l->name)
                                                                       : STR_NONE };
}

static struct relay_login_reply challenge(str octets)
{
    return (struct relay_login_reply){ .code = 334, .text = octets };
}

static enum outcome outcome_of(bool right, const struct sasl_user *u)
{
    if (!right || !u)
        return WRONG;
    return u->disabled ? DISABLED : RIGHT;
}

static enum relay_try_end end_of(enum outcome o)
{
    return o == RIGHT ? RELAY_TRY_RIGHT : o == WRONG ? RELAY_TRY_WRONG : RELAY_TRY_NEITHER;
}

static uint64_t now_ms(const struct relay_login *l)
{
    return net_loop_now_ms(l->worker->loop);
}

/* The end of a try that the brake let go. */
static struct relay_login_reply ended(struct relay_login *l, struct relay_try *t, enum outcome o)
{
    relay_brake_end(l->worker->relay->brake, t, end_of(o), now_ms(l));
    return reply_of(l, o, 0);
}

/* True: go on. False: *now says why not. */
static bool brake_lets(struct relay_login *l, struct relay_try *t, struct relay_login_reply *now)
{
    unsigned wait_s;

    switch (relay_brake_begin(l->worker->relay->brake, &l->client, buf_str(&l->name), now_ms(l), t,
                              &wait_s)) {
    case RELAY_BRAKE_GO: return true;
    case RELAY_BRAKE_ADDRESS: *now = reply_of(l, BRAKED_ADDRESS, wait_s); break;
    case RELAY_BRAKE_LOGIN: *now = reply_of(l, BRAKED_LOGIN, wait_s); break;
    case RELAY_BRAKE_BUSY: *now = reply_of(l, BUSY, 0); break;
    }
    return false;
}

/* ---- checks on the pool ---- */

static void check_free(struct check *c)
{
    relay_brake_end(c->worker->relay->brake, &c->try, RELAY_TRY_NEITHER,
                    net_loop_now_ms(c->worker->loop));
    sasl_server_free(c->server);
    relay_config_drop(c->config);
    buf_done(&c->name);
    buf_wipe_done(&c->octets);
    free(c);
}

/* NULL: no memory. */
static struct check *check_new(struct relay_login *l, struct relay_config *config, str name,
                               str octets)
{
    struct check *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    atomic_fetch_add(&config->held, 1);
    c->config = config;
    c->login = l;
    c->worker = l->worker;
    c->given = octets.p != NULL;
    buf_init(&c->name, name.n + 1);
    buf_init(&c->octets, octets.n + 1);
    if (buf_add(&c->name, name) && buf_add(&c->octets, octets))
        return c;
    check_free(c);
    return NULL;
}

static const struct sasl_user *user_of(const struct check *c)
{
    return sasl_users_find(c->config->users, buf_str(&c->name));
}

static void work_password(void *user)
{
    struct check *c = user;

    c->result = sasl_password_check(c->config->users, user_of(c), buf_str(&c->octets));
}

static void work_step(void *user)
{
    struct check *c = user;
    str response = c->given ? (str){ c->octets.p ? c->octets.p : "", c->octets.n } : STR_NONE;

    c->step = sasl_server_step(c->server, response, &c->out);
}

static struct relay_login_reply password_ended(struct relay_login *l, struct check *c)
{
    enum outcome o = c->result == SASL_BROKEN ? BROKEN
                                              : outcome_of(c->result == SASL_RIGHT, user_of(c));

    if (o == RIGHT || o == WRONG)
        login_cache_keep(relay_brake_cache(l->worker->relay->brake), l->digest, o == RIGHT,
                         now_ms(l));
    return ended(l, &c->try, o);
}

static struct relay_login_reply step_ended(struct relay_login *l, const struct relay_config *config,
                                           enum sasl_server_step step, str out);

static void check_done(struct net_stream *s, void *user)
{
    struct check *c = user;
    struct relay_login *l = c->login;
    struct relay_login_reply reply;

    (void)s;
    if (l) {
        l->check = NULL;
        if (c->server) {
            l->server = c->server;
            c->server = NULL;
            reply = step_ended(l, c->config, c->step, c->out);
        } else {
            reply = password_ended(l, c);
        }
        c->done(c->user, &reply);
    }
    check_free(c);
}

/* Takes c over. True: done at once, it is BUSY. */
static bool check_run(struct relay_login *l, struct check *c, void (*work)(void *user),
                      struct relay_login_reply *now,
                      void (*done)(void *user, const struct relay_login_reply *reply), void *user)
{
    struct net_pool *pool = l->worker->relay->pool; /* NULL: the relay is ending */

    c->done = done;
    c->user = user;
    l->check = c;
    if (pool && net_pool_run(pool, work, l->worker->loop, l->stream, check_done, c))
        return false;
    l->check = NULL;
    check_free(c);
    *now = reply_of(l, BUSY, 0);
    return true;
}

/* ---- PLAIN and LOGIN ---- */

static bool step_password(struct relay_login *l, struct relay_config *c,
                          const struct smtp_session_question *q, struct relay_login_reply *now,
                          void (*done)(void *user, const struct relay_login_reply *reply),
                          void *user)
{
    const struct sasl_user *u = sasl_users_find(c->users, q->user);
    struct login_cache *cache = relay_brake_cache(l->worker->relay->brake);
    struct relay_try try;
    struct check *check;

    login_cache_digest(cache, q->user, u, q->password, l->digest);
    enum login_known known = login_cache_ask(cache, l->digest, now_ms(l));
    if (known == LOGIN_RIGHT && u && !u->disabled) {
        *now = reply_of(l, RIGHT_AGAIN, 0);
        return true;
    }
    if (!brake_lets(l, &try, now))
        return true;
    if (known == LOGIN_WRONG) {
        *now = ended(l, &try, WRONG_AGAIN);
        return true;
    }
    check = check_new(l, c, q->user, q->password);
    if (!check) {
        *now = ended(l, &try, BUSY);
        return true;
    }
    check->try = try;
    return check_run(l, check, work_password, now, done, user);
}

/* ---- challenge and response ---- */

static void exchange_over(struct relay_login *l)
{
    relay_brake_end(l->worker->relay->brake, &l->try, RELAY_TRY_NEITHER, now_ms(l));
    sasl_server_free(l->server);
    l->server = NULL;
}

/* The brake is asked once it is known who it is: before that nothing was told, and nothing learnt. What it refuses is
 * refused whatever came of the step. */
static struct relay_login_reply step_ended(struct relay_login *l, const struct relay_config *config,
                                           enum sasl_server_step step, str out)
{
    struct relay_login_reply reply;
    str name = sasl_server_user(l->server);

    if (l->try.address == 0 && name.n > 0) {
        buf_clear(&l->name);
        buf_add(&l->name, str_take(name, TEXT_MAX));
        if (!brake_lets(l, &l->try, &reply)) {
            exchange_over(l);
            return reply;
        }
    }
    if (step == SASL_SERVER_CHALLENGE || (step == SASL_SERVER_DONE && out.n > 0))
        return challenge(out);
    reply = ended(l, &l->try,
                  outcome_of(step == SASL_SERVER_DONE, sasl_users_find(config->users, name)));
    exchange_over(l);
    return reply;
}

static bool step_exchange(struct relay_login *l, struct relay_config *c,
                          const struct smtp_session_question *q,
                          const struct net_tls_binding *binding, struct relay_login_reply *now,
                          void (*done)(void *user, const struct relay_login_reply *reply),
                          void *user)
{
    struct sasl_binding bound = { .exported = false };
    struct check *check;
    struct err e;
    str out;

    if (binding)
        bound = (struct sasl_binding){ { binding->octets, binding->n }, binding->exported };
    if (q->begins || !l->server) {
        exchange_over(l);
        l->server = sasl_server_new(q->word, c->users, binding ? &bound : NULL, &e);
        if (!l->server) {
            *now = reply_of(l, BROKEN, 0);
            return true;
        }
    }
    if (!sasl_server_slow(l->server)) {
        enum sasl_server_step step = sasl_server_step(l->server, q->octets, &out);
        *now = step_ended(l, c, step, out);
        return true;
    }
    check = check_new(l, c, STR_NONE, q->octets);
    if (!check) {
        *now = ended(l, &l->try, BUSY);
        exchange_over(l);
        return true;
    }
    check->server = l->server;
    l->server = NULL;
    if (!check_run(l, check, work_step, now, done, user))
        return false;
    exchange_over(l);
    return true;
}

/* ---- one session ---- */

struct relay_login *relay_login_new(struct relay_worker *w, net_id stream)
{
    struct relay_login *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->worker = w;
    l->stream = stream;
    buf_init(&l->mechanism, TEXT_MAX);
    buf_init(&l->name, TEXT_MAX);
    buf_init(&l->text, TEXT_MAX);
    return l;
}

void relay_login_free(struct relay_login *l)
{
    if (!l)
        return;
    if (l->check)
        l->check->login = NULL;
    exchange_over(l);
    buf_done(&l->mechanism);
    buf_done(&l->name);
    buf_done(&l->text);
    free(l);
}

static bool has_password(str mechanism)
{
    return str_eq_nocase(mechanism, STR("PLAIN")) || str_eq_nocase(mechanism, STR("LOGIN"));
}

void relay_login_at(struct relay_login *l, str listener, bool tls, str helo)
{
    l->facts = (struct policy_facts){ .listener = listener, .tls = tls };
    l->helo = helo;
}

bool relay_login_step(struct relay_login *l, struct relay_config *c, const struct ip *client,
                      const struct smtp_session_question *q, const struct net_tls_binding *binding,
                      struct relay_login_reply *now,
                      void (*done)(void *user, const struct relay_login_reply *reply), void *user)
{
    bool password = has_password(q->word);

    l->client = *client;
    l->config = c;
    buf_clear(&l->mechanism);
    buf_add(&l->mechanism, str_take(q->word, TEXT_MAX));
    if (password || q->begins) {
        buf_clear(&l->name);
        buf_add(&l->name, str_take(q->user, TEXT_MAX));
    }
    if (!c->users) {
        *now = reply_of(l, BROKEN, 0);
        return true;
    }
    return password ? step_password(l, c, q, now, done, user)
                    : step_exchange(l, c, q, binding, now, done, user);
}
