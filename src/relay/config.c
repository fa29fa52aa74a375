/* SPDX-License-Identifier: ISC */
/* relay/config.c - the rule file in force with all it names */
#include "base/wipe.h"
#include "net/read_file.h"
#include "relay/relay.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_OCTETS = 4096,
    PEM_MAX = 1 << 20,
    USERS_MAX = 64 << 20,
    USERS_ARENA_MAX = 256 << 20,
    LOGIN_MAX = 4096,
    NAME_MAX_OCTETS = 255,
    MECHANISMS_MAX = 512,
    WORKERS_MAX = 256
};

static const struct site *site_of(const struct relay_config *c)
{
    return &c->rules.file.site;
}

static bool path_of(str path, char out[PATH_OCTETS], struct err *e)
{
    int n = snprintf(out, PATH_OCTETS, "%.*s", STR_ARG(path));
    return (n > 0 && n < PATH_OCTETS && (size_t)n == path.n) ||
           err_set(e, ERR_LIMIT, "a path of the rule file is longer than %d octets",
                   PATH_OCTETS - 1);
}

static bool read_named(str name, size_t max, struct buf *out, struct err *e)
{
    char path[PATH_OCTETS];
    return path_of(name, path, e) && read_whole_file(path, max, out, e);
}

/* ---- who we are ---- */

static bool take_hostname(struct relay_config *c, struct err *e)
{
    char own[NAME_MAX_OCTETS + 1] = "";
    str name = site_of(c)->hostname;
    if (name.n == 0 && gethostname(own, sizeof own - 1) == 0)
        name = str_from(own);
    if (name.n == 0)
        return err_set(e, ERR_SYNTAX, "%.*s: this machine has no name; say hostname = \"...\"",
                       STR_ARG(c->rules.file.conf.path));
    return buf_add(&c->hostname, name) || err_memory(e, "the name of this machine");
}

/* ---- logins that are taken ---- */

bool relay_config_is_open_to_all(str name)
{
    char path[PATH_OCTETS];
    struct stat s;
    struct err e;
    return path_of(name, path, &e) && stat(path, &s) == 0 && (s.st_mode & S_IRWXO) != 0;
}

static bool take_users(struct relay_config *c, struct err *e)
{
    struct err why = { 0 };
    str path = site_of(c)->users;
    if (!read_named(path, USERS_MAX, &c->users_text, &why)) {
        if (why.kind == ERR_SYSTEM && why.sys_errno == ENOENT)
            return true; /* nobody logs in here */
        *e = why;
        return false;
    }
    c->users = sasl_users_read(path, buf_str(&c->users_text), &c->users_arena, e);
    if (!c->users)
        return false;
    return (sasl_users_mechanisms(c->users, true, &c->mechanisms_tls) &&
            sasl_users_mechanisms(c->users, false, &c->mechanisms_clear)) ||
           err_memory(e, "the mechanisms of AUTH");
}

/* ---- TLS ---- */

struct papers {
    struct buf chain, key, ca;
    struct net_tls_tickets tickets;
};

static void papers_done(struct papers *p)
{
    buf_done(&p->chain);
    buf_wipe_done(&p->key);
    buf_done(&p->ca);
    secret_wipe(&p->tickets, sizeof p->tickets);
}

static struct net_tls_context *context_new(const struct papers *p, bool asks, struct err *e)
{
    struct net_tls_context *t = net_tls_server_new(buf_str(&p->chain), buf_str(&p->key), e);
    if (t && net_tls_server_resume(t, &p->tickets, asks ? STR("baton-asks") : STR("baton"), e) &&
        (!asks || net_tls_server_ask(t, buf_str(&p->ca), e)))
        return t;
    net_tls_context_free(t);
    return NULL;
}

static bool any_asks(const struct site *s)
{
    for (size_t i = 0; i < s->listener_count; i++)
        if (s->listeners[i].certificates)
            return true;
    return false;
}

