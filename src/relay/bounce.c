/* SPDX-License-Identifier: ISC */
/*
 * relay/bounce.c - a notification of non-delivery: to whom, about whom, in which words
 */
#include "relay/bounce.h"
#include "base/escape.h"
#include "explain/explain.h"
#include "mail/dsn_write.h"
#include "mail/trace.h"
#include "relay/next_hop.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum {
    ABOUT_MAX = 1000, /* recipients that one notification tells of; of more the rest is counted */
    WORDS_MAX = 1 << 20,
    HEAD_MAX = 4 << 20,
    HEADER_MAX = 64 << 10, /* of the message's header, that comes back */
    SMALL_MAX = 50 << 10,  /* a message up to that comes back whole, where nobody said otherwise */
    WHOLE_MAX = 10 << 20,  /* and up to that where RET=FULL was said */
    MEMORY_MAX = 1 << 20,
    WRAP_AT = 76,
    STEPS = 4
};

/* ---- is one owed? ---- */

/* RFC 3461 section 4.1: without NOTIFY, failure is told. */
static bool wants_failure(const struct queue_recipient *r)
{
    return r->notify == 0 || (r->notify & QUEUE_NOTIFY_FAILURE);
}

static bool is_told(const struct queue_message *m, const uint8_t *marks, size_t i)
{
    const struct queue_recipient *r = &m->recipients[i];
    if (marks[i] & MARK_FAILED)
        return wants_failure(r);
    return (marks[i] & MARK_RELAYED) && (r->notify & QUEUE_NOTIFY_SUCCESS);
}

static size_t count_told(const struct queue_message *m, const uint8_t *marks, uint8_t mark)
{
    size_t n = 0;
    for (size_t i = 0; i < m->recipient_count; i++)
        n += (marks[i] & mark) && is_told(m, marks, i);
    return n;
}

/* ---- words for people ---- */

struct words {
    struct buf *out;
    struct arena *memory;
    const struct queue_message *m;
    str hostname;
};

/* A paragraph: wrapped, each line behind the indent. */
static void say(struct words *w, const char *indent, str text)
{
    size_t left = strlen(indent), column = 0;
    while (text.n > 0) {
        str word = str_take(text, str_find_octet(text, ' '));
        text = str_skip(text, word.n + 1);
        if (word.n == 0)
            continue;
        if (column > left && column + 1 + word.n > WRAP_AT) {
            buf_addc(w->out, '\n');
            column = 0;
        }
        if (column == 0) {
            buf_add(w->out, str_from(indent));
            column = left;
        } else {
            buf_addc(w->out, ' ');
            column++;
        }
        buf_add(w->out, word);
        column += word.n;
    }
    buf_addc(w->out, '\n');
}

/* What a next hop chose, on one line, harmless. */
static str shown(struct words *w, str octets)
{
    struct buf line;
    buf_init(&line, 4 * COURIER_REPLY_MAX);
    for (size_t i = 0; i < octets.n; i++)
        if (octets.p[i] == '\n')
            buf_addc(&line, ' ');
        else if (octets.p[i] != '\r') {
            size_t n = 1;
            while (i + n < octets.n && octets.p[i + n] != '\n' && octets.p[i + n] != '\r')
                n++;
            escape_line((str){ octets.p + i, n }, &line);
            i += n - 1;
        }
    str kept = arena_dup(w->memory, buf_str(&line));
    buf_done(&line);
    return kept.p ? kept : STR_NONE;
}

/* A reply begins with its code; what we say ourselves does not. */
static bool is_reply(str reply)
{
    return reply.n >= 3 && is_digit(reply.p[0]) && is_digit(reply.p[1]) && is_digit(reply.p[2]);
}

