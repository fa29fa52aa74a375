/* SPDX-License-Identifier: ISC */
/* policy/site.c - the schema's rows besides rules, and their values */
#include "policy/site.h"
#include "policy/proof.h"
#include "policy/rule.h"

static const struct name_row SECURITY_ROWS[] = { { SITE_NONE, STR_INIT("none") },
                                                 { SITE_STARTTLS, STR_INIT("starttls") },
                                                 { SITE_TLS, STR_INIT("tls") } };
static const struct name_row NEWLINE_ROWS[] = { { 0, STR_INIT("refuse") },
                                                { 1, STR_INIT("normalize") } };
static const struct name_row KEEP_ROWS[] = { { 0, STR_INIT("reply-to") },
                                             { 1, STR_INIT("nothing") } };
static const struct name_row BOOL_ROWS[] = { { 0, STR_INIT("false") }, { 1, STR_INIT("true") } };
static const struct name_row LOG_ROWS[] = { { 0, STR_INIT("logfmt") }, { 1, STR_INIT("json") } };
static const struct names SECURITY = NAMES(SECURITY_ROWS), NEWLINE = NAMES(NEWLINE_ROWS),
                          KEEP = NAMES(KEEP_ROWS), BOOL = NAMES(BOOL_ROWS), LOG = NAMES(LOG_ROWS);

#define TEXT_KEY(key, meaning, otherwise)                                                          \
    {                                                                                              \
        .name = STR_INIT(key), .kinds = CONF_TEXT, .means = STR_INIT(meaning),                     \
        .fallback = STR_INIT(otherwise)                                                            \
    }
#define NUMBER_KEY(key, from, to, meaning, otherwise)                                              \
    {                                                                                              \
        .name = STR_INIT(key), .kinds = CONF_NUMBER, .least = (from), .most = (to),                \
        .means = STR_INIT(meaning), .fallback = STR_INIT(otherwise)                                \
    }
#define WORD_KEY(key, table, meaning, otherwise)                                                   \
    {                                                                                              \
        .name = STR_INIT(key), .kinds = CONF_WORD, .words = (table), .means = STR_INIT(meaning),   \
        .fallback = STR_INIT(otherwise)                                                            \
    }
#define LIST_KEY(key, meaning, otherwise)                                                          \
    {                                                                                              \
        .name = STR_INIT(key), .kinds = CONF_TEXT | CONF_LIST, .means = STR_INIT(meaning),         \
        .fallback = STR_INIT(otherwise)                                                            \
    }

