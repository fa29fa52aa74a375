/* SPDX-License-Identifier: ISC */
#include "cmd/explain_log_report.h"
#include "base/escape.h"
#include "base/wrap.h"
#include "cmd/output.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TEXT_MAX = 16 << 20,
    WRITE_OCTETS = 64 << 10, /* what is gathered is written out from here on */
    PAGE = 256,              /* groups at a time */
    EXAMPLE_SHOWN = 400,     /* octets of one, in text */
    NAME_SHOWN = 100,        /* octets of a client, a sender, a domain in text */
    NOT_KNOWN_SHOWN = 3,     /* examples of refusals of no known cause */
    STEPS_SHOWN = 2,
    STEP_MEMORY = 64 << 10,
    TIME_ROOM = 32
};

/* All groups of one cause. */
struct sum {
    enum cause_id cause;
    enum explain_dialect dialect; /* of its largest group */
    enum cause_side side;         /* of all groups; ANY: they differ */
    uint64_t count, groups;
    bool exact;
    int64_t first_s, last_s;
};

struct sums {
    struct sum rows[CAUSES]; /* the largest first */
    size_t used;
    uint64_t groups, count;
    uint64_t on_side[SIDES]; /* of count */
    int64_t first_s, last_s;
    bool exact;
};

/* ---- reading the groups ---- */

static void widen(int64_t *first_s, int64_t *last_s, const struct explain_group *g)
{
    if (g->first_s != INT64_MIN && (*first_s == INT64_MIN || g->first_s < *first_s))
        *first_s = g->first_s;
    if (g->last_s != INT64_MIN && g->last_s > *last_s)
        *last_s = g->last_s;
}

static void add(struct sums *s, const struct explain_group *g)
{
    struct sum *row = &s->rows[g->cause];
    if (row->groups++ == 0)
        *row = (struct sum){ g->cause, g->dialect, g->side, 0, 1, true, INT64_MIN, INT64_MIN };
    if (row->side != g->side)
        row->side = SIDE_ANY;
    row->count += g->count;
    row->exact = row->exact && g->error == 0;
    widen(&row->first_s, &row->last_s, g);
    s->groups++;
    s->count += g->count;
    s->on_side[g->side] += g->count;
    s->exact = s->exact && g->error == 0;
    widen(&s->first_s, &s->last_s, g);
}

static int larger_first(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->cause < y->cause ? -1 : x->cause > y->cause;
}

/* Calls take for each group, the largest first, up to top of them. */
static bool each_group(struct explain_log *log, size_t top,
                       bool (*take)(void *user, const struct explain_group *g), void *user)
{
    struct explain_group *page = calloc(PAGE, sizeof *page);
    bool ok = page != NULL;
    size_t all = PAGE;
    for (size_t from = 0; ok && from < all && from < top; from += PAGE) {
        all = explain_log_groups(log, from, page, PAGE);
        for (size_t i = 0; ok && i < PAGE && from + i < all && from + i < top; i++)
            ok = take(user, &page[i]);
    }
    free(page);
    return ok;
}

static bool add_one(void *user, const struct explain_group *g)
{
    add(user, g);
    return true;
}

static bool sum_up(struct explain_log *log, struct sums *s)
{
    *s = (struct sums){ .exact = true, .first_s = INT64_MIN, .last_s = INT64_MIN };
    if (!each_group(log, SIZE_MAX, add_one, s))
        return false;
    qsort(s->rows, CAUSES, sizeof *s->rows, larger_first);
    while (s->used < CAUSES && s->rows[s->used].groups)
        s->used++;
    return true;
}

static bool is_known(const struct sums *s)
{
    for (size_t i = 0; i < s->used; i++)
        if (s->rows[i].cause != CAUSE_NONE)
            return true;
    return false;
}

/* ---- words ---- */

/* "2026-11-24 06:25:01", as the log's own clock says; separator: blank or T. */
static const char *time_words(int64_t at_s, char separator, char room[TIME_ROOM])
{
    struct tm t;
    time_t at = (time_t)at_s;
    if (at_s == INT64_MIN || !gmtime_r(&at, &t) || t.tm_year < 0 || t.tm_year > 8099)
        return NULL;
    (void)snprintf(room, TIME_ROOM, "%04d-%02d-%02d%c%02d:%02d:%02d", t.tm_year + 1900,
                   t.tm_mon + 1, t.tm_mday, separator, t.tm_hour, t.tm_min, t.tm_sec);
    return room;
}

