/* SPDX-License-Identifier: ISC */
/*
 * settings/providers_service.c - services that take mail from programs
 */
#include "settings/provider_row.h"

/* clang-format off */
const struct provider PROVIDERS_SERVICE[] = {
    { ROW("amazon-ses", "Amazon SES", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://console.aws.amazon.com/ses/home#/smtp", "make SMTP credentials, in the region that is used",
          "docs.aws.amazon.com/general/latest/gr/ses.html, endpoints; docs.aws.amazon.com/ses, SMTP endpoints; obtaining SMTP credentials", "2026-11-26"),
      .others = STR_INIT("email-smtp.us-east-1.amazonaws.com email-smtp.us-east-2.amazonaws.com "
          "email-smtp.us-west-1.amazonaws.com email-smtp.us-west-2.amazonaws.com "
          "email-smtp.ap-south-2.amazonaws.com email-smtp.me-central-1.amazonaws.com "
          "email-smtp.us-gov-east-1.amazonaws.com email-smtp.us-gov-west-1.amazonaws.com "
          "email-smtp.ca-central-1.amazonaws.com email-smtp.eu-west-1.amazonaws.com "
          "email-smtp.eu-west-2.amazonaws.com email-smtp.eu-west-3.amazonaws.com "
          "email-smtp.eu-central-1.amazonaws.com email-smtp.eu-central-2.amazonaws.com "
          "email-smtp.eu-north-1.amazonaws.com email-smtp.eu-south-1.amazonaws.com "
          "email-smtp.ap-south-1.amazonaws.com email-smtp.ap-northeast-1.amazonaws.com "
          "email-smtp.ap-northeast-2.amazonaws.com "
          "email-smtp.ap-northeast-3.amazonaws.com "
          "email-smtp.ap-southeast-1.amazonaws.com "
          "email-smtp.ap-southeast-2.amazonaws.com "
          "email-smtp.ap-southeast-3.amazonaws.com email-smtp.sa-east-1.amazonaws.com "
          "email-smtp.me-south-1.amazonaws.com email-smtp.af-south-1.amazonaws.com "
          "email-smtp.il-central-1.amazonaws.com"),
      .doors = { START_587, TLS_465, { 2587, SMTP_SECURITY_STARTTLS } },
      .spf = STR_INIT("amazonses.com"),
      .limits = LIMITS("docs.aws.amazon.com/ses/latest/dg/quotas.html",
                       .day = STR_INIT("200 messages in the sandbox; then what the account was granted"),
                       .recipients = STR_INIT("50 a message"),
                       .size = STR_INIT("40 MB by SMTP")),
      .notes = STR_INIT("SMTP credentials are no IAM keys: the SMTP password is made from a secret "
          "key, for one region, and has 44 characters.\n"
          "In the sandbox mail goes only to verified addresses; sender or domain must be "
          "verified in that region.\n"
          "The host is email-smtp.REGION.amazonaws.com.") },
    { ROW("sendgrid", "SendGrid", PROVIDER_USER_FIXED, PROVIDER_KEY,
          PASSWORDS,
          "https://app.sendgrid.com/settings/api_keys", "make an API key with the right 'Mail Send'",
          "twilio.com/docs/sendgrid, integrating with the SMTP API", "2026-11-26"),
      .host = STR_INIT("smtp.sendgrid.net"),
      .doors = { START_587, TLS_465, START_2525 },
      .fixed_user = STR_INIT("apikey"),
      .spf = STR_INIT("sendgrid.net"),
      .since = STR_INIT("2020-Q4"),
      .since_said = STR_INIT("user name and password of the account are refused: the user is the word "
          "apikey, the password an API key of 69 characters"),
      .notes = STR_INIT("Subusers of the EU region use smtp.eu.sendgrid.net.") },
    { ROW("mailgun", "Mailgun", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://app.mailgun.com", "make an SMTP user: Sending > Domain settings > SMTP credentials",
          "documentation.mailgun.com, SMTP", "2026-11-26"),
      .host = STR_INIT("smtp.mailgun.org"),
      .others = STR_INIT("smtp.eu.mailgun.org"),
      .doors = { START_587, TLS_465, START_2525 },
      .spf = STR_INIT("mailgun.org"),
      .notes = STR_INIT("A domain of the EU region uses smtp.eu.mailgun.org, all others "
          "smtp.mailgun.org; the user is an address in the sending domain.") },
    { ROW("brevo", "Brevo (Sendinblue)", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://app.brevo.com/settings/keys/smtp", "make an SMTP key (xsmtpsib-...), and see the login",
          "developers.brevo.com/docs/smtp-integration", "2026-11-26"),
      .host = STR_INIT("smtp-relay.brevo.com"),
      .others = STR_INIT("smtp-relay.sendinblue.com"),
      .doors = { START_587, TLS_465, START_2525 },
      .spf = STR_INIT("spf.brevo.com"),
      .limits = LIMITS("brevo.com/pricing",
                       .day = STR_INIT("300 messages on the free plan")),
      .notes = STR_INIT("The password is an SMTP key, not an API key.") },
    { ROW("postmark", "Postmark", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://account.postmarkapp.com/servers", "see the server's API token: (the server) > API Tokens",
          "postmarkapp.com/support/article/811", "2026-11-26"),
      .host = STR_INIT("smtp.postmarkapp.com"),
      .others = STR_INIT("smtp-broadcasts.postmarkapp.com"),
      .doors = { START_587, START_2525, { 25, SMTP_SECURITY_STARTTLS } },
      .spf = STR_INIT("spf.mtasv.net"),
      .limits = LIMITS("postmarkapp.com/developer",
                       .recipients = STR_INIT("50 a message"),
                       .size = STR_INIT("10 MB")),
      .notes = STR_INIT("With the API token user name and password are the same. There is no port 465.\n"
          "Broadcast streams use smtp-broadcasts.postmarkapp.com.") },
    { ROW("mailjet", "Mailjet", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://app.mailjet.com/account/apikeys", "see API key (user) and secret key (password)",
          "documentation.mailjet.com, SMTP", "2026-11-26"),
      .host = STR_INIT("in-v3.mailjet.com"),
      .doors = { START_587, TLS_465, START_2525 },
      .spf = STR_INIT("spf.mailjet.com") },
    { ROW("sparkpost", "SparkPost", PROVIDER_USER_FIXED, PROVIDER_KEY,
          PASSWORDS,
          "https://app.sparkpost.com/account/api-keys", "make an API key with 'Send via SMTP'",
          "support.sparkpost.com, SMTP", "2026-11-26"),
      .host = STR_INIT("smtp.sparkpostmail.com"),
      .others = STR_INIT("smtp.eu.sparkpostmail.com"),
      .doors = { START_587, START_2525 },
      .fixed_user = STR_INIT("SMTP_Injection") },
    { ROW("mandrill", "Mailchimp Transactional (Mandrill)", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://mandrillapp.com/settings", "make an API key, which is the password",
          "mailchimp.com/developer, SMTP", "2026-11-26"),
      .host = STR_INIT("smtp.mandrillapp.com"),
      .doors = { START_587, TLS_465, START_2525 },
      .spf = STR_INIT("spf.mandrillapp.com") },
    { ROW("smtp2go", "SMTP2GO", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://app.smtp2go.com", "make an SMTP user: Sending > SMTP Users",
          "support.smtp2go.com", "2026-11-26"),
      .host = STR_INIT("mail.smtp2go.com"),
      .doors = { START_587, TLS_465, START_2525 },
      .spf = STR_INIT("spf.smtp2go.com") },
    { ROW("elasticemail", "Elastic Email", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://app.elasticemail.com", "make SMTP credentials: Settings > SMTP",
          "help.elasticemail.com", "2026-11-26"),
      .host = STR_INIT("smtp.elasticemail.com"),
      .doors = { START_2525, START_587, TLS_465 },
      .spf = STR_INIT("_spf.elasticemail.com") },
    { ROW("mailersend", "MailerSend", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://app.mailersend.com", "make an SMTP user: Domains > (the domain) > SMTP",
          "mailersend.com/help", "2026-11-26"),
      .host = STR_INIT("smtp.mailersend.net"),
      .doors = { START_587, START_2525 },
      .spf = STR_INIT("_spf.mailersend.net") },
    { ROW("resend", "Resend", PROVIDER_USER_FIXED, PROVIDER_KEY,
          PASSWORDS,
          "https://resend.com/api-keys", "make an API key, which is the password",
          "resend.com/docs/send-with-smtp", "2026-11-26"),
      .host = STR_INIT("smtp.resend.com"),
      .doors = BOTH,
      .limits = LIMITS("resend.com/docs/knowledge-base/account-quotas-and-limits",
                       .day = STR_INIT("100 messages on the free plan, those received counted")),
      .fixed_user = STR_INIT("resend") },
    { ROW("azure", "Azure Communication Services", PROVIDER_USER_OWN, PROVIDER_KEY,
          "LOGIN",
          "https://portal.azure.com", "link an Entra application and make an SMTP user name: (the resource) > SMTP "
          "Usernames",
          "learn.microsoft.com/azure/communication-services, SMTP support", "2026-11-26"),
      .host = STR_INIT("smtp.azurecomm.net"),
      .doors = { START_587 },
      .limits = LIMITS("learn.microsoft.com/azure/communication-services, email throttling",
                       .minute = STR_INIT("30 messages at first"),
                       .hour = STR_INIT("100 messages at first")),
      .notes = STR_INIT("The password is a secret of the Entra application, which expires.") },
    { ROW("mailtrap", "Mailtrap", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://mailtrap.io/sending/domains", "see user and token: (the domain) > Integrations > SMTP",
          "docs.mailtrap.io/email-api-smtp/setup/smtp-integration", "2026-11-26"),
      .host = STR_INIT("live.smtp.mailtrap.io"),
      .others = STR_INIT("bulk.smtp.mailtrap.io"),
      .doors = { START_587, START_2525, { 25, SMTP_SECURITY_STARTTLS } },
      .notes = STR_INIT("live.smtp.mailtrap.io is for transactional mail, bulk.smtp.mailtrap.io for "
          "campaigns; sandbox.smtp.mailtrap.io delivers nothing.") },
    { ROW("scaleway", "Scaleway Transactional Email", PROVIDER_USER_OWN, PROVIDER_KEY,
          PASSWORDS,
          "https://console.scaleway.com/transactional-email", "see the Project ID (user), and make an API key whose secret key is the "
          "password",
          "scaleway.com/en/docs/transactional-email, SMTP configuration", "2026-11-26"),
      .host = STR_INIT("smtp.tem.scaleway.com"),
      .others = STR_INIT("smtp.tem.scw.cloud"),
      .doors = { TLS_465, START_587, { 2587, SMTP_SECURITY_STARTTLS } },
      .notes = STR_INIT("smtp.tem.scw.cloud is the former name of the server.") },
    { ROW("zeptomail", "ZeptoMail (Zoho)", PROVIDER_USER_FIXED, PROVIDER_KEY,
          PASSWORDS,
          "https://zeptomail.zoho.com", "see the token: Agents > (the agent) > SMTP/API",
          "zoho.com/zeptomail/help, SMTP configuration", "2026-11-26"),
      .host = STR_INIT("smtp.zeptomail.com"),
      .others = STR_INIT("smtp.zeptomail.eu smtp.zeptomail.in"),
      .doors = BOTH,
      .fixed_user = STR_INIT("emailapikey") },
    { ROW("forwardemail", "Forward Email", PROVIDER_USER_ADDRESS, PROVIDER_KEY,
          PASSWORDS,
          "https://forwardemail.net/my-account/domains", "generate a password of the alias: (the domain) > Aliases",
          "Nodemailer's list of services, Forward Email; forwardemail.net/faq", "2026-11-26"),
      .host = STR_INIT("smtp.forwardemail.net"),
      .doors = BOTH },
};
/* clang-format on */

const size_t PROVIDERS_SERVICE_COUNT = COUNT_OF(PROVIDERS_SERVICE);
