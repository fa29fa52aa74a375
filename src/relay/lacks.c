/* SPDX-License-Identifier: ISC */
#include "relay/lacks.h"
#include "net/idn.h"
#include "spool/spool.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 32768 }; /* what has one sum in the spool */

static void refuse(struct relay_lacks *out, enum cause_id cause)
{
    out->refused = true;
    out->cause = cause;
    out->reply = str_from(out->words);
}

/* ---- paths ---- */

static str domain_of(str path)
{
    size_t at = str_rfind_octet(path, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(path, at + 1);
}

static bool local_part_is_ascii(str path)
{
    return str_is_ascii(str_take(path, path.n - domain_of(path).n));
}

str relay_path_said(str path, const struct relay_lacks *lacks, char room[RELAY_PATH_MAX])
{
    char name[DNS_NAME_MAX];
    str domain = domain_of(path);
    if (!lacks->a_labels || str_is_ascii(domain) ||
        !dns_name_from_text(domain, net_idn(domain), name, NULL))
        return path;
    int n = snprintf(room, RELAY_PATH_MAX, "%.*s%s", (int)(path.n - domain.n), path.p, name);
    return n > 0 && n < RELAY_PATH_MAX ? (str){ room, (size_t)n } : path;
}

/* ---- octets over 127 ---- */

/* The header, as far as this piece has it. */
static void look_at_header(struct relay_lacks *out, str piece)
{
    for (size_t i = 0; i < piece.n && out->header; i++) {
        out->header_8bit |= (unsigned char)piece.p[i] > 127;
        if (piece.p[i] == '\n')
            out->header = ++out->newlines < 2;
        else if (piece.p[i] != '\r')
            out->newlines = 0;
    }
    out->header &= !out->header_8bit;
}

static void drop_seven(struct relay_lacks *out)
{
    mail_7bit_free(out->seven);
    out->seven = NULL;
}

static void refuse_8bit(struct relay_lacks *out)
{
    snprintf(out->words, sizeof out->words,
             "5.6.3 the message holds octets over 127, the next hop does not offer 8BITMIME, and "
             "they cannot be encoded: %.*s",
             STR_ARG(out->facts.refused));
    refuse(out, CAUSE_OTHER_NOT_RELAY);
}

/* ---- SMTPUTF8 ---- */

enum paths { PATHS_ASCII, PATHS_BY_A_LABELS, PATHS_NEED_UTF8 };

struct attempt {
    const struct queue_message *m;
    const uint8_t *marks;
    unsigned without; /* marks of recipients that are no part of it */
};

static bool takes_part(const struct attempt *t, size_t i)
{
    return t->m->recipients[i].state == QUEUE_WAITING && !(t->marks[i] & t->without);
}

static enum paths paths_of(const struct attempt *t)
{
    const struct queue_message *m = t->m;
    bool all_ascii = str_is_ascii(m->reverse_path), locals = local_part_is_ascii(m->reverse_path);
    for (size_t i = 0; i < m->recipient_count; i++) {
        if (!takes_part(t, i))
            continue;
        all_ascii &= str_is_ascii(m->recipients[i].forward_path);
        locals &= local_part_is_ascii(m->recipients[i].forward_path);
    }
    return all_ascii ? PATHS_ASCII : locals ? PATHS_BY_A_LABELS : PATHS_NEED_UTF8;
}

static bool converts(str path)
{
    char name[DNS_NAME_MAX];
    str domain = domain_of(path);
    return str_is_ascii(domain) || dns_name_from_text(domain, net_idn(domain), name, NULL);
}

static bool all_convert(const struct attempt *t)
{
    bool all = converts(t->m->reverse_path);
    for (size_t i = 0; i < t->m->recipient_count; i++)
        all &= !takes_part(t, i) || converts(t->m->recipients[i].forward_path);
    return all;
}

static void begin_utf8(const struct attempt *t, struct relay_lacks *out)
{
    enum paths paths = paths_of(t);
    if (paths == PATHS_NEED_UTF8 || (paths == PATHS_BY_A_LABELS && !all_convert(t))) {
        snprintf(out->words, sizeof out->words,
                 "5.6.7 an address needs SMTPUTF8, which the next hop does not offer");
        refuse(out, CAUSE_OTHER_NOT_RELAY);
    } else {
        out->no_utf8 = out->header = true;
        out->a_labels = paths == PATHS_BY_A_LABELS;
    }
}

/* ---- all of it ---- */

void relay_lacks_begin(const struct queue_message *m, const uint8_t *marks, unsigned without,
                       const struct smtp_caps *caps, struct relay_lacks *out)
{
    const struct attempt t = { m, marks, without };
    unsigned ext = caps ? caps->ext : 0;
    *out = (struct relay_lacks){ .refused = false };
    if (caps && caps->size_max > 0 && m->size_octets > caps->size_max) {
        snprintf(out->words, sizeof out->words,
                 "5.3.4 the message has %" PRIu64 " octets, and the next hop takes %" PRIu64
                 " at most",
                 m->size_octets, caps->size_max);
        refuse(out, CAUSE_MESSAGE_TOO_LARGE);
        return;
    }
    if ((m->flags & QUEUE_SMTPUTF8) && !(ext & SMTP_EXT_SMTPUTF8))
        begin_utf8(&t, out);
    if (out->refused || !(m->flags & QUEUE_8BIT) || (ext & SMTP_EXT_8BITMIME))
        return;
    out->seven = mail_7bit_new();
    if (!out->seven)
        out->facts.refused = STR("there is no memory for that");
}

/* Whoever sends what cannot be read finds that, too. */
static void looked(struct relay_lacks *out, bool whole)
{
    bool header_8bit = out->header_8bit || (out->header && !whole);
    out->header = false;
    if (out->seven && whole)
        mail_7bit_looked(out->seven, &out->facts);
    if (!whole || !out->facts.needed || out->facts.refused.n > 0)
        drop_seven(out);
    if (header_8bit) { /* RFC 6532 section 3 */
        snprintf(out->words, sizeof out->words,
                 "5.6.7 the header needs SMTPUTF8, which the next hop does not offer");
        refuse(out, CAUSE_OTHER_NOT_RELAY);
    } else if (out->facts.refused.n > 0) {
        refuse_8bit(out);
    }
}

bool relay_lacks_look(struct spool *s, const struct queue_message *m, size_t most,
                      struct relay_lacks *out)
{
    char piece[PIECE];
    size_t n = 1;
    for (size_t had = 0; n > 0 && !out->header_8bit && (out->header || out->seven); had += n) {
        if (had >= most)
            return false;
        if (!spool_read(s, m->id, out->at, piece, sizeof piece, &n, NULL)) {
            looked(out, false);
            return true;
        }
        out->at += n;
        look_at_header(out, (str){ piece, n });
        if (out->seven)
            mail_7bit_look(out->seven, (str){ piece, n });
    }
    looked(out, true);
    return true;
}

void relay_lacks_done(struct relay_lacks *lacks)
{
    drop_seven(lacks);
}

static void add(struct buf *out, str name, str value)
{
    if (out->n > 0)
        buf_addc(out, ' ');
    buf_add(out, name);
    buf_add(out, value);
}

void relay_mail_parameters(const struct queue_message *m, unsigned ext, bool logged_in,
                           const struct relay_lacks *lacks, struct buf *out)
{
    char size[24];
    snprintf(size, sizeof size, "%" PRIu64, m->size_octets);
    if ((ext & SMTP_EXT_SIZE) && !lacks->seven) /* how long it becomes is not known */
        add(out, STR("SIZE="), str_from(size));
    if ((ext & SMTP_EXT_8BITMIME) && (m->flags & QUEUE_8BIT))
        add(out, STR("BODY=8BITMIME"), STR_NONE);
    if ((ext & SMTP_EXT_SMTPUTF8) && (m->flags & QUEUE_SMTPUTF8) && !lacks->no_utf8)
        add(out, STR("SMTPUTF8"), STR_NONE);
    if (logged_in && (ext & SMTP_EXT_AUTH))
        add(out, STR("AUTH=<>"), STR_NONE);
    if (!(ext & SMTP_EXT_DSN))
        return;
    if (m->ret != QUEUE_RET_NONE)
        add(out, STR("RET="), m->ret == QUEUE_RET_FULL ? STR("FULL") : STR("HDRS"));
    if (m->envid.n > 0)
        add(out, STR("ENVID="), m->envid);
}

static const struct notify_row {
    unsigned bit;
    str word;
} NOTIFY[] = {
    { QUEUE_NOTIFY_NEVER, STR_INIT("NEVER") },
    { QUEUE_NOTIFY_SUCCESS, STR_INIT("SUCCESS") },
    { QUEUE_NOTIFY_FAILURE, STR_INIT("FAILURE") },
    { QUEUE_NOTIFY_DELAY, STR_INIT("DELAY") },
};

void relay_rcpt_parameters(const struct queue_recipient *r, unsigned ext, struct buf *out)
{
    if (!(ext & SMTP_EXT_DSN))
        return;
    bool first = true;
    for (size_t i = 0; i < COUNT_OF(NOTIFY); i++) {
        if (!(r->notify & NOTIFY[i].bit))
            continue;
        if (first)
            add(out, STR("NOTIFY="), NOTIFY[i].word);
        else {
            buf_addc(out, ',');
            buf_add(out, NOTIFY[i].word);
        }
        first = false;
    }
    if (r->orcpt.n > 0 && (str_is_ascii(r->orcpt) || (ext & SMTP_EXT_SMTPUTF8)))
        add(out, STR("ORCPT="), r->orcpt);
}
