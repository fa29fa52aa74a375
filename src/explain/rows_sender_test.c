/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_sender_test.c - refusals that speak of the sender, and their nearest neighbours
 */
#include "explain/rows_case.h"

#define LOGIN   CAUSE_FROM_NOT_LOGIN
#define OWN     CAUSE_OWN_ADDRESS_REFUSED
#define PROVED  CAUSE_SENDER_UNVERIFIED
#define INVALID CAUSE_FROM_INVALID
#define DNS     CAUSE_DNS_FAILURE
#define OTHER   CAUSE_OTHER_NOT_RELAY
#define SPF     CAUSE_SPF_FAIL
#define DKIM    CAUSE_DKIM_DMARC_FAIL
#define HELO    CAUSE_EHLO_NAME_REFUSED
#define REVERSE CAUSE_REVERSE_DNS_MISSING
#define UNKNOWN CAUSE_RECIPIENT_UNKNOWN
#define LISTED  CAUSE_IP_BLOCKLISTED

static const struct rows_case CASES[] = {
    /* another sender than the login's */
    { .text = "501 5.5.4 Empty HELO/EHLO argument", .cause = CAUSE_EHLO_NAME_REFUSED },
    { .text = "550 reverse DNS lookup for host 192.0.2.7 failed",
      .cause = CAUSE_REVERSE_DNS_MISSING },
    { .text = "550 the forward DNS entry does not point to you",
      .cause = CAUSE_REVERSE_DNS_MISSING },
    { .text = "550 please inspect your SPF settings", .cause = CAUSE_SPF_FAIL },
    { .text = "501 5.5.4 Invalid domain name", .cause = CAUSE_EHLO_NAME_REFUSED },
    { .text = "Error number: 0x800CCC78", .cause = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    { .text = "553 5.7.1 <a@one.example>: Sender address rejected: not owned by user b@one.example",
      .cause = LOGIN },
    { .text = "553 5.7.1 Sender address rejected: not owned by auth user.", .cause = LOGIN },
    { .text = "553 5.7.1 <a@one.example>: Sender address rejected: not owned by user a@one.example",
      .cause = OWN },
    { .text = "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
      .cause = LOGIN },
    { .text = "554 5.2.252 SendAsDenied; a@one.example not allowed to send as b@one.example",
      .cause = LOGIN },
    { .text = "501 mail from address must be same as authorization user", .cause = LOGIN },
    { .text = "553 Mail from must equal authorized user", .cause = LOGIN },
    { .text = "550 5.7.1 Sender address does not match the authenticated user", .cause = LOGIN },
    { .text = "554 5.7.1 Authenticated user is not allowed to send from this address",
      .cause = LOGIN },
    { .text = "550 You are not allowed to send mail from this address", .cause = LOGIN },
    { .text = "550 Requested action not taken: mailbox unavailable. Sender address is not allowed.",
      .cause = LOGIN },
    { .text = "550 5.7.0 From address is not one of your addresses.", .cause = LOGIN },
    { .text = "553 Relaying disallowed as a@one.example", .cause = LOGIN },
    { .text = "550 5.5.3 Mail from not owned by user. LPN105_421", .cause = LOGIN },
    { .text = "553 发件人与登录用户不一致", .cause = LOGIN },
    { .text = "550 Die Absenderadresse ist nicht erlaubt", .cause = LOGIN },
    { .text = "550 Адрес отправителя не совпадает с логином", .cause = LOGIN },
    { .text = "550 You may not send as b@one.example", .cause = LOGIN },
    { .text = "550 Sender a@one.example does not belong to b@one.example", .cause = LOGIN },
    { .text = "530 Sender rejected", .cause = LOGIN },
    { .text = "550 You cannot send mail with your own address here", .cause = OWN },

    /* a service that wants it proved */
    { .text = "550 The from address does not match a verified Sender Identity.", .cause = PROVED },
    { .text = "554 Message rejected: Email address is not verified.", .cause = PROVED },
    { .text = "550 Please verify your sending domain before use", .cause = PROVED },
    { .text = "550 Unconfigured Sending Domain <one.example>", .cause = PROVED },
    { .text = "msmtp: envelope from address a@one.example not accepted by the server",
      .cause = LOGIN },
    { .text = "Mail command failed: 553 Invalid address", .never = UNKNOWN },
    { .text = "535 Authorization failed: Envelope From address <a@one.example> not authorized",
      .cause = PROVED },
    { .text = "471 Envelope From address a@one.example not authorized", .cause = PROVED },

    /* a sender that is none */
    { .text = "504 5.5.2 <root>: Sender address rejected: need fully-qualified address",
      .cause = INVALID },
    { .text = "553 5.5.4 <root>... Domain name required for sender address root",
      .cause = INVALID },
    { .text = "550 Blank From: addresses are not allowed. Provide a valid From.",
      .cause = INVALID },
    { .text = "Invalid address: (From): root@localhost", .cause = INVALID },
    { .text = "501 5.1.7 Bad sender address syntax", .cause = OTHER },
    { .text = "5.0.1 Emetteur invalide. Invalid Sender.", .cause = OTHER },
    { .text = "501 5.1.7 Invalid address", .never = UNKNOWN, .stage = SMTP_STAGE_MAIL },
    { .text = "501 5.1.3 Invalid address", .cause = UNKNOWN, .stage = SMTP_STAGE_RCPT },

    /* its domain is not in DNS; with a login it is the From that is wrong */
    { .text = "450 4.1.8 <a@one.example>: Sender address rejected: Domain not found",
      .cause = DNS },
    { .text = "553 5.1.8 <a@one.example>... Domain of sender address a@one.example does not exist",
      .cause = DNS },
    { .text = "450 4.1.8 <a@one.example>: Sender address rejected: Domain not found",
      .cause = INVALID,
      .facts = FACT_LOGIN_TAKEN },
    { .text = "450 4.1.8 <a@one.example>: Sender address rejected: Malformed DNS server reply",
      .cause = DNS },
    { .text = "554 DNS-P1", .cause = DNS },

    /* a server that asks back */
    { .text = "550 Verification failed for <a@one.example>\n550 Sender verify failed",
      .cause = OTHER },
    { .text = "550-Verification failed for <a@one.example>\n550-No such user here\n"
              "550 Sender verify failed",
      .cause = OTHER },
    { .text = "450 4.1.7 <a@one.example>: Sender address rejected: undeliverable address: no",
      .cause = OTHER },
    { .text = "550 5.1.0 <a@one.example>: Sender address rejected: one.example", .cause = OTHER },
    { .text = "554 5.7.1 <a@one.example>: Sender address rejected: Access denied", .cause = OTHER },

    /* SPF alone, and SPF beside others */
    { .text = "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
      .cause = SPF },
    { .text = "Received-SPF: Pass (one.example)", .never = SPF },
    { .text = "Received-SPF: Pass helo=mx.one.example; receiver=unknown",
      .never = CAUSE_EHLO_NAME_REFUSED },
    { .text = "The SPF record of one.example and its DKIM key", .never = SPF },
    { .text = "554-No SMTP service 554 Bad DNS PTR resource record",
      .cause = CAUSE_REVERSE_DNS_MISSING },
    { .text = "550 SPF: 192.0.2.7 is not allowed to send mail from one.example", .cause = SPF },
    { .text = "550 192.0.2.7 is not permitted to send mail for one.example", .cause = SPF },
    { .text = "554 192.0.2.7 is not an authorized sender for one.example", .cause = SPF },
    { .text = "550 5.7.27 Your mail is blocked because SPF did not pass", .cause = SPF },
    { .text = "550 5.7.26 Unauthenticated email from one.example is not accepted due to "
              "domain's DMARC policy.",
      .cause = DKIM },
    { .text = "550 5.7.26 Neither SPF nor DKIM of one.example did pass, to protect users from spam",
      .cause = DKIM },
    { .text = "550 5.7.1 This message does not have authentication information", .cause = DKIM },
    { .text = "530 5.5.1 Authentication Required.", .cause = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    { .text = "550 5.7.1 The From: header is not aligned with any domain that passed",
      .cause = DKIM },
    { .text = "550 rejecting spoofed message", .cause = DKIM },
    { .text = "550 5.7.20 Invalid signature", .cause = DKIM },
    { .text = "554 one.example AUP#CXSNDR", .cause = DKIM },

    /* the name in EHLO, and a command that is missing */
    { .text = "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname",
      .cause = HELO },
    { .text = "550 Access denied - Invalid HELO name", .cause = HELO },
    { .text = "501 Syntactically invalid HELO argument(s)", .cause = HELO },
    { .text = "450 4.7.1 <box.one.example>: Helo command rejected: Host not found", .cause = HELO },
    { .text = "550 5.7.506 Access Denied, Bad HELO", .cause = HELO },
    { .text = "501 5.5.4 Invalid command arguments: Invalid domain name", .cause = HELO },
    { .text = "503 5.5.1 Error: send HELO/EHLO first", .cause = OTHER },

    /* the name of the address */
    { .text = "450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.7]",
      .cause = REVERSE },
    { .text =
          "550 5.7.25 [192.0.2.7] The IP address sending this message does not have a PTR record",
      .cause = REVERSE },
    { .text = "450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.7]",
      .cause = REVERSE },
    { .text = "550 Cannot resolve your address", .cause = REVERSE },
    { .text = "550 The host name of your server does not resolve", .cause = REVERSE },
    { .text = "550 192.0.2.7 does not resolve to a name", .cause = REVERSE },
    { .text = "550 5.7.1 Access denied. IP name lookup failed [192.0.2.7]", .cause = REVERSE },
    { .text = "421 one.example AUP#CXDNS", .cause = REVERSE },
    /* Sendmail says it beside a refusal to relay, too */
    { .text = "550 5.7.1 <b@two.example>... Relaying denied. IP name lookup failed [192.0.2.7]",
      .never = REVERSE },
    { .text = "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using list.example",
      .cause = LISTED },
    { .text = "554 (AU01) not accepted for policy reasons", .cause = CAUSE_DKIM_DMARC_FAIL },
    { .text = "450 DNS lookup failed for [192.0.2.7]", .cause = CAUSE_REVERSE_DNS_MISSING },
    { .text = "554 (RTR:RD)", .cause = CAUSE_REVERSE_DNS_MISSING },
    { .text = "550 unverifiable address", .cause = CAUSE_REVERSE_DNS_MISSING },
    { .text = "554 that HELO name is bogus", .cause = CAUSE_EHLO_NAME_REFUSED },
    { .text = "501 Invalid domain name", .cause = CAUSE_EHLO_NAME_REFUSED },
};

static void test_cases(void **state)
{
    (void)state;
    rows_case_check(&ROWS_SENDER, CASES, COUNT_OF(CASES));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
