/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_queue.c - baton queue: what waits at the relay that runs here, and what is to become of it
 */
#include "base/escape.h"
#include "base/names.h"
#include "cmd/cmd.h"
#include "cmd/control_client.h"
#include "cmd/queue_report.h"
#include "policy/site.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_NONE = 1 };

struct flags {
    const char *control;
    const char *matching, *from, *domain, *route;
    unsigned older_s;
    bool json, all, held, yes, count;
};

static bool take_control(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->control = value;
    return true;
}
static bool take_matching(void *into, const char *value, struct err *e)
{
    ((struct flags *)into)->matching = value;
    return value[0] || err_set(e, ERR_SYNTAX, "--matching needs a text; for all of them say --all");
}
static bool take_from(void *into, const char *value, struct err *e)
{
    ((struct flags *)into)->from = value;
    return value[0] ||
           err_set(e, ERR_SYNTAX, "--from needs an address, @DOMAIN, or <> for mail without one");
}
static bool take_domain(void *into, const char *value, struct err *e)
{
    ((struct flags *)into)->domain = value + (value[0] == '@');
    return ((struct flags *)into)->domain[0] ||
           err_set(e, ERR_SYNTAX, "--to-domain needs the domain of a recipient");
}
static bool take_route(void *into, const char *value, struct err *e)
{
    ((struct flags *)into)->route = value;
    return value[0] || err_set(e, ERR_SYNTAX, "--route needs the name of a route");
}
static bool take_older(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    return (site_seconds(str_from(value), &f->older_s) && f->older_s) ||
           err_set(e, ERR_SYNTAX, "--older-than needs a time such as 30m, 4h or 5d");
}
static bool take_count(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->count = true;
}
static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->json = true;
}
static bool take_all(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->all = true;
}
static bool take_held(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->held = true;
}
static bool take_yes(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->yes = true;
}

/* clang-format off */
#define FILTERS                                                                                    \
    { "matching", "TEXT", "those that have TEXT in the sender, a recipient, the login or the last " \
                          "reply", take_matching },                                                \
    { "from", "ADDRESS", "those of this sender; @DOMAIN: of all in it; <>: mail without a sender", \
      take_from },                                                                                 \
    { "to-domain", "DOMAIN", "those with a recipient in DOMAIN that still waits", take_domain },   \
    { "route", "NAME", "those that go by this route", take_route },                                \
    { "older-than", "TIME", "those that came longer ago: 30m, 4h, 5d", take_older },               \
    { "held", NULL, "those that are held", take_held },                                            \
    { "count", NULL, "say only how many they are", take_count }
/* clang-format on */
#define CONTROL                                                                                    \
    {                                                                                              \
        "control", "PATH", "the relay's control socket (" CONTROL_PATH ")", take_control           \
    }
#define JSON(document)                                                                             \
    {                                                                                              \
        "json", NULL, "print the document " document, take_json                                    \
    }
static const struct command_option LIST_OPTIONS[] = {
    FILTERS,
    JSON("baton.queue/1"),
    CONTROL,
    { NULL, NULL, NULL, NULL },
};
static const struct command_option SHOW_OPTIONS[] = { JSON("baton.queue/1"),
                                                      CONTROL,
                                                      { NULL, NULL, NULL, NULL } };
static const struct command_option CHANGE_OPTIONS[] = {
    FILTERS,
    { "all", NULL, "all that there are", take_all },
    CONTROL,
    { NULL, NULL, NULL, NULL },
};
static const struct command_option DROP_OPTIONS[] = {
    FILTERS,
    { "all", NULL, "all that there are", take_all },
    { "yes", NULL, "do not ask", take_yes },
    CONTROL,
    { NULL, NULL, NULL, NULL },
};

