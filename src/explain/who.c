/* SPDX-License-Identifier: ISC */
/*
 * explain/who.c - who refused, and what follows from names and addresses
 *
 * A name is a hint: "smtp." and "relay." are what people call servers that they hand mail to, "mx" those that take
 * it for a domain. The table of providers is firmer. What the text says outright (a submission port, a conversation
 * of a program of the user's) goes before both.
 */
#include "explain/who.h"
#include "base/escape.h"
#include "explain/read.h"
#include "settings/providers.h"
#include <string.h>

/* First labels, or the beginnings of first labels, up to a digit or a hyphen. */
static const str SUBMISSION_LABELS[] = {
    STR_INIT("smtp"),       STR_INIT("smtps"),       STR_INIT("submit"),     STR_INIT("submission"),
    STR_INIT("asmtp"),      STR_INIT("authsmtp"),    STR_INIT("smtpauth"),   STR_INIT("auth"),
    STR_INIT("relay"),      STR_INIT("mailrelay"),   STR_INIT("smarthost"),  STR_INIT("smtprelay"),
    STR_INIT("smtpout"),    STR_INIT("outgoing"),    STR_INIT("out"),        STR_INIT("mailout"),
    STR_INIT("email-smtp"), STR_INIT("mail-relay"),  STR_INIT("securesmtp"), STR_INIT("outbound"),
    STR_INIT("send"),       STR_INIT("mailgateway"), STR_INIT("ssrs"),
};
static const str MX_LABELS[] = {
    STR_INIT("mx"),           STR_INIT("mxs"),    STR_INIT("mta"),     STR_INIT("inbound"),
    STR_INIT("in"),           STR_INIT("mailin"), STR_INIT("aspmx"),   STR_INIT("alt"),
    STR_INIT("mxin"),         STR_INIT("mx-in"),  STR_INIT("mail-in"), STR_INIT("incoming"),
    STR_INIT("emx"),          STR_INIT("mx-aol"), STR_INIT("smtpin"),  STR_INIT("smtp-in"),
    STR_INIT("inbound-smtp"), STR_INIT("mxa"),    STR_INIT("mxb"),     STR_INIT("imx"),
};
/* Ends of names that take mail for domains and are in no row of the providers. */
static const str MX_ENDS[] = {
    STR_INIT(".mail.protection.outlook.com"),
    STR_INIT(".olc.protection.outlook.com"),
    STR_INIT(".prod.protection.outlook.com"),
    STR_INIT(".mx.microsoft"),
    STR_INIT("-smtp-in.l.google.com"),
    STR_INIT(".aspmx.l.google.com"),
    STR_INIT("aspmx.l.google.com"),
    STR_INIT(".googlemail.com"),
    STR_INIT(".yahoodns.net"),
    STR_INIT(".mx.aol.com"),
    STR_INIT(".pphosted.com"),
    STR_INIT(".ppe-hosted.com"),
    STR_INIT(".mimecast.com"),
    STR_INIT(".messagelabs.com"),
    STR_INIT(".barracudanetworks.com"),
    STR_INIT(".iphmx.com"),
    STR_INIT(".hotmail.com"),
    STR_INIT(".mail.icloud.com"),
};

static str first_label(str host)
{
    return str_take(host, str_find_octet(host, '.'));
}

/* "smtp", "smtp2", "smtp-out" for "smtp": the word, then its end, a digit or a hyphen. */
static bool begins_with_word(str label, str word)
{
    return str_starts_nocase(label, word) &&
           (label.n == word.n || is_digit(label.p[word.n]) || label.p[word.n] == '-');
}

/* "smtp-inbound-7", "mail-mx1": a part between hyphens and digits that says so, whatever stands first. */
static bool has_mx_part(str host)
{
    static const str PARTS[] = { STR_INIT("inbound"), STR_INIT("mx"), STR_INIT("mxin"),
                                 STR_INIT("in"), STR_INIT("incoming") };
    str label = first_label(host);
    for (str rest = label; rest.p && label.n < host.n;) {
        str part = str_cut(&rest, '-');
        while (part.n > 0 && is_digit(part.p[part.n - 1]))
            part.n--;
        for (size_t i = 0; i < COUNT_OF(PARTS); i++)
            if (str_eq_nocase(part, PARTS[i]))
                return true;
    }
    return false;
}

static bool has_label(str host, const str *labels, size_t count)
{
    str label = first_label(host);
    for (size_t i = 0; i < count && label.n < host.n; i++)
        if (begins_with_word(label, labels[i]))
            return true;
    return false;
}

bool explain_host_is_mx(str host)
{
    if (host.n == 0)
        return false;
    for (size_t i = 0; i < COUNT_OF(MX_ENDS); i++)
        if (str_ends_nocase(host, MX_ENDS[i]) &&
            str_find_nocase(host, STR("smtp-relay")) == STR_NOT_FOUND)
            return true;
    return provider_of_mx(host) != NULL || has_label(host, MX_LABELS, COUNT_OF(MX_LABELS)) ||
           has_mx_part(host);
}

