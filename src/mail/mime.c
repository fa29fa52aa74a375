/* SPDX-License-Identifier: ISC */
#include "mail/mime.h"
#include "mail/decode.h"
#include <string.h>

/* One pass over the lines. Open multiparts are a stack; each line that begins with "--" is held against the
 * boundaries on it, the innermost first, so that an outer boundary ends whatever was left open inside (RFC 2046
 * section 5.1.2). */
struct level {
    size_t part;
    str boundary; /* empty: named nowhere, to be taken from the text */
    bool used;    /* has been seen */
};

enum state {
    IN_HEADER,
    IN_LEAF,
    IN_BETWEEN /* preamble or epilogue of a multipart, or behind everything */
};

struct reader {
    struct arena *memory;
    struct mail_part *parts;
    size_t count;
    unsigned odd, base_depth;
    struct level levels[MAIL_DEPTH_MAX];
    size_t open;
    enum state state;
    size_t begin; /* of the header or the leaf */
    str text;
    bool full, failed;
};

static const str FIRST_FIELDS[] = {
    STR_INIT("received"),
    STR_INIT("from"),
    STR_INIT("to"),
    STR_INIT("subject"),
    STR_INIT("date"),
    STR_INIT("message-id"),
    STR_INIT("mime-version"),
    STR_INIT("content-type"),
    STR_INIT("return-path"),
    STR_INIT("delivered-to"),
    STR_INIT("x-original-to"),
    STR_INIT("envelope-to"),
    STR_INIT("content-transfer-encoding"),
    STR_INIT("content-description"),
    STR_INIT("auto-submitted"),
    STR_INIT("authentication-results"),
    STR_INIT("dkim-signature"),
    STR_INIT("arc-seal"),
};

static str line_at(str text)
{
    str rest = text;
    str line = str_cut(&rest, '\n');
    return line.n > 0 && line.p[line.n - 1] == '\r' ? str_take(line, line.n - 1) : line;
}

static str next_line(str text)
{
    size_t end = str_find_octet(text, '\n');
    return str_skip(text, end == STR_NOT_FOUND ? text.n : end + 1);
}

static bool is_dashes(str line)
{
    return line.n > 2 && line.p[0] == '-' && line.p[1] == '-';
}

static bool is_part_header(str line)
{
    return str_starts_nocase(line, STR("content-"));
}

