/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_causes.c - baton causes: the catalogue, for people and for programs
 */
#include "cause/cause.h"
#include "cause/page.h"
#include "cmd/cmd.h"
#include "cmd/output.h"

enum { TEXT_MAX = 1 << 20 };

struct flags {
    bool json, markdown;
    enum cause_server server; /* SERVER_ANY: the words of each */
    bool one_server;          /* --server is given */
};

static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct flags *)into)->json = true;
    return true;
}

static bool take_markdown(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct flags *)into)->markdown = true;
    return true;
}

static bool take_server(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    int server;
    char all[160];
    str near;
    f->one_server = true;
    if (names_find(&SERVER_NAMES, str_from(value), &server)) {
        f->server = (enum cause_server)server;
        return true;
    }
    near = names_nearest(&SERVER_NAMES, str_from(value));
    return near.n ? err_set(e, ERR_SYNTAX, "there is no server '%.60s', did you mean %.*s", value,
                            STR_ARG(near))
                  : err_set(e, ERR_SYNTAX, "there is no server '%.60s' among %s", value,
                            names_list(&SERVER_NAMES, all, sizeof all));
}

const struct command_option CAUSES_OPTIONS[] = {
    { "server", "NAME",
      "only the words of this server: postfix, exim, opensmtpd, exchange, microsoft-365, cpanel, "
      "plesk; without ID every page",
      take_server },
    { "json", NULL, "one JSON document in place of text", take_json },
    { "markdown", NULL, "Markdown in place of text", take_markdown },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * What was asked for
 */
struct asked {
    const struct cause *cause; /* NULL: no single one */
    enum cause_family family;  /* FAMILIES: all */
    const struct note *note;   /* NULL: none */
};

static const struct note *note_named(str name)
{
    for (unsigned id = NOTE_NONE + 1; id < NOTES; id++)
        if (str_eq_nocase(note_of((enum finding_note)id)->name, name))
            return note_of((enum finding_note)id);
    return NULL;
}

/* The id of a cause, of a family, or of what is worth knowing; a cause's own name goes first. */
static bool read_id(const char *typed, struct asked *a, struct err *e)
{
    int family;
    str id = str_from(typed);
    const struct cause *near = cause_nearest(id);
    a->cause = cause_named(id);
    a->note = note_named(id);
    if (a->cause || a->note)
        return true;
    if (names_find(&FAMILY_NAMES, id, &family)) {
        a->family = (enum cause_family)family;
        return true;
    }
    str other = near ? near->name : names_nearest(&FAMILY_NAMES, id);
    return err_set(e, ERR_SYNTAX, "there is no cause '%.60s'%s%.*s", typed,
                   other.n ? ", did you mean " : "", STR_ARG(other));
}

static bool is_asked(const struct asked *a, const struct cause *c)
{
    return a->cause ? a->cause == c : !a->note && (a->family == FAMILIES || a->family == c->family);
}

/* ------------------------------------------------------------------------------------------------
 * For people
 */
static bool pages(const struct asked *a, enum cause_server server, bool markdown, struct buf *b)
{
    for (unsigned id = CAUSE_NONE + 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        if (!is_asked(a, c))
            continue;
        if (b->n && !markdown)
            buf_add(b, STR("\n--------\n\n"));
        if (!(markdown ? cause_markdown(c, server, b) : cause_page(c, server, b)))
            return false;
    }
    return true;
}

static bool text(const struct asked *a, const struct flags *f, struct buf *b)
{
    bool everything = !a->cause && !a->note && a->family == FAMILIES;
    if (a->note) {
        buf_addf(b, "%.*s\n\n", STR_ARG(a->note->name));
        output_sentence(b, 0, a->note->sentence);
        return buf_ok(b);
    }
    if (f->markdown)
        return everything ? cause_markdown(NULL, f->server, b) : pages(a, f->server, true, b);
    if (a->cause || f->one_server)
        return pages(a, f->server, false, b);
    cause_list(a->family, b);
    return buf_add(b, STR("\nbaton causes ID tells all about one of them.\n"));
}

/* ------------------------------------------------------------------------------------------------
 * For programs: baton.causes/1
 */
static json_t *step_json(const struct cause_step *s)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "text", output_str(s->text), "check",
                     output_str(s->check), "undo", output_str(s->undo), "warning",
                     output_str(s->warning), "side",
                     output_str(names_of(&SIDE_NAMES, (int)s->side)), "server",
                     s->server == SERVER_ANY ? json_null()
                                             : output_str(names_of(&SERVER_NAMES, (int)s->server)));
}

