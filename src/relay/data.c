/* SPDX-License-Identifier: ISC */
/*
 * relay/data.c - one message: mail data as it comes
 * The header is collected until it is whole and looked at; then it goes to the draft behind what we add to it, and the body
 * follows piece by piece.
 */
#include "mail/rewrite.h"
#include "mail/submission.h"
#include "relay/address.h"
#include "relay/receive.h"
#include <stdio.h>
#include <string.h>

enum { PREFIX_MAX = 16 << 10, REWRITTEN_MAX = 1 << 20, LINE_LONGEST = 998 };

static const struct relay_words
    LONG_HEADER = { 552, STR_INIT("5.3.4"),
                    STR_INIT("The header of the message is larger than we take"),
                    CAUSE_MESSAGE_TOO_LARGE },
    LOOPING = { 554, STR_INIT("5.4.6"),
                STR_INIT("The message goes round in circles: it was here before"),
                CAUSE_MAIL_LOOP },
    NO_AUTHOR = { 554, STR_INIT("5.6.0"),
                  STR_INIT(
                      "The message has no From address, and no sender to put there; set one in "
                      "your program"),
                  CAUSE_FROM_INVALID },
    NO_HEADER = { 554, STR_INIT("5.6.0"), STR_INIT("The header has too many fields"), CAUSE_NONE };

static bool keep(struct relay_mail *m, str octets, const struct relay_words **why)
{
    enum spool_result r = octets.n > 0 ? spool_draft_add(m->draft, octets) : SPOOL_KEPT;
    m->size += octets.n;
    *why = r == SPOOL_FULL ? &RELAY_SAYS_FULL : &RELAY_SAYS_FAILED;
    return r == SPOOL_KEPT;
}

static bool add_received(struct relay_visit *v, struct buf *out)
{
    struct relay_mail *m = v->mail;
    char id[RELAY_RECORD_ID_MAX];
    const struct smtp_tls_facts *tls = v->tls ? net_stream_tls(v->stream) : NULL;
    const struct mail_trace trace = {
        .helo = m->m.helo,
        .client = v->client,
        .hostname = buf_str(&v->config->hostname),
        .id = str_from(relay_record_text(m->m.record, id)),
        .date = relay_server_date(v->server),
        /* In ASCII only: a next hop without SMTPUTF8 can still have the message, its domain said in A-labels. */
        .for_path = m->m.recipient_count == 1 && str_is_ascii(m->m.recipients[0].forward_path)
                        ? m->m.recipients[0].forward_path
                        : STR_NONE,
        .extended = v->extended,
        .smtputf8 = m->m.flags & QUEUE_SMTPUTF8,
        .auth = m->m.login.n > 0,
        .tls_version = tls ? tls->version : STR_NONE,
        .tls_cipher = tls ? tls->cipher : STR_NONE,
    };
    return mail_trace_write(&trace, out);
}

static bool add_owed(struct relay_visit *v, const struct mail_header *h, struct buf *out)
{
    char id[RELAY_RECORD_ID_MAX], unique[64];
    if (v->mail->inbound)
        return true;
    int n = snprintf(unique, sizeof unique, "%llx.%llx.%s", (unsigned long long)relay_now_ms(),
                     (unsigned long long)++v->server->unique,
                     relay_record_text(v->mail->m.record, id));
    return mail_submission_add(h, v->mail->m.reverse_path, relay_server_date(v->server),
                               (str){ unique, (size_t)n }, buf_str(&v->config->hostname), out);
}

/* One who stands there already is asked about once. */
static bool add_author(struct relay_mail *m, str address, enum policy_author field)
{
    str plain = relay_plain_address(&m->arena, address);
    for (size_t i = 0; plain.p && i < m->author_count; i++)
        if (str_eq_nocase(m->authors[i].address, plain))
            return true;
    if (!plain.p || m->author_count == RELAY_AUTHORS_MAX)
        return false;
    m->authors[m->author_count++] = (struct relay_author){ plain, field };
    return true;
}

/* What cannot be read as an address is an author all the same, whom nobody owns: with the words behind it, it is the
 * address of nobody, however it ends. */
