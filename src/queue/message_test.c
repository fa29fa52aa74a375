/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue/message.h"
#include <string.h>

static void ids_are_said_and_read(void **state UNUSED)
{
    static const struct {
        uint64_t id;
        const char *text;
    } CASES[] = {
        { 1, "Q0000000001" },
        { 31, "Q000000000Z" },
        { 32, "Q0000000010" },
        { (UINT64_C(1) << 50) - 1, "QZZZZZZZZZZ" },
        { UINT64_C(1) << 50, "Q10000000000" },
        { UINT64_MAX, "QFZZZZZZZZZZZZ" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char text[QUEUE_ID_TEXT_MAX];
        uint64_t id = 0;
        assert_string_equal(queue_id_text(CASES[i].id, text), CASES[i].text);
        assert_true(queue_id_parse(str_from(text), &id));
        assert_int_equal(id, CASES[i].id);
    }
}

static void look_alikes_are_one(void **state UNUSED)
{
    uint64_t id = 0, same = 0;
    assert_true(queue_id_parse(STR("Q00000001A0"), &id));
    assert_true(queue_id_parse(STR("qoOoOo00lao"), &same));
    assert_int_equal(id, same);
    assert_true(queue_id_parse(STR("q0000000ia0"), &same));
    assert_int_equal(id, same);
}

static void what_is_no_id(void **state UNUSED)
{
    static const str CASES[] = {
        STR_INIT(""),
        STR_INIT("Q"),
        STR_INIT("Q000000001"),      /* too short */
        STR_INIT("R0000000001"),     /* another letter in front */
        STR_INIT("Q0000000000"),     /* 0 is no message's */
        STR_INIT("Q00000000001"),    /* a zero too many */
        STR_INIT("Q000000000U"),     /* no letter of ours */
        STR_INIT("Q000000 0001"),    /* a blank */
        STR_INIT("QG000000000000"),  /* over 64 bits */
        STR_INIT("QZZZZZZZZZZZZZ"),  /* the same, and what is left is an id */
        STR_INIT("Q10000000000000"), /* too long */
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        uint64_t id = 77;
        assert_false(queue_id_parse(CASES[i], &id));
        assert_int_equal(id, 77);
    }
}

static struct queue_recipient RECIPIENTS[] = {
    { .forward_path = STR_INIT("ann@one.example"),
      .orcpt = STR_INIT("rfc822;Ann@one.example"),
      .notify = QUEUE_NOTIFY_FAILURE | QUEUE_NOTIFY_DELAY,
      .state = QUEUE_FAILED,
      .reply = STR_INIT("550-5.7.1 no\n550 5.7.1 relaying denied"),
      .server = STR_INIT("smtp.one.example [192.0.2.1]:587"),
      .cause = CAUSE_IP_NOT_TRUSTED },
    { .forward_path = STR_INIT("\"b b\"@two.example") },
    { .state = QUEUE_DELIVERED }, /* an empty path is nobody's, but it is kept as it is */
};
static const struct queue_message WHOLE = {
    .record = UINT64_MAX,
    .reverse_path = STR_INIT("carl@three.example"),
    .login = STR_INIT("carl"),
    .listener = STR_INIT("submission"),
    .helo = STR_INIT("[192.0.2.9]"),
    .envid = STR_INIT("QQ314159"),
    .route = STR_INIT("provider"),
    .client = { .family = IP_V6, .octets = { 0xfe, 0x80, [15] = 9 }, .scope = 0x01020304 },
    .arrived_ms = UINT64_C(1764163037123),
    .size_octets = UINT64_C(1) << 40,
    .flags = QUEUE_SMTPUTF8 | QUEUE_TLS | QUEUE_BOUNCE,
    .ret = QUEUE_RET_HDRS,
    .attempts = UINT32_MAX,
    .recipients = RECIPIENTS,
    .recipient_count = COUNT_OF(RECIPIENTS),
};

static void same_recipient(const struct queue_recipient *a, const struct queue_recipient *b)
{
    assert_true(str_eq(a->forward_path, b->forward_path));
    assert_true(str_eq(a->orcpt, b->orcpt));
    assert_int_equal(a->notify, b->notify);
    assert_int_equal(a->state, b->state);
    assert_true(str_eq(a->reply, b->reply));
    assert_true(str_eq(a->server, b->server));
    assert_int_equal(a->cause, b->cause);
}

static void same(const struct queue_message *a, const struct queue_message *b)
{
    assert_int_equal(a->record, b->record);
    assert_true(str_eq(a->reverse_path, b->reverse_path));
    assert_true(str_eq(a->login, b->login));
    assert_true(str_eq(a->listener, b->listener));
    assert_true(str_eq(a->helo, b->helo));
    assert_true(str_eq(a->envid, b->envid));
    assert_true(str_eq(a->route, b->route));
    assert_int_equal(a->client.family, b->client.family);
    assert_memory_equal(a->client.octets, b->client.octets, sizeof a->client.octets);
    assert_int_equal(a->client.scope, b->client.scope);
    assert_int_equal(a->arrived_ms, b->arrived_ms);
    assert_int_equal(a->size_octets, b->size_octets);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->ret, b->ret);
    assert_int_equal(a->attempts, b->attempts);
    assert_int_equal(a->recipient_count, b->recipient_count);
    for (size_t i = 0; i < a->recipient_count; i++)
        same_recipient(&a->recipients[i], &b->recipients[i]);
}

