/* SPDX-License-Identifier: ISC */
#include "mail/canonical.h"
#include <string.h>

static const struct name_row FORM_ROWS[] = {
    { MAIL_SIMPLE, STR_INIT("simple") },
    { MAIL_RELAXED, STR_INIT("relaxed") },
};
const struct names MAIL_FORM_NAMES = NAMES(FORM_ROWS);

static bool is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

/* ------------------------------------------------------------------------------------------------
 * Header fields
 */
struct out {
    struct mail_sink sink;
    size_t n;
    char room[512];
};

static void flush(struct out *o)
{
    if (o->n > 0)
        o->sink.take(o->sink.user, (str){ o->room, o->n });
    o->n = 0;
}

static void put(struct out *o, char c)
{
    if (o->n == sizeof o->room)
        flush(o);
    o->room[o->n++] = c;
}

static void put_simple(struct out *o, str text, bool unix_lines)
{
    for (size_t i = 0; i < text.n; i++) {
        if (unix_lines && text.p[i] == '\n')
            put(o, '\r');
        put(o, text.p[i]);
    }
}

/* The line ends of folds go, a run of blanks is one, and none is left at either end. */
static void put_relaxed(struct out *o, str value, bool unix_lines)
{
    bool blank = false, begun = false;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        bool line_end = c == '\n' || (c == '\r' && i + 1 < value.n && value.p[i + 1] == '\n');
        if (line_end && (unix_lines || c == '\r' || (i > 0 && value.p[i - 1] == '\r')))
            continue;
        if (is_wsp(c)) {
            blank = true;
            continue;
        }
        if (blank && begun)
            put(o, ' ');
        put(o, c);
        blank = false;
        begun = true;
    }
}

void mail_canonical_field(enum mail_form form, const struct mail_field *f, bool unix_lines,
                          struct mail_sink sink)
{
    struct out o = { .sink = sink };
    if (form == MAIL_SIMPLE) {
        put_simple(&o, f->whole, unix_lines);
    } else {
        for (size_t i = 0; i < f->name.n; i++)
            put(&o, to_lower(f->name.p[i]));
        put(&o, ':');
        put_relaxed(&o, f->value, unix_lines);
    }
    flush(&o);
}

/* ------------------------------------------------------------------------------------------------
 * Bodies
 */
void mail_body_begin(struct mail_body *b, enum mail_form form, bool unix_lines, uint64_t limit,
                     struct mail_sink sink)
{
    b->form = form;
    b->unix_lines = unix_lines;
    b->sink = sink;
    b->limit = limit;
    b->total = b->line_ends = 0;
    b->cr = b->blank = false;
    b->n = 0;
}

static void body_flush(struct mail_body *b)
{
    if (b->n > 0)
        b->sink.take(b->sink.user, (str){ b->room, b->n });
    b->n = 0;
}

static void body_put(struct mail_body *b, char c)
{
    if (b->total++ >= b->limit)
        return;
    if (b->n == sizeof b->room)
        body_flush(b);
    b->room[b->n++] = c;
}

/* What was kept back comes first: something follows it. */
static void octet(struct mail_body *b, char c)
{
    if (b->form == MAIL_RELAXED && is_wsp(c)) {
        b->blank = true;
        return;
    }
    for (; b->line_ends > 0; b->line_ends--) {
        body_put(b, '\r');
        body_put(b, '\n');
    }
    if (b->blank)
        body_put(b, ' ');
    b->blank = false;
    body_put(b, c);
}

static void line_end(struct mail_body *b)
{
    b->blank = false; /* relaxed: blanks at the end of a line go */
    b->line_ends++;
}

static void feed(struct mail_body *b, char c)
{
    if (b->cr) {
        b->cr = false;
        if (c == '\n') {
            line_end(b);
            return;
        }
        octet(b, '\r');
    }
    if (c == '\r' && !b->unix_lines)
        b->cr = true;
    else if (c == '\n' && b->unix_lines)
        line_end(b);
    else
        octet(b, c);
}

void mail_body_feed(struct mail_body *b, str octets)
{
    for (size_t i = 0; i < octets.n; i++)
        feed(b, octets.p[i]);
}

/* Of the empty lines at the end none is left, and what is not empty ends with CRLF. An empty body is CRLF
 * in the simple form and nothing in the relaxed one. */
void mail_body_end(struct mail_body *b)
{
    if (b->cr)
        octet(b, '\r');
    b->cr = b->blank = false;
    b->line_ends = 0;
    if (b->total > 0 || b->form == MAIL_SIMPLE) {
        body_put(b, '\r');
        body_put(b, '\n');
    }
    body_flush(b);
}
