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
        "A step for the server without an undo changes nothing there.\n"
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
    assert_true(cause_markdown(NULL, SERVER_ANY, &out));
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
    assert_true(cause_markdown(NULL, SERVER_ANY, &out));
    str text = buf_str(&out);
    assert_holds(text, STR("DOMAIN\\\\name"));
    assert_holds(text, STR("record \\_submissions.\\_tcp"));
    assert_holds(text, STR("'accept authenticated = \\*'"));
    assert_holds(text, STR("relayhost = \\[HOST\\]:587"));
    assert_holds(text, STR("permit_sasl_authenticated"));
    buf_done(&out);
}

static void one_server_is_shown_without_the_others(void **state UNUSED)
{
    for (unsigned server = SERVER_POSTFIX; server < SERVER_KINDS; server++) {
        unsigned pages = 0;
        for (unsigned id = 1; id < CAUSES; id++) {
            struct buf page;
            buf_init(&page, ROOM);
            assert_true(cause_page(cause_of((enum cause_id)id), (enum cause_server)server, &page));
            for (unsigned other = SERVER_POSTFIX; other < SERVER_KINDS; other++) {
                char heading[64];
                snprintf(heading, sizeof(heading), "\nWith %.*s",
                         STR_ARG(server_title((enum cause_server)other)));
                unsigned count = count_of(buf_str(&page), str_from(heading));
                assert_true(count <= (other == server));
                pages += count;
            }
            assert_holds(buf_str(&page), STR("\nIf you run the server:\n"));
            buf_done(&page);
        }
        assert_in_range(pages, CAUSES / 2, CAUSES - 1); /* it differs in most causes */
    }
}

static void the_list_has_every_cause_by_family(void **state UNUSED)
{
    struct buf out, one;
    buf_init(&out, ROOM);
    buf_init(&one, ROOM);
    assert_true(cause_list(FAMILIES, &out));
    for (unsigned id = 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        char line[200];
        snprintf(line, sizeof(line), "\n  %-28.*s %.*s\n", STR_ARG(c->name), STR_ARG(c->title));
        assert_int_equal(count_of(buf_str(&out), str_from(line)), 1);
    }
    assert_int_equal(count_of(buf_str(&out), STR("\n\n")), FAMILIES - 1);
    assert_true(cause_list(FAMILY_TLS_REQUIRED, &one));
    assert_true(
        str_eq(buf_str(&one),
               STR("The server wants encryption first (tls-required)\n"
                   "  auth-hidden-until-tls        The login is offered only after encryption\n"
                   "  mail-only-under-tls          The server takes mail only over an "
                   "encrypted connection\n")));
    buf_done(&one);
    buf_done(&out);
}

/* A line of the page begins a request only where we wrote one, and lists are closed. */
static void the_manual_has_every_row(void **state UNUSED)
{
    static const str REQUESTS[] = { STR_INIT(".Sh \""), STR_INIT(".Ss \""), STR_INIT(".Pp"),
                                    STR_INIT(".Bl -"),  STR_INIT(".It"),    STR_INIT(".El"),
                                    STR_INIT(".Em "),   STR_INIT(".Sy ") };
    struct buf out;
    unsigned open = 0, causes = 0;
    buf_init(&out, ROOM);
    assert_true(cause_mdoc(&out));
    for (str rest = buf_str(&out); rest.p;) {
        str line = str_cut(&rest, '\n');
        bool known = !line.n || (line.p[0] != '.' && line.p[0] != '\'');
        for (size_t i = 0; !known && i < COUNT_OF(REQUESTS); i++)
            known = str_starts(line, REQUESTS[i]);
        if (!known)
            fail_msg("'%.*s'", STR_ARG(line));
        open += str_starts(line, STR(".Bl"));
        open -= str_starts(line, STR(".El"));
        causes += str_starts(line, STR(".Ss"));
        assert_true(open <= 1);
    }
    assert_int_equal(open, 0);
    assert_int_equal(causes, CAUSES - 1);
    assert_int_equal(count_of(buf_str(&out), STR("\n.Em Undo :\n")) > 200, 1);
    buf_done(&out);
}

static void a_full_buffer_is_told(void **state UNUSED)
{
    struct buf out;
    buf_init(&out, 100);
    assert_false(cause_page(cause_of(CAUSE_MAILBOX_FULL), SERVER_ANY, &out));
    buf_clear(&out);
    assert_false(cause_list(FAMILIES, &out));
    buf_clear(&out);
    assert_false(cause_mdoc(&out));
    buf_clear(&out);
    assert_false(cause_markdown(NULL, SERVER_ANY, &out));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_reads_like_this),
        cmocka_unit_test(every_page_holds_its_row_in_78_columns),
        cmocka_unit_test(markdown_holds_everything_once),
        cmocka_unit_test(markdown_signs_are_escaped),
        cmocka_unit_test(one_server_is_shown_without_the_others),
        cmocka_unit_test(the_list_has_every_cause_by_family),
        cmocka_unit_test(the_manual_has_every_row),
        cmocka_unit_test(a_full_buffer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
