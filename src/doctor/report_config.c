/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_config.c - the section on the program's own file
 */
#include "doctor/report_config.h"
#include "base/escape.h"
#include "base/wrap.h"
#include "doctor/report_dns.h"
#include "doctor/report_page.h"
#include <string.h>

static str or_file(const struct doctor_config *c, str place)
{
    return place.n ? place : c->file;
}

/* "the password ends in a line end. Write it on one line." */
static str mistake_words(const struct doctor_config_mistake *m, struct arena *a)
{
    const struct cause *c = cause_of(m->cause);
    str remedy = m->remedy.n ? arena_printf(a, "; %.*s", STR_ARG(m->remedy)) : STR("");
    return c ? arena_printf(a, "%.*s%.*s (%.*s)", STR_ARG(m->said), STR_ARG(remedy),
                            STR_ARG(c->name))
             : arena_printf(a, "%.*s%.*s", STR_ARG(m->said), STR_ARG(remedy));
}

/* ------------------------------------------------------------------------------------------------
 * For a person
 */
static size_t widest_place(const struct doctor_config *c)
{
    size_t most = c->file.n;
    for (size_t i = 0; i < SETTINGS_FIELDS; i++)
        if (c->places[i].n > most)
            most = c->places[i].n;
    for (size_t i = 0; i < c->mistake_count; i++)
        if (c->mistakes[i].place.n > most)
            most = c->mistakes[i].place.n;
    return most < 28 ? most : 28;
}

static void line(const struct doctor_report *r, str label, str place, size_t width, str words,
                 struct buf *out)
{
    struct buf said, shown;
    size_t column = 2 + 9 + 1 + (place.n > width ? place.n : width) + 2;
    buf_init(&said, (size_t)1 << 20);
    buf_init(&shown, (size_t)1 << 22);
    secret_mask_apply(r->mask, words, &said);
    escape_line(buf_str(&said), &shown);
    buf_addf(out, "  %-9.*s %-*.*s  ", STR_ARG(label), (int)width, STR_ARG(place));
    wrap_words(out, column, 12, buf_str(&shown));
    buf_done(&shown);
    buf_done(&said);
}

void doctor_config_text(const struct doctor_report *r, struct buf *out)
{
    const struct doctor_config *c = r->asked->config;
    struct arena *a = r->record->arena;
    struct doctor_config_line row;
    if (!c)
        return;
    size_t width = widest_place(c);
    buf_addf(out, "\n%sWhat %.*s says (%.*s)%s\n", r->color ? "\033[1m" : "", STR_ARG(c->file),
             STR_ARG(c->title), r->color ? "\033[0m" : "");
    for (unsigned at = 0; doctor_config_next(c, &at, a, &row);)
        line(r, str_from(row.label), row.place, width,
             row.beside ? arena_printf(a, "%.*s (not what was tried)", STR_ARG(row.value))
                        : row.value,
             out);
    for (size_t i = 0; i < c->mistake_count; i++) {
        const struct doctor_config_mistake *m = &c->mistakes[i];
        line(r, names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure), or_file(c, m->place), width,
             mistake_words(m, a), out);
    }
}

void page_config(struct page *p)
{
    const struct doctor_config *c = p->r->asked->config;
    struct arena *a = p->r->record->arena;
    struct doctor_config_line row;
    if (!c)
        return;
    page_markup(p, "<section><h2>What the program&#39;s file says</h2><table class=\"facts\">");
    for (unsigned at = 0; doctor_config_next(c, &at, a, &row);) {
        buf_addf(p->out, "<tr><th scope=\"row\">%s</th><td>", row.label);
        page_text(p, row.value);
        if (row.place.n)
            page_textf(p, " (%.*s)", STR_ARG(row.place));
        page_markup(p, row.beside ? " (not what was tried)</td></tr>" : "</td></tr>");
    }
    page_markup(p, c->mistake_count ? "</table><ul>" : "</table>");
    for (size_t i = 0; i < c->mistake_count; i++) {
        const struct doctor_config_mistake *m = &c->mistakes[i];
        page_markup(p, "<li>");
        page_element(p, "span class=\"mark\"", names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure));
        page_textf(p, " %.*s: ", STR_ARG(or_file(c, m->place)));
        page_text(p, mistake_words(m, a));
        page_markup(p, "</li>");
    }
    page_markup(p, c->mistake_count ? "</ul></section>\n" : "</section>\n");
}