static void add_span(struct buf *b, const char *before, int64_t first_s, int64_t last_s)
{
    char first[TIME_ROOM], last[TIME_ROOM];
    if (!time_words(first_s, ' ', first) || !time_words(last_s, ' ', last))
        return;
    buf_addf(b, "%s%s", before, first);
    if (last_s != first_s)
        buf_addf(b, " to %s", last);
}

static str title_of(enum cause_id id)
{
    const struct cause *c = cause_of(id);
    return c ? c->title : STR("The cause is not known");
}

static void add_title(struct buf *b, enum cause_id id)
{
    const struct cause *c = cause_of(id);
    str title = title_of(id);
    buf_addf(b, "%.*s", STR_ARG(title));
    if (c)
        buf_addf(b, " [%.*s]", STR_ARG(c->name));
}

/* Cut, never in the middle of a character, and escaped. */
static void add_shown(struct buf *b, str s, size_t max)
{
    str cut = str_take(s, max);
    while (cut.n && cut.n < s.n && ((unsigned char)s.p[cut.n] & 0xC0) == 0x80)
        cut.n--;
    (void)escape_line(cut, b);
    if (cut.n < s.n)
        buf_add(b, STR(" ..."));
}

static const char *who_words(const struct explain_group *g)
{
    if (g->side == SIDE_TAKES && g->hop != HOP_CLIENT)
        return "refused by this server";
    switch (g->hop) {
    case HOP_CLIENT: return "given up by the program that sends";
    case HOP_SUBMISSION:
        return g->side == SIDE_SENDS ? "refused by the next server" : "refused by this server";
    case HOP_NEXT: return "refused by the next server";
    case HOP_RECIPIENT: return "refused by the recipient's server";
    default: return NULL;
    }
}

static void add_who(struct buf *b, const struct explain_group *g)
{
    if (g->unnamed) {
        buf_add(b, STR("names not kept: too small a group among so many"));
        return;
    }
    if (g->side == SIDE_SENDS && str_eq(g->client, STR("local"))) {
        buf_add(b, STR("outgoing")); /* the line tells nothing of who handed the mail in */
    } else {
        buf_add(b, STR("client "));
        add_shown(b, g->client.n ? g->client : STR("not told"), NAME_SHOWN);
    }
    if (g->sender.n) {
        buf_add(b, STR(", from "));
        add_shown(b, g->sender, NAME_SHOWN);
    }
    if (g->domain.n) {
        buf_add(b, STR(", to "));
        add_shown(b, g->domain, NAME_SHOWN);
    }
}

/* Writes out what has gathered; false: it cannot be written. */
static bool flush(struct buf *b, bool now)
{
    if (!buf_ok(b))
        return false;
    if (!now && b->n < WRITE_OCTETS)
        return true;
    bool ok = !b->n || fwrite(b->p, 1, b->n, stdout) == b->n;
    buf_clear(b);
    return ok && (!now || fflush(stdout) == 0);
}

/* ---- text ---- */

struct text {
    struct buf *b;
    const struct explain_log_read *r;
    size_t number, not_known;
    /* The number of the group where the fix of this cause stands, for each side; 0: nowhere yet. */
    size_t fixed_by[CAUSES][SIDES];
};

static void add_table(struct buf *b, const struct sums *s)
{
    buf_add(b, STR("   Refused  Groups  Cause\n"));
    for (size_t i = 0; i < s->used; i++) {
        const struct sum *row = &s->rows[i];
        buf_addf(b, "%s%9llu %7llu  ", row->exact ? " " : "~", (unsigned long long)row->count,
                 (unsigned long long)row->groups);
        add_title(b, row->cause);
        buf_addc(b, '\n');
    }
    if (!s->exact)
        output_sentence(b, 0,
                        STR("~ There are more groups than are kept: this number can be too "
                            "high, by what is said with each of its groups below."));
}

/* Who reads it in the morning wants to know first whose rules to look at. */
static void add_sides(struct buf *b, const struct sums *s)
{
    struct buf line;
    if (!s->on_side[SIDE_TAKES] && !s->on_side[SIDE_SENDS])
        return;
    buf_init(&line, TEXT_MAX);
    buf_addf(&line, "%s%llu by this server, %llu by others that it hands mail to",
             s->exact ? "" : "~", (unsigned long long)s->on_side[SIDE_TAKES],
             (unsigned long long)s->on_side[SIDE_SENDS]);
    if (s->on_side[SIDE_ANY])
        buf_addf(&line, ", %llu where the line does not tell it",
                 (unsigned long long)s->on_side[SIDE_ANY]);
    buf_addc(&line, '.');
    output_sentence(b, 0, buf_str(&line));
    if (!buf_ok(&line))
        b->failed = true;
    buf_done(&line);
}

