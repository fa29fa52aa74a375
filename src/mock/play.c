/* SPDX-License-Identifier: ISC */
#include "mock/play.h"

enum {
    MX = MOCK_AT(MOCK_DOOR_MX),
    USERS = MOCK_AT(MOCK_DOOR_SUBMISSION) | MOCK_AT(MOCK_DOOR_SUBMISSIONS)
};

static const struct name_row DOOR_ROWS[] = {
    { MOCK_DOOR_MX, STR_INIT("mx") },
    { MOCK_DOOR_SUBMISSION, STR_INIT("submission") },
    { MOCK_DOOR_SUBMISSIONS, STR_INIT("submissions") },
    { MOCK_DOOR_POP3, STR_INIT("pop3") },
    { MOCK_DOOR_POP3S, STR_INIT("pop3s") },
};
const struct names MOCK_DOOR_NAMES = NAMES(DOOR_ROWS);

/* clang-format off */
#define SOUND    .mechanisms = STR_INIT("PLAIN LOGIN"), .auth_under_tls = USERS
#define SAYS(s)  .gates = { { MOCK_SAYS_##s, 0 } }
#define SAYS_WHEN(s, facts) .gates = { { MOCK_SAYS_##s, facts } }
#define DOES(text) .does = STR_INIT(text)
static const struct mock_play PLAYS[] = {
    { CAUSE_NONE, SOUND,
      DOES("takes mail for anywhere after a login, which the users' doors offer under TLS") },
    { CAUSE_CLIENT_NEVER_AUTHENTICATES, .mechanisms = STR_INIT("PLAIN LOGIN"), .auth_under_tls = MX | USERS,
      DOES("offers a login at every door under TLS, and refuses to relay without one") },
    { CAUSE_HELO_INSTEAD_OF_EHLO, SOUND,
      DOES("offers a login in its answer to EHLO, where HELO gets a single line") },
    { CAUSE_AUTH_HIDDEN_UNTIL_TLS, .mechanisms = STR_INIT("PLAIN LOGIN"), .auth_under_tls = MX | USERS,
      DOES("shows AUTH after STARTTLS and not before; without a login it refuses to relay") },
    { CAUSE_MAIL_ONLY_UNDER_TLS, SOUND, .trust = MOCK_TRUST_EVERYBODY, SAYS_WHEN(STARTTLS_FIRST, MOCK_CLEAR),
      DOES("refuses MAIL in clear; under TLS it takes mail with a login or without") },
    { CAUSE_NO_COMMON_MECHANISM, .mechanisms = STR_INIT("GSSAPI NTLM"), .auth_under_tls = USERS,
      DOES("offers AUTH by GSSAPI and NTLM only") },
    { CAUSE_MECHANISM_OFFERED_BUT_DEAD, .mechanisms = STR_INIT("CRAM-MD5 PLAIN LOGIN"), .auth_under_tls = USERS,
      .dead_mechanism = STR_INIT("CRAM-MD5"), SAYS_WHEN(MECHANISM_DEAD, MOCK_LOGIN_DEAD),
      DOES("offers CRAM-MD5 and cannot do it; PLAIN and LOGIN work") },
    { CAUSE_RELAY_TAKES_NO_LOGIN, .trust = MOCK_TRUST_EVERYBODY,
      DOES("offers no login anywhere and relays by address") },
    { CAUSE_CLIENT_CERTIFICATE_NEEDED, .trust = MOCK_TRUST_CERTIFICATE, .no_relay = MOCK_SAYS_CERTIFICATE_FIRST,
      DOES("asks for a certificate in the TLS handshake, and relays for who shows one of its authority") },
    { CAUSE_WRONG_CREDENTIALS, SOUND, SAYS(LOGIN_WRONG),
      DOES("refuses every user name and password") },
    { CAUSE_WRONG_USERNAME_FORM, SOUND, .other_form = true,
      DOES("knows the user without what stands behind the @, or with it where --user has none") },
    { CAUSE_PASSWORD_MANGLED, SOUND, SAYS_WHEN(LOGIN_WRONG, MOCK_PASSWORD_ODD),
      DOES("refuses a password with blanks, line ends or quotes around it or octets outside ASCII in it") },
    { CAUSE_APP_PASSWORD_NEEDED, SOUND, SAYS(APP_PASSWORD),
      DOES("refuses every password, and asks for an app password") },
    { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, SOUND, SAYS(PASSWORDS_OFF),
      DOES("refuses every password: logins by password are switched off") },
    { CAUSE_OAUTH_TOKEN_REJECTED, .mechanisms = STR_INIT("XOAUTH2 OAUTHBEARER"), .auth_under_tls = USERS,
      SAYS_WHEN(TOKEN_REJECTED, MOCK_TOKEN),
      DOES("offers logins by token only, and rejects every token with JSON in a challenge") },
    { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, SOUND, SAYS(ACCOUNT_BARRED),
      DOES("refuses the login: the account is disabled") },
    { CAUSE_AUTH_BACKEND_DOWN, SOUND, SAYS(BACKEND_DOWN),
      DOES("cannot look up any login at the moment") },
    { CAUSE_MX_PORT_NOT_SUBMISSION, SOUND,
      DOES("offers a login at the users' doors and none at the mx door, even under TLS") },
    { CAUSE_WRONG_SERVER, .hostname = STR_INIT(MOCK_CERT_OTHER_HOST), .cert = MOCK_CERT_WRONG_NAME,
      DOES("greets as " MOCK_CERT_OTHER_HOST ", shows its certificate, and knows nothing of the user") },
    { CAUSE_TLS_MODE_MISMATCH, SOUND,
      DOES("is healthy: point a program at the door of the other TLS mode") },
    { CAUSE_TLS_VERSION_OR_CIPHER, SOUND, .old_tls = true,
      DOES("speaks TLS 1.1 and no later version") },
    { CAUSE_STARTTLS_STRIPPED, SOUND, .no_starttls = true, .keywords = STR_INIT("XXXXXXXA"),
      DOES("has X in place of STARTTLS in its answer to EHLO, as behind a firewall that inspects mail") },
    { CAUSE_CERTIFICATE_EXPIRED, SOUND, .cert = MOCK_CERT_EXPIRED,
      DOES("shows a certificate that ended three days ago") },
    { CAUSE_CERTIFICATE_NOT_YET_VALID, SOUND, .cert = MOCK_CERT_NOT_YET_VALID,
      DOES("shows a certificate that begins in four days") },
    { CAUSE_CERTIFICATE_SELF_SIGNED, SOUND, .cert = MOCK_CERT_SELF_SIGNED,
      DOES("shows a certificate that signs itself") },
    { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, SOUND, .cert = MOCK_CERT_UNKNOWN_ISSUER,
      DOES("shows a certificate of an authority that nobody trusts") },
    { CAUSE_CERTIFICATE_WRONG_NAME, SOUND, .cert = MOCK_CERT_WRONG_NAME,
      DOES("shows a certificate made out to " MOCK_CERT_OTHER_HOST) },
    { CAUSE_FROM_NOT_LOGIN, SOUND, SAYS_WHEN(FROM_OTHER, MOCK_MEMBER | MOCK_FROM_OTHER),
      DOES("takes a From only where it is the address of the login") },
    { CAUSE_FROM_INVALID, SOUND, SAYS_WHEN(FROM_INVALID, MOCK_FROM_INVALID),
      DOES("refuses a reverse-path without a full domain, or with one in .invalid") },
    { CAUSE_SENDER_UNVERIFIED, SOUND, SAYS_WHEN(SENDER_UNVERIFIED, MOCK_MEMBER),
      DOES("takes the login, and calls every From not verified") },
    { CAUSE_OWN_ADDRESS_REFUSED, SOUND, SAYS_WHEN(FROM_OTHER, MOCK_MEMBER),
      DOES("takes the login, and calls even its own address somebody else's") },
    { CAUSE_IP_NOT_TRUSTED, .trust = MOCK_TRUST_LISTED,
      DOES("offers no login anywhere and relays for the addresses of a list") },
    { CAUSE_IP_HIDDEN_BY_NAT, .trust = MOCK_TRUST_LISTED, .no_relay = MOCK_SAYS_NAT,
      DOES("offers no login, and names a container bridge as the address it refuses") },
    { CAUSE_LOGIN_NOT_HONOURED, SOUND, .trust = MOCK_TRUST_NEVER,
      DOES("takes the login, and refuses to relay all the same") },
    { CAUSE_POP_BEFORE_SMTP, .trust = MOCK_TRUST_POP, .no_relay = MOCK_SAYS_POP_FIRST,
      DOES("offers no login, and relays for who has just fetched mail at its POP3 door") },
    { CAUSE_DOMAIN_NOT_CONFIGURED, SOUND, SAYS_WHEN(NO_RELAY, MOCK_INSIDE),
      DOES("refuses its own domain as a foreign one, postmaster too") },
    { CAUSE_MX_POINTS_ELSEWHERE, .hostname = STR_INIT(MOCK_CERT_OTHER_HOST), SAYS_WHEN(NO_RELAY, MOCK_INSIDE),
      DOES("is a stranger's server, " MOCK_CERT_OTHER_HOST ", that knows nothing of the domain") },
    { CAUSE_DOMAIN_STILL_LOCAL, SOUND, SAYS_WHEN(RECIPIENT_UNKNOWN, MOCK_UNLISTED),
      DOES("takes the domain for its own and does not know its mailboxes any more") },
    { CAUSE_IP_BANNED, SAYS(BANNED),
      DOES("turns every connection away in its greeting") },
    { CAUSE_EHLO_NAME_REFUSED, SOUND, SAYS_WHEN(NAME_BARE, MOCK_NAME_BARE),
      DOES("refuses an EHLO name without a dot, and localhost in any form") },
    { CAUSE_REVERSE_DNS_MISSING, SOUND, SAYS(NO_REVERSE_DNS),
      DOES("refuses: the address has no name in DNS") },
    { CAUSE_SPF_FAIL, SOUND, SAYS(SPF),
      DOES("refuses: the sender's domain does not list the address") },
    { CAUSE_DKIM_DMARC_FAIL, SOUND, SAYS(DMARC),
      DOES("refuses the message: it is not signed as its domain asks") },
    { CAUSE_IP_BLOCKLISTED, SOUND, SAYS(BLOCKLISTED),
      DOES("refuses: the address is on a blocklist") },
    { CAUSE_RATE_LIMITED, SOUND, SAYS_WHEN(RATE, MOCK_SERVED),
      DOES("refuses for now: too much mail in too short a time") },
    { CAUSE_GREYLISTED_TEMPORARY, SOUND, SAYS_WHEN(GREYLISTED, MOCK_SERVED | MOCK_EARLY),
      DOES("refuses for now, and takes the same some seconds later (--wait)") },
    { CAUSE_RECIPIENT_UNKNOWN, SOUND, SAYS_WHEN(RECIPIENT_UNKNOWN, MOCK_UNLISTED),
      DOES("knows the user and postmaster in its own domain, and nobody else there") },
    { CAUSE_CONTENT_REJECTED, SOUND, SAYS(CONTENT),
      DOES("refuses every message for what is in it") },
    { CAUSE_MESSAGE_TOO_LARGE, SOUND, .size_octets = 64 * 1024,
      DOES("takes messages of at most 64 KiB") },
    { CAUSE_MAILBOX_FULL, SOUND, SAYS_WHEN(MAILBOX_FULL, MOCK_SERVED | MOCK_UNLISTED),
      DOES("has no room for anybody in its own domain but the user and postmaster") },
    { CAUSE_OTHER_NOT_RELAY, SOUND, SAYS(OTHER),
      DOES("has a fault of its own") },
    { CAUSE_MAIL_LOOP, SOUND, SAYS(LOOP),
      DOES("calls every message one that goes round in a circle") },
};