/* ------------------------------------------------------------------------------------------------
 * For a program
 */
static json_t *text_of(const struct doctor_report *r, str s)
{
    struct buf masked, shown;
    if (!s.n)
        return json_null();
    buf_init(&masked, (size_t)1 << 20);
    buf_init(&shown, (size_t)1 << 22);
    bool ok = secret_mask_apply(r->mask, s, &masked) && escape_text(buf_str(&masked), &shown);
    json_t *t = ok ? json_stringn(shown.p ? shown.p : "", shown.n) : NULL;
    buf_done(&shown);
    buf_done(&masked);
    return t ? t : json_null();
}

/* The document holds no secret. It holds texts of the user's file, and one of them may be spelled like the password. */
static json_t *masked_copy(const struct doctor_report *r, const json_t *from)
{
    json_t *to;
    if (json_is_string(from))
        return text_of(r, (str){ json_string_value(from), json_string_length(from) });
    if (json_is_array(from)) {
        to = json_array();
        for (size_t i = 0; i < json_array_size(from); i++)
            json_array_append_new(to, masked_copy(r, json_array_get(from, i)));
        return to;
    }
    if (!json_is_object(from))
        return json_deep_copy(from);
    to = json_object();
    for (void *i = json_object_iter((json_t *)from); i;
         i = json_object_iter_next((json_t *)from, i))
        json_object_set_new(to, json_object_iter_key(i), masked_copy(r, json_object_iter_value(i)));
    return to;
}

static json_t *beside_of(const struct doctor_config *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < SETTINGS_FIELD_NAMES.count; i++)
        if (c->beside & 1u << SETTINGS_FIELD_NAMES.rows[i].value)
            json_array_append_new(list, json_string(SETTINGS_FIELD_NAMES.rows[i].name.p));
    return list;
}

json_t *doctor_config_json(const struct doctor_report *r)
{
    const struct doctor_config *c = r->asked->config;
    json_t *read = c ? json_loadb(c->document.p ? c->document.p : "", c->document.n, 0, NULL)
                     : NULL;
    json_t *o = read ? masked_copy(r, read) : json_null();
    json_decref(read);
    if (json_is_object(o))
        json_object_set_new(o, "beside", beside_of(c));
    return o;
}

void doctor_config_evidence(const struct doctor_report *r, json_t *list)
{
    const struct doctor_config *c = r->asked->config;
    char id[DOCTOR_ID_TEXT_MAX];
    for (unsigned i = 0; c && i < c->mistake_count; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "id", json_string(doctor_id_text(DOCTOR_CONFIG_ID + i, id)));
        json_object_set_new(o, "probe", json_string("config"));
        json_object_set_new(o, "attempt", json_null());
        json_object_set_new(o, "said",
                            text_of(r, doctor_config_said(c, &c->mistakes[i], r->record->arena)));
        json_object_set_new(o, "local", json_null());
        json_object_set_new(o, "at_ms", json_null());
        json_array_append_new(list, o);
    }
}

struct settings doctor_settings_of(const struct doctor_report *r, const struct smtp_attempt *works,
                                   const struct settings_program *p)
{
    const struct doctor_config *c = r->asked->config;
    struct settings s = settings_of(works);
    const struct doctor_judgement *j = r->judgement;
    bool named = r->asked->attempt.helo.n ||
                 (j->cause_count && j->causes[0].cause == CAUSE_EHLO_NAME_REFUSED);
    if (!named)
        s.attempt.helo = STR_NONE; /* it is this machine's, and said nothing of the program's */
    /* A command is not shown: it may hold the password. */
    unsigned reference = SETTINGS_SECRET_ENV | SETTINGS_SECRET_FILE;
    if (c && c->said.secret & reference & p->secrets) {
        s.secret = c->said.secret;
        s.secret_text = c->said.secret_text;
    }
    return s;
}
