/* SPDX-License-Identifier: ISC */
#include "mock/play.h"

enum {
    MX = MOCK_AT(MOCK_DOOR_MX),
    USERS = MOCK_AT(MOCK_DOOR_SUBMISSION) | MOCK_AT(MOCK_DOOR_SUBMISSIONS),
    CLEAR = MOCK_AT(MOCK_DOOR_MX) | MOCK_AT(MOCK_DOOR_SUBMISSION)
};

static const struct name_row DOOR_ROWS[] = {
    { MOCK_DOOR_MX, STR_INIT("mx") },
    { MOCK_DOOR_SUBMISSION, STR_INIT("submission") },
    { MOCK_DOOR_SUBMISSIONS, STR_INIT("submissions") },
};
const struct names MOCK_DOOR_NAMES = NAMES(DOOR_ROWS);

enum { FLAVOUR_POSTFIX, FLAVOUR_EXIM, FLAVOUR_EXCHANGE, FLAVOUR_SENDMAIL };
static const struct name_row FLAVOUR_ROWS[] = {
    { FLAVOUR_POSTFIX, STR_INIT("postfix") },
    { FLAVOUR_EXIM, STR_INIT("exim") },
    { FLAVOUR_EXCHANGE, STR_INIT("exchange") },
    { FLAVOUR_SENDMAIL, STR_INIT("sendmail") },
};
const struct names MOCK_FLAVOUR_NAMES = NAMES(FLAVOUR_ROWS);

/* clang-format off */
#define SOUND .mechanisms = STR_INIT("PLAIN LOGIN"), .auth_under_tls = USERS
static const struct mock_play PLAYS[] = {
    { .cause = CAUSE_NONE, SOUND,
      .does = STR_INIT("takes mail for anywhere after a login, which the users' doors offer under TLS") },
    { .cause = CAUSE_CLIENT_NEVER_AUTHENTICATES, .mechanisms = STR_INIT("PLAIN LOGIN"),
      .auth_under_tls = MX | USERS,
      .does = STR_INIT("offers a login at every door under TLS, and refuses to relay without one") },
    { .cause = CAUSE_AUTH_HIDDEN_UNTIL_TLS, .mechanisms = STR_INIT("PLAIN LOGIN"),
      .auth_under_tls = MX | USERS,
      .does = STR_INIT("shows AUTH after STARTTLS and not before; without a login it refuses to relay") },
    { .cause = CAUSE_MAIL_ONLY_UNDER_TLS, SOUND, .mail_needs_tls = CLEAR,
      .trust = MOCK_TRUST_EVERYBODY,
      .does = STR_INIT("refuses MAIL in clear; under TLS it takes mail with a login or without") },
    { .cause = CAUSE_NO_COMMON_MECHANISM, .mechanisms = STR_INIT("GSSAPI NTLM"),
      .auth_under_tls = USERS,
      .does = STR_INIT("offers AUTH by GSSAPI and NTLM only") },
    { .cause = CAUSE_RELAY_TAKES_NO_LOGIN, .trust = MOCK_TRUST_EVERYBODY,
      .does = STR_INIT("offers no login anywhere and relays by address") },
    { .cause = CAUSE_WRONG_CREDENTIALS, SOUND, .login_refused = true,
      .does = STR_INIT("refuses every user name and password") },
    { .cause = CAUSE_MX_PORT_NOT_SUBMISSION, SOUND,
      .does = STR_INIT("offers a login at the users' doors and none at the mx door, even under TLS") },
    { .cause = CAUSE_TLS_MODE_MISMATCH, SOUND,
      .does = STR_INIT("is healthy: point a program at the door of the other TLS mode") },
    { .cause = CAUSE_CERTIFICATE_EXPIRED, SOUND, .cert = MOCK_CERT_EXPIRED,
      .does = STR_INIT("shows a certificate that ended three days ago") },
    { .cause = CAUSE_CERTIFICATE_NOT_YET_VALID, SOUND, .cert = MOCK_CERT_NOT_YET_VALID,
      .does = STR_INIT("shows a certificate that begins in four days") },
    { .cause = CAUSE_CERTIFICATE_SELF_SIGNED, SOUND, .cert = MOCK_CERT_SELF_SIGNED,
      .does = STR_INIT("shows a certificate that signs itself") },
    { .cause = CAUSE_CERTIFICATE_UNKNOWN_ISSUER, SOUND, .cert = MOCK_CERT_UNKNOWN_ISSUER,
      .does = STR_INIT("shows a certificate of an authority that nobody trusts") },
    { .cause = CAUSE_CERTIFICATE_WRONG_NAME, SOUND, .cert = MOCK_CERT_WRONG_NAME,
      .does = STR_INIT("shows a certificate made out to " MOCK_CERT_OTHER_HOST) },
    { .cause = CAUSE_FROM_NOT_LOGIN, SOUND, .sender_owned = true,
      .does = STR_INIT("takes a reverse-path only where it is the address of the login") },
    { .cause = CAUSE_IP_NOT_TRUSTED, .trust = MOCK_TRUST_LISTED,
      .does = STR_INIT("offers no login anywhere and relays for the addresses of a list") },
    { .cause = CAUSE_RECIPIENT_UNKNOWN, SOUND, .mailboxes_listed = true,
      .does = STR_INIT("knows the user and postmaster in its own domain, and nobody else there") },
};
#undef SOUND

