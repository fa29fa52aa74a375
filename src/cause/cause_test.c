/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cause/cause.h"

/* The families of design section 1, written down a second time on purpose. */
static const struct expected {
    str name, family;
    bool relay;
    int exit_status;
    bool words_only;
} EXPECTED[] = {
#define ROW(name, family, relay, status, words)                                                    \
    {                                                                                              \
        STR_INIT(name), STR_INIT(family), relay, status, words                                     \
    }
    ROW("client-never-authenticates", "auth-required", true, 1, false),
    ROW("helo-instead-of-ehlo", "auth-required", true, 1, false),
    ROW("auth-hidden-until-tls", "tls-required", true, 1, false),
    ROW("mail-only-under-tls", "tls-required", true, 1, false),
    ROW("no-common-mechanism", "auth-mechanism", true, 1, false),
    ROW("mechanism-offered-but-dead", "auth-mechanism", true, 1, false),
    ROW("relay-takes-no-login", "auth-mechanism", true, 1, false),
    ROW("client-certificate-needed", "auth-mechanism", true, 1, false),
    ROW("wrong-credentials", "auth-failed", true, 5, false),
    ROW("wrong-username-form", "auth-failed", true, 5, false),
    ROW("password-mangled", "auth-failed", true, 5, false),
    ROW("app-password-needed", "auth-failed", true, 5, true),
    ROW("password-login-switched-off", "auth-failed", true, 5, true),
    ROW("oauth-token-rejected", "auth-failed", true, 5, false),
    ROW("account-may-not-submit", "auth-failed", true, 5, true),
    ROW("auth-backend-down", "auth-failed", true, 5, false),
    ROW("mx-port-not-submission", "wrong-port-or-tls-mode", true, 1, false),
    ROW("wrong-server", "wrong-port-or-tls-mode", true, 1, false),
    ROW("tls-mode-mismatch", "wrong-port-or-tls-mode", true, 1, false),
    ROW("tls-version-or-cipher", "wrong-port-or-tls-mode", true, 1, false),
    ROW("starttls-stripped", "wrong-port-or-tls-mode", true, 1, false),
    ROW("certificate-expired", "certificate-problem", true, 1, false),
    ROW("certificate-not-yet-valid", "certificate-problem", true, 1, false),
    ROW("certificate-self-signed", "certificate-problem", true, 1, false),
    ROW("certificate-unknown-issuer", "certificate-problem", true, 1, false),
    ROW("certificate-wrong-name", "certificate-problem", true, 1, false),
    ROW("from-not-login", "sender-not-owned", true, 1, false),
    ROW("from-invalid", "sender-not-owned", true, 1, false),
    ROW("sender-unverified", "sender-not-owned", true, 1, true),
    ROW("own-address-refused", "sender-not-owned", true, 1, false),
    ROW("ip-not-trusted", "relay-ip-not-allowed", true, 1, false),
    ROW("ip-hidden-by-nat", "relay-ip-not-allowed", true, 1, false),
    ROW("login-not-honoured", "relay-ip-not-allowed", true, 1, false),
    ROW("pop-before-smtp", "pop-before-smtp", true, 1, false),
    ROW("domain-not-configured", "recipient-domain-not-local", true, 6, false),
    ROW("mx-points-elsewhere", "recipient-domain-not-local", true, 6, false),
    ROW("dns-change-pending", "recipient-domain-not-local", true, 6, false),
    ROW("dns-delegation", "recipient-domain-not-local", true, 6, false),
    ROW("domain-still-local", "recipient-domain-not-local", true, 6, false),
    ROW("egress-port-blocked", "port-blocked-or-timeout", true, 1, false),
    ROW("local-firewall", "port-blocked-or-timeout", true, 1, false),
    ROW("redirected-by-network", "port-blocked-or-timeout", true, 1, false),
    ROW("ip-banned", "port-blocked-or-timeout", true, 1, false),
    ROW("server-down", "port-blocked-or-timeout", true, 1, false),
    ROW("ipv6-differs", "port-blocked-or-timeout", true, 1, false),
    ROW("ehlo-name-refused", "reverse-dns-or-helo", false, 1, false),
    ROW("reverse-dns-missing", "reverse-dns-or-helo", false, 1, false),
    ROW("spf-fail", "spf-fail", false, 1, false),
    ROW("dkim-dmarc-fail", "dkim-dmarc-fail", false, 1, false),
    ROW("ip-blocklisted", "ip-blocklisted", false, 1, true),
    ROW("rate-limited", "rate-limited", false, 1, true),
    ROW("greylisted-temporary", "greylisted-temporary", false, 1, false),
    ROW("recipient-unknown", "recipient-unknown", false, 1, false),
    ROW("content-rejected", "content-rejected", false, 1, true),
    ROW("message-too-large", "message-too-large", false, 1, false),
    ROW("mailbox-full", "mailbox-full", false, 1, true),
    ROW("dns-failure", "dns-failure", false, 6, false),
    ROW("other-not-relay", "other-not-relay", false, 1, true),
    ROW("mail-loop", "other-not-relay", false, 1, true),
#undef ROW
};

