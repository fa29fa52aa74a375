/* SPDX-License-Identifier: ISC */
/*
 * explain/read_dialog.c - the error box of a mail program
 *
 * Boxes of Outlook and its kin list fields ("Server: 'mail.example.org', Port: 25, Server Response: '550 ...'"), in the
 * user's language; others are a sentence. Words for both are rows of explain/dialog_words.c.
 */
#include "explain/dialog.h"
#include "explain/read.h"
#include "explain/words.h"

#include <string.h>

enum {
    TEXT_MAX = 64 << 10, /* of a text; a box is short */
    VALUE_MAX = 300,     /* of a field, the response aside */
    RESPONSE_MAX = 2000
};

/* The words at the start of text, letters of any size in ASCII; *n: their octets. */
static bool starts(str text, str words)
{
    return str_starts_nocase(text, words);
}

/* Is the name of a field behind a line's start, a comma, or what ends a value? */
static bool is_edge(str plain, size_t at)
{
    if (!at)
        return true;
    char c = plain.p[at - 1];
    return c == '\n' || c == ' ' || c == ',' || c == '\t' || c == '\'' || c == '.' || c == '"' ||
           c == '(' || (c & 0x80);
}

static const struct dialog_field *field_at(str plain, size_t at, size_t *behind)
{
    str s = str_skip(plain, at);
    for (size_t i = 0; i < DIALOG_FIELDS_COUNT; i++) {
        const struct dialog_field *f = &DIALOG_FIELDS[i];
        str name = str_from(f->name);
        if (to_lower(s.p[0]) != to_lower(name.p[0]) || !starts(s, name))
            continue;
        str rest = str_skip(s, name.n);
        while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t'))
            rest = str_skip(rest, 1);
        if (!rest.n || rest.p[0] != ':')
            continue;
        *behind = (size_t)(rest.p + 1 - plain.p);
        return f;
    }
    return NULL;
}

/* Where the value that begins at from ends: at the next field, or an empty line. */
static size_t value_end(str plain, size_t from)
{
    size_t behind;
    for (size_t i = from; i < plain.n && i < from + RESPONSE_MAX; i++) {
        if (plain.p[i] == '\n' && i + 1 < plain.n && plain.p[i + 1] == '\n')
            return i;
        if (i > from && is_edge(plain, i) && field_at(plain, i, &behind))
            return i;
    }
    return plain.n < from + RESPONSE_MAX ? plain.n : from + RESPONSE_MAX;
}

/* Without quotes, commas and blanks at either end. */
static str value(str plain, size_t from, size_t end)
{
    str v = { plain.p + from, end - from };
    bool more = true;
    while (more && v.n) {
        v = str_trim(v);
        more = v.n && (v.p[0] == '\'' || v.p[0] == '"' || v.p[0] == ',');
        if (more)
            v = str_skip(v, 1);
    }
    more = true;
    while (more && v.n) {
        v = str_trim(v);
        char c = v.n ? v.p[v.n - 1] : ' ';
        more = v.n && (c == '\'' || c == '"' || c == ',' || c == ';');
        v.n -= more;
    }
    return v;
}

/* "Ja", "Oui", "Sim": and "No" in the others. */
static bool is_yes(str v)
{
    static const char *const NO[] = { "no",  "non", "nein", "nee", "nie",    "nej", "ne",
                                      "nem", "não", "нет",  "Нет", "いいえ", "否",  "아니요" };
    for (size_t i = 0; i < COUNT_OF(NO); i++)
        if (starts(v, str_from(NO[i])))
            return false;
    return v.n > 0;
}

static unsigned number(str v, unsigned max)
{
    size_t n = 0;
    uint64_t x;
    while (n < v.n && is_digit(v.p[n]))
        n++;
    return str_to_u64(str_take(v, n), max, &x) ? (unsigned)x : 0;
}

struct box {
    str response;
    unsigned code; /* "Server Error: 550" */
    str error;     /* "0x800CCC79" */
    bool fields;
    size_t count;
};

static void take(struct explain_page *p, struct box *b, const struct dialog_field *f, str v)
{
    b->count++;
    switch (f->kind) {
    case DIALOG_RESPONSE: b->response = b->response.n ? b->response : v; break;
    case DIALOG_SERVER:
        if (!p->server.n)
            explain_words_server(p, v);
        break;
    case DIALOG_PORT:
        if (!p->port)
            p->port = (uint16_t)number(v, 65535);
        break;
    case DIALOG_SECURE:
        if (p->security == SMTP_SECURITY_AUTO)
            p->security = is_yes(v) ? p->port == 465 || !p->port ? SMTP_SECURITY_TLS
                                                                 : SMTP_SECURITY_STARTTLS
                                    : SMTP_SECURITY_NONE;
        break;
    case DIALOG_CODE: b->code = b->code ? b->code : number(v, 599); break;
    case DIALOG_ERROR: b->error = v; break;
    case DIALOG_ACCOUNT:
        if (!p->user.n && str_find_octet(v, '@') != STR_NOT_FOUND &&
            str_find_octet(v, ' ') == STR_NOT_FOUND)
            p->user = v;
        break;
    case DIALOG_OTHER: break;
    }
}

/* The fields of a box, wherever they stand. */
static void fields(struct explain_page *p, str plain, struct box *b)
{
    for (size_t i = 0; i < plain.n;) {
        size_t behind = 0;
        const struct dialog_field *f = is_edge(plain, i) ? field_at(plain, i, &behind) : NULL;
        if (!f) {
            i++;
            continue;
        }
        size_t end = value_end(plain, behind);
        str v = value(plain, behind, end);
        take(p, b, f, f->kind == DIALOG_RESPONSE ? v : str_take(v, VALUE_MAX));
        i = end > i ? end : i + 1;
    }
}

