/* SPDX-License-Identifier: ISC */
/*
 * relay/control_why.c - baton why: a record, the rule file it is of, and today's
 * Rules are evaluated by who asks: ten thousand of them would hold up a worker. So all is given as it lies here, in base64:
 * { "record": ... }, { "rules": ... } in pieces, { "today": ... } in pieces where today's are others.
 */
#include "base/base64.h"
#include "queue/message.h"
#include "relay/control.h"
#include "relay/record.h"
#include <stdio.h>
#include <stdlib.h>

enum { PIECE = 384 << 10 };

struct asked {
    struct relay_call *call;
    uint64_t record;
};

static json_t *coded(str octets)
{
    AUTO(buf_done) struct buf b;
    buf_init(&b, 2 * PIECE);
    return base64_encode(octets, &b) ? json_stringn(b.p ? b.p : "", b.n) : NULL;
}

static void give(struct relay_call *call, const char *key, str octets)
{
    do {
        json_t *piece = coded(str_take(octets, PIECE));
        relay_call_row(call, piece ? json_pack("{s:o}", key, piece) : NULL);
        octets = str_skip(octets, PIECE);
    } while (octets.n);
}

static void give_record(struct relay_call *call, const struct relay_record *rec)
{
    char octets[RELAY_RECORD_MAX];
    give(call, "record", (str){ octets, relay_record_write(rec, octets) });
}

/* A rule file that is gone is no reason to tell nothing: today's is there. */
static void answer(struct relay_call *call, const struct relay_record *rec,
                   const struct relay_config *c)
{
    char then[24], today[24];
    struct err e;
    AUTO(buf_done) struct buf text = { .max = 0 };
    bool same = rec->digest == c->digest;
    bool kept = relay_records_rules_of(relay_call_relay(call)->records, rec->digest, &text, &e);
    give_record(call, rec);
    if (kept)
        give(call, "rules", buf_str(&text));
    AUTO(buf_done) struct buf now = { .max = 0 };
    if ((!same || !kept) && rule_file_kept(&c->rules, &now))
        give(call, "today", buf_str(&now));
    snprintf(then, sizeof then, "%016llx", (unsigned long long)rec->digest);
    snprintf(today, sizeof today, "%016llx", (unsigned long long)c->digest);
    relay_call_done(call,
                    json_pack("{s:o,s:s,s:s,s:b}", "file", relay_call_text(c->rules.file.conf.path),
                              "digest", then, "digest_today", today, "kept", kept));
}

static void look(void *user)
{
    struct asked *a = user;
    struct relay *r = relay_call_relay(a->call);
    struct relay_config *c = relay_config_hold(r);
    struct relay_record rec;
    struct arena memory;
    struct err e;
    arena_init(&memory, 1 << 20);
    if (relay_records_find(r->records, a->record, &memory, &rec, &e))
        answer(a->call, &rec, c);
    else
        relay_call_error(a->call, "%s", e.why);
    arena_done(&memory);
    relay_config_drop(c);
}

static void looked(struct net_stream *none UNUSED, void *user)
{
    free(user);
}

/* Disks are slow, and a file of records is large: it is looked for on the pool. */
static void look_for(struct relay_call *call, uint64_t record)
{
    struct relay *r = relay_call_relay(call);
    struct asked *a = malloc(sizeof *a);
    if (a)
        *a = (struct asked){ call, record };
    if (a && r->pool &&
        net_pool_run(r->pool, look, r->workers[0].loop, (net_id){ 0, 0 }, looked, a))
        return;
    free(a);
    relay_call_error(call, "the relay has too much to do just now; ask again");
}

struct by_queue {
    struct relay_call *call;
    uint64_t record;
};

static void take_message(void *user, const struct queue_message *m, bool in_hand UNUSED)
{
    ((struct by_queue *)user)->record = m->record;
}

static void listed(void *user, size_t count, size_t left_out UNUSED)
{
    struct by_queue *q = user;
    if (count && q->record)
        look_for(q->call, q->record);
    else
        relay_call_error(q->call, "no message of this id waits here; the id of the decision that "
                                  "let it in is id=... in the log's event=message-kept of it");
    free(q);
}

void relay_why(struct relay_call *call, const json_t *request)
{
    const json_t *given = json_object_get(request, "id");
    str id = { json_string_value(given), json_string_length(given) };
    struct spool_filter f = { .max = 1 };
    uint64_t record;
    if (relay_record_parse(id, &record)) {
        look_for(call, record);
    } else if (!relay_call_relay(call)->spool) {
        relay_call_error(call, "the relay is stopping");
    } else if (queue_id_parse(id, &f.id)) {
        struct by_queue *q = calloc(1, sizeof *q);
        if (!q) {
            relay_call_error(call, "memory is short");
            return;
        }
        q->call = call;
        spool_list(relay_call_relay(call)->spool, &f, take_message, listed, q);
    } else {
        relay_call_error(call, "this is no id: one has eight signs, as in \"why: R7K2M9XQ\" behind "
                               "a refusal, or is that of a message in the queue");
    }
}
