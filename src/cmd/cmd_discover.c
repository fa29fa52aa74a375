/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_discover.c - baton discover: the servers that take mail from the user of an address
 */
#include "base/escape.h"
#include "cmd/cmd.h"
#include "cmd/discover_run.h"
#include "cmd/lookup_flags.h"
#include "cmd/output.h"
#include "discover/discovery.h"
#include "net/idn.h"
#include "net/psl.h"
#include "net/read_file.h"
#include "settings/providers.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ARENA_MAX = 8 << 20, FILE_MAX = 1 << 20, TEXT_MAX = 1 << 20 };

struct flags {
    struct lookup_flags lookup; /* first: its rows fill it in */
    const char *xml, *ispdb, *ca;
    struct ip public_ip;
    uint16_t https_port;
    bool all;
};

static bool take_xml(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->xml = value;
    return true;
}

static bool take_ispdb(void *into, const char *value, struct err *e)
{
    if (!str_starts_nocase(str_from(value), STR("https://")))
        return err_set(e, ERR_SYNTAX, "--ispdb '%.80s' is no https:// URL", value);
    ((struct flags *)into)->ispdb = value;
    return true;
}

static bool take_ca(void *into, const char *value, struct err *e)
{
    ((struct flags *)into)->ca = value;
    return access(value, R_OK) == 0 || err_sys(e, "--ca '%.120s' cannot be read", value);
}

static bool take_https_port(void *into, const char *value, struct err *e)
{
    uint64_t port;
    if (!str_to_u64(str_from(value), UINT16_MAX, &port) || port == 0)
        return err_set(e, ERR_SYNTAX, "--https-port '%.20s' is no number from 1 to 65535", value);
    ((struct flags *)into)->https_port = (uint16_t)port;
    return true;
}

static bool take_public_ip(void *into, const char *value, struct err *e)
{
    return ip_parse(str_from(value), &((struct flags *)into)->public_ip) ||
           err_set(e, ERR_SYNTAX, "--public-ip '%.60s' is no IP address", value);
}

static bool take_all(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->all = true;
}

const struct command_option DISCOVER_OPTIONS[] = {
    { "xml", "FILE",
      "read this settings file (autoconfig or Autodiscover) and ask nobody; '-' is standard input",
      take_xml },
    { "all", NULL, "wait for everybody who was asked, also behind a good answer", take_all },
    { "ispdb", "URL",
      "ask this database of providers too, which learns your domain (Thunderbird's: "
      "https://autoconfig.thunderbird.net/v1.1/)",
      take_ispdb },
    { "public-ip", "IP",
      "your line's public address: the servers of its network are looked for too", take_public_ip },
    { "ca", "FILE", "trust this authority too, for HTTPS (PEM)", take_ca },
    { "https-port", "PORT", "ask web servers on this port (443)", take_https_port },
    LOOKUP_OPTIONS,
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * JSON
 */
static json_t *login_of(const struct discover_server *s)
{
    return s->login == DISCOVER_LOGIN_UNSAID ? json_null()
                                             : json_boolean(s->login == DISCOVER_LOGIN);
}

static json_t *server_json(const struct discover_server *s)
{
    json_t *mechanisms = json_array();
    for (size_t i = 0; i < s->mechanism_count; i++)
        json_array_append_new(mechanisms, output_str(s->mechanisms[i]));
    str trust = s->trust == DISCOVER_UNTRUSTED ? STR_NONE
                                               : names_of(&DISCOVER_WHY_NAMES, (int)s->trust);
    str password = s->provider ? names_of(&PROVIDER_PASSWORD_NAMES, (int)s->provider->password)
                               : STR_NONE;
    return json_pack("{s:o, s:i, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "hostname",
                     output_str(s->hostname), "port", (int)s->port, "security",
                     output_str(names_of(&SMTP_SECURITY_NAMES, (int)s->security)), "mechanisms",
                     mechanisms, "user", output_str(s->user), "source",
                     output_str(names_of(&DISCOVER_SOURCE_NAMES, (int)s->source)), "trusted",
                     s->trust != DISCOVER_UNTRUSTED, "trusted_by", output_str(trust), "login",
                     login_of(s), "provider",
                     output_str(s->provider ? s->provider->title : STR_NONE), "password",
                     output_str(password));
}

static json_t *evidence_json(const struct discovery_evidence *ev)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "source",
                     output_str(names_of(&DISCOVER_SOURCE_NAMES, (int)ev->source)), "asked",
                     output_str(ev->asked), "came",
                     output_str(names_of(&DISCOVERY_CAME_NAMES, (int)ev->came)), "said",
                     output_str(ev->said));
}

