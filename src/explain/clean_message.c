/* SPDX-License-Identifier: ISC */
/*
 * explain/clean_message.c - a whole message as the text that a person reads in it
 *
 * Of the header a few fields stay. Of the parts the texts stay, and what is written for programs about the delivery;
 * HTML where there is nothing plainer beside it. The message that came back inside a bounce is left out; a message
 * inside one that says nothing of its own (a bounce that somebody passed on) is not.
 */
#include "explain/clean_steps.h"
#include "mail/decode.h"
#include "mail/mime.h"

static const str KEPT[] = { STR_INIT("From"), STR_INIT("To"), STR_INIT("Subject"),
                            STR_INIT("X-Failed-Recipients") };

static bool is_about_delivery(const struct mail_part *p)
{
    return str_eq(p->type, STR("message/delivery-status")) ||
           str_eq(p->type, STR("message/global-delivery-status"));
}

static bool is_text(const struct mail_part *p)
{
    return !p->container && (str_eq(p->type, STR("text/plain")) ||
                             str_eq(p->type, STR("text/html")) || is_about_delivery(p));
}

/* In how many messages inside of the message it lies. */
static unsigned messages_around(const struct mail_parts *m, size_t part)
{
    unsigned n = 0;
    for (size_t i = part; i != 0; i = m->parts[i].parent)
        n += str_starts(m->parts[m->parts[i].parent].type, STR("message/"));
    return n;
}

/* The least of parts that are about delivery; 0: there are none. */
static unsigned messages_around_report(const struct mail_parts *m)
{
    unsigned least = MAIL_DEPTH_MAX;
    for (size_t i = 0; i < m->count; i++)
        if (is_about_delivery(&m->parts[i]) && messages_around(m, i) < least)
            least = messages_around(m, i);
    return least == MAIL_DEPTH_MAX ? 0 : least;
}

/* The same in plain text stands beside it (RFC 2046 section 5.1.4). */
static bool has_plainer(const struct mail_parts *m, size_t part)
{
    const struct mail_part *p = &m->parts[part];
    if (part == 0 || !str_eq(p->type, STR("text/html")) ||
        !str_eq(m->parts[p->parent].type, STR("multipart/alternative")))
        return false;
    for (size_t i = p->parent + 1; i < m->count; i++)
        if (m->parts[i].parent == p->parent && str_eq(m->parts[i].type, STR("text/plain")) &&
            str_trim(m->parts[i].body).n > 0)
            return true;
    return false;
}

static void put_part(const struct mail_part *p, struct buf *out)
{
    if (!str_eq(p->type, STR("text/html")) || !clean_html(p->body, out))
        buf_add(out, p->body);
    buf_add(out, STR("\n\n"));
}

/* Texts that lie in as many messages at most. */
static bool put_parts(const struct mail_parts *m, unsigned most, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < m->count; i++)
        if (is_text(&m->parts[i]) && messages_around(m, i) <= most && !has_plainer(m, i) &&
            str_trim(m->parts[i].body).n > 0) {
            put_part(&m->parts[i], out);
            any = true;
        }
    return any;
}

static void put_header(const struct mail_header *h, struct arena *memory, struct buf *out)
{
    for (size_t i = 0; i < COUNT_OF(KEPT); i++) {
        const struct mail_field *f = mail_header_first(h, KEPT[i]);
        if (!f)
            continue;
        buf_addf(out, "%s: ", KEPT[i].p);
        buf_add(out, mail_words(f->value, memory));
        buf_addc(out, '\n');
    }
    buf_addc(out, '\n');
}

bool clean_message(str in, struct buf *out)
{
    struct arena memory;
    struct mail_parts m;
    if (!mail_parts_likely(in))
        return false;
    arena_init(&memory, 32 * in.n + (4 << 20));
    bool read = mail_parts_read(in, &memory, &m, NULL);
    if (read) {
        size_t before = out->n;
        put_header(&m.parts[0].header, &memory, out);
        read = put_parts(&m, messages_around_report(&m), out) || put_parts(&m, 1, out);
        if (!read && buf_ok(out))
            out->n = before;
    }
    arena_done(&memory);
    return read;
}
