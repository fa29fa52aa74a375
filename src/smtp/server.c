/* SPDX-License-Identifier: ISC */
/*
 * smtp/server.c - the server core: lines in, replies out, one question at a time
 * A line is copied before it is read, so what a question points into stays while the owner thinks and
 * octets go on coming. Nothing behind it is read before the answer.
 */
#include "base/wipe.h"
#include "smtp/session.h"
#include <stdlib.h>

struct smtp_session *smtp_session_new(const struct smtp_session_config *config, uint64_t now_ms)
{
    struct smtp_session *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->config = *config;
    if (s->config.errors_max == 0)
        s->config.errors_max = ERRORS_MAX;
    if (s->config.recipients_max == 0)
        s->config.recipients_max = RECIPIENTS_MAX;
    if (s->config.idle_ms == 0)
        s->config.idle_ms = IDLE_MS;
    s->now_ms = s->heard_ms = now_ms;
    s->tls = config->tls_from_start;
    s->pending = SMTP_ASK_GREETING;
    buf_init(&s->in, IN_MAX);
    buf_init(&s->line, AUTH_LINE_MAX);
    buf_init(&s->out, OUT_MAX);
    buf_init(&s->user, AUTH_LINE_MAX);
    buf_init(&s->password, AUTH_LINE_MAX);
    buf_init(&s->response, AUTH_LINE_MAX);
    buf_init(&s->mechanism, AUTH_LINE_MAX);
    buf_init(&s->login, AUTH_LINE_MAX);
    buf_init(&s->reverse_text, SMTP_PATH_MAX);
    buf_init(&s->data, config->stream         ? 2 * PIECE_MAX
                       : config->size_max > 0 ? config->size_max
                                              : DATA_MAX);
    buf_init(&s->refusal, OUT_MAX);
    return s;
}

void smtp_session_free(struct smtp_session *s)
{
    if (s == NULL)
        return;
    buf_wipe_done(&s->in);
    buf_wipe_done(&s->line);
    buf_done(&s->out);
    buf_wipe_done(&s->user);
    buf_wipe_done(&s->password);
    buf_wipe_done(&s->response);
    buf_done(&s->mechanism);
    buf_done(&s->login);
    buf_done(&s->reverse_text);
    buf_done(&s->data);
    buf_done(&s->refusal);
    free(s);
}

void session_wipe(struct buf *b)
{
    if (b->room > 0)
        secret_wipe(b->p, b->room);
    buf_clear(b);
}

void session_end_auth(struct smtp_session *s)
{
    session_wipe(&s->user);
    session_wipe(&s->password);
    session_wipe(&s->response);
    session_wipe(&s->line);
    s->phase = COMMANDS;
}

void session_end_transaction(struct smtp_session *s)
{
    s->mail = false;
    s->reverse = (struct smtp_mailbox){ 0 };
    s->recipients = 0;
    s->tried = s->chunked = s->chunks_void = s->utf8 = false;
    s->forget |= s->given;
    s->given = false;
    buf_done(&s->refusal);
    s->refusal_is_size = false;
    buf_done(&s->data); /* big, and rare: not kept while the connection idles */
}

/* ---- replies ---- */

static bool is_7bit(char c)
{
    return (unsigned char)c < 0x80;
}

/* One line of a reply: "550-5.7.1 text". Only LF parts lines; what else would, is left out. */
static void add_line(struct buf *out, unsigned code, bool last, str enhanced, str text, bool utf8)
{
    char head[4] = { (char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10),
                     (char)('0' + code % 10), last ? ' ' : '-' };

    buf_add(out, (str){ head, sizeof(head) });
    if (enhanced.n > 0) {
        buf_add(out, enhanced);
        buf_addc(out, ' ');
    }
    for (size_t i = 0; i < text.n; i++) {
        size_t from = i;

        while (i < text.n && text.p[i] != '\r' && text.p[i] != '\0' && (utf8 || is_7bit(text.p[i])))
            i++;
        buf_add(out, str_take(str_skip(text, from), i - from));
        if (i < text.n && !utf8 && !is_7bit(text.p[i]))
            buf_addc(out, '?');
    }
    buf_add(out, STR("\r\n"));
}

