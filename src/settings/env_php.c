/* SPDX-License-Identifier: ISC */
/*
 * settings/env_php.c - .env files of Symfony and of phpdotenv (Laravel). Both give up over what does not fit.
 */
#include "settings/env_scan.h"

static str part(const struct env_scan *s, size_t begin, size_t end)
{
    return str_take(str_skip(s->text, begin), end - begin);
}

static bool is_php_space(char c)
{
    return is_blank_octet(c) || is_line_octet(c);
}

/* ------------------------------------------------------------------------------------------------
 * Symfony: a value is any number of plain and quoted pieces
 */
static size_t symfony_name(str text, size_t at)
{
    size_t n = at < text.n && text.p[at] == '_';
    if (at + n >= text.n || !is_alpha(text.p[at + n]))
        return 0;
    while (at + n < text.n && is_name_octet(text.p[at + n]))
        n++;
    return n;
}

/* $(command) with balanced parentheses and something in them. */
static bool is_command(str text, size_t at)
{
    size_t depth = 0, begin = at + 2;
    if (at + 1 >= text.n || text.p[at + 1] != '(')
        return false;
    for (size_t i = at + 1; i < text.n; i++) {
        depth += text.p[i] == '(';
        if (text.p[i] == ')' && --depth == 0)
            return i > begin;
    }
    return false;
}

/* ${NAME:=value} sets NAME too. */
static bool symfony_assign(struct env_scan *s, str name, str value, size_t where)
{
    struct settings_place place = settings_place_of(s->f, where, 0);
    str copy = arena_dup(s->r->arena, name), text = arena_dup(s->r->arena, value);
    return (copy.p && text.p && settings_add_item(s->r, s->section, copy, text, place, 0)) ||
           env_broken(s, where, "there are too many variables");
}

/* One reference, its $ at *at, behind so many backslashes. */
static bool symfony_reference(struct env_scan *s, str text, size_t *at, size_t slashes,
                              size_t where)
{
    size_t i = *at + 1, name_at, default_at, default_n = 0;
    bool open = i < text.n && text.p[i] == '{', close;
    str value = STR("");
    name_at = i += open;
    str name = str_take(str_skip(text, i), symfony_name(text, i));
    default_at = i = name_at + name.n;
    if (i + 1 < text.n && text.p[i] == ':' && (text.p[i + 1] == '-' || text.p[i + 1] == '='))
        while (default_at + default_n < text.n && text.p[default_at + default_n] != '}')
            default_n++;
    i += default_n;
    close = i < text.n && text.p[i] == '}';
    i += close;
    str whole = str_take(str_skip(text, *at), i - *at);
    *at = i;
    if (slashes % 2) { /* escaped: one backslash less, and all of it as it stands */
        for (size_t n = 1; n < slashes; n++)
            buf_addc(&s->value, '\\');
        return buf_add(&s->value, whole);
    }
    for (size_t n = 0; n < slashes; n++)
        buf_addc(&s->value, '\\');
    if (!name.n && !default_n && !close)
        return buf_add(&s->value, whole);
    if (open && !close)
        return env_broken(s, where, "Symfony stops here: the brace of a variable is not closed");
    bool known = name.n && env_lookup(s, name, &value);
    if (!value.n && default_n) {
        value = str_skip(str_take(str_skip(text, default_at), default_n), 2);
        for (size_t k = 0; k < value.n; k++)
            if (str_find_octet(STR("'\"{$"), value.p[k]) != STR_NOT_FOUND)
                return env_broken(s, where,
                                  "Symfony stops here: a quote, a brace or a $ stands "
                                  "in the default of a variable");
        if (text.p[default_at + 1] == '=' && !symfony_assign(s, name, value, where))
            return false;
    } else if (!known)
        s->how |= SETTINGS_ITEM_LOST;
    s->how |= SETTINGS_ITEM_EXPANDED;
    buf_add(&s->value, value);
    return !close || open || buf_addc(&s->value, '}');
}

/* So many $( that belong to nothing are looked at to their ends; what then follows is taken for a command. */
enum { COMMANDS = 64 };