static bool add_unreadable(struct relay_mail *m, const struct mail_field *f,
                           enum policy_author field)
{
    str value = str_take(str_trim(f->value), MAIL_ADDRESS_MAX);
    return add_author(m, arena_printf(&m->arena, "%.*s (not readable)", STR_ARG(value)), field);
}

static bool add_authors(struct relay_mail *m, const struct mail_field *f,
                        const struct mail_from *from, enum policy_author field)
{
    if (!from->count || from->trouble & (MAIL_FROM_SYNTAX | MAIL_FROM_TOO_MUCH))
        return add_unreadable(m, f, field);
    for (size_t i = 0; i < from->count; i++)
        if (!add_author(m, from->authors[i].address, field))
            return false;
    return true;
}

/* Who is shown beside From as the one who sends: in Sender, and in the latest block of Resent- fields, which is the first
 * (RFC 5322 section 3.6.6). Those below were others' to write. */
static bool take_senders(struct relay_mail *m, const struct mail_header *h)
{
    static const struct {
        str name;
        enum policy_author field;
    } FIELDS[] = { { STR_INIT("Sender"), POLICY_SENDER_FIELD },
                   { STR_INIT("Resent-From"), POLICY_RESENT_FROM },
                   { STR_INIT("Resent-Sender"), POLICY_RESENT_SENDER } };
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
        struct mail_from from;
        const struct mail_field *f = mail_header_first(h, FIELDS[i].name);
        if (f &&
            (!mail_from_field(f, &m->arena, &from) || !add_authors(m, f, &from, FIELDS[i].field)))
            return false;
    }
    return true;
}

/* A message from elsewhere names whom it likes beside its authors: a list, a forwarder. */
static bool take_authors(struct relay_mail *m, const struct mail_header *h)
{
    struct mail_from from;
    const struct mail_field *f = mail_header_first(h, STR("From"));
    return mail_from_read(h, &m->arena, &from) && (!f || add_authors(m, f, &from, POLICY_FROM)) &&
           (m->inbound || take_senders(m, h));
}

static bool is_in(const struct site_rewrite *r, const struct relay_visit *v)
{
    bool network = r->network_count == 0, listener = r->listener_count == 0;
    for (size_t i = 0; i < r->network_count; i++)
        network |= ip_net_has(&r->networks[i], &v->client);
    for (size_t i = 0; i < r->listener_count; i++)
        listener |= str_eq_nocase(r->listeners[i], v->listener->name);
    return network && listener;
}

static const struct site_rewrite *rewrite_for(const struct relay_visit *v)
{
    const struct site *s = relay_site_of(v);
    for (size_t i = 0; i < s->rewrite_count; i++)
        if (is_in(&s->rewrites[i], v))
            return &s->rewrites[i];
    return NULL;
}

/* Another header in the place of the one that was collected; h is read from it anew. */
static bool replace_header(struct relay_mail *m, struct buf *by, struct mail_header *h)
{
    struct err e;
    if (!buf_ok(by) || !mail_header_read(buf_str(by), &m->arena, h, &e)) {
        buf_done(by);
        return false;
    }
    buf_done(&m->header);
    m->header = *by;
    return true;
}

static bool drop_return_path(struct relay_mail *m, struct mail_header *h)
{
    struct buf without;
    if (!mail_header_first(h, STR("Return-Path")))
        return true;
    buf_init(&without, REWRITTEN_MAX);
    mail_without_return_path(buf_str(&m->header), h, &without);
    return replace_header(m, &without, h);
}

/* The rules were asked about the addresses that the client gave; from here on there are others. The null reverse-path
 * stays: what answers to nobody must not begin to. */
