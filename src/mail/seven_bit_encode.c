/* SPDX-License-Identifier: ISC */
#include "mail/seven_bit_encode.h"
#include "base/base64.h"

enum {
    LINE = 76,
    MENDED_LINE =
        900 /* such a line is longer than it should be in any case, and must end before 998 */
};
static const str CRLF = STR_INIT("\r\n");
static const str SOFT_END = STR_INIT("=\r\n");

/* ---- quoted-printable ---- */

static void end_softly(struct mail_7bit_encoder *e, struct buf *out)
{
    buf_add(out, SOFT_END);
    e->column = 0;
}

static void room_for(struct mail_7bit_encoder *e, size_t octets, struct buf *out)
{
    if (e->column + octets >= LINE) /* one is left for "=" */
        end_softly(e, out);
}

static void put_quoted(struct mail_7bit_encoder *e, char c, struct buf *out)
{
    static const char HEX[] = "0123456789ABCDEF";
    const char escape[] = { '=', HEX[(unsigned char)c >> 4], HEX[c & 15] };
    buf_add(out, (str){ escape, sizeof escape });
    e->column += sizeof escape;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void put_held_blank(struct mail_7bit_encoder *e, bool last, struct buf *out)
{
    char c = e->held;
    e->held = 0;
    if (c == 0)
        return;
    room_for(e, last ? 3 : 1, out);
    if (last) {
        put_quoted(e, c, out);
        return;
    }
    buf_addc(out, c);
    e->column++;
}

static void quote(struct mail_7bit_encoder *e, str piece, bool ends, struct buf *out)
{
    for (size_t i = 0; i < piece.n; i++) {
        char c = piece.p[i];
        put_held_blank(e, false, out);
        if (is_blank(c)) {
            e->held = c;
        } else if (c > ' ' && c < 0x7f && c != '=' && !(c == '-' && e->column + 1 >= LINE)) {
            room_for(e, 1, out); /* no "-" begins a line that did not: it could become a boundary */
            buf_addc(out, c);
            e->column++;
        } else {
            room_for(e, 3, out);
            put_quoted(e, c, out);
        }
    }
    if (!ends)
        return;
    put_held_blank(e, true, out);
    buf_add(out, CRLF);
    e->column = 0;
}

/* "=" in front of an octet that it cannot escape means itself to readers (RFC 2045 section 6.7, note 3), and is written so. */
static void put_held_escape(struct mail_7bit_encoder *e, bool as_itself, struct buf *out)
{
    if (e->held && as_itself)
        put_quoted(e, '=', out);
    else if (e->held)
        buf_addc(out, '=');
    e->held = 0;
}

/* Lines that become too long are cut where no escape is. */
static void mend(struct mail_7bit_encoder *e, str piece, bool ends, struct buf *out)
{
    for (size_t i = 0; i < piece.n; i++) {
        char c = piece.p[i];
        bool over = (unsigned char)c > 127;
        put_held_escape(e, over || c == '=', out);
        if (over || c == '=')
            e->escape_left = 0;
        bool cut = e->column >= MENDED_LINE && e->escape_left == 0;
        if (cut)
            end_softly(e, out);
        if (over || (cut && c == '-')) {
            put_quoted(e, c, out);
            continue;
        }
        e->column++;
        if (c == '=') {
            e->held = c;
            e->escape_left = 2;
            continue;
        }
        buf_addc(out, c);
        e->escape_left -= e->escape_left > 0;
    }
    if (!ends)
        return;
    put_held_escape(e, false, out);
    buf_add(out, CRLF);
    e->column = 0;
    e->escape_left = 0;
}

/* ---- base64 ---- */

static void put_group(struct mail_7bit_encoder *e, struct buf *out)
{
    base64_encode((str){ (const char *)e->rest, e->rest_n }, out);
    e->rest_n = 0;
    e->column += 4;
    if (e->column < LINE)
        return;
    buf_add(out, CRLF);
    e->column = 0;
}

static void put_octets(struct mail_7bit_encoder *e, str octets, struct buf *out)
{
    for (size_t i = 0; i < octets.n; i++) {
        e->rest[e->rest_n++] = (unsigned char)octets.p[i];
        if (e->rest_n == sizeof e->rest)
            put_group(e, out);
    }
}

static void put_line_end(struct mail_7bit_encoder *e, struct buf *out)
{
    if (e->line_ended)
        put_octets(e, CRLF, out);
    e->line_ended = false;
}

static void sift(str piece, bool ends, struct buf *out)
{
    for (size_t i = 0; i < piece.n; i++)
        if ((unsigned char)piece.p[i] < 128)
            buf_addc(out, piece.p[i]);
    if (ends)
        buf_add(out, CRLF);
}

/* ---- all of them ---- */

void mail_7bit_encode(struct mail_7bit_encoder *e, str piece, bool ends, struct buf *out)
{
    switch (e->how) {
    case MAIL_7BIT_QUOTED: quote(e, piece, ends, out); break;
    case MAIL_7BIT_QUOTED_MEND: mend(e, piece, ends, out); break;
    case MAIL_7BIT_BASE64_SIFT: sift(piece, ends, out); break;
    case MAIL_7BIT_BASE64:
        put_line_end(e, out);
        put_octets(e, piece, out);
        e->line_ended = ends;
        break;
    case MAIL_7BIT_KEEP:
    case MAIL_7BIT_LABEL:
        buf_add(out, piece);
        if (ends)
            buf_add(out, CRLF);
        break;
    }
}

void mail_7bit_encode_end(struct mail_7bit_encoder *e, bool at_boundary, struct buf *out)
{
    if (e->how == MAIL_7BIT_QUOTED)
        put_held_blank(e, true, out);
    if (e->how == MAIL_7BIT_QUOTED_MEND && e->held)
        buf_addc(out, '=');
    if (e->how != MAIL_7BIT_BASE64)
        return;
    if (!at_boundary)
        put_line_end(e, out);
    if (e->rest_n > 0)
        put_group(e, out);
    if (e->column > 0)
        buf_add(out, CRLF);
}