static bool is_fold(str line)
{
    return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* Does it begin in the middle of a message: a boundary and a part's header? */
static bool begins_at_boundary(str text)
{
    return is_dashes(line_at(text)) && is_part_header(line_at(next_line(text)));
}

static str skip_blank_lines(str text)
{
    while (text.n > 0 && str_trim(line_at(text)).n == 0)
        text = next_line(text);
    return text;
}

bool mail_parts_likely(str text)
{
    unsigned known = 0, strong = 0;
    text = skip_blank_lines(text);
    if (begins_at_boundary(text))
        return true;
    for (unsigned i = 0; i < 256 && text.n > 0; i++, text = next_line(text)) {
        str line = line_at(text);
        struct mail_field f;
        if (line.n == 0)
            break;
        if (is_fold(line) || (i == 0 && str_starts(line, STR("From "))))
            continue;
        if (!mail_field_read(line, &f))
            return false;
        for (size_t k = 0; k < COUNT_OF(FIRST_FIELDS); k++)
            known += str_eq_nocase(f.name, FIRST_FIELDS[k]);
        strong += str_eq_nocase(f.name, STR("content-type")) ||
                  str_eq_nocase(f.name, STR("mime-version")) ||
                  str_eq_nocase(f.name, STR("message-id")) ||
                  str_eq_nocase(f.name, STR("received"));
    }
    /* "From: Subject: To:" alone may be what a person quotes above a text. */
    return known >= 2 && strong >= 1;
}

/* ------------------------------------------------------------------------------------------------
 * One part
 */
static bool is_message_type(str type)
{
    return str_eq(type, STR("message/rfc822")) || str_eq(type, STR("message/global"));
}

static str field_value(const struct mail_part *p, str name)
{
    const struct mail_field *f = mail_header_first(&p->header, name);
    return f ? f->value : STR_NONE;
}

static enum mail_encoding encoding_of(str value, struct arena *memory)
{
    str word = mail_plain_value(value, memory);
    if (str_eq(word, STR("base64")))
        return MAIL_ENCODING_BASE64;
    return str_eq(word, STR("quoted-printable")) ? MAIL_ENCODING_QUOTED_PRINTABLE
                                                 : MAIL_ENCODING_NONE;
}

/* What its fields say of the part. */
static void describe(struct reader *r, struct mail_part *p)
{
    str type = field_value(p, STR("Content-Type"));
    bool digest = p->depth > r->base_depth && p->parent < r->count &&
                  str_eq(r->parts[p->parent].type, STR("multipart/digest"));
    p->type = mail_plain_value(type, r->memory);
    if (str_find_octet(p->type, '/') ==
        STR_NOT_FOUND) /* RFC 2045 section 5.2, 2046 section 5.1.5 */
        p->type = digest && type.n == 0 ? STR("message/rfc822") : STR("text/plain");
    p->charset = mail_parameter(type, STR("charset"), r->memory);
    p->name = mail_parameter(field_value(p, STR("Content-Disposition")), STR("filename"),
                             r->memory);
    if (p->name.n == 0)
        p->name = mail_parameter(type, STR("name"), r->memory);
    p->encoding = encoding_of(field_value(p, STR("Content-Transfer-Encoding")), r->memory);
}

static struct mail_part *new_part(struct reader *r, size_t parent, unsigned depth)
{
    if (r->count == MAIL_PARTS_MAX) {
        r->odd |= MAIL_PARTS_TOO_MANY;
        r->full = true;
        return NULL;
    }
    struct mail_part *p = &r->parts[r->count++];
    *p = (struct mail_part){ .parent = parent, .depth = depth, .type = STR("text/plain") };
    return p;
}

static bool is_text(const struct mail_part *p)
{
    return str_starts(p->type, STR("text/")) || str_starts(p->type, STR("message/"));
}

static void decode(struct reader *r, struct mail_part *p)
{
    if (!is_text(p))
        return;
    p->body = p->raw;
    if (p->raw.n > 0 && p->encoding == MAIL_ENCODING_BASE64)
        p->body = mail_base64(p->raw, r->memory);
    else if (p->raw.n > 0 && p->encoding == MAIL_ENCODING_QUOTED_PRINTABLE)
        p->body = mail_quoted_printable(p->raw, r->memory);
    if (p->body.n > 0)
        p->body = mail_utf8(p->body, p->charset, r->memory);
    r->failed |= p->raw.n > 0 && !p->body.p;
}

/* The octets from begin to end without the line end before the boundary, which belongs to the boundary (RFC 2046
 * section 5.1.1). */
static str between(const struct reader *r, size_t begin, size_t end)
{
    str all = str_skip(str_take(r->text, end), begin);
    if (all.n > 0 && all.p[all.n - 1] == '\n')
        all.n--;
    if (all.n > 0 && all.p[all.n - 1] == '\r')
        all.n--;
    return all;
}

static void read_parts(struct reader *r, str text, size_t parent, unsigned depth);

/* A message in a part that is encoded (RFC 2046 section 5.2.1 forbids it, RFC 6532 section 3.5 does not): it is read
 * by itself. */
static void open_encoded(struct reader *r, size_t part)
{
    struct mail_part *p = &r->parts[part];
    if (!is_message_type(p->type) || p->encoding == MAIL_ENCODING_NONE || r->failed || r->full)
        return;
    if (p->depth + 1 >= MAIL_DEPTH_MAX) {
        r->odd |= MAIL_PARTS_TOO_DEEP;
        return;
    }
    p->container = true;
    read_parts(r, p->body, part, p->depth + 1);
}

static void end_leaf(struct reader *r, size_t end, bool at_boundary)
{
    size_t part = r->count - 1;
    struct mail_part *p = &r->parts[part];
    p->raw = at_boundary ? between(r, r->begin, end) : str_skip(str_take(r->text, end), r->begin);
    decode(r, p);
    open_encoded(r, part);
    r->state = IN_BETWEEN;
}

/* ------------------------------------------------------------------------------------------------
 * Lines
 */
/* A multipart that ends without having had a part was none. */
static void close_level(struct reader *r, size_t end)
{
    struct level *l = &r->levels[--r->open];
    struct mail_part *p = &r->parts[l->part];
    if (p->raw.p)
        p->raw.n = end - (size_t)(p->raw.p - r->text.p);
    if (l->used)
        return;
    r->odd |= MAIL_PARTS_NONE;
    p->container = false;
    p->type = STR("text/plain");
    decode(r, p);
}

static void begin_header(struct reader *r, size_t at, size_t parent, unsigned depth)
{
    if (new_part(r, parent, depth)) {
        r->state = IN_HEADER;
        r->begin = at;
    }
}

static void push_multipart(struct reader *r, size_t part, size_t body)
{
    struct mail_part *p = &r->parts[part];
    str boundary = str_trim(
        mail_parameter(field_value(p, STR("Content-Type")), STR("boundary"), r->memory));
    if (boundary.n > MAIL_BOUNDARY_MAX)
        boundary = STR_NONE;
    p->container = true;
    p->raw = str_skip(r->text, body);
    r->levels[r->open++] = (struct level){ part, boundary, false };
    r->state = IN_BETWEEN;
}

/* The header of the newest part ends, its body begins. */
static void end_header(struct reader *r, size_t body)
{
    size_t part = r->count - 1;
    struct mail_part *p = &r->parts[part];
    str block = str_skip(str_take(r->text, body), r->begin);
    if (!mail_header_read(block, r->memory, &p->header, NULL)) {
        p->header = (struct mail_header){ 0 };
        r->odd |= MAIL_PARTS_NO_FIELDS;
    }
    p->header.body = str_skip(r->text, body);
    describe(r, p);
    r->state = IN_LEAF;
    r->begin = body;
    bool holds = str_starts(p->type, STR("multipart/")) ||
                 (is_message_type(p->type) && p->encoding == MAIL_ENCODING_NONE);
    if (!holds)
        return;
    if (p->depth + 1 >= MAIL_DEPTH_MAX || r->open == MAIL_DEPTH_MAX) {
        r->odd |= MAIL_PARTS_TOO_DEEP;
        p->type = STR("text/plain");
    } else if (str_starts(p->type, STR("multipart/"))) {
        push_multipart(r, part, body);
    } else {
        p->container = true;
        p->raw = p->header.body;
        begin_header(r, body, part, p->depth + 1);
    }
}

/* Ends what is open at a line that begins at octet at. */
static void end_open(struct reader *r, size_t at, bool at_boundary)
{
    if (r->state == IN_HEADER)
        end_header(r, at);
    if (r->state == IN_LEAF)
        end_leaf(r, at, at_boundary);
}

static bool is_boundary(str line, str boundary, bool *last)
{
    str rest = str_skip(line, 2);
    if (boundary.n == 0 || !str_starts(rest, boundary))
        return false;
    rest = str_skip(rest, boundary.n);
    *last = str_starts(rest, STR("--"));
    return *last || str_trim(rest).n == 0;
}

/* Which open multipart's boundary the line is; open: none. */
static size_t level_of(struct reader *r, str line, str behind, bool *last)
{
    for (size_t i = r->open; i-- > 0;)
        if (is_boundary(line, r->levels[i].boundary, last))
            return i;
    struct level *top = r->open ? &r->levels[r->open - 1] : NULL;
    if (r->state != IN_BETWEEN || !top || top->used || !is_part_header(line_at(behind)))
        return r->open;
    top->boundary = str_trim(str_skip(line, 2));
    r->odd |= MAIL_PARTS_LIES;
    *last = false;
    return r->open - 1;
}

/* Messages that hold the newest part end where it does; those that ended before keep their end. */
static void end_messages(struct reader *r, size_t end)
{
    for (size_t i = r->count - 1; r->parts[i].depth > r->base_depth; i = r->parts[i].parent) {
        struct mail_part *p = &r->parts[i];
        if (p->container && is_message_type(p->type) && p->encoding == MAIL_ENCODING_NONE)
            p->raw = str_take(p->raw, between(r, (size_t)(p->raw.p - r->text.p), end).n);
    }
}

static void at_boundary(struct reader *r, size_t level, bool last, size_t at, size_t behind)
{
    end_open(r, at, true);
    end_messages(r, at);
    while (r->open > level + 1)
        close_level(r, at);
    struct level *l = &r->levels[level];
    l->used = true;
    r->state = IN_BETWEEN;
    if (last)
        close_level(r, at);
    else
        begin_header(r, behind, l->part, r->parts[l->part].depth + 1);
}

static void take_line(struct reader *r, size_t at, size_t behind)
{
    str line = line_at(str_skip(r->text, at));
    bool last = false;
    if (is_dashes(line)) {
        size_t level = level_of(r, line, str_skip(r->text, behind), &last);
        if (level < r->open) {
            at_boundary(r, level, last, at, behind);
            return;
        }
    }
    if (r->state != IN_HEADER)
        return;
    struct mail_field f;
    if (line.n == 0)
        end_header(r, behind);
    else if (at == r->begin && !is_fold(line) && !str_starts(line, STR("From ")) &&
             !mail_field_read(line, &f))
        end_header(r, at); /* no header at all: the text begins here */
}

/* Parts of text, the first of which is held by parent. */
static void read_parts(struct reader *r, str text, size_t parent, unsigned depth)
{
    struct reader inner = *r;
    inner.text = text;
    inner.open = 0;
    inner.base_depth = depth;
    inner.state = IN_BETWEEN;
    str begun = skip_blank_lines(text);
    size_t at = (size_t)(begun.p - text.p);
    begin_header(&inner, at, parent, depth);
    if (inner.state == IN_HEADER && begins_at_boundary(begun)) {
        inner.parts[inner.count - 1].type = STR("multipart/mixed");
        push_multipart(&inner, inner.count - 1, at);
    }
    while (at < text.n && !inner.full && !inner.failed) {
        size_t behind = text.n - next_line(str_skip(text, at)).n;
        take_line(&inner, at, behind);
        at = behind;
    }
    if (!inner.full)
        end_open(&inner, text.n, false);
    inner.odd |= inner.open ? MAIL_PARTS_CUT : 0;
    while (inner.open)
        close_level(&inner, text.n);
    r->count = inner.count;
    r->odd = inner.odd;
    r->full = inner.full;
    r->failed = inner.failed;
}

bool mail_parts_read(str message, struct arena *memory, struct mail_parts *out, struct err *e)
{
    struct reader r = { .memory = memory };
    r.parts = arena_alloc(memory, MAIL_PARTS_MAX * sizeof *r.parts);
    if (!r.parts)
        return err_memory(e, "the parts of a message");
    if (!message.p)
        message = STR("");
    read_parts(&r, message, 0, 0);
    if (r.failed)
        return err_memory(e, "the text of a message");
    *out = (struct mail_parts){ r.parts, r.count, r.odd };
    return true;
}

const struct mail_part *mail_parts_find(const struct mail_parts *m, size_t from, str type)
{
    for (size_t i = from; i < m->count; i++) {
        const struct mail_part *p = &m->parts[i];
        bool all = type.n > 0 && type.p[type.n - 1] == '/';
        if (!p->container && (all ? str_starts(p->type, type) : str_eq(p->type, type)))
            return p;
    }
    return NULL;
}
