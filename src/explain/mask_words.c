/* SPDX-License-Identifier: ISC */
/*
 * explain/mask_words.c - secrets that show by their place: in a command line, a URL, a map of logins, a call
 */
#include "explain/mask_inside.h"
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Command lines and maps of logins
 */
/* Words that a secret follows, beside those that begin with "-" and end with the name of one. */
static const str FLAGS[] = {
    STR_INIT("-ap"), STR_INIT("--ap"),         STR_INIT("-xp"), STR_INIT("--oauth2-bearer"),
    STR_INIT("<<<"), STR_INIT("-AsPlainText"),
};
/* The secret is what follows the first colon. */
static const str PAIRS[] = { STR_INIT("-u"), STR_INIT("--user"), STR_INIT("--proxy-user") };

static str next_word(str *rest)
{
    size_t at = 0;
    while (at < rest->n && mask_blank(rest->p[at]))
        at++;
    str from = str_skip(*rest, at);
    char quote = from.n && (from.p[0] == '\'' || from.p[0] == '"') ? from.p[0] : ' ';
    str after = quote == ' ' ? from : str_skip(from, 1);
    size_t end = 0;
    while (end < after.n && (quote == ' ' ? !mask_blank(after.p[end]) : after.p[end] != quote))
        end++;
    *rest = str_skip(after, end + 1);
    str word = str_take(after, end);
    return word.n && word.p[word.n - 1] == '\r' ? str_take(word, word.n - 1) : word;
}

static bool is_one_of(str word, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(word, list[i]))
            return true;
    return false;
}

static bool is_email_or_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && !strchr("@._-+%", s.p[i]))
            return false;
    return s.n > 0;
}

/* Is all of the word the name of a secret, or its end ("--smtp-pass")? */
static bool ends_in_name(const struct mask *m, str word, bool whole)
{
    enum { LONGEST = 40 };
    for (size_t i = 0; i < word.n && word.n <= LONGEST && (i == 0 || !whole); i++) {
        str end = str_skip(word, i);
        if (mask_name_at(m, end) == end.n)
            return true;
    }
    return false;
}

static bool has_digit_and_letter(str s)
{
    bool digit = false, letter = false;
    for (size_t i = 0; i < s.n && i < 64; i++) {
        digit |= is_digit(s.p[i]);
        letter |= is_alpha(s.p[i]);
    }
    return digit && letter;
}

/* "anna@corp.example:s3cr3t", as most maps of logins have it; not "a@b.example:550", not "me@host:/path". */
static bool is_login(str word, size_t colon)
{
    str user = str_take(word, colon), secret = str_skip(word, colon + 1);
    bool code = secret.n >= 3 && is_digit(secret.p[0]) && is_digit(secret.p[1]) &&
                is_digit(secret.p[2]) && (secret.n == 3 || !is_alnum(secret.p[3]));
    return str_find_octet(user, '@') != STR_NOT_FOUND && is_email_or_name(user) && secret.n >= 4 &&
           !code && secret.p[0] != '/' && has_digit_and_letter(secret);
}

struct words {
    str before[4]; /* the newest first */
    size_t n;
    bool tests_login; /* a program was named whose -p is a password */
};

static bool follows_flag(const struct mask *m, const struct words *w, str word)
{
    str flag = w->before[0];
    if (is_one_of(flag, FLAGS, COUNT_OF(FLAGS)) || str_ends_nocase(flag, STR("securestring")) ||
        (flag.n > 1 && flag.p[0] == '-' && ends_in_name(m, flag, false)) ||
        (w->tests_login && str_eq(flag, STR("-p"))))
        return true;
    /* "password s3cr3t" alone on its line, or behind "login anna", as msmtp and .netrc have it */
    bool named = ends_in_name(m, flag, true) && !mask_no_secret(word);
    if (named && w->n > 2 &&
        (str_eq_nocase(w->before[2], STR("login")) || str_eq_nocase(w->before[2], STR("user"))))
        return true;
    /* "a1 LOGIN anna s3cr3t" of IMAP (RFC 9051 section 6.2.3) */
    if (w->n == 3 && str_eq(w->before[1], STR("LOGIN")) && has_digit_and_letter(w->before[2]))
        return true;
    return w->n > 2 && str_eq(w->before[2], STR("auth")) && str_eq(w->before[1], STR("test"));
}

/* What of the word stands behind a user. */
static str behind_user(const struct words *w, str word)
{
    size_t colon = str_find_octet(word, ':');
    if (colon == STR_NOT_FOUND)
        return STR_NONE;
    str secret = str_skip(word, colon + 1), before = w->before[0];
    bool bracket = str_starts(before, STR("[")) && str_find_octet(before, ']') != STR_NOT_FOUND;
    if (is_one_of(before, PAIRS, COUNT_OF(PAIRS)) ||
        (w->n == 1 && bracket && is_email_or_name(str_take(word, colon))))
        return secret;
    if (str_starts(word, STR("--user=")) || (str_starts(word, STR("-u")) && word.n > 2))
        return secret;
    for (str rest = word; colon != STR_NOT_FOUND; colon = str_find_octet(rest, ':')) {
        if (is_login(rest, colon))
            return str_skip(rest, colon + 1);
        rest = str_skip(rest, colon + 1);
    }
    return STR_NONE;
}

/* AuthInfo:x.example "U:anna" "P=czNjcjN0" of sendmail's access map. */
static str of_authinfo(str line, str word)
{
    bool has = str_starts(line, STR("AuthInfo:")) && word.n > 2 && word.p[0] == 'P' &&
               (word.p[1] == ':' || word.p[1] == '=');
    return has ? str_skip(word, 2) : STR_NONE;
}

