/* SPDX-License-Identifier: ISC */
/* Elements close in the order in which they were opened, within the limits, and texts are UTF-8. */
#include "discover/xml.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct seen {
    unsigned depth, elements;
};

static void restart(void *user)
{
    *(struct seen *)user = (struct seen){ .depth = 0 };
}

static void begin(void *user, const struct xml_place *at)
{
    struct seen *s = user;
    assert(at->depth == ++s->depth && at->depth <= XML_DEPTH_MAX);
    assert(++s->elements <= XML_ELEMENTS_MAX);
    str type = xml_attribute(at, "type");
    assert(type.n == 0 || type.p != NULL);
}

static void end(void *user, const struct xml_place *at, str text)
{
    struct seen *s = user;
    assert(at->depth == s->depth-- && text.n <= XML_TEXT_MAX);
    assert(str_is_utf8(text) && str_eq(str_trim(text), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct xml_reader READER = { restart, begin, end };
    struct seen s = { .depth = 0 };
    struct err e = { .kind = ERR_NONE };
    char *exact = malloc(size + 1);
    assert(exact);
    memcpy(exact, data, size);
    if (xml_read((str){ exact, size }, &READER, &s, &e))
        assert(s.depth == 0 && s.elements > 0);
    else
        assert(e.kind != ERR_NONE && e.why[0]);
    free(exact);
    return 0;
}
