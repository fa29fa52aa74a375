/* SPDX-License-Identifier: ISC */
/*
 * settings/mistakes_server.c - the wrong server, port, or kind of encryption
 */
#include "settings/mistakes_inside.h"
#include "settings/provider_hosts.h"

/* ------------------------------------------------------------------------------------------------
 * The host
 */
/* What is no host name, and why. IPv6 addresses have colons of their own. */
static str wrong_form(str host)
{
    struct ip ip;
    if (ip_parse(host, &ip))
        return STR_NONE;
    if (str_find(host, STR("://")) != STR_NOT_FOUND)
        return STR("a scheme such as ssl:// stands in front of it");
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (c == '@')
            return STR("it is a mail address");
        if (c == '/')
            return STR("a / stands in it");
        if (c == ':')
            return STR("a port is joined to it");
        if (c == '"' || c == '\'')
            return STR("quotes are a part of it");
        if ((unsigned char)c <= ' ')
            return STR("a blank stands in it");
    }
    return STR_NONE;
}

/* The reader has told why no server follows from the item. */
static bool is_told(const struct mistakes_of *m, const struct settings_item *item)
{
    bool told = false;
    for (size_t i = 0; item && i < m->r->mistake_count; i++)
        told |= m->r->mistakes[i].item == item;
    return told;
}

/* The mail goes another way than by a server. */
static bool goes_elsewhere(const struct mistakes_of *m)
{
    for (size_t i = 0; i < m->r->mistake_count; i++)
        if (m->r->mistakes[i].row->id == MISTAKE_NOT_APPLIED)
            return true;
    return false;
}

static void form(const struct mistakes_of *m)
{
    const struct settings_item *item = mistakes_at(m, SETTINGS_HOST);
    if (item && (item->how & SETTINGS_ITEM_CODE || (!m->a->host.n && is_told(m, item))))
        return;
    if (!m->a->host.n && !m->r->said[SETTINGS_HOST] && goes_elsewhere(m))
        return;
    if (!m->a->host.n) {
        MISTAKE(m, HOST_MISSING, HOST, STR("no server is named"),
                STR("write the name of the server for outgoing mail"));
        return;
    }
    str why = wrong_form(m->a->host);
    if (why.n)
        MISTAKE(
            m, HOST_FORM, HOST,
            arena_printf(m->r->arena, "the server's name is no name of a host: %.*s", STR_ARG(why)),
            STR("write the bare name, as in mail.example.org"));
}

/* A name of a provider's that is not where its users hand mail over. */
static void role(const struct mistakes_of *m)
{
    static const enum settings_mistake_id ID_OF[] = {
        [PROVIDER_ROLE_PRODUCT] = MISTAKE_HOST_PRODUCT,
        [PROVIDER_ROLE_FORMER] = MISTAKE_HOST_PRODUCT,
        [PROVIDER_ROLE_INCOMING] = MISTAKE_HOST_INCOMING,
        [PROVIDER_ROLE_MX] = MISTAKE_HOST_MX,
        [PROVIDER_ROLE_WEB] = MISTAKE_HOST_PRODUCT,
        [PROVIDER_ROLE_DOMAIN] = MISTAKE_HOST_PRODUCT,
    };
    struct provider_host h;
    if (!provider_wrong_product(m->a->host, &h))
        return;
    /* By an MX, and by products for machines, mail without a login may be handed over. */
    if (!m->logs_in && (h.role == PROVIDER_ROLE_MX || h.role == PROVIDER_ROLE_PRODUCT))
        return;
    str instead = h.instead.n
                      ? arena_printf(m->r->arena, "set the server to %.*s", STR_ARG(h.instead))
                      : arena_printf(m->r->arena,
                                     "see which server is the right one: baton "
                                     "providers %.*s",
                                     STR_ARG(h.provider->id));
    settings_mistake(m->r, ID_OF[h.role], mistakes_at(m, SETTINGS_HOST), h.said, instead);
}

static void incoming(const struct mistakes_of *m)
{
    static const str FIRST[] = { STR_INIT("imap."), STR_INIT("imaps."), STR_INIT("imap4."),
                                 STR_INIT("pop."),  STR_INIT("pop3."),  STR_INIT("pops.") };
    struct provider_host h;
    bool named = false;
    for (size_t i = 0; i < COUNT_OF(FIRST); i++)
        named |= str_starts_nocase(m->a->host, FIRST[i]);
    if (!named || provider_host_of(m->a->host, &h))
        return;
    MISTAKE(m, HOST_INCOMING, HOST, STR("this is a server from which mail is fetched, by its name"),
            STR("write the server for outgoing mail; often it begins with smtp. or mail."));
}

static void typo(const struct mistakes_of *m)
{
    str near = provider_nearest_host(m->a->host);
    if (near.n)
        MISTAKE(
            m, HOST_TYPO, HOST,
            arena_printf(m->r->arena, "the server's name is a letter or two beside %.*s",
                         STR_ARG(near)),
            arena_printf(m->r->arena, "set the server to %.*s, if that is meant", STR_ARG(near)));
}

/* ------------------------------------------------------------------------------------------------
 * Port and encryption
 */
static const struct {
    uint16_t port;
    enum smtp_security security;
} USUAL[] = {
    { 465, SMTP_SECURITY_TLS },       { 2465, SMTP_SECURITY_TLS },
    { 587, SMTP_SECURITY_STARTTLS },  { 2587, SMTP_SECURITY_STARTTLS },
    { 2525, SMTP_SECURITY_STARTTLS }, { 25, SMTP_SECURITY_STARTTLS },
};

