/* SPDX-License-Identifier: ISC */
/*
 * settings/env_dotenv.c - .env files of python-dotenv, Docker Compose 2, docker run and Node.js
 */
#include "settings/env_expand.h"
#include "settings/env_scan.h"

static bool look_up(void *who, str name, str *value)
{
    return env_lookup(who, name, value);
}

/* Replaces what was decoded by what it expands to. */
static bool expand_value(struct env_scan *s, enum expand_kind kind, size_t at)
{
    str raw = arena_dup(s->r->arena, buf_str(&s->value));
    struct expand x = { .lookup = look_up, .who = s, .out = &s->value };
    if (!s->value.n || str_find_octet(buf_str(&s->value), '$') == STR_NOT_FOUND)
        return true;
    if (!raw.p)
        return env_broken(s, at, "the value is too long");
    buf_clear(&s->value);
    bool ok = expand(&x, kind, raw);
    s->how |= x.how;
    return ok || env_broken(s, at, x.broken);
}

static str part(const struct env_scan *s, size_t begin, size_t end)
{
    return str_take(str_skip(s->text, begin), end - begin);
}

/* The quote that ends what begins at `at` (a quote): the first without a backslash; where there is none, as a
 * regular expression that goes back, the last with one. */
static size_t closing_quote(str text, size_t at)
{
    size_t last = STR_NOT_FOUND;
    for (size_t i = at + 1; i < text.n; i++) {
        bool escaped = text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] == text.p[at];
        if (text.p[i] == text.p[at])
            return i;
        if (escaped)
            last = ++i;
    }
    return last;
}

/* A # behind a blank; cut when what stands behind it does not look like a comment. */
static size_t comment_at(struct env_scan *s, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        size_t n = env_space_at(s->text, i), blank = i;
        if (!n)
            continue;
        while (i < end && (n = env_space_at(s->text, i)) != 0)
            i += n;
        if (i < end && s->text.p[i] == '#') {
            if (i + 1 < end && !env_space_at(s->text, i + 1) && s->text.p[i + 1] != '#')
                s->how |= SETTINGS_ITEM_CUT;
            return blank;
        }
    }
    return end;
}

/* ------------------------------------------------------------------------------------------------
 * python-dotenv: a line that does not fit is skipped with a warning
 */
static char python_escape(char c, char quote)
{
    static const char FROM[] = "\\'\"abfnrtv", TO[] = "\\'\"\a\b\f\n\r\t\v";
    for (size_t i = 0; i < (quote == '"' ? sizeof FROM - 1 : 2); i++)
        if (FROM[i] == c)
            return TO[i];
    return '\0';
}

static void python_unescape(struct env_scan *s, size_t begin, size_t end, char quote)
{
    for (size_t i = begin; i < end; i++) {
        char c = s->text.p[i] == '\\' && i + 1 < end ? python_escape(s->text.p[i + 1], quote)
                                                     : '\0';
        if (c) {
            buf_addc(&s->value, c);
            i++;
        } else if (s->text.p[i] != '\r')
            buf_addc(&s->value, s->text.p[i]);
        else if (i + 1 == end || s->text.p[i + 1] != '\n')
            buf_addc(&s->value, '\n');
    }
}

static bool python_quoted(struct env_scan *s)
{
    size_t begin = s->at + 1, end = closing_quote(s->text, s->at);
    if (end == STR_NOT_FOUND)
        return false;
    python_unescape(s, begin, end, s->text.p[begin - 1]);
    s->how |= SETTINGS_ITEM_QUOTED;
    s->at = end + 1;
    return true;
}

/* Where the value ends in the text. */
static size_t python_plain(struct env_scan *s)
{
    size_t begin = s->at;
    env_to_line_end(s);
    str value = env_trim_end(part(s, begin, comment_at(s, begin, s->at)));
    buf_add(&s->value, value);
    return begin + value.n;
}

static bool python_key(struct env_scan *s, str *key)
{
    size_t begin = s->at;
    if (env_peek(s, 0) == '\'') {
        size_t n = str_find_octet(str_skip(s->text, begin + 1), '\'');
        if (n == STR_NOT_FOUND || !n)
            return false;
        *key = str_take(str_skip(s->text, begin + 1), n);
        s->at += n + 2;
        return true;
    }
    while (env_more(s) && s->text.p[s->at] != '=' && s->text.p[s->at] != '#' &&
           !env_space_at(s->text, s->at))
        s->at++;
    *key = part(s, begin, s->at);
    return key->n > 0;
}

