/* SPDX-License-Identifier: ISC */
/*
 * cmd/log_read.h - the lines of a log, from files, packed files, pipes and standard input
 * Owns    one block of octets, open files, and numbers for a progress bar. Memory does not grow with the log.
 * Leaves  waiting for more to cmd/log_follow.h.
 */
#ifndef BATON_CMD_LOG_READ_H
#define BATON_CMD_LOG_READ_H
#include "cmd/log_lines.h"
#include "cmd/log_unpack.h"

/* Set up by the caller: line to user; the rest is filled in here. */
struct log_read {
    bool (*line)(void *user, str line, struct err *e);
    void (*tick)(void *user); /* after each block; NULL: nobody asks */
    void *user;
    char *block;
    uint64_t octets; /* of lines, unpacked */
    uint64_t cut;    /* lines longer than LOG_LINE_MAX */
    uint64_t read;   /* of the files as they lie */
};

/* One open file. */
struct log_stream {
    int fd;
    bool is_file;  /* an ordinary one, which has a size */
    uint64_t read; /* of it, as it lies */
    struct log_read *in;
    struct log_unpack *unpack;
    struct log_lines lines;
};

enum log_got { LOG_OCTETS, LOG_END, LOG_INTERRUPTED, LOG_BROKEN };

bool log_read_init(struct log_read *r, struct err *e) MUST_CHECK;
void log_read_done(struct log_read *r);

/* path "-" is standard input. The sentences begin with the file's name. */
bool log_stream_open(struct log_stream *s, struct log_read *in, const char *path,
                     struct err *e) MUST_CHECK;
/* One block; LOG_INTERRUPTED: by a signal, before there was any. */
enum log_got log_stream_read(struct log_stream *s, const char *path, struct err *e) MUST_CHECK;
/* Nothing follows: a line without its end is a line, packed octets must be whole. Closes it either way. */
bool log_stream_end(struct log_stream *s, const char *path, struct err *e) MUST_CHECK;
void log_stream_close(struct log_stream *s);

/* From its beginning to its end. False: what could be read was given to line. */
bool log_read_file(struct log_read *r, const char *path, struct err *e) MUST_CHECK;
#endif
