/* SPDX-License-Identifier: ISC */
/* A session says and asks the same however the peer's octets are cut, and what it says are replies by the
 * letter. The first octet picks what is offered, the second how the owner answers; the rest is the peer. */
#include "smtp/server.h"
#include "base/buf.h"
#include "lines.h"
#include "smtp/body.h"
#include <assert.h>
#include <string.h>

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define L(text) STR_INIT(text "\r\n")
/* What a peer may say; whatever has to do with one another stands in one piece too. */
static const str LINES[] = {
    L("EHLO c"),
    L("HELO c"),
    L("EHLO"),
    L("EHLO c d"),
    L("HELO \xc3\xbc"),
    L("STARTTLS"),
    L("STARTTLS now"),
    L("QUIT"),
    L("RSET"),
    L("NOOP"),
    L("NOOP \x01"),
    L("HELP"),
    L("VRFY x"),
    L("VRFY"),
    L("VRFY \xc3\xbc SMTPUTF8"),
    L("VRFY \xfc"),
    L("EXPN x"),
    L("ETRN x"),
    L("TURN"),
    L("GET / HTTP/1.1"),
    L("MAIL FROM:<a@b>"),
    L("MAIL FROM:<>"),
    L("MAIL FROM: <a@b>  SIZE=9"),
    L("MAIL FROM:<a@b> SIZE=65"),
    L("MAIL FROM:<a@b> SIZE=99999999999999999999"),
    L("MAIL FROM:<a@b> SIZE=999999999999999999999"),
    L("MAIL FROM:<a@b> BODY=8BITMIME"),
    L("MAIL FROM:<a@b> BODY=BINARYMIME"),
    L("MAIL FROM:<a@b> BODY=x"),
    L("MAIL FROM:<a@b> AUTH=<>"),
    L("MAIL FROM:<a@b> AUTH=a+2Bb"),
    L("MAIL FROM:<a@b> SMTPUTF8"),
    L("MAIL FROM:<\xc3\xbc@b> SMTPUTF8"),
    L("MAIL FROM:<\xc3\xbc@b>"),
    L("MAIL FROM:<a@b> RET=FULL ENVID=a+20b"),
    L("MAIL FROM:<a@b> RET=HDRS RET=HDRS"),
    L("MAIL FROM:<a@b> RET=x"),
    L("MAIL FROM:<a@b> ENVID=+7F"),
    L("MAIL FROM:<a@b> FOO=x"),
    L("MAIL FROM:<a@b> =x"),
    L("MAIL FROM:a@b"),
    L("MAIL TO:<a@b>"),
    L("MAIL FROM:<never"),
    L("RCPT TO:<x@y>"),
    L("RCPT TO:<Postmaster>"),
    L("RCPT TO:<>"),
    L("RCPT TO:<@a,@b:x@y>"),
    L("RCPT TO:<x@[IPv6:::1]>"),
    L("RCPT TO:<x@[1.2.3.4]>"),
    L("RCPT TO:<\"a b\"@y>"),
    L("RCPT TO:<\xc3\xbc@y>"),
    L("RCPT TO:<x@y> NOTIFY=NEVER"),
    L("RCPT TO:<x@y> NOTIFY=SUCCESS,FAILURE,DELAY"),
    L("RCPT TO:<x@y> NOTIFY=NEVER,DELAY"),
    L("RCPT TO:<x@y> ORCPT=rfc822;x+40y"),
    L("RCPT TO:<x@y> ORCPT=utf-8;\xc3\xbc"),
    L("RCPT TO:<x@y> ORCPT=;x"),
    L("RCPT TO:<x@y> FOO"),
    L("DATA"),
    L("DATA x"),
    L("."),
    L(".."),
    L("..x"),
    L(""),
    L("a: b"),
    STR_INIT("\n.\n"),
    STR_INIT("\r.\r\n"),
    STR_INIT("\r\r\n"),
    STR_INIT("\r\n.\n"),
    STR_INIT("\n.\r\n"),
    STR_INIT(".\r"),
    L("BDAT 0"),
    L("BDAT 0 LAST"),
    STR_INIT("BDAT 3\r\nabc"),
    STR_INIT("BDAT 3 LAST\r\nabc"),
    STR_INIT("BDAT 3\r\na\r\n"),
    STR_INIT("BDAT 2 LAST\r\na\r"),
    STR_INIT("BDAT 2 x\r\nab"),
    L("BDAT"),
    L("BDAT -1"),
    L("BDAT 70"),
    L("BDAT 9223372036854775807"),
    L("AUTH PLAIN"),
    L("AUTH LOGIN"),
    L("AUTH X"),
    L("AUTH X ="),
    L("AUTH X YQ=="),
    L("AUTH CRAM-MD5"),
    L("AUTH CRAM-MD5 YQ=="),
    L("AUTH"),
    L("AUTH NONE"),
    L("AUTH PLAIN ="),
    L("AUTH PLAIN AGEAYg=="),
    L("AUTH PLAIN YQBhAGI="),
    L("AUTH PLAIN YwBhAGI="),
    L("AUTH LOGIN YQ=="),
    L("YQ=="),
    L("="),
    L("*"),
    L("!"),
    L("AUTH PLAIN AGE="),
    STR_INIT("AUTH LOGIN\r\nYQ==\r\nYg==\r\n"),
    STR_INIT("AUTH PLAIN\r\nAGEAYg==\r\n"),
    STR_INIT("MAIL FROM:<a@b>\r\nRCPT TO:<x@y>\r\nDATA\r\na: b\r\n\r\nx\r\n.\r\n"),
    STR_INIT("MAIL FROM:<a@b>\r\nRCPT TO:<x@y>\r\nBDAT 3 LAST\r\nx\r\n"),
    L(A64 A64 A64 A64 A64 A64 A64 A64),
    STR_INIT(A64 A64),
};

