/* SPDX-License-Identifier: ISC */
/* relay/courier_body.c - mail data from the spool, as kept or converted for a next hop that takes 7 bits */
#include "relay/courier_inside.h"

void courier_body_begin(struct courier_visit *v, struct relay_lacks *lacks)
{
    struct courier_job *job = v->job;
    const struct mail_7bit_facts *f = &lacks->facts;
    char id[QUEUE_ID_TEXT_MAX];
    if (!lacks->seven)
        return;
    v->seven = lacks->seven;
    lacks->seven = NULL;
    buf_init(&v->converted, MAIL_7BIT_OUT_MAX);
    job->m.flags |= QUEUE_TO_7BIT | (f->signature ? QUEUE_DKIM_BROKEN : 0);
    NET_LOG(job->courier->relay->log, f->signature ? NET_LOG_WARNING : NET_LOG_INFO, "converted",
            LOG_STR("id", str_from(queue_id_text(job->m.id, id))),
            LOG_STR("server", str_from(v->name)), LOG_INT("parts", f->converted),
            LOG_INT("octets-dropped", f->dropped),
            LOG_STR("why", STR("the next hop does not offer 8BITMIME")),
            LOG_STR("dkim", f->signature ? STR("signature broken") : STR("none")));
}

/* Pieces that all wait for more of their line give nothing yet. */
static bool convert(struct courier_visit *v, str *out, struct err *e)
{
    struct relay_courier *c = v->host->route->courier;
    const struct queue_message *m = &v->job->m;
    buf_clear(&v->converted);
    while (v->converted.n == 0 && !v->all_said) {
        size_t n = 0;
        if (!spool_read(c->relay->spool, m->id, v->offset, c->piece, MAIL_7BIT_PIECE, &n, e))
            return false;
        v->offset += n;
        v->all_said = v->offset >= m->size_octets;
        if (n == 0 && !v->all_said)
            return err_set(e, ERR_SYSTEM, "the message is shorter than it was");
        if (!mail_7bit_write(v->seven, (str){ c->piece, n }, &v->converted) ||
            (v->all_said && !mail_7bit_write_end(v->seven, &v->converted)))
            return err_memory(e, "a message in 7 bits");
    }
    *out = buf_str(&v->converted);
    return true;
}

bool courier_body_read(struct courier_visit *v, str *out, struct err *e)
{
    struct relay_courier *c = v->host->route->courier;
    const struct queue_message *m = &v->job->m;
    size_t n = 0;
    if (v->seven)
        return convert(v, out, e);
    if (!spool_read(c->relay->spool, m->id, v->offset, c->piece, sizeof c->piece, &n, e))
        return false;
    if (n == 0 && v->offset < m->size_octets)
        return err_set(e, ERR_SYSTEM, "the message is shorter than it was");
    v->offset += n;
    v->all_said = v->offset >= m->size_octets;
    *out = (str){ c->piece, n };
    return true;
}

void courier_body_done(struct courier_visit *v)
{
    v->offset = 0;
    if (!v->seven)
        return;
    mail_7bit_free(v->seven);
    v->seven = NULL;
    buf_done(&v->converted);
}
