/* SPDX-License-Identifier: ISC */
/*
 * cmd/doctor_flags.c - one row a flag, then what they mean together
 */
#include "cmd/doctor_flags.h"
#include "base/escape.h"
#include "base/password_shape.h"
#include "cmd/cmd.h"
#include "cmd/doctor_found.h"
#include "cmd/host_port.h"
#include "cmd/secret_input.h"
#include "discover/trust.h"
#include "dns/dns.h"
#include "doctor/pasted.h"
#include "doctor/words.h"
#include "net/idn.h"
#include "net/psl.h"
#include "net/read_file.h"
#include "net/stream.h"
#include "sasl/client.h"
#include "smtp/path.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct raw {
    const char *server, *auth, *user, *from, *header_from, *to, *helo, *error, *bounce, *ports,
        *whoami;
    struct secret_source secret;
    bool unasked; /* nobody may be asked for a password */
    /* Without --server: what was found in its place. */
    uint16_t https_port;
    bool trust_found, no_secret; /* no_secret: nothing that is secret may go there */
    const char *found_user;
    struct doctor_file_wanted wanted; /* --config and its kin */
    const char *for_program;
    struct doctor_flags *f;
};

/* ------------------------------------------------------------------------------------------------
 * Rows
 */
#define TEXT_FLAG(field)                                                                           \
    static bool take_##field(void *into, const char *value, struct err *e)                         \
    {                                                                                              \
        (void)e;                                                                                   \
        ((struct raw *)into)->field = value;                                                       \
        return true;                                                                               \
    }
TEXT_FLAG(server)
TEXT_FLAG(auth)
TEXT_FLAG(user)
TEXT_FLAG(from)
TEXT_FLAG(header_from)
TEXT_FLAG(to)
TEXT_FLAG(helo)
TEXT_FLAG(error)
TEXT_FLAG(bounce)
TEXT_FLAG(ports)
TEXT_FLAG(whoami)
TEXT_FLAG(for_program)

static bool take_security(void *into, const char *value, struct err *e)
{
    int security;
    char list[80];
    if (!names_find(&SMTP_SECURITY_NAMES, str_from(value), &security))
        return err_set(e, ERR_SYNTAX, "--security '%.40s' is not understood; it is one of %s",
                       value, names_list(&SMTP_SECURITY_NAMES, list, sizeof list));
    ((struct raw *)into)->f->o.asked.attempt.security = (enum smtp_security)security;
    return true;
}

static bool take_ip(const char *flag, const char *value, struct ip *out, struct err *e)
{
    return ip_parse(str_from(value), out) ||
           err_set(e, ERR_SYNTAX, "--%s '%.60s' is no IP address", flag, value);
}
static bool take_source(void *into, const char *value, struct err *e)
{
    return take_ip("source", value, &((struct raw *)into)->f->o.asked.attempt.source, e);
}
static bool take_connect_to(void *into, const char *value, struct err *e)
{
    return take_ip("connect-to", value, &((struct raw *)into)->f->o.connect_to, e);
}

static bool take_resolver(void *into, const char *value, struct err *e)
{
    struct doctor_options *o = &((struct raw *)into)->f->o;
    o->asked.dns_private = true;
    return take_dns_server("resolver", value, &o->resolver, &o->resolver_port, e);
}
static bool take_public_ip(void *into, const char *value, struct err *e)
{
    return take_ip("public-ip", value, &((struct raw *)into)->f->o.asked.public_ip, e);
}

/* Port 995 has TLS at once (RFC 8314 section 3.2); on any other the doctor asks for STLS, if it is greeted. */
static bool take_pop(void *into, const char *value, struct err *e)
{
    struct doctor_asked *asked = &((struct raw *)into)->f->o.asked;
    str host;
    uint64_t port = 995;
    if (!split_host_port(str_trim(str_from(value)), &host, &port) || !host.n)
        return err_set(e, ERR_SYNTAX, "--pop '%.80s' is no HOST or HOST:PORT", value);
    asked->pop_host = host;
    asked->pop_port = (uint16_t)port;
    return true;
}

