/* SPDX-License-Identifier: ISC */
/*
 * explain/transcript_line.c - one line of a conversation
 */
#include "explain/transcript_line.h"
#include "explain/words.h"

enum { MARK_MAX = 200 }; /* octets in front of what was said */

static const struct verb {
    str word;
    enum smtp_stage stage;
    char argument; /* ' ': a blank and something; ':': "FROM:<...>"; '\0': nothing more */
    bool old_helo;
} VERBS[] = {
    { STR_INIT("EHLO"), SMTP_STAGE_EHLO, ' ', false },
    { STR_INIT("HELO"), SMTP_STAGE_EHLO, ' ', true },
    { STR_INIT("LHLO"), SMTP_STAGE_EHLO, ' ', false },
    { STR_INIT("STARTTLS"), SMTP_STAGE_STARTTLS, '\0', false },
    { STR_INIT("AUTH"), SMTP_STAGE_AUTH, ' ', false },
    { STR_INIT("MAIL FROM"), SMTP_STAGE_MAIL, ':', false },
    { STR_INIT("RCPT TO"), SMTP_STAGE_RCPT, ':', false },
    { STR_INIT("DATA"), SMTP_STAGE_DATA, '\0', false },
    { STR_INIT("BDAT"), SMTP_STAGE_END_OF_DATA, ' ', false },
    { STR_INIT("RSET"), SMTP_STAGE_RSET, '\0', false },
    { STR_INIT("NOOP"), SMTP_STAGE_RSET, '\0', false },
    { STR_INIT("VRFY"), SMTP_STAGE_RSET, ' ', false },
    { STR_INIT("QUIT"), SMTP_STAGE_QUIT, '\0', false },
};

/* AUTH is a word of prose, too. */
static const str MECHANISMS[] = {
    STR_INIT("LOGIN"),       STR_INIT("PLAIN"),    STR_INIT("CRAM-MD5"),  STR_INIT("DIGEST-MD5"),
    STR_INIT("NTLM"),        STR_INIT("XOAUTH2"),  STR_INIT("GSSAPI"),    STR_INIT("SCRAM-"),
    STR_INIT("OAUTHBEARER"), STR_INIT("EXTERNAL"), STR_INIT("ANONYMOUS"), STR_INIT("XYMCOOKIE")
};

/* What programs put before what was said, as its last octets; "<" and ">" of any number count too. */
static const str MARKS[] = {
    STR_INIT("->"),        STR_INIT("<-"),       STR_INIT("<--"),      STR_INIT("-->"),
    STR_INIT("<**"),       STR_INIT("~>"),       STR_INIT("<~"),       STR_INIT("<~*"),
    STR_INIT("=>"),        STR_INIT("<="),       STR_INIT("S:"),       STR_INIT("C:"),
    STR_INIT("SERVER:"),   STR_INIT("CLIENT:"),  STR_INIT("cmd:"),     STR_INIT("rsp:"),
    STR_INIT("send:"),     STR_INIT("reply:"),   STR_INIT("recv:"),    STR_INIT("sent:"),
    STR_INIT("received:"), STR_INIT("read:"),    STR_INIT("write:"),   STR_INIT("sending:"),
    STR_INIT("response:"), STR_INIT("command:"), STR_INIT("request:"), STR_INIT("SMTP:"),
    STR_INIT("<,"),        STR_INIT(">,"),       STR_INIT("]"),        STR_INIT("|"),
    STR_INIT("*"),         STR_INIT("}"),        STR_INIT("server"),   STR_INIT("client"),
};

static bool is_open(char c)
{
    return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '[' || c == '(' || c == '`';
}

static bool is_closed(str s)
{
    for (; s.n; s = str_skip(s, 1))
        if (!is_open(s.p[0]) && s.p[0] != ']' && s.p[0] != ')' && s.p[0] != '\r' && s.p[0] != ',' &&
            s.p[0] != ';')
            return false;
    return true;
}

/* "2026-01-02 03:04:05.678", "[15:45:59]", "(14)": numbers and what joins them. */
static bool is_time(str s)
{
    for (; s.n; s = str_skip(s, 1)) {
        char c = s.p[0];
        if (!is_digit(c) && !is_open(c) && c != ':' && c != '-' && c != '.' && c != '/' &&
            c != ',' && c != '+' && c != 'T' && c != 'Z' && c != ']' && c != ')')
            return false;
    }
    return true;
}

/* Box-drawing of old mailers, and U+FFFD of ones that were lost. */
static bool is_drawn(str s)
{
    return s.n > 2 && (unsigned char)s.p[s.n - 3] == 0xe2 &&
           ((unsigned char)s.p[s.n - 2] == 0x94 || (unsigned char)s.p[s.n - 2] == 0x95);
}

