/* SPDX-License-Identifier: ISC */
#include "cmd/queue_report.h"
#include "base/escape.h"
#include "cause/cause.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "relay/next_hop.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TEXT_MAX = 1 << 20, FIRST_RECIPIENTS = 2, STEPS = 2 };

const char *queue_span(uint64_t ms, char out[QUEUE_SPAN_MAX])
{
    uint64_t s = ms / 1000, m = s / 60, h = m / 60, d = h / 24;
    if (s < 60)
        snprintf(out, QUEUE_SPAN_MAX, "%" PRIu64 "s", s);
    else if (m < 60)
        snprintf(out, QUEUE_SPAN_MAX, "%" PRIu64 "m", m);
    else if (h < 24)
        snprintf(out, QUEUE_SPAN_MAX, m % 60 ? "%" PRIu64 "h %" PRIu64 "m" : "%" PRIu64 "h", h,
                 m % 60);
    else
        snprintf(out, QUEUE_SPAN_MAX, h % 24 ? "%" PRIu64 "d %" PRIu64 "h" : "%" PRIu64 "d", d,
                 h % 24);
    return out;
}

const char *queue_size(uint64_t octets, char out[QUEUE_SPAN_MAX])
{
    static const char UNITS[] = "KMGT";
    size_t unit = 0;
    if (octets < 1000) {
        snprintf(out, QUEUE_SPAN_MAX, "%" PRIu64, octets);
        return out;
    }
    double n = (double)octets / 1024;
    for (; n >= 999.5 && UNITS[unit + 1]; unit++)
        n /= 1024;
    snprintf(out, QUEUE_SPAN_MAX, n < 9.95 ? "%.1f%c" : "%.0f%c", n, UNITS[unit]);
    return out;
}

/* ---- parts of a row ---- */

static str text_in(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return (str){ json_string_value(v), json_string_length(v) };
}

static uint64_t number_in(const json_t *o, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(o, key));
    return n > 0 ? (uint64_t)n : 0;
}

static str path_of(str path)
{
    return path.n ? path : STR("<>");
}

static bool is_sending(const json_t *m)
{
    return str_eq(text_in(m, "state"), STR("sending"));
}

/* What was asked for while it was in hand; NULL: nothing. */
static const char *what_later(const json_t *m)
{
    if (!is_sending(m))
        return NULL;
    return json_is_true(json_object_get(m, "dropped")) ? "dropped"
           : json_is_true(json_object_get(m, "held"))  ? "held"
                                                       : NULL;
}

/* Where a message is that is being sent, and since when. */
static void add_at(const struct queue_report *r, struct buf *b, const char *indent, const json_t *m)
{
    char span[QUEUE_SPAN_MAX];
    const json_t *at = json_object_get(m, "at");
    str server = text_in(at, "server");
    uint64_t since = number_in(at, "since_ms");
    if (server.n)
        buf_addf(b, "%sat     %.*s, for %s\n", indent, STR_ARG(server),
                 queue_span(r->now_ms > since ? r->now_ms - since : 0, span));
    else if (is_sending(m))
        buf_addf(b, "%sat     no smarthost yet: it waits for a connection\n", indent);
}

static void next_try(const struct queue_report *r, const json_t *m, char out[QUEUE_SPAN_MAX])
{
    uint64_t due = number_in(m, "due_ms");
    str state = text_in(m, "state");
    const char *later = what_later(m);
    if (!str_eq(state, STR("waiting")))
        snprintf(out, QUEUE_SPAN_MAX, "%s", later ? later : "-");
    else if (due <= r->now_ms)
        snprintf(out, QUEUE_SPAN_MAX, "now");
    else
        queue_span(due - r->now_ms, out);
}

/* What the next hop said, on one line, and what that means by the catalogue. */
static void add_reply(struct buf *b, const char *indent, const json_t *recipient)
{
    str server = text_in(recipient, "server"), reply = text_in(recipient, "reply");
    const struct cause *c = cause_named(text_in(recipient, "cause"));
    if (!reply.n)
        return;
    buf_addf(b, "%slast   ", indent);
    size_t start = b->n;
    (void)escape_line(str_take(reply, 300), b);
    if (server.n)
        buf_addf(b, " (%.*s)", STR_ARG(server));
    output_wrap_from(b, start, strlen(indent) + 7);
    if (c) {
        buf_addf(b, "%s       ", indent);
        start = b->n;
        buf_addf(b, "%.*s [%.*s]", STR_ARG(c->title), STR_ARG(c->name));
        output_wrap_from(b, start, strlen(indent) + 7);
    }
}

