/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_config.c - the section on the program's own file
 */
#include "doctor/report_config.h"
#include "base/escape.h"
#include "base/password_shape.h"
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
             row.beside ? arena_printf(a, "%.*s (not tried: the command line says otherwise)",
                                       STR_ARG(row.value))
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
        page_markup(p, row.beside ? ", not tried: the command line said otherwise</td></tr>"
                                  : "</td></tr>");
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

static json_t *mistakes_of(const struct doctor_report *r, const struct doctor_config *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->mistake_count; i++) {
        const struct doctor_config_mistake *m = &c->mistakes[i];
        const struct cause *cause = cause_of(m->cause);
        json_t *o = json_object();
        json_object_set_new(o, "id", text_of(r, m->name));
        json_object_set_new(o, "cause", cause ? text_of(r, cause->name) : json_null());
        json_object_set_new(o, "sure",
                            text_of(r, names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure)));
        json_object_set_new(o, "place", text_of(r, m->place));
        json_object_set_new(o, "said", text_of(r, m->said));
        json_object_set_new(o, "remedy", text_of(r, m->remedy));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *places_of(const struct doctor_report *r, const struct doctor_config *c)
{
    json_t *o = json_object();
    for (size_t i = 0; i < SETTINGS_FIELD_NAMES.count; i++) {
        const struct name_row *row = &SETTINGS_FIELD_NAMES.rows[i];
        json_object_set_new(o, row->name.p, text_of(r, c->places[row->value]));
    }
    return o;
}

static json_t *beside_of(const struct doctor_report *r, const struct doctor_config *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < SETTINGS_FIELD_NAMES.count; i++)
        if (c->beside & 1u << SETTINGS_FIELD_NAMES.rows[i].value)
            json_array_append_new(list, text_of(r, SETTINGS_FIELD_NAMES.rows[i].name));
    return list;
}

static json_t *secret_of(const struct doctor_report *r, const struct doctor_config *c)
{
    json_t *o = json_object(), *odd = json_array();
    for (unsigned bit = 1; bit && bit <= c->secret_anomalies; bit <<= 1)
        if (c->secret_anomalies & bit)
            json_array_append_new(odd, text_of(r, names_of(&PASSWORD_ANOMALY_NAMES, (int)bit)));
    json_object_set_new(o, "kind",
                        text_of(r, names_of(&SETTINGS_SECRET_NAMES, (int)c->said.secret)));
    json_object_set_new(o, "characters",
                        c->secret_characters ? json_integer((json_int_t)c->secret_characters)
                                             : json_null());
    json_object_set_new(o, "anomalies", odd);
    return o;
}

static json_t *said_of(const struct doctor_report *r, const struct doctor_config *c)
{
    const struct smtp_attempt *a = &c->said.attempt;
    json_t *o = json_object();
    json_object_set_new(o, "host", text_of(r, a->host));
    json_object_set_new(o, "port", a->port ? json_integer(a->port) : json_null());
    json_object_set_new(o, "security",
                        a->security == SMTP_SECURITY_AUTO
                            ? json_null()
                            : text_of(r, names_of(&SMTP_SECURITY_NAMES, (int)a->security)));
    json_object_set_new(o, "mechanism", text_of(r, a->mechanism));
    json_object_set_new(o, "user", text_of(r, a->user));
    json_object_set_new(o, "from", a->from_null ? json_string("") : text_of(r, a->from));
    json_object_set_new(o, "header_from", text_of(r, a->header_from));
    json_object_set_new(o, "to", text_of(r, a->to));
    json_object_set_new(o, "helo", text_of(r, a->helo));
    json_object_set_new(o, "unverified", json_boolean(c->said.unverified));
    return o;
}

json_t *doctor_config_json(const struct doctor_report *r)
{
    const struct doctor_config *c = r->asked->config;
    if (!c)
        return json_null();
    json_t *o = json_object();
    json_object_set_new(o, "program", text_of(r, c->program));
    json_object_set_new(o, "file", text_of(r, c->file));
    json_object_set_new(o, "says", said_of(r, c));
    json_object_set_new(o, "password", secret_of(r, c));
    json_object_set_new(o, "places", places_of(r, c));
    json_object_set_new(o, "beside", beside_of(r, c));
    json_object_set_new(o, "mistakes", mistakes_of(r, c));
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

/* ------------------------------------------------------------------------------------------------
 * Read back
 */
static str stored_text(const json_t *o, const char *key, struct arena *a)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? arena_dup(a, (str){ json_string_value(v), json_string_length(v) })
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
        stored_text(o, "id", a),    c ? c->id : CAUSE_NONE,    (enum settings_sureness)sure,
        stored_text(o, "place", a), stored_text(o, "said", a), stored_text(o, "remedy", a)
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
    c->file = stored_text(o, "file", a);
    c->said.unverified = json_is_true(json_object_get(json_object_get(o, "says"), "unverified"));
    for (size_t i = 0; i < json_array_size(list) && i < SETTINGS_MISTAKES; i++)
        if (!stored_mistake(json_array_get(list, i), a, &c->mistakes[c->mistake_count++], e))
            return false;
    *out = c;
    return true;
}

struct settings doctor_settings_of(const struct doctor_report *r, const struct smtp_attempt *works,
                                   const struct settings_program *p)
{
    const struct doctor_config *c = r->asked->config;
    struct settings s = settings_of(works);
    unsigned reference = SETTINGS_SECRET_ENV | SETTINGS_SECRET_COMMAND | SETTINGS_SECRET_FILE;
    if (c && c->said.secret & reference & p->secrets) {
        s.secret = c->said.secret;
        s.secret_text = c->said.secret_text;
    }
    return s;
}
