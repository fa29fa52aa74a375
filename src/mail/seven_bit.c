/* SPDX-License-Identifier: ISC */
/*
 * mail/seven_bit.c - where the parts of a message begin and end, what each needs, and the labels they get
 *
 * Both passes read in the same way: lines, or pieces of lines that are longer than any boundary. The first notes of each part how
 * it is to be written; the second knows that when the part's header comes.
 */
#include "mail/seven_bit.h"
#include "mail/decode.h"
#include "mail/mime.h"
#include "mail/seven_bit_encode.h"
#include <stdlib.h>
#include <string.h>

enum {
    LINE_ROOM = 4096,
    LINE_LONGEST = 998,
    FIELD_MAX = 8192, /* of Content-Type */
    MEMORY_MAX = 64 << 10
};

enum state {
    IN_HEADER,
    IN_LEAF,   /* or in what must be left as it is */
    IN_BETWEEN /* preamble or epilogue of a multipart */
};
enum field { FIELD_NONE, FIELD_OTHER, FIELD_TYPE, FIELD_ENCODING };

struct level {
    char boundary[MAIL_BOUNDARY_MAX];
    size_t n;
    bool digest;
    bool used;    /* it was seen */
    bool over127; /* before it was */
};

struct mail_7bit {
    struct buf *out; /* NULL: the first pass */
    struct mail_7bit_facts facts;
    uint8_t how[MAIL_7BIT_PARTS_MAX]; /* enum mail_7bit_how */
    bool full;                        /* of parts */

    enum state state;
    struct level levels[MAIL_7BIT_DEPTH_MAX];
    unsigned open;
    unsigned parts;

    char line[LINE_ROOM];
    size_t line_n;
    bool in_line; /* line is not the beginning of one */

    /* The header being read. */
    struct buf type, encoding; /* values of the first such field */
    bool has_type, has_encoding, has_version, of_message, label_said;
    unsigned fields;
    enum field field;
    bool first_of_kind;

    /* The leaf being read. */
    enum mail_7bit_how if_over127;
    const char *forbids; /* why it must not be encoded; NULL: it may */
    bool says_8bit;      /* or binary */
    bool over127, rough; /* rough: not 7bit, though ASCII */
    size_t line_octets;
    struct mail_7bit_encoder encoder;
};

static void put(struct mail_7bit *c, str text)
{
    if (c->out)
        buf_add(c->out, text);
}

static void refuse(struct mail_7bit *c, const char *why)
{
    if (c->facts.refused.n == 0)
        c->facts.refused = str_from(why);
}

/* ---- life ---- */

static void begin_header(struct mail_7bit *c, bool of_message);

static void rewind_it(struct mail_7bit *c)
{
    c->open = c->parts = 0;
    c->full = c->in_line = false;
    c->line_n = 0;
    begin_header(c, true);
}

struct mail_7bit *mail_7bit_new(void)
{
    struct mail_7bit *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    buf_init(&c->type, FIELD_MAX);
    buf_init(&c->encoding, FIELD_MAX);
    rewind_it(c);
    return c;
}

void mail_7bit_free(struct mail_7bit *c)
{
    if (!c)
        return;
    buf_done(&c->type);
    buf_done(&c->encoding);
    free(c);
}

/* ---- what a part is ---- */

static enum mail_7bit_how how_of(const struct mail_7bit *c)
{
    return c->full ? MAIL_7BIT_KEEP : (enum mail_7bit_how)c->how[c->parts - 1];
}

static void decide(struct mail_7bit *c, enum mail_7bit_how how)
{
    if (c->out || c->full)
        return;
    c->how[c->parts - 1] = (uint8_t)how;
    c->facts.converted += how != MAIL_7BIT_KEEP && how != MAIL_7BIT_LABEL;
}

static void begin_header(struct mail_7bit *c, bool of_message)
{
    if (c->parts == MAIL_7BIT_PARTS_MAX) {
        c->full = true;
        refuse(c, "it has more parts than are converted");
    } else {
        c->parts++;
    }
    buf_clear(&c->type);
    buf_clear(&c->encoding);
    c->has_type = c->has_encoding = c->has_version = c->label_said = false;
    c->of_message = of_message;
    c->fields = 0;
    c->field = FIELD_NONE;
    c->state = IN_HEADER;
}

/* "text/plain" where none is given (RFC 2045 section 5.2), but in a digest (RFC 2046 section 5.1.5). */
static str type_of(struct mail_7bit *c, struct arena *memory)
{
    str type = mail_plain_value(buf_str(&c->type), memory);
    bool digest = !c->of_message && c->open > 0 && c->levels[c->open - 1].digest;
    if (str_find_octet(type, '/') != STR_NOT_FOUND)
        return type;
    return digest && !c->has_type ? STR("message/rfc822") : STR("text/plain");
}

