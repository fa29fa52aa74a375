/* SPDX-License-Identifier: ISC */
#include "cause/cause.h"
#include "cause/catalogue.h"

static const struct name_row FAMILY_NAME_ROWS[] = {
    { FAMILY_AUTH_REQUIRED, STR_INIT("auth-required") },
    { FAMILY_TLS_REQUIRED, STR_INIT("tls-required") },
    { FAMILY_AUTH_MECHANISM, STR_INIT("auth-mechanism") },
    { FAMILY_AUTH_FAILED, STR_INIT("auth-failed") },
    { FAMILY_WRONG_PORT_OR_TLS_MODE, STR_INIT("wrong-port-or-tls-mode") },
    { FAMILY_CERTIFICATE_PROBLEM, STR_INIT("certificate-problem") },
    { FAMILY_SENDER_NOT_OWNED, STR_INIT("sender-not-owned") },
    { FAMILY_RELAY_IP_NOT_ALLOWED, STR_INIT("relay-ip-not-allowed") },
    { FAMILY_POP_BEFORE_SMTP, STR_INIT("pop-before-smtp") },
    { FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, STR_INIT("recipient-domain-not-local") },
    { FAMILY_PORT_BLOCKED_OR_TIMEOUT, STR_INIT("port-blocked-or-timeout") },
    { FAMILY_REVERSE_DNS_OR_HELO, STR_INIT("reverse-dns-or-helo") },
    { FAMILY_SPF_FAIL, STR_INIT("spf-fail") },
    { FAMILY_DKIM_DMARC_FAIL, STR_INIT("dkim-dmarc-fail") },
    { FAMILY_IP_BLOCKLISTED, STR_INIT("ip-blocklisted") },
    { FAMILY_RATE_LIMITED, STR_INIT("rate-limited") },
    { FAMILY_GREYLISTED_TEMPORARY, STR_INIT("greylisted-temporary") },
    { FAMILY_RECIPIENT_UNKNOWN, STR_INIT("recipient-unknown") },
    { FAMILY_CONTENT_REJECTED, STR_INIT("content-rejected") },
    { FAMILY_MESSAGE_TOO_LARGE, STR_INIT("message-too-large") },
    { FAMILY_MAILBOX_FULL, STR_INIT("mailbox-full") },
    { FAMILY_DNS_FAILURE, STR_INIT("dns-failure") },
    { FAMILY_OTHER_NOT_RELAY, STR_INIT("other-not-relay") },
};
const struct names FAMILY_NAMES = NAMES(FAMILY_NAME_ROWS);

static const struct family {
    bool relay; /* is it about relaying? */
    str title;
} FAMILY_ROWS[FAMILIES] = {
    [FAMILY_AUTH_REQUIRED] = { true, STR_INIT("The server wants a login") },
    [FAMILY_TLS_REQUIRED] = { true, STR_INIT("The server wants encryption first") },
    [FAMILY_AUTH_MECHANISM] = { true, STR_INIT("The way of logging in does not fit") },
    [FAMILY_AUTH_FAILED] = { true, STR_INIT("The login was tried and refused") },
    [FAMILY_WRONG_PORT_OR_TLS_MODE] = { true, STR_INIT("Wrong server, port or encryption") },
    [FAMILY_CERTIFICATE_PROBLEM] = { true, STR_INIT("The server's certificate does not hold") },
    [FAMILY_SENDER_NOT_OWNED] = { true, STR_INIT("The sender's address is refused") },
    [FAMILY_RELAY_IP_NOT_ALLOWED] = { true, STR_INIT("The server's own rules keep you out") },
    [FAMILY_POP_BEFORE_SMTP] = { true, STR_INIT("Mail must be fetched first") },
    [FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL] = { true, STR_INIT("The recipient's domain is not served "
                                                           "there") },
    [FAMILY_PORT_BLOCKED_OR_TIMEOUT] = { true, STR_INIT("The server cannot be reached") },
    [FAMILY_REVERSE_DNS_OR_HELO] = { false, STR_INIT("The sending machine's name is refused") },
    [FAMILY_SPF_FAIL] = { false, STR_INIT("The sending server is not listed (SPF)") },
    [FAMILY_DKIM_DMARC_FAIL] = { false, STR_INIT("The signature is missing (DKIM, DMARC)") },
    [FAMILY_IP_BLOCKLISTED] = { false, STR_INIT("The sending address has a bad name") },
    [FAMILY_RATE_LIMITED] = { false, STR_INIT("Too much at a time") },
    [FAMILY_GREYLISTED_TEMPORARY] = { false, STR_INIT("Refused for the moment") },
    [FAMILY_RECIPIENT_UNKNOWN] = { false, STR_INIT("The recipient does not exist") },
    [FAMILY_CONTENT_REJECTED] = { false, STR_INIT("The content is refused") },
    [FAMILY_MESSAGE_TOO_LARGE] = { false, STR_INIT("The size is refused") },
    [FAMILY_MAILBOX_FULL] = { false, STR_INIT("The recipient has no room") },
    [FAMILY_DNS_FAILURE] = { false, STR_INIT("DNS does not answer") },
    [FAMILY_OTHER_NOT_RELAY] = { false, STR_INIT("Something else") },
};

static bool family_exists(enum cause_family f)
{
    return (unsigned)f < FAMILIES;
}

