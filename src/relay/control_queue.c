/* SPDX-License-Identifier: ISC */
/*
 * relay/control_queue.c - baton queue: what waits, and what is to become of it
 * { "do": "queue-list", "ids": [ID], FILTER, "count": true }   all but "do" may be left out
 * { "do": "queue-show", "id": ID }
 * { "do": "queue-change", "what": "hold" | "release" | "retry" | "drop", "ids": [ID] | FILTER | "all": true }
 * FILTER, all that are said must hold: "matching": TEXT, "held": true, "from": PATH, "domain": NAME, "route": NAME,
 *         "older_s": NUMBER
 * The answer to a change: "count", and of those "in_hand": what is held or dropped of them is when the attempt ends.
 * A list is read page by page, the next when the last was sent: a million messages cost what one page is long.
 */
#include "relay/control.h"
#include "relay/courier.h"
#include "relay/record.h"
#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 200,
    LISTED_RECIPIENTS = 20,
    CHUNK = 100, /* recipients in a row of queue-show */
    IDS_MAX = 10000,
    TEXT_SHOWN = 2000
};

struct job {
    struct relay_call *call;
    const json_t *ids; /* of the request; NULL: by filter */
    size_t next_id;
    struct spool_filter filter;
    enum spool_change what;
    bool counts; /* and gives no rows */
    bool shows;
    bool begun;
    bool cut; /* the relay ends, and not all was done */
    size_t in_page, total, in_hand;
    uint64_t last;
    enum spool_result result;
};

/* ---- a message as JSON ---- */

static json_t *text_of(str s)
{
    return relay_call_text(str_take(s, TEXT_SHOWN));
}

static json_t *recipient_json(const struct queue_recipient *r)
{
    const struct cause *c = cause_of(r->cause);
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "to", text_of(r->forward_path), "state",
                     text_of(names_of(&QUEUE_STATE_NAMES, (int)r->state)), "server",
                     text_of(r->server), "reply", text_of(r->reply), "cause",
                     text_of(c ? c->name : STR_NONE));
}

static json_t *recipients_json(const struct queue_message *m, size_t from, size_t most)
{
    json_t *all = json_array();
    for (size_t i = from; i < m->recipient_count && i - from < most; i++)
        json_array_append_new(all, recipient_json(&m->recipients[i]));
    return all;
}

static const char *state_of(const struct queue_message *m, bool in_hand)
{
    return in_hand ? "sending" : m->held ? "held" : "waiting";
}

/* Where it is said now, or null: between two smarthosts it waits for a connection. */
static json_t *at_json(struct relay *r, const struct queue_message *m, bool in_hand)
{
    char name[RELAY_COURIER_NAME_MAX];
    uint64_t since_ms;
    if (!in_hand || !relay_courier_at(r, m->id, name, &since_ms))
        return json_null();
    return json_pack("{s:o,s:I}", "server", text_of(str_from(name)), "since_ms",
                     (json_int_t)since_ms);
}

static json_t *message_json(struct relay *r, const struct queue_message *m, bool in_hand,
                            size_t recipients)
{
    char id[QUEUE_ID_TEXT_MAX], record[RELAY_RECORD_ID_MAX], ip[IP_TEXT_MAX];
    json_t *o = json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:b,s:b,s:b}", "id", queue_id_text(m->id, id),
                          "state", state_of(m, in_hand), "arrived_ms", (json_int_t)m->arrived_ms,
                          "due_ms", (json_int_t)m->due_ms, "size_octets",
                          (json_int_t)m->size_octets, "attempts", (json_int_t)m->attempts, "held",
                          m->held, "dropped", m->dropped, "bounce", (m->flags & QUEUE_BOUNCE) != 0);
    if (!o)
        return NULL;
    json_object_set_new(o, "from", text_of(m->reverse_path));
    json_object_set_new(o, "login", text_of(m->login));
    json_object_set_new(o, "client", text_of(str_from(ip_text(&m->client, ip))));
    json_object_set_new(o, "listener", text_of(m->listener));
    json_object_set_new(o, "route", text_of(m->route));
    json_object_set_new(
        o, "why", m->record ? json_string(relay_record_text(m->record, record)) : json_null());
    json_object_set_new(o, "converted", json_boolean(m->flags & QUEUE_TO_7BIT));
    json_object_set_new(o, "dkim_broken", json_boolean(m->flags & QUEUE_DKIM_BROKEN));
    json_object_set_new(o, "at", at_json(r, m, in_hand));
    json_object_set_new(o, "recipient_count", json_integer((json_int_t)m->recipient_count));
    json_object_set_new(o, "recipients", recipients_json(m, 0, recipients));
    return o;
}