static void every_row_is_that_of_the_design(void **state UNUSED)
{
    assert_int_equal(CAUSES - 1, COUNT_OF(EXPECTED));
    for (size_t i = 0; i < COUNT_OF(EXPECTED); i++) {
        const struct expected *x = &EXPECTED[i];
        const struct cause *c = cause_of((enum cause_id)(i + 1));
        assert_non_null(c);
        assert_int_equal(c->id, i + 1);
        str family = names_of(&FAMILY_NAMES, (int)c->family);
        if (!str_eq(c->name, x->name) || !str_eq(family, x->family))
            fail_msg("row %zu: %.*s (%.*s)", i + 1, STR_ARG(c->name), STR_ARG(family));
        if (family_is_relay(c->family) != x->relay || c->exit_status != x->exit_status ||
            c->words_only != x->words_only)
            fail_msg("%.*s: relay %d, exit status %d, words only %d", STR_ARG(c->name),
                     family_is_relay(c->family), c->exit_status, c->words_only);
        assert_ptr_equal(cause_named(x->name), c); /* so no name stands twice */
    }
    assert_null(cause_of(CAUSE_NONE));
    assert_null(cause_of(CAUSES));
    assert_null(cause_named(STR("open-relay")));
    assert_null(cause_named(STR("")));
}

static void families_are_in_order_and_titled(void **state UNUSED)
{
    assert_int_equal(FAMILY_NAMES.count, FAMILIES);
    for (unsigned f = 0; f < FAMILIES; f++) {
        assert_int_equal(FAMILY_NAMES.rows[f].value, f);
        str title = family_title((enum cause_family)f);
        assert_true(title.n > 0 && title.p[title.n - 1] != '.');
    }
    for (unsigned id = 2; id < CAUSES; id++)
        assert_true(cause_of((enum cause_id)id)->family >=
                    cause_of((enum cause_id)(id - 1))->family);
    assert_false(family_is_relay(FAMILIES));
    assert_int_equal(family_title(FAMILIES).n, 0);
}

/* A sentence: ASCII, a capital, a digit or a quoted command first, one full stop last, blanks single. */
static void assert_sentence(const struct cause *c, str s)
{
    bool ok = s.n > 12 && str_is_ascii(s) &&
              (is_digit(s.p[0]) || s.p[0] == '\'' || to_lower(s.p[0]) != s.p[0]) &&
              s.p[s.n - 1] == '.' && s.p[s.n - 2] != '.' && str_find(s, STR("  ")) == STR_NOT_FOUND;
    for (size_t i = 0; i < s.n; i++)
        ok = ok && s.p[i] >= ' ' && s.p[i] < 127;
    if (!ok)
        fail_msg("%.*s: '%.*s'", STR_ARG(c->name), STR_ARG(s));
}

/* What must never be advised, in whatever mood: see diagnosis, "popular fixes that are unsafe". */
static const str DANGEROUS[] = {
    STR_INIT("0.0.0.0/0"),
    STR_INIT("::/0"),
    STR_INIT("10.0.0.0/8"),
    STR_INIT("172.16.0.0/12"),
    STR_INIT("172.17.0.0/16"),
    STR_INIT("192.168.0.0/16"),
    STR_INIT("verify=none"),
    STR_INIT("verify_none"),
    STR_INIT("no-verify"),
    STR_INIT("certcheck off"),
    STR_INIT("rejectUnauthorized"),
    STR_INIT("SMTPAutoTLS"),
    STR_INIT("+all"),
    STR_INIT("auth_debug_passwords"),
    STR_INIT("chmod 777"),
    STR_INIT("setenforce"),
    STR_INIT("ignore the certificate"),
    STR_INIT("accept the certificate anyway"),
    STR_INIT("TLSv1.0"),
    STR_INIT("disable the firewall"),
};