static bool make_contexts(struct relay_config *c, const struct papers *p, struct err *e)
{
    bool asks = any_asks(site_of(c));
    c->tls = calloc(c->workers, sizeof *c->tls);
    if (!c->tls)
        return err_memory(e, "TLS contexts");
    for (unsigned i = 0; i < c->workers; i++) {
        c->tls[i].plain = context_new(p, false, e);
        if (!c->tls[i].plain)
            return false;
        if (asks && !(c->tls[i].asks = context_new(p, true, e)))
            return false;
    }
    return true;
}

/* Which key of the rule file, or which route's login, an error belongs to, and what is to be done; its kind stays. False. */
static bool belongs(struct err *e, const char *to, str name, const char *remedy)
{
    const struct err was = *e;
    err_set(e, was.kind, "%s%.*s: %s%s", to, STR_ARG(str_take(name, 60)), was.why, remedy);
    e->sys_errno = was.sys_errno;
    return false;
}

static bool read_papers(const struct site *s, struct papers *p, struct err *e)
{
    if (!read_named(s->certificate, PEM_MAX, &p->chain, e))
        return belongs(e, "certificate", STR_NONE, "");
    if (!read_named(s->key, PEM_MAX, &p->key, e))
        return belongs(e, "key", STR_NONE, "");
    if (s->client_ca.n > 0 && !read_named(s->client_ca, PEM_MAX, &p->ca, e))
        return belongs(e, "client-ca", STR_NONE, "");
    return net_tls_tickets_new(&p->tickets, e);
}

/* A listener that begins with TLS cannot do without; one that offers STARTTLS does not offer it then. */
static bool no_certificate(const struct relay_config *c, struct err *e)
{
    const struct site *s = site_of(c);
    for (size_t i = 0; i < s->listener_count; i++)
        if (s->listeners[i].security == SITE_TLS)
            return err_set(e, ERR_SYNTAX,
                           "%.*s:%u: listen \"%.*s\" begins with TLS, and there is no certificate; "
                           "say certificate = \"FILE\"",
                           STR_ARG(c->rules.file.conf.path), s->listeners[i].place.line,
                           STR_ARG(s->listeners[i].name));
    return true;
}

static bool take_papers(struct relay_config *c, struct err *e)
{
    struct papers p = { .chain = { 0 } };
    struct err why = { 0 };
    if (site_of(c)->certificate.n == 0)
        return no_certificate(c, e);
    bool read = read_papers(site_of(c), &p, &why);
    bool ok = read && make_contexts(c, &p, &why);
    papers_done(&p);
    if (!ok && read) /* OpenSSL's words do not name the file */
        return err_set(e, why.kind, "%.*s: %s", STR_ARG(site_of(c)->certificate), why.why);
    if (!ok)
        *e = why;
    return ok;
}

/* ---- logins that we use ---- */

/* "user\npassword\n[mechanism\n]"; CRLF as well. */
static bool read_secret(struct relay_secret *s, struct err *e)
{
    char path[PATH_OCTETS];
    if (!path_of(s->login->file, path, e) || !read_whole_file(path, LOGIN_MAX, &s->text, e))
        return false;
    str rest = buf_str(&s->text), *parts[] = { &s->user, &s->password, &s->mechanism };
    for (size_t i = 0; i < COUNT_OF(parts) && rest.p; i++) {
        *parts[i] = str_cut(&rest, '\n');
        if (parts[i]->n > 0 && parts[i]->p[parts[i]->n - 1] == '\r')
            parts[i]->n--;
    }
    return (s->user.n > 0 && s->password.n > 0) ||
           err_set(e, ERR_SYNTAX, "%s: the first line is to be the user, the second the password",
                   path);
}

static bool take_secrets(struct relay_config *c, struct err *e)
{
    const struct site *s = site_of(c);
    c->secrets = calloc(s->route_count ? s->route_count : 1, sizeof *c->secrets);
    if (!c->secrets)
        return err_memory(e, "logins at smarthosts");
    for (size_t i = 0; i < s->route_count; i++) {
        const struct site_login *login = s->routes[i].login;
        if (!login || relay_config_secret(c, login))
            continue;
        struct relay_secret *one = &c->secrets[c->secret_count++];
        one->login = login;
        if (!read_secret(one, e))
            return e->kind != ERR_SYSTEM ? false
                                         : belongs(e, "the login of route ", s->routes[i].name,
                                                   "; it has the user in its first line, the "
                                                   "password in its second");
    }
    return true;
}

