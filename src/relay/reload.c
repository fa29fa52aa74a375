/* SPDX-License-Identifier: ISC */
#include "relay/reload.h"
#include "net/notify.h"
#include "relay/handed.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RESTART STR("systemctl restart baton-relay, or however it is started")

struct telling {
    struct relay *relay;
    void (*waits)(void *user, const struct relay_wait *w);
    void *user;
};

static void tell(const struct telling *t, const struct relay_wait *w)
{
    NET_LOG(t->relay->log, NET_LOG_WARNING, "needs-a-restart", LOG_STR("key", w->key),
            LOG_STR("listener", w->name), LOG_STR("why", w->why), LOG_STR("do", w->remedy));
    if (t->waits)
        t->waits(t->user, w);
}

/* ---- what was settled at the start ---- */

struct relay_settled {
    char *state, *control, *run_as;
    unsigned loops;
    bool log_json;
    struct ip metrics;
    uint16_t metrics_port;
};

static char *copy_of(str s)
{
    char *copy = calloc(1, s.n + 1);
    if (copy && s.n > 0)
        memcpy(copy, s.p, s.n); /* no NUL stands behind it, as strndup() may want */
    return copy;
}

struct relay_settled *relay_settled_new(const struct site *s, struct err *e)
{
    struct relay_settled *kept = calloc(1, sizeof *kept);
    if (kept) {
        *kept = (struct relay_settled){ copy_of(s->state), copy_of(s->control), copy_of(s->run_as),
                                        s->loops,          s->log_json,         s->metrics,
                                        s->metrics_port };
        if (kept->state && kept->control && kept->run_as)
            return kept;
    }
    relay_settled_free(kept);
    err_memory(e, "the relay");
    return NULL;
}

void relay_settled_free(struct relay_settled *kept)
{
    if (!kept)
        return;
    free(kept->state);
    free(kept->control);
    free(kept->run_as);
    free(kept);
}

/* Held against the start, and not against the file before: what a second reload does not change waits all the same. */
static void tell_settled(const struct telling *t, const struct site *now)
{
    const struct relay_settled *a = t->relay->settled;
    const struct {
        str key;
        bool same;
    } KEYS[] = {
        { STR_INIT("state"), str_eq(str_from(a->state), now->state) },
        { STR_INIT("control"), str_eq(str_from(a->control), now->control) },
        { STR_INIT("run-as"), str_eq(str_from(a->run_as), now->run_as) },
        { STR_INIT("loops"), a->loops == now->loops },
        { STR_INIT("log"), a->log_json == now->log_json },
        { STR_INIT("metrics"),
          ip_eq(&a->metrics, &now->metrics) && a->metrics_port == now->metrics_port },
    };
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        const struct relay_wait w = {
            KEYS[i].key, STR_NONE,
            STR("it is settled at the start; until then the old value holds"), RESTART
        };
        if (!KEYS[i].same)
            tell(t, &w);
    }
}

/* ---- the reload ---- */

/* A port under 1024 takes a right that was given up, any other the leave of Landlock, which names those of the start. */
static void on_unopened(void *user, const struct site_listener *l, const struct err *why)
{
    bool given_up = why->sys_errno == EACCES || why->sys_errno == EPERM;
    const struct relay_wait w = {
        STR("listen"), l->name, str_from(why->why),
        why->kind == ERR_SYNTAX ? STR("then restart the .socket unit, and the relay")
        : given_up ? STR("restart the relay (systemctl restart baton-relay): it opens ports at its "
                         "start, and then gives up the right to; the rest of the file is in force")
                   : STR("see who has it (ss -ltnp), then reload again; the rest of the file is in "
                         "force")
    };
    tell(user, &w);
}

/* It stays with us, for a later file; nobody takes what comes to it. */
static void tell_left(const struct telling *t, const struct site *site)
{
    const struct net_handed_socket *left = relay_handed_left(t->relay->handed, site);
    const struct relay_wait w = {
        STR("listen"), left ? left->name : STR_NONE,
        STR("a socket is handed over under this name, and no listener has it any more: who "
            "connects there waits for nobody"),
        STR("stop its .socket unit (systemctl disable --now), then restart the relay")
    };
    if (left)
        tell(t, &w);
}

static void tell_failed(struct relay *r, const struct err *e)
{
    bool denied = e->kind == ERR_SYSTEM && e->sys_errno == EACCES;
    NET_LOG(r->log, NET_LOG_ERROR, "not-reloaded", LOG_STR("why", str_from(e->why)),
            LOG_STR("do", denied
                              ? STR("give the file to the group of run-as, mode 0640; a file in "
                                    "a directory that was not named at the start needs a restart")
                              : STR_NONE));
}

bool relay_reload_now(struct relay *r, void (*waits)(void *user, const struct relay_wait *w),
                      void *user, struct err *e)
{
    struct telling t = { r, waits, user };
    if (atomic_load(&r->stopping)) /* no loop is asked to open what it is about to close */
        return err_set(e, ERR_SYSTEM, "the relay is stopping");
    net_notify_reloading(r->notify);
    bool ok = relay_reload(r, on_unopened, &t, e);
    if (ok) {
        struct relay_config *now = relay_config_hold(r);
        tell_settled(&t, &now->rules.file.site);
        tell_left(&t, &now->rules.file.site);
        relay_config_drop(now);
    } else {
        tell_failed(r, e);
    }
    net_log_flush(r->log);
    net_notify(r->notify, "READY=1");
    return ok;
}

/* ---- asked for ---- */

static void on_wait(void *user, const struct relay_wait *w)
{
    relay_call_row(user, json_pack("{s:o,s:o,s:o,s:o}", "key", relay_call_text(w->key), "listener",
                                   relay_call_text(w->name), "why", relay_call_text(w->why), "do",
                                   relay_call_text(w->remedy)));
}

void relay_reload_asked(struct relay_call *call, const json_t *request UNUSED)
{
    struct relay *r = relay_call_relay(call);
    struct err e = { 0 };
    if (!relay_reload_now(r, on_wait, call, &e)) {
        relay_call_error(call, "%s; the old file stays in force", e.why);
        return;
    }
    struct relay_config *now = relay_config_hold(r);
    relay_call_done(call, json_pack("{s:s,s:i}", "file", r->rule_file, "listeners",
                                    (int)now->rules.file.site.listener_count));
    relay_config_drop(now);
}