static bool take_number(const char *flag, const char *value, uint64_t least, uint64_t most,
                        uint64_t *out, struct err *e)
{
    if (str_to_u64(str_from(value), most, out) && *out >= least)
        return true;
    return err_set(e, ERR_SYNTAX, "--%s '%.20s' is no number from %llu to %llu", flag, value,
                   (unsigned long long)least, (unsigned long long)most);
}
static bool take_dns_port(void *into, const char *value, struct err *e)
{
    uint64_t n;
    if (!take_number("dns-port", value, 1, UINT16_MAX, &n, e))
        return false;
    ((struct raw *)into)->f->o.dns_port = (uint16_t)n;
    return true;
}
static bool take_https_port(void *into, const char *value, struct err *e)
{
    uint64_t n;
    if (!take_number("https-port", value, 1, UINT16_MAX, &n, e))
        return false;
    ((struct raw *)into)->https_port = (uint16_t)n;
    return true;
}
static bool take_trust_found(void *into, const char *value, struct err *e)
{
    (void)value;
    (void)e;
    ((struct raw *)into)->trust_found = true;
    return true;
}
static bool take_timeout(void *into, const char *value, struct err *e)
{
    uint64_t n;
    if (!take_number("timeout", value, 1, 600, &n, e))
        return false;
    ((struct raw *)into)->f->o.timeout_ms = (uint32_t)n * 1000;
    return true;
}
static bool take_logins(void *into, const char *value, struct err *e)
{
    uint64_t n;
    if (!take_number("logins", value, 1, 10, &n, e))
        return false;
    ((struct raw *)into)->f->o.plan.refused_logins_max = (unsigned)n;
    return true;
}
static bool take_size(void *into, const char *value, struct err *e)
{
    return take_number("size", value, 1, UINT32_MAX * 1024ULL,
                       &((struct raw *)into)->f->o.asked.attempt.size_octets, e);
}
static bool take_password_fd(void *into, const char *value, struct err *e)
{
    uint64_t n;
    if (!take_number("password-fd", value, 0, 65535, &n, e))
        return false;
    ((struct raw *)into)->secret.fd = (int)n;
    return true;
}
static bool take_password_env(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct raw *)into)->secret.env = value;
    return true;
}
static bool take_password_command(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct raw *)into)->secret.command = value;
    return true;
}
static bool take_token_command(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct raw *)into)->secret.token_command = value;
    return true;
}

#define FILE_FLAG(name, field)                                                                     \
    static bool take_##name(void *into, const char *value, struct err *e)                          \
    {                                                                                              \
        (void)e;                                                                                   \
        ((struct raw *)into)->f->field = value;                                                    \
        return true;                                                                               \
    }
#define CONFIG_FLAG(name, field)                                                                   \
    static bool take_##name(void *into, const char *value, struct err *e)                          \
    {                                                                                              \
        (void)e;                                                                                   \
        ((struct raw *)into)->wanted.field = value;                                                \
        return true;                                                                               \
    }
CONFIG_FLAG(config, path)
CONFIG_FLAG(program, program)
CONFIG_FLAG(account, account)
CONFIG_FLAG(env_file, env_file)

static bool take_run_command(void *into, const char *value, struct err *e)
{
    (void)value;
    (void)e;
    ((struct raw *)into)->wanted.run_command = true;
    return true;
}

FILE_FLAG(ca, o.ca_file)
FILE_FLAG(cert, o.cert_file)
FILE_FLAG(key, o.key_file)
FILE_FLAG(verify, verify)
FILE_FLAG(report, report)
FILE_FLAG(trust_anchor, o.trust_anchor)

#define SWITCH(name, field)                                                                        \
    static bool take_##name(void *into, const char *value, struct err *e)                          \
    {                                                                                              \
        (void)value;                                                                               \
        (void)e;                                                                                   \
        ((struct raw *)into)->f->field = true;                                                     \
        return true;                                                                               \
    }
SWITCH(json, json)
SWITCH(verbose, verbose)
SWITCH(full, full)
SWITCH(send, o.plan.send)
SWITCH(old_helo, o.asked.attempt.old_helo)
SWITCH(allow_clear_auth, o.plan.allow_clear_auth)
SWITCH(no_dns, o.no_dns)
SWITCH(in_place, in_place)

static bool take_gentle(void *into, const char *value, struct err *e)
{
    (void)value;
    (void)e;
    ((struct raw *)into)->f->o.plan.open_max = 2;
    ((struct raw *)into)->f->o.plan.total_max = 4;
    return true;
}