/* The steps of whoever can help: the sender, where it is his to mend; else whoever runs this relay. */
static void say_cause(struct words *w, enum cause_id id)
{
    const struct cause *c = cause_of(id);
    const struct cause_step *steps[STEPS];
    if (!c ||
        id ==
            CAUSE_OTHER_NOT_RELAY) /* its words say no more than the reply, and are read wrong by programs */
        return;
    str step = next_hop_step(id);
    bool ours = family_is_relay(c->family);
    size_t n = ours ? explain_steps_on(id, SERVER_ANY, SIDE_SENDS, steps, STEPS)
                    : cause_steps(c, ROLE_SENDER, SERVER_ANY, steps, STEPS);
    buf_addc(w->out, '\n');
    say(w, "  ",
        arena_printf(w->memory, "What that means: %.*s (%.*s). %.*s", STR_ARG(c->title),
                     STR_ARG(c->name), STR_ARG(c->sentence)));
    if (n == 0 && !step.n)
        return;
    say(w, "  ",
        ours ? arena_printf(w->memory,
                            "What whoever runs the mail relay %.*s can do:", STR_ARG(w->hostname))
             : STR("What you can do:"));
    if (step.n)
        say(w, "   - ", step);
    for (size_t i = 0; i < n && !step.n; i++)
        say(w, "   - ", steps[i]->text);
}

static str days_text(struct words *w, uint64_t ms)
{
    uint64_t hours = ms / 3600000;
    return hours >= 48 ? arena_printf(w->memory, "%" PRIu64 " days", hours / 24)
           : hours > 1 ? arena_printf(w->memory, "%" PRIu64 " hours", hours)
                       : STR("some time");
}

static void say_failed(struct words *w, const struct queue_recipient *r, uint8_t mark)
{
    str reply = shown(w, r->reply), server = shown(w, r->server);
    buf_addf(w->out, "\n<%.*s>\n", STR_ARG(shown(w, r->forward_path)));
    if (mark & MARK_EXPIRED)
        say(w, "  ",
            arena_printf(w->memory, "It was tried for %.*s, and is given up. The last time:",
                         STR_ARG(days_text(w, relay_now_ms() - w->m->arrived_ms))));
    if (server.n > 0 && is_reply(reply))
        say(w, "  ", arena_printf(w->memory, "The server %.*s said:", STR_ARG(server)));
    else if (server.n > 0)
        say(w, "  ", arena_printf(w->memory, "With the server %.*s:", STR_ARG(server)));
    if (reply.n > 0)
        say(w, "    ", reply);
    say_cause(w, r->cause);
}

static void say_failures(struct words *w, const uint8_t *marks, size_t failed)
{
    size_t told = 0;
    say(w, "",
        arena_printf(w->memory,
                     "Your message could not be delivered to %zu recipient%s. The mail relay "
                     "%.*s took it, and could not hand it on.",
                     failed, failed == 1 ? "" : "s", STR_ARG(w->hostname)));
    for (size_t i = 0; i < w->m->recipient_count && told < ABOUT_MAX; i++)
        if ((marks[i] & MARK_FAILED) && is_told(w->m, marks, i)) {
            say_failed(w, &w->m->recipients[i], marks[i]);
            told++;
        }
    if (failed > told)
        buf_addf(w->out, "\nand %zu more\n", failed - told);
}

static void say_relayed(struct words *w, const uint8_t *marks)
{
    size_t told = 0;
    say(w, "",
        STR("Your message was handed on for the recipients below, to a server that tells nobody "
            "whether it arrives. No more will be heard of it, unless it fails."));
    for (size_t i = 0; i < w->m->recipient_count && told < ABOUT_MAX; i++)
        if (!(marks[i] & MARK_FAILED) && is_told(w->m, marks, i)) {
            buf_addf(w->out, "\n<%.*s>\n", STR_ARG(shown(w, w->m->recipients[i].forward_path)));
            told++;
        }
}

static void say_end(struct words *w)
{
    char id[QUEUE_ID_TEXT_MAX];
    buf_addc(w->out, '\n');
    say(w, "",
        arena_printf(
            w->memory,
            "If you ask somebody for help, send all of this along. Your message had the number "
            "%s on %.*s. This notice was written by a program; nobody reads answers to it.",
            queue_id_text(w->m->id, id), STR_ARG(w->hostname)));
}

/* ---- facts for programs ---- */