static bool rewrite(struct relay_visit *v, struct mail_header *h)
{
    struct relay_mail *m = v->mail;
    const struct site_rewrite *rule = rewrite_for(v);
    struct mail_rewritten done = { 0 };
    char id[RELAY_RECORD_ID_MAX];
    struct buf other;
    if (!rule)
        return true;
    const struct mail_rewrite how = { .from = rule->from, .keep_reply_to = rule->keep_reply_to };
    buf_init(&other, REWRITTEN_MAX);
    mail_rewrite_from(buf_str(&m->header), h, &how, &other, &done);
    if (!replace_header(m, &other, h))
        return false;
    NET_LOG(relay_of(v)->log, NET_LOG_INFO, "rewritten",
            LOG_STR("id", str_from(relay_record_text(m->m.record, id))),
            LOG_STR("rule", rule->name), LOG_IP("client", &v->client),
            LOG_STR("from", m->m.reverse_path),
            LOG_STR("author", m->author_count ? m->authors[0].address : STR_NONE),
            LOG_STR("by", rule->from), LOG_INT("addresses", done.replaced),
            LOG_STR("reply-to", done.reply_to ? STR("added") : STR_NONE),
            LOG_INT("signatures-removed", done.signatures));
    if (m->m.reverse_path.n > 0)
        m->m.reverse_path = rule->from; /* of the configuration that the hand-over holds */
    return true;
}

/* The header is whole: what was collected is looked at, and goes to the draft behind what we add. */
static bool header_done(struct relay_visit *v, const struct relay_words **why)
{
    struct relay_mail *m = v->mail;
    struct mail_header h;
    struct err e;
    struct buf prefix;
    m->in_body = true;
    buf_drop(&m->header, m->mbox_line);
    *why = &NO_HEADER;
    if (!mail_header_read(buf_str(&m->header), &m->arena, &h, &e))
        return false;
    *why = &LOOPING;
    if (mail_is_looping(&h, buf_str(&v->config->hostname)))
        return false;
    *why = &NO_AUTHOR;
    /* A device that is trusted by its address may be as nameless as it was; who logs in is somebody. */
    if (m->m.login.n && !m->m.reverse_path.n && !mail_header_first(&h, STR("From")))
        return false;
    *why = &RELAY_SAYS_NO_MEMORY;
    if (!take_authors(m, &h) || !drop_return_path(m, &h) || !rewrite(v, &h))
        return false;
    buf_init(&prefix, PREFIX_MAX);
    bool ok = add_received(v, &prefix) && add_owed(v, &h, &prefix) &&
              keep(m, buf_str(&prefix), why) && keep(m, buf_str(&m->header), why);
    buf_done(&prefix);
    return ok;
}

/* ---- where the header ends ---- */

enum header_end { GOES_ON, AT_BLANK_LINE, AT_STRAY_LINE };

/* The line that begins at header_at; from there to `known` no line ends. False: its end has not come, and last says whether
 * it will. */
static bool header_line(const struct relay_mail *m, size_t known, bool last, str *line)
{
    str rest = str_skip(buf_str(&m->header), m->header_at);
    size_t lf = known > m->header_at ? known - m->header_at : 0;
    size_t found = str_find_octet(str_skip(rest, lf), '\n');
    *line = found == STR_NOT_FOUND ? rest : str_take(rest, lf + found + 1);
    return found != STR_NOT_FOUND || (last && rest.n > 0);
}

/* A field, or it goes on with one. */
static bool is_of_header(const struct relay_mail *m, str line)
{
    struct mail_field f;
    bool folded = line.p[0] == ' ' || line.p[0] == '\t';
    return folded ? m->header_at > m->mbox_line : mail_field_read(line, &f);
}

static enum header_end read_header_lines(struct relay_mail *m, size_t known, bool last)
{
    str line;
    while (header_line(m, known, last, &line)) {
        if (m->header_at == 0 && mail_is_mbox_line(line))
            m->mbox_line = line.n;
        else if (!str_eq(line, STR("\r\n")) && !is_of_header(m, line))
            return AT_STRAY_LINE;
        m->header_at += line.n;
        if (str_eq(line, STR("\r\n")))
            return AT_BLANK_LINE;
    }
    return GOES_ON;
}

/* A line that is no field is where the body begins, for us as for other servers: devices send words without any header.
 * Those must not stand among fields of ours, so an empty line goes before them. To refuse them is not ours, RFC 5321
 * section 3.3. False: no memory. */
