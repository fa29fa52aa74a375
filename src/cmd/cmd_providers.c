/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_providers.c - baton providers: what the big providers of mail want of a program
 */
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/provider_report.h"
#include "settings/settings.h"
#include <stdio.h>

enum { TEXT_MAX = 1 << 20, EXIT_UNKNOWN = 3 };

struct flags {
    bool json;
    const struct settings_program *program; /* NULL: none asked for */
    const char *user;
};

static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct flags *)into)->json = true;
    return true;
}

static bool take_for(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    f->program = settings_program_named(str_from(value));
    if (f->program)
        return true;
    const struct settings_program *near = settings_program_nearest(str_from(value));
    return near ? err_set(e, ERR_SYNTAX, "there is no program '%.60s', did you mean %.*s", value,
                          STR_ARG(near->name))
                : err_set(e, ERR_SYNTAX,
                          "there is no program '%.60s'; baton settings list names them", value);
}

static bool take_user(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->user = value;
    return true;
}

const struct command_option PROVIDERS_OPTIONS[] = {
    { "for", "PROGRAM",
      "write the settings of this program for the ADDRESS, or for NAME with --user", take_for },
    { "user", "NAME", "the user name, where it is not the address", take_user },
    { "json", NULL, "one JSON document in place of text", take_json },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * Settings
 */
static bool has_word(str list, str word)
{
    for (str rest = list; rest.p;)
        if (str_eq_nocase(str_cut(&rest, ' '), word))
            return true;
    return false;
}

static bool is_token(str mechanism)
{
    return str_eq(mechanism, STR("XOAUTH2")) || str_eq(mechanism, STR("OAUTHBEARER"));
}

/* The first of the provider's that the program knows. A program with a window signs in by itself; for the others a
 * password is simpler, as long as one goes. */
static str mechanism_for(const struct provider *p, const struct settings_program *program)
{
    bool token_first = p->password == PROVIDER_OAUTH || p->password == PROVIDER_SWITCHED ||
                       program->file.n == 0 || str_eq(program->name, STR("thunderbird"));
    for (int round = 0; round < 2; round++)
        for (str rest = p->mechanisms; rest.p;) {
            str m = str_cut(&rest, ' ');
            if (is_token(m) == (token_first == (round == 0)) && has_word(program->mechanisms, m))
                return m;
        }
    return STR_NONE;
}

static bool attempt_for(const struct flags *f, const struct provider_found *found,
                        struct smtp_attempt *out, struct err *e)
{
    const struct provider *p = found->provider;
    str user = f->user                               ? str_from(f->user)
               : found->address.n || p->fixed_user.n ? provider_user(p, found->address)
                                                     : STR_NONE;
    bool right = found->host.role == PROVIDER_ROLE_SUBMISSION;
    *out = (struct smtp_attempt){ .host = right ? found->typed : p->host,
                                  .port = p->doors[0].port,
                                  .security = p->doors[0].security,
                                  .mechanism = mechanism_for(p, f->program),
                                  .user = user,
                                  .from = found->address };
    if (!out->from.n && str_find_octet(user, '@') != STR_NOT_FOUND &&
        p->user == PROVIDER_USER_ADDRESS)
        out->from = user;
    if (p->password == PROVIDER_NO_SMTP || !p->doors[0].port)
        return err_set(e, ERR_SYNTAX, "%.*s has no server that is the same for everybody: %.*s",
                       STR_ARG(p->title), STR_ARG(p->page));
    if (!out->host.n)
        return err_set(e, ERR_SYNTAX,
                       "%.*s has several servers: give the host in place of the name, one of those "
                       "that 'baton providers %.*s' shows",
                       STR_ARG(p->title), STR_ARG(p->id));
    if (!out->mechanism.n)
        return err_set(e, ERR_SYNTAX, "%.*s cannot log in at %.*s, which wants %.*s",
                       STR_ARG(f->program->title), STR_ARG(p->title), STR_ARG(p->mechanisms));
    return user.n || err_set(e, ERR_SYNTAX,
                             "the user name at %.*s is not known: give the address in place of the "
                             "name, or --user",
                             STR_ARG(p->title));
}

static bool settings_for(const struct flags *f, const struct provider_found *found, struct buf *out,
                         struct err *e)
{
    struct smtp_attempt a;
    if (!attempt_for(f, found, &a, e))
        return false;
    const struct settings s = settings_of(&a);
    return settings_write(f->program, &s, out, e);
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
/* Beside the settings, which are to be pasted as they are. */
static void print_hint(const struct provider *p)
{
    if (p->since.n)
        fprintf(stderr, "since %.*s: %.*s\n", STR_ARG(p->since), STR_ARG(p->since_said));
    fprintf(stderr, "%.*s: %.*s\n", STR_ARG(p->page_for), STR_ARG(p->page));
}

static int print(const struct flags *f, const struct provider_found *found, str settings)
{
    struct buf out;
    bool ok;
    if (f->json)
        ok = output_json(
            provider_report_json(found, f->program ? f->program->name : STR_NONE, settings));
    else {
        buf_init(&out, TEXT_MAX);
        if (!found)
            provider_report_list(&out);
        else if (!found->provider)
            provider_report_unknown(found, &out);
        else if (f->program) {
            buf_add(&out, settings);
            print_hint(found->provider);
        } else
            provider_report_text(found, &out);
        ok = output_text(&out);
    }
    return !ok ? EXIT_USAGE : !found || found->provider ? 0 : EXIT_UNKNOWN;
}

int cmd_providers(int argc, char **argv)
{
    struct flags f = { .json = false };
    struct provider_found found;
    struct err e = { .kind = ERR_NONE };
    struct buf settings;
    int rest, status = EXIT_USAGE;
    buf_init(&settings, SETTINGS_TEXT_MAX);
    bool ok = command_parse(command_named("providers"), argc, argv, &f, &rest, &e);
    if (ok && rest > 2)
        ok = err_set(&e, ERR_SYNTAX, "one NAME or ADDRESS at a time: '%.60s' is one too many",
                     argv[2]);
    if (ok && rest < 2 && (f.program || f.user))
        ok = err_set(&e, ERR_SYNTAX, "--for and --user go with a NAME or an ADDRESS");
    if (ok && rest == 2 && provider_find(str_from(argv[1]), &found) && f.program)
        ok = settings_for(&f, &found, &settings, &e);
    status = ok ? print(&f, rest == 2 ? &found : NULL, buf_str(&settings))
                : command_usage_error("providers", &e);
    buf_done(&settings);
    return status;
}