static const struct {
    enum cause_id cause;
    str why;
} NOT_PLAYED[] = {
    { CAUSE_DNS_CHANGE_PENDING, STR_INIT("it lies in DNS, before any mail server is asked") },
    { CAUSE_DNS_DELEGATION, STR_INIT("it lies in DNS, before any mail server is asked") },
    { CAUSE_EGRESS_PORT_BLOCKED, STR_INIT("it lies in the network: a packet filter drops what goes to a port") },
    { CAUSE_LOCAL_FIREWALL, STR_INIT("it lies in the sending machine, whose filter stops the program") },
    { CAUSE_REDIRECTED_BY_NETWORK, STR_INIT("it lies in the network, which leads every connection elsewhere") },
    { CAUSE_SERVER_DOWN, STR_INIT("it needs no server: any port where nothing listens shows it") },
    { CAUSE_IPV6_DIFFERS, STR_INIT("it takes two: one mock with --listen 127.0.0.1, another with --listen ::1") },
    { CAUSE_DNS_FAILURE, STR_INIT("it lies in DNS, before any mail server is asked") },
};
#undef SOUND
#undef SAYS
#undef SAYS_WHEN
#undef DOES
/* clang-format on */

const struct mock_play *mock_plays(size_t *count)
{
    *count = COUNT_OF(PLAYS);
    return PLAYS;
}