/* Lines are put in, taken out and said again, and what the owner does and offers is turned over. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return lines_mutate(data, size, max, 2, LINES, COUNT_OF(LINES), seed);
}

static const struct smtp_session_config CONFIGS[] = {
    { .hostname = STR_INIT("mx"),
      .auth_in_clear = true,
      .mechanisms = STR_INIT("PLAIN LOGIN X"),
      .size_max = 64 },
    { .hostname = STR_INIT("mx"), .mail_needs_tls = true, .errors_max = 3 },
    { .hostname = STR_INIT("mx"),
      .tls_from_start = true,
      .auth_under_tls = true,
      .mechanisms = STR_INIT("LOGIN") },
    { .hostname = STR_INIT("mx"),
      .starttls = true,
      .auth_under_tls = true,
      .mechanisms = STR_INIT("PLAIN") },
    { .hostname = STR_INIT("mx"), .size_max = 64, .chunking = true, .dsn = true, .smtputf8 = true },
    { .hostname = STR_INIT("mx"),
      .size_max = 64,
      .chunking = true,
      .normalize = true,
      .recipients_max = 2,
      .data_ms = 5000,
      .errors_max = 100 },
    { .hostname = STR_INIT("mx"),
      .size_max = 64,
      .chunking = true,
      .takes_any = true,
      .keywords = STR_INIT("X") },
    { .hostname = STR_INIT("mx"),
      .tls_from_start = true,
      .auth_under_tls = true,
      .mechanisms = STR_INIT("PLAIN CRAM-MD5"),
      .dsn = true },
};

struct run {
    struct smtp_session *s;
    struct buf sent, asked;
    struct buf pieces; /* of the message that is coming */
    unsigned mood;     /* of the owner; moves with every answer */
    bool closed, stream, takes_any, timed;
};

/* What is told of a refusal is the command and its path, and never what stood in a login. */
static str refused(UNUSED void *user, const struct smtp_refusal *f)
{
    bool of_path = str_eq(f->verb, STR("MAIL")) || str_eq(f->verb, STR("RCPT"));
    assert(f->code >= 400 && f->code < 600 && f->text.n > 0 && f->verb.n <= 8);
    assert(f->path.n == 0 || of_path);
    assert(str_find(f->path, STR("\n")) == STR_NOT_FOUND && f->path.n <= 2048);
    return STR(" (why: 0123456789ABC)");
}

