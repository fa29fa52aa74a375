/* SPDX-License-Identifier: ISC */
/* A session says and asks the same however the peer's octets are cut, and what it says are replies by the
 * letter. The first octet picks what is offered, the second how the owner answers; the rest is the peer. */
#include "smtp/server.h"
#include "base/buf.h"
#include <assert.h>
#include <string.h>

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
};

struct run {
    struct smtp_session *s;
    struct buf sent, asked;
    unsigned mood; /* of the owner; moves with every answer */
    bool closed;
};

static void answer(struct run *r, enum smtp_ask ask)
{
    static const struct {
        unsigned code;
        str enhanced, text;
    } REFUSALS[] = {
        { 550, STR_INIT("5.7.1"), STR_INIT("no\nrelay") },
        { 451, STR_INIT(""), STR_INIT("") },
        { 535, STR_INIT(""), STR_INIT("no\r\0") },
        { 421, STR_INIT(""), STR_INIT("") },
    };
    unsigned mood = r->mood++;
    if (mood % 8 < 4 && mood & 0x80) {
        smtp_session_answer(r->s, REFUSALS[mood % 4].code, REFUSALS[mood % 4].enhanced,
                            REFUSALS[mood % 4].text);
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

static void question(struct run *r, enum smtp_ask ask, const struct smtp_session_question *q)
{
    struct smtp_mailbox m;
    str parts[] = { q->word,          q->octets, q->user, q->password, q->mailbox.local_part,
                    q->mailbox.domain };
    buf_addf(&r->asked, "%d", (int)ask);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        buf_addf(&r->asked, " %zu ", parts[i].n);
        buf_add(&r->asked, parts[i]);
    }
    if (ask == SMTP_ASK_STORE)
        for (size_t i = 0; i < q->octets.n; i++)
            assert((q->octets.p[i] == '\n') == (i > 0 && q->octets.p[i - 1] == '\r'));
    if (q->mailbox.domain.n > 0)
        assert(smtp_mailbox_parse(
            (str){ q->mailbox.local_part.p, q->mailbox.local_part.n + 1 + q->mailbox.domain.n }, &m,
            NULL));
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
        else
            question(r, ask, &q);
    }
    assert(r->closed || smtp_session_next(r->s, &q) == SMTP_ASK_NOTHING);
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

static void play(struct run *r, const struct smtp_session_config *config, unsigned mood, str octets,
                 size_t piece, uint32_t step_ms)
{
    uint64_t now_ms = 0;
    const str all = octets;
    *r = (struct run){ .s = smtp_session_new(config, 0), .mood = mood };
    assert(r->s);
    buf_init(&r->sent, SIZE_MAX);
    buf_init(&r->asked, SIZE_MAX);
    pump(r);
    for (; octets.n > 0; octets = str_skip(octets, piece)) {
        smtp_session_feed(r->s, str_take(octets, piece), now_ms += step_ms);
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
    assert(!smtp_session_bare(r->s) || bare_in(all));
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
}

/* A peer that sends without end is shut out, wherever it begins. */
static void flood(const struct smtp_session_config *config, unsigned mood, str octets)
{
    static char noise[1 << 18];
    struct run r;
    play(&r, config, mood & ~1u, octets, octets.n, 0);
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
    play(&whole, config, data[1], octets, octets.n, 0);
    play(&cut, config, data[1], octets, 1, 0);
    if (!config->starttls) { /* what was cut off behind STARTTLS is another matter */
        assert(str_eq(buf_str(&whole.sent), buf_str(&cut.sent)));
        assert(str_eq(buf_str(&whole.asked), buf_str(&cut.asked)));
    }
    done(&cut);
    play(&cut, config, data[1], octets, 3, 1000);
    done(&cut);
    done(&whole);
    return 0;
}