/* "550 5.1.1 no" gives 5.1.1, and so does "5.1.1 no"; "550 no" gives 5.0.0. The class is that of what happened here. */
static str status_of(struct arena *memory, const struct queue_recipient *r, uint8_t mark)
{
    struct smtp_enhanced x = { 0 };
    str text = r->reply, rest;
    char out[SMTP_ENHANCED_MAX];
    if (!(mark & MARK_FAILED))
        return STR("2.0.0");
    if (mark & MARK_EXPIRED)
        return STR("4.4.7");
    if (is_reply(text))
        text = str_skip(text, 4);
    if (!smtp_enhanced_read(text, &x, &rest) || x.class != 5)
        x = (struct smtp_enhanced){ .class = 5 };
    return arena_dup(memory, str_from(smtp_enhanced_text(&x, out)));
}

/* "smtp.example.org [192.0.2.1]:587" is called smtp.example.org; without a name, by its address. */
static str host_of(str server)
{
    str name = str_take(server, str_find_octet(server, ' '));
    if (name.n < server.n)
        return name;
    return str_take(server, str_rfind_octet(server, ':'));
}

static struct mail_dsn_about about(struct arena *memory, const struct queue_recipient *r,
                                   uint8_t mark, str now)
{
    bool failed = mark & MARK_FAILED;
    return (struct mail_dsn_about){
        .forward_path = r->forward_path,
        .orcpt = r->orcpt,
        .action = failed ? MAIL_DSN_FAILED : MAIL_DSN_RELAYED,
        .status = status_of(memory, r, mark),
        .remote_mta = host_of(r->server),
        .diagnostic = failed ? r->reply : STR_NONE,
        .replied = is_reply(r->reply),
        .last_attempt = now,
    };
}

/* ---- what comes back ---- */

static str message_id_of(str header)
{
    struct mail_field f;
    while (header.n > 0) {
        size_t at = str_find_octet(header, '\n');
        str line = str_take(header, at == STR_NOT_FOUND ? header.n : at);
        header = str_skip(header, line.n + 1);
        if (str_starts_nocase(line, STR("Message-ID:")) && mail_field_read(line, &f)) {
            str id = str_trim(f.value);
            bool whole = id.n > 2 && id.p[0] == '<' && str_find_octet(id, '>') == id.n - 1 &&
                         str_find_octet(id, ' ') == STR_NOT_FOUND;
            return whole ? id : STR_NONE;
        }
    }
    return STR_NONE;
}

/* Up to the blank line, and that not; cut at a line end where it is too long. */
static str header_in(str text)
{
    size_t at = str_find(text, STR("\r\n\r\n"));
    if (at != STR_NOT_FOUND)
        return str_take(text, at + 2);
    at = str_rfind_octet(text, '\n');
    return at == STR_NOT_FOUND ? STR_NONE : str_take(text, at + 1);
}

static bool read_start(struct relay *r, const struct queue_message *m, struct buf *out,
                       struct err *e)
{
    char piece[8192];
    for (size_t n = 1; n > 0 && out->n < HEADER_MAX;) {
        if (!spool_read(r->spool, m->id, out->n, piece, sizeof piece, &n, e))
            return false;
        buf_add(out, (str){ piece, n });
    }
    return buf_ok(out) || err_memory(e, "the header of a message");
}

static bool draft_add(struct spool_draft *d, str octets, uint64_t *size, struct err *e)
{
    *size += octets.n;
    switch (spool_draft_add(d, octets)) {
    case SPOOL_KEPT: return true;
    case SPOOL_FULL:
        return err_set(e, ERR_LIMIT, "the disk has no room for a notification of non-delivery");
    case SPOOL_FAILED: break;
    }
    return err_set(e, ERR_SYSTEM, "a notification of non-delivery could not be written down");
}

static bool add_message(struct relay *r, const struct queue_message *m, struct spool_draft *d,
                        uint64_t *size, struct err *e)
{
    char piece[8192];
    uint64_t at = 0;
    for (size_t n = 1; n > 0; at += n) {
        if (!spool_read(r->spool, m->id, at, piece, sizeof piece, &n, e))
            return false;
        if (n > 0 && !draft_add(d, (str){ piece, n }, size, e))
            return false;
    }
    return true;
}

