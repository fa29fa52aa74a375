/* SPDX-License-Identifier: ISC */
/* The rows that write for people's hands: Outlook, Apple Mail, the form of a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "settings/settings.h"

static const struct smtp_attempt USUAL = {
    .host = STR_INIT("mail.example.org"),
    .port = 587,
    .security = SMTP_SECURITY_STARTTLS,
    .mechanism = STR_INIT("PLAIN"),
    .user = STR_INIT("anna@example.org"),
    .from = STR_INIT("anna@example.org"),
};
static const struct smtp_attempt TLS = {
    .host = STR_INIT("mail.example.org"),
    .port = 465,
    .security = SMTP_SECURITY_TLS,
    .mechanism = STR_INIT("CRAM-MD5"),
    .user = STR_INIT("anna"),
};
static const struct smtp_attempt BARE = {
    .host = STR_INIT("192.0.2.25"),
    .port = 25,
    .security = SMTP_SECURITY_NONE,
    .from = STR_INIT("scan@example.org"),
};
static const struct smtp_attempt SIGNED_IN = {
    .host = STR_INIT("smtp.office365.com"),
    .port = 587,
    .security = SMTP_SECURITY_STARTTLS,
    .mechanism = STR_INIT("XOAUTH2"),
    .user = STR_INIT("anna@example.org"),
};

#define UNTRIED(title) "Baton has not tried these settings in " title " itself.\n"

#define PLACES                                                                                     \
    "Where that stands (it differs with the model)\n"                                              \
    "  Synology: Control Panel > Notification > Email > Service provider: Custom SMTP server\n"    \
    "  QNAP: Notification Center > Service Account and Device Pairing > Email > Add SMTP Service " \
    "> Custom\n"                                                                                   \
    "  HP: Scan (or Scan/Digital Send) > E-mail Setup > Outgoing E-mail Servers (SMTP)\n"          \
    "  Canon: Settings/Registration > TX Settings > E-Mail/I-Fax Settings > Communication "        \
    "Settings\n"                                                                                   \
    "  Brother: Network > Protocol > SMTP > Advanced Settings\n"                                   \
    "  Epson: Network > Email Server > Basic\n"                                                    \
    "  Ricoh: Device Management > Configuration > Device Settings > Email\n"

static const struct {
    const char *program;
    const struct smtp_attempt *works;
    const char *wanted; /* NULL: refused */
} GOLDEN[] = {
    { "outlook", &USUAL,
      "Outlook (classic): File > Account Settings > Account Settings > Change\n"
      "  Email Address: anna@example.org\n"
      "  Outgoing mail server (SMTP): mail.example.org\n"
      "More Settings > Outgoing Server\n"
      "  [x] My outgoing server (SMTP) requires authentication\n"
      "  (o) Log on using\n"
      "      User Name: anna@example.org\n"
      "      [ ] Require Secure Password Authentication (SPA)\n"
      "More Settings > Advanced\n"
      "  Outgoing server (SMTP): 587\n"
      "  Use the following type of encrypted connection: STARTTLS\n"
      "New Outlook: Settings > Accounts > Email accounts > (the account) > Manage > Outgoing "
      "server: the same values\n"
      "Outlook for Mac: Tools > Accounts > (the account): Outgoing server and port, [x] Use SSL to "
      "connect; More Options > Authentication: User Name and Password\n"
      "Outlook for iOS and Android: Settings > (the account) > Advanced settings > Outgoing mail "
      "server: mail.example.org:587 (where that cannot be changed: remove the account, and add it "
      "again as IMAP)\n" UNTRIED("Outlook") },
    { "outlook", &SIGNED_IN,
      "Outlook (classic): File > Add Account\n"
      "  Email address: anna@example.org\n"
      "  Connect, then sign in in the window of Microsoft or Google that opens;\n"
      "  Outlook sets server, port and encryption itself\n"
      "New Outlook, Outlook for Mac, iOS and Android: Settings > Accounts > Add account, and sign "
      "in in the same way\n" UNTRIED("Outlook") },
    { "outlook", &TLS, NULL },
    { "apple-mail", &USUAL,
      "macOS: Mail > Settings > Accounts > (the account) > Server Settings > Outgoing Mail Account "
      "> Edit SMTP Server List > +\n"
      "  Server Name: mail.example.org\n"
      "  Server Settings: [ ] Automatically manage connection settings\n"
      "  Port: 587\n"
      "  [x] Use TLS/SSL (by the port, Mail speaks STARTTLS)\n"
      "  Authentication: Password\n"
      "  User Name: anna@example.org\n"
      "  Account Information > Email Address: anna@example.org\n"
      "iPhone and iPad: Settings > Apps > Mail > Mail Accounts > (the account) > Account > SMTP > "
      "Primary Server\n"
      "  Host Name: mail.example.org\n"
      "  User Name: anna@example.org\n"
      "  Use SSL: on\n"
      "  Authentication: Password\n"
      "  Server Port: 587\n" UNTRIED("Apple Mail") },
    { "apple-mail", &TLS,
      "macOS: Mail > Settings > Accounts > (the account) > Server Settings > Outgoing Mail Account "
      "> Edit SMTP Server List > +\n"
      "  Server Name: mail.example.org\n"
      "  Server Settings: [ ] Automatically manage connection settings\n"
      "  Port: 465\n"
      "  [x] Use TLS/SSL\n"
      "  Authentication: MD5 Challenge-Response\n"
      "  User Name: anna\n"
      "iPhone and iPad: Settings > Apps > Mail > Mail Accounts > (the account) > Account > SMTP > "
      "Primary Server\n"
      "  Host Name: mail.example.org\n"
      "  User Name: anna\n"
      "  Use SSL: on\n"
      "  Authentication: MD5 Challenge-Response\n"
      "  Server Port: 465\n" UNTRIED("Apple Mail") },
    { "apple-mail", &BARE,
      "macOS: Mail > Settings > Accounts > (the account) > Server Settings > Outgoing Mail Account "
      "> Edit SMTP Server List > +\n"
      "  Server Name: 192.0.2.25\n"
      "  Server Settings: [ ] Automatically manage connection settings\n"
      "  Port: 25\n"
      "  [ ] Use TLS/SSL\n"
      "  Authentication: None\n"
      "  Account Information > Email Address: scan@example.org\n"
      "iPhone and iPad: Settings > Apps > Mail > Mail Accounts > (the account) > Account > SMTP > "
      "Primary Server\n"
      "  Host Name: 192.0.2.25\n"
      "  User Name and Password: empty\n"
      "  Use SSL: off\n"
      "  Authentication: None\n"
      "  Server Port: 25\n" UNTRIED("Apple Mail") },
    { "apple-mail", &SIGNED_IN,
      "macOS: System Settings > Internet Accounts > Add Account\n"
      "iPhone and iPad: Settings > Apps > Mail > Mail Accounts > Add Account\n"
      "  Choose Google, Microsoft Exchange or Yahoo, and sign in in the window that opens; Mail "
      "sets server, port and encryption itself\n"
      "  Account: anna@example.org\n" UNTRIED("Apple Mail") },
    { "device", &USUAL,
      "In the device's web page, under E-mail, SMTP, Scan to E-mail or Notification\n"
      "  SMTP server: mail.example.org\n"
      "  Port: 587\n"
      "  Encryption: STARTTLS (where the form has only SSL and TLS: TLS)\n"
      "  SMTP authentication: on (SMTP AUTH; not POP before SMTP)\n"
      "  User name: anna@example.org\n"
      "  Sender (From, device's e-mail address): anna@example.org\n" PLACES
      "If the device knows SSL, but no STARTTLS: port 465, if the server has it.\n"
      "If it knows no TLS, or only an old one: look for new firmware, and set its clock. Else let "
      "it send to a mail server of your own in the same network, which logs in here for it, and "
      "trusts the device's address alone (192.0.2.40/32, not the whole network).\n"
      "If it cuts the password off: some forms take 20 letters, and ASCII alone; the keys of "
      "services are longer. Then the same helps.\n"
      "If it knows no login: the same; or a relay of the provider that goes by address (Google "
      "Workspace: smtp-relay.gmail.com; Microsoft 365: a connector). Mail to one organisation "
      "alone can go straight to its MX, port 25, without login.\n" UNTRIED(
          "Printer, scanner or NAS") },
    { "device", &BARE,
      "In the device's web page, under E-mail, SMTP, Scan to E-mail or Notification\n"
      "  SMTP server: 192.0.2.25\n"
      "  Port: 25\n"
      "  Encryption: none\n"
      "  SMTP authentication: off\n"
      "  Sender (From, device's e-mail address): scan@example.org\n" PLACES UNTRIED(
          "Printer, scanner or NAS") },
    { "device", &SIGNED_IN, NULL },
};

