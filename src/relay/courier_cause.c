/* SPDX-License-Identifier: ISC */
/*
 * relay/courier_cause.c - why a next hop refused, and the log lines of the courier
 *
 * A cause is worked out once a wording (explain/log_judge.h): a next hop that refuses a thousand messages does so in a few.
 */
#include "explain/log_judge.h"
#include "relay/courier_inside.h"
#include "relay/next_hop.h"
#include <stdio.h>
#include <stdlib.h>

struct courier_causes {
    uint64_t seed;
    struct explainer *explainer; /* both are made when the first refusal comes */
    struct log_judge *judge;
};

struct courier_causes *courier_causes_new(uint64_t seed)
{
    struct courier_causes *k = calloc(1, sizeof *k);
    if (k)
        k->seed = seed;
    return k;
}

void courier_causes_free(struct courier_causes *k)
{
    if (!k)
        return;
    log_judge_free(k->judge);
    explainer_free(k->explainer);
    free(k);
}

static struct log_judge *judge_of(struct courier_causes *k)
{
    if (!k->explainer)
        k->explainer = explainer_new(false);
    if (k->explainer && !k->judge)
        k->judge = log_judge_new(k->explainer, k->seed);
    return k->judge;
}

enum cause_id courier_cause_of(struct courier_visit *v, enum smtp_stage stage, unsigned code,
                               const struct smtp_enhanced *x, str text, str from, str to)
{
    struct courier_host *h = v->host;
    struct log_judge *judge = judge_of(h->route->courier->causes);
    struct log_verdict verdict;
    struct err why;
    char address[IP_TEXT_MAX];
    const struct log_line line = {
        .event = LOG_LINE_UNDELIVERED,
        .begins = true,
        .time_s = LOG_NO_TIME,
        .stage = stage,
        .end = SMTP_END_REPLY,
        .code = code,
        .enhanced = *x,
        .words = text,
        .by = h->site->host,
        .by_address = str_from(ip_text(&v->address, address)),
        .by_port = h->site->port,
        .encrypted = v->secured,
        .login = v->logged_in               ? LOG_LOGIN_TAKEN
                 : stage == SMTP_STAGE_AUTH ? LOG_LOGIN_REFUSED
                 : stage >= SMTP_STAGE_MAIL ? LOG_LOGIN_NONE
                                            : LOG_LOGIN_NOT_TOLD,
        .from = from,
        .to = to,
        .null_sender = stage >= SMTP_STAGE_MAIL && from.n == 0,
    };
    if (!judge || !log_judge_line(judge, &line, &verdict, &why))
        return CAUSE_NONE;
    return (enum cause_id)verdict.cause;
}

str courier_reply_text(const struct smtp_reply *r, char *room, size_t octets)
{
    str text = str_trim(r->text);
    int n = snprintf(room, octets, "%u%s%.*s", r->code, text.n ? " " : "", STR_ARG(text));
    return (str){ room, n < 0 ? 0 : (size_t)n < octets ? (size_t)n : octets - 1 };
}

/* ---- log lines ---- */

static str cause_name(enum cause_id id)
{
    const struct cause *c = cause_of(id);
    return c ? c->name : STR_NONE;
}

/* What whoever runs this relay can do; where it is the sender's to mend, that. */
static str first_step(enum cause_id id)
{
    const struct cause_step *step;
    str ours = next_hop_step(id);
    if (ours.n)
        return ours;
    return explain_steps_on(id, SERVER_ANY, SIDE_SENDS, &step, 1) ? step->text : STR_NONE;
}

void courier_log_answer(struct courier_job *job, size_t recipient, const char *event,
                        enum net_log_level level)
{
    const struct queue_recipient *r = &job->m.recipients[recipient];
    char id[QUEUE_ID_TEXT_MAX];
    NET_LOG(job->courier->relay->log, level, event,
            LOG_STR("id", str_from(queue_id_text(job->m.id, id))), LOG_STR("to", r->forward_path),
            LOG_STR("server", r->server), LOG_STR("reply", r->reply),
            LOG_STR("cause", cause_name(r->cause)), LOG_STR("do", first_step(r->cause)),
            LOG_INT("attempts", job->m.attempts + 1));
}

void courier_log_delivered(struct courier_visit *v, str reply, size_t count, size_t first,
                           uint64_t took_ms)
{
    const struct courier_job *job = v->job;
    char id[QUEUE_ID_TEXT_MAX];
    NET_LOG(job->courier->relay->log, NET_LOG_INFO, "delivered",
            LOG_STR("id", str_from(queue_id_text(job->m.id, id))),
            LOG_STR("to", job->m.recipients[first].forward_path), LOG_INT("recipients", count),
            LOG_STR("server", str_from(v->name)), LOG_STR("reply", reply), LOG_INT("ms", took_ms));
}

void courier_log_host(struct courier_host *h, enum net_log_level level, const char *event,
                      const char *why, enum cause_id cause, uint64_t pause_ms)
{
    char server[COURIER_NAME_MAX];
    snprintf(server, sizeof server, "%.*s:%u", STR_ARG(h->site->host), h->site->port);
    NET_LOG(h->route->courier->relay->log, level, event, LOG_STR("route", h->route->site->name),
            LOG_STR("server", str_from(server)), LOG_STR("why", str_from(why)),
            LOG_STR("cause", cause_name(cause)), LOG_STR("do", first_step(cause)),
            LOG_INT("pause-ms", pause_ms));
}
