/* SPDX-License-Identifier: ISC */
/* A list gives the same lines however it is cut; a line has no line end in it and no blanks around it. */
#include "domain/list.h"
#include <assert.h>

struct seen {
    uint64_t hash, lines, number;
};

static void take(struct seen *s, const struct domain_list *l, enum domain_line got, str text)
{
    assert(got != DOMAIN_LINE_MORE && text.n <= DOMAIN_LINE_MAX);
    assert(str_find_octet(text, '\n') == STR_NOT_FOUND && str_trim(text).n == text.n);
    assert(got == DOMAIN_LINE_TOO_LONG || (text.n > 0 && text.p[0] != '#'));
    assert(l->number > s->number);
    str domain = domain_of_typed(text);
    assert(domain.n <= text.n && str_find_octet(domain, '@') == STR_NOT_FOUND);
    s->number = l->number;
    s->lines++;
    s->hash = s->hash * 31 + (uint64_t)got;
    for (size_t i = 0; i < text.n; i++)
        s->hash = s->hash * 1099511628211u + (unsigned char)text.p[i];
}

static struct seen read_in(str file, size_t piece)
{
    struct seen s = { 0 };
    struct domain_list l;
    str text = STR_NONE;
    enum domain_line got;
    domain_list_init(&l);
    for (size_t at = 0; at < file.n; at += piece) {
        str rest = str_take(str_skip(file, at), piece);
        while ((got = domain_list_next(&l, &rest, &text)) != DOMAIN_LINE_MORE)
            take(&s, &l, got, text);
    }
    if ((got = domain_list_end(&l, &text)) != DOMAIN_LINE_MORE)
        take(&s, &l, got, text);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str file = { (const char *)data, size };
    struct seen whole = read_in(file, size ? size : 1);
    struct seen ones = read_in(file, 1), sevens = read_in(file, 7);
    assert(whole.hash == ones.hash && whole.lines == ones.lines && whole.number == ones.number);
    assert(whole.hash == sevens.hash && whole.lines == sevens.lines);
    return 0;
}
