/* SPDX-License-Identifier: ISC */
/* A record is written through calls that stop short, then octets of it are changed as the input says: what is read is what
 * was written, or a sentence; and with one changed octet never what was written. Raw octets are no record, but where
 * their sums say so. Names of segments are read as they are written. */
#include "spool/segment.h"
#include "spool/crc32c.h"
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 18, AT = 4096 };
static char disk[ROOM];
static size_t disk_size;
static unsigned calls;

static ssize_t mem_pwritev(void *user UNUSED, int fd UNUSED, const struct iovec *iov, int n,
                           off_t at)
{
    if (++calls % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    if (calls % 17 == 0) {
        errno = EIO;
        return calls % 2 ? -1 : 0;
    }
    size_t part = n > 0 ? iov[0].iov_len : 0;
    if (part > 1 && calls % 5 == 0)
        part /= 2;
    if ((size_t)at + part > ROOM)
        part = ROOM - (size_t)at;
    memcpy(disk + at, iov[0].iov_base, part);
    if ((size_t)at + part > disk_size)
        disk_size = (size_t)at + part;
    return (ssize_t)part;
}

static ssize_t mem_pread(void *user UNUSED, int fd UNUSED, void *into, size_t room, off_t at)
{
    if (++calls % 7 == 0 || calls % 41 == 0) {
        errno = calls % 41 == 0 ? EIO : EINTR;
        return -1;
    }
    size_t left = (size_t)at < disk_size ? disk_size - (size_t)at : 0;
    size_t n = room < left ? room : left;
    if (n > 1 && calls % 5 == 0)
        n /= 2;
    memcpy(into, disk + at, n);
    return (ssize_t)n;
}

static const struct spool_io IO = { .pwritev = mem_pwritev, .pread = mem_pread };

static bool read_back(const struct record_at *r, char *into, size_t step, size_t *length)
{
    struct err e = { .kind = ERR_NONE };
    size_t n = 1;
    *length = 0;
    while (n > 0) {
        if (!record_read(r, *length, into + *length, step, &n, &e)) {
            assert(e.why[0]);
            return false;
        }
        *length += n;
    }
    return true;
}

static void written(str text, size_t change_at, char change, size_t step)
{
    static char back[ROOM];
    char header[RECORD_HEADER];
    uint32_t sums[ROOM / RECORD_CHUNK + 1];
    size_t chunks = record_chunks(text.n), length;
    for (size_t i = 0; i < chunks; i++)
        sums[i] = htole32(crc32c(0, str_take(str_skip(text, i * RECORD_CHUNK), RECORD_CHUNK)));
    record_header(header, 77, text.n, 5, AT);
    struct iovec iov[] = { { header, RECORD_HEADER },
                           { (char *)(uintptr_t)text.p, text.n },
                           { sums, 4 * chunks } };
    disk_size = 0;
    if (!spool_write_all(&IO, 1, iov, chunks ? 3 : 1, AT))
        return; /* the disk said no */
    assert(disk_size == AT + record_octets(text.n));
    size_t at = AT + change_at % record_octets(text.n);
    disk[at] ^= change;
    struct record_at r = { &IO, 1, 77, 5, AT, text.n };
    bool ok = read_back(&r, back, step, &length);
    if (ok)
        assert(!change && length == text.n && (length == 0 || memcmp(back, text.p, length) == 0));
}

static void raw(str input)
{
    static char back[ROOM];
    uint64_t id, length;
    size_t got;
    if (input.n < RECORD_HEADER)
        return;
    disk_size = input.n;
    memcpy(disk, input.p, input.n);
    if (record_header_read(disk, &id, &length, 5, 0) && length < ROOM / 2) {
        struct record_at r = { &IO, 1, id, 5, 0, length };
        if (read_back(&r, back, 5000, &got))
            assert(got == length);
    }
}

static void name(str input)
{
    char text[SEGMENT_NAME], again[SEGMENT_NAME];
    uint64_t number;
    if (input.n >= sizeof text)
        return;
    memset(text, 0, sizeof text);
    memcpy(text, input.p, input.n);
    if (segment_name_parse(text, &number))
        assert(number && strcmp(segment_name(number, again), text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
    str input = { (const char *)octets, n };
    calls = n > 0 ? octets[0] : 0;
    if (n > ROOM / 4)
        return 0;
    name(input);
    raw(input);
    if (n < 5)
        return 0;
    size_t step = (size_t)octets[1] * 300 + 1;
    str text = str_skip(input, 5);
    size_t repeat = octets[0] & 1 ? 1 : 9; /* more than one chunk */
    char *whole = malloc(text.n * repeat + 1);
    if (!whole)
        return 0;
    for (size_t i = 0; i < repeat; i++)
        if (text.n)
            memcpy(whole + i * text.n, text.p, text.n);
    written((str){ whole, text.n * repeat }, octets[2] | (size_t)octets[3] << 8, (char)octets[4],
            step);
    free(whole);
    return 0;
}