static const char *forbidden(str type)
{
    if (str_eq(type, STR("multipart/signed")))
        return "a signed part holds them, which must not be changed (RFC 1847)";
    if (str_eq(type, STR("multipart/encrypted")))
        return "an encrypted part holds them, which must not be changed (RFC 1847)";
    if (str_starts(type, STR("multipart/")))
        return "a multipart holds them that cannot be taken apart";
    return "a part holds them that is message/... and must not be encoded (RFC 2046)";
}

static bool may_be_encoded(str type)
{
    return str_starts(type, STR("message/global")) ||
           !(str_starts(type, STR("multipart/")) || str_starts(type, STR("message/")));
}

static void begin_leaf(struct mail_7bit *c, str type, str encoding)
{
    bool text = str_starts(type, STR("text/")) || str_starts(type, STR("message/global"));
    c->state = IN_LEAF;
    c->over127 = c->rough = false;
    c->line_octets = 0;
    c->encoder = (struct mail_7bit_encoder){ .how = how_of(c) };
    c->if_over127 = text ? MAIL_7BIT_QUOTED : MAIL_7BIT_BASE64;
    c->forbids = may_be_encoded(type) ? NULL : forbidden(type);
    if (str_eq(encoding, STR("quoted-printable")))
        c->if_over127 = MAIL_7BIT_QUOTED_MEND;
    else if (str_eq(encoding, STR("base64")))
        c->if_over127 = MAIL_7BIT_BASE64_SIFT;
    else if (encoding.n > 0 && !c->says_8bit && !str_eq(encoding, STR("7bit")))
        c->forbids = "a part holds them whose Content-Transfer-Encoding is not known";
}

static bool open_multipart(struct mail_7bit *c, str type, struct arena *memory)
{
    str boundary = str_trim(mail_parameter(buf_str(&c->type), STR("boundary"), memory));
    if (boundary.n == 0 || boundary.n > MAIL_BOUNDARY_MAX || c->open == MAIL_7BIT_DEPTH_MAX)
        return false;
    struct level *l = &c->levels[c->open++];
    *l = (struct level){ .n = boundary.n, .digest = str_eq(type, STR("multipart/digest")) };
    memcpy(l->boundary, boundary.p, boundary.n);
    c->state = IN_BETWEEN;
    return true;
}

static bool is_taken_apart(str type)
{
    return str_starts(type, STR("multipart/")) && !str_eq(type, STR("multipart/signed")) &&
           !str_eq(type, STR("multipart/encrypted"));
}

/* blank: a blank line stood before it. Without one, fields put into a message there would be its part's. */
static void begin_body(struct mail_7bit *c, bool blank)
{
    struct arena memory;
    arena_init(&memory, MEMORY_MAX);
    str type = type_of(c, &memory);
    str encoding = mail_plain_value(buf_str(&c->encoding), &memory);
    c->says_8bit = str_eq(encoding, STR("8bit")) || str_eq(encoding, STR("binary"));
    bool plain = encoding.n == 0 || c->says_8bit || str_eq(encoding, STR("7bit"));
    if (memory.refused || !buf_ok(&c->type) || !buf_ok(&c->encoding))
        refuse(c, "the header of a part is too long to be read");
    bool opened = plain && is_taken_apart(type) && open_multipart(c, type, &memory);
    if (!opened)
        begin_leaf(c, type, encoding);
    bool message = blank && plain && str_eq(type, STR("message/rfc822"));
    if ((opened || message) && c->says_8bit)
        decide(c, MAIL_7BIT_LABEL);
    if (message)
        begin_header(c, true);
    arena_done(&memory);
}

/* ---- its header ---- */

static str label_of(enum mail_7bit_how how)
{
    return how == MAIL_7BIT_LABEL    ? STR("Content-Transfer-Encoding: 7bit\r\n")
           : how == MAIL_7BIT_QUOTED ? STR("Content-Transfer-Encoding: quoted-printable\r\n")
                                     : STR("Content-Transfer-Encoding: base64\r\n");
}

static bool is_relabelled(enum mail_7bit_how how)
{
    return how == MAIL_7BIT_LABEL || how == MAIL_7BIT_QUOTED || how == MAIL_7BIT_BASE64;
}