/* Cuts a line off that is short enough for a reply, where a blank stands if there is one. */
static str cut_line(str *line, size_t max)
{
    size_t blank = str_rfind_octet(str_take(*line, max + 1), ' ');
    bool at_blank = blank != STR_NOT_FOUND && blank > 0;
    str head = str_take(*line, at_blank ? blank : max);

    *line = str_skip(*line, head.n + at_blank);
    return head;
}

void session_add_reply(struct smtp_session *s, struct buf *out, unsigned code, str enhanced,
                       str text)
{
    size_t max = REPLY_LINE_MAX - 4 - 2 - (enhanced.n > 0 ? enhanced.n + 1 : 0);
    bool utf8 = s->utf8 || s->config.takes_any;
    str rest = text;

    do {
        str line = str_cut(&rest, '\n');

        while (line.n > max)
            add_line(out, code, false, enhanced, cut_line(&line, max), utf8);
        add_line(out, code, rest.p == NULL, enhanced, line, utf8);
    } while (rest.p != NULL);
}

/* The owner's words go behind the text: they are few, and have no line end. */
static void add_refusal(struct smtp_session *s, struct buf *out, unsigned code, str enhanced,
                        str text)
{
    const struct smtp_refusal r = {
        .code = code, .enhanced = enhanced, .text = text, .verb = s->verb, .path = s->path
    };
    str more = s->config.refused(s->config.refused_user, &r);
    struct buf all;

    buf_init(&all, OUT_MAX);
    buf_add(&all, text);
    bool whole = buf_add(&all, more);
    session_add_reply(s, out, code, enhanced, whole ? buf_str(&all) : text);
    buf_done(&all);
}

void session_add_our_reply(struct smtp_session *s, struct buf *out, unsigned code, str enhanced,
                           str text)
{
    if (s->config.refused != NULL && code >= 400)
        add_refusal(s, out, code, enhanced, text);
    else
        session_add_reply(s, out, code, enhanced, text);
}

void session_reply(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    session_add_our_reply(s, &s->out, code, enhanced, text);
    if (code == 421)
        s->phase = CLOSING;
}

void session_reply_of_owner(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    session_add_reply(s, &s->out, code, enhanced, text);
    if (code == 421)
        s->phase = CLOSING;
}

static bool one_error_too_many(struct smtp_session *s)
{
    if (++s->errors < s->config.errors_max)
        return false;
    session_reply(s, 421, STR("4.7.0"), STR("Too many errors; closing"));
    return true;
}

bool session_idle_word(struct smtp_session *s)
{
    return ++s->idle_words > IDLE_WORDS_MAX && one_error_too_many(s);
}

void session_fault(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    if (!one_error_too_many(s))
        session_reply(s, code, enhanced, text);
}

void session_add_fault(struct smtp_session *s, str reply)
{
    if (!one_error_too_many(s))
        buf_add(&s->out, reply);
}

void session_ask(struct smtp_session *s, enum smtp_ask what, const struct smtp_session_question *q)
{
    s->pending = what;
    s->asked = false;
    s->question = *q;
}

/* ---- octets ---- */

void session_drop_in(struct smtp_session *s, size_t n)
{
    s->in_at += n;
    s->in_scanned = 0;
    if (s->in_at == s->in.n) {
        buf_clear(&s->in);
        s->in_at = 0;
    }
}

static size_t line_max(const struct smtp_session *s, str line)
{
    return s->phase == AUTH_LINE ? AUTH_LINE_MAX : session_command_max(line);
}

/* A line too long is dropped as it comes; only how much of it came is kept. */
static void skip_line(struct smtp_session *s, size_t n, bool whole)
{
    s->skipped += n;
    s->verb = s->skipped_auth ? STR("AUTH") : STR_NONE;
    session_drop_in(s, n);
    if (s->skipped > SKIP_MAX) {
        session_reply(s, 421, STR("4.7.0"), STR("A line without end; closing"));
    } else if (whole) {
        s->skipped = 0;
        if (s->phase == AUTH_LINE)
            session_end_auth(s);
        session_fault(s, 500,
                      s->skipped_auth ? STR("5.5.6") : STR("5.5.2"), /* RFC 4954 section 6 */
                      STR("The line is too long"));
    }
}

