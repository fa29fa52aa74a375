/* SPDX-License-Identifier: ISC */
/*
 * smtp/server.c - the server core: lines in, replies out, one question at a time
 * A line is copied before it is read, so what a question points into stays while the owner thinks and
 * octets go on coming. Nothing behind it is read before the answer.
 */
#include "base/secret.h"
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
    buf_init(&s->data, config->size_max > 0 ? config->size_max : DATA_MAX);
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
    buf_done(&s->data); /* big, and rare: not kept while the connection idles */
}

/* ---- replies ---- */

/* One line of a reply: "550-5.7.1 text". Only LF parts lines; what else would, is left out. */
static void add_line(struct smtp_session *s, unsigned code, bool last, str enhanced, str text)
{
    buf_addf(&s->out, "%03u%c", code % 1000, last ? ' ' : '-');
    if (enhanced.n > 0) {
        buf_add(&s->out, enhanced);
        buf_addc(&s->out, ' ');
    }
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' && text.p[i] != '\0')
            buf_addc(&s->out, text.p[i]);
    buf_add(&s->out, STR("\r\n"));
}

void session_reply(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    str rest = text;

    do {
        str line = str_cut(&rest, '\n');

        add_line(s, code, rest.p == NULL, enhanced, line);
    } while (rest.p != NULL);
    if (code == 421)
        s->phase = CLOSING;
}

void session_fault(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    if (++s->errors >= s->config.errors_max)
        session_reply(s, 421, STR("4.7.0"), STR("Too many errors; closing"));
    else
        session_reply(s, code, enhanced, text);
}

void session_ask(struct smtp_session *s, enum smtp_ask what, const struct smtp_session_question *q)
{
    s->pending = what;
    s->asked = false;
    s->question = *q;
}

/* ---- octets ---- */

static void drop_in(struct smtp_session *s, size_t n)
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
    drop_in(s, n);
    if (s->skipped > SKIP_MAX) {
        session_reply(s, 421, STR("4.7.0"), STR("A line without end; closing"));
    } else if (whole) {
        s->skipped = 0;
        if (s->phase == AUTH_LINE)
            session_auth_refuse(s, 500, STR("5.5.6"), STR("The line is too long"));
        else
            session_fault(s, 500, STR("5.5.2"), STR("The line is too long"));
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
        drop_in(s, line.n + 1);
        if (auth)
            session_end_auth(s);
        session_fault(s, 500, STR("5.5.2"), STR("A line ends in CRLF and holds no CR, LF or NUL"));
        return;
    }
    if (auth || str_starts_nocase(line, STR("AUTH")))
        secret_wipe(s->in.p + s->in_at, line.n);
    drop_in(s, line.n + 1);
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
        skip_line(s, n, whole);
        return n > 0;
    }
    s->in_scanned = n;
    if (whole)
        run_line(s, str_take(waiting, n - 1));
    return whole;
}

/* Section 4.1.1.4, behind CRLF.CRLF. */
static void end_data(struct smtp_session *s)
{
    bool refused = s->body.bare && !s->config.takes_any;
    s->phase = COMMANDS;
    s->bare |= s->body.bare;
    if (!refused && buf_ok(&s->data)) {
        session_ask(s, SMTP_ASK_STORE,
                    &(struct smtp_session_question){ .octets = buf_str(&s->data) });
        return;
    }
    if (refused)
        session_fault(s, 554, STR("5.6.0"), STR("The message holds a bare CR or LF"));
    else if (s->body.octets > s->data.max)
        session_reply(s, 552, STR("5.3.4"), STR("The message is larger than we take"));
    else
        session_reply(s, 452, STR("4.3.1"), STR("No room now; try again"));
    session_end_transaction(s);
}

static bool step_data(struct smtp_session *s)
{
    str waiting = str_skip(buf_str(&s->in), s->in_at);
    size_t used;
    bool end = smtp_body_read(&s->body, waiting, &used, &s->data);

    drop_in(s, used);
    if (end)
        end_data(s);
    return used > 0;
}

/* Does one thing with what came. False: nothing can be done. */
static bool step(struct smtp_session *s)
{
    if (s->pending != SMTP_ASK_NOTHING || s->out.n >= OUT_ENOUGH)
        return false;
    if (s->phase == COMMANDS || s->phase == AUTH_LINE)
        return step_line(s);
    return s->phase == MAIL_DATA && step_data(s);
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

uint64_t smtp_session_deadline_ms(const struct smtp_session *s)
{
    if (s->pending != SMTP_ASK_NOTHING || s->phase >= HANDSHAKE)
        return UINT64_MAX;
    return s->heard_ms + s->config.idle_ms;
}

static enum smtp_ask put(struct smtp_session *s, struct smtp_session_question *q)
{
    s->asked = true;
    *q = s->question;
    return s->pending;
}

enum smtp_ask smtp_session_next(struct smtp_session *s, struct smtp_session_question *q)
{
    *q = (struct smtp_session_question){ 0 };
    forget_handed(s);
    while (step(s))
        ;
    if (s->now_ms >= smtp_session_deadline_ms(s))
        session_reply(s, 421, STR("4.4.2"), STR("Nothing came for too long; closing"));
    if (!buf_ok(&s->out))
        s->phase = GONE;
    if (s->phase == GONE)
        return SMTP_ASK_CLOSE;
    if (s->pending != SMTP_ASK_NOTHING && !s->asked)
        return put(s, q);
    if (s->out.n > 0) {
        s->handed = true;
        q->octets = buf_str(&s->out);
        return SMTP_ASK_SEND;
    }
    if (s->phase == CLOSING)
        return SMTP_ASK_CLOSE;
    if (s->phase != HANDSHAKE || s->asked)
        return SMTP_ASK_NOTHING;
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
