/* SPDX-License-Identifier: ISC */
#include "smtp/body.h"

/* Where an octet leads that is neither the dot at a line's start nor behind one. */
static enum smtp_body_place after(enum smtp_body_place place, char octet)
{
    if (octet == '\r')
        return SMTP_BODY_BEHIND_CR;
    return octet == '\n' && place == SMTP_BODY_BEHIND_CR ? SMTP_BODY_LINE_START : SMTP_BODY_IN_LINE;
}

/* What of s needs no dot before it: up to a dot at a line's start. */
static size_t undoubled(struct smtp_body_writer *w, str s)
{
    size_t n = 0;

    if (w->place == SMTP_BODY_BEHIND_CR && s.p[0] == '\n') {
        w->place = SMTP_BODY_LINE_START;
        n = 1;
    }
    while (n < s.n && (w->place != SMTP_BODY_LINE_START || s.p[n] != '.')) {
        size_t lf = str_find_octet(str_skip(s, n), '\n');

        n = lf == STR_NOT_FOUND ? s.n : n + lf + 1;
        w->place = after(n > 1 ? after(SMTP_BODY_IN_LINE, s.p[n - 2]) : SMTP_BODY_IN_LINE,
                         s.p[n - 1]);
    }
    return n;
}

bool smtp_body_write(struct smtp_body_writer *w, str octets, bool last, struct buf *out)
{
    while (octets.n > 0) {
        size_t n = undoubled(w, octets);

        buf_add(out, str_take(octets, n));
        octets = str_skip(octets, n);
        if (octets.n == 0)
            break;
        buf_add(out, STR(".."));
        octets = str_skip(octets, 1);
        w->place = SMTP_BODY_IN_LINE;
    }
    if (last && w->place != SMTP_BODY_LINE_START)
        buf_add(out, STR("\r\n"));
    if (last)
        buf_add(out, STR(".\r\n"));
    return buf_ok(out);
}

static void keep(struct smtp_body_reader *r, str octets, struct buf *out)
{
    r->octets += octets.n;
    buf_add(out, octets);
}

/* For who takes LF as CRLF. */
static bool is_line_end(const struct smtp_body_reader *r, char octet)
{
    return r->lf_ends && octet == '\n';
}

/* The octet shows that the CR before it, or the LF that it is, stands alone. */
static void meet_bare(struct smtp_body_reader *r, char octet, struct buf *out)
{
    r->bare = true;
    if (!r->normalize)
        return;
    keep(r, octet == '\n' ? STR("\r") : STR("\n"), out);
    if (octet != '\n')
        r->place = SMTP_BODY_IN_LINE;
}

/* One octet in a line or at its start, kept unless it is the dot that may be the end. */
static void read_octet(struct smtp_body_reader *r, char octet, struct buf *out)
{
    if (octet == '.' && r->place == SMTP_BODY_LINE_START && !r->raw) {
        r->place = SMTP_BODY_BEHIND_DOT;
        return;
    }
    if ((octet == '\n') != (r->place == SMTP_BODY_BEHIND_CR))
        meet_bare(r, octet, out);
    r->place = is_line_end(r, octet) ? SMTP_BODY_LINE_START : after(r->place, octet);
    keep(r, (str){ &octet, 1 }, out);
}

/* Behind the first dot of a line: CRLF ends mail data, anything else shows that the dot was doubled. */
static bool read_behind_dot(struct smtp_body_reader *r, char octet, struct buf *out)
{
    if (is_line_end(r, octet))
        return true;
    if (r->place == SMTP_BODY_BEHIND_DOT && octet == '\r') {
        r->place = SMTP_BODY_BEHIND_DOT_CR;
        return false;
    }
    if (r->place == SMTP_BODY_BEHIND_DOT_CR) {
        if (octet == '\n')
            return true;
        keep(r, STR("\r"), out);
        r->place = SMTP_BODY_BEHIND_CR;
    } else {
        r->place = SMTP_BODY_IN_LINE;
    }
    read_octet(r, octet, out);
    return false;
}

/* Octets read so far, and where the next LF stands: each is looked for once, however many runs are
 * made of them. */
struct runner {
    str s;
    size_t at, lf; /* lf: behind at, or not up to date; s.n: there is none */
};

static size_t next_lf(struct runner *n)
{
    size_t found;

    if (n->lf >= n->at && n->lf != 0)
        return n->lf;
    found = str_find_octet(str_skip(n->s, n->at), '\n');
    n->lf = found == STR_NOT_FOUND ? n->s.n : n->at + found;
    return n->lf;
}

/* Passes over what is kept as it stands: whole lines, and the next one's octets up to what needs a look:
 * its end, where that is no CRLF in this piece; a dot it begins with. */
static void run(struct smtp_body_reader *r, struct runner *n)
{
    while (n->at < n->s.n) {
        size_t lf, cr, stop;

        if (r->place == SMTP_BODY_LINE_START && n->s.p[n->at] == '.' && !r->raw)
            return;
        lf = next_lf(n);
        cr = str_find_octet(str_take(str_skip(n->s, n->at), lf - n->at), '\r');
        if (cr != STR_NOT_FOUND && n->at + cr + 1 == lf && lf < n->s.n) {
            n->at = lf + 1;
            r->place = SMTP_BODY_LINE_START;
            continue;
        }
        stop = cr == STR_NOT_FOUND ? lf : n->at + cr;
        if (stop > n->at)
            r->place = SMTP_BODY_IN_LINE;
        n->at = stop;
        return;
    }
}

/* True: mail data ended. */
static bool read_some(struct smtp_body_reader *r, struct runner *n, struct buf *out)
{
    size_t from = n->at;

    if (r->place == SMTP_BODY_BEHIND_DOT || r->place == SMTP_BODY_BEHIND_DOT_CR)
        return read_behind_dot(r, n->s.p[n->at++], out);
    if (r->place != SMTP_BODY_BEHIND_CR)
        run(r, n);
    if (n->at > from)
        keep(r, str_take(str_skip(n->s, from), n->at - from), out);
    else
        read_octet(r, n->s.p[n->at++], out);
    return false;
}

bool smtp_body_read(struct smtp_body_reader *r, str octets, size_t *used, struct buf *out)
{
    struct runner n = { .s = octets };
    bool end = false;

    while (n.at < octets.n && !end)
        end = read_some(r, &n, out);
    *used = n.at;
    return end;
}

void smtp_body_end(struct smtp_body_reader *r, struct buf *out)
{
    if (r->place == SMTP_BODY_BEHIND_CR)
        meet_bare(r, '\0', out);
}