/* Appends the piece with references replaced, then of two backslashes one. */
static bool symfony_resolve(struct env_scan *s, str text, size_t where)
{
    size_t begin = s->value.n, slashes = 0, commands = 0;
    for (size_t at = 0; at < text.n;) {
        bool command = text.p[at] == '$' && at + 1 < text.n && text.p[at + 1] == '(';
        if (text.p[at] == '\\') {
            slashes++;
            at++;
            continue;
        }
        if (text.p[at] == '$' && !command) {
            if (!symfony_reference(s, text, &at, slashes, where))
                return false;
            slashes = 0;
            continue;
        }
        if (command && (++commands > COMMANDS || is_command(text, at))) {
            if (slashes)
                slashes--;
            else
                s->how |= SETTINGS_ITEM_CODE;
        }
        for (; slashes; slashes--)
            buf_addc(&s->value, '\\');
        buf_addc(&s->value, text.p[at++]);
    }
    for (; slashes; slashes--)
        buf_addc(&s->value, '\\');
    if (!buf_ok(&s->value))
        return true; /* env_item says so */
    size_t to = begin;
    for (size_t from = begin; from < s->value.n; from++) {
        s->value.p[to++] = s->value.p[from];
        from += s->value.p[from] == '\\' && from + 1 < s->value.n && s->value.p[from + 1] == '\\';
    }
    s->value.n = to;
    return true;
}

static bool symfony_single(struct env_scan *s)
{
    size_t n = str_find_octet(str_skip(s->text, s->at + 1), '\'');
    if (n == STR_NOT_FOUND)
        return env_broken(s, s->at, "Symfony stops here: the quote has no end");
    env_add_lines(s, str_take(str_skip(s->text, s->at + 1), n));
    s->at += n + 2;
    return true;
}

/* \" is a quote, \r and \n line ends; then references. */
static bool symfony_double(struct env_scan *s)
{
    struct buf raw;
    size_t begin = s->at++, from = s->at;
    while (env_more(s) && (s->text.p[s->at] != '"' ||
                           (s->text.p[s->at - 1] == '\\' && s->text.p[s->at - 2] != '\\')))
        s->at++;
    if (!env_more(s))
        return env_broken(s, begin, "Symfony stops here: the quote has no end");
    buf_init(&raw, ENV_VALUE_MAX);
    for (size_t i = from; i < s->at; i++) {
        char c = s->text.p[i], next = i + 1 < s->at ? s->text.p[i + 1] : '\0';
        if (c == '\\' && (next == '"' || next == 'r' || next == 'n')) {
            buf_addc(&raw, next == '"' ? '"' : next == 'r' ? '\r' : '\n');
            i++;
        } else if (c != '\r')
            buf_addc(&raw, c);
        else if (next != '\n')
            buf_addc(&raw, '\n');
    }
    s->at++;
    bool ok = buf_ok(&raw) ? symfony_resolve(s, buf_str(&raw), begin)
                           : env_broken(s, begin, "the value is too long");
    buf_wipe_done(&raw);
    return ok;
}

/* The place is on the $ of $(. */
static bool symfony_command(struct env_scan *s, struct buf *raw)
{
    size_t begin = s->at, depth = 0;
    for (; env_more(s) && !is_line_octet(s->text.p[s->at]); s->at++) {
        buf_addc(raw, s->text.p[s->at]);
        depth += s->text.p[s->at] == '(';
        if (s->text.p[s->at] == ')' && --depth == 0) {
            s->at++;
            return true;
        }
    }
    return env_broken(s, begin, "Symfony stops here: the parenthesis of a command is not closed");
}

static bool symfony_plain(struct env_scan *s)
{
    struct buf raw;
    size_t begin = s->at;
    bool blank = false, ok = true;
    buf_init(&raw, ENV_VALUE_MAX);
    while (ok && env_more(s)) {
        char c = s->text.p[s->at], before = s->text.p[s->at - 1], next = env_peek(s, 1);
        if (is_line_octet(c) || c == '"' || c == '\'' ||
            (c == '#' && (before == ' ' || before == '\t')))
            break;
        if (c == '$' && next == '(') {
            ok = symfony_command(s, &raw);
            continue;
        }
        if (c == '\\' && (next == '"' || next == '\''))
            c = s->text.p[++s->at];
        buf_addc(&raw, c);
        s->at++;
    }
    while (raw.n && is_php_space(raw.p[raw.n - 1]))
        raw.n--;
    size_t filled = s->value.n;
    str text = buf_str(&raw);
    ok = ok && (buf_ok(&raw) || env_broken(s, begin, "the value is too long"));
    ok = ok && symfony_resolve(s, text, begin);
    for (size_t i = 0; i < text.n; i++)
        blank |= is_php_space(text.p[i]);
    if (ok && blank && !(s->how & SETTINGS_ITEM_CODE) &&
        str_eq(str_skip(buf_str(&s->value), filled), text))
        ok = env_broken(s, begin,
                        "Symfony stops here: a value with a blank in it must stand in "
                        "quotes");
    buf_wipe_done(&raw);
    return ok;
}

