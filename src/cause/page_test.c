/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cause/page.h"

enum { ROOM = 1 << 20 };

static void page_of(const struct cause *c, struct buf *out)
{
    buf_init(out, ROOM);
    assert_true(cause_page(c, SERVER_ANY, out));
}

static void a_page_reads_like_this(void **state UNUSED)
{
    static const str WANTED = STR_INIT(
        "The recipient's mailbox is full\n"
        "(mailbox-full, family mailbox-full, not about relaying)\n"
        "\n"
        "The mailbox exists but has no room left for another message.\n"
        "\n"
        "If you send the mail:\n"
        "  1. Tell the recipient by another way to make room.\n"
        "  2. Send again in a day or two.\n"
        "\n"
        "If you run the server:\n"
        "  1. See what fills it; the trash counts too.\n"
        "  2. Raise the quota, or warn users before it is reached.\n"
        "     Check: A test message is delivered.\n"
        "     Undo: Set the former quota again; what is above it stays.\n"
        "     Careful: Delete nothing of a user's on your own: offer an archive.\n"
        "  3. Check that the disk itself is not full, which concerns all mailboxes.\n"
        "\n"
        "With OpenSMTPD:\n"
        "  1. Look at the quota of the file system ('quota -u USER') or of Dovecot\n"
        "     behind LMTP: it has none of its own.\n"
        "\n"
        "How it is told from others:\n"
        "  The reply speaks of a quota or of space, and another recipient at the same\n"
        "  domain is taken; message-too-large passes with a smaller message.\n"
        "  It is known from the words of a reply only: never more than likely.\n"
        "\n"
        "Standards:\n"
        "  RFC 3463 section 3.3, RFC 5321 section 4.2.2\n"
        "\n"
        "Exit status of baton doctor: 1\n");
    struct buf page;
    buf_init(&page, ROOM);
    assert_true(cause_page(cause_of(CAUSE_MAILBOX_FULL), SERVER_OPENSMTPD, &page));
    if (!str_eq(buf_str(&page), WANTED))
        fail_msg("%.*s", STR_ARG(buf_str(&page)));
    buf_done(&page);
}

/* Text without its line breaks and indentation. */
static void unwrap(str text, struct buf *out)
{
    buf_init(out, ROOM);
    bool blank = false;
    for (size_t i = 0; i < text.n; i++) {
        bool white = text.p[i] == ' ' || text.p[i] == '\n';
        if (!white || !blank)
            buf_addc(out, white ? ' ' : text.p[i]);
        blank = white;
    }
}

static void assert_holds(str text, str part)
{
    if (part.n && str_find(text, part) == STR_NOT_FOUND)
        fail_msg("'%.*s' is missing", STR_ARG(part));
}

static void assert_holds_step(str text, const struct cause_step *s)
{
    assert_holds(text, s->text);
    assert_holds(text, s->check);
    assert_holds(text, s->undo);
    assert_holds(text, s->warning);
}

static void every_page_holds_its_row_in_78_columns(void **state UNUSED)
{
    for (unsigned id = 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        struct buf page, flat;
        page_of(c, &page);
        assert_true(page.n < 16384);
        str rest = buf_str(&page);
        while (rest.p) {
            str line = str_cut(&rest, '\n');
            if (line.n > 78 || (line.n && line.p[line.n - 1] == ' '))
                fail_msg("'%.*s'", STR_ARG(line));
        }
        unwrap(buf_str(&page), &flat);
        assert_true(str_starts(buf_str(&flat), c->title));
        assert_holds(buf_str(&flat), c->name);
        assert_holds(buf_str(&flat), names_of(&FAMILY_NAMES, (int)c->family));
        assert_holds(buf_str(&flat), c->sentence);
        assert_holds(buf_str(&flat), c->told_apart);
        assert_holds(buf_str(&flat), c->standards);
        for (unsigned i = 0; i < CAUSE_STEPS; i++)
            assert_holds_step(buf_str(&flat), &c->sender_steps[i]);
        for (unsigned i = 0; i < CAUSE_OPERATOR_STEPS; i++)
            assert_holds_step(buf_str(&flat), &c->operator_steps[i]);
        buf_done(&flat);
        buf_done(&page);
    }
}

static unsigned count_of(str text, str part)
{
    unsigned count = 0;
    for (size_t at; (at = str_find(text, part)) != STR_NOT_FOUND; count++)
        text = str_skip(text, at + part.n);
    return count;
}

static void markdown_holds_everything_once(void **state UNUSED)
{
    struct buf out;
    buf_init(&out, ROOM);
    assert_true(cause_markdown(&out));
    str text = buf_str(&out);
    assert_true(str_starts(text, STR("# Why mail is refused\n\n")));
    assert_int_equal(count_of(text, STR("\n# ")), 0);
    assert_int_equal(count_of(text, STR("\n## ")), FAMILIES + 1);
    assert_int_equal(count_of(text, STR("\n### ")), CAUSES - 1);
    assert_int_equal(count_of(text, STR("\n\n\n")), 0);
    for (unsigned id = 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        char heading[200];
        snprintf(heading, sizeof(heading), "\n### %.*s\n\n`%.*s`\n\n", STR_ARG(c->title),
                 STR_ARG(c->name));
        assert_int_equal(count_of(text, str_from(heading)), 1);
    }
    for (unsigned f = 0; f < FAMILIES; f++) {
        char heading[200];
        snprintf(heading, sizeof(heading), "\n\nFamily `%.*s`, %s.\n\n",
                 STR_ARG(FAMILY_NAMES.rows[f].name),
                 family_is_relay((enum cause_family)f) ? "about relaying" : "not about relaying");
        assert_int_equal(count_of(text, str_from(heading)), 1);
    }
    for (unsigned id = 1; id < NOTES; id++)
        assert_holds(text, note_of((enum finding_note)id)->sentence);
    buf_done(&out);
}

static void markdown_signs_are_escaped(void **state UNUSED)
{
    struct buf out;
    buf_init(&out, ROOM);
    assert_true(cause_markdown(&out));
    str text = buf_str(&out);
    assert_holds(text, STR("DOMAIN\\\\name"));
    assert_holds(text, STR("record \\_submissions.\\_tcp"));
    assert_holds(text, STR("'accept authenticated = \\*'"));
    assert_holds(text, STR("relayhost = \\[HOST\\]:587"));
    assert_holds(text, STR("permit_sasl_authenticated"));
    buf_done(&out);
}

static void a_full_buffer_is_told(void **state UNUSED)
{
    struct buf out;
    buf_init(&out, 100);
    assert_false(cause_page(cause_of(CAUSE_MAILBOX_FULL), SERVER_ANY, &out));
    buf_clear(&out);
    assert_false(cause_markdown(&out));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_reads_like_this),
        cmocka_unit_test(every_page_holds_its_row_in_78_columns),
        cmocka_unit_test(markdown_holds_everything_once),
        cmocka_unit_test(markdown_signs_are_escaped),
        cmocka_unit_test(a_full_buffer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
