/* SPDX-License-Identifier: ISC */
/*
 * smtp/reply.c - replies, octet by octet
 * Each octet is looked at once: a line is placed by where the reader stands in it (code, separator,
 * text, behind a CR), so pieces may be cut anywhere and a megabyte costs a megabyte's time.
 */
#include "smtp/reply.h"
#include "base/buf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CODE_DIGITS = 3,
    LINE_MAX_OCTETS = 512, /* RFC 5321 section 4.5.3.1.5, CRLF counted */
    SEEN_MAX = 256,
    TLS_ALERT = 0x15, /* RFC 8446 section 5.1: type of the record, then 0x03 of its version */
    TLS_HANDSHAKE = 0x16,
    TLS_MAJOR = 0x03
};

static const struct name_row STAGE_ROWS[] = {
    { SMTP_STAGE_NONE, STR_INIT("none") },
    { SMTP_STAGE_CONNECT, STR_INIT("connect") },
    { SMTP_STAGE_TLS, STR_INIT("tls") },
    { SMTP_STAGE_GREETING, STR_INIT("greeting") },
    { SMTP_STAGE_EHLO, STR_INIT("ehlo") },
    { SMTP_STAGE_STARTTLS, STR_INIT("starttls") },
    { SMTP_STAGE_AUTH, STR_INIT("auth") },
    { SMTP_STAGE_MAIL, STR_INIT("mail") },
    { SMTP_STAGE_RCPT, STR_INIT("rcpt") },
    { SMTP_STAGE_DATA, STR_INIT("data") },
    { SMTP_STAGE_END_OF_DATA, STR_INIT("end-of-data") },
    { SMTP_STAGE_RSET, STR_INIT("rset") },
    { SMTP_STAGE_QUIT, STR_INIT("quit") },
};
const struct names SMTP_STAGE_NAMES = NAMES(STAGE_ROWS);

static const struct name_row BROKEN_ROWS[] = {
    { SMTP_BROKEN_NOT, STR_INIT("not broken") },
    { SMTP_BROKEN_NOT_SMTP, STR_INIT("it does not begin with a reply code") },
    { SMTP_BROKEN_TLS, STR_INIT("it is a TLS record where clear text was expected") },
    { SMTP_BROKEN_CODES_DIFFER, STR_INIT("its lines have different reply codes") },
    { SMTP_BROKEN_LINE, STR_INIT("one of its lines does not begin with a reply code") },
    { SMTP_BROKEN_TOO_LONG, STR_INIT("it is longer than we take") },
    { SMTP_BROKEN_MEMORY, STR_INIT("there was no memory to read it") },
};
const struct names SMTP_BROKEN_NAMES = NAMES(BROKEN_ROWS);

/* ---- enhanced status codes ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static str skip_blanks(str s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = str_skip(s, 1);
    return s;
}

/* RFC 3463 section 2: status-code = class "." subject "." detail, the last two of 1*3digit. */
static bool read_number(str *s, unsigned *out)
{
    size_t n = 0;
    unsigned value = 0;

    while (n < s->n && n < 3 && is_digit(s->p[n]))
        value = value * 10 + (unsigned)(s->p[n++] - '0');
    if (n == 0)
        return false;
    *s = str_skip(*s, n);
    *out = value;
    return true;
}

static bool read_dot(str *s)
{
    if (s->n == 0 || s->p[0] != '.')
        return false;
    *s = str_skip(*s, 1);
    return true;
}

bool smtp_enhanced_read(str text, struct smtp_enhanced *out, str *rest)
{
    struct smtp_enhanced x;
    str s = text;

    if (!read_number(&s, &x.class) || !read_dot(&s) || !read_number(&s, &x.subject) ||
        !read_dot(&s) || !read_number(&s, &x.detail))
        return false;
    if (x.class != 2 && x.class != 4 && x.class != 5)
        return false;
    if (s.n > 0 && !is_blank(s.p[0]) && s.p[0] != '\r' && s.p[0] != '\n')
        return false;
    *out = x;
    *rest = skip_blanks(s);
    return true;
}

const char *smtp_enhanced_text(const struct smtp_enhanced *x, char out[SMTP_ENHANCED_MAX])
{
    out[0] = '\0';
    if (x->class != 0)
        snprintf(out, SMTP_ENHANCED_MAX, "%u.%u.%u", x->class % 10, x->subject % 1000,
                 x->detail % 1000);
    return out;
}

/* A code counts only when its class agrees with the reply: "250 5.7.1" is a text, not a refusal. */
static void take_enhanced(struct smtp_reply *r, str line)
{
    struct smtp_enhanced x;
    str rest;

    if (r->enhanced.class != 0)
        return;
    if (smtp_enhanced_read(skip_blanks(line), &x, &rest) && x.class == r->code / 100)
        r->enhanced = x;
}

static unsigned octet_deviations(str octets)
{
    unsigned d = 0;

    for (size_t i = 0; i < octets.n; i++) {
        if (octets.p[i] == '\0')
            d |= SMTP_DEV_NUL;
        else if ((unsigned char)octets.p[i] > 127)
            d |= SMTP_DEV_8BIT;
    }
    return d;
}