/* Without its line end, which is CRLF, or any LF where all is taken. p NULL: it is no line. */
static str line_of(struct smtp_session *s, str line)
{
    bool cr = line.n > 0 && line.p[line.n - 1] == '\r';
    str text = str_take(line, line.n - cr);
    if ((!cr && !s->config.takes_any) || str_find_octet(text, '\r') != STR_NOT_FOUND ||
        str_find_octet(text, '\0') != STR_NOT_FOUND)
        return STR_NONE;
    s->lf_lines = !cr;
    s->bare |= !cr;
    return text;
}

static void run_line(struct smtp_session *s, str line)
{
    bool auth = s->phase == AUTH_LINE;
    str text = line_of(s, line);

    buf_clear(&s->line);
    if (!text.p || !buf_add(&s->line, text)) {
        session_drop_in(s, line.n + 1);
        if (auth)
            session_end_auth(s);
        s->verb = auth ? STR("AUTH") : STR_NONE;
        session_fault(s, 500, STR("5.5.2"), STR("A line ends in CRLF and holds no CR, LF or NUL"));
        return;
    }
    if (auth || str_starts_nocase(line, STR("AUTH")))
        secret_wipe(s->in.p + s->in_at, line.n);
    session_drop_in(s, line.n + 1);
    s->line_ms = s->now_ms; /* of what waits behind it */
    line = (str){ s->line.p ? s->line.p : "", s->line.n };
    if (auth)
        session_auth_line(s, line);
    else
        session_command(s, line);
}

/* False: no whole line is there yet. */
static bool step_line(struct smtp_session *s)
{
    str waiting = str_skip(buf_str(&s->in), s->in_at);
    size_t lf = str_find_octet(str_skip(waiting, s->in_scanned), '\n');
    size_t n = lf == STR_NOT_FOUND ? waiting.n : s->in_scanned + lf + 1;
    bool whole = lf != STR_NOT_FOUND;

    if (s->skipped > 0 || n > line_max(s, str_take(waiting, n))) {
        if (s->skipped == 0)
            s->skipped_auth = s->phase == AUTH_LINE || str_starts_nocase(waiting, STR("AUTH "));
        skip_line(s, n, whole);
        return n > 0;
    }
    s->in_scanned = n;
    if (whole)
        run_line(s, str_take(waiting, n - 1));
    return whole;
}

/* Does one thing with what came. False: nothing can be done. */
static bool step(struct smtp_session *s)
{
    if (s->pending != SMTP_ASK_NOTHING || s->forget || s->out.n >= OUT_ENOUGH)
        return false;
    if (s->phase == COMMANDS || s->phase == AUTH_LINE)
        return step_line(s);
    if (s->phase == CHUNK)
        return session_step_chunk(s);
    return s->phase == MAIL_DATA && session_step_data(s);
}

/* A line has idle_ms from its first octet to its last, however its octets drip. */
static bool line_begun(const struct smtp_session *s)
{
    return s->in.n > s->in_at || s->skipped > 0;
}

static void forget_handed(struct smtp_session *s)
{
    if (s->handed)
        buf_clear(&s->out);
    s->handed = false;
}

void smtp_session_feed(struct smtp_session *s, str octets, uint64_t now_ms)
{
    forget_handed(s);
    if (now_ms > s->now_ms)
        s->now_ms = now_ms;
    if (octets.n == 0 || s->phase >= CLOSING)
        return;
    s->heard_ms = s->now_ms;
    if (s->phase == HANDSHAKE) {
        s->dropped_octets += octets.n;
        return;
    }
    if (!line_begun(s))
        s->line_ms = s->now_ms;
    buf_drop(&s->in, s->in_at);
    s->in_at = 0;
    if (!buf_add(&s->in, octets)) {
        s->pending = SMTP_ASK_NOTHING;
        session_reply(s, 421, STR("4.7.0"), STR("Too much at once; closing"));
    }
}

void smtp_session_ended(struct smtp_session *s)
{
    forget_handed(s);
    s->phase = GONE;
    s->pending = SMTP_ASK_NOTHING;
}

void smtp_session_close(struct smtp_session *s)
{
    s->pending = SMTP_ASK_NOTHING;
    if (s->phase != GONE)
        s->phase = CLOSING;
}

bool smtp_session_bare(const struct smtp_session *s)
{
    return s->bare;
}