static bool print_json(const struct discover_address *who, const struct discovery *d)
{
    json_t *outgoing = json_array(), *evidence = json_array();
    for (size_t i = 0; i < d->count; i++)
        json_array_append_new(outgoing, server_json(&d->servers[i]));
    for (size_t i = 0; i < d->evidence_count; i++)
        json_array_append_new(evidence, evidence_json(&d->evidence[i]));
    json_t *root = json_pack("{s:s, s:o, s:o, s:b, s:o, s:o}", "schema", "baton.discover/1",
                             "address", output_str(who->whole), "outgoing", outgoing,
                             "no_such_domain", d->no_such_domain, "did_you_mean",
                             output_str(d->nearest), "evidence", evidence);
    bool ok = root && json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(root);
    return ok && fflush(stdout) == 0;
}

/* ------------------------------------------------------------------------------------------------
 * Text
 */
static const struct {
    enum discover_why why;
    const char *words;
} TRUSTED[] = {
    { DISCOVER_UNTRUSTED, "no password goes there unless you say so: it is not of your own domain, "
                          "and nothing proves it" },
    { DISCOVER_OWN_DOMAIN, "of your own domain" },
    { DISCOVER_IN_TABLE, "a provider that Baton knows" },
    { DISCOVER_HTTPS, "said by a page whose certificate is good" },
    { DISCOVER_DNSSEC, "said by signed DNS records" },
};

static const struct {
    enum provider_password password;
    const char *words;
} PASSWORDS[] = {
    { PROVIDER_APP_PASSWORD, "takes a password made for programs, not the account's own" },
    { PROVIDER_PASSWORD_OR_APP,
      "takes the account's password, or one made for programs where two steps are switched on" },
    { PROVIDER_SWITCHED, "takes passwords only where the organisation has not switched them off" },
    { PROVIDER_OAUTH, "takes no password, only OAuth2" },
    { PROVIDER_KEY, "takes a key that the service hands out" },
    { PROVIDER_BRIDGE, "takes mail by the provider's own program on your machine" },
};

static void say_server(const struct discover_server *s, struct buf *b)
{
    buf_addf(b, "  %.*s port %u, %.*s", STR_ARG(s->hostname), s->port,
             STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)s->security)));
    if (s->user.n) {
        buf_add(b, STR(", user "));
        escape_line(s->user, b);
    }
    for (size_t i = 0; i < s->mechanism_count; i++)
        buf_addf(b, "%s%.*s", i ? " " : ", by ", STR_ARG(s->mechanisms[i]));
    if (s->login == DISCOVER_LOGIN_NONE)
        buf_add(b, STR(", without a login"));
    buf_addf(b, "\n      from %.*s; %s\n",
             STR_ARG(names_of(&DISCOVER_SOURCE_NAMES, (int)s->source)), TRUSTED[s->trust].words);
    for (size_t i = 0; s->provider && i < COUNT_OF(PASSWORDS); i++)
        if (PASSWORDS[i].password == s->provider->password)
            buf_addf(b, "      %.*s %s\n", STR_ARG(s->provider->title), PASSWORDS[i].words);
}

static void say_evidence(const struct discovery *d, bool all, struct buf *b)
{
    bool head = false;
    for (size_t i = 0; i < d->evidence_count; i++) {
        const struct discovery_evidence *ev = &d->evidence[i];
        if (!all && (ev->came == DISCOVERY_NOTHING || ev->came == DISCOVERY_PENDING))
            continue;
        if (!head)
            buf_add(b, STR("\nWhat was asked\n"));
        head = true;
        buf_addf(b, "  %-8.*s ", STR_ARG(names_of(&DISCOVERY_CAME_NAMES, (int)ev->came)));
        escape_line(ev->asked, b);
        buf_addf(b, ": %.*s\n", STR_ARG(ev->said));
    }
}