static void assert_safe(const struct cause *c, str s)
{
    for (size_t i = 0; i < COUNT_OF(DANGEROUS); i++)
        if (str_find_nocase(s, DANGEROUS[i]) != STR_NOT_FOUND)
            fail_msg("%.*s advises '%.*s'", STR_ARG(c->name), STR_ARG(DANGEROUS[i]));
}

/* An id stands only where neighbours are told apart. */
static void assert_names_no_cause(const struct cause *c, str s)
{
    for (unsigned id = 1; id < CAUSES; id++)
        if (str_find(s, cause_of((enum cause_id)id)->name) != STR_NOT_FOUND)
            fail_msg("%.*s: an id in '%.*s'", STR_ARG(c->name), STR_ARG(s));
}

static void assert_part(const struct cause *c, str s)
{
    if (!s.n)
        return;
    assert_sentence(c, s);
    assert_names_no_cause(c, s);
}

/* A step without an undo begins with a word that changes nothing. */
static bool only_looks(str text)
{
    static const str WORDS[] = {
        STR_INIT("Ask "),  STR_INIT("Check "),  STR_INIT("Compare "), STR_INIT("Count "),
        STR_INIT("Find "), STR_INIT("Follow "), STR_INIT("Keep "),    STR_INIT("Leave "),
        STR_INIT("List "), STR_INIT("Look "),   STR_INIT("Read "),    STR_INIT("Run "),
        STR_INIT("See "),  STR_INIT("Tell "),   STR_INIT("Test "),    STR_INIT("Before "),

    };
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_starts(text, WORDS[i]))
            return true;
    return false;
}

/* What holds for every server speaks the words of none. */
static bool names_a_server(str text)
{
    static const str SOFTWARE[] = {
        STR_INIT("Postfix"), STR_INIT("Exim"),    STR_INIT("OpenSMTPD"), STR_INIT("Exchange"),
        STR_INIT("cPanel"),  STR_INIT("WHM"),     STR_INIT("Plesk"),     STR_INIT("Microsoft 365"),
        STR_INIT("smtpd_"),  STR_INIT("main.cf"), STR_INIT("master.cf"), STR_INIT("Set-"),
        STR_INIT("Get-"),    STR_INIT("dc_"),
    };
    for (size_t i = 0; i < COUNT_OF(SOFTWARE); i++)
        if (str_find(text, SOFTWARE[i]) != STR_NOT_FOUND)
            return true;
    return false;
}

static void assert_operator_step(const struct cause *c, const struct cause_step *s)
{
    if (!s->undo.n && !only_looks(s->text))
        fail_msg("%.*s: no undo of '%.*s'", STR_ARG(c->name), STR_ARG(s->text));
    if (s->undo.n && !s->check.n)
        fail_msg("%.*s: no check of '%.*s'", STR_ARG(c->name), STR_ARG(s->text));
    if (s->server == SERVER_ANY && names_a_server(s->text))
        fail_msg("%.*s: '%.*s' is for one server", STR_ARG(c->name), STR_ARG(s->text));
    assert_true((unsigned)s->server < SERVER_KINDS);
}

static void assert_no_repetition(const struct cause *c, const struct cause_step *s, unsigned at)
{
    for (unsigned i = 0; i < at; i++)
        if (str_eq(s[i].text, s[at].text))
            fail_msg("%.*s says '%.*s' twice", STR_ARG(c->name), STR_ARG(s[at].text));
}

static unsigned assert_steps(const struct cause *c, const struct cause_step *steps, unsigned max)
{
    unsigned count = 0;
    while (count < max && steps[count].text.n)
        count++;
    assert_in_range(count, 1, max - 1);
    for (unsigned i = 0; i < count; i++) {
        assert_sentence(c, steps[i].text);
        assert_part(c, steps[i].text);
        assert_part(c, steps[i].check);
        assert_part(c, steps[i].undo);
        assert_part(c, steps[i].warning);
        assert_safe(c, steps[i].text);
        assert_safe(c, steps[i].check);
        assert_safe(c, steps[i].undo);
        assert_no_repetition(c, steps, i);
    }
    return count;
}

