/* SPDX-License-Identifier: ISC */
#include "policy/file.h"

static const struct conf_section *const SECTIONS[] = {
    &SITE_TOP_SECTION,     &SITE_LISTEN_SECTION, &POLICY_PERMIT_SECTION, &POLICY_FORBID_SECTION,
    &POLICY_OWNER_SECTION, &SITE_ROUTE_SECTION,  &SITE_REWRITE_SECTION
};

/* What who knows Postfix, Exim or OpenSMTPD writes first. */
#define NETWORK                                                                                    \
    "trusted networks stand in a permit: permit \"office\" { network = {\"192.0.2.0/24\"} }"
#define SMARTHOST "mail is handed on by route \"provider\" { smarthost = \"smtp.example.org:587\" }"
#define CERTIFICATE                                                                                \
    "say certificate = \"FILE\", and key = \"FILE\" where the key has a file of its own"
#define LOGIN                                                                                      \
    "say login = \"NAME\" in the route; the file NAME in the directory of logins has the user in " \
    "its first line, the password in its second"
#define DOMAINS "say it in a permit: recipient-domain = {\"example.org\"}"
#define LISTEN  "say listen \"submission\" { address = \"192.0.2.1\"  port = 587 }"
#define RULES                                                                                      \
    "say who may send in blocks, in any order: permit \"NAME\" { ... } and forbid \"NAME\" { ... " \
    "}"
#define SIZE    "say message-size = \"50M\""
#define INCLUDE "a rule file includes no other: all of it stands in one file"
static const struct conf_foreign FOREIGN[] = {
    { STR_INIT("include"), INCLUDE },
    { STR_INIT(".include"), INCLUDE },
    { STR_INIT("mynetworks"), NETWORK },
    { STR_INIT("relay_from_hosts"), NETWORK },
    { STR_INIT("hostlist"), NETWORK },
    { STR_INIT("relayhost"), SMARTHOST },
    { STR_INIT("dc_smarthost"), SMARTHOST },
    { STR_INIT("smarthost"), SMARTHOST },
    { STR_INIT("action"), SMARTHOST },
    { STR_INIT("relay_domains"), DOMAINS },
    { STR_INIT("domainlist"), DOMAINS },
    { STR_INIT("smtpd_tls_cert_file"), CERTIFICATE },
    { STR_INIT("smtpd_tls_key_file"), CERTIFICATE },
    { STR_INIT("tls_certificate"), CERTIFICATE },
    { STR_INIT("tls_privatekey"), CERTIFICATE },
    { STR_INIT("pki"), CERTIFICATE },
    { STR_INIT("smtp_sasl_password_maps"), LOGIN },
    { STR_INIT("user"), LOGIN },
    { STR_INIT("password"), LOGIN },
    { STR_INIT("inet_interfaces"), LISTEN },
    { STR_INIT("daemon_smtp_ports"), LISTEN },
    { STR_INIT("smtpd_relay_restrictions"), RULES },
    { STR_INIT("smtpd_recipient_restrictions"), RULES },
    { STR_INIT("match"), RULES },
    { STR_INIT("accept"), RULES },
    { STR_INIT("message_size_limit"), SIZE },
};
const struct conf_schema POLICY_FILE_SCHEMA = { SECTIONS, COUNT_OF(SECTIONS), FOREIGN,
                                                COUNT_OF(FOREIGN) };

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static bool want_list(struct policy_file *f, const struct conf_entry *one, struct arena *a)
{
    str path = one->values[0].text;
    for (size_t i = 0; i < f->list_count; i++)
        if (str_eq(f->lists_wanted[i], path))
            return true;
    if (f->list_count == POLICY_FILE_LISTS)
        return conf_wrong(&f->conf, a, one->place, "more than %d files of recipients",
                          POLICY_FILE_LISTS);
    f->list_places[f->list_count] = one->place;
    f->lists_wanted[f->list_count++] = path;
    return true;
}

/* Only this machine reaches it: every address it listens on is loopback, and no proxy brings others. */
static bool is_local(const struct site_listener *l)
{
    for (size_t i = 0; i < l->address_count; i++)
        if (!ip_is_loopback(&l->addresses[i]))
            return false;
    return l->address_count && !l->proxy_count;
}