/* ---- the reader ---- */

enum place {
    AT_CODE,      /* digits of the code are still to come */
    AT_SEPARATOR, /* the octet behind the code */
    IN_TEXT,
    BEHIND_CR, /* a CR that may be half of a CRLF */
    AT_END     /* the reply is whole, and waits to be forgotten */
};

struct smtp_reader {
    size_t max_octets;
    size_t octets;      /* of this reply so far */
    size_t line_octets; /* of this line so far */
    size_t line_start;  /* offset of this line in text */
    enum place place;
    unsigned digits;    /* read of this line's code */
    unsigned line_code; /* what they make */
    bool last_line;
    char tls_type; /* the first octet was a TLS record's type: the second will tell */
    struct buf text;
    struct smtp_reply reply;
    enum smtp_broken broken;
    char seen[SEEN_MAX];
    size_t seen_n;
};

struct smtp_reader *smtp_reader_new(size_t max_octets)
{
    struct smtp_reader *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return NULL;
    r->max_octets = max_octets;
    buf_init(&r->text, max_octets);
    return r;
}

void smtp_reader_free(struct smtp_reader *r)
{
    if (r == NULL)
        return;
    buf_done(&r->text);
    free(r);
}

void smtp_reader_reset(struct smtp_reader *r)
{
    buf_clear(&r->text);
    r->octets = r->line_octets = r->line_start = 0;
    r->place = AT_CODE;
    r->digits = r->line_code = 0;
    r->last_line = false;
    r->tls_type = 0;
    r->reply = (struct smtp_reply){ 0 };
    r->broken = SMTP_BROKEN_NOT;
    r->seen_n = 0;
}

const struct smtp_reply *smtp_reader_reply(const struct smtp_reader *r)
{
    return &r->reply;
}

enum smtp_broken smtp_reader_broken(const struct smtp_reader *r)
{
    return r->broken;
}

str smtp_reader_seen(const struct smtp_reader *r)
{
    return r->place == AT_END ? STR_NONE : (str){ r->seen, r->seen_n };
}

static void see(struct smtp_reader *r, str octets)
{
    size_t room = SEEN_MAX - r->seen_n;
    size_t n = octets.n < room ? octets.n : room;

    if (n > 0)
        memcpy(r->seen + r->seen_n, octets.p, n);
    r->seen_n += n;
}

static bool give_up(struct smtp_reader *r, enum smtp_broken why)
{
    r->broken = why;
    return false;
}

/* The steps below take one octet, or one run of text. False: the reply is broken. */

static bool no_code(struct smtp_reader *r)
{
    return give_up(r, r->reply.lines == 0 ? SMTP_BROKEN_NOT_SMTP : SMTP_BROKEN_LINE);
}

/* Reply-code: 2yz to 5yz. The grammar's second digit ends at 5; servers go beyond, and are understood. */
static bool step_code(struct smtp_reader *r, char c)
{
    if (r->tls_type != 0)
        return give_up(r, c == TLS_MAJOR ? SMTP_BROKEN_TLS : SMTP_BROKEN_NOT_SMTP);
    if (r->octets == 1 && (c == TLS_ALERT || c == TLS_HANDSHAKE)) {
        r->tls_type = c;
        return true;
    }
    if (!is_digit(c) || (r->digits == 0 && (c < '2' || c > '5')))
        return no_code(r);
    r->line_code = r->line_code * 10 + (unsigned)(c - '0');
    if (++r->digits < CODE_DIGITS)
        return true;
    if (r->reply.lines > 0 && r->line_code != r->reply.code)
        return give_up(r, SMTP_BROKEN_CODES_DIFFER);
    r->reply.code = r->line_code;
    r->place = AT_SEPARATOR;
    return true;
}

static bool add_text(struct smtp_reader *r, str octets)
{
    return buf_add(&r->text, octets) || give_up(r, SMTP_BROKEN_MEMORY);
}

/* The line is whole, its end included. */
static bool end_line(struct smtp_reader *r)
{
    struct smtp_reply *p = &r->reply;

    if (r->line_octets > LINE_MAX_OCTETS)
        p->deviations |= SMTP_DEV_LONG_LINE;
    take_enhanced(p, str_skip(buf_str(&r->text), r->line_start));
    p->lines++;
    r->line_octets = 0;
    r->digits = r->line_code = 0;
    if (r->last_line) {
        r->place = AT_END;
        p->text = buf_str(&r->text);
        return true;
    }
    r->place = AT_CODE;
    if (!add_text(r, STR("\n")))
        return false;
    r->line_start = r->text.n;
    return true;
}

/* A CR is text only once the octet behind it shows that no line ends there. */
static bool step_text(struct smtp_reader *r, char c)
{
    if (c == '\r') {
        r->place = BEHIND_CR;
        return true;
    }
    if (c == '\n') {
        r->reply.deviations |= SMTP_DEV_BARE_LF;
        return end_line(r);
    }
    r->place = IN_TEXT;
    r->reply.deviations |= octet_deviations((str){ &c, 1 });
    return add_text(r, (str){ &c, 1 });
}