static const json_t *first_waiting(const json_t *m)
{
    const json_t *all = json_object_get(m, "recipients");
    for (size_t i = 0; i < json_array_size(all); i++)
        if (str_eq(text_in(json_array_get(all, i), "state"), STR("waiting")))
            return json_array_get(all, i);
    return json_array_get(all, 0);
}

static void add_recipients(struct buf *b, const json_t *m)
{
    const json_t *all = json_object_get(m, "recipients");
    uint64_t count = number_in(m, "recipient_count");
    size_t told = 0;
    for (; told < json_array_size(all) && told < FIRST_RECIPIENTS; told++)
        buf_addf(b, "%s%.*s", told ? ", " : "", STR_ARG(text_in(json_array_get(all, told), "to")));
    if (count > told)
        buf_addf(b, "%s%" PRIu64 " more", told ? " and " : "", count - told);
}

static void add_line(const struct queue_report *r, struct buf *b, const json_t *m)
{
    char age[QUEUE_SPAN_MAX], size[QUEUE_SPAN_MAX], next[QUEUE_SPAN_MAX];
    uint64_t arrived = number_in(m, "arrived_ms");
    str id = text_in(m, "id"), state = text_in(m, "state");
    next_try(r, m, next);
    buf_addf(b, "%-12.*s %7s %6s  %-8.*s %5" PRIu64 "  %-8s ", STR_ARG(id),
             queue_span(r->now_ms > arrived ? r->now_ms - arrived : 0, age),
             queue_size(number_in(m, "size_octets"), size), STR_ARG(state),
             number_in(m, "attempts"), next);
    buf_addf(b, "%.*s -> ", STR_ARG(path_of(text_in(m, "from"))));
    add_recipients(b, m);
    buf_addc(b, '\n');
    add_at(r, b, "    ", m);
    add_reply(b, "    ", first_waiting(m));
}

/* ---- one message, with everything ---- */

static void add_when(struct buf *b, uint64_t ms)
{
    char text[40];
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &tm);
    buf_add(b, str_from(text));
}

static void add_field(struct buf *b, const char *name, str value)
{
    if (value.n)
        buf_addf(b, "  %-9s %.*s\n", name, STR_ARG(value));
}

static void add_head(const struct queue_report *r, struct buf *b, const json_t *m)
{
    char age[QUEUE_SPAN_MAX], size[QUEUE_SPAN_MAX], next[QUEUE_SPAN_MAX];
    uint64_t arrived = number_in(m, "arrived_ms"), count = number_in(m, "recipient_count");
    next_try(r, m, next);
    buf_addf(b, "%.*s: %.*s, tried %" PRIu64 " times", STR_ARG(text_in(m, "id")),
             STR_ARG(text_in(m, "state")), number_in(m, "attempts"));
    if (what_later(m))
        buf_addf(b, ", %s after this try", what_later(m));
    else if (strcmp(next, "-") != 0)
        buf_addf(b, strcmp(next, "now") == 0 ? ", next now" : ", next in %s", next);
    buf_addf(b, "\n");
    add_at(r, b, "  ", m);
    buf_addf(b, "  arrived   ");
    add_when(b, arrived);
    buf_addf(b, " (%s ago)\n", queue_span(r->now_ms > arrived ? r->now_ms - arrived : 0, age));
    buf_addf(b, "  size      %s\n", queue_size(number_in(m, "size_octets"), size));
    add_field(b, "from", path_of(text_in(m, "from")));
    add_field(b, "login", text_in(m, "login"));
    add_field(b, "client", text_in(m, "client"));
    add_field(b, "listener", text_in(m, "listener"));
    add_field(b, "route", text_in(m, "route"));
    if (text_in(m, "why").n)
        buf_addf(b, "  let in    baton why %.*s\n", STR_ARG(text_in(m, "why")));
    if (json_is_true(json_object_get(m, "converted")))
        buf_addf(b, "  converted to 7 bits, for a next hop without 8BITMIME%s\n",
                 json_is_true(json_object_get(m, "dkim_broken")) ? "; its DKIM signature is broken"
                                                                 : "");
    buf_addf(b, "  %" PRIu64 " recipient%s\n", count, count == 1 ? "" : "s");
}