static const struct conf_key TOP_KEYS[] = {
    TEXT_KEY("hostname", "the name that the relay greets with", "that of the machine"),
    TEXT_KEY("certificate", "PEM file of the certificate and its chain", "no TLS"),
    TEXT_KEY("key", "PEM file of the certificate's key", "in the file of certificate"),
    TEXT_KEY("client-ca", "PEM file of the authorities of client certificates",
             "certificates are told apart by fingerprint alone"),
    TEXT_KEY("ca", "PEM file of authorities trusted for smarthosts, beside the system's",
             "the system's alone"),
    TEXT_KEY("users", "the file of logins, as baton user writes it", "/etc/baton/users"),
    TEXT_KEY("logins",
             "the directory of logins at smarthosts: a file each, user in the first line, password "
             "in the second",
             "/etc/baton/logins"),
    TEXT_KEY("state", "the directory that mail and state are kept in", "/var/lib/baton"),
    TEXT_KEY("control", "the socket that baton queue, why and allow speak to",
             "/run/baton/control"),
    TEXT_KEY("run-as", "the user that the relay becomes once its ports are open", "baton"),
    TEXT_KEY("message-size", "the largest message, in octets, from \"64K\", as \"50M\"", "50M"),
    NUMBER_KEY("recipients", 100, 100000, "recipients of one message, at most", "1000"),
    NUMBER_KEY("sessions", 1, 1000000, "sessions at one time", "20000"),
    NUMBER_KEY("sessions-per-client", 1, 1000000, "sessions of one address at one time", "500"),
    TEXT_KEY(
        "login-failures-per-client",
        "wrong logins of one address (an IPv6 /64) in a time, as \"10/5m\": behind them no login "
        "from there is checked until some of the time has passed; from 1 to 10000 in 1s to 1d; who "
        "has logged in right from there has twice as many of his own",
        "10/5m"),
    TEXT_KEY(
        "login-failures-per-login",
        "wrong logins as one user in a time, from wherever, as \"30/10m\"; from 1 to 10000 in 1s "
        "to 1d",
        "30/10m"),
    NUMBER_KEY("errors", 1, 1000,
               "wrong commands of one session, without a message between, before it is closed",
               "10"),
    TEXT_KEY("idle", "how long a client may be silent, from 10s to 1h; RFC 5321 wants 5m at least",
             "5m"),
    TEXT_KEY(
        "data-time",
        "how long the data of a message may take, from 1m to 6h; for each 512 octets that come it "
        "is a second more",
        "10m"),
    TEXT_KEY("allow-longest", "how long baton allow lets an address in at most, from 1m to 30d",
             "1d"),
    TEXT_KEY("keep-free", "room on the disk that mail leaves alone, as \"200M\"", "200M"),
    TEXT_KEY("lifetime", "how long a message is tried, as \"5d\"", "5d"),
    NUMBER_KEY("loops", 1, 256, "threads that serve sessions", "one a processor"),
    WORD_KEY("log", &LOG, "the form of log lines", "logfmt"),
    TEXT_KEY("metrics", "address and port on loopback that shows metrics, as \"127.0.0.1:9725\"",
             "none"),
    TEXT_KEY("resolver", "the DNS server to ask, as \"127.0.0.1:53\"", "the system's"),
};
static const struct conf_key LISTEN_KEYS[] = {
    { .name = STR_INIT("port"),
      .kinds = CONF_NUMBER,
      .least = 1,
      .most = 65535,
      .required = true,
      .means = STR_INIT("where the relay listens") },
    LIST_KEY("address", "the addresses of this machine to listen on", "all"),
    WORD_KEY("security", &SECURITY, "starttls offers encryption, tls begins with it", "starttls"),
    WORD_KEY("bare-newline", &NEWLINE, "what becomes of a CR or LF alone in a message", "refuse"),
    WORD_KEY("auth-in-clear", &BOOL, "logins are taken without encryption", "false"),
    WORD_KEY("client-certificates", &BOOL, "clients are asked for a certificate", "false"),
    LIST_KEY("proxy", "proxies that say by PROXY protocol version 2 who the client is", "none"),
};
static const struct conf_key ROUTE_KEYS[] = {
    { .name = STR_INIT("smarthost"),
      .kinds = CONF_TEXT | CONF_LIST,
      .required = true,
      .means = STR_INIT("servers that mail is handed to, the first that answers, as HOST:PORT") },
    TEXT_KEY("login", "the login to use there: a file of that name in logins", "none"),
    WORD_KEY("security", &SECURITY, "none, starttls (needed), or tls from the start",
             "tls at port 465; else starttls, needed where there is a login"),
    LIST_KEY("recipient-domain",
             "domains whose mail goes this way; *.example.org is all below example.org",
             "all that no other route takes"),
    NUMBER_KEY("connections", 1, 1000, "open to one smarthost at a time", "20"),
};
static const struct conf_key REWRITE_KEYS[] = {
    LIST_KEY("network", "of mail from clients in these networks", "all"),
    LIST_KEY("listener", "of mail that came in at these listeners", "all"),
    { .name = STR_INIT("from"),
      .kinds = CONF_TEXT,
      .required = true,
      .means = STR_INIT("reverse-path and From become this address") },
    WORD_KEY("keep", &KEEP, "where the address that stood there goes", "nothing"),
};

const struct conf_section SITE_TOP_SECTION = { .keys = TOP_KEYS, .key_count = COUNT_OF(TOP_KEYS) };
const struct conf_section SITE_LISTEN_SECTION = { .name = STR_INIT("listen"),
                                                  .labelled = true,
                                                  .keys = LISTEN_KEYS,
                                                  .key_count = COUNT_OF(LISTEN_KEYS),
                                                  .means = STR_INIT("where mail comes in") };
