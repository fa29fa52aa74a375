/* SPDX-License-Identifier: ISC */
#include "smtp/body.h"

/* Where an octet leads that is neither the dot at a line's start nor behind one. */
static enum smtp_body_place after(enum smtp_body_place place, char octet)
{
    if (octet == '\r')
        return SMTP_BODY_BEHIND_CR;
    return octet == '\n' && place == SMTP_BODY_BEHIND_CR ? SMTP_BODY_LINE_START : SMTP_BODY_IN_LINE;
}

bool smtp_body_write(struct smtp_body_writer *w, str octets, bool last, struct buf *out)
{
    size_t from = 0;

    for (size_t i = 0; i < octets.n; i++) {
        if (octets.p[i] == '.' && w->place == SMTP_BODY_LINE_START) {
            buf_add(out, str_take(str_skip(octets, from), i - from));
            buf_addc(out, '.');
            from = i;
        }
        w->place = after(w->place, octets.p[i]);
    }
    buf_add(out, str_skip(octets, from));
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

/* One octet in a line or at its start, kept unless it is the dot that may be the end. */
static void read_octet(struct smtp_body_reader *r, char octet, struct buf *out)
{
    if (octet == '.' && r->place == SMTP_BODY_LINE_START) {
        r->place = SMTP_BODY_BEHIND_DOT;
        return;
    }
    r->bare |= (octet == '\n') != (r->place == SMTP_BODY_BEHIND_CR);
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

/* Octets of one line, all at once: up to the CR or LF. */
static size_t line_run(const struct smtp_body_reader *r, str s)
{
    size_t n = 0;

    if (r->place != SMTP_BODY_IN_LINE)
        return 0;
    while (n < s.n && s.p[n] != '\r' && s.p[n] != '\n')
        n++;
    return n;
}

bool smtp_body_read(struct smtp_body_reader *r, str octets, size_t *used, struct buf *out)
{
    size_t at = 0;
    bool end = false;

    while (at < octets.n && !end) {
        str left = str_skip(octets, at);
        size_t run = line_run(r, left);

        if (run > 0) {
            keep(r, str_take(left, run), out);
            at += run;
            continue;
        }
        if (r->place == SMTP_BODY_BEHIND_DOT || r->place == SMTP_BODY_BEHIND_DOT_CR)
            end = read_behind_dot(r, left.p[0], out);
        else
            read_octet(r, left.p[0], out);
        at++;
    }
    *used = at;
    return end;
}