/* ---- one page after another ---- */

static void next_list(struct relay_call *call, void *user);
static void next_change(struct relay_call *call, void *user);

/* Ends the job: the call has its answer. */
static void finish(struct job *j)
{
    if (j->cut)
        relay_call_error(j->call, "the relay is stopping; that was after %zu of them", j->total);
    else if (j->result == SPOOL_KEPT)
        relay_call_done(j->call, json_pack("{s:I,s:I}", "count", (json_int_t)j->total, "in_hand",
                                           (json_int_t)j->in_hand));
    else
        relay_call_error(j->call, "%s; %zu were changed before that",
                         j->result == SPOOL_FULL
                             ? "the disk is full"
                             : "the state of the queue could not be written; see the log",
                         j->total);
    free(j);
}

/* The next id of the request into the filter. False: that was the last. */
static bool next_named(struct job *j)
{
    while (j->ids && j->next_id < json_array_size(j->ids)) {
        const char *id = json_string_value(json_array_get(j->ids, j->next_id++));
        if (id && queue_id_parse(str_from(id), &j->filter.id))
            return true;
    }
    return false;
}

static void on_message(void *user, const struct queue_message *m, bool in_hand)
{
    struct job *j = user;
    struct relay *r = relay_call_relay(j->call);
    j->in_page++;
    j->last = m->id;
    if (j->counts || relay_call_gone(j->call))
        return;
    if (!j->shows) {
        relay_call_row(j->call, message_json(r, m, in_hand, LISTED_RECIPIENTS));
        return;
    }
    relay_call_row(j->call, message_json(r, m, in_hand, 0));
    for (size_t from = 0; from < m->recipient_count; from += CHUNK)
        relay_call_row(j->call, json_pack("{s:o}", "recipients", recipients_json(m, from, CHUNK)));
}

static void on_page(void *user, size_t count, size_t left_out)
{
    struct job *j = user;
    j->total += count + left_out;
    relay_call_more(j->call, next_list, j);
}

static void next_list(struct relay_call *call, void *user)
{
    struct job *j = user;
    bool more = j->ids ? next_named(j) : !j->begun || j->in_page == PAGE;
    j->cut = more && !relay_call_relay(call)->spool;
    if (!more || j->cut || relay_call_gone(call)) {
        finish(j);
        return;
    }
    if (!j->ids)
        j->filter.after = j->last;
    j->in_page = 0;
    j->begun = true;
    spool_list(relay_call_relay(call)->spool, &j->filter, on_message, on_page, j);
}

static void on_changed(void *user, size_t changed, size_t in_hand, enum spool_result result)
{
    struct job *j = user;
    j->total += changed;
    j->in_hand += in_hand;
    j->result = result;
    relay_call_more(j->call, next_change, j);
}

static void next_change(struct relay_call *call, void *user)
{
    struct job *j = user;
    struct relay *r = relay_call_relay(call);
    bool more = j->result == SPOOL_KEPT && (j->ids ? next_named(j) : !j->begun);
    j->cut = more && !r->spool;
    if (more && !j->cut) {
        j->begun = true;
        spool_change(r->spool, j->what, &j->filter, relay_now_ms(), on_changed, j);
        return;
    }
    if (j->total && r->spool && j->what == SPOOL_RETRY)
        relay_courier_hurry(r);
    else if (j->total && r->spool && j->what == SPOOL_RELEASE)
        relay_courier_wake(r);
    finish(j);
}

/* ---- what is asked ---- */

static str text_in(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return (str){ json_string_value(v), json_string_length(v) };
}

/* It points into the request, which lives as long as the call. */
static void take_filter(const json_t *request, struct spool_filter *f)
{
    json_int_t older_s = json_integer_value(json_object_get(request, "older_s"));
    uint64_t now_ms = relay_now_ms();
    f->text = text_in(request, "matching");
    f->held_only = json_is_true(json_object_get(request, "held"));
    f->more.sender = text_in(request, "from");
    f->more.domain = text_in(request, "domain");
    f->more.route = text_in(request, "route");
    if (older_s > 0)
        f->more.arrived_before_ms = (uint64_t)older_s < now_ms / 1000
                                        ? now_ms - (uint64_t)older_s * 1000
                                        : 1;
}

/* A filter that this relay does not know would be taken for none: more would be changed than was meant. NULL: all are
 * known, and of their kind; else the first that is not. */
