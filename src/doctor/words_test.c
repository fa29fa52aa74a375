/* SPDX-License-Identifier: ISC */
#include "doctor/record_script.h"
#include "doctor/words.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20 };

/* What is read out of one reply. */
enum {
    TLS = 1 << 0,      /* words_ask_for_tls */
    LOGIN = 1 << 1,    /* words_ask_for_login */
    USER = 1 << 2,     /* words_unknown_user */
    MAILBOX = 1 << 3,  /* words_no_such_mailbox */
    RELAYING = 1 << 4, /* words_about_relaying */
    INVALID = 1 << 5,  /* words_invalid_recipient */
    HELO = 1 << 6,     /* words_about_helo */
    GREY = 1 << 7,     /* words_greylisted */
    FROM = 1 << 8,     /* words_from_invalid, of anna@example.org */
    OTHER = 1 << 9     /* words_blame_other */
};

static const struct words_case {
    const char *row; /* what stands behind the door in doctor/record_script.h */
    unsigned want;
} CASES[] = {
    { "rcpt 550 5.7.1 relay not permitted", RELAYING },
    { "rcpt 554 5.7.1 <bob@outside.example>: Relay access denied", RELAYING },
    { "rcpt 454 4.7.1 no", RELAYING },
    { "rcpt 454 4.7.0 no", 0 },
    { "rcpt 550 no", 0 },
    { "rcpt 554 5.7.1 <bob@relay.example>: Recipient address rejected", 0 },
    { "rcpt 550 5.7.1 see relay.example/why", 0 },
    { "rcpt 550 Invalid recipient <bob@outside.example>", INVALID },
    { "rcpt 550 5.1.1 Invalid recipient", MAILBOX },
    { "rcpt 553 Invalid recipient", 0 },
    { "rcpt 550 5.1.1 User unknown", USER | MAILBOX },
    { "rcpt 550 No such user here", USER | MAILBOX },
    { "rcpt 550 Unrouteable address", USER | MAILBOX },
    { "rcpt 550 User <bob> unknown", USER | MAILBOX },
    { "rcpt 550 <user@outside.example>: unknown client", 0 },
    { "rcpt 550 Sender verify failed: no such user", OTHER },
    { "rcpt 550 5.1.1 no", MAILBOX },
    { "rcpt 550 5.1.10 no", MAILBOX },
    { "rcpt 550 5.1.2 no", 0 },
    { "rcpt 550 mailbox not found", MAILBOX },
    { "rcpt 550 The address doesn't exist", MAILBOX },
    { "rcpt 450 4.1.1 User unknown", 0 },
    { "mail 550 5.1.1 User unknown", 0 },
    { "mail 530 5.7.0 Must issue a STARTTLS command first", TLS | LOGIN },
    { "mail 550 5.7.0 encryption needed", TLS },
    { "mail 530 5.7.0 no", LOGIN },
    { "mail 550 5.7.1 Authentication required", LOGIN },
    { "mail 553 5.7.1 not logged in", LOGIN },
    { "rcpt 450 4.7.1 <localhost>: Helo command rejected: Host not found", HELO | OTHER },
    { "ehlo 550 no", HELO },
    { "ehlo 501 no", HELO },
    { "ehlo 500 Command unrecognized", 0 }, /* no word of a name: there is no EHLO here */
    { "ehlo 502 EHLO is not implemented", OTHER },
    { "ehlo 550 5.7.25 no", 0 },
    { "ehlo 550 HELO has no PTR record", HELO | OTHER },
    { "mail 503 5.5.1 say EHLO first", OTHER },
    { "rcpt 450 4.2.0 Greylisted, try later", GREY },
    { "rcpt 451 4.7.1 greylisting in action", GREY },
    { "rcpt 550 5.7.1 greylisted", 0 },
    { "mail 550 5.1.8 no", FROM },
    { "mail 553 5.1.7 no", FROM },
    { "mail 550 <x@y.example>: Sender address rejected: Domain not found", FROM | OTHER },
    { "mail 504 5.5.2 <root>: Sender address rejected: need fully-qualified address",
      FROM | OTHER },
    { "rcpt 554 5.7.1 listed in a blocklist", OTHER },
    { "rcpt 550 5.7.1 SPF check failed", OTHER },
    { "rcpt 421 4.7.0 too many connections", OTHER },
    { "rcpt 250 ok", 0 },
};

