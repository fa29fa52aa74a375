/* SPDX-License-Identifier: ISC */
/*
 * explain/mask.c - secrets that stand behind a name: password=, --password, user:secret@host
 */
#include "explain/mask.h"
#include "explain/mask_inside.h"
#include <string.h>

static const str HIDDEN = STR_INIT("[hidden]");

void mask_hide(struct mask *m, str part)
{
    if (part.n)
        memset(m->hidden + (part.p - m->text.p), 1, part.n);
}

/* ------------------------------------------------------------------------------------------------
 * NAME = VALUE, as settings, JSON, PHP, Python, YAML, XML and query strings have it
 */

/* Ends of names: "smtp_password" and "EMAIL_HOST_PASSWORD" end in one of them. What is not ASCII is held against
 * the octets as they are, with a small and with a capital letter at its beginning. */
static const str NAMES_OF_SECRETS[] = {
    STR_INIT("password"),
    STR_INIT("passwd"),
    STR_INIT("pass"),
    STR_INIT("pwd"),
    STR_INIT("passphrase"),
    STR_INIT("passcode"),
    STR_INIT("passwort"),
    STR_INIT("kennwort"),
    STR_INIT("mot de passe"),
    STR_INIT("motdepasse"),
    STR_INIT("contrase\xc3\xb1"
             "a"),
    STR_INIT("contrasena"),
    STR_INIT("clave"),
    STR_INIT("senha"),
    STR_INIT("wachtwoord"),
    STR_INIT("l\xc3\xb6senord"),
    STR_INIT("losenord"),
    STR_INIT("adgangskode"),
    STR_INIT("passord"),
    STR_INIT("salasana"),
    STR_INIT("has\xc5\x82o"),
    STR_INIT("haslo"),
    STR_INIT("heslo"),
    STR_INIT("jelsz\xc3\xb3"),
    STR_INIT("parola"),
    STR_INIT("\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"),
    STR_INIT("\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"),
    STR_INIT("\xe5\xaf\x86\xe7\xa0\x81"),
    STR_INIT("\xe5\xaf\x86\xe7\xa2\xbc"),
    STR_INIT("\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89"),
    STR_INIT("\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8"),
    STR_INIT("secret"),
    STR_INIT("secret_key"),
    STR_INIT("secretkey"),
    STR_INIT("secret-key"),
    STR_INIT("token"),
    STR_INIT("api_key"),
    STR_INIT("apikey"),
    STR_INIT("api-key"),
    STR_INIT("api key"),
    STR_INIT("private_key"),
    STR_INIT("access_key"),
    STR_INIT("authkey"),
    STR_INIT("auth_key"),
    STR_INIT("authpass"),
    STR_INIT("authorization"),
    STR_INIT("credentials"),
};

/* Said of a password, and none. */
static const str NO_SECRETS[] = {
    STR_INIT("failed"),   STR_INIT("incorrect"), STR_INIT("invalid"), STR_INIT("wrong"),
    STR_INIT("required"), STR_INIT("missing"),   STR_INIT("expired"), STR_INIT("rejected"),
    STR_INIT("null"),     STR_INIT("nil"),       STR_INIT("none"),    STR_INIT("undefined"),
    STR_INIT("true"),     STR_INIT("false"),     STR_INIT("yes"),     STR_INIT("no"),
    STR_INIT("error"),    STR_INIT("not"),       STR_INIT("bad"),     STR_INIT("normal"),
    STR_INIT("string"),   STR_INIT("set"),       STR_INIT("unset"),   STR_INIT("empty"),
    STR_INIT("denied"),   STR_INIT("mismatch"),  STR_INIT("unknown"), STR_INIT("authentication"),
    STR_INIT("login"),    STR_INIT("user"),      STR_INIT("please"),  STR_INIT("cannot"),
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The octets of the name at the start of s; 0: none. The longest counts. */
static size_t name_at(const struct mask *m, str s)
{
    size_t longest = 0;
    if (!m->begins_name[(unsigned char)s.p[0]])
        return 0;
    const char first = to_lower(s.p[0]);
    for (size_t i = 0; i < COUNT_OF(NAMES_OF_SECRETS); i++)
        if (to_lower(NAMES_OF_SECRETS[i].p[0]) == first && NAMES_OF_SECRETS[i].n > longest &&
            str_starts_nocase(s, NAMES_OF_SECRETS[i]))
            longest = NAMES_OF_SECRETS[i].n;
    return longest;
}

/* A quote as it is written at the start of s: plain, escaped, as an entity of HTML. Its octets; 0: none. */
static size_t quote_at(str s)
{
    static const str QUOTES[] = { STR_INIT("\""),
                                  STR_INIT("'"),
                                  STR_INIT("`"),
                                  STR_INIT("\\\""),
                                  STR_INIT("\\'"),
                                  STR_INIT("&quot;"),
                                  STR_INIT("&#34;"),
                                  STR_INIT("&#39;"),
                                  STR_INIT("&apos;"),
                                  STR_INIT("\xe2\x80\x9c"),
                                  STR_INIT("\xe2\x80\x9d"),
                                  STR_INIT("\xe2\x80\x98"),
                                  STR_INIT("\xe2\x80\x99") };
    for (size_t i = 0; i < COUNT_OF(QUOTES); i++)
        if (str_starts(s, QUOTES[i]))
            return QUOTES[i].n;
    return 0;
}

/* What may stand between the name and its value: "=", ":", "=>", "]=", ">" of XML, blanks and closing quotes around
 * it. The octets; 0: no value follows. */
static size_t separator_at(str s, bool *xml)
{
    size_t at = 0;
    while (at < s.n && (s.p[at] == ']' || s.p[at] == ')' || is_blank(s.p[at])))
        at++;
    at += quote_at(str_skip(s, at));
    while (at < s.n && (s.p[at] == ']' || is_blank(s.p[at])))
        at++;
    static const str SIGNS[] = { STR_INIT("=&gt;"), STR_INIT("=>"),          STR_INIT(":="),
                                 STR_INIT("="),     STR_INIT(":"),           STR_INIT("&gt;"),
                                 STR_INIT(">"),     STR_INIT("\xef\xbc\x9a") };
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++) {
        if (!str_starts(str_skip(s, at), SIGNS[i]))
            continue;
        *xml = str_eq(SIGNS[i], STR(">")) || str_eq(SIGNS[i], STR("&gt;"));
        for (at += SIGNS[i].n; at < s.n && is_blank(s.p[at]); at++)
            ;
        return at;
    }
    return 0;
}

