/* SPDX-License-Identifier: ISC */
/*
 * explain/read_dialog_test.c - the error boxes of mail programs, in their users' languages
 */
#include "explain/dialog.h"
#include "explain/read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explain/nasty.h"

enum { ROOM = 16 << 20 };

static const struct row {
    const char *in;
    const char *said;     /* "rcpt reply 550 5.7.1 words" */
    const char *settings; /* "server:port security user" */
    const char *program;
} ROWS[] = {
    { "The message could not be sent because one of the recipients was rejected by the server. The "
      "rejected e-mail address was 'u@c.example'. Subject 'x', Account: 'me@a.example', Server: "
      "'mail.b.example', Protocol: SMTP, Server Response: '550 5.7.1 no relay, for you', Port: 25, "
      "Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79",
      "rcpt reply 550 5.7.1 no relay, for you", "mail.b.example:25 none me@a.example", "Outlook" },
    { "Konto: 'work', Server: 'mail.b.example', Protokoll: SMTP, Serverantwort: '530 bitte "
      "anmelden', Port: 465, Sichere Verbindung (SSL): Ja, Serverfehler: 530, Fehlernummer: "
      "0x800CCC78",
      "mail reply 530 bitte anmelden", "mail.b.example:465 tls -", "Outlook" },
    { "Compte : '<x>', Serveur : '<smtp.b.example>', Protocole : SMTP, Réponse du serveur : '550 "
      "<u@c.example>... refusé', Port : 587, Sécurisé (SSL) : Oui, Erreur du serveur : 550, Numéro "
      "d'erreur : 0x800CCC79",
      "rcpt reply 550 <u@c.example>... refusé", "smtp.b.example:587 starttls -", "Outlook" },
    { "Erro de Servidor: 454\nResposta do Servidor: 454 4.7.1 <u@c.example>: Relay access "
      "denied\nServidor: 'b.example'\nID de Erro do Windows Live Mail: 0x800CCC79\nProtocolo: "
      "SMTP\nPorta: 465\nSecure(SSL): Sim",
      "rcpt reply 454 4.7.1 <u@c.example>: Relay access denied", "b.example:465 tls -", "Outlook" },
    { "Server Error: 550\nServer Response: relaying is not for you\nServer: "
      "'mail.b.example'\nPort: 25",
      "none reply 550 relaying is not for you", "mail.b.example:25 auto -", "-" },
    { "サーバー: 'mail.b.example', サーバーの応答: '550 no', ポート: 25, セキュリティ (SSL): "
      "いいえ, エラー番号: 0x800CCC79",
      "rcpt reply 550 no", "mail.b.example:25 none -", "Outlook" },
    { "Сервер: 'mail.b.example', Ответ сервера: '550 нельзя', Порт: 25, Безопасность (SSL): Нет",
      "none reply 550 нельзя", "mail.b.example:25 none -", "-" },
    { "Task 'b.example - Sending' reported error (0x80042109) : 'Outlook cannot connect to your "
      "outgoing (SMTP) e-mail server.'",
      "connect silent Task 'b.example - Sending' reported error (0x80042109) : 'Outlook cannot "
      "connect to your outgoing (SMTP) e-mail server.'",
      "-:0 auto -", "Outlook" },
    { "An error occurred while sending mail. The mail server responded:  5.7.1 <u@c.example>: "
      "Relay access denied.\n Please check the message recipient \"u@c.example\" and try again.",
      "none reply 5.7.1 <u@c.example>: Relay access denied. Please check the message recipient "
      "\"u@c.example\" and try again.",
      "-:0 auto -", "Thunderbird" },
    { "An error occurred while sending mail. The mail server responded: 550 not you. Please check "
      "the message recipient and try again.",
      "none reply 550 not you", "-:0 auto -", "Thunderbird" },
    { "Fehler beim Senden der Nachricht. Der Mail-Server antwortete: 5.7.1 nein. Bitte überprüfen "
      "Sie die Empfänger.",
      "none reply 5.7.1 nein", "-:0 auto -", "Thunderbird" },
    { "Une erreur est survenue. Le serveur de courrier a répondu : 550 non. Veuillez vérifier",
      "none reply 550 non", "-:0 auto -", "Thunderbird" },
    { "The message could not be sent because connecting to Outgoing server (SMTP) mail.b.example "
      "failed. The server may be unavailable or is refusing SMTP connections.",
      "connect refused The message could not be sent because connecting to Outgoing server (SMTP) "
      "mail.b.example failed. The server may be unavailable or is refusing SMTP connections.",
      "-:0 auto -", "Thunderbird" },
    { "Cannot Send Mail\nA copy has been placed in your Outbox. The recipient \"u@c.example\" was "
      "rejected by the server because it does not allow relaying.",
      "rcpt reply Cannot Send Mail A copy has been placed in your Outbox. The recipient "
      "\"u@c.example\" was rejected by the server because it does not allow relaying.",
      "-:0 auto -", "Apple Mail" },
    { "Negative SMTP reply: 550 5.7.1 no", "none reply 550 5.7.1 no", "-:0 auto -", "K-9 Mail" },
    { "Server returned error: \"535 5.7.8 no\", code: 535", "auth reply 535 5.7.8 no\", code: 535",
      "-:0 auto -", "Gmail" },
    { "The following recipient(s) cannot be reached:\n\n  u@c.example on 1/2/2026 3:04 PM\n    550 "
      "5.7.1 no relay",
      "rcpt reply 550 5.7.1 no relay", "-:0 auto -", "Outlook" },
    { "Server: mail.b.example\nPort: 587\nmail comes in, and none goes out", "", "-:0 auto -",
      "-" },
    { "550 5.7.1 no", "", "-:0 auto -", "-" },
    { "", "", "-:0 auto -", "-" },
};

