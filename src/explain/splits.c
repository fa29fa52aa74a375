/* SPDX-License-Identifier: ISC */
/*
 * explain/splits.c - the one fact that would tell two causes apart
 */
#include "explain/splits.h"

#define F(name) FAMILY_##name

/* Rows of two causes come before those of their families. */
static const struct {
    enum cause_id a, b;
    str fact;
} CAUSES_APART[] = {
    { CAUSE_DOMAIN_NOT_CONFIGURED, CAUSE_MX_POINTS_ELSEWHERE,
      STR_INIT(
          "Compare the host that refused with the MX of the recipient's domain: if it is one of "
          "them, the server has to be told of the domain, else the MX has to be set right.") },
    { CAUSE_WRONG_CREDENTIALS, CAUSE_APP_PASSWORD_NEEDED,
      STR_INIT(
          "Log in on the provider's web page with the same password: if that works, the provider "
          "wants an app password for mail programs.") },
    { CAUSE_WRONG_CREDENTIALS, CAUSE_AUTH_BACKEND_DOWN,
      STR_INIT(
          "Log in over IMAP with the same user and password: if that works, the login behind the "
          "sending port is broken, and not the password.") },
    { CAUSE_TLS_MODE_MISMATCH, CAUSE_EGRESS_PORT_BLOCKED,
      STR_INIT("Connect to the port by hand: if any octet comes back, the port is open, and the "
               "program's setting for encryption does not fit it.") },
};

