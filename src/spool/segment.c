/* SPDX-License-Identifier: ISC */
#include "spool/segment.h"
#include "spool/crc32c.h"
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char MAGIC[4] = { 'B', 'T', 'N', '1' };
static const char SUFFIX[] = ".bodies";

const char *segment_name(uint64_t number, char out[SEGMENT_NAME])
{
    snprintf(out, SEGMENT_NAME, "%016" PRIx64 "%s", number, SUFFIX);
    return out;
}

bool segment_name_parse(const char *name, uint64_t *number)
{
    uint64_t n = 0;
    for (int i = 0; i < 16; i++) {
        char c = name[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'f'))
            return false;
        n = n << 4 | (unsigned)(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    if (strcmp(name + 16, SUFFIX) != 0 || n == 0)
        return false;
    *number = n;
    return true;
}

size_t record_chunks(uint64_t length)
{
    return (size_t)((length + RECORD_CHUNK - 1) / RECORD_CHUNK);
}

uint64_t record_octets(uint64_t length)
{
    return RECORD_HEADER + length + 4 * record_chunks(length);
}

static void put64(char *out, uint64_t n)
{
    n = htole64(n);
    memcpy(out, &n, sizeof n);
}

static uint64_t get64(const char *in)
{
    uint64_t n;
    memcpy(&n, in, sizeof n);
    return le64toh(n);
}

static uint32_t get32(const char *in)
{
    uint32_t n;
    memcpy(&n, in, sizeof n);
    return le32toh(n);
}

void record_header(char out[RECORD_HEADER], uint64_t id, uint64_t length, uint64_t segment,
                   uint64_t offset)
{
    memcpy(out, MAGIC, sizeof MAGIC);
    put64(out + 8, id);
    put64(out + 16, length);
    put64(out + 24, segment);
    put64(out + 32, offset);
    uint32_t crc = htole32(crc32c(0, (str){ out + 8, RECORD_HEADER - 8 }));
    memcpy(out + 4, &crc, sizeof crc);
}

bool record_header_read(const char in[RECORD_HEADER], uint64_t *id, uint64_t *length,
                        uint64_t segment, uint64_t offset)
{
    if (memcmp(in, MAGIC, sizeof MAGIC) != 0 ||
        get32(in + 4) != crc32c(0, (str){ in + 8, RECORD_HEADER - 8 }) ||
        get64(in + 24) != segment || get64(in + 32) != offset)
        return false;
    *id = get64(in + 8);
    *length = get64(in + 16);
    return true;
}

bool spool_write_all(const struct spool_io *io, int fd, struct iovec *iov, int count,
                     uint64_t offset)
{
    while (count > 0) {
        ssize_t n = io->pwritev(io->user, fd, iov, count, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n < 0 ? errno : EIO;
            return false;
        }
        offset += (uint64_t)n;
        for (; count > 0 && (size_t)n >= iov->iov_len; iov++, count--)
            n -= (ssize_t)iov->iov_len;
        if (count > 0) {
            iov->iov_base = (char *)iov->iov_base + n;
            iov->iov_len -= (size_t)n;
        }
    }
    return true;
}

static bool damaged(const struct record_at *r, const char *what, struct err *e)
{
    char name[SEGMENT_NAME];
    return err_set(e, ERR_SYNTAX, "reading a message at octet %" PRIu64 " of segment %s: %s",
                   r->offset, segment_name(r->segment, name), what);
}

static bool read_all(const struct record_at *r, uint64_t offset, char *into, size_t n,
                     struct err *e)
{
    char name[SEGMENT_NAME];
    while (n > 0) {
        ssize_t got = r->io->pread(r->io->user, r->fd, into, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_sys(e, "reading segment %s", segment_name(r->segment, name));
        if (got == 0)
            return damaged(r, "the file ends there", e);
        into += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

static bool check_header(const struct record_at *r, struct err *e)
{
    char header[RECORD_HEADER];
    uint64_t id, length;
    if (!read_all(r, r->offset, header, sizeof header, e))
        return false;
    if (!record_header_read(header, &id, &length, r->segment, r->offset) || id != r->id ||
        length != r->length)
        return damaged(r, "it does not begin there", e);
    return true;
}

/* The chunk of that number, whole, into `into`. */
static bool read_chunk(const struct record_at *r, size_t number, char *into, size_t n,
                       struct err *e)
{
    char sum[4];
    uint64_t octets = r->offset + RECORD_HEADER;
    if (!read_all(r, octets + (uint64_t)number * RECORD_CHUNK, into, n, e) ||
        !read_all(r, octets + r->length + 4 * (uint64_t)number, sum, sizeof sum, e))
        return false;
    if (get32(sum) != crc32c(0, (str){ into, n }))
        return damaged(r, "the checksum says that it is not what was written", e);
    return true;
}

bool record_read(const struct record_at *r, uint64_t at, char *into, size_t room, size_t *read,
                 struct err *e)
{
    char aside[RECORD_CHUNK];
    size_t done = 0;
    if (at == 0 && !check_header(r, e))
        return false;
    while (done < room && at < r->length) {
        size_t number = (size_t)(at / RECORD_CHUNK), inside = (size_t)(at % RECORD_CHUNK);
        uint64_t left = r->length - (uint64_t)number * RECORD_CHUNK;
        size_t n = left < RECORD_CHUNK ? (size_t)left : RECORD_CHUNK;
        bool straight = inside == 0 && n <= room - done;
        char *to = aside;
        if (straight)
            to = into + done;
        if (!read_chunk(r, number, to, n, e))
            return false;
        size_t take = n - inside < room - done ? n - inside : room - done;
        if (!straight)
            memcpy(into + done, aside + inside, take);
        done += take;
        at += take;
    }
    *read = done;
    return true;
}