const struct conf_section SITE_ROUTE_SECTION = { .name = STR_INIT("route"),
                                                 .labelled = true,
                                                 .keys = ROUTE_KEYS,
                                                 .key_count = COUNT_OF(ROUTE_KEYS),
                                                 .means = STR_INIT("where mail goes on to") };
const struct conf_section SITE_REWRITE_SECTION = {
    .name = STR_INIT("rewrite"),
    .labelled = true,
    .keys = REWRITE_KEYS,
    .key_count = COUNT_OF(REWRITE_KEYS),
    .means = STR_INIT("senders that are put in the place of others, for devices")
};

/* ------------------------------------------------------------------------------------------------
 * Numbers with units
 */
static bool scaled(str text, const char *units, const uint64_t *factors, uint64_t *out)
{
    uint64_t factor = 1;
    for (size_t i = 0; text.n && units[i]; i++)
        if (text.p[text.n - 1] == units[i]) {
            factor = factors[i];
            text.n--;
            break;
        }
    uint64_t n;
    if (!str_to_u64(text, UINT64_MAX / factor, &n))
        return false;
    *out = n * factor;
    return true;
}

bool site_octets(str text, uint64_t *out)
{
    static const uint64_t FACTORS[] = { 1u << 10, 1u << 20, 1u << 30 };
    return scaled(text, "KMG", FACTORS, out);
}

bool site_seconds(str text, unsigned *out)
{
    static const uint64_t FACTORS[] = { 1, 60, 3600, 86400 };
    uint64_t n;
    if (!scaled(text, "smhd", FACTORS, &n) || n > INT32_MAX)
        return false;
    *out = (unsigned)n;
    return true;
}

bool site_pace(str text, struct site_pace *out)
{
    enum { MOST = 10000, DAY_S = 86400 };
    str rest = text, number = str_cut(&rest, '/');
    uint64_t count;
    unsigned in_s;
    if (!rest.p || !str_to_u64(number, MOST, &count) || !site_seconds(rest, &in_s) || !count ||
        !in_s || in_s > DAY_S)
        return false;
    *out = (struct site_pace){ (unsigned)count, in_s };
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Values of a block
 */
struct reading {
    struct conf_file *file;
    struct arena *arena;
    const struct conf_block *block;
};

static str text_of(const struct reading *r, str key, str otherwise)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    return one ? one->values[0].text : otherwise;
}

static uint64_t number_of(const struct reading *r, str key, uint64_t otherwise)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    return one ? one->values[0].number : otherwise;
}

static int word_of(const struct reading *r, str key, const struct names *words, int otherwise)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    int value;
    return one && names_find(words, one->values[0].text, &value) ? value : otherwise;
}

static uint64_t octets_of(const struct reading *r, str key, uint64_t otherwise)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    uint64_t n = otherwise;
    if (one && !site_octets(one->values[0].text, &n))
        conf_wrong(r->file, r->arena, one->values[0].place,
                   "this is no number of octets; write it as \"50M\"");
    return n;
}

/* RFC 5321 section 4.5.3.1.7: no server takes less than 64K. So 0 is no word for "as large as it may be". */
static uint64_t message_size_of(const struct reading *r)
{
    const uint64_t least = 64u << 10, n = octets_of(r, STR("message-size"), 50u << 20);
    const struct conf_entry *one = conf_entry(r->block, STR("message-size"));
    if (one && n < least)
        conf_wrong(r->file, r->arena, one->values[0].place,
                   "message-size begins at \"64K\"; write it as \"50M\"");
    return n;
}

/* It stands in the greeting, in EHLO and in Received, where a blank would end it. */
static str hostname_of(const struct reading *r)
{
    const struct conf_entry *one = conf_entry(r->block, STR("hostname"));
    str name = one ? one->values[0].text : STR_NONE;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == ' ' || name.p[i] == '\t' || name.p[i] == '$') {
            conf_wrong(r->file, r->arena, one->values[0].place,
                       "this is no host name, as in \"relay.example.org\"; nothing is expanded in "
                       "a text");
            break;
        }
    return name;
}

