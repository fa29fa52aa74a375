/* SPDX-License-Identifier: ISC */
/*
 * explain/read_library.c - error values, exceptions and stack traces of libraries that send mail
 *
 * What they have in common is more than what tells them apart: a reply stands somewhere in them, with words around
 * it that say what was being done. So one reader looks for replies, and a table of words knows the libraries.
 */
#include "explain/library.h"
#include "explain/read.h"
#include "explain/words.h"

#include <string.h>

enum {
    LINE_MAX_OCTETS = 2000, /* of a line in which words are looked for */
    LINES_BACK = 3,         /* before a reply, in which words say what was being done */
    TEXT_MAX = 512 << 10,   /* of a text; a stack trace is shorter */
    WORDS_ALONE = 4         /* refusals without a code that are kept */
};

struct reader {
    struct explain_page *page;
    size_t first;                       /* of our refusals */
    enum smtp_stage stages[LINES_BACK]; /* that the last lines spoke of */
    enum smtp_stage stage_anywhere;     /* the first that any line spoke of */
    bool signed_;                       /* words of a library were there */
};

static str beginning(const struct explain_page *p)
{
    return str_take(p->plain, TEXT_MAX);
}

static bool has(str s, const char *words)
{
    return str_find(s, str_from(words)) != STR_NOT_FOUND;
}

/* The command that nodemailer and others name: "command: 'RCPT TO'". */
static enum smtp_stage command_named(str line)
{
    static const struct {
        const char *words;
        enum smtp_stage stage;
    } COMMANDS[] = {
        { "RCPT TO", SMTP_STAGE_RCPT },     { "MAIL FROM", SMTP_STAGE_MAIL },
        { "DATA", SMTP_STAGE_END_OF_DATA }, { "AUTH ", SMTP_STAGE_AUTH },
        { "CONN", SMTP_STAGE_CONNECT },     { "STARTTLS", SMTP_STAGE_STARTTLS },
        { "EHLO", SMTP_STAGE_EHLO },        { "API", SMTP_STAGE_AUTH },
    };
    size_t at = str_find(line, STR("command"));
    if (at == STR_NOT_FOUND)
        return SMTP_STAGE_NONE;
    str named = str_skip(line, at + 7);
    while (named.n &&
           (named.p[0] == '"' || named.p[0] == '\'' || named.p[0] == ':' || named.p[0] == ' '))
        named = str_skip(named, 1);
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
        if (str_starts(named, str_from(COMMANDS[i].words)))
            return COMMANDS[i].stage;
    return SMTP_STAGE_NONE;
}

/* Words of the table in a line: what they tell goes to the page. The stage that they speak of. */
static enum smtp_stage signs(struct reader *r, str line)
{
    enum smtp_stage stage = command_named(line);
    for (size_t i = 0; i < LIBRARY_SIGNS_COUNT; i++) {
        const struct library_sign *s = &LIBRARY_SIGNS[i];
        if (!has(line, s->words))
            continue;
        r->signed_ = true;
        r->page->facts |= s->facts;
        if (!r->page->program.n)
            r->page->program = str_from(s->program);
        if (stage == SMTP_STAGE_NONE)
            stage = s->stage;
    }
    return stage;
}

/* "host: 'mail.example.org', port: 587", "connect ECONNREFUSED 192.0.2.1:25", and how others say it. */
static void settings(struct explain_page *p, str line)
{
    static const char *const LEADS[] = {
        "SMTP host: ",
        "host, port: ",
        "with host ",
        "connect to host ",
        "ECONNREFUSED ",
        "ETIMEDOUT ",
        "ENOTFOUND ",
        "EHOSTUNREACH ",
        "ENETUNREACH ",
        "opening to ",
        "dial tcp ",
        "dial tcp: lookup ",
        "onnect to ssl://",
        "onnect to tls://",
        "onnect to tcp://",
        "onnecting to ",
        "onnect to ",
        "host: ",
        "host\": ",
        "hostname: ",
        "Host: ",
        "Server: ",
        "on SMTP server ",
        "UnknownHostException: ",
        "stream_socket_client(): Unable to connect to ",
    };
    for (size_t i = 0; i < COUNT_OF(LEADS) && !p->server.n; i++) {
        size_t at = str_find(line, str_from(LEADS[i]));
        if (at != STR_NOT_FOUND)
            explain_words_server(
                p, str_skip(line, at + str_from(LEADS[i]).n -
                                      (LEADS[i][str_from(LEADS[i]).n - 1] == '/' ? 6 : 0)));
    }
    size_t at = str_find(line, STR("port: "));
    uint64_t port;
    if (!p->port && at != STR_NOT_FOUND) {
        str digits = str_skip(line, at + 6);
        size_t n = 0;
        while (n < digits.n && is_digit(digits.p[n]))
            n++;
        if (str_to_u64(str_take(digits, n), 65535, &port))
            p->port = (uint16_t)port;
    }
}

