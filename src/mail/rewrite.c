/* SPDX-License-Identifier: ISC */
/* mail/rewrite.c - another author in the place of the one a device writes */
#include "mail/rewrite.h"
#include <string.h>

/* ---- where the addresses of a field stand ---- */

/* Reads a list of mailboxes and groups octet by octet, over its folds, as mail/from.c does, but for places. */
struct scan {
    str value;
    size_t at;
    bool broken;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Behind a quoted string or a literal that begins at i; the end where it never ends. */
static size_t behind(struct scan *s, size_t i, char close)
{
    for (i++; i < s->value.n; i++) {
        if (s->value.p[i] == '\\')
            i++;
        else if (s->value.p[i] == close)
            return i + 1;
    }
    s->broken = true;
    return s->value.n;
}

static size_t behind_comment(struct scan *s, size_t i)
{
    size_t depth = 0;
    for (; i < s->value.n; i++) {
        char c = s->value.p[i];
        if (c == '\\')
            i++;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return i + 1;
    }
    s->broken = true;
    return s->value.n;
}

struct span {
    size_t from, to;
    bool any, angle;
};

static void widen(struct span *w, size_t from, size_t to)
{
    if (!w->any)
        w->from = from;
    w->any = true;
    w->to = to;
}

/* What stands between < and >. */
static size_t take_angle(struct scan *s, size_t i, struct span *w)
{
    size_t from = ++i;
    while (i < s->value.n && s->value.p[i] != '>') {
        char c = s->value.p[i];
        i = c == '"'   ? behind(s, i, '"')
            : c == '[' ? behind(s, i, ']')
            : c == '(' ? behind_comment(s, i)
                       : i + 1;
    }
    s->broken |= i >= s->value.n;
    *w = (struct span){ from, i < s->value.n ? i : s->value.n, true, true };
    return i + 1;
}

/* The address of the next mailbox, without the blanks and comments around it. False: the list is at its end. */
static bool next_address(struct scan *s, struct span *out)
{
    struct span w = { 0 };
    size_t i = s->at;
    while (i < s->value.n) {
        char c = s->value.p[i];
        size_t next = i + 1;
        if (c == ',' || c == ';') {
            if (w.any)
                break;
        } else if (c == ':' && !w.angle) {
            w = (struct span){ 0 }; /* that was the name of a group */
        } else if (c == '(') {
            next = behind_comment(s, i);
        } else if (c == '<' && !w.angle) {
            next = take_angle(s, i, &w);
        } else if (c == '"' || c == '[') {
            next = behind(s, i, c == '"' ? '"' : ']');
            if (!w.angle)
                widen(&w, i, next);
        } else if (!is_blank(c) && !w.angle) {
            widen(&w, i, next);
        }
        i = next;
    }
    s->at = i < s->value.n ? i : s->value.n;
    *out = w;
    return w.any;
}

/* ---- the new header ---- */

struct rewriting {
    str header;
    const struct mail_rewrite *how;
    struct buf *out;
    struct mail_rewritten *done;
};

/* A list that breaks off is not to be mended; nor is one without an address. */
static bool is_readable(str value)
{
    struct scan s = { .value = value };
    struct span w;
    bool any = false;
    while (next_address(&s, &w))
        any = true;
    return any && !s.broken;
}

static bool says_only(str value, str address)
{
    struct scan s = { .value = value };
    struct span w;
    while (next_address(&s, &w))
        if (!str_eq_nocase(str_trim((str){ value.p + w.from, w.to - w.from }), address))
            return false;
    return true;
}

static void put_addresses(struct rewriting *r, str value)
{
    struct scan s = { .value = value };
    struct span w;
    size_t from = 0;
    while (next_address(&s, &w)) {
        buf_add(r->out, (str){ value.p + from, w.from - from });
        buf_add(r->out, r->how->from);
        from = w.to;
        r->done->replaced++;
    }
    buf_add(r->out, str_skip(value, from));
}

static void put_new_from(struct rewriting *r)
{
    buf_add(r->out, STR("From: <"));
    buf_add(r->out, r->how->from);
    buf_add(r->out, STR(">"));
    r->done->added = true;
}

static void put_field(struct rewriting *r, const struct mail_field *f)
{
    if (!is_readable(f->value)) {
        put_new_from(r);
        return;
    }
    buf_add(r->out, (str){ f->whole.p, f->whole.n - f->value.n });
    put_addresses(r, f->value);
}

static bool needs_change(const struct mail_header *h, str name, str address)
{
    for (size_t i = 0; i < h->count; i++)
        if (str_eq_nocase(h->fields[i].name, name) &&
            (!is_readable(h->fields[i].value) || !says_only(h->fields[i].value, address)))
            return true;
    return false;
}

static size_t line_end(str header, size_t at)
{
    if (at < header.n && header.p[at] == '\r')
        at++;
    if (at < header.n && header.p[at] == '\n')
        at++;
    return at;
}

static void put_reply_to(struct rewriting *r, const struct mail_header *h)
{
    const struct mail_field *from = mail_header_first(h, STR("From"));
    if (!r->how->keep_reply_to || !from || !is_readable(from->value) ||
        says_only(from->value, r->how->from) || mail_header_first(h, STR("Reply-To")))
        return;
    buf_add(r->out, STR("Reply-To:"));
    buf_add(r->out, from->value);
    buf_add(r->out, STR("\r\n"));
    r->done->reply_to = true;
}

/* Lines at the start that go on with a field that is not there: behind one of ours they would go on with it, and name
 * others in it. */
static size_t stray_octets(str header, const struct mail_header *h)
{
    size_t at = 0,
           most = h->count ? (size_t)(h->fields[0].whole.p - header.p) : header.n - h->body.n;
    while (at < most && (header.p[at] == ' ' || header.p[at] == '\t')) {
        size_t n = str_find_octet(str_skip(header, at), '\n');
        at = n == STR_NOT_FOUND ? most : at + n + 1;
    }
    return at < most ? at : most;
}

static void put_all(struct rewriting *r, const struct mail_header *h)
{
    size_t at = r->done->added || r->done->reply_to ? stray_octets(r->header, h) : 0;
    for (size_t i = 0; i < h->count; i++) {
        const struct mail_field *f = &h->fields[i];
        size_t from = (size_t)(f->whole.p - r->header.p), to = from + f->whole.n;
        bool author = str_eq_nocase(f->name, STR("From")) || str_eq_nocase(f->name, STR("Sender"));
        bool signature = str_eq_nocase(f->name, STR("DKIM-Signature"));
        if (!author && !signature)
            continue;
        buf_add(r->out, (str){ r->header.p + at, from - at });
        at = to;
        if (signature) {
            at = line_end(r->header, to);
            r->done->signatures++;
        } else if (str_eq_nocase(f->name, STR("Sender")) && !is_readable(f->value)) {
            at = line_end(r->header, to);
        } else {
            put_field(r, f);
        }
    }
    buf_add(r->out, str_skip(r->header, at));
}

bool mail_rewrite_from(str header, const struct mail_header *h, const struct mail_rewrite *how,
                       struct buf *out, struct mail_rewritten *done)
{
    struct rewriting r = { header, how, out, done };
    *done = (struct mail_rewritten){ 0 };
    bool has_from = mail_header_first(h, STR("From"));
    if (has_from && !needs_change(h, STR("From"), how->from) &&
        !needs_change(h, STR("Sender"), how->from))
        return buf_add(out, header);
    put_reply_to(&r, h);
    if (!has_from) {
        put_new_from(&r);
        buf_add(out, STR("\r\n"));
    }
    put_all(&r, h);
    return buf_ok(out);
}
