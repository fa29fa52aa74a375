/* SPDX-License-Identifier: ISC */
/*
 * net/login_step.c - a slow login's step beside the loop
 * The job knows its stream by id alone: a dialogue may end at any time, and its step then ends for nobody. A
 * job whose loop is left behind stays with it until the process ends.
 */
#include "net/login_step.h"
#include "base/buf.h"
#include "net/inside.h"
#include <stdlib.h>

struct job {
    uv_work_t work;
    struct net_loop *loop;
    net_id id;
    struct sasl_client *sasl;
    struct buf challenge, response;
    bool ok;
    struct err why;
    void (*done)(void *owner, const struct net_login_stepped *result);
};

static void job_free(struct job *j)
{
    sasl_client_free(j->sasl);
    buf_wipe_done(&j->challenge);
    buf_wipe_done(&j->response);
    free(j);
}

/* On a thread of the pool, which touches nothing but the job. */
static void run(uv_work_t *work)
{
    struct job *j = work->data;
    j->ok = sasl_client_step(j->sasl, buf_str(&j->challenge), &j->response, &j->why);
}

static void after(uv_work_t *work, int status)
{
    struct job *j = work->data;
    struct net_stream *s = net_loop_at(j->loop, j->id);
    if (s && status == 0) {
        const struct net_login_stepped result = { j->sasl, j->ok, buf_str(&j->response), &j->why };
        j->sasl = NULL;
        j->done(net_stream_user(s), &result);
    }
    job_free(j);
}

bool net_login_step(struct net_loop *l, net_id id, struct sasl_client *sasl, str challenge,
                    void (*done)(void *owner, const struct net_login_stepped *result))
{
    struct job *j = calloc(1, sizeof *j);
    if (!j) {
        sasl_client_free(sasl);
        return false;
    }
    *j = (struct job){ .loop = l, .id = id, .sasl = sasl, .done = done };
    j->work.data = j;
    buf_init(&j->challenge, challenge.n + 1);
    buf_init(&j->response, NET_LOGIN_ANSWER_MAX);
    if (buf_add(&j->challenge, challenge) &&
        uv_queue_work(net_loop_uv(l), &j->work, run, after) == 0)
        return true;
    job_free(j);
    return false;
}
