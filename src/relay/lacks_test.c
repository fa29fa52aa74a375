/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relay/lacks.h"
#include "spool/spool.h"
#include "spool/testing.h"
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

/* ---- a message in hand ---- */

struct kept {
    sem_t done;
    uint64_t id;
};

static void on_kept(void *user, uint64_t id, enum spool_result result)
{
    struct kept *k = user;
    assert_int_equal(result, SPOOL_KEPT);
    k->id = id;
    sem_post(&k->done);
}

static uint64_t keep(struct spool *s, str octets)
{
    struct kept k;
    struct spool_draft *d = spool_draft_new(s);
    assert_non_null(d);
    assert_int_equal(spool_draft_add(d, octets), SPOOL_KEPT);
    sem_init(&k.done, 0, 0);
    spool_keep(s, d, test_message(1, octets.n, 1), true, on_kept, &k);
    while (sem_wait(&k.done) != 0)
        ;
    sem_destroy(&k.done);
    return k.id;
}

static struct queue_recipient TOM = { .forward_path = STR_INIT("tom@next.example") },
                              TOEM = { .forward_path = STR_INIT("t\xc3\xb6m@next.example") };
static const uint8_t NO_MARKS[1];

static struct queue_message message(uint64_t id, size_t octets, unsigned flags)
{
    return (struct queue_message){
        .id = id, .size_octets = octets, .flags = flags, .recipients = &TOM, .recipient_count = 1
    };
}

/* How many turns it took. */
static unsigned look(struct spool *s, const struct queue_message *m, unsigned ext, size_t most,
                     struct relay_lacks *out)
{
    const struct smtp_caps caps = { .ext = ext };
    unsigned turns = 1;
    relay_lacks_begin(m, NO_MARKS, 0, &caps, out);
    while (!relay_lacks_look(s, m, most, out))
        assert_true(turns++ < 100000);
    return turns;
}

/* ---- the header, and what is behind it ---- */

enum { FINE, SEVEN, REFUSED };
static const struct header_case {
    const char *name;
    str octets;
    int utf8, both; /* what is made of it without SMTPUTF8, and without 8BITMIME too */
} CASES[] = {
    { "ascii", STR_INIT("Subject: a\r\n\r\nb\r\n"), FINE, FINE },
    { "no body", STR_INIT("Subject: a\r\n"), FINE, FINE },
    { "no message", STR_INIT(""), FINE, FINE },
    { "in the header", STR_INIT("Subject: \xc3\xa4\r\n\r\nb\r\n"), REFUSED, REFUSED },
    { "in its last line", STR_INIT("A: a\r\nB: \xff\r\n\r\n"), REFUSED, REFUSED },
    { "no empty line before it", STR_INIT("A: a\r\n\xff\r\n\r\n"), REFUSED, REFUSED },
    { "no empty line at all", STR_INIT("A: a\r\nB: b\xff"), REFUSED, REFUSED },
    { "in the body", STR_INIT("A: a\r\n\r\n\xc3\xa4\r\n"), FINE, SEVEN },
    { "right behind the header", STR_INIT("A: a\r\n\r\n\xff"), FINE, SEVEN },
    { "a blank is no empty line", STR_INIT("A: a\r\n \r\n\xff"), REFUSED, REFUSED },
    { "signed",
      STR_INIT("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\xff\r\n--b--\r\n"),
      FINE, REFUSED },
};

static int came(const struct relay_lacks *l)
{
    assert_true(!l->refused || (l->reply.n > 0 && l->cause != CAUSE_NONE));
    return l->refused ? REFUSED : l->seven ? SEVEN : FINE;
}

static void what_it_holds(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct header_case *c = &CASES[i];
        uint64_t id = keep(s, c->octets);
        struct queue_message m = message(id, c->octets.n, QUEUE_SMTPUTF8 | QUEUE_8BIT);
        struct relay_lacks l;
        look(s, &m, SMTP_EXT_8BITMIME, 1, &l);
        if (came(&l) != c->utf8 || (c->utf8 == FINE && !l.no_utf8))
            fail_msg("%s without SMTPUTF8: %d", c->name, came(&l));
        relay_lacks_done(&l);
        look(s, &m, 0, 1, &l);
        if (came(&l) != c->both)
            fail_msg("%s without both: %d %.*s", c->name, came(&l), STR_ARG(l.reply));
        relay_lacks_done(&l);
        look(s, &m, SMTP_EXT_SMTPUTF8 | SMTP_EXT_8BITMIME, 1, &l);
        assert_int_equal(came(&l), FINE);
        assert_false(l.no_utf8);
    }
    spool_close(s);
}

