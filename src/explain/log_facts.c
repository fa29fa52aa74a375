/* SPDX-License-Identifier: ISC */
/*
 * explain/log_facts.c - what one log line tells beside the words
 */
#include "explain/log_scan.h"

static unsigned of_address(str address)
{
    struct ip ip;
    if (!address.n || !ip_parse(address, &ip))
        return 0;
    if (ip_is_loopback(&ip))
        return FACT_CLIENT_LOOPBACK;
    return ip_is_private(&ip) ? FACT_CLIENT_PRIVATE : FACT_CLIENT_PUBLIC;
}

str log_domain_of(str mailbox)
{
    size_t at = str_rfind_octet(mailbox, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(mailbox, at + 1);
}

/* Names that providers give to customers' lines, with the address in them or a word for it. */
static bool names_a_line(str name)
{
    static const str WORDS[] = { STR_INIT("dsl"),    STR_INIT("dyn"),      STR_INIT("pool"),
                                 STR_INIT("cable"),  STR_INIT("ppp"),      STR_INIT("dhcp"),
                                 STR_INIT("client"), STR_INIT("cust"),     STR_INIT("dialup"),
                                 STR_INIT("static"), STR_INIT("broadband") };
    unsigned groups = 0;
    for (size_t i = 0; i < name.n; i++)
        groups += is_digit(name.p[i]) && (!i || !is_digit(name.p[i - 1]));
    if (groups >= 3)
        return true;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_find_nocase(name, WORDS[i]) != STR_NOT_FOUND)
            return true;
    return false;
}

static bool names_a_server(str name)
{
    static const str LABELS[] = { STR_INIT("mail"),  STR_INIT("mx"),       STR_INIT("smtp"),
                                  STR_INIT("out"),   STR_INIT("mta"),      STR_INIT("relay"),
                                  STR_INIT("mout"),  STR_INIT("delivery"), STR_INIT("sender"),
                                  STR_INIT("email"), STR_INIT("send"),     STR_INIT("newsletter"),
                                  STR_INIT("mo"),    STR_INIT("bounce"),   STR_INIT("mgw") };
    for (size_t i = 0; i < COUNT_OF(LABELS); i++) {
        if (!str_starts_nocase(name, LABELS[i]))
            continue;
        /* "mo4-p00.example" but not "modem.example" */
        str behind = str_skip(name, LABELS[i].n);
        if (LABELS[i].n > 2 || !behind.n || !is_alpha(behind.p[0]))
            return true;
    }
    /* Outlook's and Google's: "mail-am6eur05on2085.outbound.protection..." begin so already. */
    return scan_has(name, STR(".outbound.")) || scan_has(name, STR(".mail."));
}

/* Those that send for very many, by the name they give themselves: nobody gains by borrowing it for a PC. */
static bool is_farm(str helo)
{
    static const str ENDS[] = {
        STR_INIT(".google.com"),      STR_INIT(".outlook.com"),   STR_INIT(".hotmail.com"),
        STR_INIT(".yahoo.com"),       STR_INIT(".amazonses.com"), STR_INIT(".sendgrid.net"),
        STR_INIT(".mailgun.net"),     STR_INIT(".mcsv.net"),      STR_INIT(".mail.ru"),
        STR_INIT(".yandex.net"),      STR_INIT(".icloud.com"),    STR_INIT(".gmx.net"),
        STR_INIT(".kundenserver.de"), STR_INIT(".mtasv.net"),     STR_INIT(".sparkpostmail.com")
    };
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        if (str_ends_nocase(helo, ENDS[i]))
            return true;
    return false;
}

/* Another mail server that delivers: by the name that the server looked up for it, by one of few that it gives itself,
 * or because it brings a bounce. */
static bool client_is_server(const struct log_line *l, unsigned facts)
{
    if (l->login == LOG_LOGIN_TAKEN || l->login == LOG_LOGIN_REFUSED)
        return false;
    if (facts & (FACT_CLIENT_LOOPBACK | FACT_CLIENT_PRIVATE))
        return false;
    str name = l->client_name;
    if (is_farm(l->helo))
        return true;
    if (!name.n && l->null_sender)
        name = l->helo;
    if (str_find_octet(name, '.') == STR_NOT_FOUND || names_a_line(name))
        return false;
    return names_a_server(name) || (l->helo.n && str_eq_nocase(l->helo, name)) || l->null_sender;
}

/* A service, or a port, that people submit to (RFC 6409 section 3.1, RFC 8314 section 3.3). */
static bool is_submission(const struct log_line *l)
{
    return l->port == 587 || l->port == 465 || scan_has(l->program, STR("/submission")) ||
           scan_has(l->program, STR("/smtps"));
}

