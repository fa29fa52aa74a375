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

enum {
    LOOK_BACK = 24,    /* octets before a code in which the words that announce it are looked for */
    LOOK_AHEAD = 32,   /* behind a code, for its enhanced status code */
    WRAPPED_AT = 50,   /* a shorter line was not wrapped */
    WRAPPED_LINES = 8, /* of one reply, at most */
    MANY_LINES = 40    /* of a reply whose lines all have their code */
};

static bool is_open(char c)
{
    return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '(' || c == '[' || c == '{' ||
           c == '<' || c == '*' || c == '`' || c == '|' || c == '#';
}

/* Words behind which a number is a reply code. Each ends the text before the number, blanks and quotes aside. */
static const char *const ANNOUNCED[] = {
    "error",     "code",       "codes",     "said",      "says",      "replied", "reply",
    "responded", "response",   "answered",  "returned",  "failed",    "failure", "rejected",
    "refused",   "status",     "smtp",      "message",   "reason",    "server",  "with",
    "got",       "diagnostic", "permanent", "temporary", "transient", "fatal"
};

/* "mail.example.org:587", "[192.0.2.1]:465", "File.java:439", "File.php(439)": a port, or the number of a line. */
static bool is_glued(str before)
{
    if (before.n < 2 || (before.p[before.n - 1] != ':' && before.p[before.n - 1] != '('))
        return false;
    char c = before.p[before.n - 2];
    return is_alnum(c) || c == ']' || c == ')' || c == '.';
}

static bool is_announced(str before)
{
    str s = before;
    bool colon = false;
    while (s.n && (is_open(s.p[s.n - 1]) || s.p[s.n - 1] == ':' || s.p[s.n - 1] == ';' ||
                   s.p[s.n - 1] == '=' || s.p[s.n - 1] == '>' || s.p[s.n - 1] == '-' ||
                   s.p[s.n - 1] == ',')) {
        colon |= s.p[s.n - 1] == ':' || s.p[s.n - 1] == '=' || s.p[s.n - 1] == '"' ||
                 s.p[s.n - 1] == '\'' || s.p[s.n - 1] == '(' || s.p[s.n - 1] == '[';
        s.n--;
    }
    if (str_find_nocase(before, STR("http")) != STR_NOT_FOUND || str_ends_nocase(s, STR("port")))
        return false;
    if (colon && !is_glued(before))
        return true;
    for (size_t i = 0; i < COUNT_OF(ANNOUNCED); i++)
        if (str_ends_nocase(s, str_from(ANNOUNCED[i])))
            return true;
    return false;
}

/* Does a reply begin here? before is what stands in front of it on its line. */
static bool begins(str text, str before)
{
    unsigned code;
    bool more;
    struct smtp_enhanced x;
    str rest, words;
    bool first = !str_trim(before).n;
    if (!first && !is_open(before.p[before.n - 1]) && before.p[before.n - 1] != ':' &&
        before.p[before.n - 1] != ';' && before.p[before.n - 1] != '=' &&
        before.p[before.n - 1] != '>')
        return false;
    if (explain_words_code(text, &code, &more, &rest)) {
        if (code >= 400 && code < 420)
            return false; /* HTTP has these, SMTP does not */
        words = str_trim(explain_words_to_line_end(str_take(rest, LOOK_AHEAD)));
        bool status = explain_words_enhanced(words, &x, &words) && x.class == code / 100;
        if (first)
            return code >= 200 && (more || status || !words.n || !is_digit(words.p[0]));
        return code >= 400 &&
               (status || (is_announced(before) && (!words.n || !is_digit(words.p[0]))));
    }
    if (!explain_words_enhanced(text, &x, &rest) || x.class == 2)
        return false;
    if (first || text.p[0] == '#' || text.p[0] == '(' || before.p[before.n - 1] == '#')
        return true;
    return is_announced(before);
}

/* The octets in front of a reply on its line that the line may begin with: blanks, quotes, brackets. */
static size_t find(str line)
{
    bool open = true;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (open && (is_digit(c) || c == '#' || c == '(')) {
            size_t from = i > LOOK_BACK ? i - LOOK_BACK : 0;
            str before = { line.p + from, i - from };
            size_t opened = 0;
            while (!from && opened < before.n && is_open(before.p[opened]))
                opened++;
            if (begins(str_skip(line, i), opened == before.n && !from ? STR("") : before))
                return i;
        }
        open = is_open(c) || c == ':' || c == ';' || c == '=' || c == '>';
    }
    return STR_NOT_FOUND;
}

/* Does the reply go on in this line? */
static bool goes_on(str line, unsigned code, size_t last_line, unsigned lines, bool more)
{
    unsigned other;
    bool dash;
    str rest;
    str bare = str_trim(line);
    if (explain_words_code(bare, &other, &dash, &rest))
        return other == code && lines < MANY_LINES && more;
    if (!bare.n)
        return false;
    struct smtp_enhanced x;
    return last_line >= WRAPPED_AT && lines < WRAPPED_LINES && find(line) == STR_NOT_FOUND &&
           !explain_words_enhanced(bare, &x, &rest);
}

/* The reply at start, with the lines that belong to it; *rest is what follows the first line, and then them. */
static str whole(str start, str *rest)
{
    unsigned code = 0, lines = 1;
    bool more = false;
    str words, line = explain_words_to_line_end(start);
    explain_words_code(start, &code, &more, &words);
    size_t last = (size_t)(line.p + line.n - start.p), length = line.n;
    str tail = *rest;
    while (tail.p) {
        str next = explain_words_line(&tail);
        if (more && !str_trim(next).n && tail.p) /* a blank line between "550-" and "550 " */
            next = explain_words_line(&tail);
        if (!goes_on(next, code, length, lines, more))
            break;
        bool dash = false;
        unsigned again;
        if (explain_words_code(str_trim(next), &again, &dash, &words))
            more = dash;
        lines++;
        length = next.n;
        last = (size_t)(next.p + next.n - start.p);
        *rest = tail;
    }
    return str_take(start, last);
}

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
