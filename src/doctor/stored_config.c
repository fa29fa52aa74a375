/* SPDX-License-Identifier: ISC */
/*
 * doctor/stored_config.c - of a stored document's "config", what the judge reads of it
 */
#include "doctor/report_config.h"

static str stored_text(const json_t *o, const char *key, struct arena *a)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? arena_dup(a, (str){ json_string_value(v), json_string_length(v) })
                             : STR("");
}

static str stored_place(const json_t *o, struct arena *a)
{
    str file = doctor_config_base(stored_text(o, "file", a));
    return file.n ? arena_printf(a, "%.*s:%d", STR_ARG(file),
                                 (int)json_integer_value(json_object_get(o, "line")))
                  : STR("");
}

static bool stored_mistake(const json_t *o, struct arena *a, struct doctor_config_mistake *out,
                           struct err *e)
{
    int sure;
    str cause = stored_text(o, "cause", a);
    const struct cause *c = cause.n ? cause_named(cause) : NULL;
    if (!names_find(&SETTINGS_SURENESS_NAMES, stored_text(o, "sure", a), &sure) || (cause.n && !c))
        return err_set(e, ERR_SYNTAX,
                       "reading a stored report: config: 'mistakes' is missing or not understood");
    *out = (struct doctor_config_mistake){
        stored_text(o, "id", a), c ? c->id : CAUSE_NONE,    (enum settings_sureness)sure,
        stored_place(o, a),      stored_text(o, "said", a), stored_text(o, "remedy", a)
    };
    return true;
}

bool doctor_config_stored(const json_t *o, struct arena *a, const struct doctor_config **out,
                          struct err *e)
{
    const json_t *list = json_object_get(o, "mistakes");
    if (!json_is_object(o))
        return true;
    struct doctor_config *c = arena_alloc(a, sizeof *c);
    if (!c)
        return err_memory(e, "a stored report");
    c->program = stored_text(o, "program", a);
    c->file = doctor_config_base(stored_text(o, "file", a));
    c->said.unverified = json_is_false(json_object_get(o, "verified"));
    for (size_t i = 0; i < json_array_size(list) && i < SETTINGS_MISTAKES; i++)
        if (!stored_mistake(json_array_get(list, i), a, &c->mistakes[c->mistake_count++], e))
            return false;
    *out = c;
    return true;
}
