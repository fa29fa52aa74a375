/* SPDX-License-Identifier: ISC */
/*
 * mock/words.c - what each server says, and at which stage
 *
 * Short facts as these servers state them, where they have a rule of stock. Where one has none (app passwords,
 * a blocklist's verdict, what a filter thinks of a message) the words are a local rule's, in the form in which
 * that server gives a local rule's words.
 */
#include "mock/play.h"

enum { FLAVOUR_POSTFIX, FLAVOUR_EXIM, FLAVOUR_EXCHANGE, FLAVOUR_SENDMAIL };
static const struct name_row FLAVOUR_ROWS[] = {
    { FLAVOUR_POSTFIX, STR_INIT("postfix") },
    { FLAVOUR_EXIM, STR_INIT("exim") },
    { FLAVOUR_EXCHANGE, STR_INIT("exchange") },
    { FLAVOUR_SENDMAIL, STR_INIT("sendmail") },
};
const struct names MOCK_FLAVOUR_NAMES = NAMES(FLAVOUR_ROWS);

/* clang-format off */
#define SAYS(stage, code, enhanced, text) { SMTP_STAGE_##stage, code, STR_INIT(enhanced), STR_INIT(text) }
static const struct mock_flavour FLAVOURS[] = {
    [FLAVOUR_POSTFIX] = {
      .title = STR_INIT("Postfix"), .keywords = STR_INIT("PIPELINING\nENHANCEDSTATUSCODES\n8BITMIME"),
      .words = {
      [MOCK_SAYS_GREETING]          = SAYS(GREETING, 220, "", "{host} ESMTP Postfix"),
      [MOCK_SAYS_LOGIN_TAKEN]       = SAYS(AUTH, 235, "2.7.0", "Authentication successful"),
      [MOCK_SAYS_SENDER_TAKEN]      = SAYS(MAIL, 250, "2.1.0", "Ok"),
      [MOCK_SAYS_RECIPIENT_TAKEN]   = SAYS(RCPT, 250, "2.1.5", "Ok"),
      [MOCK_SAYS_MESSAGE_TAKEN]     = SAYS(END_OF_DATA, 250, "2.0.0", "Ok: queued as {id}"),
      [MOCK_SAYS_NO_RELAY]          = SAYS(RCPT, 554, "5.7.1", "<{to}>: Relay access denied"),
      [MOCK_SAYS_LOGIN_WRONG]       = SAYS(AUTH, 535, "5.7.8", "Error: authentication failed"),
      [MOCK_SAYS_FROM_OTHER]        = SAYS(RCPT, 553, "5.7.1", "<{from}>: Sender address rejected: not owned by user {user}"),
      [MOCK_SAYS_STARTTLS_FIRST]    = SAYS(MAIL, 530, "5.7.0", "Must issue a STARTTLS command first"),
      [MOCK_SAYS_RECIPIENT_UNKNOWN] = SAYS(RCPT, 550, "5.1.1", "<{to}>: Recipient address rejected: User unknown in local recipient table"),
      [MOCK_SAYS_MECHANISM_DEAD]    = SAYS(AUTH, 535, "5.7.8", "Error: authentication failed: Invalid authentication mechanism"),
      [MOCK_SAYS_CERTIFICATE_FIRST] = SAYS(RCPT, 554, "5.7.1", "<{to}>: Relay access denied: no trusted client certificate"),
      [MOCK_SAYS_APP_PASSWORD]      = SAYS(AUTH, 535, "5.7.8", "Error: authentication failed: use an app password for mail programs"),
      [MOCK_SAYS_PASSWORDS_OFF]     = SAYS(AUTH, 535, "5.7.8", "Error: authentication failed: SMTP login by password is disabled for this account"),
      [MOCK_SAYS_TOKEN_REJECTED]    = SAYS(AUTH, 535, "5.7.8", "Error: authentication failed: the token is not valid"),
      [MOCK_SAYS_ACCOUNT_BARRED]    = SAYS(AUTH, 535, "5.7.8", "Error: authentication failed: this account is suspended"),
      [MOCK_SAYS_BACKEND_DOWN]      = SAYS(AUTH, 454, "4.7.0", "Temporary authentication failure: Connection lost to authentication server"),
      [MOCK_SAYS_FROM_INVALID]      = SAYS(RCPT, 550, "5.1.8", "<{from}>: Sender address rejected: Domain not found"),
      [MOCK_SAYS_SENDER_UNVERIFIED] = SAYS(RCPT, 554, "5.7.1", "<{from}>: Sender address rejected: this address is not verified for sending"),
      [MOCK_SAYS_NAT]               = SAYS(RCPT, 554, "5.7.1", "<unknown[172.17.0.1]>: Client host rejected: Access denied"),
      [MOCK_SAYS_POP_FIRST]         = SAYS(RCPT, 554, "5.7.1", "<{to}>: Relay access denied: fetch your mail by POP3 before you send"),
      [MOCK_SAYS_BANNED]            = SAYS(GREETING, 554, "5.7.1", "Your address is banned for a while after too many errors"),
      [MOCK_SAYS_NAME_BARE]         = SAYS(RCPT, 504, "5.5.2", "<{name}>: Helo command rejected: need fully-qualified hostname"),
      [MOCK_SAYS_NO_REVERSE_DNS]    = SAYS(RCPT, 450, "4.7.25", "Client host rejected: cannot find your reverse hostname"),
      [MOCK_SAYS_SPF]               = SAYS(RCPT, 550, "5.7.23", "<{to}>: Recipient address rejected: Message rejected due to: SPF fail - not authorized"),
      [MOCK_SAYS_DMARC]             = SAYS(END_OF_DATA, 550, "5.7.1", "rejected by DMARC policy for the domain of {from}"),
      [MOCK_SAYS_BLOCKLISTED]       = SAYS(RCPT, 554, "5.7.1", "Service unavailable; Client host [127.0.0.1] blocked using list.blocklist.example"),
      [MOCK_SAYS_RATE]              = SAYS(RCPT, 450, "4.7.1", "<{to}>: Recipient address rejected: Policy rejection; message rate limit exceeded"),
      [MOCK_SAYS_GREYLISTED]        = SAYS(RCPT, 450, "4.2.0", "<{to}>: Recipient address rejected: Greylisted, see you later"),
      [MOCK_SAYS_CONTENT]           = SAYS(END_OF_DATA, 550, "5.7.1", "Message rejected as spam by Content Filtering"),
      [MOCK_SAYS_TOO_LARGE]         = SAYS(MAIL, 552, "5.3.4", "Message size exceeds fixed limit"),
      [MOCK_SAYS_MAILBOX_FULL]      = SAYS(RCPT, 552, "5.2.2", "<{to}>: Recipient address rejected: Mailbox is full"),
      [MOCK_SAYS_LOOP]              = SAYS(END_OF_DATA, 554, "5.4.6", "Error: too many hops"),
      [MOCK_SAYS_OTHER]             = SAYS(RCPT, 451, "4.3.0", "<{to}>: Temporary lookup failure") } },
    [FLAVOUR_EXIM] = {
      .title = STR_INIT("Exim"), .keywords = STR_INIT("8BITMIME\nPIPELINING"),
      .words = {
      [MOCK_SAYS_GREETING]          = SAYS(GREETING, 220, "", "{host} ESMTP Exim"),
      [MOCK_SAYS_LOGIN_TAKEN]       = SAYS(AUTH, 235, "", "Authentication succeeded"),
      [MOCK_SAYS_SENDER_TAKEN]      = SAYS(MAIL, 250, "", "OK"),
      [MOCK_SAYS_RECIPIENT_TAKEN]   = SAYS(RCPT, 250, "", "Accepted"),
      [MOCK_SAYS_MESSAGE_TAKEN]     = SAYS(END_OF_DATA, 250, "", "OK id={id}"),
      [MOCK_SAYS_NO_RELAY]          = SAYS(RCPT, 550, "", "relay not permitted"),
      [MOCK_SAYS_LOGIN_WRONG]       = SAYS(AUTH, 535, "", "Incorrect authentication data"),
      [MOCK_SAYS_FROM_OTHER]        = SAYS(RCPT, 550, "", "{from} does not belong to your login"),
      [MOCK_SAYS_STARTTLS_FIRST]    = SAYS(MAIL, 530, "", "TLS is needed: say STARTTLS first"),
      [MOCK_SAYS_RECIPIENT_UNKNOWN] = SAYS(RCPT, 550, "", "Unrouteable address"),
      [MOCK_SAYS_MECHANISM_DEAD]    = SAYS(AUTH, 504, "", "CRAM-MD5 authentication mechanism not supported"),
      [MOCK_SAYS_CERTIFICATE_FIRST] = SAYS(RCPT, 550, "", "relay not permitted without a verified client certificate"),
      [MOCK_SAYS_APP_PASSWORD]      = SAYS(AUTH, 535, "", "Mail programs need an app password for this account"),
      [MOCK_SAYS_PASSWORDS_OFF]     = SAYS(AUTH, 535, "", "SMTP authentication by password is disabled for this account"),
      [MOCK_SAYS_TOKEN_REJECTED]    = SAYS(AUTH, 535, "", "Incorrect authentication data"),
      [MOCK_SAYS_ACCOUNT_BARRED]    = SAYS(AUTH, 535, "", "This account is suspended and may not send"),
      [MOCK_SAYS_BACKEND_DOWN]      = SAYS(AUTH, 435, "", "Unable to authenticate at present"),
      [MOCK_SAYS_FROM_INVALID]      = SAYS(RCPT, 550, "", "Verification failed for <{from}>\nUnrouteable address\nSender verify failed"),
      [MOCK_SAYS_SENDER_UNVERIFIED] = SAYS(RCPT, 550, "", "The sender address {from} is not verified"),
      [MOCK_SAYS_NAT]               = SAYS(RCPT, 550, "", "relay not permitted for 172.17.0.1"),
      [MOCK_SAYS_POP_FIRST]         = SAYS(RCPT, 550, "", "relay not permitted, check your mail by POP3 first"),
      [MOCK_SAYS_BANNED]            = SAYS(GREETING, 554, "", "Your address is banned for a while"),
      [MOCK_SAYS_NAME_BARE]         = SAYS(EHLO, 550, "", "HELO name {name} is not a full host name"),
      [MOCK_SAYS_NO_REVERSE_DNS]    = SAYS(RCPT, 550, "", "Your address has no reverse DNS entry"),
      [MOCK_SAYS_SPF]               = SAYS(RCPT, 550, "", "SPF check failed: your address may not send for the domain of {from}"),
      [MOCK_SAYS_DMARC]             = SAYS(END_OF_DATA, 550, "", "Rejected by DMARC policy for the domain of {from}"),
      [MOCK_SAYS_BLOCKLISTED]       = SAYS(RCPT, 550, "", "127.0.0.1 is listed at list.blocklist.example"),
      [MOCK_SAYS_RATE]              = SAYS(RCPT, 451, "", "Sending rate limit exceeded, try again later"),
      [MOCK_SAYS_GREYLISTED]        = SAYS(RCPT, 451, "", "Greylisted, please try again later"),
      [MOCK_SAYS_CONTENT]           = SAYS(END_OF_DATA, 550, "", "This message scored too many spam points"),
      [MOCK_SAYS_TOO_LARGE]         = SAYS(MAIL, 552, "", "Message size exceeds maximum permitted"),
      [MOCK_SAYS_MAILBOX_FULL]      = SAYS(RCPT, 552, "", "The mailbox of {to} is full: over quota"),
      [MOCK_SAYS_LOOP]              = SAYS(END_OF_DATA, 550, "", "Too many \"Received\" headers - suspected mail loop"),
      [MOCK_SAYS_OTHER]             = SAYS(RCPT, 452, "", "Space shortage on this host, please try later") } },
    [FLAVOUR_EXCHANGE] = {
      .title = STR_INIT("Exchange"), .keywords = STR_INIT("PIPELINING\nENHANCEDSTATUSCODES\n8BITMIME"),
      .words = {
      [MOCK_SAYS_GREETING]          = SAYS(GREETING, 220, "", "{host} Microsoft ESMTP MAIL Service ready"),
      [MOCK_SAYS_LOGIN_TAKEN]       = SAYS(AUTH, 235, "2.7.0", "Authentication successful"),
      [MOCK_SAYS_SENDER_TAKEN]      = SAYS(MAIL, 250, "2.1.0", "Sender OK"),
      [MOCK_SAYS_RECIPIENT_TAKEN]   = SAYS(RCPT, 250, "2.1.5", "Recipient OK"),
      [MOCK_SAYS_MESSAGE_TAKEN]     = SAYS(END_OF_DATA, 250, "2.6.0", "<{id}@{host}> Queued mail for delivery"),
      [MOCK_SAYS_NO_RELAY]          = SAYS(RCPT, 550, "5.7.54", "SMTP; Unable to relay recipient in non-accepted domain"),
      [MOCK_SAYS_LOGIN_WRONG]       = SAYS(AUTH, 535, "5.7.3", "Authentication unsuccessful"),
      [MOCK_SAYS_FROM_OTHER]        = SAYS(END_OF_DATA, 550, "5.7.60", "SMTP; Client does not have permissions to send as this sender"),
      [MOCK_SAYS_STARTTLS_FIRST]    = SAYS(MAIL, 451, "5.7.3", "STARTTLS is required to send mail"),
      [MOCK_SAYS_RECIPIENT_UNKNOWN] = SAYS(RCPT, 550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient {to} not found by SMTP address lookup"),
      [MOCK_SAYS_MECHANISM_DEAD]    = SAYS(AUTH, 504, "5.7.4", "Unrecognized authentication type"),
      [MOCK_SAYS_CERTIFICATE_FIRST] = SAYS(RCPT, 550, "5.7.64", "TenantAttribution; Relay Access Denied: no known client certificate"),
      [MOCK_SAYS_APP_PASSWORD]      = SAYS(AUTH, 535, "5.7.3", "Authentication unsuccessful, an app password is required"),
      [MOCK_SAYS_PASSWORDS_OFF]     = SAYS(AUTH, 535, "5.7.139", "Authentication unsuccessful, basic authentication is disabled"),
      [MOCK_SAYS_TOKEN_REJECTED]    = SAYS(AUTH, 535, "5.7.3", "Authentication unsuccessful"),
      [MOCK_SAYS_ACCOUNT_BARRED]    = SAYS(AUTH, 535, "5.7.3", "Authentication unsuccessful, the account is locked"),
      [MOCK_SAYS_BACKEND_DOWN]      = SAYS(AUTH, 454, "4.7.0", "Temporary authentication failure"),
      [MOCK_SAYS_FROM_INVALID]      = SAYS(MAIL, 501, "5.1.7", "Invalid address"),
      [MOCK_SAYS_SENDER_UNVERIFIED] = SAYS(END_OF_DATA, 554, "5.7.1", "Message rejected: the sender address is not verified"),
      [MOCK_SAYS_NAT]               = SAYS(RCPT, 550, "5.7.54", "SMTP; Unable to relay for [172.17.0.1]"),
      [MOCK_SAYS_POP_FIRST]         = SAYS(RCPT, 550, "5.7.54", "SMTP; Unable to relay: POP3 before SMTP is needed"),
      [MOCK_SAYS_BANNED]            = SAYS(GREETING, 554, "5.7.1", "Access denied, the address is banned"),
      [MOCK_SAYS_NAME_BARE]         = SAYS(EHLO, 501, "5.5.4", "Invalid domain name"),
      [MOCK_SAYS_NO_REVERSE_DNS]    = SAYS(RCPT, 550, "5.7.25", "Service unavailable, the sending address must have a reverse DNS record"),
      [MOCK_SAYS_SPF]               = SAYS(RCPT, 550, "5.7.23", "The message was rejected because of Sender Policy Framework violation"),
      [MOCK_SAYS_DMARC]             = SAYS(END_OF_DATA, 550, "5.7.509", "Access denied, sending domain does not pass DMARC verification"),
      [MOCK_SAYS_BLOCKLISTED]       = SAYS(RCPT, 550, "5.7.1", "Service unavailable, Client host [127.0.0.1] blocked using list.blocklist.example"),
      [MOCK_SAYS_RATE]              = SAYS(RCPT, 421, "4.4.2", "Message submission rate for this client has exceeded the configured limit"),
      [MOCK_SAYS_GREYLISTED]        = SAYS(RCPT, 451, "4.7.1", "Greylisting in action, try again later"),
      [MOCK_SAYS_CONTENT]           = SAYS(END_OF_DATA, 550, "5.7.1", "Message rejected due to content restrictions"),
      [MOCK_SAYS_TOO_LARGE]         = SAYS(MAIL, 552, "5.3.4", "Message size exceeds fixed maximum message size"),
      [MOCK_SAYS_MAILBOX_FULL]      = SAYS(RCPT, 552, "5.2.2", "Mailbox full; the recipient is over quota"),
      [MOCK_SAYS_LOOP]              = SAYS(END_OF_DATA, 554, "5.4.14", "Hop count exceeded - possible mail loop"),
      [MOCK_SAYS_OTHER]             = SAYS(MAIL, 452, "4.3.1", "Insufficient system resources") } },
    [FLAVOUR_SENDMAIL] = {
      .title = STR_INIT("sendmail"), .keywords = STR_INIT("ENHANCEDSTATUSCODES\nPIPELINING\n8BITMIME"),
      .words = {
      [MOCK_SAYS_GREETING]          = SAYS(GREETING, 220, "", "{host} ESMTP Sendmail 8.17.1; ready"),
      [MOCK_SAYS_LOGIN_TAKEN]       = SAYS(AUTH, 235, "2.0.0", "OK Authenticated"),
      [MOCK_SAYS_SENDER_TAKEN]      = SAYS(MAIL, 250, "2.1.0", "<{from}>... Sender ok"),
      [MOCK_SAYS_RECIPIENT_TAKEN]   = SAYS(RCPT, 250, "2.1.5", "<{to}>... Recipient ok"),
      [MOCK_SAYS_MESSAGE_TAKEN]     = SAYS(END_OF_DATA, 250, "2.0.0", "{id} Message accepted for delivery"),
      [MOCK_SAYS_NO_RELAY]          = SAYS(RCPT, 550, "5.7.1", "<{to}>... Relaying denied"),
      [MOCK_SAYS_LOGIN_WRONG]       = SAYS(AUTH, 535, "5.7.0", "authentication failed"),
      [MOCK_SAYS_FROM_OTHER]        = SAYS(MAIL, 553, "5.7.1", "<{from}>... Sender address does not match the login"),
      [MOCK_SAYS_STARTTLS_FIRST]    = SAYS(MAIL, 530, "5.7.0", "Must issue a STARTTLS command first"),
      [MOCK_SAYS_RECIPIENT_UNKNOWN] = SAYS(RCPT, 550, "5.1.1", "<{to}>... User unknown"),
      [MOCK_SAYS_MECHANISM_DEAD]    = SAYS(AUTH, 504, "5.3.3", "AUTH mechanism CRAM-MD5 not available"),
      [MOCK_SAYS_CERTIFICATE_FIRST] = SAYS(RCPT, 550, "5.7.1", "<{to}>... Relaying denied. Proper authentication by client certificate required."),
      [MOCK_SAYS_APP_PASSWORD]      = SAYS(AUTH, 534, "5.7.9", "Application-specific password required"),
      [MOCK_SAYS_PASSWORDS_OFF]     = SAYS(AUTH, 535, "5.7.0", "authentication failed: password logins are disabled for this account"),
      [MOCK_SAYS_TOKEN_REJECTED]    = SAYS(AUTH, 535, "5.7.0", "authentication failed"),
      [MOCK_SAYS_ACCOUNT_BARRED]    = SAYS(AUTH, 535, "5.7.0", "authentication failed: account suspended"),
      [MOCK_SAYS_BACKEND_DOWN]      = SAYS(AUTH, 454, "4.3.0", "Temporary authentication failure"),
      [MOCK_SAYS_FROM_INVALID]      = SAYS(MAIL, 553, "5.1.8", "<{from}>... Domain of sender address {from} does not exist"),
      [MOCK_SAYS_SENDER_UNVERIFIED] = SAYS(MAIL, 553, "5.7.1", "<{from}>... Sender address is not verified"),
      [MOCK_SAYS_NAT]               = SAYS(RCPT, 550, "5.7.1", "<{to}>... Relaying denied. IP name lookup failed [172.17.0.1]"),
      [MOCK_SAYS_POP_FIRST]         = SAYS(RCPT, 550, "5.7.1", "<{to}>... Relaying denied. You must check for new mail (POP3) before sending."),
      [MOCK_SAYS_BANNED]            = SAYS(GREETING, 554, "5.7.1", "{host} Your address is banned for a while"),
      [MOCK_SAYS_NAME_BARE]         = SAYS(EHLO, 501, "5.0.0", "Invalid domain name"),
      [MOCK_SAYS_NO_REVERSE_DNS]    = SAYS(RCPT, 550, "5.7.1", "<{to}>... Fix reverse DNS for 127.0.0.1"),
      [MOCK_SAYS_SPF]               = SAYS(MAIL, 550, "5.7.23", "<{from}>... SPF check failed for this address"),
      [MOCK_SAYS_DMARC]             = SAYS(END_OF_DATA, 550, "5.7.1", "rejected by DMARC policy for the domain of {from}"),
      [MOCK_SAYS_BLOCKLISTED]       = SAYS(RCPT, 550, "5.7.1", "Rejected: 127.0.0.1 listed at list.blocklist.example"),
      [MOCK_SAYS_RATE]              = SAYS(RCPT, 421, "4.3.2", "Connection rate limit exceeded."),
      [MOCK_SAYS_GREYLISTED]        = SAYS(RCPT, 451, "4.7.1", "Greylisting in action, please come back later"),
      [MOCK_SAYS_CONTENT]           = SAYS(END_OF_DATA, 554, "5.7.1", "This message has been blocked because it contains spam"),
      [MOCK_SAYS_TOO_LARGE]         = SAYS(MAIL, 552, "5.2.3", "Message size exceeds fixed maximum message size"),
      [MOCK_SAYS_MAILBOX_FULL]      = SAYS(RCPT, 552, "5.2.2", "<{to}>... Mailbox full, quota exceeded"),
      [MOCK_SAYS_LOOP]              = SAYS(END_OF_DATA, 554, "5.4.6", "Too many hops: possible mail loop"),
      [MOCK_SAYS_OTHER]             = SAYS(RCPT, 451, "4.3.0", "<{to}>... Temporary system failure. Please try again later.") } },
};
#undef SAYS
/* clang-format on */

const struct mock_flavour *mock_flavour_named(str name)
{
    int i;
    return names_find(&MOCK_FLAVOUR_NAMES, name, &i) ? &FLAVOURS[i] : NULL;
}

/* The value of one {term}; p NULL: no such term. */
static str term_value(const struct mock_terms *terms, str name)
{
    const struct {
        str name, value;
    } rows[] = {
        { STR("to"), terms->to },     { STR("from"), terms->from }, { STR("user"), terms->user },
        { STR("name"), terms->name }, { STR("host"), terms->host }, { STR("id"), terms->id },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(rows[i].name, name))
            return rows[i].value.p ? rows[i].value : STR("");
    return STR_NONE;
}

bool mock_words_fill(str text, const struct mock_terms *terms, struct buf *out)
{
    while (text.n > 0) {
        size_t open = str_find_octet(text, '{');
        if (open == STR_NOT_FOUND)
            return buf_add(out, text);
        buf_add(out, str_take(text, open));
        text = str_skip(text, open + 1);
        buf_add(out, term_value(terms, str_cut(&text, '}')));
    }
    return buf_ok(out);
}