bool family_is_relay(enum cause_family f)
{
    return family_exists(f) && FAMILY_ROWS[f].relay;
}

str family_title(enum cause_family f)
{
    return family_exists(f) ? FAMILY_ROWS[f].title : STR_NONE;
}

static const struct name_row CAUSE_NAME_ROWS[] = {
#define CAUSE_ID(constant, id) { CAUSE_##constant, STR_INIT(id) },
#include "cause/ids.h"
#undef CAUSE_ID
};
static const struct names CAUSE_NAMES = NAMES(CAUSE_NAME_ROWS);

const struct cause *cause_of(enum cause_id id)
{
    return (unsigned)id < CAUSES ? CAUSE_ROWS[id] : NULL;
}

const struct cause *cause_named(str name)
{
    int id = CAUSE_NONE;
    return names_find(&CAUSE_NAMES, name, &id) ? cause_of((enum cause_id)id) : NULL;
}

const struct cause *cause_nearest(str typed)
{
    return cause_named(names_nearest(&CAUSE_NAMES, typed));
}

static const struct name_row SERVER_NAME_ROWS[] = {
    { SERVER_ANY, STR_INIT("any") },           { SERVER_POSTFIX, STR_INIT("postfix") },
    { SERVER_EXIM, STR_INIT("exim") },         { SERVER_OPENSMTPD, STR_INIT("opensmtpd") },
    { SERVER_EXCHANGE, STR_INIT("exchange") }, { SERVER_MICROSOFT_365, STR_INIT("microsoft-365") },
    { SERVER_CPANEL, STR_INIT("cpanel") },     { SERVER_PLESK, STR_INIT("plesk") },
};
const struct names SERVER_NAMES = NAMES(SERVER_NAME_ROWS);

static const struct name_row SIDE_NAME_ROWS[] = {
    { SIDE_TAKES, STR_INIT("takes") },
    { SIDE_SENDS, STR_INIT("sends") },
};
const struct names SIDE_NAMES = NAMES(SIDE_NAME_ROWS);

str server_title(enum cause_server s)
{
    static const str TITLES[SERVER_KINDS] = {
        [SERVER_POSTFIX] = STR_INIT("Postfix"),
        [SERVER_EXIM] = STR_INIT("Exim"),
        [SERVER_OPENSMTPD] = STR_INIT("OpenSMTPD"),
        [SERVER_EXCHANGE] = STR_INIT("Exchange"),
        [SERVER_CPANEL] = STR_INIT("cPanel"),
        [SERVER_MICROSOFT_365] = STR_INIT("Microsoft 365"),
        [SERVER_PLESK] = STR_INIT("Plesk"),
    };
    return (unsigned)s < SERVER_KINDS ? TITLES[s] : STR_NONE;
}

/* The first row that is met counts: what stands upon another comes before it. */
enum cause_server server_of_greeting(str greeting)
{
    static const struct {
        str has;
        enum cause_server server;
    } ROWS[] = {
        { STR_INIT(".outlook.com Microsoft ESMTP"), SERVER_MICROSOFT_365 },
        { STR_INIT(".office365.com Microsoft ESMTP"), SERVER_MICROSOFT_365 },
        { STR_INIT(".mx.microsoft Microsoft ESMTP"), SERVER_MICROSOFT_365 },
        { STR_INIT("Microsoft ESMTP MAIL"), SERVER_EXCHANGE },
        { STR_INIT("We do not authorize the use of this system"), SERVER_CPANEL },
        { STR_INIT("ESMTP Exim"), SERVER_EXIM },
        { STR_INIT("ESMTP OpenSMTPD"), SERVER_OPENSMTPD },
        { STR_INIT("ESMTP Postfix"), SERVER_POSTFIX },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (str_find_nocase(greeting, ROWS[i].has) != STR_NOT_FOUND)
            return ROWS[i].server;
    return SERVER_ANY;
}

static size_t add_steps_of(const struct cause_step *steps, size_t max, enum cause_server server,
                           const struct cause_step **out, size_t n, size_t room)
{
    for (size_t i = 0; i < max && steps[i].text.n; i++)
        if (steps[i].server == server && n < room)
            out[n++] = &steps[i];
    return n;
}

size_t cause_steps(const struct cause *c, enum cause_role role, enum cause_server server,
                   const struct cause_step **out, size_t room)
{
    const struct cause_step *steps = role == ROLE_SENDER ? c->sender_steps : c->operator_steps;
    size_t max = role == ROLE_SENDER ? CAUSE_STEPS : CAUSE_OPERATOR_STEPS, n = 0;
    if (server != SERVER_ANY)
        n = add_steps_of(steps, max, server, out, n, room);
    return add_steps_of(steps, max, SERVER_ANY, out, n, room);
}

str cause_step_line(const struct cause_step *s, struct arena *memory)
{
    return arena_printf(memory, "%.*s%s%.*s%s%.*s%s%.*s", STR_ARG(s->text),
                        s->check.n ? " Check: " : "", STR_ARG(s->check), s->undo.n ? " Undo: " : "",
                        STR_ARG(s->undo), s->warning.n ? " Careful: " : "", STR_ARG(s->warning));
}

const struct note *note_of(enum finding_note id)
{
    return id != NOTE_NONE && (unsigned)id < NOTES ? &NOTE_ROWS[id] : NULL;
}