const struct command QUEUE_COMMANDS[] = {
    { "queue list", "[ID ...]", "List what waits, the oldest first",
      "A line for each message: its id, age and size, how it stands, how often it was tried and "
      "when "
      "it is tried next, from whom and to whom; below it what the next hop said last, and what "
      "that "
      "means. This is also what baton queue alone does.",
      LIST_OPTIONS, cmd_queue },
    { "queue show", "ID", "Tell all about one message",
      "All recipients, each with the last reply of the server that was asked, its cause, and what "
      "to do about it.",
      SHOW_OPTIONS, cmd_queue },
    { "queue hold", "ID ... | --all | FILTER ...", "Keep messages back until they are released",
      "They are meant by id, or by what they have in common: where several filters are given, all "
      "must hold. --count says how many that are, and changes nothing. One that is being sent just "
      "then is held when that attempt ends, unless the next hop takes it.",
      CHANGE_OPTIONS, cmd_queue },
    { "queue release", "ID ... | --all | FILTER ...", "Let held messages go on",
      "As with baton queue hold.", CHANGE_OPTIONS, cmd_queue },
    { "queue retry", "ID ... | --all | FILTER ...", "Try messages now, whenever they were due",
      "As with baton queue hold. One that is held stays held until it is released.", CHANGE_OPTIONS,
      cmd_queue },
    { "queue drop", "ID ... | --all | FILTER ...",
      "Throw messages away, without a word to their senders",
      "As with baton queue hold. Where they are more than one, it is said how many, and asked, on "
      "a terminal; elsewhere it needs --yes then. One that is being sent just then is dropped when "
      "that attempt ends: for whom the next hop takes it, it arrives, and whom the next hop "
      "refuses "
      "its sender is told of. That holds from the answer on, and cannot be taken back.",
      DROP_OPTIONS, cmd_queue },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * What is asked
 */
static int failed(const struct err *e)
{
    fprintf(stderr, "baton queue: %s.\n", e->why);
    return EXIT_USAGE;
}

static json_t *ids_of(char **ids, int count)
{
    json_t *all = json_array();
    for (int i = 0; i < count; i++) {
        char shown[ESCAPE_SHOWN_MAX];
        json_array_append_new(all, json_string(escape_shown(str_from(ids[i]), shown)));
    }
    return all;
}

static json_t *request_of(const char *what, const struct flags *f, char **ids, int count)
{
    json_t *o = json_pack("{s:s}", "do", what);
    if (count)
        json_object_set_new(o, "ids", ids_of(ids, count));
    const struct {
        const char *key, *value;
    } TEXTS[] = { { "matching", f->matching },
                  { "from", f->from },
                  { "domain", f->domain },
                  { "route", f->route } };
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        json_t *text = TEXTS[i].value ? json_string(TEXTS[i].value) : NULL;
        if (TEXTS[i].value) /* no UTF-8: in no message */
            json_object_set_new(o, TEXTS[i].key, text ? text : json_string("\xef\xbf\xbd"));
    }
    if (f->older_s)
        json_object_set_new(o, "older_s", json_integer(f->older_s));
    if (f->all)
        json_object_set_new(o, "all", json_true());
    if (f->held)
        json_object_set_new(o, "held", json_true());
    return o;
}

static bool filters(const struct flags *f)
{
    return f->matching || f->from || f->domain || f->route || f->older_s || f->held;
}

static int list(const struct flags *f, char **ids, int count)
{
    struct err e;
    json_t *done;
    struct queue_report r;
    queue_report_begin(&r, f->json, false);
    bool ok = control_ask(f->control, request_of("queue-list", f, ids, count), queue_report_row, &r,
                          &done, &e);
    json_decref(done);
    if (!ok) {
        queue_report_broken(&r);
        return failed(&e);
    }
    if (!queue_report_end(&r))
        return EXIT_USAGE;
    return r.count || (!count && !filters(f)) ? 0 : EXIT_NONE;
}

static int show(const struct flags *f, char **ids, int count)
{
    struct err e;
    json_t *done;
    struct queue_report r;
    if (count != 1) {
        err_set(&e, ERR_SYNTAX, "say the id of one message, as baton queue lists it");
        return command_usage_error("queue show", &e);
    }
    queue_report_begin(&r, f->json, true);
    bool ok = control_ask(f->control, request_of("queue-show", f, ids, count), queue_report_row, &r,
                          &done, &e);
    json_decref(done);
    if (!ok) {
        queue_report_broken(&r);
        return failed(&e);
    }
    if (!r.count) {
        queue_report_broken(&r);
        fprintf(stderr,
                "baton queue: no message %.40s waits here: it was delivered, has failed, or never "
                "was.\n",
                ids[0]);
        return EXIT_NONE;
    }
    return queue_report_end(&r) ? 0 : EXIT_USAGE;
}

/* ------------------------------------------------------------------------------------------------
 * What is to become of them
 */
static bool no_row(void *user UNUSED, const json_t *row UNUSED)
{
    return true;
}

static bool how_many(const struct flags *f, char **ids, int count, long long *out, struct err *e)
{
    json_t *done, *request = request_of("queue-list", f, ids, count);
    json_object_set_new(request, "count", json_true());
    if (!control_ask(f->control, request, no_row, NULL, &done, e))
        return false;
    *out = json_integer_value(json_object_get(done, "count"));
    json_decref(done);
    return true;
}

static int only_count(const struct flags *f, char **ids, int count)
{
    struct err e;
    long long many;
    if (!how_many(f, ids, count, &many, &e))
        return failed(&e);
    printf("%lld message%s\n", many, many == 1 ? "" : "s");
    return fflush(stdout) != 0 ? EXIT_USAGE : many ? 0 : EXIT_NONE;
}

