/* SPDX-License-Identifier: ISC */
#include "cmd/log_lines.h"

void log_lines_init(struct log_lines *l, bool (*line)(void *user, str line, struct err *e),
                    void *user)
{
    *l = (struct log_lines){ .line = line, .user = user };
    buf_init(&l->rest, LOG_LINE_MAX);
}

void log_lines_done(struct log_lines *l)
{
    buf_done(&l->rest);
}

static bool emit(struct log_lines *l, str line, bool over, struct err *e)
{
    l->cut += over;
    if (!over && line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return l->line(l->user, line, e);
}

static bool keep(struct log_lines *l, str piece, struct err *e)
{
    size_t room = LOG_LINE_MAX - l->rest.n;
    l->over = l->over || piece.n > room;
    return buf_add(&l->rest, str_take(piece, room)) || err_memory(e, "a line");
}

bool log_lines_end(struct log_lines *l, struct err *e)
{
    str line = buf_str(&l->rest);
    bool over = l->over;
    if (!line.n)
        return true;
    l->over = false;
    bool ok = emit(l, line, over, e);
    buf_clear(&l->rest);
    return ok;
}

bool log_lines_feed(struct log_lines *l, str octets, struct err *e)
{
    while (octets.n) {
        size_t at = str_find_octet(octets, '\n');
        str piece = str_take(octets, at == STR_NOT_FOUND ? octets.n : at);
        bool whole = at != STR_NOT_FOUND;
        bool alone = whole && !l->rest.n; /* the common line, which is not copied */
        bool ok = alone ? emit(l, str_take(piece, LOG_LINE_MAX), piece.n > LOG_LINE_MAX, e)
                        : keep(l, piece, e) && (!whole || log_lines_end(l, e));
        if (!ok)
            return false;
        octets = str_skip(octets, piece.n + whole);
    }
    return true;
}
