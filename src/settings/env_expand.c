/* SPDX-License-Identifier: ISC */
#include "settings/env_expand.h"
#include "settings/env_scan.h"

static bool give_up(struct expand *x, size_t at, const char *why)
{
    x->broken = why;
    x->broken_at = at;
    return false;
}

static void put(struct expand *x, str value)
{
    x->how |= SETTINGS_ITEM_EXPANDED;
    buf_add(x->out, value);
}

static void put_nothing(struct expand *x, str name)
{
    x->how |= SETTINGS_ITEM_LOST;
    if (!x->lost.p)
        x->lost = name;
}

static size_t next_of(str text, size_t from, char a, char b)
{
    while (from < text.n && text.p[from] != a && text.p[from] != b)
        from++;
    return from;
}

/* ---- python-dotenv: \$\{ [^}:]* ( :- [^}]* )? \} ---- */

struct python_stops {
    size_t stop, brace; /* the next } or :, the next }, as far as they lie ahead */
};

/* Octets of the reference at `at`, 0: it is none. */
static size_t python_reference(str text, size_t at, struct python_stops *next, str *name,
                               str *otherwise)
{
    size_t begin = at + 2;
    if (next->stop < begin)
        next->stop = next_of(text, begin, '}', ':');
    if (next->stop >= text.n)
        return 0;
    *name = str_take(str_skip(text, begin), next->stop - begin);
    *otherwise = STR_NONE;
    if (text.p[next->stop] == '}')
        return next->stop + 1 - at;
    size_t value = next->stop + 2;
    if (value > text.n || text.p[next->stop + 1] != '-')
        return 0;
    if (next->brace < value)
        next->brace = next_of(text, value, '}', '}');
    if (next->brace >= text.n)
        return 0;
    *otherwise = (str){ text.p + value, next->brace - value };
    return next->brace + 1 - at;
}

static bool expand_python(struct expand *x, str text)
{
    struct python_stops next = { 0, 0 };
    for (size_t at = 0; at < text.n;) {
        str name, otherwise, value;
        size_t n = 0;
        if (text.p[at] == '$' && at + 1 < text.n && text.p[at + 1] == '{')
            n = python_reference(text, at, &next, &name, &otherwise);
        if (!n) {
            buf_addc(x->out, text.p[at++]);
            continue;
        }
        if (name.n && x->lookup(x->who, name, &value))
            put(x, value);
        else if (otherwise.p)
            put(x, otherwise);
        else
            put_nothing(x, name);
        at += n;
    }
    return true;
}

/* ---- Docker Compose ---- */

/* ":-" and its kin behind a name. */
struct operation {
    bool or_empty; /* with a colon: set but empty counts as not set */
    char sign;     /* - + ? or NUL */
};

static struct operation operation_at(str text, size_t at, enum expand_kind kind, size_t *n)
{
    struct operation o = { false, '\0' };
    bool colon = at < text.n && text.p[at] == ':';
    char sign = at + colon < text.n ? text.p[at + colon] : '\0';
    *n = 0;
    if (sign == '-' || sign == '?' || (sign == '+' && kind == EXPAND_COMPOSE_2)) {
        o = (struct operation){ colon, sign };
        *n = 1 + (size_t)colon;
    }
    return o;
}

/* The brace that ends what began in front of from. */
static size_t closing(str text, size_t from, enum expand_kind kind)
{
    size_t depth = 1;
    for (size_t at = from; at < text.n; at++) {
        if (text.p[at] == '}' && --depth == 0)
            return at;
        if (text.p[at] == '\n' && kind == EXPAND_COMPOSE_2)
            return STR_NOT_FOUND;
        if (kind == EXPAND_COMPOSE_2 && text.p[at] == '$' && at + 1 < text.n &&
            text.p[at + 1] == '{') {
            depth++;
            at++;
        }
    }
    return STR_NOT_FOUND;
}

static bool compose(struct expand *x, enum expand_kind kind, str text, unsigned depth);

static bool otherwise(struct expand *x, enum expand_kind kind, str text, unsigned depth)
{
    x->how |= SETTINGS_ITEM_EXPANDED;
    if (kind == EXPAND_COMPOSE_2)
        return compose(x, kind, text, depth + 1);
    buf_add(x->out, text);
    return true;
}

static bool braced(struct expand *x, enum expand_kind kind, str text, size_t *at, unsigned depth)
{
    str name = env_name_at(text, *at + 2), value = STR("");
    size_t behind = *at + 2 + name.n, sign;
    struct operation o = operation_at(text, behind, kind, &sign);
    size_t end = name.n ? closing(text, behind, kind) : STR_NOT_FOUND;
    if (end == STR_NOT_FOUND || (!o.sign && end != behind))
        return give_up(x, *at,
                       "what stands behind ${ is no reference, and Docker Compose stops "
                       "here; a dollar sign that is meant is written $$");
    str word = str_take(str_skip(text, behind + sign), end - behind - sign);
    bool set = x->lookup(x->who, name, &value);
    bool there = set && !(o.or_empty && !value.n);
    *at = end + 1;
    if (o.sign == '+') {
        x->how |= SETTINGS_ITEM_EXPANDED;
        return there ? otherwise(x, kind, word, depth) : true;
    }
    if (there) {
        put(x, value);
        return true;
    }
    if (o.sign == '-')
        return otherwise(x, kind, word, depth);
    if (o.sign == '?') {
        x->wanted = name;
        return give_up(x, *at, "a variable that must be set is not, and Docker Compose stops here");
    }
    put_nothing(x, name);
    return true;
}

static bool compose(struct expand *x, enum expand_kind kind, str text, unsigned depth)
{
    if (depth > EXPAND_DEPTH)
        return give_up(x, 0, "references stand too deep inside each other");
    for (size_t at = 0; at < text.n;) {
        char next = at + 1 < text.n ? text.p[at + 1] : '\0';
        str name, value;
        if (text.p[at] != '$') {
            buf_addc(x->out, text.p[at++]);
        } else if (next == '$') {
            buf_addc(x->out, '$');
            at += 2;
        } else if (next == '{') {
            if (!braced(x, kind, text, &at, depth))
                return false;
        } else if ((name = env_name_at(text, at + 1)).n) {
            if (x->lookup(x->who, name, &value))
                put(x, value);
            else
                put_nothing(x, name);
            at += 1 + name.n;
        } else if (kind == EXPAND_COMPOSE_1) {
            return give_up(x, at,
                           "docker-compose 1.x stops at this dollar sign; one that is meant "
                           "is written $$");
        } else
            buf_addc(x->out, text.p[at++]);
    }
    return true;
}

bool expand(struct expand *x, enum expand_kind kind, str text)
{
    return kind == EXPAND_PYTHON ? expand_python(x, text) : compose(x, kind, text, 0);
}