static bool step_separator(struct smtp_reader *r, char c)
{
    r->last_line = c != '-';
    if (c == ' ' || c == '-') {
        r->place = IN_TEXT;
        return true;
    }
    if (is_digit(c)) /* "2024-05-01 12:00": a number that only begins like a code */
        return no_code(r);
    r->reply.deviations |= SMTP_DEV_NO_SEPARATOR;
    return step_text(r, c);
}

static bool step_behind_cr(struct smtp_reader *r, char c)
{
    if (c == '\n')
        return end_line(r);
    r->reply.deviations |= SMTP_DEV_BARE_CR;
    return add_text(r, STR("\r")) && step_text(r, c);
}

static bool step(struct smtp_reader *r, char c)
{
    switch (r->place) {
    case AT_CODE: return step_code(r, c);
    case AT_SEPARATOR: return step_separator(r, c);
    case IN_TEXT: return step_text(r, c);
    case BEHIND_CR: return step_behind_cr(r, c);
    case AT_END: break;
    }
    return true;
}

/* Octets of text up to the next CR or LF, all at once. 0: take one step instead. */
static size_t text_run(const struct smtp_reader *r, str s)
{
    size_t n = 0;

    if (r->place != IN_TEXT)
        return 0;
    while (n < s.n && s.p[n] != '\r' && s.p[n] != '\n')
        n++;
    return n;
}

/* Takes octets until the reply is whole or broken; returns how many. */
static size_t take(struct smtp_reader *r, str s)
{
    size_t at = 0;

    while (at < s.n && r->place != AT_END && r->broken == SMTP_BROKEN_NOT) {
        str left = str_skip(s, at);
        size_t run = text_run(r, left);
        size_t n = run > 0 ? run : 1;
        str piece = str_take(left, n);

        r->octets += n;
        r->line_octets += n;
        see(r, piece);
        if (run == 0) {
            if (!step(r, left.p[0]))
                return at + 1;
        } else {
            r->reply.deviations |= octet_deviations(piece);
            if (!add_text(r, piece))
                return at + n;
        }
        at += n;
    }
    return at;
}

enum smtp_read smtp_reader_feed(struct smtp_reader *r, str octets, size_t *used)
{
    size_t at, room;

    if (r->place == AT_END)
        smtp_reader_reset(r);
    room = r->max_octets - r->octets;
    at = r->broken == SMTP_BROKEN_NOT ? take(r, str_take(octets, room)) : 0;
    *used = at;
    if (r->place == AT_END)
        return SMTP_READ_REPLY;
    if (r->broken == SMTP_BROKEN_NOT && at < octets.n)
        r->broken = SMTP_BROKEN_TOO_LONG;
    if (r->broken == SMTP_BROKEN_NOT)
        return SMTP_READ_MORE;
    see(r, str_skip(octets, at)); /* "HTTP/1.1 400" says more to a person than "H" */
    *used = octets.n;
    return SMTP_READ_BROKEN;
}

/* ---- a reply out of a log ---- */

/* "550 text", "550-text" or "550"; *last: it is the last line. A letter or digit right behind the code
 * makes it an identifier or a number, as logs are full of. */
static bool pasted_line(str line, unsigned *code, bool *last, unsigned *deviations, str *text)
{
    uint64_t value;

    if (!str_to_u64(str_take(line, CODE_DIGITS), 599, &value) || line.n < CODE_DIGITS ||
        value < 200)
        return false;
    *code = (unsigned)value;
    *text = str_skip(line, CODE_DIGITS);
    *last = text->n == 0 || text->p[0] != '-';
    if (text->n > 0 && (text->p[0] == ' ' || text->p[0] == '-')) {
        *text = str_skip(*text, 1);
        return true;
    }
    *deviations |= SMTP_DEV_NO_SEPARATOR;
    return text->n == 0 || !is_alnum(text->p[0]);
}

/* Appends to room what fits of s, and says how much that was. */
static size_t put(char *room, size_t room_octets, size_t at, str s)
{
    size_t n = s.n < room_octets - at ? s.n : room_octets - at;

    if (n > 0)
        memcpy(room + at, s.p, n);
    return n;
}

bool smtp_reply_parse(str pasted, char *room, size_t room_octets, struct smtp_reply *out)
{
    struct smtp_reply r = { 0 };
    str rest = str_trim(pasted);
    size_t n = 0;
    bool last = false;

    while (rest.p != NULL && !last) {
        unsigned code = 0, deviations = 0;
        str line = str_trim(str_cut(&rest, '\n')), text = STR_NONE;

        if (!pasted_line(line, &code, &last, &deviations, &text) || (r.lines > 0 && code != r.code))
            break;
        r.code = code;
        r.deviations |= deviations | octet_deviations(text);
        if (r.lines++ > 0)
            n += put(room, room_octets, n, STR("\n"));
        n += put(room, room_octets, n, text);
        take_enhanced(&r, text);
    }
    if (r.lines == 0)
        return false;
    r.text = (str){ room, n };
    *out = r;
    return true;
}