static void add_listener(struct policy_file *f, const struct site_listener *l, struct arena *a)
{
    if (f->listener_count == POLICY_FILE_LISTENERS) {
        conf_wrong(&f->conf, a, l->place, "more than %d listeners", POLICY_FILE_LISTENERS);
        return;
    }
    bool tls = l->security == SITE_TLS || (l->security == SITE_STARTTLS && f->site.certificate.n);
    f->listener_names[f->listener_count] = l->name;
    f->doors[f->listener_count] = (struct policy_door){ .port = l->port,
                                                        .everywhere = !l->address_count,
                                                        .tls = tls,
                                                        .login = tls || l->auth_in_clear,
                                                        .login_in_clear = l->auth_in_clear };
    f->listeners[f->listener_count++] = (struct policy_listener){ l->name, is_local(l) };
}

bool policy_file_read(str path, str text, struct arena *a, struct policy_file *out, struct err *e)
{
    *out = (struct policy_file){ .open = false };
    if (!conf_read(path, text, &POLICY_FILE_SCHEMA, a, &out->conf, e))
        return false;
    for (const struct conf_block *b = out->conf.blocks; b; b = b->next) {
        /* At the top of a file the word is another: how many there may be. */
        const struct conf_entry *list = conf_entry(b, STR("recipients"));
        if (list && b->section->name.n > 0)
            want_list(out, list, a);
    }
    out->understood = true;
    if (!site_read(&out->conf, a, &out->site, e) && a->refused)
        return out->understood = false;
    for (size_t i = 0; i < out->site.listener_count; i++)
        add_listener(out, &out->site.listeners[i], a);
    return !out->conf.error_count || conf_first_error(&out->conf, e);
}

static bool is_local_name(const struct policy_file *f, str name)
{
    for (size_t i = 0; i < f->listener_count; i++)
        if (str_eq_nocase(f->listeners[i].name, name) && f->listeners[i].local)
            return true;
    return false;
}