static void windows_are_as_agreed(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(GOLDEN); i++) {
        const struct settings s = settings_of(GOLDEN[i].works);
        struct buf out;
        struct err e = { .kind = ERR_NONE };
        buf_init(&out, SETTINGS_TEXT_MAX);
        bool ok = settings_write(settings_program_named(str_from(GOLDEN[i].program)), &s, &out, &e);
        if (ok != (GOLDEN[i].wanted != NULL) ||
            (ok && !str_eq(buf_str(&out), str_from(GOLDEN[i].wanted))))
            fail_msg("case %zu, %s:\n%.*s\n%s", i, GOLDEN[i].program, STR_ARG(buf_str(&out)),
                     e.why);
        buf_done(&out);
    }
}

/* A window takes no password from us, and says that it was not tried. */
static void passwords_stay_out(void **state UNUSED)
{
    static const char *const WINDOWS[] = { "outlook", "apple-mail", "device" };
    for (size_t i = 0; i < COUNT_OF(WINDOWS); i++) {
        const struct settings s = { .attempt = USUAL,
                                    .secret = SETTINGS_SECRET_LITERAL,
                                    .secret_text = STR("geheim") };
        struct buf out;
        struct err e = { .kind = ERR_NONE };
        buf_init(&out, SETTINGS_TEXT_MAX);
        assert_false(settings_write(settings_program_named(str_from(WINDOWS[i])), &s, &out, &e));
        assert_null(strstr(e.why, "geheim"));
        assert_int_equal(settings_program_named(str_from(WINDOWS[i]))->ran.n, 0);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_as_agreed),
        cmocka_unit_test(passwords_stay_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