/* Nothing, or only a comment, stands up to the line's end. */
static bool symfony_empty(struct env_scan *s)
{
    size_t i = s->at;
    while (i < s->text.n && (s->text.p[i] == ' ' || s->text.p[i] == '\t'))
        i++;
    if (i < s->text.n && !is_line_octet(s->text.p[i]) && s->text.p[i] != '#')
        return false;
    s->at = i;
    env_to_line_end(s);
    return true;
}

static bool symfony_value(struct env_scan *s)
{
    while (env_more(s) && !is_line_octet(s->text.p[s->at])) {
        char c = s->text.p[s->at];
        size_t before = s->at;
        bool ok = c == '\'' ? symfony_single(s) : c == '"' ? symfony_double(s) : symfony_plain(s);
        if (!ok)
            return false;
        if (c == '\'' || c == '"')
            s->how |= SETTINGS_ITEM_QUOTED;
        else if (env_peek(s, 0) == '#' || s->at == before) {
            env_to_line_end(s);
            return true;
        }
    }
    return true;
}

static bool symfony_line(struct env_scan *s)
{
    (void)!env_word(s, STR("export"));
    size_t begin = s->at, n = symfony_name(s->text, s->at);
    if (!n)
        return env_broken(s, begin, "Symfony stops here: this cannot be the name of a variable");
    str key = part(s, begin, begin + n);
    s->at += n;
    if (env_peek(s, 0) != '=')
        return env_broken(s, s->at, "Symfony stops here: a = must stand right behind the name");
    size_t value = ++s->at;
    if (symfony_empty(s))
        return env_item(s, key, value, 0);
    if (env_peek(s, 0) == ' ' || env_peek(s, 0) == '\t')
        return env_broken(s, s->at, "Symfony stops here: no blank may stand behind the =");
    if (!symfony_value(s))
        return false;
    str written = part(s, value, s->at);
    while (written.n && is_php_space(written.p[written.n - 1]))
        written.n--;
    return env_item(s, key, value, written.n);
}

bool env_read_symfony(struct env_scan *s)
{
    if (str_starts(s->text, STR("\xef\xbb\xbf")))
        return env_broken(s, 0, "Symfony stops here: the file begins with a byte order mark");
    for (;;) {
        while (is_php_space(env_peek(s, 0)))
            s->at++;
        if (!env_more(s))
            return true;
        if (env_peek(s, 0) == '#')
            env_to_line_end(s);
        else if (!symfony_line(s))
            return false;
    }
}

/* ------------------------------------------------------------------------------------------------
 * phpdotenv: one value to a line, plain or in one pair of quotes; "..." over many lines only behind ="
 */
static bool php_reference(struct env_scan *s, str text, size_t *at)
{
    size_t i = *at + 2;
    str value;
    if (*at + 1 >= text.n || text.p[*at + 1] != '{')
        return false;
    while (i < text.n && (is_name_octet(text.p[i]) || text.p[i] == '.'))
        i++;
    str name = str_take(str_skip(text, *at + 2), i - *at - 2);
    if (!name.n || i >= text.n || text.p[i] != '}')
        return false;
    s->how |= SETTINGS_ITEM_EXPANDED;
    if (!env_lookup(s, name, &value))
        return false; /* it stands for itself */
    buf_add(&s->value, value);
    *at = i + 1;
    return true;
}

/* What stands behind the value. */
static bool php_rest(struct env_scan *s, size_t at, size_t end)
{
    for (; at < end && s->text.p[at] != '#'; at++)
        if (!is_php_space(s->text.p[at]))
            return env_broken(s, at,
                              "phpdotenv stops here: a value with a blank in it must stand "
                              "in quotes");
    return true;
}

static bool php_plain(struct env_scan *s, size_t at, size_t end, size_t *behind)
{
    str text = str_take(s->text, end);
    while (at < end && !is_php_space(s->text.p[at]) && s->text.p[at] != '#')
        if (s->text.p[at] != '$' || !php_reference(s, text, &at))
            buf_addc(&s->value, s->text.p[at++]);
    if (at < end && s->text.p[at] == '#')
        s->how |= SETTINGS_ITEM_CUT;
    *behind = at;
    return php_rest(s, at, end);
}

static bool php_escape(struct env_scan *s, size_t at, size_t end)
{
    static const char FROM[] = "\"\\$fnrtv", TO[] = "\"\\$\f\n\r\t\v";
    size_t i = at + 1 < end ? str_find_octet(STR("\"\\$fnrtv"), s->text.p[at + 1]) : STR_NOT_FOUND;
    if (i == STR_NOT_FOUND || i >= sizeof FROM - 1)
        return env_broken(s, at,
                          "phpdotenv stops here: a backslash inside double quotes must be "
                          "doubled");
    return buf_addc(&s->value, TO[i]) || true;
}