static bool at_line_end(struct env_scan *s)
{
    env_skip_blanks(s);
    if (env_peek(s, 0) == '#')
        env_to_line_end(s);
    return !env_more(s) || is_line_octet(s->text.p[s->at]);
}

static bool python_line(struct env_scan *s)
{
    size_t line = s->at, value, end;
    str key;
    (void)!env_word(s, STR("export"));
    if (!python_key(s, &key))
        goto skipped;
    env_skip_blanks(s);
    if (env_peek(s, 0) != '=') {
        if (!at_line_end(s))
            goto skipped;
        return env_skipped(s, line, s->at - line, "there is no = in it");
    }
    s->at++;
    env_skip_blanks(s);
    value = s->at;
    if (env_peek(s, 0) == '"' || env_peek(s, 0) == '\'') {
        if (!python_quoted(s))
            goto skipped;
        end = s->at;
        if (!at_line_end(s))
            goto skipped;
    } else
        end = python_plain(s);
    return expand_value(s, EXPAND_PYTHON, value) && env_item(s, key, value, end - value);
skipped:
    env_to_line_end(s);
    return env_skipped(s, line, s->at - line,
                       "something stands behind the closing quote, or a "
                       "quote or a name is not whole");
}

bool env_read_python(struct env_scan *s)
{
    while (env_skip_space(s), env_more(s)) {
        if (env_peek(s, 0) == '#')
            env_to_line_end(s);
        else if (!python_line(s))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Docker Compose 2: anything that does not fit is an error for the whole file
 */
static void compose_escape(struct env_scan *s, char c)
{
    static const char FROM[] = "abfnrtv\"\\", TO[] = "\a\b\f\n\r\t\v\"\\";
    for (size_t i = 0; FROM[i]; i++)
        if (FROM[i] == c) {
            buf_addc(&s->value, TO[i]);
            return;
        }
    if (c == '$')
        buf_addc(&s->value, '$'); /* and the one behind: doubled, so that it stands for itself */
    else
        buf_addc(&s->value, '\\');
    buf_addc(&s->value, c);
}

/* \0 and one to three octal digits. The octets of it; 0: it is none, or one that Go does not know. */
static size_t compose_octal(struct env_scan *s, size_t at, size_t end)
{
    unsigned n = 0, code = 0;
    if (s->text.p[at + 1] != '0')
        return 0;
    while (n < 3 && at + 2 + n < end && s->text.p[at + 2 + n] >= '0' &&
           s->text.p[at + 2 + n] <= '7')
        code = code * 8 + (unsigned)(s->text.p[at + 2 + n++] - '0');
    if (n < 3 || code > 255)
        return 0;
    if (code >= 0x80)
        buf_addc(&s->value, (char)(0xc0 | code >> 6));
    buf_addc(&s->value, (char)(code >= 0x80 ? 0x80 | (code & 0x3f) : code));
    return 5;
}

static void compose_unescape(struct env_scan *s, size_t begin, size_t end, char quote)
{
    for (size_t i = begin; i < end; i++) {
        char next = i + 1 < end ? s->text.p[i + 1] : '\0';
        size_t octal;
        if (s->text.p[i] != '\\' || i + 1 == end) {
            buf_addc(&s->value, s->text.p[i]);
        } else if (quote == '\'') {
            if (next != '\'')
                buf_addc(&s->value, '\\');
            buf_addc(&s->value, next);
            i++;
        } else if ((octal = compose_octal(s, i, end)) != 0)
            i += octal - 1;
        else
            compose_escape(s, s->text.p[++i]);
    }
}

/* The first quote without a backslash that is not itself behind one. */
static bool compose_quoted(struct env_scan *s)
{
    char quote = s->text.p[s->at];
    size_t begin = s->at + 1, end = begin;
    while (end < s->text.n && s->text.p[end] != quote)
        end += s->text.p[end] == '\\' ? 2 : 1;
    if (end >= s->text.n)
        return env_broken(s, s->at, "Docker Compose stops here: the quote has no end");
    compose_unescape(s, begin, end, quote);
    s->how |= SETTINGS_ITEM_QUOTED;
    s->at = end + 1;
    return quote == '\'' || expand_value(s, EXPAND_COMPOSE_2, begin - 1);
}

static bool compose_plain(struct env_scan *s, size_t *end)
{
    size_t begin = s->at, behind;
    while (env_more(s) && s->text.p[s->at] != '\n')
        s->at++;
    behind = str_find(part(s, begin, s->at), STR(" #"));
    if (behind == STR_NOT_FOUND)
        behind = s->at - begin;
    else if (begin + behind + 2 < s->at && !env_space_at(s->text, begin + behind + 2) &&
             s->text.p[begin + behind + 2] != '#')
        s->how |= SETTINGS_ITEM_CUT;
    str value = env_trim_end(part(s, begin, begin + behind));
    buf_add(&s->value, value);
    *end = begin + value.n;
    return expand_value(s, EXPAND_COMPOSE_2, begin);
}

/* The name, its = or : gone over; inherited: a name alone, whose value is that of the environment. */
static bool compose_key(struct env_scan *s, str *key, bool *inherited)
{
    size_t begin = s->at;
    for (; env_more(s); s->at++) {
        char c = s->text.p[s->at];
        if (c == '=' || c == ':' || c == '\n')
            break;
        if (!is_name_octet(c) && !is_blank_octet(c) && c != '\r' && c != '.' && c != '-' &&
            c != '[' && c != ']' && !((unsigned char)c & 0x80))
            return env_broken(s, s->at,
                              "Docker Compose stops here: this sign cannot stand in the "
                              "name of a variable");
    }
    *key = env_trim_end(part(s, begin, s->at));
    *inherited = env_peek(s, 0) == '\n' || !env_more(s);
    s->at += env_more(s);
    if (str_find_octet(*key, ' ') != STR_NOT_FOUND)
        return env_broken(s, begin,
                          "Docker Compose stops here: a blank stands in the name of a "
                          "variable");
    return true;
}

static bool compose_statement(struct env_scan *s)
{
    str key = STR_NONE, value;
    bool inherited = false;
    (void)!env_word(s, STR("export"));
    if (!compose_key(s, &key, &inherited))
        return false;
    if (inherited) {
        if (!settings_variable(s->r, key, &value))
            return true;
        buf_add(&s->value, value);
        s->how |= SETTINGS_ITEM_EXPANDED;
        return env_item(s, key, (size_t)(key.p - s->text.p), key.n);
    }
    env_skip_blanks(s);
    while (env_peek(s, 0) == '\r')
        s->at++;
    size_t begin = s->at, end;
    if (env_peek(s, 0) == '"' || env_peek(s, 0) == '\'') {
        if (!compose_quoted(s))
            return false;
        end = s->at;
    } else if (!compose_plain(s, &end))
        return false;
    return env_item(s, key, begin, end - begin);
}

bool env_read_compose(struct env_scan *s)
{
    while (env_skip_space(s), env_more(s)) {
        if (env_peek(s, 0) == '#')
            while (env_more(s) && s->text.p[s->at] != '\n')
                s->at++;
        else if (!compose_statement(s))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * docker run --env-file: the rest of the line is the value, quotes and all
 */
static bool docker_line(struct env_scan *s, size_t begin, size_t end)
{
    size_t eq = str_find_octet(part(s, begin, end), '=');
    str value, name = part(s, begin, eq == STR_NOT_FOUND ? end : begin + eq);
    for (size_t i = 0; i < name.n; i++)
        if (env_space_at(name, i))
            return env_broken(s, begin + i,
                              "docker stops here: a blank stands in the name of a "
                              "variable");
    if (!name.n)
        return env_broken(s, begin, "docker stops here: there is no name in front of the =");
    if (eq == STR_NOT_FOUND) {
        if (!settings_variable(s->r, name, &value))
            return true;
        buf_add(&s->value, value);
        s->how |= SETTINGS_ITEM_EXPANDED;
        return env_item(s, name, begin, name.n);
    }
    buf_add(&s->value, part(s, begin + eq + 1, end));
    return env_item(s, name, begin + eq + 1, end - begin - eq - 1);
}

bool env_read_docker(struct env_scan *s)
{
    while (env_more(s)) {
        size_t begin = s->at, n = str_find_octet(str_skip(s->text, s->at), '\n');
        s->at = n == STR_NOT_FOUND ? s->text.n : s->at + n + 1;
        size_t end = n == STR_NOT_FOUND ? s->text.n : s->at - 1;
        end -= end > begin && s->text.p[end - 1] == '\r';
        for (size_t blank; begin < end && (blank = env_space_at(s->text, begin)) != 0;)
            begin += blank;
        if (begin < end && s->text.p[begin] != '#' && !docker_line(s, begin, end))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * dotenv of Node.js: what does not fit is not looked at, and a # ends a plain value wherever it stands
 */
static void node_unescape(struct env_scan *s, str raw, char quote)
{
    size_t from = 0;
    for (size_t i = 0; quote == '"' && i + 1 < raw.n; i++)
        if (raw.p[i] == '\\' && (raw.p[i + 1] == 'n' || raw.p[i + 1] == 'r')) {
            env_add_lines(s, str_take(str_skip(raw, from), i - from));
            buf_addc(&s->value, raw.p[++i] == 'n' ? '\n' : '\r');
            from = i + 1;
        }
    env_add_lines(s, str_skip(raw, from));
}

static bool node_quoted(struct env_scan *s)
{
    size_t begin = s->at, end;
    env_skip_space(s);
    char quote = env_peek(s, 0);
    if (quote != '"' && quote != '\'' && quote != '`')
        goto plain;
    begin = s->at;
    end = closing_quote(s->text, begin);
    if (end == STR_NOT_FOUND)
        goto plain;
    s->at = end + 1;
    if (!at_line_end(s))
        goto plain;
    s->how |= SETTINGS_ITEM_QUOTED;
    node_unescape(s, part(s, begin + 1, end), quote);
    s->at = end + 1;
    return true;
plain:
    s->at = begin;
    return false;
}

static size_t node_plain(struct env_scan *s, size_t *begin)
{
    env_skip_blanks(s);
    *begin = s->at;
    while (env_more(s) && s->text.p[s->at] != '#' && !is_line_octet(s->text.p[s->at]))
        s->at++;
    str value = env_trim_end(part(s, *begin, s->at));
    size_t n = value.n;
    if (env_peek(s, 0) == '#' && (!env_space_at(s->text, s->at - 1) ||
                                  (s->at + 1 < s->text.n && !env_space_at(s->text, s->at + 1))))
        s->how |= SETTINGS_ITEM_CUT;
    bool quoted = n > 1 && value.p[0] == value.p[n - 1] &&
                  (value.p[0] == '"' || value.p[0] == '\'' || value.p[0] == '`');
    if (quoted)
        s->how |= SETTINGS_ITEM_QUOTED;
    node_unescape(s, quoted ? str_take(str_skip(value, 1), n - 2) : value, n ? *value.p : '\0');
    return n;
}

static bool node_line(struct env_scan *s)
{
    size_t begin = s->at, n;
    (void)!env_word(s, STR("export"));
    size_t name = s->at;
    while (is_name_octet(env_peek(s, 0)) || env_peek(s, 0) == '.' || env_peek(s, 0) == '-')
        s->at++;
    str key = part(s, name, s->at);
    size_t behind = s->at;
    env_skip_blanks(s);
    bool equals = env_peek(s, 0) == '=';
    bool colon = s->at == behind && env_peek(s, 0) == ':' && env_space_at(s->text, s->at + 1);
    if (!key.n || (!equals && !colon)) {
        env_to_line_end(s);
        return env_skipped(s, begin, s->at - begin, "it is no NAME=value");
    }
    size_t sign = ++s->at;
    if (node_quoted(s)) {
        size_t end = s->at;
        while (sign < end && env_space_at(s->text, sign))
            sign++;
        return env_item(s, key, sign, end - sign);
    }
    s->at = sign;
    n = node_plain(s, &begin);
    env_to_line_end(s);
    return env_item(s, key, begin, n);
}

bool env_read_node(struct env_scan *s)
{
    while (env_skip_space(s), env_more(s)) {
        if (env_peek(s, 0) == '#')
            env_to_line_end(s);
        else if (!node_line(s))
            return false;
    }
    return true;
}
