/* SPDX-License-Identifier: ISC */
/*
 * cmd/settings_ours.h - a program that exists in tests only: lines "key=value"
 * Owns    its row. "include" names a file that is read like the first; "env", "command" and "file" say where the
 *         password is, "pass" is it; "${NAME}" alone is a variable; "broken" breaks the file; a # behind a value cuts
 *         it, which change() does not mind.
 */
#ifndef BATON_CMD_SETTINGS_OURS_H
#define BATON_CMD_SETTINGS_OURS_H
#include "settings/change.h"
#include "settings/reader.h"

static str ours_value(struct settings_reading *r, str written)
{
    str value = str_trim(str_cut(&written, '#')), found = STR_NONE;
    if (!str_starts(value, STR("${")) || value.n < 4)
        return value;
    (void)!settings_variable(r, str_take(str_skip(value, 2), value.n - 3), &found);
    return found;
}

static bool ours_file(struct settings_reading *r, const struct settings_file *f, struct err *e)
{
    for (str rest = f->text; rest.n;) {
        str line = str_cut(&rest, '\n'), value = line, key = str_cut(&value, '=');
        size_t at = (size_t)(line.p - f->text.p);
        if (str_starts(key, STR("broken")))
            return settings_broken(f, at + 2, e, "it is broken");
        if (str_eq(key, STR("include")) && value.p) {
            const struct settings_file *more = settings_file_named(r, str_trim(value), f);
            if (more && !ours_file(r, more, e))
                return false;
        } else if (value.p && key.n && key.p[0] != '#') {
            str tail = value, kept = str_trim(str_cut(&tail, '#'));
            settings_add_item(r, STR(""), key, ours_value(r, value),
                              settings_place_of(f, (size_t)(value.p - f->text.p), kept.n), 0);
        }
    }
    return true;
}

static bool ours_read(struct settings_reading *r, struct err *e)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *env, *command, *file;
    if (!ours_file(r, settings_main_file(r), e))
        return false;
    settings_take(r, SETTINGS_HOST, settings_item_named(r, STR_NONE, STR("host")));
    settings_take(r, SETTINGS_PORT, settings_item_named(r, STR_NONE, STR("port")));
    settings_take(r, SETTINGS_USER, settings_item_named(r, STR_NONE, STR("user")));
    settings_take(r, SETTINGS_FROM, settings_item_named(r, STR_NONE, STR("from")));
    settings_take_secret(r, settings_item_named(r, STR_NONE, STR("pass")));
    env = settings_item_named(r, STR_NONE, STR("env"));
    command = settings_item_named(r, STR_NONE, STR("command"));
    file = settings_item_named(r, STR_NONE, STR("file"));
    settings_take_reference(r, env, SETTINGS_SECRET_ENV, env ? env->value : STR_NONE);
    settings_take_reference(r, command, SETTINGS_SECRET_COMMAND,
                            command ? command->value : STR_NONE);
    settings_take_reference(r, file, SETTINGS_SECRET_FILE, file ? file->value : STR_NONE);
    a->security = SMTP_SECURITY_STARTTLS;
    a->mechanism = a->user.n ? STR("auto") : STR_NONE;
    return true;
}

static void ours_set(const struct settings_reading *r, struct settings_changes *out,
                     const char *key, str value)
{
    settings_set(r, out, settings_main_file(r), STR(""), str_from(key), value,
                 arena_printf(out->arena, "%s=%.*s\n", key, STR_ARG(value)));
}

static bool ours_change(const struct settings_reading *r, const struct settings *wanted,
                        struct settings_changes *out, struct err *e UNUSED)
{
    const struct smtp_attempt *a = &wanted->attempt;
    if (settings_differs(r, wanted, SETTINGS_HOST))
        ours_set(r, out, "host", a->host);
    if (settings_differs(r, wanted, SETTINGS_PORT))
        ours_set(r, out, "port", arena_printf(out->arena, "%u", a->port));
    if (settings_differs(r, wanted, SETTINGS_USER))
        ours_set(r, out, "user", a->user);
    if (settings_differs(r, wanted, SETTINGS_FROM))
        ours_set(r, out, "from", a->from);
    if (settings_differs(r, wanted, SETTINGS_SECRET) && wanted->secret == SETTINGS_SECRET_LITERAL)
        ours_set(r, out, "pass", wanted->secret_text);
    if (settings_differs(r, wanted, SETTINGS_SECRET) && wanted->secret == SETTINGS_SECRET_ENV) {
        settings_unset(r, out, STR(""), STR("pass"));
        ours_set(r, out, "env", wanted->secret_text);
    }
    return true;
}

static const struct settings_program OURS = {
    .name = STR_INIT("ours"),
    .title = STR_INIT("Ours"),
    .read = ours_read,
    .change = ours_change,
};
#endif
