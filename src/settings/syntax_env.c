/* SPDX-License-Identifier: ISC */
#include "settings/syntax_env.h"
#include "settings/env_expand.h"
#include "settings/env_scan.h"

/* clang-format off */
static const struct dialect {
    str title;
    bool (*read)(struct env_scan *);
    bool skips_mark;        /* a byte order mark */
    bool environment_first; /* a name of the environment wins over the file's own */
} DIALECTS[ENV_DIALECTS] = {
    [ENV_PYTHON]    = { STR_INIT("python-dotenv"),        env_read_python,  false, true },
    [ENV_COMPOSE_1] = { STR_INIT("docker-compose 1.x"),   env_read_python,  true,  false },
    [ENV_COMPOSE_2] = { STR_INIT("Docker Compose"),       env_read_compose, true,  true },
    [ENV_DOCKER]    = { STR_INIT("docker run --env-file"), env_read_docker, true,  true },
    [ENV_SYMFONY]   = { STR_INIT("Symfony Dotenv"),       env_read_symfony, false, true },
    [ENV_PHP]       = { STR_INIT("phpdotenv"),            env_read_php,     false, true },
    [ENV_NODE]      = { STR_INIT("dotenv of Node.js"),    env_read_node,    false, true },
    [ENV_SHELL]     = { STR_INIT("the shell"),            env_read_shell,   false, false },
    [ENV_SYSTEMD]   = { STR_INIT("systemd"),              env_read_systemd, false, true },
};
/* clang-format on */

str env_dialect_title(enum env_dialect d)
{
    return DIALECTS[d].title;
}

/* ------------------------------------------------------------------------------------------------
 * Scanning
 */
size_t env_space_at(str text, size_t at)
{
    uint32_t c;
    if (at >= text.n)
        return 0;
    if (is_blank_octet(text.p[at]) || is_line_octet(text.p[at]))
        return 1;
    if (!((unsigned char)text.p[at] & 0x80))
        return 0;
    size_t n = str_utf8_first(str_take(str_skip(text, at), 4), &c);
    bool space = n && (c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
                       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000);
    return space ? n : 0;
}

str env_trim_end(str text)
{
    for (;;) {
        size_t back = 1;
        while (back < 4 && back < text.n && ((unsigned char)text.p[text.n - back] & 0xc0) == 0x80)
            back++;
        if (back > text.n || env_space_at(text, text.n - back) != back)
            return text;
        text.n -= back;
    }
}

str env_name_at(str text, size_t at)
{
    size_t n = 0;
    str rest = str_skip(text, at);
    while (n < rest.n && (n ? is_name_octet(rest.p[n]) : is_alpha(rest.p[n]) || rest.p[n] == '_'))
        n++;
    return str_take(rest, n);
}

void env_skip_blanks(struct env_scan *s)
{
    for (size_t n; env_more(s) && !is_line_octet(s->text.p[s->at]) &&
                   (n = env_space_at(s->text, s->at)) != 0;)
        s->at += n;
}

void env_skip_space(struct env_scan *s)
{
    for (size_t n; (n = env_space_at(s->text, s->at)) != 0;)
        s->at += n;
}

void env_to_line_end(struct env_scan *s)
{
    while (env_more(s) && !is_line_octet(s->text.p[s->at]))
        s->at++;
}

bool env_word(struct env_scan *s, str word)
{
    if (!str_starts(str_skip(s->text, s->at), word) || !is_blank_octet(env_peek(s, word.n)))
        return false;
    s->at += word.n;
    env_skip_blanks(s);
    return true;
}

void env_add_lines(struct env_scan *s, str raw)
{
    for (size_t i = 0; i < raw.n; i++) {
        bool cr = raw.p[i] == '\r';
        if (cr && i + 1 < raw.n && raw.p[i + 1] == '\n')
            continue;
        buf_addc(&s->value, cr ? '\n' : raw.p[i]);
    }
}

bool env_item(struct env_scan *s, str key, size_t at, size_t n)
{
    str value = STR("");
    if (!buf_ok(&s->value))
        return env_broken(s, at, "the value is too long");
    if (s->value.n)
        value = arena_dup(s->r->arena, buf_str(&s->value));
    if (!value.p ||
        !settings_add_item(s->r, s->section, key, value, settings_place_of(s->f, at, n), s->how))
        return env_broken(s, at, "there are too many variables, or they are too long");
    buf_clear(&s->value);
    s->how = 0;
    return true;
}

bool env_skipped(struct env_scan *s, size_t at, size_t n, const char *why)
{
    buf_clear(&s->value);
    s->how = 0;
    if (!env_item(s, STR(""), at, n))
        return false;
    struct settings_item *i = &s->r->items[s->r->item_count - 1];
    i->known = true;
    settings_mistake(s->r, MISTAKE_LINE_BROKEN, i,
                     arena_printf(s->r->arena, "%.*s skips this line: %s",
                                  STR_ARG(env_dialect_title(s->dialect)), why),
                     STR("write NAME=value, and quotes around a value that holds more than letters "
                         "and digits"));
    return true;
}

bool env_broken(struct env_scan *s, size_t at, const char *what)
{
    return settings_broken(s->f, at, s->e, "%s", what);
}

static bool item_value(const struct env_scan *s, str name, str *value)
{
    for (size_t i = s->r->item_count; i > s->first; i--)
        if (str_eq(s->r->items[i - 1].key, name)) {
            *value = s->r->items[i - 1].value;
            return true;
        }
    return false;
}

/* The name may lie in a value that is still being put together, and a wish outlives that. */
static bool in_environment(struct env_scan *s, str name, str *value)
{
    str copy = arena_dup(s->r->arena, name);
    return copy.p && settings_variable(s->r, copy, value);
}

bool env_lookup(struct env_scan *s, str name, str *value)
{
    if (++s->references > ENV_REFERENCES)
        return false;
    if (DIALECTS[s->dialect].environment_first)
        return in_environment(s, name, value) || item_value(s, name, value);
    return item_value(s, name, value) || in_environment(s, name, value);
}

bool env_read(struct settings_reading *r, const struct settings_file *f, enum env_dialect d,
              str section, struct err *e)
{
    struct env_scan s = { .r = r,
                          .f = f,
                          .dialect = d,
                          .section = section,
                          .first = r->item_count,
                          .text = f->text,
                          .e = e };
    buf_init(&s.value, ENV_VALUE_MAX);
    if (DIALECTS[d].skips_mark && str_starts(f->text, STR("\xef\xbb\xbf")))
        s.at = 3;
    bool ok = DIALECTS[d].read(&s);
    if (ok && s.references > ENV_REFERENCES)
        ok = env_broken(&s, s.at, "there are too many references to variables");
    buf_wipe_done(&s.value);
    return ok;
}
