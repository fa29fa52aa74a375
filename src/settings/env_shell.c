/* SPDX-License-Identifier: ISC */
/*
 * settings/env_shell.c - files that a POSIX shell reads by ".", and systemd by EnvironmentFile=
 */
#include "settings/env_scan.h"

static str part(const struct env_scan *s, size_t begin, size_t end)
{
    return str_take(str_skip(s->text, begin), end - begin);
}

/* ------------------------------------------------------------------------------------------------
 * The shell: assignments alone. What only running it could tell is SETTINGS_ITEM_CODE
 */
static void shell_lost(struct env_scan *s)
{
    s->how |= SETTINGS_ITEM_LOST;
}

/* ${name}, ${name:-word} and the like, the place behind ${. Words that hold more than plain text are code. */
static void shell_braced(struct env_scan *s, size_t begin)
{
    str name = env_name_at(s->text, s->at), value = STR(""), word;
    size_t at = s->at + name.n, end = at;
    while (end < s->text.n && s->text.p[end] != '}' && s->text.p[end] != '\n')
        end++;
    bool colon = at < end && s->text.p[at] == ':';
    char sign = at + colon < end ? s->text.p[at + colon] : '\0';
    word = part(s, at + colon + (sign != 0), end);
    bool plain = true;
    for (size_t i = 0; i < word.n; i++)
        plain &= str_find_octet(STR("$`\\\"'{"), word.p[i]) == STR_NOT_FOUND;
    s->at = end < s->text.n && s->text.p[end] == '}' ? end + 1 : end;
    if (!name.n || !plain || (end > at && sign != '-' && sign != '+' && sign != '=')) {
        s->how |= SETTINGS_ITEM_CODE;
        buf_add(&s->value, part(s, begin, s->at));
        return;
    }
    bool set = env_lookup(s, name, &value) && !(colon && !value.n);
    s->how |= SETTINGS_ITEM_EXPANDED;
    if (sign == '+')
        value = set ? word : STR("");
    else if (!set && sign)
        value = word;
    else if (!set)
        shell_lost(s);
    buf_add(&s->value, value);
}

/* The place is a $. */
static void shell_dollar(struct env_scan *s)
{
    size_t begin = s->at++;
    char c = env_peek(s, 0);
    str name = env_name_at(s->text, s->at), value;
    if (c == '{') {
        s->at++;
        shell_braced(s, begin);
    } else if (name.n) {
        s->at += name.n;
        s->how |= SETTINGS_ITEM_EXPANDED;
        if (env_lookup(s, name, &value))
            buf_add(&s->value, value);
        else
            shell_lost(s);
    } else if (is_digit(c) || c == '@' ||
               c == '*') { /* a sourced file has no parameters of its own */
        s->at++;
        if (c == '0')
            s->how |= SETTINGS_ITEM_CODE;
        shell_lost(s);
    } else if (c && str_find_octet(STR("(#?-$!"), c) != STR_NOT_FOUND) {
        s->how |= SETTINGS_ITEM_CODE;
        buf_addc(&s->value, '$');
    } else
        buf_addc(&s->value, '$');
}

static bool shell_double(struct env_scan *s)
{
    size_t begin = s->at++;
    while (env_more(s) && s->text.p[s->at] != '"') {
        char c = s->text.p[s->at], next = env_peek(s, 1);
        if (c == '$') {
            shell_dollar(s);
            continue;
        }
        if (c == '`')
            s->how |= SETTINGS_ITEM_CODE;
        if (c == '\\' && next && str_find_octet(STR("$`\"\\\n"), next) != STR_NOT_FOUND) {
            if (next != '\n')
                buf_addc(&s->value, next);
            s->at += 2;
            continue;
        }
        buf_addc(&s->value, c);
        s->at++;
    }
    if (!env_more(s))
        return env_broken(s, begin, "the shell stops here: the quote has no end");
    s->at++;
    return true;
}

static bool shell_single(struct env_scan *s)
{
    size_t n = str_find_octet(str_skip(s->text, s->at + 1), '\'');
    if (n == STR_NOT_FOUND)
        return env_broken(s, s->at, "the shell stops here: the quote has no end");
    buf_add(&s->value, str_take(str_skip(s->text, s->at + 1), n));
    s->at += n + 2;
    return true;
}

static bool ends_word(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '&' || c == '|';
}

static bool shell_value(struct env_scan *s)
{
    size_t begin = s->at;
    while (env_more(s) && !ends_word(s->text.p[s->at])) {
        char c = s->text.p[s->at];
        if (c == '\'' || c == '"') {
            s->how |= SETTINGS_ITEM_QUOTED;
            if (!(c == '"' ? shell_double(s) : shell_single(s)))
                return false;
        } else if (c == '$') {
            shell_dollar(s);
        } else if (c == '\\') {
            if (env_peek(s, 1) && env_peek(s, 1) != '\n')
                buf_addc(&s->value, env_peek(s, 1));
            s->at += env_peek(s, 1) ? 2 : 1;
        } else {
            if (str_find_octet(STR("`()<>"), c) != STR_NOT_FOUND || (c == '~' && s->at == begin))
                s->how |= SETTINGS_ITEM_CODE;
            if (c) /* a shell passes it over */
                buf_addc(&s->value, c);
            s->at++;
        }
    }
    return true;
}