static json_t *steps_json(const struct cause_step *steps, size_t max, enum cause_server only)
{
    json_t *list = json_array();
    for (size_t i = 0; i < max && steps[i].text.n; i++)
        if (only == SERVER_ANY || steps[i].server == SERVER_ANY || steps[i].server == only)
            json_array_append_new(list, step_json(&steps[i]));
    return list;
}

static json_t *cause_json(const struct cause *c, enum cause_server only)
{
    return json_pack("{s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:i,s:b}", "cause", output_str(c->name),
                     "family", output_str(names_of(&FAMILY_NAMES, (int)c->family)),
                     "about_relaying", family_is_relay(c->family), "title", output_str(c->title),
                     "sentence", output_str(c->sentence), "told_apart", output_str(c->told_apart),
                     "sender_steps", steps_json(c->sender_steps, CAUSE_STEPS, only),
                     "operator_steps", steps_json(c->operator_steps, CAUSE_OPERATOR_STEPS, only),
                     "standards", output_str(c->standards), "exit_status", c->exit_status,
                     "words_only", c->words_only);
}

static json_t *families_json(const struct asked *a)
{
    json_t *list = json_array();
    for (unsigned f = 0; f < FAMILIES; f++) {
        bool wanted = a->cause ? a->cause->family == (enum cause_family)f
                               : !a->note && (a->family == FAMILIES || a->family == f);
        if (wanted)
            json_array_append_new(
                list, json_pack("{s:o,s:o,s:b}", "family", output_str(FAMILY_NAMES.rows[f].name),
                                "title", output_str(family_title((enum cause_family)f)),
                                "about_relaying", family_is_relay((enum cause_family)f)));
    }
    return list;
}

static json_t *findings_json(const struct asked *a)
{
    json_t *list = json_array();
    bool all = !a->cause && a->family == FAMILIES && !a->note;
    for (unsigned id = NOTE_NONE + 1; id < NOTES; id++) {
        const struct note *n = note_of((enum finding_note)id);
        if (all || a->note == n)
            json_array_append_new(list, json_pack("{s:o,s:o}", "id", output_str(n->name), "summary",
                                                  output_str(n->sentence)));
    }
    return list;
}

static bool json(const struct asked *a, const struct flags *f)
{
    json_t *causes = json_array();
    for (unsigned id = CAUSE_NONE + 1; id < CAUSES; id++)
        if (is_asked(a, cause_of((enum cause_id)id)))
            json_array_append_new(causes, cause_json(cause_of((enum cause_id)id), f->server));
    return output_json(json_pack(
        "{s:s,s:o,s:o,s:o,s:o}", "schema", "baton.causes/1", "server",
        f->server == SERVER_ANY ? json_null() : output_str(names_of(&SERVER_NAMES, (int)f->server)),
        "causes", causes, "families", families_json(a), "findings", findings_json(a)));
}

int cmd_causes(int argc, char **argv)
{
    struct err e;
    struct flags f = { 0 };
    struct asked a = { .family = FAMILIES };
    struct buf b;
    int rest;
    if (!command_parse(command_named("causes"), argc, argv, &f, &rest, &e))
        return command_usage_error("causes", &e);
    if (rest > 2)
        err_set(&e, ERR_SYNTAX, "one ID at a time: '%.60s' is one too many", argv[2]);
    if (rest > 2 || (rest > 1 && !read_id(argv[1], &a, &e)))
        return command_usage_error("causes", &e);
    if (f.json)
        return json(&a, &f) ? 0 : EXIT_USAGE;
    buf_init(&b, TEXT_MAX);
    bool ok = text(&a, &f, &b);
    return output_text(&b) && ok ? 0 : EXIT_USAGE;
}