/* What the port speaks: the provider's own word goes first. AUTO: not known. */
static enum smtp_security spoken(const struct mistakes_of *m)
{
    for (size_t i = 0; m->provider && i < PROVIDER_DOORS; i++)
        if (m->provider->doors[i].port == m->a->port)
            return m->provider->doors[i].security;
    for (size_t i = 0; i < COUNT_OF(USUAL); i++)
        if (USUAL[i].port == m->a->port)
            return USUAL[i].security;
    return SMTP_SECURITY_AUTO;
}

/* The other encryption, or the other port with the encryption that is there. */
static str other_mode(const struct mistakes_of *m, enum settings_how what, uint16_t other)
{
    bool at_once = what == SETTINGS_HOW_TLS;
    str line = settings_how(m->r->program, what);
    str at = settings_how_port(m->r->program, other, m->r->arena);
    str clear = m->a->security == SMTP_SECURITY_NONE
                    ? settings_how(m->r->program, SETTINGS_HOW_STARTTLS)
                    : STR_NONE;
    const char *name = at_once ? "SSL/TLS" : "STARTTLS", *kept = at_once ? "STARTTLS" : "SSL/TLS";
    str one = line.n ? arena_printf(m->r->arena, "write %.*s", STR_ARG(line))
                     : arena_printf(m->r->arena, "set the encryption to %s", name);
    if (!mistakes_has_door(m, other))
        return one;
    if (!line.n || !at.n)
        return arena_printf(m->r->arena, "%.*s, or the port to %u with %s", STR_ARG(one), other,
                            kept);
    return arena_printf(m->r->arena, "%.*s (%s); or the other port: %.*s%s%.*s", STR_ARG(one), name,
                        STR_ARG(at), clear.n ? " with " : "", STR_ARG(clear));
}

static void mode(const struct mistakes_of *m)
{
    enum smtp_security is = m->a->security, speaks = spoken(m);
    const struct settings_item *item = m->r->said[SETTINGS_SECURITY] ? m->r->said[SETTINGS_SECURITY]
                                                                     : m->r->said[SETTINGS_PORT];
    bool at_once = speaks == SMTP_SECURITY_TLS;
    if (!m->a->port || speaks == SMTP_SECURITY_AUTO || at_once == (is == SMTP_SECURITY_TLS))
        return;
    if (at_once)
        settings_mistake(m->r, MISTAKE_TLS_AGAINST_PORT, item,
                         arena_printf(m->r->arena,
                                      "port %u wants TLS at once, and the program speaks in clear "
                                      "first: both wait until one gives up",
                                      m->a->port),
                         other_mode(m, SETTINGS_HOW_TLS, 587));
    else
        settings_mistake(m->r, MISTAKE_TLS_AGAINST_PORT, item,
                         arena_printf(m->r->arena,
                                      "the program speaks TLS at once, and port %u begins in clear",
                                      m->a->port),
                         other_mode(m, SETTINGS_HOW_STARTTLS, 465));
}

static void port(const struct mistakes_of *m)
{
    uint16_t at = m->a->port;
    if (at == 993 || at == 995 || at == 143 || at == 110)
        MISTAKE(
            m, HOST_INCOMING, PORT,
            arena_printf(m->r->arena, "port %u is for fetching mail, not for sending", at),
            mistakes_doors(m, STR("set the port to 587 with STARTTLS, or to 465 with SSL/TLS")));
    if (at != 25 || !m->logs_in || m->near)
        return;
    struct settings_mistake *told = MISTAKE(
        m, PORT_25, PORT,
        STR("port 25 is for servers among themselves: many networks block it, and many "
            "servers take no login there"),
        mistakes_doors(m, STR("set the port to 587 with STARTTLS, or to 465 with SSL/TLS")));
    if (told && mistakes_has_door(m, 25))
        told->sure = MISTAKE_NOTE;
}

static void trust(const struct mistakes_of *m)
{
    str verify = settings_how(m->r->program, SETTINGS_HOW_VERIFY);
    if (m->near || m->a->security == SMTP_SECURITY_NONE)
        return;
    if (m->r->found.unverified && m->r->said[SETTINGS_VERIFY])
        MISTAKE(
            m, VERIFY_OFF, VERIFY,
            STR("the certificate is not verified: whoever stands between can take the password"),
            verify.n
                ? verify
                : STR("switch the verification on; a certificate of your own is named as one to "
                      "trust"));
    if (m->a->security != SMTP_SECURITY_AUTO || !m->logs_in)
        return;
    struct settings_mistake *told = MISTAKE(
        m, TLS_OPTIONAL, SECURITY,
        STR("encryption is used only where the server offers it: whoever stands between "
            "can take the offer away, and read the password"),
        STR("make encryption a condition"));
    if (told && !m->r->said[SETTINGS_SECURITY])
        told->sure = MISTAKE_NOTE;
}

/* ------------------------------------------------------------------------------------------------
 * The EHLO name
 */
static bool is_container_id(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!is_digit(name.p[i]) && (name.p[i] < 'a' || name.p[i] > 'f'))
            return false;
    return name.n == 12;
}

static void helo(const struct mistakes_of *m)
{
    str name = m->a->helo;
    if (!name.n || m->near || str_starts(name, STR("[")))
        return;
    bool local = str_starts_nocase(name, STR("localhost")) ||
                 str_ends_nocase(name, STR(".localdomain")) || str_ends_nocase(name, STR(".local"));
    if (!local && !is_container_id(name) && str_find_octet(name, '.') != STR_NOT_FOUND)
        return;
    MISTAKE(m, HELO_NAME, HELO,
            STR("the program greets with a name that only this machine knows; some servers refuse "
                "that"),
            STR("greet with the full name of the machine, as in host.example.org"));
}

void mistakes_of_server(const struct mistakes_of *m)
{
    form(m);
    role(m);
    incoming(m);
    typo(m);
    mode(m);
    port(m);
    trust(m);
    helo(m);
}