static unsigned read_words(const struct smtp_outcome *o)
{
    const str from = STR(SCRIPT_OWN);
    return (words_ask_for_tls(o->text) ? TLS : 0u) | (words_ask_for_login(o) ? LOGIN : 0u) |
           (words_unknown_user(o) ? USER : 0u) | (words_no_such_mailbox(o) ? MAILBOX : 0u) |
           (words_about_relaying(o) ? RELAYING : 0u) | (words_invalid_recipient(o) ? INVALID : 0u) |
           (words_about_helo(o) ? HELO : 0u) | (words_greylisted(o) ? GREY : 0u) |
           (words_from_invalid(from, o) ? FROM : 0u) | (words_blame_other(o) ? OTHER : 0u);
}

static struct arena arena;
static struct doctor_record record;

static const struct smtp_outcome *outcome(const char *door, const char *row)
{
    char text[256];
    snprintf(text, sizeof text, "%s %s", door, row);
    arena_init(&arena, ARENA_MAX);
    record.arena = &arena;
    record.count = 0;
    script_record(text, &record);
    return &record.rows[0].outcome;
}

static void one_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        print_message("  %s\n", CASES[i].row);
        assert_int_equal(read_words(outcome("25", CASES[i].row)), CASES[i].want);
        arena_done(&arena);
    }
}

/* A reply of one long word is read in its length, not in its square: a thousand words in it that count
 * for nothing, and a stored document may hold megabytes of them. */
static void one_long_word(void **state)
{
    enum { OCTETS = 1 << 19, WORD = 300 };
    char *text = malloc(OCTETS);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < OCTETS; i++)
        text[i] = i % WORD == WORD - 1 ? '@' : "tls"[i % 3];
    assert_false(words_ask_for_tls((str){ text, OCTETS }));
    memcpy(text + OCTETS - 4, " tls", 4);
    assert_true(words_ask_for_tls((str){ text, OCTETS }));
    free(text);
}

static void unqualified_from(void **state)
{
    static const struct {
        str from;
        bool invalid;
    } FROMS[] = {
        { STR_INIT("anna@example.org"), false }, { STR_INIT("root"), true },
        { STR_INIT("root@localhost"), true },    { STR_INIT(""), true },
        { STR_INIT("a@b@c.example"), true },     { STR_INIT("\"a@b\"@c.example"), false },
        { STR_INIT("a@cexample"), true },        { STR_INIT("a@c..example"), true },
        { STR_INIT("a@c.example."), true },      { STR_INIT("@c.example"), true },
        { STR_INIT("a@[192.0.2.1]"), false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FROMS); i++) {
        assert_int_equal(words_from_invalid(FROMS[i].from, outcome("25", "mail 550 5.7.1 no")),
                         FROMS[i].invalid);
        arena_done(&arena);
    }
    assert_true(str_eq(words_domain(STR("a@b@c.example")), STR("c.example")));
    assert_int_equal(words_domain(STR("root")).n, 0);
}

