/* SPDX-License-Identifier: ISC */
#include "cmd/output.h"
#include "base/escape.h"
#include "base/wrap.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OUTPUT_STR_MAX = 1 << 20, TXT_STRING_MAX = 255 };

static json_t *escaped(str s, bool (*escape)(str octets, struct buf *out))
{
    struct buf b;
    json_t *t = NULL;
    buf_init(&b, OUTPUT_STR_MAX);
    if (s.n && escape(s, &b))
        t = json_stringn(b.p, b.n);
    buf_done(&b);
    return t ? t : json_null();
}

json_t *output_str(str s)
{
    return escaped(s, escape_line);
}

json_t *output_lines(str s)
{
    return escaped(s, escape_text);
}

json_t *output_word(const char *s)
{
    return s ? json_string(s) : json_null();
}

/* Who reads a status alone would take it for that of the answer. */
static bool unwritten(bool made)
{
    fprintf(stderr, "baton: the answer could not be written to standard output: %s.\n",
            made ? strerror(errno) : "out of memory");
    return false;
}

bool output_json(json_t *root)
{
    bool made = root != NULL, ok = made && json_dumpf(root, stdout, JSON_INDENT(2)) == 0 &&
                                   putchar('\n') != EOF && fflush(stdout) == 0;
    ok = ok || unwritten(made);
    json_decref(root);
    return ok;
}

bool output_json_with(json_t *root, json_t *more)
{
    bool ok = root && more && json_object_update(root, more) == 0;
    json_decref(more);
    if (ok)
        return output_json(root);
    json_decref(root);
    return false;
}

bool output_text(struct buf *b)
{
    bool made = buf_ok(b),
         ok = made && (b->n == 0 || fwrite(b->p, 1, b->n, stdout) == b->n) && fflush(stdout) == 0;
    ok = ok || unwritten(made);
    buf_done(b);
    return ok;
}

void output_sentence(struct buf *b, size_t indent, str sentence)
{
    for (size_t i = 0; i < indent; i++)
        buf_addc(b, ' ');
    wrap_words(b, indent, indent, sentence);
}

void output_wrap_from(struct buf *b, size_t start, size_t indent)
{
    AUTO(buf_done) struct buf text;
    size_t column = 0;
    buf_init(&text, OUTPUT_STR_MAX);
    if (!buf_ok(b) || !buf_add(&text, str_skip(buf_str(b), start)))
        return;
    b->n = start;
    while (column < start && b->p[start - 1 - column] != '\n')
        column++;
    wrap_words(b, column, indent, buf_str(&text));
}

void output_txt_record(struct buf *b, str name, str value)
{
    (void)escape_line(name, b);
    buf_add(b, STR(". IN TXT"));
    do {
        str part = str_take(value, TXT_STRING_MAX);
        buf_add(b, STR(" \""));
        for (size_t i = 0; i < part.n; i++) {
            unsigned char c = (unsigned char)part.p[i];
            if (c < ' ' || c > '~')
                buf_addf(b, "\\%03u", c);
            else
                buf_addf(b, "%s%c", c == '"' || c == '\\' ? "\\" : "", c);
        }
        buf_addc(b, '"');
        value = str_skip(value, part.n);
    } while (value.n);
    buf_addc(b, '\n');
}
