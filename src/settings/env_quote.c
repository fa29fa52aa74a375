/* SPDX-License-Identifier: ISC */
/*
 * settings/env_quote.c - a value in the quotes of a dialect of settings/syntax_env.h
 */
#include "base/err.h"
#include "settings/quote.h"
#include "settings/syntax_env.h"

static bool cannot(enum env_dialect d, struct err *e, const char *what)
{
    return err_set(e, ERR_SYNTAX, "a file of %.*s cannot hold %s", STR_ARG(env_dialect_title(d)),
                   what);
}

static bool has(str value, const char *octets)
{
    for (size_t i = 0; i < value.n; i++)
        if (str_find_octet(str_from(octets), value.p[i]) != STR_NOT_FOUND)
            return true;
    return false;
}

/* Nothing in it means anything to any dialect. */
static bool is_bare(str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (!is_alnum(value.p[i]) && str_find_octet(STR("_@%+:,./-"), value.p[i]) == STR_NOT_FOUND)
            return false;
    return value.n > 0;
}

/* python-dotenv replaces ${...} within any quotes; ${:-$} stands for the dollar sign alone, ${:-} for nothing: put
 * between a backslash at the end and the quote, which would else be taken for one that is meant. */
static bool quote_python(str value, struct buf *out, struct err *e UNUSED)
{
    bool controls = has(value, "\n\r\t\a\b\f\v");
    char quote = controls ? '"' : '\'';
    buf_addc(out, quote);
    for (size_t i = 0; i < value.n; i++) {
        static const char FROM[] = "\n\r\t\a\b\f\v", TO[] = "nrtabfv";
        char c = value.p[i];
        size_t control = str_find_octet(str_from(FROM), c);
        if (control != STR_NOT_FOUND) {
            buf_addc(out, '\\');
            buf_addc(out, TO[control]);
        } else if (c == '$' && i + 1 < value.n && value.p[i + 1] == '{')
            buf_add(out, STR("${:-$}"));
        else {
            if (c == '\\' || c == quote)
                buf_addc(out, '\\');
            buf_addc(out, c);
        }
    }
    if (value.n && value.p[value.n - 1] == '\\')
        buf_add(out, STR("${:-}"));
    return buf_addc(out, quote);
}

static void quote_escaping(str value, const char *escaped, struct buf *out)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (c == '\n' || c == '\r')
            buf_add(out, c == '\n' ? STR("\\n") : STR("\\r"));
        else {
            if (str_find_octet(str_from(escaped), c) != STR_NOT_FOUND)
                buf_addc(out, '\\');
            buf_addc(out, c);
        }
    }
    buf_addc(out, '"');
}

static void quote_single(str value, struct buf *out)
{
    buf_addc(out, '\'');
    buf_add(out, value);
    buf_addc(out, '\'');
}

/* Single quotes keep all but ' and \, so where those are it is double ones. */
static bool quote_compose(str value, struct buf *out, struct err *e UNUSED)
{
    if (has(value, "'\\\n\r"))
        quote_escaping(value, "\"\\$", out);
    else
        quote_single(value, out);
    return true;
}

/* phpdotenv finds a value of many lines by =" alone, so that no plain " may stand in single quotes. */
static bool quote_phpdotenv(str value, struct buf *out, struct err *e UNUSED)
{
    if (has(value, "'\"\n\r"))
        quote_escaping(value, "\"\\$", out);
    else
        quote_single(value, out);
    return true;
}

static bool quote_docker(str value, struct buf *out, struct err *e)
{
    if (has(value, "\n\r"))
        return cannot(ENV_DOCKER, e, "a line end in a value");
    return buf_add(out, value) || true;
}

/* Pieces one behind the other: 'it'"'"'s'. A CR, which a reader would make a LF, goes as \r in a piece of double
 * quotes where the dialect knows that. */
static bool quote_pieces(str value, bool cr, struct buf *out)
{
    buf_addc(out, '\'');
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '\'')
            buf_add(out, STR("'\"'\"'"));
        else if (value.p[i] == '\r' && cr)
            buf_add(out, STR("'\"\\r\"'"));
        else
            buf_addc(out, value.p[i]);
    return buf_addc(out, '\'');
}

static bool quote_symfony(str value, struct buf *out, struct err *e UNUSED)
{
    return quote_pieces(value, true, out);
}

static bool quote_systemd(str value, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 && value.p[i] != '\t' && value.p[i] != '\n')
            return cannot(ENV_SYSTEMD, e, "a control character in a value");
    return quote_pieces(value, false, out);
}

static bool quote_sh(str value, struct buf *out, struct err *e UNUSED)
{
    quote_shell(out, value);
    return true;
}

/* Inside the quotes of dotenv for Node.js nothing but \n and \r in double ones is replaced, so that a quote can
 * hold only what is not that quote. */
static bool quote_node(str value, struct buf *out, struct err *e)
{
    static const char QUOTES[] = "'`\"";
    bool odd_end = value.n && value.p[value.n - 1] == '\\';
    for (size_t i = 0; QUOTES[i] && !odd_end; i++) {
        char one[2] = { QUOTES[i], '\0' };
        bool escapes = QUOTES[i] == '"' && (str_find(value, STR("\\n")) != STR_NOT_FOUND ||
                                            str_find(value, STR("\\r")) != STR_NOT_FOUND);
        if (has(value, one) || escapes || (has(value, "\r") && QUOTES[i] != '"'))
            continue;
        if (QUOTES[i] == '"' && has(value, "\r"))
            quote_escaping(value, "", out);
        else {
            buf_addc(out, QUOTES[i]);
            buf_add(out, value);
            buf_addc(out, QUOTES[i]);
        }
        return true;
    }
    bool plain = value.n && !has(value, "#\r\n") && !has(str_take(value, 1), " \t'`\"") &&
                 !has(str_skip(value, value.n - 1), " \t") && str_is_ascii(value);
    if (!plain)
        return cannot(ENV_NODE, e,
                      "all three kinds of quotes, or a backslash at the end, beside a # or a blank "
                      "at one end");
    buf_add(out, value);
    return true;
}

bool env_quote(enum env_dialect d, str value, struct buf *out, struct err *e)
{
    static bool (*const QUOTE[ENV_DIALECTS])(str, struct buf *, struct err *) = {
        [ENV_PYTHON] = quote_python,     [ENV_COMPOSE_1] = quote_python,
        [ENV_COMPOSE_2] = quote_compose, [ENV_DOCKER] = quote_docker,
        [ENV_SYMFONY] = quote_symfony,   [ENV_PHP] = quote_phpdotenv,
        [ENV_NODE] = quote_node,         [ENV_SHELL] = quote_sh,
        [ENV_SYSTEMD] = quote_systemd,
    };
    if (str_find_octet(value, '\0') != STR_NOT_FOUND)
        return cannot(d, e, "a NUL");
    if (d != ENV_SHELL && d != ENV_DOCKER && !str_is_utf8(value))
        return cannot(d, e, "octets that are not UTF-8");
    if (is_bare(value))
        return buf_add(out, value) || true;
    return QUOTE[d](value, out, e);
}
