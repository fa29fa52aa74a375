/* SPDX-License-Identifier: ISC */
#include "discover/fetched.h"
#include "base/arena.h"
#include <stdlib.h>

enum state { NOTED, HANDED_OUT, ANSWERED };
struct entry {
    enum state state;
    str url;
    struct web_page page;
};

struct fetched {
    struct arena memory;
    struct entry entries[FETCHED_MAX]; /* in the order in which they were noted */
    size_t count, open;
    struct web_page full; /* what a URL gets that found no room */
};

static const struct web_page NO_ROOM = { .outcome = WEB_UNABLE,
                                         .why = "too many pages were asked for" };

struct fetched *fetched_new(void)
{
    struct fetched *f = calloc(1, sizeof(*f));
    if (f) {
        arena_init(&f->memory, FETCHED_OCTETS_MAX);
        f->full = NO_ROOM;
    }
    return f;
}

void fetched_free(struct fetched *f)
{
    if (f)
        arena_done(&f->memory);
    free(f);
}

/* NULL: no room. */
static struct entry *note(struct fetched *f, str url)
{
    for (size_t i = 0; i < f->count; i++)
        if (str_eq(f->entries[i].url, url))
            return &f->entries[i];
    str copy = f->count < FETCHED_MAX ? arena_dup(&f->memory, url) : STR_NONE;
    if (!copy.p)
        return NULL;
    struct entry *e = &f->entries[f->count++];
    *e = (struct entry){ .url = copy };
    return e;
}

const struct web_page *fetched_get(struct fetched *f, str url)
{
    const struct entry *e = note(f, url);
    if (!e)
        return &f->full;
    return e->state == ANSWERED ? &e->page : NULL;
}

bool fetched_next(struct fetched *f, str *url)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->entries[i].state != NOTED)
            continue;
        f->entries[i].state = HANDED_OUT;
        f->open++;
        *url = f->entries[i].url;
        return true;
    }
    return false;
}

static bool keep(struct arena *memory, str *s)
{
    if (!s->p)
        return true;
    *s = arena_dup(memory, *s);
    return s->p != NULL;
}

void fetched_put(struct fetched *f, str url, const struct web_page *page)
{
    struct entry *e = note(f, url);
    if (!e || e->state == ANSWERED)
        return;
    if (e->state == HANDED_OUT)
        f->open--;
    e->state = ANSWERED;
    e->page = *page;
    if (!keep(&f->memory, &e->page.url) || !keep(&f->memory, &e->page.content_type) ||
        !keep(&f->memory, &e->page.body))
        e->page = NO_ROOM;
}

size_t fetched_open(const struct fetched *f)
{
    return f->open;
}