static void answer(struct run *r, enum smtp_ask ask)
{
    static const struct {
        unsigned code;
        str enhanced, text;
    } REFUSALS[] = {
        { 550, STR_INIT("5.7.1"), STR_INIT("no\nrelay") },
        { 451, STR_INIT(""), STR_INIT("") },
        { 550, STR_INIT("5.7.1"),
          STR_INIT(A64 A64 A64 A64 A64 " " A64 A64 A64 A64 A64 A64 A64 A64) },
        { 535, STR_INIT(""), STR_INIT("no\r\0") },
        { 421, STR_INIT(""), STR_INIT("") },
    };
    unsigned mood = r->mood++;
    if (mood % 8 < 5 && mood & 0x80) {
        smtp_session_answer(r->s, REFUSALS[mood % COUNT_OF(REFUSALS)].code,
                            REFUSALS[mood % COUNT_OF(REFUSALS)].enhanced,
                            REFUSALS[mood % COUNT_OF(REFUSALS)].text);
        return;
    }
    if (ask == SMTP_ASK_AUTH && mood & 0x40)
        smtp_session_login_is(r->s, STR("someone"));
    smtp_session_answer(r->s,
                        ask == SMTP_ASK_GREETING          ? 220
                        : ask != SMTP_ASK_AUTH            ? 250
                        : mood % 3 == 0 && !(mood & 0x40) ? 334
                                                          : 235,
                        STR_NONE, STR_NONE);
}

/* What is stored holds CR and LF as CRLF only, also where they came otherwise. */
static void no_bare(str octets)
{
    for (size_t i = 0; i < octets.n; i++) {
        assert((octets.p[i] == '\n') == (i > 0 && octets.p[i - 1] == '\r'));
        assert(octets.p[i] != '\r' || i + 1 < octets.n);
    }
}

/* Parameters that go on into queues and header fields have no octet that could do harm there. */
static void well_asked(enum smtp_ask ask, const struct smtp_session_question *q)
{
    str xtexts[] = { q->envid, q->orcpt };
    for (size_t i = 0; i < COUNT_OF(xtexts); i++)
        for (size_t j = 0; j < xtexts[i].n; j++)
            assert((unsigned char)xtexts[i].p[j] > ' ' && xtexts[i].p[j] != 0x7f);
    assert(q->envid.n <= 100 && q->orcpt.n <= 500);
    assert((q->notify & SMTP_NOTIFY_NEVER) == 0 || q->notify == SMTP_NOTIFY_NEVER);
    assert(ask == SMTP_ASK_RCPT || (q->notify == 0 && q->orcpt.n == 0));
    assert(ask == SMTP_ASK_MAIL || (q->ret == SMTP_RET_NONE && q->envid.n == 0 && !q->smtputf8));
}

static void take_piece(struct run *r, str piece)
{
    assert(r->stream && piece.n > 0 && piece.n <= 1 << 16);
    buf_add(&r->pieces, piece);
    if (r->timed && r->mood & 0x20) { /* nothing but CLOSE or the next message follows */
        buf_clear(&r->pieces);
        smtp_session_answer(r->s, r->mood & 0x10 ? 554 : 421, STR_NONE, STR("n\xc3\xb6"));
        return;
    }
    smtp_session_answer(r->s, 250, STR_NONE, STR_NONE);
}

/* What was read is written for the next server so that it reads the same. */
static void there_and_back(str message, size_t cut)
{
    struct smtp_body_writer w = { 0 };
    struct smtp_body_reader reader = { 0 };
    struct buf wire, back;
    size_t used;
    buf_init(&wire, SIZE_MAX);
    buf_init(&back, SIZE_MAX);
    assert(smtp_body_write(&w, str_take(message, cut), false, &wire));
    assert(smtp_body_write(&w, str_skip(message, cut), true, &wire));
    assert(smtp_body_read(&reader, buf_str(&wire), &used, &back) && used == wire.n);
    assert(str_starts(buf_str(&back), message) && back.n <= message.n + 2);
    buf_done(&wire);
    buf_done(&back);
}

