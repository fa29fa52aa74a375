/* SPDX-License-Identifier: ISC */
#include "discover/server.h"
#include "dns/dns.h"

static const struct name_row SOURCE_ROWS[] = {
    { DISCOVER_FILE, STR_INIT("file") },
    { DISCOVER_AUTOCONFIG, STR_INIT("autoconfig") },
    { DISCOVER_WELL_KNOWN, STR_INIT("well-known") },
    { DISCOVER_SRV, STR_INIT("srv") },
    { DISCOVER_PROVIDER, STR_INIT("provider") },
    { DISCOVER_MX_PROVIDER, STR_INIT("mx-provider") },
    { DISCOVER_MX_AUTOCONFIG, STR_INIT("mx-autoconfig") },
    { DISCOVER_AUTODISCOVER, STR_INIT("autodiscover") },
    { DISCOVER_ISPDB, STR_INIT("ispdb") },
    { DISCOVER_GUESS, STR_INIT("guess") },
    { DISCOVER_ISP, STR_INIT("isp") },
};
const struct names DISCOVER_SOURCE_NAMES = NAMES(SOURCE_ROWS);

static const struct name_row WHY_ROWS[] = {
    { DISCOVER_UNTRUSTED, STR_INIT("untrusted") }, { DISCOVER_OWN_DOMAIN, STR_INIT("own-domain") },
    { DISCOVER_IN_TABLE, STR_INIT("table") },      { DISCOVER_HTTPS, STR_INIT("https") },
    { DISCOVER_DNSSEC, STR_INIT("dnssec") },
};
const struct names DISCOVER_WHY_NAMES = NAMES(WHY_ROWS);

void discover_server_login_by(struct discover_server *s, str name)
{
    for (size_t i = 0; i < s->mechanism_count; i++)
        if (str_eq(s->mechanisms[i], name))
            return;
    if (s->mechanism_count < DISCOVER_MECHANISMS_MAX)
        s->mechanisms[s->mechanism_count++] = name;
    s->login = DISCOVER_LOGIN;
}

bool discover_server_same(const struct discover_server *a, const struct discover_server *b)
{
    return a->port == b->port && a->security == b->security &&
           str_eq_nocase(a->hostname, b->hostname);
}

bool discover_host(str typed, const struct dns_idn *idn, struct arena *a, str *out)
{
    struct ip ip;
    char name[DNS_NAME_MAX], text[IP_TEXT_MAX];
    str host;
    if (ip_parse(typed, &ip))
        host = str_from(ip_text(&ip, text));
    else if (typed.n && dns_name_from_text(typed, idn, name, NULL))
        host = str_from(name);
    else
        return false;
    *out = arena_dup(a, host);
    return out->p != NULL;
}
