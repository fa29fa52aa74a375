/* SPDX-License-Identifier: ISC */
/*
 * smtp/server_data.c - mail data: kept whole, or given to the owner piece by piece
 */
#include "smtp/session.h"

static uint64_t size_limit(const struct smtp_session *s)
{
    return s->config.size_max > 0 ? s->config.size_max : DATA_MAX;
}

static bool bare_refused(const struct smtp_session *s)
{
    return s->body.bare && !s->config.takes_any && !s->config.normalize;
}

static void begin(struct smtp_session *s, enum phase phase)
{
    s->data_ended = false;
    s->data_ms = s->now_ms;
    s->data_octets = 0;
    s->phase = phase;
}

void session_begin_data(struct smtp_session *s)
{
    s->body = (struct smtp_body_reader){ .lf_ends = s->lf_lines, .normalize = s->config.normalize };
    begin(s, MAIL_DATA);
}

/* The first refusal of a message stays. */
static bool may_refuse(struct smtp_session *s)
{
    if (s->refusal.n > 0)
        return false;
    buf_clear(&s->refusal);
    s->refusal_is_fault = s->refusal_is_size = false;
    s->forget |= s->given;
    s->given = false;
    return true;
}

void session_refuse_data(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    if (may_refuse(s))
        session_add_reply(s, &s->refusal, code, enhanced, text);
}

static void refuse(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    if (may_refuse(s))
        session_add_our_reply(s, &s->refusal, code, enhanced, text);
}

static void refuse_as_fault(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    refuse(s, code, enhanced, text);
    s->refusal_is_fault = true;
}

/* Finds out whether what came until now, and so many octets more, can still be kept. */
static void judge(struct smtp_session *s, uint64_t more)
{
    uint64_t limit = size_limit(s);

    if (s->refusal_is_size && bare_refused(s)) /* the same reply however the octets are cut */
        buf_clear(&s->refusal);
    if (s->refusal.n > 0)
        return;
    if (bare_refused(s)) {
        refuse_as_fault(s, 554, STR("5.6.0"), STR("The message holds a bare CR or LF"));
    } else if (more > limit || s->body.octets > limit - more) {
        refuse(s, 552, STR("5.3.4"), STR("The message is larger than we take"));
        s->refusal_is_size = true;
    } else if (!buf_ok(&s->data)) {
        refuse(s, 452, STR("4.3.1"), STR("No room now; try again"));
    }
}

static void say_refusal(struct smtp_session *s)
{
    if (s->refusal_is_fault)
        session_add_fault(s, buf_str(&s->refusal));
    else
        buf_add(&s->out, buf_str(&s->refusal));
    session_end_transaction(s);
}

static void ask_store(struct smtp_session *s)
{
    session_ask(s, SMTP_ASK_STORE,
                &(struct smtp_session_question){ .octets = s->config.stream ? STR_NONE
                                                                            : buf_str(&s->data) });
}

/* What is to be done with octets that were read into data. */
static void hand_on(struct smtp_session *s, size_t used)
{
    session_drop_in(s, used);
    s->data_octets += used;
    if (s->config.stream && s->refusal.n == 0 && s->data.n > 0)
        session_ask(s, SMTP_ASK_PIECE,
                    &(struct smtp_session_question){ .octets = buf_str(&s->data) });
}

/* Octets of mail data that wait, at most. */
static str waiting(struct smtp_session *s, uint64_t most)
{
    if (s->config.stream)
        buf_clear(&s->data);
    return str_take(str_skip(buf_str(&s->in), s->in_at), most < PIECE_MAX ? most : PIECE_MAX);
}

/* Section 4.1.1.4, behind CRLF.CRLF. */
static void end_data(struct smtp_session *s)
{
    s->phase = COMMANDS;
    s->bare |= s->body.bare;
    if (s->refusal.n > 0)
        say_refusal(s);
    else
        ask_store(s);
}

bool session_step_data(struct smtp_session *s)
{
    size_t used;

    if (s->data_ended) {
        end_data(s);
        return true;
    }
    s->data_ended = smtp_body_read(&s->body, waiting(s, PIECE_MAX), &used, &s->data);
    if (s->config.stream || s->data_ended)
        judge(s, 0);
    hand_on(s, used);
    return used > 0;
}

/* ---- RFC 3030: octets that were counted ---- */

/* What is wrong with a BDAT at this place, before any of its octets is seen. */
static void judge_chunk(struct smtp_session *s, uint64_t octets, enum chunk_kind kind)
{
    if (kind == CHUNK_WRONG)
        refuse_as_fault(s, 501, STR("5.5.4"), STR(BDAT_WANTS));
    else if (s->chunks_void) /* they were on their way: no fault (section 2) */
        refuse(s, 503, STR("5.5.1"), STR("The message was refused; say RSET"));
    else if (s->mail_refused) /* so was this */
        refuse(s, 503, STR("5.5.1"), STR("Say MAIL first"));
    else if (!s->extended)
        refuse_as_fault(s, 503, STR("5.5.1"), STR("Say EHLO first"));
    else if (!s->mail || !s->tried)
        refuse_as_fault(s, 503, STR("5.5.1"),
                        s->mail ? STR("Say RCPT first") : STR("Say MAIL first"));
    else if (s->recipients == 0)
        refuse(s, 554, STR("5.5.1"), STR("No recipient was taken"));
    else
        judge(s, octets);
}

void session_begin_chunk(struct smtp_session *s, uint64_t octets, enum chunk_kind kind)
{
    if (!s->chunked)
        s->body = (struct smtp_body_reader){ .raw = true, .normalize = s->config.normalize };
    s->chunked = true;
    s->chunk_left = octets;
    s->chunk_last = kind == CHUNK_LAST;
    judge_chunk(s, octets, kind);
    begin(s, CHUNK);
}

static void end_chunk(struct smtp_session *s)
{
    s->phase = COMMANDS;
    s->bare |= s->body.bare;
    if (s->refusal.n > 0) {
        say_refusal(s);
        s->chunks_void = !s->chunk_last;
    } else if (s->chunk_last) {
        ask_store(s);
    } else {
        session_reply(s, 250, STR("2.0.0"), STR("Ok, and the next"));
    }
}

bool session_step_chunk(struct smtp_session *s)
{
    str octets;
    size_t used;

    if (s->data_ended) {
        end_chunk(s);
        return true;
    }
    octets = waiting(s, s->chunk_left);
    if (octets.n == 0 && s->chunk_left > 0)
        return false;
    smtp_body_read(&s->body, octets, &used, &s->data);
    s->chunk_left -= used;
    s->data_ended = s->chunk_left == 0;
    if (s->data_ended && s->chunk_last)
        smtp_body_end(&s->body, &s->data);
    judge(s, 0);
    hand_on(s, used);
    return true;
}