static unsigned seconds_of(const struct reading *r, str key, unsigned otherwise)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    unsigned n = otherwise;
    if (one && !site_seconds(one->values[0].text, &n))
        conf_wrong(r->file, r->arena, one->values[0].place,
                   "this is no time; write it as \"30m\" or \"5d\"");
    return n;
}

/* between: "from 10s to 1h". */
static unsigned seconds_in(const struct reading *r, str key, unsigned otherwise, unsigned least,
                           unsigned most, const char *between)
{
    unsigned n = seconds_of(r, key, otherwise);
    if (n >= least && n <= most)
        return n;
    conf_wrong(r->file, r->arena, conf_entry(r->block, key)->values[0].place,
               "%.*s goes %s; write it as \"%us\"", STR_ARG(key), between,
               n < least ? least : most);
    return otherwise;
}

static struct site_pace pace_of(const struct reading *r, str key, struct site_pace otherwise)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    if (one && !site_pace(one->values[0].text, &otherwise))
        conf_wrong(r->file, r->arena, one->values[0].place,
                   "this is a number from 1 to 10000 and a time from 1s to 1d; write it as "
                   "\"%u/%um\"",
                   otherwise.count, otherwise.in_s / 60);
    return otherwise;
}

static const struct ip_net *nets_of(const struct reading *r, str key, size_t *count)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    struct err e;
    *count = 0;
    struct ip_net *all = one ? arena_alloc(r->arena, one->count * sizeof *all) : NULL;
    for (size_t i = 0; all && i < one->count; i++)
        if (ip_net_parse(one->values[i].text, &all[*count], &e))
            ++*count;
        else
            conf_wrong(r->file, r->arena, one->values[i].place, "%s", e.why);
    return all;
}

static const str *texts_of(const struct reading *r, str key, size_t *count)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    str *all = one ? arena_alloc(r->arena, one->count * sizeof *all) : NULL;
    *count = all ? one->count : 0;
    for (size_t i = 0; i < *count; i++)
        all[i] = one->values[i].text;
    return all;
}

static bool is_of_host(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' ||
            str_find_octet(STR("\"/\\@,;[]()<>{}|"), s.p[i]) != STR_NOT_FOUND)
            return false;
    return s.n > 0;
}

/* "host:port", "[2001:db8::1]:port", "192.0.2.1:port"; the port may be left out where otherwise is not 0. */
static bool host_port(str text, uint16_t otherwise, str *host, uint16_t *port)
{
    bool brackets = text.n && text.p[0] == '[';
    size_t end = str_find_octet(text, brackets ? ']' : ':');
    *host = str_skip(str_take(text, end == STR_NOT_FOUND ? text.n : end), brackets);
    str rest = end == STR_NOT_FOUND ? STR_NONE : str_skip(text, end + brackets);
    uint64_t n = otherwise;
    if (rest.n && (rest.p[0] != ':' || !str_to_u64(str_skip(rest, 1), 65535, &n)))
        return false;
    *port = (uint16_t)n;
    return is_of_host(*host) && n > 0 && !(brackets && end == STR_NOT_FOUND);
}

static void address_port(const struct reading *r, str key, uint16_t otherwise, struct ip *ip,
                         uint16_t *port)
{
    const struct conf_entry *one = conf_entry(r->block, key);
    str host;
    if (one && (!host_port(one->values[0].text, otherwise, &host, port) || !ip_parse(host, ip)))
        conf_wrong(r->file, r->arena, one->values[0].place,
                   "this is no address and port; write it as \"127.0.0.1:53\"");
}

static void loopback_only(const struct reading *r, str key, const struct ip *ip)
{
    if (ip->family != IP_NONE && !ip_is_loopback(ip))
        conf_wrong(r->file, r->arena, conf_entry(r->block, key)->values[0].place,
                   "%.*s are shown on loopback only: write it as \"127.0.0.1:9725\"", STR_ARG(key));
}

/* ------------------------------------------------------------------------------------------------
 * Blocks
 */