static bool php_quoted(struct env_scan *s, size_t at, size_t end, size_t *behind)
{
    char quote = s->text.p[at];
    size_t begin = at++;
    str text = str_take(s->text, end);
    s->how |= SETTINGS_ITEM_QUOTED;
    while (at < end && s->text.p[at] != quote) {
        char c = s->text.p[at];
        if (quote == '"' && c == '\\') {
            if (!php_escape(s, at, end))
                return false;
            at += 2;
        } else if (c == '\r') {
            if (at + 1 >= end || s->text.p[at + 1] != '\n')
                buf_addc(&s->value, '\n');
            at++;
        } else if (quote != '"' || c != '$' || !php_reference(s, text, &at))
            buf_addc(&s->value, s->text.p[at++]);
    }
    if (at >= end)
        return env_broken(s, begin, "phpdotenv stops here: the quote has no end on this line");
    *behind = at + 1;
    return php_rest(s, at + 1, end);
}

/* The rule by which phpdotenv finds the last line of a value of many: quotes without a backslash in front, "\\"
 * not counted; the octet in front of the line does not count. */
static unsigned php_quotes(str line)
{
    unsigned n = 0;
    char before = '\0';
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '\\' && i + 1 < line.n && line.p[i + 1] == '\\') {
            i++;
            continue;
        }
        n += line.p[i] == '"' && before && before != '\\';
        before = line.p[i];
    }
    return n;
}

/* Where the statement that begins here ends. */
static size_t php_statement(struct env_scan *s)
{
    size_t begin = s->at;
    env_to_line_end(s);
    str line = part(s, begin, s->at);
    if (str_find(line, STR("=\"")) == STR_NOT_FOUND || php_quotes(line) > 1)
        return s->at;
    while (env_more(s)) {
        s->at += s->text.p[s->at] == '\r' && env_peek(s, 1) == '\n' ? 2 : 1;
        begin = s->at;
        env_to_line_end(s);
        line = part(s, begin, s->at);
        bool begins = str_find(line, STR("=\"")) != STR_NOT_FOUND;
        if (php_quotes(line) >= (begins ? 2 : 1) || str_eq(line, STR("\"")))
            return s->at;
    }
    return STR_NOT_FOUND;
}

static str php_trim(struct env_scan *s, size_t begin, size_t end)
{
    while (begin < end && is_php_space(s->text.p[begin]))
        begin++;
    while (end > begin && is_php_space(s->text.p[end - 1]))
        end--;
    return part(s, begin, end);
}

static bool php_line(struct env_scan *s)
{
    size_t begin = s->at, end = php_statement(s), behind;
    if (end == STR_NOT_FOUND)
        return env_skipped(s, begin, s->text.n - begin,
                           "the quote has no end, and what follows is not read either");
    size_t eq = str_find_octet(part(s, begin, end), '=');
    str key = eq == STR_NOT_FOUND ? part(s, begin, end) : php_trim(s, begin, begin + eq);
    /* its own rule: a name of one letter is too short behind "export" */
    if (str_starts(key, STR("export")) && key.n > 8 && is_php_space(key.p[6]))
        key = str_trim(str_skip(key, 6));
    if (key.n > 2 && (key.p[0] == '"' || key.p[0] == '\'') && key.p[key.n - 1] == key.p[0])
        key = str_take(str_skip(key, 1), key.n - 2);
    for (size_t i = 0; i < key.n; i++)
        if (!is_name_octet(key.p[i]) && key.p[i] != '.')
            return env_broken(s, begin,
                              "phpdotenv stops here: this cannot be the name of a "
                              "variable");
    if (!key.n)
        return env_broken(s, begin, "phpdotenv stops here: there is no name in front of the =");
    if (eq == STR_NOT_FOUND)
        return env_skipped(s, begin, end - begin, "there is no = in it");
    str value = php_trim(s, begin + eq + 1, end);
    size_t at = value.n ? (size_t)(value.p - s->text.p) : begin + eq + 1;
    end = at + value.n;
    behind = at;
    if (value.n && (*value.p == '"' || *value.p == '\'')) {
        if (!php_quoted(s, at, end, &behind))
            return false;
    } else if (value.n && !php_plain(s, at, end, &behind))
        return false;
    return env_item(s, key, at, behind - at);
}

bool env_read_php(struct env_scan *s)
{
    for (;;) {
        while (is_php_space(env_peek(s, 0)))
            s->at++;
        if (!env_more(s))
            return true;
        if (env_peek(s, 0) == '#')
            env_to_line_end(s);
        else if (!php_line(s))
            return false;
    }
}