/* Short facts as these servers state them. Postfix and Exchange have rules of stock for all of these.
 * Exim and sendmail have none for a reverse-path that is not the login's, and Exim none for TLS: what
 * stands there is what a bare `deny` says in Exim, a common local rule in sendmail, and RFC 3207. */
#define SAYS(code, enhanced, text) { code, STR_INIT(enhanced), STR_INIT(text) }
static const struct mock_flavour FLAVOURS[] = {
    [FLAVOUR_POSTFIX] = { .title = STR_INIT("Postfix"), .banner = STR_INIT("{host} ESMTP Postfix"),
      .relay_refused      = SAYS(554, "5.7.1", "<{to}>: Relay access denied"),
      .login_refused      = SAYS(535, "5.7.8", "Error: authentication failed"),
      .sender_refused     = SAYS(553, "5.7.1", "<{from}>: Sender address rejected: not owned by user {user}"),
      .starttls_first     = SAYS(530, "5.7.0", "Must issue a STARTTLS command first"),
      .recipient_unknown  = SAYS(550, "5.1.1", "<{to}>: Recipient address rejected: User unknown in local recipient table"),
      .login_accepted     = SAYS(235, "2.7.0", "Authentication successful"),
      .sender_accepted    = SAYS(250, "2.1.0", "Ok"),
      .recipient_accepted = SAYS(250, "2.1.5", "Ok"),
      .message_accepted   = SAYS(250, "2.0.0", "Ok: queued as {id}"),
      .sender_refused_at  = SMTP_STAGE_RCPT },
    [FLAVOUR_EXIM] = { .title = STR_INIT("Exim"), .banner = STR_INIT("{host} ESMTP Exim"),
      .relay_refused      = SAYS(550, "", "relay not permitted"),
      .login_refused      = SAYS(535, "", "Incorrect authentication data"),
      .sender_refused     = SAYS(550, "", "Administrative prohibition"),
      .starttls_first     = SAYS(530, "5.7.0", "Must issue a STARTTLS command first"),
      .recipient_unknown  = SAYS(550, "", "Unrouteable address"),
      .login_accepted     = SAYS(235, "", "Authentication succeeded"),
      .sender_accepted    = SAYS(250, "", "OK"),
      .recipient_accepted = SAYS(250, "", "Accepted"),
      .message_accepted   = SAYS(250, "", "OK id={id}"),
      .sender_refused_at  = SMTP_STAGE_RCPT },
    [FLAVOUR_EXCHANGE] = { .title = STR_INIT("Exchange"),
      .banner = STR_INIT("{host} Microsoft ESMTP MAIL Service ready"),
      .relay_refused      = SAYS(550, "5.7.54", "SMTP; Unable to relay recipient in non-accepted domain"),
      .login_refused      = SAYS(535, "5.7.3", "Authentication unsuccessful"),
      .sender_refused     = SAYS(550, "5.7.60", "SMTP; Client does not have permissions to send as this sender"),
      .starttls_first     = SAYS(451, "5.7.3", "STARTTLS is required to send mail"),
      .recipient_unknown  = SAYS(550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient {to} not found by SMTP address lookup"),
      .login_accepted     = SAYS(235, "2.7.0", "Authentication successful"),
      .sender_accepted    = SAYS(250, "2.1.0", "Sender OK"),
      .recipient_accepted = SAYS(250, "2.1.5", "Recipient OK"),
      .message_accepted   = SAYS(250, "2.6.0", "<{id}@{host}> Queued mail for delivery"),
      .sender_refused_at  = SMTP_STAGE_END_OF_DATA },
    [FLAVOUR_SENDMAIL] = { .title = STR_INIT("sendmail"), .banner = STR_INIT("{host} ESMTP Sendmail 8.17.1; ready"),
      .relay_refused      = SAYS(550, "5.7.1", "<{to}>... Relaying denied"),
      .login_refused      = SAYS(535, "5.7.0", "authentication failed"),
      .sender_refused     = SAYS(553, "5.7.1", "<{from}>... Sender address does not match the login"),
      .starttls_first     = SAYS(530, "5.7.0", "Must issue a STARTTLS command first"),
      .recipient_unknown  = SAYS(550, "5.1.1", "<{to}>... User unknown"),
      .login_accepted     = SAYS(235, "2.0.0", "OK Authenticated"),
      .sender_accepted    = SAYS(250, "2.1.0", "<{from}>... Sender ok"),
      .recipient_accepted = SAYS(250, "2.1.5", "<{to}>... Recipient ok"),
      .message_accepted   = SAYS(250, "2.0.0", "{id} Message accepted for delivery"),
      .sender_refused_at  = SMTP_STAGE_MAIL },
};
#undef SAYS
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

const struct mock_flavour *mock_flavour_named(str name)
{
    int i;
    return names_find(&MOCK_FLAVOUR_NAMES, name, &i) ? &FLAVOURS[i] : NULL;
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

/* The value of one {term}; p NULL: no such term. */
static str term_value(const struct mock_terms *terms, str name)
{
    const struct {
        str name, value;
    } rows[] = {
        { STR("to"), terms->to },     { STR("from"), terms->from }, { STR("user"), terms->user },
        { STR("host"), terms->host }, { STR("id"), terms->id },
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