static void shell_blanks(struct env_scan *s)
{
    while (env_peek(s, 0) == ' ' || env_peek(s, 0) == '\t')
        s->at++;
}

static void shell_to_line_end(struct env_scan *s)
{
    while (env_more(s) && s->text.p[s->at] != '\n')
        s->at++;
}

/* Assignments of one command. Where a command follows them they are for that command alone. */
static bool shell_line(struct env_scan *s)
{
    size_t first = s->r->item_count, begin = s->at;
    bool export = env_word(s, STR("export"));
    for (;;) {
        shell_blanks(s);
        str key = env_name_at(s->text, s->at);
        if (!key.n || env_peek(s, key.n) != '=')
            break;
        s->at += key.n + 1;
        size_t value = s->at;
        if (!shell_value(s) || !env_item(s, key, value, s->at - value))
            return false;
    }
    char c = env_peek(s, 0);
    if (!env_more(s) || c == ';' || c == '\n' || c == '#') {
        s->at += c == ';';
        return true;
    }
    size_t end = s->r->item_count;
    for (size_t i = first; i < end; i++)
        s->r->items[i].how |= SETTINGS_ITEM_CUT | (export ? 0 : SETTINGS_ITEM_CODE);
    size_t word = s->at;
    shell_to_line_end(s);
    if (export && !env_name_at(s->text, word).n)
        return env_broken(s, word, "the shell stops here: this cannot be the name of a variable");
    if (export && end == first)
        return true; /* names alone */
    return env_skipped(s, begin, s->at - begin,
                       "something stands behind the value that is not in quotes, and is run as a "
                       "command; or it is no NAME=value");
}

bool env_read_shell(struct env_scan *s)
{
    while (env_more(s)) {
        char c = s->text.p[s->at];
        if (c == ' ' || c == '\t' || c == '\n' || !c)
            s->at++;
        else if (c == '#')
            shell_to_line_end(s);
        else if (!shell_line(s))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * systemd: quoted and plain pieces, no references; "; " begins a comment too
 */
static bool systemd_escape(struct env_scan *s, bool in_double)
{
    char next = env_peek(s, 1);
    if (in_double && next && str_find_octet(STR("\"\\`$"), next) == STR_NOT_FOUND && next != '\n')
        buf_addc(&s->value, '\\');
    if (env_more(s) && s->at + 1 < s->text.n && next != '\n' && (in_double || next != '\r'))
        buf_addc(&s->value, next);
    s->at += s->at + 1 < s->text.n ? 2 : 1;
    return true;
}

static void systemd_double(struct env_scan *s)
{
    for (s->at++; env_more(s) && s->text.p[s->at] != '"';)
        if (s->text.p[s->at] == '\\')
            systemd_escape(s, true);
        else
            buf_addc(&s->value, s->text.p[s->at++]);
    s->at += env_more(s);
}

static void systemd_single(struct env_scan *s)
{
    for (s->at++; env_more(s) && s->text.p[s->at] != '\'';)
        buf_addc(&s->value, s->text.p[s->at++]);
    s->at += env_more(s);
}

/* Once something plain stood there, quotes stand for themselves; blanks at its end go. */
static void systemd_plain(struct env_scan *s)
{
    size_t keep = s->value.n;
    while (env_more(s) && !is_line_octet(s->text.p[s->at])) {
        char c = s->text.p[s->at];
        if (c == '\\') {
            systemd_escape(s, false);
            keep = s->value.n;
            continue;
        }
        buf_addc(&s->value, c);
        s->at++;
        if (c != ' ' && c != '\t')
            keep = s->value.n;
    }
    s->value.n = keep < s->value.n ? keep : s->value.n;
}

static void systemd_value(struct env_scan *s)
{
    while (env_more(s) && !is_line_octet(s->text.p[s->at])) {
        char c = s->text.p[s->at];
        if (c == '"' || c == '\'')
            s->how |= SETTINGS_ITEM_QUOTED;
        if (c == '"')
            systemd_double(s);
        else if (c == '\'')
            systemd_single(s);
        else if (c == ' ' || c == '\t')
            s->at++;
        else
            systemd_plain(s);
    }
}

static void systemd_comment(struct env_scan *s)
{
    while (env_more(s) && !is_line_octet(s->text.p[s->at]))
        s->at += s->text.p[s->at] == '\\' && s->at + 1 < s->text.n ? 2 : 1;
}

static bool systemd_line(struct env_scan *s)
{
    size_t begin = s->at;
    while (env_more(s) && s->text.p[s->at] != '=' && !is_line_octet(s->text.p[s->at]))
        s->at++;
    str key = str_trim(part(s, begin, s->at));
    if (env_peek(s, 0) != '=')
        return env_skipped(s, begin, s->at - begin, "there is no = in it");
    size_t value = ++s->at;
    systemd_value(s);
    while (value < s->at && (s->text.p[value] == ' ' || s->text.p[value] == '\t'))
        value++;
    return env_item(s, key, value, s->at - value);
}

bool env_read_systemd(struct env_scan *s)
{
    while (env_more(s)) {
        char c = s->text.p[s->at];
        if (c == ' ' || c == '\t' || is_line_octet(c))
            s->at++;
        else if (c == '#' || c == ';')
            systemd_comment(s);
        else if (!systemd_line(s))
            return false;
    }
    return true;
}
