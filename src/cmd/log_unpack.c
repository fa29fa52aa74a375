/* SPDX-License-Identifier: ISC */
/*
 * cmd/log_unpack.c - gzip, or plain
 */
#include "cmd/log_unpack.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* next_in may be read only */
#include <zlib.h>

enum { HEAD_OCTETS = 8, OUT_OCTETS = 128 << 10, GZIP_WINDOW = 15 + 16 /* zlib.h: gzip alone */ };

struct log_unpack {
    bool (*plain)(void *user, str octets, struct err *e);
    void *user;
    char head[HEAD_OCTETS]; /* until it is known what they begin */
    size_t head_n;
    enum { NOT_KNOWN, PLAIN, GZIP, GZIP_MEMBER_ENDED, GZIP_PADDED } state;
    bool packed;
    z_stream z;
    uint64_t octets;
    char *out; /* OUT_OCTETS; gzip alone */
};

/* What a file is by its first octets, and what to do about it. */
static const struct kind {
    str begins, sentence;
} KINDS[] = {
    { STR_INIT("\xFD"
               "7zXZ\0"),
      STR_INIT("is packed with xz: unpack it first, xzcat FILE | baton explain --log -") },
    { STR_INIT("\x28\xB5\x2F\xFD"),
      STR_INIT("is packed with zstd: unpack it first, zstdcat FILE | baton explain --log -") },
    { STR_INIT("BZh"),
      STR_INIT("is packed with bzip2: unpack it first, bzcat FILE | baton explain --log -") },
    { STR_INIT("PK\x03\x04"), STR_INIT("is a zip archive: unpack it first") },
    { STR_INIT("LPKSHHRH"), STR_INIT("is a journal of systemd: journalctl -o short-iso | baton "
                                     "explain --log -") },
};
static const str GZIP_BEGINS = STR_INIT("\x1F\x8B\x08"); /* RFC 1952 section 2.3.1, deflate */

struct log_unpack *log_unpack_new(bool (*plain)(void *user, str octets, struct err *e), void *user)
{
    struct log_unpack *u = calloc(1, sizeof *u);
    if (u)
        *u = (struct log_unpack){ .plain = plain, .user = user, .state = NOT_KNOWN };
    return u;
}

void log_unpack_free(struct log_unpack *u)
{
    if (u && u->packed)
        inflateEnd(&u->z);
    if (u)
        free(u->out);
    free(u);
}

bool log_unpack_is_packed(const struct log_unpack *u)
{
    return u->packed;
}

uint64_t log_unpack_octets(const struct log_unpack *u)
{
    return u->octets;
}

static bool hand_on(struct log_unpack *u, str octets, struct err *e)
{
    u->octets += octets.n;
    return !octets.n || u->plain(u->user, octets, e);
}

static bool begin_gzip(struct log_unpack *u, struct err *e)
{
    u->out = malloc(OUT_OCTETS);
    if (!u->out || inflateInit2(&u->z, GZIP_WINDOW) != Z_OK)
        return err_memory(e, "unpacking");
    u->packed = true;
    u->state = GZIP;
    return true;
}

/* Takes what it can of octets; false: damaged. */
static bool inflate_some(struct log_unpack *u, str *octets, struct err *e)
{
    size_t n = octets->n < UINT_MAX ? octets->n : UINT_MAX;
    u->z.next_in = (const Bytef *)octets->p;
    u->z.avail_in = (uInt)n;
    u->z.next_out = (Bytef *)u->out;
    u->z.avail_out = OUT_OCTETS;
    int said = inflate(&u->z, Z_NO_FLUSH);
    *octets = str_skip(*octets, n - u->z.avail_in);
    if (!hand_on(u, (str){ u->out, OUT_OCTETS - u->z.avail_out }, e))
        return false;
    if (said == Z_STREAM_END)
        u->state = GZIP_MEMBER_ENDED;
    else if (said == Z_MEM_ERROR)
        return err_memory(e, "unpacking");
    else if (said != Z_OK && said != Z_BUF_ERROR)
        return err_set(
            e, ERR_SYNTAX, "is damaged: gzip cannot be unpacked past %llu octets of the log (%s)",
            (unsigned long long)u->octets, u->z.msg ? u->z.msg : "it wants a dictionary");
    return true;
}

/* Between members zeros are padding (as gzip(1) has it, for tapes); the next member begins with its first octet. */
static bool next_member(struct log_unpack *u, str *octets, struct err *e)
{
    if (*octets->p == 0)
        u->state = GZIP_PADDED;
    else if (*octets->p == GZIP_BEGINS.p[0] && inflateReset(&u->z) == Z_OK) {
        u->state = GZIP;
        return true;
    } else
        return err_set(e, ERR_SYNTAX,
                       "is damaged: behind its gzip data stand octets that are none");
    *octets = str_skip(*octets, 1);
    return true;
}

static bool unpack(struct log_unpack *u, str octets, struct err *e)
{
    while (octets.n) {
        bool ok = u->state == GZIP ? inflate_some(u, &octets, e) : next_member(u, &octets, e);
        if (!ok)
            return false;
    }
    /* What is still inside zlib for want of room comes out without more input. */
    while (u->state == GZIP && u->z.avail_out == 0)
        if (!inflate_some(u, &octets, e))
            return false;
    return true;
}

static bool go_on(struct log_unpack *u, str octets, struct err *e)
{
    return u->state == PLAIN ? hand_on(u, octets, e) : unpack(u, octets, e);
}

static bool decide(struct log_unpack *u, struct err *e)
{
    str head = { u->head, u->head_n };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (str_starts(head, KINDS[i].begins))
            return err_set(e, ERR_SYNTAX, "%.*s", STR_ARG(KINDS[i].sentence));
    if (!str_starts(head, GZIP_BEGINS))
        u->state = PLAIN;
    else if (!begin_gzip(u, e))
        return false;
    return go_on(u, head, e);
}

bool log_unpack_feed(struct log_unpack *u, str octets, struct err *e)
{
    if (u->state == NOT_KNOWN) {
        str piece = str_take(octets, HEAD_OCTETS - u->head_n);
        if (piece.n)
            memcpy(u->head + u->head_n, piece.p, piece.n);
        u->head_n += piece.n;
        octets = str_skip(octets, piece.n);
        if (u->head_n < HEAD_OCTETS)
            return true;
        if (!decide(u, e))
            return false;
    }
    return go_on(u, octets, e);
}

bool log_unpack_end(struct log_unpack *u, struct err *e)
{
    if (u->state == NOT_KNOWN && !decide(u, e))
        return false;
    return u->state != GZIP ||
           err_set(e, ERR_SYNTAX,
                   "is cut off: its gzip data end too early, after %llu octets of the log",
                   (unsigned long long)u->octets);
}