/* The header has ended; blank: with a blank line, which has not been written yet. */
static void end_header(struct mail_7bit *c, bool blank)
{
    enum mail_7bit_how how = how_of(c);
    bool changes = is_relabelled(how);
    if (changes && c->of_message && !c->has_version)
        put(c, STR("MIME-Version: 1.0\r\n"));
    if (how == MAIL_7BIT_QUOTED && c->of_message && !c->has_type)
        put(c, STR("Content-Type: text/plain; charset=unknown-8bit\r\n")); /* RFC 1428 section 3 */
    if (changes && !c->label_said)
        put(c, label_of(how));
    if (blank || how > MAIL_7BIT_LABEL) /* an encoded line could pass for a field */
        put(c, STR("\r\n"));
    begin_body(c, blank);
}

static bool begins_field(const struct mail_7bit *c, str line)
{
    struct mail_field f;
    if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
        return true;
    return mail_field_read(line, &f) || (c->fields == 0 && str_starts(line, STR("From ")));
}

static void note_field(struct mail_7bit *c, str line)
{
    struct mail_field f;
    c->fields++;
    if (line.p[0] == ' ' || line.p[0] == '\t')
        return; /* of the field before */
    c->field = FIELD_OTHER;
    if (!mail_field_read(line, &f))
        return;
    c->has_version |= str_eq_nocase(f.name, STR("MIME-Version"));
    c->facts.signature |= c->parts == 1 && str_eq_nocase(f.name, STR("DKIM-Signature"));
    if (str_eq_nocase(f.name, STR("Content-Type"))) {
        c->field = FIELD_TYPE;
        c->first_of_kind = !c->has_type;
        c->has_type = true;
    } else if (str_eq_nocase(f.name, STR("Content-Transfer-Encoding"))) {
        c->field = FIELD_ENCODING;
        c->first_of_kind = !c->has_encoding;
        c->has_encoding = true;
    }
}

static void keep_value(struct mail_7bit *c, str line, bool begins)
{
    size_t colon = str_find_octet(line, ':');
    struct buf *to = c->field == FIELD_TYPE ? &c->type : &c->encoding;
    if (!c->first_of_kind || c->field < FIELD_TYPE)
        return;
    bool names = begins && line.p[0] != ' ' && line.p[0] != '\t';
    buf_add(to, names ? str_skip(line, colon + 1) : line);
}

static void header_line(struct mail_7bit *c, str line, bool begins, bool ends)
{
    bool changes = is_relabelled(how_of(c));
    if (!str_is_ascii(line)) {
        c->facts.header |= c->parts == 1;
        refuse(c, "header fields hold them");
    }
    if (begins)
        note_field(c, line);
    keep_value(c, line, begins);
    if (c->field == FIELD_ENCODING && changes) {
        if (!c->label_said)
            put(c, label_of(how_of(c)));
        c->label_said = true;
        return;
    }
    put(c, line);
    if (ends)
        put(c, STR("\r\n"));
}

/* ---- its body ---- */

static void leaf_line(struct mail_7bit *c, str line, bool ends)
{
    if (c->out) {
        mail_7bit_encode(&c->encoder, line, ends, c->out);
        return;
    }
    c->over127 |= !str_is_ascii(line);
    c->line_octets += line.n;
    c->rough |= c->line_octets > LINE_LONGEST;
    for (size_t i = 0; i < line.n; i++)
        c->rough |= line.p[i] == '\0' || line.p[i] == '\r' || line.p[i] == '\n';
    if (ends)
        c->line_octets = 0;
}

static void end_leaf(struct mail_7bit *c, bool at_boundary)
{
    if (c->out) {
        mail_7bit_encode_end(&c->encoder, at_boundary, c->out);
        return;
    }
    if (c->over127 && c->forbids)
        refuse(c, c->forbids);
    else if (c->over127 || (c->says_8bit && c->rough && !c->forbids))
        decide(c, c->if_over127);
    else if (c->says_8bit && !c->rough)
        decide(c, MAIL_7BIT_LABEL);
}

/* What stands outside of all parts means nothing: RFC 2046 section 5.1.1. */
static void line_between(struct mail_7bit *c, str line, bool ends)
{
    struct level *top = c->open ? &c->levels[c->open - 1] : NULL;
    bool ascii = str_is_ascii(line);
    if (top && !top->used)
        top->over127 |= !ascii;
    if (ascii) {
        put(c, line);
    } else {
        for (size_t i = 0; i < line.n; i++) {
            bool over = (unsigned char)line.p[i] > 127;
            put(c, over ? STR("?") : (str){ line.p + i, 1 });
            c->facts.dropped += over && !c->out;
        }
    }
    if (ends)
        put(c, STR("\r\n"));
}