static bool said_yes(long long count)
{
    char line[16] = "";
    fprintf(stderr, "Throw %lld message%s away? Their senders hear nothing of it. [y/N] ", count,
            count == 1 ? "" : "s");
    return fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y');
}

/* False: not now; *status says how it ends. */
static bool may_drop(const struct flags *f, char **ids, int count, int *status)
{
    struct err e;
    long long many;
    if (f->yes || count == 1)
        return true;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        err_set(&e, ERR_SYNTAX,
                "more than one message may be meant: say --yes where nobody can be asked");
        *status = command_usage_error("queue drop", &e);
        return false;
    }
    if (!how_many(f, ids, count, &many, &e)) {
        *status = failed(&e);
        return false;
    }
    *status = EXIT_NONE;
    return many == 0 || said_yes(many);
}

/* Of those in hand it is the next hop that has the first word. */
static void say_changed(const char *done, bool later, long long changed, long long in_hand)
{
    long long now = later ? changed - in_hand : changed;
    if (now || !later || !in_hand)
        printf("%lld message%s %s\n", now, now == 1 ? "" : "s", done);
    if (later && in_hand)
        printf(
            "%lld message%s in hand: %s %s when the attempt ends, unless the next hop takes it\n",
            in_hand, in_hand == 1 ? "" : "s", in_hand == 1 ? "it is" : "each is", done);
}

static int change(const char *what, const struct flags *f, char **ids, int count)
{
    static const struct {
        const char *what, *done;
        bool later; /* of those in hand */
    } WORDS[] = { { "hold", "held", true },
                  { "release", "released", false },
                  { "retry", "to be tried now", false },
                  { "drop", "dropped", true } };
    char name[32];
    struct err e;
    json_t *done;
    int status;
    snprintf(name, sizeof name, "queue %s", what);
    if ((count > 0) + f->all + filters(f) != 1) {
        err_set(
            &e, ERR_SYNTAX,
            "say which messages: ids, or what they have in common (--from, --to-domain, --route, "
            "--older-than, --held, --matching), or --all");
        return command_usage_error(name, &e);
    }
    if (f->count)
        return only_count(f, ids, count);
    if (strcmp(what, "drop") == 0 && !may_drop(f, ids, count, &status))
        return status;
    json_t *request = request_of("queue-change", f, ids, count);
    json_object_set_new(request, "what", json_string(what));
    if (!control_ask(f->control, request, no_row, NULL, &done, &e))
        return failed(&e);
    long long changed = json_integer_value(json_object_get(done, "count"));
    long long in_hand = json_integer_value(json_object_get(done, "in_hand"));
    json_decref(done);
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (strcmp(WORDS[i].what, what) == 0)
            say_changed(WORDS[i].done, WORDS[i].later, changed, in_hand);
    return fflush(stdout) != 0 ? EXIT_USAGE : changed ? 0 : EXIT_NONE;
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static const struct command *named(const char *typed)
{
    for (const struct command *c = QUEUE_COMMANDS; c->name; c++)
        if (strcmp(strchr(c->name, ' ') + 1, typed) == 0)
            return c;
    return NULL;
}

static int unknown(const char *typed)
{
    struct name_row rows[COUNT_OF(QUEUE_COMMANDS)];
    char shown[ESCAPE_SHOWN_MAX];
    size_t n = 0;
    struct err e;
    for (; QUEUE_COMMANDS[n].name; n++)
        rows[n] = (struct name_row){ (int)n, str_from(strchr(QUEUE_COMMANDS[n].name, ' ') + 1) };
    const struct names t = { rows, n };
    str near = names_nearest(&t, str_from(typed));
    err_set(&e, ERR_SYNTAX, "there is no 'queue %s'%s%.*s%s", escape_shown(str_from(typed), shown),
            near.n ? ", did you mean '" : "; there are list, show, hold, release, retry and drop",
            STR_ARG(near), near.n ? "'" : "");
    return command_usage_error("queue", &e);
}

int cmd_queue(int argc, char **argv)
{
    struct flags f = { .control = NULL };
    struct err e;
    int rest;
    bool alone = argc < 2 || argv[1][0] == '-';
    const struct command *c = alone ? QUEUE_COMMANDS : named(argv[1]);
    if (!c)
        return unknown(argv[1]);
    argc -= !alone;
    argv += !alone;
    if (!command_parse(c, argc, argv, &f, &rest, &e))
        return command_usage_error(c->name, &e);
    const char *what = strchr(c->name, ' ') + 1;
    if (strcmp(what, "list") == 0)
        return f.count ? only_count(&f, argv + 1, rest - 1) : list(&f, argv + 1, rest - 1);
    if (strcmp(what, "show") == 0)
        return show(&f, argv + 1, rest - 1);
    return change(what, &f, argv + 1, rest - 1);
}