static enum smtp_stage stage_near(const struct reader *r, enum smtp_stage here)
{
    for (size_t i = 0; i < LINES_BACK && here == SMTP_STAGE_NONE; i++)
        here = r->stages[i];
    return here;
}

/* Was it told before? What has no words of its own adds nothing to what has them. */
static bool is_told(const struct explain_page *p, const struct explain_said *s)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct explain_said *o = &p->said[i];
        if (s->code && o->code && s->code != o->code)
            continue;
        if (!s->text.n || str_find(o->text, s->text) != STR_NOT_FOUND)
            return true;
    }
    return false;
}

/* A refusal of ours with that code and without words: "code 550, with message '550 no'". */
static struct explain_said *bare(struct reader *r, unsigned code)
{
    for (size_t i = r->first; i < r->page->count; i++)
        if (code && r->page->said[i].code == code && !r->page->said[i].text.n)
            return &r->page->said[i];
    return NULL;
}

static bool login_refused(unsigned code)
{
    return code == 535 || code == 534 || code == 526 || code == 525;
}

static void say(struct reader *r, const struct explain_said *s)
{
    struct explain_page *p = r->page;
    if (is_told(p, s))
        return;
    struct explain_said *said = bare(r, s->code);
    if (!said)
        said = explain_say(p, FORM_LIBRARY);
    if (!said)
        return;
    *said = *s;
    said->by = p->server;
    if (login_refused(s->code))
        p->facts |= FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED;
    if (s->end == SMTP_END_TLS_FAILED)
        p->facts |= FACT_TLS_FAILED;
}

/* What programs put behind a reply on its line. */
static str without_tail(str reply)
{
    static const char *const TAILS[] = { "\" in /",
                                         "' in /",
                                         "\" on line ",
                                         "' on line ",
                                         "; nested exception",
                                         " [SMTP: ",
                                         "\", code ",
                                         "\". in /",
                                         "' (code",
                                         ", qid",
                                         "]' in ",
                                         " SMTP code: ",
                                         " SMTP connect() failed",
                                         "Failed messages:",
                                         " (Net::SMTP",
                                         "\n\tat ",
                                         "\n  at ",
                                         "\n    at ",
                                         "\n   at ",
                                         "] in /" };
    for (size_t i = 0; i < COUNT_OF(TAILS); i++) {
        size_t at = str_find(reply, str_from(TAILS[i]));
        if (at != STR_NOT_FOUND && at > 3)
            reply = str_take(reply, at);
    }
    reply = str_trim(reply);
    while (reply.n && (reply.p[reply.n - 1] == '"' || reply.p[reply.n - 1] == '\'' ||
                       reply.p[reply.n - 1] == '`'))
        reply.n--;
    return reply;
}

/* "Detail: relaying denied SMTP code: 550 Additional SMTP info: 5.7.1" of PHPMailer. */
static bool detail(struct reader *r, str line, enum smtp_stage stage)
{
    size_t words = str_find(line, STR("Detail: ")), code = str_find(line, STR("SMTP code: "));
    if (words == STR_NOT_FOUND || code == STR_NOT_FOUND || code < words)
        return false;
    struct explain_said s = { .form = FORM_LIBRARY, .stage = stage };
    bool more;
    str rest;
    if (!explain_words_code(str_skip(line, code + 11), &s.code, &more, &rest) || s.code < 400)
        return false;
    s.text = explain_words_fold(str_take(str_skip(line, words + 8), code - words - 8),
                                r->page->memory);
    size_t info = str_find(line, STR("SMTP info: "));
    if (info == STR_NOT_FOUND ||
        !explain_words_enhanced(str_skip(line, info + 11), &s.enhanced, &rest))
        s.enhanced = (struct smtp_enhanced){ 0 };
    say(r, &s);
    return true;
}

/* The words behind the last "Exception: " or "Error: " of a line, or behind what announces a server's words. */
static str announced(str line)
{
    static const char *const LEADS[] = { "The server response was: ",
                                         "erver responded: ",
                                         "erver replied: ",
                                         "server said: ",
                                         "esponse: ",
                                         "with message '",
                                         "with message \"",
                                         "Exception: ",
                                         "Error: ",
                                         "Error message: ",
                                         "failed: ",
                                         "msmtp: ",
                                         "sendmail: ",
                                         "ssmtp: ",
                                         "error: ",
                                         "refused: " };
    for (size_t i = 0; i < COUNT_OF(LEADS); i++) {
        size_t at = str_find(line, str_from(LEADS[i])), n = str_from(LEADS[i]).n;
        if (at == STR_NOT_FOUND)
            continue;
        str words = str_skip(line, at + n);
        size_t next = str_find(words, str_from(LEADS[i]));
        return without_tail(next == STR_NOT_FOUND ? words : str_skip(words, next + n));
    }
    return STR_NONE;
}