/* The steps of a cause once, below the first recipient that has it. */
static void add_steps(struct buf *b, const struct cause *c)
{
    const struct cause_step *steps[STEPS];
    str ours = next_hop_step(c->id);
    size_t n = ours.n ? 0 : cause_steps(c, ROLE_OPERATOR, SERVER_ANY, steps, STEPS);
    if (ours.n)
        output_sentence(b, 13, ours);
    for (size_t i = 0; i < n; i++)
        output_sentence(b, 13, steps[i]->text);
}

static void add_all_recipients(struct queue_report *r, struct buf *b, const json_t *all)
{
    str last = STR_NONE;
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i);
        buf_addf(b, "  %.*s: %.*s\n", STR_ARG(text_in(one, "to")), STR_ARG(text_in(one, "state")));
        add_reply(b, "      ", one);
        const struct cause *c = cause_named(text_in(one, "cause"));
        if (c && !str_eq(last, c->name))
            add_steps(b, c);
        last = c ? c->name : STR_NONE;
        r->recipients++;
    }
}

/* ---- the report ---- */

static bool put(struct queue_report *r, struct buf *b)
{
    bool ok = buf_ok(b) && (!b->n || fwrite(b->p, 1, b->n, stdout) == b->n);
    r->failed |= !ok;
    buf_done(b);
    return ok;
}

void queue_report_begin(struct queue_report *r, bool json, bool all)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *r = (struct queue_report){ .json = json,
                                .all = all,
                                .now_ms = (uint64_t)now.tv_sec * 1000 +
                                          (uint64_t)now.tv_nsec / 1000000 };
}

/* Rows of one message: its head, then its recipients in pieces; in JSON they are put into one list again. */
static void add_json(struct queue_report *r, struct buf *b, const json_t *row)
{
    const json_t *more = json_object_get(row, "id") ? NULL : json_object_get(row, "recipients");
    if (!r->count && !more)
        buf_add(b, STR("{ \"schema\": \"baton.queue/1\", \"messages\": [\n"));
    if (r->all && !more) { /* its list of recipients is left open */
        char *text = json_dumps(row, JSON_COMPACT);
        size_t n = text ? strlen(text) : 0;
        bool open = n > 2 && str_ends_nocase((str){ text, n }, STR("[]}"));
        buf_add(b, open ? (str){ text, n - 2 } : STR_NONE);
        b->failed |= !open;
        free(text);
        return;
    }
    if (!more) {
        char *text = json_dumps(row, JSON_COMPACT);
        buf_addf(b, "%s", r->count ? ",\n" : "");
        buf_add(b, str_from(text));
        b->failed |= !text;
        free(text);
        return;
    }
    for (size_t i = 0; i < json_array_size(more); i++) {
        char *text = json_dumps(json_array_get(more, i), JSON_COMPACT);
        buf_addf(b, "%s\n", r->recipients++ ? "," : "");
        buf_add(b, str_from(text));
        b->failed |= !text;
        free(text);
    }
}

bool queue_report_row(void *report, const json_t *row)
{
    struct queue_report *r = report;
    bool head = json_object_get(row, "id") != NULL;
    struct buf b;
    buf_init(&b, TEXT_MAX);
    if (r->json)
        add_json(r, &b, row);
    else if (r->all && head)
        add_head(r, &b, row);
    else if (r->all)
        add_all_recipients(r, &b, json_object_get(row, "recipients"));
    else {
        if (!r->count)
            buf_add(&b, STR("ID               AGE   SIZE  STATE    TRIES  NEXT TRY FROM -> TO\n"));
        add_line(r, &b, row);
    }
    r->count += head;
    return put(r, &b);
}

bool queue_report_end(struct queue_report *r)
{
    struct buf b;
    buf_init(&b, 1024);
    if (r->json && !r->count)
        buf_add(&b, STR("{ \"schema\": \"baton.queue/1\", \"messages\": ["));
    if (r->json)
        buf_addf(&b, "%s\n], \"count\": %lld }\n", r->all ? "]}" : "", r->count);
    else if (!r->count)
        buf_add(&b, STR("Nothing waits.\n"));
    else if (!r->all)
        buf_addf(&b, "%lld message%s\n", r->count, r->count == 1 ? "" : "s");
    bool ok = put(r, &b) && fflush(stdout) == 0 && !r->failed;
    if (!ok)
        fputs("baton queue: the text could not be written\n", stderr);
    return ok;
}

void queue_report_broken(struct queue_report *r)
{
    (void)r;
    fflush(stdout);
}