static bool print_text(const struct discover_address *who, const struct discovery *d, bool verbose)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    if (d->count)
        buf_add(&b, STR("Servers that take mail from "));
    else
        buf_add(&b, STR("No server is known that takes mail from "));
    escape_line(who->whole, &b);
    buf_add(&b, d->count ? STR(", the best first\n") : STR("\n"));
    if (d->no_such_domain)
        buf_add(&b, STR("  DNS says that this domain does not exist.\n"));
    if (d->nearest.n)
        buf_addf(&b, "  Did you mean %.*s?\n", STR_ARG(d->nearest));
    for (size_t i = 0; i < d->count; i++)
        say_server(&d->servers[i], &b);
    say_evidence(d, verbose || d->count == 0, &b);
    bool ok = buf_ok(&b) && fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0;
    buf_done(&b);
    return ok;
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static bool read_xml(const struct flags *f, const struct discover_address *who, struct arena *a,
                     struct discovery *d, struct err *e)
{
    struct buf file;
    struct err why = { .kind = ERR_NONE };
    bool ok = read_whole_file(f->xml, FILE_MAX, &file, e);
    if (ok &&
        !discovery_of_file(buf_str(&file), who, net_idn(buf_str(&file)), &NET_PSL, a, d, &why))
        ok = err_set(e, why.kind, "--xml '%.120s': %s", f->xml, why.why);
    buf_done(&file);
    return ok;
}

static int status_of(const struct discovery *d)
{
    if (d->count)
        return 0;
    if (d->no_such_domain)
        return 1;
    for (size_t i = 0; i < d->evidence_count; i++)
        if (d->evidence[i].came == DISCOVERY_FAILED)
            return 3;
    return 1;
}

static bool look(const struct flags *f, const struct discover_address *who, struct arena *a,
                 struct discovery *d, struct err *e)
{
    const struct discover_run_options o = { .gather = f->lookup.gather,
                                            .ca_file = f->ca,
                                            .https_port = f->https_port,
                                            .timeout_ms = (uint32_t)f->lookup.timeout_s * 1000 };
    const struct discover_question q = { .who = *who,
                                         .idn = net_idn(who->domain),
                                         .suffixes = &NET_PSL,
                                         .ispdb = str_from(f->ispdb),
                                         .public_ip = f->public_ip,
                                         .all = f->all };
    return f->xml ? read_xml(f, who, a, d, e) : discover_run(&o, &q, a, d, e);
}

static int discover(const struct flags *f, const char *address, struct arena *a, struct err *e)
{
    struct discover_address who;
    struct discovery *d = calloc(1, sizeof *d);
    int status = EXIT_USAGE;
    if (!d) {
        err_memory(e, "a discovery");
        return status;
    }
    if (discover_address_read(address, a, &who, e) && look(f, &who, a, d, e)) {
        if (f->lookup.json ? print_json(&who, d) : print_text(&who, d, f->lookup.verbose))
            status = status_of(d);
        else
            err_sys(e, "writing what was found");
    }
    free(d);
    return status;
}

int cmd_discover(int argc, char **argv)
{
    struct flags f = { .xml = NULL };
    struct err e = { .kind = ERR_NONE };
    struct arena a;
    int rest;
    lookup_flags_init(&f.lookup);
    if (!command_parse(command_named("discover"), argc, argv, &f, &rest, &e))
        return command_usage_error("discover", &e);
    if (rest != 2) {
        err_set(&e, ERR_SYNTAX, "give one ADDRESS, such as anna@example.org");
        return command_usage_error("discover", &e);
    }
    arena_init(&a, ARENA_MAX);
    int status = discover(&f, argv[1], &a, &e);
    if (status == EXIT_USAGE)
        command_usage_error("discover", &e);
    arena_done(&a);
    return status;
}