static void read_top(const struct reading *r, struct site *s)
{
    s->hostname = hostname_of(r);
    s->certificate = text_of(r, STR("certificate"), STR_NONE);
    s->key = text_of(r, STR("key"), s->certificate);
    s->client_ca = text_of(r, STR("client-ca"), STR_NONE);
    s->ca = text_of(r, STR("ca"), STR_NONE);
    s->users = text_of(r, STR("users"), STR("/etc/baton/users"));
    s->logins = text_of(r, STR("logins"), STR("/etc/baton/logins"));
    s->state = text_of(r, STR("state"), STR("/var/lib/baton"));
    s->control = text_of(r, STR("control"), STR("/run/baton/control"));
    s->run_as = text_of(r, STR("run-as"), STR("baton"));
    s->message_max = message_size_of(r);
    s->recipients_max = (unsigned)number_of(r, STR("recipients"), 1000);
    s->sessions_max = (unsigned)number_of(r, STR("sessions"), 20000);
    s->sessions_per_client = (unsigned)number_of(r, STR("sessions-per-client"), 500);
    s->client_failures = pace_of(r, STR("login-failures-per-client"),
                                 (struct site_pace){ 10, 5 * 60 });
    s->login_failures = pace_of(r, STR("login-failures-per-login"),
                                (struct site_pace){ 30, 10 * 60 });
    s->errors_max = (unsigned)number_of(r, STR("errors"), 10);
    s->idle_s = seconds_in(r, STR("idle"), 5 * 60, 10, 3600, "from 10s to 1h");
    s->data_s = seconds_in(r, STR("data-time"), 10 * 60, 60, 6 * 3600, "from 1m to 6h");
    s->allow_s = seconds_in(r, STR("allow-longest"), 86400, 60, 30 * 86400, "from 1m to 30d");
    s->keep_free = octets_of(r, STR("keep-free"), 200u << 20);
    s->lifetime_s = seconds_of(r, STR("lifetime"), 5 * 86400);
    s->loops = (unsigned)number_of(r, STR("loops"), 0);
    s->log_json = word_of(r, STR("log"), &LOG, 0) == 1;
    address_port(r, STR("metrics"), 9725, &s->metrics, &s->metrics_port);
    loopback_only(r, STR("metrics"), &s->metrics);
    address_port(r, STR("resolver"), 53, &s->resolver, &s->resolver_port);
}

/* Do both listen at one address of this machine? */
static bool meet(const struct site_listener *a, const struct site_listener *b)
{
    bool everywhere = !a->address_count || !b->address_count;
    for (size_t i = 0; i < a->address_count; i++)
        for (size_t j = 0; j < b->address_count; j++)
            everywhere |= ip_eq(&a->addresses[i], &b->addresses[j]);
    return a->port == b->port && everywhere;
}

static void check_port(const struct reading *r, const struct site *s, const struct site_listener *l)
{
    for (size_t i = 0; i < s->listener_count; i++)
        if (l->port && meet(&s->listeners[i], l)) {
            conf_wrong(r->file, r->arena, conf_entry(r->block, STR("port"))->values[0].place,
                       "listen \"%.*s\" of line %u has this port already; take another, or say "
                       "an address of its own for each",
                       STR_ARG(s->listeners[i].name), s->listeners[i].place.line);
            return;
        }
}

/* A proxy says who its client is, and is believed: one that is anybody makes every network anybody's. */
static void name_proxies(const struct reading *r, struct site_listener *l)
{
    char base[IP_TEXT_MAX];
    l->proxies = nets_of(r, STR("proxy"), &l->proxy_count);
    for (size_t i = 0; i < l->proxy_count; i++)
        if (policy_is_wide(&l->proxies[i]))
            conf_wrong(r->file, r->arena, conf_entry(r->block, STR("proxy"))->place,
                       "%s/%u is so wide that anybody may come as a proxy, and say that he is "
                       "somebody whom a permit trusts; name the addresses of your proxies",
                       ip_text(&l->proxies[i].base, base), l->proxies[i].bits);
}

