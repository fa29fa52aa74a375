/* SPDX-License-Identifier: ISC */
#include "settings/shown.h"
#include "base/ip.h"

enum { NAME_MAX_OCTETS = 64, WORD_MAX_OCTETS = 32, CAMEL_LEAST = 3, ODD_LEAST = 5 };

/* ------------------------------------------------------------------------------------------------
 * Names
 */
enum class { SMALL, CAPITAL, DIGIT };

static enum class class_of(char c) { return is_digit(c) ? DIGIT : c >= 'a' ? SMALL : CAPITAL; }

/* How odd it is that word turns at i from one kind of sign to another. Names do it too: Capital, camelCase, DBName, a
 * number at the end, a capital behind a number. */
static unsigned oddity(str word, size_t i, size_t run)
{
    enum class before = class_of(word.p[i - 1]), now = class_of(word.p[i]);
    size_t k = i;
    while (now == DIGIT && k < word.n && class_of(word.p[k]) == DIGIT)
        k++;
    if (before == now || (before == CAPITAL && now == SMALL) || (now == DIGIT && k == word.n))
        return 0;
    if (now == CAPITAL)
        return before == DIGIT || run < CAMEL_LEAST;
    return 2;
}

/* "smtpAuth2", "oauth2ClientId"; not "Zk3wJj9", nor a line of base64. */
static bool is_word(str word)
{
    unsigned odd = 0;
    for (size_t i = 1, run = 1; i < word.n; i++, run++) {
        odd += oddity(word, i, run);
        if (class_of(word.p[i]) != SMALL)
            run = 0;
    }
    return word.n <= WORD_MAX_OCTETS && odd < ODD_LEAST;
}

static bool are_words(str name)
{
    for (size_t at = 0; at < name.n;) {
        size_t n = 0;
        while (at + n < name.n && is_alnum(name.p[at + n]))
            n++;
        if (!is_word(str_take(str_skip(name, at), n)))
            return false;
        at += n + 1;
    }
    return true;
}

/* Behind the last colon a port, as in the key of a password map. */
static str without_port(str name)
{
    size_t colon = str_rfind_octet(name, ':');
    uint64_t port;
    return colon != STR_NOT_FOUND && str_to_u64(str_skip(name, colon + 1), UINT16_MAX, &port)
               ? str_take(name, colon)
               : name;
}

str settings_shown_key(str key)
{
    str name = without_port(key);
    for (size_t i = 0; i < name.n; i++)
        if (!is_alnum(name.p[i]) &&
            str_find_octet(STR("_-. []'\"@>*\\"), name.p[i]) == STR_NOT_FOUND &&
            !(i == 0 && name.p[i] == '$'))
            return SETTINGS_HIDDEN;
    return name.n <= NAME_MAX_OCTETS && are_words(name) ? key : SETTINGS_HIDDEN;
}

/* ------------------------------------------------------------------------------------------------
 * Variables
 */
static bool is_given(const struct settings_reading *r, str name)
{
    for (size_t i = 0; i < r->variable_count; i++)
        if (str_eq(r->variables[i].name, name))
            return r->variables[i].answer == SETTINGS_GIVEN;
    return false;
}

/* MAIL_PASSWORD, mail_password; not "ecret123". */
static bool is_variable_name(str name)
{
    bool small = false, under = false;
    for (size_t i = 0; i < name.n; i++) {
        if (!is_alnum(name.p[i]) && name.p[i] != '_')
            return false;
        small = small || (is_alpha(name.p[i]) && name.p[i] >= 'a');
        under = under || name.p[i] == '_';
    }
    return name.n && !is_digit(name.p[0]) && (!small || under) && are_words(name);
}

/* Does nothing but the signs of a reference stand around it? "${NAME}", "$__env{NAME}", "%env(NAME)%". */
static bool is_whole(str written, size_t at, size_t n)
{
    str before = str_take(written, at);
    for (size_t i = at + n; i < written.n; i++)
        if (is_alnum(written.p[i]) || (unsigned char)written.p[i] >= 0x80 || written.p[i] == '-')
            return false;
    size_t env = str_find(before, STR("env"));
    for (size_t i = 0; i < before.n; i++)
        if ((is_alnum(before.p[i]) && (env == STR_NOT_FOUND || i < env || i >= env + 3)) ||
            (unsigned char)before.p[i] >= 0x80)
            return false;
    return true;
}

str settings_shown_variable(const struct settings_reading *r, str name)
{
    const struct settings_item *said = r->said[SETTINGS_SECRET];
    if (is_given(r, name))
        return name;
    if (!said || !said->place.file)
        return settings_shown_key(name);
    if (said->how & SETTINGS_ITEM_CODE)
        return settings_shown_key(name);
    str written = str_take(str_skip(said->place.file->text, said->place.at), said->place.n);
    size_t at = str_find(written, name);
    if (at == STR_NOT_FOUND)
        return settings_shown_key(name);
    return is_variable_name(name) && is_whole(written, at, name.n) ? name : SETTINGS_HIDDEN;
}

/* ------------------------------------------------------------------------------------------------
 * Servers and URLs
 */
str settings_shown_host(str host)
{
    struct ip ip;
    str inner = str_starts(host, STR("[")) && host.p[host.n - 1] == ']'
                    ? str_take(str_skip(host, 1), host.n - 2)
                    : host;
    if (ip_parse(inner, &ip))
        return host;
    for (size_t i = 0; i < inner.n; i++)
        if (str_find_octet(STR("@/?#"), inner.p[i]) != STR_NOT_FOUND)
            return SETTINGS_HIDDEN;
    return str_find_octet(without_port(inner), ':') == STR_NOT_FOUND ? host : SETTINGS_HIDDEN;
}

str settings_shown_value(str value)
{
    return str_find_octet(str_trim(value), '\n') == STR_NOT_FOUND ? value : SETTINGS_HIDDEN;
}

bool settings_url_secret(str written, size_t *at, size_t *n)
{
    size_t begin = str_find(written, STR("://"));
    if (begin == STR_NOT_FOUND)
        return false;
    begin += 3;
    str rest = str_skip(written, begin);
    size_t login = str_rfind_octet(rest, '@'), colon = str_find_octet(rest, ':'), end = 0;
    if (colon == STR_NOT_FOUND || (login != STR_NOT_FOUND && login < colon))
        return false;
    while (login == STR_NOT_FOUND && colon + 1 + end < rest.n && is_digit(rest.p[colon + 1 + end]))
        end++;
    bool port = login == STR_NOT_FOUND && end &&
                (colon + 1 + end == rest.n ||
                 str_find_octet(STR("/?\"'`,;) \n"), rest.p[colon + 1 + end]) != STR_NOT_FOUND);
    *at = begin + colon + 1;
    *n = (login == STR_NOT_FOUND ? rest.n : login) - colon - 1;
    return !port && *n > 0;
}