bool explain_host_is_submission(str host)
{
    if (host.n == 0)
        return false;
    if (provider_of_host(host))
        return true;
    return !explain_host_is_mx(host) &&
           has_label(host, SUBMISSION_LABELS, COUNT_OF(SUBMISSION_LABELS));
}

/* ------------------------------------------------------------------------------------------------
 * Names that belong together
 */
static str domain_of(str address)
{
    size_t at = str_rfind_octet(address, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(address, at + 1);
}

/* host is domain, or lies below it, or both lie below one name of two labels that is no public suffix for all we can
 * tell without a list: names as "co.uk" are short. */
static bool lies_at(str host, str domain)
{
    if (host.n == 0 || domain.n == 0)
        return false;
    if (str_eq_nocase(host, domain))
        return true;
    return host.n > domain.n && str_ends_nocase(host, domain) &&
           host.p[host.n - domain.n - 1] == '.';
}

static bool is_recipients(const struct explain_said *s)
{
    str domain = domain_of(s->recipient);
    const struct provider *by = s->by.n ? provider_of_mx(s->by) : NULL;
    const struct provider *of = domain.n ? provider_of_domain(domain) : NULL;
    return lies_at(s->by, domain) || (by && of && by == of);
}

static unsigned address_facts(const struct ip *ip)
{
    if (ip->family == IP_NONE)
        return 0;
    if (ip_is_loopback(ip))
        return FACT_CLIENT_LOOPBACK;
    return ip_is_private(ip) ? FACT_CLIENT_PRIVATE : FACT_CLIENT_PUBLIC;
}

static bool is_program(enum explain_form f)
{
    return f == FORM_TRANSCRIPT || f == FORM_LIBRARY || f == FORM_DIALOG;
}

/* In a bounce "smtp.corp.example" may well be the recipient's: many call their MX so. */
static bool is_relay_by_name(str host)
{
    return provider_of_host(host) ||
           (explain_host_is_submission(host) && !begins_with_word(first_label(host), STR("smtp")));
}

/* An MX asks nobody for a login. 530 may ask for TLS, and 534 is said of sizes too. */
static bool asks_login(const struct explain_said *s)
{
    str text = str_take(s->text, 300);
    bool code = s->code == 530 || s->code == 534 || s->code == 538;
    return s->code == 535 || (code && str_find_nocase(text, STR("authent")) != STR_NOT_FOUND) ||
           str_find_nocase(text, STR("authentication required")) != STR_NOT_FOUND;
}

/* Does a submission port or the name tell that users hand mail in there? */
static bool is_submission(const struct explain_page *p, const struct explain_said *s)
{
    if (s->form == FORM_BOUNCE)
        return s->hop == HOP_NEXT && (is_relay_by_name(s->by) || asks_login(s));
    if (explain_host_is_submission(s->by))
        return true;
    bool asked = s->by.n == 0 || str_eq_nocase(s->by, p->server);
    return is_program(s->form) && asked && (p->port == 587 || p->port == 465 || p->port == 2525);
}

/* The recipient's provider is known, and the server is none of its own. */
static bool is_not_providers(const struct explain_said *s)
{
    str domain = domain_of(s->recipient);
    const struct provider *of = domain.n ? provider_of_domain(domain) : NULL;
    return of && of->mx.n > 0 && s->by.n > 0;
}

/* "TenantAttribution" of Microsoft 365: a server of the sender's own, which hands its mail to the tenant, is not known
 * there. */
static bool is_tenants(const struct explain_said *s)
{
    return s->enhanced.class == 5 && s->enhanced.subject == 7 && s->enhanced.detail == 64;
}

static enum finding_hop hop_of_bounce(const struct explain_page *p, const struct explain_said *s)
{
    bool named = s->by.n > 0 || s->by_address.family != IP_NONE;
    if (is_tenants(s))
        return HOP_NEXT;
    if (is_recipients(s) || explain_host_is_mx(s->by))
        return HOP_RECIPIENT;
    if (is_relay_by_name(s->by) || (named && asks_login(s)) || is_not_providers(s))
        return HOP_NEXT;
    return named || (s->code && (p->facts & FACT_RELAYED)) ? HOP_RECIPIENT : HOP_NONE;
}

/* A program's own failure, or what the server that it was given said. */
static enum finding_hop hop_of_program(const struct explain_page *p, const struct explain_said *s)
{
    if (s->code == 0 && s->end != SMTP_END_REPLY)
        return HOP_CLIENT;
    if (is_submission(p, s) || !explain_host_is_mx(s->by))
        return HOP_SUBMISSION;
    return HOP_RECIPIENT;
}

static enum finding_hop hop_of(const struct explain_page *p, const struct explain_said *s)
{
    if (s->form == FORM_BOUNCE)
        return hop_of_bounce(p, s);
    if (is_program(s->form))
        return hop_of_program(p, s);
    if (s->by.n == 0)
        return HOP_NONE;
    return explain_host_is_mx(s->by)           ? HOP_RECIPIENT
           : explain_host_is_submission(s->by) ? HOP_SUBMISSION
                                               : HOP_NONE;
}

static unsigned facts_of(const struct explain_page *p, const struct explain_said *s)
{
    unsigned facts = 0;
    str from = s->sender.n ? s->sender : p->from, to = s->recipient.n ? s->recipient : p->to;
    str domain = domain_of(from);
    if (domain.n && str_eq_nocase(domain, domain_of(to)))
        facts |= FACT_FROM_IS_TO_DOMAIN;
    if (str_eq(from, STR("<>")))
        facts |= FACT_NULL_SENDER | FACT_CLIENT_IS_SERVER;
    if (is_recipients(s))
        facts |= FACT_RECIPIENT_AT_BY;
    if (is_submission(p, s))
        facts |= FACT_SUBMISSION_HOST;
    if (s->form == FORM_BOUNCE && s->code && (p->facts & FACT_RELAYED))
        facts |= FACT_CLIENT_IS_SERVER;
    return facts;
}

/* A refusal to relay from inside the own network: the MX of a stranger's domain has a public address, so that this is
 * the server that all mail goes out by. A mailbox server behind an MX may have such an address, and says other things. */
static bool is_own_way_out(const struct explain_said *s)
{
    struct ip ip = s->by_address;
    if (ip.family == IP_NONE && !ip_parse(s->by, &ip))
        return false;
    return (ip_is_private(&ip) || ip_is_loopback(&ip)) &&
           str_find_nocase(str_take(s->text, 300), STR("relay")) != STR_NOT_FOUND;
}

void explain_read_who(struct explain_page *p)
{
    p->facts |= address_facts(&p->client);
    for (size_t i = 0; i < p->count; i++) {
        struct explain_said *s = &p->said[i];
        if (s->by.n == 0 && s->by_address.family == IP_NONE && is_program(s->form) && s->code)
            s->by = p->server;
        if (s->hop == HOP_NONE)
            s->hop = hop_of(p, s);
        else if (s->form == FORM_BOUNCE && s->hop == HOP_SUBMISSION &&
                 (is_recipients(s) || explain_host_is_mx(s->by)))
            s->hop = HOP_RECIPIENT; /* it wrote the bounce itself, or was not reached */
        /* who may send as whom is asked of those who logged in */
        if (s->hop == HOP_RECIPIENT && s->form == FORM_LOG &&
            str_find_nocase(str_take(s->text, 300), STR("not owned by")) != STR_NOT_FOUND)
            s->hop = HOP_SUBMISSION;
        if ((s->hop == HOP_RECIPIENT ||
             (s->hop == HOP_NONE && s->form == FORM_LOG && (p->facts & FACT_RELAYED))) &&
            !is_recipients(s) && is_own_way_out(s))
            s->hop = HOP_NEXT;
        if (!s->aside)
            p->facts |= facts_of(p, s);
    }
}

/* ------------------------------------------------------------------------------------------------
 * In words
 */
static str role(enum finding_hop hop, bool named)
{
    switch (hop) {
    case HOP_CLIENT:
        return named ? STR("your own program") : STR("your own program, before a server answered");
    case HOP_SUBMISSION: return STR("the server that you hand your mail to");
    case HOP_NEXT: return STR("the server behind the one that took your mail");
    case HOP_RECIPIENT: return STR("the recipient's server");
    case HOP_NONE: break;
    }
    return STR_NONE;
}

str explain_who_text(const struct explain_said *s, struct arena *memory)
{
    char address[IP_TEXT_MAX], shown[ESCAPE_SHOWN_MAX];
    bool named = s->by.n > 0 || s->by_address.family != IP_NONE;
    str what = role(s->hop, named), name = STR_NONE;
    ip_text(&s->by_address, address);
    if (s->by.n && *address)
        name = arena_printf(memory, "%s (%s)", escape_shown(s->by, shown), address);
    else if (named)
        name = arena_printf(memory, "%s", s->by.n ? escape_shown(s->by, shown) : address);
    if (!named)
        return what.p ? what : STR("");
    if (!name.p || !what.n)
        return name;
    bool library = s->by.n && str_find_octet(s->by, '.') == STR_NOT_FOUND;
    if (s->hop == HOP_CLIENT && !library)
        return arena_printf(memory, "%.*s, talking to %.*s", STR_ARG(what), STR_ARG(name));
    return arena_printf(memory, "%.*s, %.*s", STR_ARG(name), STR_ARG(what));
}