/* A long message is looked at in turns, and no octet of it is left out, wherever it lies. */
static void long_ones_take_turns(void **state UNUSED)
{
    enum { OCTETS = 1000000, TURN = 100000 };
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    static char octets[OCTETS];
    static const char HEAD[] = "Subject: a\r\n\r\n";
    static const size_t AT[] = { sizeof HEAD, 32767, 32768, 500000, OCTETS - 1 };
    struct relay_lacks l;
    memset(octets, 'x', OCTETS);
    memcpy(octets, HEAD, sizeof HEAD - 1);
    for (size_t i = 0; i < COUNT_OF(AT); i++) {
        octets[AT[i]] = '\xff';
        uint64_t id = keep(s, (str){ octets, OCTETS });
        octets[AT[i]] = 'x';
        struct queue_message m = message(id, OCTETS, QUEUE_8BIT | QUEUE_SMTPUTF8);
        unsigned turns = look(s, &m, SMTP_EXT_SMTPUTF8, TURN, &l);
        assert_in_range(turns, 7, OCTETS / TURN + 1);
        assert_int_equal(came(&l), SEVEN);
        relay_lacks_done(&l);
        /* Of a header alone no more is read than is needed. */
        assert_int_equal(look(s, &m, SMTP_EXT_8BITMIME, TURN, &l), 1);
        assert_int_equal(came(&l), FINE);
        assert_int_equal(l.at, 32768);
        /* Nothing is converted of what cannot be said at all. */
        octets[5] = '\xff';
        struct queue_message bad = m;
        bad.id = keep(s, (str){ octets, OCTETS });
        octets[5] = HEAD[5];
        assert_int_equal(look(s, &bad, 0, TURN, &l), 1);
        assert_int_equal(came(&l), REFUSED);
        relay_lacks_done(&l);
    }
    spool_close(s);
}

static void nothing_is_read_that_need_not_be(void **state UNUSED)
{
    static const struct {
        unsigned flags, ext;
        struct queue_recipient *to;
        uint64_t size_max;
        bool refused;
    } ROWS[] = {
        { 0, 0, &TOM, 0, false },
        { QUEUE_8BIT, SMTP_EXT_8BITMIME, &TOM, 0, false },
        { QUEUE_SMTPUTF8, SMTP_EXT_SMTPUTF8, &TOEM, 0, false },
        { QUEUE_SMTPUTF8 | QUEUE_8BIT, 0, &TOEM, 0, true },
        { QUEUE_8BIT, 0, &TOM, 99, true },
        { 0, 0, &TOM, 100, false },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct smtp_caps caps = { .ext = ROWS[i].ext, .size_max = ROWS[i].size_max };
        struct queue_message m = message(1, 100, ROWS[i].flags);
        struct relay_lacks l;
        m.recipients = ROWS[i].to;
        relay_lacks_begin(&m, NO_MARKS, 0, &caps, &l);
        assert_true(relay_lacks_look(NULL, &m, 1, &l)); /* no spool to read from */
        assert_int_equal(came(&l), ROWS[i].refused ? REFUSED : FINE);
        relay_lacks_done(&l);
    }
}

/* It is held when it leaves the hand: here it counts as what cannot be told of in ASCII, and as it is where it can. */
static void what_cannot_be_read(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct queue_message m = message(12345, 100, QUEUE_SMTPUTF8 | QUEUE_8BIT); /* not in hand */
    struct relay_lacks l;
    assert_int_equal(look(s, &m, SMTP_EXT_8BITMIME, 1, &l), 1);
    assert_int_equal(came(&l), REFUSED);
    assert_int_equal(look(s, &m, SMTP_EXT_SMTPUTF8, 1, &l), 1);
    assert_int_equal(came(&l), FINE);
    spool_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_holds),
        cmocka_unit_test(long_ones_take_turns),
        cmocka_unit_test(nothing_is_read_that_need_not_be),
        cmocka_unit_test(what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