static const char *said(const struct explain_page *p, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->count && n < room; i++) {
        const struct explain_said *s = &p->said[i];
        char x[SMTP_ENHANCED_MAX], code[16] = "";
        if (s->code)
            snprintf(code, sizeof code, "%u ", s->code);
        n += (size_t)snprintf(out + n, room - n, "%s%.*s %.*s %s%s%s%.*s", i ? "; " : "",
                              STR_ARG(names_of(&SMTP_STAGE_NAMES, (int)s->stage)),
                              STR_ARG(s->end == SMTP_END_REPLY
                                          ? STR("reply")
                                          : names_of(&SMTP_END_NAMES, (int)s->end)),
                              code, s->enhanced.class ? smtp_enhanced_text(&s->enhanced, x) : "",
                              s->enhanced.class ? " " : "", STR_ARG(s->text));
    }
    return out;
}

static void read(struct explain_page *p, struct arena *memory, str text)
{
    arena_init(memory, ROOM);
    *p = (struct explain_page){ .memory = memory, .plain = text };
    explain_read_dialog(p);
}

static void test_boxes(void **state)
{
    (void)state;
    const str none = STR("-");
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        struct explain_page p;
        struct arena memory;
        char a[1024], b[512];
        read(&p, &memory, str_from(r->in));
        if (strcmp(said(&p, a, sizeof a), r->said) != 0)
            fail_msg("%s\n%s", r->in, a);
        snprintf(b, sizeof b, "%.*s:%u %.*s %.*s", STR_ARG(p.server.n ? p.server : none), p.port,
                 STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)p.security)),
                 STR_ARG(p.user.n ? p.user : none));
        if (p.count && strcmp(b, r->settings) != 0)
            fail_msg("%s\nsettings %s", r->in, b);
        if (!str_eq(p.program.n ? p.program : none, str_from(r->program)))
            fail_msg("%s\nprogram %.*s", r->in, STR_ARG(p.program));
        assert_int_equal(p.form, p.count ? FORM_DIALOG : FORM_NONE);
        arena_done(&memory);
    }
}

static void test_every_row_is_met(void **state)
{
    (void)state;
    char text[400];
    struct explain_page p;
    struct arena memory;
    for (size_t i = 0; i < DIALOG_FIELDS_COUNT; i++) {
        const struct dialog_field *f = &DIALOG_FIELDS[i];
        const char *as = f->kind == DIALOG_PORT       ? "26"
                         : f->kind == DIALOG_CODE     ? "551"
                         : f->kind == DIALOG_SECURE   ? "No"
                         : f->kind == DIALOG_ERROR    ? "0x800CCC79"
                         : f->kind == DIALOG_RESPONSE ? "'no relay'"
                                                      : "'me@b.example'";
        snprintf(text, sizeof text, "%s: %s, Server Response: 'no', Protocol: SMTP", f->name, as);
        read(&p, &memory, str_from(text));
        bool met = p.form == FORM_DIALOG;
        met &= f->kind != DIALOG_PORT || p.port == 26;
        met &= f->kind != DIALOG_CODE || (p.count && p.said[0].code == 551);
        met &= f->kind != DIALOG_SECURE || p.security == SMTP_SECURITY_NONE;
        met &= f->kind != DIALOG_ACCOUNT || str_eq(p.user, STR("me@b.example"));
        met &= f->kind != DIALOG_RESPONSE || (p.count && str_eq(p.said[0].text, STR("no relay")));
        met &= f->kind != DIALOG_ERROR || (p.count && p.said[0].stage == SMTP_STAGE_RCPT);
        if (!met)
            fail_msg("%s", text);
        arena_done(&memory);
    }
    for (size_t i = 0; i < DIALOG_ERRORS_COUNT; i++) {
        snprintf(text, sizeof text, "Error: %s", DIALOG_ERRORS[i].number);
        read(&p, &memory, str_from(text));
        if (p.count != 1 || p.said[0].stage != DIALOG_ERRORS[i].stage ||
            p.said[0].end != DIALOG_ERRORS[i].end)
            fail_msg("%s", text);
        arena_done(&memory);
    }
    for (size_t i = 0; i < DIALOG_SENTENCES_COUNT; i++) {
        const struct dialog_sentence *d = &DIALOG_SENTENCES[i];
        snprintf(text, sizeof text, "%s 551 5.7.1 no", d->words);
        read(&p, &memory, str_from(text));
        if (p.count != 1 || p.said[0].code != 551 || p.said[0].stage != d->stage ||
            !str_eq(p.said[0].text, STR("no")))
            fail_msg("%s", text);
        arena_done(&memory);
        if (d->quotes)
            continue;
        read(&p, &memory, str_from(d->words));
        if (p.count != 1 || p.said[0].end != d->end)
            fail_msg("%s", d->words);
        arena_done(&memory);
    }
}

static void test_what_others_found_stays(void **state)
{
    (void)state;
    struct explain_page p = { .plain = STR("The server responded: 550 no"), .count = 1 };
    explain_read_dialog(&p);
    assert_int_equal(p.count, 1);
}

static void test_the_nastiest_text_ends(void **state)
{
    (void)state;
    static const char *const UNITS[] = { "Server Response: '",      "Port: 25\n\n",
                                         "Server Error: ",          "\xd0",
                                         "mail server responded: ", "Server" };
    nasty_texts(UNITS, COUNT_OF(UNITS), explain_read_dialog, ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_every_row_is_met),
        cmocka_unit_test(test_what_others_found_stays),
        cmocka_unit_test(test_the_nastiest_text_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