unsigned log_line_facts(const struct log_line *l)
{
    static const unsigned LOGIN[LOG_LOGINS] = {
        [LOG_LOGIN_NONE] = FACT_NO_LOGIN,
        [LOG_LOGIN_TAKEN] = FACT_LOGIN_TAKEN | FACT_LOGIN_TRIED,
        [LOG_LOGIN_REFUSED] = FACT_LOGIN_REFUSED | FACT_LOGIN_TRIED,
    };
    unsigned facts = LOGIN[l->login];
    if (l->null_sender)
        facts |= FACT_NULL_SENDER;
    if (l->encrypted)
        facts |= FACT_ENCRYPTED;
    if (l->end == SMTP_END_TLS_FAILED)
        facts |= FACT_TLS_FAILED;
    str from = log_domain_of(l->from), to = log_domain_of(l->to);
    if (from.n && str_eq_nocase(from, to))
        facts |= FACT_FROM_IS_TO_DOMAIN;
    if (l->of_client)
        return facts | FACT_FROM_PROGRAM;
    if (l->event == LOG_LINE_UNDELIVERED || l->event == LOG_LINE_TRIED)
        return facts | (l->by.n || l->by_address.n ? FACT_RELAYED : 0);
    if (l->event == LOG_LINE_TROUBLE)
        return facts;
    if (is_submission(l))
        facts |= FACT_SUBMISSION_HOST;
    facts |= FACT_SERVER_LOG | of_address(l->client_address);
    if (client_is_server(l, facts))
        facts |= FACT_CLIENT_IS_SERVER;
    return facts;
}

enum finding_hop log_line_hop(const struct log_line *l, unsigned facts)
{
    if (l->event == LOG_LINE_UNDELIVERED || l->event == LOG_LINE_TRIED)
        return l->stage == SMTP_STAGE_AUTH && l->by.n ? HOP_NEXT : HOP_NONE;
    if ((facts & FACT_CLIENT_IS_SERVER) && !(facts & FACT_SUBMISSION_HOST))
        return HOP_RECIPIENT;
    if (facts &
        (FACT_LOGIN_TAKEN | FACT_LOGIN_REFUSED | FACT_CLIENT_LOOPBACK | FACT_CLIENT_PRIVATE))
        return HOP_SUBMISSION;
    return HOP_NONE;
}

enum cause_side log_line_side(const struct log_line *l)
{
    bool other = l->by.n || l->by_address.n || l->stage == SMTP_STAGE_CONNECT;
    switch (l->event) {
    case LOG_LINE_UNDELIVERED:
    case LOG_LINE_TRIED: return other ? SIDE_SENDS : SIDE_ANY;
    case LOG_LINE_TROUBLE: return SIDE_ANY;
    default: return l->of_client ? SIDE_SENDS : SIDE_TAKES;
    }
}

bool log_line_say(const struct log_line *l, struct explain_page *p)
{
    struct explain_said *s = explain_say(p, FORM_LOG);
    if (!s)
        return false;
    unsigned facts = log_line_facts(l);
    s->hop = log_line_hop(l, facts);
    s->by = l->by;
    if (!ip_parse(l->by_address, &s->by_address))
        s->by_address = (struct ip){ .family = IP_NONE };
    s->stage = l->stage;
    s->end = l->end;
    s->code = l->code;
    s->enhanced = l->enhanced;
    s->recipient = l->to;
    s->sender = l->from;
    s->text = log_line_words(l, p->memory);
    s->aside = l->event == LOG_LINE_ASIDE;
    p->facts |= facts;
    return s->text.p != NULL;
}

static void keep(str *place, str value)
{
    if (!place->n)
        *place = value;
}

void log_line_settings(const struct log_line *l, struct explain_page *p)
{
    bool handed_on = l->event == LOG_LINE_UNDELIVERED || l->event == LOG_LINE_TRIED;
    struct ip client;
    if (p->client.family == IP_NONE && !handed_on && ip_parse(l->client_address, &client))
        p->client = client;
    keep(&p->helo, l->helo);
    keep(&p->from, l->from);
    keep(&p->to, l->to);
    keep(&p->user, l->user);
    keep(&p->mechanism, l->mechanism);
    keep(&p->program, l->program);
    if (handed_on || l->of_client)
        keep(&p->server, l->by);
    if (!p->port)
        p->port = handed_on || l->of_client ? l->by_port : l->port;
    /* Words that another server chose tell nothing of its kind here. */
    bool others = handed_on && (l->by.n || l->by_address.n) && l->end == SMTP_END_REPLY;
    if (!p->dialect && !others)
        p->dialect = l->dialect;
}
