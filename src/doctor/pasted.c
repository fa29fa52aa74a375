/* SPDX-License-Identifier: ISC */
/*
 * doctor/pasted.c - finding a mailbox in text that people paste
 */
#include "doctor/pasted.h"
#include "smtp/path.h"

static bool is_edge(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '<' || c == '>' || c == '"' ||
           c == '\'' || c == '(' || c == ')' || c == ',' || c == ';' || c == ':';
}

static bool is_recipient(str word, str own)
{
    struct smtp_mailbox m;
    while (word.n && (word.p[word.n - 1] == '.' || word.p[word.n - 1] == '!'))
        word.n--;
    return word.n && smtp_mailbox_parse(word, &m, NULL) && !str_eq_nocase(word, own);
}

/* The next run of octets without an edge; *before is the edge in front of it. */
static str next_word(str *rest, char *before)
{
    size_t i = 0;
    for (; i < rest->n && is_edge(rest->p[i]); i++)
        *before = rest->p[i];
    size_t end = i;
    while (end < rest->n && !is_edge(rest->p[end]))
        end++;
    str word = { rest->p + i, end - i };
    *rest = str_skip(*rest, end);
    return word;
}

static str first_mailbox(str text, str own, bool bracketed)
{
    char before = ' ';
    while (text.n) {
        str word = next_word(&text, &before);
        if ((!bracketed || before == '<') && is_recipient(word, own)) {
            while (word.p[word.n - 1] == '.' || word.p[word.n - 1] == '!')
                word.n--;
            return word;
        }
    }
    return STR_NONE;
}

str doctor_pasted_recipient(str text, str own_address)
{
    size_t at = str_find_nocase(text, STR("final-recipient:"));
    if (at != STR_NOT_FOUND) {
        str line = str_skip(text, at);
        str found = first_mailbox(str_cut(&line, '\n'), own_address, false);
        if (found.n)
            return found;
    }
    str found = first_mailbox(text, own_address, true);
    return found.n ? found : first_mailbox(text, own_address, false);
}
