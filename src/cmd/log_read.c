/* SPDX-License-Identifier: ISC */
#include "cmd/log_read.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_OCTETS = 256 << 10 };

bool log_read_init(struct log_read *r, struct err *e)
{
    r->block = malloc(BLOCK_OCTETS);
    return r->block || err_memory(e, "reading the log");
}

void log_read_done(struct log_read *r)
{
    free(r->block);
    r->block = NULL;
}

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

static const char *shown(const char *path)
{
    return is_stdin(path) ? "standard input" : path;
}

/* The sentence of a part that knows no file names, with the name before it. */
static bool of_file(const char *path, struct err *e)
{
    struct err inner = *e;
    return err_set(e, inner.kind, "'%.150s' %s", shown(path), inner.why);
}

static bool plain(void *user, str octets, struct err *e)
{
    struct log_stream *s = user;
    s->in->octets += octets.n;
    return log_lines_feed(&s->lines, octets, e);
}

void log_stream_close(struct log_stream *s)
{
    if (s->fd > STDIN_FILENO)
        close(s->fd);
    s->fd = -1;
    if (s->in)
        s->in->cut += s->lines.cut;
    s->in = NULL;
    log_unpack_free(s->unpack);
    s->unpack = NULL;
    log_lines_done(&s->lines);
}

bool log_stream_open(struct log_stream *s, struct log_read *in, const char *path, struct err *e)
{
    struct stat st;
    *s = (struct log_stream){ .fd = -1 };
    int fd = is_stdin(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        err_sys(e, "opening '%.150s'", shown(path));
        return false;
    }
    *s = (struct log_stream){ .fd = fd, .is_file = S_ISREG(st.st_mode), .in = in };
    log_lines_init(&s->lines, in->line, in->user);
    s->unpack = log_unpack_new(plain, s);
    bool ok = s->unpack ? true : err_memory(e, "reading the log");
    if (ok && S_ISDIR(st.st_mode))
        ok = err_set(e, ERR_SYNTAX, "'%.150s' is a directory: name the log in it", shown(path));
    if (!ok)
        log_stream_close(s);
    else if (s->is_file)
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return ok;
}

enum log_got log_stream_read(struct log_stream *s, const char *path, struct err *e)
{
    ssize_t n = read(s->fd, s->in->block, BLOCK_OCTETS);
    if (n == 0)
        return LOG_END;
    if (n < 0 && errno == EINTR)
        return LOG_INTERRUPTED;
    if (n < 0) {
        err_sys(e, "reading '%.150s'", shown(path));
        return LOG_BROKEN;
    }
    s->read += (uint64_t)n;
    s->in->read += (uint64_t)n;
    if (!log_unpack_feed(s->unpack, (str){ s->in->block, (size_t)n }, e)) {
        of_file(path, e);
        return LOG_BROKEN;
    }
    if (s->in->tick)
        s->in->tick(s->in->user);
    return LOG_OCTETS;
}

bool log_stream_end(struct log_stream *s, const char *path, struct err *e)
{
    struct err lines;
    bool whole = log_unpack_end(s->unpack, e) || of_file(path, e);
    bool ok = log_lines_end(&s->lines, whole ? e : &lines) && whole;
    log_stream_close(s);
    return ok;
}

bool log_read_file(struct log_read *r, const char *path, struct err *e)
{
    struct log_stream s;
    struct err rest;
    enum log_got got;
    if (!log_stream_open(&s, r, path, e))
        return false;
    do
        got = log_stream_read(&s, path, e);
    while (got == LOG_OCTETS || got == LOG_INTERRUPTED);
    bool ok = got != LOG_BROKEN;
    return log_stream_end(&s, path, ok ? e : &rest) && ok;
}