static bool ends_bare(char c)
{
    return is_blank(c) || c == ',' || c == ';' || c == '<' || c == '"' || c == '\'' || c == ')' ||
           c == '}' || c == '&';
}

static bool is_no_secret(str value)
{
    while (value.n && !is_alnum(value.p[value.n - 1]))
        value.n--;
    for (size_t i = 0; i < COUNT_OF(NO_SECRETS); i++)
        if (str_eq_nocase(value, NO_SECRETS[i]))
            return true;
    return value.n == 0;
}

/* "Password: authentication failed": words of a sentence, and no value. */
static bool is_sentence(str value)
{
    size_t words = 0;
    for (str rest = str_trim(value); rest.n; words++) {
        str word = str_cut(&rest, ' ');
        for (size_t i = 0; i < word.n; i++)
            if (!is_alpha(word.p[i]) &&
                !(i + 1 == word.n && (word.p[i] == '.' || word.p[i] == ',')))
                return false;
    }
    return words > 1;
}

/* Where the value at the start of s ends. own_line: the name began its line, as in a settings file, so that blanks
 * and signs may belong to the value. */
static size_t value_end(str s, bool own_line)
{
    size_t quote = quote_at(s);
    if (quote) {
        str inside = str_skip(s, quote);
        size_t end = str_find(inside, str_take(s, quote));
        return end == STR_NOT_FOUND ? s.n : quote + end;
    }
    size_t end = 0;
    if (own_line)
        return s.n;
    while (end < s.n && !ends_bare(s.p[end]))
        end++;
    return end;
}

/* Hides the value at the start of s, if it is one. Octets that need not be looked at again. No further is looked for
 * words than LOOKED: the value may be the rest of a very long line. */
static size_t hide_value(struct mask *m, str s, bool own_line, bool xml)
{
    enum { LOOKED = 256 };
    size_t quote = quote_at(s);
    str inside = str_skip(s, quote), looked = str_take(inside, LOOKED);
    /* "Authorization: Basic c2VjcmV0": the scheme may be read, what follows it not. */
    if (str_starts_nocase(looked, STR("basic")) || str_starts_nocase(looked, STR("bearer")) ||
        str_starts(looked, HIDDEN))
        return 0;
    if (xml) {
        size_t end = str_find_octet(s, '<'), coded = str_find(s, STR("&lt;"));
        str value = str_take(s, end < coded ? end : coded);
        mask_hide(m, value);
        return value.n;
    }
    size_t word = 0;
    while (word < looked.n && !ends_bare(looked.p[word]))
        word++;
    if (is_no_secret(str_take(looked, word)) || (!quote && is_sentence(looked)))
        return quote + word;
    size_t end = value_end(s, own_line);
    mask_hide(m, (str){ s.p + quote, end - quote });
    return end;
}