const struct relay_secret *relay_config_secret(const struct relay_config *c,
                                               const struct site_login *l)
{
    for (size_t i = 0; i < c->secret_count; i++) {
        const struct site_login *its = c->secrets[i].login;
        if (its == l || (its && str_eq(its->file, l->file)))
            return &c->secrets[i];
    }
    return NULL;
}

/* ---- all of it ---- */

static void config_free(struct relay_config *c)
{
    for (size_t i = 0; i < c->secret_count; i++)
        buf_wipe_done(&c->secrets[i].text);
    free(c->secrets);
    for (unsigned i = 0; c->tls && i < c->workers; i++) {
        net_tls_context_free(c->tls[i].plain);
        net_tls_context_free(c->tls[i].asks);
    }
    free(c->tls);
    buf_wipe_done(&c->users_text);
    arena_wipe_done(&c->users_arena);
    buf_done(&c->hostname);
    buf_done(&c->mechanisms_tls);
    buf_done(&c->mechanisms_clear);
    rule_file_done(&c->rules);
    free(c);
}

static unsigned workers_of(const struct site *s)
{
    long n = s->loops > 0 ? (long)s->loops : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (unsigned)n;
}

struct telling {
    struct net_log *log;
    enum net_log_level level;
};

static void tell(void *user, str path, struct conf_place place, str why)
{
    const struct telling *t = user;
    NET_LOG(t->log, t->level, "rule-file", LOG_STR("file", path), LOG_INT("line", place.line),
            LOG_INT("column", place.column), LOG_STR("why", why));
}

void relay_config_warn(const struct relay_config *c, struct net_log *log)
{
    struct telling t = { log, NET_LOG_WARNING };
    rule_file_tell_warnings(&c->rules, tell, &t);
}

static bool read_rules(struct relay_config *c, const char *path, struct net_log *log, struct err *e)
{
    const struct policy_file *f = &c->rules.file;
    if (!rule_file_read(&c->rules, path, e)) {
        struct telling t = { log, NET_LOG_ERROR };
        if (log)
            rule_file_tell_errors(&c->rules, tell, &t);
        else
            rule_file_tell_errors(&c->rules, rule_file_print_error, NULL);
        return false;
    }
    if (f->open)
        return err_set(e, ERR_SYNTAX, "%s:%u: %.*s; %.*s", path, f->hole.permit->place.line,
                       STR_ARG(f->hole.why), STR_ARG(f->hole.remedy));
    if (f->site.listener_count == 0)
        return err_set(e, ERR_SYNTAX,
                       "%s: it has no listener; say listen \"submission\" { port = 587 }", path);
    c->digest = policy_digest(f->policy);
    return true;
}

struct relay_config *relay_config_load(const char *path, unsigned workers, struct net_log *log,
                                       struct err *e)
{
    struct relay_config *c = calloc(1, sizeof *c);
    if (!c) {
        err_memory(e, "the rules");
        return NULL;
    }
    atomic_init(&c->held, 1);
    arena_init(&c->users_arena, USERS_ARENA_MAX);
    buf_init(&c->hostname, NAME_MAX_OCTETS);
    buf_init(&c->mechanisms_tls, MECHANISMS_MAX);
    buf_init(&c->mechanisms_clear, MECHANISMS_MAX);
    if (read_rules(c, path, log, e)) {
        c->workers = workers > 0 ? workers : workers_of(site_of(c));
        if (take_hostname(c, e) && take_users(c, e) && take_papers(c, e) && take_secrets(c, e))
            return c;
    }
    config_free(c);
    return NULL;
}

struct relay_config *relay_config_hold(struct relay *r)
{
    pthread_mutex_lock(&r->config_lock);
    struct relay_config *c = r->config;
    atomic_fetch_add_explicit(&c->held, 1, memory_order_relaxed);
    pthread_mutex_unlock(&r->config_lock);
    return c;
}

void relay_config_drop(struct relay_config *c)
{
    if (c && atomic_fetch_sub_explicit(&c->held, 1, memory_order_acq_rel) == 1)
        config_free(c);
}
