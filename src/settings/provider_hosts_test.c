/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "settings/provider_hosts.h"

static const struct {
    const char *host;
    enum provider_role role;
    const char *id;
    const char *instead;
} HOSTS[] = {
    { "smtp.gmail.com", PROVIDER_ROLE_SUBMISSION, "gmail", "" },
    { "SMTP.GMAIL.COM.", PROVIDER_ROLE_SUBMISSION, "gmail", "" },
    { "smtp-relay.gmail.com", PROVIDER_ROLE_PRODUCT, "gmail", "smtp.gmail.com" },
    { "smtp.google.com", PROVIDER_ROLE_MX, "gmail", "smtp.gmail.com" },
    { "aspmx.l.google.com", PROVIDER_ROLE_MX, "gmail", "smtp.gmail.com" },
    { "imap.gmail.com", PROVIDER_ROLE_INCOMING, "gmail", "smtp.gmail.com" },
    { "gmail.com", PROVIDER_ROLE_DOMAIN, "gmail", "smtp.gmail.com" },
    { "mail.google.com", PROVIDER_ROLE_WEB, "gmail", "smtp.gmail.com" },
    { "smtp.live.com", PROVIDER_ROLE_FORMER, "outlook.com", "smtp-mail.outlook.com" },
    { "smtp.office365.com", PROVIDER_ROLE_SUBMISSION, "microsoft365", "" },
    { "smtp-hve.office365.com", PROVIDER_ROLE_SUBMISSION, "hve", "" },
    { "sandbox.smtp.mailtrap.io", PROVIDER_ROLE_PRODUCT, "mailtrap", "live.smtp.mailtrap.io" },
    { "corp-example.mail.protection.outlook.com", PROVIDER_ROLE_MX, "microsoft365",
      "smtp.office365.com" },
    { ".mail.protection.outlook.com", PROVIDER_ROLE_NONE, NULL, "" },
    { "smtp.bizmail.yahoo.com", PROVIDER_ROLE_PRODUCT, "yahoo", "smtp.mail.yahoo.com" },
    { "smtp.zoho.eu", PROVIDER_ROLE_SUBMISSION, "zoho.eu", "" },
    { "smtppro.zoho.com", PROVIDER_ROLE_SUBMISSION, "zoho.com", "" },
    { "smtp.eu.mailgun.org", PROVIDER_ROLE_SUBMISSION, "mailgun", "" },
    { "smtp-relay.sendinblue.com", PROVIDER_ROLE_FORMER, "brevo", "smtp-relay.brevo.com" },
    { "email-smtp.eu-west-1.amazonaws.com", PROVIDER_ROLE_SUBMISSION, "amazon-ses", "" },
    { "email.eu-west-1.amazonaws.com", PROVIDER_ROLE_WEB, "amazon-ses", "" },
    { "inbound-smtp.eu-west-1.amazonaws.com", PROVIDER_ROLE_MX, "amazon-ses", "" },
    { "smtp.secureserver.net", PROVIDER_ROLE_MX, "godaddy", "smtpout.secureserver.net" },
    { "smtpin.rzone.de", PROVIDER_ROLE_MX, "strato", "smtp.strato.de" },
    { "posteo.de", PROVIDER_ROLE_SUBMISSION, "posteo", "" },
    { "www555.your-server.de", PROVIDER_ROLE_NONE, NULL,
      "" }, /* may be the customer's own server */
    { "mail.corp.example", PROVIDER_ROLE_NONE, NULL, "" },
    { "", PROVIDER_ROLE_NONE, NULL, "" },
};

static void hosts_have_their_role(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(HOSTS); i++) {
        struct provider_host h;
        bool known = provider_host_of(str_from(HOSTS[i].host), &h);
        if (h.role != HOSTS[i].role || known != (HOSTS[i].id != NULL) ||
            (known && !str_eq(h.provider->id, str_from(HOSTS[i].id))) ||
            !str_eq(h.instead, str_from(HOSTS[i].instead)))
            fail_msg("%s: role %d, instead %.*s", HOSTS[i].host, h.role, STR_ARG(h.instead));
        assert_true(h.said.n || h.role == PROVIDER_ROLE_SUBMISSION || !known);
        assert_int_equal(provider_wrong_product(str_from(HOSTS[i].host), &h),
                         HOSTS[i].role >= PROVIDER_ROLE_PRODUCT);
    }
}

/* No host that a row names as its own is one that it takes no mail at, and what stands instead is right. */
static void rows_do_not_contradict(void **state UNUSED)
{
    const struct provider *p;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++) {
        struct provider_host h;
        if (p->host.n && (!provider_host_of(p->host, &h) || h.role != PROVIDER_ROLE_SUBMISSION ||
                          h.provider != p))
            fail_msg("%s: its own host is role %d", p->id.p, h.role);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_have_their_role),
        cmocka_unit_test(rows_do_not_contradict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