/* The cause that a refusal names by itself. */
static const struct {
    const char *row;
    enum cause_id want;
} NAMED[] = {
    /* one row a cause and flavour, and beside it what only looks like it */
    { "rcpt 450 4.2.0 Greylisted, come back in 5 minutes", CAUSE_GREYLISTED_TEMPORARY },
    { "rcpt 550 5.7.1 greylisted", CAUSE_NONE },
    { "rcpt 552 5.2.2 Mailbox full", CAUSE_MAILBOX_FULL },
    { "rcpt 452 4.2.2 The user is over quota", CAUSE_MAILBOX_FULL },
    { "rcpt 552 Das Postfach ist voll", CAUSE_MAILBOX_FULL },
    { "rcpt 552 5.2.2 no", CAUSE_MAILBOX_FULL },
    { "mail 552 5.3.4 no", CAUSE_MESSAGE_TOO_LARGE },
    { "mail 552 Message size exceeds the fixed maximum", CAUSE_MESSAGE_TOO_LARGE },
    { "data 552 5.2.3 no", CAUSE_MESSAGE_TOO_LARGE },
    { "data 554 Too many hops", CAUSE_MAIL_LOOP },
    { "data 550 5.7.26 no", CAUSE_DKIM_DMARC_FAIL },
    { "data 550 5.7.1 rejected by the DMARC policy", CAUSE_DKIM_DMARC_FAIL },
    { "mail 550 5.7.23 no", CAUSE_SPF_FAIL },
    { "rcpt 550 5.7.1 SPF: not allowed", CAUSE_SPF_FAIL },
    { "421 4.7.0 Too many connections, slow down", CAUSE_RATE_LIMITED },
    { "mail 450 4.7.1 Rate limit reached", CAUSE_RATE_LIMITED },
    { "rcpt 550 5.7.1 Your daily limit is reached", CAUSE_RATE_LIMITED },
    { "554 5.7.1 192.0.2.9 is on a blocklist", CAUSE_IP_BLOCKLISTED },
    { "rcpt 554 5.7.1 Client [192.0.2.9] blocked using list.example", CAUSE_IP_BLOCKLISTED },
    { "rcpt 550 rejected, see https://www.spamhaus.org/query/ip/192.0.2.9", CAUSE_IP_BLOCKLISTED },
    { "rcpt 550 192.0.2.9 is listed at list.example", CAUSE_IP_BLOCKLISTED },
    { "554 5.7.1 Your address is banned for a while", CAUSE_IP_BANNED },
    { "rcpt 550 5.7.1 The address is banned", CAUSE_NONE },
    { "554 5.7.1 Too many failed logins from 192.0.2.9", CAUSE_IP_BANNED },
    { "421 4.7.0 Too many authentication failures", CAUSE_IP_BANNED },
    { "rcpt 421 4.4.2 Message submission rate for this client has exceeded the limit",
      CAUSE_RATE_LIMITED },
    { "rcpt 550 Verification failed for <x>; Unrouteable address; Sender verify failed",
      CAUSE_FROM_INVALID },
    { "rcpt 550 5.7.27 <a@b.test>: Sender address rejected: Domain b.test does not accept mail "
      "(nullMX)",
      CAUSE_FROM_INVALID },
    { "rcpt 550 5.7.27 SPF did not pass", CAUSE_SPF_FAIL },
    { "rcpt 550 anna does not belong to your login", CAUSE_FROM_NOT_LOGIN },
    { "data 550 5.7.1 Message rejected due to content restrictions", CAUSE_CONTENT_REJECTED },
    { "rcpt 451 4.3.0 Temporary lookup failure", CAUSE_OTHER_NOT_RELAY },
    { "rcpt 451 Temporary local problem - please try later", CAUSE_OTHER_NOT_RELAY },
    { "rcpt 452 space shortage, please try later", CAUSE_OTHER_NOT_RELAY },
    { "rcpt 451 4.3.0 try later", CAUSE_NONE },
    { "rcpt 550 <bob@spamhaus.org> rejected", CAUSE_NONE },
    { "rcpt 550 <bob@blacklist.example> rejected", CAUSE_NONE },
    { "rcpt 550 5.7.1 Client host rejected: Access denied", CAUSE_NONE },
    { "rcpt 550 5.7.1 the text is garbled", CAUSE_NONE },
    { "data 554 The address is not verified", CAUSE_SENDER_UNVERIFIED },
    { "rcpt 550 Sender verify failed", CAUSE_SENDER_UNVERIFIED },
    { "rcpt 550 Unrouteable address: sender verify failed", CAUSE_FROM_INVALID },
    { "rcpt 451 Temporary local problem", CAUSE_OTHER_NOT_RELAY },
    { "data 452 4.3.1 Insufficient system storage", CAUSE_OTHER_NOT_RELAY },
    { "rcpt 451 4.3.0 try again later", CAUSE_NONE },
    { "mail 553 5.1.8 no", CAUSE_FROM_INVALID },
    { "mail 501 Syntax error in the address", CAUSE_FROM_INVALID },
    { "rcpt 553 5.7.1 not owned by that user", CAUSE_FROM_NOT_LOGIN },
    { "data 550 You may not use this: the sender address is not allowed", CAUSE_FROM_NOT_LOGIN },
    { "data 554 5.2.0 A.B:SendAsDeniedException.C", CAUSE_FROM_NOT_LOGIN },
    { "rcpt 450 4.7.1 not owned by that user", CAUSE_NONE },
    { "rcpt 550 5.1.1 No such user", CAUSE_RECIPIENT_UNKNOWN },
    { "rcpt 550 Destinataire inconnu", CAUSE_RECIPIENT_UNKNOWN },
    { "mail 550 No such user", CAUSE_NONE },
    { "data 550 spam", CAUSE_CONTENT_REJECTED },
    { "rcpt 550 spam", CAUSE_NONE },
    { "rcpt 550 5.7.1 relay not permitted", CAUSE_NONE },
    { "rcpt 550 5.7.1 no", CAUSE_NONE },
    { "rcpt closed spam, blocklist, rate limit", CAUSE_NONE },
    { "rcpt 250 greylisted no more", CAUSE_NONE },
};

