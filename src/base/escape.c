/* SPDX-License-Identifier: ISC */
#include "base/escape.h"
#include <stdio.h>

/* What a terminal, or the eye, would take for something else. */
static const struct range {
    uint32_t first, last;
} UNFIT[] = {
    { 0x0000, 0x001f },   /* C0 controls */
    { 0x007f, 0x009f },   /* DEL and the C1 controls */
    { 0x00ad, 0x00ad },   /* soft hyphen: not seen */
    { 0x061c, 0x061c },   /* Arabic letter mark: turns the direction */
    { 0x180e, 0x180e },   /* Mongolian vowel separator: not seen */
    { 0x200b, 0x200b },   /* zero width space */
    { 0x200e, 0x200f },   /* left-to-right and right-to-left mark */
    { 0x2028, 0x202e },   /* line and paragraph separator, embeddings and overrides */
    { 0x2060, 0x206f },   /* invisible operators, isolates, old format characters */
    { 0xfeff, 0xfeff },   /* byte order mark */
    { 0xfff0, 0xfffb },   /* unassigned, interlinear annotation */
    { 0xfffe, 0xffff },   /* not characters */
    { 0xe0000, 0xe0fff }, /* tags and variation selectors: not seen */
};

static bool is_fit(uint32_t code_point)
{
    for (size_t i = 0; i < COUNT_OF(UNFIT); i++)
        if (code_point >= UNFIT[i].first && code_point <= UNFIT[i].last)
            return false;
    return true;
}

/* Appends the first character, or its octets escaped; returns how many octets that took. */
static size_t escape_first(str rest, struct buf *out)
{
    uint32_t code_point;
    size_t length = str_utf8_first(rest, &code_point);
    if (length && is_fit(code_point)) {
        buf_add(out, str_take(rest, length));
        return length;
    }
    if (length == 0)
        length = 1; /* broken: this octet alone; what follows it may be sound */
    for (size_t i = 0; i < length; i++)
        buf_addf(out, "\\x%02X", (unsigned)(unsigned char)rest.p[i]);
    return length;
}

bool escape_line(str octets, struct buf *out)
{
    while (octets.n)
        octets = str_skip(octets, escape_first(octets, out));
    return buf_ok(out);
}

bool escape_text(str octets, struct buf *out)
{
    while (octets.n) {
        if (str_starts(octets, STR("\r\n")))
            octets = str_skip(octets, 1);
        if (octets.p[0] == '\n') {
            buf_addc(out, '\n');
            octets = str_skip(octets, 1);
        } else {
            octets = str_skip(octets, escape_first(octets, out));
        }
    }
    return buf_ok(out);
}

const char *escape_shown(str octets, char out[ESCAPE_SHOWN_MAX])
{
    AUTO(buf_done) struct buf b;
    buf_init(&b, ESCAPE_SHOWN_MAX - sizeof "...");
    while (octets.n && buf_ok(&b))
        octets = str_skip(octets, escape_first(octets, &b));
    snprintf(out, ESCAPE_SHOWN_MAX, "%.*s%s", STR_ARG(buf_str(&b)), buf_ok(&b) ? "" : "...");
    return out;
}
