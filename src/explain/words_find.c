/* SPDX-License-Identifier: ISC */
/*
 * explain/words_find.c - where a reply stands in a line, and where it ends
 */
#include "explain/words.h"

enum {
    LOOK_BACK = 24,    /* octets before a code in which the words that announce it are looked for */
    LOOK_AHEAD = 32,   /* behind a code, for its enhanced status code */
    WRAPPED_AT = 50,   /* a shorter line was not wrapped */
    WRAPPED_LINES = 8, /* of one reply, at most */
    MANY_LINES = 40,   /* of a reply whose lines all have their code */
    STRING_MAX = 4096, /* octets of a program's string */
    SERVER_MAX = 160
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

/* "mail.example.org:587", "[192.0.2.1]:465", "File.java:439", "File.php(439)": a port, or the number of a line. But
 * "SMTPDataError(550, ...". */
static bool is_glued(str before, str after)
{
    if (before.n < 2 || (before.p[before.n - 1] != ':' &&
                         !(before.p[before.n - 1] == '(' && after.n && after.p[0] == ')')))
        return false;
    char c = before.p[before.n - 2];
    return is_alnum(c) || c == ']' || c == ')' || c == '.';
}

static bool is_announced(str before, str after)
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
    if (colon && !is_glued(before, after))
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
    bool first = before.n == 0 || !str_trim(before).n;
    if (!first && before.n > 0 && !is_open(before.p[before.n - 1]) &&
        before.p[before.n - 1] != ':' && before.p[before.n - 1] != ';' &&
        before.p[before.n - 1] != '=' && before.p[before.n - 1] != '>')
        return false;
    if (explain_words_code(text, &code, &more, &rest)) {
        if (code >= 400 && code < 420)
            return false; /* HTTP has these, SMTP does not */
        words = str_trim(explain_words_to_line_end(str_take(rest, LOOK_AHEAD)));
        bool status = explain_words_enhanced(words, &x, &words) && x.class == code / 100;
        if (first)
            return code >= 200 && (more || status || !words.n || !is_digit(words.p[0]));
        return code >= 400 &&
               (status || (is_announced(before, rest) && (!words.n || !is_digit(words.p[0]))));
    }
    if (!explain_words_enhanced(text, &x, &rest) || x.class == 2)
        return false;
    if (first || text.p[0] == '#' || text.p[0] == '(' || before.p[before.n - 1] == '#')
        return true;
    return is_announced(before, rest);
}

/* The octets in front of a reply on its line that the line may begin with: blanks, quotes, brackets. */
size_t explain_words_find(str line)
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
    return last_line >= WRAPPED_AT && lines < WRAPPED_LINES &&
           explain_words_find(line) == STR_NOT_FOUND && !explain_words_enhanced(bare, &x, &rest);
}

/* The quote that stands before a string of a program: "550", b'5.7.1 no'" has it behind the code. '\0': none. */
static char quote_before(str plain, str start, size_t *opened)
{
    char before = start.p > plain.p ? start.p[-1] : ' ';
    *opened = 0;
    if (before == '"' || before == '\'' || before == '`')
        return before;
    unsigned code;
    bool more;
    str rest;
    if (!explain_words_code(start, &code, &more, &rest) || rest.p[-1] == '-' || !rest.n)
        return '\0';
    while (rest.n && (rest.p[0] == ',' || rest.p[0] == ' '))
        rest = str_skip(rest, 1);
    if (rest.n > 1 && (rest.p[0] == 'b' || rest.p[0] == 'u'))
        rest = str_skip(rest, 1);
    if (!rest.n || (rest.p[0] != '"' && rest.p[0] != '\''))
        return '\0';
    *opened = (size_t)(rest.p - start.p) + 1;
    return rest.p[0];
}

/* Octets up to the quote that closes it: one with no letter behind, as an apostrophe has. 0: it is not closed. */
static size_t to_close(str start, char quote, size_t from)
{
    for (size_t i = from; quote && i < start.n && i < STRING_MAX; i++)
        if (start.p[i] == quote && (i + 1 == start.n || !is_alnum(start.p[i + 1])))
            return i;
    return 0;
}

/* The reply at start, with the lines that belong to it; *rest is what follows the first line, and then them. */
str explain_words_whole(str plain, str start, str *rest)
{
    size_t opened;
    char quote = quote_before(plain, start, &opened);
    size_t close = to_close(start, quote, opened);
    if (close) {
        while (rest->p && rest->p < start.p + close)
            explain_words_line(rest);
        return str_take(start, close);
    }
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

void explain_words_server(struct explain_page *p, str s)
{
    s = str_take(s, SERVER_MAX);
    while (s.n && !is_alnum(s.p[0]) && s.p[0] != '[')
        s = str_skip(s, 1);
    size_t scheme = str_find(str_take(s, 12), STR("://"));
    if (scheme != STR_NOT_FOUND) { /* "ssl://", "smtps://" */
        bool tls = str_starts(s, STR("ssl")) || str_starts(s, STR("smtps"));
        if (tls && p->security == SMTP_SECURITY_AUTO)
            p->security = SMTP_SECURITY_TLS;
        s = str_skip(s, scheme + 3);
    }
    size_t n = 0;
    if (s.n && s.p[0] == '[') {
        size_t close = str_find_octet(s, ']');
        n = close == STR_NOT_FOUND ? 0 : close + 1;
    }
    while (n < s.n && (is_alnum(s.p[n]) || s.p[n] == '.' || s.p[n] == '-' || s.p[n] == '_'))
        n++;
    str host = str_take(s, n);
    while (host.n && host.p[host.n - 1] == '.')
        host.n--;
    if (!host.n || str_find_octet(host, '.') == STR_NOT_FOUND)
        if (!str_eq_nocase(host, STR("localhost")))
            return;
    if (!p->server.n)
        p->server = host;
    str rest = str_skip(s, n);
    size_t port = str_find_nocase(rest, STR("port"));
    rest = port == STR_NOT_FOUND ? rest : str_skip(rest, port + 4);
    while (rest.n && !is_alnum(rest.p[0]))
        rest = str_skip(rest, 1);
    size_t digits = 0;
    while (digits < rest.n && is_digit(rest.p[digits]))
        digits++;
    uint64_t number;
    if (!p->port && digits >= 2 && str_to_u64(str_take(rest, digits), 65535, &number))
        p->port = (uint16_t)number;
}