static const struct {
    enum cause_family a, b;
    str fact;
} FAMILIES_APART[] = {
    { F(AUTH_REQUIRED), F(RECIPIENT_DOMAIN_NOT_LOCAL),
      STR_INIT(
          "Look at who handed the mail in: if your own program sends through this server, it has "
          "to log in; if another server brings mail for a domain that should be at home there, the "
          "server does not know that domain.") },
    { F(AUTH_REQUIRED), F(RELAY_IP_NOT_ALLOWED),
      STR_INIT(
          "Send once with a login: if the same recipient is then taken, the login was missing; "
          "if the server offers no login, it goes by the client's address.") },
    { F(RELAY_IP_NOT_ALLOWED), F(RECIPIENT_DOMAIN_NOT_LOCAL),
      STR_INIT(
          "Look whether the refused recipient's domain should be at home on the server that "
          "refused: if so the server does not know the domain, else the client's address is not "
          "in its list.") },
    { F(AUTH_REQUIRED), F(POP_BEFORE_SMTP),
      STR_INIT(
          "Fetch mail first, then send within a few minutes: if it is then taken, the server goes "
          "by the mail check; a login for sending works for both.") },
    { F(POP_BEFORE_SMTP), F(RECIPIENT_DOMAIN_NOT_LOCAL),
      STR_INIT(
          "Look whether the server that refused is the one you fetch your mail from: if so, fetch "
          "mail first or log in for sending.") },
    { F(POP_BEFORE_SMTP), F(RELAY_IP_NOT_ALLOWED),
      STR_INIT(
          "Fetch mail first, then send within a few minutes: if it is then taken, the server goes "
          "by the mail check.") },
    { F(AUTH_REQUIRED), F(SENDER_NOT_OWNED),
      STR_INIT(
          "Send once with the login's own address as sender: if it is taken, the sender was not "
          "the login's; if it is refused too, the program does not log in.") },
    { F(RELAY_IP_NOT_ALLOWED), F(SENDER_NOT_OWNED),
      STR_INIT(
          "Send once with a sender in a domain that the server knows as yours: if it is taken, it "
          "was the sender, and not the address of the client.") },
    { F(AUTH_REQUIRED), F(AUTH_FAILED),
      STR_INIT(
          "Look in the program's log for AUTH: if it is there and answered with 535, the login was "
          "refused; if it is not there, the program never logged in.") },
    { F(AUTH_FAILED), F(RELAY_IP_NOT_ALLOWED),
      STR_INIT(
          "Look in the program's log for the answer to AUTH: 235 means that the login was taken, "
          "and that the server refuses for another reason.") },
    { F(AUTH_REQUIRED), F(TLS_REQUIRED),
      STR_INIT(
          "Look at the answer to EHLO before and after encryption: if AUTH is listed only after "
          "it, switch encryption on.") },
    { F(AUTH_MECHANISM), F(TLS_REQUIRED),
      STR_INIT(
          "Look at the answer to EHLO before and after encryption: if AUTH is listed only after "
          "it, switch encryption on.") },
    { F(AUTH_MECHANISM), F(AUTH_REQUIRED),
      STR_INIT(
          "Look in the program's log for the line with AUTH in the answer to EHLO: if it is there, "
          "the program did not use it; if not, this port offers no login.") },
    { F(AUTH_MECHANISM), F(AUTH_FAILED),
      STR_INIT(
          "Look at the answer to EHLO: if it lists no AUTH that the program speaks, the password "
          "was never looked at.") },
    { F(AUTH_FAILED), F(SENDER_NOT_OWNED),
      STR_INIT("Look which command was answered: AUTH means the login, MAIL FROM or the end of the "
               "message means the sender's address.") },
    { F(AUTH_FAILED), F(TLS_REQUIRED),
      STR_INIT("Switch encryption on and try the same login again.") },
    { F(AUTH_FAILED), F(WRONG_PORT_OR_TLS_MODE),
      STR_INIT("Try the same login on port 587 with STARTTLS and on port 465 with TLS.") },
    { F(WRONG_PORT_OR_TLS_MODE), F(PORT_BLOCKED_OR_TIMEOUT),
      STR_INIT("Connect to the port by hand: if any octet comes back, the port is open, and the "
               "program's setting for encryption does not fit it.") },
    { F(WRONG_PORT_OR_TLS_MODE), F(CERTIFICATE_PROBLEM),
      STR_INIT(
          "Look how far the handshake came: once a certificate is shown the mode fits, and the "
          "certificate is what is not trusted.") },
    { F(TLS_REQUIRED), F(WRONG_PORT_OR_TLS_MODE),
      STR_INIT("Look at the first octets on the port: a reply with 220 wants STARTTLS after EHLO, "
               "silence wants TLS at once.") },
    { F(PORT_BLOCKED_OR_TIMEOUT), F(DNS_FAILURE),
      STR_INIT(
          "Look the host name up on the machine that sends: without an address it is DNS, with one "
          "it is the way there.") },
    { F(RECIPIENT_DOMAIN_NOT_LOCAL), F(RECIPIENT_UNKNOWN),
      STR_INIT(
          "Write to postmaster at the same domain: if that is taken, the server knows the domain, "
          "and only the one mailbox is missing.") },
    { F(RECIPIENT_DOMAIN_NOT_LOCAL), F(DNS_FAILURE),
      STR_INIT(
          "Ask two resolvers for the MX of the recipient's domain: without an answer it is DNS, "
          "with a host that refuses it is that host.") },
    { F(RECIPIENT_UNKNOWN), F(SENDER_NOT_OWNED),
      STR_INIT("Look whose address the reply names: the recipient's, or the sender's.") },
    { F(RECIPIENT_UNKNOWN), F(AUTH_REQUIRED),
      STR_INIT(
          "Send once with a login: a server that hides its relay rule answers strangers as if the "
          "mailbox did not exist.") },
    { F(SPF_FAIL), F(DKIM_DMARC_FAIL),
      STR_INIT(
          "Check the sender's domain: `baton spf` tells whether the sending address is in its SPF "
          "record, `baton dmarc` whether a signature would have done.") },
    { F(REVERSE_DNS_OR_HELO), F(RELAY_IP_NOT_ALLOWED),
      STR_INIT(
          "Send once with a full host name in EHLO and from an address that has a name: if it is "
          "still refused, the server does not relay for the address.") },
    { F(REVERSE_DNS_OR_HELO), F(AUTH_REQUIRED),
      STR_INIT("Send once with a login: servers that check names do so for strangers only.") },
    { F(REVERSE_DNS_OR_HELO), F(IP_BLOCKLISTED),
      STR_INIT(
          "Look the sending address up backwards: without a name it is the reverse record, with a "
          "name it is a list.") },
    { F(IP_BLOCKLISTED), F(CONTENT_REJECTED),
      STR_INIT(
          "Send a bare one-line message from the same address: if it is taken, it was the content, "
          "and not the address.") },
    { F(IP_BLOCKLISTED), F(RATE_LIMITED),
      STR_INIT("Wait a day and send one message: a rate passes, a listing stays.") },
    { F(IP_BLOCKLISTED), F(SPF_FAIL),
      STR_INIT(
          "Check the sender's domain with `baton spf`: if the sending address passes, it was the "
          "address's reputation.") },
    { F(CONTENT_REJECTED), F(DKIM_DMARC_FAIL),
      STR_INIT("Send a bare one-line message with the same sender: if it is refused too, it is the "
               "sender's domain, and not the content.") },
    { F(RATE_LIMITED), F(GREYLISTED_TEMPORARY),
      STR_INIT(
          "Let the queue try again after a quarter of an hour: greylisting passes by itself.") },
    { F(GREYLISTED_TEMPORARY), F(IP_BLOCKLISTED),
      STR_INIT(
          "Let the queue try again after a quarter of an hour: greylisting passes by itself, a "
          "listing does not.") },
    { F(MAILBOX_FULL), F(RECIPIENT_UNKNOWN),
      STR_INIT("Send again in a few days, or ask the recipient on another way: a full mailbox is "
               "emptied, a missing one stays missing.") },
    { F(MESSAGE_TOO_LARGE), F(MAILBOX_FULL),
      STR_INIT("Send one line to the same recipient: if it is taken, the message was too large.") },
};

str splits_of(enum cause_id a, enum cause_id b)
{
    const struct cause *x = cause_of(a), *y = cause_of(b);
    if (!x || !y)
        return STR_NONE;
    for (size_t i = 0; i < COUNT_OF(CAUSES_APART); i++)
        if ((CAUSES_APART[i].a == a && CAUSES_APART[i].b == b) ||
            (CAUSES_APART[i].a == b && CAUSES_APART[i].b == a))
            return CAUSES_APART[i].fact;
    for (size_t i = 0; i < COUNT_OF(FAMILIES_APART); i++)
        if ((FAMILIES_APART[i].a == x->family && FAMILIES_APART[i].b == y->family) ||
            (FAMILIES_APART[i].a == y->family && FAMILIES_APART[i].b == x->family))
            return FAMILIES_APART[i].fact;
    return STR_NONE;
}