static struct explain_said *say(struct explain_page *p, str reply, enum smtp_stage stage)
{
    struct explain_said s = { .form = FORM_DIALOG, .stage = stage };
    if (!explain_words_reply(reply, p->memory, &s)) {
        s.text = explain_words_fold(reply, p->memory);
        if (!s.text.n)
            return NULL;
    }
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->said[i].text, s.text))
            return NULL;
    if (s.code && s.code < 400)
        return NULL;
    struct explain_said *said = explain_say(p, FORM_DIALOG);
    if (!said)
        return NULL;
    *said = s;
    said->by = p->server;
    return said;
}

/* What the number of Outlook's error says in place of a response. */
static const struct dialog_error *error_of(str number)
{
    for (size_t i = 0; i < DIALOG_ERRORS_COUNT; i++)
        if (str_find_nocase(number, str_from(DIALOG_ERRORS[i].number)) != STR_NOT_FOUND)
            return &DIALOG_ERRORS[i];
    return NULL;
}

/* A box with fields: its response, or what its error number stands for. */
static bool listed(struct explain_page *p, str plain)
{
    struct box b = { .count = 0 };
    fields(p, plain, &b);
    const struct dialog_error *e = error_of(b.error.n ? b.error : plain);
    if (!e && (b.count < 2 || !b.response.n))
        return false;
    if (!p->program.n && e)
        p->program = STR("Outlook");
    if (p->port == 465 && p->security == SMTP_SECURITY_STARTTLS)
        p->security = SMTP_SECURITY_TLS;
    if (p->port && p->port != 465 && p->security == SMTP_SECURITY_TLS)
        p->security = SMTP_SECURITY_STARTTLS;
    if (b.response.n) {
        struct explain_said *s = say(p, b.response, e ? e->stage : SMTP_STAGE_NONE);
        if (s && !s->code)
            s->code = b.code;
        return true;
    }
    if (!e || p->count)
        return e != NULL;
    struct explain_said *s = explain_say(p, FORM_DIALOG);
    if (!s)
        return true;
    s->stage = e->stage;
    s->end = e->end;
    s->code = b.code;
    s->hop = e->end == SMTP_END_REPLY ? HOP_NONE : HOP_CLIENT;
    s->by = p->server;
    s->text = explain_words_fold(str_take(plain, RESPONSE_MAX), p->memory);
    return true;
}

/* Where what a sentence quotes of the server ends: at words that every such box goes on with. */
static str quoted_end(str s)
{
    static const char *const ENDS[] = { ". Please check", ". Please verify", "\n\n",
                                        ". Bitte über",   ". Veuillez",      ". Compruebe",
                                        ". Verifi",       ". Controleer",    ". Proszę",
                                        ". Por favor",    ". Controllare",   ". Kontrollera",
                                        ". Kontroller",   ". Zkontrolujte",  ". Пожалуйста",
                                        ". Проверьте" };
    for (size_t i = 0; i < COUNT_OF(ENDS); i++) {
        size_t at = str_find(s, str_from(ENDS[i]));
        if (at != STR_NOT_FOUND)
            s = str_take(s, at);
    }
    return s;
}

/* A box that is a sentence. */
static void sentences(struct explain_page *p, str plain)
{
    for (size_t i = 0; i < DIALOG_SENTENCES_COUNT; i++) {
        const struct dialog_sentence *d = &DIALOG_SENTENCES[i];
        size_t at = str_find_nocase(plain, str_from(d->words));
        if (at == STR_NOT_FOUND)
            continue;
        if (!p->program.n)
            p->program = str_from(d->program);
        p->facts |= d->facts | FACT_FROM_PROGRAM;
        if (p->form == FORM_NONE)
            p->form = FORM_DIALOG;
        str rest = str_skip(plain, at + str_from(d->words).n);
        if (d->quotes) {
            str reply = quoted_end(str_take(str_trim(rest), RESPONSE_MAX));
            while (reply.n && (reply.p[0] == ':' || reply.p[0] == ' ' || reply.p[0] == '"' ||
                               reply.p[0] == '\n'))
                reply = str_skip(reply, 1);
            if (say(p, value(reply, 0, reply.n), d->stage))
                return;
        }
        if (p->count)
            return;
        size_t reply = explain_words_find(str_take(rest, RESPONSE_MAX));
        struct explain_said *s = say(p,
                                     reply == STR_NOT_FOUND
                                         ? str_take(plain, RESPONSE_MAX)
                                         : str_take(str_skip(rest, reply), RESPONSE_MAX),
                                     d->stage);
        if (s && !s->code && !s->enhanced.class) {
            s->end = d->end;
            s->hop = d->end == SMTP_END_REPLY ? HOP_NONE : HOP_CLIENT;
        }
        return;
    }
}

void explain_read_dialog(struct explain_page *p)
{
    if (p->count || p->form == FORM_BOUNCE || p->form == FORM_LOG)
        return;
    str plain = str_take(p->plain, TEXT_MAX);
    if (listed(p, plain)) {
        p->facts |= FACT_FROM_PROGRAM;
        if (p->form == FORM_NONE)
            p->form = FORM_DIALOG;
    } else {
        sentences(p, plain);
    }
}
