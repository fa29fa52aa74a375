/* SPDX-License-Identifier: ISC */
/*
 * discover/xml.h - a small XML document, walked from its beginning to its end
 * Owns    the limits: octets, depth, elements. No document type that declares anything is taken, and so no
 *         entity but the five that every document has: nothing can unfold.
 * Speaks  XML 1.0 by expat, and what real files need besides: blanks before the declaration, a byte order
 *         mark, an encoding that is declared and not the one that is there, bare ampersands.
 * Leaves  what an element means to the readers of a format.
 */
#ifndef BATON_DISCOVER_XML_H
#define BATON_DISCOVER_XML_H
#include "base/err.h"
#include "base/str.h"

enum {
    XML_OCTETS_MAX = 256 << 10,
    XML_DEPTH_MAX = 32,
    XML_ELEMENTS_MAX = 20000,
    XML_TEXT_MAX = 1024
};

/* Good during the call that brings it. Names are without their prefix. */
struct xml_place {
    str name;
    unsigned depth;          /* of the root: 1 */
    const char **attributes; /* name, value, ..., NULL; in begin only */
};

struct xml_reader {
    /* Everything that was read so far does not count: the document is read again, in another encoding. */
    void (*restart)(void *user);
    void (*begin)(void *user, const struct xml_place *at);
    /* text: of an element that holds no other, without blanks around it, UTF-8; empty where it is longer than
     * XML_TEXT_MAX, or holds an entity that nobody defined. */
    void (*end)(void *user, const struct xml_place *at, str text);
};

/* The value of an attribute, its case of no account; empty: there is none. */
str xml_attribute(const struct xml_place *at, const char *name);

/* False: the document is no XML, or passes a limit; the error says what and in which line. */
bool xml_read(str document, const struct xml_reader *r, void *user, struct err *e) MUST_CHECK;
#endif
