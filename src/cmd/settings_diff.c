/* SPDX-License-Identifier: ISC */
#include "cmd/settings_diff.h"
#include "base/escape.h"
#include "base/secret.h"
#include <string.h>

enum { SIDE_MAX = 1 << 21, LINE_SHOWN = 512 };

struct diff {
    str text;
    const struct settings_file *file;
    const struct settings_change *rows[SETTINGS_CHANGES]; /* of this file, by place */
    size_t count;
    const struct diff_hidden *hidden;
    size_t hidden_count;
    size_t lines_before; /* the old lines in front of the hunk */
    size_t counted_to;   /* the octet up to which they are counted */
    long grown;          /* lines that the hunks before added */
};

static size_t line_begin(str text, size_t at)
{
    while (at > 0 && text.p[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(str text, size_t at)
{
    while (at < text.n && text.p[at] != '\n')
        at++;
    return at < text.n ? at + 1 : at;
}

static size_t lines_of(str text)
{
    size_t n = 0;
    for (str rest = text; rest.n; n++)
        (void)str_cut(&rest, '\n');
    return n;
}

/* By place; those of one place in the order in which they came. */
static void gather(struct diff *d, const struct settings_changes *c)
{
    for (size_t i = 0; i < c->count; i++) {
        size_t k = d->count;
        if (c->rows[i].file != d->file)
            continue;
        for (; k > 0 && d->rows[k - 1]->at > c->rows[i].at; k--)
            d->rows[k] = d->rows[k - 1];
        d->rows[k] = &c->rows[i];
        d->count++;
    }
}

/* The octets from `from` to `to` as they were, but for what is hidden. */
static void add_old(const struct diff *d, size_t from, size_t to, struct buf *out)
{
    while (from < to) {
        const struct diff_hidden *next = NULL;
        for (size_t i = 0; i < d->hidden_count; i++) {
            const struct diff_hidden *h = &d->hidden[i];
            if (h->file == d->file && h->at < to && h->at + h->n > from &&
                (!next || h->at < next->at))
                next = h;
        }
        size_t stop = !next ? to : next->at > from ? next->at : from;
        buf_add(out, str_take(str_skip(d->text, from), stop - from));
        if (!next)
            return;
        buf_add(out, next->shown);
        from = next->at + next->n;
    }
}

static void add_side(char sign, str lines, struct buf *out)
{
    for (str rest = lines; rest.n;) {
        str line = str_cut(&rest, '\n');
        buf_addc(out, sign);
        line.n -= line.n && line.p[line.n - 1] == '\r';
        (void)escape_line(str_take(line, LINE_SHOWN), out);
        buf_add(out, line.n > LINE_SHOWN ? STR(SECRET_CUT) : STR(""));
        buf_add(out, rest.p ? STR("\n") : STR("\n\\ No newline at end of file\n"));
    }
}

/* "-3" or "-3,2", or "-2,0" where there is none: then the line in front. */
static void add_range(char sign, size_t before, size_t count, struct buf *out)
{
    buf_addf(out, "%c%zu", sign, count ? before + 1 : before);
    if (count != 1)
        buf_addf(out, ",%zu", count);
}

static void hunk(struct diff *d, size_t first, size_t end, size_t from, size_t to, struct buf *out)
{
    AUTO(buf_wipe_done) struct buf old;
    AUTO(buf_wipe_done) struct buf new;
    buf_init(&old, SIDE_MAX);
    buf_init(&new, SIDE_MAX);
    size_t at = from;
    add_old(d, from, to, &old);
    for (size_t i = first; i < end; i++) {
        add_old(d, at, d->rows[i]->at, &new);
        buf_add(&new, d->rows[i]->text);
        at = d->rows[i]->at + d->rows[i]->n;
    }
    add_old(d, at, to, &new);
    d->lines_before += lines_of(str_take(str_skip(d->text, d->counted_to), from - d->counted_to));
    d->counted_to = from;
    size_t gone = lines_of(buf_str(&old)), come = lines_of(buf_str(&new));
    buf_add(out, STR("@@ "));
    add_range('-', d->lines_before, gone, out);
    buf_addc(out, ' ');
    add_range('+', (size_t)((long)d->lines_before + d->grown), come, out);
    buf_add(out, STR(" @@\n"));
    add_side('-', buf_str(&old), out);
    add_side('+', buf_str(&new), out);
    d->grown += (long)come - (long)gone;
}

/* Whole lines put between two lines change neither of them. */
static bool is_between(const struct diff *d, const struct settings_change *c)
{
    bool begins = c->at == 0 || d->text.p[c->at - 1] == '\n';
    return c->n == 0 && begins && c->text.n && c->text.p[c->text.n - 1] == '\n';
}

void settings_diff(const struct settings_changes *c, const struct settings_file *f, str path,
                   const struct diff_hidden *hidden, size_t hidden_count, struct buf *out)
{
    struct diff d = { .text = f->text, .file = f, .hidden = hidden, .hidden_count = hidden_count };
    gather(&d, c);
    if (!d.count)
        return;
    buf_add(out, STR("--- "));
    (void)escape_line(path, out);
    buf_add(out, STR("\n+++ "));
    (void)escape_line(path, out);
    buf_addc(out, '\n');
    for (size_t i = 0, end; i < d.count; i = end) {
        size_t from = is_between(&d, d.rows[i]) ? d.rows[i]->at : line_begin(d.text, d.rows[i]->at);
        size_t to = from;
        for (end = i; end < d.count && (end == i || d.rows[end]->at < to); end++) {
            size_t last = d.rows[end]->at + d.rows[end]->n;
            bool whole = d.rows[end]->n && d.text.p[last - 1] == '\n';
            size_t stop = is_between(&d, d.rows[end]) || whole ? last : line_end(d.text, last);
            to = stop > to ? stop : to;
        }
        hunk(&d, i, end, from, to, out);
    }
}
