/* SPDX-License-Identifier: ISC */
/* mail/submission.c - what a submission owes a message that lacks it */
#include "mail/submission.h"
#include "mail/received.h"

bool mail_submission_add(const struct mail_header *h, str from, str date, str unique, str hostname,
                         struct buf *out)
{
    if (from.n > 0 && !mail_header_first(h, STR("From"))) {
        buf_add(out, STR("From: "));
        buf_add(out, from);
        buf_add(out, STR("\r\n"));
    }
    if (!mail_header_first(h, STR("Date"))) {
        buf_add(out, STR("Date: "));
        buf_add(out, date);
        buf_add(out, STR("\r\n"));
    }
    if (!mail_header_first(h, STR("Message-ID"))) {
        buf_add(out, STR("Message-ID: <"));
        buf_add(out, unique);
        buf_addc(out, '@');
        buf_add(out, hostname);
        buf_add(out, STR(">\r\n"));
    }
    return buf_ok(out);
}

bool mail_is_looping(const struct mail_header *h, str hostname)
{
    size_t hops = 0, own = 0;
    for (size_t i = 0; i < h->count; i++) {
        struct mail_received r;
        if (!str_eq_nocase(h->fields[i].name, STR("Received")))
            continue;
        hops++;
        own += mail_received_read(h->fields[i].value, &r) && str_eq_nocase(r.by, hostname);
    }
    return hops > MAIL_HOPS_MAX || own >= MAIL_OWN_HOPS_MAX;
}

/* With the line end behind it. */
static size_t end_of(str message, const struct mail_field *f)
{
    size_t at = (size_t)(f->whole.p - message.p) + f->whole.n;
    if (at < message.n && message.p[at] == '\r')
        at++;
    if (at < message.n && message.p[at] == '\n')
        at++;
    return at;
}

bool mail_without_return_path(str message, const struct mail_header *h, struct buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < h->count; i++) {
        const struct mail_field *f = &h->fields[i];
        if (!str_eq_nocase(f->name, STR("Return-Path")))
            continue;
        size_t at = (size_t)(f->whole.p - message.p);
        buf_add(out, (str){ message.p + from, at - from });
        from = end_of(message, f);
    }
    return buf_add(out, str_skip(message, from));
}