/* What stood before it: nothing or a time (1), a mark (2), the words of a program (3); 0: other words. */
static unsigned before_is(str before)
{
    while (before.n && is_open(before.p[before.n - 1]))
        before.n--;
    if (before.n && before.p[before.n - 1] == 'b' &&
        (before.n == 1 || !is_alnum(before.p[before.n - 2])))
        before = str_trim(str_take(before, before.n - 1)); /* b'...' of Python */
    if (!before.n || is_time(before))
        return 1;
    char last = before.p[before.n - 1];
    if (last == '<' || last == '>' || is_drawn(before))
        return 2;
    for (size_t i = 0; i < COUNT_OF(MARKS); i++)
        if (str_ends_nocase(before, MARKS[i]) &&
            (before.n == MARKS[i].n || !is_alpha(MARKS[i].p[0]) ||
             !is_alnum(before.p[before.n - MARKS[i].n - 1])))
            return 2;
    if ((last == 'S' || last == 'C') && (before.n == 1 || is_time(str_take(before, before.n - 1))))
        return 2;
    return last == ':' || last == '=' ? 3 : 0;
}

static const struct verb *verb_at(str s, str *argument)
{
    for (size_t i = 0; i < COUNT_OF(VERBS); i++) {
        const struct verb *v = &VERBS[i];
        if (to_lower(s.p[0]) != to_lower(v->word.p[0]) || !str_starts_nocase(s, v->word))
            continue;
        str rest = str_skip(s, v->word.n);
        *argument = str_trim(str_skip(rest, 1));
        if (v->argument == '\0')
            return is_closed(rest) ? v : NULL;
        while (v->argument == ':' && rest.n && rest.p[0] == ' ')
            rest = str_skip(rest, 1);
        if (!rest.n || rest.p[0] != v->argument)
            return NULL;
        *argument = str_trim(str_skip(rest, 1));
        if (v->stage != SMTP_STAGE_AUTH)
            return argument->n ? v : NULL;
        for (size_t m = 0; m < COUNT_OF(MECHANISMS); m++)
            if (str_starts_nocase(*argument, MECHANISMS[m]))
                return v;
        return NULL;
    }
    return NULL;
}

static bool has(str s, const char *word)
{
    return str_find_nocase(s, str_from(word)) != STR_NOT_FOUND;
}

/* The command that a program says failed. */
static enum smtp_stage stage_told(str s)
{
    static const struct {
        const char *word;
        enum smtp_stage stage;
    } TOLD[] = {
        { "rcpt", SMTP_STAGE_RCPT },
        { "recipient", SMTP_STAGE_RCPT },
        { "mail from", SMTP_STAGE_MAIL },
        { "mail not", SMTP_STAGE_MAIL },
        { "from address", SMTP_STAGE_MAIL },
        { "sender", SMTP_STAGE_MAIL },
        { "data end", SMTP_STAGE_END_OF_DATA },
        { "data", SMTP_STAGE_DATA },
        { "starttls", SMTP_STAGE_STARTTLS },
        { "password", SMTP_STAGE_AUTH },
        { "username", SMTP_STAGE_AUTH },
        { "user &", SMTP_STAGE_AUTH },
        { "auth", SMTP_STAGE_AUTH },
        { "ehlo", SMTP_STAGE_EHLO },
        { "helo", SMTP_STAGE_EHLO },
    };
    for (size_t i = 0; i < COUNT_OF(TOLD); i++)
        if (has(s, TOLD[i].word))
            return TOLD[i].stage;
    return SMTP_STAGE_NONE;
}

static bool is_again(str before)
{
    return has(before, "error") || has(before, "failed") || has(before, "exception") ||
           has(before, "not accepted");
}

struct transcript_line transcript_line_read(str line)
{
    struct transcript_line l = { SIDE_NONE, .marked = false };
    bool edge = true;
    for (size_t i = 0; i < line.n && i < MARK_MAX; i++) {
        char c = line.p[i];
        str at = str_skip(line, i), rest, argument = STR_NONE;
        unsigned code;
        bool more;
        const struct verb *v = NULL;
        bool reply = edge && c >= '2' && c <= '5' && explain_words_code(at, &code, &more, &rest);
        if (edge && !reply && is_alpha(c))
            v = verb_at(at, &argument);
        edge = !is_alnum(c) && c != '.' && c != '_';
        if (!reply && !v)
            continue;
        str before = str_take(line, i);
        unsigned is = before_is(before);
        if (!is || (is == 3 && (v || !is_again(before))))
            continue;
        l.side = v                                          ? SIDE_CLIENT
                 : is == 3 || (is == 2 && is_again(before)) ? SIDE_AGAIN
                                                            : SIDE_SERVER;
        l.marked = is == 2;
        l.before = before;
        l.encrypted = has(before, "~");
        l.words = at;
        l.stage = v ? v->stage : l.side == SIDE_AGAIN ? stage_told(before) : SMTP_STAGE_NONE;
        l.old_helo = v && v->old_helo;
        l.argument = argument;
        return l;
    }
    return l;
}