static const char *not_known(const json_t *request)
{
    static const struct {
        const char *key;
        json_type type;
    } KEYS[] = { { "do", JSON_STRING },    { "what", JSON_STRING },
                 { "ids", JSON_ARRAY },    { "matching", JSON_STRING },
                 { "from", JSON_STRING },  { "domain", JSON_STRING },
                 { "route", JSON_STRING }, { "older_s", JSON_INTEGER },
                 { "held", JSON_TRUE },    { "all", JSON_TRUE },
                 { "count", JSON_TRUE } };
    for (void *at = json_object_iter((json_t *)request); at;
         at = json_object_iter_next((json_t *)request, at)) {
        size_t i = 0;
        while (i < COUNT_OF(KEYS) && strcmp(KEYS[i].key, json_object_iter_key(at)) != 0)
            i++;
        if (i == COUNT_OF(KEYS) || KEYS[i].type != json_typeof(json_object_iter_value(at)))
            return json_object_iter_key(at);
    }
    return NULL;
}

/* NULL: the call was answered that it cannot be. */
static struct job *job_new(struct relay_call *call, const json_t *request)
{
    const json_t *ids = json_object_get(request, "ids");
    const char *unknown = not_known(request);
    uint64_t id;
    if (unknown) {
        relay_call_error(call,
                         "this relay does not know what '%.40s' asks; are baton and baton-relay of "
                         "one version?",
                         unknown);
        return NULL;
    }
    if (json_array_size(ids) > IDS_MAX) {
        relay_call_error(call, "more than %d ids are not taken at one time", IDS_MAX);
        return NULL;
    }
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *text = json_string_value(json_array_get(ids, i));
        if (!text || !queue_id_parse(str_from(text), &id)) {
            relay_call_error(call, "'%.40s' is no id of a message", text ? text : "");
            return NULL;
        }
    }
    struct job *j = calloc(1, sizeof *j);
    if (!j) {
        relay_call_error(call, "the relay has no memory for that");
        return NULL;
    }
    j->call = call;
    j->ids = ids;
    j->result = SPOOL_KEPT;
    take_filter(request, &j->filter);
    return j;
}

void relay_queue_list(struct relay_call *call, const json_t *request)
{
    struct job *j = job_new(call, request);
    if (!j)
        return;
    j->counts = json_is_true(json_object_get(request, "count"));
    /* To count, the first is looked at and the others are left out: no envelope is read that need not be. */
    j->filter.max = j->counts ? 1 : PAGE;
    j->filter.page = !j->counts;
    next_list(call, j);
}

void relay_queue_show(struct relay_call *call, const json_t *request)
{
    struct job *j = job_new(call, request);
    if (!j)
        return;
    if (json_array_size(j->ids) != 1) {
        free(j);
        relay_call_error(call, "say the id of one message");
        return;
    }
    j->shows = true;
    next_list(call, j);
}

void relay_queue_change(struct relay_call *call, const json_t *request)
{
    static const struct {
        const char *name;
        enum spool_change what;
    } CHANGES[] = { { "hold", SPOOL_HOLD },
                    { "release", SPOOL_RELEASE },
                    { "retry", SPOOL_RETRY },
                    { "drop", SPOOL_DROP } };
    const char *name = json_string_value(json_object_get(request, "what"));
    size_t i = 0;
    while (i < COUNT_OF(CHANGES) && (!name || strcmp(name, CHANGES[i].name) != 0))
        i++;
    struct job *j = i < COUNT_OF(CHANGES) ? job_new(call, request) : NULL;
    if (i == COUNT_OF(CHANGES))
        relay_call_error(call, "say what is to become of them: hold, release, retry or drop");
    if (!j)
        return;
    j->what = CHANGES[i].what;
    if (!j->ids && !j->filter.text.n && !j->filter.held_only &&
        queue_filter_is_empty(&j->filter.more) && !json_is_true(json_object_get(request, "all"))) {
        free(j);
        relay_call_error(call, "say which messages: ids, what they have in common, or all");
        return;
    }
    NET_LOG(relay_call_relay(call)->log, NET_LOG_INFO, "queue-change",
            LOG_STR("what", str_from(name)), LOG_INT("ids", json_array_size(j->ids)),
            LOG_STR("matching", j->filter.text), LOG_STR("from", j->filter.more.sender),
            LOG_STR("domain", j->filter.more.domain), LOG_STR("route", j->filter.more.route),
            LOG_INT("older-s", json_integer_value(json_object_get(request, "older_s"))));
    next_change(call, j);
}