static void comes_back(const struct queue_message *m)
{
    struct arena a;
    struct buf octets;
    struct queue_message back;
    struct err e;
    arena_init(&a, 1 << 20);
    buf_init(&octets, 1 << 20);
    assert_true(queue_envelope_write(m, &octets));
    assert_true(queue_envelope_read(buf_str(&octets), &a, &back, &e));
    same(m, &back);
    buf_done(&octets);
    arena_done(&a);
}

static void every_field_comes_back(void **state UNUSED)
{
    comes_back(&WHOLE);
    comes_back(
        &(struct queue_message){ .id = 5, .held = true, .due_ms = 7 }); /* none of these in it */
    struct queue_message m = WHOLE;
    m.client = (struct ip){ .family = IP_V4, .octets = { 192, 0, 2, 1 } };
    comes_back(&m);
    m.client = (struct ip){ .family = IP_V6, .octets = { 0x20, 1, 0x0d, 0xb8, [15] = 1 } };
    comes_back(&m);
}

static bool reads(str octets, struct err *e)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct queue_message m = { .id = 77 };
    bool ok = queue_envelope_read(octets, &a, &m, e);
    if (!ok)
        assert_int_equal(m.id, 77);
    arena_done(&a);
    return ok;
}

/* Only a cut before a recipient, or before a field, leaves an envelope: a shorter one. */
static void cut_anywhere_it_does_not_crash(void **state UNUSED)
{
    struct buf octets;
    struct err e;
    size_t whole = 0;
    buf_init(&octets, 1 << 20);
    assert_true(queue_envelope_write(&WHOLE, &octets));
    for (size_t n = 0; n < octets.n; n++)
        whole += reads(str_take(buf_str(&octets), n), &e);
    assert_int_equal(whole, 13 + 3); /* fields, and before each recipient */
    buf_done(&octets);
}

static void the_damaged_is_refused(void **state UNUSED)
{
    static const struct {
        const char *about;
        str octets;
        bool ok;
    } CASES[] = {
        { "nothing", STR_INIT(""), false },
        { "a version to come", STR_INIT("\2"), false },
        { "no field", STR_INIT("\1"), true },
        { "a field that a later version has", STR_INIT("\1\2\1x\x3f\2yy"), true },
        { "the same, in a recipient", STR_INIT("\1\x40\7\1\1x\x3f\2yy"), true },
        { "tags that fall", STR_INIT("\1\3\1x\2\1y"), false },
        { "a tag twice", STR_INIT("\1\2\1x\2\1y"), false },
        { "a field behind a recipient", STR_INIT("\1\x40\0\2\1y"), false },
        { "a recipient in a recipient", STR_INIT("\1\x40\2\x40\0"), false },
        { "a length past the end", STR_INIT("\1\2\5x"), false },
        { "no length", STR_INIT("\1\2"), false },
        { "a length longer than it need be", STR_INIT("\1\2\x81\0x"), false },
        { "a number over 64 bits", STR_INIT("\1\1\12\xff\xff\xff\xff\xff\xff\xff\xff\xff\2"),
          false },
        { "the greatest number", STR_INIT("\1\1\12\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"), true },
        { "a number without an end", STR_INIT("\1\1\1\xff"), false },
        { "octets behind a number", STR_INIT("\1\1\2\1\1"), false },
        { "no such RET", STR_INIT("\1\14\1\3"), false },
        { "a RET", STR_INIT("\1\14\1\2"), true },
        { "no such state", STR_INIT("\1\x40\3\4\1\3"), false },
        { "an address of 5 octets", STR_INIT("\1\10\5abcde"), false },
        { "a cause that is not known here", STR_INIT("\1\x40\6\7\4nope"), true },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct err e = { .kind = ERR_NONE };
        if (reads(CASES[i].octets, &e) != CASES[i].ok)
            fail_msg("%s", CASES[i].about);
        if (!CASES[i].ok)
            assert_true(e.why[0]);
    }
}

static void too_many_are_refused(void **state UNUSED)
{
    struct buf octets;
    struct err e;
    struct arena a;
    struct queue_message m;
    buf_init(&octets, 1 << 20);
    arena_init(&a, 64 << 20);
    buf_addc(&octets, 1);
    for (size_t i = 0; i < QUEUE_RECIPIENTS_MAX; i++)
        buf_add(&octets, (str){ "\x40\0", 2 });
    assert_true(queue_envelope_read(buf_str(&octets), &a, &m, &e));
    assert_int_equal(m.recipient_count, QUEUE_RECIPIENTS_MAX);
    buf_add(&octets, (str){ "\x40\0", 2 });
    assert_false(queue_envelope_read(buf_str(&octets), &a, &m, &e));
    struct arena small;
    arena_init(&small, 100);
    assert_false(queue_envelope_read(STR("\1\x40\0\x40\0"), &small, &m, &e));
    assert_int_equal(e.kind, ERR_MEMORY);
    arena_done(&small);
    arena_done(&a);
    buf_done(&octets);
}

static void no_room_says_so(void **state UNUSED)
{
    struct buf octets;
    buf_init(&octets, 40);
    assert_false(queue_envelope_write(&WHOLE, &octets));
    buf_done(&octets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_said_and_read),
        cmocka_unit_test(look_alikes_are_one),
        cmocka_unit_test(what_is_no_id),
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(cut_anywhere_it_does_not_crash),
        cmocka_unit_test(the_damaged_is_refused),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(no_room_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