static void hide_words(struct mask *m)
{
    struct words w = { .n = 0 };
    for (str rest = m->line; rest.n; w.n++) {
        str word = next_word(&rest);
        if (follows_flag(m, &w, word) ||
            (w.n == 1 && !str_trim(rest).n && ends_in_name(m, w.before[0], true) &&
             !mask_no_secret(word)))
            mask_hide(m, word);
        mask_hide(m, behind_user(&w, word));
        mask_hide(m, of_authinfo(m->line, word));
        w.tests_login |= str_ends_nocase(word, STR("testsaslauthd"));
        memmove(w.before + 1, w.before, sizeof w.before - sizeof *w.before);
        w.before[0] = word;
    }
}

/* ------------------------------------------------------------------------------------------------
 * scheme://user:secret@host
 */
/* The last at-sign before a blank ends the secret; before a slash, where what stands between colon and slash may be a
 * port. */
static void hide_in_urls(struct mask *m)
{
    str rest = m->line;
    for (size_t at; (at = str_find(rest, STR("://"))) != STR_NOT_FOUND;) {
        rest = str_skip(rest, at + 3);
        size_t end = 0, sign = STR_NOT_FOUND, colon = STR_NOT_FOUND;
        bool port = true;
        for (; end < rest.n && !mask_blank(rest.p[end]) && !strchr("\"'<>", rest.p[end]); end++) {
            char c = rest.p[end];
            if (c == '/' && (colon == STR_NOT_FOUND || port))
                break;
            if (c == ':' && colon == STR_NOT_FOUND)
                colon = end;
            else if (colon != STR_NOT_FOUND)
                port = port && is_digit(c);
            if (c == '@')
                sign = end;
        }
        if (colon != STR_NOT_FOUND && sign != STR_NOT_FOUND && colon < sign)
            mask_hide(m, (str){ rest.p + colon + 1, sign - colon - 1 });
        rest = str_skip(rest, end);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Calls that take a login
 */
static const struct call {
    str name;
    unsigned secret; /* which of the arguments, counted from 0 */
} CALLS[] = {
    { STR_INIT("login("), 1 },
    { STR_INIT("authenticate("), 1 },
    { STR_INIT("networkcredential("), 1 },
    { STR_INIT("pscredential("), 1 },
    { STR_INIT("passwordauthentication("), 1 },
    { STR_INIT("credentials::new("), 1 },
    { STR_INIT("plainauth("), 2 },
    { STR_INIT("crammd5auth("), 1 },
    { STR_INIT("newdialer("), 3 },
    { STR_INIT("newplaindialer("), 3 },
    { STR_INIT("transport.connect("), 2 },
    { STR_INIT("smtp.start("), 4 },
};

/* Octets looked at. */
static size_t hide_argument(struct mask *m, str arguments, unsigned which)
{
    unsigned number = 0, depth = 0;
    for (size_t i = 0; i < arguments.n; i++) {
        str rest = str_skip(arguments, i);
        size_t quote = mask_quote_at(rest);
        if (quote) {
            str inside = str_skip(rest, quote);
            size_t end = mask_quoted_end(inside, str_take(rest, quote));
            if (number == which) {
                mask_hide(m, str_take(inside, end));
                return i + quote + end;
            }
            size_t close = mask_quote_at(str_skip(inside, end));
            i += quote + end + (close ? close : 1) - 1;
        } else if (rest.p[0] == ',') {
            number += !depth;
        } else if (rest.p[0] == '(') {
            depth++;
        } else if (rest.p[0] == ')' && !depth--) {
            return i;
        }
    }
    return arguments.n;
}

static void hide_in_calls(struct mask *m)
{
    enum { ARGUMENTS_MAX = 1024, NAME_MAX_OCTETS = 24 };
    str rest = m->line;
    for (size_t at; (at = str_find_octet(rest, '(')) != STR_NOT_FOUND;) {
        str name = str_take(rest, at + 1);
        if (name.n > NAME_MAX_OCTETS)
            name = str_skip(name, name.n - NAME_MAX_OCTETS);
        rest = str_skip(rest, at + 1);
        for (size_t i = 0; i < COUNT_OF(CALLS); i++)
            if (str_ends_nocase(name, CALLS[i].name)) {
                rest = str_skip(rest,
                                hide_argument(m, str_take(rest, ARGUMENTS_MAX), CALLS[i].secret));
                break;
            }
    }
}

/* "echo -n 's3cr3t' | base64": what is made into an answer to AUTH by hand, and on the next line what came out. */
static void hide_encoded(struct mask *m)
{
    size_t at = str_find_nocase(m->line, STR("base64"));
    if (at == STR_NOT_FOUND || (str_find_octet(m->line, '|') == STR_NOT_FOUND &&
                                str_find(m->line, STR("<<<")) == STR_NOT_FOUND &&
                                str_find(m->line, STR("encode_base64(")) == STR_NOT_FOUND))
        return;
    m->awaits = true;
    for (size_t i = 0; i < m->line.n; i++) {
        str rest = str_skip(m->line, i);
        size_t quote = mask_quote_at(rest);
        if (!quote)
            continue;
        size_t end = mask_quoted_end(str_skip(rest, quote), str_take(rest, quote));
        mask_hide(m, str_take(str_skip(rest, quote), end));
        i += quote + end;
    }
}

void mask_words_line(struct mask *m)
{
    hide_encoded(m);
    hide_words(m);
    hide_in_urls(m);
    hide_in_calls(m);
}