/* The fix stands with the first group of its cause, and is named from there on. */
static void add_fix(struct text *t, const struct explain_group *g)
{
    const struct cause_step *steps[STEPS_SHOWN];
    size_t *number = &t->fixed_by[g->cause][g->side];
    size_t n = explain_steps_on(g->cause, explain_server_of(g->dialect), g->side, steps,
                                STEPS_SHOWN);
    if (!n)
        return;
    if (*number) {
        buf_addf(t->b, "    What to do: as in %zu.\n", *number);
        return;
    }
    *number = t->number;
    buf_add(t->b, STR("    What to do: "));
    wrap_words(t->b, 16, 4, steps[0]->text);
    for (size_t i = 1; i < n; i++)
        output_sentence(t->b, 4, steps[i]->text);
    for (size_t i = 0; i < n; i++)
        if (steps[i]->warning.n) {
            buf_add(t->b, STR("    Careful: "));
            wrap_words(t->b, 13, 4, steps[i]->warning);
        }
}

static void add_example(struct buf *b, str example)
{
    if (!example.n)
        return;
    buf_add(b, STR("    > "));
    add_shown(b, example, EXAMPLE_SHOWN);
    buf_addc(b, '\n');
}

/* The cause that stands for all that have no finer one says no more than the words do. */
static bool is_unnamed(enum cause_id id)
{
    return id == CAUSE_NONE || id == CAUSE_OTHER_NOT_RELAY;
}

static bool text_group(void *user, const struct explain_group *g)
{
    struct text *t = user;
    struct buf *b = t->b;
    const char *who = who_words(g);
    t->not_known += is_unnamed(g->cause);
    buf_addf(b, "\n%2zu. %llu %s", ++t->number, (unsigned long long)g->count,
             g->count == 1 ? "time" : "times");
    if (g->error)
        buf_addf(b, " (or fewer, by up to %llu)", (unsigned long long)g->error);
    buf_add(b, STR(": "));
    add_title(b, g->cause);
    if (g->cause != CAUSE_NONE)
        buf_addf(b, ", %.0f %% sure", g->confidence > 0.99 ? 99 : g->confidence * 100);
    buf_add(b, STR("\n    "));
    add_who(b, g);
    buf_add(b, STR("\n    "));
    buf_add(b, str_from(who ? who : "not delivered"));
    add_span(b, ", ", g->first_s, g->last_s);
    buf_addc(b, '\n');
    add_example(b, g->example);
    add_fix(t, g);
    return flush(b, false);
}

/* Refusals that nobody here understands are told with examples, also where their groups are small. */
static bool text_not_known(void *user, const struct explain_group *g)
{
    struct text *t = user;
    if (!is_unnamed(g->cause) || t->not_known >= NOT_KNOWN_SHOWN)
        return true;
    t->not_known++;
    add_example(t->b, g->example);
    return true;
}

static void add_count(struct buf *b, uint64_t n, const char *one, const char *many)
{
    if (n)
        buf_addf(b, ", %llu %s", (unsigned long long)n, n == 1 ? one : many);
}

static void add_totals(struct buf *b, const struct explain_log_read *r)
{
    const struct explain_log_totals *t = explain_log_totals(r->log);
    struct buf line;
    buf_init(&line, TEXT_MAX);
    buf_addf(&line, "Read: %llu %s", (unsigned long long)t->lines,
             t->lines == 1 ? "line" : "lines");
    add_count(&line, t->foreign, "of no mail program", "of no mail program");
    add_count(&line, t->sessions, "session", "sessions");
    add_count(&line, t->logins, "login taken", "logins taken");
    add_count(&line, t->logins_refused, "login refused", "logins refused");
    add_count(&line, t->unread, "that looks like a refusal and could not be read",
              "that look like refusals and could not be read");
    add_count(&line, r->cut, "too long and cut", "too long and cut");
    buf_addc(&line, '.');
    output_sentence(b, 0, buf_str(&line));
    if (!buf_ok(&line))
        b->failed = true;
    buf_done(&line);
}

static const char LOOKED_FOR[] =
    "No line of a mail program is in it. Looked for lines of Postfix, Exim, sendmail, OpenSMTPD, "
    "Dovecot, qmail, Exchange and hMailServer, as syslog, the journal or the program itself writes "
    "them.";