/* The time by which the floor of octets a second is broken, if no more come. */
static uint64_t data_deadline_ms(const struct smtp_session *s)
{
    if (s->config.data_ms == 0)
        return UINT64_MAX;
    return s->data_ms + s->config.data_ms + s->data_octets * 1000 / DATA_FLOOR;
}

uint64_t smtp_session_deadline_ms(const struct smtp_session *s)
{
    if (s->pending != SMTP_ASK_NOTHING || s->phase >= HANDSHAKE)
        return UINT64_MAX;
    uint64_t due_ms = s->heard_ms + s->config.idle_ms;
    if (s->phase == MAIL_DATA || s->phase == CHUNK)
        return data_deadline_ms(s) < due_ms ? data_deadline_ms(s) : due_ms;
    return line_begun(s) ? s->line_ms + s->config.idle_ms : due_ms;
}

bool smtp_session_wants_octets(const struct smtp_session *s)
{
    return s->phase >= CLOSING || s->in.n - s->in_at < IN_ENOUGH;
}

static enum smtp_ask put(struct smtp_session *s, struct smtp_session_question *q)
{
    s->asked = true;
    s->asked_ms = s->now_ms;
    *q = s->question;
    return s->pending;
}

/* What stays when this is done is the reply, if any, that is about to go. */
static enum smtp_ask forget(struct smtp_session *s, struct smtp_session_question *q)
{
    s->forget = false;
    q->octets = buf_str(&s->refusal);
    return SMTP_ASK_FORGET;
}

/* What a connection need not hold while nothing happens on it: there may be ten thousand such. */
static void rest(struct smtp_session *s)
{
    if (s->pending != SMTP_ASK_NOTHING || s->out.n > 0)
        return;
    if (s->in_at == s->in.n && (s->in.room > OUT_ENOUGH || !s->mail)) {
        buf_done(&s->in);
        s->in_at = 0;
    }
    if (!s->mail) {
        buf_done(&s->out);
        buf_done(&s->line);
    }
    if (s->config.stream)
        buf_done(&s->data);
}

enum smtp_ask smtp_session_next(struct smtp_session *s, struct smtp_session_question *q)
{
    *q = (struct smtp_session_question){ 0 };
    forget_handed(s);
    while (step(s))
        ;
    if (s->phase == COMMANDS && s->pending == SMTP_ASK_NOTHING)
        s->verb = STR_NONE; /* it was answered */
    if (s->now_ms >= smtp_session_deadline_ms(s))
        session_reply(s, 421, STR("4.4.2"), STR("Nothing came for too long; closing"));
    if (!buf_ok(&s->out))
        s->phase = GONE;
    if (s->phase == GONE)
        return SMTP_ASK_CLOSE;
    if (s->forget && s->phase < CLOSING)
        return forget(s, q);
    if (s->pending != SMTP_ASK_NOTHING && !s->asked)
        return put(s, q);
    if (s->out.n > 0) {
        s->handed = true;
        q->octets = buf_str(&s->out);
        return SMTP_ASK_SEND;
    }
    if (s->phase == CLOSING)
        return SMTP_ASK_CLOSE;
    if (s->phase != HANDSHAKE || s->asked) {
        rest(s);
        return SMTP_ASK_NOTHING;
    }
    s->asked = true;
    return SMTP_ASK_TLS;
}

void smtp_session_tls(struct smtp_session *s, bool secured)
{
    if (s->phase != HANDSHAKE)
        return;
    if (!secured) {
        s->phase = GONE;
        return;
    }
    session_end_transaction(s);
    session_end_auth(s);
    buf_clear(&s->login);
    s->greeted = s->extended = s->logged_in = false;
    s->tls = true;
    s->heard_ms = s->now_ms;
}

bool smtp_session_is_tls(const struct smtp_session *s)
{
    return s->tls;
}

str smtp_session_login(const struct smtp_session *s)
{
    return s->logged_in ? buf_str(&s->login) : STR_NONE;
}

const struct smtp_mailbox *smtp_session_reverse_path(const struct smtp_session *s)
{
    return s->mail ? &s->reverse : NULL;
}

size_t smtp_session_dropped_octets(const struct smtp_session *s)
{
    return s->dropped_octets;
}