const struct mock_play *mock_play_of(enum cause_id cause)
{
    for (size_t i = 0; i < COUNT_OF(PLAYS); i++)
        if (PLAYS[i].cause == cause)
            return &PLAYS[i];
    return NULL;
}

str mock_play_why_not(enum cause_id cause)
{
    for (size_t i = 0; i < COUNT_OF(NOT_PLAYED); i++)
        if (NOT_PLAYED[i].cause == cause)
            return NOT_PLAYED[i].why;
    return STR_NONE;
}

str mock_play_name(const struct mock_play *p)
{
    return p->cause == CAUSE_NONE ? STR("healthy") : cause_of(p->cause)->name;
}

const struct mock_play *mock_play_named(str name)
{
    for (size_t i = 0; i < COUNT_OF(PLAYS); i++)
        if (str_eq_nocase(mock_play_name(&PLAYS[i]), name))
            return &PLAYS[i];
    return NULL;
}

/* What every server does behind the gates of its row. */
static const struct mock_gate USUAL[] = {
    { MOCK_SAYS_BANNED, MOCK_SHUT_OUT },
    { MOCK_SAYS_LOGIN_WRONG, MOCK_LOGIN_WRONG },
    { MOCK_SAYS_NO_RELAY, MOCK_OUTSIDE | MOCK_UNTRUSTED },
    { MOCK_SAYS_LOGIN_TAKEN, 0 },
    { MOCK_SAYS_SENDER_TAKEN, 0 },
    { MOCK_SAYS_RECIPIENT_TAKEN, 0 },
    { MOCK_SAYS_MESSAGE_TAKEN, 0 },
};

static const struct mock_words *gate_says(const struct mock_play *p, const struct mock_flavour *f,
                                          const struct mock_gate *g, enum smtp_stage at,
                                          unsigned facts)
{
    enum mock_says says = g->says;
    if (says == MOCK_SAYS_NO_RELAY && p->no_relay != MOCK_SAYS_NOTHING)
        says = p->no_relay;
    const struct mock_words *w = &f->words[says];
    return says != MOCK_SAYS_NOTHING && w->at == at && (g->when & ~facts) == 0 ? w : NULL;
}

const struct mock_words *mock_play_answer(const struct mock_play *p, const struct mock_flavour *f,
                                          enum smtp_stage at, unsigned facts)
{
    const struct mock_words *w = NULL;
    for (size_t i = 0; i < MOCK_GATES && !w; i++)
        w = gate_says(p, f, &p->gates[i], at, facts);
    for (size_t i = 0; i < COUNT_OF(USUAL) && !w; i++)
        w = gate_says(p, f, &USUAL[i], at, facts);
    return w;
}