static bool means_all_of_a_local_listener(const struct policy_file *f, const struct policy_rule *r)
{
    static const enum policy_kind OTHERS[] = { POLICY_AUTHENTICATED, POLICY_LOGIN,
                                               POLICY_CERTIFICATE,   POLICY_POP_WINDOW,
                                               POLICY_NETWORK,       POLICY_RECIPIENT_DOMAIN,
                                               POLICY_RECIPIENTS };
    const struct policy_condition *c = policy_condition_of(r, POLICY_LISTENER);
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
        if (policy_condition_of(r, OTHERS[i]))
            return false;
    for (size_t i = 0; c && !r->forbids && i < c->count; i++)
        if (is_local_name(f, c->words[i]))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * What is right and may surprise
 */
static void add_warning(struct policy_file *f, struct conf_place place, str text)
{
    f->warnings[f->warning_count++] = (struct policy_warning){ place, text };
}

/* Without a certificate nobody encrypts, and nobody logs in where that is asked for. STARTTLS is told of once. */
static void warn_of_certificate(struct policy_file *f, struct arena *a)
{
    bool told = false;
    for (size_t i = 0; i < f->site.listener_count && !f->site.certificate.n; i++) {
        const struct site_listener *l = &f->site.listeners[i];
        if (l->security == SITE_TLS)
            add_warning(
                f, l->place,
                arena_printf(a,
                             "listen \"%.*s\" begins with TLS, and there is no certificate: "
                             "the relay does not start before certificate = \"FILE\" is said",
                             STR_ARG(l->name)));
        else if (l->security == SITE_STARTTLS && !told) {
            add_warning(f, l->place,
                        arena_printf(a,
                                     "listen \"%.*s\" cannot offer STARTTLS, since there is no "
                                     "certificate; say certificate = \"FILE\"",
                                     STR_ARG(l->name)));
            told = true;
        }
    }
}

/* Such a server gets no password, so that mail for it waits unless it knows a login that shows none. */
static void warn_of_clear_logins(struct policy_file *f, struct arena *a)
{
    for (size_t i = 0; i < f->site.route_count; i++) {
        const struct site_route *r = &f->site.routes[i];
        if (r->login && r->smarthost_count && r->smarthosts[0].security == SITE_NONE)
            add_warning(
                f, r->place,
                arena_printf(a,
                             "route \"%.*s\" has a login and security = none: a password is "
                             "never sent in clear, and its mail may have to wait; say "
                             "security = starttls or tls, or leave it out",
                             STR_ARG(r->name)));
    }
}

static bool takes_logins(const struct site *s)
{
    for (size_t i = 0; i < s->listener_count; i++)
        if (s->listeners[i].security != SITE_NONE || s->listeners[i].auth_in_clear)
            return true;
    return false;
}

/* Rules under which all mail is refused, or that of all who would log in. */
static void warn_of_nobody(struct policy_file *f, struct arena *a)
{
    static const struct conf_place TOP = { 1, 1 };
    bool permits = false, logins = takes_logins(&f->site);
    for (size_t i = 0; i < f->policy->count; i++) {
        const struct policy_rule *r = &f->policy->rules[i];
        permits |= !r->forbids;
        if (logins || r->forbids ||
            !(policy_condition_of(r, POLICY_AUTHENTICATED) || policy_condition_of(r, POLICY_LOGIN)))
            continue;
        add_warning(f, r->place,
                    arena_printf(a,
                                 "permit \"%.*s\" wants a login, and no listener takes one: a "
                                 "login is taken under encryption only; say security = starttls or "
                                 "tls in a listener",
                                 STR_ARG(r->name)));
        logins = true; /* told once */
    }
    if (!permits)
        add_warning(f, TOP,
                    STR("there is no permit: nobody may send, and all mail is refused; say permit "
                        "\"users\" { authenticated = true }"));
}

static bool warn(struct policy_file *f, struct arena *a)
{
    static const struct conf_place TOP = { 1, 1 };
    size_t count;
    const struct policy_warning *ours = policy_warnings(f->policy, &count);
    f->warning_count = 0;
    f->warnings = arena_alloc(
        a, (count + f->policy->count + f->site.listener_count + f->site.route_count + 4) *
               sizeof *f->warnings);
    if (!f->warnings)
        return false;
    for (size_t i = 0; i < count; i++)
        add_warning(f, ours[i].place, ours[i].text);
    for (size_t i = 0; i < f->policy->count; i++)
        if (means_all_of_a_local_listener(f, &f->policy->rules[i]))
            add_warning(
                f, f->policy->rules[i].place,
                arena_printf(a,
                             "permit \"%.*s\" trusts whoever reaches a listener on loopback: "
                             "that is also everybody whose connection a proxy, a TLS wrapper "
                             "or an SSH forward on this machine hands on; have those speak "
                             "PROXY to a listener with proxy = ..., or ask for a login",
                             STR_ARG(f->policy->rules[i].name)));
    warn_of_certificate(f, a);
    warn_of_clear_logins(f, a);
    if (f->listener_count)
        warn_of_nobody(f, a);
    if (!f->listener_count)
        add_warning(
            f, TOP,
            STR("there is no listener, and the relay does not start without one: say listen "
                "\"submission\" { port = 587 }"));
    if (f->listener_count && !f->site.route_count)
        add_warning(
            f, TOP,
            STR("there is no route: mail has nowhere to go, and all of it is refused; say route "
                "\"provider\" { smarthost = \"smtp.provider.example:465\" }"));
    return !a->refused;
}

bool policy_file_build(struct policy_file *f, const struct policy_list *lists, size_t count,
                       struct arena *a, struct err *e)
{
    const struct policy_around around = { .listeners = f->listener_names,
                                          .listener_count = f->listener_count,
                                          .doors = f->doors,
                                          .lists = lists,
                                          .list_count = count,
                                          .forwarders = f->forwarders,
                                          .forwarder_count = f->forwarder_count };
    f->policy = policy_new(&f->conf, &around, a, e);
    if (f->policy && f->conf.error_count)
        return conf_first_error(&f->conf, e);
    return f->policy &&
           policy_prove(f->policy, f->listeners, f->listener_count, a, &f->open, &f->hole, e) &&
           (warn(f, a) || err_memory(e, "the warnings of a rule file"));
}

bool policy_list_read(str path, str text, struct arena *a, struct policy_list *out)
{
    size_t lines = 1, n = 0;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    str *all = arena_alloc(a, lines * sizeof *all);
    if (!all)
        return false;
    for (str rest = text; rest.p;) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (line.n && line.p[0] != '#')
            all[n++] = line;
    }
    *out = (struct policy_list){ path, all, n };
    return true;
}
