/* SPDX-License-Identifier: ISC */
#include "mail/from.h"
#include <string.h>

enum { DEEPEST = 16 /* comments inside comments */, FIRST_MEMORY = 1 << 20 };

/* Reads one field octet by octet, over its folds. */
struct reader {
    struct arena *memory;
    struct mail_from *out;
    bool no_memory;
    char room[MAIL_ADDRESS_MAX];
    size_t n;
    unsigned depth; /* of comments */
    bool quoted, escaped;
    bool literal; /* inside [...] of a domain */
    bool bracket; /* inside <...> */
    bool over;    /* the brackets are closed: only the next author may follow */
    bool gap;     /* blanks or a comment since the last octet that was kept */
    bool words;   /* two words without a dot or @ between them: a name, not an address */
    bool group;
    bool overflow, broken;
};

static void author_begins(struct reader *r)
{
    r->n = 0;
    r->bracket = r->over = r->gap = r->words = r->overflow = false;
}

static void keep(struct reader *r, char c)
{
    char last = r->n > 0 ? r->room[r->n - 1] : '@';
    if (r->gap && !r->quoted && last != '@' && last != '.' && c != '@' && c != '.')
        r->words = true;
    r->gap = false;
    if (r->n == sizeof r->room)
        r->overflow = true;
    else
        r->room[r->n++] = c;
}

/* "<@relay,@relay:anna@corp.example>": the route says nothing (RFC 5322 section 4.4). */
static str without_route(str address)
{
    size_t colon = address.n > 0 && address.p[0] == '@' ? str_find_octet(address, ':')
                                                        : STR_NOT_FOUND;
    return colon == STR_NOT_FOUND ? address : str_skip(address, colon + 1);
}

static bool has_both_parts(str address)
{
    size_t at = str_rfind_octet(address, '@');
    return at != STR_NOT_FOUND && at > 0 && at + 1 < address.n;
}

/* The author read so far is whole. Nothing at all between two commas is an obsolete form, and fine. */
static void author_ends(struct reader *r)
{
    str address = without_route((str){ r->room, r->n });
    bool nothing = r->n == 0 && !r->bracket;
    r->broken |= (r->bracket && !r->over) || r->words;
    if (r->overflow || (!nothing && r->out->count == MAIL_AUTHORS_MAX)) {
        r->out->trouble |= MAIL_FROM_TOO_MUCH;
    } else if (!nothing && !has_both_parts(address)) {
        r->broken = true;
    } else if (!nothing) {
        struct mail_author *a = &r->out->authors[r->out->count];
        a->address = arena_dup(r->memory, address);
        r->no_memory |= a->address.p == NULL;
        a->domain = str_skip(a->address, str_rfind_octet(a->address, '@') + 1);
        r->out->count += a->address.p != NULL;
    }
    author_begins(r);
}

static void in_comment(struct reader *r, char c)
{
    if (c == '(' && ++r->depth > DEEPEST) {
        r->broken = true;
        r->depth = DEEPEST;
    } else if (c == ')') {
        r->depth--;
    }
    r->gap = true;
}

static void opens_bracket(struct reader *r)
{
    r->broken |= r->bracket;
    r->n = 0; /* what stood before was a display name */
    r->bracket = true;
    r->words = r->gap = r->overflow = false;
}

static void group_begins(struct reader *r)
{
    r->broken |= r->group;
    r->group = true;
    r->out->trouble |= MAIL_FROM_GROUP;
    author_begins(r); /* what stood before was its name */
}

static void group_ends(struct reader *r)
{
    r->broken |= !r->group;
    author_ends(r);
    r->group = false;
}

static void plain(struct reader *r, char c)
{
    if (r->bracket && !r->over && (c == ',' || c == ':' || c == ';')) {
        keep(r, c); /* of a route; without_route() takes it away */
        return;
    }
    if (r->over && c != ',' && c != ';' && c != '(') {
        r->broken = true;
        return;
    }
    switch (c) {
    case '(': r->depth = 1; break;
    case ')': r->broken = true; break;
    case '<': opens_bracket(r); break;
    case '>':
        r->broken |= !r->bracket;
        r->over = true;
        break;
    case ',': author_ends(r); break;
    case ';': group_ends(r); break;
    case ':': group_begins(r); break;
    case '[':
        r->literal = true;
        keep(r, c);
        break;
    case '"':
        keep(r, c);
        r->quoted = true;
        break;
    default: keep(r, c); break;
    }
}

static void take(struct reader *r, char c)
{
    if (c == '\r' || c == '\n')
        return; /* of a fold */
    if (c == '\0')
        r->broken = true;
    if (r->escaped) {
        r->escaped = false;
        if (!r->depth)
            keep(r, c);
    } else if (c == '\\' && (r->quoted || r->depth || r->literal)) {
        r->escaped = true;
        if (!r->depth)
            keep(r, c);
    } else if (r->quoted) {
        keep(r, c);
        r->quoted = c != '"';
    } else if (r->depth) {
        in_comment(r, c);
    } else if (c == ' ' || c == '\t') {
        r->gap = true;
    } else if (r->literal) {
        keep(r, c);
        r->literal = c != ']';
    } else {
        plain(r, c);
    }
}

static bool read_field(const struct mail_field *f, struct arena *memory, struct mail_from *out)
{
    struct reader r = { .memory = memory, .out = out };
    for (size_t i = 0; i < f->value.n && !r.no_memory; i++)
        take(&r, f->value.p[i]);
    r.broken |= r.depth > 0 || r.quoted || r.escaped || r.literal || r.group;
    author_ends(&r);
    if (r.broken)
        out->trouble |= MAIL_FROM_SYNTAX;
    return !r.no_memory;
}

bool mail_from_read(const struct mail_header *h, struct arena *memory, struct mail_from *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < h->count; i++) {
        if (!str_eq_nocase(h->fields[i].name, STR("From")))
            continue;
        out->fields++;
        if (!read_field(&h->fields[i], memory, out))
            return false;
    }
    return true;
}

bool mail_from_field(const struct mail_field *f, struct arena *memory, struct mail_from *out)
{
    memset(out, 0, sizeof *out);
    out->fields = 1;
    return read_field(f, memory, out);
}

str mail_from_first(str message, char room[MAIL_ADDRESS_MAX])
{
    struct arena memory;
    struct mail_header header;
    struct mail_from from;
    str found = STR_NONE;
    arena_init(&memory, FIRST_MEMORY);
    if (mail_header_read(message, &memory, &header, NULL) &&
        mail_from_read(&header, &memory, &from) && from.count > 0) {
        found = (str){ room, from.authors[0].address.n };
        memcpy(room, from.authors[0].address.p, found.n);
    }
    arena_done(&memory);
    return found;
}