/* A message is the same, whole or by pieces. */
static void log_message(struct run *r, str whole)
{
    str message = r->stream ? buf_str(&r->pieces) : whole;
    assert(!r->stream || whole.n == 0);
    buf_addf(&r->asked, "message %zu ", message.n);
    buf_add(&r->asked, message);
    there_and_back(message, r->mood);
    buf_clear(&r->pieces);
}

static void question(struct run *r, enum smtp_ask ask, const struct smtp_session_question *q)
{
    struct smtp_mailbox m;
    str parts[] = { q->word,          q->octets, q->user, q->password, q->mailbox.local_part,
                    q->mailbox.domain };
    buf_addf(&r->asked, "%d", (int)ask);
    for (size_t i = 0; i < COUNT_OF(parts) && ask != SMTP_ASK_STORE; i++) {
        buf_addf(&r->asked, " %zu ", parts[i].n);
        buf_add(&r->asked, parts[i]);
    }
    if (ask == SMTP_ASK_STORE && !r->takes_any)
        no_bare(r->stream ? buf_str(&r->pieces) : q->octets);
    well_asked(ask, q);
    if (q->mailbox.domain.n > 0)
        assert(smtp_mailbox_parse(
            (str){ q->mailbox.local_part.p, q->mailbox.local_part.n + 1 + q->mailbox.domain.n }, &m,
            NULL));
    if (ask == SMTP_ASK_STORE)
        log_message(r, q->octets);
    assert((ask != SMTP_ASK_RCPT && ask != SMTP_ASK_STORE) || smtp_session_reverse_path(r->s));
    if (ask == SMTP_ASK_TLS) {
        size_t dropped = smtp_session_dropped_octets(r->s);
        smtp_session_feed(r->s, STR("NOOP\r\n"), 0); /* in clear, where the handshake is to be */
        assert(smtp_session_dropped_octets(r->s) == dropped + 6);
        bool secured = r->mood % 4 != 0;
        smtp_session_tls(r->s, secured);
        assert(smtp_session_is_tls(r->s) == secured && smtp_session_login(r->s).n == 0);
    } else
        answer(r, ask);
}

static void pump(struct run *r)
{
    struct smtp_session_question q;
    enum smtp_ask ask;
    while (!r->closed && (ask = smtp_session_next(r->s, &q)) != SMTP_ASK_NOTHING) {
        if (ask == SMTP_ASK_SEND)
            buf_add(&r->sent, q.octets);
        else if (ask == SMTP_ASK_CLOSE)
            r->closed = true;
        else if (ask == SMTP_ASK_PIECE)
            take_piece(r, q.octets);
        else if (ask == SMTP_ASK_FORGET)
            buf_clear(&r->pieces);
        else
            question(r, ask, &q);
    }
    assert(r->closed || smtp_session_next(r->s, &q) == SMTP_ASK_NOTHING);
    assert(smtp_session_wants_octets(r->s) || !r->closed);
}

/* Every octet sent belongs to a reply that does not stray from the letter. */
static void well_said(str sent)
{
    AUTO(smtp_reader_freep) struct smtp_reader *reader = smtp_reader_new(sent.n);
    assert(reader);
    while (sent.n > 0) {
        size_t used;
        assert(smtp_reader_feed(reader, sent, &used) == SMTP_READ_REPLY);
        assert((smtp_reader_reply(reader)->deviations &
                (SMTP_DEV_BARE_LF | SMTP_DEV_BARE_CR | SMTP_DEV_NUL | SMTP_DEV_NO_SEPARATOR)) == 0);
        sent = str_skip(sent, used);
    }
}

static bool bare_in(str octets)
{
    bool bare = false;
    for (size_t i = 0; i < octets.n; i++) {
        bare = bare || (octets.p[i] == '\n' && (i == 0 || octets.p[i - 1] != '\r'));
        bare = bare || (octets.p[i] == '\r' && (i + 1 == octets.n || octets.p[i + 1] != '\n'));
    }
    return bare;
}