/* A name may be the end of a longer one ("smtpPassword", "MAIL_PASS"), and must be followed by a separator. */
static void hide_named(struct mask *m)
{
    str line = m->line;
    bool first_word = true, begun = false;
    for (size_t i = 0; i < line.n; i++) {
        str rest = str_skip(line, i);
        size_t name = name_at(m, rest), sign = 0;
        bool xml = false;
        if (name)
            sign = separator_at(str_skip(rest, name), &xml);
        if (sign) {
            size_t value = hide_value(m, str_skip(rest, name + sign), first_word && !xml, xml);
            i += name + sign + value - 1;
            first_word = false;
        } else {
            i += name ? name - 1 : 0;
            first_word = first_word && !(begun && is_blank(line.p[i])) &&
                         !strchr("/?&(", line.p[i]);
            begun = begun || is_alnum(line.p[i]);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Command lines, URLs, maps of logins
 */
static const str FLAGS[] = {
    STR_INIT("-ap"),        STR_INIT("-xp"),      STR_INIT("--auth-password"),
    STR_INIT("--password"), STR_INIT("--pass"),   STR_INIT("-password"),
    STR_INIT("-Password"),  STR_INIT("--passwd"), STR_INIT("--oauth2-bearer"),
    STR_INIT("-pass"),
};
/* The secret is what follows the first colon. */
static const str PAIRS[] = { STR_INIT("-u"), STR_INIT("--user"), STR_INIT("--proxy-user") };

static str next_word(str *rest)
{
    size_t at = 0;
    while (at < rest->n && is_blank(rest->p[at]))
        at++;
    str from = str_skip(*rest, at);
    char quote = from.n && (from.p[0] == '\'' || from.p[0] == '"') ? from.p[0] : ' ';
    str after = quote == ' ' ? from : str_skip(from, 1);
    size_t end = 0;
    while (end < after.n && (quote == ' ' ? !is_blank(after.p[end]) : after.p[end] != quote))
        end++;
    *rest = str_skip(after, end + 1);
    return str_take(after, end);
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

/* Words of a command line; and in a map of logins, "[host]:587 user:secret" or "host:user:secret", what stands
 * behind the user. */
static void hide_words(struct mask *m)
{
    str rest = m->line, before = STR_NONE;
    for (size_t n = 0; rest.n; n++) {
        str word = next_word(&rest);
        if (is_one_of(before, FLAGS, COUNT_OF(FLAGS)))
            mask_hide(m, word);
        size_t colon = str_find_octet(word, ':');
        if (colon != STR_NOT_FOUND && is_one_of(before, PAIRS, COUNT_OF(PAIRS)))
            mask_hide(m, str_skip(word, colon + 1));
        bool map = n == 1 && str_starts(before, STR("[")) &&
                   str_find_octet(before, ']') != STR_NOT_FOUND;
        if (colon != STR_NOT_FOUND && map && is_email_or_name(str_take(word, colon)))
            mask_hide(m, str_skip(word, colon + 1));
        before = word;
    }
}

/* scheme://user:secret@host. The last at-sign before a slash or blank ends it. */
static void hide_in_urls(struct mask *m)
{
    str rest = m->line;
    for (size_t at; (at = str_find(rest, STR("://"))) != STR_NOT_FOUND;) {
        rest = str_skip(rest, at + 3);
        size_t end = 0, sign = STR_NOT_FOUND, colon = STR_NOT_FOUND;
        for (; end < rest.n && !is_blank(rest.p[end]) && !strchr("/\"'<>", rest.p[end]); end++) {
            if (rest.p[end] == ':' && colon == STR_NOT_FOUND)
                colon = end;
            if (rest.p[end] == '@')
                sign = end;
        }
        if (colon != STR_NOT_FOUND && sign != STR_NOT_FOUND && colon < sign)
            mask_hide(m, (str){ rest.p + colon + 1, sign - colon - 1 });
        rest = str_skip(rest, end);
    }
}

/* ------------------------------------------------------------------------------------------------
 * All of it
 */
static str copy_without(const struct mask *m, struct arena *memory, size_t *count)
{
    size_t runs = 0, n = 0;
    for (size_t i = 0; i < m->text.n; i++) {
        bool begins = m->hidden[i] && (i == 0 || !m->hidden[i - 1]);
        runs += begins;
        n += begins ? HIDDEN.n : !m->hidden[i];
    }
    *count = runs;
    char *to = arena_alloc(memory, n + 1);
    str out = { to, n };
    if (!to)
        return STR_NONE;
    for (size_t i = 0; i < m->text.n; i++) {
        if (!m->hidden[i])
            *to++ = m->text.p[i];
        else if (i == 0 || !m->hidden[i - 1])
            to = (char *)memcpy(to, HIDDEN.p, HIDDEN.n) + HIDDEN.n;
    }
    return out;
}

str explain_mask(str text, struct arena *memory, size_t *count)
{
    struct mask m = { .text = text, .hidden = arena_alloc(memory, text.n + 1) };
    struct mask_sasl sasl = { 0 };
    *count = 0;
    if (!m.hidden)
        return STR_NONE;
    for (size_t i = 0; i < COUNT_OF(NAMES_OF_SECRETS); i++) {
        m.begins_name[(unsigned char)NAMES_OF_SECRETS[i].p[0]] = true;
        m.begins_name[(unsigned char)to_upper(NAMES_OF_SECRETS[i].p[0])] = true;
    }
    for (str rest = text; rest.n;) {
        m.line = str_cut(&rest, '\n');
        mask_sasl_line(&m, &sasl);
        hide_named(&m);
        hide_words(&m);
        hide_in_urls(&m);
    }
    return copy_without(&m, memory, count);
}
