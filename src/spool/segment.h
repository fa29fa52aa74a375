/* SPDX-License-Identifier: ISC */
/*
 * spool/segment.h - files of message octets that are only ever written at their end
 * Owns    the form of a record, and reading one with every checksum looked at.
 * Leaves  which records are alive to the state, when to write and sync to the committer.
 *
 * segment = *record            padded with zeros before the first record of a batch, to a multiple of 4,096 octets
 * record  = header octets sums a sum for each 32 KiB of octets: CRC-32C, the lowest octet first
 * header  = "BTN1" crc id length segment offset     4 octets each the first two, then 8; crc is of the four numbers
 *
 * A record that is read where no record was written, or that another one overlays, does not say its own place.
 */
#ifndef BATON_SPOOL_SEGMENT_H
#define BATON_SPOOL_SEGMENT_H
#include "base/err.h"
#include "base/str.h"
#include "spool/io.h"

enum { RECORD_HEADER = 40, RECORD_CHUNK = 32768, SEGMENT_ALIGN = 4096, SEGMENT_NAME = 32 };

struct segment {
    uint64_t number;
    uint64_t live, live_octets;     /* what the state says of it: the committer's */
    int64_t live_more, octets_more; /* what the batch at hand changes in that */
    bool touched;                   /* by the batch at hand */
    bool sealed;                    /* nothing is written to it any more */
    bool stuck;      /* what is alive in it could not all be found: it stays as it is */
    bool gone;       /* its file is not there any more; it goes with the last reference */
    uint64_t end;    /* where the next record may begin */
    uint64_t octets; /* of the file */
    unsigned refs;   /* messages in hand and readers: under the lock of the hands, as gone and fd */
    int fd;          /* -1 without references */
    struct segment *next_touched;
};

struct record_place {
    struct segment *segment;
    uint64_t offset, length; /* of the header; of the message's octets */
};

const char *segment_name(uint64_t number, char out[SEGMENT_NAME]);
bool segment_name_parse(const char *name, uint64_t *number) MUST_CHECK;

size_t record_chunks(uint64_t length);
uint64_t record_octets(uint64_t length); /* with header and sums */
void record_header(char out[RECORD_HEADER], uint64_t id, uint64_t length, uint64_t segment,
                   uint64_t offset);
bool record_header_read(const char in[RECORD_HEADER], uint64_t *id, uint64_t *length,
                        uint64_t segment, uint64_t offset) MUST_CHECK;

struct record_at { /* a record that somebody reads */
    const struct spool_io *io;
    int fd;
    uint64_t id, segment, offset, length;
};
/* From octet `at` on, whole chunks or what room holds; *read is 0 at the end. False: the disk says no (ERR_SYSTEM), or
 * what lies there is not what was written (ERR_SYNTAX). */
bool record_read(const struct record_at *r, uint64_t at, char *into, size_t room, size_t *read,
                 struct err *e) MUST_CHECK;
/* Everything, or false with errno. Changes iov. */
bool spool_write_all(const struct spool_io *io, int fd, struct iovec *iov, int count,
                     uint64_t offset) MUST_CHECK;
#endif