static void read_listener(const struct reading *r, const struct site *s, struct site_listener *l)
{
    const struct conf_entry *at = conf_entry(r->block, STR("address"));
    l->name = r->block->label;
    l->place = r->block->place;
    l->port = (uint16_t)number_of(r, STR("port"), 0);
    l->security = (enum site_security)word_of(r, STR("security"), &SECURITY, SITE_STARTTLS);
    l->normalize = word_of(r, STR("bare-newline"), &NEWLINE, 0) == 1;
    l->auth_in_clear = word_of(r, STR("auth-in-clear"), &BOOL, 0) == 1;
    l->certificates = word_of(r, STR("client-certificates"), &BOOL, 0) == 1;
    name_proxies(r, l);
    if (at && at->count > SITE_ADDRESSES)
        conf_wrong(r->file, r->arena, at->place, "more than %d addresses", SITE_ADDRESSES);
    for (size_t i = 0; at && i < at->count && l->address_count < SITE_ADDRESSES; i++)
        if (ip_parse(at->values[i].text, &l->addresses[l->address_count]))
            l->address_count++;
        else
            conf_wrong(r->file, r->arena, at->values[i].place, "this is no IP address");
    check_port(r, s, l);
}

static const struct site_login *login_of(const struct reading *r, const struct site *s, str name)
{
    struct site_login *l = arena_alloc(r->arena, sizeof *l);
    if (!str_eq(name, STR("..")) && name.n && str_find_octet(name, '/') == STR_NOT_FOUND) {
        if (l)
            *l = (struct site_login){ name, arena_printf(r->arena, "%.*s/%.*s", STR_ARG(s->logins),
                                                         STR_ARG(name)) };
        return l;
    }
    conf_wrong(r->file, r->arena, conf_entry(r->block, STR("login"))->place,
               "a login's name is that of its file in %.*s, without a slash", STR_ARG(s->logins));
    return NULL;
}

static bool has_domain(const struct site_route *route, str domain)
{
    for (size_t i = 0; i < route->domain_count; i++)
        if (str_eq_nocase(route->domains[i], domain))
            return true;
    return false;
}

static void route_domain_fits(const struct reading *r, const struct site *s, str domain,
                              struct conf_place place)
{
    if (!str_is_ascii(domain))
        conf_wrong(r->file, r->arena, place,
                   "write this domain in ASCII, as in \"xn--bcher-kva.example\": 'idn2 NAME' "
                   "says how");
    else if (!policy_is_domain(domain))
        conf_wrong(r->file, r->arena, place,
                   "this is no domain, as in \"example.org\" or \"*.example.org\"");
    for (size_t i = 0; i < s->route_count; i++)
        if (has_domain(&s->routes[i], domain))
            conf_wrong(r->file, r->arena, place,
                       "mail for this domain goes by route \"%.*s\" of line %u already",
                       STR_ARG(s->routes[i].name), s->routes[i].place.line);
}

/* Of two that take the rest the second would never be asked. */
static void take_the_rest_once(const struct reading *r, const struct site *s,
                               const struct site_route *route)
{
    for (size_t i = 0; i < s->route_count && !route->domain_count; i++)
        if (!s->routes[i].domain_count) {
            conf_wrong(r->file, r->arena, route->place,
                       "route \"%.*s\" of line %u takes the mail of all domains already; say "
                       "recipient-domain here, or name this smarthost there",
                       STR_ARG(s->routes[i].name), s->routes[i].place.line);
            break;
        }
}