/* RFC 3461 section 4.3: RET is about failures. A message in one line too long, or too much of it, does not come back. */
static bool returns_whole(const struct queue_message *m, size_t failed)
{
    if (failed == 0 || m->ret == QUEUE_RET_HDRS || (m->flags & QUEUE_LONG_LINES))
        return false;
    return m->size_octets <= (m->ret == QUEUE_RET_FULL ? WHOLE_MAX : SMALL_MAX);
}

/* ---- the whole ---- */

static int zone_minutes(time_t now)
{
    struct tm local;
    return localtime_r(&now, &local) ? (int)(local.tm_gmtoff / 60) : 0;
}

static str date_text(struct arena *memory, uint64_t ms)
{
    char out[MAIL_DATE_MAX];
    return arena_dup(memory, mail_date_text(ms, zone_minutes((time_t)(ms / 1000)), out));
}

static str random_text(struct arena *memory)
{
    uint64_t x[2];
    if (getrandom(x, sizeof x, 0) != sizeof x)
        return STR_NONE;
    return arena_printf(memory, "%016" PRIx64 "%016" PRIx64, x[0], x[1]);
}

static bool is_global(const struct queue_message *m, const uint8_t *marks)
{
    bool ascii = str_is_ascii(m->reverse_path);
    for (size_t i = 0; i < m->recipient_count; i++)
        ascii &= !is_told(m, marks, i) || str_is_ascii(m->recipients[i].forward_path);
    return !ascii;
}

static bool write_words(const struct relay_config *c, const struct queue_message *m,
                        const uint8_t *marks, struct arena *memory, struct buf *out)
{
    struct words w = { out, memory, m, buf_str(&c->hostname) };
    size_t failed = count_told(m, marks, MARK_FAILED);
    if (failed > 0)
        say_failures(&w, marks, failed);
    if (failed > 0 && count_told(m, marks, MARK_RELAYED) > 0)
        buf_addc(out, '\n');
    if (count_told(m, marks, MARK_RELAYED) > 0)
        say_relayed(&w, marks);
    say_end(&w);
    return buf_ok(out) && !memory->refused;
}

static bool collect_about(const struct queue_message *m, const uint8_t *marks, str now,
                          struct arena *memory, struct mail_dsn_notice *n)
{
    struct mail_dsn_about *all = arena_alloc(memory, ABOUT_MAX * sizeof *all);
    for (size_t i = 0; all && i < m->recipient_count && n->count < ABOUT_MAX; i++)
        if (is_told(m, marks, i))
            all[n->count++] = about(memory, &m->recipients[i], marks[i], now);
    n->about = all;
    return all != NULL;
}

static bool write_notice(struct relay *r, const struct queue_message *m,
                         const struct mail_dsn_notice *n, str header, struct relay_bounce *b,
                         struct err *e)
{
    struct buf out;
    buf_init(&out, HEAD_MAX);
    uint64_t size = 0;
    bool whole = n->returned == MAIL_DSN_RETURNED_MESSAGE;
    b->draft = spool_draft_new(r->spool);
    bool good = (mail_dsn_write(n, &out) && b->draft) ||
                err_memory(e, "a notification of non-delivery");
    good = good && draft_add(b->draft, buf_str(&out), &size, e) &&
           (whole ? add_message(r, m, b->draft, &size, e)
                  : header.n == 0 || draft_add(b->draft, header, &size, e));
    buf_clear(&out);
    good = good && (mail_dsn_write_end(n, &out) || err_memory(e, "a notification")) &&
           draft_add(b->draft, buf_str(&out), &size, e);
    buf_done(&out);
    b->message.size_octets = size;
    return good;
}