/* A multipart whose boundary never came was none, and its text may mean something. */
static void close_level(struct mail_7bit *c)
{
    const struct level *l = &c->levels[--c->open];
    if (!l->used && l->over127)
        refuse(c, forbidden(STR("multipart/mixed")));
}

/* ---- lines ---- */

static unsigned level_of(const struct mail_7bit *c, str line, bool *last)
{
    str rest = str_skip(line, 2);
    for (unsigned i = c->open; i-- > 0;) {
        str boundary = { c->levels[i].boundary, c->levels[i].n };
        str behind = str_skip(rest, boundary.n);
        if (!str_starts(rest, boundary))
            continue;
        *last = str_starts(behind, STR("--"));
        if (str_trim(*last ? str_skip(behind, 2) : behind).n == 0)
            return i;
    }
    return c->open;
}

static void boundary_line(struct mail_7bit *c, unsigned level, bool last, str line, bool ends)
{
    if (c->state == IN_HEADER)
        end_header(c, false);
    if (c->state == IN_LEAF)
        end_leaf(c, true);
    while (c->open > level + 1)
        close_level(c);
    c->levels[level].used = true;
    put(c, line);
    if (ends)
        put(c, STR("\r\n"));
    c->state = IN_BETWEEN;
    if (last)
        close_level(c);
    else
        begin_header(c, false);
}

/* begins: it is the first piece of its line; ends: the last, CRLF stood behind it. */
static void take_piece(struct mail_7bit *c, str line, bool begins, bool ends, bool all)
{
    bool last = false;
    if (begins && (ends || all) && line.n > 2 && str_starts(line, STR("--"))) {
        unsigned level = level_of(c, line, &last);
        if (level < c->open) {
            boundary_line(c, level, last, line, ends);
            return;
        }
    }
    if (c->state == IN_HEADER && begins && line.n == 0 && ends) {
        end_header(c, true);
        return;
    }
    if (c->state == IN_HEADER && begins && !begins_field(c, line))
        end_header(c, false);
    if (c->state == IN_HEADER)
        header_line(c, line, begins, ends);
    else if (c->state == IN_LEAF)
        leaf_line(c, line, ends);
    else
        line_between(c, line, ends);
}

static void take_line(struct mail_7bit *c, size_t octets, bool ends, bool all)
{
    bool begins = !c->in_line;
    c->in_line = !ends;
    take_piece(c, (str){ c->line, octets }, begins, ends, all);
}

/* A CR at the end of what there is room for may be the first half of the line's end. */
static void make_room(struct mail_7bit *c)
{
    bool cr = c->line[c->line_n - 1] == '\r';
    take_line(c, c->line_n - cr, false, false);
    c->line[0] = '\r';
    c->line_n = cr;
}

static void feed(struct mail_7bit *c, str octets)
{
    while (octets.n > 0) {
        size_t end = str_find_octet(octets, '\n');
        bool newline = end != STR_NOT_FOUND;
        str piece = str_take(octets, newline ? end + 1 : octets.n);
        piece = str_take(piece, LINE_ROOM - c->line_n);
        memcpy(c->line + c->line_n, piece.p, piece.n);
        c->line_n += piece.n;
        octets = str_skip(octets, piece.n);
        bool crlf = c->line_n > 1 && c->line[c->line_n - 1] == '\n' &&
                    c->line[c->line_n - 2] == '\r';
        if (crlf) {
            take_line(c, c->line_n - 2, true, false);
            c->line_n = 0;
        } else if (c->line_n == LINE_ROOM) {
            make_room(c);
        }
    }
}

static void end_all(struct mail_7bit *c)
{
    if (c->line_n > 0)
        take_line(c, c->line_n, false, true);
    c->line_n = 0;
    if (c->state == IN_HEADER)
        end_header(c, false);
    if (c->state == IN_LEAF)
        end_leaf(c, false);
    while (c->open > 0)
        close_level(c);
}

/* ---- the passes ---- */

void mail_7bit_look(struct mail_7bit *c, str octets)
{
    c->facts.needed |= !str_is_ascii(octets);
    feed(c, octets);
}

void mail_7bit_looked(struct mail_7bit *c, struct mail_7bit_facts *out)
{
    end_all(c);
    c->facts.parts = c->parts;
    *out = c->facts;
    rewind_it(c);
}

bool mail_7bit_write(struct mail_7bit *c, str octets, struct buf *out)
{
    c->out = out;
    feed(c, octets);
    return buf_ok(out);
}

bool mail_7bit_write_end(struct mail_7bit *c, struct buf *out)
{
    c->out = out;
    end_all(c);
    return buf_ok(out);
}