enum { CUT_ANYWHERE = 0 };

/* piece: octets that come at a time. */
static void play(struct run *r, const struct smtp_session_config *c, unsigned mood, str octets,
                 size_t piece, uint32_t step_ms, bool stream)
{
    struct smtp_session_config config = *c;
    uint64_t now_ms = 0;
    const str all = octets;
    unsigned chance = mood;
    config.stream = stream;
    if (mood & 8)
        config.refused = refused;
    *r = (struct run){ .s = smtp_session_new(&config, 0),
                       .mood = mood,
                       .stream = stream,
                       .takes_any = c->takes_any,
                       .timed = step_ms > 0 };
    assert(r->s);
    buf_init(&r->pieces, SIZE_MAX);
    buf_init(&r->sent, SIZE_MAX);
    buf_init(&r->asked, SIZE_MAX);
    pump(r);
    for (size_t n = piece; octets.n > 0; octets = str_skip(octets, n)) {
        if (piece == CUT_ANYWHERE)
            n = lines_next(&chance) % (chance & 64 ? 40 : 4) + 1;
        smtp_session_feed(r->s, str_take(octets, n), now_ms += step_ms);
        pump(r);
    }
    if (step_ms > 0) {
        smtp_session_feed(r->s, STR_NONE, now_ms + (1 << 30));
        pump(r);
        assert(r->closed);
    } else if (mood % 2) {
        smtp_session_ended(r->s);
        pump(r);
        assert(r->closed);
    }
    assert(!smtp_session_bare(r->s) || bare_in(all) || c->chunking);
    if (r->closed && mood % 4 == 2) { /* closed twice is closed, and nothing is heard any more */
        smtp_session_close(r->s);
        smtp_session_feed(r->s, STR("NOOP\r\n"), now_ms);
        pump(r);
    }
    well_said(buf_str(&r->sent));
}

static void done(struct run *r)
{
    smtp_session_free(r->s);
    buf_done(&r->sent);
    buf_done(&r->asked);
    buf_done(&r->pieces);
}

/* A peer that sends without end is shut out, wherever it begins. */
static void flood(const struct smtp_session_config *config, unsigned mood, str octets)
{
    static char noise[1 << 18];
    struct run r;
    play(&r, config, mood & ~1u, octets, octets.n, 0, mood & 4);
    memset(noise, 'x', sizeof noise);
    for (unsigned i = 0; i < 80 && mood & 2; i++) {
        smtp_session_feed(r.s, (str){ noise, 1024 }, 0);
        pump(&r);
    }
    if (!(mood & 2)) {
        smtp_session_feed(r.s, (str){ noise, sizeof noise }, 0);
        smtp_session_feed(r.s, STR("x"), 0);
        pump(&r);
    }
    done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct smtp_session_config *config;
    struct run whole, cut;
    str octets;
    if (size < 2)
        return 0;
    config = &CONFIGS[data[0] % COUNT_OF(CONFIGS)];
    octets = str_skip((str){ (const char *)data, size }, 2);
    if (data[0] & 0x80)
        flood(config, data[1], octets);
    play(&whole, config, data[1], octets, octets.n, 0, false);
    play(&cut, config, data[1], octets, 1, 0, false);
    if (!config->starttls) { /* what was cut off behind STARTTLS is another matter */
        assert(str_eq(buf_str(&whole.sent), buf_str(&cut.sent)));
        assert(str_eq(buf_str(&whole.asked), buf_str(&cut.asked)));
    }
    done(&cut);
    play(&cut, config, data[1], octets, CUT_ANYWHERE, 0, true);
    if (!config->starttls) {
        assert(str_eq(buf_str(&whole.sent), buf_str(&cut.sent)));
        assert(str_eq(buf_str(&whole.asked), buf_str(&cut.asked)));
    }
    done(&cut);
    play(&cut, config, data[1], octets, 3, 1000, data[1] & 1);
    done(&cut);
    done(&whole);
    return 0;
}