static void address_it(struct relay_bounce *b, const struct relay_config *c,
                       const struct queue_message *m, const struct mail_dsn_notice *n)
{
    size_t at = str_rfind_octet(m->reverse_path, '@');
    const struct site_route *route = site_route_for(
        &c->rules.file.site, at == STR_NOT_FOUND ? STR_NONE : str_skip(m->reverse_path, at + 1));
    b->recipient = (struct queue_recipient){ .forward_path = m->reverse_path,
                                             .notify = QUEUE_NOTIFY_NEVER };
    b->message.record = m->record;
    b->message.route = route ? route->name : STR_NONE;
    b->message.helo = buf_str(&c->hostname);
    b->message.arrived_ms = b->message.due_ms = relay_now_ms();
    b->message.flags = QUEUE_BOUNCE | (n->global ? QUEUE_SMTPUTF8 : 0) |
                       (n->global || n->returned_8bit ? QUEUE_8BIT : 0);
    b->message.recipients = &b->recipient;
    b->message.recipient_count = 1;
}

static bool make(struct relay *r, const struct relay_config *c, const struct queue_message *m,
                 const uint8_t *marks, struct arena *memory, struct relay_bounce *b, struct err *e)
{
    AUTO(buf_done) struct buf start, words;
    buf_init(&start, HEADER_MAX + 8192);
    buf_init(&words, WORDS_MAX);
    size_t failed = count_told(m, marks, MARK_FAILED);
    char id[QUEUE_ID_TEXT_MAX];
    uint64_t now_ms = relay_now_ms();
    struct mail_dsn_notice n = {
        .hostname = buf_str(&c->hostname),
        .to = m->reverse_path,
        .subject = failed ? STR("Your message could not be delivered")
                          : STR("Your message was handed on"),
        .date = date_text(memory, now_ms),
        .arrived = date_text(memory, m->arrived_ms),
        .unique = random_text(memory),
        .envid = m->envid,
        .log_id = str_from(queue_id_text(m->id, id)),
        .returned = returns_whole(m, failed) ? MAIL_DSN_RETURNED_MESSAGE : MAIL_DSN_RETURNED_HEADER,
        .global = is_global(m, marks),
    };
    str boundary = random_text(memory);
    n.boundary = arena_printf(memory, "=_%.*s", STR_ARG(boundary));
    if (!read_start(r, m, &start, e))
        return false;
    str header = header_in(buf_str(&start));
    n.references = message_id_of(header);
    n.returned_8bit = n.returned == MAIL_DSN_RETURNED_MESSAGE
                          ? !str_is_ascii(header) || (m->flags & QUEUE_8BIT)
                          : !str_is_ascii(header);
    if (!write_words(c, m, marks, memory, &words) || !collect_about(m, marks, n.date, memory, &n) ||
        boundary.n == 0 || n.unique.n == 0)
        return err_memory(e, "a notification of non-delivery");
    n.words = buf_str(&words);
    if (!write_notice(r, m, &n, header, b, e))
        return false;
    address_it(b, c, m, &n);
    return true;
}

bool relay_bounce_make(struct relay *r, const struct relay_config *c, const struct queue_message *m,
                       const uint8_t *marks, struct relay_bounce *out, struct err *e)
{
    char id[QUEUE_ID_TEXT_MAX];
    bool told = false, failed = false;
    *out = (struct relay_bounce){ .draft = NULL };
    for (size_t i = 0; i < m->recipient_count; i++) {
        told |= is_told(m, marks, i);
        failed |= marks[i] & MARK_FAILED;
    }
    /* RFC 5321 section 4.5.5, and section 6.1: never about a notification. */
    if (m->reverse_path.n == 0 || (m->flags & QUEUE_BOUNCE)) {
        if (failed)
            NET_LOG(r->log, NET_LOG_WARNING, "double-bounce",
                    LOG_STR("id", str_from(queue_id_text(m->id, id))),
                    LOG_STR("why", STR("it failed, and its reverse-path is empty: it is dropped")));
        return true;
    }
    if (!told)
        return true;
    struct arena memory;
    arena_init(&memory, MEMORY_MAX);
    bool good = make(r, c, m, marks, &memory, out, e);
    arena_done(&memory);
    return good;
}

void relay_bounce_done(struct relay_bounce *b)
{
    spool_draft_free(b->draft);
    b->draft = NULL;
}