/* Every reply of a line; *rest is what follows the line, and then what follows the last of them. */
static void replies(struct reader *r, str line, str *rest, enum smtp_stage stage)
{
    struct explain_page *p = r->page;
    if (detail(r, line, stage))
        return;
    while (line.n && p->count < EXPLAIN_SAID_MAX) {
        size_t at = explain_words_find(line);
        if (at == STR_NOT_FOUND)
            return;
        str from = { line.p + at, (size_t)(p->plain.p + p->plain.n - (line.p + at)) };
        str all = explain_words_whole(p->plain, from, rest);
        struct explain_said s = { .form = FORM_LIBRARY, .stage = stage };
        bool is_reply = explain_words_reply(without_tail(all), p->memory, &s);
        if (is_reply && !s.code && !s.text.n) /* qmail's number stands behind its words */
            s.text = explain_words_fold(announced(line), p->memory);
        if (is_reply && !(s.code && s.code < 400))
            say(r, &s);
        size_t used = at + all.n;
        line = used > at && used < line.n ? str_skip(line, used) : STR_NONE;
    }
}

static const struct library_end *end_in(str line)
{
    for (size_t i = 0; i < LIBRARY_ENDS_COUNT; i++)
        if (str_find_nocase(line, str_from(LIBRARY_ENDS[i].words)) != STR_NOT_FOUND)
            return &LIBRARY_ENDS[i];
    return NULL;
}

/* No reply was found: what the program says in its own words, an exception's and those of what is nested in it as one
 * refusal. */
static void words_alone(struct reader *r)
{
    struct explain_page *p = r->page;
    const struct library_end *end = NULL;
    str told = STR_NONE;
    unsigned count = 0;
    for (str rest = beginning(p); rest.p && count < WORDS_ALONE;) {
        str line = str_trim(str_take(explain_words_line(&rest), LINE_MAX_OCTETS));
        if (!line.n || str_starts(line, STR("at ")) || str_starts(line, STR("File \"")))
            continue;
        const struct library_end *here = end_in(line);
        str words = announced(line);
        if (!here && !words.n)
            continue;
        end = !end || (here && here < end) ? here : end;
        bool whole = !here || (words.n > 12 &&
                               str_find_nocase(words, str_from(here->words)) != STR_NOT_FOUND);
        words = explain_words_fold(whole ? words : line, p->memory);
        if (words.n && str_find(told, words) == STR_NOT_FOUND) {
            told = told.n ? arena_printf(p->memory, "%.*s; %.*s", STR_ARG(told), STR_ARG(words))
                          : words;
            count++;
        }
    }
    if (!told.n)
        return;
    struct explain_said s = { .form = FORM_LIBRARY,
                              .stage = end ? end->stage : r->stage_anywhere,
                              .end = end ? end->end : SMTP_END_REPLY,
                              .text = str_take(told, EXPLAIN_WORDS_MAX) };
    if (s.end != SMTP_END_REPLY)
        s.hop = HOP_CLIENT;
    say(r, &s);
}

static void lines(struct reader *r)
{
    for (str rest = beginning(r->page); rest.p;) {
        str line = str_take(explain_words_line(&rest), LINE_MAX_OCTETS);
        enum smtp_stage here = signs(r, line);
        if (r->stage_anywhere == SMTP_STAGE_NONE)
            r->stage_anywhere = here;
        settings(r->page, line);
        replies(r, line, &rest, stage_near(r, here));
        memmove(r->stages + 1, r->stages, (LINES_BACK - 1) * sizeof *r->stages);
        r->stages[0] = here;
    }
}

static bool is_signed(str plain)
{
    for (size_t i = 0; i < LIBRARY_SIGNS_COUNT; i++)
        if (has(plain, LIBRARY_SIGNS[i].words))
            return true;
    return false;
}

void explain_read_library(struct explain_page *p)
{
    if (p->form == FORM_BOUNCE || (p->form == FORM_LOG && p->count) || !is_signed(beginning(p)))
        return;
    struct reader r = { .page = p, .first = p->count };
    lines(&r);
    if (p->count == r.first && !p->count)
        words_alone(&r);
    for (size_t i = r.first; i < p->count;
         i++) /* the words that name a step may come behind its reply */
        if (p->said[i].stage == SMTP_STAGE_NONE)
            p->said[i].stage = r.stage_anywhere;
    if (p->form == FORM_NONE ||
        (p->form == FORM_LOG && p->count)) /* a log's form and no refusal in it */
        p->form = FORM_LIBRARY;
    if (p->form == FORM_LIBRARY || p->form == FORM_TRANSCRIPT)
        p->facts |= FACT_FROM_PROGRAM;
}