/* The steps of all servers: those that hold for each first, then server by server, as a page shows them. */
static void assert_operator_steps(const struct cause *c)
{
    unsigned count = assert_steps(c, c->operator_steps, CAUSE_OPERATOR_STEPS);
    for (unsigned i = 0; i < count; i++) {
        assert_operator_step(c, &c->operator_steps[i]);
        if (i && c->operator_steps[i].server < c->operator_steps[i - 1].server)
            fail_msg("%.*s: out of order: '%.*s'", STR_ARG(c->name),
                     STR_ARG(c->operator_steps[i].text));
    }
    assert_int_equal(c->operator_steps[0].server, SERVER_ANY);
}

static void assert_sender_steps(const struct cause *c)
{
    unsigned count = assert_steps(c, c->sender_steps, CAUSE_STEPS);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(c->sender_steps[i].server, SERVER_ANY);
}

static bool is_id_octet(char ch)
{
    return is_alnum(ch) || ch == '-';
}

/* Every word of told_apart that looks like an id is one, and none is the row's own. */
static void assert_neighbours(const struct cause *c)
{
    str s = c->told_apart;
    for (size_t i = 0; i < s.n;) {
        size_t n = 0;
        while (i + n < s.n && is_id_octet(s.p[i + n]))
            n++;
        str word = str_take(str_skip(s, i), n);
        const struct cause *near = n > 6 ? cause_nearest(word) : NULL;
        if (near && str_find_octet(word, '-') != STR_NOT_FOUND &&
            (near == c || !str_eq(near->name, word)))
            fail_msg("%.*s names '%.*s'", STR_ARG(c->name), STR_ARG(word));
        i += n ? n : 1;
    }
}

static void text_is_complete_and_plain(void **state UNUSED)
{
    for (unsigned id = 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        if (c->title.n < 8 || c->title.n > 64 || c->title.p[c->title.n - 1] == '.')
            fail_msg("title '%.*s'", STR_ARG(c->title));
        assert_names_no_cause(c, c->title);
        assert_sentence(c, c->sentence);
        assert_names_no_cause(c, c->sentence);
        assert_int_equal(str_find(c->sentence, STR(". ")), STR_NOT_FOUND); /* one sentence */
        assert_sentence(c, c->told_apart);
        assert_safe(c, c->told_apart);
        assert_neighbours(c);
        assert_sender_steps(c);
        assert_operator_steps(c);
        if (!str_starts(c->standards, STR("RFC ")) || c->standards.p[c->standards.n - 1] == '.')
            fail_msg("%.*s: standards '%.*s'", STR_ARG(c->name), STR_ARG(c->standards));
        for (unsigned other = 1; other < id; other++) {
            const struct cause *o = cause_of((enum cause_id)other);
            assert_false(str_eq(o->title, c->title) || str_eq(o->sentence, c->sentence) ||
                         str_eq(o->told_apart, c->told_apart));
        }
    }
}

static bool is_kebab(str s)
{
    bool ok = s.n > 0 && s.p[0] != '-' && s.p[s.n - 1] != '-' &&
              str_find(s, STR("--")) == STR_NOT_FOUND;
    for (size_t i = 0; i < s.n; i++)
        ok = ok && (s.p[i] == '-' || (is_alnum(s.p[i]) && to_lower(s.p[i]) == s.p[i]));
    return ok;
}

static void names_are_kebab_case(void **state UNUSED)
{
    for (unsigned id = 1; id < CAUSES; id++)
        assert_true(is_kebab(cause_of((enum cause_id)id)->name));
    for (unsigned f = 0; f < FAMILIES; f++)
        assert_true(is_kebab(FAMILY_NAMES.rows[f].name));
    for (unsigned id = 1; id < NOTES; id++)
        assert_true(is_kebab(note_of((enum finding_note)id)->name));
}

