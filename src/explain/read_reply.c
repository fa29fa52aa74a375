/* SPDX-License-Identifier: ISC */
/*
 * explain/read_reply.c - a bare reply, or one with a few words around it
 *
 * It comes last, for what no other reader knew, so that a number has to look like a reply: at the start of a line, or
 * behind words that announce one, or with an enhanced status code behind it.
 */
#include "explain/clean.h"
#include "explain/read.h"
#include "explain/words.h"

#include <string.h>

static bool is_told(const struct explain_page *p, const struct explain_said *s)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->said[i].code == s->code && str_eq(p->said[i].text, s->text))
            return true;
    return false;
}

/* Quotes and brackets that closed what stood around the reply. */
static str without_close(str text)
{
    text = str_trim(text);
    while (text.n && (text.p[text.n - 1] == '"' || text.p[text.n - 1] == '\'' ||
                      text.p[text.n - 1] == '`' || text.p[text.n - 1] == '|'))
        text.n--;
    return text;
}

static bool has_words(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (is_alpha(text.p[i]) || (unsigned char)text.p[i] > 0x7F)
            return true;
    return false;
}

/* qmail and others tell the code last: "user over quota. (#5.2.2)", "Invalid From address SMTP code: 550". */
static str words_before(str line, size_t at, struct arena *memory)
{
    return explain_fold(str_trim(str_take(line, at)), memory);
}

void explain_read_reply(struct explain_page *p)
{
    if (p->count)
        return;
    str rest = p->plain;
    while (rest.p && p->count < EXPLAIN_SAID_MAX) {
        str line = explain_words_line(&rest);
        size_t at = explain_words_find(line);
        if (at == STR_NOT_FOUND)
            continue;
        str from = { line.p + at, (size_t)(p->plain.p + p->plain.n - (line.p + at)) };
        struct explain_said s = { .form = FORM_REPLY };
        if (!explain_words_reply(without_close(explain_words_whole(p->plain, from, &rest)),
                                 p->memory, &s))
            continue;
        if (!has_words(s.text) && has_words(str_take(line, at)))
            s.text = words_before(line, at, p->memory);
        s.aside = s.code && s.code < 400;
        struct explain_said *said = is_told(p, &s) ? NULL : explain_say(p, FORM_REPLY);
        if (said)
            *said = s;
    }
    if (p->count && p->form == FORM_NONE)
        p->form = FORM_REPLY;
}
