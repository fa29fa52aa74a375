/* SPDX-License-Identifier: ISC */
#include "mail/header.h"
#include <string.h>

enum { LINE_LONGEST = 998 };

static const struct name_row ODDITY_ROWS[] = {
    { MAIL_MBOX_LINE, STR_INIT("mbox-line") },
    { MAIL_NOT_A_FIELD, STR_INIT("not-a-field") },
    { MAIL_BARE_LF, STR_INIT("bare-lf") },
    { MAIL_BARE_CR, STR_INIT("bare-cr") },
    { MAIL_BARE_LF_BODY, STR_INIT("bare-lf-body") },
    { MAIL_BARE_CR_BODY, STR_INIT("bare-cr-body") },
    { MAIL_NO_BLANK_LINE, STR_INIT("no-blank-line") },
    { MAIL_BLANK_BEFORE_COLON, STR_INIT("blank-before-colon") },
    { MAIL_BLANK_FOLD, STR_INIT("blank-fold") },
    { MAIL_NUL, STR_INIT("nul") },
    { MAIL_8BIT_HEADER, STR_INIT("8bit-header") },
    { MAIL_LONG_LINE, STR_INIT("long-line") },
};
const struct names MAIL_ODDITY_NAMES = NAMES(ODDITY_ROWS);

static bool is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

bool mail_field_read(str whole, struct mail_field *out)
{
    size_t colon = 0;
    while (colon < whole.n && whole.p[colon] > ' ' && whole.p[colon] < 0x7f &&
           whole.p[colon] != ':')
        colon++;
    str name = str_take(whole, colon);
    while (colon < whole.n && is_wsp(whole.p[colon]))
        colon++;
    if (name.n == 0 || colon == whole.n || whole.p[colon] != ':')
        return false;
    *out = (struct mail_field){ whole, name, str_skip(whole, colon + 1) };
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Lines of the header
 */
struct reader {
    str rest;
    struct mail_header *out;
    struct mail_field *fields;
    size_t room;
    str field; /* the lines of the one being read, or empty */
};

static void note_octets(struct mail_header *h, str line)
{
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];
        h->odd |= c == '\r' ? MAIL_BARE_CR : c == 0 ? MAIL_NUL : c >= 0x80 ? MAIL_8BIT_HEADER : 0;
    }
    if (line.n > LINE_LONGEST)
        h->odd |= MAIL_LONG_LINE;
}

/* The next line without its end, CRLF or LF. False: there is none. */
static bool next_line(struct reader *r, str *line)
{
    if (r->rest.n == 0)
        return false;
    str rest = r->rest;
    *line = str_cut(&r->rest, '\n');
    bool ended = r->rest.p != NULL, crlf = ended && line->n > 0 && line->p[line->n - 1] == '\r';
    if (crlf && !r->out->unix_lines)
        line->n--;
    else if (ended && !r->out->unix_lines)
        r->out->odd |= MAIL_BARE_LF;
    if (!ended)
        r->rest = str_skip(rest, rest.n);
    note_octets(r->out, *line);
    return true;
}

static bool field_ends(struct reader *r, struct err *e)
{
    struct mail_field f;
    if (r->field.n == 0)
        return true;
    if (!mail_field_read(r->field, &f)) {
        r->out->odd |= MAIL_NOT_A_FIELD;
    } else if (r->out->count == r->room) {
        return err_set(e, ERR_LIMIT, "the message has more than %zu header fields", r->room);
    } else {
        if (f.name.n + f.value.n + 1 < f.whole.n)
            r->out->odd |= MAIL_BLANK_BEFORE_COLON;
        r->fields[r->out->count++] = f;
    }
    r->field = STR_NONE;
    return true;
}

/* "From : anna@corp.example" is a field, and no line of mbox's. */
bool mail_is_mbox_line(str line)
{
    struct mail_field f;
    return str_starts(line, STR("From ")) && !mail_field_read(line, &f);
}

static bool take_line(struct reader *r, str line, bool first, struct err *e)
{
    bool more = is_wsp(line.p[0]);
    if (more && r->field.n > 0) {
        if (str_trim(line).n == 0)
            r->out->odd |= MAIL_BLANK_FOLD;
        r->field.n = (size_t)(line.p + line.n - r->field.p);
        return true;
    }
    if (!field_ends(r, e))
        return false;
    if (more)
        r->out->odd |= MAIL_NOT_A_FIELD;
    else if (first && mail_is_mbox_line(line))
        r->out->odd |= MAIL_MBOX_LINE;
    else
        r->field = line;
    return true;
}

/* As many as lines that could begin a field: one list, of the right size. */
static size_t lines_of(str text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n && n < MAIL_FIELDS_MAX; i++)
        n += text.p[i] == '\n';
    return n;
}

static void note_body(struct mail_header *h)
{
    if (h->body.n == 0)
        return;
    const char *end = h->body.p + h->body.n, *p = h->body.p;
    for (; (p = memchr(p, '\r', (size_t)(end - p))) != NULL; p++)
        if (h->unix_lines || p + 1 == end || p[1] != '\n')
            h->odd |= MAIL_BARE_CR_BODY;
    for (p = h->body.p; !h->unix_lines && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        if (p == h->body.p || p[-1] != '\r')
            h->odd |= MAIL_BARE_LF_BODY;
}

/* No CRLF in the header; one in the body is then a CR and the end of a line. */
static bool has_unix_lines(str message)
{
    size_t blank = str_find(message, STR("\n\n"));
    if (str_starts(message, STR("\n")))
        return true;
    str header = blank == STR_NOT_FOUND ? message : str_take(message, blank + 1);
    return str_find(header, STR("\r\n")) == STR_NOT_FOUND;
}

bool mail_header_read(str message, struct arena *memory, struct mail_header *out, struct err *e)
{
    struct mail_header h = { .unix_lines = has_unix_lines(message) };
    str line, block = str_take(message, MAIL_HEADER_MAX);
    struct reader r = { .rest = block, .out = &h, .room = lines_of(block) };
    bool blank = false;
    r.fields = arena_alloc(memory, r.room * sizeof *r.fields);
    if (!r.fields)
        return err_memory(e, "the list of header fields");
    for (bool first = true; !blank && next_line(&r, &line); first = false) {
        blank = line.n == 0;
        if (!blank && !take_line(&r, line, first, e))
            return false;
    }
    if (!field_ends(&r, e))
        return false;
    if (!blank && message.n > block.n)
        return err_set(e, ERR_LIMIT, "the header is longer than %d octets", MAIL_HEADER_MAX);
    h.fields = r.fields;
    h.odd |= blank ? 0 : MAIL_NO_BLANK_LINE;
    h.body = blank ? str_skip(message, (size_t)(r.rest.p - message.p)) : STR_NONE;
    note_body(&h);
    *out = h;
    return true;
}

size_t mail_header_count(const struct mail_header *h, str name)
{
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++)
        n += str_eq_nocase(h->fields[i].name, name);
    return n;
}

const struct mail_field *mail_header_first(const struct mail_header *h, str name)
{
    for (size_t i = 0; i < h->count; i++)
        if (str_eq_nocase(h->fields[i].name, name))
            return &h->fields[i];
    return NULL;
}
