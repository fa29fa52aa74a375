/* SPDX-License-Identifier: ISC */
#include "relay/signals.h"
#include "relay/reload.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

enum { SIGNALS = 3 };
struct relay_signals {
    uv_signal_t handles[SIGNALS];
    struct relay *relay;
    unsigned open;
};

static void on_stop(uv_signal_t *handle, int number)
{
    struct relay_signals *s = handle->data;
    (void)number;
    if (atomic_load(
            &s->relay
                 ->stopping)) { /* told twice: what is kept is synced, the rest was never acknowledged */
        NET_LOG(s->relay->log, NET_LOG_ERROR, "stopped-at-once",
                LOG_STR("why", STR("a second signal")));
        _exit(1);
    }
    net_notify(s->relay->notify, "STOPPING=1");
    relay_stop(s->relay);
}

static void on_reload(uv_signal_t *handle, int number UNUSED)
{
    struct relay_signals *s = handle->data;
    struct err e = { 0 };
    (void)!relay_reload_now(s->relay, NULL, NULL, &e); /* the log says it */
}

static const struct {
    int number;
    uv_signal_cb run;
} ROWS[SIGNALS] = { { SIGTERM, on_stop }, { SIGINT, on_stop }, { SIGHUP, on_reload } };

struct relay_signals *relay_signals_new(struct relay *r, struct err *e)
{
    struct relay_signals *s = calloc(1, sizeof *s);
    if (!s) {
        err_memory(e, "the handlers of signals");
        return NULL;
    }
    s->relay = r;
    for (; s->open < SIGNALS; s->open++) {
        uv_signal_t *handle = &s->handles[s->open];
        uv_signal_init(net_loop_uv(r->workers[0].loop), handle);
        handle->data = s;
        uv_signal_start(handle, ROWS[s->open].run, ROWS[s->open].number);
    }
    return s;
}

static void on_closed(uv_handle_t *handle)
{
    struct relay_signals *s = handle->data;
    if (--s->open == 0)
        free(s);
}

void relay_signals_free(struct relay_signals *s)
{
    for (unsigned i = 0; s && i < SIGNALS; i++)
        uv_close((uv_handle_t *)&s->handles[i], on_closed);
}