static void read_route(const struct reading *r, const struct site *s, struct site_route *route)
{
    const struct conf_entry *hosts = conf_entry(r->block, STR("smarthost"));
    str login = text_of(r, STR("login"), STR_NONE);
    int security = word_of(r, STR("security"), &SECURITY, SITE_AUTO);
    route->name = r->block->label;
    route->place = r->block->place;
    route->login = login.p ? login_of(r, s, login) : NULL;
    route->domains = texts_of(r, STR("recipient-domain"), &route->domain_count);
    for (size_t i = 0; i < route->domain_count; i++)
        route_domain_fits(r, s, route->domains[i],
                          conf_entry(r->block, STR("recipient-domain"))->values[i].place);
    take_the_rest_once(r, s, route);
    route->connections = (unsigned)number_of(r, STR("connections"), 20);
    if (hosts && hosts->count > SITE_SMARTHOSTS)
        conf_wrong(r->file, r->arena, hosts->place, "more than %d smarthosts", SITE_SMARTHOSTS);
    for (size_t i = 0; hosts && i < hosts->count && i < SITE_SMARTHOSTS; i++) {
        struct site_smarthost *h = &route->smarthosts[route->smarthost_count];
        if (!host_port(hosts->values[i].text, 25, &h->host, &h->port)) {
            conf_wrong(r->file, r->arena, hosts->values[i].place,
                       "this is no server; write it as \"smtp.example.org:587\"");
            continue;
        }
        h->security = (enum site_security)security;
        route->smarthost_count++;
    }
}

static void read_rewrite(const struct reading *r, struct site_rewrite *w)
{
    w->name = r->block->label;
    w->place = r->block->place;
    w->networks = nets_of(r, STR("network"), &w->network_count);
    w->listeners = texts_of(r, STR("listener"), &w->listener_count);
    w->from = text_of(r, STR("from"), STR_NONE);
    if (w->from.p && (!policy_is_address(w->from) || w->from.p[0] == '@'))
        conf_wrong(r->file, r->arena, conf_entry(r->block, STR("from"))->values[0].place,
                   "this is no address, as in \"scan@example.org\"");
    w->keep_reply_to = word_of(r, STR("keep"), &KEEP, 1) == 0;
}

static size_t count_of(const struct conf_file *f, str section)
{
    size_t n = 0;
    for (const struct conf_block *b = f->blocks; b; b = b->next)
        n += str_eq(b->section->name, section);
    return n;
}

bool site_read(struct conf_file *file, struct arena *a, struct site *out, struct err *e)
{
    struct site_listener *listeners = arena_alloc(a, (count_of(file, STR("listen")) + 1) *
                                                         sizeof *listeners);
    struct site_route *routes = arena_alloc(a, (count_of(file, STR("route")) + 1) * sizeof *routes);
    struct site_rewrite *rewrites = arena_alloc(a, (count_of(file, STR("rewrite")) + 1) *
                                                       sizeof *rewrites);
    if (!listeners || !routes || !rewrites)
        return err_memory(e, "what a rule file says");
    *out = (struct site){ .listeners = listeners, .routes = routes, .rewrites = rewrites };
    for (const struct conf_block *b = file->blocks; b; b = b->next) {
        struct reading r = { file, a, b };
        if (!b->section->name.n)
            read_top(&r, out);
        else if (str_eq(b->section->name, STR("listen")))
            read_listener(&r, out, &listeners[out->listener_count]), out->listener_count++;
        else if (str_eq(b->section->name, STR("route")))
            read_route(&r, out, &routes[out->route_count]), out->route_count++;
        else if (str_eq(b->section->name, STR("rewrite")))
            read_rewrite(&r, &rewrites[out->rewrite_count++]);
    }
    if (a->refused)
        return err_memory(e, "what a rule file says");
    return !file->error_count || conf_first_error(file, e);
}

/* So many octets of the domain does the word name: all of it, or what stands below its *; 0: it does not. */
static size_t named(str word, str domain)
{
    str below = str_skip(word, 1);
    if (!str_starts(word, STR("*.")))
        return str_eq_nocase(word, domain) ? domain.n : 0;
    return domain.n > below.n && str_eq_nocase(str_skip(domain, domain.n - below.n), below)
               ? below.n
               : 0;
}

const struct site_route *site_route_for(const struct site *s, str domain)
{
    const struct site_route *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < s->route_count; i++) {
        const struct site_route *r = &s->routes[i];
        if (!r->domain_count && !best)
            best = r;
        for (size_t j = 0; j < r->domain_count; j++)
            if (named(r->domains[j], domain) > most) {
                most = named(r->domains[j], domain);
                best = r;
            }
    }
    return best;
}