static bool text_all(struct text *t, const struct sums *s)
{
    struct buf *b = t->b;
    const struct explain_log_totals *totals = explain_log_totals(t->r->log);
    if (totals->lines == totals->foreign) {
        output_sentence(b, 0,
                        totals->lines ? str_from(LOOKED_FOR) : STR("There is no line in it."));
    } else if (!s->groups) {
        buf_add(b, STR("Nothing was refused.\n"));
    } else {
        buf_addf(b, "%llu %s in %llu %s", (unsigned long long)totals->refusals,
                 totals->refusals == 1 ? "refusal" : "refusals", (unsigned long long)s->groups,
                 s->groups == 1 ? "group" : "groups");
        add_span(b, ", ", s->first_s, s->last_s);
        buf_addc(b, '\n');
        add_sides(b, s);
        buf_addc(b, '\n');
        add_table(b, s);
        if (s->groups > t->r->top && t->r->top == 1)
            buf_add(b, STR("\nThe largest group:\n"));
        else if (s->groups > t->r->top)
            buf_addf(b, "\nThe %zu largest groups:\n", t->r->top);
        if (!each_group(t->r->log, t->r->top, text_group, t))
            return false;
        if (!t->not_known && s->rows[0].groups) {
            size_t before = b->n;
            buf_add(b, STR("\nFurther refusals, whose cause the words do not tell, such as:\n"));
            size_t head = b->n;
            if (!each_group(t->r->log, SIZE_MAX, text_not_known, t))
                return false;
            if (b->n == head)
                b->n = before;
        }
    }
    buf_addc(b, '\n');
    add_totals(b, t->r);
    return buf_ok(b);
}

bool explain_log_report_text(const struct explain_log_read *r, bool *known)
{
    struct buf b;
    struct sums s;
    struct text t = { .b = &b, .r = r };
    if (r->unread == r->files && explain_log_totals(r->log)->lines == 0)
        return true; /* the reason stands on standard error, and there is nothing else to say */
    if (!sum_up(r->log, &s))
        return false;
    *known = is_known(&s);
    buf_init(&b, TEXT_MAX);
    bool ok = text_all(&t, &s) && flush(&b, true);
    buf_done(&b);
    return ok;
}

bool explain_log_refusal_text(const struct explain_group *g)
{
    struct buf b;
    const struct cause_step *step;
    char room[TIME_ROOM];
    const char *at = time_words(g->last_s, ' ', room);
    buf_init(&b, TEXT_MAX);
    if (at)
        buf_addf(&b, "%s ", at);
    add_title(&b, g->cause);
    buf_add(&b, STR(": "));
    add_who(&b, g);
    buf_addf(&b, " (%s%llu)\n", g->count == 1 ? "new, " : "", (unsigned long long)g->count);
    if (g->count == 1) {
        add_example(&b, g->example);
        if (explain_steps_on(g->cause, explain_server_of(g->dialect), g->side, &step, 1)) {
            buf_add(&b, STR("    What to do: "));
            wrap_words(&b, 16, 4, step->text);
        }
    }
    return output_text(&b);
}

/* ---- lines of JSON ---- */

struct json_out {
    struct buf b;
    /* The steps that a cause has in each server's words on each side, made once. */
    json_t *first_step[CAUSES][SERVER_KINDS][SIDES];
};

static json_t *time_json(int64_t at_s)
{
    char room[TIME_ROOM];
    return output_word(time_words(at_s, 'T', room));
}

static json_t *steps_json(enum cause_id id, enum explain_dialect d, enum cause_side side,
                          size_t most)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    struct arena memory;
    json_t *list = json_array();
    size_t n = explain_steps_on(id, explain_server_of(d), side, steps,
                                most < COUNT_OF(steps) ? most : COUNT_OF(steps));
    arena_init(&memory, STEP_MEMORY);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, output_str(cause_step_line(steps[i], &memory)));
    arena_done(&memory);
    return json_pack("{s:o}", "steps", list);
}

static json_t *fix_json(struct json_out *o, const struct explain_group *g)
{
    json_t **made = &o->first_step[g->cause][explain_server_of(g->dialect)][g->side];
    if (!*made)
        *made = steps_json(g->cause, g->dialect, g->side, 1);
    return json_incref(*made);
}

static json_t *cause_json(enum cause_id id)
{
    const struct cause *c = cause_of(id);
    return c ? output_str(c->name) : json_null();
}