static bool part_from_body(struct relay_mail *m)
{
    struct buf parted;
    buf_init(&parted, 2 * RELAY_HEADER_MAX + 2);
    buf_add(&parted, str_take(buf_str(&m->header), m->header_at));
    buf_add(&parted, STR("\r\n"));
    bool ok = buf_add(&parted, str_skip(buf_str(&m->header), m->header_at));
    buf_done(&m->header);
    m->header = parted;
    return ok;
}

/* Collects the header. *n: how many of these octets were taken. False: *why. */
static bool take_header(struct relay_mail *m, str octets, size_t *n, enum header_end *end,
                        const struct relay_words **why)
{
    size_t had = m->header.n;
    *n = 0;
    *why = &RELAY_SAYS_NO_MEMORY;
    if (!buf_add(&m->header, octets)) /* pieces are far smaller than a header may be */
        return false;
    *end = read_header_lines(m, had, false);
    if (*end == AT_BLANK_LINE)
        m->header.n = m->header_at;
    *n = m->header.n - had;
    *why = &LONG_HEADER;
    if ((*end == GOES_ON ? m->header.n : m->header_at) > RELAY_HEADER_MAX)
        return false;
    *why = &RELAY_SAYS_NO_MEMORY;
    return *end != AT_STRAY_LINE || part_from_body(m);
}

bool relay_header_cut(struct relay_visit *v, const struct relay_words **why)
{
    struct relay_mail *m = v->mail;
    *why = &RELAY_SAYS_NO_MEMORY;
    if (read_header_lines(m, 0, true) == AT_STRAY_LINE && !part_from_body(m))
        return false;
    return header_done(v, why);
}

/* RFC 5321 section 4.5.3.1.6, and octets over 127: what a next hop may want to know. */
static void note_lines(struct relay_mail *m, str octets)
{
    const char *p = octets.p, *end = octets.p + octets.n;
    if (!(m->m.flags & QUEUE_8BIT) && !str_is_ascii(octets))
        m->m.flags |= QUEUE_8BIT;
    while (p < end && !(m->m.flags & QUEUE_LONG_LINES)) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        m->line += (size_t)((lf ? lf : end) - p);
        if (m->line > LINE_LONGEST + 1)
            m->m.flags |= QUEUE_LONG_LINES;
        m->line = lf ? 0 : m->line;
        p = lf ? lf + 1 : end;
    }
}

static bool take(struct relay_visit *v, str octets, const struct relay_words **why)
{
    struct relay_mail *m = v->mail;
    *why = &RELAY_SAYS_NO_MEMORY;
    if (!m->draft)
        m->draft = spool_draft_new(relay_of(v)->spool);
    if (!m->draft)
        return false;
    note_lines(m, octets);
    if (!m->in_body) {
        size_t n;
        enum header_end end;
        if (!take_header(m, octets, &n, &end, why))
            return false;
        if (end == GOES_ON)
            return true;
        octets = str_skip(octets, n);
        if (!header_done(v, why))
            return false;
    }
    return keep(m, octets, why);
}

void relay_refuse_data(struct relay_visit *v, const struct relay_words *w)
{
    struct relay_own told;
    relay_count(&v->server->worker->counters, RELAY_MESSAGES_REFUSED, 1);
    relay_say(v, w, &told);
    if (w == &RELAY_SAYS_FULL)
        relay_disk_is_full(&relay_of(v)->disk_full, relay_of(v)->log, str_from(told.id),
                           relay_now_ms());
    else
        NET_LOG(relay_of(v)->log, NET_LOG_INFO, "message-refused", LOG_STR("id", str_from(told.id)),
                LOG_INT("code", w->code), LOG_IP("client", &v->client),
                LOG_STR("from", v->mail->m.reverse_path), LOG_STR("login", v->mail->m.login),
                LOG_STR("why", w->text));
    relay_receive_forget(v);
}

void relay_receive_piece(struct relay_visit *v, str octets)
{
    const struct relay_words *why;
    struct relay_own told;
    if (!v->mail)
        relay_say(v, &RELAY_SAYS_FAILED, &told);
    else if (take(v, octets, &why))
        smtp_session_answer(v->session, 250, STR_NONE, STR_NONE);
    else
        relay_refuse_data(v, why);
}