static void nearest_helps_with_slips(void **state UNUSED)
{
    static const struct {
        str typed;
        enum cause_id near;
    } CASES[] = {
        { STR_INIT("client-never-authenticate"), CAUSE_CLIENT_NEVER_AUTHENTICATES },
        { STR_INIT("Wrong-Credentials"), CAUSE_WRONG_CREDENTIALS },
        { STR_INIT("wrong-credential"), CAUSE_WRONG_CREDENTIALS },
        { STR_INIT("login-not-honored"), CAUSE_LOGIN_NOT_HONOURED },
        { STR_INIT("ip_not_trusted"), CAUSE_IP_NOT_TRUSTED },
        { STR_INIT("sfp-fail"), CAUSE_SPF_FAIL },
        { STR_INIT("zebra"), CAUSE_NONE },
        { STR_INIT(""), CAUSE_NONE },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        assert_ptr_equal(cause_nearest(CASES[i].typed), cause_of(CASES[i].near));
}

static void steps_are_picked_for_role_and_server(void **state UNUSED)
{
    const struct cause *c = cause_of(CAUSE_IP_NOT_TRUSTED);
    const struct cause_step *all[CAUSE_OPERATOR_STEPS], *steps[CAUSE_OPERATOR_STEPS];
    size_t general = cause_steps(c, ROLE_OPERATOR, SERVER_ANY, all, COUNT_OF(all));
    assert_true(general > 0);
    for (size_t i = 0; i < general; i++)
        assert_int_equal(all[i]->server, SERVER_ANY);
    size_t n = cause_steps(c, ROLE_OPERATOR, SERVER_EXIM, steps, COUNT_OF(steps));
    assert_true(n > general);
    for (size_t i = 0; i < n; i++) /* its own first, then the others as they are */
        if (i < n - general)
            assert_int_equal(steps[i]->server, SERVER_EXIM);
        else
            assert_ptr_equal(steps[i], all[i - (n - general)]);
    assert_int_equal(cause_steps(c, ROLE_OPERATOR, SERVER_EXIM, steps, 1), 1);
    assert_ptr_equal(steps[0]->text.p && steps[0]->server == SERVER_EXIM ? c : NULL, c);
    assert_int_equal(cause_steps(c, ROLE_OPERATOR, SERVER_EXIM, steps, 0), 0);
    n = cause_steps(c, ROLE_SENDER, SERVER_EXIM, steps, COUNT_OF(steps));
    assert_ptr_equal(steps[0], &c->sender_steps[0]);
    assert_true(n > 0 && n < CAUSE_STEPS);
}

static void a_greeting_names_its_server(void **state UNUSED)
{
    static const struct {
        str greeting;
        enum cause_server server;
    } CASES[] = {
        { STR_INIT("mail.corp.example ESMTP Postfix (Debian/GNU)"), SERVER_POSTFIX },
        { STR_INIT("mail.corp.example ESMTP Exim 4.96 Thu, 26 Nov 2026 06:00:00 +0000"),
          SERVER_EXIM },
        { STR_INIT(
              "host.corp.example ESMTP Exim 4.98 #2\nWe do not authorize the use of this system to "
              "transport unsolicited,\nand/or bulk e-mail."),
          SERVER_CPANEL },
        { STR_INIT("mail.corp.example ESMTP OpenSMTPD"), SERVER_OPENSMTPD },
        { STR_INIT("EX1.corp.example Microsoft ESMTP MAIL Service ready"), SERVER_EXCHANGE },
        { STR_INIT("AM0.outlook.office365.com Microsoft ESMTP MAIL Service ready"),
          SERVER_MICROSOFT_365 },
        { STR_INIT("AM0.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready"),
          SERVER_MICROSOFT_365 },
        { STR_INIT("postfix.corp.example ESMTP"), SERVER_ANY },
        { STR_INIT(""), SERVER_ANY },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        assert_int_equal(server_of_greeting(CASES[i].greeting), CASES[i].server);
}

static void a_step_is_one_line(void **state UNUSED)
{
    static const struct cause_step FULL = { .text = STR_INIT("Do."),
                                            .check = STR_INIT("Look."),
                                            .undo = STR_INIT("Back."),
                                            .warning = STR_INIT("Beware.") };
    static const struct cause_step BARE = { .text = STR_INIT("Do.") };
    struct arena memory;
    arena_init(&memory, 1 << 16);
    assert_true(str_eq(cause_step_line(&FULL, &memory),
                       STR("Do. Check: Look. Undo: Back. Careful: Beware.")));
    assert_true(str_eq(cause_step_line(&BARE, &memory), STR("Do.")));
    arena_done(&memory);
}

/* Each server is spoken of where most people meet it: in most causes, and in every family about relaying. */
static void every_server_has_its_words(void **state UNUSED)
{
    for (unsigned server = SERVER_POSTFIX; server < SERVER_KINDS; server++) {
        unsigned in = 0;
        bool family[FAMILIES] = { false };
        assert_true(server_title((enum cause_server)server).n > 0);
        for (unsigned id = 1; id < CAUSES; id++) {
            const struct cause *c = cause_of((enum cause_id)id);
            const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
            cause_steps(c, ROLE_OPERATOR, (enum cause_server)server, steps, COUNT_OF(steps));
            in += steps[0]->server == (enum cause_server)server;
            family[c->family] |= steps[0]->server == (enum cause_server)server;
        }
        if (in < CAUSES * 2 / 3)
            fail_msg("%.*s: in %u causes", STR_ARG(server_title((enum cause_server)server)), in);
        for (unsigned f = 0; f < FAMILIES; f++)
            if (!family[f] && f != FAMILY_POP_BEFORE_SMTP)
                fail_msg("%.*s: nothing in %.*s", STR_ARG(server_title((enum cause_server)server)),
                         STR_ARG(FAMILY_NAMES.rows[f].name));
    }
    assert_int_equal(server_title(SERVER_ANY).n, 0);
    assert_int_equal(server_title(SERVER_KINDS).n, 0);
    assert_int_equal(SERVER_NAMES.count, SERVER_KINDS);
}

/* What people do and should not: each is warned of somewhere. */
static void popular_unsafe_fixes_are_warned_of(void **state UNUSED)
{
    static const str FIXES[] = {
        STR_INIT("0.0.0.0/0"),
        STR_INIT("172.17.0.0/16"),
        STR_INIT("Whole networks"),
        STR_INIT("trusted bridge"),
        STR_INIT("no-verify"),
        STR_INIT("check off altogether"),
        STR_INIT("login in the clear"),
        STR_INIT("EHLO names off"),
        STR_INIT("+all"),
        STR_INIT("p=none for ever"),
        STR_INIT("ANONYMOUS"),
        STR_INIT("remove the refusal"),
        STR_INIT("hop limit"),
        STR_INIT("catch-all"),
        STR_INIT("organisation"),
        STR_INIT("switch the firewall off"),
        STR_INIT("TLS 1.0"),
        STR_INIT("masquerade"),
    };
    for (size_t i = 0; i < COUNT_OF(FIXES); i++) {
        bool warned = false;
        for (unsigned id = 1; id < CAUSES && !warned; id++) {
            const struct cause *c = cause_of((enum cause_id)id);
            for (unsigned k = 0; k < CAUSE_STEPS; k++)
                warned |= str_find(c->sender_steps[k].warning, FIXES[i]) != STR_NOT_FOUND;
            for (unsigned k = 0; k < CAUSE_OPERATOR_STEPS; k++)
                warned |= str_find(c->operator_steps[k].warning, FIXES[i]) != STR_NOT_FOUND;
        }
        if (!warned)
            fail_msg("nobody warns of '%.*s'", STR_ARG(FIXES[i]));
    }
}

static void notes_are_complete(void **state UNUSED)
{
    static const str NAMES_OF_NOTES[NOTES] = {
        [NOTE_OPEN_RELAY] = STR_INIT("open-relay"),
        [NOTE_REPLY_CONTRADICTS_RULE] = STR_INIT("reply-contradicts-rule"),
        [NOTE_UNSTEADY] = STR_INIT("unsteady"),
        [NOTE_POSITION_TRUSTED] = STR_INIT("position-trusted"),
        [NOTE_CERTIFICATE_ON_PORT_25] = STR_INIT("certificate-on-port-25"),
        [NOTE_DMARC_NOT_ALIGNED] = STR_INIT("dmarc-not-aligned"),
        [NOTE_ADDRESS_LISTED] = STR_INIT("address-listed"),
    };
    for (unsigned id = 1; id < NOTES; id++) {
        const struct note *n = note_of((enum finding_note)id);
        assert_non_null(n);
        assert_int_equal(n->id, id);
        assert_true(str_eq(n->name, NAMES_OF_NOTES[id]));
        assert_true(n->sentence.n > 20 && n->sentence.p[n->sentence.n - 1] == '.');
    }
    assert_null(note_of(NOTE_NONE));
    assert_null(note_of(NOTES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_that_of_the_design),
        cmocka_unit_test(families_are_in_order_and_titled),
        cmocka_unit_test(text_is_complete_and_plain),
        cmocka_unit_test(names_are_kebab_case),
        cmocka_unit_test(nearest_helps_with_slips),
        cmocka_unit_test(steps_are_picked_for_role_and_server),
        cmocka_unit_test(a_greeting_names_its_server),
        cmocka_unit_test(a_step_is_one_line),
        cmocka_unit_test(every_server_has_its_words),
        cmocka_unit_test(popular_unsafe_fixes_are_warned_of),
        cmocka_unit_test(notes_are_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