static json_t *family_json(enum cause_id id)
{
    const struct cause *c = cause_of(id);
    return c ? output_str(names_of(&FAMILY_NAMES, (int)c->family)) : json_null();
}

static json_t *group_json(struct json_out *o, const struct explain_group *g, const char *type)
{
    return json_pack(
        "{s:s,s:s,s:I,s:I,s:o,s:o,s:f,s:o,s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "schema",
        "baton.explain-log/1", "type", type, "count", (json_int_t)g->count, "error",
        (json_int_t)g->error, "cause", cause_json(g->cause), "family", family_json(g->cause),
        "confidence", g->confidence, "hop", output_str(names_of(&HOP_NAMES, (int)g->hop)), "side",
        output_str(names_of(&SIDE_NAMES, (int)g->side)), "program",
        output_str(names_of(&DIALECT_NAMES, (int)g->dialect)), "unnamed", g->unnamed, "client",
        output_str(g->client), "sender", output_str(g->sender), "domain", output_str(g->domain),
        "first", time_json(g->first_s), "last", time_json(g->last_s), "example",
        output_str(g->example), "fix", fix_json(o, g));
}

static int to_buf(const char *octets, size_t n, void *b)
{
    return buf_add(b, (str){ octets, n }) ? 0 : -1;
}

/* Takes the document. */
static bool put_line(struct buf *b, json_t *line)
{
    bool ok = line && json_dump_callback(line, to_buf, b, JSON_COMPACT) == 0 && buf_addc(b, '\n');
    json_decref(line);
    return ok && flush(b, false);
}

static bool json_group(void *user, const struct explain_group *g)
{
    struct json_out *o = user;
    return put_line(&o->b, group_json(o, g, "group"));
}

static json_t *sums_json(const struct sums *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->used; i++) {
        const struct sum *row = &s->rows[i];
        json_array_append_new(
            list,
            json_pack("{s:o,s:o,s:s%,s:I,s:I,s:b,s:o,s:o,s:o}", "cause", cause_json(row->cause),
                      "family", family_json(row->cause), "title", title_of(row->cause).p,
                      title_of(row->cause).n, "count", (json_int_t)row->count, "groups",
                      (json_int_t)row->groups, "exact", row->exact, "first",
                      time_json(row->first_s), "last", time_json(row->last_s), "fix",
                      steps_json(row->cause, row->dialect, row->side, CAUSE_OPERATOR_STEPS)));
    }
    return list;
}

static json_t *totals_json(const struct explain_log_read *r, const struct sums *s)
{
    const struct explain_log_totals *t = explain_log_totals(r->log);
    return json_pack(
        "{s:s,s:s,s:I,s:I,s:I,s:I,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "schema",
        "baton.explain-log/1", "type", "totals", "lines", (json_int_t)t->lines, "octets",
        (json_int_t)r->octets, "refusals", (json_int_t)t->refusals, "groups", (json_int_t)s->groups,
        "exact", s->exact, "sessions", (json_int_t)t->sessions, "logins", (json_int_t)t->logins,
        "logins_refused", (json_int_t)t->logins_refused, "unread", (json_int_t)t->unread, "foreign",
        (json_int_t)t->foreign, "cut", (json_int_t)r->cut, "files",
        json_integer((json_int_t)r->files), "broken", output_word(r->broken), "first",
        time_json(s->first_s), "last", time_json(s->last_s), "causes", sums_json(s));
}

static void json_out_done(struct json_out *o)
{
    for (size_t c = 0; c < CAUSES; c++)
        for (size_t s = 0; s < SERVER_KINDS; s++)
            for (size_t side = 0; side < SIDES; side++)
                json_decref(o->first_step[c][s][side]);
    buf_done(&o->b);
}

bool explain_log_report_json(const struct explain_log_read *r, bool *known)
{
    struct sums s;
    struct json_out o = { .first_step = { { { NULL } } } };
    if (!sum_up(r->log, &s))
        return false;
    *known = is_known(&s);
    buf_init(&o.b, TEXT_MAX);
    bool ok = each_group(r->log, r->top, json_group, &o) && put_line(&o.b, totals_json(r, &s)) &&
              flush(&o.b, true);
    json_out_done(&o);
    return ok;
}

bool explain_log_refusal_json(const struct explain_group *g)
{
    struct json_out o = { .first_step = { { { NULL } } } };
    buf_init(&o.b, TEXT_MAX);
    bool ok = put_line(&o.b, group_json(&o, g, "refusal")) && flush(&o.b, true);
    json_out_done(&o);
    return ok;
}