static void cause_by_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NAMED); i++) {
        print_message("  %s\n", NAMED[i].row);
        assert_int_equal(words_cause(outcome("25", NAMED[i].row)), NAMED[i].want);
        arena_done(&arena);
    }
}

static const struct login_case {
    const char *row;
    enum cause_id want;
    enum finding_strength strength;
    enum cause_id beside;
} LOGINS[] = {
#define LIKELY   STRENGTH_LIKELY
#define POSSIBLE STRENGTH_POSSIBLE
    /* user name and password */
    { "535 5.7.8 Error: authentication failed", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "535 Incorrect authentication data", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "535 5.7.3 Authentication unsuccessful", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "535 5.7.139 Authentication unsuccessful, the credentials of this user were incorrect",
      CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "535 auth failed (#5.7.1)", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "535 no", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "535 5.7.8 authentication failed: (reason unavailable)", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "535 5.7.8 user not found", CAUSE_WRONG_CREDENTIALS, LIKELY, CAUSE_WRONG_USERNAME_FORM },
    { "535 \xca\xb1\xbc\xe4", CAUSE_WRONG_CREDENTIALS, POSSIBLE, 0 },
    { "535 \xef\xbf\xbd\xef\xbf\xbd", CAUSE_WRONG_CREDENTIALS, POSSIBLE, 0 },
    { "535 5.7.8 Such user and password are not taken - gsmtp", CAUSE_WRONG_CREDENTIALS, LIKELY,
      CAUSE_APP_PASSWORD_NEEDED },
    { "535 Anmeldung fehlgeschlagen, Passwort falsch", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "553 5.3.0 Auth failure", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "554 5.7.8 invalid credentials", CAUSE_WRONG_CREDENTIALS, LIKELY, 0 },
    { "530 5.7.0 no", CAUSE_WRONG_CREDENTIALS, POSSIBLE, 0 },
    { "550 5.7.1 no", CAUSE_WRONG_CREDENTIALS, POSSIBLE, 0 },
    { "535 Login failed: account abnormal, wrong password, frequency limit, or busy",
      CAUSE_WRONG_CREDENTIALS, POSSIBLE, CAUSE_APP_PASSWORD_NEEDED },

    /* the mechanism */
    { "504 5.5.4 Unrecognized authentication type", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },
    { "503 5.5.1 no", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },
    { "500 unrecognized command", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },
    { "534 5.7.9 Mechanism is too weak", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },
    { "538 5.7.11 no", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },
    { "432 4.7.12 no", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },
    { "535 5.7.8 authentication failed: no mechanism available", CAUSE_MECHANISM_OFFERED_BUT_DEAD,
      POSSIBLE, 0 },
    { "535 Cannot use this auth type", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },
    { "535 5.7.8 no secret in database", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },
    { "504 see https://account.disabled.example/", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },

    /* what stands behind */
    { "454 4.7.0 Temporary authentication failure", CAUSE_AUTH_BACKEND_DOWN, LIKELY, 0 },
    { "435 Unable to authenticate at present", CAUSE_AUTH_BACKEND_DOWN, LIKELY, 0 },
    { "432 Service temporarily unavailable", CAUSE_AUTH_BACKEND_DOWN, LIKELY, 0 },
    { "451 4.3.0 no", CAUSE_AUTH_BACKEND_DOWN, LIKELY, 0 },
    { "454 child crashed and I can't auth (#4.3.0)", CAUSE_AUTH_BACKEND_DOWN, LIKELY, 0 },
    { "421 4.7.0 closing", CAUSE_AUTH_BACKEND_DOWN, POSSIBLE, 0 },
    { "535 5.7.8 Error: authentication failed: generic failure", CAUSE_AUTH_BACKEND_DOWN, LIKELY,
      0 },
    { "535 5.7.8 Connection lost to the authentication server", CAUSE_AUTH_BACKEND_DOWN, LIKELY,
      0 },
    { "535 authentication service unavailable", CAUSE_AUTH_BACKEND_DOWN, POSSIBLE,
      CAUSE_WRONG_CREDENTIALS },
    { "closed", CAUSE_AUTH_BACKEND_DOWN, POSSIBLE, CAUSE_MECHANISM_OFFERED_BUT_DEAD },
    { "reset", CAUSE_AUTH_BACKEND_DOWN, POSSIBLE, CAUSE_MECHANISM_OFFERED_BUT_DEAD },

    /* another password */
    { "534 5.7.9 Application-specific password required", CAUSE_APP_PASSWORD_NEEDED, LIKELY, 0 },
    { "535 5.7.3 use an app password", CAUSE_APP_PASSWORD_NEEDED, LIKELY, 0 },
    { "535 Login fail, enter your authorization code", CAUSE_APP_PASSWORD_NEEDED, LIKELY, 0 },
    { "535 Error: \xe8\xaf\xb7\xe7\x94\xa8\xe6\x8e\x88\xe6\x9d\x83\xe7\xa0\x81, http://a.example",
      CAUSE_APP_PASSWORD_NEEDED, LIKELY, 0 },
    { "535 Error: \xc7\xeb\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb\xb5\xc7\xc2\xbc:http://a.example",
      CAUSE_APP_PASSWORD_NEEDED, LIKELY, 0 },
    { "535 5.7.0 nuzhen parol prilozheniya", CAUSE_APP_PASSWORD_NEEDED, LIKELY, 0 },
    { "535 Нужен пароль приложения", CAUSE_APP_PASSWORD_NEEDED, LIKELY, 0 },
    { "535 Utilisez un mot de passe d'application", CAUSE_APP_PASSWORD_NEEDED, LIKELY, 0 },
    { "535 Two-factor is on for this user", CAUSE_APP_PASSWORD_NEEDED, POSSIBLE,
      CAUSE_PASSWORD_LOGIN_SWITCHED_OFF },

    /* no password */
    { "535 5.7.139 basic authentication is disabled", CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, LIKELY,
      0 },
    { "535 5.7.139 SmtpClientAuthentication is disabled for the tenant",
      CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, LIKELY, 0 },
    { "535 5.7.139 user is locked by security defaults", CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, LIKELY,
      0 },
    { "535 5.7.139 the request does not meet the criteria", CAUSE_PASSWORD_LOGIN_SWITCHED_OFF,
      LIKELY, 0 },
    { "535 OAuth is required for this mailbox", CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, LIKELY, 0 },
    { "535 AUTH disabled", CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, POSSIBLE,
      CAUSE_MECHANISM_OFFERED_BUT_DEAD },

    /* the account */
    { "535 5.7.1 Your account has been disabled", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "535 5.7.1 account locked", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "435 4.7.8 account suspended", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "525 5.7.13 no", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "535 5.7.13 no", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "534 5.7.14 Log in by your web browser first", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "535 5.7.8 this user has no access rights here", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "550 User has no permission", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "550 \xe7\x94\xa8\xe6\x88\xb7\xe8\xa2\xab\xe9\x94\x81\xe5\xae\x9a",
      CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "535 Ihr Konto ist gesperrt", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "535 Votre compte est bloqué", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "535 Your account is blocked", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, LIKELY, 0 },
    { "554 5.7.8 Access Restricted", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, POSSIBLE,
      CAUSE_WRONG_CREDENTIALS },

    /* the address, and how often */
    { "454 4.7.0 Too many login attempts, please wait", CAUSE_RATE_LIMITED, LIKELY, 0 },
    { "535 5.7.0 Too many bad attempts", CAUSE_RATE_LIMITED, LIKELY, 0 },
    { "432 4.3.2 sender thread limit exceeded", CAUSE_RATE_LIMITED, LIKELY, 0 },
    { "535 Zu viele Versuche", CAUSE_RATE_LIMITED, LIKELY, 0 },
    { "535 \xe7\x99\xbb\xe5\xbd\x95\xe9\xa2\x91\xe7\x8e\x87", CAUSE_RATE_LIMITED, LIKELY, 0 },
    { "535 5.7.8 too many failed logins, your IP is blocked", CAUSE_IP_BANNED, LIKELY, 0 },
    { "421 4.7.0 you are banned", CAUSE_IP_BANNED, LIKELY, 0 },
    { "535 blocked", CAUSE_IP_BANNED, POSSIBLE, CAUSE_ACCOUNT_MAY_NOT_SUBMIT },
    { "535 the recipient is blocked", CAUSE_IP_BANNED, POSSIBLE, CAUSE_ACCOUNT_MAY_NOT_SUBMIT },
    { "554 5.7.1 your address is in a DNSBL", CAUSE_IP_BLOCKLISTED, POSSIBLE, 0 },

    /* the code is of the command, the words are of the login */
    { "501 5.7.0 check your user name and password", CAUSE_WRONG_CREDENTIALS, LIKELY,
      CAUSE_MECHANISM_OFFERED_BUT_DEAD },
    { "501 5.5.2 cannot decode the password", CAUSE_MECHANISM_OFFERED_BUT_DEAD, POSSIBLE, 0 },

    { "silent", CAUSE_NONE, STRENGTH_NONE, 0 },
    { "guarded", CAUSE_NONE, STRENGTH_NONE, 0 },
};