const struct command_option DOCTOR_OPTIONS[] = {
    { "server", "HOST[:PORT]",
      "the server that refused; no port: 25, 465, 587 and 2525; without it the best is taken that "
      "'baton discover' finds for ADDRESS",
      take_server },
    { "trust-found", NULL,
      "without --server: let the password go to whatever server was found for ADDRESS, or is named "
      "in the pasted text",
      take_trust_found },
    { "security", "none|starttls|tls|auto", "what the program is set to; ssl and ssl/tls mean tls",
      take_security },
    { "auth", "none|auto|MECHANISM", "how the program logs in; none: it does not", take_auth },
    { "user", "USER", "the login, when it is not ADDRESS", take_user },
    { "password-fd", "N", "read the password from this file descriptor", take_password_fd },
    { "password-env", "NAME", "take the password from this environment variable",
      take_password_env },
    { "password-command", "COMMAND", "take the password from what this command prints",
      take_password_command },
    { "token-command", "COMMAND",
      "take an OAuth2 token from what this command prints, in place of "
      "a password",
      take_token_command },
    { "from", "ADDRESS", "the reverse-path, when it is not ADDRESS; '<>' is the empty one",
      take_from },
    { "header-from", "ADDRESS", "the From of the test message of --send", take_header_from },
    { "to", "ADDRESS", "the recipient that was refused; without it relaying itself is not tried",
      take_to },
    { "size", "OCTETS", "how large the refused message was", take_size },
    { "helo", "NAME", "what to say in EHLO", take_helo },
    { "old-helo", NULL, "the program says HELO, not EHLO, as its transcript shows", take_old_helo },
    { "source", "IP", "the local address to connect from", take_source },
    { "connect-to", "IP", "go to this address in place of what DNS says", take_connect_to },
    { "resolver", "IP[:PORT]", "ask this DNS server, not the system", take_resolver },
    { "no-dns", NULL, "look up nothing but the server's address", take_no_dns },
    { "public-ip", "IP", "the address that the server sees you come from, behind NAT",
      take_public_ip },
    { "whoami", "NAME",
      "a name in DNS that answers with the address that you come from; asked only if given",
      take_whoami },
    { "dns-port", "PORT", "port of name servers that are asked straight (53)", take_dns_port },
    { "trust-anchor", "FILE", "trust these DNSSEC keys in place of the root's", take_trust_anchor },
    { "https-port", "PORT", "without --server: ask web servers for settings on this port (443)",
      take_https_port },
    { "pop", "HOST[:PORT]",
      "where mail is fetched from (POP3; port 995), for servers that want that first: the same "
      "login "
      "is made there, and the refused attempt again",
      take_pop },
    { "ports", "LIST", "ports to look at besides that of --server, with commas between",
      take_ports },
    { "ca", "FILE", "trust this authority too (PEM)", take_ca },
    { "cert", "FILE", "show this client certificate (PEM); --auth EXTERNAL logs in by it",
      take_cert },
    { "key", "FILE", "the key of --cert (PEM)", take_key },
    { "error", "TEXT", "the error as the program showed it", take_error },
    { "bounce", "FILE", "the bounce message; '-' is standard input", take_bounce },
    { "config", "FILE",
      "start from the program's own settings file; flags given beside it win ('-' is standard "
      "input)",
      take_config },
    { "program", "NAME",
      "whose file that is, where its shape does not tell; 'baton settings list' names them",
      take_program },
    { "account", "NAME", "which of several accounts in it", take_account },
    { "env-file", "FILE",
      "variables that the file refers to, one NAME=VALUE a line; then the environment",
      take_env_file },
    { "run-password-command", NULL,
      "run the command by which the file says that its password is "
      "had",
      take_run_command },
    { "in-place", NULL,
      "once it is proved what works: change these lines of --config FILE, and keep a copy; the "
      "password stays as it is",
      take_in_place },
    { "for", "PROGRAM",
      "show the settings that work as this program wants them written; unless given, as that of "
      "--config does",
      take_for_program },
    { "send", NULL,
      "send one test message to --to at the end (a second one from your own address, where the "
      "first is refused after DATA); without it no DATA is said",
      take_send },
    { "gentle", NULL, "at most 2 connections at a time, and 4 in all", take_gentle },
    { "logins", "N",
      "how many refused logins the run may cause (1); more try other forms of the login",
      take_logins },
    { "allow-clear-auth", NULL, "let the password be sent without verified TLS",
      take_allow_clear_auth },
    { "timeout", "SECONDS", "of the whole run (45)", take_timeout },
    { "verbose", NULL, "show the dialogue on standard error, secrets masked", take_verbose },
    { "json", NULL, "print the document baton.doctor/1", take_json },
    { "verify", "FILE", "derive every 'proved' of a stored document again", take_verify },
    { "report", "FILE", "write the answer as one HTML page too; anonymous, fit to be handed on",
      take_report },
    { "full", NULL, "leave names and addresses in the page of --report", take_full },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * What they mean together
 */
struct plan_options doctor_plan_defaults(void)
{
    return (struct plan_options){ .ports = { 587, 465, 25, 2525 },
                                  .port_count = 4,
                                  .open_max = 4,
                                  .total_max = 8,
                                  .refused_logins_max = 1,
                                  .refusals_max = 3 };
}

/* A mailbox; its domain as A-labels where the local-part is ASCII, so that no SMTPUTF8 is needed. */
static bool read_mailbox(const char *what, const char *typed, struct arena *a, str *out,
                         struct err *e)
{
    struct smtp_mailbox m;
    struct err why = { .kind = ERR_NONE };
    char domain[DNS_NAME_MAX];
    str text = str_trim(str_from(typed));
    if (!smtp_mailbox_parse(text, &m, &why))
        return err_set(e, ERR_SYNTAX, "%s is no mailbox such as anna@example.org: %s", what,
                       why.why);
    *out = text;
    if (str_is_ascii(m.domain) || !str_is_ascii(m.local_part))
        return true;
    if (!dns_name_from_text(m.domain, net_idn(m.domain), domain, e))
        return false;
    *out = arena_printf(a, "%.*s@%s", STR_ARG(m.local_part), domain);
    return out->p || err_memory(e, "an address");
}

/* No --server: the best that discovery finds. What was merely guessed says nothing of the port. */
static bool find_server(struct raw *raw, const char *address, struct arena *a, struct err *e)
{
    struct doctor_options *o = &raw->f->o;
    struct smtp_attempt *at = &o->asked.attempt;
    struct doctor_found found;
    AUTO(dns_known_freep) struct dns_known *dns = dns_known_new(0);
    if (!dns)
        return err_memory(e, "a discovery");
    if (!doctor_find_server(address, raw->https_port, o, dns, a, &found, e))
        return false;
    o->asked.found = found.said;
    if (found.none) {
        raw->no_secret = raw->f->nowhere = true;
        raw->f->looked_ms = found.took_ms;
        raw->f->dns = dns;
        dns = NULL;
        return true;
    }
    const struct discover_server *s = &found.server;
    bool guessed = s->source == DISCOVER_GUESS || s->source == DISCOVER_ISP;
    bool fits = at->security == SMTP_SECURITY_AUTO || at->security == s->security;
    at->host = s->hostname;
    if (!guessed && fits) {
        at->port = s->port;
        at->security = s->security;
    }
    if (s->user.n && !raw->user)
        raw->found_user = arena_dup(a, s->user).p;
    raw->no_secret = s->trust == DISCOVER_UNTRUSTED && !raw->trust_found;
    return true;
}

/* No --server, and the pasted text shows to which one the program hands its mail. Anybody may have written a text: the
 * password goes there under the same conditions as to a server that discovery found. */
static bool take_pasted_server(struct raw *raw, const char *address, struct arena *a, struct err *e)
{
    static const struct discover_proof NO_PROOF = { false, false };
    struct doctor_asked *asked = &raw->f->o.asked;
    const struct doctor_pasted *p = &asked->pasted;
    struct discover_address who = { .ascii = STR_NONE };
    char port[16] = "";
    if (address && !discover_address_read(address, a, &who, e))
        return false;
    bool trusted = who.ascii.n && discover_trust(asked->attempt.host, who.ascii, &NO_PROOF,
                                                 &NET_PSL) != DISCOVER_UNTRUSTED;
    asked->attempt.port = p->port;
    if (asked->attempt.security == SMTP_SECURITY_AUTO)
        asked->attempt.security = p->security;
    raw->no_secret = !trusted && !raw->trust_found;
    if (p->port)
        snprintf(port, sizeof port, " port %u", p->port);
    asked->found = arena_printf(
        a, "No server was named; the pasted text names %.*s%s.%s", STR_ARG(asked->attempt.host),
        port,
        raw->no_secret
            ? " Nothing but the text says that it is the right one: no password goes there. If it "
              "is, name it by --server, or give --trust-found."
            : "");
    return asked->found.p || err_memory(e, "the server's name");
}

/* The server of --config: the user's own choice, as --server is. One that cannot be looked up is not tried, and the
 * mistake that it is stands in the file's list. */
static bool take_file_server(struct raw *raw, struct arena *a, struct err *e)
{
    const struct doctor_file *file = raw->f->file;
    struct doctor_asked *asked = &raw->f->o.asked;
    struct smtp_attempt *at = &asked->attempt;
    char name[DNS_NAME_MAX];
    struct ip ip;
    str host = str_from(file->host);
    bool bracketed = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (bracketed)
        host = str_take(str_skip(host, 1), host.n - 2);
    at->port = file->port;
    at->host = host;
    if (ip_parse(host, &ip))
        return true;
    if (host.n && dns_name_from_text(host, net_idn(host), name, e)) {
        at->host = arena_dup(a, str_from(name));
        return at->host.p || err_memory(e, "the server's name");
    }
    at->host = STR_NONE;
    raw->f->nowhere = raw->no_secret = true;
    asked->found = arena_printf(a,
                                "%.*s names no server that can be tried; --server HOST names one.",
                                STR_ARG(file->config->file));
    return asked->found.p || err_memory(e, "the server's name");
}

static bool read_server(struct raw *raw, const char *address, struct arena *a, struct err *e)
{
    struct smtp_attempt *at = &raw->f->o.asked.attempt;
    str host;
    uint64_t port = 0;
    struct ip ip;
    char name[DNS_NAME_MAX];
    str shown = raw->f->o.asked.pasted.server;
    if (!raw->server && raw->f->file)
        return take_file_server(raw, a, e);
    if (!raw->server && shown.n && discover_host(shown, net_idn(shown), a, &at->host))
        return take_pasted_server(raw, address, a, e);
    if (!raw->server && address && !raw->f->o.no_dns)
        return find_server(raw, address, a, e);
    if (!raw->server || !*raw->server)
        return err_set(e, ERR_SYNTAX,
                       "no server is named; give --server HOST, as in the program's settings "
                       "for outgoing mail, or your ADDRESS, by which it is looked for");
    if (!split_host_port(str_trim(str_from(raw->server)), &host, &port))
        return err_set(
            e, ERR_SYNTAX,
            "--server '%.*s' is no HOST or HOST:PORT; IPv6 goes in brackets: [2001:db8::1]:587",
            STR_ARG(str_take(host_port_shown(str_from(raw->server)), 80)));
    at->port = port || !raw->f->file ? (uint16_t)port : raw->f->file->port;
    at->host = host;
    if (ip_parse(host, &ip))
        return true;
    if (!dns_name_from_text(host, net_idn(host), name, e))
        return false;
    at->host = arena_dup(a, str_from(name));
    return at->host.p || err_memory(e, "the server's name");
}

static bool read_from(struct raw *raw, const char *address, struct arena *a, struct err *e)
{
    struct doctor_asked *asked = &raw->f->o.asked;
    const char *typed = raw->from ? raw->from : address;
    if (raw->from && (strcmp(raw->from, "<>") == 0 || !*raw->from)) {
        asked->attempt.from_null = true;
        return true;
    }
    if (!typed && doctor_is_mailbox(raw->user))
        typed = raw->user;
    if (raw->from && !doctor_is_mailbox(raw->from) &&
        doctor_is_sayable(str_trim(str_from(raw->from)))) {
        asked->attempt.from = str_trim(str_from(raw->from));
        return true;
    }
    return !typed ||
           read_mailbox(raw->from ? "--from" : "ADDRESS", typed, a, &asked->attempt.from, e);
}

static bool read_addresses(struct raw *raw, const char *address, struct arena *a, struct err *e)
{
    struct doctor_asked *asked = &raw->f->o.asked;
    if (address && !read_mailbox("ADDRESS", address, a, &asked->own_address, e))
        return false;
    if (!asked->own_address.n && doctor_is_mailbox(raw->user) &&
        !read_mailbox("--user", raw->user, a, &asked->own_address, e))
        return false;
    if (!read_from(raw, address, a, e))
        return false;
    if (!asked->own_address.n && (!raw->from || doctor_is_mailbox(raw->from)))
        asked->own_address = asked->attempt.from;
    if (raw->to && !read_mailbox("--to", raw->to, a, &asked->attempt.to, e))
        return false;
    if (raw->header_from &&
        !read_mailbox("--header-from", raw->header_from, a, &asked->attempt.header_from, e))
        return false;
    if (!raw->to && asked->pasted.recipient.n)
        asked->attempt.to = asked->pasted.recipient;
    else if (!raw->to && raw->f->file)
        asked->attempt.to = str_from(raw->f->file->to);
    if (asked->attempt.to.n && !asked->attempt.from.n && !asked->attempt.from_null)
        return err_set(e, ERR_SYNTAX,
                       "there is a recipient but no sender; give your own ADDRESS, or --from");
    return true;
}

static bool read_whoami(const struct raw *raw, struct arena *a, struct err *e)
{
    char name[DNS_NAME_MAX];
    str typed = str_from(raw->whoami);
    if (!raw->whoami)
        return true;
    if (!dns_name_from_text(typed, net_idn(typed), name, e))
        return false;
    raw->f->o.asked.whoami = arena_dup(a, str_from(name));
    return raw->f->o.asked.whoami.p || err_memory(e, "the name of --whoami");
}

static bool read_bounce(const struct raw *raw, struct arena *a, str *out, struct err *e)
{
    struct buf b;
    bool ok = read_whole_file(raw->bounce, 1 << 20, &b, e);
    if (ok)
        *out = arena_dup(a, buf_str(&b));
    buf_done(&b);
    return ok;
}

/* What the error or the bounce is, and what it tells by its words. */
static bool read_pasted(struct raw *raw, const char *address, struct arena *a, struct err *e)
{
    struct doctor_asked *asked = &raw->f->o.asked;
    const char *own = address ? address : doctor_is_mailbox(raw->user) ? raw->user : raw->from;
    if (raw->error)
        asked->pasted_error = str_from(raw->error);
    if (raw->bounce && !read_bounce(raw, a, &asked->pasted_error, e))
        return false;
    if (!asked->pasted_error.n)
        return true;
    if (!doctor_pasted_read(asked->pasted_error, str_from(own), a, &asked->pasted, e))
        return false;
    /* From here on it may be shown: in the report, in the letter to the provider. */
    asked->pasted_error = asked->pasted.plain.n ? asked->pasted.plain : STR(" ");
    return true;
}

static bool read_ports(struct raw *raw, struct err *e)
{
    struct plan_options *p = &raw->f->o.plan;
    if (!raw->ports)
        return true;
    p->port_count = 0;
    for (str rest = str_from(raw->ports); rest.p;) {
        uint64_t port;
        str word = str_trim(str_cut(&rest, ','));
        if (!word.n && !rest.p && p->port_count == 0)
            return true; /* --ports '': the asked port alone */
        if (!str_to_u64(word, 65535, &port) || !port || p->port_count == PLAN_PORTS)
            return err_set(e, ERR_SYNTAX, "--ports '%.60s' is no list of at most %d ports",
                           raw->ports, PLAN_PORTS);
        p->ports[p->port_count++] = (uint16_t)port;
    }
    return true;
}

static bool read_auth(struct raw *raw, bool known, struct arena *a, struct err *e)
{
    struct smtp_attempt *at = &raw->f->o.asked.attempt;
    if (!raw->auth) {
        at->mechanism = known ? STR("auto") : STR_NONE;
        return true;
    }
    if (str_eq_nocase(str_from(raw->auth), STR("none")))
        return true;
    str name = arena_dup(a, str_from(raw->auth));
    if (!name.p)
        return err_memory(e, "a mechanism's name");
    if (str_eq_nocase(name, STR("auto"))) {
        at->mechanism = STR("auto");
        return true;
    }
    char *p = (char *)name.p, list[200];
    bool named = name.n > 0;
    for (size_t i = 0; i < name.n; i++) {
        p[i] = to_upper(p[i]);
        named &= is_alnum(p[i]) || p[i] == '-' || p[i] == '_';
    }
    if (!named)
        return err_set(e, ERR_SYNTAX,
                       "--auth '%.40s' is no mechanism's name; none, auto, %s can be played",
                       raw->auth, sasl_mechanism_list(0, list, sizeof list));
    at->mechanism = name;
    return true;
}

/* One buffer holds both forms, so that one place wipes them: the password as given, and behind it the
 * repaired one, if there is any. */
static bool shape_password(struct doctor_flags *f, struct buf *password, struct err *e)
{
    struct buf repaired;
    size_t given = password->n;
    buf_init(&repaired, SECRET_MAX);
    f->o.asked.password_anomalies = password_anomalies(buf_str(password));
    bool odd = password_repair(buf_str(password), &repaired);
    password->max += repaired.n;
    if (odd)
        buf_add(password, buf_str(&repaired));
    buf_wipe_done(&repaired);
    if (!buf_ok(password))
        return err_memory(e, "the password");
    f->o.password = str_take(buf_str(password), given);
    f->o.repaired = odd ? str_skip(buf_str(password), given) : STR_NONE;
    f->o.plan.repaired_password = odd;
    return true;
}

/* What the mechanism that --auth names is played with; all of it where none of ours is named. */
static unsigned needs_of(const struct raw *raw)
{
    const struct sasl_mechanism *m = raw->auth ? sasl_mechanism_find(str_from(raw->auth)) : NULL;
    return m ? m->needs : SASL_PASSWORD | SASL_TOKEN | SASL_CERTIFICATE;
}

static bool has_secret_flag(const struct raw *raw)
{
    const struct secret_source *s = &raw->secret;
    return s->env || s->command || s->token_command || s->fd >= 0;
}

static bool is_token(const struct raw *raw)
{
    return raw->secret.token_command ||
           (raw->f->file && raw->f->file->token && !has_secret_flag(raw));
}

/* Where --config has the password, and no flag does. It is what the program would send, odd ends and all. */
static bool take_file_secret(const struct raw *raw, struct buf *password, bool *known,
                             struct err *e)
{
    const struct doctor_file *file = raw->f->file;
    if (!file || has_secret_flag(raw) || !file->loaded.password.n)
        return true;
    *known = true;
    return buf_add(password, buf_str(&file->loaded.password)) || err_memory(e, "the password");
}

/* Nobody is asked for what the file has, even where that is empty. */
static bool file_has_secret(const struct raw *raw)
{
    const struct doctor_file *file = raw->f->file;
    return file && (file->loaded.password.n || file->empty_password);
}

/* A ticket cannot be seen from here: who names GSSAPI is taken to have one, until it is used. */
static unsigned credentials_of(const struct raw *raw, bool known)
{
    unsigned has = raw->f->o.cert_file ? SASL_CERTIFICATE : 0;
    if (known)
        has |= is_token(raw) ? SASL_TOKEN : SASL_PASSWORD;
    return has | (needs_of(raw) == SASL_TICKET ? SASL_TICKET : 0);
}

/* Certificate and ticket alone name the user by themselves: only a --user is one to act as. */
static const char *user_of(const struct raw *raw, const char *address, bool known)
{
    bool names_itself = !known && !(needs_of(raw) & (SASL_PASSWORD | SASL_TOKEN));
    if (raw->user || names_itself)
        return raw->user;
    return raw->found_user ? raw->found_user : address;
}

static bool check_login(const struct raw *raw, bool known, const char *user, struct err *e)
{
    if (known && !user && needs_of(raw) & (SASL_PASSWORD | SASL_TOKEN))
        return err_set(e, ERR_SYNTAX, "there is a %s but no user; give ADDRESS, or --user",
                       is_token(raw) ? "token" : "password");
    if (user && strlen(user) > 1024)
        return err_set(e, ERR_LIMIT, "the user name is longer than 1024 octets");
    if (needs_of(raw) == SASL_TOKEN && !known && !raw->no_secret)
        return err_set(e, ERR_SYNTAX, "--auth %.20s logs in by a token; give --token-command",
                       raw->auth);
    return true;
}

static bool read_login(struct raw *raw, const char *address, struct arena *a, struct buf *password,
                       struct err *e)
{
    struct doctor_asked *asked = &raw->f->o.asked;
    bool logs_in = !raw->auth || !str_eq_nocase(str_from(raw->auth), STR("none"));
    bool known = false;
    raw->secret.ask = user_of(raw, address, false) && logs_in && (needs_of(raw) & SASL_PASSWORD) &&
                      !raw->unasked && !file_has_secret(raw);
    if (!raw->no_secret && (!secret_input(&raw->secret, password, &known, e) ||
                            !take_file_secret(raw, password, &known, e)))
        return false;
    const char *user = user_of(raw, address, known);
    if (!check_login(raw, known, user, e) || !read_auth(raw, known, a, e))
        return false;
    bool itself = needs_of(raw) == SASL_CERTIFICATE || needs_of(raw) == SASL_TICKET;
    asked->credentials = credentials_of(raw, known);
    asked->attempt.certificate = raw->f->o.cert_file != NULL;
    asked->login_known = asked->credentials != 0 || itself;
    asked->attempt.user = known || smtp_attempt_logs_in(&asked->attempt) ? str_from(user)
                                                                         : STR_NONE;
    if (is_token(raw) && known) {
        raw->f->o.token = buf_str(password);
        return true;
    }
    return shape_password(raw->f, password, e);
}

static bool is_readable(const char *flag, const char *path, struct err *e)
{
    return !path || access(path, R_OK) == 0 ||
           err_set(e, ERR_SYSTEM, "--%s '%.120s' cannot be read: %s", flag, path, strerror(errno));
}

static bool read_files(const struct doctor_options *o, struct err *e)
{
    if (!o->cert_file != !o->key_file)
        return err_set(e, ERR_SYNTAX, "--cert and --key belong together");
    return is_readable("ca", o->ca_file, e) && is_readable("trust-anchor", o->trust_anchor, e) &&
           is_readable("cert", o->cert_file, e) && is_readable("key", o->key_file, e);
}

/* Is --source an address of this machine? */
static bool source_is_ours(const struct ip *source, struct err *e)
{
    struct err why = { .kind = ERR_NONE };
    return source->family == IP_NONE || net_source_usable(source, &why) ||
           err_set(e, ERR_SYNTAX, "--source: %.160s; give an address of this machine", why.why);
}

/* ------------------------------------------------------------------------------------------------
 * --config: what the program's own file says, where no flag says otherwise
 */
static void fill(struct raw *raw, const char **flag, const char *said, enum settings_field field)
{
    if (*flag && said)
        raw->f->file->config->beside |= 1u << field;
    if (!*flag)
        *flag = said;
}

static void fill_from_file(struct raw *raw)
{
    const struct doctor_file *file = raw->f->file;
    struct smtp_attempt *at = &raw->f->o.asked.attempt;
    unsigned *beside = &file->config->beside;
    bool port_too = raw->server && str_find_octet(str_from(raw->server), ':') != STR_NOT_FOUND;
    if (raw->server)
        *beside |= 1u << SETTINGS_HOST | (port_too ? 1u << SETTINGS_PORT : 0);
    if (at->security == SMTP_SECURITY_AUTO)
        at->security = file->security;
    else if (at->security != file->security)
        *beside |= 1u << SETTINGS_SECURITY;
    if (has_secret_flag(raw))
        *beside |= 1u << SETTINGS_SECRET;
    if (at->source.family == IP_NONE)
        at->source = file->source;
    fill(raw, &raw->auth, file->auth, SETTINGS_LOGIN);
    fill(raw, &raw->user, file->user, SETTINGS_USER);
    fill(raw, &raw->from, file->from, SETTINGS_FROM);
    if (!file->from && file->config->said.attempt.from.n)
        *beside |= 1u << SETTINGS_FROM; /* it fits into no command */
    fill(raw, &raw->header_from, file->header_from, SETTINGS_HEADER_FROM);
    fill(raw, &raw->helo, file->helo, SETTINGS_HELO);
    fill(raw, &raw->f->o.ca_file, file->ca, SETTINGS_CA);
    if (raw->to && file->to)
        *beside |= 1u << SETTINGS_TO;
}

static bool belongs_to_config(const struct raw *raw, struct err *e)
{
    const struct doctor_file_wanted *w = &raw->wanted;
    const char *flag = w->program       ? "program"
                       : w->account     ? "account"
                       : w->env_file    ? "env-file"
                       : w->run_command ? "run-password-command"
                                        : NULL;
    flag = raw->f->in_place ? "in-place" : flag;
    return !flag ||
           err_set(e, ERR_SYNTAX, "--%s belongs to --config FILE; give both, or neither", flag);
}

static bool read_config(struct raw *raw, struct arena *a, struct err *e)
{
    struct doctor_flags *f = raw->f;
    if (raw->for_program && !settings_take_program(raw->for_program, &f->program, e))
        return false;
    if (!raw->wanted.path)
        return belongs_to_config(raw, e);
    f->file = doctor_file_load(&raw->wanted, a, e);
    if (!f->file)
        return false;
    fill_from_file(raw);
    f->o.asked.config = f->file->config;
    if (!f->program)
        f->program = f->file->loaded.reading.program;
    return true;
}

void doctor_flags_done(struct doctor_flags *f)
{
    doctor_file_free(f->file);
    dns_known_free(f->dns);
    f->file = NULL;
    f->dns = NULL;
}

static bool read_all(struct doctor_flags *f, int argc, char **argv, bool unasked, struct arena *a,
                     struct buf *password, struct err *e)
{
    struct raw raw = { .secret = { .fd = -1 }, .unasked = unasked, .f = f };
    int rest;
    *f = (struct doctor_flags){ .o = { .timeout_ms = 45000, .plan = doctor_plan_defaults() } };
    if (!command_parse(command_named("doctor"), argc, argv, &raw, &rest, e))
        return false;
    if (f->verify)
        return true;
    if (f->full && !f->report)
        return err_set(e, ERR_SYNTAX, "--full belongs to --report FILE; give both, or neither");
    if (rest > 2)
        return err_set(e, ERR_SYNTAX, "'%.60s' is one word too many; there is one ADDRESS",
                       argv[2]);
    const char *address = rest == 2 ? argv[1] : NULL;
    if (!read_config(&raw, a, e))
        return false;
    f->o.asked.suffixes = &NET_PSL;
    f->o.asked.attempt.helo = str_from(raw.helo);
    if (raw.helo && !doctor_is_helo(str_from(raw.helo)))
        return err_set(e, ERR_SYNTAX, "--helo '%.60s' is no host name or [address]", raw.helo);
    return read_files(&f->o, e) && source_is_ours(&f->o.asked.attempt.source, e) &&
           read_pasted(&raw, address, a, e) && read_server(&raw, address, a, e) &&
           read_whoami(&raw, a, e) && read_addresses(&raw, address, a, e) && read_ports(&raw, e) &&
           read_login(&raw, address, a, password, e);
}

bool doctor_flags_read(struct doctor_flags *f, int argc, char **argv, struct arena *a,
                       struct buf *password, struct err *e)
{
    return read_all(f, argc, argv, false, a, password, e);
}

bool doctor_flags_read_unasked(struct doctor_flags *f, int argc, char **argv, struct arena *a,
                               struct buf *password, struct err *e)
{
    return read_all(f, argc, argv, true, a, password, e);
}