static void refused_login(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(LOGINS); i++) {
        const struct login_case *k = &LOGINS[i];
        print_message("  %s\n", k->row);
        const struct smtp_outcome *o = outcome("587+ login PLAIN", k->row);
        struct words_login w = words_of_login(o);
        assert_int_equal(w.cause, k->want);
        assert_int_equal(w.strength, k->strength);
        assert_int_equal(w.beside, k->beside);
        assert_int_equal(words_login_cause(o), k->want);
        arena_done(&arena);
    }
}

static void unknown_auth(void **state)
{
    static const struct {
        const char *text;
        bool unknown;
    } TEXTS[] = {
        { "503 AUTH command used when not advertised", true },
        { "503 5.5.1 Error: authentication not enabled", true },
        { "502 AUTH not implemented", true },
        { "SMTP AUTH is not supported there", true },
        { "504 5.5.4 AUTH mechanism not supported", false },
        { "535 5.7.8 authentication failed", false },
        { "550 not supported", false },
        { "", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
        assert_int_equal(words_auth_unknown(str_from(TEXTS[i].text)), TEXTS[i].unknown);
}

/* After a login: is it the account that may not send? */
static void barred_account(void **state)
{
    static const struct {
        const char *row;
        bool barred;
    } ROWS[] = {
        { "mail 550 5.7.708 no", true },
        { "mail 550 5.7.705 no", true },
        { "mail 450 4.7.705 no", false },
        { "mail 550 5.7.709 no", false },
        { "mail 550 5.1.8 Access denied, bad outbound sender", true },
        { "mail 550 5.1.8 Domain not found", false },
        { "rcpt 550 5.7.1 this account is suspended", true },
        { "rcpt 451 4.7.1 this account is suspended", false },
        { "rcpt 554 5.7.1 Relay access denied", false },
        { "rcpt 550 5.7.1 see https://suspended.example/", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        print_message("  %s\n", ROWS[i].row);
        assert_int_equal(words_account_barred(outcome("587+ PLAIN", ROWS[i].row)), ROWS[i].barred);
        arena_done(&arena);
    }
}

static void usable_mechanism(void **state)
{
    static const struct {
        const char *caps, *mechanism;
        bool usable;
    } MECHANISMS[] = {
        { "AUTH PLAIN", "auto", true },    { "AUTH XOAUTH2 GSSAPI", "auto", false },
        { "AUTH NTLM", "NTLM", true },     { "AUTH PLAIN", "LOGIN", false },
        { "AUTH CRAM-MD5", "auto", true }, { "AUTH plain", "PLAIN", true },
        { "SIZE 1", "auto", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++) {
        char text[64];
        struct smtp_caps c;
        snprintf(text, sizeof text, "mail.example.org\n%s", MECHANISMS[i].caps);
        smtp_caps_read(str_from(text), &c);
        assert_int_equal(
            words_mechanism_usable(&c, str_from(MECHANISMS[i].mechanism), SASL_PASSWORD),
            MECHANISMS[i].usable);
    }
}

/* ------------------------------------------------------------------------------------------------
 * The next experiment: a few words of the sentence that must be said
 */
static const struct next_case {
    const char *label, *asked, *record, *want;
} NEXT[] = {
    { "no such name", "587 starttls -", "lookup", "--resolver" },
    { "no way there", "587 starttls -", "587 unreachable", "no way to that address" },
    { "no octet", "587 starttls -", "587 silent", "another network" },
    { "the asked port is silent", "25 none -", "25 silent | 587 220 hello", "blocks it" },
    { "no mail server", "25 none -", "25 junk", "not a mail server" },
    { "nothing protects the login", "587 none PLAIN", "587 220 hello | 587 ehlo AUTH PLAIN",
      "--allow-clear-auth" },
    { "no recipient", "25 none - to=", "25 220 hello | 25 ehlo SIZE 1 | 25 to= mail 550 5.7.1 no",
      "Give --to" },
    { "no login at hand", "587 starttls -",
      "587 220 hello | 587 ehlo AUTH PLAIN | 587 rcpt 550 5.7.1 relay", "Give --user" },
    { "relay by address", "25 none -", "25 220 hello | 25 ehlo SIZE 1 | 25 rcpt 550 5.7.1 relay",
      "--source" },
    { "the login is refused", "587 starttls PLAIN",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ login PLAIN 535 5.7.8 no", "web mail" },
    { "the user's name is no address", "587 starttls PLAIN user=anna",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ user=anna login PLAIN 535 no",
      "full address is then" },
    { "... and it was tried", "587 starttls PLAIN user=anna",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ user=anna login PLAIN 535 no |"
      "587+ login PLAIN 535 no",
      "web mail" },
    { "an app password is wanted", "587 starttls PLAIN",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ login PLAIN 535 5.7.9 use an app password",
      "with the app password" },
    { "logins by password are off", "587 starttls PLAIN",
      "587+ tls | 587+ ehlo AUTH PLAIN |"
      "587+ login PLAIN 535 5.7.139 SMTP login by password is disabled for this account",
      "--token-command" },
    { "the account is barred", "587 starttls PLAIN",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ login PLAIN 535 5.7.1 this account is suspended",
      "may send" },
    { "the mailbox is unknown", "25 none -",
      "25 220 hello | 25 ehlo SIZE 1 | 25 rcpt 550 5.1.1 <x>: User unknown in local recipient "
      "table",
      "another recipient in --to" },
    { "the address is banned", "25 none -",
      "25 554 5.7.1 Your address is banned for a while after too many errors", "another network" },
    { "the password is odd", "587 starttls PLAIN odd=line-end",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ login PLAIN 535 no", "odd about it" },
    { "the mechanism is refused", "587 starttls PLAIN",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ login PLAIN 504 no", "another login method" },
    { "the back end is down", "587 starttls PLAIN",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ login PLAIN 454 4.7.0 later", "15 minutes" },
    { "too many logins", "587 starttls PLAIN",
      "587+ tls | 587+ ehlo AUTH PLAIN | 587+ login PLAIN 454 4.7.0 too many", "an hour" },
    { "for now", "25 none -", "25 220 hello | 25 ehlo SIZE 1 | 25 rcpt 451 4.3.0 later",
      "15 minutes" },
    { "anything else", "25 none -", "25 220 hello | 25 ehlo SIZE 1 | 25 mail 550 5.7.1 no",
      "log line" },
};

static void next_experiment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NEXT); i++) {
        struct doctor_asked asked;
        print_message("  %s\n", NEXT[i].label);
        arena_init(&arena, ARENA_MAX);
        record.arena = &arena;
        record.count = 0;
        script_record(NEXT[i].record, &record);
        script_asked(NEXT[i].asked, &asked);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        if (str_find(j.next, str_from(NEXT[i].want)) == STR_NOT_FOUND)
            fail_msg("'%.*s' has no '%s'", STR_ARG(j.next), NEXT[i].want);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_reply),        cmocka_unit_test(cause_by_its_words),
        cmocka_unit_test(unqualified_from), cmocka_unit_test(refused_login),
        cmocka_unit_test(usable_mechanism), cmocka_unit_test(next_experiment),
        cmocka_unit_test(one_long_word),    cmocka_unit_test(barred_account),
        cmocka_unit_test(unknown_auth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
